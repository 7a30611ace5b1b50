//! Options of clients and of requests, as sent.

use std::time::Duration;

use pinstripe::{API_VERSION, AppInfo, Client, Customer, Error, Host, RawJson, RawRequest, v2};
use pinstripe_mock::server::{MockResponse, Request, Server};
use serde_json::{Value, json};

/// A server that responds with the received request.
fn mirror() -> Server {
    Server::start(|request: &Request| {
        let headers: serde_json::Map<_, _> = request
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect();
        let target = format!("{} {}?{}", request.method, request.path, request.query);
        MockResponse::json(
            200,
            json!({"target": target, "headers": headers, "body": request.text()}),
        )
    })
    .unwrap()
}

fn client(server: &Server) -> pinstripe::ClientBuilder {
    Client::builder("sk_test_123").base_urls(server.url()).no_proxy()
}

async fn sent(call: RawRequest<RawJson>, client: &Client) -> Value {
    call.send(client).await.unwrap().to_value()
}

#[tokio::test]
async fn request_has_user_agent_headers() {
    let server = mirror();
    let client = client(&server)
        .app_info(
            AppInfo::new("shop").version("1.2").url("https://shop.example").partner_id("pp_1"),
        )
        .build()
        .unwrap();
    let headers = &sent(RawRequest::get("/v1/x"), &client).await["headers"];
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(headers["authorization"], "Bearer sk_test_123");
    assert_eq!(headers["stripe-version"], API_VERSION);
    assert_eq!(
        headers["user-agent"],
        format!("Stripe/v1 PinstripeBindings/{version} shop/1.2 (https://shop.example)")
    );
    let agent: Value =
        serde_json::from_str(headers["x-stripe-client-user-agent"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&agent["lang"], &agent["application"]["partner_id"]),
        (&json!("rust"), &json!("pp_1"))
    );
    for absent in ["stripe-account", "stripe-context", "idempotency-key", "content-type"] {
        assert!(headers[absent].is_null(), "{absent}");
    }
}

#[tokio::test]
async fn a_request_overrides_its_client() {
    let server = mirror();
    let client = client(&server)
        .account("acct_1")
        .context("ctx_1")
        .api_version("2024-06-20")
        .header("x-a", "1")
        .build()
        .unwrap();
    let headers = &sent(RawRequest::get("/v1/x"), &client).await["headers"];
    for (name, value) in [
        ("stripe-account", "acct_1"),
        ("stripe-context", "ctx_1"),
        ("stripe-version", "2024-06-20"),
        ("x-a", "1"),
    ] {
        assert_eq!(headers[name], value);
    }
    let call = RawRequest::get("/v1/x")
        .api_key("sk_test_other")
        .account("acct_2")
        .context("ctx_2")
        .api_version("2025-03-31.basil")
        .header("X-A", "2")
        .header("user-agent", "mine");
    let headers = &sent(call, &client).await["headers"];
    for (name, value) in [
        ("authorization", "Bearer sk_test_other"),
        ("stripe-account", "acct_2"),
        ("stripe-context", "ctx_2"),
        ("stripe-version", "2025-03-31.basil"),
        ("x-a", "2"),
        ("user-agent", "mine"),
    ] {
        assert_eq!(headers[name], value);
    }
    let headers = &sent(RawRequest::get("/v1/x"), &client.for_account("acct_3")).await["headers"];
    assert_eq!(
        (&headers["stripe-account"], &headers["stripe-context"]),
        (&json!("acct_3"), &json!("ctx_1"))
    );
}

#[tokio::test]
async fn preview_is_sent_in_the_version_header() {
    let server = mirror();
    let call = |client: &Client| {
        let call = pinstripe::crypto::OnrampSession::list().customize().output::<RawJson>();
        let client = client.clone();
        async move { sent(call, &client).await }
    };
    let usual = client(&server).build().unwrap();
    assert_eq!(
        call(&usual).await["headers"]["stripe-version"],
        format!("{API_VERSION}; crypto_onramp_beta=v2")
    );
    let older = client(&server).api_version("2024-06-20").build().unwrap();
    assert_eq!(
        call(&older).await["headers"]["stripe-version"],
        "2024-06-20; crypto_onramp_beta=v2"
    );
}

#[tokio::test]
async fn untyped_parameters_are_sent() {
    let server = mirror();
    let client = client(&server).build().unwrap();
    let extra = json!({"a": [1, {"b": true}], "c": null, "d": []});
    let get = Customer::list().limit(1).customize().output().param("new", extra.clone());
    assert_eq!(
        sent(get, &client).await["target"],
        "GET /v1/customers?limit=1&new[a][0]=1&new[a][1][b]=true&new[c]=&new[d]="
    );
    let post = Customer::create()
        .name("J")
        .customize()
        .output()
        .param("new[x y]", extra.clone())
        .param("z", 1.5);
    assert_eq!(
        sent(post, &client).await["body"],
        "name=J&new[x%20y][a][0]=1&new[x%20y][a][1][b]=true&new[x%20y][c]=&new[x%20y][d]=&z=1.5"
    );
    let json = v2::core::AccountToken::create()
        .customize()
        .output()
        .param("new", extra.clone())
        .param("z\"", "ä");
    let body: Value =
        serde_json::from_str(sent(json, &client).await["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({"new": extra, "z\"": "ä"}));
}

#[tokio::test]
async fn raw_requests_reach_any_path() {
    let server = mirror();
    let client = client(&server).build().unwrap();
    let sent = async |call| {
        let seen = sent(call, &client).await;
        [&seen["target"], &seen["headers"]["content-type"], &seen["body"]]
            .map(|seen| seen.as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(
        sent(RawRequest::get("/v1/a?b=c").param("d", "e&f")).await,
        ["GET /v1/a?b=c&d=e%26f", "", ""]
    );
    assert_eq!(sent(RawRequest::get("v1/a")).await[0], "GET /v1/a?");
    assert_eq!(
        sent(RawRequest::get("https://evil.example/v1/a")).await[0],
        "GET /v1/a?",
        "the key goes nowhere else"
    );
    assert_eq!(
        sent(RawRequest::post("/v1/a").param("b", true)).await,
        ["POST /v1/a?", "application/x-www-form-urlencoded", "b=true"]
    );
    assert_eq!(
        sent(RawRequest::post("/v2/a").param("b", true)).await,
        ["POST /v2/a?", "application/json", "{\"b\":true}"]
    );
    assert_eq!(sent(RawRequest::delete("/v2/a").param("b", 1)).await, ["DELETE /v2/a?b=1", "", ""]);
    let customer = RawRequest::<pinstripe::RawJson>::post("/v1/customers")
        .output::<Customer>()
        .send(&client)
        .await
        .unwrap_err();
    assert!(matches!(customer, Error::Decode(error) if error.path() == "created"));
}

#[tokio::test]
async fn base_url_can_be_set_per_host() {
    let (one, other) = (mirror(), mirror());
    let client = client(&one).base_url(Host::Files, other.url() + "/").build().unwrap();
    let mut call = RawRequest::<RawJson>::get("/v1/files/file_1/contents");
    call.http_mut().host = Host::Files;
    call.send(&client).await.unwrap();
    assert_eq!((one.requests(), other.requests()), (0, 1));
    for url in ["", "stripe.com", "/v1", "http://", "https://a b"] {
        let error = Client::builder("sk_test_123").base_url(Host::Api, url).build().unwrap_err();
        assert!(error.to_string().starts_with("not sent: the base URL"), "{error}");
    }
}

#[tokio::test]
async fn invalid_requests_are_refused_with_a_reason() {
    let server = mirror();
    let good = client(&server).build().unwrap();
    let error = async |call: RawRequest<RawJson>| call.send(&good).await.unwrap_err().to_string();
    assert!(error(RawRequest::get("/x").api_key("")).await.contains("the API key is empty"));
    assert!(error(RawRequest::get("/x").api_key("sk_test_1\n")).await.contains("line break"));
    assert!(
        error(RawRequest::get("/x").account("a\nb")).await.contains("the header `stripe-account`")
    );
    assert!(
        error(RawRequest::get("/x").header("a b", "c"))
            .await
            .contains("`a b` is not a valid header name")
    );
    assert!(error(RawRequest::get("/x").header("a", "b\r\nc: d")).await.contains("the header `a`"));
    assert!(error(RawRequest::get("/x y")).await.contains("the path `/x y`"));
    assert_eq!(server.requests(), 0);
    let error = Client::builder("sk_test_123").app_info(AppInfo::new("a\nb")).build().unwrap_err();
    assert!(error.to_string().contains("the app info"), "{error}");
}

#[tokio::test]
async fn request_timeout_overrides_the_client() {
    let server = Server::start(|_: &Request| {
        MockResponse::json(200, "{}").head_delay(Duration::from_millis(300))
    })
    .unwrap();
    let client = client(&server).max_retries(0).build().unwrap();
    assert!(RawRequest::<RawJson>::get("/x").send(&client).await.is_ok());
    let error = RawRequest::<RawJson>::get("/x")
        .timeout(Duration::from_millis(50))
        .send(&client)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Timeout(_)));
    assert!(RawRequest::<RawJson>::get("/x").timeout(Duration::MAX).send(&client).await.is_ok());
}
