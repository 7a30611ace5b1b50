//! Tables: what a struct says of its fields, and the functions that walk them.
//!
//! The `unsafe` code here rests on one fact, which the [`object!`](crate::object) macro checks at compile time: a [`Table`] lists every
//! field of its struct exactly once, each with its true offset and kind, and aligned as its type wants it. What drops an object by its table
//! rests on another one, which is checked too: its struct has no `Drop` of its own. `refused.rs` has what does not compile.

use super::layout::Kind;
use super::value::Value;

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
    pub(super) offset: u32,
    pub(super) flags: u8,
    pub(super) kind: Kind,
}

impl Field {
    /// A document without this field is refused.
    pub const REQUIRED: u8 = 1;
    /// Written as `null` when there is no value, because documents always have it.
    pub const NULLABLE: u8 = 2;
    /// Never shown by `Debug`.
    pub const SECRET: u8 = 4;

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
