//! From published documents to the files of `spec/`: facts only, of all versions, one file for each resource.

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

/// What an import makes.
#[derive(Debug)]
pub struct Imported {
    /// The files of the description, by their paths in it.
    pub files: BTreeMap<String, String>,
    /// The whole description as it is with these files, together with what is written by hand.
    pub description: Vec<Source>,
    /// What was done with each document, in the order of their versions.
    pub done: Vec<Done>,
    /// What the documents have that the description does not carry, one line for each kind.
    pub notes: Vec<String>,
}

/// What was done with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Its version is known now.
    Merged { version: String, dialect: Dialect },
    /// What only it has was added.
    Preview(String),
}

/// How documents are imported.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether a document may be older than the oldest version of the description, and so make its history longer.
    pub extend: bool,
}

/// Folds published documents into a description of all versions: [`import_with`] the default options.
///
/// # Errors
///
/// As for [`import_with`].
pub fn import(description: Vec<Source>, documents: Vec<Source>) -> Result<Imported, Failure> {
    import_with(description, documents, Options::default())
}

/// Folds published documents into a description of all versions.
///
/// `description` is what an import has made before, with what was written by hand beside it, or nothing. The documents can be of any versions and of either
/// dialect, in any order: the result is the same. Prose is dropped: no sentence gets through. A version is the date that it begins with; a document whose version
/// does not begin with one is of a preview, and adds what no version has.
///
/// # Errors
///
/// When one of the documents cannot be understood, or is older than what the description has and must not extend it. All problems are told at once.
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
                format!("the version {} is older than {oldest}, the oldest one that the description has", edition.version),
                "leave it out, or make the history longer: `--extend`",
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
    // What is written must be good.
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
                "the document does not say which version it describes",
                "set `info.version`, in quotes",
            );
            return None;
        };
        let dialect = Dialect::of(&node);
        let mut spec = Spec::of_document(node, sources, index as u32, problems);
        spec.version.clone_from(&version);
        for (_, schema) in spec.schemas.values_mut().filter(|(_, schema)| schema.flag("x-shared")) {
            // What can be done with a schema of another document is described there.
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
