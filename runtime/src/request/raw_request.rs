//! Requests with options, and the trait of clients that send them.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::request::download::Download;
use crate::request::expands::Expands;
use crate::request::http::{HttpRequest, Method};
use crate::request::option_setters;
use crate::request::pagination::Listing;
use crate::request::params::expand_paths;
use crate::{ApiKey, List, Value};

/// A client that can send requests: `pinstripe::Client` or `pinstripe::blocking::Client`.
///
/// The client determines the return types: the async one returns futures, the blocking one results.
pub trait SendRequest {
    /// The result of sending a request with a response of type `T`.
    type Sent<T: Value>;
    /// The result of sending a request with a file as its response.
    type Downloading;
    /// An iterator or stream over the items of all pages of a list.
    type Items<L: Listing>;

    /// Sends a request.
    fn execute<T: Value>(&self, request: HttpRequest, options: RequestOptions) -> Self::Sent<T>;

    /// Sends a request with a file as its response.
    fn download(&self, request: HttpRequest, options: RequestOptions) -> Self::Downloading;

    /// Iterates over a list. If a first page is passed, the request is the one for the following
    /// page.
    fn list<L: Listing>(
        &self,
        first: Option<L>,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Self::Items<L>;
}

/// Options of a single request, or of all requests of a client.
///
/// Options of a request override those of its client.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct RequestOptions {
    /// The API key, instead of the client's.
    pub api_key: Option<ApiKey>,
    /// The connected account: `Stripe-Account`.
    pub account: Option<String>,
    /// The account within an organization, as a path of account IDs: `Stripe-Context`.
    pub context: Option<String>,
    /// The API version of the response: `Stripe-Version`.
    pub api_version: Option<String>,
    /// The idempotency key: `Idempotency-Key`. If not set, one is generated for each write
    /// operation.
    pub idempotency_key: Option<String>,
    /// The base URL, instead of the default host: `https://host`.
    pub base_url: Option<String>,
    /// The timeout of each attempt, until the last byte of the response.
    pub timeout: Option<Duration>,
    /// The maximum number of retries.
    pub max_retries: Option<u32>,
    /// Whether fields that are missing or mistyped in the response take their empty value and are
    /// listed by `problems()`, instead of failing.
    pub lenient: Option<bool>,
    /// Additional headers. The last one of a name counts.
    pub headers: Vec<(String, String)>,
}

impl RequestOptions {
    /// Returns these options, with unset ones taken from `defaults`.
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
    /// Omits the values of headers, which may be secret.
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

/// A request with options, ready to be sent.
///
/// Created from a typed request by `customize()`, or from a method and a path for operations that
/// have no type:
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
    pub(crate) fn new(request: HttpRequest, options: RequestOptions) -> Self {
        Self { request, options, output: PhantomData }
    }

    /// Creates a `GET` request.
    pub fn get(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Get, path))
    }

    /// Creates a `POST` request. Its parameters are encoded as a form, or as JSON if the path
    /// belongs to the v2 API.
    pub fn post(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Post, path))
    }

    /// Creates a `PUT` request. Its parameters are encoded like those of [`RawRequest::post`].
    pub fn put(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Put, path))
    }

    /// Creates a `PATCH` request. Its parameters are encoded like those of [`RawRequest::post`].
    pub fn patch(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Patch, path))
    }

    /// Creates a `DELETE` request.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::from(HttpRequest::new(Method::Delete, path))
    }

    /// Changes the type of the response.
    pub fn output<U>(self) -> RawRequest<U> {
        RawRequest { request: self.request, options: self.options, output: PhantomData }
    }

    option_setters! { pub, |request| request.options }

    /// Adds a parameter: to the query of a `GET` or `DELETE`, to the body of any other request.
    ///
    /// Nested values are encoded as the API expects. `null` clears a value.
    pub fn param(mut self, name: impl AsRef<str>, value: impl Into<serde_json::Value>) -> Self {
        self.request.push(name.as_ref(), &value.into());
        self
    }

    /// Expands fields of the object in the response: constants such as `invoice::expand::CUSTOMER`,
    /// or paths as text. See [`Expands`].
    pub fn expand(mut self, fields: impl Expands<T>) -> Self {
        self.request.extend_list("expand", expand_paths(fields));
        self
    }

    /// Returns the HTTP request, without the headers that the client adds.
    pub fn to_http(&self) -> &HttpRequest {
        &self.request
    }

    /// Returns the HTTP request for changes, for example of the host or the body.
    pub fn http_mut(&mut self) -> &mut HttpRequest {
        &mut self.request
    }

    /// Returns the options.
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
    /// Sends the request and fetches all following pages.
    pub fn stream<C: SendRequest>(self, client: &C) -> C::Items<T> {
        client.list(None, self.request, self.options)
    }
}

impl RawRequest<Download> {
    /// Sends the request and returns the file as a stream of chunks.
    pub fn download<C: SendRequest>(self, client: &C) -> C::Downloading {
        client.download(self.request, self.options)
    }
}

impl<T: Value> List<T> {
    /// Iterates over the items of this list and fetches its remaining pages. Useful for lists in
    /// objects, such as `invoice.lines`.
    ///
    /// The pages are requested with the options of the client. For a connected account, pass a
    /// client with that account.
    pub fn stream<C: SendRequest>(self, client: &C) -> C::Items<Self> {
        let path = self.url.clone().unwrap_or_default();
        let mut request = HttpRequest::new(Method::Get, path);
        self.advance(&mut request);
        client.list(Some(self), request, RequestOptions::default())
    }
}

impl<T> From<HttpRequest> for RawRequest<T> {
    fn from(request: HttpRequest) -> Self {
        Self::new(request, RequestOptions::default())
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
