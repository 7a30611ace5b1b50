//! Replacing one file.

use std::path::Path;

use super::inside::{self, metadata};
use super::lock::Lock;
use super::{disk, shown};

/// The temporary file, which is renamed to its target. The folder is locked in the meantime, so no
/// other command uses it.
const BESIDE: &str = ".pinstripe.tmp";

/// Writes one file atomically, without following links.
///
/// # Errors
///
/// Returns an error when the path is not that of a file, another command is running in its folder,
/// or the file cannot be written. The old file is then unchanged.
pub fn replace(path: &Path, text: &str) -> Result<(), String> {
    let parent =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let old = metadata(path)?;
    if old.as_ref().is_some_and(|found| found.is_symlink()) {
        return Err(inside::link(path));
    }
    if path.file_name().is_none() || old.as_ref().is_some_and(|found| !found.is_file()) {
        return Err(format!(
            "error: {} is not a file\nhelp: use the path of a file, or omit it to print",
            shown(path)
        ));
    }
    let _lock = Lock::exclusive(parent)?;
    let beside = parent.join(BESIDE);
    let failed =
        |error| format!("error: cannot write {}: {error}\nhelp: nothing was changed", shown(path));
    // The temporary file of an interrupted command.
    if metadata(&beside)?.is_some() {
        disk::remove_file(&beside).map_err(failed)?;
    }
    let written = disk::create_file(&beside, text.as_bytes(), old.map(|old| old.permissions()));
    let replaced = written.and_then(|()| disk::rename(&beside, path));
    if replaced.is_err() {
        let _ = disk::remove_file(&beside);
    }
    replaced.map_err(failed)
}
