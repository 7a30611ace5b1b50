//! Objects as Stripe's own documents show them decode into their types.

use std::collections::BTreeSet;

use pinstripe_api::AnyObject;
use pinstripe_runtime::{DecodeError, from_json, to_json};
use pinstripe_tests::{document, read};
use serde_json::Value;

/// Why an object did not decode: which one, where, and what is wrong there.
#[derive(Debug)]
struct Failure {
    object: String,
    path: String,
    message: String,
}

/// Decodes an object, and then what it encodes to.
fn check(value: &Value) -> Result<(), Failure> {
    let object = value["object"].as_str().unwrap_or_default();
    if object == "list" || object == "search_result" {
        return value["data"].as_array().into_iter().flatten().try_for_each(check);
    }
    let failure = |error: DecodeError| Failure {
        object: object.to_owned(),
        path: error.path().to_owned(),
        message: error.message().to_owned(),
    };
    let decoded: AnyObject = from_json(&value.to_string()).map_err(failure)?;
    if let AnyObject::Unrecognized(_) = decoded {
        return Err(Failure { object: object.to_owned(), path: String::new(), message: "no such type".to_owned() });
    }
    let encoded = to_json(&decoded);
    let again: AnyObject = from_json(&encoded).unwrap_or_else(|error| panic!("{object}, encoded and decoded again: {error}"));
    assert_eq!(to_json(&again), encoded, "{object} encodes otherwise the second time");
    check_members(value, &serde_json::from_str(&encoded).unwrap(), object);
    Ok(())
}

/// What was encoded must be what was decoded, as far as it goes.
fn check_members(from: &Value, to: &Value, at: &str) {
    match (from, to) {
        (Value::Object(from), Value::Object(to)) => {
            for (name, to) in to {
                // A member that is always there is written as null where it was left out.
                let from = from.get(name).unwrap_or(&Value::Null);
                check_members(from, to, &format!("{at}.{name}"));
            }
        }
        (Value::Array(from), Value::Array(to)) => {
            assert_eq!(from.len(), to.len(), "{at}");
            from.iter().zip(to).for_each(|(from, to)| check_members(from, to, at));
        }
        (Value::Number(from), Value::Number(to)) => assert_eq!(from.as_f64(), to.as_f64(), "{at}"),
        _ => assert_eq!(from, to, "{at}"),
    }
}

/// Fields that versions after the samples' own added, and that are there in all objects since.
const ADDED: [&str; 32] = [
    "account_session: components.account_onboarding.features",
    "account_session: components.payment_details.features.smart_disputes_management",
    "balance_transaction: balance_type",
    "billing_portal.configuration: features.subscription_pause.duration",
    "billing_portal.configuration: features.subscription_update.trial_update_behavior",
    "credit_note: lines.data[0].pretax_credit_amounts",
    "credit_note: post_payment_amount",
    "credit_note_line_item: pretax_credit_amounts",
    "customer_session: components.active_entitlements",
    "discount: source",
    "dispute: evidence.enhanced_evidence",
    "dispute: evidence_details.submission_method",
    "funding_instructions: bank_transfer.financial_addresses[0].iban.account_holder_address",
    "invoice: amount_overpaid",
    "invoice: lines.data[0].subtotal",
    "invoiceitem: quantity_decimal",
    "line_item: subtotal",
    "payment_link: tax_id_collection.required",
    "payment_method_domain: amazon_pay",
    "payment_method_domain: klarna",
    "product: marketing_features",
    "promotion_code: promotion",
    "quote: invoice_settings.issuer",
    "quote: subscription_data.billing_mode",
    "subscription: items.data[0].current_period_end",
    "subscription_item: current_period_end",
    "subscription_schedule: billing_mode",
    "tax.settings: defaults.provider",
    "tax.transaction: posted_at",
    "terminal.reader: device_type",
    "test_helpers.test_clock: status_details",
    "treasury.outbound_payment: destination_payment_method_details.billing_details",
];

/// Objects that the API no longer has.
const REMOVED: [&str; 4] = ["issuing.settlement", "source_mandate_notification", "usage_record", "usage_record_summary"];

/// Members that are null in the samples and, by the samples' own documents or by later ones, never are.
const NULL: [&str; 3] = [
    "entitlements.active_entitlement_summary: entitlements",
    "financial_connections.account_ownership: owners",
    "subscription_schedule: default_settings.invoice_settings",
];

/// Every failure must be a drift that is known, and every drift that is known must still be one.
fn check_drift(failures: &[Failure], expected: impl Fn(&str) -> bool) {
    let mut found = BTreeSet::new();
    for Failure { object, path, message } in failures {
        let place = format!("{object}: {path}");
        let explained = match message.as_str() {
            "no such type" => REMOVED.contains(&object.as_str()),
            _ if message.starts_with("expected the field") => ADDED.contains(&place.as_str()),
            _ if message.ends_with("found null") => NULL.contains(&place.as_str()),
            _ => false,
        };
        assert!(explained, "{place}: {message}");
        found.insert(if path.is_empty() { object.clone() } else { place });
    }
    let known = ADDED.iter().chain(&REMOVED).chain(&NULL).filter(|place| expected(place));
    let stale: Vec<_> = known.filter(|place| !found.contains(**place)).collect();
    assert!(stale.is_empty(), "these decode now, and are to be taken off the lists: {stale:?}");
}

#[test]
fn every_fixture_decodes_or_has_drifted() {
    let mut failures = Vec::new();
    let mut count = 0;
    for file in ["fixtures/fixtures3-2023-09.json", "fixtures/fixtures3-2025-02-acacia.json"] {
        let Some(path) = document(file) else { return };
        let fixtures: Value = serde_json::from_str(&read(&path)).expect("fixtures are JSON");
        let resources = fixtures["resources"].as_object().expect("fixtures have resources");
        count += resources.len();
        failures.extend(resources.values().filter_map(|fixture| check(fixture).err()));
    }
    assert_eq!(count, 296);
    check_drift(&failures, |place| !IN_EXAMPLES_ONLY.contains(&place));
}

/// Drift that only the examples of the reference show.
const IN_EXAMPLES_ONLY: [&str; 1] = ["invoice: amount_overpaid"];

#[test]
fn every_example_of_the_reference_decodes_or_has_drifted() {
    let mut failures = Vec::new();
    let mut count = 0;
    for number in 0..=4 {
        let Some(path) = document(&format!("reference/stripe-reference-{number:03}.txt")) else { return };
        let examples = examples(&read(&path));
        count += examples.len();
        failures.extend(examples.iter().filter_map(|example| check(example).err()));
    }
    assert_eq!(count, 13);
    check_drift(&failures, |place| IN_EXAMPLES_ONLY.contains(&place));
}

/// The JSON objects with a member `object` that stand in a text.
fn examples(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let end = values.byte_offset();
                rest = &rest[end..];
                if value["object"].is_string() {
                    found.push(value);
                }
            }
            _ => rest = &rest[1..],
        }
    }
    found
}
