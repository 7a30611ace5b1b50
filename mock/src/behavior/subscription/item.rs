//! Items of subscriptions.

use serde_json::{Map, Value, json};

use super::proration;
use crate::behavior::{Response, catalog, integer, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

pub const KIND: &str = "subscription_item";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/subscription_items") => {
            let subscription = call.text("subscription").unwrap_or_default().to_owned();
            change(context, call, &subscription, call.parameters.clone())
        }
        ("POST", "/v1/subscription_items/{item}") => existing(context, call, false),
        ("DELETE", "/v1/subscription_items/{item}") => existing(context, call, true),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn existing(context: &mut Context<'_>, call: &Call<'_>, deletes: bool) -> Result<Value> {
    let item = context.require(KIND, call.id(), "item")?;
    let mut change_to = call.parameters.clone();
    change_to.insert("id".to_owned(), call.id().into());
    if deletes {
        change_to.insert("deleted".to_owned(), true.into());
    }
    let subscription = text(&item["subscription"]).to_owned();
    change(context, call, &subscription, change_to)?;
    match deletes {
        true => Ok(json!({"id": call.id(), "object": "subscription_item", "deleted": true})),
        false => context.require(KIND, call.id(), "item"),
    }
}

/// Changes one item, as an update of its subscription does.
fn change(
    context: &mut Context<'_>,
    call: &Call<'_>,
    subscription: &str,
    item: Map<String, Value>,
) -> Result<Value> {
    let before = context
        .require(super::KIND, subscription, "subscription")
        .map_err(|error| error.status(400))?;
    super::enter(context, &before);
    let behavior = call.text("proration_behavior").unwrap_or("create_prorations");
    let at = call.integer("proration_date").unwrap_or_else(|| context.now());
    let is_new = !item.contains_key("id");
    proration::change(context, subscription, &json!([item]), behavior, at)?;
    let after = context.require(super::KIND, subscription, "subscription")?;
    context.emit_updated(super::KIND, &before, &after);
    let all = context.all_with(KIND, "subscription", subscription);
    Ok(all.last().filter(|_| is_new).cloned().unwrap_or(Value::Null))
}

/// The prices and quantities of the parameter `items`.
///
/// # Errors
///
/// When a price does not exist or is not recurring.
pub fn prices(context: &mut Context<'_>, items: &Value) -> Result<Vec<(Value, i64)>> {
    let mut prices: Vec<(Value, i64)> = Vec::new();
    for (index, item) in items.as_array().into_iter().flatten().enumerate() {
        let at = format!("items[{index}][price]");
        let price = match (
            item["price"].as_str().or(item["plan"].as_str()),
            item["price_data"].as_object(),
        ) {
            (Some(id), _) => {
                context.require("price", id, &at).map_err(|error| error.status(400))?
            }
            (None, Some(data)) => catalog::price(context, data)?,
            _ => return Err(ApiError::missing(&at)),
        };
        if !price["recurring"].is_object() {
            return Err(ApiError::invalid("The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.").param(&at));
        }
        let is_metered = price["recurring"]["usage_type"] == "metered";
        prices.push((price, item["quantity"].as_i64().unwrap_or(if is_metered { 0 } else { 1 })));
    }
    Ok(prices)
}

/// Adds an item to a subscription.
pub fn add(
    context: &mut Context<'_>,
    subscription: &str,
    price: &Value,
    quantity: i64,
    period: (i64, i64),
) -> Value {
    context.create(KIND, json!({
        "_parent": subscription, "subscription": subscription, "price": price["id"], "quantity": quantity, "discounts": [], "tax_rates": [],
        "current_period_start": period.0, "current_period_end": period.1, "plan": plan(price), "billing_thresholds": null,
    }))
}

/// A price in the form of the older API.
pub fn plan(price: &Value) -> Value {
    json!({
        "id": price["id"], "object": "plan", "active": price["active"], "amount": price["unit_amount"], "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": price["billing_scheme"], "created": price["created"], "currency": price["currency"], "interval": price["recurring"]["interval"],
        "interval_count": price["recurring"]["interval_count"], "livemode": false, "metadata": price["metadata"], "meter": null, "nickname": price["nickname"],
        "product": price["product"], "tiers_mode": price["tiers_mode"], "transform_usage": null, "trial_period_days": null,
        "usage_type": price["recurring"]["usage_type"],
    })
}

/// Replaces the items of a subscription.
///
/// # Errors
///
/// When a price does not exist.
pub fn replace(context: &mut Context<'_>, id: &str, items: &Value, behavior: &str) -> Result<()> {
    let subscription = context.require(super::KIND, id, "subscription")?;
    let now = context.now();
    let known = context.all_with(KIND, "subscription", id);
    let is_same = |item: &Value, wanted: &Value| {
        item["price"] == wanted["price"] && item["quantity"] == wanted["quantity"]
    };
    let wanted = items.as_array().cloned().unwrap_or_default();
    if wanted.len() == known.len()
        && known.iter().zip(&wanted).all(|(item, wanted)| is_same(item, wanted))
    {
        return Ok(());
    }
    if integer(&subscription["current_period_end"]) > now {
        return proration::change(context, id, &pairs(&known, &wanted), behavior, now);
    }
    // At the end of a period nothing is left to prorate, and the renewal bills the new items.
    let old = known.iter().map(|item| json!({"id": item["id"], "deleted": true}));
    let all: Vec<Value> = old.chain(wanted).collect();
    proration::change(context, id, &all.into(), "none", now)?;
    let interval = |item: Option<&Value>| {
        let price = context.get("price", text(&item?["price"]))?;
        Some((price["recurring"]["interval"].clone(), price["recurring"]["interval_count"].clone()))
    };
    if interval(known.first()) != interval(items.as_array().and_then(|items| items.first())) {
        context.set(super::KIND, id, json!({"billing_cycle_anchor": now}));
    }
    Ok(())
}

/// Changes that turn known items into wanted ones: by position, then additions and deletions.
fn pairs(known: &[Value], wanted: &[Value]) -> Value {
    let mut changes: Vec<Value> = Vec::new();
    for (index, item) in wanted.iter().enumerate() {
        let mut change = json!({"price": item["price"], "quantity": item["quantity"]});
        if let Some(known) = known.get(index) {
            change["id"] = known["id"].clone();
        }
        changes.push(change);
    }
    let surplus = known.iter().skip(wanted.len());
    changes.extend(surplus.map(|item| json!({"id": item["id"], "deleted": true})));
    changes.into()
}
