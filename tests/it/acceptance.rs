//! Acceptance tests across the crates, in one program so that the generated crate is linked once.

mod bad_input;
mod compile_errors;
mod determinism;
mod dialects;
mod diff;
mod examples;
mod file_names;
mod foreign;
mod guides;
mod hostile;
mod import;
mod keywords;
mod lint;
mod mutations;
mod names;
mod own_words;
mod packages;
mod published;
mod real_data;
mod references;
mod requests;
mod snapshots;
mod steps;
mod whole_api;
