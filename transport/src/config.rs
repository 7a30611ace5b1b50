//! What connections are set up with.

use std::fmt;
use std::time::Duration;

/// How connections are made, by the transports of this crate.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct TransportConfig {
    pub connect_timeout: Duration,
    pub max_connections: usize,
    pub proxy: Proxy,
    /// In PEM, one certificate or more each.
    pub roots: Vec<Vec<u8>>,
}

/// Which proxy is used.
#[doc(hidden)]
#[derive(Clone)]
pub enum Proxy {
    /// The one that the environment names.
    Environment,
    None,
    Url(String),
}

impl fmt::Debug for Proxy {
    /// The kind: a URL may have a password in it.
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

/// A client or a request that cannot be used as it is set up.
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
