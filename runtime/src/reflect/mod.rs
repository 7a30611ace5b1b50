//! What the tables of the generated types say, and the walks over them.
//!
//! A value is reached here by an address and a [`Kind`](layout::Kind), so that code is compiled once and not once for each type. All
//! `unsafe` code of the workspace is in this folder.

pub(crate) mod array;
pub(crate) mod bytes_eq;
pub(crate) mod debug;
pub(crate) mod equality;
pub(crate) mod erased;
pub(crate) mod layout;
pub(crate) mod object;
pub(crate) mod object_table;
mod refused;
mod std_impls;
pub(crate) mod string_enum;
pub(crate) mod table;
pub(crate) mod timestamp;
pub(crate) mod value;
