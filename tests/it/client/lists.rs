//! Lists: forwards, backwards, by search, of v2, within an object; by item and by page; async and blocking.

use std::sync::{Arc, Mutex};

use pinstripe::{
    Charge, Client, Customer, Error, Invoice, List, Page, RawJson, RawRequest, SearchResult,
    blocking, from_json, v2,
};
use pinstripe_mock::form;
use pinstripe_mock::server::{Handler, MockResponse, Request, Server};
use serde_json::{Value, json};

/// Serves the customers `cus_0` to `cus_24`, and records the requests.
#[derive(Clone, Default)]
struct Customers(Arc<Mutex<Vec<Request>>>);

fn customer(index: usize) -> Value {
    json!({"id": format!("cus_{index}"), "object": "customer", "created": 0, "livemode": false})
}

impl Handler for Customers {
    fn handle(&self, request: &Request) -> MockResponse {
        self.0.lock().unwrap().push(request.clone());
        let query = form::parse(&request.query).unwrap();
        let text = |name: &str| query.get(name).and_then(Value::as_str);
        let index = |name: &str| {
            text(name).map(|id| id.trim_start_matches("cus_").parse::<usize>().unwrap())
        };
        let limit: usize = text("limit").map_or(10, |limit| limit.parse().unwrap());
        let page = |from: usize| (from..25.min(from + limit)).map(customer).collect::<Vec<_>>();
        if text("email") == Some("broken") && index("starting_after").is_some() {
            return MockResponse::json(
                400,
                json!({"error": {"type": "invalid_request_error", "message": "no"}}),
            );
        }
        MockResponse::json(
            200,
            match request.path.as_str() {
                "/v1/customers/search" => {
                    let from = text("page").map_or(0, |page| page.parse().unwrap());
                    let next = (from + limit < 25).then(|| (from + limit).to_string());
                    json!({"object": "search_result", "data": page(from), "has_more": next.is_some(), "next_page": next, "url": "/v1/customers/search"})
                }
                "/v2/core/accounts" => {
                    let from = text("page").map_or(0, |page| page.parse::<usize>().unwrap());
                    let next = (from + 2 < 5)
                        .then(|| format!("/v2/core/accounts?limit=2&page={}", from + 2));
                    let account = |index| json!({"id": format!("acct_{index}"), "object": "v2.core.account", "created": "2026-01-01T00:00:00Z", "livemode": false, "applied_configurations": []});
                    json!({"data": (from..5.min(from + 2)).map(account).collect::<Vec<_>>(), "next_page_url": next, "previous_page_url": null})
                }
                _ => match (index("starting_after"), index("ending_before")) {
                    (after, None) => {
                        let from = after.map_or(0, |after| after + 1);
                        json!({"object": "list", "data": page(from), "has_more": from + limit < 25, "url": "/v1/customers"})
                    }
                    (_, Some(before)) => {
                        let from = before.saturating_sub(limit);
                        let data: Vec<_> = (from..before).map(customer).collect();
                        json!({"object": "list", "data": data, "has_more": from > 0, "url": "/v1/customers"})
                    }
                },
            },
        )
    }
}

struct Setting {
    customers: Customers,
    server: Server,
    client: Client,
    blocking: blocking::Client,
}

fn setting() -> Setting {
    let customers = Customers::default();
    let server = Server::start(customers.clone()).unwrap();
    let builder = || Client::builder("sk_test_123").base_urls(server.url()).no_proxy();
    let (client, blocking) = (builder().build().unwrap(), builder().build_blocking().unwrap());
    Setting { customers, server, client, blocking }
}

fn all() -> Vec<String> {
    (0..25).map(|index| format!("cus_{index}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_read_to_the_last_page() {
    let Setting { server, client, blocking, .. } = setting();
    let mut ids = Vec::new();
    let mut customers = Customer::list().stream(&client);
    while let Some(customer) = customers.try_next().await.unwrap() {
        ids.push(customer.id.to_string());
    }
    assert_eq!((ids, server.requests()), (all(), 3));
    assert!(customers.try_next().await.unwrap().is_none(), "the end stays the end");

    let ids = tokio::task::spawn_blocking(move || {
        Customer::list()
            .limit(7)
            .stream(&blocking)
            .map(|customer| customer.unwrap().id.to_string())
            .collect::<Vec<_>>()
    });
    assert_eq!((ids.await.unwrap(), server.requests()), (all(), 7));

    let found = Customer::search("name:'x'").stream(&client).try_collect().await.unwrap();
    assert_eq!(found.iter().map(|customer| customer.id.to_string()).collect::<Vec<_>>(), all());
}

#[tokio::test]
async fn items_implement_stream() {
    fn is_stream<S: futures_core::Stream<Item = Result<Customer, Error>>>(_: &S) {}
    let Setting { client, server: _server, .. } = setting();
    is_stream(&Customer::list().stream(&client));
}

#[tokio::test]
async fn ending_before_lists_backwards() {
    let Setting { client, server: _server, .. } = setting();
    let ids = Customer::list()
        .ending_before("cus_25")
        .limit(10)
        .stream(&client)
        .try_collect()
        .await
        .unwrap();
    let mut expected = all();
    expected.reverse();
    assert_eq!(ids.iter().map(|customer| customer.id.to_string()).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn pages_have_their_request_ids() {
    let Setting { client, server: _server, .. } = setting();
    let mut pages = Customer::list().stream(&client).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        sizes.push((page.data.len(), page.has_more, page.status().as_u16()));
    }
    assert_eq!(sizes, [(10, true, 200), (10, true, 200), (5, false, 200)]);
}

#[tokio::test]
async fn v2_pages_are_followed_by_url() {
    let Setting { client, customers, server: _server, .. } = setting();
    let accounts = v2::core::Account::list().limit(2).stream(&client).try_collect().await.unwrap();
    assert_eq!(accounts.len(), 5);
    let queries: Vec<String> =
        customers.0.lock().unwrap().iter().map(|request| request.query.clone()).collect();
    assert_eq!(
        queries,
        ["limit=2", "limit=2&page=2", "limit=2&page=4"],
        "parameters are sent once"
    );
}

#[tokio::test]
async fn options_are_the_same_on_every_page() {
    let Setting { client, customers, server: _server, .. } = setting();
    let call = Customer::list()
        .customize()
        .account("acct_1")
        .context("ctx/1")
        .header("x-trace", "7")
        .param("new", "yes");
    assert_eq!(call.stream(&client).try_collect().await.unwrap().len(), 25);
    let requests = customers.0.lock().unwrap();
    assert_eq!(requests.len(), 3);
    for request in requests.iter() {
        for (name, value) in
            [("stripe-account", "acct_1"), ("stripe-context", "ctx/1"), ("x-trace", "7")]
        {
            assert_eq!(request.header(name), Some(value));
        }
        assert!(request.query.starts_with("new=yes"), "{}", request.query);
        assert!(request.header("idempotency-key").is_none());
    }
}

#[tokio::test]
async fn embedded_list_continues_after_its_last_item() {
    let Setting { client, customers, server: _server, .. } = setting();
    let json = json!({"object": "list", "data": [customer(0), customer(1)], "has_more": true, "url": "/v1/customers"});
    let list: List<Customer> = from_json(&json.to_string()).unwrap();
    let ids = list.clone().stream(&client.for_account("acct_1")).try_collect().await.unwrap();
    assert_eq!(ids.iter().map(|customer| customer.id.to_string()).collect::<Vec<_>>(), all());
    assert_eq!(customers.0.lock().unwrap()[0].query, "starting_after=cus_1");
    assert_eq!(customers.0.lock().unwrap()[0].header("stripe-account"), Some("acct_1"));

    let whole: List<Customer> = from_json(&json.to_string().replace("true", "false")).unwrap();
    assert_eq!(whole.stream(&client).try_collect().await.unwrap().len(), 2);

    let mut nowhere = list;
    nowhere.url = None;
    let mut items = nowhere.stream(&client);
    assert!(items.try_next().await.unwrap().is_some() && items.try_next().await.unwrap().is_some());
    let error = items.try_next().await.unwrap_err();
    assert!(error.to_string().contains("but no URL"), "{error}");
    assert!(items.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn list_ends_after_an_error() {
    let Setting { client, server: _server, .. } = setting();
    let mut items = Customer::list().email("broken").stream(&client);
    for _ in 0..10 {
        items.try_next().await.unwrap();
    }
    assert!(matches!(items.try_next().await, Err(Error::InvalidRequest(_))));
    assert!(items.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn raw_requests_can_be_listed() {
    let Setting { client, server: _server, .. } = setting();
    let call = RawRequest::<List<RawJson>>::get("/v1/new_things?limit=9");
    assert_eq!(call.stream(&client).try_collect().await.unwrap().len(), 25);
    let _ = (Charge::list(), Invoice::list());
}

/// Lists that never end: each page leads to itself, or back to one before it.
fn endless(request: &Request) -> MockResponse {
    let query = form::parse(&request.query).unwrap();
    let text = |name: &str| query.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    // The pages are numbered, and the last page links to the page with the number in the path.
    let number = |text: String| text.trim_start_matches("cus_").parse::<usize>().unwrap_or(0);
    let (last, back) = match request.path.rsplit('/').next() {
        Some("itself") => (0, 0),
        Some("first") => (1, 0),
        Some("circle") => (9, 3),
        Some("late") => (20, 20),
        other => panic!("{other:?}"),
    };
    let next = |page: usize| if page == last + 1 { back + 1 } else { page + 1 };
    MockResponse::json(
        200,
        match request.path.split('/').nth(1) {
            Some("search") => {
                let page = next(number(text("page")));
                json!({"object": "search_result", "data": [customer(page)], "has_more": true, "next_page": page.to_string()})
            }
            Some("v2") => {
                let page = next(number(text("page")));
                json!({"data": [customer(page)], "next_page_url": format!("{}?page={page}", request.path)})
            }
            Some("back") => {
                json!({"object": "list", "data": [customer(next(number(text("ending_before"))))], "has_more": true})
            }
            _ => {
                json!({"object": "list", "data": [customer(next(number(text("starting_after"))))], "has_more": true})
            }
        },
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn cyclic_pages_end_with_an_error() {
    let server = Server::start(endless).unwrap();
    let builder = || Client::builder("sk_test_123").base_urls(server.url()).no_proxy();
    let (client, blocking) = (builder().build().unwrap(), builder().build_blocking().unwrap());
    for (circle, most) in [("itself", 4), ("first", 8), ("circle", 40), ("late", 26)] {
        let before = server.requests();
        let errors = [
            RawRequest::<List<RawJson>>::get(format!("/v1/{circle}"))
                .stream(&client)
                .try_collect()
                .await
                .unwrap_err(),
            RawRequest::<List<RawJson>>::get(format!("/back/{circle}?ending_before=cus_0"))
                .stream(&client)
                .try_collect()
                .await
                .unwrap_err(),
            RawRequest::<SearchResult<RawJson>>::get(format!("/search/{circle}"))
                .stream(&client)
                .try_collect()
                .await
                .unwrap_err(),
            RawRequest::<Page<RawJson>>::get(format!("/v2/{circle}"))
                .stream(&client)
                .try_collect()
                .await
                .unwrap_err(),
            tokio::task::block_in_place(|| {
                let list =
                    RawRequest::<List<RawJson>>::get(format!("/v1/{circle}")).stream(&blocking);
                list.collect::<Result<Vec<_>, _>>().unwrap_err()
            }),
        ];
        for error in errors {
            let text = error.to_string();
            assert!(
                matches!(error, Error::Config(_)) && text.contains("was read before"),
                "{circle}: {text}"
            );
        }
        let requests = server.requests() - before;
        assert!(requests <= 5 * most, "{circle}: {requests} requests");
    }
    let mut pages = RawRequest::<List<RawJson>>::get("/v1/itself").stream(&client).pages();
    let mut read = 0;
    while let Ok(Some(_)) = pages.try_next().await {
        read += 1;
    }
    assert!(read >= 1, "pages before the error are given");
    assert!(pages.try_next().await.unwrap().is_none(), "after the error there is nothing");
    let first =
        json!({"object": "list", "data": [customer(1)], "has_more": true, "url": "/v1/itself"});
    let within: List<RawJson> = from_json(&first.to_string()).unwrap();
    assert!(within.stream(&client).try_collect().await.is_err());
}
