//! Event destinations of v2 and thin events.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use pinstripe_mock::Server;
use pinstripe_mock::server::{self, MockResponse, Request};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::client::{Client, client, id};

const PATH: &str = "/v2/core/event_destinations";

/// A server that keeps what is delivered to it.
struct Receiver {
    server: server::Server,
    received: Arc<Mutex<Vec<Request>>>,
}

fn receiver() -> Receiver {
    let received: Arc<Mutex<Vec<Request>>> = Arc::default();
    let kept = Arc::clone(&received);
    let server = server::Server::start(move |request: &Request| {
        kept.lock().unwrap().push(request.clone());
        MockResponse::json(200, "{}")
    });
    Receiver { server: server.unwrap(), received }
}

impl Receiver {
    /// A destination for these events, with its secret.
    fn destination(&self, api: &Client<'_>, payload: &str, events: &[&str]) -> Value {
        let body = json!({
            "name": "Test", "type": "webhook_endpoint", "event_payload": payload, "enabled_events": events,
            "webhook_endpoint": {"url": format!("{}/hook", self.server.url())},
            "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
        });
        api.post(PATH, &body.to_string())
    }

    /// Waits for a number of deliveries. Returns their bodies.
    #[track_caller]
    fn wait(&self, count: usize) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let received = self.received.lock().unwrap();
            assert!(received.len() <= count, "too many deliveries");
            if received.len() == count {
                let body = |request: &Request| serde_json::from_slice(&request.body).unwrap();
                return received.iter().map(body).collect();
            }
            drop(received);
            assert!(start.elapsed() < Duration::from_secs(20), "nothing is delivered");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Checks a signature as the official libraries do.
fn verify(request: &Request, secret: &str) {
    let header = request.header("stripe-signature").unwrap();
    let (timestamp, signature) = header.split_once(",v1=").unwrap();
    let timestamp = timestamp.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}.{}", request.text()).as_bytes());
    let expected: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, expected);
}

#[test]
fn a_thin_event_is_delivered_signed_and_read_whole() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let receiver = receiver();
    let destination = receiver.destination(
        &api,
        "thin",
        &["v2.core.account.created", "v2.core.account_person.created"],
    );
    let secret = destination["webhook_endpoint"]["signing_secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_") && destination["webhook_endpoint"]["url"].is_string());
    let path = format!("{PATH}/{}", id(&destination));
    let hidden = json!({"signing_secret": null, "url": null});
    assert_eq!(api.get(&path)["webhook_endpoint"], hidden);
    let shown = api.get(&format!("{path}?include[]=webhook_endpoint.url"));
    assert!(shown["webhook_endpoint"]["url"].as_str().unwrap().ends_with("/hook"));
    let account = api.post("/v2/core/accounts", r#"{"display_name": "Ada"}"#);
    let person = api
        .post(&format!("/v2/core/accounts/{}/persons", id(&account)), r#"{"given_name": "Ada"}"#);
    assert_eq!(person["account"], account["id"]);
    let events = receiver.wait(2);
    verify(&receiver.received.lock().unwrap()[0], secret);
    assert_eq!(
        (&events[0]["object"], &events[0]["type"]),
        (&json!("v2.core.event"), &json!("v2.core.account.created"))
    );
    let url = format!("/v2/core/accounts/{}", id(&account));
    assert_eq!(
        events[0]["related_object"],
        json!({"id": id(&account), "type": "v2.core.account", "url": url})
    );
    assert!(events[0]["reason"]["request"]["id"].as_str().unwrap().starts_with("req_"));
    assert_eq!(events[1]["related_object"]["url"], format!("{url}/persons/{}", id(&person)));
    assert_eq!(api.get(&url)["id"], account["id"]);
    assert!(events[1].get("data").is_none());
    let whole = api.get(&format!("/v2/core/events/{}", id(&events[1])));
    assert_eq!(whole["data"]["account_id"], account["id"]);
    // An event of v2 is no snapshot event.
    assert_eq!(api.get("/v1/events")["data"], json!([]));
}

#[test]
fn a_destination_is_pinged_disabled_and_deleted() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let receiver = receiver();
    let destination = receiver.destination(&api, "thin", &["v2.core.account.created"]);
    let path = format!("{PATH}/{}", id(&destination));
    let ping = api.post(&format!("{path}/ping"), "");
    assert_eq!(ping["type"], "v2.core.event_destination.ping");
    let received = receiver.wait(1);
    assert_eq!(
        (id(&received[0]), &received[0]["related_object"]["id"]),
        (id(&ping), &destination["id"])
    );
    let disabled = api.post(&format!("{path}/disable"), "");
    assert_eq!(
        (&disabled["status"], &disabled["status_details"]["disabled"]["reason"]),
        (&json!("disabled"), &json!("user"))
    );
    api.post("/v2/core/accounts", r#"{"display_name": "nobody hears"}"#);
    assert_eq!(api.error("POST", &format!("{path}/ping"), "").0, 400);
    let enabled = api.post(&format!("{path}/enable"), "");
    assert_eq!((&enabled["status"], &enabled["status_details"]), (&json!("enabled"), &Value::Null));
    let renamed = api.post(&path, r#"{"name": "Other", "metadata": {"k": "v"}}"#);
    assert_eq!((&renamed["name"], &renamed["metadata"]), (&json!("Other"), &json!({"k": "v"})));
    api.post("/v2/core/accounts", r#"{"display_name": "heard"}"#);
    receiver.wait(2);
    api.post(&format!("/_mock/events/{}/resend", id(&ping)), "{}");
    receiver.wait(3);
    assert_eq!(api.ok("DELETE", &path, "")["id"], destination["id"]);
    api.post("/v2/core/accounts", r#"{"display_name": "nobody is left"}"#);
    assert_eq!(api.get(PATH)["data"], json!([]));
    assert_eq!(api.error("GET", &path, "").0, 404);
    std::thread::sleep(Duration::from_millis(100));
    receiver.wait(3);
}

#[test]
fn a_change_of_v1_is_a_thin_event_for_those_who_want_it() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.post("/v1/customers", "name=Before");
    assert_eq!(api.get("/v2/core/events")["data"], json!([]));
    let (thin, snapshot) = (receiver(), receiver());
    thin.destination(&api, "thin", &["v1.customer.created"]);
    let old = client(&server).with("stripe-version", "2025-08-27.basil");
    snapshot.destination(&old, "snapshot", &["customer.created"]);
    let customer = api.post("/v1/customers", "name=Ada");
    let received = &thin.wait(1)[0];
    assert_eq!(received["type"], "v1.customer.created");
    let url = format!("/v1/customers/{}", id(&customer));
    assert_eq!(
        received["related_object"],
        json!({"id": id(&customer), "type": "customer", "url": url})
    );
    let whole = &snapshot.wait(1)[0];
    assert_eq!((&whole["object"], &whole["type"]), (&json!("event"), &json!("customer.created")));
    assert_eq!(
        (&whole["api_version"], &whole["data"]["object"]["name"]),
        (&json!("2025-08-27.basil"), &json!("Ada"))
    );
    assert_eq!(received["snapshot_event"], whole["id"]);
}

#[test]
fn changes_of_v2_make_the_events_of_the_spec() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let account = api.post("/v2/core/accounts", r#"{"display_name": "Ada"}"#);
    let path = format!("/v2/core/accounts/{}", id(&account));
    api.post(&path, r#"{"display_name": "Grace"}"#);
    api.post(&path, r#"{"identity": {"country": "us"}}"#);
    let person = api.post(&format!("{path}/persons"), r#"{"given_name": "Ada"}"#);
    let of_person = format!("{path}/persons/{}", id(&person));
    api.post(&of_person, r#"{"given_name": "Grace"}"#);
    api.ok("DELETE", &of_person, "");
    assert_eq!(api.post(&format!("{path}/close"), "{}")["closed"], true);
    let types = |query: &str| -> Vec<String> {
        let list = api.get(&format!("/v2/core/events?{query}"));
        let all = list["data"].as_array().unwrap().iter().rev();
        all.map(|one| one["type"].as_str().unwrap().replace("v2.core.account", "")).collect()
    };
    let expected = [
        ".created",
        ".updated",
        "[identity].updated",
        ".updated",
        "_person.created",
        "_person.updated",
        "_person.deleted",
        ".closed",
    ];
    assert_eq!(types("limit=100"), expected);
    assert_eq!(types(&format!("object_id={}", id(&person))), expected[4..7]);
    assert_eq!(
        types("types[]=v2.core.account.created&types[]=v2.core.account.closed"),
        [".created", ".closed"]
    );
    assert_eq!(types("created[gt]=2100-01-01T00:00:00Z"), [""; 0]);
    assert_eq!(types("created[gt]=2000-01-01T00:00:00Z").len(), 8);
    let first = api.get("/v2/core/events?limit=3");
    assert_eq!(first["data"].as_array().unwrap().len(), 3);
    let next = api.get(first["next_page_url"].as_str().unwrap());
    assert_eq!(next["data"][0]["type"], "v2.core.account_person.created");
    let made = api.post("/_mock/events/v2.core.account_link.returned", "{}");
    assert_eq!(made["type"], "v2.core.account_link.returned");
}

#[test]
fn a_destination_is_checked() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let base = json!({"name": "Test", "type": "webhook_endpoint", "event_payload": "thin", "enabled_events": ["v2.core.account.created"], "webhook_endpoint": {"url": "http://127.0.0.1:9"}});
    for (name, value, param) in [
        ("webhook_endpoint", Value::Null, "webhook_endpoint.url"),
        ("webhook_endpoint", json!({"url": "ftp://x"}), "webhook_endpoint.url"),
        ("enabled_events", json!([]), "enabled_events"),
        ("enabled_events", json!(["v2.core.nothing"]), "enabled_events"),
        ("enabled_events", json!(["customer.created"]), "enabled_events"),
        ("type", json!("amazon_eventbridge"), "amazon_eventbridge"),
    ] {
        let mut body = base.clone();
        body[name] = value;
        if body[name].is_null() {
            body.as_object_mut().unwrap().remove(name);
        }
        let (status, error) = api.error("POST", PATH, &body.to_string());
        assert_eq!((status, &error["param"]), (400, &json!(param)), "{body}");
    }
    assert_eq!(
        api.error("POST", &format!("{PATH}/ed_none/enable"), "").1["code"],
        "resource_missing"
    );
}
