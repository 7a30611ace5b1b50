//! File downloads as streams.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use pinstripe_runtime::{HttpRequest, RequestOptions, masked};

use crate::pipeline::OpenResponse;
use crate::transport::{Body, BoxFuture, TransportError};
use crate::{Client, Error};

/// A future of a [`Download`].
pub type DownloadFuture = BoxFuture<'static, Result<Download, Error>>;

/// A file in a response: a `Stream` of bytes.
///
/// The timeout applies to the whole download. Increase it for large files.
///
/// ```no_run
/// # use pinstripe::{Client, Error, Quote};
/// # use std::io::Write;
/// # async fn example(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
/// let mut pdf = Quote::pdf("qt_1").download(client).await?;
/// let mut file = std::fs::File::create("quote.pdf")?;
/// while let Some(piece) = pdf.try_next().await? {
///     file.write_all(&piece)?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a download does nothing until it is read"]
pub struct Download {
    method: &'static str,
    path: String,
    head: http::response::Parts,
    body: Body,
    attempts: u32,
}

impl Download {
    pub(crate) async fn begin(
        client: Client,
        mut request: HttpRequest,
        options: RequestOptions,
    ) -> Result<Self, Error> {
        let options = options.or(&client.defaults);
        let method = request.method.as_str();
        let path = masked(&request.path).into_owned();
        // Errors are JSON even where a file is expected.
        request.headers.push(("accept", "*/*".to_owned()));
        let OpenResponse { head, body, attempts } = client.pipeline.open(request, options).await?;
        Ok(Self { method, path, head, body, attempts })
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Returns the response headers, such as `content-type` and `content-length`.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Returns how many times the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the next chunk, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns an error when the connection is closed early or the request times out. The file is
    /// then incomplete.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|context| self.poll_chunk(context)).await.transpose()
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    ///
    /// Returns an error when the connection is closed early or the request times out.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let body = std::mem::replace(&mut self.body, Body::empty());
        body.collect().await.map_err(|error| self.failed(TransportError::from_body(error)))
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            match ready!(http_body::Body::poll_frame(Pin::new(&mut self.body), context)) {
                None => return Poll::Ready(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Some(Ok(data)));
                    }
                }
                Some(Err(error)) => {
                    self.body = Body::empty();
                    return Poll::Ready(Some(Err(self.failed(TransportError::from_body(error)))));
                }
            }
        }
    }

    fn failed(&self, error: TransportError) -> Error {
        Error::from_transport(error, self.method, self.path.clone(), self.attempts)
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk(context)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("path", &self.path)
            .field("status", &self.head.status)
            .finish_non_exhaustive()
    }
}
