//! The control plane.

use pinstripe_mock::Server;
use serde_json::json;

use crate::client::{client, id};

#[test]
fn a_snapshot_brings_everything_back() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = api.post("/v1/customers", "name=Ada");
    let snapshot = api.get("/_mock/snapshot");
    api.post("/v1/customers", "name=Grace");
    api.post("/_mock/restore", &snapshot.to_string());
    assert_eq!(api.get("/v1/customers")["data"], json!([customer]));
    api.post("/_mock/reset", "{}");
    assert_eq!(api.get("/v1/customers")["data"], json!([]));
}

#[test]
fn objects_can_be_given() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.get("/v1/customers");
    let counts = api
        .post("/_mock/seed", r#"{"customer": [{"id": "cus_1", "name": "Ada"}, {"id": "cus_2"}]}"#);
    assert_eq!(counts, json!({"customer": 2}));
    assert_eq!(api.get("/v1/customers/cus_1")["name"], "Ada");
    let dispute = api.post("/_mock/objects/dispute", r#"{"amount": 5}"#);
    assert_eq!(api.get(&format!("/v1/disputes/{}", id(&dispute)))["amount"], 5);
    assert_eq!(api.error("POST", "/_mock/seed", r#"{"unicorn": []}"#).0, 400);
    assert_eq!(api.error("POST", "/_mock/objects/unicorn", "{}").0, 400);
    assert_eq!(server.object("customer", "cus_1").unwrap()["name"], "Ada");
}

#[test]
fn the_clock_can_be_set() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let before = api.post("/v1/customers", "")["created"].as_i64().unwrap();
    api.post("/_mock/clock", r#"{"advance": 86400}"#);
    let after = api.post("/v1/customers", "")["created"].as_i64().unwrap();
    assert!((86_400..86_410).contains(&(after - before)));
    let now = api.post("/_mock/clock", r#"{"now": 2000000000}"#)["now"].as_i64().unwrap();
    assert!((2_000_000_000..2_000_000_005).contains(&now));
}

#[test]
fn faults_happen_when_asked_for() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.post("/_mock/faults", r#"{"kind": "rate_limit", "path": "/v1/customers"}"#);
    assert_eq!(api.send("GET", "/v1/customers", "").status, 429);
    assert_eq!(api.send("GET", "/v1/customers", "").status, 200);
    api.post("/_mock/faults", r#"{"kind": "reset"}"#);
    assert_eq!(api.send("GET", "/v1/customers", "").status, 0);
    api.get("/v1/customers");
}

#[test]
fn the_page_finds_what_it_asks_for() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.post("/v1/customers", "name=Ada");
    let page = api.send("GET", "/", "");
    assert!(page.status == 200 && page.head.contains("content-security-policy"), "{}", page.head);
    assert_eq!(api.get("/_mock/")["objects"]["customer"], 1);
    for path in ["requests", "objects", "objects/event", "objects/customer", "deliveries"] {
        api.get(&format!("/_mock/{path}"));
    }
}

#[test]
fn requests_are_recorded() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.send("POST", "/v1/customers", "nmae=Ada");
    let requests = api.get("/_mock/requests");
    assert_eq!(requests[0]["path"], "/v1/customers");
    assert_eq!(requests[0]["status"], 400);
    assert_eq!(requests[0]["response"]["error"]["param"], "nmae");
}

#[test]
fn state_survives_a_restart() {
    let path = std::env::temp_dir().join(format!("pinstripe-mock-restart-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let server = Server::builder().data(&path).start().unwrap();
    let customer = client(&server).post("/v1/customers", "name=Ada");
    assert!(Server::builder().data(&path).start().is_err());
    drop(server);
    let server = Server::builder().data(&path).start().unwrap();
    assert_eq!(client(&server).get("/v1/customers")["data"], json!([customer]));
    assert_ne!(client(&server).post("/v1/customers", "")["id"], customer["id"]);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn another_page_cannot_give_commands() {
    let server = Server::start().unwrap();
    let api = client(&server).with("origin", "http://evil.example");
    assert_eq!(api.error("POST", "/_mock/reset", "{}").0, 403);
    assert_eq!(
        client(&server)
            .with("origin", "http://localhost")
            .send("POST", "/_mock/reset", "{}")
            .status,
        200
    );
}
