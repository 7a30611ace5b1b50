//! Malformed, truncated and endless HTTP responses, generated from seeds and read by both clients.
//!
//! Every request names its seed in a header, and the server derives the response from that seed.
//! To fuzz for longer than the fixed seeds do:
//!
//! ```sh
//! PINSTRIPE_FUZZ_SECONDS=1800 cargo test -p pinstripe-tests --test it malformed_responses
//! ```

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pinstripe::retry::RetryPolicy;
use pinstripe::{Client, ClientBuilder, Customer, Quote, blocking};

use super::random_response::{End, RandomResponse};

/// The number of seeds to test unless `PINSTRIPE_FUZZ_SECONDS` is set.
const SEEDS: u64 = 600;
const TIMEOUT: Duration = Duration::from_millis(300);
const THREADS: u64 = 8;

/// The name of the header that carries the seed of a request.
const SEED_HEADER: &str = "x-seed";

#[test]
fn malformed_responses_never_panic_or_outlast_the_timeout() {
    let url = start_server();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = runtime.block_on(async { builder(&url).build().unwrap() });
    let blocking = builder(&url).build_blocking().unwrap();
    let duration = std::env::var("PINSTRIPE_FUZZ_SECONDS").ok();
    let duration = duration.map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let first = if duration.is_some() { 1 << 32 } else { 0 };
    let (next, succeeded) = (AtomicU64::new(first), AtomicU64::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    match duration {
                        Some(duration) if begun.elapsed() > duration => return,
                        None if seed == SEEDS => return,
                        None if seed > SEEDS => return,
                        _ => {}
                    }
                    let ok = timed(seed, "async", || runtime.block_on(send(&client, seed)));
                    succeeded.fetch_add(ok.into(), Ordering::SeqCst);
                    let ok = timed(seed, "blocking", || send_blocking(&blocking, seed));
                    succeeded.fetch_add(ok.into(), Ordering::SeqCst);
                }
            });
        }
    });
    let tried = next.load(Ordering::SeqCst) - first;
    println!("{tried} seeds, {} successes, {}", succeeded.into_inner(), memory());
}

/// The timeout of an attempt. A valid response is read however busy the machine is.
fn timeout(seed: u64) -> Duration {
    if RandomResponse::new(seed).is_valid { Duration::from_secs(60) } else { TIMEOUT }
}

/// Runs one request and checks that it ends soon after its timeout.
fn timed(seed: u64, client: &str, run: impl FnOnce() -> bool) -> bool {
    let begun = Instant::now();
    let is_success = run();
    let limit = timeout(seed) * 2 + Duration::from_secs(20);
    assert!(begun.elapsed() < limit, "seed {seed}, {client}: took {:?}", begun.elapsed());
    let is_expected = is_success || !RandomResponse::new(seed).is_valid;
    assert!(is_expected, "seed {seed}, {client}: the valid response was not read");
    is_success
}

async fn send(client: &Client, seed: u64) -> bool {
    match seed % 4 {
        0 | 1 => {
            let request = Customer::create()
                .customize()
                .timeout(timeout(seed))
                .header(SEED_HEADER, seed.to_string());
            is_own_customer(seed, request.send(client).await)
        }
        2 => {
            let request = Customer::list()
                .customize()
                .timeout(timeout(seed))
                .header(SEED_HEADER, seed.to_string());
            is_shown(request.stream(client).try_collect().await)
        }
        _ => {
            let request = Quote::pdf("qt_1")
                .customize()
                .timeout(timeout(seed))
                .header(SEED_HEADER, seed.to_string());
            match request.download(client).await {
                Ok(download) => is_shown(download.bytes().await),
                Err(error) => is_shown::<()>(Err(error)),
            }
        }
    }
}

fn send_blocking(client: &blocking::Client, seed: u64) -> bool {
    match seed % 4 {
        0 | 1 => {
            let request = Customer::create()
                .customize()
                .timeout(timeout(seed))
                .header(SEED_HEADER, seed.to_string());
            is_own_customer(seed, request.send(client))
        }
        2 => {
            let request = Customer::list()
                .customize()
                .timeout(timeout(seed))
                .header(SEED_HEADER, seed.to_string());
            is_shown(request.stream(client).collect::<Result<Vec<_>, _>>())
        }
        _ => {
            let request = Quote::pdf("qt_1")
                .customize()
                .timeout(timeout(seed))
                .header(SEED_HEADER, seed.to_string());
            match request.download(client) {
                Ok(mut download) => std::io::copy(&mut download, &mut std::io::sink()).is_ok(),
                Err(error) => is_shown::<()>(Err(error)),
            }
        }
    }
}

/// Returns whether the request succeeded. A customer with the ID of another seed means that a
/// connection was reused with bytes of an earlier response in it.
fn is_own_customer(
    seed: u64,
    outcome: Result<pinstripe::Response<Customer>, pinstripe::Error>,
) -> bool {
    if RandomResponse::new(seed).is_valid {
        let customer = outcome.unwrap_or_else(|error| panic!("seed {seed}: {error:?}"));
        assert_eq!(customer.id.as_str(), format!("cus_{seed}"), "the response of another request");
        return true;
    }
    is_shown(outcome)
}

/// Formats the result, which must not panic either, and returns whether it is `Ok`.
fn is_shown<T: std::fmt::Debug>(outcome: Result<T, pinstripe::Error>) -> bool {
    match outcome {
        Ok(value) => {
            drop(format!("{value:?}"));
            true
        }
        Err(error) => {
            drop(format!("{error} {error:?} {:?} {:?}", error.status(), error.request_id()));
            false
        }
    }
}

fn builder(url: &str) -> ClientBuilder {
    let mut policy = RetryPolicy::default();
    policy.max_retries = 1;
    policy.min_delay = Duration::from_millis(1);
    policy.max_delay = Duration::from_millis(2);
    Client::builder("sk_test_123")
        .base_urls(url)
        .no_proxy()
        .retry_policy(policy)
        .max_response_size(1 << 20)
        .timeout(TIMEOUT)
}

/// The largest amount of memory that the process has held, where the system reports it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown").to_owned()
}

fn start_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    url
}

/// Responds to requests until the connection ends. The side that breaks it is up to the seed.
fn serve(mut stream: TcpStream) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let mut buffer = Vec::new();
    loop {
        let response = RandomResponse::new(read_seed(&mut stream, &mut buffer)?);
        for piece in response.pieces() {
            stream.write_all(piece).ok()?;
        }
        match response.end {
            End::KeepOpen => {}
            End::Close => return stream.shutdown(Shutdown::Both).ok(),
            End::Reset => {
                return socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).ok();
            }
            End::Stall => {
                thread::sleep(TIMEOUT * 4);
                return None;
            }
            End::Repeat(bytes) => loop {
                stream.write_all(&bytes).ok()?;
            },
        }
    }
}

/// Reads one request and returns the seed that it carries.
fn read_seed(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<u64> {
    let mut more = [0; 4096];
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut more).ok()? {
            0 => return None,
            read => buffer.extend_from_slice(&more[..read]),
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
    buffer.drain(..end);
    let seed = head.split_once(&format!("{SEED_HEADER}: "))?.1.lines().next()?.parse().ok()?;
    Some(seed)
}
