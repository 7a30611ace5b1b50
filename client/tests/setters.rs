//! What setters take.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use pinstripe::testing::{FakeClient, sample};
use pinstripe::{
    Clearable, Currency, Customer, HttpRequest, Id, Map, PaymentIntent, Price, Product, Request,
    Subscription, Timestamp, WebhookEndpoint, customer, payment_intent, price, webhook_endpoint,
};
use pinstripe_api::runtime::Body;

/// The parameters of a request as a form.
fn sent(request: &impl Request) -> Vec<String> {
    let http: HttpRequest = request.to_http();
    let form = match &http.body {
        Body::Form(form) if !form.is_empty() => form.clone(),
        _ => http.query.clone(),
    };
    form.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect()
}

#[test]
fn an_option_sets_or_leaves() {
    let some = PaymentIntent::create(500, Currency::EUR)
        .customer(Some("cus_1"))
        .description(Some("Shoes".to_owned()))
        .capture_method(Some(payment_intent::CaptureMethod::Manual))
        .confirm(Some(true))
        .statement_descriptor(Some(&"SHOES".to_owned()))
        .metadata(Some([("order", "1")]));
    let plain = PaymentIntent::create(500, Currency::EUR)
        .customer("cus_1")
        .description("Shoes")
        .capture_method(payment_intent::CaptureMethod::Manual)
        .confirm(true)
        .statement_descriptor("SHOES")
        .metadata([("order", "1")]);
    assert_eq!(some, plain);

    let (no_id, no_text): (Option<Id<Customer>>, Option<&str>) = (None, None);
    let none = PaymentIntent::create(500, Currency::EUR)
        .customer(no_id)
        .description(no_text)
        .confirm(None::<bool>)
        .metadata(None::<HashMap<String, String>>);
    assert_eq!(none, PaymentIntent::create(500, Currency::EUR));
    // A value that was set before stays.
    assert_eq!(plain.clone().customer(no_text), plain);
}

#[test]
fn an_option_sets_or_leaves_what_can_be_cleared() {
    let leave =
        Customer::update("cus_1").email(None::<String>).address(None::<customer::AddressParams>);
    assert_eq!(leave, Customer::update("cus_1"));
    let set = Customer::update("cus_1").email(Some("jenny@example.com"));
    assert_eq!(sent(&set), ["email=jenny%40example.com"]);
    let clear = Product::update("prod_1").description(Clearable::Clear).images(Clearable::Clear);
    assert_eq!(sent(&clear), ["description=", "images="]);
    let maybe_clear: Option<Clearable<String>> = Some(Clearable::Clear);
    assert_eq!(sent(&Product::update("prod_1").description(maybe_clear)), ["description="]);
}

#[test]
fn lists_are_taken_from_every_collection_or_none() {
    let images = ["https://example.com/1.png", "https://example.com/2.png"];
    let plain = Product::create("Shoes").images(images);
    assert_eq!(Product::create("Shoes").images(images.to_vec()), plain);
    assert_eq!(Product::create("Shoes").images(images.map(str::to_owned)), plain);
    assert_eq!(Product::create("Shoes").images(images.iter().copied()), plain);
    assert_eq!(Product::create("Shoes").images(Some(images)), plain);
    assert_eq!(Product::create("Shoes").images(None::<Vec<String>>), Product::create("Shoes"));
    let update = Product::update("prod_1").images(Some(images.to_vec()));
    assert_eq!(sent(&update).len(), 2);
    assert_eq!(Product::update("prod_1").images(None::<Vec<String>>), Product::update("prod_1"));
}

#[test]
fn setters_of_objects_in_requests_take_options() {
    let recurring =
        price::RecurringParams::new(price::RecurringInterval::Month).interval_count(Some(3));
    let request = Price::create("eur").recurring(Some(recurring)).unit_amount(None::<i64>);
    assert_eq!(
        sent(&request),
        ["currency=eur", "recurring[interval]=month", "recurring[interval_count]=3"]
    );
}

#[test]
fn integers_are_any_that_fit() {
    let page = ["a", "b", "c"];
    let sizes = [
        Customer::list().limit(3),
        Customer::list().limit(3_u8),
        Customer::list().limit(3_u32),
        Customer::list().limit(3_u64),
        Customer::list().limit(page.len()),
        Customer::list().limit(Some(page.len())),
        Customer::list().limit(Some(3_i32)),
    ];
    for request in sizes {
        assert_eq!(sent(&request), ["limit=3"]);
    }
    assert_eq!(sent(&Customer::list().limit(None::<usize>)), Vec::<String>::new());
    // The API refuses this number. A smaller one in its place would be another request.
    assert_eq!(sent(&Customer::list().limit(u64::MAX)), ["limit=18446744073709551615"]);
}

#[test]
fn maps_are_made_from_every_collection_of_pairs() {
    let hash: HashMap<&str, &str> = HashMap::from([("order", "1")]);
    let owned: HashMap<String, String> = HashMap::from([("order".to_owned(), "1".to_owned())]);
    let tree: BTreeMap<String, String> = BTreeMap::from([("order".to_owned(), "1".to_owned())]);
    let map: Map<String> = [("order", "1")].into_iter().collect();
    let expected = ["metadata[order]=1"];
    // A new object has no metadata to clear, and an existing one has.
    macro_rules! both {
        ($($value:expr),+ $(,)?) => {
            $(
                let plain = sent(&Product::create("Shoes").metadata($value));
                assert_eq!(plain[..1], expected);
                assert_eq!(sent(&Customer::update("cus_1").metadata($value)), expected);
            )+
        };
    }
    both!(
        [("order", "1")],
        [("order".to_owned(), "1".to_owned())],
        vec![("order", "1")],
        &[("order", "1")],
        &vec![("order", "1")],
        &[("order", "1")][..],
        hash.clone(),
        &hash,
        owned.clone(),
        &owned,
        tree.clone(),
        &tree,
        map.clone(),
        &map,
        Some(&owned),
    );
}

#[test]
fn ids_and_text_are_taken_by_reference() {
    let id: Id<Customer> = "cus_1".into();
    let text = "cus_1".to_owned();
    let plain = PaymentIntent::list().customer("cus_1");
    assert_eq!(PaymentIntent::list().customer(&id), plain);
    assert_eq!(PaymentIntent::list().customer(&text), plain);
    assert_eq!(PaymentIntent::list().customer(id.clone()), plain);
    assert_eq!(PaymentIntent::list().customer(text.clone()), plain);
    assert_eq!(PaymentIntent::list().customer(Some(&id)), plain);
    assert_eq!(Customer::retrieve(&id), Customer::retrieve(text));
}

#[test]
fn times_are_taken_as_seconds_or_timestamps() {
    let plain = Subscription::update("sub_1").trial_end(Timestamp::from(1_800_000_000));
    assert_eq!(sent(&plain), ["trial_end=1800000000"]);
    let optional = Subscription::update("sub_1").trial_end(Some(Timestamp::from(1_800_000_000)));
    assert_eq!(optional, plain);
}

#[test]
fn options_and_setters_come_in_any_order() {
    let before = Customer::create().account("acct_1").idempotency_key("key-1").name("Jenny");
    let after = Customer::create().name("Jenny").idempotency_key("key-1").account("acct_1");
    assert_eq!(before, after);
    assert_eq!(sent(&before), ["name=Jenny"]);
    assert_ne!(before, Customer::create().name("Jenny"));

    let request = Customer::list()
        .api_key("sk_test_other")
        .timeout(Duration::from_secs(5))
        .limit(3)
        .context("acct_1/acct_2")
        .api_version("2025-02-24.acacia")
        .base_url("http://127.0.0.1:12111")
        .max_retries(0_u32)
        .lenient(true)
        .header("X-Trace", "trace-secret")
        .starting_after("cus_1");
    let shown = format!("{request:?}");
    assert!(shown.contains("acct_1/acct_2") && shown.contains("X-Trace"), "{shown}");
    assert!(!shown.contains("sk_test_other") && !shown.contains("trace-secret"), "{shown}");

    let raw = request.customize();
    let options = raw.options();
    assert_eq!(options.api_key, Some("sk_test_other".into()));
    assert_eq!(options.timeout, Some(Duration::from_secs(5)));
    assert_eq!(options.context.as_deref(), Some("acct_1/acct_2"));
    assert_eq!(options.api_version.as_deref(), Some("2025-02-24.acacia"));
    assert_eq!(options.base_url.as_deref(), Some("http://127.0.0.1:12111"));
    assert_eq!((options.max_retries, options.lenient), (Some(0), Some(true)));
    assert_eq!(options.headers, [("X-Trace".to_owned(), "trace-secret".to_owned())]);
    assert_eq!((&options.account, &options.idempotency_key), (&None, &None));
}

/// A parameter and an option of one name are two things.
#[test]
fn parameter_with_the_name_of_an_option_has_another_setter() {
    let request = WebhookEndpoint::create(["*"], "https://example.com/hook")
        .api_version_param(webhook_endpoint::ApiVersion::from("2025-02-24.acacia"))
        .api_version("2026-10-28.endive");
    assert!(sent(&request).contains(&"api_version=2025-02-24.acacia".to_owned()));
    assert_eq!(request.customize().options().api_version.as_deref(), Some("2026-10-28.endive"));
}

#[tokio::test]
async fn options_of_a_request_are_sent() {
    let fake = FakeClient::new();
    fake.on(Customer::create().account("acct_1")).reply(sample());
    let sent = Customer::create().account("acct_1").name("Jenny").idempotency_key("key-1");
    sent.send(&fake.client()).await.unwrap();
    let requests = fake.requests();
    assert_eq!(requests[0].idempotency_key(), Some("key-1"));
    fake.verify();
}
