//! Function tables of the types that the walk handles through functions.

use std::marker::PhantomData;

use super::map::{MapMut, MapValue};
use super::value::{Container, OpaqueValue, Token, TypeMismatch, Value, View};

/// The functions of a type. Each takes the address of a value of the type.
#[doc(hidden)]
pub struct Ops {
    /// Writes a placeholder. `extern "C"` turns a panic into an abort: the value that was at the
    /// address is already dropped, so unwinding would drop it again.
    pub(super) init: unsafe extern "C" fn(*mut u8),
    pub(super) clone: unsafe fn(*const u8, *mut u8),
    pub(super) put: Put,
    pub(super) view: for<'a> unsafe fn(*const u8, PhantomData<&'a u8>) -> View<'a>,
    pub(super) drop: unsafe fn(*mut u8),
    pub(super) wants_raw_json: bool,
}

/// Puts a token into a placeholder.
type Put = for<'a> unsafe fn(
    *mut u8,
    Token<'_>,
    PhantomData<&'a mut u8>,
) -> Result<Container<'a>, TypeMismatch>;

impl Ops {
    pub(super) const fn opaque<T: OpaqueValue>() -> Self {
        Self {
            init: init_opaque::<T>,
            clone: clone::<T>,
            put: put_opaque::<T>,
            view: view_opaque::<T>,
            drop: drop_fn::<T>(),
            wants_raw_json: T::WANTS_RAW_JSON,
        }
    }

    pub(super) const fn option<T: Value>() -> Self {
        Self {
            init: init_none::<T>,
            clone: clone::<Option<T>>,
            put: put_option::<T>,
            view: view_option::<T>,
            drop: drop_fn::<Option<T>>(),
            wants_raw_json: T::LAYOUT.erased().wants_raw_json(),
        }
    }

    pub(super) const fn boxed<T: Value>() -> Self {
        Self {
            init: init_box::<T>,
            clone: clone::<Box<T>>,
            put: put_box::<T>,
            view: view_box::<T>,
            drop: drop_fn::<Box<T>>(),
            wants_raw_json: T::LAYOUT.erased().wants_raw_json(),
        }
    }

    pub(super) const fn map<M: MapValue>() -> Self {
        Self {
            init: init_map::<M>,
            clone: clone::<M>,
            put: put_map::<M>,
            view: view_map::<M>,
            drop: drop_fn::<M>(),
            wants_raw_json: false,
        }
    }
}

/// Returns the function that drops a `T`.
pub(super) const fn drop_fn<T>() -> unsafe fn(*mut u8) {
    let drop: unsafe fn(*mut T) = std::ptr::drop_in_place;
    // SAFETY: both are functions of one thin pointer, which have the same ABI for all pointees.
    unsafe { std::mem::transmute::<unsafe fn(*mut T), unsafe fn(*mut u8)>(drop) }
}

// Each call in the following functions adds a function to compile per type, so calls are kept few.

/// # Safety
///
/// `from` must point to a `T`. `to` must be valid for writing a `T`.
unsafe fn clone<T: Clone>(from: *const u8, to: *mut u8) {
    // SAFETY: guaranteed by the caller.
    unsafe { to.cast::<T>().write((*from.cast::<T>()).clone()) }
}

/// # Safety
///
/// `to` must be valid for writing a `T`.
unsafe extern "C" fn init_opaque<T: OpaqueValue>(to: *mut u8) {
    // SAFETY: guaranteed by the caller.
    unsafe { to.cast::<T>().write(T::make_placeholder()) }
}

/// # Safety
///
/// `at` must point to a `T` that nothing else borrows.
unsafe fn put_opaque<'a, T: OpaqueValue>(
    at: *mut u8,
    token: Token<'_>,
    _: PhantomData<&'a mut u8>,
) -> Result<Container<'a>, TypeMismatch> {
    // SAFETY: guaranteed by the caller.
    let value = unsafe { &mut *at.cast::<T>() };
    match value.set(token) {
        Ok(()) => Ok(Container::Done),
        Err(mismatch) => Err(mismatch),
    }
}

/// # Safety
///
/// `at` must point to a `T`, shared for `'a`.
unsafe fn view_opaque<'a, T: OpaqueValue>(at: *const u8, _: PhantomData<&'a u8>) -> View<'a> {
    // SAFETY: guaranteed by the caller.
    unsafe { (*at.cast::<T>()).as_view() }
}

/// # Safety
///
/// `to` must be valid for writing an `Option<T>`.
unsafe extern "C" fn init_none<T>(to: *mut u8) {
    // SAFETY: guaranteed by the caller.
    unsafe { to.cast::<Option<T>>().write(None) }
}

/// # Safety
///
/// `at` must point to an `Option<T>`, borrowed mutably for `'a`.
unsafe fn put_option<'a, T: Value>(
    at: *mut u8,
    token: Token<'_>,
    _: PhantomData<&'a mut u8>,
) -> Result<Container<'a>, TypeMismatch> {
    // SAFETY: guaranteed by the caller.
    let option: &'a mut Option<T> = unsafe { &mut *at.cast() };
    if matches!(token, Token::Null | Token::Raw("null")) {
        *option = None;
        return Ok(Container::Done);
    }
    // SAFETY: the value is a placeholder, and the result is filled or dropped as the caller's is.
    unsafe { T::LAYOUT.put(option.insert(T::placeholder()), token) }
}

/// # Safety
///
/// `at` must point to an `Option<T>`, shared for `'a`.
unsafe fn view_option<'a, T: Value>(at: *const u8, _: PhantomData<&'a u8>) -> View<'a> {
    // SAFETY: guaranteed by the caller.
    match unsafe { &*at.cast::<Option<T>>() } {
        Some(value) => T::LAYOUT.view(value),
        None => View::Absent,
    }
}

/// # Safety
///
/// `to` must be valid for writing a `Box<T>`.
unsafe extern "C" fn init_box<T: Value>(to: *mut u8) {
    // SAFETY: guaranteed by the caller.
    unsafe { to.cast::<Box<T>>().write(Box::new(T::placeholder())) }
}

/// # Safety
///
/// `at` must point to a `Box<T>`, borrowed mutably for `'a`.
unsafe fn put_box<'a, T: Value>(
    at: *mut u8,
    token: Token<'_>,
    _: PhantomData<&'a mut u8>,
) -> Result<Container<'a>, TypeMismatch> {
    // SAFETY: guaranteed by the caller.
    let value: &'a mut Box<T> = unsafe { &mut *at.cast() };
    // SAFETY: the value is a placeholder, and the result is filled or dropped as the caller's is.
    unsafe { T::LAYOUT.put(value, token) }
}

/// # Safety
///
/// `at` must point to a `Box<T>`, shared for `'a`.
unsafe fn view_box<'a, T: Value>(at: *const u8, _: PhantomData<&'a u8>) -> View<'a> {
    // SAFETY: guaranteed by the caller.
    let value: &'a T = unsafe { &*at.cast::<Box<T>>() };
    T::LAYOUT.view(value)
}

/// # Safety
///
/// `to` must be valid for writing an `M`.
unsafe extern "C" fn init_map<M: MapValue>(to: *mut u8) {
    // SAFETY: guaranteed by the caller.
    unsafe { to.cast::<M>().write(M::default()) }
}

/// # Safety
///
/// `at` must point to an `M`, borrowed mutably for `'a`.
unsafe fn put_map<'a, M: MapValue>(
    at: *mut u8,
    token: Token<'_>,
    _: PhantomData<&'a mut u8>,
) -> Result<Container<'a>, TypeMismatch> {
    if token != Token::Object {
        return Err(TypeMismatch::new("an object", token));
    }
    // SAFETY: guaranteed by the caller.
    Ok(Container::Map(MapMut::new(unsafe { &mut *at.cast::<M>() })))
}

/// # Safety
///
/// `at` must point to an `M`, shared for `'a`.
unsafe fn view_map<'a, M: MapValue>(at: *const u8, _: PhantomData<&'a u8>) -> View<'a> {
    // SAFETY: guaranteed by the caller.
    View::Map(unsafe { &*at.cast::<M>() })
}
