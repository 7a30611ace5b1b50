//! TLS, kept connections and proxies.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pinstripe::retry::FailureKind;
use pinstripe::{Client, Customer, Error};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::tls_server::{NEVER, builder, create_many, serve};

#[tokio::test(flavor = "multi_thread")]
async fn http1_is_used_without_http2() {
    for protocols in [&["http/1.1"][..], &[]] {
        let server = serve(protocols).await;
        let client = builder(&server).max_connections(4).build().unwrap();
        create_many(&client, 200).await;
        let connections = server.connections.load(Ordering::SeqCst);
        assert!(connections <= 4, "{connections} connections");
        assert!(
            server
                .versions
                .lock()
                .unwrap()
                .iter()
                .all(|version| *version == http::Version::HTTP_11)
        );
        let client = builder(&server).build_blocking().unwrap();
        tokio::task::block_in_place(|| Customer::create().send(&client)).unwrap();
    }
}

/// The process tests cover the feature `http2`.
#[cfg(not(feature = "http2"))]
#[tokio::test(flavor = "multi_thread")]
async fn http1_connections_are_kept_although_http2_is_offered() {
    let server = serve(&["h2", "http/1.1"]).await;
    let client = builder(&server).max_connections(4).build().unwrap();
    for _ in 0..20 {
        Customer::create().send(&client).await.unwrap();
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    create_many(&client, 200).await;
    let connections = server.connections.load(Ordering::SeqCst);
    assert!(connections <= 4, "{connections} connections");
    let versions = server.versions.lock().unwrap().clone();
    assert!(versions.iter().all(|version| *version == http::Version::HTTP_11), "{versions:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_http1_request_makes_room_for_the_next() {
    let server = serve(&["http/1.1"]).await;
    let client = builder(&server).max_connections(1).build().unwrap();
    Customer::create().send(&client).await.unwrap();
    let stuck = tokio::spawn({
        let client = client.clone();
        async move { Customer::create().idempotency_key(NEVER).send(&client).await.map(drop) }
    });
    while server.versions.lock().unwrap().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stuck.abort();
    // The server may still send the response to the cancelled request, so its connection is closed.
    create_many(&client, 10).await;
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_http1_connections_are_replaced() {
    let server = serve(&["http/1.1"]).await;
    let client = builder(&server).max_connections(2).build().unwrap();
    for _ in 0..5 {
        create_many(&client, 10).await;
        // The close may be noticed before or during the next request. In the second case the
        // request is sent again.
        server.hang_up();
        Customer::create().send(&client).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn untrusted_certificate_is_not_retried() {
    let server = serve(&["h2", "http/1.1"]).await;
    let other = serve(&["http/1.1"]).await;
    let builders = || {
        let usual = Client::builder("sk_test_123").base_urls(&server.url).no_proxy();
        [usual, builder(&other).base_urls(&server.url)]
    };
    for builder in builders() {
        let error = Customer::create().send(&builder.build().unwrap()).await.unwrap_err();
        let Error::Connection(connection) = &error else { panic!("{error:?}") };
        assert_eq!((connection.kind(), connection.attempts()), (FailureKind::Tls, 1), "{error}");
        assert!(error.to_string().starts_with("TLS handshake failed: "), "{error}");
    }
    for builder in builders() {
        let client = builder.build_blocking().unwrap();
        let error = tokio::task::block_in_place(|| Customer::create().send(&client)).unwrap_err();
        assert!(
            matches!(&error, Error::Connection(error) if error.kind() == FailureKind::Tls && error.attempts() == 1),
            "{error:?}"
        );
    }
    for pem in
        ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let builder = || Client::builder("sk_test_123").root_certificates(pem);
        let error = builder().build().unwrap_err().to_string();
        assert!(error.contains("a root certificate: "), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_refusal_is_permanent_and_proxy_failure_is_retried() {
    let server = serve(&["http/1.1"]).await;
    for (response, kind, tries) in [
        ("HTTP/1.1 403 Forbidden\r\n\r\n", FailureKind::Proxy, 1),
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: basic\r\n\r\n",
            FailureKind::Proxy,
            1,
        ),
        ("HTTP/1.1 405 No\r\ncontent-length: 2\r\n\r\nno", FailureKind::Proxy, 1),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", FailureKind::Connect, 3),
        ("HTTP/1.1 503 Busy\r\n\r\n", FailureKind::Connect, 3),
        ("HTTP/1.1 504 Late\r\n\r\n", FailureKind::Connect, 3),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://user:hunter2@{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(near.read_u8().await.unwrap());
                }
                count.fetch_add(1, Ordering::SeqCst);
                near.write_all(response.as_bytes()).await.unwrap();
            }
        });
        let mut policy = pinstripe::retry::RetryPolicy::default();
        policy.min_delay = Duration::from_millis(1);
        let builder = || builder(&server).proxy(&proxy).retry_policy(policy);
        let client = builder().build().unwrap();
        let one = Customer::create().send(&client).await.unwrap_err();
        let client = builder().build_blocking().unwrap();
        let other = tokio::task::block_in_place(|| Customer::create().send(&client)).unwrap_err();
        for error in [one, other] {
            let Error::Connection(connection) = &error else { panic!("{response}: {error:?}") };
            assert_eq!(
                (connection.kind(), connection.attempts()),
                (kind, tries),
                "{response}: {error}"
            );
            let text = format!("{error} {error:?}");
            assert!(text.contains(&response[9..12]) && !text.contains("hunter2"), "{text}");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 2 * tries, "{response}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_receives_connect() {
    let server = serve(&["h2", "http/1.1"]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://user:pass@{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let heads = Arc::clone(&heads);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(near.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let target = head.split(' ').nth(1).unwrap().replace("localhost", "127.0.0.1");
                heads.lock().unwrap().push(head);
                let mut far = TcpStream::connect(target).await.unwrap();
                near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    let client = builder(&server).proxy(&proxy).build().unwrap();
    Customer::create().send(&client).await.unwrap();
    let client = builder(&server).proxy(&proxy).build_blocking().unwrap();
    tokio::task::block_in_place(|| Customer::create().send(&client)).unwrap();
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    for head in asked.iter() {
        assert!(head.starts_with("CONNECT localhost:"), "{head}");
        assert!(head.to_lowercase().contains("proxy-authorization: basic dxnlcjpwyxnz"), "{head}");
        assert!(!head.contains("sk_test_123"), "the key is for nobody on the way");
    }
    for proxy in ["", "socks5://localhost", "localhost:80", "http://"] {
        let error = Client::builder("sk_test_123").proxy(proxy).build().unwrap_err();
        assert!(error.to_string().contains("invalid proxy URL"), "{error}");
    }
}
