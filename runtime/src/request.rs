//! Requests as values: what to send, before anybody sends it.

use crate::form::{self, UrlEncoded};
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
    fn to_http(&self) -> HttpRequest {
        to_http(&Self::OPERATION, self.view())
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
    /// The path, with every parameter percent-encoded.
    pub path: String,
    /// The query without its question mark; empty when there is none.
    pub query: String,
    /// Headers that are parameters of the operation.
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
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
fn push_segment(path: &mut String, text: &str) {
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
}

/// The answer to an operation that answers with a file: its bytes.
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

    fn view(&self) -> View<'_> {
        View::Absent
    }

    fn is_raw() -> bool {
        true
    }
}
