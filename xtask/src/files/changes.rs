//! The difference between a folder and what it should hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::inside::{self, Search};
use super::shown;

/// The files to write and to delete so that folders hold what they should. Carried out by
/// [`Transaction::commit`](super::Transaction::commit).
#[derive(Debug, Default)]
pub struct Changes(Vec<Change>);

/// One file to write or to delete.
#[derive(Debug)]
pub struct Change {
    pub folder: PathBuf,
    /// The name of the file in the folder, with `/` as separator.
    pub name: String,
    /// The new content; `None` to delete the file.
    pub text: Option<String>,
    /// The current content; `None` if the file does not exist.
    pub old: Option<Vec<u8>>,
}

impl Changes {
    /// Compares a folder with the files that it should contain, by name. Other files found by
    /// `stale` are deleted.
    ///
    /// # Errors
    ///
    /// Returns an error when a name leads out of the folder, or a file cannot be read.
    pub fn of(
        folder: &Path,
        files: &BTreeMap<String, String>,
        stale: Option<Search<'_>>,
    ) -> Result<Self, String> {
        let (mut write, mut delete) = (Vec::new(), Vec::new());
        for (name, text) in files {
            let old = read(&inside::file(folder, name)?)?;
            if old.as_deref() != Some(text.as_bytes()) {
                write.push(Change {
                    folder: folder.to_owned(),
                    name: name.clone(),
                    text: Some(text.clone()),
                    old,
                });
            }
        }
        let existing =
            stale.map_or_else(|| Ok(Vec::new()), |search| inside::list(folder, search))?;
        for name in existing.into_iter().filter(|name| !files.contains_key(name)) {
            let old = read(&inside::file(folder, &name)?)?;
            delete.push(Change { folder: folder.to_owned(), name, text: None, old });
        }
        Ok(Self(write.into_iter().chain(delete).collect()))
    }

    /// Adds the changes of another folder.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of files that differ.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns a summary of the changes.
    pub fn summary(&self) -> String {
        let written = self.0.iter().filter(|change| change.text.is_some()).count();
        format!("{written} files written, {} deleted", self.count() - written)
    }

    /// Returns the changes, writes before deletions.
    pub fn into_sorted(mut self) -> Vec<Change> {
        self.0.sort_by_key(|change| change.text.is_none());
        self.0
    }

    /// Returns the folders with changes.
    pub fn folders(&self) -> BTreeSet<&Path> {
        self.0.iter().map(|change| change.folder.as_path()).collect()
    }

    /// Describes the first difference.
    pub fn first_difference(&self) -> String {
        let write = self.0.iter().find_map(|change| Some((change, change.text.as_deref()?)));
        if let Some((change, text)) = write {
            let path = shown(&change.folder.join(&change.name));
            let Some(old) = change.old.as_deref().map(String::from_utf8_lossy) else {
                return format!("{path} is missing");
            };
            let number = old.lines().zip(text.lines()).take_while(|(old, new)| old == new).count();
            let line =
                |text: &str| text.lines().nth(number).unwrap_or("(the end of the file)").to_owned();
            return format!(
                "{path}:{}\n  is         {}\n  should be  {}",
                number + 1,
                line(&old),
                line(text)
            );
        }
        match self.0.first() {
            Some(change) => {
                format!("{} is no longer generated", shown(&change.folder.join(&change.name)))
            }
            None => "nothing differs".to_owned(),
        }
    }
}

/// Returns the bytes of a file, or `None` if it does not exist.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!(
            "error: cannot read {}: {error}\nhelp: the file must be readable",
            shown(path)
        )),
    }
}
