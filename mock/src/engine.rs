//! The server: from a request to its response.

mod auth;
mod builder;
mod control;
mod delivery;
mod fault;
mod idempotency;
mod pages;
mod respond;
mod state;

pub use builder::{Builder, Server};

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::error::ApiError;
use crate::server::{Handler, MockResponse, Request};
use crate::spec::Spec;
use state::State;

/// State that all connections share.
#[derive(Debug)]
pub struct Engine {
    spec: Arc<Spec>,
    state: Mutex<State>,
    /// Signals that there is something to deliver, or that the server stops.
    wake: Condvar,
    seed: u64,
    /// The only key that is accepted, if there is one.
    key: Option<String>,
}

impl Engine {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in one request leaves uncommitted changes, which the next one must not keep.
        self.state.lock().unwrap_or_else(|poisoned| {
            self.state.clear_poison();
            let mut state = poisoned.into_inner();
            state.store.rollback();
            state
        })
    }

    fn handle_api(&self, request: &Request) -> MockResponse {
        let mut state = self.lock();
        if let Some(response) = state.faults.next(&request.method, &request.path) {
            state.record(request, response.status(), &json!({"fault": true}), None);
            return response.header("request-id", "req_fault");
        }
        let request_id = state.next_request_id(self.seed);
        let reply = respond::respond(self, &mut state, request, &request_id);
        state.record(request, reply.status, &reply.shown(), Some(&request_id));
        drop(state);
        self.wake.notify_all();
        let is_replay = reply.headers.iter().any(|(name, _)| *name == "request-id");
        let mut response = MockResponse::bytes(reply.status, reply.content_type, reply.body);
        for (name, value) in &reply.headers {
            response = response.header(name, value);
        }
        if is_replay { response } else { response.header("request-id", request_id) }
    }
}

impl Handler for Arc<Engine> {
    fn handle(&self, request: &Request) -> MockResponse {
        let engine = Arc::clone(self);
        // A defect in one operation must not take the connection of the caller with it.
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if request.path == "/_mock"
                || request.path.starts_with("/_mock/")
                || request.path == "/"
            {
                return control::handle(&engine, request);
            }
            engine.handle_api(request)
        }));
        caught.unwrap_or_else(|_| {
            let error = ApiError::invalid("the mock has a defect in this operation").status(500);
            MockResponse::json(500, error_body(&error))
        })
    }
}

fn error_body(error: &ApiError) -> Value {
    error.body("req_mock", 0, false)
}
