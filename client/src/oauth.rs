//! Connecting accounts with OAuth.
//!
//! Send the user to an [`AuthorizeUrl`]. Stripe redirects back with a code. Exchange the code for
//! the account ID:
//!
//! ```no_run
//! use pinstripe::oauth::AuthorizeUrl;
//! use pinstripe::{Client, OauthDeauthorization, OauthToken, oauth_token};
//!
//! # async fn example(client: &Client, code: &str) -> Result<(), pinstripe::Error> {
//! let url = AuthorizeUrl::new("ca_123").scope("read_write").state("a-token-against-forgery").to_string();
//!
//! let token = OauthToken::token(oauth_token::GrantType::AuthorizationCode).code(code).send(client).await?;
//! let account = token.stripe_user_id.clone().unwrap_or_default();
//!
//! OauthDeauthorization::deauthorize().client_id("ca_123").stripe_user_id(account).send(client).await?;
//! # Ok(())
//! # }
//! ```

use std::fmt;

use pinstripe_runtime::{Host, RawRequest, shown_url};

/// The URL where a user authorizes a connected account.
///
/// ```
/// use pinstripe::oauth::AuthorizeUrl;
///
/// let url = AuthorizeUrl::new("ca_123").state("x&y").prefill("email", "jenny@example.com");
/// assert_eq!(
///     url.to_string(),
///     "https://connect.stripe.com/oauth/authorize?response_type=code&client_id=ca_123&state=x%26y&stripe_user[email]=jenny%40example.com",
/// );
/// ```
#[derive(Clone)]
pub struct AuthorizeUrl {
    base: String,
    path: &'static str,
    query: RawRequest<()>,
}

impl AuthorizeUrl {
    /// Creates the URL for Standard accounts, for the platform with this client ID.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self::on("/oauth/authorize", client_id.into())
    }

    /// Creates the URL for Express accounts.
    pub fn express(client_id: impl Into<String>) -> Self {
        Self::on("/express/oauth/authorize", client_id.into())
    }

    fn on(path: &'static str, client_id: String) -> Self {
        let query =
            RawRequest::get(path).param("response_type", "code").param("client_id", client_id);
        Self { base: Host::Connect.url().to_owned(), path, query }
    }

    /// Sets the requested permission: `read_write` or `read_only`.
    #[must_use]
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.param("scope", scope)
    }

    /// Sets the state that is returned with the redirect, to protect against cross-site request
    /// forgery.
    #[must_use]
    pub fn state(self, state: impl Into<String>) -> Self {
        self.param("state", state)
    }

    /// Sets the redirect URI: one of those registered by the platform.
    #[must_use]
    pub fn redirect_uri(self, uri: impl Into<String>) -> Self {
        self.param("redirect_uri", uri)
    }

    /// Prefills a field of the form: `email`, `country`, `business_name` and so on.
    #[must_use]
    pub fn prefill(self, field: &str, value: impl Into<String>) -> Self {
        self.param(&format!("stripe_user[{field}]"), value)
    }

    /// Sets any other parameter: `stripe_landing`, `always_prompt`, `suggested_capabilities[]` and
    /// so on.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query = self.query.param(name, value.into());
        self
    }

    /// Sets the base URL, for tests.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base = url.into();
        self
    }
}

impl fmt::Display for AuthorizeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}?{}", self.base, self.path, self.query.to_http().query)
    }
}

impl fmt::Debug for AuthorizeUrl {
    /// Omits the parameters: the state is confidential, and prefilled values are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeUrl")
            .field("base", &shown_url(&self.base))
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
