//! Acceptance tests across the crates, in one program so that the generated crate is linked once.

#[path = "acceptance/real_data.rs"]
mod real_data;
