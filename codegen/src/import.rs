//! From published documents to the files of `spec/`: facts only, of all versions, one file for each resource.

mod facts;
mod files;
mod history;
mod merge;
mod reads;
mod shape;

use std::collections::BTreeMap;

pub(crate) use self::facts::root;

use self::facts::Facts;
use self::history::History;
use crate::diagnostic::{Diagnostics, Failure, Location, Source};
use crate::document;
use crate::model;
use crate::spec::Spec;

/// What an import makes.
#[derive(Debug)]
pub struct Imported {
    /// The files of the description, by their paths in it.
    pub files: BTreeMap<String, String>,
    /// The whole description as it is with these files, together with what is written by hand.
    pub description: Vec<Source>,
    /// What was done with each document, in their order.
    pub done: Vec<Done>,
}

/// What was done with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Its version is the newest one now.
    Folded(String),
    /// What only it has was added.
    Preview(String),
    /// The description has its version and newer ones already.
    Known(String),
}

/// Folds published documents, the oldest first, into a description of all versions.
///
/// `description` is what an import has made before, with what was written by hand beside it, or nothing. Prose is dropped: no sentence gets through. A version is the date that it begins with;
/// a document whose version does not begin with one is of a preview, and adds what no version has.
///
/// # Errors
///
/// When one of the documents cannot be understood, or is older than what the description has. All problems are told at once.
pub fn import(description: Vec<Source>, documents: Vec<Source>) -> Result<Imported, Failure> {
    let mut problems = Diagnostics::default();
    let count = description.len();
    let mut sources = description;
    sources.extend(documents);
    let written = (0..count).filter(|index| files::is_written(&sources[*index].path));
    let fragments: Vec<_> =
        written.filter_map(|index| document::parse(index as u32, &sources[index].text, &mut problems)).collect();
    let read = crate::parallel(sources.len() - count, |index| Document::read(&sources, count + index));
    let mut history = History::read(&fragments);
    let mut done = Vec::new();
    for (document, found) in read {
        problems.append(found);
        let Some(Document { version, version_at, facts }) = document else { continue };
        let newest = history.version().unwrap_or_default().to_owned();
        if !is_dated(&version) {
            history.add_preview(facts);
            done.push(Done::Preview(version));
        } else if version >= newest {
            history.fold(&version, facts);
            done.push(Done::Folded(version));
        } else if history.versions.contains(&version) {
            done.push(Done::Known(version));
        } else {
            problems.report(
                "version-order",
                version_at,
                format!("the version {version} is older than {newest}, which the description has already"),
                "import documents from the oldest to the newest",
            );
        }
    }
    if !problems.is_empty() {
        return Err(Failure { sources, diagnostics: problems.into_sorted() });
    }
    let files = match files::of(&history, &fragments) {
        Ok(files) => files,
        Err(diagnostics) => return Err(Failure { sources, diagnostics }),
    };
    let by_hand = sources[..count].iter().filter(|source| !files::is_written(&source.path)).cloned();
    let written = files.iter().map(|(path, text)| Source { path: format!("spec/{path}"), text: text.clone() });
    let mut description: Vec<Source> = written.chain(by_hand).collect();
    description.sort_by(|left, right| left.path.cmp(&right.path));
    // What is written must be good.
    crate::read(description.clone())?;
    Ok(Imported { files, description, done })
}

fn is_dated(version: &str) -> bool {
    let date = version.get(..10).unwrap_or_default();
    let shape: String = date.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
    shape == "0000-00-00"
}

/// A published document.
struct Document {
    version: String,
    version_at: Location,
    facts: Facts,
}

impl Document {
    fn read(sources: &[Source], index: usize) -> (Option<Self>, Diagnostics) {
        let mut problems = Diagnostics::default();
        let document = Self::try_read(sources, index, &mut problems);
        (document, problems)
    }

    fn try_read(sources: &[Source], index: usize, problems: &mut Diagnostics) -> Option<Self> {
        let node = document::parse(index as u32, &sources[index].text, problems)?;
        let whole = Location { source: index as u32, line: 1, column: 1, width: 1 };
        let version = node.get("info").and_then(|info| info.get("version"));
        let Some((version, version_at)) = version.and_then(|version| Some((version.as_str()?.to_owned(), version.at))) else {
            problems.report(
                "version",
                whole,
                "the document does not say which version it describes",
                "set `info.version`, in quotes",
            );
            return None;
        };
        let mut spec = Spec::of_document(node, sources, index as u32, problems);
        spec.version.clone_from(&version);
        for (_, schema) in spec.schemas.values_mut().filter(|(_, schema)| schema.flag("x-shared")) {
            // What can be done with a schema of another document is described there.
            schema.remove("x-stripeOperations");
        }
        let api = model::build(&spec, problems);
        Some(Self { version, version_at, facts: Facts::of(&spec, &api) })
    }
}
