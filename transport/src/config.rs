//! The connection settings of the transports.

use std::fmt;
use std::time::Duration;

/// The connection settings of the transports of this crate.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct TransportConfig {
    pub connect_timeout: Duration,
    pub max_connections: usize,
    pub proxy: Proxy,
    /// Root certificates in PEM. Each entry has one or more.
    pub roots: Vec<Vec<u8>>,
}

/// The choice of proxy.
#[doc(hidden)]
#[derive(Clone)]
pub enum Proxy {
    /// The proxy set in the environment.
    Environment,
    None,
    Url(String),
}

impl fmt::Debug for Proxy {
    /// Prints only the kind of choice: a URL may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "Environment",
            Self::None => "None",
            Self::Url(_) => "Url",
        })
    }
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(30),
            max_connections: 100,
            proxy: Proxy::Environment,
            roots: Vec::new(),
        }
    }
}

/// The error returned when a client or a request is misconfigured.
#[derive(Debug)]
pub struct ConfigError {
    message: String,
}

impl ConfigError {
    #[doc(hidden)]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}
