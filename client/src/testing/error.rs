//! Errors that a fake client fails with.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use pinstripe_runtime::retry::FailureKind;
use serde_json::{Map, Value, json};

use super::expectation::Reply;
use crate::Error;
use crate::error::ErrorResponse;
use crate::response_parts::ResponseParts;
use crate::transport::TransportError;

/// An error for [`Expectation::fail`](super::Expectation::fail), or for a function under test that
/// takes an [`Error`].
///
/// ```
/// use pinstripe::Error;
/// use pinstripe::testing::FakeError;
///
/// let error = FakeError::card_declined("insufficient_funds").into_error();
/// let Error::Card(card) = &error else { panic!("{error}") };
/// assert_eq!(card.decline_code.as_deref(), Some("insufficient_funds"));
/// ```
#[derive(Debug, Clone)]
#[must_use = "an error does nothing until it is given to `fail`"]
pub struct FakeError {
    status: u16,
    fields: Map<String, Value>,
    headers: HeaderMap,
    /// `Some` if there is no response.
    no_response: Option<fn() -> TransportError>,
}

impl FakeError {
    /// Creates an error of the API from its HTTP status and type: `invalid_request_error`, or a type
    /// of the v2 API.
    ///
    /// # Panics
    ///
    /// If the status is not one of an error: 400 to 599.
    pub fn new(status: u16, kind: impl Into<String>) -> Self {
        assert!((400..600).contains(&status), "{status} is not the status of an error");
        let mut headers = HeaderMap::new();
        headers.insert("request-id", HeaderValue::from_static("req_fake"));
        let fields = Map::from_iter([("type".to_owned(), Value::String(kind.into()))]);
        Self { status, fields, headers, no_response: None }
    }

    /// A declined card: `insufficient_funds`, `lost_card`, `generic_decline` and so on.
    pub fn card_declined(decline_code: impl Into<String>) -> Self {
        Self::card("card_declined").decline_code(decline_code).message("Your card was declined.")
    }

    /// A card error with another code: `expired_card`, `incorrect_cvc`, `authentication_required`.
    pub fn card(code: impl Into<String>) -> Self {
        let code = code.into();
        let message = format!("The card cannot be charged: {code}.");
        Self::new(402, "card_error").code(code).message(message)
    }

    /// An object that does not exist: `resource_missing("customer", "cus_1")`.
    pub fn resource_missing(object: &str, id: &str) -> Self {
        Self::new(404, "invalid_request_error")
            .code("resource_missing")
            .param("id")
            .message(format!("No such {object}: '{id}'"))
    }

    /// A request whose parameters are refused.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error").message(message)
    }

    /// An idempotency key that was used with other parameters.
    pub fn idempotency() -> Self {
        Self::new(400, "idempotency_error")
            .message("This idempotency key was used with other parameters.")
    }

    /// An API key that is not valid.
    pub fn authentication() -> Self {
        Self::new(401, "invalid_request_error").message("Invalid API Key provided.")
    }

    /// An API key without the permission for the request.
    pub fn permission() -> Self {
        Self::new(403, "invalid_request_error").message("The key lacks a permission.")
    }

    /// Too many requests.
    pub fn rate_limit() -> Self {
        Self::new(429, "invalid_request_error").code("rate_limit").message("Too many requests.")
    }

    /// An object that another request holds a lock on.
    pub fn lock_timeout() -> Self {
        Self::new(429, "invalid_request_error")
            .code("lock_timeout")
            .message("This object is locked by another request.")
    }

    /// An error on Stripe's side.
    pub fn api_error() -> Self {
        Self::new(500, "api_error").message("An unknown error occurred.")
    }

    /// A connection that broke before there was a response.
    pub fn connection() -> Self {
        Self::without_response(|| {
            TransportError::new(FailureKind::Interrupted, "a fake connection error")
        })
    }

    /// A response that did not arrive in time.
    pub fn timeout() -> Self {
        Self::without_response(TransportError::timeout)
    }

    fn without_response(error: fn() -> TransportError) -> Self {
        Self { no_response: Some(error), ..Self::new(500, "api_error") }
    }

    /// Sets the error code.
    pub fn code(self, code: impl Into<String>) -> Self {
        self.field("code", code.into())
    }

    /// Sets the decline code of a card error.
    pub fn decline_code(self, code: impl Into<String>) -> Self {
        self.field("decline_code", code.into())
    }

    /// Sets the message.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.field("message", message.into())
    }

    /// Sets the parameter that is at fault.
    pub fn param(self, param: impl Into<String>) -> Self {
        self.field("param", param.into())
    }

    /// Sets any field of the error: an expanded `payment_intent`, or a field of a v2 error type.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }

    /// Sets a header of the response, such as `retry-after` or `stripe-should-retry`.
    ///
    /// # Panics
    ///
    /// If the name or the value contains characters that no header may have.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName =
            name.parse().unwrap_or_else(|error| panic!("the header name `{name}`: {error}"));
        let value = HeaderValue::from_str(value)
            .unwrap_or_else(|error| panic!("the value of the header `{name}`: {error}"));
        self.headers.insert(name, value);
        self
    }

    /// Returns the error that a client gives for it, with an [`ApiError`](crate::ApiError) inside
    /// unless there is no response.
    pub fn into_error(self) -> Error {
        if let Some(error) = self.no_response {
            return Error::from_transport(error(), "GET", "/fake".to_owned(), 1);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        let body = self.body().into();
        let parts = ResponseParts { status, headers: self.headers, body, attempts: 1 };
        Error::from_response(ErrorResponse::new(parts))
    }

    fn body(&self) -> String {
        json!({ "error": &self.fields }).to_string()
    }
}

impl From<FakeError> for Error {
    fn from(error: FakeError) -> Self {
        error.into_error()
    }
}

impl From<FakeError> for Reply {
    fn from(error: FakeError) -> Self {
        let body = error.body().into();
        match error.no_response {
            Some(no_response) => Self::NoResponse(no_response),
            None => Self::Response { status: error.status, headers: error.headers, body },
        }
    }
}
