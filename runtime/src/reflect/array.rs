//! Vectors whose item type is unknown.

use std::marker::PhantomData;

use super::erased::{AnyMut, AnyRef};
use super::layout::Layout;
use super::ops::drop_fn;
use super::value::Value;

/// The operations of a `Vec<T>`.
#[doc(hidden)]
pub struct VecOps {
    item: Layout,
    /// The distance between two items, in bytes.
    stride: usize,
    pub(crate) init: unsafe fn(*mut u8),
    items: unsafe fn(*const u8) -> (*const u8, usize),
    /// Reserves room for a number of items and appends the first one, which the caller must write.
    push: unsafe fn(*mut u8, usize) -> *mut u8,
    pub(crate) drop: unsafe fn(*mut u8),
}

impl VecOps {
    pub(crate) const fn of<T: Value>() -> Self {
        Self {
            item: T::LAYOUT.erased(),
            stride: size_of::<T>(),
            init: init::<T>,
            items: items::<T>,
            push: push::<T>,
            drop: drop_fn::<Vec<T>>(),
        }
    }

    /// Writes a clone of a vector. A panic leaks what was cloned before it, which is safe.
    ///
    /// # Safety
    ///
    /// `from` must point to a `Vec` of this type. `to` must be valid for writing one.
    pub(crate) unsafe fn clone_to(&self, from: *const u8, to: *mut u8) {
        // SAFETY: guaranteed by the caller. Each appended item is written before the next step.
        unsafe {
            let (items, length) = (self.items)(from);
            (self.init)(to);
            for index in 0..length {
                let item = (self.push)(to, length - index);
                self.item.clone_to(items.add(index * self.stride), item);
            }
        }
    }
}

/// # Safety
///
/// `to` must be valid for writing a `Vec<T>`.
unsafe fn init<T>(to: *mut u8) {
    // SAFETY: guaranteed by the caller.
    unsafe { std::ptr::write(to as *mut Vec<T>, Vec::new()) }
}

/// # Safety
///
/// `at` must point to a `Vec<T>`.
unsafe fn items<T>(at: *const u8) -> (*const u8, usize) {
    // SAFETY: guaranteed by the caller.
    let vec = unsafe { &*(at as *const Vec<T>) };
    (vec.as_ptr() as *const u8, vec.len())
}

/// # Safety
///
/// `at` must point to a `Vec<T>` that nothing else borrows. The returned item must be written
/// before the vector is used.
#[allow(clippy::uninit_vec, reason = "the caller writes the new item")]
unsafe fn push<T>(at: *mut u8, room: usize) -> *mut u8 {
    // SAFETY: guaranteed by the caller. There is room for at least one more item.
    unsafe {
        let vec = &mut *(at as *mut Vec<T>);
        let length = vec.len();
        vec.reserve(room);
        vec.set_len(length + 1);
        vec.as_mut_ptr().add(length) as *mut u8
    }
}

/// A shared reference to a vector.
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
    /// `at` must point to a `Vec` of this type, shared for `'a`.
    pub(crate) unsafe fn new(ops: &'static VecOps, at: *const u8) -> Self {
        // SAFETY: guaranteed by the caller.
        let (items, length) = unsafe { (ops.items)(at) };
        Self { ops, items, length, lifetime: PhantomData }
    }

    pub(crate) fn len(self) -> usize {
        self.length
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = AnyRef<'a>> {
        // SAFETY: the vector has this many items and is shared for `'a`.
        (0..self.length).map(move |index| unsafe {
            AnyRef::new(&self.ops.item, self.items.add(index * self.ops.stride))
        })
    }
}

/// A vector to fill.
pub(crate) struct ArrayMut<'a> {
    ops: &'static VecOps,
    at: *mut u8,
    lifetime: PhantomData<&'a mut u8>,
}

impl ArrayMut<'_> {
    /// Writes an empty vector.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a `Vec` of this type, for the lifetime of the result.
    pub(crate) unsafe fn new(ops: &'static VecOps, to: *mut u8) -> Self {
        // SAFETY: guaranteed by the caller.
        unsafe { (ops.init)(to) };
        Self { ops, at: to, lifetime: PhantomData }
    }

    /// Appends a slot. It must not be forgotten.
    pub(crate) fn push(&mut self) -> AnyMut<'_> {
        // SAFETY: the vector is borrowed mutably until the slot holds a value.
        unsafe { AnyMut::new(&self.ops.item, (self.ops.push)(self.at, 1)) }
    }
}
