//! Answers that are not JSON.

use crate::reflect::value::{Mismatch, Next, Token, Value, View};

/// The answer to an operation that answers with a file: its bytes, all in memory. To read them piece by piece, use `download`
/// instead of `send`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download(pub Vec<u8>);

// SAFETY: it says nothing of its kind, and implements all methods that would go by one.
unsafe impl Value for Download {
    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn empty() -> Self {
        Self(Vec::new())
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        Err(Mismatch::new("the bytes of a file", token))
    }

    fn from_bytes(body: &[u8]) -> Option<Self> {
        Some(Self(body.to_owned()))
    }

    fn view(&self) -> View<'_> {
        View::Absent
    }
}

// SAFETY: it says nothing of its kind, and implements all methods that would go by one.
unsafe impl Value for () {
    const IS_RAW: bool = true;

    #[inline]
    fn duplicate(&self) -> Self {}

    fn empty() -> Self {}

    unsafe fn put(&mut self, _: Token<'_>) -> Result<Next<'_>, Mismatch> {
        Ok(Next::Done)
    }

    /// Nothing was to be answered, so whatever was answered is fine.
    fn from_bytes(_: &[u8]) -> Option<Self> {
        Some(())
    }

    fn view(&self) -> View<'_> {
        View::Absent
    }
}
