//! Memory over many requests. It has a process of its own, where nothing else takes any.

use pinstripe::{Client, Customer};
use pinstripe_mock::server::{MockResponse, Request, Server};
use tokio::task::JoinSet;

const CUSTOMER: &str = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;

#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_flat_over_a_hundred_thousand_requests() {
    let server = Server::start(|_: &Request| MockResponse::json(200, CUSTOMER)).unwrap();
    let client = Client::builder("sk_test_123")
        .base_urls(server.url())
        .no_proxy()
        .max_connections(8)
        .build()
        .unwrap();
    let run = async |requests: usize| {
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let client = client.clone();
            tasks.spawn(async move {
                for _ in 0..requests / 8 {
                    Customer::create().email("jenny@example.com").send(&client).await.unwrap();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    };
    run(10_000).await;
    let before = resident_kib();
    run(100_000).await;
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        println!("resident: {before} KiB, then {after} KiB");
        assert!(after < before + 16 * 1024, "{before} KiB became {after} KiB");
    }
}

/// How much memory the process has, where the system says.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
