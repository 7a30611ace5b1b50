//! A scripted transport: it returns given responses, records requests, and skips delays.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pinstripe::retry::FailureKind;
use pinstripe::transport::{Body, BoxFuture, Transport, TransportError};
use pinstripe::{Client, ClientBuilder};

/// A scripted reaction.
#[derive(Clone)]
pub enum Step {
    Answer(http::Response<String>),
    Fail(FailureKind),
}

/// A response with headers.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let mut answer = http::Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    Step::Answer(answer.body(body.to_owned()).expect("the headers are right"))
}

/// The other side, step by step.
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    seen: Vec<http::request::Parts>,
    timeouts: Vec<Duration>,
    waits: Vec<Duration>,
}

impl Script {
    /// The steps in order; the last one is repeated.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let script = Self::default();
        script.0.lock().unwrap().steps = steps.into_iter().collect();
        script
    }

    pub fn builder(&self) -> ClientBuilder {
        Client::builder("sk_test_123").transport(self.clone())
    }

    pub fn client(&self) -> Client {
        self.builder().build().expect("the client is set up right")
    }

    /// The recorded requests, without bodies.
    pub fn seen(&self) -> Vec<http::request::Parts> {
        self.0.lock().unwrap().seen.clone()
    }

    pub fn waits(&self) -> Vec<Duration> {
        self.0.lock().unwrap().waits.clone()
    }

    pub fn timeouts(&self) -> Vec<Duration> {
        self.0.lock().unwrap().timeouts.clone()
    }

    /// The values of a header in each of the requests.
    pub fn header(&self, name: &str) -> Vec<Option<String>> {
        let value = |request: &http::request::Parts| {
            Some(request.headers.get(name)?.to_str().ok()?.to_owned())
        };
        self.seen().iter().map(value).collect()
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: http::Request<Body>,
        timeout: Duration,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut state = self.0.lock().unwrap();
        state.seen.push(request.into_parts().0);
        state.timeouts.push(timeout);
        let step = if state.steps.len() > 1 {
            state.steps.pop_front()
        } else {
            state.steps.front().cloned()
        };
        Box::pin(async move {
            match step.expect("the script has a step") {
                Step::Answer(answer) => Ok(answer.map(Body::from)),
                Step::Fail(kind) => Err(TransportError::new(kind, "as the script says")),
            }
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().waits.push(duration);
        Box::pin(async {})
    }
}
