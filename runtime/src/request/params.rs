//! Request parameters, by name.
//!
//! A request, like an object in one, is a sorted list of the parameters that were set, not a struct
//! with a field for each possible one: most are never set. The types of the generated crate wrap
//! such lists and add a setter for each parameter.

use std::borrow::Cow;
use std::fmt;

use super::expands::Expands;
use super::raw_request::RequestOptions;
use super::upload::Upload;
use crate::RawJson;
use crate::reflect::debug::Keys;
use crate::reflect::string_enum::{self, StringEnum};

/// A type that can be the value of a parameter, or of an item in one.
pub trait Parameter {
    /// `Single`, or `ListOf<T>` for a list of `T`.
    type Shape;

    /// Converts to data to encode.
    fn into_data(self) -> Data;
}

/// The shape of a parameter that is not a list.
pub struct Single;

/// The shape of a parameter that is a list of `T`.
pub struct ListOf<T>(std::marker::PhantomData<T>);

/// What a parameter is set to, if anything.
pub trait Setting {
    /// Converts to data to encode. `None` leaves the parameter as it is.
    fn into_setting(self) -> Option<Data>;
}

impl<T: Parameter> Setting for T {
    #[inline]
    fn into_setting(self) -> Option<Data> {
        Some(self.into_data())
    }
}

impl Setting for Option<Data> {
    #[inline]
    fn into_setting(self) -> Option<Data> {
        self
    }
}

/// The data of a parameter.
#[derive(Clone, PartialEq)]
pub enum Data {
    /// Clears a value: `null` in JSON, the empty string in a form.
    Clear,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Cow<'static, str>),
    Raw(RawJson),
    Array(Vec<Data>),
    Map(Vec<(String, Data)>),
    /// An object, with the name of its type.
    Object(&'static str, Params),
    /// A file: a part of a multipart form. Not encoded anywhere else.
    Upload(Box<Upload>),
}

/// The parameters of a request or of an object in one. They are sorted by name, so that equal
/// requests are encoded identically.
#[derive(Clone, Default, PartialEq)]
pub struct Params {
    list: Vec<Param>,
    /// The options of the request. Most requests have none.
    options: Option<Box<RequestOptions>>,
}

/// A parameter with its value.
#[derive(Clone, PartialEq)]
pub struct Param {
    pub(crate) name: &'static str,
    flags: u16,
    pub(crate) data: Data,
}

impl Param {
    /// Located in the path.
    pub const PATH: u16 = 1;
    /// Located in the query.
    pub const QUERY: u16 = 2;
    /// Located in a header.
    pub const HEADER: u16 = 4;
    /// Hidden by `Debug`.
    pub const SECRET: u16 = 8;
    /// The name has characters that a form must escape.
    pub const RESERVED_NAME: u16 = 16;
    /// Describes a person: `Debug` prints that the parameter is set, and hides its value.
    pub const PERSONAL: u16 = 32;
    /// A list whose items are sent as parameters of the same name: `a=1&a=2`.
    pub const REPEATED: u16 = 64;
    /// A list whose items are sent as one value, with commas between them: `1,2`.
    pub const JOINED: u16 = 128;
    /// The complete JSON body of a request.
    pub const WHOLE: u16 = 256;
    /// The location flags. A parameter without any of them is in the body.
    const PLACE: u16 = Self::PATH | Self::QUERY | Self::HEADER;

    pub(crate) fn is_in(&self, place: u16) -> bool {
        self.flags & Self::PLACE == place
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.flags & Self::WHOLE != 0
    }

    /// Returns the items, if this is a list that is sent as parameters of the same name.
    pub(crate) fn repeated(&self) -> Option<&[Data]> {
        match &self.data {
            Data::Array(items) if self.flags & Self::REPEATED != 0 => Some(items),
            _ => None,
        }
    }

    /// Calls `using` with the text of a scalar, or of a list that is sent as one value.
    #[inline]
    pub(crate) fn with_text<R>(&self, using: impl FnOnce(&str) -> R) -> Option<R> {
        match &self.data {
            Data::Array(items) if self.flags & Self::JOINED != 0 => Some(using(&joined(items))),
            data => data.with_text(using),
        }
    }

    pub(crate) fn has_reserved_name(&self) -> bool {
        self.flags & Self::RESERVED_NAME != 0
    }
}

/// Returns the text of all scalars, separated by commas.
fn joined(items: &[Data]) -> String {
    let texts: Vec<String> =
        items.iter().filter_map(|item| item.with_text(str::to_owned)).collect();
    texts.join(",")
}

impl Params {
    /// Creates an empty list of parameters.
    #[inline]
    pub const fn new() -> Self {
        Self { list: Vec::new(), options: None }
    }

    /// Sets a parameter in the body of a request, or in an object.
    #[inline]
    pub fn body(self, name: &'static str, value: impl Setting) -> Self {
        self.set(0, name, value)
    }

    /// Sets a parameter in the path.
    #[inline]
    pub fn path(self, name: &'static str, value: impl Setting) -> Self {
        self.set(Param::PATH, name, value)
    }

    /// Sets a parameter in the query.
    #[inline]
    pub fn query(self, name: &'static str, value: impl Setting) -> Self {
        self.set(Param::QUERY, name, value)
    }

    /// Sets a parameter in a header.
    #[inline]
    pub fn header(self, name: &'static str, value: impl Setting) -> Self {
        self.set(Param::HEADER, name, value)
    }

    /// Sets a parameter in a header that `Debug` hides.
    #[inline]
    pub fn secret_header(self, name: &'static str, value: impl Setting) -> Self {
        self.set(Param::HEADER | Param::SECRET, name, value)
    }

    /// Sets a parameter in the body that `Debug` hides.
    #[inline]
    pub fn secret(self, name: &'static str, value: impl Setting) -> Self {
        self.set(Param::SECRET, name, value)
    }

    /// Sets a parameter in the body that describes a person.
    #[inline]
    pub fn personal(self, name: &'static str, value: impl Setting) -> Self {
        self.set(Param::PERSONAL, name, value)
    }

    /// Sets a parameter with flags of [`Param`]: its location, what it holds, and how it is
    /// written.
    #[inline]
    pub fn set(self, flags: u16, name: &'static str, value: impl Setting) -> Self {
        match value.into_setting() {
            Some(data) => self.insert(name, flags, data),
            None => self,
        }
    }

    /// Adds paths to the parameter `expand` in the body.
    #[inline]
    pub fn expand<Output>(self, value: impl Expands<Output>) -> Self {
        self.add_paths(0, expand_paths(value))
    }

    /// Adds paths to the parameter `expand` in the query.
    #[inline]
    pub fn query_expand<Output>(self, value: impl Expands<Output>) -> Self {
        self.add_paths(Param::QUERY, expand_paths(value))
    }

    /// Paths are added to earlier ones, because each call expands fields that its caller reads.
    fn add_paths(self, place: u16, paths: Vec<String>) -> Self {
        const NAME: &str = "expand";
        let earlier = self.list.iter().find(|param| param.name == NAME && param.is_in(place));
        let mut all = match earlier.map(|param| &param.data) {
            Some(Data::Array(paths)) => paths.clone(),
            _ => Vec::new(),
        };
        for path in paths {
            let path = Data::Str(path.into());
            if !all.contains(&path) {
                all.push(path);
            }
        }
        self.insert(NAME, place, Data::Array(all))
    }

    /// Sets a parameter, replacing a previous one at the same location.
    fn insert(mut self, name: &'static str, flags: u16, data: Data) -> Self {
        // A name can exist in several locations, such as an ID in the path and another one in the
        // body.
        let place = flags & Param::PLACE;
        let param = Param { name, flags, data };
        match self
            .list
            .binary_search_by(|other| (other.name, other.flags & Param::PLACE).cmp(&(name, place)))
        {
            Ok(at) => self.list[at] = param,
            Err(at) => self.list.insert(at, param),
        }
        self
    }

    /// Returns the options of the request, for changes.
    pub fn options_mut(&mut self) -> &mut RequestOptions {
        self.options.get_or_insert_default()
    }

    /// Returns the options of the request.
    pub fn options(&self) -> RequestOptions {
        self.options.as_deref().cloned().unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Param> {
        self.list.iter()
    }
}

impl Data {
    /// Calls `using` with the text of a scalar, as written in a path, a header or a form.
    #[inline]
    pub(crate) fn with_text<R>(&self, using: impl FnOnce(&str) -> R) -> Option<R> {
        match self {
            Self::Bool(value) => Some(using(if *value { "true" } else { "false" })),
            Self::Int(value) => Some(using(itoa::Buffer::new().format(*value))),
            Self::Float(value) => Some(using(&value.to_string())),
            Self::Str(text) => Some(using(text)),
            Self::Clear
            | Self::Raw(_)
            | Self::Array(_)
            | Self::Map(_)
            | Self::Object(..)
            | Self::Upload(_) => None,
        }
    }
}

/// Returns the paths that a request expands.
pub(crate) fn expand_paths<Output>(value: impl Expands<Output>) -> Vec<String> {
    let mut paths = Vec::new();
    value.add_to(&mut paths);
    paths
}

/// Converts the items of a parameter that is a list.
#[doc(hidden)]
#[inline]
pub fn items<T: Parameter>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

/// Implements [`Parameter::into_data`] for every enum over strings.
#[doc(hidden)]
pub fn enum_data<E: StringEnum>(value: &E) -> Data {
    Data::Str(string_enum::to_cow(value))
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clear => f.write_str("Clear"),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Str(text) => fmt::Debug::fmt(&crate::mask::masked(text), f),
            Self::Raw(json) => json.fmt(f),
            Self::Array(items) => items.fmt(f),
            Self::Map(entries) => {
                f.debug_map().entries(entries.iter().map(|(key, value)| (key, value))).finish()
            }
            Self::Object(name, params) => debug_params(name, params, f),
            Self::Upload(upload) => upload.fmt(f),
        }
    }
}

/// Implements `Debug::fmt` for every request and every object in one. Secrets are printed as
/// `[secret]`.
pub fn debug_params(name: &str, params: &Params, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    for param in params.iter() {
        if param.flags & Param::SECRET != 0 {
            shown.field(param.name, &format_args!("[secret]"));
        } else if param.flags & Param::PERSONAL != 0 {
            match &param.data {
                Data::Map(entries) => {
                    shown.field(param.name, &Keys(entries.iter().map(|(key, _)| key.as_str())))
                }
                Data::Clear => shown.field(param.name, &param.data),
                _ => shown.field(param.name, &format_args!("[personal]")),
            };
        } else {
            shown.field(param.name, &param.data);
        }
    }
    if let Some(options) = &params.options {
        shown.field("options", options);
    }
    shown.finish()
}

impl<T: Parameter> Parameter for crate::RangeQuery<T> {
    type Shape = Single;

    fn into_data(self) -> Data {
        let bounds = [("gt", self.gt), ("gte", self.gte), ("lt", self.lt), ("lte", self.lte)];
        let given = bounds.into_iter().filter_map(|(name, bound)| Some((name, bound?)));
        let params = given.map(|(name, bound)| Param { name, flags: 0, data: bound.into_data() });
        Data::Object("RangeQuery", Params { list: params.collect(), options: None })
    }
}

/// Implements the traits of objects in requests: structs that wrap [`Params`].
#[doc(hidden)]
#[macro_export]
macro_rules! params {
    ($($type:ident $($default:ident)?;)*) => {
        $(
            impl $crate::Parameter for $type {
                type Shape = $crate::Single;

                #[inline]
                fn into_data(self) -> $crate::Data {
                    $crate::Data::Object(stringify!($type), self.0)
                }
            }

            impl Clone for $type {
                #[inline]
                fn clone(&self) -> Self {
                    Self(self.0.clone())
                }
            }

            impl PartialEq for $type {
                #[inline]
                fn eq(&self, other: &Self) -> bool {
                    self.0 == other.0
                }
            }

            impl $crate::Debug for $type {
                #[inline]
                fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                    $crate::debug_params(stringify!($type), &self.0, f)
                }
            }

            $(
                impl $default for $type {
                    #[inline]
                    fn default() -> Self {
                        Self($crate::Params::new())
                    }
                }
            )?
        )*
    };
}
