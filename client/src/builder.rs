//! Setting up a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use pinstripe_runtime::retry::RetryPolicy;
use pinstripe_runtime::{ApiKey, Host, RequestOptions};
use pinstripe_transport::{Proxy, TransportConfig};

use crate::base_urls::BaseUrls;
use crate::pipeline::{self, Pipeline};
use crate::transport::Transport;
use crate::user_agent::{self, AppInfo};
use crate::{Client, Error};

/// Sets up a [`Client`], or a blocking one.
///
/// ```
/// use std::time::Duration;
/// use pinstripe::{AppInfo, Client};
///
/// let client = Client::builder("sk_test_123")
///     .app_info(AppInfo::new("shop").version("1.2"))
///     .timeout(Duration::from_secs(20))
///     .max_retries(3)
///     .build()?;
/// # Ok::<(), pinstripe::Error>(())
/// ```
#[must_use = "a builder does nothing until it builds"]
pub struct ClientBuilder {
    options: RequestOptions,
    retry: RetryPolicy,
    max_response_size: u64,
    base_urls: Vec<(Host, String)>,
    app_info: Option<AppInfo>,
    pub(crate) transport: Option<Box<dyn Transport>>,
    pub(crate) config: TransportConfig,
}

impl ClientBuilder {
    pub(crate) fn new(api_key: ApiKey) -> Self {
        let mut options = RequestOptions::default();
        options.api_key = Some(api_key);
        options.api_version = Some(pinstripe_api::API_VERSION.to_owned());
        options.timeout = Some(Duration::from_secs(80));
        Self {
            options,
            retry: RetryPolicy::default(),
            max_response_size: 64 << 20,
            base_urls: Vec::new(),
            app_info: None,
            transport: None,
            config: TransportConfig::default(),
        }
    }

    /// Acts for a connected account.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.options.account = Some(account.into());
        self
    }

    /// Acts within an account of an organization.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.options.context = Some(context.into());
        self
    }

    /// Asks for answers in another version of the API than [the one](crate::API_VERSION) that this crate was made from.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.options.api_version = Some(version.into());
        self
    }

    /// Lets each try take this long, from its beginning to the last byte of the answer: 80 seconds unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Tries again this often: twice unless set.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry.max_retries = retries;
        self
    }

    /// Refuses responses with a larger body than this, in bytes, and does not retry them: 64 MiB unless set. A file that is read with
    /// `download` may have any size.
    pub fn max_response_size(mut self, bytes: u64) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Decides when to try again by other rules than the usual ones.
    pub fn retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Reads responses that are incomplete, as servers send that are older or are fakes: a field that
    /// is missing or has the wrong type takes its empty value, and is listed by
    /// [`problems`](crate::Response::problems) of the response. Strict unless set, so that an amount
    /// never becomes zero in silence.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.options.lenient = Some(lenient);
        self
    }

    /// Sends one more header with every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.push((name.into(), value.into()));
        self
    }

    /// Says in every request which application it comes from.
    pub fn app_info(mut self, app_info: AppInfo) -> Self {
        self.app_info = Some(app_info);
        self
    }

    /// Sends the requests for a host somewhere else: to a mock, or through a gateway.
    ///
    /// The path of a request, such as `/v1/customers`, is appended to the URL. So the URL may have a path, but no query and no
    /// fragment, no user name, and no `/v1` at its end: building the client fails with those.
    pub fn base_url(mut self, host: Host, url: impl Into<String>) -> Self {
        self.base_urls.push((host, url.into()));
        self
    }

    /// Sends the requests for all hosts somewhere else.
    pub fn base_urls(mut self, url: impl AsRef<str>) -> Self {
        for host in [Host::Api, Host::Connect, Host::Files, Host::MeterEvents] {
            self = self.base_url(host, url.as_ref());
        }
        self
    }

    /// Lets a connection take this long to be made: 30 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = timeout;
        self
    }

    /// Keeps no more connections to a host than this, and lets further requests wait for one: 100 unless set. Over HTTP/2 one
    /// connection serves all requests.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.config.max_connections = connections.max(1);
        self
    }

    /// Goes through a proxy: `http://user:password@proxy.example:3128`. Unless set, the environment says which (`HTTPS_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.config.proxy = Proxy::Url(url.into());
        self
    }

    /// Goes through no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.config.proxy = Proxy::None;
        self
    }

    /// Trusts these certificates, in PEM, and not the usual ones: those of a proxy that looks into connections, or of a test server.
    /// Given twice, both are trusted.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.config.roots.push(pem.into());
        self
    }

    /// Sends requests in another way. What was said of connections, proxies and certificates is then up to the transport.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// The async client.
    ///
    /// # Errors
    ///
    /// When a URL, an option, a certificate or the name of the application cannot be used.
    pub fn build(mut self) -> Result<Client, Error> {
        match self.transport.take() {
            Some(transport) => self.build_with(transport),
            #[cfg(feature = "async")]
            None => {
                let transport = crate::transport::HyperTransport::with_config(&self.config)?;
                self.build_with(Box::new(transport))
            }
            #[cfg(not(feature = "async"))]
            None => Err(Error::config(
                "there is no transport: turn the feature `async` on, or give one",
            )),
        }
    }

    pub(crate) fn build_with(self, transport: Box<dyn Transport>) -> Result<Client, Error> {
        let base_urls = BaseUrls::parse(&self.base_urls)?;
        pipeline::check_options(&self.options)?;
        let text = |what: &str, value: String| {
            HeaderValue::try_from(value).map_err(|_| {
                Error::config(format!("{what} has characters that no header may have"))
            })
        };
        let pipeline = Pipeline {
            transport,
            retry: self.retry,
            max_response_size: self.max_response_size,
            user_agent: text("the app info", user_agent::plain(self.app_info.as_ref()))?,
            client_user_agent: text("the app info", user_agent::json(self.app_info.as_ref()))?,
            base_urls,
        };
        Ok(Client { pipeline: Arc::new(pipeline), defaults: Arc::new(self.options) })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("options", &self.options)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
