//! The operations that change the file system. Every command writes through them, so that a test
//! can make any of them fail.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::Path;

/// Creates a file. Never writes to something that exists, so that no link is followed.
pub fn create_file(path: &Path, text: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    fault::before(fault::Operation::Create)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(fault::torn(text))?;
    fault::within()?;
    match permissions {
        Some(permissions) => fs::set_permissions(path, permissions),
        None => Ok(()),
    }
}

/// Creates a folder whose parent exists.
pub fn create_folder(path: &Path) -> io::Result<()> {
    fault::before(fault::Operation::Create)?;
    fs::create_dir(path)
}

/// Puts a file in the place of another, or where there is none, in one step.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fault::before(fault::Operation::Other)?;
    fs::rename(from, to)
}

/// Deletes a file, or a link but not what it leads to.
pub fn remove_file(path: &Path) -> io::Result<()> {
    fault::before(fault::Operation::Other)?;
    fs::remove_file(path)
}

/// Deletes a folder that is empty.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    fault::before(fault::Operation::Other)?;
    fs::remove_dir(path)
}

#[cfg(not(test))]
mod fault {
    //! Faults are disabled.

    use std::io;

    pub enum Operation {
        Create,
        Other,
    }

    pub fn before(_: Operation) -> io::Result<()> {
        Ok(())
    }

    pub fn torn(text: &[u8]) -> &[u8] {
        text
    }

    pub fn within() -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
pub mod fault {
    //! Injected faults, for the thread of a test.

    use std::cell::RefCell;
    use std::io;

    /// The effect of an injected fault.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Fault {
        /// The process ends: the operation is not done, or only half done, and no operation
        /// follows.
        Kill,
        /// The disk is full from this operation on. Files can still be renamed and deleted.
        Full,
        /// Only this operation fails.
        Refuse,
    }

    #[derive(PartialEq, Eq)]
    pub enum Operation {
        Create,
        Other,
    }

    #[derive(Default)]
    struct Plan {
        fault: Option<(Fault, usize)>,
        count: usize,
    }

    thread_local! {
        static PLAN: RefCell<Plan> = RefCell::default();
    }

    /// Makes one operation of `work` fail, counted from 0. Returns the result of `work` and the
    /// number of operations.
    pub fn inject<T>(fault: Option<(Fault, usize)>, work: impl FnOnce() -> T) -> (T, usize) {
        PLAN.with_borrow_mut(|plan| *plan = Plan { fault, count: 0 });
        let result = work();
        let plan = PLAN.take();
        (result, plan.count)
    }

    pub fn before(operation: Operation) -> io::Result<()> {
        PLAN.with_borrow_mut(|plan| {
            plan.count += 1;
            let now = plan.count - 1;
            match plan.fault {
                // Only file creation can be half done.
                Some((Fault::Kill | Fault::Full, at))
                    if now == at && operation == Operation::Create =>
                {
                    Ok(())
                }
                Some((Fault::Kill, at)) if now >= at => Err(io::Error::other("killed")),
                Some((Fault::Full, at)) if now > at && operation == Operation::Create => {
                    Err(io::ErrorKind::StorageFull.into())
                }
                Some((Fault::Refuse, at)) if now == at => {
                    Err(io::ErrorKind::PermissionDenied.into())
                }
                _ => Ok(()),
            }
        })
    }

    /// Returns the part of a file that is written.
    pub fn torn(text: &[u8]) -> &[u8] {
        if within().is_err() { &text[..text.len() / 2] } else { text }
    }

    /// Returns an error if the creation of the current file is interrupted.
    pub fn within() -> io::Result<()> {
        PLAN.with_borrow(|plan| match plan.fault {
            Some((Fault::Kill, at)) if plan.count == at + 1 => Err(io::Error::other("killed")),
            Some((Fault::Full, at)) if plan.count == at + 1 => {
                Err(io::ErrorKind::StorageFull.into())
            }
            _ => Ok(()),
        })
    }
}
