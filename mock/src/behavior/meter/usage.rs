//! Aggregated usage: summaries, and the quantities that invoices bill.

use serde_json::{Value, json};

use super::{KIND, event, text};
use crate::behavior::{integer, test_clock};
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

/// Usage of a subscription item, which versions before meters report.
const RECORD: &str = "usage_record";

/// The times and values of the events of a customer, from a time to before another one, in order.
fn values(
    context: &Context<'_>,
    meter: &Value,
    customer: &str,
    (from, to): (i64, i64),
) -> Vec<(i64, f64)> {
    let all = context.store.all(&context.account, event::KIND);
    let own = all.filter(|one| {
        one["event_name"] == meter["event_name"]
            && one["_customer"] == customer
            && one["_canceled"] != true
    });
    let timed =
        own.map(|one| (integer(&one["timestamp"]), one["_value"].as_f64().unwrap_or_default()));
    let mut values: Vec<(i64, f64)> = timed.filter(|(at, _)| from <= *at && *at < to).collect();
    values.sort_by_key(|(at, _)| *at);
    values
}

/// Aggregates values by the formula of a meter.
fn aggregate(meter: &Value, values: &[(i64, f64)]) -> f64 {
    match text(&meter["default_aggregation"]["formula"]) {
        "last" => values.last().map_or(0.0, |(_, value)| *value),
        _ => values.iter().map(|(_, value)| value).sum(),
    }
}

/// A number, without a fraction if it is whole.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// Sums up the usage of a customer, in a single summary or by windows. Windows without usage are
/// left out.
///
/// # Errors
///
/// When the meter or the customer does not exist, or the times do not fit the windows.
pub fn summaries(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let meter = context.require(KIND, call.id(), "id")?;
    let customer = call.text("customer").unwrap_or_default().to_owned();
    let owner =
        context.require("customer", &customer, "customer").map_err(|error| error.status(400))?;
    test_clock::enter(context, &owner);
    let (start, end) = (
        call.integer("start_time").unwrap_or_default(),
        call.integer("end_time").unwrap_or_default(),
    );
    let (length, unit) = match call.text("value_grouping_window") {
        Some("hour") => (3600, "hour"),
        Some(_) => (86_400, "day"),
        None => (60, "minute"),
    };
    for (name, at) in [("start_time", start), ("end_time", end)] {
        if at % length != 0 {
            return Err(ApiError::invalid(format!(
                "The {name} must be aligned with the boundaries of a {unit} in UTC."
            ))
            .param(name));
        }
    }
    if end <= start || start < 0 {
        return Err(
            ApiError::invalid("The end_time must be after the start_time.").param("end_time")
        );
    }
    let step = if unit == "minute" { end - start } else { length };
    let values = values(context, &meter, &customer, (start, end));
    let window = |at: i64| start + (at - start) / step * step;
    let mut found: Vec<Value> = values
        .chunk_by(|(one, _), (next, _)| window(*one) == window(*next))
        .map(|values| {
            let from = window(values[0].0);
            let usage = aggregate(&meter, values);
            let about = format!("{}{customer}{from}{step}", call.id());
            let id = crate::id::characters(context.seed, crate::id::hash(&about), 24);
            json!({
                "id": format!("mtrusg_{id}"), "object": "billing.meter_event_summary", "livemode": false, "meter": call.id(),
                "aggregated_value": number(usage), "start_time": from, "end_time": from + step,
            })
        })
        .collect();
    found.reverse();
    generic::page(call, found, &generic::path(call))
}

/// The quantity that an invoice bills for a metered item: its usage of a period.
pub fn billed(context: &Context<'_>, item: &Value, price: &Value, period: (i64, i64)) -> i64 {
    let subscription = context.get("subscription", text(&item["subscription"])).unwrap_or_default();
    let customer = text(&subscription["customer"]);
    let usage = match context.get(KIND, text(&price["recurring"]["meter"])) {
        Some(meter) => aggregate(&meter, &values(context, &meter, customer, period)),
        None => recorded(context, item, price, period),
    };
    usage.round() as i64
}

/// The usage records of an item in a period.
fn recorded(context: &Context<'_>, item: &Value, price: &Value, (from, to): (i64, i64)) -> f64 {
    let mut records = context.all_with(RECORD, "subscription_item", text(&item["id"]));
    let way = text(&price["recurring"]["aggregate_usage"]);
    records.retain(|one| {
        let at = integer(&one["timestamp"]);
        at < to && (from <= at || way == "last_ever")
    });
    records.sort_by_key(|one| integer(&one["timestamp"]));
    let mut quantities = records.iter().map(|one| integer(&one["quantity"]));
    let usage = match way {
        "max" => quantities.max().unwrap_or_default(),
        "last_during_period" | "last_ever" => quantities.next_back().unwrap_or_default(),
        _ => quantities.sum(),
    };
    usage as f64
}

/// Reports usage for an item of a price without a meter.
///
/// # Errors
///
/// When the item does not exist, or its price is not metered.
pub fn record(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let id = call.segment(0);
    let item = context.require("subscription_item", id, "subscription_item")?;
    let price = context.get("price", text(&item["price"])).unwrap_or_default();
    if price["recurring"]["usage_type"] != "metered" {
        return Err(ApiError::invalid(
            "Usage records can only be created for subscription items with a metered price.",
        ));
    }
    let subscription = context.get("subscription", text(&item["subscription"])).unwrap_or_default();
    if let Some(owner) = context.get("customer", text(&subscription["customer"])) {
        test_clock::enter(context, &owner);
    }
    let now = context.now();
    let at = call.integer("timestamp").unwrap_or(now);
    let quantity = call.integer("quantity").unwrap_or_default();
    let same = context.all_with(RECORD, "subscription_item", id);
    let same = same.into_iter().find(|one| one["timestamp"] == at);
    if let Some(known) = same {
        let sum = match call.text("action") {
            Some("set") => quantity,
            _ => integer(&known["quantity"]) + quantity,
        };
        return Ok(context.set(RECORD, text(&known["id"]), json!({"quantity": sum})));
    }
    let given =
        json!({"_parent": id, "subscription_item": id, "quantity": quantity, "timestamp": at});
    Ok(context.create(RECORD, given))
}
