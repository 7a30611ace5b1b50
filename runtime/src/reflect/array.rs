//! Vectors whose items are of a type that is not known.

use std::marker::PhantomData;

use crate::reflect::erased::{AnyMut, AnyRef};
use crate::reflect::layout::{Kind, drop_of};
use crate::reflect::value::Value;

/// What it takes to work with a `Vec` of some type.
#[doc(hidden)]
pub struct VecOps {
    item: Kind,
    /// How far apart the items lie.
    stride: usize,
    pub(crate) init: unsafe fn(*mut u8),
    items: unsafe fn(*const u8) -> (*const u8, usize),
    /// Makes room for so many more items, and adds the first of them: to be written before anybody looks.
    push: unsafe fn(*mut u8, usize) -> *mut u8,
    pub(crate) drop: unsafe fn(*mut u8),
}

impl VecOps {
    pub(crate) const fn of<T: Value>() -> Self {
        Self {
            item: T::KIND,
            stride: size_of::<T>(),
            init: init::<T>,
            items: items::<T>,
            push: push::<T>,
            drop: drop_of::<Vec<T>>(),
        }
    }

    /// Writes a copy of a vector. If that panics, what was copied so far is leaked, which is safe.
    ///
    /// # Safety
    ///
    /// `from` must point to a `Vec` of these, and `to` must be valid for writing one.
    pub(crate) unsafe fn copy(&self, from: *const u8, to: *mut u8) {
        // SAFETY: promised by the caller. The length covers what was copied, and nothing else.
        unsafe {
            let (items, length) = (self.items)(from);
            (self.init)(to);
            for index in 0..length {
                let copy = (self.push)(to, length - index);
                self.item.copy(items.add(index * self.stride), copy);
            }
        }
    }
}

/// # Safety
///
/// `to` must be valid for writing a `Vec<T>`.
unsafe fn init<T>(to: *mut u8) {
    // SAFETY: promised by the caller.
    unsafe { std::ptr::write(to as *mut Vec<T>, Vec::new()) }
}

/// # Safety
///
/// `at` must point to a `Vec<T>`.
unsafe fn items<T>(at: *const u8) -> (*const u8, usize) {
    // SAFETY: promised by the caller.
    let vec = unsafe { &*(at as *const Vec<T>) };
    (vec.as_ptr() as *const u8, vec.len())
}

/// # Safety
///
/// `at` must point to a `Vec<T>`, borrowed as mutable. The item that it returns must be written before the vector is used.
#[allow(clippy::uninit_vec, reason = "the caller promises to write the item")]
unsafe fn push<T>(at: *mut u8, room: usize) -> *mut u8 {
    // SAFETY: promised by the caller. There is room for as many items as there are and one more.
    unsafe {
        let vec = &mut *(at as *mut Vec<T>);
        let length = vec.len();
        vec.reserve(room);
        vec.set_len(length + 1);
        vec.as_mut_ptr().add(length) as *mut u8
    }
}

/// A vector to be read.
#[derive(Clone, Copy)]
pub struct ArrayRef<'a> {
    ops: &'static VecOps,
    items: *const u8,
    length: usize,
    lifetime: PhantomData<&'a u8>,
}

impl<'a> ArrayRef<'a> {
    /// # Safety
    ///
    /// `at` must point to a `Vec` of these, borrowed for `'a`.
    pub(crate) unsafe fn new(ops: &'static VecOps, at: *const u8) -> Self {
        // SAFETY: promised by the caller.
        let (items, length) = unsafe { (ops.items)(at) };
        Self { ops, items, length, lifetime: PhantomData }
    }

    pub(crate) fn len(self) -> usize {
        self.length
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = AnyRef<'a>> {
        // SAFETY: as many items lie there, borrowed for `'a`.
        (0..self.length).map(move |index| unsafe {
            AnyRef::new(&self.ops.item, self.items.add(index * self.ops.stride))
        })
    }
}

/// A vector to be filled.
pub struct ArrayMut<'a> {
    ops: &'static VecOps,
    at: *mut u8,
    lifetime: PhantomData<&'a mut u8>,
}

impl ArrayMut<'_> {
    /// Writes a vector without items.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a `Vec` of these, for the lifetime of the result.
    pub(crate) unsafe fn new(ops: &'static VecOps, to: *mut u8) -> Self {
        // SAFETY: promised by the caller.
        unsafe { (ops.init)(to) };
        Self { ops, at: to, lifetime: PhantomData }
    }

    /// The place of an item more.
    pub(crate) fn push(&mut self) -> AnyMut<'_> {
        // SAFETY: the vector is borrowed as mutable until there is a value in the place.
        unsafe { AnyMut::new(&self.ops.item, (self.ops.push)(self.at, 1)) }
    }
}
