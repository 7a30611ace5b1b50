//! Quotes: from a draft to a subscription or an invoice.

use pinstripe_mock::Server;
use serde_json::{Value, json};

use crate::client::{Client, client, id};

/// 2027-01-31T00:00:00Z
const START: i64 = 1_801_353_600;
const DAY: i64 = 86_400;

fn price(api: &Client<'_>, amount: i64, more: &str) -> String {
    let body = format!("currency=usd&unit_amount={amount}&product_data[name]=Plan{more}");
    id(&api.post("/v1/prices", &body)).to_owned()
}

fn customer(api: &Client<'_>, more: &str) -> String {
    let card = "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa";
    id(&api.post("/v1/customers", &format!("{card}{more}"))).to_owned()
}

fn act(api: &Client<'_>, quote: &Value, verb: &str) -> Value {
    api.post(&format!("/v1/quotes/{}/{verb}", id(quote)), "")
}

fn event_count(api: &Client<'_>, name: &str) -> usize {
    api.get(&format!("/v1/events?type={name}"))["data"].as_array().unwrap().len()
}

#[test]
fn an_accepted_quote_starts_a_subscription() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let month = price(&api, 1000, "&recurring[interval]=month");
    let setup = price(&api, 5000, "");
    let coupon = api.post("/v1/coupons", "percent_off=10&duration=once");
    let quote = api.post(
        "/v1/quotes",
        &format!(
            "customer={customer}&line_items[0][price]={month}&line_items[0][quantity]=2&line_items[1][price]={setup}&discounts[0][coupon]={}&metadata[k]=v&header=Hello&subscription_data[metadata][s]=t",
            id(&coupon)
        ),
    );
    assert_eq!((&quote["status"], &quote["number"]), (&json!("draft"), &Value::Null));
    assert_eq!((&quote["amount_subtotal"], &quote["amount_total"]), (&json!(7000), &json!(6300)));
    assert_eq!(quote["total_details"]["amount_discount"], 700);
    let recurring = &quote["computed"]["recurring"];
    assert_eq!(
        (&recurring["amount_total"], &recurring["interval"]),
        (&json!(2000), &json!("month"))
    );
    let path = format!("/v1/quotes/{}", id(&quote));
    let (status, error) = api.error("POST", &format!("{path}/accept"), "");
    assert_eq!(status, 400);
    assert!(error["message"].as_str().unwrap().contains("This one is draft"));
    assert_eq!(api.error("GET", &format!("{path}/pdf"), "").0, 400);
    let open = act(&api, &quote, "finalize");
    assert_eq!(open["status"], "open");
    assert!(open["number"].is_string() && open["status_transitions"]["finalized_at"].is_i64());
    assert_eq!(api.error("POST", &path, "header=Late").0, 400);
    let lines = api.get(&format!("{path}/line_items"));
    assert_eq!(lines["data"][0]["amount_subtotal"], 2000);
    assert_eq!(
        (&lines["data"][1]["amount_discount"], &lines["data"][1]["amount_total"]),
        (&json!(500), &json!(4500))
    );
    let shown =
        api.get(&format!("{path}?expand[]=computed.upfront.line_items&expand[]=line_items"));
    assert_eq!(shown["line_items"]["data"], lines["data"]);
    assert_eq!(shown["computed"]["upfront"]["line_items"]["data"], lines["data"]);
    assert!(open["computed"]["upfront"].get("line_items").is_none());
    let pdf = api.send("GET", &format!("{path}/pdf"), "");
    assert!(pdf.status == 200 && pdf.head.contains("content-type: application/pdf"));
    let accepted = act(&api, &quote, "accept");
    assert_eq!(accepted["status"], "accepted");
    let subscription = accepted["subscription"].as_str().unwrap();
    let started = api.get(&format!("/v1/subscriptions/{subscription}?expand[]=latest_invoice"));
    assert_eq!((&started["status"], &started["metadata"]), (&json!("active"), &json!({"s": "t"})));
    let invoice = &started["latest_invoice"];
    assert_eq!(accepted["invoice"], invoice["id"]);
    assert_eq!((&invoice["status"], &invoice["total"]), (&json!("draft"), &json!(6300)));
    let paid = api.post(&format!("/v1/invoices/{}/pay", id(invoice)), "");
    assert_eq!(paid["status"], "paid");
    assert_eq!(api.error("POST", &format!("{path}/cancel"), "").0, 400);
    for name in ["created", "finalized", "accepted"] {
        assert_eq!(event_count(&api, &format!("quote.{name}")), 1, "{name}");
    }
}

#[test]
fn an_accepted_quote_of_one_time_prices_makes_an_invoice() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let once = price(&api, 1500, "");
    let quote = api.post("/v1/quotes", "expires_at=4000000000");
    let path = format!("/v1/quotes/{}", id(&quote));
    let (status, error) = api.error("POST", &format!("{path}/finalize"), "");
    assert_eq!((status, &error["param"]), (400, &json!("customer")));
    api.post(&path, &format!("customer={customer}"));
    let (status, error) = api.error("POST", &format!("{path}/finalize"), "");
    assert_eq!((status, &error["param"]), (400, &json!("line_items")));
    let updated = api.post(
        &path,
        &format!("line_items[0][price]={once}&collection_method=send_invoice&invoice_settings[days_until_due]=10"),
    );
    assert_eq!(
        (&updated["amount_total"], &updated["computed"]["recurring"]),
        (&json!(1500), &Value::Null)
    );
    let item = id(&api.get(&format!("{path}/line_items"))["data"][0]).to_owned();
    let doubled = api.post(&path, &format!("line_items[0][id]={item}&line_items[0][quantity]=2"));
    assert_eq!(doubled["amount_total"], 3000);
    act(&api, &quote, "finalize");
    let accepted = act(&api, &quote, "accept");
    assert_eq!(accepted["subscription"], Value::Null);
    let invoice = api.get(&format!("/v1/invoices/{}", accepted["invoice"].as_str().unwrap()));
    assert_eq!((&invoice["status"], &invoice["total"]), (&json!("draft"), &json!(3000)));
    assert_eq!(invoice["billing_reason"], "quote_accept");
    assert_eq!(invoice["parent"]["quote_details"]["quote"], id(&quote));
    let (created, due) =
        (invoice["created"].as_i64().unwrap(), invoice["due_date"].as_i64().unwrap());
    assert!((due - created - 10 * DAY).abs() < 5);
    for (body, param) in [
        ("line_items[0][price]=price_none", "line_items[0][price]"),
        ("customer=cus_none", "customer"),
        ("expires_at=5", "expires_at"),
        ("from_quote[quote]=qt_none", "from_quote[quote]"),
    ] {
        let (status, error) = api.error("POST", "/v1/quotes", body);
        assert_eq!((status, &error["param"]), (400, &json!(param)), "{body}");
    }
}

#[test]
fn a_quote_expires_or_is_revised() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let clock = api.post("/v1/test_helpers/test_clocks", &format!("frozen_time={START}"));
    let customer = customer(&api, &format!("&test_clock={}", id(&clock)));
    let month = price(&api, 1000, "&recurring[interval]=month");
    let make =
        || api.post("/v1/quotes", &format!("customer={customer}&line_items[0][price]={month}"));
    let first = make();
    assert_eq!(first["expires_at"], START + 30 * DAY);
    act(&api, &first, "finalize");
    let revision = api.post(
        "/v1/quotes",
        &format!("from_quote[quote]={}&from_quote[is_revision]=true", id(&first)),
    );
    assert_eq!(
        (&revision["customer"], &revision["amount_total"]),
        (&json!(customer), &json!(1000))
    );
    act(&api, &revision, "finalize");
    assert_eq!(api.get(&format!("/v1/quotes/{}", id(&first)))["status"], "canceled");
    let advance = format!("/v1/test_helpers/test_clocks/{}/advance", id(&clock));
    api.post(&advance, &format!("frozen_time={}", START + 31 * DAY));
    let expired = api.get(&format!("/v1/quotes/{}", id(&revision)));
    assert_eq!(expired["status"], "canceled");
    assert_eq!(expired["status_transitions"]["canceled_at"], START + 30 * DAY);
    assert_eq!(event_count(&api, "quote.canceled"), 2);
    assert_eq!(act(&api, &make(), "cancel")["status"], "canceled");
}
