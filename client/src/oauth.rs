//! Connecting accounts by OAuth.
//!
//! A user is sent to an [`AuthorizeUrl`], comes back with a code, and the code is exchanged for the id of the account:
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

/// Where a user goes to connect an account.
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
    /// The page for accounts with a dashboard of their own, for the platform with this client id.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self::on("/oauth/authorize", client_id.into())
    }

    /// The page for Express accounts.
    pub fn express(client_id: impl Into<String>) -> Self {
        Self::on("/express/oauth/authorize", client_id.into())
    }

    fn on(path: &'static str, client_id: String) -> Self {
        let query =
            RawRequest::get(path).param("response_type", "code").param("client_id", client_id);
        Self { base: Host::Connect.url().to_owned(), path, query }
    }

    /// What the platform may do: `read_write` or `read_only`.
    #[must_use]
    pub fn scope(self, scope: impl Into<String>) -> Self {
        self.param("scope", scope)
    }

    /// What comes back with the user, to know that it was this one who was sent.
    #[must_use]
    pub fn state(self, state: impl Into<String>) -> Self {
        self.param("state", state)
    }

    /// Where the user comes back to: one of the addresses that the platform has set up.
    #[must_use]
    pub fn redirect_uri(self, uri: impl Into<String>) -> Self {
        self.param("redirect_uri", uri)
    }

    /// Fills in something that is known of the user: `email`, `country`, `business_name` and so on.
    #[must_use]
    pub fn prefill(self, field: &str, value: impl Into<String>) -> Self {
        self.param(&format!("stripe_user[{field}]"), value)
    }

    /// Any other parameter: `stripe_landing`, `always_prompt`, `suggested_capabilities[]` and so on.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query = self.query.param(name, value.into());
        self
    }

    /// The same page on another host, for tests.
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
    /// Without the parameters: the state is a secret of sorts, and what is filled in is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizeUrl")
            .field("base", &shown_url(&self.base))
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
