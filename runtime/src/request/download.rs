//! Responses that are not JSON.

use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};

/// A file in a response, with its bytes in memory. To read it in chunks, call `download` instead of
/// `send`.
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
