//! Phases: from parameters and from subscriptions.

use serde_json::{Map, Value, json};

use super::KIND;
use crate::behavior::subscription::{cycle, item};
use crate::behavior::{invoice, text};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::{generic, time};

/// The times that a phase may start or end at: the years 1970 to 5138.
const TIMES: std::ops::Range<i64> = 0..100_000_000_000;

/// The most intervals that a phase may have.
const MOST: i64 = 10_000;

/// The phases of the parameter `phases`, one after the other from a time on.
///
/// # Errors
///
/// When a price or coupon does not exist, or an end is missing or before its start.
pub fn of_parameters(
    context: &mut Context<'_>,
    phases: &Value,
    start: i64,
    now: i64,
) -> Result<Vec<Value>> {
    let given = phases.as_array().cloned().unwrap_or_default();
    let mut made: Vec<Value> = Vec::new();
    let mut from = start;
    if !TIMES.contains(&start) {
        return Err(ApiError::invalid("Invalid timestamp").param("start_date"));
    }
    for (index, phase) in given.iter().enumerate() {
        let at = format!("phases[{index}]");
        if let Some(own) = moment(&phase["start_date"], now) {
            if index > 0 && own != from {
                return Err(ApiError::invalid(
                    "The start_date of a phase must equal the end_date of the phase before it.",
                )
                .param(&format!("{at}[start_date]")));
            }
            from = own;
        }
        let prices = item::prices(context, &phase["items"]).map_err(|mut error| {
            let inner = error.param.take().unwrap_or_default();
            error.param(&format!("{at}[{}", inner.replacen('[', "][", 1)))
        })?;
        let Some((first, _)) = prices.first() else {
            return Err(ApiError::missing(&format!("{at}[items]")));
        };
        let is_last = index + 1 == given.len();
        let end = end(phase, from, &first["recurring"], now, is_last)
            .ok_or_else(|| ApiError::missing(&format!("{at}[end_date]")))?;
        if !TIMES.contains(&end) {
            return Err(ApiError::invalid("Invalid timestamp").param(&format!("{at}[end_date]")));
        }
        if end <= from {
            return Err(ApiError::invalid("The end_date of a phase must be after its start.")
                .param(&format!("{at}[end_date]")));
        }
        made.push(one(context, phase, &prices, (from, end), now)?);
        from = end;
    }
    Ok(made)
}

/// A time, which may be given as `now`.
fn moment(value: &Value, now: i64) -> Option<i64> {
    if value == "now" { Some(now) } else { value.as_i64() }
}

/// The end of a phase. The last one takes a single interval of its price if it has none.
fn end(phase: &Value, from: i64, recurring: &Value, now: i64, is_last: bool) -> Option<i64> {
    if let Some(end) = moment(&phase["end_date"], now) {
        return Some(end);
    }
    let duration = &phase["duration"];
    if let Some(interval) = duration["interval"].as_str() {
        let count = duration["interval_count"].as_i64().unwrap_or(1);
        return Some(time::add(from, interval, count.clamp(1, MOST)));
    }
    let periods = phase["iterations"].as_i64().or(is_last.then_some(1))?;
    Some(cycle::after(from, recurring, periods.clamp(1, MOST)))
}

fn one(
    context: &mut Context<'_>,
    given: &Value,
    prices: &[(Value, i64)],
    (start, end): (i64, i64),
    now: i64,
) -> Result<Value> {
    let none = Map::new();
    let coupons = invoice::coupons(context, given.as_object().unwrap_or(&none))?;
    let trial_end = match given["trial"] == true {
        true => Some(end),
        false => moment(&given["trial_end"], now),
    };
    let discounts: Vec<Value> = coupons.iter().map(discount).collect();
    let items: Vec<Value> = (prices.iter().enumerate())
        .map(|(index, (price, quantity))| {
            let metadata = given["items"][index]["metadata"].clone();
            item_of(&price["id"], *quantity, metadata)
        })
        .collect();
    for (index, extra) in given["add_invoice_items"].as_array().into_iter().flatten().enumerate() {
        if let Some(price) = extra["price"].as_str() {
            let param = format!("add_invoice_items[{index}][price]");
            context.require("price", price, &param).map_err(|error| error.status(400))?;
        }
    }
    let mut phase = base(&prices[0].0["currency"], (start, end));
    let fitted = fitted(context, given);
    for name in [
        "billing_cycle_anchor",
        "collection_method",
        "default_payment_method",
        "description",
        "invoice_settings",
        "metadata",
        "on_behalf_of",
        "proration_behavior",
        "add_invoice_items",
        "application_fee_percent",
        "transfer_data",
    ] {
        if !given[name].is_null() && !fitted[name].is_null() {
            phase[name] = fitted[name].clone();
        }
    }
    for extra in phase["add_invoice_items"].as_array_mut().into_iter().flatten() {
        if !extra["period"].is_object() {
            extra["period"] = json!({"start": {"type": "max_item_period_start"}, "end": {"type": "min_item_period_end"}});
        }
    }
    phase["discounts"] = discounts.into();
    phase["items"] = items.into();
    phase["trial_end"] = trial_end.into();
    Ok(phase)
}

/// The parameters of a phase in the form of its fields.
fn fitted(context: &Context<'_>, given: &Value) -> Value {
    let mut plain = given.as_object().cloned().unwrap_or_default();
    plain.retain(|name, _| {
        !matches!(name.as_str(), "items" | "discounts" | "start_date" | "end_date" | "trial_end")
    });
    let mut fields = Map::new();
    let wrapped = Map::from_iter([("phases".to_owned(), json!([plain]))]);
    context.shape().apply(KIND, &mut fields, &wrapped);
    fields.get("phases").map(|phases| phases[0].clone()).unwrap_or_default()
}

fn base(currency: &Value, (start, end): (i64, i64)) -> Value {
    json!({
        "add_invoice_items": [], "application_fee_percent": null, "billing_cycle_anchor": null, "billing_thresholds": null,
        "collection_method": null, "currency": currency, "default_payment_method": null, "default_tax_rates": [],
        "description": null, "discounts": [], "start_date": start, "end_date": end, "invoice_settings": null, "metadata": {},
        "on_behalf_of": null, "proration_behavior": "create_prorations", "transfer_data": null, "trial_end": null,
    })
}

fn discount(coupon: &Value) -> Value {
    json!({"coupon": coupon, "discount": null, "promotion_code": null})
}

fn item_of(price: &Value, quantity: i64, metadata: Value) -> Value {
    let metadata = if metadata.is_object() { metadata } else { json!({}) };
    json!({"price": price, "plan": price, "quantity": quantity, "billing_thresholds": null, "discounts": [], "metadata": metadata, "tax_rates": []})
}

/// The current period of a subscription as a phase.
pub fn of_subscription(context: &Context<'_>, of: &Value) -> Value {
    let end = of["cancel_at"].as_i64().or(of["current_period_end"].as_i64()).unwrap_or_default();
    let start = of["current_period_start"].as_i64().unwrap_or_default();
    let items: Vec<Value> = (context.all_with(item::KIND, "subscription", text(&of["id"])).iter())
        .map(|item| {
            item_of(&item["price"], super::integer(&item["quantity"]), item["metadata"].clone())
        })
        .collect();
    let coupons = of["_coupons"].as_array().into_iter().flatten();
    let mut phase = base(&of["currency"], (start, end));
    generic::merge(
        &mut phase,
        json!({
            "items": items, "discounts": coupons.map(discount).collect::<Vec<_>>(), "trial_end": of["trial_end"],
            "collection_method": of["collection_method"], "default_payment_method": of["default_payment_method"],
            "metadata": of["metadata"], "description": of["description"],
        }),
    );
    phase
}
