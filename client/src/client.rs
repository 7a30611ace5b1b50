//! The async client.

use std::fmt;
use std::sync::Arc;

use pinstripe_runtime::{ApiKey, HttpRequest, Listing, RequestOptions, SendRequest, Value};

use crate::builder::ClientBuilder;
use crate::download::{Download, DownloadFuture};
use crate::pagination::Items;
use crate::pipeline::Pipeline;
use crate::response_future::ResponseFuture;

/// Sends requests asynchronously.
///
/// A client is cheap to clone. Clones share their connections. The default transport requires
/// tokio; [`transport`](ClientBuilder::transport) sets another one.
///
/// ```no_run
/// use pinstripe::{Client, Customer};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
/// let customer = Customer::create().email("jenny@example.com").send(&client).await?;
/// println!("{}", customer.id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) defaults: Arc<RequestOptions>,
}

impl Client {
    /// Creates a client with this API key and default settings.
    #[cfg(feature = "async")]
    pub fn new(api_key: impl Into<ApiKey>) -> Self {
        let builder = Self::builder(api_key);
        let transport = crate::transport::HyperTransport::new();
        builder
            .build_with(Box::new(transport))
            .unwrap_or_else(|error| unreachable!("the default settings are valid: {error}"))
    }

    /// Creates a builder.
    pub fn builder(api_key: impl Into<ApiKey>) -> ClientBuilder {
        ClientBuilder::new(api_key.into())
    }

    /// Returns a client that acts for a connected account.
    ///
    /// ```no_run
    /// # use pinstripe::{Balance, Client, Error};
    /// # async fn example(client: &Client) -> Result<(), Error> {
    /// let balance = Balance::retrieve().send(&client.for_account("acct_1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn for_account(&self, account: impl Into<String>) -> Self {
        self.with(|options| options.account = Some(account.into()))
    }

    /// Returns a client with other options for all its requests.
    ///
    /// ```no_run
    /// # use pinstripe::Client;
    /// # let client = Client::new("sk_test_123");
    /// let patient = client.with(|options| options.max_retries = Some(10));
    /// ```
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        let mut options = RequestOptions::clone(&self.defaults);
        change(&mut options);
        Self { pipeline: Arc::clone(&self.pipeline), defaults: Arc::new(options) }
    }
}

impl SendRequest for Client {
    type Sent<T: Value> = ResponseFuture<T>;
    type Downloading = DownloadFuture;
    type Items<L: Listing> = Items<L>;

    #[inline]
    fn execute<T: Value>(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> ResponseFuture<T> {
        ResponseFuture::new(self.clone(), request, options)
    }

    fn download(&self, request: HttpRequest, options: RequestOptions) -> DownloadFuture {
        Box::pin(Download::begin(self.clone(), request, options))
    }

    fn list<L: Listing>(
        &self,
        first: Option<L>,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Items<L> {
        Items::new(self.clone(), first, request, options)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("options", &self.defaults).finish_non_exhaustive()
    }
}
