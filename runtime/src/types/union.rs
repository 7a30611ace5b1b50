//! Values that take one of several shapes.

use crate::DecodeError;
use crate::json::{lenient, peek};
use crate::reflect::value::{Token, TypeMismatch};

/// A value that takes one of several shapes. Implemented by [`union_impl!`](crate::union).
#[doc(hidden)]
pub trait Union: Sized + 'static {
    fn arms() -> &'static [Arm<Self>];
    fn unrecognized(json: crate::RawJson) -> Self;
}

/// One of the shapes of a union.
#[doc(hidden)]
pub enum Arm<U> {
    /// Objects whose member `object` has this value.
    Object(&'static str, fn(&str) -> Result<U, DecodeError>),
    /// The same, of those with the member `"deleted": true`.
    Deleted(&'static str, fn(&str) -> Result<U, DecodeError>),
    /// One string.
    Value(&'static str, fn() -> U),
    /// Whatever decodes.
    Other(fn(&str) -> Result<U, DecodeError>),
}

/// [`Value::put`] for unions.
#[doc(hidden)]
pub fn put_union<U: Union>(union: &mut U, token: Token<'_>) -> Result<(), TypeMismatch> {
    let Token::Raw(json) = token else {
        return Err(TypeMismatch::new("one of several shapes", token));
    };
    let tells_deleted = U::arms().iter().any(|arm| matches!(arm, Arm::Deleted(..)));
    let (object, deleted) = match json.starts_with('{') {
        true if tells_deleted => {
            let [object, deleted] = peek::members(json, ["object", "deleted"]);
            (object, deleted == Some("true"))
        }
        true => (peek::members(json, ["object"])[0], false),
        false => (None, false),
    };
    let object = object.and_then(|object| object.strip_prefix('"')?.strip_suffix('"'));
    // Where nothing stands for what is left of an object, a deleted one is that object: a secret of an app says so of itself.
    let deleted = deleted
        && U::arms()
            .iter()
            .any(|arm| matches!(arm, Arm::Deleted(name, _) if object == Some(*name)));
    let is = |name: &str, is_deleted: bool| object == Some(name) && deleted == is_deleted;
    let text = if json.starts_with('"') { crate::from_json::<String>(json).ok() } else { None };
    for arm in U::arms() {
        let decoded = match arm {
            Arm::Object(name, decode) if is(name, false) => decode(json),
            Arm::Deleted(name, decode) if is(name, true) => decode(json),
            Arm::Value(value, make) if text.as_deref() == Some(*value) => Ok(make()),
            Arm::Other(decode) => lenient::strictly(|| decode(json)),
            _ => continue,
        };
        match (decoded, arm) {
            (Ok(value), _) => {
                *union = value;
                return Ok(());
            }
            // Without a name in the document, a shape that no arm has may be one that this version does not know.
            (Err(_), Arm::Other(_)) => {}
            (Err(error), _) => return Err(error.into()),
        }
    }
    *union = U::unrecognized(crate::RawJson::from_checked(json));
    Ok(())
}

/// Implements everything for an enum with a variant for each shape of a union, and one for shapes not known yet.
#[doc(hidden)]
#[macro_export]
macro_rules! union_impl {
    ($type:ident { $($variant:ident $kind:ident $(($name:literal))?),* $(,)? }) => {
        impl $crate::Union for $type {
            #[inline]
            fn arms() -> &'static [$crate::Arm<Self>] {
                &[$($crate::union_impl!(@arm $variant $kind $($name)?)),*]
            }

            #[inline]
            fn unrecognized(json: $crate::RawJson) -> Self {
                Self::Unrecognized(json)
            }
        }

        impl $crate::Value for $type {
            const LAYOUT: $crate::LayoutOf<Self> = $crate::LayoutOf::opaque();
        }

        impl $crate::OpaqueValue for $type {
            const WANTS_RAW_JSON: bool = true;

            #[inline]
            fn make_placeholder() -> Self {
                Self::Unrecognized($crate::placeholder())
            }

            #[inline]
            fn set(&mut self, token: $crate::Token<'_>) -> Result<(), $crate::TypeMismatch> {
                $crate::put_union(self, token)
            }

            #[inline]
            fn as_view(&self) -> $crate::View<'_> {
                match self {
                    $($crate::union_impl!(@pattern $variant $kind value) => $crate::union_impl!(@view $kind value $($name)?),)*
                    Self::Unrecognized(raw) => $crate::Value::view(raw),
                }
            }
        }

        impl $crate::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                $crate::debug(self, f)
            }
        }

        impl $crate::serde::Serialize for $type {
            #[inline]
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serialize(self, serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            #[inline]
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::deserialize(deserializer)
            }
        }
    };
    (@arm $variant:ident object $name:literal) => {
        $crate::Arm::Object($name, |json| $crate::from_json(json).map(Self::$variant))
    };
    (@arm $variant:ident deleted $name:literal) => {
        $crate::Arm::Deleted($name, |json| $crate::from_json(json).map(Self::$variant))
    };
    (@arm $variant:ident value $name:literal) => { $crate::Arm::Value($name, || Self::$variant) };
    (@arm $variant:ident other) => {
        $crate::Arm::Other(|json| $crate::from_json(json).map(Self::$variant))
    };
    (@pattern $variant:ident value $bound:ident) => { Self::$variant };
    (@pattern $variant:ident $kind:ident $bound:ident) => { Self::$variant($bound) };
    (@view value $bound:ident $name:literal) => { $crate::View::Str($name.into()) };
    (@view $kind:ident $bound:ident $($name:literal)?) => { $crate::Value::view($bound) };
}

/// Implements everything for an enum with a variant for each shape of a parameter.
#[doc(hidden)]
#[macro_export]
macro_rules! param_union_impl {
    ($type:ident { $($variant:ident $kind:ident $(($name:literal))?),* $(,)? }) => {
        impl $crate::Parameter for $type {
            #[inline]
            fn into_data(self) -> $crate::Data {
                match self {
                    $($crate::union_impl!(@pattern $variant $kind value) => $crate::param_union_impl!(@data $kind value $($name)?),)*
                    Self::Unrecognized(raw) => $crate::Data::Raw(raw),
                }
            }
        }

        impl $crate::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                $crate::Parameter::into_data(self.clone()).fmt(f)
            }
        }
    };
    (@data value $bound:ident $name:literal) => { $crate::Data::Str($name.into()) };
    (@data $kind:ident $bound:ident) => { $crate::Parameter::into_data($bound) };
}
