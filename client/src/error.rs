//! What can go wrong, and what is known of it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use pinstripe_api::shared::ApiErrors;
use pinstripe_runtime::retry::FailureKind;
use pinstripe_runtime::{DecodeError, from_json, masked};
use pinstripe_transport::ConfigError;
use serde_json::{Map, Value};

use crate::meta::{Meta, header, tries};
use crate::transport::TransportError;

/// Why a request did not give what it was to give.
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
    /// A card cannot be charged.
    Card(Box<ApiError>),
    /// The parameters do not fit, or the object is not there or not in a state for this.
    InvalidRequest(Box<ApiError>),
    /// An idempotency key was used before, with other parameters or on another path.
    Idempotency(Box<ApiError>),
    /// The key is not known, or no longer.
    Authentication(Box<ApiError>),
    /// The key may not do this.
    Permission(Box<ApiError>),
    /// Too many requests, or too many on one object.
    RateLimit(Box<ApiError>),
    /// The token of a session is too old.
    TemporarySessionExpired(Box<ApiError>),
    /// OAuth was refused. The code says why: `invalid_grant`, `invalid_client` and so on.
    OAuth(Box<ApiError>),
    /// Something went wrong at Stripe's, or between here and there.
    Api(Box<ApiError>),
    /// There was no answer, or not a whole one.
    Connection(Box<ConnectionError>),
    /// There was no answer in time.
    Timeout(Box<ConnectionError>),
    /// The answer does not have the shape of its type.
    Decode(Box<UnexpectedBody>),
    /// The request, or the client, cannot be used as it is set up. Nothing was sent.
    Config(Box<ConfigError>),
}

impl Error {
    /// What Stripe says of the error, if it is Stripe who says it.
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
            Self::Connection(_) | Self::Timeout(_) | Self::Decode(_) | Self::Config(_) => None,
        }
    }

    /// The id of the request, by which Stripe's support and the dashboard know it.
    pub fn request_id(&self) -> Option<&str> {
        self.meta()?.request_id()
    }

    /// The status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.meta()?.status)
    }

    /// How often the request was sent.
    pub fn tries(&self) -> u32 {
        match self {
            Self::Connection(error) | Self::Timeout(error) => error.tries,
            _ => self.meta().map_or(0, |meta| meta.tries),
        }
    }

    fn meta(&self) -> Option<&Meta> {
        match self {
            Self::Decode(error) => Some(&error.meta),
            _ => Some(&self.api()?.meta),
        }
    }

    pub(crate) fn config(message: impl Into<String>) -> Self {
        ConfigError::new(message).into()
    }

    pub(crate) fn failure(
        source: TransportError,
        method: &'static str,
        path: String,
        tries: u32,
    ) -> Self {
        let error = Box::new(ConnectionError { source, method, path, tries });
        match error.kind() {
            FailureKind::Timeout => Self::Timeout(error),
            FailureKind::Request if error.tries == 0 => Self::config(error.source.to_string()),
            _ => Self::Connection(error),
        }
    }

    /// The error that an answer is, by what it says and else by its status.
    pub(crate) fn answer(meta: Meta) -> Self {
        let body: Value = serde_json::from_slice(&meta.body).unwrap_or_default();
        let status = meta.status.as_u16();
        let (details, user_message, is_oauth) = details(&body, status);
        let kind =
            body.pointer("/error/type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let error = Box::new(ApiError { details, user_message, meta });
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

/// What the body of an error says, as far as it can be read: from v1, from v2, from OAuth, or from something in between that is not
/// Stripe at all.
fn details(body: &Value, status: u16) -> (ApiErrors, Option<String>, bool) {
    let mut members = match &body["error"] {
        Value::Object(members) => members.clone(),
        Value::String(code) => {
            let mut members = Map::from_iter([("code".to_owned(), Value::from(code.as_str()))]);
            members.extend(
                body.get("error_description")
                    .map(|message| ("message".to_owned(), message.clone())),
            );
            members
        }
        _ => Map::new(),
    };
    // A client secret that was sent where an ID belongs is in the message.
    if let Some(Value::String(message)) = members.get_mut("message")
        && let Cow::Owned(shown) = masked(message)
    {
        *message = shown;
    }
    let user_message = members.get("user_message").and_then(Value::as_str).map(str::to_owned);
    let by_status = if status < 500 { "invalid_request_error" } else { "api_error" };
    members.entry("type").or_insert_with(|| by_status.into());
    let decode = |members: &Map<String, Value>| {
        from_json::<ApiErrors>(&Value::from(members.clone()).to_string())
    };
    let details = decode(&members).or_else(|_| {
        // Some member is not what it should be. A text is always a text.
        members.retain(|_, member| member.is_string());
        members.entry("type").or_insert_with(|| by_status.into());
        decode(&members)
    });
    let details = details.unwrap_or_else(|_| pinstripe_runtime::placeholder());
    (details, user_message, body["error"].is_string())
}

/// An error that Stripe answered with. It derefs to [`ApiErrors`], which has all that Stripe says of it: `code`, `decline_code`,
/// `param`, `message` and so on.
pub struct ApiError {
    details: ApiErrors,
    user_message: Option<String>,
    meta: Meta,
}

impl ApiError {
    /// A message that may be shown to customers, where there is one.
    pub fn user_message(&self) -> Option<&str> {
        self.user_message.as_deref()
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.meta.status
    }

    /// The id of the request, by which Stripe's support and the dashboard know it.
    pub fn request_id(&self) -> Option<&str> {
        self.meta.request_id()
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }

    /// The body of the answer, as it came: its first MiB.
    pub fn body(&self) -> &Bytes {
        &self.meta.body
    }

    /// How often the request was sent.
    pub fn tries(&self) -> u32 {
        self.meta.tries
    }
}

impl Deref for ApiError {
    type Target = ApiErrors;

    fn deref(&self) -> &ApiErrors {
        &self.details
    }
}

impl fmt::Debug for ApiError {
    /// Without the values of headers and the body: an object in there has secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("details", &self.details)
            .field("user_message", &self.user_message)
            .field("meta", &self.meta)
            .finish()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or("no message"))?;
        write!(f, " ({}", self.meta.status.as_u16())?;
        if let Some(code) = &self.code {
            write!(f, " {}", code.as_str())?;
        }
        if let Some(decline_code) = &self.decline_code {
            write!(f, ", decline code {decline_code}")?;
        }
        if let Some(param) = &self.param {
            write!(f, ", parameter {param}")?;
        }
        self.meta.write_tail(f)
    }
}

/// A request that was not answered, or not wholly.
#[derive(Debug)]
pub struct ConnectionError {
    source: TransportError,
    method: &'static str,
    path: String,
    tries: u32,
}

impl ConnectionError {
    /// What kind of failure the last one was.
    pub fn kind(&self) -> FailureKind {
        self.source.kind()
    }

    /// How often the request was sent.
    pub fn tries(&self) -> u32 {
        self.tries
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind() {
            FailureKind::Connect => "no connection",
            FailureKind::Interrupted => "the connection broke",
            FailureKind::Timeout => "no answer in time",
            FailureKind::Tls => "the connection is not safe",
            FailureKind::Proxy => "the proxy refused the connection",
            FailureKind::TooLarge => "the response is too large",
            _ => "the request could not be sent",
        };
        write!(f, "{what}: {} ({} {}, {})", self.source, self.method, self.path, tries(self.tries))
    }
}

/// An answer that does not have the shape of its type.
pub struct UnexpectedBody {
    error: DecodeError,
    meta: Meta,
}

impl UnexpectedBody {
    pub(crate) fn new(error: DecodeError, meta: Meta) -> Self {
        Self { error, meta }
    }

    /// Where in the answer: `lines.data[3].price`, or nothing for the answer as a whole.
    pub fn path(&self) -> &str {
        self.error.path()
    }

    /// What is wrong there.
    pub fn decode_error(&self) -> &DecodeError {
        &self.error
    }

    /// The body, as it came.
    pub fn body(&self) -> &Bytes {
        &self.meta.body
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.meta.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }
}

impl fmt::Debug for UnexpectedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnexpectedBody")
            .field("error", &self.error)
            .field("meta", &self.meta)
            .finish()
    }
}

impl fmt::Display for UnexpectedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.error, self.meta.status.as_u16())?;
        if let Some(kind) = header(&self.meta.headers, "content-type") {
            write!(f, ", {kind}")?;
        }
        self.meta.write_tail(f)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(Box::new(error))
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
            Self::Decode(error) => ("unexpected answer", error),
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
            _ => None,
        }
    }
}
