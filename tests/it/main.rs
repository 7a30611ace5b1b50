//! Integration tests across the crates, in one binary, so that the generated crate is linked once.
//!
//! `../processes/` has the tests that need a separate process.

mod acceptance;
mod client;
mod events;
