//! A small HTTP/1.1 server on the loopback, that can fail in every way a server can.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A handler of requests.
pub trait Handler: Send + Sync + 'static {
    /// Handles a request.
    fn handle(&self, request: &Request) -> MockResponse;

    /// Whether to break the connection before anything of a request is read. `number` counts the requests that have begun.
    fn refuses_connection(&self, _number: u64) -> bool {
        false
    }
}

impl<F: Fn(&Request) -> MockResponse + Send + Sync + 'static> Handler for F {
    fn handle(&self, request: &Request) -> MockResponse {
        self(request)
    }
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    /// The path, still escaped.
    pub path: String,
    /// The query without its question mark, still escaped.
    pub query: String,
    /// In the order they came, with names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The reaction of a server to a request.
#[derive(Debug, Clone)]
#[must_use]
pub struct MockResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    head_delay: Duration,
    body_delay: Duration,
    /// The number of bytes of the response to send before the connection is broken.
    cut_at: Option<usize>,
    closes: bool,
}

impl MockResponse {
    /// Responds with JSON.
    pub fn json(status: u16, body: impl ToString) -> Self {
        Self::bytes(status, "application/json", body.to_string())
    }

    /// Responds with bytes of a media type.
    pub fn bytes(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            head_delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            cut_at: None,
            closes: false,
        }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Breaks the connection instead of responding.
    pub fn reset() -> Self {
        Self::json(200, "").cut_at(0)
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Waits before the response.
    pub fn head_delay(mut self, delay: Duration) -> Self {
        self.head_delay = delay;
        self
    }

    /// Waits in the middle of the body.
    pub fn body_delay(mut self, delay: Duration) -> Self {
        self.body_delay = delay;
        self
    }

    /// Breaks the connection after this many bytes of the response, including its head.
    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.cut_at = Some(bytes);
        self
    }

    /// Breaks the connection in the middle of the body.
    pub fn cut_in_body(self) -> Self {
        let head = self.head().len();
        let half = head + self.body.len() / 2;
        self.cut_at(half)
    }

    /// Closes the connection after the response, without the header `Connection: close`.
    pub fn closing_connection(mut self) -> Self {
        self.closes = true;
        self
    }

    fn head(&self) -> Vec<u8> {
        let mut head =
            format!("HTTP/1.1 {} Status\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        (head + "\r\n").into_bytes()
    }
}

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    state: Arc<ServerState>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct ServerState {
    stopped: AtomicBool,
    requests: AtomicU64,
    connections: AtomicU64,
    open: AtomicU64,
    max_open: AtomicU64,
}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// When no port can be had.
    pub fn start(handler: impl Handler) -> io::Result<Self> {
        Self::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), handler)
    }

    /// Starts a server on an address. Port 0 is any free one.
    ///
    /// # Errors
    ///
    /// When the port cannot be had.
    pub fn bind(address: SocketAddr, handler: impl Handler) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let state = Arc::new(ServerState::default());
        let handler = Arc::new(handler);
        let accepting = {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if state.stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (state, handler) = (Arc::clone(&state), Arc::clone(&handler));
                    thread::spawn(move || state.serve(stream, &*handler));
                }
            })
        };
        Ok(Self { address, state, accepting: Some(accepting) })
    }

    /// Where the server is: `http://127.0.0.1:4242`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have begun.
    pub fn requests(&self) -> u64 {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// How many connections were made in all.
    pub fn connections(&self) -> u64 {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How many connections are open now.
    pub fn open_connections(&self) -> u64 {
        self.state.open.load(Ordering::SeqCst)
    }

    /// How many connections were open at once, at most.
    pub fn max_open_connections(&self) -> u64 {
        self.state.max_open.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        // The last connection wakes the thread that waits for one.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl ServerState {
    fn serve(&self, stream: TcpStream, handler: &dyn Handler) {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.max_open.fetch_max(open, Ordering::SeqCst);
        // A connection that breaks is the other side's business.
        let _ = self.serve_requests(stream, handler);
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn serve_requests(&self, mut stream: TcpStream, handler: &dyn Handler) -> io::Result<()> {
        stream.set_nodelay(true)?;
        // The thread must end with the test.
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        let mut buffer = Vec::new();
        loop {
            // Bytes that were read with the previous request belong to the next one.
            if buffer.is_empty() && stream.peek(&mut [0])? == 0 {
                return Ok(());
            }
            let number = self.requests.fetch_add(1, Ordering::SeqCst);
            if handler.refuses_connection(number) {
                return reset(&stream);
            }
            let request = match read_request(&mut stream, &mut buffer) {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(()),
                Err(error) => return refuse(&mut stream, error),
            };
            let response = handler.handle(&request);
            thread::sleep(response.head_delay);
            let head = response.head();
            if let Some(cut_at) = response.cut_at {
                let all = [head, response.body].concat();
                stream.write_all(&all[..cut_at.min(all.len())])?;
                // The response must arrive before the connection closes.
                thread::sleep(Duration::from_millis(if cut_at > 0 { 20 } else { 0 }));
                return reset(&stream);
            }
            if response.body_delay.is_zero() {
                stream.write_all(&[head, response.body].concat())?;
            } else {
                let (first, second) = response.body.split_at(response.body.len() / 2);
                stream.write_all(&[&head[..], first].concat())?;
                thread::sleep(response.body_delay);
                stream.write_all(second)?;
            }
            if response.closes {
                return Ok(());
            }
        }
    }
}

/// Ends a connection at once, with a reset instead of a farewell.
fn reset(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// The longest head of a request.
const MAX_HEAD: usize = 128 * 1024;

/// The longest body of a request.
const MAX_BODY: usize = 64 * 1024 * 1024;

fn malformed(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Responds to an invalid request, and closes the connection.
fn refuse(stream: &mut TcpStream, error: io::Error) -> io::Result<()> {
    if error.kind() != io::ErrorKind::InvalidData {
        return Err(error);
    }
    let status = if error.to_string() == TOO_LARGE { 413 } else { 400 };
    let body =
        format!("{{\"error\": {{\"type\": \"invalid_request_error\", \"message\": \"{error}\"}}}}");
    let response = MockResponse::json(status, body).header("connection", "close");
    stream.write_all(&[response.head(), response.body].concat())?;
    // Closing with unread bytes would reset the connection before the response is read.
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut rest = [0; 16 * 1024];
    let mut left = MAX_BODY;
    while let Ok(read @ 1..) = stream.read(&mut rest) {
        left = left.saturating_sub(read);
        if left == 0 {
            break;
        }
    }
    Ok(())
}

const TOO_LARGE: &str = "the request is too large";

/// Reads the next request. `None` if the connection was closed.
fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let (mut request, length) = loop {
        if let Some(head) = parse_head(buffer)? {
            break head;
        }
        if buffer.len() > MAX_HEAD {
            return Err(malformed(TOO_LARGE));
        }
        if read_more(stream, buffer)? == 0 {
            return Ok(None);
        }
    };
    buffer.drain(..length);
    if request.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if request.header("transfer-encoding") == Some("chunked") {
        request.body = read_chunks(stream, buffer)?;
        return Ok(Some(request));
    }
    let length = match request.header("content-length") {
        Some(length) => length.parse().map_err(|_| malformed("the content-length is no number"))?,
        None => 0,
    };
    if length > MAX_BODY {
        return Err(malformed(TOO_LARGE));
    }
    request.body = read_exactly(stream, buffer, length)?;
    Ok(Some(request))
}

fn parse_head(buffer: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(buffer).map_err(|_| malformed("the request is not HTTP"))? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial => return Ok(None),
    };
    let target = head.path.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = head.headers.iter();
    let headers = headers.map(|header| {
        (header.name.to_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    });
    let request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
    };
    Ok(Some((request, length)))
}

fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = loop {
            if let Some(end) = buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = String::from_utf8_lossy(&buffer[..end]).into_owned();
                buffer.drain(..end + 2);
                let size = line.split(';').next().unwrap_or_default().trim();
                break usize::from_str_radix(size, 16)
                    .map_err(|_| malformed("the size of a chunk is no number"))?;
            }
            if buffer.len() > MAX_HEAD {
                return Err(malformed("the size of a chunk is no number"));
            }
            if read_more(stream, buffer)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        if size > MAX_BODY || body.len() + size > MAX_BODY {
            return Err(malformed(TOO_LARGE));
        }
        body.extend(read_exactly(stream, buffer, size)?);
        read_exactly(stream, buffer, 2)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn read_exactly(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    length: usize,
) -> io::Result<Vec<u8>> {
    while buffer.len() < length {
        if read_more(stream, buffer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(buffer.drain(..length).collect())
}

fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut more = [0; 16 * 1024];
    let read = stream.read(&mut more)?;
    buffer.extend_from_slice(&more[..read]);
    Ok(read)
}
