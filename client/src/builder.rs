//! The client builder.

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

/// Builds a [`Client`] or a blocking client.
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
#[must_use = "a builder does nothing until `build` is called"]
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

    /// Sets the connected account.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.options.account = Some(account.into());
        self
    }

    /// Sets the account within an organization.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.options.context = Some(context.into());
        self
    }

    /// Sets the API version of responses. The default is [the version](crate::API_VERSION) that
    /// this crate was generated from.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.options.api_version = Some(version.into());
        self
    }

    /// Sets the timeout of each attempt, until the last byte of the response. The default is 80
    /// seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets the maximum number of retries. The default is two.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.retry.max_retries = retries;
        self
    }

    /// Sets the maximum size of response bodies in bytes. A larger response is an error and is not
    /// retried. The default is 64 MiB. Files read with `download` have no limit.
    pub fn max_response_size(mut self, bytes: u64) -> Self {
        self.max_response_size = bytes;
        self
    }

    /// Sets the retry policy.
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

    /// Adds a header to every request.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the application that is named in the user agent of every request.
    pub fn app_info(mut self, app_info: AppInfo) -> Self {
        self.app_info = Some(app_info);
        self
    }

    /// Sets the base URL of a host, such as that of a mock server or a gateway.
    ///
    /// The path of a request, such as `/v1/customers`, is appended to the URL. The URL may
    /// therefore have a path, but no query, no fragment, no user name, and no `/v1` at its end.
    /// `build` returns an error otherwise.
    pub fn base_url(mut self, host: Host, url: impl Into<String>) -> Self {
        self.base_urls.push((host, url.into()));
        self
    }

    /// Sets the base URL of all hosts.
    pub fn base_urls(mut self, url: impl AsRef<str>) -> Self {
        for host in [Host::Api, Host::Connect, Host::Files, Host::MeterEvents] {
            self = self.base_url(host, url.as_ref());
        }
        self
    }

    /// Sets the timeout for establishing a connection. The default is 30 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = timeout;
        self
    }

    /// Sets the maximum number of connections to a host. Further requests wait for a free one. The
    /// default is 100. With the feature `http2`, one connection serves all requests to a host that
    /// offers HTTP/2.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.config.max_connections = connections.max(1);
        self
    }

    /// Sets the proxy: `http://user:password@proxy.example:3128`. The default is read from the
    /// environment (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.config.proxy = Proxy::Url(url.into());
        self
    }

    /// Disables proxies, including those set in the environment.
    pub fn no_proxy(mut self) -> Self {
        self.config.proxy = Proxy::None;
        self
    }

    /// Sets the trusted root certificates, in PEM, replacing the default ones. Use it for a
    /// TLS-intercepting proxy or a test server. Repeated calls add certificates.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.config.roots.push(pem.into());
        self
    }

    /// Sets the transport. The settings for connections, proxies and certificates are then ignored.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Box::new(transport));
        self
    }

    /// Builds the async client.
    ///
    /// # Errors
    ///
    /// Returns an error when a URL, an option, a certificate or the application name is invalid.
    pub fn build(mut self) -> Result<Client, Error> {
        match self.transport.take() {
            Some(transport) => self.build_with(transport),
            #[cfg(feature = "async")]
            None => {
                let transport = crate::transport::HyperTransport::with_config(&self.config)?;
                self.build_with(Box::new(transport))
            }
            #[cfg(not(feature = "async"))]
            None => {
                Err(Error::config("no transport: enable the feature `async`, or set a transport"))
            }
        }
    }

    pub(crate) fn build_with(self, transport: Box<dyn Transport>) -> Result<Client, Error> {
        let base_urls = BaseUrls::parse(&self.base_urls)?;
        pipeline::check_options(&self.options)?;
        let text = |what: &str, value: String| {
            HeaderValue::try_from(value).map_err(|_| {
                Error::config(format!("{what} has characters that are not allowed in a header"))
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
