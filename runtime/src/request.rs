//! Requests as values: what to send, before anybody sends it.

use crate::DecodeError;
use crate::call::Call;
use crate::form::{self, Sink as _, UrlEncoded};
use crate::json;
use crate::object::{Field, ObjectRef};
use crate::upload::Upload;
use crate::value::{Mismatch, Next, Token, Value, View};

/// One call of the API: its parameters, and through them everything that goes over the wire.
///
/// Implemented by the request types of the generated crate, such as `customer::CreateRequest`.
pub trait Request: Value {
    /// What the API answers with.
    type Output: Value;

    /// The operation that is called.
    const OPERATION: Operation;

    /// Method, path, query and body, as they are to be sent.
    #[inline]
    fn to_http(&self) -> HttpRequest {
        to_http(&Self::OPERATION, self.view())
    }

    /// The request with room for options of its own: another account, a timeout, parameters that are not in its type.
    #[inline]
    fn customize(self) -> Call<Self::Output> {
        Call::from(self.to_http())
    }
}

/// An operation of the API.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The name of the operation in the API's description: `PostCustomers`.
    pub id: &'static str,
    pub method: Method,
    /// The path with its parameters in braces: `/v1/customers/{customer}`.
    pub path: &'static str,
    pub host: Host,
    /// How the body is written.
    pub encoding: Encoding,
    /// The preview that the operation belongs to, as it follows the API version: `crypto_onramp_beta=v2`.
    pub beta: Option<&'static str>,
}

impl Operation {
    /// A `GET` on the usual host, of no preview.
    pub const fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Get, path)
    }

    /// A `POST` on the usual host, of no preview, with its body as the version of the API in its path has it.
    pub const fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Post, path)
    }

    /// A `DELETE` on the usual host, of no preview.
    pub const fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Delete, path)
    }

    const fn new(id: &'static str, method: Method, path: &'static str) -> Self {
        let v2 = matches!(path.as_bytes(), [b'/', b'v', b'2', b'/', ..]);
        let encoding = if v2 { Encoding::Json } else { Encoding::Form };
        Self { id, method, path, host: Host::Api, encoding, beta: None }
    }

    /// The same operation on another host.
    pub const fn on(mut self, host: Host) -> Self {
        self.host = host;
        self
    }

    /// The same operation with its body written otherwise.
    pub const fn encoded(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// The same operation as part of a preview.
    pub const fn beta(mut self, beta: &'static str) -> Self {
        self.beta = Some(beta);
        self
    }
}

/// How an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    /// The method as HTTP writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Which of Stripe's hosts an operation is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    Api,
    Connect,
    Files,
    MeterEvents,
}

impl Host {
    /// The base URL, without a slash at its end.
    pub const fn url(self) -> &'static str {
        match self {
            Self::Api => "https://api.stripe.com",
            Self::Connect => "https://connect.stripe.com",
            Self::Files => "https://files.stripe.com",
            Self::MeterEvents => "https://meter-events.stripe.com",
        }
    }
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, with brackets for what is nested.
    Form,
    /// `application/json`
    Json,
    /// `multipart/form-data`
    Multipart,
}

/// A request as it goes over the wire, but for what the client adds: host, key, version and other headers.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct HttpRequest {
    pub method: Method,
    pub host: Host,
    /// The preview that the request belongs to, as it follows the API version.
    pub beta: Option<&'static str>,
    /// The path, with every parameter percent-encoded.
    pub path: String,
    /// The query without its question mark; empty when there is none.
    pub query: String,
    /// Headers that are parameters of the operation.
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

impl HttpRequest {
    /// A request on the usual host, with no parameters. The path may end with a query.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let path = path.into();
        let body = match method {
            Method::Get | Method::Delete => Body::Empty,
            Method::Post if path.starts_with("/v2/") => Body::Json("{}".to_owned()),
            Method::Post => Body::Form(String::new()),
        };
        let mut request =
            Self { method, host: Host::Api, beta: None, path: String::new(), query: String::new(), headers: Vec::new(), body };
        request.set_path(&path);
        request
    }

    /// Replaces path and query. Of a whole URL only these are taken: the host stays.
    pub(crate) fn set_path(&mut self, url: &str) {
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find(['/', '?']).map_or("", |slash| &rest[slash..]),
            None => url,
        };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let slash = if path.starts_with('/') { "" } else { "/" };
        self.path = format!("{slash}{path}");
        query.clone_into(&mut self.query);
    }

    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.query.split('&').any(|pair| pair.split('=').next() == Some(name))
    }

    /// Sets a parameter of the query, whether it was there before or not. Its name needs no escapes.
    pub(crate) fn set_query(&mut self, name: &str, value: &str) {
        let mut query = UrlEncoded::default();
        let others = self.query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
        query.0 = others.collect::<Vec<_>>().join("&");
        query.pair(name, value);
        self.query = query.0;
    }

    /// Adds a parameter where those of such a request are.
    pub(crate) fn push(&mut self, name: &str, value: &serde_json::Value) {
        match &mut self.body {
            Body::Empty => push_pairs(&mut self.query, name, value),
            Body::Form(form) => push_pairs(form, name, value),
            Body::Multipart { pairs, .. } => {
                let mut parts = Parts::default();
                form::write_json(&mut parts, name, value);
                pairs.extend(parts.pairs);
            }
            Body::Json(json) => {
                let comma = if json == "{}" { "" } else { "," };
                json.pop();
                json.push_str(&format!("{comma}{}:{value}}}", serde_json::Value::from(name)));
            }
        }
    }
}

fn push_pairs(pairs: &mut String, name: &str, value: &serde_json::Value) {
    let mut sink = UrlEncoded(std::mem::take(pairs));
    form::write_json(&mut sink, name, value);
    *pairs = sink.0;
}

impl std::fmt::Debug for HttpRequest {
    /// Method and path in full, of the rest only names and sizes: queries and headers carry secrets too.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        let query = format_args!("{} bytes", self.query.len()).to_string();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &query)
            .field("headers", &headers)
            .field("body", &self.body)
            .finish()
    }
}

/// The body of a request.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Body {
    Empty,
    Form(String),
    Json(String),
    /// The pairs of a multipart form, with keys as they are, and then its files.
    Multipart {
        pairs: Vec<(String, String)>,
        files: Vec<(String, Upload)>,
    },
}

impl std::fmt::Debug for Body {
    /// The kind and the size: bodies carry card numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Form(text) => write!(f, "Form({} bytes)", text.len()),
            Self::Json(text) => write!(f, "Json({} bytes)", text.len()),
            Self::Multipart { pairs, files } => write!(f, "Multipart({} pairs, {files:?})", pairs.len()),
        }
    }
}

fn to_http(operation: &Operation, request: View<'_>) -> HttpRequest {
    let View::Object(parameters) = request else {
        unreachable!("requests are objects");
    };
    let mut query = UrlEncoded::default();
    form::write_object(&mut query, parameters, |field| field.is(Field::QUERY));
    HttpRequest {
        method: operation.method,
        host: operation.host,
        beta: operation.beta,
        path: path(operation.path, parameters),
        query: query.0,
        headers: headers(parameters),
        body: body(operation, parameters),
    }
}

/// Fills the parameters into a template such as `/v1/customers/{customer}`.
fn path(template: &str, parameters: ObjectRef<'_>) -> String {
    let mut path = String::with_capacity(template.len() + 32);
    for piece in template.split('{') {
        let Some((name, rest)) = piece.split_once('}') else {
            path.push_str(piece);
            continue;
        };
        let mut fields = parameters.fields();
        if let Some((_, value)) = fields.find(|(field, _)| field.is(Field::PATH) && field.name == name)
            && let View::Str(text) = value.view_any()
        {
            push_segment(&mut path, &text);
        }
        path.push_str(rest);
    }
    path
}

fn headers(parameters: ObjectRef<'_>) -> Vec<(&'static str, String)> {
    let headers = parameters.fields().filter(|(field, _)| field.is(Field::HEADER));
    headers
        .filter_map(|(field, value)| match value.view_any() {
            View::Str(text) => Some((field.name, text.into_owned())),
            _ => None,
        })
        .collect()
}

/// Appends one segment of a path, which stays one segment: `.` and `..` would otherwise climb.
pub(crate) fn push_segment(path: &mut String, text: &str) {
    match text {
        "." => path.push_str("%2E"),
        ".." => path.push_str("%2E%2E"),
        _ => form::push_escaped(path, text),
    }
}

fn is_in_body(field: &Field) -> bool {
    !field.is(Field::PATH | Field::QUERY | Field::HEADER)
}

fn body(operation: &Operation, parameters: ObjectRef<'_>) -> Body {
    if operation.method != Method::Post {
        return Body::Empty;
    }
    match operation.encoding {
        Encoding::Json => {
            let mut json = String::new();
            json::write_object(&mut json, parameters, is_in_body);
            Body::Json(json)
        }
        Encoding::Form => {
            let mut form = UrlEncoded::default();
            form::write_object(&mut form, parameters, is_in_body);
            Body::Form(form.0)
        }
        Encoding::Multipart => {
            let mut parts = Parts::default();
            form::write_object(&mut parts, parameters, is_in_body);
            Body::Multipart { pairs: parts.pairs, files: parts.files }
        }
    }
}

#[derive(Default)]
struct Parts {
    pairs: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
}

impl form::Sink for Parts {
    fn pair(&mut self, key: &str, value: &str) {
        self.pairs.push((key.to_owned(), value.to_owned()));
    }

    fn upload(&mut self, key: &str, upload: &Upload) {
        self.files.push((key.to_owned(), upload.clone()));
    }

    /// Parts are named as they are: nothing takes escapes away again.
    fn push_name(&self, key: &mut String, name: &str) {
        key.push_str(name);
    }
}

/// The answer to an operation that answers with a file: its bytes, all in memory. To read them piece by piece, use `download`
/// instead of `send`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download(pub Vec<u8>);

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for Download {
    #[inline]
    fn duplicate(&self) -> Self {
        self.clone()
    }

    fn empty() -> Self {
        Self(Vec::new())
    }

    fn put(&mut self, token: Token<'_>) -> Result<Next<'_>, Mismatch> {
        Err(Mismatch::new("the bytes of a file", token))
    }

    fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(body.to_owned()))
    }

    fn view(&self) -> View<'_> {
        View::Absent
    }
}

// SAFETY: it has no shape, and implements all methods that would need one.
unsafe impl Value for () {
    #[inline]
    fn duplicate(&self) -> Self {}

    fn empty() -> Self {}

    fn put(&mut self, _: Token<'_>) -> Result<Next<'_>, Mismatch> {
        Ok(Next::Done)
    }

    /// Nothing was to be answered, so whatever was answered is fine.
    fn from_body(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(())
    }

    fn view(&self) -> View<'_> {
        View::Absent
    }

    fn is_raw() -> bool {
        true
    }
}

/// Gives a request the methods that send it, so that nobody has to import a trait.
///
/// What is written gets a way to name itself; what is a list, a way through all its pages; what is a file, a way to read it piece by
/// piece.
#[doc(hidden)]
#[macro_export]
macro_rules! send {
    ($type:ident $($kind:ident)*) => {
        impl $type {
            /// Sends the request.
            #[inline]
            pub fn send<C: $crate::Execute>(self, client: &C) -> C::Sent<<Self as $crate::Request>::Output> {
                $crate::Request::customize(self).send(client)
            }

            /// Makes room for options of this request alone: an account, a timeout, parameters that are not in its type.
            #[inline]
            pub fn customize(self) -> $crate::Call<<Self as $crate::Request>::Output> {
                $crate::Request::customize(self)
            }

            $($crate::send!(@$kind);)*
        }
    };
    (@write) => {
        /// Sends this key, so that the request is carried out once only, however often it is sent. Nothing else can be set after it
        /// but options.
        #[inline]
        pub fn idempotency_key(self, key: impl Into<String>) -> $crate::Call<<Self as $crate::Request>::Output> {
            $crate::Request::customize(self).idempotency_key(key)
        }
    };
    (@list) => {
        /// Sends the request, and those for all pages that follow: a `Stream` of items, or an `Iterator` with the blocking client.
        #[inline]
        pub fn stream<C: $crate::Execute>(self, client: &C) -> C::Items<<Self as $crate::Request>::Output> {
            $crate::Request::customize(self).stream(client)
        }
    };
    (@file) => {
        /// Sends the request, and leaves the file to be read piece by piece.
        #[inline]
        pub fn download<C: $crate::Execute>(self, client: &C) -> C::Downloading {
            $crate::Request::customize(self).download(client)
        }
    };
}
