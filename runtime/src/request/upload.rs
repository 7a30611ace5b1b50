//! Files to upload.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A file to upload: its content, name and media type.
///
/// ```
/// use pinstripe_runtime::Upload;
///
/// let upload = Upload::new("receipt.png", b"\x89PNG...").content_type("image/png");
/// assert_eq!(upload.file_name(), "receipt.png");
///
/// // The file is opened when the request is sent, and read piece by piece.
/// let upload = Upload::path("evidence/contract.pdf").content_type("application/pdf");
/// assert_eq!(upload.file_name(), "contract.pdf");
/// ```
#[derive(Clone, PartialEq)]
pub struct Upload {
    file_name: String,
    content_type: String,
    content: Content,
}

/// The content of an [`Upload`].
#[derive(Clone)]
#[non_exhaustive]
pub enum Content {
    /// Bytes in memory.
    Bytes(Arc<Vec<u8>>),
    /// A file, which is opened for each attempt.
    Path(PathBuf),
    /// A custom source.
    Source(Arc<dyn UploadSource>),
}

/// A source of bytes for an upload, other than memory or a file.
pub trait UploadSource: Send + Sync + 'static {
    /// Returns the number of bytes. If unknown, the request is sent with chunked encoding.
    fn size(&self) -> Option<u64> {
        None
    }

    /// Opens the source at the first byte. Called once for each attempt.
    ///
    /// # Errors
    ///
    /// Returns an error when the source cannot be opened, or not a second time. The request is then
    /// not sent.
    fn open(&self) -> io::Result<Pin<Box<dyn Chunks>>>;

    /// Returns whether [`open`](Self::open) can be called again. If not, a failed upload is not
    /// retried.
    fn can_reopen(&self) -> bool;
}

/// A stream of the bytes of an upload.
pub trait Chunks: Send {
    /// Returns the next chunk, or `None` at the end.
    fn poll_chunk(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>>;
}

impl Upload {
    /// Creates an upload from bytes in memory.
    pub fn new(file_name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::with_content(file_name.into(), Content::Bytes(Arc::new(bytes.into())))
    }

    /// Creates an upload of the file at a path. It is opened when the request is sent, and read in
    /// chunks.
    pub fn path(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::with_content(name, Content::Path(path.to_owned()))
    }

    /// Creates an upload from a custom source.
    pub fn source(file_name: impl Into<String>, source: impl UploadSource) -> Self {
        Self::with_content(file_name.into(), Content::Source(Arc::new(source)))
    }

    fn with_content(file_name: String, content: Content) -> Self {
        Self { file_name, content_type: "application/octet-stream".to_owned(), content }
    }

    /// Sets the media type of the bytes. The default is `application/octet-stream`.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }

    /// Returns the file name.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Returns the media type.
    pub fn media_type(&self) -> &str {
        &self.content_type
    }

    /// Returns the content.
    pub fn content(&self) -> &Content {
        &self.content
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("content", &self.content)
            .finish()
    }
}

impl fmt::Debug for Content {
    /// Prints only size or path: a file can contain personal data, such as an identity document.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Path(path) => fmt::Debug::fmt(path, f),
            Self::Source(source) => write!(f, "a source of {:?} bytes", source.size()),
        }
    }
}

impl PartialEq for Content {
    /// Sources are equal only to themselves, because their content cannot be compared.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(left), Self::Bytes(right)) => left == right,
            (Self::Path(left), Self::Path(right)) => left == right,
            (Self::Source(left), Self::Source(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}
