//! [`Value`] for what Rust itself brings: booleans, numbers, strings, options, boxes and vectors.

use std::borrow::Cow;

use crate::value::{AnyValue, ArrayView, Items, Mismatch, Next, Plain, Token, Value, View};

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for bool {
    const PLAIN: Plain = Plain::Bool;

    #[inline]
    fn duplicate(&self) -> Self {
        *self
    }

    #[inline]
    fn empty() -> Self {
        false
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        let Token::Bool(value) = token else {
            return Err(Mismatch::new("a boolean", token));
        };
        *self = value;
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        View::Bool(*self)
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for i64 {
    const PLAIN: Plain = Plain::I64;

    #[inline]
    fn duplicate(&self) -> Self {
        *self
    }

    #[inline]
    fn empty() -> Self {
        0
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        *self = match token {
            Token::Int(value) => value,
            // Some serializers on the way write whole numbers as `10.0`.
            Token::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => value as i64,
            _ => return Err(Mismatch::new("an integer", token)),
        };
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        View::Int(*self)
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for f64 {
    #[inline]
    fn duplicate(&self) -> Self {
        *self
    }

    #[inline]
    fn empty() -> Self {
        0.0
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
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

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for String {
    const PLAIN: Plain = Plain::String;

    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn empty() -> Self {
        String::new()
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        let Token::Str(value) = token else {
            return Err(Mismatch::new("a string", token));
        };
        value.clone_into(self);
        Ok(Next::Done)
    }

    fn view(&self) -> View<'_> {
        View::Str(Cow::Borrowed(self))
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl<T: Value> Value for Option<T> {
    const PLAIN: Plain = T::PLAIN.optional();

    const IS_RAW: bool = T::IS_RAW;

    #[inline]
    fn duplicate(&self) -> Self {
        self.as_ref().map(T::duplicate)
    }

    #[inline]
    fn empty() -> Self {
        None
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        if matches!(token, Token::Null | Token::Raw("null")) {
            *self = None;
            return Ok(Next::Done);
        }
        self.insert(T::empty()).put(token)
    }

    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, T::view)
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl<T: Value> Value for Box<T> {
    const IS_RAW: bool = T::IS_RAW;

    #[inline]
    fn duplicate(&self) -> Self {
        Self::new((**self).duplicate())
    }

    #[inline]
    fn empty() -> Self {
        Box::new(T::empty())
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        (**self).put(token)
    }

    fn view(&self) -> View<'_> {
        (**self).view()
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl<T: Value> Value for Vec<T> {
    #[inline]
    fn duplicate(&self) -> Self {
        self.iter().map(T::duplicate).collect()
    }

    #[inline]
    fn empty() -> Self {
        Vec::new()
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        if token != Token::Array {
            return Err(Mismatch::new("an array", token));
        }
        self.clear();
        Ok(Next::Array(self))
    }

    fn view(&self) -> View<'_> {
        View::Array(self)
    }
}

impl<T: Value> Items for Vec<T> {
    fn push(&mut self) -> &mut dyn AnyValue {
        Vec::push(self, T::empty());
        self.last_mut().expect("an item was just pushed")
    }
}

impl<T: Value> ArrayView for Vec<T> {
    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn item(&self, index: usize) -> &dyn AnyValue {
        &self[index]
    }
}
