//! Connection faults over real sockets, with both clients.

use std::net::TcpListener;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pinstripe::retry::{FailureKind, RetryPolicy};
use pinstripe::{Client, ClientBuilder, Customer, Error, Response, blocking};
use pinstripe_mock::server::{Handler, MockResponse, Request, Server};

const CUSTOMER: &str = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;

fn good() -> MockResponse {
    MockResponse::json(200, CUSTOMER).header("request-id", "req_1")
}

/// Waits that do not hold up the tests.
fn quick() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.min_delay = Duration::from_millis(1);
    policy.max_delay = Duration::from_millis(5);
    policy
}

fn builder(url: &str) -> ClientBuilder {
    Client::builder("sk_test_123")
        .base_urls(url)
        .no_proxy()
        .retry_policy(quick())
        .timeout(Duration::from_millis(400))
}

type Outcome = Result<Response<Customer>, Error>;

/// A customer created by the one client, and then by the other.
async fn both(url: &str) -> [Outcome; 2] {
    let client = builder(url).build().unwrap();
    let one = Customer::create().send(&client).await;
    let client = builder(url).build_blocking().unwrap();
    let other =
        tokio::task::spawn_blocking(move || Customer::create().send(&client)).await.unwrap();
    [one, other]
}

/// Reacts with each fault once per client, and then responds with success.
struct Then {
    fault: Fault,
    keys: Mutex<Vec<String>>,
}

#[derive(Clone)]
enum Fault {
    Refuse,
    Respond(MockResponse),
}

impl Then {
    fn new(fault: Fault) -> Self {
        Self { fault, keys: Mutex::default() }
    }
}

impl Handler for Then {
    fn handle(&self, request: &Request) -> MockResponse {
        let key = request.header("idempotency-key").expect("a write has a key").to_owned();
        let mut keys = self.keys.lock().unwrap();
        let is_first = !keys.contains(&key);
        keys.push(key);
        match &self.fault {
            Fault::Respond(reaction) if is_first => reaction.clone(),
            _ => good(),
        }
    }

    fn refuses_connection(&self, number: u64) -> bool {
        matches!(self.fault, Fault::Refuse) && number.is_multiple_of(2)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_failures_are_retried() {
    let slow = Duration::from_secs(1);
    let not_now = |status| MockResponse::json(status, r#"{"error": {"type": "api_error"}}"#);
    let faults = [
        ("reset before the request was read", Fault::Refuse),
        ("reset after the request was read", Fault::Respond(MockResponse::reset())),
        ("half a head", Fault::Respond(good().cut_at(10))),
        ("half a body", Fault::Respond(good().cut_in_body())),
        ("slow head", Fault::Respond(good().head_delay(slow))),
        ("slow body", Fault::Respond(good().body_delay(slow))),
        ("409", Fault::Respond(not_now(409))),
        ("500", Fault::Respond(not_now(500))),
        ("503", Fault::Respond(not_now(503))),
        (
            "400 that should be retried",
            Fault::Respond(not_now(400).header("stripe-should-retry", true)),
        ),
        (
            "429 for a lock",
            Fault::Respond(MockResponse::json(
                429,
                r#"{"error": {"code": "lock_timeout", "type": "invalid_request_error"}}"#,
            )),
        ),
    ];
    for (name, fault) in faults {
        let server = Server::start(Then::new(fault)).unwrap();
        for outcome in both(&server.url()).await {
            let customer = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((customer.id.as_str(), customer.attempts()), ("cus_1", 2), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn permanent_failures_are_not_retried() {
    let error = |kind: &str| format!(r#"{{"error": {{"type": "{kind}", "message": "no"}}}}"#);
    let answers = [
        (400, error("invalid_request_error")),
        (401, error("invalid_request_error")),
        (402, error("card_error")),
        (429, error("invalid_request_error")),
        (200, "<html>".to_owned()),
        (200, "{\"id\": \"cus_1".to_owned()),
        (200, String::new()),
    ];
    for (status, body) in answers {
        let server = Server::start(move |_: &Request| MockResponse::json(status, &body)).unwrap();
        for outcome in both(&server.url()).await {
            let error = outcome.expect_err("this is no customer");
            assert_eq!(
                (error.attempts(), error.status().map(|status| status.as_u16())),
                (1, Some(status)),
                "{error}"
            );
            assert_eq!(matches!(error, Error::Decode(_)), status == 200, "{error}");
        }
        assert_eq!(server.requests(), 2);
    }
    let server = Server::start(|_: &Request| {
        MockResponse::json(500, "").header("stripe-should-retry", false)
    })
    .unwrap();
    for outcome in both(&server.url()).await {
        assert_eq!(outcome.expect_err("this is no customer").attempts(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_connection_is_reported() {
    let url = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for outcome in both(&url).await {
        let error = outcome.expect_err("nobody is there");
        let Error::Connection(connection) = &error else { panic!("{error}") };
        assert_eq!((connection.kind(), connection.attempts()), (FailureKind::Connect, 3));
        let text = error.to_string();
        assert!(
            text.starts_with("could not connect: ")
                && text.ends_with(" (POST /v1/customers, 3 attempts)"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_host_name_is_reported() {
    for outcome in both("http://there.is.no.such.host.invalid").await {
        let error = outcome.expect_err("nobody is there");
        assert!(
            matches!(&error, Error::Connection(error) if error.kind() == FailureKind::Connect),
            "{error:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timeout_covers_head_and_body() {
    let late = Duration::from_secs(3);
    for reaction in [good().head_delay(late), good().body_delay(late)] {
        let server = Server::start(move |_: &Request| reaction.clone()).unwrap();
        let begun = Instant::now();
        for outcome in both(&server.url()).await {
            let error = outcome.expect_err("it was too late");
            assert!(matches!(error, Error::Timeout(_)), "{error:?}");
            assert_eq!(error.attempts(), 3);
        }
        let elapsed = begun.elapsed();
        assert!(
            (Duration::from_millis(2400)..Duration::from_millis(6000)).contains(&elapsed),
            "{elapsed:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_closed_while_idle_does_not_count_as_attempt() {
    let server = Server::start(|_: &Request| good().closing_connection()).unwrap();
    let client = builder(&server.url()).max_retries(0).build().unwrap();
    for _ in 0..20 {
        Customer::create().send(&client).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let client = builder(&server.url()).max_retries(0).build_blocking().unwrap();
    let sent = tokio::task::spawn_blocking(move || {
        (0..20).try_for_each(|_| {
            std::thread::sleep(Duration::from_millis(5));
            Customer::create().send(&client).map(drop)
        })
    });
    sent.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_reused() {
    let server = Server::start(|_: &Request| good()).unwrap();
    let client = builder(&server.url()).build().unwrap();
    for _ in 0..50 {
        Customer::create().send(&client.clone()).await.unwrap();
    }
    assert_eq!((server.requests(), server.connections()), (50, 1));

    let server = Server::start(|_: &Request| good()).unwrap();
    let client: blocking::Client = builder(&server.url()).build_blocking().unwrap();
    tokio::task::spawn_blocking(move || {
        (0..50).for_each(|_| drop(Customer::create().send(&client.clone()).unwrap()))
    })
    .await
    .unwrap();
    assert_eq!((server.requests(), server.connections()), (50, 1));
}
