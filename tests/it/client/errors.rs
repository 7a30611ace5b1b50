//! Errors: of v1, of v2, of OAuth, and of things that are not Stripe at all.

use pinstripe::{Customer, Error, Map, RawJson};
use serde_json::{Value, json};

use super::script::{Script, answer};

async fn error(status: u16, body: Value) -> Error {
    let script = Script::new([answer(
        status,
        &[("request-id", "req_1"), ("x-other", "7")],
        &body.to_string(),
    )]);
    Customer::create().customize().max_retries(0).send(&script.client()).await.unwrap_err()
}

/// The name of the variant.
fn kind(error: &Error) -> String {
    format!("{error:?}").split('(').next().unwrap().to_owned()
}

#[tokio::test]
async fn error_kind_follows_type_then_status() {
    for (status, body, expected) in [
        (402, json!({"error": {"type": "card_error"}}), "Card"),
        (400, json!({"error": {"type": "card_error"}}), "Card"),
        (400, json!({"error": {"type": "invalid_request_error"}}), "InvalidRequest"),
        (404, json!({"error": {"type": "invalid_request_error"}}), "InvalidRequest"),
        (401, json!({"error": {"type": "invalid_request_error"}}), "Authentication"),
        (403, json!({"error": {"type": "invalid_request_error"}}), "Permission"),
        (429, json!({"error": {"type": "invalid_request_error"}}), "RateLimit"),
        (400, json!({"error": {"type": "idempotency_error"}}), "Idempotency"),
        (409, json!({"error": {"type": "idempotency_error"}}), "Idempotency"),
        (500, json!({"error": {"type": "api_error"}}), "Api"),
        (
            400,
            json!({"error": {"type": "temporary_session_expired", "code": "billing_meter_event_session_expired"}}),
            "TemporarySessionExpired",
        ),
        (400, json!({"error": {"type": "rate_limit"}}), "RateLimit"),
        (400, json!({"error": {"code": "invalid_fields", "message": "v2"}}), "InvalidRequest"),
        (404, json!({"error": {"type": "not_found", "code": "not_found"}}), "InvalidRequest"),
        (400, json!({"error": "invalid_grant", "error_description": "no such code"}), "OAuth"),
        (502, json!("<html>"), "Api"),
        (418, json!({}), "Api"),
        (302, json!({}), "Api"),
        (400, json!([]), "InvalidRequest"),
        (400, json!({"error": null}), "InvalidRequest"),
        (
            400,
            json!({"error": {"type": 5, "code": 7, "message": [], "charge": {}}}),
            "InvalidRequest",
        ),
        (500, json!({"error": {"type": "brand_new_error", "message": "hm"}}), "Api"),
    ] {
        let error = error(status, body.clone()).await;
        assert_eq!(kind(&error), expected, "{status} {body}");
        let api = error.api().unwrap();
        assert_eq!(
            (api.status().as_u16(), api.request_id(), api.attempts()),
            (status, Some("req_1"), 1)
        );
        assert_eq!(api.headers()["x-other"], "7");
        assert_eq!(api.body(), &body.to_string());
    }
}

#[tokio::test]
async fn error_contains_all_fields_of_the_response() {
    let error = error(
        402,
        json!({"error": {
            "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds.",
            "param": "payment_method", "charge": "ch_1", "doc_url": "https://example.com", "advice_code": "try_again_later",
            "network_advice_code": "02", "network_decline_code": "51", "payment_method_type": "card", "request_log_url": "https://example.com/log",
            "payment_intent": {"id": "pi_1", "object": "payment_intent"}, "user_message": "Sorry.", "something_new": 1,
        }}),
    )
    .await;
    let Error::Card(card) = &error else { panic!("{error:?}") };
    assert_eq!(card.code.as_ref().map(|code| code.as_str()), Some("card_declined"));
    assert_eq!(card.decline_code.as_deref(), Some("insufficient_funds"));
    assert_eq!(card.advice_code.as_deref(), Some("try_again_later"));
    assert_eq!(card.network_advice_code.as_deref(), Some("02"));
    assert_eq!(card.network_decline_code.as_deref(), Some("51"));
    assert_eq!(card.param.as_deref(), Some("payment_method"));
    assert_eq!(card.charge.as_ref().map(|id| id.as_str()), Some("ch_1"));
    assert_eq!(card.payment_method_type.as_deref(), Some("card"));
    assert!(
        card.doc_url.is_some() && card.request_log_url.is_some() && card.payment_intent.is_some()
    );
    assert_eq!(card.user_message(), Some("Sorry."));
    assert_eq!(
        error.to_string(),
        "card error: Your card has insufficient funds. (402 card_declined, decline code insufficient_funds, parameter payment_method, \
         request req_1, 1 attempt)"
    );
}

/// Error types of the v2 API, each with the fields that only it has.
#[tokio::test]
async fn every_field_of_an_error_type_is_kept() {
    for (status, kind, own) in [
        (400, "insufficient_funds", json!({})),
        (400, "quota_exceeded", json!({"quota": 1000})),
        (400, "invalid_payment_method", json!({"invalid_param": "payment_method.card"})),
        (
            400,
            "verification_failed",
            json!({"verification_status": {"state": "expired", "at": [1]}}),
        ),
        (403, "feature_not_enabled", json!({"requirements": null})),
        (404, "not_found", json!({"duplicate_person_id": "person_1"})),
        (500, "a_type_of_next_year", json!({"": "", "type_of": true})),
    ] {
        let mut sent = json!({"type": kind, "code": "some_code", "message": "It failed."});
        sent.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let error = error(status, json!({"error": sent})).await;
        let api = error.api().unwrap();
        assert_eq!(&Value::from(api.fields().clone()), &sent, "{kind}");
        assert_eq!(api.r#type.as_str(), kind);
        assert_eq!(api.field::<String>("message").unwrap().as_deref(), Some("It failed."));
        for (name, value) in own.as_object().unwrap() {
            let raw: Option<RawJson> = api.field(name).unwrap();
            assert_eq!(raw.map(|raw| raw.to_value()), Some(value.clone()).filter(|v| !v.is_null()));
        }
    }
}

#[tokio::test]
async fn field_of_an_error_reports_another_type() {
    // `source` cannot be a number in an `ApiErrors`, and a message must not be lost for it.
    let sent = json!({"type": "quota_exceeded", "message": "Too much.", "source": 5, "quota": {"limit": "x"}});
    let error = error(400, json!({"error": sent})).await;
    let api = error.api().unwrap();
    assert_eq!(api.message.as_deref(), Some("Too much."));
    assert_eq!(api.field::<i64>("source").unwrap(), Some(5));
    assert_eq!(api.field::<i64>("other").unwrap(), None);
    let wrong = api.field::<Map<i64>>("quota").unwrap_err();
    assert_eq!(wrong.to_string(), "limit: expected an integer, found a string of 1 bytes");
    assert!(!format!("{error:?}").contains("limit"), "{error:?}");
}

#[tokio::test]
async fn body_without_an_error_object_has_no_fields() {
    for body in
        [json!(null), json!([1]), json!("<html>"), json!({"message": "x"}), json!({"error": 5})]
    {
        assert!(error(502, body).await.api().unwrap().fields().is_empty());
    }
}

#[tokio::test]
async fn oauth_error_has_code_and_message() {
    let error =
        error(400, json!({"error": "invalid_grant", "error_description": "no such code"})).await;
    assert_eq!(error.api().unwrap().code.as_ref().map(|code| code.as_str()), Some("invalid_grant"));
    assert_eq!(
        error.to_string(),
        "OAuth error: no such code (400 invalid_grant, request req_1, 1 attempt)"
    );
}

#[tokio::test]
async fn decode_failure_has_path_and_body() {
    let body = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false, "shipping": {"address": {"city": 5}}}"#;
    let script = Script::new([answer(
        200,
        &[("request-id", "req_1"), ("content-type", "application/json")],
        body,
    )]);
    let error = Customer::create().send(&script.client()).await.unwrap_err();
    let Error::Decode(decode) = &error else { panic!("{error:?}") };
    assert_eq!((decode.path(), decode.body().as_ref()), ("shipping.address.city", body.as_bytes()));
    assert_eq!(
        error.to_string(),
        "unexpected response: shipping.address.city: expected a string, found the integer 5 (200, application/json, request req_1, 1 attempt)"
    );
    assert_eq!(error.request_id(), Some("req_1"));
}

#[test]
fn error_is_small_and_send() {
    fn check<T: std::error::Error + Send + Sync + 'static>() {}
    check::<Error>();
    assert_eq!(size_of::<Error>(), 2 * size_of::<usize>());
}
