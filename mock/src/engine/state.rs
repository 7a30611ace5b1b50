//! The mutable state of the server.

use std::collections::{HashMap, VecDeque};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::fault::Faults;
use crate::id;
use crate::server::Request;
use crate::store::Store;

/// Requests that are remembered.
const RECORDED: usize = 1_000;

/// Characters of a body that are remembered.
const SHOWN: usize = 20_000;

#[derive(Debug)]
pub struct State {
    pub store: Store,
    /// Seconds that the clock of the server is ahead.
    pub offset: i64,
    pub faults: Faults,
    pub requests: VecDeque<Value>,
    pub request_count: u64,
    /// The account of the newest request, which the control plane works on by default.
    pub account: Option<String>,
    /// When a delivery is due. One that is missing is due at once.
    pub due: HashMap<String, Instant>,
    /// The outcomes of deliveries, newest last.
    pub deliveries: VecDeque<Value>,
    pub stopped: bool,
    pub base_url: String,
}

impl State {
    pub fn new(store: Store) -> Self {
        let offset = store.get("", "_server", "clock").and_then(|clock| clock["offset"].as_i64());
        Self {
            store,
            offset: offset.unwrap_or_default(),
            faults: Faults::default(),
            requests: VecDeque::new(),
            request_count: 0,
            account: None,
            due: HashMap::new(),
            deliveries: VecDeque::new(),
            stopped: false,
            base_url: String::new(),
        }
    }

    pub fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX) + self.offset
    }

    pub fn next_request_id(&mut self, seed: u64) -> String {
        self.request_count += 1;
        format!("req_{}", id::characters(seed ^ 0x0009_E00E, self.request_count, 14))
    }

    /// Remembers a request and its response.
    pub fn record(&mut self, request: &Request, status: u16, response: &Value, id: Option<&str>) {
        if self.requests.len() == RECORDED {
            self.requests.pop_front();
        }
        let body: String = request.text().chars().take(SHOWN).collect();
        let header = |name: &str| request.header(name).map(str::to_owned);
        let response =
            if response.to_string().len() > SHOWN { &json!({"truncated": true}) } else { response };
        self.requests.push_back(json!({
            "id": id,
            "at": self.now(),
            "method": request.method,
            "path": request.path,
            "query": request.query,
            "body": body,
            "version": header("stripe-version"),
            "account": header("stripe-account"),
            "idempotency_key": header("idempotency-key"),
            "status": status,
            "response": response,
        }));
    }
}
