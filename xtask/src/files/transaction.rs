//! Changes to folders that are made completely or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use pinstripe_codegen::diagnostic::Source;

use super::changes::{Change, Changes};
use super::journal::{self, Found, Journal};
use super::lock::Lock;
use super::{disk, shown};

/// The folders that a command writes, locked until this is dropped.
///
/// A command that is interrupted leaves them unchanged, or is finished when it is run again.
#[derive(Debug)]
pub struct Transaction {
    command: &'static str,
    folders: Vec<Folder>,
    /// Folders that were created to be locked.
    created: Vec<PathBuf>,
}

#[derive(Debug)]
struct Folder {
    /// The canonical path.
    real: PathBuf,
    _lock: Lock,
}

impl Transaction {
    /// Locks the folders that a command writes, and finishes an interrupted command in them.
    /// Missing folders are created.
    ///
    /// # Errors
    ///
    /// Returns an error when another command is running in one of them, or an interrupted one
    /// cannot be finished.
    pub fn begin(command: &'static str, folders: &[&Path]) -> Result<Self, String> {
        let mut transaction = Self { command, folders: Vec::new(), created: Vec::new() };
        let mut reals = Vec::new();
        for folder in folders {
            transaction.create(folder)?;
            let real = fs::canonicalize(folder).map_err(|error| {
                format!("error: cannot open {}: {error}\nhelp: check the path", shown(folder))
            })?;
            if real.to_str().is_none() {
                return Err(format!(
                    "error: the path {} is not UTF-8\nhelp: use another folder",
                    shown(&real)
                ));
            }
            reals.push(real);
        }
        reals.sort();
        reals.dedup();
        for real in reals {
            let lock = Lock::exclusive(&real)?;
            transaction.folders.push(Folder { real, _lock: lock });
        }
        transaction.finish_interrupted()?;
        Ok(transaction)
    }

    fn create(&mut self, folder: &Path) -> Result<(), String> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .filter(|path| !path.as_os_str().is_empty())
            .take_while(|path| !path.exists())
            .collect();
        for path in missing.into_iter().rev() {
            match disk::create_folder(path) {
                Ok(()) => self.created.push(path.to_owned()),
                // Another process created it since.
                Err(_) if path.is_dir() => {}
                Err(error) => {
                    return Err(format!(
                        "error: cannot create the folder {}: {error}\nhelp: check the path",
                        shown(path)
                    ));
                }
            }
        }
        if folder.is_dir() {
            Ok(())
        } else {
            Err(format!("error: {} is not a folder\nhelp: check the path", shown(folder)))
        }
    }

    fn finish_interrupted(&self) -> Result<(), String> {
        for folder in &self.folders {
            match Journal::find(&folder.real)? {
                Found::Nothing => {}
                Found::Leftovers => {
                    journal::clean(&folder.real).map_err(|error| {
                        format!("{error}\nhelp: an interrupted command left it; delete it")
                    })?;
                }
                Found::Interrupted(journal)
                    if !journal.folders.iter().all(|one| self.index(one).is_some()) =>
                {
                    return Err(journal.to_error());
                }
                Found::Interrupted(journal) => {
                    if journal.resume()? && !cfg!(test) {
                        let _ = writeln!(
                            io::stderr(),
                            "note: finished `cargo xtask {}`, which was interrupted",
                            journal.command
                        );
                    }
                }
            }
        }
        Ok(())
    }

    fn index(&self, real: &Path) -> Option<usize> {
        self.folders.iter().position(|folder| folder.real == real)
    }

    /// Reads a spec, as [`read_sources`](super::read_sources) does, which may be one of the locked
    /// folders.
    ///
    /// # Errors
    ///
    /// As `read_sources`.
    pub fn read_sources(&self, path: &Path) -> Result<Vec<Source>, String> {
        let is_locked = fs::canonicalize(path).is_ok_and(|real| self.index(&real).is_some());
        if is_locked { super::read_folder(path) } else { super::read_sources(path) }
    }

    /// Makes the changes, and returns a summary.
    ///
    /// # Errors
    ///
    /// Returns an error when the changes cannot be made, and whether nothing was changed or how to
    /// continue.
    pub fn commit(self, changes: Changes) -> Result<String, String> {
        let summary = changes.summary();
        if changes.is_empty() {
            return Ok(summary);
        }
        let mut folders = Vec::new();
        for folder in changes.folders() {
            let real = fs::canonicalize(folder).ok().filter(|real| self.index(real).is_some());
            let real = real
                .ok_or_else(|| format!("error: internal error: {} is not locked", shown(folder)))?;
            folders.push((folder.to_owned(), real));
        }
        let mut reals: Vec<PathBuf> = folders.iter().map(|(_, real)| real.clone()).collect();
        reals.sort();
        reals.dedup();
        let index = |change: &Change| {
            let real =
                folders.iter().find(|(folder, _)| *folder == change.folder).map(|(_, real)| real);
            reals.iter().position(|one| Some(one) == real).unwrap_or_default()
        };
        let changes: Vec<(usize, Change)> =
            changes.into_sorted().into_iter().map(|change| (index(&change), change)).collect();
        let journal = Journal::new(self.command, reals.clone(), &changes);
        if let Err(error) = journal.stage(&changes) {
            return Err(match journal.clean() {
                Ok(()) => format!(
                    "{error}\nhelp: nothing was changed; fix the cause and run the command again"
                ),
                Err(more) => format!(
                    "{error}\n{more}\nhelp: nothing was changed; fix the cause and run the command again"
                ),
            });
        }
        journal.carry_out()?;
        Ok(summary)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // Created folders that are still empty were not needed.
        for folder in self.created.iter().rev().filter(|folder| journal::is_empty(folder)) {
            let _ = disk::remove_folder(folder);
        }
    }
}
