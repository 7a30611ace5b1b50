//! Mistakes in the set-up that are found before anything is sent: blank values, base URLs, runtimes.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use pinstripe::{
    Client, Customer, Error, File, Host, Invoice, PaymentIntent, RawJson, RawRequest, Subscription,
    Upload, file, v2,
};

use super::script::{Script, answer};

const BLANK: [&str; 6] = ["", " ", "\t \n", "\u{a0}", "\u{200b}", "\0"];

fn config(error: Error) -> String {
    let Error::Config(_) = &error else { panic!("{error:?}") };
    error.to_string()
}

#[tokio::test]
async fn blank_id_is_refused_by_parameter_name() {
    let script = Script::new([answer(200, &[], "{}")]);
    let client = script.client();
    for blank in BLANK {
        for (error, parameter) in [
            (
                Subscription::cancel(blank).send(&client).await.unwrap_err(),
                "subscription_exposed_id",
            ),
            (PaymentIntent::capture(blank).send(&client).await.unwrap_err(), "intent"),
            (Customer::delete(blank).send(&client).await.unwrap_err(), "customer"),
            (
                Customer::retrieve(blank)
                    .customize()
                    .max_retries(5)
                    .send(&client)
                    .await
                    .unwrap_err(),
                "customer",
            ),
            (
                Invoice::pay(blank).idempotency_key("key").send(&client).await.unwrap_err(),
                "invoice",
            ),
            (v2::core::Account::retrieve(blank).send(&client).await.unwrap_err(), "id"),
        ] {
            let text = config(error);
            assert!(
                text.contains(&format!("the parameter `{parameter}` is empty or blank")),
                "{text}"
            );
        }
        let error = pinstripe::Quote::pdf(blank).download(&client).await.unwrap_err();
        assert!(config(error).contains("the parameter `quote` is empty or blank"));
    }
    for path in [
        "/v1/customers/",
        "/v1/payment_intents//capture",
        "/v1/customers/%20",
        "/v1/customers/%E2%80%8B/x",
        "//x",
    ] {
        let error = RawRequest::<RawJson>::delete(path).send(&client).await.unwrap_err();
        assert!(config(error).contains("a segment of the path is empty or blank"), "{path}");
    }
    assert!(script.seen().is_empty());
    for path in
        ["/", "/v1/customers/%20a", "/v1/customers/%", "/v1/customers/%zz", "/v1/customers/0"]
    {
        assert!(RawRequest::<RawJson>::get(path).send(&client).await.is_ok(), "{path}");
    }
}

#[tokio::test]
async fn blank_option_is_refused_by_name() {
    let script = Script::new([answer(200, &[], "{}")]);
    let client = script.client();
    let get = || RawRequest::<RawJson>::get("/v1/x");
    for blank in BLANK {
        for (error, option) in [
            (get().account(blank).send(&client).await.unwrap_err(), "option `account`"),
            (get().context(blank).send(&client).await.unwrap_err(), "option `context`"),
            (get().api_version(blank).send(&client).await.unwrap_err(), "option `api_version`"),
            (get().send(&client.for_account(blank)).await.unwrap_err(), "option `account`"),
            (
                get()
                    .send(&client.with(|options| options.context = Some(blank.into())))
                    .await
                    .unwrap_err(),
                "option `context`",
            ),
            (
                get().header("Stripe-Account", blank).send(&client).await.unwrap_err(),
                "header `Stripe-Account`",
            ),
            (script.builder().account(blank).build().unwrap_err(), "option `account`"),
            (script.builder().context(blank).build_blocking().unwrap_err(), "option `context`"),
            (script.builder().api_version(blank).build().unwrap_err(), "option `api_version`"),
        ] {
            let text = config(error);
            assert!(text.contains(&format!("the {option} is empty or blank")), "{text}");
        }
    }
    assert!(script.seen().is_empty());
    assert!(
        get().header("x-other", "").send(&client).await.is_ok(),
        "a header of somebody else may be empty"
    );
}

#[tokio::test]
async fn invalid_base_url_is_refused_by_build() {
    for (url, help) in [
        ("", "is invalid"),
        (" ", "is invalid"),
        ("https://", "is invalid"),
        ("https://a b", "is invalid"),
        ("stripe.com", "has no scheme or host"),
        ("/v1", "has no scheme or host"),
        ("ftp://host", "by HTTP"),
        ("https://host?x=1", "has a query or a fragment"),
        ("https://host/?x=1", "has a query or a fragment"),
        ("https://host/path?", "has a query or a fragment"),
        ("https://host#top", "has a query or a fragment"),
        ("https://host/#", "has a query or a fragment"),
        ("https://host/v1", "ends in `/v1`"),
        ("https://host/v1/", "ends in `/v1`"),
        ("https://gateway/stripe/v2//", "ends in `/v2`"),
        ("https://jenny@host", "has a user name or a password"),
        ("https://jenny:hunter2@host", "has a user name or a password"),
    ] {
        let script = Script::new([answer(200, &[], "{}")]);
        for error in [
            script.builder().base_url(Host::Api, url).build().unwrap_err(),
            script.builder().base_urls(url).build_blocking().unwrap_err(),
            RawRequest::<RawJson>::get("/v1/x")
                .base_url(url)
                .send(&script.client())
                .await
                .unwrap_err(),
        ] {
            let text = config(error);
            assert!(
                text.starts_with("not sent: the base URL `") && text.contains(help),
                "{url}: {text}"
            );
            assert!(!text.contains("hunter2"), "{text}");
        }
        assert!(script.seen().is_empty());
    }
    for url in [
        "http://localhost:12111",
        "https://gateway/stripe",
        "https://gateway/v1/stripe/",
        "https://host/av1",
        "http://[::1]:80",
    ] {
        let script = Script::new([answer(200, &[], "{}")]);
        let client = script
            .builder()
            .base_urls(url)
            .build()
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        RawRequest::<RawJson>::get("/v1/x").send(&client).await.unwrap();
        assert_eq!(script.seen()[0].uri.to_string(), format!("{}/v1/x", url.trim_end_matches('/')));
    }
}

/// Runs a future without any runtime.
fn poll<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits, and nobody would wake it"),
    }
}

fn client() -> Client {
    Client::builder("sk_test_123").base_urls("http://127.0.0.1:9").no_proxy().build().unwrap()
}

#[test]
fn missing_runtime_is_an_error_with_advice() {
    let client = client();
    let error = poll(Customer::create().send(&client)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("there is no tokio runtime") && text.contains("`#[tokio::main]`"),
        "{text}"
    );
    assert_eq!(error.attempts(), 1, "another attempt would find none either");
    let upload = File::create(Upload::path(file!()), file::Purpose::DisputeEvidence);
    let text = poll(upload.send(&client)).unwrap_err().to_string();
    assert!(text.contains("there is no tokio runtime"), "{text}");
    assert!(poll(Customer::list().stream(&client).try_next()).is_err());
}

#[test]
fn runtime_without_timers_or_io_is_an_error_with_advice() {
    let client = client();
    let plain = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = plain.block_on(Customer::create().send(&client).into_future()).unwrap_err();
    assert!(error.to_string().contains("`enable_time`") && error.attempts() == 1, "{error}");
    let timers = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let error = timers.block_on(Customer::create().send(&client).into_future()).unwrap_err();
    assert!(error.to_string().contains("`enable_io`") && error.attempts() == 1, "{error}");
    let io =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build().unwrap();
    let error = io.block_on(Customer::create().send(&client).into_future()).unwrap_err();
    assert!(error.to_string().contains("`enable_time`"), "{error}");
}
