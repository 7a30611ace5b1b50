//! Establishes connections: directly or through a proxy, with or without TLS.

use std::error::Error as StdError;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use pinstripe_runtime::retry::FailureKind;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::TransportError;
use crate::config::{ConfigError, Proxy, TransportConfig};
use crate::tunnel::Tunnel;

pub(crate) type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// The protocols offered during the TLS handshake, preferred ones first.
const ALPN_PROTOCOLS: &[&[u8]] =
    if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };

pub(crate) struct Connector {
    tls: Arc<ClientConfig>,
    tcp: HttpConnector,
    proxies: Matcher,
    timeout: Duration,
}

impl Connector {
    pub(crate) fn new(config: &TransportConfig) -> Result<Self, ConfigError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(Duration::from_secs(60)));
        let proxies = match &config.proxy {
            Proxy::Environment => Matcher::from_env(),
            Proxy::None => Matcher::builder().build(),
            Proxy::Url(url) => {
                let parsed = url
                    .parse::<Uri>()
                    .ok()
                    .filter(|url| url.scheme_str() == Some("http") && url.host().is_some());
                if parsed.is_none() {
                    return Err(ConfigError::new("invalid proxy URL: write `http://host:port`"));
                }
                Matcher::builder().all(url.as_str()).build()
            }
        };
        Ok(Self {
            tls: Arc::new(tls_config(&config.roots)?),
            tcp,
            proxies,
            timeout: config.connect_timeout,
        })
    }

    /// Connects to the host of a URL, with TLS for `https`.
    pub(crate) async fn connect(&self, url: Uri) -> Result<Stream, TransportError> {
        match tokio::time::timeout(self.timeout, catch_missing_io_driver(self.open_stream(url)))
            .await
        {
            Ok(reached) => reached,
            Err(_) => Err(TransportError::new(
                FailureKind::Connect,
                format!("no connection within {:?}", self.timeout),
            )),
        }
    }

    async fn open_stream(&self, url: Uri) -> Result<Stream, TransportError> {
        let Some(proxy) = self.proxies.intercept(&url) else {
            return HttpsConnector::from((self.tcp.clone(), Arc::clone(&self.tls)))
                .call(url)
                .await
                .map_err(to_transport_error);
        };
        if proxy.uri().scheme_str() != Some("http") {
            let scheme = proxy.uri().scheme_str().unwrap_or_default();
            let message = format!("a proxy over `{scheme}` is not supported: use one over `http`");
            return Err(TransportError::new(FailureKind::Request, message));
        }
        let tunnel = Tunnel {
            proxy: proxy.uri().clone(),
            tcp: self.tcp.clone(),
            auth: proxy.basic_auth().cloned(),
        };
        HttpsConnector::from((tunnel, Arc::clone(&self.tls)))
            .call(url)
            .await
            .map_err(to_transport_error)
    }
}

fn tls_config(pems: &[Vec<u8>]) -> Result<ClientConfig, ConfigError> {
    let usual = if pems.is_empty() { webpki_roots::TLS_SERVER_ROOTS } else { &[] };
    let mut roots = RootCertStore { roots: usual.to_vec() };
    for pem in pems {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate
                .map_err(|error| ConfigError::new(format!("a root certificate: {error}")))?;
            roots
                .add(certificate)
                .map_err(|error| ConfigError::new(format!("a root certificate: {error}")))?;
            count += 1;
        }
        if count == 0 {
            return Err(ConfigError::new("a root certificate: the PEM text contains none"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| ConfigError::new(format!("TLS: {error}")))?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = ALPN_PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

/// Converts the panic of a tokio runtime without I/O into an error. The panic is the only way to
/// detect it.
async fn catch_missing_io_driver<T>(
    connecting: impl Future<Output = Result<T, TransportError>>,
) -> Result<T, TransportError> {
    let mut connecting = std::pin::pin!(connecting);
    std::future::poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| connecting.as_mut().poll(context))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            match text {
                Some(text) if text.contains("IO is disabled") => {
                    let message = "the tokio runtime has no I/O: call `enable_all` or `enable_io` on its builder";
                    Poll::Ready(Err(TransportError::new(FailureKind::Request, message)))
                }
                _ => resume_unwind(panic),
            }
        })
    })
    .await
}

fn to_transport_error(error: Box<dyn StdError + Send + Sync>) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        Ok(own) => return *own,
        Err(error) => error,
    };
    let kind = if is_caused_by_tls(&*error) { FailureKind::Tls } else { FailureKind::Connect };
    TransportError::new(kind, error)
}

/// Returns whether TLS itself failed, because of a certificate or a protocol.
pub(crate) fn is_caused_by_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<rustls::Error>() {
            return true;
        }
        // The source of an I/O error is not its inner error but the source of that.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
