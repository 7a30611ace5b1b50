//! Requests to a server on the same machine. The server is a separate process, so that only the
//! client's time is measured.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::samples;

const SERVER: &str = "--server";
const REQUESTS: usize = 4000;
const AT_ONCE: usize = 32;

pub fn is_server() -> bool {
    std::env::args().any(|argument| argument == SERVER)
}

/// Responds to every request with an invoice, and keeps connections open.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        println!("{}", listener.local_addr().expect("an address"));
        std::io::stdout().flush().expect("somebody listens");
        let body = samples::text(&samples::invoice(1), None);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_1\r\ncontent-length: {}\r\n\r\n", body.len());
        let answer: &'static str = Box::leak((head + &body).into_boxed_str());
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { continue };
            tokio::spawn(async move {
                let mut buffer = vec![0; 16 << 10];
                // A `GET` fits into one read, and the client sends the next one only after the
                // response.
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) && stream.write_all(answer.as_bytes()).await.is_ok() {}
            });
        }
    });
}

pub fn compare() {
    let mut server = Command::new(std::env::current_exe().expect("a path")).arg(SERVER).stdout(Stdio::piped()).spawn().expect("a process");
    let mut address = String::new();
    BufReader::new(server.stdout.take().expect("it is piped")).read_line(&mut address).expect("an address");
    let url = format!("http://{}", address.trim());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");

    let own = pinstripe::Client::builder("sk_test_1").base_urls(&url).build().expect("a client");
    let theirs = stripe::ClientBuilder::new("sk_test_1").url(format!("{url}/")).build().expect("a client");
    let own = || async {
        pinstripe::Invoice::retrieve("in_1").send(&own).await.expect("an invoice");
    };
    let theirs = || async {
        stripe_billing::invoice::RetrieveInvoice::new("in_1").send(&theirs).await.expect("an invoice");
    };
    let mut rows = [("pinstripe", Vec::new()), ("async-stripe", Vec::new())];
    for _ in 0..5 {
        rows[0].1.push(runtime.block_on(run(own)));
        rows[1].1.push(runtime.block_on(run(theirs)));
    }
    server.kill().expect("it runs");
    println!("\n{REQUESTS} invoices from a server, {AT_ONCE} at once      requests/s   µs of CPU each");
    for (name, mut runs) in rows {
        runs.sort_unstable();
        let (wall, cpu) = runs[runs.len() / 2];
        println!("  {name:39}{:18.0}{:17.0}", REQUESTS as f64 / wall.as_secs_f64(), cpu.as_secs_f64() * 1e6 / REQUESTS as f64);
    }
}

/// Wall time and CPU time of all requests.
async fn run<F: Future<Output = ()>>(request: impl Fn() -> F) -> (Duration, Duration) {
    let (begun, cpu) = (Instant::now(), ProcessTime::now());
    let mut open: FuturesUnordered<F> = (0..AT_ONCE).map(|_| request()).collect();
    let mut sent = AT_ONCE;
    while open.next().await.is_some() {
        if sent < REQUESTS {
            open.push(request());
            sent += 1;
        }
    }
    (begun.elapsed(), cpu.elapsed())
}
