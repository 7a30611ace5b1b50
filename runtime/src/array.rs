//! Vectors whose items are of a type that is not known.

use std::marker::PhantomData;

use crate::kind::{AnyMut, AnyRef, Kind};
use crate::value::Value;

/// What it takes to work with a `Vec` of some type.
#[doc(hidden)]
pub struct VecOps {
    item: Kind,
    /// How far apart the items lie.
    stride: usize,
    pub(crate) init: unsafe fn(*mut u8),
    items: unsafe fn(*const u8) -> (*const u8, usize),
    /// Makes room for more items, and says where they go.
    reserve: unsafe fn(*mut u8, usize) -> *mut u8,
    set_len: unsafe fn(*mut u8, usize),
    clear: unsafe fn(*mut u8),
}

impl VecOps {
    pub(crate) const fn of<T: Value>() -> Self {
        Self {
            item: T::KIND,
            stride: size_of::<T>(),
            init: init::<T>,
            items: items::<T>,
            reserve: reserve::<T>,
            set_len: set_len::<T>,
            clear: clear::<T>,
        }
    }

    /// # Safety
    ///
    /// `from` must point to a `Vec` of these, and `to` must be valid for writing one.
    pub(crate) unsafe fn copy(&self, from: *const u8, to: *mut u8) {
        // SAFETY: promised by the caller. The length covers what was copied, and nothing else.
        unsafe {
            let (items, length) = (self.items)(from);
            (self.init)(to);
            let copies = (self.reserve)(to, length);
            for index in 0..length {
                let offset = index * self.stride;
                self.item.copy(items.add(offset), copies.add(offset));
                (self.set_len)(to, index + 1);
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
/// `at` must point to a `Vec<T>`, borrowed as mutable.
unsafe fn reserve<T>(at: *mut u8, additional: usize) -> *mut u8 {
    // SAFETY: promised by the caller.
    let vec = unsafe { &mut *(at as *mut Vec<T>) };
    vec.reserve(additional);
    // SAFETY: there is room for as many items as there are.
    unsafe { vec.as_mut_ptr().add(vec.len()) as *mut u8 }
}

/// # Safety
///
/// `at` must point to a `Vec<T>`, borrowed as mutable, with as many items.
unsafe fn set_len<T>(at: *mut u8, length: usize) {
    // SAFETY: promised by the caller.
    unsafe { (*(at as *mut Vec<T>)).set_len(length) }
}

/// # Safety
///
/// `at` must point to a `Vec<T>`, borrowed as mutable.
unsafe fn clear<T>(at: *mut u8) {
    // SAFETY: promised by the caller.
    unsafe { (*(at as *mut Vec<T>)).clear() }
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
        (0..self.length).map(move |index| unsafe { AnyRef::new(self.ops.item, self.items.add(index * self.ops.stride)) })
    }
}

/// A vector to be filled.
pub struct ArrayMut<'a> {
    ops: &'static VecOps,
    at: *mut u8,
    length: usize,
    lifetime: PhantomData<&'a mut u8>,
}

impl ArrayMut<'_> {
    /// The vector, emptied.
    ///
    /// # Safety
    ///
    /// `at` must point to a `Vec` of these, borrowed as mutable for the lifetime of the result.
    pub(crate) unsafe fn cleared(ops: &'static VecOps, at: *mut u8) -> Self {
        // SAFETY: promised by the caller.
        unsafe { (ops.clear)(at) };
        Self { ops, at, length: 0, lifetime: PhantomData }
    }

    /// Adds an empty item and returns it, to be filled.
    pub(crate) fn push(&mut self) -> AnyMut<'_> {
        // SAFETY: the vector is borrowed as mutable, and its length covers the item only when that is there.
        unsafe {
            let item = (self.ops.reserve)(self.at, 1);
            self.ops.item.init(item);
            self.length += 1;
            (self.ops.set_len)(self.at, self.length);
            AnyMut::new(self.ops.item, item)
        }
    }
}
