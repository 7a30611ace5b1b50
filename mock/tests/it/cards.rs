//! Test cards and their outcomes.

use pinstripe_mock::Server;
use serde_json::Value;

use crate::client::{Client, client, id};

/// The number, then the status of a confirmed PaymentIntent, or the code and decline code.
const OUTCOMES: [(&str, &str, &str); 31] = [
    ("4242424242424242", "succeeded", ""),
    ("4000056655665556", "succeeded", ""),
    ("5555555555554444", "succeeded", ""),
    ("2223003122003222", "succeeded", ""),
    ("5200828282828210", "succeeded", ""),
    ("5105105105105100", "succeeded", ""),
    ("378282246310005", "succeeded", ""),
    ("371449635398431", "succeeded", ""),
    ("6011111111111117", "succeeded", ""),
    ("3056930009020004", "succeeded", ""),
    ("36227206271667", "succeeded", ""),
    ("3566002020360505", "succeeded", ""),
    ("6200000000000005", "succeeded", ""),
    ("4000000000000002", "card_declined", "generic_decline"),
    ("4000000000009995", "card_declined", "insufficient_funds"),
    ("4000000000009987", "card_declined", "lost_card"),
    ("4000000000009979", "card_declined", "stolen_card"),
    ("4000000000000069", "expired_card", ""),
    ("4000000000000127", "incorrect_cvc", ""),
    ("4000000000000119", "processing_error", ""),
    ("4242424242424241", "incorrect_number", ""),
    ("4000000000006975", "card_declined", "card_velocity_exceeded"),
    ("4000000000000341", "card_declined", "generic_decline"),
    ("4100000000000019", "card_declined", "fraudulent"),
    ("4000000000009235", "succeeded", ""),
    ("4000000000000259", "succeeded", ""),
    ("4000002760003184", "requires_action", ""),
    ("4000002500003155", "requires_action", ""),
    ("4000003800000446", "requires_action", ""),
    ("4000000000003220", "requires_action", ""),
    ("4000000000003055", "succeeded", ""),
];

#[test]
fn each_test_card_has_its_outcome() {
    let server = Server::start().unwrap();
    let api = client(&server);
    for (number, outcome, decline_code) in OUTCOMES {
        let response = api.send(
            "POST",
            "/v1/payment_intents",
            &format!("amount=2000&currency=usd&confirm=true&payment_method_data[type]=card&payment_method_data[card][number]={number}&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2034&payment_method_data[card][cvc]=314"),
        );
        let body = &response.body;
        if response.status == 200 {
            assert_eq!(body["status"], outcome, "{number}");
            continue;
        }
        let error = &body["error"];
        assert_eq!(response.status, 402, "{number}: {error:#}");
        assert_eq!(
            (&error["type"], &error["code"]),
            (&"card_error".into(), &outcome.into()),
            "{number}"
        );
        assert_eq!(error["decline_code"].as_str().unwrap_or_default(), decline_code, "{number}");
        if outcome != "incorrect_number" {
            assert_eq!(error["payment_intent"]["status"], "requires_payment_method", "{number}");
            assert_eq!(error["payment_intent"]["last_payment_error"]["code"], outcome);
            assert!(error["charge"].as_str().unwrap().starts_with("ch_"));
        }
    }
}

fn pay(api: &Client<'_>, more: &str) -> Value {
    api.post("/v1/payment_intents", &format!("amount=2000&currency=usd&{more}"))
}

#[test]
fn a_payment_is_made_step_by_step() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let intent = pay(&api, "metadata[order]=7");
    assert_eq!(intent["status"], "requires_payment_method");
    assert!(intent["client_secret"].as_str().unwrap().starts_with(id(&intent)));
    let path = format!("/v1/payment_intents/{}", id(&intent));
    assert_eq!(
        api.error("POST", &format!("{path}/confirm"), "").1["code"],
        "payment_intent_unexpected_state"
    );
    assert_eq!(api.post(&path, "payment_method=pm_card_visa")["status"], "requires_confirmation");
    let done = api.post(&format!("{path}/confirm"), "expand[]=latest_charge.balance_transaction");
    assert_eq!(done["status"], "succeeded");
    assert_eq!(done["amount_received"], 2000);
    let charge = &done["latest_charge"];
    assert_eq!((&charge["paid"], &charge["metadata"]["order"]), (&true.into(), &"7".into()));
    assert_eq!(charge["balance_transaction"]["fee"], 88);
    assert_eq!(charge["balance_transaction"]["net"], 1912);
    assert_eq!(api.error("POST", &format!("{path}/confirm"), "").0, 400);
    assert_eq!(api.error("POST", &format!("{path}/cancel"), "").0, 400);
    let types: Vec<String> = api.get("/v1/events")["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(types, ["payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]);
}

#[test]
fn an_authorization_is_captured_in_part_or_canceled() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let held = pay(&api, "capture_method=manual&confirm=true&payment_method=pm_card_visa");
    assert_eq!(
        (&held["status"], &held["amount_capturable"]),
        (&"requires_capture".into(), &2000.into())
    );
    let path = format!("/v1/payment_intents/{}", id(&held));
    assert_eq!(
        api.error("POST", &format!("{path}/capture"), "amount_to_capture=3000").1["code"],
        "amount_too_large"
    );
    let done =
        api.post(&format!("{path}/capture"), "amount_to_capture=1500&expand[]=latest_charge");
    assert_eq!((&done["status"], &done["amount_received"]), (&"succeeded".into(), &1500.into()));
    assert_eq!(done["latest_charge"]["amount_captured"], 1500);
    assert_eq!(done["latest_charge"]["amount_refunded"], 500);
    assert_eq!(api.error("POST", &format!("{path}/capture"), "").0, 400);
    let held = pay(&api, "capture_method=manual&confirm=true&payment_method=pm_card_visa");
    let canceled = api.post(
        &format!("/v1/payment_intents/{}/cancel", id(&held)),
        "cancellation_reason=abandoned",
    );
    assert_eq!(
        (&canceled["status"], &canceled["cancellation_reason"]),
        (&"canceled".into(), &"abandoned".into())
    );
}

#[test]
fn authentication_succeeds_or_fails() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let waiting = pay(
        &api,
        "confirm=true&payment_method=pm_card_authenticationRequired&return_url=https://example.com/back",
    );
    assert_eq!(waiting["next_action"]["type"], "redirect_to_url");
    let path = format!("/v1/payment_intents/{}", id(&waiting));
    api.post(&format!("/_mock/intents/{}", id(&waiting)), "{}");
    assert_eq!(api.get(&path)["status"], "succeeded");
    let waiting = pay(&api, "confirm=true&payment_method=pm_card_authenticationRequired");
    api.post(&format!("/_mock/intents/{}", id(&waiting)), r#"{"outcome": "fail"}"#);
    let failed = api.get(&format!("/v1/payment_intents/{}", id(&waiting)));
    assert_eq!(failed["status"], "requires_payment_method");
    assert_eq!(failed["last_payment_error"]["code"], "payment_intent_authentication_failure");
    let waiting =
        pay(&api, "confirm=true&payment_method=pm_card_threeDSecureRequiredChargeDeclined");
    api.post(&format!("/_mock/intents/{}", id(&waiting)), "{}");
    let declined = api.get(&format!("/v1/payment_intents/{}", id(&waiting)));
    assert_eq!(declined["last_payment_error"]["decline_code"], "generic_decline");
}

#[test]
fn a_card_that_was_set_up_pays_off_session() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = api.post("/v1/customers", "");
    let setup = api.post(
        "/v1/setup_intents",
        &format!(
            "customer={}&confirm=true&payment_method=pm_card_authenticationRequiredOnSetup",
            id(&customer)
        ),
    );
    assert_eq!(setup["status"], "requires_action");
    api.post(&format!("/_mock/intents/{}", id(&setup)), "{}");
    let setup = api.get(&format!("/v1/setup_intents/{}", id(&setup)));
    assert_eq!(setup["status"], "succeeded");
    let method = setup["payment_method"].as_str().unwrap();
    let methods = api.get(&format!("/v1/customers/{}/payment_methods", id(&customer)));
    assert_eq!(methods["data"][0]["id"], method);
    let off =
        format!("customer={}&confirm=true&off_session=true&payment_method={method}", id(&customer));
    assert_eq!(pay(&api, &off)["status"], "succeeded");
    let (status, error) = api.error(
        "POST",
        "/v1/payment_intents",
        "amount=2000&currency=usd&confirm=true&off_session=true&payment_method=pm_card_authenticationRequired",
    );
    assert_eq!((status, &error["code"]), (402, &"authentication_required".into()));
    let (_, error) = api.error(
        "POST",
        "/v1/setup_intents",
        "confirm=true&payment_method=pm_card_chargeDeclined",
    );
    assert_eq!(error["setup_intent"]["status"], "requires_payment_method");
}

#[test]
fn payment_methods_are_attached_and_detached() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let customer = api.post("/v1/customers", "");
    let other = api.post("/v1/customers", "");
    let attached =
        api.post("/v1/payment_methods/pm_card_visa/attach", &format!("customer={}", id(&customer)));
    assert_eq!(attached["customer"], customer["id"]);
    let path = format!("/v1/payment_methods/{}", id(&attached));
    assert_eq!(
        api.error("POST", &format!("{path}/attach"), &format!("customer={}", id(&other))).0,
        400
    );
    // Its customer must be given.
    assert_eq!(
        api.error(
            "POST",
            "/v1/payment_intents",
            &format!("amount=500&currency=usd&confirm=true&payment_method={}", id(&attached))
        )
        .0,
        400
    );
    assert_eq!(api.post(&format!("{path}/detach"), "")["customer"], Value::Null);
    assert_eq!(api.error("POST", &format!("{path}/detach"), "").0, 400);
    assert_eq!(
        api.error("POST", &format!("{path}/attach"), &format!("customer={}", id(&customer))).0,
        400
    );
    let declined = api.error(
        "POST",
        "/v1/payment_methods/pm_card_chargeDeclined/attach",
        &format!("customer={}", id(&customer)),
    );
    assert_eq!((declined.0, &declined.1["decline_code"]), (402, &"generic_decline".into()));
    // This one is declined when it is charged.
    api.post(
        "/v1/payment_methods/pm_card_chargeCustomerFail/attach",
        &format!("customer={}", id(&customer)),
    );
    assert_eq!(api.error("GET", "/v1/payment_methods/pm_none", "").0, 404);
}

#[test]
fn the_older_api_charges_tokens_and_sources() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let charge = api.post("/v1/charges", "amount=700&currency=usd&source=tok_visa&description=x");
    assert_eq!((&charge["status"], &charge["paid"]), (&"succeeded".into(), &true.into()));
    let token = api.post(
        "/v1/tokens",
        "card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2030&card[cvc]=123",
    );
    assert_eq!(token["card"]["brand"], "Visa");
    let customer = api.post("/v1/customers", "");
    let card = api.post(
        &format!("/v1/customers/{}/sources", id(&customer)),
        &format!("source={}", id(&token)),
    );
    assert_eq!(card["object"], "card");
    let charge = api.post(
        "/v1/charges",
        &format!("amount=700&currency=usd&customer={}&capture=false", id(&customer)),
    );
    assert_eq!(charge["captured"], false);
    assert_eq!(
        api.post(&format!("/v1/charges/{}/capture", id(&charge)), "amount=600")["amount_captured"],
        600
    );
    let (status, error) = api.error(
        "POST",
        "/v1/charges",
        "amount=700&currency=usd&source=tok_chargeDeclinedInsufficientFunds",
    );
    assert_eq!((status, &error["decline_code"]), (402, &"insufficient_funds".into()));
    let failed = api.get(&format!("/v1/charges/{}", error["charge"].as_str().unwrap()));
    assert_eq!(failed["failure_code"], "card_declined");
}
