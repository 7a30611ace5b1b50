//! What receiving an event costs, against HMAC and a `serde_json::Value` of the same bytes.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use hmac::{Hmac, KeyInit, Mac};
use pinstripe_api::{Invoice, events};
use pinstripe_mock::Mock;
use pinstripe_runtime::Timestamp;
use pinstripe_runtime::webhook::Webhook;
use serde_json::{Value, json};
use sha2::Sha256;

const ROUNDS: u32 = 2000;

fn main() {
    let sources = pinstripe_mock::sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec"));
    let sources = sources.expect("the description can be read");
    let mock = Mock::new(sources).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let schema = mock.api().schema_id("invoice").expect("there are invoices");
    let invoice = of_size(mock.value(mock.api().schema(schema).ty, 0), 3000);
    let event = json!({"id": "evt_1", "object": "event", "api_version": "2026-10-28.endive", "created": 1, "livemode": false,
        "pending_webhooks": 1, "request": {"id": "req_1", "idempotency_key": "key"}, "type": "invoice.paid", "data": {"object": invoice}});
    let body = serde_json::to_string_pretty(&event).expect("it is JSON");
    let webhook = Webhook::new("whsec_test");
    let now = Timestamp::from_seconds(1_767_225_600);
    let signature = webhook.sign(body.as_bytes(), now);
    println!("an event of {} bytes", body.len());

    let hmac = || {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test").expect("any length is right");
        mac.update(b"1767225600.");
        mac.update(body.as_bytes());
        black_box(mac.finalize());
    };
    let yardstick = || {
        hmac();
        black_box(serde_json::from_str::<Value>(&body).expect("it is JSON"));
    };
    let envelope = || drop(black_box(webhook.event(body.as_bytes(), &signature, now).expect("it is an event")));
    let whole = || {
        let event = webhook.event(body.as_bytes(), &signature, now).expect("it is an event");
        let invoice: Option<Invoice> = event.get::<events::InvoicePaid>().expect("it is an invoice");
        black_box(invoice.expect("it is that event"));
    };
    // In turn, so that all of them see the machine in the same mood; of each the median.
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        for (times, run) in times.iter_mut().zip([&hmac as &dyn Fn(), &yardstick, &envelope, &whole]) {
            let begun = Instant::now();
            run();
            times.push(begun.elapsed().as_nanos());
        }
    }
    let [hmac, yardstick, envelope, whole] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2] as f64 / 1000.0
    });
    println!("HMAC alone                         {hmac:8.1} µs");
    println!("HMAC and serde_json::Value         {yardstick:8.1} µs   1.00");
    println!("verify and envelope                {envelope:8.1} µs   {:.2}", envelope / yardstick);
    println!("verify, envelope and typed object  {whole:8.1} µs   {:.2}", whole / yardstick);
}

/// An invoice with as many members as make about so much text: the largest go first.
fn of_size(mut invoice: Value, size: usize) -> Value {
    let mut names: Vec<String> = invoice.as_object().expect("an object").keys().cloned().collect();
    names.sort_by_key(|name| std::cmp::Reverse(invoice[name].to_string().len()));
    for name in names {
        for smaller in [Value::Null, json!([])] {
            let mut copy = invoice.clone();
            copy[&name] = smaller;
            let decodes = pinstripe_runtime::from_json::<Invoice>(&copy.to_string()).is_ok();
            if decodes && invoice.to_string().len() > size {
                invoice = copy;
            }
        }
    }
    invoice
}
