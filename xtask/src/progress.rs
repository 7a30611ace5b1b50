//! A progress message for slow commands.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Prints a message if the work takes longer than a second, until it is dropped.
pub struct Progress {
    /// The thread ends when this is dropped.
    _running: Sender<()>,
}

impl Progress {
    pub fn new(what: String) -> Self {
        let (running, stopped) = mpsc::channel();
        let start = Instant::now();
        thread::spawn(move || {
            while stopped.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                // A closed stderr is ignored.
                let _ = writeln!(io::stderr(), "… {what} ({} s)", start.elapsed().as_secs());
            }
        });
        Self { _running: running }
    }
}
