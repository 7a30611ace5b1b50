//! Starts and stops servers.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use super::state::State;
use super::{Engine, control, delivery};
use crate::error::ApiError;
use crate::server;
use crate::spec::Spec;
use crate::store::Store;

/// How a server is started.
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    address: SocketAddr,
    key: Option<String>,
    seed: u64,
    data: Option<PathBuf>,
}

/// A running Stripe. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    engine: Arc<Engine>,
    http: server::Server,
    delivering: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a free port of the loopback interface, with nothing in it.
    ///
    /// # Errors
    ///
    /// When no port is free.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Sets options before the start.
    pub fn builder() -> Builder {
        Builder {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            key: None,
            seed: 0,
            data: None,
        }
    }

    /// Where the server is: `http://127.0.0.1:4242`.
    pub fn url(&self) -> String {
        self.http.url()
    }

    /// A stored object, as it is stored.
    pub fn object(&self, kind: &str, id: &str) -> Option<Value> {
        let state = self.engine.lock();
        let accounts = state.store.account_ids();
        accounts.iter().find_map(|account| state.store.get(account, kind, id)).cloned()
    }

    /// All stored objects of a kind, the oldest first.
    pub fn objects(&self, kind: &str) -> Vec<Value> {
        let state = self.engine.lock();
        let accounts = state.store.account_ids();
        accounts.iter().flat_map(|account| state.store.all(account, kind)).cloned().collect()
    }

    /// Calls the control plane: `("POST", "/_mock/clock", {"advance": 60})`.
    ///
    /// # Errors
    ///
    /// The message of the control plane.
    pub fn control(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        control::call(&self.engine, method, path, "", &body)
            .map_err(|error: ApiError| error.message)
    }
}

impl Builder {
    /// The address and port to listen on. The default is a free port of the loopback interface.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Accepts this key only. Without it every key has an account of its own.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The number that ids are made from: the same seed and requests give the same ids.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Keeps the state in a file.
    pub fn data(mut self, path: impl Into<PathBuf>) -> Self {
        self.data = Some(path.into());
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    ///
    /// When the port is not free, or the data file cannot be used.
    pub fn start(self) -> io::Result<Server> {
        let store = self.data.as_deref().map_or_else(|| Ok(Store::default()), Store::open)?;
        let engine = Arc::new(Engine {
            spec: Spec::embedded(),
            state: Mutex::new(State::new(store)),
            wake: Condvar::new(),
            seed: self.seed,
            key: self.key,
        });
        let http = server::Server::bind(self.address, Arc::clone(&engine))?;
        engine.lock().base_url = http.url();
        let delivering = {
            let engine = Arc::clone(&engine);
            thread::spawn(move || delivery::run(&engine))
        };
        Ok(Server { engine, http, delivering: Some(delivering) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.engine.lock().stopped = true;
        self.engine.wake.notify_all();
        if let Some(delivering) = self.delivering.take() {
            let _ = delivering.join();
        }
        // Connections that are still open must not keep the file from the next server.
        self.engine.lock().store = Store::default();
    }
}
