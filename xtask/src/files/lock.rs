//! Locks of folders: while a command writes, no other reads or writes there.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use fs4::fs_std::FileExt;

/// How long a command waits for another one before it gives up.
const PATIENCE: Duration = Duration::from_secs(1);

/// A lock of a folder, until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Locks a folder for writing.
    ///
    /// # Errors
    ///
    /// When another command reads or writes there.
    pub fn exclusive(folder: &Path) -> Result<Self, String> {
        Self::take(folder, FileExt::try_lock_exclusive)
    }

    /// Locks a folder for reading, as any number of commands can at once.
    ///
    /// # Errors
    ///
    /// When another command writes there.
    pub fn shared(folder: &Path) -> Result<Self, String> {
        // Later versions of std have a method of that name, with another result.
        Self::take(folder, FileExt::try_lock_shared)
    }

    fn take(folder: &Path, lock: impl Fn(&File) -> io::Result<bool>) -> Result<Self, String> {
        let shown = super::shown(folder);
        let file = open(folder).map_err(|error| {
            format!("error: cannot open the folder {shown}: {error}\nhelp: check the path and its permissions")
        })?;
        let start = Instant::now();
        let mut locked = lock(&file);
        // A process that is being started has the locks of its parent for a moment, and no command is at work then.
        while matches!(locked, Ok(false)) && start.elapsed() < PATIENCE {
            thread::sleep(PATIENCE / 50);
            locked = lock(&file);
        }
        match locked {
            Ok(true) => Ok(Self { _file: Some(file) }),
            Ok(false) => Err(format!(
                "error: another command is at work in {shown}\nhelp: wait until it has ended, then run this one again"
            )),
            // Some network file systems have no locks, which is no reason to refuse to work there.
            Err(_) => Ok(Self { _file: None }),
        }
    }
}

/// Opens what is locked: the folder itself, so that nothing is left in it.
#[cfg(unix)]
fn open(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Opens what is locked: a file, as a folder cannot be.
#[cfg(not(unix))]
fn open(folder: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(folder.join(".pinstripe.lock"))
}
