//! Sends every operation of the API with both clients to a mock server that validates requests by
//! `spec/`, with all parameters, and with responses that have all fields.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use pinstripe::{Client, ClientBuilder, Host, Request, Response, blocking};
use pinstripe_codegen::model::{self, Operation};
use pinstripe_mock::server::{self, Handler, MockResponse, Server};
use pinstripe_mock::{Mock, form};
use pinstripe_runtime::{Value, to_json};
use pinstripe_tests::{differences, spec};
use serde_json::{Map, Value as Json};

use super::calls::{Members, Visitor, every_request};

/// The mock server, and the requests received since the last check.
struct Recorder {
    mock: Mock,
    variant: Mutex<usize>,
    read: Mutex<Vec<Read>>,
}

/// The operation that was called, with its parameters; or all that was wrong.
type Read = Result<(String, Json), Vec<String>>;

struct Shared(Arc<Recorder>);

impl Handler for Shared {
    fn handle(&self, request: &server::Request) -> MockResponse {
        let recorder = &self.0;
        let call = recorder.mock.read(request);
        let reaction = match &call {
            Ok(call) => {
                match recorder.mock.answer(call.operation, *recorder.variant.lock().unwrap()) {
                    Some(answer) => MockResponse::json(200, answer),
                    None => MockResponse::json(200, "{}"),
                }
            }
            Err(_) => MockResponse::json(400, "{}"),
        };
        let read = call.map(|call| (call.operation.id.clone(), Json::from(call.parameters)));
        recorder.read.lock().unwrap().push(read);
        reaction
    }
}

/// Sends each request and records its problems.
struct Sender {
    recorder: Arc<Recorder>,
    operations: BTreeMap<String, usize>,
    runtime: tokio::runtime::Runtime,
    client: Client,
    blocking: blocking::Client,
    seen: BTreeSet<&'static str>,
    /// The number of blank path parameters.
    blank: usize,
    problems: Vec<String>,
}

impl Visitor for Sender {
    fn visit<R: Request>(&mut self, make: fn(&mut Members) -> Option<R>) {
        let id = R::OPERATION.id;
        assert!(self.seen.insert(id), "{id} is there twice");
        let Some(&index) = self.operations.get(id) else {
            return self.problems.push(format!("{id} is not in the description"));
        };
        let recorder = Arc::clone(&self.recorder);
        let operation = &recorder.mock.api().operations[index];
        for variant in 0..2 {
            *recorder.variant.lock().unwrap() = variant;
            let mut arguments = recorder.mock.arguments(operation, variant);
            // A request sends each path once.
            if let Some(Json::Array(paths)) = arguments.get_mut("expand") {
                paths.dedup();
            }
            let given = Json::from(arguments.clone());
            let request = || match Members::of(&given).and_then(|mut given| make(&mut given)) {
                Some(request) => request.customize(),
                None => panic!("{id}: the request cannot be given all its parameters: {given}"),
            };
            let answers = [
                self.runtime.block_on(request().send(&self.client)),
                request().send(&self.blocking),
            ];
            let expected = recorder.mock.answer(operation, variant);
            for (client, answer) in ["async", "blocking"].into_iter().zip(answers) {
                let found = compare(&recorder, operation, &arguments, answer, expected.as_ref());
                self.problems.extend(
                    found
                        .into_iter()
                        .map(|problem| format!("{id}, {client}, variant {variant}: {problem}")),
                );
            }
        }
        for name in
            R::OPERATION.path.split('{').skip(1).filter_map(|piece| Some(piece.split_once('}')?.0))
        {
            self.blank += 1;
            for blank in ["", " \t"] {
                let mut arguments = recorder.mock.arguments(operation, 0);
                arguments.insert(name.to_owned(), blank.into());
                let given = Json::from(arguments);
                let Some(request) = Members::of(&given).and_then(|mut given| make(&mut given))
                else {
                    panic!("{id}: the parameter `{name}` cannot be given blank");
                };
                let error = self
                    .runtime
                    .block_on(request.customize().send(&self.client))
                    .err()
                    .map(|error| error.to_string());
                if !error.as_ref().is_some_and(|error| {
                    error.contains(&format!("the parameter `{name}` is empty or blank"))
                }) {
                    self.problems.push(format!("{id}: `{name}` is {blank:?}: {error:?}"));
                }
            }
        }
    }
}

fn compare<T: Value>(
    recorder: &Recorder,
    operation: &Operation,
    arguments: &Map<String, Json>,
    answer: Result<Response<T>, pinstripe::Error>,
    expected: Option<&Json>,
) -> Vec<String> {
    let mut read = recorder.read.lock().unwrap();
    if read.is_empty() {
        return vec![format!("nothing was sent: {answer:?}", answer = answer.err())];
    }
    // The two clients go one after the other, so the first thing read is this one's.
    let (id, parameters) = match read.remove(0) {
        Ok(call) => call,
        Err(problems) => return problems,
    };
    if id != operation.id {
        return vec![format!("it went to {id}")];
    }
    let is_json =
        operation.body.as_ref().is_some_and(|body| body.encoding == model::Encoding::Json);
    let in_body = |name: &String| {
        operation.body.iter().flat_map(|body| &body.fields).any(|field| field.name == *name)
    };
    let sent = arguments.iter().filter_map(|(name, value)| {
        let value = if is_json && in_body(name) { value.clone() } else { form::flat(value)? };
        Some((name.clone(), value))
    });
    let mut problems = differences(&sent.collect::<Map<_, _>>().into(), &parameters, "");
    match (answer, expected) {
        (Err(error), _) => problems.push(error.to_string()),
        (Ok(_), None) => {}
        (Ok(answer), Some(expected)) => {
            let decoded: Json =
                serde_json::from_str(&to_json(&*answer)).expect("what is written is JSON");
            problems.extend(
                differences(expected, &decoded, "")
                    .into_iter()
                    .map(|problem| format!("answer: {problem}")),
            );
        }
    }
    problems
}

fn hosts(mut builder: ClientBuilder, url: &str) -> ClientBuilder {
    for (host, of) in [
        (Host::Api, model::Host::Api),
        (Host::Connect, model::Host::Connect),
        (Host::Files, model::Host::Files),
        (Host::MeterEvents, model::Host::MeterEvents),
    ] {
        builder = builder.base_url(host, format!("{url}{}", Mock::prefix(of)));
    }
    builder.no_proxy()
}

#[test]
fn every_operation_matches_the_spec_and_its_response_decodes() {
    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let operations = mock.api().operations.iter().enumerate();
    let operations: BTreeMap<String, usize> =
        operations.map(|(index, operation)| (operation.id.clone(), index)).collect();
    let recorder = Arc::new(Recorder { mock, variant: Mutex::new(0), read: Mutex::default() });
    let server = Server::start(Shared(Arc::clone(&recorder))).unwrap();
    let mut sender = Sender {
        recorder,
        operations,
        runtime: tokio::runtime::Runtime::new().unwrap(),
        client: hosts(Client::builder("sk_test_123"), &server.url()).build().unwrap(),
        blocking: hosts(Client::builder("sk_test_123"), &server.url()).build_blocking().unwrap(),
        seen: BTreeSet::new(),
        blank: 0,
        problems: Vec::new(),
    };
    every_request(&mut sender);
    assert!(
        sender.problems.is_empty(),
        "{} problems:\n{}",
        sender.problems.len(),
        sender.problems.join("\n")
    );
    let described: BTreeSet<&str> = sender.operations.keys().map(String::as_str).collect();
    assert_eq!(sender.seen, described, "what is described and what can be sent");
    assert_eq!(
        server.requests() as usize,
        described.len() * 4,
        "each was sent once, by each client, in each variant, and none blank"
    );
    assert!(sender.blank > 300, "{} parameters of paths", sender.blank);
}

#[test]
fn mock_reports_invalid_requests() {
    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let request = |method: &str, path: &str, query: &str, body: &str| {
        let headers = [
            ("authorization", "Bearer sk"),
            ("user-agent", "Stripe/v1 x"),
            ("stripe-version", "2026-10-28.endive"),
            ("idempotency-key", "1"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        server::Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: body.as_bytes().to_owned(),
        }
    };
    let problems = |request| mock.read(&request).expect_err("something is wrong").join("; ");
    assert!(
        mock.read(&request("POST", "/v1/customers", "", "email=a%40b.c&metadata[a]=b")).is_ok()
    );
    for (request, problem) in [
        (request("POST", "/v1/customer", "", ""), "there is no POST /v1/customer"),
        (request("GET", "/v1/customers/", "", ""), "there is no GET /v1/customers/"),
        (request("POST", "/v1/customers", "", "emial=a"), "`emial` is no parameter"),
        (request("POST", "/v1/customers", "email=a", ""), "`email` is no parameter"),
        (
            request("POST", "/v1/customers", "", "balance=1.5"),
            "`balance` must be an integer, and is \"1.5\"",
        ),
        (request("POST", "/v1/customers", "", "shipping[name]=a"), "`shipping` has no `address`"),
        (
            request("POST", "/v1/customers", "", "preferred_locales[1]=de"),
            "`preferred_locales` must be an array, and is {\"1\":\"de\"}",
        ),
        (
            request("POST", "/v1/customers", "", "tax_exempt=no"),
            "`tax_exempt` must be a value of the enum, and is \"no\"",
        ),
        (request("GET", "/v1/customers/search", "", ""), "`` has no `query`"),
        (request("GET", "/v1/customers", "", "x=1"), "there must be no body"),
    ] {
        assert_eq!(problems(request), problem);
    }
    let keyless =
        server::Request { headers: Vec::new(), ..request("POST", "/v1/customers", "", "") };
    assert!(problems(keyless).contains("there is no header `idempotency-key`"));
}
