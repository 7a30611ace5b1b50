//! The blocking transport: ureq, without a runtime.

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http_body::Frame;
use pinstripe_runtime::retry::FailureKind;
use ureq::config::AutoHeaderValue;
use ureq::tls::{PemItem, RootCerts, TlsConfig};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, DefaultConnector};
use ureq::{Agent, SendBody};

use crate::config::{ConfigError, Proxy, TransportConfig};
use crate::overhead_limit::{self, OverheadLimit};
use crate::{Body, BodyError, BoxFuture, CHUNK_SIZE, Transport, TransportError};

/// The transport of the blocking client: HTTP/1.1 by ureq, TLS by rustls. Its futures do their work
/// within `poll`.
pub struct UreqTransport {
    agent: Agent,
    connections: ConnectionLimit,
}

impl UreqTransport {
    #[doc(hidden)]
    pub fn with_config(config: &TransportConfig) -> Result<Self, ConfigError> {
        let proxy = match &config.proxy {
            Proxy::Environment => ureq::Proxy::try_from_env(),
            Proxy::None => None,
            Proxy::Url(url) => {
                let wrong = |_| ConfigError::new("invalid proxy URL: write `http://host:port`");
                Some(ureq::Proxy::new(url).map_err(wrong)?)
            }
        };
        let agent_config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .timeout_connect(Some(config.connect_timeout))
            .timeout_await_100(None)
            .max_idle_connections(config.max_connections.saturating_mul(4))
            .max_idle_connections_per_host(config.max_connections)
            .max_idle_age(Duration::from_secs(90))
            .tls_config(TlsConfig::builder().root_certs(roots(&config.roots)?).build())
            .proxy(proxy)
            .build();
        let agent = Agent::with_parts(
            agent_config,
            DefaultConnector::new().chain(OverheadLimit),
            DefaultResolver::default(),
        );
        Ok(Self { agent, connections: ConnectionLimit::new(config.max_connections) })
    }

    fn dispatch(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> Result<http::Response<Body>, TransportError> {
        let (permit, timeout) = self.connections.take(timeout)?;
        let (mut head, body) = request.into_parts();
        let has_body =
            [http::Method::POST, http::Method::PUT, http::Method::PATCH].contains(&head.method);
        if let Some(size) = http_body::Body::size_hint(&body).exact()
            && has_body
        {
            head.headers.insert(CONTENT_LENGTH, size.into());
        }
        let response = if has_body {
            let body = SendBody::from_owned_reader(RequestBodyReader { body, rest: Bytes::new() });
            overhead_limit::reading_head(|| {
                self.agent.run(self.with_timeout(http::Request::from_parts(head, body), timeout))
            })
        } else {
            overhead_limit::reading_head(|| {
                self.agent.run(self.with_timeout(http::Request::from_parts(head, ()), timeout))
            })
        };
        let (head, body) = response.map_err(to_transport_error)?.into_parts();
        let reader = body.into_with_config().limit(u64::MAX).reader();
        Ok(http::Response::from_parts(
            head,
            Body::new(ResponseBody { reader: Some((reader, permit)), buffer: Vec::new() }),
        ))
    }

    fn with_timeout<S: ureq::AsSendBody>(
        &self,
        request: http::Request<S>,
        timeout: Duration,
    ) -> http::Request<S> {
        let timeout = (timeout != Duration::MAX).then_some(timeout);
        self.agent.configure_request(request).timeout_global(timeout).build()
    }
}

impl fmt::Debug for UreqTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UreqTransport")
    }
}

impl Transport for UreqTransport {
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move { self.dispatch(request, timeout) })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move { std::thread::sleep(duration) })
    }
}

fn roots(pems: &[Vec<u8>]) -> Result<RootCerts, ConfigError> {
    if pems.is_empty() {
        return Ok(RootCerts::WebPki);
    }
    let mut certificates = Vec::new();
    for pem in pems {
        for item in ureq::tls::parse_pem(pem) {
            if let PemItem::Certificate(one) =
                item.map_err(|error| ConfigError::new(format!("a root certificate: {error}")))?
            {
                certificates.push(one);
            }
        }
    }
    if certificates.is_empty() {
        return Err(ConfigError::new("a root certificate: the PEM text contains none"));
    }
    Ok(RootCerts::Specific(Arc::new(certificates)))
}

fn to_transport_error(error: ureq::Error) -> TransportError {
    let kind = match &error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            FailureKind::Connect
        }
        ureq::Error::Timeout(_) => FailureKind::Timeout,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => FailureKind::Connect,
        ureq::Error::ConnectProxyFailed(reason) => match proxy_status(reason) {
            Some(status) => return TransportError::refused_by_proxy(status),
            None => FailureKind::Connect,
        },
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => FailureKind::Tls,
        ureq::Error::Io(error) => return interrupted(error),
        ureq::Error::Protocol(_)
        | ureq::Error::LargeResponseHeader(..)
        | ureq::Error::BodyStalled => FailureKind::Interrupted,
        _ => FailureKind::Request,
    };
    TransportError::new(kind, error)
}

/// Parses the status from the error text of a proxy that refused a tunnel: `proxy server responded
/// 407/407`.
fn proxy_status(reason: &str) -> Option<u16> {
    reason.split(|char: char| !char.is_ascii_digit()).find(|digits| digits.len() == 3)?.parse().ok()
}

/// Classifies an I/O error, which may contain an error of ureq, of TLS or of this crate.
fn interrupted(error: &io::Error) -> TransportError {
    let text = error.to_string();
    let inner = error.get_ref();
    if let Some(own) = inner.and_then(|inner| inner.downcast_ref::<TransportError>()) {
        return TransportError::new(own.kind(), own.to_string());
    }
    if let Some(ureq::Error::Timeout(_)) =
        inner.and_then(|inner| inner.downcast_ref::<ureq::Error>())
    {
        return TransportError::timeout();
    }
    let kind = match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => FailureKind::Timeout,
        // rustls wraps its errors in this kind.
        io::ErrorKind::InvalidData => FailureKind::Tls,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::NotConnected
        | io::ErrorKind::Other => FailureKind::Interrupted,
        // Refused, unreachable, or an unknown host name, which has no separate kind.
        _ => FailureKind::Connect,
    };
    TransportError::new(kind, text)
}

/// Adapts a request body to [`Read`].
struct RequestBodyReader {
    body: Body,
    rest: Bytes,
}

impl Read for RequestBodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match pollster::block_on(self.body.chunk()) {
                None => return Ok(0),
                Some(Ok(chunk)) => self.rest = chunk,
                Some(Err(error)) => return Err(io::Error::other(error)),
            }
        }
        let length = self.rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}

/// The body of a response, with the permit of its connection.
struct ResponseBody {
    reader: Option<(ureq::BodyReader<'static>, ConnectionPermit)>,
    /// A read buffer, kept for the next read if little was read: chunks can be as small as one
    /// byte.
    buffer: Vec<u8>,
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Self { reader: Some((reader, _)), buffer } = &mut *self else {
            return Poll::Ready(None);
        };
        buffer.resize(CHUNK_SIZE, 0);
        Poll::Ready(match overhead_limit::reading_body(|| reader.read(buffer)) {
            Ok(0) => {
                self.reader = None;
                None
            }
            Ok(read) if read < CHUNK_SIZE / 4 => {
                Some(Ok(Frame::data(Bytes::copy_from_slice(&buffer[..read]))))
            }
            Ok(read) => {
                let mut chunk = std::mem::take(buffer);
                chunk.truncate(read);
                Some(Ok(Frame::data(chunk.into())))
            }
            Err(error) => {
                self.reader = None;
                Some(Err(interrupted(&error).into()))
            }
        })
    }
}

/// A limit on concurrent connections.
#[derive(Clone)]
struct ConnectionLimit(Arc<(Mutex<usize>, Condvar)>);

/// A permit for one connection.
struct ConnectionPermit(ConnectionLimit);

impl ConnectionLimit {
    fn new(count: usize) -> Self {
        Self(Arc::new((Mutex::new(count), Condvar::new())))
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.0.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits for a permit. Returns it with the remaining timeout.
    fn take(&self, timeout: Duration) -> Result<(ConnectionPermit, Duration), TransportError> {
        let begun = Instant::now();
        let left = || {
            if timeout == Duration::MAX { timeout } else { timeout.saturating_sub(begun.elapsed()) }
        };
        let mut free = self.free();
        while *free == 0 {
            if left().is_zero() {
                let message = format!(
                    "no free connection within {timeout:?}: all are in use, including by downloads: raise `max_connections`"
                );
                return Err(TransportError::new(FailureKind::Timeout, message));
            }
            let waited = self.0.1.wait_timeout(free, left().min(Duration::from_secs(3600)));
            free = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
        *free -= 1;
        Ok((ConnectionPermit(self.clone()), left()))
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        *self.0.free() += 1;
        self.0.0.1.notify_one();
    }
}
