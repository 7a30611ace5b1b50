//! JSON: readers and writers driven by tables, for text and for serde formats.

pub(crate) mod error;
pub(crate) mod lenient;
mod object_name;
pub(crate) mod peek;
pub(crate) mod raw_text;
pub(crate) mod reader;
pub(crate) mod serde_de;
pub(crate) mod serde_ser;
pub(crate) mod writer;
