//! A Stripe to run: a server that keeps state and behaves like the API, driven by its spec.
//!
//! [`Server`] is the whole of it, as the program `pinstripe-mock` runs it. It keeps objects, checks
//! parameters, sends events and renders every version of the API. [`Mock`] is the part without
//! state: it checks a request and responds with an example. [`server`] is the HTTP server below
//! both, which can also fail in every way a server can.

#![forbid(unsafe_code)]
// The macro `json!` recurses for each field of an invoice.
#![recursion_limit = "512"]

mod behavior;
mod call;
mod context;
mod engine;
mod error;
mod event;
mod example;
pub mod form;
mod generic;
mod id;
mod request;
pub mod server;
mod spec;
mod stateless;
mod store;
mod time;
mod validate;

pub use engine::{Builder, Server};
pub use spec::Spec;
pub use stateless::{Call, Mock, sources};
