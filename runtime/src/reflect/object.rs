//! Objects whose type is not known.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use super::erased::{AnyMut, AnyRef};
use super::table::{Field, Table};
use super::value::View;

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

#[cfg(test)]
mod tests {
    use std::mem::MaybeUninit;

    use super::super::layout::Kind;
    use super::{Field, ObjectMut, Table};

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
