//! What customers do on pages: checkout, payment links and the portal.

use pinstripe_mock::Server;
use serde_json::{Value, json};

use crate::client::{Client, client, id};

fn price(api: &Client<'_>, amount: i64, more: &str) -> String {
    let body =
        format!("currency=usd&unit_amount={amount}&product_data[name]=%3Cb%3EPlan%3C/b%3E{more}");
    id(&api.post("/v1/prices", &body)).to_owned()
}

/// The path of an address on the server.
fn path<'u>(server: &Server, url: &'u Value) -> &'u str {
    url.as_str().unwrap().strip_prefix(server.url().as_str()).unwrap()
}

fn location(head: &str) -> &str {
    let line = head.lines().find_map(|line| line.strip_prefix("location: "));
    line.unwrap_or_else(|| panic!("{head}"))
}

const CARD: &str = "email=ada@example.com&number=4242+4242+4242+4242&expiry=12/34&cvc=123";

#[test]
fn a_customer_pays_on_the_page_of_a_session() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let price = price(&api, 1500, "");
    let body = format!(
        "mode=payment&line_items[0][price]={price}&line_items[0][quantity]=2&success_url=https://example.com/ok?id={{CHECKOUT_SESSION_ID}}&cancel_url=https://example.com/back"
    );
    let session = api.post("/v1/checkout/sessions", &body);
    let page_path = path(&server, &session["url"]).to_owned();
    let page = api.send("GET", &page_path, "");
    assert!(page.status == 200 && page.head.contains("content-security-policy"), "{}", page.head);
    assert!(page.text.contains("2 × &lt;b&gt;Plan&lt;/b&gt;"), "{}", page.text);
    assert!(page.text.contains("Pay $30.00") && page.text.contains("https://example.com/back"));
    for (wrong, message) in [
        (CARD.replace("4242+4242+4242+4242", "4000000000000002"), "declined"),
        (CARD.replace("4242+4242+4242+4242", "1"), "number is incorrect"),
        (CARD.replace("12/34", "13/34"), "expiration month"),
    ] {
        let again = api.send("POST", &page_path, &wrong);
        assert!(again.status == 402 && again.text.contains(message), "{wrong}: {}", again.text);
    }
    let foreign = client(&server).with("origin", "http://evil.example");
    assert_eq!(foreign.send("POST", &page_path, CARD).status, 403);
    let paid = api.send("POST", &page_path, CARD);
    assert_eq!(paid.status, 303);
    assert_eq!(
        location(&paid.head),
        format!("https://example.com/ok?id={}", id(&session)).to_lowercase()
    );
    let done = api.get(&format!("/v1/checkout/sessions/{}", id(&session)));
    assert_eq!(
        (&done["status"], &done["customer_details"]["email"]),
        (&json!("complete"), &json!("ada@example.com"))
    );
    assert_eq!(api.send("GET", &page_path, "").status, 303);
    assert_eq!(api.send("GET", "/_mock/checkout/cs_none", "").status, 404);
}

#[test]
fn a_session_expires() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let price = price(&api, 1500, "");
    let session = api.post("/v1/checkout/sessions", &format!("mode=payment&line_items[0][price]={price}&line_items[0][quantity]=1&success_url=https://example.com"));
    let page_path = path(&server, &session["url"]).to_owned();
    api.post("/_mock/clock", r#"{"advance": 90000}"#);
    let read = api.get(&format!("/v1/checkout/sessions/{}", id(&session)));
    assert_eq!((&read["status"], &read["url"]), (&json!("expired"), &Value::Null));
    assert!(api.send("POST", &page_path, CARD).text.contains("expired"));
    let events = api.get("/v1/events?type=checkout.session.expired");
    assert_eq!(events["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_payment_link_opens_sessions_until_it_is_inactive() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let price = price(&api, 700, "&recurring[interval]=month");
    let link = api.post(
        "/v1/payment_links",
        &format!("line_items[0][price]={price}&line_items[0][quantity]=2&metadata[k]=v&restrictions[completed_sessions][limit]=1&after_completion[type]=hosted_confirmation&after_completion[hosted_confirmation][custom_message]=Well+done"),
    );
    assert_eq!((&link["active"], &link["currency"]), (&json!(true), &json!("usd")));
    assert_eq!(link["restrictions"]["completed_sessions"], json!({"count": 0, "limit": 1}));
    let link_path = format!("/v1/payment_links/{}", id(&link));
    let item = api.get(&format!("{link_path}/line_items"))["data"][0].clone();
    assert_eq!((&item["quantity"], &item["amount_total"]), (&json!(2), &json!(1400)));
    api.post(&link_path, &format!("line_items[0][id]={}&line_items[0][quantity]=3", id(&item)));
    let (_, error) =
        api.error("POST", &link_path, "line_items[0][id]=li_none&line_items[0][quantity]=3");
    assert_eq!(error["param"], "line_items[0][id]");
    let url_path = path(&server, &link["url"]).to_owned();
    let opened = api.send(
        "GET",
        &format!("{url_path}?client_reference_id=r1&prefilled_email=ada%40example.com"),
        "",
    );
    assert_eq!(opened.status, 303);
    let second = api.post(&format!("/_mock/links/{}/open", id(&link)), "{}");
    let sessions = api.get(&format!("/v1/checkout/sessions?payment_link={}", id(&link)));
    let session = &sessions["data"][1];
    assert_eq!(
        (&session["mode"], &session["amount_total"]),
        (&json!("subscription"), &json!(2100))
    );
    assert_eq!(
        (&session["client_reference_id"], &session["customer_email"]),
        (&json!("r1"), &json!("ada@example.com"))
    );
    assert_eq!(
        (&session["payment_link"], &session["metadata"]),
        (&json!(id(&link)), &json!({"k": "v"}))
    );
    let paid = api.send("POST", &format!("/_mock/checkout/{}", id(session)), CARD);
    assert!(paid.status == 200 && paid.text.contains("Well done"), "{}", paid.text);
    assert_eq!(api.get("/v1/subscriptions")["data"][0]["status"], "active");
    let limited = api.get(&link_path);
    assert_eq!(
        (&limited["active"], &limited["restrictions"]["completed_sessions"]["count"]),
        (&json!(false), &json!(1))
    );
    let refused = api.send("GET", &url_path, "");
    assert!(refused.status == 400 && refused.text.contains("not active"), "{}", refused.text);
    api.post(&link_path, "inactive_message=Sold+out");
    assert!(api.send("GET", &url_path, "").text.contains("Sold out"));
    // A session that was opened before can still be paid.
    api.post(&format!("/_mock/checkout/{}/complete", id(&second)), "{}");
    for (body, param) in [
        ("line_items[0][price]=price_none&line_items[0][quantity]=1", "line_items[0][price]"),
        ("metadata[k]=v", "line_items"),
    ] {
        assert_eq!(api.error("POST", "/v1/payment_links", body).1["param"], param);
    }
    let names = api.get("/v1/events?type=payment_link.created");
    assert_eq!(names["data"].as_array().unwrap().len(), 1);
}

#[test]
fn a_customer_cancels_in_the_portal() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let price = price(&api, 700, "&recurring[interval]=month");
    let customer = id(&api.post(
        "/v1/customers",
        "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa",
    ))
    .to_owned();
    let subscription =
        api.post("/v1/subscriptions", &format!("customer={customer}&items[0][price]={price}"));
    let session = api.post(
        "/v1/billing_portal/sessions",
        &format!("customer={customer}&return_url=https://example.com/account"),
    );
    let page_path = path(&server, &session["url"]).to_owned();
    let page = api.send("GET", &page_path, "");
    assert!(
        page.text.contains("&lt;b&gt;Plan&lt;/b&gt;: active") && page.text.contains("$7.00"),
        "{}",
        page.text
    );
    let form = |action: &str| format!("action={action}&subscription={}", id(&subscription));
    let read = || api.get(&format!("/v1/subscriptions/{}", id(&subscription)));
    assert_eq!(api.send("POST", &page_path, &form("cancel")).status, 303);
    assert_eq!(read()["cancel_at_period_end"], true);
    assert_eq!(read()["cancellation_details"]["reason"], "cancellation_requested");
    assert!(api.send("GET", &page_path, "").text.contains("ends with its period"));
    api.post(
        &format!("/_mock/portal/{}/renew", id(&session)),
        &json!({"subscription": id(&subscription)}).to_string(),
    );
    assert_eq!(
        (&read()["cancel_at_period_end"], &read()["cancel_at"]),
        (&json!(false), &Value::Null)
    );
    api.send(
        "POST",
        &page_path,
        "action=payment_method&number=5555555555554444&expiry=12/34&cvc=123",
    );
    let default = api
        .get(&format!("/v1/customers/{customer}?expand[]=invoice_settings.default_payment_method"));
    assert_eq!(
        default["invoice_settings"]["default_payment_method"]["card"]["brand"],
        "mastercard"
    );
    let wrong = api.send("POST", &page_path, "action=cancel&subscription=sub_none");
    assert!(wrong.status == 400 && wrong.text.contains("No such subscription"));
    // A configuration decides what the portal allows.
    let now = api.post("/v1/billing_portal/configurations", "features[subscription_cancel][enabled]=true&features[subscription_cancel][mode]=immediately");
    assert_eq!(now["features"]["payment_method_update"]["enabled"], false);
    let flow = format!(
        "customer={customer}&configuration={}&flow_data[type]=subscription_cancel&flow_data[subscription_cancel][subscription]={}&flow_data[after_completion][type]=redirect&flow_data[after_completion][redirect][return_url]=https://example.com/bye",
        id(&now),
        id(&subscription)
    );
    let session = api.post("/v1/billing_portal/sessions", &flow);
    assert_eq!(session["flow"]["subscription_cancel"]["subscription"], id(&subscription));
    let page_path = path(&server, &session["url"]).to_owned();
    let refused = api.send("POST", &page_path, "action=payment_method&payment_method=pm_card_visa");
    assert!(refused.status == 400 && refused.text.contains("disabled"));
    let ended = api.send("POST", &page_path, &form("cancel"));
    assert_eq!(location(&ended.head), "https://example.com/bye");
    assert_eq!(read()["status"], "canceled");
    let events = api.get("/v1/events?type=billing_portal.session.created");
    assert_eq!(events["data"].as_array().unwrap().len(), 2);
}

#[test]
fn a_portal_session_is_checked() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = id(&api.post("/v1/customers", "")).to_owned();
    let off =
        api.post("/v1/billing_portal/configurations", "features[invoice_history][enabled]=true");
    api.post(
        &format!("/v1/billing_portal/configurations/{}", id(&off)),
        "default_return_url=https://example.com/home",
    );
    let made = api.post(
        "/v1/billing_portal/sessions",
        &format!("customer={customer}&configuration={}", id(&off)),
    );
    assert_eq!(made["return_url"], "https://example.com/home");
    for (body, param) in [
        ("return_url=https://example.com".to_owned(), "customer"),
        ("customer=cus_none".to_owned(), "customer"),
        (format!("customer={customer}&configuration=bpc_none"), "configuration"),
        (
            format!(
                "customer={customer}&configuration={}&flow_data[type]=payment_method_update",
                id(&off)
            ),
            "flow_data[type]",
        ),
        (
            format!("customer={customer}&flow_data[type]=subscription_cancel"),
            "flow_data[subscription_cancel][subscription]",
        ),
    ] {
        let (status, error) = api.error("POST", "/v1/billing_portal/sessions", &body);
        assert_eq!((status, &error["param"]), (400, &json!(param)), "{body}");
    }
    api.post(&format!("/v1/billing_portal/configurations/{}", id(&off)), "active=false");
    let body = format!("customer={customer}&configuration={}", id(&off));
    assert_eq!(api.error("POST", "/v1/billing_portal/sessions", &body).1["param"], "configuration");
}
