//! Many requests at once, and many one after the other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pinstripe::retry::RetryPolicy;
use pinstripe::{Client, Customer};
use pinstripe_mock::server::{Handler, MockResponse, Request, Server};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

fn customer(id: u64) -> String {
    format!(r#"{{"id": "cus_{id}", "object": "customer", "created": 0, "livemode": false}}"#)
}

/// Creates one object for each idempotency key, and fails every fifth time in one of many ways.
#[derive(Default)]
struct Unreliable {
    /// The number of the object for each key.
    created: Mutex<BTreeMap<String, u64>>,
    dice: AtomicU64,
    faults: AtomicU64,
}

struct Shared(Arc<Unreliable>);

impl Unreliable {
    /// The next of a fixed sequence of numbers that look like dice.
    fn roll(&self) -> u64 {
        let mut x = self.dice.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }
}

impl Handler for Shared {
    fn handle(&self, request: &Request) -> MockResponse {
        let server = &self.0;
        let key = request.header("idempotency-key").expect("a write has a key").to_owned();
        let mut created = server.created.lock().unwrap();
        let next = created.len() as u64;
        let good = |created: &mut BTreeMap<String, u64>| {
            MockResponse::json(200, customer(*created.entry(key.clone()).or_insert(next)))
        };
        let roll = server.roll();
        if roll % 10 >= 2 {
            return good(&mut created);
        }
        server.faults.fetch_add(1, Ordering::Relaxed);
        let refusal = |status| {
            MockResponse::json(status, r#"{"error": {"type": "api_error", "message": "not now"}}"#)
        };
        // Some of them fail before anything is done, some after.
        match roll / 10 % 9 {
            0 => MockResponse::reset(),
            1 => refusal(409),
            2 => refusal(500),
            3 => refusal(503),
            4 => refusal(429).header("stripe-should-retry", true),
            5 => good(&mut created).cut_at(0),
            6 => good(&mut created).cut_at(20),
            7 => good(&mut created).cut_in_body(),
            _ => {
                drop(good(&mut created));
                refusal(500)
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_write_never_creates_two_objects() {
    const WRITES: usize = 10_000;
    let unreliable = Arc::new(Unreliable::default());
    let server = Server::start(Shared(Arc::clone(&unreliable))).unwrap();
    let mut policy = RetryPolicy::default();
    policy.max_retries = 20;
    policy.min_delay = Duration::from_millis(1);
    policy.max_delay = Duration::from_millis(10);
    let client = Client::builder("sk_test_123")
        .base_urls(server.url())
        .no_proxy()
        .retry_policy(policy)
        .build()
        .unwrap();
    let ids = Arc::new(Mutex::new(BTreeMap::<String, u32>::new()));
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let (client, ids) = (client.clone(), Arc::clone(&ids));
        tasks.spawn(async move {
            for _ in 0..WRITES / 100 {
                let customer =
                    Customer::create().send(&client).await.expect("20 retries get through");
                *ids.lock().unwrap().entry(customer.id.to_string()).or_default() += 1;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let faults = unreliable.faults.load(Ordering::Relaxed);
    let ids = ids.lock().unwrap();
    assert_eq!(unreliable.created.lock().unwrap().len(), WRITES, "as many objects as writes");
    assert_eq!(ids.len(), WRITES, "every write has an object of its own");
    assert!(ids.values().all(|times| *times == 1));
    assert!(faults > WRITES as u64 / 5, "{faults} faults are less than a fifth of {WRITES}");
    assert!(server.max_open_connections() <= 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousand_concurrent_requests_share_the_allowed_connections() {
    let server = Server::start(|_: &Request| {
        MockResponse::json(200, customer(1)).head_delay(Duration::from_millis(2))
    })
    .unwrap();
    let client = Client::builder("sk_test_123")
        .base_urls(server.url())
        .no_proxy()
        .max_connections(16)
        .build()
        .unwrap();
    let alive = || Handle::current().metrics().num_alive_tasks();
    let before = alive();
    for _ in 0..3 {
        let mut tasks = JoinSet::new();
        for _ in 0..1000 {
            let client = client.clone();
            tasks.spawn(async move { Customer::create().send(&client).await.map(drop) });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
    }
    assert_eq!(server.requests(), 3000);
    assert!(server.max_open_connections() <= 16, "{} connections", server.max_open_connections());
    eventually("a task for each connection, and no other", || alive() <= before + 16).await;
    drop(client);
    eventually("no task and no connection", || alive() <= before && server.open_connections() == 0)
        .await;
}

/// Waits until a condition holds.
async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..100 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("there was to be {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_request_leaves_the_pool_usable() {
    let slow = Duration::from_millis(30);
    let server = Server::start(move |request: &Request| {
        let reaction = MockResponse::json(200, customer(1));
        match request.path.ends_with("slow_head") {
            true => reaction.head_delay(slow),
            false if request.path.ends_with("slow_body") => reaction.body_delay(slow),
            false => reaction,
        }
    })
    .unwrap();
    let client = Client::builder("sk_test_123")
        .base_urls(server.url())
        .no_proxy()
        .max_connections(2)
        .build()
        .unwrap();
    let before = Handle::current().metrics().num_alive_tasks();
    for round in 0..200 {
        let path = if round % 2 == 0 { "/v1/slow_head" } else { "/v1/slow_body" };
        let call = pinstripe::RawRequest::<pinstripe::RawJson>::post(path).send(&client);
        // Cancelled at every stage: before sending, while waiting, while reading.
        let _ = tokio::time::timeout(Duration::from_micros(round * 200), call).await;
    }
    for _ in 0..10 {
        let customer =
            tokio::time::timeout(Duration::from_secs(5), Customer::create().send(&client)).await;
        customer.expect("the pool is usable").unwrap();
    }
    let alive = || Handle::current().metrics().num_alive_tasks();
    eventually("no more than two connections", || {
        server.open_connections() <= 2 && alive() <= before + 2
    })
    .await;
}

#[test]
fn client_is_send_sync_and_clone() {
    fn check<T: Clone + Send + Sync + 'static>() {}
    check::<Client>();
    check::<pinstripe::blocking::Client>();
    fn sends<T: Send>(_: &T) {}
    let client = Client::builder("sk_test_123").no_proxy().build().unwrap();
    sends(&Customer::create().send(&client));
    sends(&Customer::list().stream(&client));
    assert_eq!(size_of::<Client>(), 2 * size_of::<usize>(), "a clone is two counters");
}
