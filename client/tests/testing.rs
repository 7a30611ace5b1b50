//! The fakes of `pinstripe::testing`, as a user's tests use them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pinstripe::Request;
use pinstripe::testing::{FakeClient, FakeError};
use pinstripe::{
    Balance, Clearable, Client, Customer, Error, File, Quote, RawJson, RawRequest, Refund, Upload,
    customer, file, from_json, refund, v2,
};
use serde_json::json;

fn sample(id: &str) -> Refund {
    let refund = json!({
        "id": id, "object": "refund", "amount": 500, "created": 1, "currency": "usd",
    });
    from_json(&refund.to_string()).unwrap()
}

/// The message of a panic.
fn panic_of(run: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("a panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_owned(),
    }
}

/// Polls a future that is ready at once.
fn poll_once<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("a fake never waits"),
    }
}

#[tokio::test]
async fn replies_are_used_in_order() {
    let fake = FakeClient::new();
    fake.on_any::<refund::CreateRequest>()
        .fail(FakeError::card_declined("lost_card"))
        .reply(sample("re_1"))
        .reply(sample("re_2"))
        .repeat();
    let client = fake.client();
    let error = Refund::create().send(&client).await.unwrap_err();
    let Error::Card(card) = error else { panic!("{error}") };
    assert_eq!(card.decline_code.as_deref(), Some("lost_card"));
    for id in ["re_1", "re_2", "re_2", "re_2"] {
        assert_eq!(Refund::create().send(&client).await.unwrap().id, id);
    }
    fake.verify();
    assert_eq!(fake.requests_of::<refund::CreateRequest>().len(), 5);
    assert_eq!(fake.requests_of::<customer::CreateRequest>().len(), 0);
}

#[tokio::test]
async fn operation_path_parameters_and_options_select_the_reply() {
    let fake = FakeClient::new();
    fake.on(Refund::create().amount(400)).reply(sample("re_400"));
    fake.on(Refund::create().amount(500).charge("ch_1")).reply(sample("re_500"));
    fake.on(Refund::retrieve("re_a")).reply(sample("re_a"));
    fake.on(Refund::create().account("acct_1")).reply(sample("re_account"));
    let client = fake.client();
    let more = Refund::create().amount(500).charge("ch_1").payment_intent("pi_1");
    assert_eq!(more.send(&client).await.unwrap().id, "re_500");
    assert_eq!(Refund::retrieve("re_a").send(&client).await.unwrap().id, "re_a");
    let connected = client.for_account("acct_1");
    assert_eq!(Refund::create().send(&connected).await.unwrap().id, "re_account");
    assert_eq!(Refund::create().amount(400).send(&client).await.unwrap().id, "re_400");
    fake.verify();
}

/// `/v1/customers/search` has the shape of a customer's path.
#[tokio::test]
async fn operations_on_similar_paths_are_told_apart() {
    let fake = FakeClient::new();
    fake.on_any::<customer::RetrieveRequest>().reply_json(r#"{"id": "cus_1", "deleted": true}"#);
    fake.on_any::<customer::SearchRequest>().reply_items([]);
    let found = Customer::search("email:'a'").send(&fake.client()).await.unwrap();
    assert!(found.data.is_empty());
    let message = panic_of(|| fake.verify());
    assert!(message.contains("GET /v1/customers/{customer}: 0 replies used, 1 left"), "{message}");
}

#[test]
fn an_unexpected_request_reports_what_was_expected() {
    let fake = FakeClient::new();
    fake.on(Refund::create().amount(400)).reply(sample("re_1"));
    fake.on(Refund::retrieve("re_1"));
    fake.on(Refund::create().idempotency_key("order-17")).reply(sample("re_1"));
    let send = |amount| poll_once(Refund::create().amount(amount).send(&fake.client()));
    let message = panic_of(|| drop(send(500)));
    let key = fake.requests()[0].idempotency_key().unwrap().to_owned();
    let expected = [
        "unexpected request: POST /v1/refunds amount=500",
        "expected requests:",
        "  POST /v1/refunds amount=400: the parameter `amount` is `500`, expected `400`",
        "  GET /v1/refunds/re_1: another operation",
        &format!(
            "  POST /v1/refunds (idempotency key order-17): the idempotency key is `{key}`, \
             expected `order-17`"
        ),
    ];
    assert_eq!(message, expected.join("\n"));
    send(400).unwrap();
    let message = panic_of(|| drop(send(400)));
    assert!(message.contains("amount=400: all replies were used (1)"), "{message}");
    let message = panic_of(|| fake.verify());
    for line in [
        "unexpected request: POST /v1/refunds amount=500",
        "not sent: GET /v1/refunds/re_1: it has no reply: call `reply` or `fail`",
        "(idempotency key order-17): 0 replies used, 1 left",
    ] {
        assert!(message.contains(line), "{message}");
    }
    let message = panic_of(|| drop(FakeClient::new().on(Balance::retrieve()).repeat()));
    assert!(message.contains("nothing to repeat: GET /v1/balance"), "{message}");
}

#[tokio::test]
async fn errors_have_their_kind_and_fields() {
    let fake = FakeClient::new();
    let client = fake.client();
    type Check = fn(&Error) -> bool;
    let cases: [(FakeError, Check, &str); 10] = [
        (FakeError::card_declined("x"), |e| matches!(e, Error::Card(_)), "card_declined"),
        (FakeError::card("expired_card"), |e| matches!(e, Error::Card(_)), "expired_card"),
        (
            FakeError::resource_missing("refund", "re_1"),
            |e| matches!(e, Error::InvalidRequest(_)),
            "No such refund: 're_1' (404 resource_missing",
        ),
        (FakeError::idempotency(), |e| matches!(e, Error::Idempotency(_)), "400"),
        (FakeError::rate_limit(), |e| matches!(e, Error::RateLimit(_)), "rate_limit"),
        (FakeError::authentication(), |e| matches!(e, Error::Authentication(_)), "401"),
        (FakeError::permission(), |e| matches!(e, Error::Permission(_)), "403"),
        (FakeError::api_error(), |e| matches!(e, Error::Api(_)), "500"),
        (FakeError::connection(), |e| matches!(e, Error::Connection(_)), "connection interrupted"),
        (FakeError::timeout(), |e| matches!(e, Error::Timeout(_)), "request timed out"),
    ];
    for (fake_error, is_kind, text) in cases {
        fake.on(Refund::retrieve("re_1")).fail(fake_error.clone());
        let sent = Refund::retrieve("re_1").send(&client).await.unwrap_err();
        for error in [sent, fake_error.into_error()] {
            assert!(is_kind(&error), "{error:?}");
            assert!(error.to_string().contains(text), "{error}");
        }
    }
    let error = FakeError::new(400, "insufficient_funds").field("extra", 1).into_error();
    let body = std::str::from_utf8(error.api().unwrap().body()).unwrap();
    assert!(body.contains(r#""extra":1"#), "{body}");
    fake.verify();
}

#[tokio::test]
async fn retries_are_off_unless_the_builder_sets_them() {
    let fake = FakeClient::new();
    fake.on(Refund::create()).fail(FakeError::api_error()).fail(FakeError::lock_timeout());
    assert!(Refund::create().send(&fake.client()).await.is_err());
    fake.on(Refund::create()).reply(sample("re_1"));
    let client = fake.builder().max_retries(2).build().unwrap();
    assert_eq!(Refund::create().send(&client).await.unwrap().attempts(), 2);
    let requests = fake.requests();
    assert_ne!(requests[0].idempotency_key(), requests[1].idempotency_key());
    assert_eq!(requests[1].idempotency_key(), requests[2].idempotency_key());
}

#[tokio::test]
async fn recorded_requests_have_all_that_was_sent() {
    let fake = FakeClient::new();
    let client = fake.builder().api_version("2026-01-01.custom").build().unwrap();
    let customer = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;
    fake.on_any::<customer::UpdateRequest>().reply_json(customer);
    let update = Customer::update("cus_1").name("Jenny & Søn").shipping(Clearable::Clear);
    let update = update.preferred_locales(["da", "en"]).customize();
    update.account("acct_1").context("ctx_1").send(&client).await.unwrap();
    let request = &fake.requests()[0];
    assert!(request.is::<customer::UpdateRequest>() && !request.is::<customer::CreateRequest>());
    assert!(request.matches(&Customer::update("cus_1").name("Jenny & Søn")));
    assert!(!request.matches(&Customer::update("cus_2")));
    assert_eq!((request.method().as_str(), request.path()), ("POST", "/v1/customers/cus_1"));
    let params: Vec<_> = request.params().collect();
    let locales = [("preferred_locales[0]", "da"), ("preferred_locales[1]", "en")];
    assert_eq!(params, [("name", "Jenny & Søn"), locales[0], locales[1], ("shipping", "")]);
    assert_eq!(request.account(), Some("acct_1"));
    assert_eq!(request.context(), Some("ctx_1"));
    assert_eq!(request.api_version(), Some("2026-01-01.custom"));
    assert!(!format!("{request:?}").contains("sk_test_fake"));

    let upload = || File::create(Upload::new("a.png", "x"), file::Purpose::DisputeEvidence);
    fake.on(upload()).reply_json(
        r#"{"id": "file_1", "object": "file", "created": 0, "purpose": "x", "size": 1}"#,
    );
    upload().send(&client).await.unwrap();
    assert_eq!(fake.requests()[1].param("file"), Some("a.png"));
    assert_eq!(fake.requests()[1].param("purpose"), Some("dispute_evidence"));

    let raw = RawRequest::<RawJson>::post("/v2/new_things").param("a", json!({"b": [true]}));
    fake.on_raw(raw.clone()).reply_json("[1]");
    assert_eq!(raw.send(&client).await.unwrap().get(), "[1]");
    assert_eq!(fake.requests()[2].param("a[b][0]"), Some("true"));
    fake.verify();
}

#[tokio::test]
async fn lists_of_every_kind_are_paged() {
    let fake = FakeClient::new();
    let client = fake.client();
    fake.on(Refund::list()).reply_pages([vec![sample("re_1")], vec![sample("re_2")]]);
    let all = Refund::list().stream(&client).try_collect().await.unwrap();
    assert_eq!([&*all[0].id, &*all[1].id], ["re_1", "re_2"]);
    assert_eq!(fake.requests()[1].param("starting_after"), Some("re_1"));

    fake.on_any::<customer::SearchRequest>().reply_pages([[], [], []]);
    let found = Customer::search("x").stream(&client).try_collect().await.unwrap();
    assert_eq!((found.len(), fake.requests()[4].param("page")), (0, Some("page_3")));

    fake.on_any::<v2::core::account::ListRequest>().reply_pages([[], []]);
    v2::core::Account::list().stream(&client).try_collect().await.unwrap();
    assert_eq!(fake.requests()[6].param("page"), Some("page_2"));
    fake.verify();
}

#[tokio::test]
async fn files_are_bytes() {
    let fake = FakeClient::new();
    fake.on(Quote::pdf("qt_1")).reply_bytes("PDF").reply_bytes("PDF 2");
    assert_eq!(Quote::pdf("qt_1").send(&fake.client()).await.unwrap().0, b"PDF");
    let mut file = Quote::pdf("qt_1").download(&fake.client()).await.unwrap();
    assert_eq!(file.try_next().await.unwrap().unwrap(), "PDF 2");
    fake.verify();
}

#[cfg(feature = "blocking")]
#[test]
fn the_blocking_client_is_faked_as_well() {
    let fake = FakeClient::new();
    fake.on(Refund::list()).reply_pages([vec![sample("re_1")], vec![sample("re_2")]]);
    let client = fake.blocking_client();
    let ids: Vec<_> = Refund::list().stream(&client).map(|refund| refund.unwrap().id).collect();
    assert_eq!(ids, ["re_1", "re_2"]);
    fake.on(Refund::create()).fail(FakeError::rate_limit());
    assert!(matches!(Refund::create().send(&client), Err(Error::RateLimit(_))));
    fake.verify();
}

#[tokio::test(flavor = "multi_thread")]
async fn fakes_are_shared_by_clones_and_apart_from_others() {
    let (fake, other) = (FakeClient::new(), FakeClient::new());
    fake.on(Refund::create()).reply(sample("re_1")).repeat();
    let send = |client: Client| async move { Refund::create().send(&client).await.unwrap() };
    let tasks: Vec<_> = (0..32).map(|_| tokio::spawn(send(fake.clone().client()))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((fake.requests().len(), other.requests().len()), (32, 0));
}
