//! Reading specs, and writing files so that an interrupted command loses nothing.
//!
//! A command that writes begins a [`Transaction`] of its folders, reads, works out its [`Changes`],
//! and commits them. Only [`disk`] changes the file system, and [`inside`] alone makes paths from
//! names.

mod changes;
mod disk;
mod inside;
mod journal;
mod lock;
mod replace;
mod transaction;

#[cfg(test)]
mod tests;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use pinstripe_codegen::diagnostic::Source;

use lock::Lock;

pub use changes::Changes;
pub use inside::{ENDINGS, Search};
pub use replace::replace;
pub use transaction::Transaction;

/// Reads a spec: one document, or all documents below a folder, in the order of their paths.
///
/// # Errors
///
/// Returns an error when the files cannot be read, there are none, the folder has a symbolic link,
/// or a command is writing there or was interrupted.
pub fn read_sources(path: &Path) -> Result<Vec<Source>, String> {
    if !path.is_dir() {
        return Ok(vec![read_source(path)?]);
    }
    let _lock = Lock::shared(path)?;
    journal::refuse_interrupted(path)?;
    read_folder(path)
}

/// Reads the spec in a folder that is already locked.
fn read_folder(folder: &Path) -> Result<Vec<Source>, String> {
    let names = inside::list(folder, Search::Read)?;
    if names.is_empty() {
        return Err(format!(
            "error: there is no spec in {}\nhelp: expected files that end in .yaml or .json",
            folder.display()
        ));
    }
    names.iter().map(|name| read_source(&folder.join(name))).collect()
}

/// Reads one document.
pub fn read_source(path: &Path) -> Result<Source, String> {
    let text = fs::read_to_string(path).map_err(|error| {
        let help = match error.kind() {
            ErrorKind::NotFound => "check the path",
            ErrorKind::InvalidData => "the file must be text in UTF-8",
            _ => "the file must be readable",
        };
        format!("error: cannot read {}: {error}\nhelp: {help}", path.display())
    })?;
    Ok(Source { path: shown(path), text })
}

/// A path as messages show it.
fn shown(path: &Path) -> String {
    path.strip_prefix(crate::root())
        .ok()
        .filter(|path| !path.as_os_str().is_empty())
        .unwrap_or(path)
        .display()
        .to_string()
}
