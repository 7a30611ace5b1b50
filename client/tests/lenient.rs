//! Reading incomplete responses and events, with every problem listed.

use std::time::SystemTime;

use pinstripe::testing::FakeClient;
use pinstripe::webhook::{Delivery, Outcome, Router};
use pinstripe::{DecodeError, Error, PaymentIntent, Product, Refund, Webhook, events};

fn paths(problems: &[DecodeError]) -> Vec<&str> {
    problems.iter().map(DecodeError::path).collect()
}

/// A refund without `created`, whose amount is text.
const REFUND: &str = r#"{"id": "re_1", "object": "refund", "amount": "5", "currency": "usd"}"#;

#[tokio::test]
async fn a_strict_client_fails_and_lists_all_problems() {
    let fake = FakeClient::new();
    fake.on(Refund::retrieve("re_1")).reply_json(REFUND);
    let error = Refund::retrieve("re_1").send(&fake.client()).await.unwrap_err();
    let Error::Decode(failure) = &error else { panic!("{error}") };
    assert_eq!(failure.path(), "amount");
    assert_eq!(paths(failure.decode_error().others()), ["created"]);
    assert!(error.to_string().contains("; also: created"), "{error}");
}

#[tokio::test]
async fn a_client_or_a_call_can_be_lenient() {
    let fake = FakeClient::new();
    fake.on(Refund::retrieve("re_1")).reply_json(REFUND).repeat();
    let (strict, lenient) = (fake.client(), fake.builder().lenient(true).build().unwrap());
    let call = || Refund::retrieve("re_1").customize();
    for refund in
        [call().send(&lenient).await.unwrap(), call().lenient(true).send(&strict).await.unwrap()]
    {
        assert_eq!(paths(refund.problems()), ["amount", "created"]);
        assert_eq!((&*refund.id, refund.amount), ("re_1", 0));
    }
    assert!(call().send(&strict).await.is_err());
    assert!(call().lenient(false).send(&lenient).await.is_err());
}

#[tokio::test]
async fn older_bodies_are_read() {
    let fake = FakeClient::new();
    let client = fake.builder().lenient(true).build().unwrap();
    fake.on(PaymentIntent::retrieve("pi_1")).reply_json(
        r#"{"id": "pi_1", "object": "payment_intent", "amount": 1999, "currency": "usd",
            "charges": {"object": "list", "data": []}, "status": "succeeded"}"#,
    );
    let intent = PaymentIntent::retrieve("pi_1").send(&client).await.unwrap();
    assert_eq!(intent.amount, 1999);
    assert!(!intent.problems().is_empty());
    fake.on(Product::retrieve("prod_1"))
        .reply_json(r#"{"id": "prod_1", "object": "product", "name": "Mug", "active": true}"#);
    let product = Product::retrieve("prod_1").send(&client).await.unwrap();
    assert_eq!(product.name, "Mug");
    assert!(paths(product.problems()).contains(&"images"), "{:?}", product.problems());
}

#[tokio::test]
async fn problems_of_lists_name_the_item() {
    let fake = FakeClient::new();
    let client = fake.builder().lenient(true).build().unwrap();
    let page = format!(r#"{{"object": "list", "has_more": false, "data": [{REFUND}]}}"#);
    fake.on(Refund::list()).reply_json(page).repeat();
    let expected = ["data[0].amount", "data[0].created"];
    let mut refunds = Refund::list().stream(&client);
    assert_eq!(refunds.try_next().await.unwrap().unwrap().id, "re_1");
    assert_eq!(paths(refunds.problems()), expected);
    let mut pages = Refund::list().stream(&client).pages();
    assert_eq!(paths(pages.try_next().await.unwrap().unwrap().problems()), expected);
}

#[test]
fn a_router_can_be_lenient() {
    let webhook = Webhook::new("whsec_test");
    let body = format!(
        r#"{{"id": "evt_1", "object": "event", "type": "refund.failed",
             "data": {{"object": {REFUND}}}}}"#
    );
    let handler = |refund: Delivery<Refund>, _: ()| {
        assert_eq!(paths(refund.problems()), ["data.object.amount", "data.object.created"]);
        Ok::<_, std::convert::Infallible>(())
    };
    let router = |lenient| {
        Router::builder(webhook.clone())
            .on_sync::<events::RefundFailed>(handler)
            .lenient(lenient)
            .build()
    };
    let now = SystemTime::now();
    let signature = webhook.sign(body.as_bytes(), now);
    let handle = |lenient| router(lenient).handle_blocking(body.as_bytes(), &signature, now, ());
    assert_eq!(handle(true).unwrap(), Outcome::Handled);
    let error = handle(false).unwrap_err().to_string();
    assert!(error.contains("data.object.amount: ") && error.contains("also: data.object.created"));
}
