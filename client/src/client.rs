//! The async client.

use std::fmt;
use std::sync::Arc;

use pinstripe_runtime::{ApiKey, Execute, HttpRequest, Listing, RequestOptions, Value};

use crate::builder::ClientBuilder;
use crate::download::{Download, DownloadFuture};
use crate::pagination::Items;
use crate::pipeline::Pipeline;
use crate::response_future::ResponseFuture;

/// Sends requests.
///
/// A client is cheap to clone, and its clones share their connections. It runs on tokio, unless it has a
/// [transport](ClientBuilder::transport) of another kind.
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
    /// A client with a key, and everything else as is usual.
    #[cfg(feature = "async")]
    pub fn new(api_key: impl Into<ApiKey>) -> Self {
        let builder = Self::builder(api_key);
        let transport = crate::transport::HyperTransport::new();
        builder
            .build_with(Box::new(transport))
            .unwrap_or_else(|error| unreachable!("what is usual is right: {error}"))
    }

    /// A client that is set up piece by piece.
    pub fn builder(api_key: impl Into<ApiKey>) -> ClientBuilder {
        ClientBuilder::new(api_key.into())
    }

    /// The same client, acting for a connected account.
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

    /// The same client, with other options for all its requests.
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

impl Execute for Client {
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
