//! Requests that a test expects, and the replies to them.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::HeaderMap;
use pinstripe_runtime::{Listing, Value, placeholder, to_json};
use serde_json::json;

use super::error::FakeError;
use super::fake_client::{FakeClient, State};
use super::recorded::Pattern;
use crate::transport::{Body, TransportError};

/// A request that a [`FakeClient`] expects. Each reply serves one request, in the order given.
///
/// ```
/// use pinstripe::testing::{FakeClient, FakeError};
/// use pinstripe::{Balance, Charge, Product, product};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), pinstripe::Error> {
/// # fn product(id: &str) -> Product {
/// #     let json = serde_json::json!({
/// #         "id": id, "object": "product", "active": true, "created": 0, "images": [],
/// #         "livemode": false, "marketing_features": [], "metadata": {}, "name": "Mug",
/// #         "type": "good", "updated": 0,
/// #     });
/// #     pinstripe::from_json(&json.to_string()).unwrap()
/// # }
/// let fake = FakeClient::new();
/// fake.on(Product::list()).reply_pages([vec![product("prod_1")], vec![product("prod_2")]]);
///
/// let products = Product::list().stream(&fake.client()).try_collect().await?;
/// assert_eq!(products.len(), 2);
/// assert_eq!(fake.requests()[1].param("starting_after"), Some("prod_1"));
/// # Ok(())
/// # }
/// ```
pub struct Expectation<T> {
    fake: FakeClient,
    index: usize,
    output: PhantomData<fn() -> T>,
}

impl<T> Expectation<T> {
    pub(super) fn new(fake: FakeClient, index: usize) -> Self {
        Self { fake, index, output: PhantomData }
    }

    /// Replies with JSON: a `serde_json::Value`, or text. The text is sent as it is, so that a test
    /// can also send what is not valid.
    pub fn reply_json(self, json: impl fmt::Display) -> Self {
        self.push(Reply::ok(json.to_string(), "application/json"))
    }

    /// Replies with the bytes of a file.
    pub fn reply_bytes(self, bytes: impl Into<Bytes>) -> Self {
        self.push(Reply::ok(bytes, "application/octet-stream"))
    }

    /// Fails with an error of the API, or without a response.
    pub fn fail(self, error: FakeError) -> Self {
        self.push(Reply::from(error))
    }

    /// Uses the last reply for all further requests as well.
    ///
    /// # Panics
    ///
    /// If there is no reply.
    pub fn repeat(self) -> Self {
        let state = self.fake.lock();
        let entry = &state.entries[self.index];
        let is_empty = entry.replies.is_empty();
        let message = format!("nothing to repeat: {}: call `reply` or `fail` first", entry.pattern);
        drop(state);
        assert!(!is_empty, "{message}");
        self.change(|entry| entry.repeats = true)
    }

    fn push(self, reply: Reply) -> Self {
        self.change(|entry| entry.replies.push_back(reply))
    }

    fn change(self, change: impl FnOnce(&mut Entry)) -> Self {
        let mut state = self.fake.lock();
        let State { entries, .. } = &mut *state;
        change(&mut entries[self.index]);
        drop(state);
        self
    }
}

impl<T: Value> Expectation<T> {
    /// Replies with an object.
    ///
    /// # Panics
    ///
    /// If the operation responds with a file, which [`reply_bytes`](Self::reply_bytes) is for.
    pub fn reply(self, value: T) -> Self {
        let is_file = T::from_bytes(&[]).is_some();
        assert!(!is_file, "the operation responds with a file: call `reply_bytes`");
        self.reply_json(to_json(&value))
    }
}

impl<L: Listing> Expectation<L> {
    /// Replies with a list that has these items and no further page.
    pub fn reply_items(self, items: impl IntoIterator<Item = L::Item>) -> Self {
        self.reply_pages([items])
    }

    /// Replies with the pages of a list, each to a request of its own.
    pub fn reply_pages<I>(mut self, pages: impl IntoIterator<Item = I>) -> Self
    where
        I: IntoIterator<Item = L::Item>,
    {
        let empty: serde_json::Value =
            serde_json::from_str(&to_json(&placeholder::<L>())).unwrap_or_default();
        let path = self.fake.lock().entries[self.index].pattern.path();
        let mut pages = pages.into_iter().peekable();
        let mut number = 1;
        while let Some(items) = pages.next() {
            let items = items.into_iter().map(|item| {
                serde_json::from_str::<serde_json::Value>(&to_json(&item)).unwrap_or_default()
            });
            let has_more = pages.peek().is_some();
            number += 1;
            let mut page = empty.clone();
            page["data"] = items.collect();
            // The placeholder has the fields that this kind of list has.
            for (name, value) in [
                ("has_more", json!(has_more)),
                ("next_page", json!(has_more.then(|| format!("page_{number}")))),
                ("next_page_url", json!(has_more.then(|| format!("{path}?page=page_{number}")))),
            ] {
                if let Some(field) = page.get_mut(name) {
                    *field = value;
                }
            }
            self = self.reply_json(page);
        }
        self
    }
}

impl<T> fmt::Debug for Expectation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expectation({})", self.fake.lock().entries[self.index].pattern)
    }
}

/// An expectation in the state of a fake.
pub(super) struct Entry {
    pub(super) pattern: Pattern,
    replies: VecDeque<Reply>,
    repeats: bool,
    used: usize,
}

impl Entry {
    pub(super) fn new(pattern: Pattern) -> Self {
        Self { pattern, replies: VecDeque::new(), repeats: false, used: 0 }
    }

    /// Takes the next reply, if one is left.
    pub(super) fn take(&mut self) -> Option<Reply> {
        let reply = match self.replies.len() {
            1 if self.repeats => self.replies[0].clone(),
            _ => self.replies.pop_front()?,
        };
        self.used += 1;
        Some(reply)
    }

    pub(super) fn is_unused(&self) -> bool {
        match (self.used, self.replies.len()) {
            // The last reply of those that repeat stays.
            (used, 1) if self.repeats => used == 0,
            (used, 0) => used == 0,
            _ => true,
        }
    }

    pub(super) fn describe_replies(&self) -> String {
        match (self.used, self.replies.len()) {
            (0, 0) => "it has no reply: call `reply` or `fail`".to_owned(),
            (used, 0) => format!("all replies were used ({used})"),
            (used, left) => format!("{used} replies used, {left} left"),
        }
    }
}

/// What a request is answered with.
#[derive(Clone)]
pub(super) enum Reply {
    Response { status: u16, headers: HeaderMap, body: Bytes },
    NoResponse(fn() -> TransportError),
}

impl Reply {
    fn ok(body: impl Into<Bytes>, content_type: &'static str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", http::HeaderValue::from_static(content_type));
        headers.insert("request-id", http::HeaderValue::from_static("req_fake"));
        Self::Response { status: 200, headers, body: body.into() }
    }

    pub(super) fn into_response(self) -> Result<http::Response<Body>, TransportError> {
        let (status, headers, body) = match self {
            Self::Response { status, headers, body } => (status, headers, body),
            Self::NoResponse(error) => return Err(error()),
        };
        let mut response = http::Response::new(Body::from(body));
        *response.status_mut() = http::StatusCode::from_u16(status)
            .unwrap_or_else(|error| panic!("the status {status} of a fake error: {error}"));
        *response.headers_mut() = headers;
        Ok(response)
    }
}
