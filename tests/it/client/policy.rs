//! When a request is sent again, after which wait, and with which key: the rules of Stripe's own SDKs, row by row, on a clock that
//! does not tick.

use std::time::Duration;

use pinstripe::retry::FailureKind;
use pinstripe::{Client, Customer, Error, RawJson, RawRequest, v2};

use super::script::{Script, Step, answer};

const CUSTOMER: &str = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;

fn good() -> Step {
    answer(200, &[("request-id", "req_1")], CUSTOMER)
}

fn bad(status: u16, headers: &[(&str, &str)]) -> Step {
    answer(status, headers, r#"{"error": {"type": "api_error", "message": "no"}}"#)
}

/// Counts the attempts to retrieve a customer when the first response is `step` and the second a
/// success.
async fn tries(step: Step) -> usize {
    let script = Script::new([step, good()]);
    let _ = Customer::retrieve("cus_1").send(&script.client()).await;
    script.seen().len()
}

#[tokio::test]
async fn success_is_not_retried() {
    let script = Script::new([good()]);
    let customer = Customer::create().send(&script.client()).await.unwrap();
    assert_eq!((customer.attempts(), customer.request_id()), (1, Some("req_1")));
    assert!(script.waits().is_empty(), "there is no wait before the first try");
}

#[tokio::test]
async fn default_is_two_retries() {
    for (retries, expected) in [(None, 3), (Some(0), 1), (Some(1), 2), (Some(7), 8)] {
        let script = Script::new([bad(500, &[])]);
        let call = Customer::create().customize();
        let call = match retries {
            Some(retries) => call.max_retries(retries),
            None => call,
        };
        let error = call.send(&script.client()).await.unwrap_err();
        assert_eq!(script.seen().len(), expected);
        assert_eq!(error.attempts() as usize, expected);
        assert_eq!(script.waits().len(), expected - 1);
    }
    let script = Script::new([bad(500, &[])]);
    let _ = Customer::create().send(&script.builder().max_retries(4).build().unwrap()).await;
    assert_eq!(script.seen().len(), 5);
}

#[tokio::test]
async fn backoff_grows_from_half_a_second_to_five_with_jitter() {
    let mut seconds = Vec::new();
    for _ in 0..20 {
        let script = Script::new([bad(500, &[])]);
        let _ = Customer::create().customize().max_retries(8).send(&script.client()).await;
        let waits = script.waits();
        let bounds = [
            (0.5, 0.5),
            (0.5, 1.0),
            (1.0, 2.0),
            (2.0, 4.0),
            (2.5, 5.0),
            (2.5, 5.0),
            (2.5, 5.0),
            (2.5, 5.0),
        ];
        for (wait, (least, most)) in waits.iter().zip(bounds) {
            assert!((least..=most).contains(&wait.as_secs_f64()), "{waits:?}");
        }
        seconds.push(waits[7]);
    }
    seconds.dedup();
    assert!(seconds.len() > 1, "clients that failed together do not come back together");
}

#[tokio::test]
async fn should_retry_header_is_obeyed_for_any_status() {
    for status in [200, 400, 402, 404, 409, 424, 429, 500, 503] {
        assert_eq!(tries(bad(status, &[("stripe-should-retry", "true")])).await, 2, "{status}");
        assert_eq!(tries(bad(status, &[("stripe-should-retry", "false")])).await, 1, "{status}");
    }
}

#[tokio::test]
async fn success_with_should_retry_is_accepted_after_the_last_retry() {
    let script = Script::new([answer(200, &[("stripe-should-retry", "true")], CUSTOMER)]);
    let customer = Customer::retrieve("cus_1").send(&script.client()).await.unwrap();
    assert_eq!((customer.attempts(), script.seen().len()), (3, 3));
}

#[tokio::test]
async fn status_decides_without_the_header() {
    for status in [409, 500, 501, 502, 503, 504, 599] {
        assert_eq!(tries(bad(status, &[])).await, 2, "{status}");
    }
    for status in [300, 302, 400, 401, 402, 403, 404, 422, 424, 429] {
        assert_eq!(tries(bad(status, &[])).await, 1, "{status}");
    }
    assert_eq!(
        tries(bad(500, &[("stripe-should-retry", "perhaps")])).await,
        2,
        "what says neither is as if it were not there"
    );
}

#[tokio::test]
async fn too_many_requests_is_retried_only_for_lock_timeout() {
    let lock = r#"{"error": {"type": "invalid_request_error", "code": "lock_timeout"}}"#;
    assert_eq!(tries(answer(429, &[], lock)).await, 2);
    let rate = r#"{"error": {"type": "invalid_request_error", "code": "rate_limit"}}"#;
    assert_eq!(tries(answer(429, &[], rate)).await, 1);
    assert_eq!(tries(answer(429, &[], "slow down")).await, 1);
    assert_eq!(
        tries(answer(429, &[("retry-after", "1")], rate)).await,
        1,
        "Retry-After is not read"
    );
}

#[tokio::test]
async fn v2_errors_are_retried_like_all_others() {
    let body =
        r#"{"error": {"type": "unexpected", "code": "service_unavailable", "message": "later"}}"#;
    let script = Script::new([answer(503, &[], body)]);
    let error = v2::core::EventDestination::list().send(&script.client()).await.unwrap_err();
    assert_eq!(script.seen().len(), 3);
    assert!(matches!(error, Error::Api(_)), "{error}");
}

#[tokio::test]
async fn only_temporary_failures_are_retried() {
    for kind in [FailureKind::Connect, FailureKind::Interrupted, FailureKind::Timeout] {
        assert_eq!(tries(Step::Fail(kind)).await, 2, "{kind:?}");
    }
    for kind in [FailureKind::Tls, FailureKind::Proxy, FailureKind::TooLarge, FailureKind::Request]
    {
        assert_eq!(tries(Step::Fail(kind)).await, 1, "{kind:?}");
    }
}

#[tokio::test]
async fn write_has_one_idempotency_key_for_all_attempts() {
    let script = Script::new([bad(500, &[]), Step::Fail(FailureKind::Interrupted), good()]);
    let client = script.client();
    Customer::create().send(&client).await.unwrap();
    let keys = script.header("idempotency-key");
    assert_eq!(keys.len(), 3);
    assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");

    Customer::create().send(&client).await.unwrap();
    let more = script.header("idempotency-key");
    assert_ne!(more[3], keys[0], "another request has another key");
}

#[tokio::test]
async fn idempotency_keys_are_generated_where_accepted() {
    async fn key(send: impl AsyncFnOnce(&Client)) -> Option<String> {
        let script = Script::new([answer(200, &[], "{}")]);
        send(&script.client()).await;
        script.header("idempotency-key").pop().flatten()
    }
    assert!(
        key(async |client| drop(RawRequest::<RawJson>::post("/v1/x").send(client).await))
            .await
            .is_some()
    );
    assert!(
        key(async |client| drop(RawRequest::<RawJson>::post("/v2/x").send(client).await))
            .await
            .is_some()
    );
    assert!(
        key(async |client| drop(RawRequest::<RawJson>::delete("/v2/x").send(client).await))
            .await
            .is_some()
    );
    assert!(
        key(async |client| drop(RawRequest::<RawJson>::delete("/v1/x").send(client).await))
            .await
            .is_none()
    );
    assert!(
        key(async |client| drop(RawRequest::<RawJson>::get("/v1/x").send(client).await))
            .await
            .is_none()
    );
    assert!(
        key(async |client| drop(RawRequest::<RawJson>::get("/v2/x").send(client).await))
            .await
            .is_none()
    );
}

#[tokio::test]
async fn idempotency_key_is_sent_or_refused() {
    let script = Script::new([good()]);
    let client = script.client();
    for key in ["order-17", "~", &"k".repeat(255)] {
        Customer::create().idempotency_key(key).send(&client).await.unwrap();
        assert_eq!(script.header("idempotency-key").pop().flatten().as_deref(), Some(key));
    }
    let sent = script.seen().len();
    for key in ["", " ", "two words", "tab\t", "é", "line\n", &"k".repeat(256)] {
        let error = Customer::create().idempotency_key(key).send(&client).await.unwrap_err();
        assert!(matches!(error, Error::Config(_)), "{error}");
        assert!(error.to_string().contains("1 to 255 visible ASCII characters"), "{error}");
    }
    assert_eq!(script.seen().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn default_timeout_is_eighty_seconds_per_attempt() {
    let script = Script::new([good()]);
    Customer::create().send(&script.client()).await.unwrap();
    Customer::create()
        .send(&script.builder().timeout(Duration::from_secs(5)).build().unwrap())
        .await
        .unwrap();
    Customer::create()
        .customize()
        .timeout(Duration::from_secs(1))
        .send(&script.client())
        .await
        .unwrap();
    assert_eq!(script.timeouts(), [80, 5, 1].map(Duration::from_secs));
}
