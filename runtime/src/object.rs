//! Tables: what a struct says of its fields, and the functions that walk them.
//!
//! All `unsafe` code for structs is in this file. It rests on one fact, which the [`object!`](crate::object) macro
//! checks at compile time: a [`Table`] lists every field of its struct exactly once, each with its true offset and type.

use std::marker::PhantomData;

use crate::Timestamp;
use crate::value::{AnyValue, Plain, Token, Value, View};

/// The fields of a struct, sorted by their names in documents, and what all its documents have in common.
pub struct Table {
    /// The name of the type, for messages and `Debug`.
    pub name: &'static str,
    /// The value of the member `object`, or the empty string where documents have no such member.
    pub object: &'static str,
    /// Whether documents have the member `"deleted": true`.
    pub deleted: bool,
    pub fields: &'static [Field],
}

impl Table {
    /// What a table is that says nothing.
    pub const EMPTY: Self = Self { name: "", object: "", deleted: false, fields: &[] };
}

/// One field of a struct.
pub struct Field {
    /// The name in documents.
    pub(crate) name: &'static str,
    offset: u32,
    flags: u16,
    plain: Plain,
    slot: &'static Slot,
}

impl Field {
    /// A document without this field is refused.
    pub const REQUIRED: u16 = 1;
    /// Written as `null` when there is no value, because documents always have it.
    pub const NULLABLE: u16 = 2;
    /// Never shown by `Debug`.
    pub const SECRET: u16 = 4;
    /// The type [wants its whole text](Value::IS_RAW). No table says this: it is known from the type.
    pub(crate) const RAW: u16 = 8;

    /// The field at `at` in the struct at `base`. Nothing is read: the pointers say what the type is, and how far in it lies.
    ///
    /// # Safety
    ///
    /// `at` must point into the struct that `base` points to.
    pub const unsafe fn new<S, T: Value>(name: &'static str, base: *const S, at: *const T, flags: u16) -> Self {
        // SAFETY: promised by the caller.
        let offset = unsafe { at.byte_offset_from(base) };
        let flags = if T::IS_RAW { flags | Self::RAW } else { flags };
        Self { name, offset: offset as u32, flags, plain: T::PLAIN, slot: const { &Slot::of::<T>() } }
    }

    #[inline]
    pub(crate) fn is(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}

/// What can be done with a field of some type, knowing only where it is.
struct Slot {
    init: unsafe fn(*mut u8),
    copy: unsafe fn(*const u8, *mut u8),
    as_value: unsafe fn(*mut u8) -> *mut dyn AnyValue,
}

impl Slot {
    const fn of<T: Value>() -> Self {
        Self { init: init::<T>, copy: copy::<T>, as_value: as_value::<T> }
    }
}

/// # Safety
///
/// `to` must be valid for writing a `T`.
unsafe fn init<T: Value>(to: *mut u8) {
    // SAFETY: promised by the caller.
    unsafe { to.cast::<T>().write(T::empty()) }
}

/// # Safety
///
/// `from` must point to a `T`, and `to` must be valid for writing one.
unsafe fn copy<T: Value>(from: *const u8, to: *mut u8) {
    // SAFETY: promised by the caller.
    unsafe { to.cast::<T>().write((*from.cast::<T>()).duplicate()) }
}

/// # Safety
///
/// None of its own; the result is to be used as what `at` points to.
unsafe fn as_value<T: Value>(at: *mut u8) -> *mut dyn AnyValue {
    at.cast::<T>()
}

impl Table {
    /// The place of the field of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        // Where the type says what it is, all its documents do, and it is no field.
        if name == "object" && !self.object.is_empty() {
            return None;
        }
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok()
    }

    /// Makes every field of an object [empty](Value::empty).
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a struct of this table.
    pub(crate) unsafe fn init(&self, to: *mut u8) {
        for field in self.fields {
            // SAFETY: promised by the caller, and the table says where the fields are, and what they are.
            unsafe {
                let to = to.add(field.offset as usize);
                match field.plain {
                    Plain::Bool => to.cast::<bool>().write(false),
                    Plain::I64 => to.cast::<i64>().write(0),
                    Plain::OptionBool => to.cast::<Option<bool>>().write(None),
                    Plain::OptionI64 => to.cast::<Option<i64>>().write(None),
                    Plain::OptionString => to.cast::<Option<String>>().write(None),
                    Plain::OptionTimestamp => to.cast::<Option<Timestamp>>().write(None),
                    Plain::No | Plain::String | Plain::Timestamp | Plain::Option => (field.slot.init)(to),
                }
            }
        }
    }

    /// Copies every field of an object. If that panics, the fields copied so far are leaked, which is safe.
    ///
    /// # Safety
    ///
    /// `from` must point to a struct of this table, and `to` must be valid for writing one.
    pub(crate) unsafe fn copy(&self, from: *const u8, to: *mut u8) {
        for field in self.fields {
            let offset = field.offset as usize;
            // SAFETY: promised by the caller, and the table says where the fields are.
            unsafe { (field.slot.copy)(from.add(offset), to.add(offset)) }
        }
    }
}

/// An object whose type is not known, to be read.
#[derive(Clone, Copy)]
pub struct ObjectRef<'a> {
    table: &'static Table,
    base: *const u8,
    lifetime: PhantomData<&'a u8>,
}

impl<'a> ObjectRef<'a> {
    /// # Safety
    ///
    /// `base` must point to a struct of this table, borrowed for `'a`.
    pub(crate) unsafe fn new(table: &'static Table, base: *const u8) -> Self {
        Self { table, base, lifetime: PhantomData }
    }

    pub(crate) fn table(self) -> &'static Table {
        self.table
    }

    pub(crate) fn fields(self) -> impl Iterator<Item = (&'static Field, &'a dyn AnyValue)> {
        self.table.fields.iter().map(move |field| (field, self.value(field)))
    }

    /// The fields that pass, as data.
    pub(crate) fn views(self, pass: impl Fn(&Field) -> bool) -> impl Iterator<Item = (&'static Field, View<'a>)> {
        self.table.fields.iter().filter(move |field| pass(field)).map(move |field| (field, self.view(field)))
    }

    fn value(self, field: &Field) -> &'a dyn AnyValue {
        // SAFETY: the table says where the field is, and for `'a` the object is borrowed as shared. The pointer
        // is made mutable only to pass through `as_value`; nothing is written through it.
        unsafe { &*(field.slot.as_value)(self.base.add(field.offset as usize).cast_mut()) }
    }

    fn view(self, field: &Field) -> View<'a> {
        // SAFETY: the table says where the field is and what it is, and for `'a` the object is borrowed as shared.
        unsafe {
            let at = self.base.add(field.offset as usize);
            match field.plain {
                Plain::Bool => View::Bool(*at.cast()),
                Plain::I64 => View::Int(*at.cast()),
                Plain::String => View::Str((*at.cast::<String>()).as_str().into()),
                Plain::OptionBool => (*at.cast::<Option<bool>>()).map_or(View::Absent, View::Bool),
                Plain::OptionI64 => (*at.cast::<Option<i64>>()).map_or(View::Absent, View::Int),
                Plain::OptionString => match &*at.cast::<Option<String>>() {
                    Some(text) => View::Str(text.as_str().into()),
                    None => View::Absent,
                },
                Plain::No | Plain::Timestamp | Plain::OptionTimestamp | Plain::Option => self.value(field).view_any(),
            }
        }
    }
}

/// An object whose type is not known, to be filled.
pub struct ObjectMut<'a> {
    table: &'static Table,
    base: *mut u8,
    lifetime: PhantomData<&'a mut u8>,
}

impl<'a> ObjectMut<'a> {
    /// # Safety
    ///
    /// `base` must point to a struct of this table, borrowed as mutable for `'a`.
    pub(crate) unsafe fn new(table: &'static Table, base: *mut u8) -> Self {
        Self { table, base, lifetime: PhantomData }
    }

    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }

    /// Fills the n-th field, which is as it was made, if its type and the token need no more than that.
    #[inline]
    pub(crate) fn put_plain(&mut self, index: usize, token: Token<'_>) -> bool {
        let field = &self.table.fields[index];
        // SAFETY: the table says where the field is and that it has the type which is written here, and `self` borrows the object as mutable.
        unsafe {
            let at = self.base.add(field.offset as usize);
            match (field.plain, token) {
                (
                    Plain::OptionBool | Plain::OptionI64 | Plain::OptionString | Plain::OptionTimestamp | Plain::Option,
                    Token::Null,
                ) => {}
                (Plain::Bool, Token::Bool(value)) => *at.cast() = value,
                (Plain::OptionBool, Token::Bool(value)) => *at.cast() = Some(value),
                (Plain::I64, Token::Int(value)) => *at.cast() = value,
                (Plain::OptionI64, Token::Int(value)) => *at.cast() = Some(value),
                (Plain::Timestamp, Token::Int(seconds)) => *at.cast() = Timestamp::from_seconds(seconds),
                (Plain::OptionTimestamp, Token::Int(seconds)) => *at.cast() = Some(Timestamp::from_seconds(seconds)),
                (Plain::String, Token::Str(text)) => *at.cast() = text.to_owned(),
                (Plain::OptionString, Token::Str(text)) => *at.cast() = Some(text.to_owned()),
                _ => return false,
            }
        }
        true
    }

    /// The n-th field of the table.
    #[inline]
    pub(crate) fn field(&mut self, index: usize) -> &mut dyn AnyValue {
        let field = &self.table.fields[index];
        // SAFETY: the table says where the field is, and `self` borrows the object as mutable.
        unsafe { &mut *(field.slot.as_value)(self.base.add(field.offset as usize)) }
    }
}

/// Whether two values would be written the same.
pub fn equal(left: &dyn AnyValue, right: &dyn AnyValue) -> bool {
    match (left.view_any(), right.view_any()) {
        (View::Absent, View::Absent) | (View::Null, View::Null) => true,
        (View::Bool(left), View::Bool(right)) => left == right,
        (View::Int(left), View::Int(right)) => left == right,
        (View::Float(left), View::Float(right)) => left == right,
        (View::Str(left), View::Str(right)) => left == right,
        (View::Raw(left), View::Raw(right)) => left == right,
        (View::Array(left), View::Array(right)) => {
            left.len() == right.len() && (0..left.len()).all(|at| equal(left.item(at), right.item(at)))
        }
        (View::Map(left), View::Map(right)) => {
            let mut entries = Vec::with_capacity(left.len());
            left.each(&mut |key, value| entries.push((key, value)));
            let mut rest = entries.into_iter();
            let mut same = left.len() == right.len();
            right.each(&mut |key, value| {
                same = same && rest.next().is_some_and(|entry| entry.0 == key && equal(entry.1, value));
            });
            same
        }
        (View::Object(left), View::Object(right)) => {
            std::ptr::eq(left.table(), right.table())
                && left.fields().zip(right.fields()).all(|(left, right)| equal(left.1, right.1))
        }
        _ => false,
    }
}

/// Implements [`Value`] and what stands on it for a struct, from the list of its fields and their names in documents.
///
/// The list is sorted by those names. A field that is left out, or given twice, does not compile. With `serde` at the end, the
/// struct has the way to serde as well; one that is only sent does not need it.
///
/// The macro is used thousands of times with thousands of fields, so it uses no other macro: each use of one costs the compiler
/// more than the code it stands for.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    ($type:ident $(: $object:literal $(- $deleted:ident)?)? {
        $($field:ident = $name:literal $([$($flag:ident)*])?),* $(,)?
    } $($serde:ident)?) => {
        unsafe impl $crate::Value for $type {
            // What a table leaves out is taken from an empty one, also where nothing is left out.
            #[allow(clippy::needless_update)]
            const SHAPE: $crate::Shape = unsafe {
                let here = $crate::Uninit::<Self>::uninit();
                let at = here.as_ptr();
                // Naming every field without `..` makes a forgotten one an error; `_` reads nothing.
                let Self { $($field: _),* } = *at;
                $crate::Shape::Object(&$crate::Table {
                    name: stringify!($type),
                    fields: &[$($crate::Field::new($name, at, &raw const (*at).$field, 0 $($(| $crate::Field::$flag)*)?)),*],
                    $(object: $object, $($deleted: true,)?)?
                    ..$crate::Table::EMPTY
                })
            };
        }

        impl Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                $crate::Value::duplicate(self)
            }
        }

        impl $crate::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                $crate::debug(self, f)
            }
        }

        $(
            impl $crate::$serde::Serialize for $type {
                #[inline]
                fn serialize<S: $crate::$serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    $crate::serialize(self, serializer)
                }
            }

            impl<'de> $crate::$serde::Deserialize<'de> for $type {
                #[inline]
                fn deserialize<D: $crate::$serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::deserialize(deserializer)
                }
            }
        )?
    };
}

/// [`object!`](crate::object) for a struct with a parameter.
macro_rules! generic_object {
    ($type:ident<$param:ident> $object:literal {
        $($field:ident = $name:literal $([$flag:ident])?),* $(,)?
    }) => {
        // SAFETY: the table lists every field, as the pattern without `..` proves, and each by a pointer to it.
        unsafe impl<$param: $crate::Value> $crate::Value for $type<$param> {
            const SHAPE: $crate::Shape = unsafe {
                let here = std::mem::MaybeUninit::<Self>::uninit();
                let at = here.as_ptr();
                let Self { $($field: _),* } = *at;
                $crate::Shape::Object(&$crate::Table {
                    name: stringify!($type),
                    fields: &[$($crate::Field::new($name, at, &raw const (*at).$field, 0 $(| $crate::Field::$flag)?)),*],
                    object: $object,
                    ..$crate::Table::EMPTY
                })
            };
        }

        impl<$param: $crate::Value> Clone for $type<$param> {
            fn clone(&self) -> Self {
                $crate::Value::duplicate(self)
            }
        }

        impl<$param: $crate::Value> std::fmt::Debug for $type<$param> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::debug(self, f)
            }
        }

        impl<$param: $crate::Value> serde::Serialize for $type<$param> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::serialize(self, serializer)
            }
        }

        impl<'de, $param: $crate::Value> serde::Deserialize<'de> for $type<$param> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use generic_object;
