//! Who is calling.

use serde_json::json;

/// The application that uses this SDK, as Stripe is told of it.
#[derive(Debug, Clone)]
pub struct AppInfo {
    name: String,
    version: Option<String>,
    url: Option<String>,
    partner_id: Option<String>,
}

impl AppInfo {
    /// An application of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), version: None, url: None, partner_id: None }
    }

    /// Its version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Where to read about it, or write to its authors.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// The id of a Stripe partner.
    #[must_use]
    pub fn partner_id(mut self, id: impl Into<String>) -> Self {
        self.partner_id = Some(id.into());
        self
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `User-Agent`
pub(crate) fn plain(app: Option<&AppInfo>) -> String {
    let mut text = format!("Stripe/v1 PinstripeBindings/{VERSION}");
    if let Some(app) = app {
        text = format!("{text} {}", app.name);
        if let Some(version) = &app.version {
            text = format!("{text}/{version}");
        }
        if let Some(url) = &app.url {
            text = format!("{text} ({url})");
        }
    }
    text
}

/// `X-Stripe-Client-User-Agent`
pub(crate) fn json(app: Option<&AppInfo>) -> String {
    let mut agent = json!({
        "bindings_version": VERSION,
        "lang": "rust",
        "publisher": "pinstripe",
        "platform": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    });
    if let Some(app) = app {
        agent["application"] = json!({ "name": app.name, "version": app.version, "url": app.url, "partner_id": app.partner_id });
    }
    agent.to_string()
}
