//! The types of fields.

pub(crate) mod clearable;
pub(crate) mod currency;
pub(crate) mod date_time;
pub(crate) mod decimal;
pub(crate) mod expandable;
pub(crate) mod id;
pub(crate) mod int64;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod maybe_deleted;
pub(crate) mod raw_json;
mod timestamp;
pub(crate) mod union;
