//! Measures decoding, encoding and sending: pinstripe, async-stripe, hand-written types with
//! serde's derive macros, and a lower bound.

#![recursion_limit = "256"]

#[allow(dead_code)]
mod by_hand;
mod heap;
mod loopback;
mod samples;

use std::hint::black_box;
use std::time::Instant;

use hmac::{Hmac, KeyInit, Mac};
use pinstripe_runtime::{List, Request, Timestamp, from_json};
use serde::Serialize;
use serde::de::IgnoredAny;
use sha2::Sha256;
use stripe_client_core::StripeRequest;

type Contestant<'a> = (&'a str, &'a dyn Fn());

fn main() {
    if loopback::is_server() {
        return loopback::serve();
    }
    reading();
    receiving();
    writing();
    memory();
    loopback::compare();
}

fn reading() {
    let invoices = samples::invoices(100);
    compare("a list of 100 invoices", Some(invoices.len()), &[
        ("pinstripe", &|| drop(black_box(from_json::<List<pinstripe::Invoice>>(&invoices).expect("invoices")))),
        ("async-stripe", &|| {
            drop(black_box(miniserde::json::from_str::<stripe_types::List<stripe_shared::Invoice>>(&invoices).expect("invoices")))
        }),
        ("serde's derive", &|| drop(black_box(serde_json::from_str::<by_hand::List<by_hand::Invoice>>(&invoices).expect("invoices")))),
        ("`IgnoredAny`", &|| _ = black_box(serde_json::from_str::<IgnoredAny>(&invoices).expect("it is JSON"))),
    ]);
    let session = samples::session();
    compare("a checkout session", Some(session.len()), &[
        ("pinstripe", &|| drop(black_box(from_json::<pinstripe::checkout::Session>(&session).expect("a session")))),
        ("async-stripe", &|| drop(black_box(miniserde::json::from_str::<stripe_shared::CheckoutSession>(&session).expect("a session")))),
        ("serde's derive", &|| drop(black_box(serde_json::from_str::<by_hand::Session>(&session).expect("a session")))),
        ("`IgnoredAny`", &|| _ = black_box(serde_json::from_str::<IgnoredAny>(&session).expect("it is JSON"))),
    ]);
}

/// Verifies a webhook and decodes its invoice.
fn receiving() {
    let event = samples::event();
    let now = Timestamp::from_seconds(1_767_225_600);
    let webhook = pinstripe::Webhook::new("whsec_test");
    let signature = webhook.sign(event.as_bytes(), now);
    let verify = || {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test").expect("any length is right");
        mac.update(b"1767225600.");
        mac.update(event.as_bytes());
        black_box(mac.finalize());
    };
    compare("an event: signature, envelope, and invoice", Some(event.len()), &[
        ("pinstripe", &|| {
            let event = webhook.event(event.as_bytes(), &signature, now).expect("an event");
            drop(black_box(event.get::<pinstripe::events::InvoicePaid>().expect("an invoice").expect("it is that event")));
        }),
        ("async-stripe", &|| {
            let event = stripe_webhook::Webhook::construct_event_with_timestamp(&event, &signature, "whsec_test", 1_767_225_600);
            drop(black_box(event.expect("an event")));
        }),
        ("HMAC and serde's derive", &|| {
            verify();
            drop(black_box(serde_json::from_str::<by_hand::Event>(&event).expect("an event")));
        }),
        ("HMAC and `serde_json::Value`", &|| {
            verify();
            drop(black_box(serde_json::from_str::<serde_json::Value>(&event).expect("it is JSON")));
        }),
        ("HMAC", &verify),
    ]);
}

/// Encodes the form of a PaymentIntent with options for several payment methods.
fn writing() {
    use pinstripe::payment_intent as own;
    use stripe_core::payment_intent as theirs;

    let card = own::CardParams::new().capture_method(own::PaymentMethodOptionsAffirmCaptureMethod::Manual).statement_descriptor_suffix_kana("カナ");
    let methods = own::CreatePaymentMethodOptionsParams::new().card(card);
    let address = pinstripe::account::AddressParams::new().line1("510 Townsend Street").city("San Francisco").postal_code("94103").country("US");
    let shipping = pinstripe::charge::ShippingParams::new(address, "Jenny Rosen").phone("+1 (415) 555-0100");
    let request = pinstripe::PaymentIntent::create(2000, "usd").customer("cus_NeZwdNtLEOXuvB").confirm(true).payment_method("pm_card_visa");
    let request = request.description("Rides & more").metadata([("order_id", "6735"), ("région", "ouest")]);
    let request = request.payment_method_options(methods).shipping(shipping).receipt_email("jenny.rosen@example.com");

    let mut card = theirs::CreatePaymentIntentPaymentMethodOptionsCard::new();
    card.capture_method = Some(theirs::CreatePaymentIntentPaymentMethodOptionsCardCaptureMethod::Manual);
    card.statement_descriptor_suffix_kana = Some("カナ".into());
    let mut methods = theirs::CreatePaymentIntentPaymentMethodOptions::new();
    methods.card = Some(card);
    let mut address = theirs::CreatePaymentIntentShippingAddress::new();
    (address.line1, address.city) = (Some("510 Townsend Street".into()), Some("San Francisco".into()));
    (address.postal_code, address.country) = (Some("94103".into()), Some("US".into()));
    let mut shipping = theirs::CreatePaymentIntentShipping::new(address, "Jenny Rosen");
    shipping.phone = Some("+1 (415) 555-0100".into());
    let other = theirs::CreatePaymentIntent::new(2000, stripe_types::Currency::USD).customer("cus_NeZwdNtLEOXuvB").confirm(true);
    let other = other.payment_method("pm_card_visa").description("Rides & more");
    let metadata = [("order_id", "6735"), ("région", "ouest")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let other = other.metadata(std::collections::HashMap::from(metadata)).payment_method_options(methods).shipping(shipping);
    let other = other.receipt_email("jenny.rosen@example.com");

    #[derive(Serialize)]
    struct Intent<'a> {
        amount: i64,
        currency: &'a str,
        customer: &'a str,
        confirm: bool,
        payment_method: &'a str,
        description: &'a str,
        metadata: Vec<(&'a str, &'a str)>,
    }
    let by_hand = Intent {
        amount: 2000,
        currency: "usd",
        customer: "cus_NeZwdNtLEOXuvB",
        confirm: true,
        payment_method: "pm_card_visa",
        description: "Rides & more",
        metadata: vec![("order_id", "6735"), ("région", "ouest")],
    };
    compare("the form of a PaymentIntent", None, &[
        ("pinstripe", &|| drop(black_box(request.to_http()))),
        ("async-stripe", &|| drop(black_box(other.build()))),
        ("half of it with serde_qs and a derive", &|| drop(black_box(serde_qs::to_string(&by_hand).expect("a form")))),
    ]);
}

fn memory() {
    let (one, hundred) = (samples::text(&samples::invoice(1), None), samples::invoices(100));
    println!("\nmemory                                       allocations of an invoice   KiB at most for 100 ({} of JSON)", hundred.len() / 1024);
    let row = |name: &str, one: &dyn Fn(), hundred: &dyn Fn()| {
        println!("  {name:41}{:27}{:22}", heap::of(one).allocations, heap::of(hundred).peak / 1024);
    };
    row(
        "pinstripe",
        &|| drop(black_box(from_json::<pinstripe::Invoice>(&one).expect("an invoice"))),
        &|| drop(black_box(from_json::<List<pinstripe::Invoice>>(&hundred).expect("invoices"))),
    );
    row(
        "async-stripe",
        &|| drop(black_box(miniserde::json::from_str::<stripe_shared::Invoice>(&one).expect("an invoice"))),
        &|| drop(black_box(miniserde::json::from_str::<stripe_types::List<stripe_shared::Invoice>>(&hundred).expect("invoices"))),
    );
    row(
        "serde's derive",
        &|| drop(black_box(serde_json::from_str::<by_hand::Invoice>(&one).expect("an invoice"))),
        &|| drop(black_box(serde_json::from_str::<by_hand::List<by_hand::Invoice>>(&hundred).expect("invoices"))),
    );
}

/// Runs all candidates alternately, so that noise affects them equally, and prints medians. Ratios
/// are relative to the second candidate.
fn compare(what: &str, bytes: Option<usize>, contestants: &[Contestant<'_>]) {
    const SECONDS: f64 = 3.0;
    let mut times = vec![Vec::new(); contestants.len()];
    let begun = Instant::now();
    while begun.elapsed().as_secs_f64() < SECONDS || times[0].len() < 20 {
        for (times, (_, run)) in times.iter_mut().zip(contestants) {
            let begun = Instant::now();
            run();
            times.push(begun.elapsed().as_secs_f64());
        }
    }
    let medians: Vec<f64> = (times.into_iter())
        .map(|mut times| {
            times.sort_unstable_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect();
    println!("\n{what:41}        µs    MB/s   speed, of async-stripe");
    for (median, (name, _)) in medians.iter().zip(contestants) {
        let rate = bytes.map(|bytes| format!("{:.0}", bytes as f64 / median / 1e6)).unwrap_or_default();
        println!("  {name:39}{:10.1}{rate:>8}{:25.2}", median * 1e6, medians[1] / median);
    }
}
