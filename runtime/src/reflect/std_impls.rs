//! [`Value`] for what Rust itself brings: booleans, numbers, strings, options, boxes and vectors.

use crate::reflect::array::VecOps;
use crate::reflect::layout::Kind;
use crate::reflect::value::{Mismatch, Next, Token, Value, View};

// SAFETY: the kind is that of the type.
unsafe impl Value for bool {
    const KIND: Kind = Kind::Bool;
}

// SAFETY: the kind is that of the type.
unsafe impl Value for i64 {
    const KIND: Kind = Kind::I64;
}

// SAFETY: it says nothing of its kind, and implements all methods that would go by one.
unsafe impl Value for f64 {
    #[inline]
    fn duplicate(&self) -> Self {
        *self
    }

    #[inline]
    fn empty() -> Self {
        0.0
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        *self = match token {
            Token::Float(value) => value,
            Token::Int(value) => value as f64,
            _ => return Err(Mismatch::new("a number", token)),
        };
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        View::Float(*self)
    }
}

// SAFETY: the kind is that of the type.
unsafe impl Value for String {
    const KIND: Kind = Kind::String;
}

// SAFETY: the kind is made from that of what is inside; where there is none for it, all methods that would need one are implemented.
unsafe impl<T: Value> Value for Option<T> {
    const KIND: Kind = Kind::option::<T>();

    const IS_RAW: bool = T::IS_RAW;

    // A closure would be a function more to compile, for each type.
    #[allow(clippy::manual_map)]
    #[inline]
    fn duplicate(&self) -> Self {
        match self {
            Some(value) => Some(value.duplicate()),
            None => None,
        }
    }

    #[inline]
    fn empty() -> Self {
        None
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        if matches!(token, Token::Null | Token::Raw("null")) {
            *self = None;
            return Ok(Next::Done);
        }
        // SAFETY: promised by the caller.
        unsafe { self.insert(T::empty()).put(token) }
    }

    fn view(&self) -> View<'_> {
        match self {
            Some(value) => value.view(),
            None => View::Absent,
        }
    }
}

// SAFETY: the kind is made from that of what is inside; where there is none for it, all methods that would need one are implemented.
unsafe impl<T: Value> Value for Box<T> {
    const KIND: Kind = Kind::boxed::<T>();

    const IS_RAW: bool = T::IS_RAW;

    #[inline]
    fn duplicate(&self) -> Self {
        Self::new((**self).duplicate())
    }

    #[inline]
    fn empty() -> Self {
        Self::new(T::empty())
    }

    unsafe fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        // SAFETY: promised by the caller.
        unsafe { (**self).put(token) }
    }

    fn view(&self) -> View<'_> {
        (**self).view()
    }
}

// SAFETY: the kind is that of the type.
unsafe impl<T: Value> Value for Vec<T> {
    const KIND: Kind = Kind::Vec(const { &VecOps::of::<T>() });
}
