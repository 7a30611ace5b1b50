//! The content of a file to be sent.

use std::fmt;

use crate::value::{Mismatch, Next, Token, Value, View};

/// A file to be sent: its bytes, and what the other side is told of it.
///
/// ```
/// use pinstripe_runtime::Upload;
///
/// let upload = Upload::new("receipt.png", b"\x89PNG...").content_type("image/png");
/// assert_eq!(upload.file_name(), "receipt.png");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    file_name: String,
    content_type: String,
    bytes: Vec<u8>,
}

impl Upload {
    /// A file of these bytes, of the type `application/octet-stream`.
    pub fn new(file_name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { file_name: file_name.into(), content_type: "application/octet-stream".to_owned(), bytes: bytes.into() }
    }

    /// Says what the bytes are, as a media type.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }

    /// The name that the file will have.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The media type of the bytes.
    pub fn media_type(&self) -> &str {
        &self.content_type
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Upload {
    /// Name, type and size: a file can hold anything, an identity document for one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("size", &self.bytes.len())
            .finish()
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for Upload {
    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn empty() -> Self {
        Self::new("", [])
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        Err(Mismatch::new("nothing: a file is sent, never received", token))
    }

    fn view(&self) -> View<'_> {
        View::Upload(self)
    }
}
