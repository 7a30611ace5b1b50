//! Classifies the changes of a spec update by their effect on programs that use the crate.

mod report;
mod surface;

use crate::diagnostic::{Failure, Source};
use crate::plan::Plan;

use self::surface::{ApiItem, ItemKind, Surface};

/// The size of the version step between two crates, by the rules of semantic versioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The public API is unchanged.
    Patch,
    /// The public API only has additions.
    Minor,
    /// Some programs no longer compile.
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

/// The kind of a change.
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
    /// The path of the resource, such as `issuing.card`.
    pub resource: String,
    pub level: Level,
    pub kind: ChangeKind,
    /// The kind of the changed item: `field`, `operation` and so on.
    pub item: &'static str,
    /// The path in Rust.
    pub path: String,
    /// The name in the API; empty if the item has none.
    pub wire: String,
    /// The old and new value. For a breaking change, the reason why programs no longer compile.
    pub detail: String,
}

/// The changes between two specs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The latest API version of each spec.
    pub versions: (String, String),
    /// The changes by resource, breaking ones first.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Returns the largest level of all changes.
    pub fn verdict(&self) -> Level {
        self.changes.iter().map(|change| change.level).max().unwrap_or(Level::Patch)
    }
}

/// Compares two specs by the crates generated from them.
///
/// If one spec has no locked names, it uses those of the other, so that missing locks do not appear
/// as renames.
///
/// # Errors
///
/// Returns an error when one of the specs has errors.
pub fn diff(mut old: Vec<Source>, mut new: Vec<Source>) -> Result<Diff, Failure> {
    let names = |sources: &[Source]| {
        sources.iter().find(|source| source.text.contains("\nx-rustNames:")).cloned()
    };
    if let (None, Some(names)) = (names(&old), names(&new)) {
        old.push(names);
    }
    let has_names = names(&new).is_some();
    let (old, _) = crate::plan_crate(old)?;
    if !has_names {
        new.push(Source { path: crate::NAMES.to_owned(), text: crate::names_file(&old.names) });
    }
    let (new, _) = crate::plan_crate(new)?;
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

/// Returns whether an item was added or removed by itself, and not together with its parent.
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
            "docs are shorter".to_owned()
        } else {
            format!("docs: {}", shortened(&says.join(" ")))
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

/// Shortens prose, which is too long for a list of changes.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
