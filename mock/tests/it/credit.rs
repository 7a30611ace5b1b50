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
    for wrong in ["amount=-9223372036854775808&currency=usd", "amount=5&currency=euros"] {
        assert_eq!(api.error("POST", &format!("{path}/balance_transactions"), wrong).0, 400);
    }
    let (status, error) =
        api.error("POST", "/v1/customers/cus_none/balance_transactions", "amount=5&currency=usd");
    assert_eq!((status, &error["code"]), (404, &json!("resource_missing")));
    let one = &api.get(&format!("{path}/balance_transactions"))["data"][0];
    let (status, error) =
        api.error("POST", &format!("{path}/balance_transactions/{}", id(one)), "amount=5");
    assert_eq!((status, &error["code"]), (400, &json!("parameter_unknown")));
}

fn note(api: &Client<'_>, invoice: &Value, more: &str) -> Value {
    api.post("/v1/credit_notes", &format!("invoice={}&{more}", id(invoice)))
}

#[test]
fn a_credit_note_reduces_what_is_due_until_it_is_voided() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let invoice = open_invoice(&api, &customer, 1000);
    let path = format!("/v1/invoices/{}", id(&invoice));
    let first = note(&api, &invoice, "amount=300&reason=order_change&memo=Sorry");
    assert_eq!((&first["type"], &first["status"]), (&json!("pre_payment"), &json!("issued")));
    assert_eq!(
        (&first["pre_payment_amount"], &first["post_payment_amount"]),
        (&json!(300), &json!(0))
    );
    assert_eq!(first["number"], format!("{}-CN-01", invoice["number"].as_str().unwrap()));
    let reduced = api.get(&path);
    assert_eq!((&reduced["amount_due"], &reduced["amount_remaining"]), (&json!(700), &json!(700)));
    assert_eq!(reduced["pre_payment_credit_notes_amount"], 300);
    let voided = api.post(&format!("/v1/credit_notes/{}/void", id(&first)), "");
    assert_eq!(voided["status"], "void");
    assert!(voided["voided_at"].is_i64());
    assert_eq!(api.get(&path)["amount_due"], 1000);
    let twice = api.error("POST", &format!("/v1/credit_notes/{}/void", id(&first)), "");
    assert_eq!(twice.0, 400);
    note(&api, &invoice, "amount=400");
    let paid = api.post(&format!("{path}/pay"), "");
    assert_eq!((&paid["status"], &paid["amount_paid"]), (&json!("paid"), &json!(600)));
    let other = open_invoice(&api, &customer, 500);
    note(&api, &other, "amount=500");
    let covered = api.get(&format!("/v1/invoices/{}", id(&other)));
    assert_eq!((&covered["status"], &covered["amount_paid"]), (&json!("paid"), &json!(0)));
    let intents = api.get(&format!("/v1/payment_intents?customer={customer}"));
    assert_eq!(intents["data"][0]["status"], "canceled");
    let updated = api.post(&format!("/v1/credit_notes/{}", id(&first)), "memo=Again");
    assert_eq!(updated["memo"], "Again");
    for (name, count) in [("created", 3), ("voided", 1), ("updated", 1)] {
        let events = api.get(&format!("/v1/events?type=credit_note.{name}"));
        assert_eq!(events["data"].as_array().unwrap().len(), count, "{name}");
    }
}

#[test]
fn a_credit_note_gives_back_what_was_paid() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let invoice = open_invoice(&api, &customer, 1000);
    let path = format!("/v1/invoices/{}", id(&invoice));
    api.post(&format!("{path}/pay"), "");
    let line = id(&invoice["lines"]["data"][0]).to_owned();
    let of_line = format!(
        "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]={line}&lines[0][amount]=600"
    );
    let body = format!("{of_line}&refund_amount=400&credit_amount=150&out_of_band_amount=50");
    let preview = api.get(&format!("/v1/credit_notes/preview?invoice={}&{body}", id(&invoice)));
    assert_eq!(
        (&preview["total"], &preview["lines"]["data"][0]["amount"]),
        (&json!(600), &json!(600))
    );
    let lines = api.get(&format!("/v1/credit_notes/preview/lines?invoice={}&{body}", id(&invoice)));
    assert_eq!(lines["data"][0]["description"], "Work");
    assert_eq!(api.get("/v1/credit_notes")["data"], json!([]));
    assert_eq!(api.get("/v1/refunds")["data"], json!([]));
    let made = note(&api, &invoice, &body);
    assert_eq!(
        (&made["type"], &made["post_payment_amount"]),
        (&json!("post_payment"), &json!(600))
    );
    assert_eq!(made["out_of_band_amount"], 50);
    assert_eq!(made["refunds"][0]["amount_refunded"], 400);
    let refund = made["refunds"][0]["refund"].as_str().unwrap();
    assert_eq!(api.get(&format!("/v1/refunds/{refund}"))["amount"], 400);
    assert_eq!(api.get(&path)["post_payment_credit_notes_amount"], 600);
    assert_eq!(transactions(&api, &customer), [entry("credit_note", -150, -150)]);
    let credit = made["customer_balance_transaction"].as_str().unwrap();
    let credit = api.get(&format!("/v1/customers/{customer}/balance_transactions/{credit}"));
    assert_eq!(credit["credit_note"], id(&made));
    let lines = api.get(&format!("/v1/credit_notes/{}/lines", id(&made)));
    assert_eq!(lines["data"][0]["invoice_line_item"], line.as_str());
    let listed = api.get(&format!("/v1/credit_notes?invoice={}", id(&invoice)));
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    // 400 are left, of the invoice and of its line.
    for wrong in ["amount=401&refund_amount=401", &format!("{of_line}&refund_amount=600")] {
        let body = format!("invoice={}&{wrong}", id(&invoice));
        assert_eq!(api.error("POST", "/v1/credit_notes", &body).0, 400, "{wrong}");
    }
    let unequal = format!("invoice={}&amount=400&refund_amount=399", id(&invoice));
    let (_, error) = api.error("POST", "/v1/credit_notes", &unequal);
    assert!(error["message"].as_str().unwrap().contains("must equal the post payment amount"));
    let (_, error) = api.error("POST", "/v1/credit_notes", &format!("invoice={}", id(&invoice)));
    assert_eq!(error["code"], "parameter_missing");
    assert_eq!(api.error("POST", &format!("/v1/credit_notes/{}/void", id(&made)), "").0, 400);
    let draft = api.post("/v1/invoices", &format!("customer={customer}"));
    let body = format!("invoice={}&amount=5", id(&draft));
    assert_eq!(api.error("POST", "/v1/credit_notes", &body).1["param"], "invoice");
}

#[test]
fn a_credit_note_takes_its_share_of_the_discount() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = customer(&api, "");
    let coupon = api.post("/v1/coupons", "percent_off=25&duration=once");
    api.post("/v1/invoiceitems", &format!("customer={customer}&amount=2000&currency=usd"));
    let draft = api.post(
        "/v1/invoices",
        &format!(
            "customer={customer}&pending_invoice_items_behavior=include&discounts[0][coupon]={}",
            id(&coupon)
        ),
    );
    let invoice = api.post(&format!("/v1/invoices/{}/finalize", id(&draft)), "");
    let line = id(&invoice["lines"]["data"][0]).to_owned();
    let body = format!(
        "lines[0][type]=invoice_line_item&lines[0][invoice_line_item]={line}&lines[0][amount]=1000&lines[1][type]=custom_line_item&lines[1][unit_amount]=20&lines[1][quantity]=2&lines[1][description]=Fee"
    );
    let made = note(&api, &invoice, &body);
    assert_eq!(
        (&made["subtotal"], &made["discount_amount"], &made["total"]),
        (&json!(1040), &json!(250), &json!(790))
    );
    assert_eq!(made["lines"]["data"][1]["unit_amount"], 20);
}
