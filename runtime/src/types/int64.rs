//! Integers encoded as JSON strings.

use std::fmt;
use std::num::ParseIntError;
use std::ops::Deref;
use std::str::FromStr;

use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};
use crate::types::scalar_serde;

/// A 64-bit integer that is a string in JSON, because JavaScript would round it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Int64(pub i64);

impl From<i64> for Int64 {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl From<Int64> for i64 {
    fn from(value: Int64) -> Self {
        value.0
    }
}

impl Deref for Int64 {
    type Target = i64;

    fn deref(&self) -> &i64 {
        &self.0
    }
}

impl fmt::Display for Int64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Int64 {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl PartialEq<i64> for Int64 {
    fn eq(&self, other: &i64) -> bool {
        self.0 == *other
    }
}

scalar_serde!(Int64, Text);

impl Value for Int64 {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for Int64 {
    fn make_placeholder() -> Self {
        Self(0)
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let parsed = match token {
            Token::Str(text) => text.parse().ok(),
            Token::Int(value) => Some(value),
            _ => None,
        };
        self.0 =
            parsed.ok_or_else(|| TypeMismatch::new("a string with a 64-bit integer", token))?;
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::Str(self.0.to_string().into())
    }
}
