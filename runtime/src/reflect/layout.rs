//! What can be done with a value by code that knows where it lies and not what type it has.
//!
//! Most fields of most objects are of few kinds, so what is done with them is compiled once and not once for each type: a type that is
//! reached brings a table, and hardly any code.
//!
//! The `unsafe` code here rests on one fact: that the [`Kind`] of a place is [`Value::KIND`] of the value in it.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;

use crate::Timestamp;
use crate::reflect::array::{ArrayMut, ArrayRef, VecOps};
use crate::reflect::object::{ObjectMut, ObjectRef};
use crate::reflect::string_enum::{self, Values};
use crate::reflect::table::Table;
use crate::reflect::value::{Mismatch, Next, Token, Value, View};

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
}

/// The ways of a type that has its own.
#[doc(hidden)]
pub struct Ops {
    init: unsafe fn(*mut u8),
    copy: unsafe fn(*const u8, *mut u8),
    put: for<'a> unsafe fn(
        *mut u8,
        Token<'_>,
        PhantomData<&'a mut u8>,
    ) -> Result<Next<'a>, Mismatch>,
    view: for<'a> unsafe fn(*const u8, PhantomData<&'a u8>) -> View<'a>,
    drop: unsafe fn(*mut u8),
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
        assert!(
            !matches!(self, Self::Other(_)),
            "a type without a kind has to implement all of `Value`"
        );
    }

    /// Whether values want their whole JSON text, as a [`Token::Raw`], and not the tokens one by one.
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self, Self::Other(ops) if ops.is_raw)
    }

    /// Writes a value to be filled: what an absent field holds.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a value of this kind.
    pub(crate) unsafe fn init(&self, to: *mut u8) {
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
    pub(crate) unsafe fn copy(&self, from: *const u8, to: *mut u8) {
        // SAFETY: promised by the caller; the kind says what type is read and written.
        unsafe {
            match self {
                Self::Bool => to.cast::<bool>().write(from.cast::<bool>().read()),
                Self::I64 => to.cast::<i64>().write(from.cast::<i64>().read()),
                Self::String => to.cast::<String>().write((*from.cast::<String>()).clone()),
                Self::Timestamp => to.cast::<Timestamp>().write(from.cast::<Timestamp>().read()),
                Self::OptionBool => {
                    to.cast::<Option<bool>>().write(from.cast::<Option<bool>>().read())
                }
                Self::OptionI64 => {
                    to.cast::<Option<i64>>().write(from.cast::<Option<i64>>().read())
                }
                Self::OptionString => {
                    to.cast::<Option<String>>().write((*from.cast::<Option<String>>()).clone())
                }
                Self::OptionTimestamp => {
                    to.cast::<Option<Timestamp>>().write(from.cast::<Option<Timestamp>>().read())
                }
                Self::Object(table) => table().copy(from, to),
                Self::Boxed(boxed) | Self::OptionBoxed(boxed) => {
                    let inner = from.cast::<*const u8>().read();
                    to.cast::<*mut u8>().write(if inner.is_null() {
                        std::ptr::null_mut()
                    } else {
                        boxed.copy_of(inner)
                    });
                }
                Self::Enum(values) => {
                    string_enum::write(values, to, string_enum::read(values, from))
                }
                Self::OptionEnum(values) => match string_enum::read_option(values, from) {
                    Some(text) => string_enum::write(values, to, text),
                    None => string_enum::write_none(values, to),
                },
                Self::Vec(ops) => ops.copy(from, to),
                Self::Other(ops) => (ops.copy)(from, to),
            }
        }
    }

    /// Drops a value.
    ///
    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed as mutable. It is not to be used after that until it is written again.
    pub(crate) unsafe fn drop(&self, at: *mut u8) {
        // SAFETY: promised by the caller; the kind says what type is dropped.
        unsafe {
            match self {
                Self::Bool
                | Self::I64
                | Self::Timestamp
                | Self::OptionBool
                | Self::OptionI64
                | Self::OptionTimestamp => {}
                Self::String => at.cast::<String>().drop_in_place(),
                Self::OptionString => at.cast::<Option<String>>().drop_in_place(),
                Self::Object(table) => table().drop(at),
                Self::Boxed(boxed) | Self::OptionBoxed(boxed) => {
                    boxed.drop(at.cast::<*mut u8>().read())
                }
                Self::Enum(values) | Self::OptionEnum(values) => string_enum::drop(values, at),
                Self::Vec(ops) => (ops.drop)(at),
                Self::Other(ops) => (ops.drop)(at),
            }
        }
    }

    /// Writes the value that a token is, or the beginning of one. If it fails, there is some value all the same.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a value of this kind, for all of `'a`. What comes next must be used or dropped, and not forgotten,
    /// before the value is read.
    pub(crate) unsafe fn put<'a>(
        &self,
        to: *mut u8,
        token: Token<'_>,
    ) -> Result<Next<'a>, Mismatch> {
        // SAFETY: promised by the caller.
        let put = unsafe {
            match token {
                Token::Null => self.put_null(to),
                Token::Bool(value) => self.put_bool(to, value),
                Token::Int(value) => self.put_int(to, value),
                Token::Float(value) => self.put_float(to, value),
                Token::Str(text) => self.put_str(to, text),
                Token::Array | Token::Object | Token::Raw(_) => return self.put_other(to, token),
            }
        };
        put.map(|()| Next::Done)
    }

    /// # Safety
    ///
    /// As for `put`.
    #[inline]
    pub(crate) unsafe fn put_str(&self, to: *mut u8, text: &str) -> Result<(), Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match self {
                Self::String => to.cast::<String>().write(text.to_owned()),
                Self::OptionString => to.cast::<Option<String>>().write(Some(text.to_owned())),
                Self::Enum(values) | Self::OptionEnum(values) => {
                    string_enum::write(values, to, text)
                }
                kind => return kind.put_other(to, Token::Str(text)).map(drop),
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// As for `put`.
    #[inline]
    pub(crate) unsafe fn put_null(&self, to: *mut u8) -> Result<(), Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match self {
                Self::OptionBool => to.cast::<Option<bool>>().write(None),
                Self::OptionI64 => to.cast::<Option<i64>>().write(None),
                Self::OptionString => to.cast::<Option<String>>().write(None),
                Self::OptionTimestamp => to.cast::<Option<Timestamp>>().write(None),
                Self::OptionBoxed(_) => to.cast::<*mut u8>().write(std::ptr::null_mut()),
                Self::OptionEnum(values) => string_enum::write_none(values, to),
                kind => return kind.put_other(to, Token::Null).map(drop),
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// As for `put`.
    #[inline]
    pub(crate) unsafe fn put_bool(&self, to: *mut u8, value: bool) -> Result<(), Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match self {
                Self::Bool => to.cast::<bool>().write(value),
                Self::OptionBool => to.cast::<Option<bool>>().write(Some(value)),
                kind => return kind.put_other(to, Token::Bool(value)).map(drop),
            }
        }
        Ok(())
    }

    /// # Safety
    ///
    /// As for `put`.
    #[inline]
    pub(crate) unsafe fn put_int(&self, to: *mut u8, value: i64) -> Result<(), Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match self {
                Self::I64 => to.cast::<i64>().write(value),
                Self::OptionI64 => to.cast::<Option<i64>>().write(Some(value)),
                Self::Timestamp => to.cast::<Timestamp>().write(Timestamp::from_seconds(value)),
                Self::OptionTimestamp => {
                    to.cast::<Option<Timestamp>>().write(Some(Timestamp::from_seconds(value)))
                }
                kind => return kind.put_other(to, Token::Int(value)).map(drop),
            }
        }
        Ok(())
    }

    /// A number that is no integer, unless some serializer on the way wrote a whole one as `10.0`.
    ///
    /// # Safety
    ///
    /// As for `put`.
    unsafe fn put_float(&self, to: *mut u8, value: f64) -> Result<(), Mismatch> {
        let fits = value.abs() < 9.0e15;
        // SAFETY: promised by the caller.
        unsafe {
            match self {
                Self::I64 | Self::OptionI64 if fits && value.fract() == 0.0 => {
                    self.put_int(to, value as i64)
                }
                Self::Timestamp | Self::OptionTimestamp if fits => {
                    self.put_int(to, value.floor() as i64)
                }
                kind => kind.put_other(to, Token::Float(value)).map(drop),
            }
        }
    }

    /// [`put`](Self::put) of what has something inside, or is for a type with its own ways, or is not what it should be.
    ///
    /// # Safety
    ///
    /// As for `put`.
    pub(crate) unsafe fn put_other<'a>(
        &self,
        to: *mut u8,
        token: Token<'_>,
    ) -> Result<Next<'a>, Mismatch> {
        // SAFETY: promised by the caller; the kind says what type is written.
        unsafe {
            match (self, token) {
                (Self::Other(ops), token) => {
                    (ops.init)(to);
                    (ops.put)(to, token, PhantomData)
                }
                (Self::Object(table), Token::Object) => {
                    Ok(Next::Object(ObjectMut::new(table(), to)))
                }
                (Self::Boxed(boxed) | Self::OptionBoxed(boxed), Token::Object) => {
                    let inner = boxed.allocate();
                    to.cast::<*mut u8>().write(inner);
                    Ok(Next::Object(ObjectMut::new((boxed.table)(), inner)))
                }
                (Self::Vec(ops), Token::Array) => Ok(Next::Array(ArrayMut::new(ops, to))),
                (kind, token) => {
                    kind.init(to);
                    Err(Mismatch::new(kind.expected(), token))
                }
            }
        }
    }

    /// [`Value::view`]
    ///
    /// # Safety
    ///
    /// `at` must point to a value of this kind, borrowed for `'a`.
    pub(crate) unsafe fn view<'a>(&self, at: *const u8) -> View<'a> {
        // SAFETY: promised by the caller; the kind says what type is read.
        unsafe {
            match self {
                Self::Bool => View::Bool(at.cast::<bool>().read()),
                Self::I64 => View::Int(at.cast::<i64>().read()),
                Self::String => View::Str((*at.cast::<String>()).as_str().into()),
                Self::Timestamp => View::Int(at.cast::<Timestamp>().read().seconds()),
                Self::OptionBool => {
                    at.cast::<Option<bool>>().read().map_or(View::Absent, View::Bool)
                }
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
                Self::Boxed(boxed) | Self::OptionBoxed(boxed) => {
                    match at.cast::<*const u8>().read() {
                        inner if inner.is_null() => View::Absent,
                        inner => View::Object(ObjectRef::new((boxed.table)(), inner)),
                    }
                }
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
    fn expected(&self) -> &'static str {
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

fn table<T: Value>() -> &'static Table {
    T::TABLE
}

impl Boxed {
    const fn of<T: Value>() -> Self {
        Self { table: table::<T>, layout: Layout::new::<T>() }
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
    /// `inner` must be what a box of the struct holds, or null. It is not to be used after that.
    unsafe fn drop(&self, inner: *mut u8) {
        if inner.is_null() {
            return;
        }
        // SAFETY: promised by the caller; the layout is that of the struct of the table.
        unsafe {
            (self.table)().drop(inner);
            dealloc(inner, self.layout);
        }
    }
}

impl Ops {
    const fn of<T: Value>() -> Self {
        Self {
            init: init::<T>,
            copy: copy::<T>,
            put: put::<T>,
            view: view::<T>,
            drop: drop_of::<T>(),
            is_raw: T::IS_RAW,
        }
    }
}

/// What drops a value.
pub(crate) const fn drop_of<T>() -> unsafe fn(*mut u8) {
    let drop: unsafe fn(*mut T) = std::ptr::drop_in_place;
    // SAFETY: pointers to anything that has a size are passed in the same way.
    unsafe { std::mem::transmute::<unsafe fn(*mut T), unsafe fn(*mut u8)>(drop) }
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
/// As for [`Value::put`], of the `T` at `at`, borrowed as mutable for `'a`.
unsafe fn put<'a, T: Value>(
    at: *mut u8,
    token: Token<'_>,
    _: PhantomData<&'a mut u8>,
) -> Result<Next<'a>, Mismatch> {
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
