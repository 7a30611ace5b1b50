//! Limits on data that ureq skips, and detection of truncated bodies.
//!
//! ureq reads trailers, chunk extensions and interim responses without a limit until the timeout.
//! It also accepts a closed connection as the end of a body without a length. ureq does all work
//! for a request on one thread, so the counters are thread-local.

use std::cell::Cell;
use std::io;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// The maximum number of bytes received before the next bytes of a body, or before the end of a
/// head.
const MAX_OVERHEAD: usize = 1 << 20;

thread_local! {
    /// The bytes received since the last bytes of a body.
    static RECEIVED: Cell<usize> = const { Cell::new(0) };
    /// Whether a body is being read.
    static IN_BODY: Cell<bool> = const { Cell::new(false) };
}

/// Runs a function that receives the head of a response.
pub(crate) fn reading_head<T>(run: impl FnOnce() -> T) -> T {
    RECEIVED.set(0);
    IN_BODY.set(false);
    run()
}

/// Runs a function that receives the next bytes of a body.
pub(crate) fn reading_body<T>(run: impl FnOnce() -> T) -> T {
    RECEIVED.set(0);
    IN_BODY.set(true);
    let result = run();
    IN_BODY.set(false);
    result
}

/// Wraps every connection in a [`LimitedTransport`].
#[derive(Debug)]
pub(crate) struct OverheadLimit;

impl<T: Transport> Connector<T> for OverheadLimit {
    type Out = LimitedTransport<T>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<T>,
    ) -> Result<Option<LimitedTransport<T>>, Error> {
        Ok(chained.map(LimitedTransport))
    }
}

#[derive(Debug)]
pub(crate) struct LimitedTransport<T>(T);

impl<T: Transport> Transport for LimitedTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let before = self.0.buffers().input().len();
        let progress = self.0.await_input(timeout).map_err(broken)?;
        let received = self.0.buffers().input().len().saturating_sub(before);
        RECEIVED.set(RECEIVED.get() + received);
        if RECEIVED.get() > MAX_OVERHEAD {
            return Err(Error::Io(io::Error::other(
                "the response has too many headers, trailers or chunk extensions",
            )));
        }
        Ok(progress)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Changes the kind of an error within a body, because ureq takes some kinds for the end of the
/// body.
fn broken(error: Error) -> Error {
    match error {
        Error::Io(error)
            if IN_BODY.get()
                && matches!(
                    error.kind(),
                    io::ErrorKind::UnexpectedEof
                        | io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                ) =>
        {
            Error::Io(io::Error::other(format!(
                "the connection was closed within the response body: {error}"
            )))
        }
        error => error,
    }
}
