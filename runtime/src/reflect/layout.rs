//! How values are stored, and the operations that need nothing else.
//!
//! Most fields have one of few layouts, and all code for those is compiled once. A generated type
//! adds a table and hardly any code.
//!
//! The `unsafe` code in this module relies on one fact: a [`LayoutOf<T>`] is the layout of `T`.

use std::alloc::{Layout as MemoryLayout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::array::{ArrayMut, ArrayRef, VecOps};
use super::map::MapValue;
use super::object::{ObjectMut, ObjectRef};
use super::ops::Ops;
use super::string_enum::{self, StringEnum, Variants};
use super::table::{Object, Table};
use super::timestamp::Timestamp;
use super::value::{Container, OpaqueValue, Token, TypeMismatch, Value, View};

/// How a value is stored in memory.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Layout {
    Bool,
    I64,
    String,
    Timestamp,
    OptionBool,
    OptionI64,
    OptionString,
    OptionTimestamp,
    /// A struct. Constants cannot refer to each other in a cycle as tables do, so this is a
    /// function.
    Object(fn() -> &'static Table),
    /// A `Box` of a struct.
    Boxed(&'static Boxed),
    /// An `Option<Box>` of a struct: null or the address of the struct.
    OptionBoxed(&'static Boxed),
    /// An enum over strings.
    Enum(&'static Variants),
    /// An `Option` of an enum over strings.
    OptionEnum(&'static Variants),
    Vec(&'static VecOps),
    /// A type that is only accessed through its own functions.
    Opaque(&'static Ops),
}

/// The layout of `T`.
#[doc(hidden)]
pub struct LayoutOf<T> {
    layout: Layout,
    of: PhantomData<fn() -> T>,
}

/// A struct in a `Box`.
#[doc(hidden)]
pub struct Boxed {
    table: fn() -> &'static Table,
    memory: MemoryLayout,
}

impl<T> LayoutOf<T> {
    /// # Safety
    ///
    /// The layout must be that of `T`.
    pub(super) const unsafe fn new(layout: Layout) -> Self {
        Self { layout, of: PhantomData }
    }

    /// Returns the layout of another type that is stored in the same way.
    ///
    /// # Safety
    ///
    /// A `U` must be stored as a `T` is, and be valid and dropped as a `T` is.
    pub(crate) const unsafe fn cast<U>(self) -> LayoutOf<U> {
        LayoutOf { layout: self.layout, of: PhantomData }
    }

    pub(crate) const fn erased(self) -> Layout {
        self.layout
    }
}

impl<T: OpaqueValue> LayoutOf<T> {
    /// The layout of a type that implements [`OpaqueValue`].
    pub const fn opaque() -> Self {
        Self { layout: Layout::Opaque(const { &Ops::opaque::<T>() }), of: PhantomData }
    }
}

impl<T: MapValue> LayoutOf<T> {
    /// The layout of a map.
    pub const fn map() -> Self {
        Self { layout: Layout::Opaque(const { &Ops::map::<T>() }), of: PhantomData }
    }
}

impl<T: Object> LayoutOf<T> {
    /// The layout of a struct with a table.
    pub const fn object() -> Self {
        Self { layout: Layout::Object(table::<T>), of: PhantomData }
    }
}

impl<E: StringEnum> LayoutOf<E> {
    /// The layout of an enum over strings.
    pub const fn string_enum() -> Self {
        Self { layout: Layout::Enum(const { &Variants::of::<E>() }), of: PhantomData }
    }
}

impl<T: Value> LayoutOf<T> {
    pub(super) const fn boxed() -> LayoutOf<Box<T>> {
        let layout = match T::LAYOUT.erased() {
            // A struct without size has no allocation.
            Layout::Object(_) if size_of::<T>() > 0 => Layout::Boxed(const { &Boxed::of::<T>() }),
            _ => Layout::Opaque(const { &Ops::boxed::<T>() }),
        };
        LayoutOf { layout, of: PhantomData }
    }

    pub(super) const fn option() -> LayoutOf<Option<T>> {
        let layout = match T::LAYOUT.erased() {
            Layout::Bool => Layout::OptionBool,
            Layout::I64 => Layout::OptionI64,
            Layout::String => Layout::OptionString,
            Layout::Timestamp => Layout::OptionTimestamp,
            Layout::Boxed(boxed) => Layout::OptionBoxed(boxed),
            Layout::Enum(variants) if variants.has_none() => Layout::OptionEnum(variants),
            _ => Layout::Opaque(const { &Ops::option::<T>() }),
        };
        LayoutOf { layout, of: PhantomData }
    }

    #[inline]
    pub(super) fn placeholder(self) -> T {
        let mut memory = MaybeUninit::<T>::uninit();
        // SAFETY: the layout is that of `T`, so `init` writes a whole `T`.
        unsafe {
            self.layout.init(memory.as_mut_ptr().cast());
            memory.assume_init()
        }
    }

    #[inline]
    pub(super) fn clone_value(self, value: &T) -> T {
        let mut memory = MaybeUninit::<T>::uninit();
        // SAFETY: the layout is that of `T`, so `clone` writes a whole `T`.
        unsafe {
            self.layout.clone_to((&raw const *value).cast(), memory.as_mut_ptr().cast());
            memory.assume_init()
        }
    }

    /// Puts a token into a placeholder.
    ///
    /// # Safety
    ///
    /// The container must be filled or dropped, and not forgotten.
    #[inline]
    pub(super) unsafe fn put<'a>(
        self,
        value: &'a mut T,
        token: Token<'_>,
    ) -> Result<Container<'a>, TypeMismatch> {
        let at = (&raw mut *value).cast();
        // SAFETY: the layout is that of `T`. `put` writes a whole `T` over the one that is dropped.
        unsafe {
            if let Layout::Opaque(ops) = self.layout {
                return (ops.put)(at, token, PhantomData);
            }
            self.layout.drop(at);
            self.layout.put(at, token)
        }
    }

    #[inline]
    pub(super) fn view(self, value: &T) -> View<'_> {
        let at = (&raw const *value).cast();
        // SAFETY: the layout is that of `T`, and the value is shared for the lifetime of the view.
        unsafe {
            match self.layout {
                Layout::Opaque(ops) => (ops.view)(at, PhantomData),
                layout => layout.view(at),
            }
        }
    }

    /// Returns the variants of an enum over strings.
    pub(super) const fn variants(self) -> &'static Variants {
        match self.layout {
            Layout::Enum(variants) => variants,
            _ => panic!("not an enum over strings"),
        }
    }

    /// Returns the table of a struct.
    pub(crate) fn table(self) -> Option<&'static Table> {
        match self.layout {
            Layout::Object(table) => Some(table()),
            _ => None,
        }
    }
}

impl Layout {
    /// Whether the type receives its whole value as one [`Token::Raw`].
    pub(crate) const fn wants_raw_json(&self) -> bool {
        matches!(self, Self::Opaque(Ops { wants_raw_json: true, .. }))
    }

    pub(crate) const fn is_enum(&self) -> bool {
        matches!(self, Self::Enum(_))
    }

    /// Writes a placeholder.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a value of this layout.
    pub(crate) unsafe fn init(&self, to: *mut u8) {
        // SAFETY: guaranteed by the caller; the layout is that of the type written.
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
                Self::Boxed(boxed) => to.cast::<*mut u8>().write(boxed.placeholder()),
                Self::OptionBoxed(_) => to.cast::<*mut u8>().write(std::ptr::null_mut()),
                Self::Enum(values) => string_enum::write(values, to, ""),
                Self::OptionEnum(values) => string_enum::write_none(values, to),
                Self::Vec(ops) => (ops.init)(to),
                Self::Opaque(ops) => (ops.init)(to),
            }
        }
    }

    /// Writes a clone of a value. A panic leaks what was cloned before it, which is safe.
    ///
    /// # Safety
    ///
    /// `from` must point to a value of this layout, and `to` must be valid for writing one.
    pub(crate) unsafe fn clone_to(&self, from: *const u8, to: *mut u8) {
        // SAFETY: guaranteed by the caller; the layout is that of the type read and written.
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
                Self::Object(table) => table().clone_to(from, to),
                Self::Boxed(boxed) | Self::OptionBoxed(boxed) => {
                    let inner = from.cast::<*const u8>().read();
                    to.cast::<*mut u8>().write(if inner.is_null() {
                        std::ptr::null_mut()
                    } else {
                        boxed.clone_of(inner)
                    });
                }
                Self::Enum(values) => {
                    string_enum::write(values, to, string_enum::read(values, from))
                }
                Self::OptionEnum(values) => match string_enum::read_option(values, from) {
                    Some(text) => string_enum::write(values, to, text),
                    None => string_enum::write_none(values, to),
                },
                Self::Vec(ops) => ops.clone_to(from, to),
                Self::Opaque(ops) => (ops.clone)(from, to),
            }
        }
    }

    /// Drops a value.
    ///
    /// # Safety
    ///
    /// `at` must point to a value of this layout, borrowed mutably. The value must not be used
    /// afterwards until it is written again.
    pub(crate) unsafe fn drop(&self, at: *mut u8) {
        // SAFETY: guaranteed by the caller; the layout is that of the type dropped.
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
                Self::Opaque(ops) => (ops.drop)(at),
            }
        }
    }

    /// Writes a scalar token, or begins an array or object. On failure, the memory still holds a
    /// valid value.
    ///
    /// # Safety
    ///
    /// `to` must be valid for writing a value of this layout, for all of `'a`. The returned
    /// container must be filled or dropped, and not forgotten, before the value is read.
    pub(crate) unsafe fn put<'a>(
        &self,
        to: *mut u8,
        token: Token<'_>,
    ) -> Result<Container<'a>, TypeMismatch> {
        // SAFETY: guaranteed by the caller.
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
        put.map(|()| Container::Done)
    }

    /// # Safety
    ///
    /// As for [`put`](Self::put).
    #[inline]
    pub(crate) unsafe fn put_str(&self, to: *mut u8, text: &str) -> Result<(), TypeMismatch> {
        // SAFETY: guaranteed by the caller; the layout is that of the type written.
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
    /// As for [`put`](Self::put).
    #[inline]
    pub(crate) unsafe fn put_null(&self, to: *mut u8) -> Result<(), TypeMismatch> {
        // SAFETY: guaranteed by the caller; the layout is that of the type written.
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
    /// As for [`put`](Self::put).
    #[inline]
    pub(crate) unsafe fn put_bool(&self, to: *mut u8, value: bool) -> Result<(), TypeMismatch> {
        // SAFETY: guaranteed by the caller; the layout is that of the type written.
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
    /// As for [`put`](Self::put).
    #[inline]
    pub(crate) unsafe fn put_int(&self, to: *mut u8, value: i64) -> Result<(), TypeMismatch> {
        // SAFETY: guaranteed by the caller; the layout is that of the type written.
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

    /// Writes a number with a fraction or exponent. Integer types accept a whole one: some
    /// serializers write `10` as `10.0`.
    ///
    /// # Safety
    ///
    /// As for [`put`](Self::put).
    unsafe fn put_float(&self, to: *mut u8, value: f64) -> Result<(), TypeMismatch> {
        let fits = value.abs() < 9.0e15;
        // SAFETY: guaranteed by the caller.
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

    /// [`put`](Self::put) for containers, for opaque types, and for tokens of the wrong type.
    ///
    /// # Safety
    ///
    /// As for [`put`](Self::put).
    pub(crate) unsafe fn put_other<'a>(
        &self,
        to: *mut u8,
        token: Token<'_>,
    ) -> Result<Container<'a>, TypeMismatch> {
        // SAFETY: guaranteed by the caller; the layout is that of the type written.
        unsafe {
            match (self, token) {
                (Self::Opaque(ops), token) => {
                    (ops.init)(to);
                    (ops.put)(to, token, PhantomData)
                }
                (Self::Object(table), Token::Object) => {
                    Ok(Container::Object(ObjectMut::new(table(), to)))
                }
                (Self::Boxed(boxed) | Self::OptionBoxed(boxed), Token::Object) => {
                    let inner = boxed.allocate();
                    to.cast::<*mut u8>().write(inner);
                    Ok(Container::Object(ObjectMut::new((boxed.table)(), inner)))
                }
                (Self::Vec(ops), Token::Array) => Ok(Container::Array(ArrayMut::new(ops, to))),
                (kind, token) => {
                    kind.init(to);
                    Err(TypeMismatch::new(kind.expected(), token))
                }
            }
        }
    }

    /// Implements [`Value::view`].
    ///
    /// # Safety
    ///
    /// `at` must point to a value of this layout, borrowed for `'a`.
    pub(crate) unsafe fn view<'a>(&self, at: *const u8) -> View<'a> {
        // SAFETY: guaranteed by the caller; the layout is that of the type read.
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
                Self::Opaque(ops) => (ops.view)(at, PhantomData),
            }
        }
    }

    /// What a person would call it, for messages.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Self::Bool | Self::OptionBool => "a boolean",
            Self::I64 | Self::OptionI64 => "an integer",
            Self::String | Self::OptionString | Self::Enum(_) | Self::OptionEnum(_) => "a string",
            Self::Timestamp | Self::OptionTimestamp => "a Unix time in seconds",
            Self::Object(_) | Self::Boxed(_) | Self::OptionBoxed(_) => "an object",
            Self::Vec(_) => "an array",
            Self::Opaque(_) => "a value",
        }
    }
}

fn table<T: Object>() -> &'static Table {
    T::TABLE
}

fn boxed_table<T: Value>() -> &'static Table {
    match T::LAYOUT.table() {
        Some(table) => table,
        None => &Table::EMPTY,
    }
}

impl Boxed {
    /// The boxed form of a struct, whose layout is `Layout::Object`.
    const fn of<T: Value>() -> Self {
        Self { table: boxed_table::<T>, memory: MemoryLayout::new::<T>() }
    }

    /// Returns the pointer of a `Box` with a placeholder in it.
    fn placeholder(&self) -> *mut u8 {
        let new = self.allocate();
        // SAFETY: the layout is that of the struct of the table.
        unsafe { (self.table)().init(new) };
        new
    }

    /// # Safety
    ///
    /// `inner` must point to a struct of the table.
    unsafe fn clone_of(&self, inner: *const u8) -> *mut u8 {
        let copy = self.allocate();
        // SAFETY: the layout is that of the struct of the table. The caller guarantees the rest.
        unsafe { (self.table)().clone_to(inner, copy) };
        copy
    }

    /// Allocates memory as `Box` does.
    fn allocate(&self) -> *mut u8 {
        // SAFETY: `Layout::Boxed` is not used for zero-sized structs.
        let new = unsafe { alloc(self.memory) };
        if new.is_null() {
            handle_alloc_error(self.memory);
        }
        new
    }

    /// # Safety
    ///
    /// `inner` must be the pointer of a `Box` of the struct, or null. It must not be used
    /// afterwards.
    unsafe fn drop(&self, inner: *mut u8) {
        if inner.is_null() {
            return;
        }
        // SAFETY: guaranteed by the caller. The layout is that of the struct of the table.
        unsafe {
            (self.table)().drop(inner);
            dealloc(inner, self.memory);
        }
    }
}
