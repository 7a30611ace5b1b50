//! Credit balances of customers and credit notes.

use pinstripe_mock::Server;
use serde_json::{Value, json};

use crate::client::{Client, client, id};

/// A finalized invoice over an amount. Its customer has a card.
fn open_invoice(api: &Client<'_>, customer: &str, amount: i64) -> Value {
    let invoice = api.post("/v1/invoices", &format!("customer={customer}"));
    let item = format!(
        "customer={customer}&invoice={}&amount={amount}&currency=usd&description=Work",
        id(&invoice)
    );
    api.post("/v1/invoiceitems", &item);
    api.post(&format!("/v1/invoices/{}/finalize", id(&invoice)), "")
}

fn customer(api: &Client<'_>, more: &str) -> String {
    let card = "payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa";
    id(&api.post("/v1/customers", &format!("{card}{more}"))).to_owned()
}

/// The balance transactions of a customer, the oldest first: type, amount, ending balance.
fn transactions(api: &Client<'_>, customer: &str) -> Vec<(String, i64, i64)> {
    let list = api.get(&format!("/v1/customers/{customer}/balance_transactions"));
    let one = |one: &Value| {
        let kind = one["type"].as_str().unwrap().to_owned();
        (kind, one["amount"].as_i64().unwrap(), one["ending_balance"].as_i64().unwrap())
    };
    list["data"].as_array().unwrap().iter().rev().map(one).collect()
}

fn entry(kind: &str, amount: i64, ending: i64) -> (String, i64, i64) {
    (kind.to_owned(), amount, ending)
}

#[test]
fn credit_is_applied_to_the_next_invoices() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "&balance=-500");
    let path = format!("/v1/customers/{customer}");
    let more = api.post(
        &format!("{path}/balance_transactions"),
        "amount=-1000&currency=usd&description=Gift&metadata[k]=v",
    );
    assert_eq!((&more["ending_balance"], &more["type"]), (&json!(-1500), &json!("adjustment")));
    assert_eq!(more["customer"], customer.as_str());
    let first = open_invoice(&api, &customer, 1200);
    assert_eq!((&first["status"], &first["amount_due"]), (&json!("paid"), &json!(0)));
    assert_eq!(
        (&first["starting_balance"], &first["ending_balance"]),
        (&json!(-1500), &json!(-300))
    );
    let second = open_invoice(&api, &customer, 1000);
    assert_eq!((&second["status"], &second["amount_due"]), (&json!("open"), &json!(700)));
    assert_eq!((&second["starting_balance"], &second["ending_balance"]), (&json!(-300), &json!(0)));
    assert_eq!(api.get(&path)["balance"], 0);
    // What a voided invoice took is credit again.
    api.post(&format!("/v1/invoices/{}/void", id(&second)), "");
    api.post(&path, "balance=40");
    let expected = [
        entry("initial", -500, -500),
        entry("adjustment", -1000, -1500),
        entry("applied_to_invoice", 1200, -300),
        entry("applied_to_invoice", 300, 0),
        entry("unapplied_from_invoice", -300, -300),
        entry("adjustment", 340, 40),
    ];
    assert_eq!(transactions(&api, &customer), expected);
    let applied = api.get(&format!("{path}/balance_transactions?invoice={}", id(&first)));
    assert_eq!(applied["data"].as_array().unwrap().len(), 1);
    let changed = api.get("/v1/events?type=customer.updated");
    assert_eq!(changed["data"][1]["data"]["previous_attributes"]["balance"], 0);
}

#[test]
fn a_debt_is_collected_and_a_small_amount_waits() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let small = open_invoice(&api, &customer, 30);
    assert_eq!((&small["status"], &small["amount_due"]), (&json!("paid"), &json!(0)));
    let next = open_invoice(&api, &customer, 100);
    assert_eq!((&next["amount_due"], &next["ending_balance"]), (&json!(130), &json!(0)));
    let expected = [entry("invoice_too_small", 30, 30), entry("applied_to_invoice", -30, 0)];
    assert_eq!(transactions(&api, &customer), expected);
}

#[test]
fn balances_of_other_currencies_are_kept_apart() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let path = format!("/v1/customers/{customer}");
    api.post(&format!("{path}/balance_transactions"), "amount=-100&currency=eur");
    api.post(&format!("{path}/balance_transactions"), "amount=-700&currency=usd");
    let read = api.get(&format!("{path}?expand[]=invoice_credit_balance"));
    assert_eq!((&read["balance"], &read["currency"]), (&json!(-100), &json!("eur")));
    assert_eq!(read["invoice_credit_balance"], json!({"eur": -100, "usd": -700}));
    assert_eq!(open_invoice(&api, &customer, 1000)["amount_due"], 300);
    let (status, error) =
        api.error("POST", &format!("{path}/balance_transactions"), "currency=usd");
    assert_eq!((status, &error["code"]), (400, &json!("parameter_missing")));
    let (status, error) =
        api.error("POST", "/v1/customers/cus_none/balance_transactions", "amount=5&currency=usd");
    assert_eq!((status, &error["code"]), (404, &json!("resource_missing")));
    let one = &api.get(&format!("{path}/balance_transactions"))["data"][0];
    let (status, error) =
        api.error("POST", &format!("{path}/balance_transactions/{}", id(one)), "amount=5");
    assert_eq!((status, &error["code"]), (400, &json!("parameter_unknown")));
}
