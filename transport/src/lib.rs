//! Sends HTTP requests and receives responses. `pinstripe` re-exports this crate as its module
//! `transport`.
//!
//! It is a separate crate because it depends on HTTP libraries and not on the Stripe API, so cargo
//! can build it in parallel with the API.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod body;
mod config;
#[cfg(feature = "async")]
mod connect;
#[cfg(feature = "http2")]
mod http2;
#[cfg(feature = "async")]
mod hyper;
#[cfg(feature = "async")]
mod interim_limit;
#[cfg(feature = "blocking")]
mod overhead_limit;
#[cfg(feature = "async")]
mod pool;
#[cfg(feature = "async")]
mod tunnel;
#[cfg(feature = "blocking")]
mod ureq;

use std::error::Error as StdError;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use pinstripe_runtime::Chunks;
use pinstripe_runtime::retry::FailureKind;

pub use body::{Body, BodyError};
pub use config::{ConfigError, Proxy, TransportConfig};
#[cfg(feature = "async")]
pub use hyper::{AsyncChunks, HyperTransport};
#[cfg(feature = "blocking")]
pub use ureq::UreqTransport;

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to send HTTP requests.
///
/// The trait serves both clients. The async client polls the futures as usual. The blocking client
/// polls them on the calling thread, without a runtime. A transport for it must therefore work
/// within `poll`, or on its own threads.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and waits for the head of the response.
    ///
    /// The timeout runs from the call to the last byte of the response. When it expires, the
    /// future, or afterwards the response body, must fail with [`TransportError::timeout`].
    /// [`Duration::MAX`] means no timeout.
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;

    /// Waits for a duration.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// Opens a file to upload.
    ///
    /// By default, the file is read on the thread that polls.
    fn open<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<OpenFile>> {
        Box::pin(async move {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok(OpenFile { size, chunks: Box::pin(ReadChunks(file)) })
        })
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        (**self).send(request, timeout)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        (**self).sleep(duration)
    }

    fn open<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<OpenFile>> {
        (**self).open(path)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        (**self).send(request, timeout)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        (**self).sleep(duration)
    }

    fn open<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<OpenFile>> {
        (**self).open(path)
    }
}

/// The name of the operation that a request belongs to, as in the spec: `PostCustomers`.
///
/// It is in the [extensions](http::Request::extensions) of requests that were made by the functions
/// of resources, so that a transport can group its metrics or responses by operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OperationId(pub &'static str);

/// A file that is open to be uploaded.
pub struct OpenFile {
    /// The size in bytes.
    pub size: u64,
    /// The content.
    pub chunks: Pin<Box<dyn Chunks>>,
}

/// The chunk size for reading files.
pub(crate) const CHUNK_SIZE: usize = 64 * 1024;

/// A stream of chunks from a blocking reader.
#[doc(hidden)]
pub struct ReadChunks<R>(pub R);

impl<R: Read + Send + Unpin> Chunks for ReadChunks<R> {
    fn poll_chunk(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>> {
        let mut chunk = vec![0; CHUNK_SIZE];
        Poll::Ready(loop {
            match self.0.read(&mut chunk) {
                Ok(0) => break None,
                Ok(read) => {
                    chunk.truncate(read);
                    break Some(Ok(chunk));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(Err(error)),
            }
        })
    }
}

/// The error returned when no complete response was received.
#[derive(Debug)]
pub struct TransportError {
    kind: FailureKind,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// Creates an error. The kind determines whether the request is retried.
    pub fn new(kind: FailureKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Creates the error of a timeout.
    pub fn timeout() -> Self {
        Self::new(FailureKind::Timeout, "the timeout expired")
    }

    /// Creates the error of a proxy that responded to `CONNECT` with this status. A status that
    /// blames the request is permanent; others may be temporary.
    #[cfg(any(feature = "async", feature = "blocking"))]
    pub(crate) fn refused_by_proxy(status: u16) -> Self {
        let kind =
            if (400..500).contains(&status) { FailureKind::Proxy } else { FailureKind::Connect };
        let advice = if status == 407 { ": check its user name and password" } else { "" };
        Self::new(kind, format!("the proxy responded with {status}{advice}"))
    }

    /// Returns the kind of the failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// Converts an error of reading a body. An error of a transport keeps its kind; any other
    /// counts as an interrupted connection.
    #[doc(hidden)]
    pub fn from_body(error: BodyError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::new(FailureKind::Interrupted, error),
        }
    }
}

impl fmt::Display for TransportError {
    /// Prints the whole chain of sources, since the outermost error has little detail.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.source.to_string();
        f.write_str(&last)?;
        let mut cause = self.source.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !last.contains(&text) {
                write!(f, ": {text}")?;
            }
            last = text;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
