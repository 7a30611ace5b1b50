//! Sends requests: headers, attempts, and the delays between them.

use std::borrow::Cow;
use std::time::Duration;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
use std::time::Instant;

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue,
    TRANSFER_ENCODING, USER_AGENT,
};
use http::response::Parts;
use http::{HeaderMap, Uri};
use pinstripe_runtime::retry::{FailureKind, Outcome, RetryPolicy};
use pinstripe_runtime::{HttpRequest, Method, RequestOptions, is_blank, masked};
use serde_json::value::RawValue;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
use web_time::Instant;

use crate::base_urls::{BaseUrl, BaseUrls};
use crate::error::ErrorResponse;
use crate::multipart::Multipart;
use crate::response_parts::{ResponseParts, header};
use crate::transport::{Body, OperationId, Transport, TransportError};
use crate::{Error, random};

/// The state shared by all clones of a client.
pub(crate) struct Pipeline {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) retry: RetryPolicy,
    /// The maximum size of a response body that is read into memory.
    pub(crate) max_response_size: u64,
    pub(crate) base_urls: BaseUrls,
    pub(crate) user_agent: HeaderValue,
    pub(crate) client_user_agent: HeaderValue,
}

/// The parts of a request that are the same for all attempts.
struct PreparedRequest {
    operation: Option<&'static str>,
    method: Method,
    /// The path for messages, without secrets.
    path: String,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
    timeout: Duration,
    retry: RetryPolicy,
}

enum Content {
    Bytes(Bytes),
    Multipart(Multipart),
}

/// A response whose body has not been read.
pub(crate) struct OpenResponse {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Body,
    pub(crate) attempts: u32,
}

impl Pipeline {
    /// Sends a request, with retries, and reads the response.
    pub(crate) async fn send(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Result<ResponseParts, Error> {
        self.run(request, options, |open| async move {
            let body = read_body(&open.head, open.body, self.max_response_size).await?;
            Ok(ResponseParts {
                status: open.head.status,
                headers: open.head.headers,
                body,
                attempts: open.attempts,
            })
        })
        .await
    }

    /// Sends a request, with retries, and returns the response without reading its body.
    pub(crate) async fn open(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Result<OpenResponse, Error> {
        self.run(request, options, |open| async move { Ok(open) }).await
    }

    async fn run<T, F>(
        &self,
        request: HttpRequest,
        options: RequestOptions,
        finish: impl Fn(OpenResponse) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let prepared = self.prepare(request, options)?;
        let mut attempts = 0;
        loop {
            let begun = Instant::now();
            let request = self
                .compose(&prepared)
                .await
                .map_err(|error| prepared.to_error(error, attempts))?;
            attempts += 1;
            let attempt = match self.transport.send(request, prepared.timeout).await {
                Ok(response) => {
                    self.classify_response(&prepared, response, attempts, &finish).await
                }
                Err(error) => Attempt::Failed(error),
            };
            let outcome = match &attempt {
                Attempt::Succeeded(_) => None,
                Attempt::Refused(outcome, _) => Some(*outcome),
                Attempt::Failed(error) => Some(Outcome::Failure(error.kind())),
            };
            let delay = outcome
                .filter(|_| prepared.is_repeatable())
                .and_then(|outcome| prepared.retry.next(attempts, outcome, random::fraction()));
            let Some(delay) = delay else {
                return match attempt {
                    Attempt::Succeeded(value) => Ok(value),
                    Attempt::Refused(_, response) => Err(Error::from_response(response)),
                    Attempt::Failed(error) => Err(prepared.to_error(error, attempts)),
                };
            };
            tracing::warn!(
                method = prepared.method.as_str(),
                path = prepared.path,
                attempts,
                ?outcome,
                elapsed_ms = begun.elapsed().as_millis() as u64,
                delay_ms = delay.as_millis() as u64,
                "retrying request"
            );
            self.transport.sleep(delay).await;
        }
    }

    /// Decides whether a response is a success, and reads its body.
    async fn classify_response<T, F>(
        &self,
        prepared: &PreparedRequest,
        response: http::Response<Body>,
        attempts: u32,
        finish: &impl Fn(OpenResponse) -> F,
    ) -> Attempt<T>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let (head, body) = response.into_parts();
        if let Some(notice) = header(&head.headers, "stripe-notice") {
            tracing::warn!(notice, "received Stripe-Notice header");
        }
        tracing::debug!(
            method = prepared.method.as_str(),
            path = prepared.path,
            status = head.status.as_u16(),
            request_id = header(&head.headers, "request-id"),
            attempts,
            "received response"
        );
        let should_retry = match header(&head.headers, "stripe-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let is_success = head.status.is_success();
        if is_success && should_retry != Some(true) {
            return finish(OpenResponse { head, body, attempts }).await.into();
        }
        let body = match is_success {
            true => read_body(&head, body, self.max_response_size).await,
            // The start of an error body is enough: the status alone determines that it is an
            // error.
            false => read_error_body(&head, body).await,
        };
        let body = match body {
            Ok(body) => body,
            Err(error) => return Attempt::Failed(error),
        };
        // A success with `Stripe-Should-Retry: true` counts as a success when no retry is left.
        if is_success && (attempts > prepared.retry.max_retries || !prepared.is_repeatable()) {
            return finish(OpenResponse { head, body: body.into(), attempts }).await.into();
        }
        let status = head.status.as_u16();
        let response = ErrorResponse::new(ResponseParts {
            status: head.status,
            headers: head.headers,
            body,
            attempts,
        });
        let lock_timeout = status == 429 && response.is_lock_timeout();
        Attempt::Refused(Outcome::Response { status, should_retry, lock_timeout }, response)
    }

    fn prepare(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Result<PreparedRequest, Error> {
        let operation = request.operation();
        let path = masked(&request.path).into_owned();
        if let Some(name) = request.blank_parameter() {
            let method = request.method.as_str();
            return Err(Error::config(format!(
                "the parameter `{name}` is empty or blank: {method} {path}: pass an ID"
            )));
        }
        if has_blank_segment(&request.path) {
            let method = request.method.as_str();
            let help = "pass an ID in place of the empty segment";
            return Err(Error::config(format!(
                "a segment of the path is empty or blank: {method} {path}: {help}"
            )));
        }
        check_options(&options)?;
        let query =
            if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let overridden = options.base_url.as_deref().map(BaseUrl::parse).transpose()?;
        let base =
            overridden.as_ref().map_or_else(|| self.base_urls.get(request.host), BaseUrl::as_str);
        let uri = format!("{base}{}{query}", request.path);
        let uri: Uri =
            uri.parse().map_err(|error| Error::config(format!("the path `{path}`: {error}")))?;
        let mut retry = self.retry;
        retry.max_retries = options.max_retries.unwrap_or(retry.max_retries);
        let mut headers = self.headers(&request, &options)?;
        let content = match request.body {
            pinstripe_runtime::Body::Form(form) => {
                headers.insert(
                    CONTENT_TYPE,
                    HeaderValue::from_static("application/x-www-form-urlencoded"),
                );
                Content::Bytes(form.into())
            }
            pinstripe_runtime::Body::Json(json) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Content::Bytes(json.into())
            }
            pinstripe_runtime::Body::Multipart { pairs, files } => {
                let multipart = Multipart::new(&pairs, files);
                headers
                    .insert(CONTENT_TYPE, header_value("content-type", multipart.content_type())?);
                Content::Multipart(multipart)
            }
            _ => Content::Bytes(Bytes::new()),
        };
        for (name, value) in options.headers {
            insert(&mut headers, &name, value)?;
        }
        let timeout = options.timeout.unwrap_or(Duration::MAX);
        let method = request.method;
        Ok(PreparedRequest { operation, method, path, uri, headers, content, timeout, retry })
    }

    fn headers(&self, request: &HttpRequest, options: &RequestOptions) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(12);
        let Some(key) = &options.api_key else {
            return Err(Error::config("no API key is set"));
        };
        if key.expose().is_empty() || !is_visible(key.expose()) {
            let help = "check for a trailing space or line break, or an unset variable";
            return Err(Error::config(format!(
                "the API key is empty or has invalid characters: {help}"
            )));
        }
        let mut bearer = header_value("authorization", format!("Bearer {}", key.expose()))?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert("x-stripe-client-user-agent", self.client_user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let version = options.api_version.as_deref().unwrap_or(pinstripe_api::API_VERSION);
        let version = match request.beta {
            Some(beta) => format!("{version}; {beta}"),
            None => version.to_owned(),
        };
        insert(&mut headers, "stripe-version", version)?;
        for (name, value) in
            [("stripe-account", &options.account), ("stripe-context", &options.context)]
        {
            if let Some(value) = value {
                insert(&mut headers, name, value.clone())?;
            }
        }
        for (name, value) in &request.headers {
            insert(&mut headers, name, value.clone())?;
        }
        if let Some(key) = idempotency_key(request, options)? {
            insert(&mut headers, "idempotency-key", key)?;
        }
        Ok(headers)
    }

    /// Builds the HTTP request of one attempt.
    async fn compose(
        &self,
        prepared: &PreparedRequest,
    ) -> Result<http::Request<Body>, TransportError> {
        let body = match &prepared.content {
            Content::Bytes(bytes) => bytes.clone().into(),
            Content::Multipart(multipart) => multipart.open(&*self.transport).await?,
        };
        let mut request = http::Request::new(body);
        *request.method_mut() = match prepared.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Put => http::Method::PUT,
            Method::Patch => http::Method::PATCH,
            Method::Delete => http::Method::DELETE,
        };
        request.uri_mut().clone_from(&prepared.uri);
        request.headers_mut().clone_from(&prepared.headers);
        if let Some(operation) = prepared.operation {
            request.extensions_mut().insert(OperationId(operation));
        }
        Ok(request)
    }
}

/// The result of one attempt to send a request.
enum Attempt<T> {
    Succeeded(T),
    /// The response has an error status, or asks for a retry.
    Refused(Outcome, ErrorResponse),
    /// No complete response was received.
    Failed(TransportError),
}

impl<T> From<Result<T, TransportError>> for Attempt<T> {
    fn from(result: Result<T, TransportError>) -> Self {
        result.map_or_else(Self::Failed, Self::Succeeded)
    }
}

impl PreparedRequest {
    fn to_error(&self, error: TransportError, attempts: u32) -> Error {
        Error::from_transport(error, self.method.as_str(), self.path.clone(), attempts)
    }

    fn is_repeatable(&self) -> bool {
        match &self.content {
            Content::Bytes(_) => true,
            Content::Multipart(multipart) => multipart.can_reopen(),
        }
    }
}

/// The maximum number of bytes read from the body of an error.
const MAX_ERROR: u64 = 1 << 20;

/// Reads a body into memory.
async fn read_body(head: &Parts, body: Body, limit: u64) -> Result<Bytes, TransportError> {
    let is_open_ended = is_open_ended(head, &body);
    let body =
        body.collect_up_to(limit).await.map_err(|error| {
            match TransportError::from_body(error) {
                error if error.kind() == FailureKind::TooLarge => {
                    let help =
                        "raise `max_response_size` of the client, or read a file with `download`";
                    TransportError::new(FailureKind::TooLarge, format!("{error}: {help}"))
                }
                error => error,
            }
        })?;
    whole(body, is_open_ended)
}

/// Reads the start of the body of an error into memory.
async fn read_error_body(head: &Parts, body: Body) -> Result<Bytes, TransportError> {
    let is_open_ended = is_open_ended(head, &body);
    let body = body.collect_prefix(MAX_ERROR).await.map_err(TransportError::from_body)?;
    let is_open_ended = is_open_ended && (body.len() as u64) < MAX_ERROR;
    whole(body, is_open_ended)
}

/// Returns whether a JSON body ends with the connection, so that a truncated body cannot be
/// detected by its length.
fn is_open_ended(head: &Parts, body: &Body) -> bool {
    head.version <= http::Version::HTTP_11
        && !head.headers.contains_key(CONTENT_LENGTH)
        && !head.headers.contains_key(TRANSFER_ENCODING)
        && http_body::Body::size_hint(body).exact().is_none()
        && header(&head.headers, "content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
}

/// Rejects truncated JSON in a body that ends with the connection.
fn whole(body: Bytes, is_open_ended: bool) -> Result<Bytes, TransportError> {
    let is_cut =
        || serde_json::from_slice::<Box<RawValue>>(&body).is_err_and(|error| error.is_eof());
    if is_open_ended && is_cut() {
        let message = format!(
            "the connection was closed within the response body, after {} bytes",
            body.len()
        );
        return Err(TransportError::new(FailureKind::Interrupted, message));
    }
    Ok(body)
}

/// Rejects blank options: an empty `Stripe-Account` would select the account of the API key.
pub(crate) fn check_options(options: &RequestOptions) -> Result<(), Error> {
    let named = [
        ("account", &options.account),
        ("context", &options.context),
        ("api_version", &options.api_version),
    ];
    match named.into_iter().find(|(_, value)| value.as_deref().is_some_and(is_blank)) {
        Some((name, _)) => Err(Error::config(format!(
            "the option `{name}` is empty or blank: set a value, or leave it out"
        ))),
        None => Ok(()),
    }
}

/// Returns whether a path has a blank segment, which means that an ID is missing.
fn has_blank_segment(path: &str) -> bool {
    path != "/" && path.split('/').skip(1).any(|segment| is_blank(&unescaped(segment)))
}

/// Decodes the percent-escapes of a path segment.
fn unescaped(segment: &str) -> Cow<'_, str> {
    if !segment.starts_with('%') {
        return segment.into();
    }
    let mut bytes = Vec::new();
    for piece in segment.split('%').skip(1) {
        match piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&piece.as_bytes()[2..]);
            }
            // A percent sign that does not begin an escape.
            None => bytes.push(b'%'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// Returns the idempotency key that was set, or generates one if the operation accepts it.
fn idempotency_key(
    request: &HttpRequest,
    options: &RequestOptions,
) -> Result<Option<String>, Error> {
    if let Some(key) = &options.idempotency_key {
        if key.is_empty() || key.len() > 255 || !is_visible(key) {
            let length = key.len();
            let rule = "a key has 1 to 255 visible ASCII characters";
            return Err(Error::config(format!(
                "the idempotency key of {length} characters cannot be used: {rule}"
            )));
        }
        return Ok(Some(key.clone()));
    }
    Ok(request.takes_idempotency_key().then(random::idempotency_key))
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Sets a header, replacing a previous one of that name.
fn insert(headers: &mut HeaderMap, name: &str, value: String) -> Result<(), Error> {
    if is_blank(&value) && name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("stripe-"))
    {
        return Err(Error::config(format!(
            "the header `{name}` is empty or blank: set a value, or leave it out"
        )));
    }
    let value = header_value(name, value)?;
    let name = name
        .parse::<HeaderName>()
        .map_err(|_| Error::config(format!("`{name}` is not a valid header name")))?;
    headers.insert(name, value);
    Ok(())
}

fn header_value(name: &str, value: String) -> Result<HeaderValue, Error> {
    HeaderValue::try_from(value).map_err(|_| {
        Error::config(format!(
            "the header `{name}` has characters that are not allowed in a header"
        ))
    })
}
