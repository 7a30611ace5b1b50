//! Unions of several variants.

use crate::DecodeError;
use crate::json::{lenient, peek};
use crate::reflect::value::{Token, TypeMismatch};

/// A union of several variants. Implemented by [`union_impl!`](crate::union_impl).
#[doc(hidden)]
pub trait Union: Sized + 'static {
    fn arms() -> &'static [Arm<Self>];
    fn unrecognized(json: crate::RawJson) -> Self;
}

/// A variant of a union.
#[doc(hidden)]
pub enum Arm<U> {
    /// Objects whose field `object` has this value.
    Object(&'static str, fn(&str) -> Result<U, DecodeError>),
    /// Objects as above that have the field `"deleted": true`.
    Deleted(&'static str, fn(&str) -> Result<U, DecodeError>),
    /// A string.
    Value(&'static str, fn() -> U),
    /// Any value that decodes.
    Other(fn(&str) -> Result<U, DecodeError>),
}

/// Implements [`Value::put`] for unions.
#[doc(hidden)]
pub fn put_union<U: Union>(union: &mut U, token: Token<'_>) -> Result<(), TypeMismatch> {
    let Token::Raw(json) = token else {
        return Err(TypeMismatch::new("one of several shapes", token));
    };
    let tells_deleted = U::arms().iter().any(|arm| matches!(arm, Arm::Deleted(..)));
    let (object, deleted) = match json.starts_with('{') {
        true if tells_deleted => {
            let [object, deleted] = peek::fields(json, ["object", "deleted"]);
            (object, deleted == Some("true"))
        }
        true => (peek::fields(json, ["object"])[0], false),
        false => (None, false),
    };
    let object = object.and_then(|object| object.strip_prefix('"')?.strip_suffix('"'));
    // Without a variant for the deleted object, one with `deleted: true` decodes as the object
    // itself: a deleted secret of an app has this form.
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
            // In an untagged union, a value that matches no variant may belong to one that this
            // version of the SDK does not define.
            (Err(_), Arm::Other(_)) => {}
            (Err(error), _) => return Err(error.into()),
        }
    }
    *union = U::unrecognized(crate::RawJson::from_checked(json));
    Ok(())
}

/// Implements the traits of a response union: an enum with a variant for each alternative, and one
/// for unknown alternatives.
#[doc(hidden)]
#[macro_export]
macro_rules! union_impl {
    ($type:ident { $($(#[$gate:meta])* $variant:ident $kind:ident $(($name:literal))?),* $(,)? }) => {
        impl $crate::Union for $type {
            #[inline]
            fn arms() -> &'static [$crate::Arm<Self>] {
                &[$($(#[$gate])* $crate::union_impl!(@arm $variant $kind $($name)?)),*]
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
                    $($(#[$gate])* $crate::union_impl!(@pattern $variant $kind value) => $crate::union_impl!(@view $kind value $($name)?),)*
                    Self::Unrecognized(raw) => $crate::Value::view(raw),
                }
            }
        }

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::equal(self, other)
            }
        }

        impl Default for $type {
            #[inline]
            fn default() -> Self {
                $crate::placeholder()
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

/// Implements the traits of a parameter union: an enum with a variant for each alternative.
#[doc(hidden)]
#[macro_export]
macro_rules! param_union_impl {
    ($type:ident { $($variant:ident $kind:ident $(($name:literal))?),* $(,)? }) => {
        impl $crate::Parameter for $type {
            type Shape = $crate::Single;

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
