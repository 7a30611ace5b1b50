//! Operations without behavior of their own.

use pinstripe_mock::Server;
use serde_json::{Value, json};

use crate::client::{client, id};

#[test]
fn an_object_is_created_changed_and_deleted() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = api
        .post("/v1/customers", "name=Ada&email=ada@example.com&metadata[a]=1&address[city]=London");
    assert!(id(&customer).starts_with("cus_"));
    assert_eq!(customer["object"], "customer");
    assert_eq!(customer["address"]["city"], "London");
    let path = format!("/v1/customers/{}", id(&customer));
    assert_eq!(api.get(&path), customer);
    let changed = api.post(&path, "name=&metadata[b]=2&metadata[a]=");
    assert_eq!((&changed["name"], &changed["metadata"]), (&Value::Null, &json!({"b": "2"})));
    assert_eq!(changed["email"], "ada@example.com");
    assert_eq!(api.post(&path, "metadata=")["metadata"], json!({}));
    let deleted = api.ok("DELETE", &path, "");
    assert_eq!(deleted, json!({"id": id(&customer), "object": "customer", "deleted": true}));
    assert_eq!(api.get(&path)["deleted"], true);
    assert_eq!(api.get("/v1/customers")["data"], json!([]));
    let (status, error) = api.error("POST", &path, "name=x");
    assert_eq!((status, &error["code"]), (404, &"resource_missing".into()));
}

#[test]
fn errors_are_those_of_stripe() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let (status, error) = api.error("GET", "/v1/customers/cus_none", "");
    assert_eq!(status, 404);
    assert_eq!(error["message"], "No such customer: 'cus_none'");
    assert_eq!(error["type"], "invalid_request_error");
    assert!(error["request_log_url"].as_str().unwrap().contains("req_"));
    assert_eq!(api.error("GET", "/v1/nothing", "").0, 404);
    assert_eq!(api.error("POST", "/v1/customers", "x=1").1["param"], "x");
    let (status, _) = client(&server).with("authorization", "").error("GET", "/v1/customers", "");
    assert_eq!(status, 401);
    let (status, error) = api.error("POST", "/v1/quotes", "customer=cus_none");
    assert_eq!((status, &error["param"]), (400, &"customer".into()));
    let response = api.send("GET", "/v1/customers/cus_none", "");
    assert!(response.head.contains("request-id: req_"), "{}", response.head);
}

#[test]
fn lists_have_cursors_ranges_and_filters() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let mut ids: Vec<String> = (0..25)
        .map(|number| {
            let email = number % 2;
            id(&api.post("/v1/customers", &format!("name=n{number}&email=e{email}@x.com")))
                .to_owned()
        })
        .collect();
    ids.reverse();
    let names = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|one| id(one).to_owned()).collect()
    };
    let first = api.get("/v1/customers");
    assert_eq!((names(&first), &first["has_more"]), (ids[..10].to_vec(), &true.into()));
    assert_eq!(first["url"], "/v1/customers");
    let second = api.get(&format!("/v1/customers?limit=20&starting_after={}", ids[9]));
    assert_eq!((names(&second), &second["has_more"]), (ids[10..].to_vec(), &false.into()));
    let back = api.get(&format!("/v1/customers?limit=5&ending_before={}", ids[9]));
    assert_eq!((names(&back), &back["has_more"]), (ids[4..9].to_vec(), &true.into()));
    let filtered = api.get("/v1/customers?email=e1@x.com&limit=100");
    assert_eq!(names(&filtered).len(), 12);
    assert_eq!(names(&api.get("/v1/customers?created[gt]=9999999999")).len(), 0);
    assert_eq!(names(&api.get("/v1/customers?created[gte]=1&created[lt]=9999999999")).len(), 10);
    assert_eq!(api.error("GET", "/v1/customers?limit=101", "").1["param"], "limit");
    assert_eq!(api.error("GET", "/v1/customers?starting_after=x", "").1["param"], "starting_after");
    let found = api.get("/v1/customers/search?query=email:'e0@x.com'%20AND%20name~'n2'");
    assert_eq!(found["object"], "search_result");
    assert_eq!(names(&found).len(), 4);
}

#[test]
fn references_are_expanded_to_four_levels() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let product = api.post("/v1/products", "name=Plan");
    let price = api.post(
        "/v1/prices",
        &format!("currency=usd&unit_amount=500&product={}&recurring[interval]=month", id(&product)),
    );
    assert_eq!(price["product"], product["id"]);
    let expanded = api.get(&format!("/v1/prices/{}?expand[]=product", id(&price)));
    assert_eq!(expanded["product"]["name"], "Plan");
    let list = api.get("/v1/prices?expand[]=data.product");
    assert_eq!(list["data"][0]["product"]["name"], "Plan");
    assert_eq!(api.error("GET", "/v1/prices?expand[]=data.nothing", "").1["param"], "expand");
    let deep = "/v1/charges?expand[]=data.a.b.c.d.e";
    assert_eq!(api.error("GET", deep, "").1["code"], "property_expansion_max_depth");
}

#[test]
fn an_old_version_has_the_fields_of_its_time() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = api.post("/v1/customers", "name=Ada");
    let path = format!("/v1/customers/{}", id(&customer));
    assert!(customer.get("customer_account").is_some());
    let old = client(&server).with("stripe-version", "2024-06-20");
    let response = old.send("GET", &path, "");
    assert!(response.body.get("customer_account").is_none());
    assert!(response.head.contains("stripe-version: 2024-06-20"));
    let bad = client(&server).with("stripe-version", "2019-01-01");
    assert_eq!(bad.error("GET", &path, "").0, 400);
}

#[test]
fn a_key_makes_a_write_happen_once() {
    let server = Server::start().unwrap();
    let api = client(&server).with("idempotency-key", "k1");
    let first = api.send("POST", "/v1/customers", "name=Ada");
    let again = api.send("POST", "/v1/customers", "name=Ada");
    assert_eq!(first.body, again.body);
    assert!(again.head.contains("idempotent-replayed: true"));
    let (status, error) = api.error("POST", "/v1/customers", "name=Grace");
    assert_eq!((status, &error["type"]), (400, &"idempotency_error".into()));
    assert_eq!(client(&server).get("/v1/customers")["data"].as_array().unwrap().len(), 1);
    // Invalid parameters may be corrected.
    let api = client(&server).with("idempotency-key", "k2");
    assert_eq!(api.error("POST", "/v1/customers", "nmae=Ada").0, 400);
    api.post("/v1/customers", "name=Ada");
}

#[test]
fn accounts_are_apart() {
    let server = Server::start().unwrap();
    let api = client(&server);
    api.post("/v1/customers", "name=Platform");
    let account = api.post("/v1/accounts", "type=custom&country=US");
    let connected = client(&server).with("stripe-account", id(&account));
    assert_eq!(connected.get("/v1/customers")["data"], json!([]));
    connected.post("/v1/customers", "name=Connected");
    assert_eq!(api.get("/v1/customers")["data"][0]["name"], "Platform");
    assert_eq!(connected.get("/v1/account")["id"], account["id"]);
    let other = client(&server).with("authorization", "Bearer sk_test_other");
    assert_eq!(other.get("/v1/customers")["data"], json!([]));
    let stranger = client(&server).with("stripe-account", "acct_none");
    assert_eq!(stranger.error("GET", "/v1/customers", "").0, 403);
}

#[test]
fn v2_has_pages_and_json() {
    let server = Server::start().unwrap();
    let api = client(&server);
    for number in 0..3 {
        api.post("/v2/core/accounts", &format!("{{\"display_name\": \"n{number}\"}}"));
    }
    let first = api.get("/v2/core/accounts?limit=2");
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    assert_eq!(first["data"][0]["display_name"], "n2");
    let next = first["next_page_url"].as_str().unwrap();
    let second = api.get(next);
    assert_eq!(second["data"][0]["display_name"], "n0");
    assert_eq!(second["next_page_url"], Value::Null);
    assert_eq!(api.error("POST", "/v2/core/accounts", "{\"x\": 1}").0, 400);
    assert_eq!(api.error("POST", "/v2/core/accounts", "{\"x\": ").0, 400);
}

#[test]
fn ids_are_the_same_for_the_same_seed() {
    let ids = |seed: u64| {
        let server = Server::builder().seed(seed).start().unwrap();
        let api = client(&server);
        (0..3).map(|_| id(&api.post("/v1/customers", "")).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(5), ids(5));
    assert_ne!(ids(5), ids(6));
}
