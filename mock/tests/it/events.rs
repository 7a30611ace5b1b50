//! Events and their delivery.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pinstripe_mock::Server;
use pinstripe_mock::server::{self, MockResponse, Request};
use serde_json::{Value, json};

use crate::client::{client, id};

#[test]
fn each_change_makes_an_event() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = api.post("/v1/customers", "name=Ada&metadata[a]=1");
    let path = format!("/v1/customers/{}", id(&customer));
    api.post(&path, "name=Grace&metadata[a]=2");
    api.post(&path, "name=Grace");
    api.ok("DELETE", &path, "");
    let events = api.get("/v1/events");
    let types: Vec<&Value> =
        events["data"].as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(types, ["customer.deleted", "customer.updated", "customer.created"]);
    let updated = &events["data"][1];
    assert_eq!(
        updated["data"]["previous_attributes"],
        json!({"name": "Ada", "metadata": {"a": "1"}})
    );
    assert_eq!(updated["data"]["object"]["name"], "Grace");
    assert!(updated["request"]["id"].as_str().unwrap().starts_with("req_"));
    let old = client(&server).with("stripe-version", "2024-06-20");
    let event = old.get(&format!("/v1/events/{}", id(updated)));
    assert_eq!(event["api_version"], "2024-06-20");
    assert!(event["data"]["object"].get("customer_account").is_none());
    assert_eq!(api.get("/v1/events?type=customer.created")["data"].as_array().unwrap().len(), 1);
}

/// Waits until something holds.
#[track_caller]
fn wait(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn events_are_delivered_signed_and_again_after_a_failure() {
    let received: Arc<Mutex<Vec<Request>>> = Arc::default();
    let kept = Arc::clone(&received);
    let receiver = server::Server::start(move |request: &Request| {
        let mut received = kept.lock().unwrap();
        received.push(request.clone());
        // The first attempt fails.
        MockResponse::json(if received.len() == 1 { 500 } else { 200 }, "{}")
    });
    let receiver = receiver.unwrap();
    let server = Server::start().unwrap();
    let api = client(&server);
    let url = receiver.url().replace(':', "%3A").replace('/', "%2F");
    let endpoint = api.post(
        "/v1/webhook_endpoints",
        &format!("url={url}%2Fhook&enabled_events[]=customer.created&api_version=2024-06-20"),
    );
    let secret = endpoint["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    assert!(api.get(&format!("/v1/webhook_endpoints/{}", id(&endpoint))).get("secret").is_none());
    api.post("/v1/products", "name=not+wanted");
    api.post("/v1/customers", "name=Ada");
    wait(|| received.lock().unwrap().len() == 2);
    let requests = received.lock().unwrap().clone();
    assert_eq!(requests[0].path, "/hook");
    let signature = requests[1].header("stripe-signature").unwrap();
    assert!(signature.starts_with("t=") && signature.contains(",v1="), "{signature}");
    let event: Value = serde_json::from_slice(&requests[1].body).unwrap();
    assert_eq!(event["type"], "customer.created");
    assert_eq!(event["api_version"], "2024-06-20");
    wait(|| api.get("/_mock/deliveries").as_array().unwrap().len() == 2);
    let deliveries = api.get("/_mock/deliveries");
    assert_eq!(deliveries[0]["result"]["status"], 500);
    assert_eq!(deliveries[1]["delivered"], true);
    // Once more, twice.
    api.post(&format!("/_mock/events/{}/resend", id(&event)), r#"{"times": 2}"#);
    wait(|| received.lock().unwrap().len() == 4);
    // A rolled secret signs beside the old one.
    let path = format!("/_mock/endpoints/{}/roll_secret", id(&endpoint));
    let rolled = api.post(&path, "{}")["secret"].as_str().unwrap().to_owned();
    assert_ne!(rolled, secret);
    api.post("/v1/customers", "name=Grace");
    wait(|| received.lock().unwrap().len() == 5);
    let last = received.lock().unwrap()[4].clone();
    assert_eq!(last.header("stripe-signature").unwrap().matches("v1=").count(), 2);
}

#[test]
fn any_event_can_be_triggered() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.get("/v1/customers");
    let event = api.post("/_mock/events/charge.dispute.created", r#"{"object": {"amount": 7}}"#);
    let read = api.get(&format!("/v1/events/{}", id(&event)));
    assert_eq!(read["type"], "charge.dispute.created");
    assert_eq!(read["data"]["object"]["object"], "dispute");
    assert_eq!(read["data"]["object"]["amount"], 7);
    assert_eq!(api.error("POST", "/_mock/events/no.such", "{}").0, 400);
}
