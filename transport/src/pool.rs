//! The connection pool. HTTP/1 uses one connection per concurrent request, up to a maximum, and keeps
//! it for the next request. HTTP/2 uses one connection for all requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use http::Uri;
use hyper::client::conn::{TrySendError, http1};
use pinstripe_runtime::retry::FailureKind;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connect::Connector;
#[cfg(feature = "http2")]
use crate::http2::{self, SharedConnection};
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
    #[cfg(feature = "http2")]
    shared: SharedConnection,
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
        #[cfg(feature = "http2")]
        if let Some(sender) = host.shared.get() {
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
        #[cfg(feature = "http2")]
        let probe = host.shared.probe().await;
        #[cfg(feature = "http2")]
        if let Some(sender) = host.shared.get() {
            return Ok(Lease { sender: Sender::Http2(sender), is_reused: true });
        }
        let stream = self.connector.connect(url.clone()).await?;
        #[cfg(feature = "http2")]
        if http2::is_negotiated(&stream) {
            let sender = host.shared.open(stream).await?;
            return Ok(Lease { sender: Sender::Http2(sender), is_reused: false });
        }
        let (sender, connection) = http1::handshake(stream)
            .await
            .map_err(|error| TransportError::new(FailureKind::Connect, error))?;
        tokio::spawn(connection);
        #[cfg(feature = "http2")]
        host.shared.set_http1(probe);
        Ok(Lease { sender: Sender::Http1 { sender, host, permit }, is_reused: false })
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
                #[cfg(feature = "http2")]
                shared: SharedConnection::default(),
            })
        });
        Arc::clone(host)
    }
}

impl Host {
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
    Http1 {
        sender: http1::SendRequest<Body>,
        host: Arc<Host>,
        permit: OwnedSemaphorePermit,
    },
    #[cfg(feature = "http2")]
    Http2(http2::Sender),
}

impl Lease {
    pub(crate) fn is_http2(&self) -> bool {
        match self.sender {
            Sender::Http1 { .. } => false,
            #[cfg(feature = "http2")]
            Sender::Http2(_) => true,
        }
    }

    /// Sends a request and waits for the head of its final response.
    pub(crate) async fn send(
        &mut self,
        request: http::Request<Body>,
    ) -> Result<IncomingResponse, TrySendError<http::Request<Body>>> {
        match &mut self.sender {
            Sender::Http1 { sender, .. } => sender.try_send_request(request).await,
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => sender.try_send_request(request).await,
        }
    }

    /// Returns the connection to the pool after the whole response was read. Dropping a lease
    /// without this call closes its connection.
    pub(crate) fn release(self) {
        match self.sender {
            Sender::Http1 { sender, host, permit } => {
                if !sender.is_closed() {
                    lock(&host.idle).push(IdleConnection { sender, since: Instant::now() });
                }
                drop(permit);
            }
            // The connection stays shared.
            #[cfg(feature = "http2")]
            Sender::Http2(_) => {}
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
