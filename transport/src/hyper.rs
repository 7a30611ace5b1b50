//! The async transport: hyper on tokio.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::panic::catch_unwind;
use std::path::Path;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::header::{HOST, HeaderValue};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use pinstripe_runtime::Chunks;
use pinstripe_runtime::retry::FailureKind;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep};

use crate::config::{ConfigError, TransportConfig};
use crate::connect::{Connector, is_caused_by_tls};
use crate::interim_limit::InterimLimit;
use crate::pool::{Lease, Pool};
use crate::{Body, BodyError, BoxFuture, CHUNK_SIZE, OpenFile, Transport, TransportError};

/// The transport of the async client: HTTP by hyper, TLS by rustls, on tokio.
///
/// It uses HTTP/1.1. With the feature `http2`, it uses HTTP/2 with hosts that offer it.
pub struct HyperTransport {
    pool: Pool,
}

impl HyperTransport {
    /// Creates a transport with default settings.
    pub fn new() -> Self {
        Self::with_config(&TransportConfig::default())
            .unwrap_or_else(|error| unreachable!("the default settings are valid: {error}"))
    }

    #[doc(hidden)]
    pub fn with_config(config: &TransportConfig) -> Result<Self, ConfigError> {
        Ok(Self { pool: Pool::new(Connector::new(config)?, config.max_connections) })
    }

    async fn dispatch(
        &self,
        mut request: http::Request<Body>,
        deadline: Instant,
    ) -> Result<http::Response<Body>, TransportError> {
        let url = request.uri().clone();
        loop {
            let mut lease = self.pool.lease(&url).await?;
            set_target(&mut request, &url, lease.is_http2())?;
            let interim = InterimLimit::of(&mut request);
            match interim.enforce(lease.send(request)).await? {
                Ok(response) => {
                    let (head, body) = response.into_parts();
                    return Ok(http::Response::from_parts(
                        head,
                        ResponseBody::start(body, lease, deadline),
                    ));
                }
                Err(mut failure) => match failure.take_message() {
                    // The idle connection was closed before anything was sent, so this does not
                    // count as an attempt.
                    Some(unsent) if lease.is_reused => request = unsent,
                    _ => return Err(interrupted(failure.into_error())),
                },
            }
        }
    }
}

impl Default for HyperTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HyperTransport")
    }
}

impl Transport for HyperTransport {
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let now = Instant::now();
        let deadline = now
            .checked_add(timeout)
            .unwrap_or_else(|| now + Duration::from_secs(10 * 365 * 24 * 3600));
        Box::pin(async move {
            let mut timer = pin!(timer(deadline)?);
            let mut exchange = pin!(self.dispatch(request, deadline));
            std::future::poll_fn(|context| match exchange.as_mut().poll(context) {
                Poll::Pending => {
                    timer.as_mut().poll(context).map(|()| Err(TransportError::timeout()))
                }
                ready => ready,
            })
            .await
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn open<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<OpenFile>> {
        Box::pin(async move {
            if Handle::try_current().is_err() {
                return Err(io::Error::other(NO_RUNTIME));
            }
            let file = tokio::fs::File::open(path).await?;
            let size = file.metadata().await?.len();
            Ok(OpenFile { size, chunks: Box::pin(AsyncChunks(file)) })
        })
    }
}

const NO_RUNTIME: &str = "there is no tokio runtime: send requests from within one (`#[tokio::main]`), use `blocking::Client`, or set another transport";

/// Creates a timer on the current runtime. Returns an error if the runtime has no timers.
fn timer(deadline: Instant) -> Result<Sleep, TransportError> {
    if Handle::try_current().is_err() {
        return Err(TransportError::new(FailureKind::Request, NO_RUNTIME));
    }
    // The panic is the only way to detect a runtime without timers.
    catch_unwind(|| tokio::time::sleep_until(deadline)).map_err(|_| {
        let message =
            "the tokio runtime has no timers: call `enable_all` or `enable_time` on its builder";
        TransportError::new(FailureKind::Request, message)
    })
}

/// Sets the request target of the protocol: HTTP/1 has the host in a header and only the path in
/// the request line.
fn set_target(
    request: &mut http::Request<Body>,
    url: &Uri,
    is_http2: bool,
) -> Result<(), TransportError> {
    if is_http2 {
        request.headers_mut().remove(HOST);
        *request.uri_mut() = url.clone();
        *request.version_mut() = http::Version::HTTP_2;
        return Ok(());
    }
    let wrong = |what: &str| {
        TransportError::new(FailureKind::Request, format!("the URL has no valid {what}"))
    };
    let host = url.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    request.headers_mut().insert(HOST, host.ok_or_else(|| wrong("host"))?);
    let path = url.path_and_query().cloned().ok_or_else(|| wrong("path"))?;
    *request.uri_mut() = Uri::from(path);
    *request.version_mut() = http::Version::HTTP_11;
    Ok(())
}

/// Classifies an error of an established connection.
fn interrupted(error: hyper::Error) -> TransportError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(one) = cause {
        if let Some(own) = one.downcast_ref::<TransportError>() {
            // The cause is our own error: the request body could not be read.
            return TransportError::new(own.kind(), own.to_string());
        }
        cause = one.source();
    }
    let kind = match () {
        () if error.is_user() => FailureKind::Request,
        () if error.is_timeout() => FailureKind::Timeout,
        () if is_caused_by_tls(&error) => FailureKind::Tls,
        () => FailureKind::Interrupted,
    };
    TransportError::new(kind, error)
}

/// The body of a response, with the connection that it is received on.
struct ResponseBody {
    body: Incoming,
    lease: Option<Lease>,
    deadline: Pin<Box<Sleep>>,
}

impl ResponseBody {
    fn start(body: Incoming, lease: Lease, deadline: Instant) -> Body {
        if http_body::Body::is_end_stream(&body) {
            lease.release();
            return Body::empty();
        }
        Body::new(Self {
            body,
            lease: Some(lease),
            deadline: Box::pin(tokio::time::sleep_until(deadline)),
        })
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            // A body with data always available never yields, so the timer would not be polled.
            Poll::Ready(Some(Ok(_))) if self.deadline.deadline() <= Instant::now() => None,
            Poll::Ready(frame) => Some(frame),
            Poll::Pending => {
                ready!(self.deadline.as_mut().poll(context));
                None
            }
        };
        let Some(frame) = frame else {
            self.lease = None;
            return Poll::Ready(Some(Err(TransportError::timeout().into())));
        };
        match frame {
            Some(Err(error)) => {
                self.lease = None;
                Poll::Ready(Some(Err(interrupted(error).into())))
            }
            frame => {
                if frame.is_none() || self.body.is_end_stream() {
                    self.lease.take().into_iter().for_each(Lease::release);
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream of chunks from an asynchronous reader.
#[doc(hidden)]
pub struct AsyncChunks<R>(pub R);

impl<R: AsyncRead + Send + Unpin> Chunks for AsyncChunks<R> {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>> {
        let mut chunk = vec![0; CHUNK_SIZE];
        let mut buffer = ReadBuf::new(&mut chunk);
        if let Err(error) = ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer)) {
            return Poll::Ready(Some(Err(error)));
        }
        let read = buffer.filled().len();
        chunk.truncate(read);
        Poll::Ready((read > 0).then_some(Ok(chunk)))
    }
}
