//! A client that sends what curl would.

use std::io::{Read, Write};
use std::net::TcpStream;

use pinstripe_mock::Server;
use serde_json::Value;

/// A response.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Value,
    /// The body as it was sent.
    pub text: String,
}

/// Sends requests to a server.
pub struct Client<'a> {
    pub server: &'a Server,
    pub headers: Vec<(String, String)>,
}

pub fn client(server: &Server) -> Client<'_> {
    Client { server, headers: Vec::new() }
}

impl Client<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn send(&self, method: &str, path: &str, body: &str) -> Response {
        let content_type = if body.starts_with(['{', '[']) {
            "application/json"
        } else {
            "application/x-www-form-urlencoded"
        };
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        if !self.headers.iter().any(|(name, _)| name == "authorization") {
            head += "authorization: Bearer sk_test_123\r\n";
        }
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if method == "POST" || !body.is_empty() {
            head += &format!("content-type: {content_type}\r\ncontent-length: {}\r\n", body.len());
        }
        let text = raw(self.server, format!("{head}\r\n{body}").as_bytes());
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        Response {
            status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0),
            head: head.to_lowercase(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
            text: body.to_owned(),
        }
    }

    /// A request that succeeds.
    #[track_caller]
    pub fn ok(&self, method: &str, path: &str, body: &str) -> Value {
        let response = self.send(method, path, body);
        assert_eq!(response.status, 200, "{method} {path} {body}: {:#}", response.body);
        response.body
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        self.ok("GET", path, "")
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &str) -> Value {
        self.ok("POST", path, body)
    }

    /// The error of a request that fails, with its status.
    #[track_caller]
    pub fn error(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let response = self.send(method, path, body);
        assert!(response.status >= 400, "{method} {path} {body}: {:#}", response.body);
        (response.status, response.body["error"].clone())
    }
}

/// Sends bytes and reads until the server closes the connection.
pub fn raw(server: &Server, bytes: &[u8]) -> String {
    let url = server.url();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    // The server may refuse and close before everything is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut response = Vec::new();
    let _ = stream.read_to_end(&mut response);
    String::from_utf8_lossy(&response).into_owned()
}

/// The id of an object.
pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap_or_else(|| panic!("no id: {value:#}"))
}
