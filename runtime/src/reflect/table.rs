//! Tables: the fields of a struct as data.
//!
//! The `unsafe` code that walks tables relies on what `object_table!` checks at compile time: a
//! [`Table`] lists every field of its struct exactly once, with its offset, its layout and the
//! alignment of its type, and the struct does not implement `Drop`. `refused.rs` lists types that
//! do not compile.

use super::layout::Layout;
use super::value::Value;

/// The fields of a struct, sorted by name, and the constant fields of its documents.
pub struct Table {
    /// The name of the type, for messages and `Debug`.
    pub name: &'static str,
    /// The value of the field `object`, or an empty string if documents have no such field.
    pub object: &'static str,
    /// Whether documents have the field `"deleted": true`.
    pub deleted: bool,
    pub fields: &'static [Field],
}

impl Table {
    /// A table without fields.
    pub const EMPTY: Self = Self { name: "", object: "", deleted: false, fields: &[] };
}

/// A struct with a table.
///
/// # Safety
///
/// The table must list every field of the struct exactly once, with its offset and layout. The
/// struct must not implement `Drop`.
#[doc(hidden)]
pub unsafe trait Object: Value {
    const TABLE: &'static Table;
}

/// One field of a struct.
pub struct Field {
    /// The name of the field in documents.
    pub(crate) name: &'static str,
    pub(super) offset: u32,
    pub(super) flags: u8,
    pub(super) layout: Layout,
}

impl Field {
    /// Decoding fails if a document omits this field.
    pub const REQUIRED: u8 = 1;
    /// Written as `null` if there is no value, as documents always contain the field.
    pub const NULLABLE: u8 = 2;
    /// Hidden by `Debug`.
    pub const SECRET: u8 = 4;
    /// Describes a person. `Debug` prints that the field has a value, and hides the value.
    pub const PERSONAL: u8 = 8;

    /// Describes the field at `at` of the struct at `base`. The pointers give its type and offset;
    /// nothing is read.
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
        // SAFETY: guaranteed by the caller.
        let offset = unsafe { at.byte_offset_from(base) };
        assert!(
            offset >= 0 && offset.unsigned_abs() as u64 <= u32::MAX as u64,
            "the struct is too large"
        );
        // Code that reads and writes fields expects them to be aligned.
        let is_aligned =
            (offset as usize).is_multiple_of(align_of::<T>()) && align_of::<S>() >= align_of::<T>();
        assert!(is_aligned, "a packed struct has fields that are not aligned");
        Self { name, offset: offset as u32, flags, layout: T::LAYOUT.erased() }
    }

    #[inline]
    pub(crate) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The meaning of a field of a document to a table.
pub(crate) enum Member {
    /// The field with this index.
    Field(usize),
    /// The field `object`, which names the type.
    Object,
    /// A field that the table does not have.
    Unknown,
}

impl Table {
    /// Finds a field by its name in documents.
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

    /// Returns the index of the field with this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        match self.member(name) {
            Member::Field(index) => Some(index),
            // The field `object` of a type with an object name is a constant and not in the table.
            Member::Object | Member::Unknown => None,
        }
    }

    /// Writes a placeholder for every field of an object.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a struct of this table.
    pub(crate) unsafe fn init(&self, to: *mut u8) {
        for field in self.fields {
            // SAFETY: guaranteed by the caller; the table has the offset and layout of each field.
            unsafe { field.layout.init(to.add(field.offset as usize)) }
        }
    }

    /// Drops every field of an object.
    ///
    /// # Safety
    ///
    /// `at` must point to a struct of this table that nothing else borrows. The struct must be
    /// written again before it is used.
    pub(crate) unsafe fn drop(&self, at: *mut u8) {
        for field in self.fields {
            // SAFETY: guaranteed by the caller; the table has the offset and layout of each field.
            unsafe { field.layout.drop(at.add(field.offset as usize)) }
        }
    }

    /// Clones every field of an object. A panic leaks the fields cloned before it, which is safe.
    ///
    /// # Safety
    ///
    /// `from` must point to a struct of this table. `to` must be valid for writing one.
    pub(crate) unsafe fn clone_to(&self, from: *const u8, to: *mut u8) {
        for field in self.fields {
            let offset = field.offset as usize;
            // SAFETY: guaranteed by the caller; the table has the offset and layout of each field.
            unsafe { field.layout.clone_to(from.add(offset), to.add(offset)) }
        }
    }
}

/// Rejects types that implement `Drop`, which no bound can do: for those, two implementations match
/// and `I` is ambiguous.
#[doc(hidden)]
pub trait HasNoDrop<I> {
    const CHECKED: () = ();
}

impl<T> HasNoDrop<()> for T {}

#[allow(drop_bounds)]
impl<T: Drop> HasNoDrop<u8> for T {}
