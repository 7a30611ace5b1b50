//! Locks of folders: while a command writes, no other reads or writes there.

use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use fs4::fs_std::FileExt;

/// The maximum time a command waits for another one.
const PATIENCE: Duration = Duration::from_secs(1);

/// A lock of a folder. It is released when dropped or when the process ends, even by a kill.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Locks a folder for writing.
    ///
    /// # Errors
    ///
    /// Returns an error when another command reads or writes there.
    pub fn exclusive(folder: &Path) -> Result<Self, String> {
        Self::take(folder, FileExt::try_lock_exclusive)
    }

    /// Locks a folder for reading. Several commands can do so concurrently.
    ///
    /// # Errors
    ///
    /// Returns an error when another command writes there.
    pub fn shared(folder: &Path) -> Result<Self, String> {
        // Later versions of std have a method of the same name with another result.
        Self::take(folder, FileExt::try_lock_shared)
    }

    fn take(folder: &Path, lock: impl Fn(&File) -> io::Result<bool>) -> Result<Self, String> {
        let shown = super::shown(folder);
        let file = open(folder).map_err(|error| {
            format!("error: cannot open the folder {shown}: {error}\nhelp: check the path and its permissions")
        })?;
        let start = Instant::now();
        let mut locked = lock(&file);
        // A process that is being started briefly inherits the locks of its parent, although no
        // command is running then.
        while matches!(locked, Ok(false)) && start.elapsed() < PATIENCE {
            thread::sleep(PATIENCE / 50);
            locked = lock(&file);
        }
        match locked {
            Ok(true) => Ok(Self { _file: Some(file) }),
            Ok(false) => Err(format!(
                "error: another command is running in {shown}\nhelp: wait until it has finished, then run this one again"
            )),
            // Some network file systems have no locks. The command runs without one there.
            Err(_) => Ok(Self { _file: None }),
        }
    }
}

/// Opens the file to lock: the folder itself, so that no lock file remains in it.
#[cfg(unix)]
fn open(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Opens the file to lock: a lock file, because a folder cannot be locked.
#[cfg(not(unix))]
fn open(folder: &Path) -> io::Result<File> {
    File::options().create(true).truncate(false).write(true).open(folder.join(".pinstripe.lock"))
}
