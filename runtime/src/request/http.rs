//! HTTP requests.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::mask::masked;
use crate::request::form::{self, Sink, UrlEncoded};
use crate::request::upload::Upload;

/// The HTTP method of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Returns the method as written in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Returns whether requests of this method have a body, empty or not.
    pub const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// The Stripe host of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Host {
    Api,
    Connect,
    Files,
    MeterEvents,
}

impl Host {
    /// Returns the base URL, without a trailing slash.
    pub const fn url(self) -> &'static str {
        match self {
            Self::Api => "https://api.stripe.com",
            Self::Connect => "https://connect.stripe.com",
            Self::Files => "https://files.stripe.com",
            Self::MeterEvents => "https://meter-events.stripe.com",
        }
    }
}

/// An HTTP request without the headers that the client adds, such as the API key and version.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct HttpRequest {
    pub method: Method,
    pub host: Host,
    /// The preview of the operation, appended to the API version.
    pub beta: Option<&'static str>,
    /// The path, with every parameter percent-encoded.
    pub path: String,
    /// The query string without its question mark; empty if there are no parameters.
    pub query: String,
    /// Headers that are parameters of the operation.
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
    /// The name of the operation in the spec. `None` for a request made from a method and a path.
    pub(crate) operation: Option<&'static str>,
    /// The name of a blank parameter that must not be blank.
    pub(crate) blank: Option<&'static str>,
}

impl HttpRequest {
    /// Creates a request to the default host, without parameters. The path may include a query.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let path = path.into();
        let body = match method {
            method if !method.has_body() => Body::Empty,
            _ if is_v2(&path) => Body::Json("{}".to_owned()),
            _ => Body::Form(String::new()),
        };
        let mut request = Self {
            method,
            host: Host::Api,
            beta: None,
            path: String::new(),
            query: String::new(),
            headers: Vec::new(),
            body,
            operation: None,
            blank: None,
        };
        request.set_path(&path);
        request
    }

    /// Returns the name of the operation in the spec: `PostCustomers`. `None` for a request that was
    /// made from a method and a path.
    pub fn operation(&self) -> Option<&'static str> {
        self.operation
    }

    /// Returns the name of the first parameter of the path or of a header that is empty or blank.
    ///
    /// Such a request would address another object, or all objects: without an ID, the path of a
    /// subscription is that of the list. Clients refuse to send it.
    pub fn blank_parameter(&self) -> Option<&'static str> {
        self.blank
    }

    /// Returns whether the API accepts an idempotency key: for every `POST`, and for a `DELETE` of
    /// v2.
    pub fn takes_idempotency_key(&self) -> bool {
        match self.method {
            Method::Get => false,
            Method::Post | Method::Put | Method::Patch => true,
            Method::Delete => is_v2(&self.path),
        }
    }

    /// Replaces path and query. Of a full URL, only these two are used.
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

    /// Adds items to a parameter that is a list, after those that it has.
    pub(crate) fn extend_list(&mut self, name: &str, items: impl IntoIterator<Item = String>) {
        let start = format!("{name}[");
        let count = match &mut self.body {
            Body::Form(form) => form.split('&').filter(|pair| pair.starts_with(&start)).count(),
            Body::Multipart { pairs, .. } => {
                pairs.iter().filter(|(name, _)| name.starts_with(&start)).count()
            }
            Body::Json(json) if json.ends_with('}') => return extend_json(json, name, items),
            Body::Json(_) | Body::Empty => {
                self.query.split('&').filter(|pair| pair.starts_with(&start)).count()
            }
        };
        for (index, item) in (count..).zip(items) {
            self.push(&format!("{name}[{index}]"), &item.into());
        }
    }

    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.query.split('&').any(|pair| pair.split('=').next() == Some(name))
    }

    /// Sets a query parameter, replacing a previous one. The name must not need escaping.
    pub(crate) fn set_query(&mut self, name: &str, value: &str) {
        let mut query = UrlEncoded::default();
        let others = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
        query.0 = others.collect::<Vec<_>>().join("&");
        query.pair(name, value);
        self.query = query.0;
    }

    /// Adds a parameter to the query or the body, depending on the method.
    pub(crate) fn push(&mut self, name: &str, value: &serde_json::Value) {
        match &mut self.body {
            Body::Empty => push_pairs(&mut self.query, name, value),
            Body::Form(form) => push_pairs(form, name, value),
            Body::Multipart { pairs, .. } => {
                let mut parts = Parts::default();
                form::write_json(&mut parts, name, value);
                pairs.extend(parts.pairs);
            }
            // A body that is not an object cannot hold another parameter.
            Body::Json(json) if !json.ends_with('}') => push_pairs(&mut self.query, name, value),
            Body::Json(json) => push_member(json, name, &value.to_string()),
        }
    }
}

/// Whether a path belongs to the second version of the API.
fn is_v2(path: &str) -> bool {
    path.starts_with("/v2/")
}

/// Adds items to a list in a JSON object. The text of the other members stays as it is.
fn extend_json(json: &mut String, name: &str, items: impl IntoIterator<Item = String>) {
    let members = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(json);
    let mut members = members.unwrap_or_default();
    let list = members.get(name).and_then(|list| serde_json::from_str(list.get()).ok());
    let mut list: Vec<String> = list.unwrap_or_default();
    list.extend(items);
    let list = serde_json::value::to_raw_value(&list).expect("a list of text is JSON");
    members.insert(name.to_owned(), list);
    *json = serde_json::to_string(&members).expect("raw values are JSON");
}

/// Adds a member to a JSON object.
fn push_member(json: &mut String, name: &str, value: &str) {
    let comma = if json == "{}" { "" } else { "," };
    json.pop();
    json.push_str(&format!("{comma}{}:{value}}}", serde_json::Value::from(name)));
}

fn push_pairs(pairs: &mut String, name: &str, value: &serde_json::Value) {
    let mut sink = UrlEncoded(std::mem::take(pairs));
    form::write_json(&mut sink, name, value);
    *pairs = sink.0;
}

impl std::fmt::Debug for HttpRequest {
    /// Prints method and path, and only names and sizes of the rest: queries and headers may
    /// contain secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        let query = format_args!("{} bytes", self.query.len()).to_string();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &masked(&self.path))
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
    /// The name-value pairs of a multipart form, with unescaped names, and then its files.
    Multipart {
        pairs: Vec<(String, String)>,
        files: Vec<(String, Upload)>,
    },
}

impl std::fmt::Debug for Body {
    /// Prints encoding and size only: bodies may contain card numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Form(text) => write!(f, "Form({} bytes)", text.len()),
            Self::Json(text) => write!(f, "Json({} bytes)", text.len()),
            Self::Multipart { pairs, files } => {
                write!(f, "Multipart({} pairs, {files:?})", pairs.len())
            }
        }
    }
}

/// Appends one path segment. `.` and `..` are escaped, as they would change the path.
pub(crate) fn push_segment(path: &mut String, text: &str) {
    match text {
        "." => path.push_str("%2E"),
        ".." => path.push_str("%2E%2E"),
        _ => form::push_escaped(path, text),
    }
}

/// The parts of a form with files.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) files: Vec<(String, Upload)>,
}

impl Sink for Parts {
    fn pair(&mut self, key: &str, value: &str) {
        self.pairs.push((key.to_owned(), value.to_owned()));
    }

    fn upload(&mut self, key: &str, upload: &Upload) {
        self.files.push((key.to_owned(), upload.clone()));
    }

    /// Names of parts are not escaped, because they are not decoded.
    fn push_name(&self, key: &mut String, name: &str) {
        key.push_str(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(mut request: HttpRequest, lists: &[&[&str]]) -> HttpRequest {
        for list in lists {
            request.extend_list("expand", list.iter().map(|&path| path.to_owned()));
        }
        request
    }

    #[test]
    fn lists_are_extended_where_the_parameters_are() {
        let get = extended(HttpRequest::new(Method::Get, "/v1/a?limit=1"), &[&["b"], &["c", "d"]]);
        assert_eq!(get.query, "limit=1&expand[0]=b&expand[1]=c&expand[2]=d");

        let mut post = HttpRequest::new(Method::Post, "/v1/a");
        post.body = Body::Form("expand[0]=b&expands=1".to_owned());
        let Body::Form(form) = extended(post, &[&["c"]]).body else { panic!("it has a form") };
        assert_eq!(form, "expand[0]=b&expands=1&expand[1]=c");

        let mut json = HttpRequest::new(Method::Post, "/v2/a");
        json.body = Body::Json(r#"{"amount":1.50,"zip":"1"}"#.to_owned());
        let Body::Json(json) = extended(json, &[&["b"], &["c"]]).body else {
            panic!("it has JSON")
        };
        assert_eq!(json, r#"{"amount":1.50,"expand":["b","c"],"zip":"1"}"#);
        let empty = extended(HttpRequest::new(Method::Post, "/v2/a"), &[&["b"]]);
        assert!(matches!(empty.body, Body::Json(json) if json == r#"{"expand":["b"]}"#));
    }

    #[test]
    fn body_that_is_no_object_is_left_alone() {
        let mut list = HttpRequest::new(Method::Post, "/v2/a");
        list.body = Body::Json("[1]".to_owned());
        let list = extended(list, &[&["b"]]);
        assert_eq!(list.query, "expand[0]=b");
        assert!(matches!(list.body, Body::Json(json) if json == "[1]"));
    }
}
