//! Acceptance tests across the crates, in one program so that the generated crate is linked once.

#[path = "acceptance/bad_input.rs"]
mod bad_input;
#[path = "acceptance/determinism.rs"]
mod determinism;
#[path = "acceptance/dialects.rs"]
mod dialects;
#[path = "acceptance/diff.rs"]
mod diff;
#[path = "acceptance/file_names.rs"]
mod file_names;
#[path = "acceptance/hostile.rs"]
mod hostile;
#[path = "acceptance/import.rs"]
mod import;
#[path = "acceptance/lint.rs"]
mod lint;
#[path = "acceptance/mutations.rs"]
mod mutations;
#[path = "acceptance/names.rs"]
mod names;
#[path = "acceptance/published.rs"]
mod published;
#[path = "acceptance/real_data.rs"]
mod real_data;
#[path = "acceptance/references.rs"]
mod references;
#[path = "acceptance/requests.rs"]
mod requests;
#[path = "acceptance/snapshots.rs"]
mod snapshots;
#[path = "acceptance/steps.rs"]
mod steps;
#[path = "acceptance/whole_api.rs"]
mod whole_api;
