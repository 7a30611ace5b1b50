//! Reflection: tables that describe types, and functions that walk them.
//!
//! Decoding, encoding, cloning, comparing and `Debug` see a value as an address and a
//! [`Layout`](layout::Layout). Each of them is therefore compiled once, not once per type.
//!
//! This is the only module that may contain `unsafe` code. The code outside relies on these safe
//! interfaces:
//!
//! - [`OpaqueValue`](value::OpaqueValue) for a type that reads and writes one token itself,
//! - [`MapValue`](map::MapValue) for a map,
//! - `transparent!` for a generic type that is stored like a non-generic one,
//! - `object_table!`, `generic_object_table!` and `string_enum!` for structs and enums. They check
//!   at compile time what their `unsafe` code relies on.

pub(crate) mod array;
pub(crate) mod bytes_eq;
pub(crate) mod debug;
pub(crate) mod equality;
pub(crate) mod erased;
pub(crate) mod layout;
pub(crate) mod map;
pub(crate) mod object;
pub(crate) mod object_table;
mod ops;
mod refused;
mod std_impls;
pub(crate) mod string_enum;
pub(crate) mod table;
pub(crate) mod timestamp;
pub(crate) mod transparent;
pub(crate) mod value;
