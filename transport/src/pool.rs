//! The connection pool. HTTP/1 uses one connection per concurrent request, up to a maximum. HTTP/2
//! uses one connection for all requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use http::Uri;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::client::legacy::connect::Connection as _;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use pinstripe_runtime::retry::FailureKind;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connect::Connector;
use crate::{Body, TransportError};

type IncomingResponse = http::Response<hyper::body::Incoming>;

/// The maximum idle time. After that, the server has probably closed the connection.
const MAX_IDLE_TIME: Duration = Duration::from_secs(90);

pub(crate) struct Pool {
    connector: Connector,
    max_connections: usize,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

/// The connections to one host.
pub(crate) struct Host {
    /// The permits for HTTP/1, one for each concurrent request.
    ///
    /// Only the holder of a permit that finds no idle connection opens a new one. All other
    /// connections then belong to holders of permits, so there are never more connections than
    /// permits.
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<IdleConnection>>,
    shared: Mutex<Option<http2::SendRequest<Body>>>,
    is_http1: AtomicBool,
    /// Held while the protocol of the host is determined, so that an HTTP/2 host gets only one
    /// connection.
    protocol_probe: tokio::sync::Mutex<()>,
}

struct IdleConnection {
    sender: http1::SendRequest<Body>,
    since: Instant,
}

impl Pool {
    pub(crate) fn new(connector: Connector, max_connections: usize) -> Self {
        Self { connector, max_connections, hosts: Mutex::default() }
    }

    /// Returns a connection for one request.
    pub(crate) async fn lease(&self, url: &Uri) -> Result<Lease, TransportError> {
        let host = self.host(url);
        if let Some(sender) = host.shared() {
            return Ok(Lease { sender: Sender::Http2(sender), is_reused: true });
        }
        let permits = Arc::clone(&host.permits);
        let permit = permits
            .acquire_owned()
            .await
            .unwrap_or_else(|_| unreachable!("the semaphore is never closed"));
        if let Some(sender) = host.idle().await {
            return Ok(Lease { sender: Sender::Http1 { sender, host, permit }, is_reused: true });
        }
        let protocol_probe = match host.is_http1.load(Ordering::Relaxed) {
            true => None,
            false => Some(host.protocol_probe.lock().await),
        };
        if let Some(sender) = host.shared() {
            return Ok(Lease { sender: Sender::Http2(sender), is_reused: true });
        }
        let sender = self.connect(&host, url).await?;
        drop(protocol_probe);
        let sender = match sender {
            NewConnection::Http1(sender) => Sender::Http1 { sender, host, permit },
            NewConnection::Http2(sender) => Sender::Http2(sender),
        };
        Ok(Lease { sender, is_reused: false })
    }

    async fn connect(&self, host: &Host, url: &Uri) -> Result<NewConnection, TransportError> {
        let failed = |error| TransportError::new(FailureKind::Connect, error);
        let stream = self.connector.connect(url.clone()).await?;
        if stream.connected().is_negotiated_h2() {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .keep_alive_interval(Duration::from_secs(20))
                .adaptive_window(true);
            let (sender, connection) = builder.handshake(stream).await.map_err(failed)?;
            tokio::spawn(connection);
            *lock(&host.shared) = Some(sender.clone());
            return Ok(NewConnection::Http2(sender));
        }
        let (sender, connection) = http1::handshake(stream).await.map_err(failed)?;
        tokio::spawn(connection);
        host.is_http1.store(true, Ordering::Relaxed);
        Ok(NewConnection::Http1(sender))
    }

    fn host(&self, url: &Uri) -> Arc<Host> {
        let scheme = url.scheme_str().unwrap_or_default();
        let origin =
            format!("{scheme}://{}", url.authority().map_or("", |authority| authority.as_str()));
        let mut hosts = lock(&self.hosts);
        let host = hosts.entry(origin).or_insert_with(|| {
            Arc::new(Host {
                permits: Arc::new(Semaphore::new(self.max_connections.min(Semaphore::MAX_PERMITS))),
                idle: Mutex::default(),
                shared: Mutex::default(),
                is_http1: AtomicBool::new(false),
                protocol_probe: tokio::sync::Mutex::default(),
            })
        });
        Arc::clone(host)
    }
}

/// A new connection.
enum NewConnection {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

impl Host {
    /// Returns the shared HTTP/2 connection, if there is one.
    fn shared(&self) -> Option<http2::SendRequest<Body>> {
        let mut shared = lock(&self.shared);
        if shared.as_ref().is_some_and(http2::SendRequest::is_closed) {
            *shared = None;
        }
        shared.clone()
    }

    /// Returns an idle HTTP/1 connection that is still open.
    async fn idle(&self) -> Option<http1::SendRequest<Body>> {
        loop {
            let idle = lock(&self.idle).pop()?;
            let mut sender = idle.sender;
            // A connection is returned to the pool after its last byte was read, which may be
            // slightly before it accepts the next request.
            if idle.since.elapsed() < MAX_IDLE_TIME && sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }
}

/// The use of a connection for one request.
pub(crate) struct Lease {
    sender: Sender,
    /// Whether the connection was used before, so that the server may have closed it.
    pub(crate) is_reused: bool,
}

enum Sender {
    Http1 { sender: http1::SendRequest<Body>, host: Arc<Host>, permit: OwnedSemaphorePermit },
    Http2(http2::SendRequest<Body>),
}

impl Lease {
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Http2(_))
    }

    /// Sends a request and waits for the head of its final response.
    pub(crate) async fn send(
        &mut self,
        request: http::Request<Body>,
    ) -> Result<IncomingResponse, TrySendError<http::Request<Body>>> {
        match &mut self.sender {
            Sender::Http1 { sender, .. } => sender.try_send_request(request).await,
            Sender::Http2(sender) => sender.try_send_request(request).await,
        }
    }

    /// Returns the connection to the pool after the whole response was read. Dropping a lease
    /// without this call closes its connection.
    pub(crate) fn release(self) {
        if let Sender::Http1 { sender, host, permit } = self.sender {
            if !sender.is_closed() {
                lock(&host.idle).push(IdleConnection { sender, since: Instant::now() });
            }
            drop(permit);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
