//! A server on the loopback interface that speaks TLS.

use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use pinstripe::{Client, ClientBuilder, Customer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

const CUSTOMER: &str = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;

/// The idempotency key of a request that gets no response.
pub const NEVER: &str = "never";

/// A server with a self-signed certificate.
pub struct TlsServer {
    pub url: String,
    pub certificate: String,
    pub connections: Arc<AtomicU32>,
    pub versions: Arc<Mutex<Vec<http::Version>>>,
    served: Arc<Mutex<JoinSet<()>>>,
    _accepting: JoinSet<()>,
}

impl TlsServer {
    /// Closes all connections.
    pub fn hang_up(&self) {
        self.served.lock().unwrap().abort_all();
    }
}

/// Starts a server that offers these protocols during the TLS handshake.
pub async fn serve(protocols: &[&str]) -> TlsServer {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions();
    let mut config = config
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (connections, versions) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(Vec::new())));
    let served = Arc::new(Mutex::new(JoinSet::new()));
    let mut accepting = JoinSet::new();
    let (counted, seen, serving) =
        (Arc::clone(&connections), Arc::clone(&versions), Arc::clone(&served));
    accepting.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
            counted.fetch_add(1, Ordering::SeqCst);
            serving.lock().unwrap().spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(move |request: http::Request<Incoming>| {
                    seen.lock().unwrap().push(request.version());
                    async move {
                        if request.headers().get("idempotency-key").is_some_and(|key| key == NEVER)
                        {
                            pending::<()>().await;
                        }
                        Ok::<_, Infallible>(http::Response::new(CUSTOMER.to_owned()))
                    }
                });
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    TlsServer {
        url,
        certificate: made.cert.pem(),
        connections,
        versions,
        served,
        _accepting: accepting,
    }
}

/// Returns the settings of a client of this server alone.
pub fn builder(server: &TlsServer) -> ClientBuilder {
    let quick = Duration::from_secs(5);
    Client::builder("sk_test_123")
        .base_urls(&server.url)
        .no_proxy()
        .timeout(quick)
        .root_certificates(server.certificate.as_str())
}

/// Sends this many requests at the same time.
pub async fn create_many(client: &Client, count: usize) {
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        tasks.spawn(async move { Customer::create().send(&client).await.map(drop) });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
}
