//! HTTP/2, which needs the feature `http2`. A separate program, so that only this one is compiled
//! again with the feature.

#[path = "../it/client/tls_server.rs"]
mod tls_server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pinstripe::Customer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use tls_server::{NEVER, builder, create_many, serve};

#[tokio::test(flavor = "multi_thread")]
async fn all_requests_share_one_connection() {
    let server = serve(&["h2", "http/1.1"]).await;
    let client = builder(&server).build().unwrap();
    create_many(&client, 200).await;
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    let versions = server.versions.lock().unwrap().clone();
    assert!(
        versions.len() == 200 && versions.iter().all(|version| *version == http::Version::HTTP_2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_connection_is_replaced() {
    let server = serve(&["h2"]).await;
    let client = builder(&server).build().unwrap();
    for round in 0..5 {
        create_many(&client, 10).await;
        assert_eq!(server.connections.load(Ordering::SeqCst), round + 1);
        server.hang_up();
        // The close may be noticed before or during the next request. In the second case the
        // request is sent again.
        Customer::create().send(&client).await.unwrap();
        server.hang_up();
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.connections.store(round + 1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn host_without_http2_gets_limited_http1_connections() {
    for protocols in [&["http/1.1"][..], &[]] {
        let server = serve(protocols).await;
        let client = builder(&server).max_connections(4).build().unwrap();
        create_many(&client, 200).await;
        let connections = server.connections.load(Ordering::SeqCst);
        assert!(connections <= 4, "{connections} connections");
        let versions = server.versions.lock().unwrap().clone();
        assert!(versions.iter().all(|version| *version == http::Version::HTTP_11), "{versions:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_request_keeps_the_connection() {
    let server = serve(&["h2"]).await;
    let client = builder(&server).build().unwrap();
    let stuck = tokio::spawn({
        let client = client.clone();
        async move { Customer::create().idempotency_key(NEVER).send(&client).await.map(drop) }
    });
    while server.versions.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stuck.abort();
    create_many(&client, 10).await;
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

/// All requests wait while one of them determines the protocol of the host.
#[tokio::test(flavor = "multi_thread")]
async fn cancelled_handshake_leaves_the_next_request_to_connect() {
    let server = serve(&["h2"]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let target = server.url.replace("https://localhost", "127.0.0.1");
    let accepted = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&accepted);
    tokio::spawn(async move {
        // The first connection never gets a byte.
        let _first = listener.accept().await.unwrap();
        count.fetch_add(1, Ordering::SeqCst);
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let target = target.clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(target).await.unwrap();
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    let client = builder(&server).base_urls(&url).build().unwrap();
    let stuck = tokio::spawn({
        let client = client.clone();
        async move { Customer::create().send(&client).await.map(drop) }
    });
    while accepted.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { create_many(&client, 10).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(!waiting.is_finished());
    stuck.abort();
    waiting.await.unwrap();
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}
