//! What an update of the description means to the programs that use the crate.

mod report;
mod surface;

use crate::diagnostic::{Failure, Source};
use crate::plan::Plan;

use self::surface::{ApiItem, ItemKind, Surface};

/// How large a step between two versions of the crate must be, by the rules of semantic versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing that programs can name is other than it was.
    Patch,
    /// There is more than there was.
    Minor,
    /// Some programs that compiled do so no longer.
    Major,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// What happened to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    Removed,
    Changed,
    Added,
}

impl ChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Added => "added",
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The resource: `issuing.card`.
    pub resource: String,
    pub level: Level,
    pub kind: ChangeKind,
    /// What it is that changed: `field`, `operation` …
    pub item: &'static str,
    /// Where it is in Rust.
    pub path: String,
    /// What the API calls it; empty if it has no word of its own for it.
    pub wire: String,
    /// From what to what, or for a breaking change why programs no longer compile.
    pub detail: String,
}

/// All changes between two descriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The versions of the API that are the newest in each.
    pub versions: (String, String),
    /// By resource; in each what breaks first.
    pub changes: Vec<Change>,
}

impl Diff {
    /// What the changes mean to programs, taken together.
    pub fn verdict(&self) -> Level {
        self.changes.iter().map(|change| change.level).max().unwrap_or(Level::Patch)
    }
}

/// Compares two descriptions by the crates that they become.
///
/// If one of them has no names of its own, it gets those of the other: what is called otherwise only for want of them did not change.
///
/// # Errors
///
/// When anything is wrong with one of the descriptions.
pub fn diff(mut old: Vec<Source>, mut new: Vec<Source>) -> Result<Diff, Failure> {
    let names = |sources: &[Source]| {
        sources.iter().find(|source| source.text.contains("\nx-rustNames:")).cloned()
    };
    if let (None, Some(names)) = (names(&old), names(&new)) {
        old.push(names);
    }
    let has_names = names(&new).is_some();
    let (old, _) = crate::decide(old)?;
    if !has_names {
        new.push(Source { path: crate::NAMES.to_owned(), text: crate::names_file(&old.names) });
    }
    let (new, _) = crate::decide(new)?;
    Ok(compare(&old, &new))
}

fn compare(old: &Plan, new: &Plan) -> Diff {
    let (before, after) = (surface::of(old), surface::of(new));
    let mut changes = Vec::new();
    for (path, entry) in &before {
        match after.get(path) {
            Some(now) => changes.extend(changed(path, entry, now)),
            None if is_reported_separately(entry, &before, &after) => {
                changes.push(removed(path, entry))
            }
            None => {}
        }
    }
    for (path, entry) in after.iter().filter(|(path, _)| !before.contains_key(*path)) {
        if is_reported_separately(entry, &after, &before) {
            changes.push(added(path, entry));
        }
    }
    let rank = |change: &Change| {
        (change.resource.clone(), std::cmp::Reverse(change.level), change.kind, change.path.clone())
    };
    changes.sort_by_cached_key(rank);
    Diff { versions: (old.version.clone(), new.version.clone()), changes }
}

/// Whether it came or went by itself, and not with what it is part of.
fn is_reported_separately(entry: &ApiItem, here: &Surface, there: &Surface) -> bool {
    entry
        .parent
        .as_ref()
        .is_none_or(|parent| !here.contains_key(parent) || there.contains_key(parent))
}

fn change(path: &str, entry: &ApiItem, level: Level, kind: ChangeKind, detail: String) -> Change {
    Change {
        resource: entry.resource.clone(),
        level,
        kind,
        item: entry.item.as_str(),
        path: path.to_owned(),
        wire: entry.wire.clone(),
        detail,
    }
}

fn removed(path: &str, entry: &ApiItem) -> Change {
    let why = match entry.item {
        ItemKind::Operation => "programs that call it",
        ItemKind::Type | ItemKind::Path => "programs that name it",
        ItemKind::Field => "programs that read it",
        ItemKind::Value | ItemKind::Variant => "programs that match on it or send it",
        ItemKind::Parameter | ItemKind::Constructor => "programs that give it",
        ItemKind::Output | ItemKind::Capability => "programs that use it",
        ItemKind::Event => "programs that handle it",
    };
    change(path, entry, Level::Major, ChangeKind::Removed, format!("{why} no longer compile"))
}

fn added(path: &str, entry: &ApiItem) -> Change {
    let detail = match entry.item {
        ItemKind::Field | ItemKind::Parameter | ItemKind::Operation | ItemKind::Event => {
            entry.signature.clone()
        }
        _ => String::new(),
    };
    change(path, entry, Level::Minor, ChangeKind::Added, detail)
}

fn changed(path: &str, old: &ApiItem, new: &ApiItem) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.item != new.item || old.signature != new.signature {
        let (is, was) = (described(new), described(old));
        changes.push(change(
            path,
            new,
            Level::Major,
            ChangeKind::Changed,
            format!("was {was}, is {is}: programs that rely on it no longer compile"),
        ));
    }
    if changes.is_empty() && old.wire_behavior != new.wire_behavior {
        changes.push(change(
            path,
            new,
            Level::Patch,
            ChangeKind::Changed,
            format!("was {}, is {}", old.wire_behavior, new.wire_behavior),
        ));
    }
    if old.docs != new.docs {
        let says: Vec<&str> = new
            .docs
            .iter()
            .filter(|line| !line.is_empty() && !old.docs.contains(line))
            .map(String::as_str)
            .collect();
        let detail = if says.is_empty() {
            "says less".to_owned()
        } else {
            format!("says: {}", shortened(&says.join(" ")))
        };
        changes.push(change(path, new, Level::Patch, ChangeKind::Changed, detail));
    }
    changes
}

fn described(entry: &ApiItem) -> String {
    match (entry.signature.as_str(), entry.item) {
        ("", item) => item.as_str().to_owned(),
        (signature, _) => format!("`{signature}`"),
    }
}

/// Prose can be long, and a list of changes is not the place for all of it.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
