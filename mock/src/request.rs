//! Parameters of a request: read from forms and JSON, and checked against the spec.

mod check;
mod tree;

pub use check::{Checker, parameters};
pub use tree::Tree;

#[cfg(test)]
mod tests;
