//! Acceptance tests across the crates; see the files beside this one.
