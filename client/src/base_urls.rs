//! Base URLs: where the requests for each host of Stripe are sent.

use http::Uri;
use pinstripe_runtime::{Host, shown_url};

use crate::Error;

/// A valid base URL without a trailing slash. Paths such as `/v1/customers` are appended to it.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// Parses a base URL.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] if no path can be appended to the URL, or if it contains credentials.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let invalid =
            |problem: &str| Error::config(format!("the base URL `{}` {problem}", shown_url(url)));
        let parsed = url
            .parse::<Uri>()
            .map_err(|error| invalid(&format!("is invalid: {error}: write `https://host`")))?;
        let Some((scheme, authority)) = parsed.scheme_str().zip(parsed.authority()) else {
            return Err(invalid("has no scheme or host: write `https://host`"));
        };
        if !matches!(scheme, "https" | "http") || authority.host().is_empty() {
            return Err(invalid("has no host that can be reached by HTTP: write `https://host`"));
        }
        if authority.as_str().contains('@') {
            return Err(invalid(
                "has a user name or a password, which are never sent: remove them, or set a header",
            ));
        }
        if url.contains(['?', '#']) {
            return Err(invalid("has a query or a fragment, which paths cannot follow: remove it"));
        }
        let trimmed = url.trim_end_matches('/');
        let last = trimmed.rsplit('/').next();
        if let Some(version) = ["v1", "v2"].into_iter().find(|version| last == Some(version)) {
            return Err(invalid(&format!(
                "ends in `/{version}`, which the path of each request begins with: remove it"
            )));
        }
        Ok(Self(trimmed.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The base URLs that replace those of Stripe's hosts.
#[derive(Debug, Clone, Default)]
pub(crate) struct BaseUrls(Vec<(Host, BaseUrl)>);

impl BaseUrls {
    /// Parses the URLs set on a builder. The last one of a host counts.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] for the first URL that cannot be used.
    pub(crate) fn parse(overrides: &[(Host, String)]) -> Result<Self, Error> {
        let parsed = overrides.iter().map(|(host, url)| Ok((*host, BaseUrl::parse(url)?)));
        Ok(Self(parsed.collect::<Result<_, Error>>()?))
    }

    /// Returns the base URL of a host.
    pub(crate) fn get(&self, host: Host) -> &str {
        let set = self.0.iter().rev().find(|(of, _)| *of == host);
        set.map_or(host.url(), |(_, url)| url.as_str())
    }
}
