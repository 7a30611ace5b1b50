//! Words: the sentences of `spec/words/`, which become the `summary` and `description` of places in the
//! spec.
//!
//! Facts and words are kept in different files. After the facts are loaded, `apply` gives each place
//! without prose the most particular word that fits it, in the standard members of OpenAPI. A document
//! that has prose of its own keeps it.

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

/// Gives places of the spec their words. Returns nothing if the spec has no words.
pub(crate) fn apply(spec: &mut Spec, problems: &mut Diagnostics) -> Option<Applied> {
    if spec.words.is_empty() && spec.glossaries.is_empty() {
        return None;
    }
    Some(apply_any(spec, problems))
}

/// The words of a spec after each of them was offered to all places.
pub(crate) struct Applied {
    words: Words,
    pub coverage: Coverage,
}

/// Does the work of [`apply`], for a spec without words as well.
pub(crate) fn apply_any(spec: &mut Spec, problems: &mut Diagnostics) -> Applied {
    let words = Words::read(&spec.words, &spec.glossaries, problems);
    // The names of operations and the owners of schemas are settled by the model. Its problems are
    // reported by the one that is built of the spec with words.
    let api = crate::model::build(spec, &mut Diagnostics::default());
    let coverage = places::visit(spec, &api, &words);
    Applied { words, coverage }
}

/// Finds every place of a description that can have words.
///
/// # Errors
///
/// When there is an error in the description.
pub fn coverage(sources: Vec<Source>) -> Result<Coverage, crate::diagnostic::Failure> {
    let mut problems = Diagnostics::default();
    let mut spec = crate::spec::load(&sources, &mut problems);
    let applied = apply_any(&mut spec, &mut problems);
    if problems.has_errors() {
        return Err(crate::diagnostic::Failure { sources, diagnostics: problems.into_sorted() });
    }
    Ok(applied.coverage)
}

/// Reports everything that could be better about the words themselves, and the places without any.
pub(crate) fn lint(applied: &Applied, required: bool, problems: &mut Diagnostics) {
    check::words(&applied.words, problems);
    check::missing(&applied.coverage, required, problems);
}

/// The name of a resource in words: its path with dots.
fn resource_name(api: &Api, index: usize) -> String {
    api.resources[index].path.0.join(".")
}
