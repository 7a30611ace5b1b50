//! Bodies of requests and responses.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pinstripe_runtime::retry::FailureKind;

use crate::TransportError;

/// The error of reading a body.
pub type BodyError = Box<dyn StdError + Send + Sync>;

/// The body of a request or response: bytes in memory, or a stream.
///
/// It implements [`http_body::Body`].
pub struct Body(Inner);

enum Inner {
    Bytes(Bytes),
    Stream(Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>),
}

impl Body {
    /// Creates an empty body.
    pub fn empty() -> Self {
        Self(Inner::Bytes(Bytes::new()))
    }

    /// Creates a body from a stream of chunks.
    pub fn new(
        body: impl http_body::Body<Data = Bytes, Error = BodyError> + Send + 'static,
    ) -> Self {
        Self(Inner::Stream(Box::pin(body)))
    }

    /// Returns the next chunk, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns an error when the underlying stream fails.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, BodyError>> {
        loop {
            let frame = std::future::poll_fn(|context| {
                http_body::Body::poll_frame(Pin::new(self), context)
            })
            .await?;
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                // Trailers are ignored.
                Ok(Err(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Reads the whole body into memory, without a size limit.
    ///
    /// # Errors
    ///
    /// Returns an error when the underlying stream fails.
    pub async fn collect(self) -> Result<Bytes, BodyError> {
        Ok(self.read_up_to(u64::MAX).await?.0)
    }

    /// Reads the whole body into memory, up to `limit` bytes.
    ///
    /// # Errors
    ///
    /// Returns an error when the underlying stream fails. A body that exceeds the limit is a
    /// [`TransportError`] of the kind [`TooLarge`](FailureKind::TooLarge), returned as early as
    /// possible.
    pub async fn collect_up_to(self, limit: u64) -> Result<Bytes, BodyError> {
        let announced = http_body::Body::size_hint(&self).lower();
        if announced <= limit
            && let (body, true) = self.read_up_to(limit).await?
        {
            return Ok(body);
        }
        Err(TransportError::new(
            FailureKind::TooLarge,
            format!("the body is larger than {limit} bytes"),
        )
        .into())
    }

    /// Reads the first `limit` bytes into memory, and drops the rest.
    ///
    /// # Errors
    ///
    /// Returns an error when the underlying stream fails.
    pub async fn collect_prefix(self, limit: u64) -> Result<Bytes, BodyError> {
        let (mut body, _) = self.read_up_to(limit).await?;
        body.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(body)
    }

    /// Reads to the end, or until more than `limit` bytes are read. Returns whether the end was
    /// reached.
    async fn read_up_to(mut self, limit: u64) -> Result<(Bytes, bool), BodyError> {
        let Some(first) = self.chunk().await.transpose()? else {
            return Ok((Bytes::new(), true));
        };
        if first.len() as u64 > limit {
            return Ok((first, false));
        }
        let Some(second) = self.chunk().await.transpose()? else {
            return Ok((first, true));
        };
        let mut all = Vec::with_capacity(first.len() + second.len());
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while all.len() as u64 <= limit {
            match self.chunk().await.transpose()? {
                Some(chunk) => all.extend_from_slice(&chunk),
                None => return Ok((all.into(), true)),
            }
        }
        Ok((all.into(), false))
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Inner::Bytes(bytes.into()))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Inner::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Stream(stream) => stream.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Bytes(bytes) => bytes.is_empty(),
            Inner::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Stream(stream) => stream.size_hint(),
        }
    }
}

impl fmt::Debug for Body {
    /// Prints only the size: bodies contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match http_body::Body::size_hint(self).exact() {
            Some(size) => write!(f, "Body({size} bytes)"),
            None => f.write_str("Body"),
        }
    }
}
