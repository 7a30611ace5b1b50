//! How requests get to the other side, and answers back: a part of `pinstripe`, which has it as its module `transport`.
//!
//! It is a crate of its own since it needs all of HTTP and nothing of the API, so that cargo can build it beside that.

#![forbid(unsafe_code)]

mod body;
mod config;
#[cfg(feature = "async")]
mod connect;
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

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to send HTTP requests.
///
/// The same trait serves both clients. The async one polls the futures as any other; the blocking one waits for them on the thread
/// that called it, where no runtime is, so a transport for it does its work right in `poll`, or on threads of its own.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and waits for the head of its answer.
    ///
    /// The time runs from now to the last byte of the answer. Once it is over, the future, or later the body of the answer, is to
    /// fail with [`TransportError::timeout`]; an endless `timeout` is [`Duration::MAX`].
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// Opens a file to be uploaded.
    ///
    /// Unless a transport knows better, the file is read on the thread that polls.
    fn open<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<OpenFile>> {
        Box::pin(async move {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok(OpenFile { size, chunks: Box::pin(ReadChunks(file)) })
        })
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
    /// How many bytes it has.
    pub size: u64,
    /// Its content.
    pub chunks: Pin<Box<dyn Chunks>>,
}

/// How many bytes are read from a file at once.
pub(crate) const CHUNK_SIZE: usize = 64 * 1024;

/// Chunks from something that blocks.
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

/// Why there was no answer.
#[derive(Debug)]
pub struct TransportError {
    kind: FailureKind,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// A failure of some kind: the kind decides whether the request is tried again.
    pub fn new(kind: FailureKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// It took too long.
    pub fn timeout() -> Self {
        Self::new(FailureKind::Timeout, "the time is over")
    }

    /// A proxy that responded to `CONNECT` with this status. One that names a fault of the request stays; others may pass.
    #[cfg(any(feature = "async", feature = "blocking"))]
    pub(crate) fn refused_by_proxy(status: u16) -> Self {
        let kind =
            if (400..500).contains(&status) { FailureKind::Proxy } else { FailureKind::Connect };
        let advice = if status == 407 { ": check its user name and password" } else { "" };
        Self::new(kind, format!("the proxy responded with {status}{advice}"))
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The kind of what went wrong while a body was read: that of an error of a transport, or else a broken connection.
    #[doc(hidden)]
    pub fn from_body(error: BodyError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::new(FailureKind::Interrupted, error),
        }
    }
}

impl fmt::Display for TransportError {
    /// The whole chain of causes: the outermost alone says only that something failed.
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
