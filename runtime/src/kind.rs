//! What can be done with a value by code that knows where it lies and not what type it has.
//!
//! Most fields of most objects are of few kinds, so what is done with them is compiled once and not once for each type: a type that is
//! reached brings a table, and hardly any code.
//!
//! The `unsafe` code here rests on one fact: that the [`Kind`] of a place is [`Value::KIND`] of the value in it.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;

use crate::Timestamp;
use crate::array::{ArrayMut, ArrayRef, VecOps};
use crate::object::{ObjectMut, ObjectRef, Table};
use crate::string_enum::{self, Values};
use crate::value::{Mismatch, Next, Token, Value, View};

/// What a value is. [`Value::KIND`] says it of a type.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Kind {
    Bool,
    I64,
    String,
    Timestamp,
    OptionBool,
    OptionI64,
    OptionString,
    OptionTimestamp,
    /// A struct. Tables name each other in circles, which constants must not, and functions may.
    Object(fn() -> &'static Table),
    /// `Box` of a struct.
    Boxed(&'static Boxed),
    /// `Option<Box>` of a struct: null, or a pointer to one.
    OptionBoxed(&'static Boxed),
    /// An enum over strings.
    Enum(&'static Values),
    /// `Option` of an enum over strings.
    OptionEnum(&'static Values),
    /// `Vec`
    Vec(&'static VecOps),
    /// A type that has its own ways.
    Other(&'static Ops),
}

/// A struct that lies in a box.
#[doc(hidden)]
pub struct Boxed {
    table: fn() -> &'static Table,
    layout: Layout,
    drop: unsafe fn(*mut u8),
}

/// The ways of a type that has its own.
#[doc(hidden)]
pub struct Ops {
    init: unsafe fn(*mut u8),
    copy: unsafe fn(*const u8, *mut u8),
    put: for<'a> unsafe fn(*mut u8, Token<'_>, PhantomData<&'a mut u8>) -> Result<Next<'a>, Mismatch>,
    view: for<'a> unsafe fn(*const u8, PhantomData<&'a u8>) -> View<'a>,
    is_raw: bool,
}

impl Kind {
    /// The kind of a struct.
    pub const fn object<T: Value>() -> Self {
        Self::Object(table::<T>)
    }

    /// The kind of a type that implements all methods of [`Value`] itself.
    pub const fn other<T: Value>() -> Self {
        Self::Other(const { &Ops::of::<T>() })
    }

    /// The kind of `Box<T>`.
    pub(crate) const fn boxed<T: Value>() -> Self {
        match T::KIND {
            // What has no size has no place in memory either.
            Self::Object(_) if size_of::<T>() > 0 => Self::Boxed(const { &Boxed::of::<T>() }),
            _ => Self::other::<Box<T>>(),
        }
    }

    /// The kind of `Option<T>`.
    pub(crate) const fn option<T: Value>() -> Self {
        match T::KIND {
            Self::Bool => Self::OptionBool,
            Self::I64 => Self::OptionI64,
            Self::String => Self::OptionString,
            Self::Timestamp => Self::OptionTimestamp,
            Self::Boxed(boxed) => Self::OptionBoxed(boxed),
            Self::Enum(values) if values.has_none() => Self::OptionEnum(values),
            _ => Self::other::<Option<T>>(),
        }
    }

    /// Stops a type that is of no kind and uses the ways of those that are: it would never stop itself. No type from this workspace's
    /// macros does.
    #[inline]
    pub(crate) const fn must_be_known(self) {
        assert!(!matches!(self, Self::Other(_)), "a type without a kind has to implement all of `Value`");
    }

    /// Whether values want their whole JSON text, as a [`Token::Raw`], and not the tokens one by one.
    pub(crate) fn is_raw(self) -> bool {
        matches!(self, Self::Other(ops) if ops.is_raw)
    }

    /// Writes a value to be filled: what an absent field holds.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a value of this kind.
    pub(crate) unsafe fn init(self, to: *mut u8) {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match self {
                Self::Bool => to.cast::<bool>().write(false),
                Self::I64 => to.cast::<i64>().write(0),
                Self::String => to.cast::<String>().write(String::new()),
                Self::Timestamp => to.cast::<Timestamp>().write(Timestamp::from_seconds(0)),
                Self::OptionBool => to.cast::<Option<bool>>().write(None),
                Self::OptionI64 => to.cast::<Option<i64>>().write(None),
                Self::OptionString => to.cast::<Option<String>>().write(None),
                Self::OptionTimestamp => to.cast::<Option<Timestamp>>().write(None),
                Self::Object(table) => table().init(to),
                Self::Boxed(boxed) => to.cast::<*mut u8>().write(boxed.empty()),
                Self::OptionBoxed(_) => to.cast::<*mut u8>().write(std::ptr::null_mut()),
                Self::Enum(values) => string_enum::write(values, to, ""),
                Self::OptionEnum(values) => string_enum::write_none(values, to),
                Self::Vec(ops) => (ops.init)(to),
                Self::Other(ops) => (ops.init)(to),
            }
        }
    }

    /// Writes a copy of a value. If that panics, what was copied so far is leaked, which is safe.
    ///
    /// # Safety
    ///
    /// `from` must point to a value of this kind, and `to` must be valid for writing one.
    pub(crate) unsafe fn copy(self, from: *const u8, to: *mut u8) {
        // SAFETY: promised by the caller; the kind says what type is read and written.
        unsafe {
            match self {
                Self::Bool => to.cast::<bool>().write(from.cast::<bool>().read()),
                Self::I64 => to.cast::<i64>().write(from.cast::<i64>().read()),
                Self::String => to.cast::<String>().write((*from.cast::<String>()).clone()),
                Self::Timestamp => to.cast::<Timestamp>().write(from.cast::<Timestamp>().read()),
                Self::OptionBool => to.cast::<Option<bool>>().write(from.cast::<Option<bool>>().read()),
                Self::OptionI64 => to.cast::<Option<i64>>().write(from.cast::<Option<i64>>().read()),
                Self::OptionString => to.cast::<Option<String>>().write((*from.cast::<Option<String>>()).clone()),
                Self::OptionTimestamp => to.cast::<Option<Timestamp>>().write(from.cast::<Option<Timestamp>>().read()),
                Self::Object(table) => table().copy(from, to),
                Self::Boxed(boxed) | Self::OptionBoxed(boxed) => {
                    let inner = from.cast::<*const u8>().read();
                    to.cast::<*mut u8>().write(if inner.is_null() { std::ptr::null_mut() } else { boxed.copy_of(inner) });
                }
                Self::Enum(values) => string_enum::write(values, to, string_enum::read(values, from)),
                Self::OptionEnum(values) => match string_enum::read_option(values, from) {
                    Some(text) => string_enum::write(values, to, text),
                    None => string_enum::write_none(values, to),
                },
                Self::Vec(ops) => ops.copy(from, to),
                Self::Other(ops) => (ops.copy)(from, to),
            }
        }
    }

    /// [`Value::put`]
    ///
    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed as mutable for `'a`.
    #[inline]
    pub(crate) unsafe fn put<'a>(self, at: *mut u8, token: Token<'_>) -> Result<Next<'a>, Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match (self, token) {
                (Self::Bool, Token::Bool(value)) => *at.cast() = value,
                (Self::OptionBool, Token::Bool(value)) => *at.cast() = Some(value),
                (Self::OptionBool, Token::Null) => *at.cast() = None::<bool>,
                (Self::I64, Token::Int(value)) => *at.cast() = value,
                (Self::OptionI64, Token::Int(value)) => *at.cast() = Some(value),
                (Self::OptionI64, Token::Null) => *at.cast() = None::<i64>,
                (Self::String, Token::Str(text)) => *at.cast() = text.to_owned(),
                (Self::OptionString, Token::Str(text)) => *at.cast() = Some(text.to_owned()),
                (Self::OptionString, Token::Null) => *at.cast() = None::<String>,
                (Self::Timestamp, Token::Int(seconds)) => *at.cast() = Timestamp::from_seconds(seconds),
                (Self::OptionTimestamp, Token::Int(seconds)) => *at.cast() = Some(Timestamp::from_seconds(seconds)),
                (Self::OptionTimestamp, Token::Null) => *at.cast() = None::<Timestamp>,
                (Self::OptionBoxed(boxed), Token::Null) => boxed.replace(at, std::ptr::null_mut()),
                (Self::OptionEnum(values), Token::Null) => {
                    string_enum::clear(values, at);
                    string_enum::write_none(values, at);
                }
                (Self::Enum(values) | Self::OptionEnum(values), Token::Str(text)) => {
                    string_enum::clear(values, at);
                    string_enum::write(values, at, text);
                }
                (Self::Other(ops), token) => return (ops.put)(at, token, PhantomData),
                (kind, token) => return kind.put_other(at, token),
            }
        }
        Ok(Next::Done)
    }

    /// [`put`](Self::put) of what has something inside, or is not what it should be.
    ///
    /// # Safety
    ///
    /// As for `put`.
    unsafe fn put_other<'a>(self, at: *mut u8, token: Token<'_>) -> Result<Next<'a>, Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match (self, token) {
                (Self::Object(table), Token::Object) => Ok(Next::Object(ObjectMut::new(table(), at))),
                (Self::Boxed(boxed), Token::Object) => {
                    Ok(Next::Object(ObjectMut::new((boxed.table)(), at.cast::<*mut u8>().read())))
                }
                (Self::OptionBoxed(boxed), Token::Object) => {
                    let inner = boxed.empty();
                    boxed.replace(at, inner);
                    Ok(Next::Object(ObjectMut::new((boxed.table)(), inner)))
                }
                (Self::Vec(ops), Token::Array) => Ok(Next::Array(ArrayMut::cleared(ops, at))),
                (Self::I64 | Self::OptionI64, token) => {
                    let value = whole(token).ok_or_else(|| Mismatch::new("an integer", token))?;
                    self.put(at, Token::Int(value))
                }
                (Self::Timestamp | Self::OptionTimestamp, Token::Float(seconds)) if seconds.abs() < 9.0e15 => {
                    self.put(at, Token::Int(seconds.floor() as i64))
                }
                (kind, token) => Err(Mismatch::new(kind.expected(), token)),
            }
        }
    }

    /// [`Value::view`]
    ///
    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed for `'a`.
    pub(crate) unsafe fn view<'a>(self, at: *const u8) -> View<'a> {
        // SAFETY: promised by the caller; the kind says what type is read.
        unsafe {
            match self {
                Self::Bool => View::Bool(at.cast::<bool>().read()),
                Self::I64 => View::Int(at.cast::<i64>().read()),
                Self::String => View::Str((*at.cast::<String>()).as_str().into()),
                Self::Timestamp => View::Int(at.cast::<Timestamp>().read().seconds()),
                Self::OptionBool => at.cast::<Option<bool>>().read().map_or(View::Absent, View::Bool),
                Self::OptionI64 => at.cast::<Option<i64>>().read().map_or(View::Absent, View::Int),
                Self::OptionString => match &*at.cast::<Option<String>>() {
                    Some(text) => View::Str(text.as_str().into()),
                    None => View::Absent,
                },
                Self::OptionTimestamp => match at.cast::<Option<Timestamp>>().read() {
                    Some(time) => View::Int(time.seconds()),
                    None => View::Absent,
                },
                Self::Object(table) => View::Object(ObjectRef::new(table(), at)),
                Self::Boxed(boxed) | Self::OptionBoxed(boxed) => match at.cast::<*const u8>().read() {
                    inner if inner.is_null() => View::Absent,
                    inner => View::Object(ObjectRef::new((boxed.table)(), inner)),
                },
                Self::Enum(values) => View::Str(string_enum::read(values, at).into()),
                Self::OptionEnum(values) => match string_enum::read_option(values, at) {
                    Some(text) => View::Str(text.into()),
                    None => View::Absent,
                },
                Self::Vec(ops) => View::Array(ArrayRef::new(ops, at)),
                Self::Other(ops) => (ops.view)(at, PhantomData),
            }
        }
    }

    /// What a person would call it, for messages.
    fn expected(self) -> &'static str {
        match self {
            Self::Bool | Self::OptionBool => "a boolean",
            Self::I64 | Self::OptionI64 => "an integer",
            Self::String | Self::OptionString | Self::Enum(_) | Self::OptionEnum(_) => "a string",
            Self::Timestamp | Self::OptionTimestamp => "a Unix time in seconds",
            Self::Object(_) | Self::Boxed(_) | Self::OptionBoxed(_) => "an object",
            Self::Vec(_) => "an array",
            Self::Other(_) => "another value",
        }
    }
}

/// The integer that a token is: some serializers on the way write whole numbers as `10.0`.
fn whole(token: Token<'_>) -> Option<i64> {
    match token {
        Token::Int(value) => Some(value),
        Token::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => Some(value as i64),
        _ => None,
    }
}

fn table<T: Value>() -> &'static Table {
    T::TABLE
}

impl Boxed {
    const fn of<T: Value>() -> Self {
        let drop: unsafe fn(*mut T) = std::ptr::drop_in_place;
        // SAFETY: pointers to anything that has a size are passed in the same way.
        let drop = unsafe { std::mem::transmute::<unsafe fn(*mut T), unsafe fn(*mut u8)>(drop) };
        Self { table: table::<T>, layout: Layout::new::<T>(), drop }
    }

    /// What a `Box` of an empty object points to.
    fn empty(&self) -> *mut u8 {
        let new = self.allocate();
        // SAFETY: the layout is that of the struct of the table.
        unsafe { (self.table)().init(new) };
        new
    }

    /// # Safety
    ///
    /// `inner` must point to a struct of the table.
    unsafe fn copy_of(&self, inner: *const u8) -> *mut u8 {
        let copy = self.allocate();
        // SAFETY: the layout is that of the struct of the table, and the rest is promised by the caller.
        unsafe { (self.table)().copy(inner, copy) };
        copy
    }

    /// Memory as `Box` has it.
    fn allocate(&self) -> *mut u8 {
        // SAFETY: structs without a size are not of this kind.
        let new = unsafe { alloc(self.layout) };
        if new.is_null() {
            handle_alloc_error(self.layout);
        }
        new
    }

    /// # Safety
    ///
    /// `at` must point to an `Option<Box>` of the struct, borrowed as mutable, and `inner` must be null or what such a box holds.
    unsafe fn replace(&self, at: *mut u8, inner: *mut u8) {
        // SAFETY: promised by the caller; an `Option<Box>` is null or what the box holds, in memory of its layout.
        unsafe {
            let old = at.cast::<*mut u8>().replace(inner);
            if !old.is_null() {
                (self.drop)(old);
                dealloc(old, self.layout);
            }
        }
    }
}

impl Ops {
    const fn of<T: Value>() -> Self {
        Self { init: init::<T>, copy: copy::<T>, put: put::<T>, view: view::<T>, is_raw: T::IS_RAW }
    }
}

// Every call in the functions that follow is a function more to compile, for each type that is reached: so there are few.

/// # Safety
///
/// `to` must be valid for writing a `T`.
unsafe fn init<T: Value>(to: *mut u8) {
    // SAFETY: promised by the caller.
    unsafe { std::ptr::write(to as *mut T, T::empty()) }
}

/// # Safety
///
/// `from` must point to a `T`, and `to` must be valid for writing one.
unsafe fn copy<T: Value>(from: *const u8, to: *mut u8) {
    // SAFETY: promised by the caller.
    unsafe { std::ptr::write(to as *mut T, (*(from as *const T)).duplicate()) }
}

/// # Safety
///
/// `at` must point to a `T`, borrowed as mutable for `'a`.
unsafe fn put<'a, T: Value>(at: *mut u8, token: Token<'_>, _: PhantomData<&'a mut u8>) -> Result<Next<'a>, Mismatch> {
    // SAFETY: promised by the caller.
    unsafe { (*(at as *mut T)).put(token) }
}

/// # Safety
///
/// `at` must point to a `T`, borrowed for `'a`.
unsafe fn view<'a, T: Value>(at: *const u8, _: PhantomData<&'a u8>) -> View<'a> {
    // SAFETY: promised by the caller.
    unsafe { (*(at as *const T)).view() }
}

/// A value whose type is not known, to be read.
#[derive(Clone, Copy)]
pub struct AnyRef<'a> {
    kind: Kind,
    at: *const u8,
    lifetime: PhantomData<&'a u8>,
}

impl<'a> AnyRef<'a> {
    #[inline]
    pub(crate) fn of<T: Value>(value: &'a T) -> Self {
        Self { kind: T::KIND, at: value as *const T as *const u8, lifetime: PhantomData }
    }

    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed for `'a`.
    pub(crate) unsafe fn new(kind: Kind, at: *const u8) -> Self {
        Self { kind, at, lifetime: PhantomData }
    }

    /// [`Value::view`]
    pub(crate) fn view(self) -> View<'a> {
        // SAFETY: whoever made this promised what `view` wants.
        unsafe { self.kind.view(self.at) }
    }
}

/// A value whose type is not known, to be filled.
pub struct AnyMut<'a> {
    kind: Kind,
    at: *mut u8,
    lifetime: PhantomData<&'a mut u8>,
}

impl<'a> AnyMut<'a> {
    #[inline]
    pub(crate) fn of<T: Value>(value: &'a mut T) -> Self {
        Self { kind: T::KIND, at: value as *mut T as *mut u8, lifetime: PhantomData }
    }

    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed as mutable for `'a`.
    #[inline]
    pub(crate) unsafe fn new(kind: Kind, at: *mut u8) -> Self {
        Self { kind, at, lifetime: PhantomData }
    }

    #[inline]
    pub(crate) fn is_raw(&self) -> bool {
        self.kind.is_raw()
    }

    /// [`Value::put`]
    #[inline]
    pub(crate) fn put(self, token: Token<'_>) -> Result<Next<'a>, Mismatch> {
        // SAFETY: whoever made this promised what `put` wants.
        unsafe { self.kind.put(self.at, token) }
    }
}
