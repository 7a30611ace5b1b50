//! Memory use of the client, in a separate process: other tests would change the figures.

use std::io::Read as _;
use std::sync::{Arc, Mutex};

use pinstripe::{Client, Customer, File, upload};
use pinstripe_mock::server::{MockResponse, Request, Server};
use tokio::task::JoinSet;

const FILE: &str =
    r#"{"id": "file_1", "object": "file", "created": 0, "purpose": "dispute_evidence", "size": 3}"#;

const CUSTOMER: &str = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;

#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
#[tokio::test(flavor = "multi_thread")]
async fn memory_is_constant_over_100_000_requests() {
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
    let before = memory_kib("VmRSS");
    run(100_000).await;
    let after = memory_kib("VmRSS");
    println!("resident memory: {before} KiB before, {after} KiB after");
    assert!(after < before + 16 * 1024, "resident memory grew: {before} KiB to {after} KiB");
}

#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
#[tokio::test(flavor = "multi_thread")]
async fn upload_from_reader_is_streamed() {
    const SIZE: u64 = 300 << 20;
    let received = Arc::new(Mutex::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let counted = Arc::clone(&received);
    // The mock server keeps request bodies in memory, so this server only counts bytes.
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 1 << 16];
        let mut tail = Vec::new();
        while !tail.ends_with(b"--\r\n") {
            let read = stream.read(&mut buffer).await.unwrap();
            *counted.lock().unwrap() += read as u64;
            tail = buffer[read.saturating_sub(4)..read].to_vec();
        }
        let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{FILE}", FILE.len());
        stream.write_all(response.as_bytes()).await.unwrap();
    });
    let before = memory_kib("VmHWM");
    let client = Client::builder("sk_test_123").base_urls(url).no_proxy().build().unwrap();
    let reader = upload::from_read("zeros", std::io::repeat(0).take(SIZE), Some(SIZE));
    File::create(reader, "dispute_evidence").send(&client).await.unwrap();
    assert!(*received.lock().unwrap() > SIZE);
    let after = memory_kib("VmHWM");
    assert!(after < before + (SIZE >> 10) / 2, "peak memory grew: {before} KiB to {after} KiB");
}

/// Returns a memory figure of this process from `/proc/self/status`, in KiB.
fn memory_kib(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc can be read");
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let value = line.expect("the field exists").trim().trim_end_matches("kB").trim();
    value.parse().expect("the field is a number")
}
