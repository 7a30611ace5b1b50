//! What is known of an answer besides the object in it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// All of an answer.
#[derive(Clone)]
pub(crate) struct Meta {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) tries: u32,
}

impl Meta {
    pub(crate) fn request_id(&self) -> Option<&str> {
        header(&self.headers, "request-id")
    }

    /// The end of a line for a log, after an opening parenthesis.
    pub(crate) fn write_tail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.request_id() {
            write!(f, ", request {id}")?;
        }
        write!(f, ", {})", tries(self.tries))
    }
}

impl fmt::Debug for Meta {
    /// What is worth knowing of an answer and is no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meta")
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("tries", &self.tries)
            .finish()
    }
}

/// The value of a header, if it is there and is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

pub(crate) fn tries(count: u32) -> String {
    if count == 1 { "1 try".to_owned() } else { format!("{count} tries") }
}
