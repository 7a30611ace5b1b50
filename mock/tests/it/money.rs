//! Refunds, disputes, balance, payouts, Connect and checkout.

use pinstripe_mock::Server;
use serde_json::Value;

use crate::client::{Client, client, id};

fn pay(api: &Client<'_>, method: &str) -> Value {
    api.post(
        "/v1/payment_intents",
        &format!("amount=2000&currency=usd&confirm=true&payment_method={method}"),
    )
}

#[test]
fn a_payment_is_refunded_in_parts() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let intent = pay(&api, "pm_card_visa");
    let refund = api.post(
        "/v1/refunds",
        &format!("payment_intent={}&amount=500&reason=requested_by_customer", id(&intent)),
    );
    assert_eq!((&refund["status"], &refund["amount"]), (&"succeeded".into(), &500.into()));
    let path = format!("/v1/charges/{}", intent["latest_charge"].as_str().unwrap());
    assert_eq!(api.get(&path)["amount_refunded"], 500);
    let (status, error) =
        api.error("POST", "/v1/refunds", &format!("payment_intent={}&amount=1501", id(&intent)));
    assert_eq!((status, &error["param"]), (400, &"amount".into()));
    api.post("/v1/refunds", &format!("charge={}", id(&api.get(&path))));
    let charge = api.get(&format!("{path}?expand[]=refunds"));
    assert_eq!((&charge["refunded"], &charge["amount_refunded"]), (&true.into(), &2000.into()));
    assert_eq!(charge["refunds"]["data"].as_array().unwrap().len(), 2);
    let (_, error) = api.error("POST", "/v1/refunds", &format!("payment_intent={}", id(&intent)));
    assert_eq!(error["code"], "charge_already_refunded");
    let failed = pay(&api, "pm_card_refundFail");
    let refund = api.post("/v1/refunds", &format!("payment_intent={}", id(&failed)));
    assert_eq!(refund["status"], "failed");
}

#[test]
fn a_dispute_is_won_with_evidence_or_lost() {
    let server = Server::start().unwrap();
    let api = client(&server);
    for (evidence, status) in [("winning_evidence", "won"), ("losing_evidence", "lost")] {
        pay(&api, "pm_card_createDispute");
        let dispute = api.get("/v1/disputes")["data"][0].clone();
        assert_eq!(
            (&dispute["status"], &dispute["reason"]),
            (&"needs_response".into(), &"fraudulent".into())
        );
        let path = format!("/v1/disputes/{}", id(&dispute));
        let held = api.post(&path, "evidence[customer_name]=Ada&submit=false");
        assert_eq!(held["status"], "needs_response");
        assert_eq!(
            api.post(&path, &format!("evidence[uncategorized_text]={evidence}"))["status"],
            status
        );
        assert_eq!(api.error("POST", &format!("{path}/close"), "").0, 400);
    }
    let types: Vec<Value> = api.get("/v1/events?limit=100")["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].clone())
        .collect();
    for name in [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ] {
        assert!(types.contains(&name.into()), "{name}");
    }
}

#[test]
fn the_balance_pays_out() {
    let server = Server::start().unwrap();
    let api = client(&server);
    assert_eq!(
        api.error("POST", "/v1/payouts", "amount=100&currency=usd").1["code"],
        "balance_insufficient"
    );
    pay(&api, "pm_card_bypassPending");
    pay(&api, "pm_card_visa");
    let balance = api.get("/v1/balance");
    assert_eq!(balance["available"][0]["amount"], 1912);
    assert_eq!(balance["pending"][0]["amount"], 1912);
    let payout = api.post("/v1/payouts", "amount=1000&currency=usd");
    assert_eq!(payout["status"], "pending");
    assert_eq!(api.get("/v1/balance")["available"][0]["amount"], 912);
    api.post(&format!("/v1/payouts/{}/cancel", id(&payout)), "");
    assert_eq!(api.get("/v1/balance")["available"][0]["amount"], 1912);
    let transactions = api.get("/v1/balance_transactions?type=charge");
    assert_eq!(transactions["data"].as_array().unwrap().len(), 2);
}

#[test]
fn a_transfer_reaches_the_connected_account() {
    let server = Server::start().unwrap();
    let api = client(&server);
    pay(&api, "pm_card_bypassPending");
    let account =
        api.post("/v1/accounts", "type=express&country=US&capabilities[transfers][requested]=true");
    assert_eq!(account["capabilities"]["transfers"], "active");
    let transfer = api
        .post("/v1/transfers", &format!("amount=1000&currency=usd&destination={}", id(&account)));
    let connected = client(&server).with("stripe-account", id(&account));
    assert_eq!(connected.get("/v1/balance")["available"][0]["amount"], 1000);
    api.post(&format!("/v1/transfers/{}/reversals", id(&transfer)), "amount=400");
    assert_eq!(connected.get("/v1/balance")["available"][0]["amount"], 600);
    assert_eq!(api.get(&format!("/v1/transfers/{}", id(&transfer)))["amount_reversed"], 400);
}

#[test]
fn a_checkout_session_is_completed() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let session = api.post(
        "/v1/checkout/sessions",
        "mode=payment&success_url=https://example.com/ok&line_items[0][quantity]=2&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=750&line_items[0][price_data][product_data][name]=Shirt&metadata[order]=5",
    );
    assert_eq!((&session["status"], &session["amount_total"]), (&"open".into(), &1500.into()));
    assert_eq!(session["payment_status"], "unpaid");
    let path = format!("/v1/checkout/sessions/{}", id(&session));
    assert_eq!(api.get(&format!("{path}/line_items"))["data"][0]["description"], "Shirt");
    let declined = api.error(
        "POST",
        &format!("/_mock/checkout/{}/complete", id(&session)),
        r#"{"payment_method": "pm_card_chargeDeclined"}"#,
    );
    assert!(declined.1["message"].as_str().unwrap().contains("declined"));
    assert_eq!(api.get(&path)["status"], "open");
    api.post(&format!("/_mock/checkout/{}/complete", id(&session)), "{}");
    let done = api.get(&format!("{path}?expand[]=payment_intent"));
    assert_eq!((&done["status"], &done["payment_status"]), (&"complete".into(), &"paid".into()));
    assert_eq!(done["payment_intent"]["status"], "succeeded");
    assert_eq!(api.error("POST", &format!("{path}/expire"), "").0, 400);
    assert_eq!(
        api.get("/v1/events?type=checkout.session.completed")["data"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_checkout_session_starts_a_subscription() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let price = api.post(
        "/v1/prices",
        "currency=usd&unit_amount=900&recurring[interval]=month&product_data[name]=Plan",
    );
    let session = api.post(
        "/v1/checkout/sessions",
        &format!("mode=subscription&success_url=https://example.com/ok&line_items[0][quantity]=1&line_items[0][price]={}", id(&price)),
    );
    api.post(
        &format!("/_mock/checkout/{}/complete", id(&session)),
        r#"{"email": "ada@example.com"}"#,
    );
    let done = api.get(&format!(
        "/v1/checkout/sessions/{}?expand[]=subscription&expand[]=customer",
        id(&session)
    ));
    assert_eq!(done["subscription"]["status"], "active");
    assert_eq!(done["customer"]["email"], "ada@example.com");
}

#[test]
fn a_checkout_session_has_discounts_and_mixes_prices() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let month = id(&api.post(
        "/v1/prices",
        "currency=usd&unit_amount=900&recurring[interval]=month&product_data[name]=Plan",
    ))
    .to_owned();
    let once = id(&api.post("/v1/prices", "currency=usd&unit_amount=100&product_data[name]=Setup"))
        .to_owned();
    let coupon = api.post("/v1/coupons", "percent_off=50&duration=once");
    let base = format!(
        "success_url=https://example.com&discounts[0][coupon]={}&line_items[0][quantity]=1&line_items[0][price]={once}",
        id(&coupon)
    );
    let (_, error) =
        api.error("POST", "/v1/checkout/sessions", &format!("mode=subscription&{base}"));
    assert_eq!(error["param"], "line_items");
    let session = api.post(
        "/v1/checkout/sessions",
        &format!("mode=subscription&{base}&line_items[1][quantity]=1&line_items[1][price]={month}"),
    );
    assert_eq!(
        (&session["amount_subtotal"], &session["amount_total"]),
        (&1000.into(), &500.into())
    );
    assert_eq!(session["total_details"]["amount_discount"], 500);
    assert_eq!(session["discounts"][0]["coupon"], id(&coupon));
    assert_eq!(session["ui_mode"], "hosted_page");
    api.post(&format!("/_mock/checkout/{}/complete", id(&session)), "{}");
    let invoices = api.get("/v1/invoices");
    assert_eq!(
        (&invoices["data"][0]["status"], &invoices["data"][0]["total"]),
        (&"paid".into(), &500.into())
    );
    let old = client(&server).with("stripe-version", "2025-08-27.basil");
    let session = old.post("/v1/checkout/sessions", &format!("mode=payment&{base}"));
    assert_eq!((&session["amount_total"], &session["ui_mode"]), (&50.into(), &"hosted".into()));
    let path = format!("/v1/checkout/sessions/{}", id(&session));
    assert_eq!(api.get(&path)["ui_mode"], "hosted_page");
    old.post(&format!("/_mock/checkout/{}/complete", id(&session)), "{}");
    assert_eq!(api.get("/v1/payment_intents")["data"][0]["amount"], 50);
}

#[test]
fn a_file_is_uploaded() {
    let server = Server::start().unwrap();
    let body = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\ndispute_evidence\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1\r\n--b--\r\n";
    let request = format!(
        "POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk_test_1\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let response = crate::client::raw(&server, request.as_bytes());
    assert!(
        response.starts_with("HTTP/1.1 200") && response.contains("\"type\": \"pdf\""),
        "{response}"
    );
}
