//! Values whose type is unknown.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::layout::Layout;
use super::value::{Container, Token, TypeMismatch, Value, View};

/// A shared reference to a value whose type is unknown.
#[derive(Clone, Copy)]
pub struct AnyRef<'a> {
    layout: &'static Layout,
    at: *const u8,
    lifetime: PhantomData<&'a u8>,
}

impl<'a> AnyRef<'a> {
    #[inline]
    pub(crate) fn of<T: Value>(value: &'a T) -> Self {
        let layout = const { &T::LAYOUT.erased() };
        Self { layout, at: (&raw const *value).cast(), lifetime: PhantomData }
    }

    /// # Safety
    ///
    /// `at` must point to a value of this layout, shared for `'a`.
    pub(super) unsafe fn new(layout: &'static Layout, at: *const u8) -> Self {
        Self { layout, at, lifetime: PhantomData }
    }

    pub(crate) fn is_enum(self) -> bool {
        self.layout.is_enum()
    }

    /// The values of an enum over strings.
    pub(crate) fn enum_values(self) -> Option<&'static [&'static str]> {
        match self.layout {
            Layout::Enum(variants) => Some(variants.values()),
            _ => None,
        }
    }

    pub(crate) fn is_timestamp(self) -> bool {
        matches!(self.layout, Layout::Timestamp)
    }

    pub(crate) fn view(self) -> View<'a> {
        // SAFETY: `of` and the caller of `new` guarantee the layout and the lifetime.
        unsafe { self.layout.view(self.at) }
    }
}

/// A slot: memory for a value whose type is unknown, without a value yet.
///
/// Dropping the slot writes a placeholder. Whatever fails while a document is decoded, the value
/// around the slot is therefore complete and can be dropped. A slot must not be forgotten.
pub(crate) struct AnyMut<'a> {
    layout: &'static Layout,
    to: *mut u8,
    lifetime: PhantomData<&'a mut u8>,
}

impl<'a> AnyMut<'a> {
    /// Decodes a value: `fill` receives the slot and puts a value there, or drops it.
    #[inline]
    pub(crate) fn fill<T: Value, E>(
        fill: impl FnOnce(AnyMut<'_>) -> Result<(), E>,
    ) -> Result<T, E> {
        let mut memory = MaybeUninit::<T>::uninit();
        let layout = const { &T::LAYOUT.erased() };
        let slot = AnyMut { layout, to: memory.as_mut_ptr().cast(), lifetime: PhantomData };
        let filled = fill(slot);
        // SAFETY: the slot was filled or dropped, and both write a value.
        let value = unsafe { memory.assume_init() };
        filled.map(|()| value)
    }

    /// Drops a value and returns its memory as a slot.
    ///
    /// # Safety
    ///
    /// The slot must not be forgotten.
    #[inline]
    pub(super) unsafe fn replacing<T: Value>(value: &'a mut T) -> Self {
        let layout = const { &T::LAYOUT.erased() };
        let to = (&raw mut *value).cast();
        // SAFETY: the layout is that of the type, and the slot writes a new value before the borrow
        // ends.
        unsafe {
            layout.drop(to);
            Self::new(layout, to)
        }
    }

    /// Fills the slot. If that fails, drops what `fill` left there and fills the slot again.
    pub(crate) fn fill_or_refill<E, F>(
        self,
        fill: impl FnOnce(AnyMut<'_>) -> Result<(), E>,
        refill: impl FnOnce(AnyMut<'_>, E) -> Result<(), F>,
    ) -> Result<(), F> {
        let (layout, to) = (self.layout, self.to);
        std::mem::forget(self);
        // SAFETY: whoever created the slot guarantees that the memory is valid for writing. The
        // slots given away are filled or dropped, and both write a value.
        match fill(unsafe { AnyMut::new(layout, to) }) {
            Ok(()) => Ok(()),
            Err(error) => {
                // SAFETY: the memory holds a value, and the new slot writes another one.
                let slot = unsafe {
                    layout.drop(to);
                    AnyMut::new(layout, to)
                };
                refill(slot, error)
            }
        }
    }

    /// # Safety
    ///
    /// `to` must be valid for writing a value of this layout, for all of `'a`.
    #[inline]
    pub(super) unsafe fn new(layout: &'static Layout, to: *mut u8) -> Self {
        Self { layout, to, lifetime: PhantomData }
    }

    #[inline]
    pub(crate) fn wants_raw_json(&self) -> bool {
        self.layout.wants_raw_json()
    }

    pub(crate) fn is_enum(&self) -> bool {
        self.layout.is_enum()
    }

    pub(crate) fn expected(&self) -> &'static str {
        self.layout.expected()
    }

    /// Puts any token into the slot.
    pub(crate) fn put(self, token: Token<'_>) -> Result<Container<'a>, TypeMismatch> {
        // SAFETY: the creator of the slot guarantees that the memory is valid for writing.
        self.write(|layout, to| unsafe { layout.put(to, token) })
    }

    /// Puts a token that is not a scalar into the slot.
    pub(crate) fn open(self, token: Token<'_>) -> Result<Container<'a>, TypeMismatch> {
        // SAFETY: as in `put`.
        self.write(|layout, to| unsafe { layout.put_other(to, token) })
    }

    #[inline]
    pub(crate) fn put_str(self, text: &str) -> Result<(), TypeMismatch> {
        // SAFETY: as in `put`.
        self.write(|layout, to| unsafe { layout.put_str(to, text) })
    }

    #[inline]
    pub(crate) fn put_null(self) -> Result<(), TypeMismatch> {
        // SAFETY: as in `put`.
        self.write(|layout, to| unsafe { layout.put_null(to) })
    }

    #[inline]
    pub(crate) fn put_bool(self, value: bool) -> Result<(), TypeMismatch> {
        // SAFETY: as in `put`.
        self.write(|layout, to| unsafe { layout.put_bool(to, value) })
    }

    #[inline]
    pub(crate) fn put_int(self, value: i64) -> Result<(), TypeMismatch> {
        // SAFETY: as in `put`.
        self.write(|layout, to| unsafe { layout.put_int(to, value) })
    }

    /// Writes the value. If `write` panics, `drop` writes a placeholder.
    #[inline(always)]
    fn write<R>(self, write: impl FnOnce(&Layout, *mut u8) -> R) -> R {
        let result = write(self.layout, self.to);
        std::mem::forget(self);
        result
    }
}

impl Drop for AnyMut<'_> {
    fn drop(&mut self) {
        // SAFETY: the creator of the slot guarantees that the memory is valid for writing, and the
        // functions that write a value forget the slot.
        unsafe { self.layout.init(self.to) }
    }
}
