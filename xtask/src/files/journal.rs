//! The journal: the planned changes of a command, stored until all of them are made.
//!
//! Each folder with changes has a work folder in the meantime, with the new files and a copy of the
//! journal. The copy in the first folder is written last and atomically. From then on, the next
//! command finishes the changes. Without it, nothing was changed.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::changes::{Change, read};
use super::inside::{self, metadata};
use super::{disk, shown};

/// The name of the work folder.
pub const WORK: &str = ".pinstripe";

/// The name of the journal in the work folder, and of the file that becomes it.
const JOURNAL: &str = "journal";
const DRAFT: &str = "draft";

/// The changes of a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Journal {
    /// The name of the command.
    pub command: String,
    /// The canonical paths of the folders with changes.
    pub folders: Vec<PathBuf>,
    steps: Vec<Step>,
}

/// A file to change. The new content is in the work folder of its folder, named after the index of
/// the step.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    folder: usize,
    name: String,
    /// The fingerprint of the old content; `None` if the file did not exist.
    old: Option<u64>,
    /// The fingerprint of the new content.
    new: Option<u64>,
}

/// The progress of a step.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Done,
    Ready,
    /// The file has the old content, and the new content is missing.
    Lost,
    /// The file was changed by another program.
    Changed,
}

/// The remains of an interrupted command in a folder.
#[derive(Debug)]
pub enum Found {
    Nothing,
    /// New files of a command that made no change.
    Leftovers,
    /// A command to finish.
    Interrupted(Journal),
}

impl Journal {
    /// Plans changes to folders with these canonical paths.
    pub fn new(command: &str, folders: Vec<PathBuf>, changes: &[(usize, Change)]) -> Self {
        let step = |(folder, change): &(usize, Change)| Step {
            folder: *folder,
            name: change.name.clone(),
            old: change.old.as_deref().map(fingerprint),
            new: change.text.as_deref().map(|text| fingerprint(text.as_bytes())),
        };
        Self { command: command.to_owned(), folders, steps: changes.iter().map(step).collect() }
    }

    /// Finds the remains of an interrupted command in a folder with this canonical path.
    ///
    /// # Errors
    ///
    /// Returns an error when the remains are invalid.
    pub fn find(folder: &Path) -> Result<Found, String> {
        let work = folder.join(WORK);
        match metadata(&work)? {
            None => return Ok(Found::Nothing),
            Some(found) if found.is_symlink() => return Err(inside::link(&work)),
            Some(_) => {}
        }
        let path = work.join(JOURNAL);
        let Some(text) = metadata(&path)?.filter(|found| found.is_file()).and(read(&path)?) else {
            return Ok(Found::Leftovers);
        };
        let Some(journal) = Self::parse(&text) else {
            return Err(format!(
                "error: {} is not a valid journal\nhelp: {}",
                shown(&path),
                give_up(&[folder.to_owned()])
            ));
        };
        if !journal.folders.iter().any(|one| one == folder) {
            return Err(format!(
                "error: `cargo xtask {}` was interrupted before {} was moved here or copied\nhelp: {}",
                journal.command,
                shown(folder),
                give_up(&[folder.to_owned()])
            ));
        }
        let home = &journal.folders[0];
        let is_under_way = home == folder || read(&home.join(WORK).join(JOURNAL))? == Some(text);
        Ok(if is_under_way { Found::Interrupted(journal) } else { Found::Leftovers })
    }

    /// Writes the new files and the journal next to the old ones. After success, the command will
    /// be finished even if it is interrupted.
    ///
    /// # Errors
    ///
    /// Returns an error when a file cannot be written. Nothing is changed then, and the work
    /// folders can be deleted.
    pub fn stage(&self, changes: &[(usize, Change)]) -> Result<(), String> {
        for folder in &self.folders {
            let work = folder.join(WORK);
            disk::create_folder(&work)
                .map_err(|error| format!("error: cannot create {}: {error}", shown(&work)))?;
        }
        for (index, (folder, change)) in changes.iter().enumerate() {
            let Some(text) = &change.text else { continue };
            let target = inside::file(&self.folders[*folder], &change.name)?;
            let permissions = metadata(&target)?.map(|found| found.permissions());
            disk::create_file(&self.staged(*folder, index), text.as_bytes(), permissions)
                .map_err(|error| format!("error: cannot write {}: {error}", shown(&target)))?;
        }
        let text = self.to_text();
        for folder in self.folders.iter().rev() {
            let (draft, journal) = (folder.join(WORK).join(DRAFT), folder.join(WORK).join(JOURNAL));
            let written = disk::create_file(&draft, text.as_bytes(), None)
                .and_then(|()| disk::rename(&draft, &journal));
            written.map_err(|error| format!("error: cannot write {}: {error}", shown(&journal)))?;
        }
        Ok(())
    }

    /// Moves the new files to their locations and deletes the work folders.
    ///
    /// # Errors
    ///
    /// Returns an error when an operation fails, with its consequence for the folders.
    pub fn carry_out(&self) -> Result<(), String> {
        self.change(|_| true)
    }

    /// Finishes an interrupted command, or reverts it if nothing was changed yet. Returns whether
    /// it was finished.
    ///
    /// # Errors
    ///
    /// Returns an error when files were changed in the meantime, or an operation fails.
    pub fn resume(&self) -> Result<bool, String> {
        let states =
            (0..self.steps.len()).map(|index| self.state(index)).collect::<Result<Vec<_>, _>>()?;
        let first = |wanted: State| states.iter().position(|state| *state == wanted);
        let shown_step = |index: usize| {
            shown(&self.folders[self.steps[index].folder].join(&self.steps[index].name))
        };
        if let Some(changed) = first(State::Changed) {
            return Err(self.stuck(&format!("{} was changed after that", shown_step(changed))));
        }
        if first(State::Done).is_none() {
            self.clean().map_err(|error| {
                format!(
                    "{error}\nhelp: nothing was changed; check the permissions and run it again"
                )
            })?;
            return Ok(false);
        }
        if let Some(lost) = first(State::Lost) {
            return Err(self.stuck(&format!(
                "{} was put back after that, and others were not",
                shown_step(lost)
            )));
        }
        self.change(|index| states[index] == State::Ready)?;
        Ok(true)
    }

    fn change(&self, is_due: impl Fn(usize) -> bool) -> Result<(), String> {
        let half_done = |error: String| {
            format!(
                "{error}\nhelp: `cargo xtask {0}` is half done: fix the cause and run the same command again to finish it; until then, no command reads {1}",
                self.command,
                listed(&self.folders)
            )
        };
        for index in 0..self.steps.len() {
            self.take_step(index, is_due(index)).map_err(half_done)?;
        }
        self.clean().map_err(|error| {
            format!("{error}\nhelp: all files are written; fix the cause and run `cargo xtask {}` again", self.command)
        })
    }

    fn take_step(&self, index: usize, is_due: bool) -> Result<(), String> {
        let step = &self.steps[index];
        let folder = &self.folders[step.folder];
        let target = inside::file(folder, &step.name)?;
        let parents: Vec<&Path> =
            target.ancestors().skip(1).take_while(|parent| parent != folder).collect();
        if step.new.is_none() {
            if is_due {
                disk::remove_file(&target)
                    .map_err(|error| format!("error: cannot delete {}: {error}", shown(&target)))?;
            }
            // Folders that became empty are deleted as well.
            for parent in parents.into_iter().filter(|parent| is_empty(parent)) {
                disk::remove_folder(parent)
                    .map_err(|error| format!("error: cannot delete {}: {error}", shown(parent)))?;
            }
        } else if is_due {
            let failed = |error| format!("error: cannot write {}: {error}", shown(&target));
            for parent in parents.into_iter().rev() {
                if metadata(parent)?.is_none() {
                    disk::create_folder(parent).map_err(failed)?;
                }
            }
            disk::rename(&self.staged(step.folder, index), &target).map_err(failed)?;
        }
        Ok(())
    }

    /// Deletes the work folders. The journal of the first folder is deleted first: without it, the
    /// others contain nothing to finish.
    pub fn clean(&self) -> Result<(), String> {
        self.folders.iter().try_for_each(|folder| clean(folder))
    }

    fn state(&self, index: usize) -> Result<State, String> {
        let step = &self.steps[index];
        let now = read(&inside::file(&self.folders[step.folder], &step.name)?)?
            .as_deref()
            .map(fingerprint);
        if now == step.new {
            return Ok(State::Done);
        }
        if now != step.old {
            return Ok(State::Changed);
        }
        let staged = self.staged(step.folder, index);
        let is_there = match step.new {
            None => true,
            Some(new) => {
                metadata(&staged)?.is_some_and(|found| found.is_file())
                    && read(&staged)?.as_deref().map(fingerprint) == Some(new)
            }
        };
        Ok(if is_there { State::Ready } else { State::Lost })
    }

    fn staged(&self, folder: usize, index: usize) -> PathBuf {
        self.folders[folder].join(WORK).join(index.to_string())
    }

    fn stuck(&self, why: &str) -> String {
        format!(
            "error: `cargo xtask {}` was interrupted and cannot be finished: {why}\nhelp: {}",
            self.command,
            give_up(&self.folders)
        )
    }

    /// Returns the error that asks for this command to be finished.
    pub fn to_error(&self) -> String {
        format!(
            "error: `cargo xtask {0}` was interrupted, and the files in {1} are half old and half new\nhelp: run the same `cargo xtask {0}` command again to finish it, or to discard it, {2}",
            self.command,
            listed(&self.folders),
            give_up(&self.folders)
        )
    }

    fn to_text(&self) -> String {
        let steps =
            self.steps.iter().map(|step| json!({"folder": step.folder, "name": step.name, "old": step.old, "new": step.new}));
        let folders = self.folders.iter().map(|folder| folder.to_str());
        let journal = json!({
            "command": self.command,
            "folders": folders.collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
        });
        format!("{journal:#}\n")
    }

    /// Parses a journal. It is untrusted: its names are checked where they become paths.
    fn parse(text: &[u8]) -> Option<Self> {
        let journal: Value = serde_json::from_slice(text).ok()?;
        let command = journal.get("command")?.as_str()?;
        let is_command = ["codegen", "import", "release", "update"].contains(&command);
        let folders: Vec<PathBuf> = journal
            .get("folders")?
            .as_array()?
            .iter()
            .map(|folder| folder.as_str().map(PathBuf::from))
            .collect::<Option<_>>()?;
        let print = |step: &Value, name: &str| match step.get(name)? {
            Value::Null => Some(None),
            number => number.as_u64().map(Some),
        };
        let step = |step: &Value| {
            let folder = usize::try_from(step.get("folder")?.as_u64()?)
                .ok()
                .filter(|index| *index < folders.len())?;
            let (old, new) = (print(step, "old")?, print(step, "new")?);
            Some(Step { folder, name: step.get("name")?.as_str()?.to_owned(), old, new })
        };
        let steps = journal.get("steps")?.as_array()?.iter().map(step).collect::<Option<_>>()?;
        (is_command && !folders.is_empty()).then(|| Self {
            command: command.to_owned(),
            folders,
            steps,
        })
    }
}

/// Returns an error if an interrupted command left a folder half changed.
///
/// # Errors
///
/// The message about that command.
pub fn refuse_interrupted(folder: &Path) -> Result<(), String> {
    let real = fs::canonicalize(folder).map_err(|error| {
        format!("error: cannot open {}: {error}\nhelp: check the path", shown(folder))
    })?;
    match Journal::find(&real)? {
        Found::Interrupted(journal) => Err(journal.to_error()),
        Found::Nothing | Found::Leftovers => Ok(()),
    }
}

/// Deletes the work folder of a folder, if it has one.
pub fn clean(folder: &Path) -> Result<(), String> {
    let work = folder.join(WORK);
    let failed = |path: &Path, error| format!("error: cannot delete {}: {error}", shown(path));
    match metadata(&work)? {
        None => return Ok(()),
        Some(found) if found.is_symlink() => return Err(inside::link(&work)),
        Some(_) => {}
    }
    let entries = fs::read_dir(&work)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(&work, error))?;
    // Without its journal, the remains contain nothing to finish.
    let (journal, rest): (Vec<_>, Vec<_>) =
        entries.iter().map(fs::DirEntry::path).partition(|path| path.ends_with(JOURNAL));
    for path in journal.iter().chain(&rest) {
        disk::remove_file(path).map_err(|error| failed(path, error))?;
    }
    disk::remove_folder(&work).map_err(|error| failed(&work, error))
}

/// Returns the advice for a command that cannot be finished.
fn give_up(folders: &[PathBuf]) -> String {
    let works: Vec<PathBuf> = folders.iter().map(|folder| folder.join(WORK)).collect();
    format!(
        "bring {} to a state that you want, for example with `git checkout`, then delete {}",
        listed(folders),
        listed(&works)
    )
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| shown(path)).collect::<Vec<_>>().join(", ")
}

/// Returns whether a folder is empty.
pub fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Returns the FNV-1a hash of a file. It detects accidental changes, not deliberate collisions.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
