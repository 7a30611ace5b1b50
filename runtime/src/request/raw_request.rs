//! Requests on their way: with options of their own, and with a client to send them.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::request::download::Download;
use crate::request::http::{HttpRequest, Method};
use crate::request::pagination::Listing;
use crate::{ApiKey, List, Value};

/// Something that requests can be sent with: `pinstripe::Client`, `pinstripe::blocking::Client`.
///
/// What sending gives depends on the client: the async one gives futures, the blocking one results.
pub trait SendRequest {
    /// What comes of sending a request that is answered with a `T`.
    type Sent<T: Value>;
    /// What comes of sending a request that is answered with a file.
    type Downloading;
    /// What runs over the items of all pages of a list.
    type Items<L: Listing>;

    /// Sends a request.
    fn execute<T: Value>(&self, request: HttpRequest, options: RequestOptions) -> Self::Sent<T>;

    /// Sends a request that is answered with a file.
    fn download(&self, request: HttpRequest, options: RequestOptions) -> Self::Downloading;

    /// Runs over a list. With a first page the request is the one for what comes after it.
    fn list<L: Listing>(
        &self,
        first: Option<L>,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Self::Items<L>;
}

/// What a single request, or all requests of a client, are sent with.
///
/// What is not set here is taken from the client.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct RequestOptions {
    /// The key to send instead of the client's.
    pub api_key: Option<ApiKey>,
    /// The connected account to act for: `Stripe-Account`.
    pub account: Option<String>,
    /// The account to act for within an organization, as a path of accounts: `Stripe-Context`.
    pub context: Option<String>,
    /// The API version to be answered in: `Stripe-Version`.
    pub api_version: Option<String>,
    /// What makes two requests one: `Idempotency-Key`. Without it, writes get one made for them.
    pub idempotency_key: Option<String>,
    /// Where to send the request instead of to its host: `https://host`.
    pub base_url: Option<String>,
    /// How long a try may take, from its beginning to the last byte of the answer.
    pub timeout: Option<Duration>,
    /// How often to try again.
    pub max_retries: Option<u32>,
    /// Whether fields that are missing or mistyped in the response take their empty value and are
    /// listed by `problems()`, instead of failing.
    pub lenient: Option<bool>,
    /// More headers. The last one of a name counts.
    pub headers: Vec<(String, String)>,
}

impl RequestOptions {
    /// These options, and `defaults` for what is not set.
    #[must_use]
    pub fn or(mut self, defaults: &Self) -> Self {
        fn or<T: Clone>(own: &mut Option<T>, default: &Option<T>) {
            if own.is_none() {
                own.clone_from(default);
            }
        }
        or(&mut self.api_key, &defaults.api_key);
        or(&mut self.account, &defaults.account);
        or(&mut self.context, &defaults.context);
        or(&mut self.api_version, &defaults.api_version);
        or(&mut self.idempotency_key, &defaults.idempotency_key);
        or(&mut self.base_url, &defaults.base_url);
        or(&mut self.timeout, &defaults.timeout);
        or(&mut self.max_retries, &defaults.max_retries);
        or(&mut self.lenient, &defaults.lenient);
        self.headers.splice(0..0, defaults.headers.iter().cloned());
        self
    }
}

impl fmt::Debug for RequestOptions {
    /// All but the values of headers, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("RequestOptions")
            .field("api_key", &self.api_key)
            .field("account", &self.account)
            .field("context", &self.context)
            .field("api_version", &self.api_version)
            .field("idempotency_key", &self.idempotency_key)
            .field("base_url", &self.base_url.as_deref().map(crate::mask::shown_url))
            .field("timeout", &self.timeout)
            .field("max_retries", &self.max_retries)
            .field("lenient", &self.lenient)
            .field("headers", &headers)
            .finish()
    }
}

/// A request that is ready to be sent, with options of its own.
///
/// It comes from a typed request, by `customize()` or `idempotency_key(…)`; or from a method and a path, for what the types do not
/// know:
///
/// ```
/// use pinstripe_runtime::{RawRequest, RawJson};
///
/// let call = RawRequest::<RawJson>::post("/v1/new_things")
///     .param("name", "first")
///     .param("details", serde_json::json!({"color": "red"}))
///     .account("acct_1")
///     .max_retries(5);
/// # let _ = call;
/// ```
#[must_use = "a request does nothing until it is sent"]
pub struct RawRequest<T> {
    request: HttpRequest,
    options: RequestOptions,
    output: PhantomData<fn() -> T>,
}

impl<T> RawRequest<T> {
    /// A `GET` of a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Get, path))
    }

    /// A `POST` to a path. Its parameters go out as a form, or as JSON where the path is one of the v2 API.
    pub fn post(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Post, path))
    }

    /// A `PUT` to a path. Its parameters are sent like those of [`Call::post`].
    pub fn put(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Put, path))
    }

    /// A `PATCH` of a path. Its parameters are sent like those of [`Call::post`].
    pub fn patch(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Patch, path))
    }

    /// A `DELETE` of a path.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Delete, path))
    }

    /// The same request, with its answer read as something else.
    pub fn output<U>(self) -> RawRequest<U> {
        RawRequest { request: self.request, options: self.options, output: PhantomData }
    }

    /// Uses another key than the client's.
    pub fn api_key(mut self, key: impl Into<ApiKey>) -> Self {
        self.options.api_key = Some(key.into());
        self
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

    /// Asks for the answer in another version of the API.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.options.api_version = Some(version.into());
        self
    }

    /// Sends this key, so that the same request with the same key is carried out once only, whoever sends it again.
    ///
    /// A key has 1 to 255 visible ASCII characters; sending fails with another one.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.options.idempotency_key = Some(key.into());
        self
    }

    /// Sends it somewhere else than to its host: to a mock, or through a gateway.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.options.base_url = Some(url.into());
        self
    }

    /// Lets a try take this long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Tries again this often.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.options.max_retries = Some(retries);
        self
    }

    /// Reads a response that is incomplete: a field that is missing or has the wrong type takes its
    /// empty value, and is listed by `problems()` of the response. Strict unless set, so that an
    /// amount never becomes zero in silence.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.options.lenient = Some(lenient);
        self
    }

    /// Sends one more header, in place of one that would be sent under this name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.push((name.into(), value.into()));
        self
    }

    /// Sends one more parameter: in the query of a `GET` or `DELETE`, in the body of a `POST`.
    ///
    /// What is nested is written as the API wants it; `null` takes a value away.
    pub fn param(mut self, name: impl AsRef<str>, value: impl Into<serde_json::Value>) -> Self {
        self.request.push(name.as_ref(), &value.into());
        self
    }

    /// What goes over the wire, but for what the client adds.
    pub fn to_http(&self) -> &HttpRequest {
        &self.request
    }

    /// What to change about the request itself: its host or body.
    pub fn http_mut(&mut self) -> &mut HttpRequest {
        &mut self.request
    }

    /// The options that were set.
    pub fn options(&self) -> &RequestOptions {
        &self.options
    }
}

impl<T: Value> RawRequest<T> {
    /// Sends the request.
    pub fn send<C: SendRequest>(self, client: &C) -> C::Sent<T> {
        client.execute(self.request, self.options)
    }
}

impl<T: Listing> RawRequest<T> {
    /// Sends the request, and those for all pages that follow.
    pub fn stream<C: SendRequest>(self, client: &C) -> C::Items<T> {
        client.list(None, self.request, self.options)
    }
}

impl RawRequest<Download> {
    /// Sends the request, and leaves the file to be read piece by piece.
    pub fn download<C: SendRequest>(self, client: &C) -> C::Downloading {
        client.download(self.request, self.options)
    }
}

impl<T: Value> List<T> {
    /// Runs over the items of this list and then over those that it does not have yet, as of `invoice.lines`.
    ///
    /// The pages that follow are asked for as the client is set up: for a connected account give the client for that account.
    pub fn stream<C: SendRequest>(self, client: &C) -> C::Items<Self> {
        let path = self.url.clone().unwrap_or_default();
        let mut request = HttpRequest::new(Method::Get, path);
        self.advance(&mut request);
        client.list(Some(self), request, RequestOptions::default())
    }
}

impl<T> From<HttpRequest> for RawRequest<T> {
    fn from(request: HttpRequest) -> Self {
        Self { request, options: RequestOptions::default(), output: PhantomData }
    }
}

impl<T> Clone for RawRequest<T> {
    fn clone(&self) -> Self {
        Self { request: self.request.clone(), options: self.options.clone(), output: PhantomData }
    }
}

impl<T> fmt::Debug for RawRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("request", &self.request)
            .field("options", &self.options)
            .finish()
    }
}
