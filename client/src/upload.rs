//! Uploads from readers.

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use pinstripe_runtime::{Chunks, Upload, UploadSource};
use pinstripe_transport::ReadChunks;

/// Creates an upload that is read in chunks from a reader.
///
/// A reader can be read only once, so the request is not retried. With the async client, a blocking
/// reader blocks the thread that polls it. Use [`from_async_read`] to avoid that.
///
/// ```
/// use pinstripe::upload;
///
/// let upload = upload::from_read("report.csv", std::io::Cursor::new("a,b\n1,2\n"), Some(8)).content_type("text/csv");
/// ```
pub fn from_read(
    file_name: impl Into<String>,
    reader: impl Read + Send + Unpin + 'static,
    size: Option<u64>,
) -> Upload {
    once(file_name.into(), Box::pin(ReadChunks(reader)), size)
}

/// Creates an upload that is read in chunks from an asynchronous reader.
///
/// A reader can be read only once, so the request is not retried.
#[cfg(feature = "async")]
pub fn from_async_read(
    file_name: impl Into<String>,
    reader: impl tokio::io::AsyncRead + Send + Unpin + 'static,
    size: Option<u64>,
) -> Upload {
    once(file_name.into(), Box::pin(pinstripe_transport::AsyncChunks(reader)), size)
}

fn once(file_name: String, chunks: Pin<Box<dyn Chunks>>, size: Option<u64>) -> Upload {
    Upload::source(file_name, Once { chunks: Mutex::new(Some(chunks)), size })
}

struct Once {
    chunks: Mutex<Option<Pin<Box<dyn Chunks>>>>,
    size: Option<u64>,
}

impl UploadSource for Once {
    fn size(&self) -> Option<u64> {
        self.size
    }

    fn open(&self) -> io::Result<Pin<Box<dyn Chunks>>> {
        let chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner).take();
        chunks.ok_or_else(|| {
            io::Error::other("the reader was already read, and can be read only once")
        })
    }

    fn can_reopen(&self) -> bool {
        false
    }
}
