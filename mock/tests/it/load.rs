//! Many connections at once, and ends of the process at any time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use pinstripe_mock::Server;
use serde_json::Value;

use crate::client::client;

/// Sends a request on an open connection. Returns the status and the body.
fn exchange(
    stream: &mut BufReader<TcpStream>,
    method: &str,
    path: &str,
    body: &str,
) -> Option<(u16, Value)> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk_test_123\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.get_mut().write_all(request.as_bytes()).ok()?;
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
            status = rest.split(' ').next()?.parse().ok()?;
        }
        if let Some(rest) = line.to_lowercase().strip_prefix("content-length: ") {
            length = rest.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((status, serde_json::from_slice(&body).ok()?))
}

#[test]
fn mixed_requests_of_64_connections_are_right() {
    // 39 rounds are 10,000 requests.
    let rounds =
        std::env::var("PINSTRIPE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(8);
    let server = Server::start().unwrap();
    let address = server.url().trim_start_matches("http://").to_owned();
    let start = Instant::now();
    thread::scope(|scope| {
        for worker in 0..64 {
            let address = &address;
            scope.spawn(move || {
                let mut stream = BufReader::new(TcpStream::connect(address).unwrap());
                for round in 0..rounds {
                    let name = format!("w{worker}r{round}");
                    let mut call = |method: &str, path: &str, body: &str| {
                        let (status, value) = exchange(&mut stream, method, path, body).unwrap();
                        assert_eq!(status, 200, "{value}");
                        value
                    };
                    let made = call("POST", "/v1/customers", &format!("name={name}"));
                    let path = format!("/v1/customers/{}", made["id"].as_str().unwrap());
                    assert_eq!(call("GET", &path, "")["name"], name.as_str());
                    let paid = call(
                        "POST",
                        "/v1/payment_intents",
                        "amount=500&currency=usd&confirm=true&payment_method=pm_card_visa",
                    );
                    assert_eq!(paid["status"], "succeeded");
                    assert_eq!(call("POST", &path, "name=changed")["name"], "changed");
                }
            });
        }
    });
    let took = start.elapsed();
    let requests = 64 * 4 * rounds;
    println!(
        "{requests} requests in {took:?}: {:.0} each second",
        requests as f64 / took.as_secs_f64()
    );
    let balance = client(&server).get("/v1/balance");
    // 5.00 less the fee of 0.44, for each of the payments.
    assert_eq!(balance["pending"][0]["amount"], 64 * rounds * 456);
}

#[test]
fn what_was_acknowledged_survives_the_end_of_the_process() {
    let path = std::env::temp_dir().join(format!("pinstripe-mock-killed-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let mut acknowledged: Vec<String> = Vec::new();
    let rounds =
        std::env::var("PINSTRIPE_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5);
    for round in 0..rounds {
        let mut process = Command::new(env!("CARGO_BIN_EXE_pinstripe-mock"))
            .args(["--port", "0", "--data"])
            .arg(&path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap().to_owned();
        let mut stream = BufReader::new(TcpStream::connect(&address).unwrap());
        // Everything from before is there.
        for id in acknowledged.iter().rev().take(5) {
            let (status, _) =
                exchange(&mut stream, "GET", &format!("/v1/customers/{id}"), "").unwrap();
            assert_eq!(status, 200, "{id} is lost in round {round}");
        }
        let killer = thread::spawn(move || {
            thread::sleep(std::time::Duration::from_millis(5 + (round * 7) % 40));
            process.kill().unwrap();
            process.wait().unwrap();
        });
        while let Some((status, made)) = exchange(&mut stream, "POST", "/v1/customers", "name=x") {
            assert_eq!(status, 200);
            acknowledged.push(made["id"].as_str().unwrap().to_owned());
        }
        killer.join().unwrap();
    }
    let server = Server::builder().data(&path).start().unwrap();
    let kept = server.objects("customer");
    let ids: std::collections::HashSet<&str> =
        kept.iter().filter_map(|one| one["id"].as_str()).collect();
    assert!(!acknowledged.is_empty());
    for id in &acknowledged {
        assert!(ids.contains(id.as_str()), "{id} is lost");
    }
    println!("{} objects survived {rounds} ends of the process", acknowledged.len());
    drop(server);
    std::fs::remove_file(&path).unwrap();
}
