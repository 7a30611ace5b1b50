//! The content of a file to be sent.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A file to be sent: its content, and what the other side is told of it.
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

/// Where the bytes of an [`Upload`] are.
#[derive(Clone)]
#[non_exhaustive]
pub enum Content {
    /// In memory.
    Bytes(Arc<Vec<u8>>),
    /// In a file, which is opened for each try.
    Path(PathBuf),
    /// Somewhere else.
    Source(Arc<dyn UploadSource>),
}

/// Where the bytes of an upload come from, if not from memory or a file.
pub trait UploadSource: Send + Sync + 'static {
    /// How many bytes there are. Without it the request is sent in chunks.
    fn size(&self) -> Option<u64> {
        None
    }

    /// Begins to read, from the first byte. Called once for each try.
    ///
    /// # Errors
    ///
    /// When there is nothing to read from, or not a second time. The request is then not sent.
    fn open(&self) -> io::Result<Pin<Box<dyn Chunks>>>;

    /// Whether [`open`](Self::open) works again after it was called. Where not, a failed upload is not tried again.
    fn can_reopen(&self) -> bool;
}

/// The bytes of an upload, piece by piece.
pub trait Chunks: Send {
    /// The next piece, or `None` at the end.
    fn poll_chunk(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<u8>>>>;
}

impl Upload {
    /// A file of these bytes.
    pub fn new(file_name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::with_content(file_name.into(), Content::Bytes(Arc::new(bytes.into())))
    }

    /// The file at a path. It is opened when the request is sent, and never whole in memory.
    pub fn path(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self::with_content(name, Content::Path(path.to_owned()))
    }

    /// A file whose bytes come from somewhere else.
    pub fn source(file_name: impl Into<String>, source: impl UploadSource) -> Self {
        Self::with_content(file_name.into(), Content::Source(Arc::new(source)))
    }

    fn with_content(file_name: String, content: Content) -> Self {
        Self { file_name, content_type: "application/octet-stream".to_owned(), content }
    }

    /// Says what the bytes are, as a media type. Without it they are `application/octet-stream`.
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

    /// Where the bytes are.
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
    /// The size, or the place: a file can hold anything, an identity document for one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Path(path) => fmt::Debug::fmt(path, f),
            Self::Source(source) => write!(f, "a source of {:?} bytes", source.size()),
        }
    }
}

impl PartialEq for Content {
    /// Sources are equal only to themselves: there is no way to compare what they would give.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(left), Self::Bytes(right)) => left == right,
            (Self::Path(left), Self::Path(right)) => left == right,
            (Self::Source(left), Self::Source(right)) => Arc::ptr_eq(left, right),
            _ => false,
        }
    }
}
