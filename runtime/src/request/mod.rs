//! Requests: parameters, their encoding, and sending.

pub(crate) mod api_key;
pub(crate) mod argument;
pub(crate) mod download;
pub(crate) mod expands;
pub(crate) mod form;
pub(crate) mod http;
pub(crate) mod json_body;
pub(crate) mod operation;
mod option_setters;
pub(crate) mod pagination;
mod parameter;
pub(crate) mod params;
pub(crate) mod raw_request;
pub mod retry;
pub(crate) mod upload;

pub(crate) use option_setters::option_setters;
