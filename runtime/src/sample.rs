//! Objects for tests, filled with what the API always sends.

use crate::Value;
use crate::json::writer::{close, write, write_str};
use crate::reflect::erased::AnyRef;
use crate::reflect::object::ObjectRef;
use crate::reflect::table::Field;
use crate::reflect::value::View;

/// Creates an object for a test: every field that the API always sends has a plausible value, all others have none.
///
/// IDs have the prefix of their resource, times are the first second of 2026, currencies are `usd`, amounts named
/// `amount` or `unit_amount` are 1999, and all other numbers are zero. The same type always gives the same object.
/// Change what the test is about:
///
/// ```
/// use pinstripe_runtime::{List, sample};
///
/// let mut list = sample::<List<String>>();
/// list.data.push("cus_1".to_owned());
/// assert!(!list.has_more);
/// ```
pub fn sample<T: Value>() -> T {
    let mut json = String::new();
    let empty = T::placeholder();
    write_sample(&mut json, AnyRef::of(&empty), "", "");
    // The text follows from the type, so it decodes. A type that is not JSON stays empty.
    crate::from_json(&json).unwrap_or(empty)
}

/// Writes what a placeholder, found in the field `name` of an object, is in a sample.
fn write_sample(json: &mut String, empty: AnyRef<'_>, name: &str, object: &str) {
    if let Some(values) = empty.enum_values() {
        return write_str(json, enum_value(values));
    }
    match empty.view() {
        View::Object(object) => write_object(json, object),
        // The first second of 2026.
        View::Int(_) if empty.is_timestamp() => json.push_str("1767225600"),
        View::DateTime(_) => json.push_str("\"2026-01-01T00:00:00Z\""),
        View::Int(_) => write(json, View::Int(integer(name))),
        View::Bool(_) => write(json, View::Bool(name == "active")),
        View::Str(text) if text.is_empty() => write_str(json, &string(name, object)),
        view => write(json, view),
    }
}

fn write_object(json: &mut String, object: ObjectRef<'_>) {
    let table = object.table();
    json.push('{');
    if !table.object.is_empty() {
        json.push_str("\"object\":");
        write_str(json, table.object);
        json.push(',');
    }
    if table.deleted {
        json.push_str("\"deleted\":true,");
    }
    for (field, empty) in object.fields().filter(|(field, _)| field.is(Field::REQUIRED)) {
        write_str(json, field.name);
        json.push(':');
        write_sample(json, empty, field.name, table.object);
        json.push(',');
    }
    close(json, '}');
}

/// The value of a healthy object if there is one, or else the first.
fn enum_value(values: &[&'static str]) -> &'static str {
    ["active", "succeeded", "open", "complete", "available", "pending"]
        .into_iter()
        .find(|healthy| values.contains(healthy))
        .or(values.first().copied())
        .unwrap_or_default()
}

fn integer(name: &str) -> i64 {
    match name {
        "amount" | "unit_amount" => 1999,
        "quantity" | "exp_month" | "interval_count" => 1,
        "exp_year" => 2030,
        _ => 0,
    }
}

fn string(name: &str, object: &str) -> String {
    match name {
        "id" => format!("{}_sample", prefix(object).unwrap_or("obj")),
        "client_secret" => format!("{}_sample_secret_sample", prefix(object).unwrap_or("obj")),
        "country" => "US".to_owned(),
        "last4" => "4242".to_owned(),
        "type" => "card".to_owned(),
        "status" => "pending".to_owned(),
        _ if name.contains("currency") => "usd".to_owned(),
        _ if name.contains("email") => "jenny@example.com".to_owned(),
        _ if name.contains("url") => "https://example.com/sample".to_owned(),
        _ => match prefix(name) {
            Some(prefix) => format!("{prefix}_sample"),
            None => name.replace('_', " "),
        },
    }
}

/// The prefix of the IDs of a resource, found by its `object` or by the name of a field that refers to it.
fn prefix(name: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(resource, _)| *resource == name).map(|(_, prefix)| *prefix)
}

const PREFIXES: [(&str, &str); 64] = [
    ("account", "acct"),
    ("apple_pay_domain", "apwc"),
    ("application", "ca"),
    ("application_fee", "fee"),
    ("balance_transaction", "txn"),
    ("bank_account", "ba"),
    ("billing.alert", "alrt"),
    ("billing.credit_grant", "credgr"),
    ("billing.meter", "mtr"),
    ("billing_portal.configuration", "bpc"),
    ("billing_portal.session", "bps"),
    ("card", "card"),
    ("charge", "ch"),
    ("checkout.session", "cs_test"),
    ("confirmation_token", "ctoken"),
    ("connected_account", "acct"),
    ("credit_note", "cn"),
    ("credit_note_line_item", "cnli"),
    ("customer", "cus"),
    ("customer_balance_transaction", "cbtxn"),
    ("destination", "acct"),
    ("discount", "di"),
    ("dispute", "dp"),
    ("entitlements.feature", "feat"),
    ("event", "evt"),
    ("fee_refund", "fr"),
    ("file", "file"),
    ("file_link", "link"),
    ("financial_account", "fa"),
    ("identity.verification_session", "vs"),
    ("invoice", "in"),
    ("invoice_payment", "inpay"),
    ("invoiceitem", "ii"),
    ("issuing.authorization", "iauth"),
    ("issuing.card", "ic"),
    ("issuing.cardholder", "ich"),
    ("issuing.transaction", "ipi"),
    ("line_item", "il"),
    ("mandate", "mandate"),
    ("payment_intent", "pi"),
    ("payment_link", "plink"),
    ("payment_method", "pm"),
    ("payout", "po"),
    ("person", "person"),
    ("plan", "price"),
    ("price", "price"),
    ("product", "prod"),
    ("promotion_code", "promo"),
    ("quote", "qt"),
    ("refund", "re"),
    ("review", "prv"),
    ("setup_attempt", "setatt"),
    ("setup_intent", "seti"),
    ("shipping_rate", "shr"),
    ("source", "src"),
    ("subscription", "sub"),
    ("subscription_item", "si"),
    ("subscription_schedule", "sub_sched"),
    ("tax_id", "txi"),
    ("tax_rate", "txr"),
    ("token", "tok"),
    ("topup", "tu"),
    ("transfer", "tr"),
    ("webhook_endpoint", "we"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_sorted_and_unique() {
        assert!(PREFIXES.is_sorted_by(|left, right| left.0 < right.0));
    }
}
