//! Everything of a response except the object decoded from it.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// Status, headers and body of a response, and the number of attempts it took.
#[derive(Clone)]
pub struct ResponseParts {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
}

impl ResponseParts {
    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body as it was received. The body of an error is cut after 1 MiB.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns how many times the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the request ID, which Stripe's support and dashboard use to find the request.
    pub fn request_id(&self) -> Option<&str> {
        header(&self.headers, "request-id")
    }

    /// Writes the request ID and the attempts, and closes a parenthesis.
    pub(crate) fn write_tail(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.request_id() {
            write!(f, ", request {id}")?;
        }
        write!(f, ", {})", attempts(self.attempts))
    }
}

impl fmt::Debug for ResponseParts {
    /// Leaves out header values and the body, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseParts")
            .field("status", &self.status.as_u16())
            .field("request_id", &self.request_id())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("attempts", &self.attempts)
            .finish()
    }
}

/// Returns the value of a header if it is present and visible ASCII.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Formats a number of attempts.
pub(crate) fn attempts(count: u32) -> String {
    if count == 1 { "1 attempt".to_owned() } else { format!("{count} attempts") }
}
