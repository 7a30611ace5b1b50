//! Where requests go.

use http::Uri;
use pinstripe_runtime::{Host, shown_url};

use crate::Error;

/// Checks a base URL, which paths such as `/v1/customers` are appended to. Returns it without a slash at its end.
pub(crate) fn base_url(url: &str) -> Result<&str, Error> {
    let wrong = |what: &str| Error::config(format!("the base URL `{}` {what}", shown_url(url)));
    let parsed = url
        .parse::<Uri>()
        .map_err(|error| wrong(&format!("is invalid: {error}: write `https://host`")))?;
    let Some((scheme, authority)) = parsed.scheme_str().zip(parsed.authority()) else {
        return Err(wrong("has no scheme or host: write `https://host`"));
    };
    if !matches!(scheme, "https" | "http") || authority.host().is_empty() {
        return Err(wrong("has no host that can be reached by HTTP: write `https://host`"));
    }
    if authority.as_str().contains('@') {
        return Err(wrong(
            "has a user name or a password, which are never sent: remove them, or set a header",
        ));
    }
    if url.contains(['?', '#']) {
        return Err(wrong("has a query or a fragment, which paths cannot follow: remove it"));
    }
    let trimmed = url.trim_end_matches('/');
    if let Some(version) =
        ["v1", "v2"].into_iter().find(|version| trimmed.rsplit('/').next() == Some(version))
    {
        return Err(wrong(&format!(
            "ends in `/{version}`, which the path of each request begins with: remove it"
        )));
    }
    Ok(trimmed)
}

/// The base URL of each host.
#[derive(Debug, Clone, Default)]
pub(crate) struct Urls(Vec<(Host, String)>);

impl Urls {
    pub(crate) fn set(&mut self, host: Host, url: String) {
        self.0.push((host, url));
    }

    /// Those that were set.
    pub(crate) fn given(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, url)| url.as_str())
    }

    /// The one of a host, without a slash at its end.
    pub(crate) fn get(&self, host: Host) -> &str {
        self.0
            .iter()
            .rev()
            .find(|(of, _)| *of == host)
            .map_or(host.url(), |(_, url)| url.trim_end_matches('/'))
    }
}
