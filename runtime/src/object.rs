//! Tables: what a struct says of its fields, and the functions that walk them.
//!
//! The `unsafe` code here rests on one fact, which the [`object!`](crate::object) macro checks at compile time: a [`Table`] lists every
//! field of its struct exactly once, each with its true offset and kind, and aligned as its type wants it. What drops an object by its table
//! rests on another one, which is checked too: its struct has no `Drop` of its own. `refused.rs` has what does not compile.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use crate::any::{AnyMut, AnyRef};
use crate::error::Problem;
use crate::kind::Kind;
use crate::peek;
use crate::short::is;
use crate::value::{Difference, Mismatch, Token, Value, View};

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
    flags: u8,
    kind: Kind,
}

impl Field {
    /// A document without this field is refused.
    pub const REQUIRED: u8 = 1;
    /// Written as `null` when there is no value, because documents always have it.
    pub const NULLABLE: u8 = 2;
    /// Never shown by `Debug`.
    pub const SECRET: u8 = 4;
    /// Says something about a person: `Debug` shows that it is there, and not what it is.
    pub const PERSONAL: u8 = 8;

    /// The field at `at` in the struct at `base`. Nothing is read: the pointers say what the type is, and how far in it lies.
    ///
    /// # Safety
    ///
    /// `at` must point into the struct that `base` points to.
    pub const unsafe fn new<S, T: Value>(
        name: &'static str,
        base: *const S,
        at: *const T,
        flags: u8,
    ) -> Self {
        // SAFETY: promised by the caller.
        let offset = unsafe { at.byte_offset_from(base) };
        assert!(offset >= 0 && offset <= u32::MAX as isize, "the struct is too large");
        // All that reads and writes fields takes them for aligned.
        let is_aligned =
            (offset as usize).is_multiple_of(align_of::<T>()) && align_of::<S>() >= align_of::<T>();
        assert!(is_aligned, "a packed struct has fields that are not aligned");
        Self { name, offset: offset as u32, flags, kind: T::KIND }
    }

    #[inline]
    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// What is wrong with a document that does not have it, and must.
    pub(crate) fn missing_from(&self, table: &Table) -> Problem {
        Problem::Missing { field: self.name, object: table.name }
    }
}

/// What a member of a document is to a table.
pub(crate) enum Member {
    /// The field of this index.
    Field(usize),
    /// The member `object`, which names the type.
    Object,
    /// Not in the table.
    Unknown,
}

impl Table {
    /// Finds the member of a name.
    #[inline]
    pub(crate) fn member(&self, name: &str) -> Member {
        if name == "object" && !self.object.is_empty() {
            return Member::Object;
        }
        match self.fields.binary_search_by(|field| field.name.cmp(name)) {
            Ok(index) => Member::Field(index),
            Err(_) => Member::Unknown,
        }
    }

    /// Refuses a member `object`, given as JSON, that names another type than this table's.
    #[inline]
    pub(crate) fn check_object(&self, json: &str) -> Result<(), Mismatch> {
        match json.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(name) if is(name.as_bytes(), self.object.as_bytes()) => Ok(()),
            _ => self.check_other_object(json),
        }
    }

    #[cold]
    fn check_other_object(&self, json: &str) -> Result<(), Mismatch> {
        let name = peek::string(json).unwrap_or_default();
        if name == self.object {
            return Ok(());
        }
        // Names of objects are short words: anything else may be a secret.
        let is_name = name.len() <= 64
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.' | b'0'..=b'9'));
        let found = if is_name && !name.is_empty() {
            format!("`{name}`")
        } else {
            Token::Raw(json).describe()
        };
        Err(Difference {
            expected: format!("`{}`", self.object).into(),
            found,
            path: String::new(),
        }
        .into())
    }

    /// The place of the field of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        match self.member(name) {
            Member::Field(index) => Some(index),
            // Where the type says what it is, all its documents do, and it is no field.
            Member::Object | Member::Unknown => None,
        }
    }

    /// Makes every field of an object [empty](Value::empty).
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a struct of this table.
    pub(crate) unsafe fn init(&self, to: *mut u8) {
        for field in self.fields {
            // SAFETY: promised by the caller, and the table says where the fields are, and what they are.
            unsafe { field.kind.init(to.add(field.offset as usize)) }
        }
    }

    /// Drops every field of an object.
    ///
    /// # Safety
    ///
    /// `at` must point to a struct of this table, borrowed as mutable. It is not to be used after that until it is written again.
    pub(crate) unsafe fn drop(&self, at: *mut u8) {
        for field in self.fields {
            // SAFETY: promised by the caller, and the table says where the fields are, and what they are.
            unsafe { field.kind.drop(at.add(field.offset as usize)) }
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
            // SAFETY: promised by the caller, and the table says where the fields are, and what they are.
            unsafe { field.kind.copy(from.add(offset), to.add(offset)) }
        }
    }
}

/// A way to refuse types with a `Drop` of their own, which no bound can: for these there are two answers to which `I` it is.
#[doc(hidden)]
pub trait HasNoDrop<I> {
    const CHECKED: () = ();
}

impl<T> HasNoDrop<()> for T {}

#[allow(drop_bounds)]
impl<T: Drop> HasNoDrop<u8> for T {}

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

    pub(crate) fn fields(self) -> impl Iterator<Item = (&'static Field, AnyRef<'a>)> {
        self.table.fields.iter().map(move |field| (field, self.field(field)))
    }

    /// The field of a name.
    pub(crate) fn get(self, name: &str) -> Option<View<'a>> {
        Some(self.field(&self.table.fields[self.table.find(name)?]).view())
    }

    fn field(self, field: &'static Field) -> AnyRef<'a> {
        // SAFETY: the table says where the field is and what it is, and for `'a` the object is borrowed as shared.
        unsafe { AnyRef::new(&field.kind, self.base.add(field.offset as usize)) }
    }
}

/// An object whose type is not known, to be filled: every field is a place, as in [`AnyMut`]. This is not to be forgotten either.
pub struct ObjectMut<'a> {
    table: &'static Table,
    base: *mut u8,
    filled: Fields,
    lifetime: PhantomData<&'a mut u8>,
}

impl ObjectMut<'_> {
    /// # Safety
    ///
    /// `base` must be valid for writing a struct of this table, for the lifetime of the result.
    pub(crate) unsafe fn new(table: &'static Table, base: *mut u8) -> Self {
        Self { table, base, filled: Fields::default(), lifetime: PhantomData }
    }

    pub(crate) fn table(&self) -> &'static Table {
        self.table
    }

    /// The place of the n-th field of the table.
    #[inline]
    pub(crate) fn field(&mut self, index: usize) -> AnyMut<'_> {
        let field = &self.table.fields[index];
        // SAFETY: the table says where the field is and what it is, `self` borrows the object as mutable, and what is there is dropped.
        unsafe {
            let to = self.base.add(field.offset as usize);
            if !self.filled.insert(index) {
                field.kind.drop(to);
            }
            AnyMut::new(&field.kind, to)
        }
    }

    /// Makes what was not filled empty. Returns what is missing, if a document must have it.
    #[inline]
    pub(crate) fn finish(self) -> Option<&'static Field> {
        let mut object = ManuallyDrop::new(self);
        let missing = object.fill();
        drop(std::mem::take(&mut object.filled.rest));
        missing
    }

    fn fill(&mut self) -> Option<&'static Field> {
        let mut missing = None;
        let mut begin = 0;
        while let Some(fields) = self.table.fields.get(begin..)
            && !fields.is_empty()
        {
            let mut others = !*self.filled.word(begin / 64);
            while let Some(field) = fields.get(others.trailing_zeros() as usize)
                && others != 0
            {
                others &= others - 1;
                // SAFETY: the table says where the field is and what it is, and nothing is there.
                unsafe { field.kind.init(self.base.add(field.offset as usize)) }
                if missing.is_none() && field.is(Field::REQUIRED) {
                    missing = Some(field);
                }
            }
            begin += 64;
        }
        missing
    }
}

impl Drop for ObjectMut<'_> {
    fn drop(&mut self) {
        self.fill();
    }
}

/// A set of fields.
#[derive(Default)]
struct Fields {
    first: [u64; 2],
    /// Few objects have so many.
    rest: Vec<u64>,
}

impl Fields {
    /// Returns whether the field is new here.
    #[inline]
    fn insert(&mut self, index: usize) -> bool {
        let bit = 1 << (index % 64);
        let word = self.word(index / 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    #[inline]
    fn word(&mut self, number: usize) -> &mut u64 {
        match number.checked_sub(self.first.len()) {
            None => &mut self.first[number],
            Some(number) => {
                if self.rest.len() <= number {
                    self.rest.resize(number + 1, 0);
                }
                &mut self.rest[number]
            }
        }
    }
}

/// Whether two values of a type would be written the same.
pub fn equal<T: Value>(left: &T, right: &T) -> bool {
    same(AnyRef::of(left).view(), AnyRef::of(right).view())
}

fn same(left: View<'_>, right: View<'_>) -> bool {
    match (left, right) {
        (View::Absent, View::Absent) => true,
        (View::Bool(left), View::Bool(right)) => left == right,
        (View::Int(left), View::Int(right)) => left == right,
        (View::Float(left), View::Float(right)) => left == right,
        (View::Str(left), View::Str(right)) => left == right,
        (View::Raw(left), View::Raw(right)) => left == right,
        (View::Array(left), View::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right.iter())
                    .all(|(left, right)| same(left.view(), right.view()))
        }
        (View::Map(left), View::Map(right)) => {
            let mut entries = Vec::with_capacity(left.len());
            left.each(&mut |key, value| entries.push((key, value)));
            let mut rest = entries.into_iter();
            let mut all = left.len() == right.len();
            right.each(&mut |key, value| {
                all = all
                    && rest
                        .next()
                        .is_some_and(|entry| entry.0 == key && same(entry.1.view(), value.view()));
            });
            all
        }
        (View::Object(left), View::Object(right)) => {
            std::ptr::eq(left.table(), right.table())
                && left
                    .fields()
                    .zip(right.fields())
                    .all(|(left, right)| same(left.1.view(), right.1.view()))
        }
        _ => false,
    }
}

/// Implements [`Value`] and what stands on it for a struct, from the list of its fields and their names in documents.
///
/// The list is sorted by those names. What does not compile: a field that is left out, or given twice; a packed struct; a struct with a
/// `Drop` of its own; a union.
///
/// The macro is used thousands of times with thousands of fields, so it uses no other macro: each use of one costs the compiler
/// more than the code it stands for.
#[doc(hidden)]
#[macro_export]
macro_rules! object {
    ($type:ident $(: $object:literal $(- $deleted:ident)?)? {
        $($field:ident = $name:literal $([$($flag:ident)*])?),* $(,)?
    }) => {
        unsafe impl $crate::Value for $type {
            // What a table leaves out is taken from an empty one, also where nothing is left out.
            #[allow(clippy::needless_update)]
            const TABLE: &'static $crate::Table = unsafe {
                let here = $crate::Uninit::<Self>::uninit();
                let at = here.as_ptr();
                // Naming every field without `..` makes a forgotten one an error; `_` reads nothing.
                let Self { $($field: _),* } = *at;
                // No pattern of a union has `..`, and no union has all the fields that it names.
                let Self { .. } = *at;
                let () = <Self as $crate::HasNoDrop<_>>::CHECKED;
                &$crate::Table {
                    name: stringify!($type),
                    fields: &[$($crate::Field::new($name, at, &raw const (*at).$field, 0 $($(| $crate::Field::$flag)*)?)),*],
                    $(object: $object, $($deleted: true,)?)?
                    ..$crate::Table::EMPTY
                }
            };

            const KIND: $crate::Kind = $crate::Kind::object::<Self>();
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

/// [`object!`](crate::object) for a struct with a parameter.
macro_rules! generic_object {
    ($type:ident<$param:ident> $object:literal {
        $($field:ident = $name:literal $([$flag:ident])?),* $(,)?
    }) => {
        // SAFETY: the table lists every field, as the pattern without `..` proves, and each by a pointer to it.
        unsafe impl<$param: $crate::Value> $crate::Value for $type<$param> {
            const TABLE: &'static $crate::Table = unsafe {
                let here = std::mem::MaybeUninit::<Self>::uninit();
                let at = here.as_ptr();
                let Self { $($field: _),* } = *at;
                &$crate::Table {
                    name: stringify!($type),
                    fields: &[$($crate::Field::new($name, at, &raw const (*at).$field, 0 $(| $crate::Field::$flag)?)),*],
                    object: $object,
                    ..$crate::Table::EMPTY
                }
            };

            const KIND: $crate::Kind = $crate::Kind::object::<Self>();
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

#[cfg(test)]
mod tests {
    use std::mem::MaybeUninit;

    use super::{Field, ObjectMut, Table};
    use crate::kind::Kind;

    const COUNT: usize = 300;

    /// More fields than any object has, one after the other.
    type Wide = [String; COUNT];

    const WIDE: &Table = &Table { name: "Wide", fields: &FIELDS, ..Table::EMPTY };

    const FIELDS: [Field; COUNT] = {
        let here = MaybeUninit::<Wide>::uninit();
        let base = here.as_ptr();
        let mut fields =
            [const { Field { name: "", offset: 0, flags: 0, kind: Kind::String } }; COUNT];
        let mut index = 0;
        while index < COUNT {
            let flags = if index == 200 { Field::REQUIRED } else { 0 };
            // SAFETY: the pointer goes to an item of the array.
            fields[index] =
                unsafe { Field::new("text", base, base.cast::<String>().add(index), flags) };
            index += 1;
        }
        fields
    };

    #[test]
    fn what_is_not_filled_is_made_empty() {
        for filled in
            [&[][..], &[0, 299], &[63, 64, 127, 128, 191, 192, 255, 256], &[128, 5, 128, 200, 200]]
        {
            let mut place = MaybeUninit::<Wide>::uninit();
            // SAFETY: the table is that of what is in the place, and all of it is filled or made empty.
            let (missing, wide) = unsafe {
                let mut object = ObjectMut::new(WIDE, place.as_mut_ptr().cast());
                for index in filled {
                    object.field(*index).put_str(&index.to_string()).unwrap();
                }
                (object.finish(), place.assume_init())
            };
            assert_eq!(missing.is_some(), !filled.contains(&200));
            for (index, text) in wide.iter().enumerate() {
                let expected =
                    if filled.contains(&index) { index.to_string() } else { String::new() };
                assert_eq!(*text, expected, "{index} of {filled:?}");
            }
        }
    }
}
