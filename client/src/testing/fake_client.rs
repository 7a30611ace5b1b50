//! A client whose responses are set by a test.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pinstripe_runtime::{RawRequest, Request};

use super::expectation::{Entry, Expectation};
use super::recorded::{Pattern, RecordedRequest};
use crate::transport::{Body, BoxFuture, Transport, TransportError};
use crate::{Client, ClientBuilder};

/// Replies to requests in process, and records them.
///
/// A test first sets replies with [`on`](Self::on), then runs the code under test with
/// [`client`](Self::client), and last looks at [`requests`](Self::requests) or calls
/// [`verify`](Self::verify). Clones share replies and records. Each fake is independent of all
/// others, so tests can run in parallel.
///
/// A request goes to the first expectation that matches it and has a reply left. A request without
/// one panics, with a message that lists what was called and what was expected; `verify` reports it
/// again, in case something caught the panic.
///
/// The client does not retry, so that one reply serves one call. To test with retries, or other
/// settings, use [`builder`](Self::builder). Waits between attempts take no time.
///
/// ```
/// use pinstripe::testing::{FakeClient, FakeError};
/// use pinstripe::{Charge, Customer, customer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), pinstripe::Error> {
/// let fake = FakeClient::new();
/// // For requests of one operation, with this e-mail address and any other parameters.
/// fake.on(Customer::create().email("jenny@example.com"))
///     .fail(FakeError::rate_limit())
///     .reply_json(r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#);
/// // For requests of one operation, whatever the ID in the path.
/// fake.on_any::<customer::DeleteRequest>()
///     .reply_json(r#"{"id": "cus_1", "object": "customer", "deleted": true}"#)
///     .repeat();
///
/// let client = fake.client();
/// let request = Customer::create().email("jenny@example.com").name("Jenny");
/// assert!(request.clone().send(&client).await.is_err());
/// let customer = request.idempotency_key("order-17").send(&client).await?;
/// Customer::delete(&customer.id).send(&client).await?;
///
/// let requests = fake.requests();
/// assert_eq!(requests[1].idempotency_key(), Some("order-17"));
/// assert_eq!(requests[1].param("name"), Some("Jenny"));
/// assert_eq!(requests[2].path(), "/v1/customers/cus_1");
/// fake.verify();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct FakeClient {
    pub(super) state: Arc<Mutex<State>>,
}

/// What all clones of a fake share.
#[derive(Default)]
pub(super) struct State {
    pub(super) entries: Vec<Entry>,
    requests: Vec<RecordedRequest>,
    /// The messages of requests without a reply.
    failures: Vec<String>,
}

impl FakeClient {
    /// Creates a fake without replies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns an async client that is answered by this fake.
    pub fn client(&self) -> Client {
        self.builder().build().unwrap_or_else(|error| unreachable!("defaults are valid: {error}"))
    }

    /// Returns a blocking client that is answered by this fake.
    #[cfg(feature = "blocking")]
    pub fn blocking_client(&self) -> crate::blocking::Client {
        let client = self.builder().build_blocking();
        client.unwrap_or_else(|error| unreachable!("defaults are valid: {error}"))
    }

    /// Returns the builder of a client that is answered by this fake: to set an account, an API
    /// version or retries. Each attempt takes a reply of its own.
    pub fn builder(&self) -> ClientBuilder {
        Client::builder("sk_test_fake").max_retries(0).transport(FakeTransport(self.clone()))
    }

    /// Expects requests of the same operation, with the same path and at least the parameters of
    /// `request`, and with its account, context and idempotency key, as far as they are set.
    ///
    /// ```
    /// use pinstripe::{Balance, Request, testing::FakeClient};
    ///
    /// let fake = FakeClient::new();
    /// let balance = r#"{"object": "balance", "available": [], "pending": [], "livemode": false}"#;
    /// fake.on(Balance::retrieve().account("acct_1")).reply_json(balance);
    /// ```
    pub fn on<R: Request>(&self, request: R) -> Expectation<R::Output> {
        self.on_raw(request.customize())
    }

    /// Expects all requests of an operation, whatever their path and parameters.
    pub fn on_any<R: Request>(&self) -> Expectation<R::Output> {
        self.expect(Pattern::of_operation(&R::OPERATION))
    }

    /// Expects requests like a [`RawRequest`], in the same way as [`on`](Self::on).
    pub fn on_raw<T>(&self, request: RawRequest<T>) -> Expectation<T> {
        self.expect(Pattern::of(request.to_http()).with_options(request.options()))
    }

    /// Returns all requests so far, in the order they were sent, unexpected ones included.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.lock().requests.clone()
    }

    /// Returns the requests of an operation, in the order they were sent.
    pub fn requests_of<R: Request>(&self) -> Vec<RecordedRequest> {
        let requests = self.requests();
        requests.into_iter().filter(RecordedRequest::is::<R>).collect()
    }

    /// Checks that every reply was used and that no request was unexpected.
    ///
    /// # Panics
    ///
    /// If a reply was not used, or a request had none. The message lists all of them.
    #[track_caller]
    pub fn verify(&self) {
        let problems = self.lock().problems();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    fn expect<T>(&self, pattern: Pattern) -> Expectation<T> {
        let mut state = self.lock();
        state.entries.push(Entry::new(pattern));
        Expectation::new(self.clone(), state.entries.len() - 1)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Records a request and takes its reply, or returns the message of the failure.
    fn answer(
        &mut self,
        request: RecordedRequest,
    ) -> Result<Result<http::Response<Body>, TransportError>, String> {
        self.requests.push(request.clone());
        let matching = self.entries.iter_mut().filter(|entry| entry.pattern.matches(&request));
        let mut replies = matching.filter_map(Entry::take);
        if let Some(reply) = replies.next() {
            return Ok(reply.into_response());
        }
        let mut message = format!("unexpected request: {request}\nexpected requests:");
        if self.entries.is_empty() {
            message.push_str(" none");
        }
        for entry in &self.entries {
            let mismatch = entry.pattern.mismatch(&request);
            let reason = mismatch.unwrap_or_else(|| entry.describe_replies());
            message.push_str(&format!("\n  {}: {reason}", entry.pattern));
        }
        self.failures.push(message.clone());
        Err(message)
    }

    fn problems(&self) -> Vec<String> {
        let unused = self.entries.iter().filter(|entry| entry.is_unused());
        let unused = unused.map(|entry| {
            format!(
                "expected request was not sent: {}: {}",
                entry.pattern,
                entry.describe_replies()
            )
        });
        self.failures.iter().cloned().chain(unused).collect()
    }
}

impl fmt::Debug for FakeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("FakeClient")
            .field("expectations", &state.entries.len())
            .field("requests", &state.requests)
            .finish()
    }
}

struct FakeTransport(FakeClient);

impl Transport for FakeTransport {
    fn send(
        &self,
        request: http::Request<Body>,
        _: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let request = RecordedRequest::read(request).await?;
            let answer = self.0.lock().answer(request);
            answer.unwrap_or_else(|message| panic!("{message}"))
        })
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}
