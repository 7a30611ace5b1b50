//! The user agent headers.

use serde_json::json;

/// The application that uses this SDK. Stripe receives it in the user agent.
#[derive(Debug, Clone)]
pub struct AppInfo {
    name: String,
    version: Option<String>,
    url: Option<String>,
    partner_id: Option<String>,
}

impl AppInfo {
    /// Creates an application with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), version: None, url: None, partner_id: None }
    }

    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets the URL of the application's documentation or support page.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets the ID of the Stripe partner.
    #[must_use]
    pub fn partner_id(mut self, id: impl Into<String>) -> Self {
        self.partner_id = Some(id.into());
        self
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the value of `User-Agent`.
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

/// Returns the value of `X-Stripe-Client-User-Agent`.
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
