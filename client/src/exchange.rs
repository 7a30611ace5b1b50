//! From a request to its answer: headers, tries, and the waits between them.

use std::borrow::Cow;
use std::time::{Duration, Instant};

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

use crate::config::{self, Urls};
use crate::meta::{Meta, header};
use crate::multipart::Multipart;
use crate::transport::{Body, Transport, TransportError};
use crate::{Error, random};

/// What all clones of a client share.
pub(crate) struct Exchange {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) retry: RetryPolicy,
    /// The largest body of a response that is read into memory.
    pub(crate) max_response_size: u64,
    pub(crate) urls: Urls,
    pub(crate) user_agent: HeaderValue,
    pub(crate) client_user_agent: HeaderValue,
}

/// What is the same for all tries.
struct Prepared {
    method: Method,
    /// The path as it may be shown.
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

/// An answer whose body is still to be read.
pub(crate) struct Open {
    pub(crate) head: http::response::Parts,
    pub(crate) body: Body,
    pub(crate) tries: u32,
}

impl Exchange {
    /// Sends a request until there is an answer that is final, and reads all of it.
    pub(crate) async fn send(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Result<Meta, Error> {
        self.run(request, options, |open| async move {
            let body = read_body(&open.head, open.body, self.max_response_size).await?;
            Ok(Meta {
                status: open.head.status,
                headers: open.head.headers,
                body,
                tries: open.tries,
            })
        })
        .await
    }

    /// Sends a request until there is an answer that is final, and leaves its body to be read.
    pub(crate) async fn open(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Result<Open, Error> {
        self.run(request, options, |open| async move { Ok(open) }).await
    }

    async fn run<T, F>(
        &self,
        request: HttpRequest,
        options: RequestOptions,
        finish: impl Fn(Open) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let prepared = self.prepare(request, options)?;
        let mut tries = 0;
        loop {
            let begun = Instant::now();
            let request =
                self.compose(&prepared).await.map_err(|error| prepared.failed(error, tries))?;
            tries += 1;
            let answer = match self.transport.send(request, prepared.timeout).await {
                Ok(answer) => self.judge(&prepared, answer, tries, &finish).await,
                Err(error) => Err(Judged::Failed(error)),
            };
            let (outcome, error) = match answer {
                Ok(answer) => return Ok(answer),
                Err(Judged::Refused(outcome, meta)) => (outcome, Error::answer(meta)),
                Err(Judged::Failed(error)) => {
                    (Outcome::Failure(error.kind()), prepared.failed(error, tries))
                }
            };
            let wait = prepared.retry.next(tries, outcome, random::fraction());
            let Some(wait) = wait.filter(|_| prepared.can_be_sent_again()) else {
                return Err(error);
            };
            tracing::warn!(
                method = prepared.method.as_str(),
                path = prepared.path,
                tries,
                ?outcome,
                elapsed_ms = begun.elapsed().as_millis() as u64,
                wait_ms = wait.as_millis() as u64,
                "trying again"
            );
            self.transport.sleep(wait).await;
        }
    }

    /// Takes an answer as good, or says what it is.
    async fn judge<T, F>(
        &self,
        prepared: &Prepared,
        answer: http::Response<Body>,
        tries: u32,
        finish: &impl Fn(Open) -> F,
    ) -> Result<T, Judged>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let (head, body) = answer.into_parts();
        if let Some(notice) = header(&head.headers, "stripe-notice") {
            tracing::warn!(notice, "Stripe has something to say");
        }
        tracing::debug!(
            method = prepared.method.as_str(),
            path = prepared.path,
            status = head.status.as_u16(),
            request_id = header(&head.headers, "request-id"),
            tries,
            "answered"
        );
        let should_retry = match header(&head.headers, "stripe-should-retry") {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if head.status.is_success() && should_retry != Some(true) {
            return finish(Open { head, body, tries }).await.map_err(Judged::Failed);
        }
        let body = match head.status.is_success() {
            true => read_body(&head, body, self.max_response_size).await,
            // The start of an error is enough: the status alone says what kind it is.
            false => read_error_body(&head, body).await,
        };
        let body = body.map_err(Judged::Failed)?;
        let status = head.status.as_u16();
        let lock_timeout = status == 429 && is_lock_timeout(&body);
        // What says of itself that it should be asked again is good all the same, once it cannot be.
        if head.status.is_success()
            && (tries > prepared.retry.max_retries || !prepared.can_be_sent_again())
        {
            return finish(Open { head, body: body.into(), tries }).await.map_err(Judged::Failed);
        }
        let meta = Meta { status: head.status, headers: head.headers, body, tries };
        Err(Judged::Refused(Outcome::Answer { status, should_retry, lock_timeout }, meta))
    }

    fn prepare(&self, request: HttpRequest, options: RequestOptions) -> Result<Prepared, Error> {
        let path = masked(&request.path).into_owned();
        if let Some(name) = request.blank_parameter() {
            let method = request.method.as_str();
            return Err(Error::config(format!(
                "the parameter `{name}` is empty or blank: {method} {path}: pass an ID"
            )));
        }
        if has_blank_segment(&request.path) {
            let method = request.method.as_str();
            let help =
                "pass an ID where the path has nothing between two slashes, or after the last";
            return Err(Error::config(format!(
                "a segment of the path is empty or blank: {method} {path}: {help}"
            )));
        }
        check_options(&options)?;
        let query =
            if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let base = match &options.base_url {
            Some(url) => config::base_url(url)?,
            None => self.urls.get(request.host),
        };
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
        Ok(Prepared { method: request.method, path, uri, headers, content, timeout, retry })
    }

    fn headers(&self, request: &HttpRequest, options: &RequestOptions) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(12);
        let Some(key) = &options.api_key else {
            return Err(Error::config("there is no API key"));
        };
        if key.expose().is_empty() || !is_visible(key.expose()) {
            let help = "look for a line break or a space at its end, or a variable that is not set";
            return Err(Error::config(format!(
                "the API key is empty or has characters that no key has: {help}"
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

    /// The request for one try.
    async fn compose(&self, prepared: &Prepared) -> Result<http::Request<Body>, TransportError> {
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
        Ok(request)
    }
}

/// What an answer is that is not taken as good.
enum Judged {
    Refused(Outcome, Meta),
    Failed(TransportError),
}

impl Prepared {
    fn failed(&self, error: TransportError, tries: u32) -> Error {
        Error::failure(error, self.method.as_str(), self.path.clone(), tries)
    }

    fn can_be_sent_again(&self) -> bool {
        match &self.content {
            Content::Bytes(_) => true,
            Content::Multipart(multipart) => multipart.can_reopen(),
        }
    }
}

/// The most bytes of the body of an error that are read.
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
    let body = body.collect_start(MAX_ERROR).await.map_err(TransportError::from_body)?;
    let is_open_ended = is_open_ended && (body.len() as u64) < MAX_ERROR;
    whole(body, is_open_ended)
}

/// Whether a body of JSON ends where the connection does, so that nobody says whether that was too soon.
fn is_open_ended(head: &Parts, body: &Body) -> bool {
    head.version <= http::Version::HTTP_11
        && !head.headers.contains_key(CONTENT_LENGTH)
        && !head.headers.contains_key(TRANSFER_ENCODING)
        && http_body::Body::size_hint(body).exact().is_none()
        && header(&head.headers, "content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
}

/// Refuses JSON that ends in the middle, where only the connection said that it ends.
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

/// Refuses options that are blank: an empty `Stripe-Account` is the account of the key.
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

/// Whether a path has a segment without a visible character: an ID that is not there.
fn has_blank_segment(path: &str) -> bool {
    path != "/" && path.split('/').skip(1).any(|segment| is_blank(&unescaped(segment)))
}

/// A segment of a path without its escapes.
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
            // The sign itself, which escapes nothing.
            None => bytes.push(b'%'),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// The key that was set, or one for this request alone where the API takes one.
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
    let takes_one = match request.method {
        Method::Get => false,
        Method::Post | Method::Put | Method::Patch => true,
        Method::Delete => request.path.starts_with("/v2/"),
    };
    Ok(takes_one.then(random::idempotency_key))
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_lock_timeout(body: &[u8]) -> bool {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    body["error"]["code"] == "lock_timeout"
}

/// Sets a header, in place of one that is there.
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
        .map_err(|_| Error::config(format!("`{name}` is no name of a header")))?;
    headers.insert(name, value);
    Ok(())
}

fn header_value(name: &str, value: String) -> Result<HeaderValue, Error> {
    HeaderValue::try_from(value).map_err(|_| {
        Error::config(format!("the header `{name}` has characters that no header may have"))
    })
}
