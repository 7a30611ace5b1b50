//! Imports published OpenAPI documents into `spec/`: only facts, of all API versions, in one file
//! per resource.

mod compat;
mod facts;
mod files;
mod history;
mod merge;
mod schema_kind;
mod timeline;

use std::collections::BTreeMap;

pub(crate) use self::facts::root;

use self::facts::Facts;
use self::history::History;
use self::timeline::Edition;
use crate::diagnostic::{Diagnostics, Failure, Location, Source};
use crate::dialect::Dialect;
use crate::document;
use crate::model;
use crate::spec::Spec;

/// The result of an import.
#[derive(Debug)]
pub struct Imported {
    /// The files of the spec, by path.
    pub files: BTreeMap<String, String>,
    /// The complete spec with these files, including the files written by hand.
    pub description: Vec<Source>,
    /// The outcome for each document, in version order.
    pub done: Vec<Done>,
    /// Notes on content of the documents that the spec omits, one for each kind.
    pub notes: Vec<String>,
}

/// The outcome for a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The document's version was merged into the spec.
    Merged { version: String, dialect: Dialect },
    /// Additions of a preview document were merged into the spec.
    Preview(String),
}

/// The options of an import.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether a document may be older than the oldest version in the spec, and thereby extend its
    /// history.
    pub extend: bool,
}

/// Merges published documents into a spec of all versions, with default options. See
/// [`import_with`].
///
/// # Errors
///
/// As for [`import_with`].
pub fn import(description: Vec<Source>, documents: Vec<Source>) -> Result<Imported, Failure> {
    import_with(description, documents, Options::default())
}

/// Merges published documents into a spec of all versions.
///
/// `description` contains the files of a previous import and those written by hand, or is empty.
/// Documents may be of any version and dialect. Their order does not affect the result. Prose is
/// dropped. A version is identified by the date that it begins with. A document whose version does
/// not begin with a date is a preview, and only adds items that no version has.
///
/// # Errors
///
/// Returns all problems when a document is invalid, or older than the spec without
/// [`Options::extend`].
pub fn import_with(
    description: Vec<Source>,
    documents: Vec<Source>,
    options: Options,
) -> Result<Imported, Failure> {
    let mut problems = Diagnostics::default();
    let count = description.len();
    let mut sources = description;
    sources.extend(documents);
    let written = (0..count).filter(|index| files::is_written(&sources[*index].path));
    let fragments: Vec<_> = written
        .filter_map(|index| document::parse(index as u32, &sources[index].text, &mut problems))
        .collect();
    let read =
        crate::parallel(sources.len() - count, |index| Document::read(&sources, count + index));
    let mut history = History::read(&fragments);
    let oldest = history.editions.first().map(|edition| edition.version.clone());
    let mut documents = Vec::new();
    for (document, found) in read {
        problems.append(found);
        documents.extend(document);
    }
    documents.sort_by(|left, right| {
        (!left.is_dated(), &left.edition).cmp(&(!right.is_dated(), &right.edition))
    });
    let mut done = Vec::new();
    for document in documents {
        let is_dated = document.is_dated();
        let Document { edition, version_at, facts } = document;
        if !is_dated {
            history.add_preview(facts);
            done.push(Done::Preview(edition.version));
            continue;
        }
        if let Some(oldest) =
            oldest.as_ref().filter(|oldest| edition.version < **oldest && !options.extend)
        {
            problems.report(
                "version-order",
                version_at,
                format!(
                    "version {} is older than {oldest}, the oldest version in the spec",
                    edition.version
                ),
                "omit it, or extend the history with `--extend`",
            );
            continue;
        }
        history.fold(edition.clone(), facts);
        done.push(Done::Merged { version: edition.version, dialect: edition.dialect });
    }
    let failed = problems.has_errors();
    let failure = Failure { sources, diagnostics: problems.into_sorted() };
    if failed {
        return Err(failure);
    }
    let files = match files::of(&history, &fragments) {
        Ok(files) => files,
        Err(diagnostics) => return Err(Failure { diagnostics, ..failure }),
    };
    let notes = failure.notes();
    let by_hand =
        failure.sources[..count].iter().filter(|source| !files::is_written(&source.path)).cloned();
    let written = files
        .iter()
        .map(|(path, text)| Source { path: format!("spec/{path}"), text: text.clone() });
    let mut description: Vec<Source> = written.chain(by_hand).collect();
    description.sort_by(|left, right| left.path.cmp(&right.path));
    // The written files must be a valid spec.
    crate::read(description.clone())?;
    Ok(Imported { files, description, done, notes })
}

fn is_dated(version: &str) -> bool {
    let date = version.get(..10).unwrap_or_default();
    let shape: String =
        date.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
    shape == "0000-00-00"
}

/// A published document.
struct Document {
    edition: Edition,
    version_at: Location,
    facts: Facts,
}

impl Document {
    fn is_dated(&self) -> bool {
        is_dated(&self.edition.version)
    }

    fn read(sources: &[Source], index: usize) -> (Option<Self>, Diagnostics) {
        let mut problems = Diagnostics::default();
        let document = Self::try_read(sources, index, &mut problems);
        (document, problems)
    }

    fn try_read(sources: &[Source], index: usize, problems: &mut Diagnostics) -> Option<Self> {
        let node = document::parse(index as u32, &sources[index].text, problems)?;
        let whole = Location { source: index as u32, line: 1, column: 1, width: 1 };
        let version = node.get("info").and_then(|info| info.get("version"));
        let Some((version, version_at)) =
            version.and_then(|version| Some((version.as_str()?.to_owned(), version.at)))
        else {
            problems.report(
                "version",
                whole,
                "the document has no version",
                "set `info.version`, in quotes",
            );
            return None;
        };
        let dialect = Dialect::of(&node);
        let mut spec = Spec::of_document(node, sources, index as u32, problems);
        spec.version.clone_from(&version);
        for (_, schema) in spec.schemas.values_mut().filter(|(_, schema)| schema.flag("x-shared")) {
            // Schemas of other documents are merged with the rules defined here.
            schema.remove("x-stripeOperations");
        }
        let api = model::build(&spec, problems);
        Some(Self {
            edition: Edition { version, dialect },
            version_at,
            facts: Facts::of(&spec, &api, problems),
        })
    }
}
