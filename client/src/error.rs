//! Errors of requests.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use pinstripe_api::shared::ApiErrors;
use pinstripe_runtime::retry::FailureKind;
use pinstripe_runtime::{DecodeError, ExpandError, from_json, masked};
use pinstripe_transport::ConfigError;
use serde_json::{Map, Value};

use crate::response_parts::{ResponseParts, attempts, header};
use crate::transport::TransportError;

/// The error returned when a request fails.
///
/// ```no_run
/// # use pinstripe::{Client, Error, PaymentIntent};
/// # async fn example(client: &Client) -> Result<(), Error> {
/// match PaymentIntent::confirm("pi_1").send(client).await {
///     Ok(intent) => println!("{:?}", intent.status),
///     Err(Error::Card(error)) => println!("declined: {:?}", error.decline_code),
///     Err(Error::RateLimit(_)) => println!("later"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The card was declined, or cannot be charged.
    Card(Box<ApiError>),
    /// The parameters are invalid, or the object does not exist or has the wrong state.
    InvalidRequest(Box<ApiError>),
    /// The idempotency key was used before, with other parameters or on another path.
    Idempotency(Box<ApiError>),
    /// The API key is invalid or expired.
    Authentication(Box<ApiError>),
    /// The API key lacks a permission.
    Permission(Box<ApiError>),
    /// Too many requests, or too many concurrent requests for one object.
    RateLimit(Box<ApiError>),
    /// The session token is expired.
    TemporarySessionExpired(Box<ApiError>),
    /// The OAuth request was rejected. The code is the reason: `invalid_grant`, `invalid_client`
    /// and so on.
    OAuth(Box<ApiError>),
    /// A server error at Stripe, or at a proxy or gateway on the way.
    Api(Box<ApiError>),
    /// No complete response was received.
    Connection(Box<ConnectionError>),
    /// The request timed out.
    Timeout(Box<ConnectionError>),
    /// The response does not have the shape of its type.
    Decode(Box<DecodeFailure>),
    /// A value inside an object, such as an expanded object, does not have the shape of its type.
    DecodeValue(Box<DecodeError>),
    /// An expanded object cannot be read: the request did not expand it, it has no value, or it
    /// does not have the shape of its type.
    Expand(Box<ExpandError>),
    /// The request, or the client, cannot be used as it is set up. Nothing was sent.
    Config(Box<ConfigError>),
}

impl Error {
    /// Returns the error details from the response, if the response contains any.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Card(error)
            | Self::InvalidRequest(error)
            | Self::Idempotency(error)
            | Self::Authentication(error)
            | Self::Permission(error)
            | Self::RateLimit(error)
            | Self::TemporarySessionExpired(error)
            | Self::OAuth(error)
            | Self::Api(error) => Some(error),
            Self::Connection(_)
            | Self::Timeout(_)
            | Self::Decode(_)
            | Self::DecodeValue(_)
            | Self::Expand(_)
            | Self::Config(_) => None,
        }
    }

    /// Returns the request ID, which Stripe's support and dashboard use to find the request.
    pub fn request_id(&self) -> Option<&str> {
        self.parts()?.request_id()
    }

    /// Returns the HTTP status, if a response was received.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.parts()?.status)
    }

    /// Returns how many times the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Connection(error) | Self::Timeout(error) => error.attempts,
            _ => self.parts().map_or(0, |parts| parts.attempts),
        }
    }

    fn parts(&self) -> Option<&ResponseParts> {
        match self {
            Self::Decode(error) => Some(&error.parts),
            _ => Some(&self.api()?.parts),
        }
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        ConfigError::new(message).into()
    }

    pub(crate) fn from_transport(
        source: TransportError,
        method: &'static str,
        path: String,
        attempts: u32,
    ) -> Self {
        let error = Box::new(ConnectionError { source, method, path, attempts });
        match error.kind() {
            FailureKind::Timeout => Self::Timeout(error),
            FailureKind::Request if error.attempts == 0 => Self::config(error.source.to_string()),
            _ => Self::Connection(error),
        }
    }

    /// Builds the error of a response: its kind follows from the error type in the body, or else
    /// from the status.
    pub(crate) fn from_response(response: ErrorResponse) -> Self {
        let is_oauth = response.body["error"].is_string();
        let kind = response.error_field("type").unwrap_or_default().to_owned();
        let ErrorResponse { parts, body } = response;
        let status = parts.status.as_u16();
        let (details, fields) = details(body, status);
        let error = Box::new(ApiError { details, fields, parts });
        match (kind.as_str(), status) {
            _ if is_oauth => Self::OAuth(error),
            ("temporary_session_expired", _) => Self::TemporarySessionExpired(error),
            ("idempotency_error", _) => Self::Idempotency(error),
            ("card_error", _) => Self::Card(error),
            ("rate_limit", _) | (_, 429) => Self::RateLimit(error),
            (_, 401) => Self::Authentication(error),
            (_, 403) => Self::Permission(error),
            ("invalid_request_error" | "invalid_fields", _) => Self::InvalidRequest(error),
            ("api_error", _) => Self::Api(error),
            (_, 402) => Self::Card(error),
            (_, 400 | 404 | 405 | 409 | 410 | 422 | 424) => Self::InvalidRequest(error),
            _ => Self::Api(error),
        }
    }
}

/// A response that is not a success, with its body parsed once.
pub(crate) struct ErrorResponse {
    parts: ResponseParts,
    /// `null` if the body is not JSON.
    body: Value,
}

impl ErrorResponse {
    pub(crate) fn new(parts: ResponseParts) -> Self {
        let body = serde_json::from_slice(&parts.body).unwrap_or_default();
        Self { parts, body }
    }

    /// Returns whether another request holds a lock on the object. The lock is temporary, so a
    /// retry may succeed.
    pub(crate) fn is_lock_timeout(&self) -> bool {
        self.error_field("code") == Some("lock_timeout")
    }

    fn error_field(&self, name: &str) -> Option<&str> {
        self.body.get("error")?.get(name)?.as_str()
    }
}

/// Reads the known fields of an error, and returns all fields beside them. Known fields of unexpected
/// types are skipped. Accepts errors of the v1 API, the v2 API and OAuth, and bodies written by
/// proxies.
fn details(mut body: Value, status: u16) -> (ApiErrors, Map<String, Value>) {
    let mut fields = match body.get_mut("error").map(Value::take) {
        Some(Value::Object(fields)) => fields,
        Some(Value::String(code)) => {
            let mut fields = Map::from_iter([("code".to_owned(), Value::String(code))]);
            let message = body.get_mut("error_description").map(Value::take);
            fields.extend(message.map(|message| ("message".to_owned(), message)));
            fields
        }
        _ => Map::new(),
    };
    // Stripe quotes the ID of the request in the message. It may be a client secret.
    if let Some(Value::String(message)) = fields.get_mut("message")
        && let Cow::Owned(shown) = masked(message)
    {
        *message = shown;
    }
    let all = fields.clone();
    let by_status = if status < 500 { "invalid_request_error" } else { "api_error" };
    fields.entry("type").or_insert_with(|| by_status.into());
    let decode = |fields: &Map<String, Value>| {
        serde_json::to_string(fields).ok().and_then(|json| from_json::<ApiErrors>(&json).ok())
    };
    let details = decode(&fields).or_else(|| {
        // A field has an unexpected type. Strings are valid for all of the fields kept here.
        fields.retain(|_, field| field.is_string());
        fields.entry("type").or_insert_with(|| by_status.into());
        decode(&fields)
    });
    (details.unwrap_or_else(pinstripe_runtime::placeholder), all)
}

/// An error response from Stripe. Dereferences to [`ApiErrors`], which contains the details:
/// `code`, `decline_code`, `param`, `message` and so on.
///
/// Errors of the v2 API have fields that depend on their type. [`field`](Self::field) reads one of
/// them, and [`fields`](Self::fields) returns all fields as they were sent.
pub struct ApiError {
    details: ApiErrors,
    fields: Map<String, Value>,
    parts: ResponseParts,
}

impl ApiError {
    /// Returns a message that may be displayed to customers, if there is one.
    pub fn user_message(&self) -> Option<&str> {
        self.fields.get("user_message")?.as_str()
    }

    /// Reads a field of the error object by its name. `None` if the field is absent or `null`.
    ///
    /// The type can be any type of a field: a string, a number, a `Vec`, a [`Map`](crate::Map) or an
    /// object of the API.
    ///
    /// # Errors
    ///
    /// Returns an error when the field does not have the shape of `T`.
    ///
    /// ```
    /// use pinstripe::Error;
    /// use pinstripe::testing::FakeError;
    ///
    /// let error = FakeError::new(400, "invalid_payment_method")
    ///     .field("invalid_param", "payment_method.card")
    ///     .into_error();
    /// let api = error.api().expect("it is a response");
    /// assert_eq!(api.r#type.as_str(), "invalid_payment_method");
    /// assert_eq!(api.field("invalid_param")?, Some("payment_method.card".to_owned()));
    /// assert_eq!(api.field::<String>("verification_status")?, None);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn field<T: pinstripe_runtime::Value>(&self, name: &str) -> Result<Option<T>, DecodeError> {
        match self.fields.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => from_json(&value.to_string()).map(Some),
        }
    }

    /// Returns all fields of the error object as they were sent, including those that [`ApiErrors`]
    /// does not have. Empty if the body has no error object.
    ///
    /// The fields are not part of the `Debug` output, because they may contain secrets.
    pub fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// Returns the request ID, which Stripe's support and dashboard use to find the request.
    pub fn request_id(&self) -> Option<&str> {
        self.parts.request_id()
    }

    /// Returns the response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns the response body as received, cut after 1 MiB.
    pub fn body(&self) -> &Bytes {
        &self.parts.body
    }

    /// Returns how many times the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        self.parts.attempts
    }
}

impl Deref for ApiError {
    type Target = ApiErrors;

    fn deref(&self) -> &ApiErrors {
        &self.details
    }
}

impl fmt::Debug for ApiError {
    /// Omits header values and the body, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("details", &self.details)
            .field("user_message", &self.user_message())
            .field("parts", &self.parts)
            .finish()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or("no message"))?;
        write!(f, " ({}", self.parts.status.as_u16())?;
        if let Some(code) = &self.code {
            write!(f, " {}", code.as_str())?;
        }
        if let Some(decline_code) = &self.decline_code {
            write!(f, ", decline code {decline_code}")?;
        }
        if let Some(param) = &self.param {
            write!(f, ", parameter {param}")?;
        }
        self.parts.write_tail(f)
    }
}

/// The error returned when no complete response was received.
#[derive(Debug)]
pub struct ConnectionError {
    source: TransportError,
    method: &'static str,
    path: String,
    attempts: u32,
}

impl ConnectionError {
    /// Returns the kind of the last failure.
    pub fn kind(&self) -> FailureKind {
        self.source.kind()
    }

    /// Returns how many times the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind() {
            FailureKind::Connect => "could not connect",
            FailureKind::Interrupted => "connection interrupted",
            FailureKind::Timeout => "request timed out",
            FailureKind::Tls => "TLS handshake failed",
            FailureKind::Proxy => "proxy refused the connection",
            FailureKind::TooLarge => "response too large",
            _ => "could not send the request",
        };
        write!(
            f,
            "{what}: {} ({} {}, {})",
            self.source,
            self.method,
            self.path,
            attempts(self.attempts)
        )
    }
}

/// The error returned when a response does not have the shape of its type.
pub struct DecodeFailure {
    error: DecodeError,
    parts: ResponseParts,
}

impl DecodeFailure {
    pub(crate) fn new(error: DecodeError, parts: ResponseParts) -> Self {
        Self { error, parts }
    }

    /// Returns the path in the response: `lines.data[3].price`, or an empty string for the whole
    /// response.
    pub fn path(&self) -> &str {
        self.error.path()
    }

    /// Returns the decoding error.
    pub fn decode_error(&self) -> &DecodeError {
        &self.error
    }

    /// Returns the response body as received.
    pub fn body(&self) -> &Bytes {
        &self.parts.body
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// Returns the response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }
}

impl fmt::Debug for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeFailure")
            .field("error", &self.error)
            .field("parts", &self.parts)
            .finish()
    }
}

impl fmt::Display for DecodeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.error, self.parts.status.as_u16())?;
        if let Some(kind) = header(&self.parts.headers, "content-type") {
            write!(f, ", {kind}")?;
        }
        self.parts.write_tail(f)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
    }
}

impl From<DecodeError> for Error {
    /// For `?` on values that are decoded on request, such as [`Expandable::object`](crate::Expandable::object).
    fn from(error: DecodeError) -> Self {
        Self::DecodeValue(Box::new(error))
    }
}

impl From<ExpandError> for Error {
    fn from(error: ExpandError) -> Self {
        Self::Expand(Box::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, error): (_, &dyn fmt::Display) = match self {
            Self::Card(error) => ("card error", error),
            Self::InvalidRequest(error) => ("invalid request", error),
            Self::Idempotency(error) => ("idempotency error", error),
            Self::Authentication(error) => ("authentication error", error),
            Self::Permission(error) => ("permission error", error),
            Self::RateLimit(error) => ("rate limit", error),
            Self::TemporarySessionExpired(error) => ("temporary session expired", error),
            Self::OAuth(error) => ("OAuth error", error),
            Self::Api(error) => ("API error", error),
            Self::Connection(error) => return error.fmt(f),
            Self::Timeout(error) => return error.fmt(f),
            Self::Decode(error) => ("unexpected response", error),
            Self::DecodeValue(error) => ("unexpected value", error),
            Self::Expand(error) => ("cannot read an expanded object", error),
            Self::Config(error) => ("not sent", error),
        };
        write!(f, "{kind}: {error}")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connection(error) | Self::Timeout(error) => Some(&error.source),
            Self::Decode(error) => Some(&error.error),
            Self::DecodeValue(error) => Some(&**error),
            Self::Expand(error) => Some(&**error),
            _ => None,
        }
    }
}
