//! Enums over strings, with a variant for unknown values.
//!
//! All `unsafe` code for enums is in this file. It relies on one fact: an enum with `#[repr(C)]`
//! begins with its discriminant, and a variant with one field is laid out as a `repr(C)` struct of
//! the discriminant and the field. The [`string_enum!`](crate::string_enum) macro adds that the
//! discriminants are the indexes of the values, and that only the last variant has a field. All of
//! this is checked at compile time. `refused.rs` lists enums that do not compile.
//!
//! The discriminants are not public, since they change whenever a value is added. A representation
//! such as `u16` would make them part of the public API.

use std::borrow::Cow;
use std::ffi::c_int;
use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};

use super::bytes_eq::is;
use super::value::Value;

/// A value that this version of the SDK does not define. It is encoded exactly as it was decoded.
///
/// Only decoding and `From<&str>` of an enum create an `Unknown`, and only for a value without a
/// variant. A known value is therefore never `Unknown`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unknown(Box<str>);

impl Unknown {
    /// Returns the value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The memory layout of the last variant of every enum over strings.
#[repr(C)]
struct Last {
    number: c_int,
    value: Unknown,
}

/// The discriminant of an enum over strings.
#[repr(C)]
enum Number {
    #[allow(dead_code)]
    First,
}

/// An enum over strings.
///
/// # Safety
///
/// The enum must be `repr(C)`, have one variant per value, in this order and without fields, and
/// one more with the field [`Unknown`]. It must not implement `Drop`.
#[doc(hidden)]
pub unsafe trait StringEnum: Value {
    const VALUES: &'static [&'static str];
}

/// The values of an enum in the order of its variants, and how `None` is stored.
#[doc(hidden)]
pub struct Variants {
    values: &'static [&'static str],
    /// The discriminant at the start of an `Option` of the enum that is `None`.
    none: Option<c_int>,
}

/// Checks that the variants of an enum have discriminants from zero on, in the order of its values,
/// and that the last variant has a field of the right type.
///
/// If an enum did not begin with a discriminant, this check would read uninitialized memory or
/// another number. Both are compile errors.
#[doc(hidden)]
pub const fn check_numbers<E: StringEnum, const N: usize>(
    variants: &ManuallyDrop<[E; N]>,
    _: fn(Unknown) -> E,
) {
    assert!(
        size_of::<E>() == size_of::<Last>() && align_of::<E>() == align_of::<Last>(),
        "the enum must be `repr(C)`"
    );
    assert!(N == E::VALUES.len());
    let first = (&raw const *variants).cast::<E>();
    let mut index = 0;
    while index < N {
        // SAFETY: the enum has this many variants, and each is at least as large and as aligned as
        // a discriminant.
        let number = unsafe { first.add(index).cast::<c_int>().read() };
        assert!(
            number as usize == index,
            "the variants must be in the order of their values, without explicit discriminants"
        );
        index += 1;
    }
}

/// Returns memory that begins with the discriminant of the last variant, to check with a `match`
/// which variant that is.
#[doc(hidden)]
pub const fn last<E: StringEnum>() -> MaybeUninit<E> {
    let mut last = MaybeUninit::<E>::uninit();
    // SAFETY: the checks above prove that the enum is at least as large and as aligned as a
    // discriminant.
    unsafe { last.as_mut_ptr().cast::<c_int>().write(E::VALUES.len() as c_int) };
    last
}

/// Stops the compilation of an enum whose last variant has the wrong discriminant.
#[doc(hidden)]
pub const fn not_last() {
    panic!("`Unrecognized` must be the last variant, without an explicit discriminant")
}

impl Variants {
    pub(super) const fn of<E: StringEnum>() -> Self {
        // The last variant is the largest, so a wrong layout shows in the size.
        assert!(size_of::<E>() == size_of::<Last>() && align_of::<E>() == align_of::<Last>());
        // On a few platforms, C enums are as small as possible. These checks cover the platforms
        // where they are `c_int`.
        assert!(size_of::<Number>() == size_of::<c_int>());
        assert!(E::VALUES.len() < u16::MAX as usize);
        Self { values: E::VALUES, none: Self::none::<E>() }
    }

    /// Returns the discriminant that marks `None`. An `Option` with the size of its enum stores the
    /// enum in the same bytes, and `None` as a discriminant that no variant has.
    const fn none<E: StringEnum>() -> Option<c_int> {
        if size_of::<Option<E>>() != size_of::<E>() {
            return None;
        }
        let none = MaybeUninit::new(None::<E>);
        // SAFETY: the `Option` is as large as the enum, so at least as large as a discriminant.
        // Reading uninitialized memory would be a compile error.
        let number = unsafe { none.as_ptr().cast::<c_int>().read() };
        if number >= 0 && number as usize <= E::VALUES.len() { None } else { Some(number) }
    }

    pub(super) const fn values(&self) -> &'static [&'static str] {
        self.values
    }

    pub(crate) const fn has_none(&self) -> bool {
        self.none.is_some()
    }
}

/// Returns the string of the enum at `at`.
///
/// # Safety
///
/// `at` must point to an enum of these values, borrowed for `'a`.
pub(crate) unsafe fn read<'a>(variants: &Variants, at: *const u8) -> &'a str {
    // SAFETY: the enum begins with its discriminant. With the last discriminant, it is a `Last`.
    unsafe {
        match variants.values.get(at.cast::<c_int>().read() as usize) {
            Some(known) => known,
            None => &(*at.cast::<Last>()).value.0,
        }
    }
}

/// Returns the string of the enum in the `Option` at `at`.
///
/// # Safety
///
/// `at` must point to an `Option` of an enum of these variants that has a discriminant for `None`,
/// borrowed for `'a`.
pub(crate) unsafe fn read_option<'a>(variants: &Variants, at: *const u8) -> Option<&'a str> {
    // SAFETY: guaranteed by the caller. A `Some` stores the enum at this address.
    unsafe {
        if variants.none == Some(at.cast::<c_int>().read()) {
            None
        } else {
            Some(read(variants, at))
        }
    }
}

/// Writes the enum with this string.
///
/// # Safety
///
/// `to` must be valid for writing an enum of these values.
pub(crate) unsafe fn write(variants: &Variants, to: *mut u8, text: &str) {
    let known = variants.values.iter().position(|known| is(known.as_bytes(), text.as_bytes()));
    // SAFETY: the enum begins with its discriminant. With the last discriminant, it is a `Last`.
    unsafe {
        match known {
            Some(number) => to.cast::<c_int>().write(number as c_int),
            None => to.cast::<Last>().write(Last {
                number: variants.values.len() as c_int,
                value: Unknown(text.into()),
            }),
        }
    }
}

/// Writes a `None`.
///
/// # Safety
///
/// `to` must be valid for writing an `Option` of an enum of these variants that has a discriminant
/// for `None`.
pub(crate) unsafe fn write_none(variants: &Variants, to: *mut u8) {
    let Some(none) = variants.none else {
        unreachable!("the layout requires a discriminant for `None`")
    };
    // SAFETY: guaranteed by the caller.
    unsafe { to.cast::<c_int>().write(none) }
}

/// Drops the enum at `at`, or the one in the `Option` there.
///
/// # Safety
///
/// `at` must point to an enum of these variants, or to an `Option` of one that has a discriminant
/// for `None`, borrowed mutably. It must not be used afterwards until it is written again.
pub(crate) unsafe fn drop(variants: &Variants, at: *mut u8) {
    // SAFETY: the enum begins with its discriminant. Only the last variant owns memory.
    unsafe {
        if at.cast::<c_int>().read() as usize == variants.values.len() {
            at.cast::<Last>().drop_in_place();
        }
    }
}

/// Implements `as_str` of every enum over strings.
#[doc(hidden)]
pub fn as_str<E: StringEnum>(value: &E) -> &str {
    // SAFETY: these are the variants of the enum.
    unsafe { read(const { E::LAYOUT.variants() }, (&raw const *value).cast()) }
}

/// Returns the value of an enum over strings. A known value is not copied.
pub(crate) fn to_cow<E: StringEnum>(value: &E) -> Cow<'static, str> {
    // SAFETY: these are the variants of the enum.
    unsafe { cow(const { E::LAYOUT.variants() }, (&raw const *value).cast()) }
}

/// # Safety
///
/// `at` must point to an enum of these values.
unsafe fn cow(variants: &Variants, at: *const u8) -> Cow<'static, str> {
    // SAFETY: guaranteed by the caller. The enum begins with its discriminant.
    unsafe {
        match variants.values.get(at.cast::<c_int>().read() as usize) {
            Some(known) => (*known).into(),
            None => read(variants, at).to_owned().into(),
        }
    }
}

/// Implements `From<&str>` of every enum over strings.
#[doc(hidden)]
pub fn from_str<E: StringEnum>(text: &str) -> E {
    let mut memory = MaybeUninit::<E>::uninit();
    // SAFETY: these are the variants of the enum, and `write` writes a complete enum.
    unsafe {
        write(const { E::LAYOUT.variants() }, memory.as_mut_ptr().cast(), text);
        memory.assume_init()
    }
}

/// Implements the traits of an enum over strings, from its values in the order of the variants.
///
/// The enum is `repr(C)`, and its last variant is `Unrecognized(Unknown)`. These do not compile:
/// another representation, another order, explicit discriminants, another field, an enum that
/// implements `Drop`.
#[doc(hidden)]
#[macro_export]
macro_rules! string_enum {
    ($type:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        // SAFETY: `LAYOUT` below verifies the representation, the order, the fields and that there is no `Drop`.
        unsafe impl $crate::StringEnum for $type {
            const VALUES: &'static [&'static str] = &[$($value),*];
        }

        impl $crate::Value for $type {
            const LAYOUT: $crate::LayoutOf<Self> = {
                let () = <Self as $crate::HasNoDrop<_>>::CHECKED;
                $crate::check_numbers(&$crate::ManuallyDrop::new([$(Self::$variant),*]), Self::Unrecognized);
                let last = $crate::last::<Self>();
                // SAFETY: the match only reads the discriminant. A discriminant without a variant
                // does not compile.
                unsafe {
                    match *last.as_ptr() {
                        Self::Unrecognized(_) => {}
                        _ => $crate::not_last(),
                    }
                }
                $crate::LayoutOf::string_enum()
            };
        }

        impl $type {
            /// Returns the string used by the API.
            #[inline]
            pub fn as_str(&self) -> &str {
                // Naming every variant makes a missing one a compile error.
                match self {
                    $(Self::$variant |)* Self::Unrecognized(_) => $crate::as_str(self),
                }
            }
        }

        impl $crate::Parameter for $type {
            type Shape = $crate::Single;

            #[inline]
            fn into_data(self) -> $crate::Data {
                $crate::enum_data(&self)
            }
        }

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $type {}

        impl $crate::Hash for $type {
            #[inline]
            fn hash<H: $crate::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl PartialEq<str> for $type {
            #[inline]
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $type {
            #[inline]
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Default for $type {
            #[inline]
            fn default() -> Self {
                $crate::placeholder()
            }
        }

        impl $crate::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                f.pad(self.as_str())
            }
        }

        impl $crate::FromStr for $type {
            type Err = $crate::Infallible;

            #[inline]
            fn from_str(value: &str) -> Result<Self, $crate::Infallible> {
                Ok($crate::from_str(value))
            }
        }

        impl From<&str> for $type {
            #[inline]
            fn from(value: &str) -> Self {
                $crate::from_str(value)
            }
        }

        impl Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                $crate::clone_value(self)
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
}
