//! Acceptance of quotes.

use serde_json::{Map, Value, json};

use super::{KIND, in_state};
use crate::behavior::{integer, invoice, line_item, schedule, subscription, text};
use crate::call::Call;
use crate::context::Context;
use crate::error::Result;

/// Accepts an open quote: starts its subscription, or makes its invoice.
///
/// # Errors
///
/// When the quote is not open, or its customer or prices do not exist any more.
pub fn accept(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let quote = in_state(context, call.id(), &["open"], "accept")?;
    let items = line_item::of(context, call.id());
    let (recurring, once): (Vec<_>, Vec<_>) =
        items.into_iter().partition(|(_, price)| price["recurring"].is_object());
    let made = match recurring.is_empty() {
        true => make_invoice(context, &quote, &once)?,
        false => start_subscription(context, &quote, &recurring, &once)?,
    };
    let now = context.now();
    context.set(KIND, call.id(), made);
    let changes = json!({"status": "accepted", "status_transitions": {"accepted_at": now}});
    let accepted = context.set(KIND, call.id(), changes);
    context.emit("quote.accepted", KIND, &accepted);
    Ok(accepted)
}

/// Makes a draft of the one-time prices.
fn make_invoice(
    context: &mut Context<'_>,
    quote: &Value,
    once: &[(Value, Value)],
) -> Result<Value> {
    let now = context.now();
    let given = json!({
        "billing_reason": "quote_accept", "collection_method": quote["collection_method"], "currency": quote["currency"],
        "_coupons": quote["_coupons"], "_days_until_due": quote["invoice_settings"]["days_until_due"], "quote": quote["id"],
        "parent": {"type": "quote_details", "quote_details": {"quote": quote["id"]}, "subscription_details": null},
        "description": quote["invoice_settings"]["description"], "footer": quote["invoice_settings"]["footer"],
        "metadata": quote["metadata"], "_finalize_at": now + 3600,
    });
    let made = invoice::create(context, text(&quote["customer"]), given)?;
    let id = text(&made["id"]).to_owned();
    for (item, price) in once {
        invoice::item::of_price(context, &made, price, integer(&item["quantity"]), Some(&id));
    }
    let made = invoice::recompute(context, &id);
    context.emit("invoice.created", invoice::KIND, &made);
    Ok(json!({ "invoice": id }))
}

/// Starts a subscription, whose first invoice has the one-time prices as well.
fn start_subscription(
    context: &mut Context<'_>,
    quote: &Value,
    recurring: &[(Value, Value)],
    once: &[(Value, Value)],
) -> Result<Value> {
    for (item, price) in once {
        let about = json!({"customer": quote["customer"], "test_clock": quote["test_clock"]});
        invoice::item::of_price(context, &about, price, integer(&item["quantity"]), None);
    }
    let data = &quote["subscription_data"];
    let mut given: Map<String, Value> = Map::from_iter([
        ("customer".to_owned(), quote["customer"].clone()),
        ("items".to_owned(), items(recurring)),
        ("collection_method".to_owned(), quote["collection_method"].clone()),
        ("metadata".to_owned(), data["metadata"].clone()),
        ("_leaves_draft".to_owned(), true.into()),
    ]);
    let coupons = quote["_coupons"].as_array().into_iter().flatten();
    let discounts: Vec<Value> = coupons.map(|coupon| json!({ "coupon": coupon })).collect();
    given.insert("discounts".to_owned(), discounts.into());
    for (name, value) in [
        ("description", &data["description"]),
        ("trial_period_days", &data["trial_period_days"]),
        ("days_until_due", &quote["invoice_settings"]["days_until_due"]),
    ] {
        if !value.is_null() {
            given.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(at) = data["effective_date"].as_i64().filter(|at| *at > context.now()) {
        return schedule_subscription(context, given, at);
    }
    let started = subscription::start(context, given)?;
    let made = text(&started["latest_invoice"]);
    context.set(invoice::KIND, made, json!({"quote": quote["id"]}));
    Ok(json!({"subscription": started["id"], "invoice": made}))
}

/// Makes a schedule that starts the subscription later.
fn schedule_subscription(
    context: &mut Context<'_>,
    given: Map<String, Value>,
    at: i64,
) -> Result<Value> {
    let given = Value::Object(given);
    let phase = json!({
        "items": given["items"], "discounts": given["discounts"], "metadata": given["metadata"],
        "collection_method": given["collection_method"], "description": given["description"],
    });
    let parameters = Map::from_iter([
        ("customer".to_owned(), given["customer"].clone()),
        ("start_date".to_owned(), at.into()),
        ("phases".to_owned(), json!([phase])),
    ]);
    let schedule = schedule::create(context, parameters)?;
    Ok(json!({"subscription_schedule": schedule["id"]}))
}

/// Items in the form of the parameter of a subscription.
fn items(items: &[(Value, Value)]) -> Value {
    items
        .iter()
        .map(|(item, price)| json!({"price": price["id"], "quantity": item["quantity"]}))
        .collect()
}
