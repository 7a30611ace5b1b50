//! Structs whose type is unknown.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use super::erased::{AnyMut, AnyRef};
use super::table::{Field, Table};
use super::value::View;

/// A shared reference to a struct whose type is unknown.
#[derive(Clone, Copy)]
pub struct ObjectRef<'a> {
    table: &'static Table,
    base: *const u8,
    lifetime: PhantomData<&'a u8>,
}

impl<'a> ObjectRef<'a> {
    /// # Safety
    ///
    /// `base` must point to a struct of this table, shared for `'a`.
    pub(crate) unsafe fn new(table: &'static Table, base: *const u8) -> Self {
        Self { table, base, lifetime: PhantomData }
    }

    pub(crate) fn table(self) -> &'static Table {
        self.table
    }

    pub(crate) fn fields(self) -> impl Iterator<Item = (&'static Field, AnyRef<'a>)> {
        self.table.fields.iter().map(move |field| (field, self.field(field)))
    }

    /// Returns the field with this name.
    pub(crate) fn get(self, name: &str) -> Option<View<'a>> {
        Some(self.field(&self.table.fields[self.table.find(name)?]).view())
    }

    fn field(self, field: &'static Field) -> AnyRef<'a> {
        // SAFETY: the table has the offset and layout of the field, and the object is shared for
        // `'a`.
        unsafe { AnyRef::new(&field.layout, self.base.add(field.offset as usize)) }
    }
}

/// A struct to fill, whose type is unknown. Each field is a slot as in [`AnyMut`].
///
/// It must not be forgotten: dropping it writes placeholders to the fields that were not filled.
pub(crate) struct ObjectMut<'a> {
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

    /// Returns the slot of the field with this index.
    #[inline]
    pub(crate) fn field(&mut self, index: usize) -> AnyMut<'_> {
        let field = &self.table.fields[index];
        // SAFETY: the table has the offset and layout of the field, `self` borrows the object
        // mutably, and a previous value is dropped.
        unsafe {
            let to = self.base.add(field.offset as usize);
            if !self.filled.insert(index) {
                field.layout.drop(to);
            }
            AnyMut::new(&field.layout, to)
        }
    }

    /// Writes placeholders to the fields that were not filled. Returns a required one among them.
    #[inline]
    pub(crate) fn finish(self) -> Option<&'static Field> {
        let mut missing = None;
        self.finish_with(|field| missing = missing.or(Some(field)));
        missing
    }

    /// Writes placeholders to the fields that were not filled, and visits the required ones.
    #[inline]
    pub(crate) fn finish_with(self, visit: impl FnMut(&'static Field)) {
        let mut object = ManuallyDrop::new(self);
        object.fill(visit);
        drop(std::mem::take(&mut object.filled.rest));
    }

    fn fill(&mut self, mut visit_missing: impl FnMut(&'static Field)) {
        let mut begin = 0;
        while let Some(fields) = self.table.fields.get(begin..)
            && !fields.is_empty()
        {
            let mut others = !*self.filled.word(begin / 64);
            while let Some(field) = fields.get(others.trailing_zeros() as usize)
                && others != 0
            {
                others &= others - 1;
                // SAFETY: the table has the offset and layout of the field, which holds no value.
                unsafe { field.layout.init(self.base.add(field.offset as usize)) }
                if field.is(Field::REQUIRED) {
                    visit_missing(field);
                }
            }
            begin += 64;
        }
    }
}

impl Drop for ObjectMut<'_> {
    fn drop(&mut self) {
        self.fill(|_| {});
    }
}

/// A set of fields.
#[derive(Default)]
struct Fields {
    first: [u64; 2],
    /// Fields with an index of 128 or more, which few objects have.
    rest: Vec<u64>,
}

impl Fields {
    /// Adds a field. Returns whether it is new.
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

    use super::super::layout::Layout;
    use super::{Field, ObjectMut, Table};

    const COUNT: usize = 300;

    /// A struct with more fields than any Stripe object has.
    type Wide = [String; COUNT];

    const WIDE: &Table = &Table { name: "Wide", fields: &FIELDS, ..Table::EMPTY };

    const FIELDS: [Field; COUNT] = {
        let here = MaybeUninit::<Wide>::uninit();
        let base = here.as_ptr();
        let mut fields =
            [const { Field { name: "", offset: 0, flags: 0, layout: Layout::String } }; COUNT];
        let mut index = 0;
        while index < COUNT {
            let flags = if index == 200 { Field::REQUIRED } else { 0 };
            // SAFETY: the pointer is to an item of the array.
            fields[index] =
                unsafe { Field::new("text", base, base.cast::<String>().add(index), flags) };
            index += 1;
        }
        fields
    };

    #[test]
    fn unfilled_fields_become_placeholders() {
        for filled in
            [&[][..], &[0, 299], &[63, 64, 127, 128, 191, 192, 255, 256], &[128, 5, 128, 200, 200]]
        {
            let mut place = MaybeUninit::<Wide>::uninit();
            // SAFETY: the table is that of the type, and `finish` completes the value.
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
