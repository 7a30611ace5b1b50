//! Responses without an end, or with another end than announced; waits that have one; with both clients.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pinstripe::retry::{FailureKind, RetryPolicy};
use pinstripe::{Client, ClientBuilder, Customer, Error, Quote, Response};
use pinstripe_mock::server::{MockResponse, Request, Server};

use super::script::{Script, answer};

const CUSTOMER: &str = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;
const JSON: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// A server that sends a response, and then repeats a piece of it until the client stops reading.
struct Raw {
    url: String,
    /// The requests that were read.
    requests: Arc<AtomicU64>,
    /// The bytes that were written.
    written: Arc<AtomicU64>,
}

/// How a connection ends after the response.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Never,
    Close,
    Reset,
}

impl Raw {
    /// Answers with `first`, `then` for ever, and every request but the first of each connection's client with `CUSTOMER`.
    fn start(first: impl Into<String>, then: impl Into<String>, end: End) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (requests, written) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let (first, then) = (first.into(), then.into().into_bytes());
        let (count, sum) = (Arc::clone(&requests), Arc::clone(&written));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, first, then) = (stream.unwrap(), first.clone(), then.clone());
                let (count, sum) = (Arc::clone(&count), Arc::clone(&sum));
                thread::spawn(move || {
                    read_head(&mut stream);
                    count.fetch_add(1, Ordering::SeqCst);
                    let mut write = |bytes: &[u8]| {
                        sum.fetch_add(bytes.len() as u64, Ordering::SeqCst);
                        stream.write_all(bytes)
                    };
                    let mut sent = write(first.as_bytes());
                    while sent.is_ok() && end == End::Never && !then.is_empty() {
                        sent = write(&then);
                    }
                    finish(&stream, end);
                });
            }
        });
        Self { url, requests, written }
    }

    fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }
}

fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
}

fn finish(stream: &TcpStream, end: End) {
    // The sent bytes must arrive before the connection is closed.
    thread::sleep(Duration::from_millis(30));
    match end {
        End::Never => thread::sleep(Duration::from_secs(5)),
        End::Close => drop(stream.shutdown(Shutdown::Both)),
        End::Reset => drop(socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))),
    }
}

fn builder(url: &str) -> ClientBuilder {
    let mut policy = RetryPolicy::default();
    policy.min_delay = Duration::from_millis(1);
    policy.max_delay = Duration::from_millis(5);
    Client::builder("sk_test_123")
        .base_urls(url)
        .no_proxy()
        .retry_policy(policy)
        .timeout(Duration::from_secs(20))
}

type Outcome = Result<Response<Customer>, Error>;

/// A customer created by the one client, and then by the other.
async fn both(builder: impl Fn() -> ClientBuilder) -> [Outcome; 2] {
    let one = Customer::create().send(&builder().build().unwrap()).await;
    let client = builder().build_blocking().unwrap();
    let other =
        tokio::task::spawn_blocking(move || Customer::create().send(&client)).await.unwrap();
    [one, other]
}

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_response_is_refused_at_the_limit_and_not_retried() {
    const LIMIT: u64 = 1 << 20;
    let filler = "a".repeat(16 * 1024);
    let begun = r#"{"id": ""#;
    for (name, first, then) in [
        ("announced", format!("{JSON}content-length: 10000000000\r\n\r\n{begun}"), filler.clone()),
        (
            "in chunks",
            format!("{JSON}transfer-encoding: chunked\r\n\r\n{}", chunk(begun)),
            chunk(&filler),
        ),
        (
            "in small chunks",
            format!("{JSON}transfer-encoding: chunked\r\n\r\n{}", chunk(begun)),
            chunk(&"a".repeat(64)).repeat(100),
        ),
        ("to the end of the connection", format!("{JSON}\r\n{begun}"), filler.clone()),
        ("an endless list", format!("{JSON}\r\n["), "0,".repeat(8000)),
    ] {
        let server = Raw::start(first, then, End::Never);
        for outcome in both(|| builder(&server.url).max_response_size(LIMIT)).await {
            let error = outcome.expect_err(name);
            let Error::Connection(connection) = &error else { panic!("{name}: {error:?}") };
            assert_eq!(
                (connection.kind(), connection.attempts()),
                (FailureKind::TooLarge, 1),
                "{name}"
            );
            let text = error.to_string();
            assert!(
                text.starts_with(
                    "response too large: the body is larger than 1048576 bytes: raise "
                ),
                "{text}"
            );
        }
        assert_eq!(server.requests(), 2, "{name}");
        assert!(server.written() < 60 << 20, "{name}: {} bytes", server.written());
    }
}

#[tokio::test]
async fn default_response_limit_is_64_mib() {
    let sized = |size: usize| format!("{CUSTOMER}{}", " ".repeat(size - CUSTOMER.len()));
    let script =
        Script::new([answer(200, &[], &sized(64 << 20)), answer(200, &[], &sized((64 << 20) + 1))]);
    let client = script.client();
    assert_eq!(Customer::create().send(&client).await.unwrap().id, "cus_1");
    let error = Customer::create().send(&client).await.unwrap_err();
    assert!(
        matches!(&error, Error::Connection(error) if error.kind() == FailureKind::TooLarge),
        "{error:?}"
    );
    let script = Script::new([answer(200, &[], &sized(100)), answer(200, &[], &sized(101))]);
    let client = script.builder().max_response_size(100).build().unwrap();
    assert!(Customer::create().send(&client).await.is_ok());
    assert!(Customer::create().send(&client).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_error_body_keeps_its_status() {
    let filler = "a".repeat(16 * 1024);
    for framing in ["content-length: 10000000000\r\n\r\n", "\r\n"] {
        let server = Raw::start(
            format!("HTTP/1.1 401 No\r\ncontent-type: application/json\r\n{framing}"),
            &*filler,
            End::Never,
        );
        for outcome in both(|| builder(&server.url)).await {
            let error = outcome.unwrap_err();
            let Error::Authentication(api) = &error else { panic!("{error:?}") };
            assert_eq!((api.body().len(), api.attempts()), (1 << 20, 1));
        }
        assert!(server.written() < 30 << 20, "{} bytes", server.written());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn download_has_no_size_limit() {
    let server =
        Server::start(|_: &Request| MockResponse::bytes(200, "application/pdf", vec![7; 3 << 20]))
            .unwrap();
    let client = builder(&server.url()).max_response_size(10).build().unwrap();
    assert_eq!(
        Quote::pdf("qt_1").download(&client).await.unwrap().bytes().await.unwrap().len(),
        3 << 20
    );
    assert!(
        matches!(Quote::pdf("qt_1").send(&client).await, Err(Error::Connection(_))),
        "in memory there is one"
    );
    let client = builder(&server.url()).max_response_size(10).build_blocking().unwrap();
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        Quote::pdf("qt_1").download(&client).unwrap().read_to_end(&mut bytes).unwrap();
        bytes.len()
    });
    assert_eq!(read.await.unwrap(), 3 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_download_times_out() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\n";
    let filler = "a".repeat(16 * 1024);
    for (first, then) in [
        (format!("{head}\r\n"), filler.clone()),
        (format!("{head}content-length: 100000000000\r\n\r\n"), filler.clone()),
        (format!("{head}transfer-encoding: chunked\r\n\r\n"), chunk(&filler)),
    ] {
        let server = Raw::start(first, then, End::Never);
        let begun = Instant::now();
        let builder = || builder(&server.url).timeout(Duration::from_millis(300));
        let client = builder().build().unwrap();
        let mut download = Quote::pdf("qt_1").download(&client).await.unwrap();
        let error = loop {
            match download.try_next().await {
                Ok(piece) => assert!(
                    piece.is_some() && begun.elapsed() < Duration::from_secs(2),
                    "it has no end"
                ),
                Err(error) => break error,
            }
            // The next piece is there before it is asked for.
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        assert!(matches!(error, Error::Timeout(_)), "{error:?}");
        let client = builder().build_blocking().unwrap();
        let read = tokio::task::spawn_blocking(move || {
            std::io::copy(&mut Quote::pdf("qt_1").download(&client).unwrap(), &mut std::io::sink())
                .unwrap_err()
                .to_string()
        });
        assert!(read.await.unwrap().starts_with("request timed out"));
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_headers_and_trailers_close_the_connection() {
    let head = |header: String| {
        format!("{JSON}{header}\r\ncontent-length: {}\r\n\r\n{CUSTOMER}", CUSTOMER.len())
    };
    let chunked =
        |rest: &str| format!("{JSON}transfer-encoding: chunked\r\n\r\n{}{rest}", chunk(CUSTOMER));
    for (name, first, then) in [
        ("a large header", head(format!("x-a: {}", "a".repeat(2 << 20))), String::new()),
        ("a header without an end", format!("{JSON}x-a: "), "a".repeat(8000)),
        (
            "interim responses without an end",
            String::new(),
            "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000),
        ),
        (
            "early hints without an end",
            String::new(),
            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(1000),
        ),
        ("headers without an end", JSON.to_owned(), "x-a: b\r\n".repeat(1000)),
        ("trailers without an end", chunked("0\r\n"), "x-a: b\r\n".repeat(1000)),
        ("a trailer without an end", chunked("0\r\nx-a: "), "a".repeat(8000)),
        ("a chunk extension without an end", chunked("5;a="), "a".repeat(8000)),
    ] {
        let server = Raw::start(first, then, End::Never);
        let begun = Instant::now();
        for outcome in both(|| builder(&server.url)).await {
            let error = outcome.expect_err(name);
            let Error::Connection(connection) = &error else { panic!("{name}: {error:?}") };
            assert_eq!(
                (connection.kind(), connection.attempts()),
                (FailureKind::Interrupted, 3),
                "{name}: {error}"
            );
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
        assert_eq!(server.requests(), 6, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_response_is_refused() {
    for end in [End::Close, End::Reset] {
        for cut in [0, 1, 20, CUSTOMER.len() - 1] {
            let server = Raw::start(format!("{JSON}\r\n{}", &CUSTOMER[..cut]), "", end);
            for (client, outcome) in
                ["async", "blocking"].into_iter().zip(both(|| builder(&server.url)).await)
            {
                let error = outcome.expect_err("this is not whole");
                let Error::Connection(connection) = &error else {
                    panic!("{client}, {cut} bytes: {error:?}")
                };
                assert_eq!(
                    (connection.kind(), connection.attempts()),
                    (FailureKind::Interrupted, 3),
                    "{client}, {cut} bytes"
                );
            }
            assert_eq!(server.requests(), 6);
        }
    }
    let server = Raw::start(format!("{JSON}\r\n{CUSTOMER}"), "", End::Close);
    for outcome in both(|| builder(&server.url)).await {
        assert_eq!(outcome.unwrap().id, "cus_1");
    }
    let server = Raw::start(format!("{JSON}\r\n{CUSTOMER}}}"), "", End::Close);
    for outcome in both(|| builder(&server.url)).await {
        assert!(
            matches!(outcome, Err(Error::Decode(_))),
            "what is wrong in another way stays wrong"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_download_is_an_error() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\n\r\n";
    let server = Raw::start(format!("{head}{}", "a".repeat(1000)), "", End::Reset);
    let client = builder(&server.url).build().unwrap();
    assert!(Quote::pdf("qt_1").download(&client).await.unwrap().bytes().await.is_err());
    let client = builder(&server.url).build_blocking().unwrap();
    let read = tokio::task::spawn_blocking(move || {
        Quote::pdf("qt_1").download(&client).unwrap().read_to_end(&mut Vec::new())
    });
    assert!(read.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn timeout_includes_the_wait_for_a_connection() {
    let server = Server::start(|_: &Request| {
        MockResponse::json(200, CUSTOMER).head_delay(Duration::from_secs(8))
    })
    .unwrap();
    let client = || {
        builder(&server.url()).max_connections(1).max_retries(0).timeout(Duration::from_millis(500))
    };
    let blocking = client().build_blocking().unwrap();
    let begun = Instant::now();
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let client = blocking.clone();
            thread::spawn(move || Customer::create().send(&client).unwrap_err())
        })
        .collect();
    for thread in threads {
        let error = thread.join().unwrap();
        assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    }
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());

    let asynchronous = client().build().unwrap();
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let client = asynchronous.clone();
        tasks.spawn(async move { Customer::create().send(&client).await.unwrap_err() });
    }
    while let Some(error) = tasks.join_next().await {
        assert!(matches!(error, Ok(Error::Timeout(_))), "{error:?}");
    }
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
}

#[test]
fn unread_download_does_not_block_others_forever() {
    let server = Server::start(|request: &Request| match request.path.ends_with("/pdf") {
        true => MockResponse::bytes(200, "application/pdf", vec![7; 1 << 20]),
        false => MockResponse::json(200, CUSTOMER),
    })
    .unwrap();
    let client = builder(&server.url())
        .max_connections(1)
        .max_retries(0)
        .timeout(Duration::from_millis(300));
    let client = client.build_blocking().unwrap();
    let held = Quote::pdf("qt_1").download(&client).unwrap();
    let begun = Instant::now();
    let error = Customer::create().send(&client).unwrap_err();
    assert!(matches!(error, Error::Timeout(_)), "{error:?}");
    assert!(error.to_string().contains("no free connection within 300ms"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    drop(held);
    assert_eq!(
        Customer::create().send(&client).unwrap().id,
        "cus_1",
        "a slot that was given back is free"
    );
}
