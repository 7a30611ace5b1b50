//! Integration tests across the crates, in one binary, so that the generated crate is linked once.
//!
//! `../processes/` holds the tests that need a process of their own.

mod acceptance;
mod client;
mod events;
