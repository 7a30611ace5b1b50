//! Requests that a fake client received, and what is expected of them.

use std::fmt;

use bytes::Bytes;
use http::HeaderMap;
use pinstripe_runtime::{HttpRequest, Operation, Request, RequestOptions};

use super::parameters::{self, Parameters};
use crate::response_parts::header;
use crate::transport::{Body, OperationId, TransportError};

/// A request that a [`FakeClient`](super::FakeClient) received.
///
/// `Debug` and `Display` show all parameters, so that a failed assertion says what was sent. They
/// are meant for tests, where nothing is secret.
#[derive(Clone)]
pub struct RecordedRequest {
    operation: Option<&'static str>,
    method: http::Method,
    path: String,
    params: Parameters,
    headers: HeaderMap,
    body: Bytes,
}

impl RecordedRequest {
    pub(super) async fn read(request: http::Request<Body>) -> Result<Self, TransportError> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(TransportError::from_body)?;
        let content_type = header(&head.headers, "content-type").unwrap_or_default();
        let operation = head.extensions.get::<OperationId>().map(|operation| operation.0);
        Ok(Self {
            operation,
            params: parameters::of_sent(head.uri.query(), content_type, &body),
            path: head.uri.path().to_owned(),
            method: head.method,
            headers: head.headers,
            body,
        })
    }

    /// Returns the method.
    pub fn method(&self) -> &http::Method {
        &self.method
    }

    /// Returns the path, without the query: `/v1/customers/cus_1`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the value of a parameter of the query or the body, by its name with brackets:
    /// `items[0][price]`. A parameter that is cleared is empty. The value of a file is its name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns all parameters of the query and the body, in the order they were sent.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the idempotency key. Writes have one even if the program set none.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.header("idempotency-key")
    }

    /// Returns the connected account that the request acts for.
    pub fn account(&self) -> Option<&str> {
        self.header("stripe-account")
    }

    /// Returns the account within an organization that the request acts for.
    pub fn context(&self) -> Option<&str> {
        self.header("stripe-context")
    }

    /// Returns the API version.
    pub fn api_version(&self) -> Option<&str> {
        self.header("stripe-version")
    }

    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// Returns the body as it was sent.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns whether this is a request of an operation: `is::<customer::CreateRequest>()`.
    pub fn is<R: Request>(&self) -> bool {
        Pattern::of_operation(&R::OPERATION).matches(self)
    }

    /// Returns whether this request has the operation, the path and at least the parameters of
    /// another one.
    pub fn matches<R: Request>(&self, request: &R) -> bool {
        Pattern::of(&request.to_http()).matches(self)
    }
}

impl fmt::Display for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_request(f, self.method.as_str(), &self.path, &self.params)?;
        write_options(f, self.account(), self.context(), None)
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method.as_str())
            .field("path", &self.path)
            .field("params", &self.params)
            .field("idempotency_key", &self.idempotency_key())
            .field("account", &self.account())
            .finish_non_exhaustive()
    }
}

/// What is expected of a request.
pub(super) struct Pattern {
    operation: Option<&'static str>,
    method: &'static str,
    path: String,
    /// Whether the path is the template of an operation, and so matches any.
    any_path: bool,
    params: Parameters,
    account: Option<String>,
    context: Option<String>,
    idempotency_key: Option<String>,
}

impl Pattern {
    pub(super) fn of(request: &HttpRequest) -> Self {
        Self {
            operation: request.operation(),
            method: request.method.as_str(),
            path: request.path.clone(),
            any_path: false,
            params: parameters::of_request(request),
            account: None,
            context: None,
            idempotency_key: None,
        }
    }

    pub(super) fn of_operation(operation: &Operation) -> Self {
        let request = HttpRequest::new(operation.method, operation.path);
        let params = Vec::new();
        Self { operation: Some(operation.id), any_path: true, params, ..Self::of(&request) }
    }

    pub(super) fn with_options(mut self, options: &RequestOptions) -> Self {
        self.account.clone_from(&options.account);
        self.context.clone_from(&options.context);
        self.idempotency_key.clone_from(&options.idempotency_key);
        self
    }

    pub(super) fn path(&self) -> String {
        self.path.clone()
    }

    pub(super) fn matches(&self, request: &RecordedRequest) -> bool {
        self.mismatch(request).is_none()
    }

    /// Returns the first difference from a request.
    pub(super) fn mismatch(&self, request: &RecordedRequest) -> Option<String> {
        // A request made from a path matches its operation by the path alone.
        let operations = self.operation.zip(request.operation);
        let same_operation = operations.is_none_or(|(left, right)| left == right);
        if !same_operation || self.method != request.method.as_str() {
            return Some("another operation".to_owned());
        }
        let same_path = match self.any_path {
            true => request.operation.is_some() || fits_template(&self.path, &request.path),
            false => self.path == request.path,
        };
        if !same_path {
            return Some("another path".to_owned());
        }
        let shown = |value: Option<&str>| {
            value.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"))
        };
        for (name, expected) in &self.params {
            if !request.params.iter().any(|(key, value)| key == name && value == expected) {
                let found = shown(request.param(name));
                return Some(format!("the parameter `{name}` is {found}, expected `{expected}`"));
            }
        }
        for (name, expected, found) in [
            ("account", &self.account, request.account()),
            ("context", &self.context, request.context()),
            ("idempotency key", &self.idempotency_key, request.idempotency_key()),
        ] {
            if let Some(expected) = expected
                && found != Some(expected)
            {
                return Some(format!("the {name} is {}, expected `{expected}`", shown(found)));
            }
        }
        None
    }
}

/// Whether a path is one of a template such as `/v1/customers/{customer}`.
fn fits_template(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(name, segment)| name.starts_with('{') || name == segment)
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_request(f, self.method, &self.path, &self.params)?;
        let key = self.idempotency_key.as_deref();
        write_options(f, self.account.as_deref(), self.context.as_deref(), key)
    }
}

fn write_request(
    f: &mut fmt::Formatter<'_>,
    method: &str,
    path: &str,
    params: &Parameters,
) -> fmt::Result {
    write!(f, "{method} {path}")?;
    params.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
}

fn write_options(
    f: &mut fmt::Formatter<'_>,
    account: Option<&str>,
    context: Option<&str>,
    key: Option<&str>,
) -> fmt::Result {
    for (name, value) in [("account", account), ("context", context), ("idempotency key", key)] {
        if let Some(value) = value {
            write!(f, " ({name} {value})")?;
        }
    }
    Ok(())
}
