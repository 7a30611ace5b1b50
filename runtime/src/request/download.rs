//! Answers that are not JSON.

use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// The answer to an operation that answers with a file: its bytes, all in memory. To read them piece by piece, use `download`
/// instead of `send`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download(pub Vec<u8>);

impl Value for Download {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();

    fn from_bytes(body: &[u8]) -> Option<Self> {
        Some(Self(body.to_owned()))
    }
}

impl OpaqueValue for Download {
    fn make_placeholder() -> Self {
        Self(Vec::new())
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        Err(TypeMismatch::new("the bytes of a file", token))
    }

    fn as_view(&self) -> View<'_> {
        View::Absent
    }
}
