//! Paths inside a folder: nothing that a command reads or writes there leads out of it.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::journal::WORK;
use super::shown;

/// Returns the path of a file in a folder, which exists or can be created, with `/` between the
/// steps of its name.
///
/// # Errors
///
/// When the name leads out of the folder, by its steps or by a symbolic link, or there is something
/// else than a file.
pub fn file(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let steps: Vec<&str> = name.split('/').collect();
    if !steps.iter().all(|step| is_plain(step)) {
        return Err(format!(
            "error: {name:?} is not the name of a file in {}\nhelp: a name consists of steps without `..`, separated by `/`",
            shown(folder)
        ));
    }
    let mut path = folder.to_owned();
    for (index, step) in steps.iter().enumerate() {
        path.push(step);
        let Some(found) = metadata(&path)? else { return Ok(folder.join(name)) };
        let is_last = index + 1 == steps.len();
        if found.is_symlink() {
            return Err(link(&path));
        }
        if is_last && !found.is_file() {
            return Err(format!("error: {} is not a file\nhelp: move it away", shown(&path)));
        }
        if !is_last && !found.is_dir() {
            return Err(format!("error: {} is not a folder\nhelp: move it away", shown(&path)));
        }
    }
    Ok(path)
}

/// Whether a step of a name stays in its folder on every system, and is not kept for transactions.
fn is_plain(step: &str) -> bool {
    !step.is_empty() && ![".", "..", WORK].contains(&step) && !step.contains(['/', '\\', ':', '\0'])
}

/// The error about a symbolic link in a folder.
pub fn link(path: &Path) -> String {
    format!(
        "error: {} is a symbolic link, which is not followed\nhelp: put the file or the folder itself there, or remove the link",
        shown(path)
    )
}

/// Returns the metadata of a path without following a link, or `None` if nothing exists there.
pub fn metadata(path: &Path) -> Result<Option<Metadata>, String> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!(
            "error: cannot access {}: {error}\nhelp: check its permissions",
            shown(path)
        )),
    }
}

/// The files to list, and the treatment of others.
#[derive(Debug, Clone, Copy)]
pub enum Search<'s> {
    /// The files of a spec. A symbolic link is an error, because its target would be missing.
    Read,
    /// The files with these extensions that a command replaces, below a folder or everywhere
    /// (`""`). Hidden files, links to folders, and `target/` are skipped.
    Replace { below: &'s str, endings: &'s [&'s str] },
}

/// The file extensions of a spec. Other files in its folder are ignored.
pub const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Returns the names of the files in a folder that match a search, in path order.
pub fn list(folder: &Path, search: Search<'_>) -> Result<Vec<String>, String> {
    let (below, endings, is_read) = match search {
        Search::Read => ("", &ENDINGS[..], true),
        Search::Replace { below, endings } => (below, endings, false),
    };
    let start = folder.join(below);
    match metadata(&start)? {
        None => return Ok(Vec::new()),
        Some(found) if found.is_symlink() && !below.is_empty() => return Err(link(&start)),
        Some(_) => {}
    }
    let mut found = Vec::new();
    let mut open = vec![below.to_owned()];
    while let Some(parent) = open.pop() {
        let path = folder.join(&parent);
        let failed = |error| {
            format!("error: cannot list {}: {error}\nhelp: check its permissions", shown(&path))
        };
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let file_name = entry.file_name();
            let name = file_name.to_string_lossy();
            if name == WORK
                || (!is_read && (name.starts_with('.') || (parent.is_empty() && name == "target")))
            {
                continue;
            }
            let name =
                if parent.is_empty() { name.into_owned() } else { format!("{parent}/{name}") };
            let kind = entry.file_type().map_err(failed)?;
            let is_wanted = path
                .extension()
                .and_then(|ending| ending.to_str())
                .is_some_and(|ending| endings.contains(&ending));
            if kind.is_dir() {
                open.push(name);
            } else if kind.is_symlink() && (is_wanted || (is_read && path.is_dir())) {
                return Err(link(&path));
            } else if is_wanted && file_name.to_str().is_none() {
                return Err(format!(
                    "error: the name of {} is not UTF-8\nhelp: rename it",
                    shown(&path)
                ));
            } else if is_wanted && !kind.is_file() {
                return Err(format!("error: {} is not a file\nhelp: move it away", shown(&path)));
            } else if is_wanted {
                found.push(name);
            }
        }
    }
    found.sort_by(|left, right| Path::new(left).cmp(Path::new(right)));
    Ok(found)
}
