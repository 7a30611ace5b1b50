//! Values whose type is not known.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::reflect::layout::Kind;
use crate::reflect::value::{Mismatch, Next, Token, Value, View};

/// A value whose type is not known, to be read.
#[derive(Clone, Copy)]
pub struct AnyRef<'a> {
    kind: &'static Kind,
    at: *const u8,
    lifetime: PhantomData<&'a u8>,
}

impl<'a> AnyRef<'a> {
    #[inline]
    pub(crate) fn of<T: Value>(value: &'a T) -> Self {
        Self { kind: const { &T::KIND }, at: value as *const T as *const u8, lifetime: PhantomData }
    }

    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed for `'a`.
    pub(crate) unsafe fn new(kind: &'static Kind, at: *const u8) -> Self {
        Self { kind, at, lifetime: PhantomData }
    }

    /// [`Value::view`]
    pub(crate) fn view(self) -> View<'a> {
        // SAFETY: whoever made this promised what `view` wants.
        unsafe { self.kind.view(self.at) }
    }
}

/// A place for a value whose type is not known. There is no value before one is put there; if none is, an empty one is made.
///
/// So whatever goes wrong while a document is read, what was made of it is whole, and can be dropped. The one thing not to do with
/// this is to forget it.
pub struct AnyMut<'a> {
    kind: &'static Kind,
    to: *mut u8,
    lifetime: PhantomData<&'a mut u8>,
}

impl<'a> AnyMut<'a> {
    #[inline]
    pub(crate) fn of<T: Value>(place: &'a mut MaybeUninit<T>) -> Self {
        Self { kind: const { &T::KIND }, to: place.as_mut_ptr().cast(), lifetime: PhantomData }
    }

    /// The place of a value, which is dropped.
    ///
    /// # Safety
    ///
    /// This must not be forgotten.
    #[inline]
    pub(crate) unsafe fn replacing<T: Value>(value: &'a mut T) -> Self {
        let (kind, to) = (const { &T::KIND }, (&raw mut *value).cast());
        // SAFETY: the kind is true of the type, and a new value is there before anybody can see that the old one is not.
        unsafe {
            kind.drop(to);
            Self::new(kind, to)
        }
    }

    /// # Safety
    ///
    /// `to` must be valid for writing a value of this kind, for all of `'a`.
    #[inline]
    pub(crate) unsafe fn new(kind: &'static Kind, to: *mut u8) -> Self {
        Self { kind, to, lifetime: PhantomData }
    }

    #[inline]
    pub(crate) fn is_raw(&self) -> bool {
        self.kind.is_raw()
    }

    /// [`Kind::put`]
    pub(crate) fn put(self, token: Token<'_>) -> Result<Next<'a>, Mismatch> {
        // SAFETY: whoever made this promised that the place is valid.
        self.write(|kind, to| unsafe { kind.put(to, token) })
    }

    /// [`Kind::put`] of what is no scalar.
    pub(crate) fn open(self, token: Token<'_>) -> Result<Next<'a>, Mismatch> {
        // SAFETY: as in `put`.
        self.write(|kind, to| unsafe { kind.put_other(to, token) })
    }

    #[inline]
    pub(crate) fn put_str(self, text: &str) -> Result<(), Mismatch> {
        // SAFETY: as in `put`.
        self.write(|kind, to| unsafe { kind.put_str(to, text) })
    }

    #[inline]
    pub(crate) fn put_null(self) -> Result<(), Mismatch> {
        // SAFETY: as in `put`.
        self.write(|kind, to| unsafe { kind.put_null(to) })
    }

    #[inline]
    pub(crate) fn put_bool(self, value: bool) -> Result<(), Mismatch> {
        // SAFETY: as in `put`.
        self.write(|kind, to| unsafe { kind.put_bool(to, value) })
    }

    #[inline]
    pub(crate) fn put_int(self, value: i64) -> Result<(), Mismatch> {
        // SAFETY: as in `put`.
        self.write(|kind, to| unsafe { kind.put_int(to, value) })
    }

    /// Should writing panic, an empty value is made as well.
    #[inline(always)]
    fn write<R>(self, write: impl FnOnce(&Kind, *mut u8) -> R) -> R {
        let result = write(self.kind, self.to);
        std::mem::forget(self);
        result
    }
}

impl Drop for AnyMut<'_> {
    fn drop(&mut self) {
        // SAFETY: whoever made this promised that the place is valid, and what puts a value there forgets this.
        unsafe { self.kind.init(self.to) }
    }
}
