//! Where requests go.

use pinstripe_runtime::Host;

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
