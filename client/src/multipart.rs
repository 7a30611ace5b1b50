//! Multipart request bodies.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pinstripe_runtime::retry::FailureKind;
use pinstripe_runtime::{Chunks, Content, Upload};

use crate::random;
use crate::transport::{Body, BodyError, Transport, TransportError};

/// A multipart form, opened again for each attempt.
pub(crate) struct Multipart {
    boundary: String,
    /// The bytes before the first file.
    pairs: String,
    files: Vec<(String, Upload)>,
}

impl Multipart {
    pub(crate) fn new(pairs: &[(String, String)], files: Vec<(String, Upload)>) -> Self {
        let boundary = random::boundary();
        let part = |(name, value): &(String, String)| {
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
                quoted(name)
            )
        };
        let pairs = pairs.iter().map(part).collect();
        Self { boundary, pairs, files }
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Returns whether the form can be sent more than once.
    pub(crate) fn can_reopen(&self) -> bool {
        self.files.iter().all(|(_, upload)| match upload.content() {
            Content::Source(source) => source.can_reopen(),
            _ => true,
        })
    }

    /// Opens the body for one attempt.
    pub(crate) async fn open(&self, transport: &dyn Transport) -> Result<Body, TransportError> {
        let mut parts = Parts { queue: VecDeque::new(), size: Some(0) };
        parts.push_bytes(self.pairs.clone().into());
        for (name, upload) in &self.files {
            let boundary = &self.boundary;
            let name = quoted(name);
            let file_name = quoted(upload.file_name());
            let kind = upload.media_type().replace(['\r', '\n'], " ");
            parts.push_bytes(
                format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: {kind}\r\n\r\n"
                )
                .into(),
            );
            match upload.content() {
                Content::Bytes(bytes) => parts.push_bytes(Bytes::from_owner(Shared(bytes.clone()))),
                Content::Path(path) => {
                    let opened = transport.open(path).await;
                    let file = opened.map_err(|error| {
                        TransportError::new(
                            FailureKind::Request,
                            format!("the file `{}`: {error}", path.display()),
                        )
                    })?;
                    parts.push(Some(file.size), Part::Chunks(file.chunks));
                }
                Content::Source(source) => {
                    let chunks = source
                        .open()
                        .map_err(|error| TransportError::new(FailureKind::Request, error))?;
                    parts.push(source.size(), Part::Chunks(chunks));
                }
                _ => {
                    return Err(TransportError::new(
                        FailureKind::Request,
                        "unsupported kind of upload content",
                    ));
                }
            }
            parts.push_bytes(Bytes::from_static(b"\r\n"));
        }
        parts.push_bytes(format!("--{}--\r\n", self.boundary).into());
        Ok(Body::new(parts))
    }
}

/// Bytes shared by several bodies.
struct Shared(std::sync::Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Escapes a name for a quoted string, as browsers do.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The pieces of a body: bytes in memory and open files.
struct Parts {
    queue: VecDeque<Part>,
    /// The number of remaining bytes, if known.
    size: Option<u64>,
}

enum Part {
    Bytes(Bytes),
    Chunks(Pin<Box<dyn Chunks>>),
}

impl Parts {
    fn push(&mut self, size: Option<u64>, part: Part) {
        self.size = self.size.zip(size).map(|(all, more)| all + more);
        self.queue.push_back(part);
    }

    fn push_bytes(&mut self, bytes: Bytes) {
        self.push(Some(bytes.len() as u64), Part::Bytes(bytes));
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        while let Some(part) = self.queue.front_mut() {
            match part {
                Part::Bytes(bytes) => {
                    let bytes = std::mem::take(bytes);
                    self.queue.pop_front();
                    if !bytes.is_empty() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Part::Chunks(chunks) => match ready!(chunks.as_mut().poll_chunk(context)) {
                    None => {
                        self.queue.pop_front();
                    }
                    // An empty chunk would be read as the end of the body.
                    Some(Ok(chunk)) if chunk.is_empty() => {}
                    Some(Ok(chunk)) => return Poll::Ready(Some(Ok(chunk.into()))),
                    Some(Err(error)) => {
                        self.queue.clear();
                        return Poll::Ready(Some(Err(TransportError::new(
                            FailureKind::Request,
                            error,
                        )
                        .into())));
                    }
                },
            }
        }
        Poll::Ready(None)
    }
}

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let chunk = ready!(self.poll_chunk(context));
        if let Some(Ok(chunk)) = &chunk {
            self.size = self.size.map(|size| size.saturating_sub(chunk.len() as u64));
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.queue.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::transport::BoxFuture;

    struct NoNetwork;

    impl Transport for NoNetwork {
        fn send(
            &self,
            _: http::Request<Body>,
            _: Duration,
        ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
            unreachable!("no request is sent")
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            unreachable!("no delay is awaited")
        }
    }

    #[test]
    fn multipart_body_has_its_content_length() {
        let upload = Upload::new("a \"b\"\r\n.png", *b"\x89PNG").content_type("image/png\r\nX: y");
        let form =
            Multipart::new(&[("purpose".into(), "x=&y".into())], vec![("file".into(), upload)]);
        for _ in 0..2 {
            let body = pollster::block_on(form.open(&NoNetwork)).unwrap();
            let size = http_body::Body::size_hint(&body).exact().unwrap();
            let bytes = pollster::block_on(body.collect()).unwrap();
            assert_eq!(bytes.len() as u64, size);
            let text = String::from_utf8_lossy(&bytes).replace(&form.boundary, "B");
            let expected = "--B\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nx=&y\r\n\
                --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22%0D%0A.png\"\r\n\
                Content-Type: image/png  X: y\r\n\r\n\u{fffd}PNG\r\n--B--\r\n";
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn missing_file_is_reported_with_its_path() {
        let form = Multipart::new(&[], vec![("file".into(), Upload::path("no/such/file.pdf"))]);
        let error = pollster::block_on(form.open(&NoNetwork)).expect_err("the file does not exist");
        assert_eq!(error.kind(), FailureKind::Request);
        assert!(error.to_string().starts_with("the file `no/such/file.pdf`: "), "{error}");
    }
}
