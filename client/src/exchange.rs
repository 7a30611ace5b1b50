//! From a request to its answer: headers, tries, and the waits between them.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Uri};
use pinstripe_runtime::retry::{Outcome, RetryPolicy};
use pinstripe_runtime::{HttpRequest, Method, RequestOptions};

use crate::config::Urls;
use crate::meta::{Meta, header};
use crate::multipart::Multipart;
use crate::transport::{Body, Transport, TransportError};
use crate::{Error, random};

/// What all clones of a client share.
pub(crate) struct Exchange {
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) retry: RetryPolicy,
    pub(crate) urls: Urls,
    pub(crate) user_agent: HeaderValue,
    pub(crate) client_user_agent: HeaderValue,
}

/// What is the same for all tries.
struct Prepared {
    method: Method,
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
    pub(crate) async fn send(&self, request: HttpRequest, options: RequestOptions) -> Result<Meta, Error> {
        self.run(request, options, |open| async move {
            let body = open.body.collect().await.map_err(TransportError::from_body)?;
            Ok(Meta { status: open.head.status, headers: open.head.headers, body, tries: open.tries })
        })
        .await
    }

    /// Sends a request until there is an answer that is final, and leaves its body to be read.
    pub(crate) async fn open(&self, request: HttpRequest, options: RequestOptions) -> Result<Open, Error> {
        self.run(request, options, |open| async move { Ok(open) }).await
    }

    async fn run<T, F>(&self, request: HttpRequest, options: RequestOptions, finish: impl Fn(Open) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let prepared = self.prepare(request, options)?;
        let mut tries = 0;
        loop {
            let begun = Instant::now();
            let request = self.compose(&prepared).await.map_err(|error| prepared.failed(error, tries))?;
            tries += 1;
            let answer = match self.transport.send(request, prepared.timeout).await {
                Ok(answer) => self.judge(&prepared, answer, tries, &finish).await,
                Err(error) => Err(Judged::Failed(error)),
            };
            let (outcome, error) = match answer {
                Ok(answer) => return Ok(answer),
                Err(Judged::Refused(outcome, meta)) => (outcome, Error::answer(meta)),
                Err(Judged::Failed(error)) => (Outcome::Failure(error.kind()), prepared.failed(error, tries)),
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
        let body = body.collect().await.map_err(|error| Judged::Failed(TransportError::from_body(error)))?;
        let status = head.status.as_u16();
        let lock_timeout = status == 429 && is_lock_timeout(&body);
        // What says of itself that it should be asked again is good all the same, once it cannot be.
        if head.status.is_success() && (tries > prepared.retry.max_retries || !prepared.can_be_sent_again()) {
            return finish(Open { head, body: body.into(), tries }).await.map_err(Judged::Failed);
        }
        let meta = Meta { status: head.status, headers: head.headers, body, tries };
        Err(Judged::Refused(Outcome::Answer { status, should_retry, lock_timeout }, meta))
    }

    fn prepare(&self, request: HttpRequest, options: RequestOptions) -> Result<Prepared, Error> {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let base = options.base_url.as_deref().unwrap_or(self.urls.get(request.host)).trim_end_matches('/');
        let uri = format!("{base}{}{query}", request.path);
        let uri: Uri = uri.parse().map_err(|error| Error::config(format!("the path `{}`: {error}", request.path)))?;
        if uri.scheme().is_none() || uri.authority().is_none() {
            return Err(Error::config(format!("the base URL `{base}` has no scheme or host: write `https://host`")));
        }
        let mut retry = self.retry;
        retry.max_retries = options.max_retries.unwrap_or(retry.max_retries);
        let mut headers = self.headers(&request, &options)?;
        let content = match request.body {
            pinstripe_runtime::Body::Form(form) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
                Content::Bytes(form.into())
            }
            pinstripe_runtime::Body::Json(json) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Content::Bytes(json.into())
            }
            pinstripe_runtime::Body::Multipart { pairs, files } => {
                let multipart = Multipart::new(&pairs, files);
                headers.insert(CONTENT_TYPE, header_value("content-type", multipart.content_type())?);
                Content::Multipart(multipart)
            }
            _ => Content::Bytes(Bytes::new()),
        };
        for (name, value) in options.headers {
            insert(&mut headers, &name, value)?;
        }
        let timeout = options.timeout.unwrap_or(Duration::MAX);
        Ok(Prepared { method: request.method, path: request.path, uri, headers, content, timeout, retry })
    }

    fn headers(&self, request: &HttpRequest, options: &RequestOptions) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(12);
        let Some(key) = &options.api_key else {
            return Err(Error::config("there is no API key"));
        };
        if key.expose().is_empty() || !is_visible(key.expose()) {
            let help = "look for a line break or a space at its end, or a variable that is not set";
            return Err(Error::config(format!("the API key is empty or has characters that no key has: {help}")));
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
        for (name, value) in [("stripe-account", &options.account), ("stripe-context", &options.context)] {
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

/// The key that was set, or one for this request alone where the API takes one.
fn idempotency_key(request: &HttpRequest, options: &RequestOptions) -> Result<Option<String>, Error> {
    if let Some(key) = &options.idempotency_key {
        if key.is_empty() || key.len() > 255 || !is_visible(key) {
            let length = key.len();
            let rule = "a key has 1 to 255 visible ASCII characters";
            return Err(Error::config(format!("the idempotency key of {length} characters cannot be used: {rule}")));
        }
        return Ok(Some(key.clone()));
    }
    let takes_one = match request.method {
        Method::Get => false,
        Method::Post => true,
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
    let value = header_value(name, value)?;
    let name = name.parse::<HeaderName>().map_err(|_| Error::config(format!("`{name}` is no name of a header")))?;
    headers.insert(name, value);
    Ok(())
}

fn header_value(name: &str, value: String) -> Result<HeaderValue, Error> {
    HeaderValue::try_from(value).map_err(|_| Error::config(format!("the header `{name}` has characters that no header may have")))
}
