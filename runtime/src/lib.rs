//! What the generated Stripe types stand on.
//!
//! A generated type carries no behaviour of its own: it describes its fields in a [`Table`], and the functions
//! of this crate walk tables. There is one decoder, one JSON encoder, one form encoder and one `Debug`, however many
//! types there are. That keeps the generated crate small and quick to build.
//!
//! Most people meet this crate through `pinstripe` and need only the values they find in fields: [`Id`],
//! [`Timestamp`], [`DateTime`], [`Decimal`], [`Currency`], [`Map`], [`List`], [`Expandable`], [`Clearable`].
//!
//! There is no I/O here: no network, no clock, no file is touched.

mod any;
mod array;
mod call;
mod clearable;
mod currency;
mod date_time;
mod debug;
mod decimal;
mod decode;
mod download;
mod error;
mod expandable;
mod form;
mod http;
mod id;
mod int64;
mod json;
mod kind;
mod list;
mod map;
mod mask;
mod object;
mod pages;
mod params;
mod peek;
mod raw;
mod reader;
mod refused;
mod request;
pub mod retry;
mod scalar;
mod secret;
mod short;
mod string_enum;
#[cfg(test)]
mod tests;
mod timestamp;
mod union;
mod upload;
mod value;
pub mod webhook;

pub use call::{Call, Execute, RequestOptions};
pub use clearable::Clearable;
pub use currency::Currency;
pub use date_time::{DateTime, ParseDateTimeError};
pub use decimal::{Decimal, ParseDecimalError};
pub use decode::from_json;
pub use download::Download;
pub use error::DecodeError;
pub use expandable::{Expandable, Lazy};
pub use http::{Body, Host, HttpRequest, Method};
pub use id::{Id, Resource};
pub use int64::Int64;
pub use json::to_json;
pub use list::{List, Page, RangeQuery, SearchResult};
pub use map::Map;
pub use pages::Listing;
pub use raw::RawJson;
pub use request::{Encoding, Operation, Request};
pub use secret::ApiKey;
pub use string_enum::Unknown;
pub use timestamp::Timestamp;
pub use union::MaybeDeleted;
pub use upload::{Chunks, Content, Upload, UploadSource};
pub use value::{Mismatch, Token, Value, View};
pub use webhook::{SnapshotEvent, ThinEvent};

/// What the macros of this crate expand to. Not part of the public API; the names are short because the macros are used
/// thousands of times, and every token is parsed again each time.
#[doc(hidden)]
mod expansion {
    pub use core::fmt::{Debug, Formatter, Result as FmtResult};
    pub use core::hash::{Hash, Hasher};
    pub use core::mem::{ManuallyDrop, MaybeUninit as Uninit};
    pub use serde;

    pub use crate::debug::debug;
    pub use crate::decode::deserialize;
    pub use crate::json::serialize;
    pub use crate::kind::Kind;
    pub use crate::mask::{is_blank, masked, shown_url};
    pub use crate::object::{Field, HasNoDrop, Table, equal};
    pub use crate::params::{Data, Param, Parameter, Params, debug_params};
    pub use crate::string_enum::{as_str, check_numbers, enum_data, from_str, last, not_last};
    pub use crate::union::{Arm, Union, put_union};
    pub use crate::value::{Next, empty};
}
#[doc(hidden)]
pub use expansion::*;
