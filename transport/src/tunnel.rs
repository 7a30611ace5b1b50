//! Tunnels through a proxy, by `CONNECT`.

use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use pinstripe_runtime::retry::FailureKind;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::TransportError;

/// The maximum size of the head of a proxy's response.
const MAX_HEAD: usize = 8192;

/// Connects to a host through a proxy.
///
/// hyper-util also has a tunnel, but it does not report the proxy's status, which determines
/// whether a retry may succeed.
#[derive(Clone)]
pub(crate) struct Tunnel {
    pub(crate) proxy: Uri,
    pub(crate) tcp: HttpConnector,
    pub(crate) auth: Option<HeaderValue>,
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl Service<Uri> for Tunnel {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let Self { proxy, mut tcp, auth } = self.clone();
        Box::pin(async move {
            let stream = tcp.call(proxy).await?.into_inner();
            let port =
                url.port_u16().unwrap_or(if url.scheme_str() == Some("http") { 80 } else { 443 });
            let target = format!("{}:{port}", url.host().unwrap_or_default());
            let mut request =
                format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n").into_bytes();
            if let Some(auth) = auth {
                request.extend_from_slice(b"proxy-authorization: ");
                request.extend_from_slice(auth.as_bytes());
                request.extend_from_slice(b"\r\n");
            }
            request.extend_from_slice(b"\r\n");
            write_all(&stream, &request).await?;
            match read_status(&stream).await? {
                200..=299 => Ok(TokioIo::new(stream)),
                status => Err(TransportError::refused_by_proxy(status).into()),
            }
        })
    }
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads the head of a response and returns its status. No data follows the head, because the host
/// sends nothing before the client does.
async fn read_status(stream: &TcpStream) -> Result<u16, TransportError> {
    let failed =
        |what: &str| TransportError::new(FailureKind::Connect, format!("the proxy {what}"));
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > MAX_HEAD {
            return Err(failed("sent a response head that is too large"));
        }
        stream
            .readable()
            .await
            .map_err(|error| TransportError::new(FailureKind::Connect, error))?;
        match stream.try_read(&mut buffer) {
            Ok(0) => return Err(failed("closed the connection before it responded")),
            Ok(read) => head.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(TransportError::new(FailureKind::Connect, error)),
        }
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let status = line
        .strip_prefix(b"HTTP/1.")
        .and_then(|rest| std::str::from_utf8(rest.get(2..5)?).ok()?.parse().ok());
    status.ok_or_else(|| failed("sent a response that is not HTTP/1"))
}
