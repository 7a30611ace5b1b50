//! What a client is set up with.

use std::fmt;
use std::time::Duration;

use pinstripe_runtime::Host;

/// How connections are made, by the transports that come with this crate.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    pub(crate) connect_timeout: Duration,
    pub(crate) max_connections: usize,
    pub(crate) proxy: Proxy,
    /// In PEM, one certificate or more each.
    pub(crate) roots: Vec<Vec<u8>>,
}

/// Which proxy is used.
#[cfg_attr(not(any(feature = "async", feature = "blocking")), allow(dead_code))]
#[derive(Clone)]
pub(crate) enum Proxy {
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

impl Default for Network {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(30), max_connections: 100, proxy: Proxy::Environment, roots: Vec::new() }
    }
}

/// The base URL of each host, without a slash at its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Urls(Vec<(Host, String)>);

impl Urls {
    pub(crate) fn set(&mut self, host: Host, url: String) {
        self.0.push((host, url.trim_end_matches('/').to_owned()));
    }

    /// Those that were set.
    pub(crate) fn given(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, url)| url.as_str())
    }

    pub(crate) fn get(&self, host: Host) -> &str {
        self.0.iter().rev().find(|(of, _)| *of == host).map_or(host.url(), |(_, url)| url)
    }
}
