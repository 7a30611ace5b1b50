//! Docs: the sentences of `spec/words/`, which become the `summary` and `description` of items in
//! the spec.
//!
//! Facts and docs are kept in separate files. After the facts are loaded, `apply` adds to each item
//! without prose the most specific text that matches it. Prose in a document takes precedence.

mod check;
mod coverage;
mod places;
mod skeleton;
mod store;

pub use coverage::{Coverage, Kind, Place};
pub use skeleton::{Filter, json_lines, skeleton};

use crate::diagnostic::{Diagnostics, Source};
use crate::model::Api;
use crate::spec::Spec;
use store::Words;

/// Whether an item without docs is an error of `cargo xtask lint`, rather than a counted note.
pub const REQUIRED: bool = false;

/// Adds docs to the items of the spec. Returns `None` if the spec has no docs.
pub(crate) fn apply(spec: &mut Spec, problems: &mut Diagnostics) -> Option<Applied> {
    if spec.words.is_empty() && spec.glossaries.is_empty() {
        return None;
    }
    Some(apply_any(spec, problems))
}

/// The docs of a spec, and which of them were used.
pub(crate) struct Applied {
    words: Words,
    pub coverage: Coverage,
}

/// Implements [`apply`], also for a spec without docs.
pub(crate) fn apply_any(spec: &mut Spec, problems: &mut Diagnostics) -> Applied {
    let words = Words::read(&spec.words, &spec.glossaries, problems);
    // Names of operations and owners of schemas are determined by the model. Its problems are
    // ignored here and reported for the model of the spec with docs.
    let api = crate::model::build(spec, &mut Diagnostics::default());
    let coverage = places::visit(spec, &api, &words);
    Applied { words, coverage }
}

/// Lists all items of a spec that can have docs.
///
/// # Errors
///
/// Returns an error when the spec has errors.
pub fn coverage(sources: Vec<Source>) -> Result<Coverage, crate::diagnostic::Failure> {
    let mut problems = Diagnostics::default();
    let mut spec = crate::spec::load(&sources, &mut problems);
    let applied = apply_any(&mut spec, &mut problems);
    if problems.has_errors() {
        return Err(crate::diagnostic::Failure { sources, diagnostics: problems.into_sorted() });
    }
    Ok(applied.coverage)
}

/// Reports problems of the docs themselves, and items without docs.
pub(crate) fn lint(applied: &Applied, required: bool, problems: &mut Diagnostics) {
    check::words(&applied.words, problems);
    check::missing(&applied.coverage, required, problems);
}

/// Returns the name of a resource in `spec/words/`: its path with dots.
fn resource_name(api: &Api, index: usize) -> String {
    api.resources[index].path.0.join(".")
}
