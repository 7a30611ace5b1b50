//! The HTTP/2 connection to a host, which all requests share.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::client::legacy::connect::Connection as _;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use pinstripe_runtime::retry::FailureKind;
use tokio::sync::MutexGuard;

use crate::connect::Stream;
use crate::pool::lock;
use crate::{Body, TransportError};

/// Sends requests over the shared connection.
pub(crate) type Sender = SendRequest<Body>;

/// The HTTP/2 connection to one host, if the host supports HTTP/2.
#[derive(Default)]
pub(crate) struct SharedConnection {
    sender: Mutex<Option<Sender>>,
    is_http1: AtomicBool,
    /// Held while the protocol of the host is determined, so that an HTTP/2 host gets only one
    /// connection.
    probing: tokio::sync::Mutex<()>,
}

/// The right to determine the protocol of a host.
pub(crate) struct Probe<'a>(#[expect(dead_code, reason = "held until dropped")] MutexGuard<'a, ()>);

impl SharedConnection {
    /// Returns the connection if it is open.
    pub(crate) fn get(&self) -> Option<Sender> {
        let mut sender = lock(&self.sender);
        if sender.as_ref().is_some_and(Sender::is_closed) {
            *sender = None;
        }
        sender.clone()
    }

    /// Waits until no other request determines the protocol. Returns `None` if the host is known
    /// to use HTTP/1.
    pub(crate) async fn probe(&self) -> Option<Probe<'_>> {
        match self.is_http1.load(Ordering::Relaxed) {
            true => None,
            false => Some(Probe(self.probing.lock().await)),
        }
    }

    /// Records that the host uses HTTP/1, and ends the probe.
    pub(crate) fn set_http1(&self, probe: Option<Probe<'_>>) {
        self.is_http1.store(true, Ordering::Relaxed);
        drop(probe);
    }

    /// Starts HTTP/2 on a new connection and shares it.
    pub(crate) async fn open(&self, stream: Stream) -> Result<Sender, TransportError> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(20))
            .adaptive_window(true);
        let (sender, connection) = builder
            .handshake(stream)
            .await
            .map_err(|error| TransportError::new(FailureKind::Connect, error))?;
        tokio::spawn(connection);
        *lock(&self.sender) = Some(sender.clone());
        Ok(sender)
    }
}

/// Returns whether the server chose HTTP/2 during the TLS handshake.
pub(crate) fn is_negotiated(stream: &Stream) -> bool {
    stream.connected().is_negotiated_h2()
}
