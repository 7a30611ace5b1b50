//! Runtime support for the generated Stripe types.
//!
//! A generated type has no code of its own: a [`Table`] describes its fields, and the functions of
//! this crate walk tables. One decoder, one JSON encoder, one form encoder and one `Debug`
//! implementation serve all types. This keeps the generated crate small and fast to build.
//!
//! Most users depend on this crate through `pinstripe` and need only the types of fields: [`Id`],
//! [`Timestamp`], [`DateTime`], [`Decimal`], [`Currency`], [`Map`], [`List`], [`Expandable`],
//! [`Clearable`].
//!
//! There is no I/O here: no network and no file is touched. Only `now()` reads the clock.

#![deny(unsafe_code, clippy::undocumented_unsafe_blocks)]

mod json;
mod mask;
#[allow(unsafe_code)]
mod reflect;
mod request;
mod sample;
#[cfg(test)]
#[allow(
    unsafe_code,
    dead_code,
    reason = "the macros expand to unsafe code, and to methods that no test calls"
)]
mod tests;
mod types;
pub mod webhook;

pub use json::error::DecodeError;
pub use json::serde_de::{from_body, from_body_lenient, from_json, from_json_lenient};
pub use json::writer::to_json;
pub use reflect::map::{MapValue, MapView};
pub use reflect::string_enum::Unknown;
pub use reflect::timestamp::Timestamp;
pub use reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};
pub use request::api_key::ApiKey;
pub use request::argument::Argument;
pub use request::download::Download;
pub use request::expands::Expands;
pub use request::http::{Body, Host, HttpRequest, Method};
pub use request::operation::{Encoding, Operation, Request};
pub use request::pagination::Listing;
pub use request::raw_request::{RawRequest, RequestOptions, SendRequest};
pub use request::retry;
pub use request::upload::{Chunks, Content, Upload, UploadSource};
pub use sample::sample;
pub use types::clearable::Clearable;
#[doc(hidden)]
pub use types::clock::system_time;
pub use types::currency::Currency;
pub use types::date_time::{DateTime, ParseDateTimeError};
pub use types::decimal::{Decimal, ParseDecimalError};
pub use types::expand::{Depth, Expand, ExpandError, LeadsTo, Plus};
pub use types::expandable::{Expandable, Lazy};
pub use types::id::{Id, Resource};
pub use types::int64::Int64;
pub use types::list::{List, Page, RangeQuery, SearchResult};
pub use types::map::Map;
pub use types::maybe_deleted::MaybeDeleted;
pub use types::raw_json::RawJson;
#[cfg(any(feature = "jiff", feature = "chrono", feature = "time"))]
pub use types::time_crates::TimeOutOfRangeError;
pub use webhook::{SnapshotEvent, ThinEvent};

/// Items that the macros of this crate expand to. Not part of the public API. The names are short
/// because the macros are used thousands of times, and the compiler parses every token each time.
#[doc(hidden)]
mod expansion {
    pub use core::convert::Infallible;
    pub use core::fmt::{Debug, Display, Formatter, Result as FmtResult};
    pub use core::hash::{Hash, Hasher};
    pub use core::mem::{ManuallyDrop, MaybeUninit as Uninit};
    pub use core::str::FromStr;
    pub use serde;

    pub use crate::json::serde_de::deserialize;
    pub use crate::json::serde_ser::serialize;
    pub use crate::mask::{is_blank, masked, shown_url};
    pub use crate::reflect::debug::debug;
    pub use crate::reflect::equality::equal;
    pub use crate::reflect::layout::LayoutOf;
    pub use crate::reflect::string_enum::{
        StringEnum, as_str, check_numbers, from_str, last, not_last,
    };
    pub use crate::reflect::table::{Field, HasNoDrop, Object, Table};
    pub use crate::reflect::value::{clone_value, placeholder};
    pub use crate::request::params::{
        Data, Param, Parameter, Params, Single, debug_params, enum_data, items,
    };
    pub use crate::types::union::{Arm, Union, put_union};
}
#[doc(hidden)]
pub use expansion::*;
