//! Effects of time on subscriptions: renewals, ends of trials, cancellations.

use serde_json::{Value, json};

use super::{KIND, end, item};
use crate::behavior::invoice::{self, Line};
use crate::behavior::test_clock::{self, Job};
use crate::behavior::{catalog, integer, meter, text};
use crate::context::Context;
use crate::error::Result;
use crate::time;

/// A trial is about to end three days before it does.
const REMINDER: i64 = 3 * 86_400;

/// The time that is a number of periods after an anchor.
pub fn after(anchor: i64, recurring: &Value, periods: i64) -> i64 {
    let count = recurring["interval_count"].as_i64().unwrap_or(1).max(1);
    time::add(anchor, text(&recurring["interval"]), count * periods)
}

/// The first subscription of a clock that something happens to.
pub fn due(context: &Context<'_>, clock: Option<&str>) -> Option<(i64, Job)> {
    let all = context.store.all(&context.account, KIND);
    let due = all
        .filter(|one| test_clock::belongs(one, clock))
        .filter_map(|one| Some((next(one)?, text(&one["id"]))));
    let (at, id) = due.min_by_key(|(at, _)| *at)?;
    Some((at, Job::Subscription(id.to_owned())))
}

/// When something happens to a subscription.
fn next(subscription: &Value) -> Option<i64> {
    if !matches!(text(&subscription["status"]), "trialing" | "active" | "past_due") {
        return None;
    }
    let end = integer(&subscription["current_period_end"]);
    let reminder = reminder(subscription);
    let cancel = subscription["cancel_at"].as_i64();
    [Some(end), reminder, cancel].into_iter().flatten().min()
}

fn reminder(subscription: &Value) -> Option<i64> {
    let is_waiting = subscription["status"] == "trialing" && subscription["_reminded"] != true;
    let end = subscription["trial_end"].as_i64().filter(|_| is_waiting)?;
    Some((end - REMINDER).max(integer(&subscription["start_date"])))
}

/// Does what is due to a subscription now.
pub fn step(context: &mut Context<'_>, id: &str) {
    let Some(subscription) = context.get(KIND, id) else { return };
    let now = context.now();
    if subscription["cancel_at"].as_i64().is_some_and(|at| at <= now) {
        bill_rest(context, id);
        end(context, id, "cancellation_requested");
        return;
    }
    if integer(&subscription["current_period_end"]) > now {
        let reminded = context.set(KIND, id, json!({"_reminded": true}));
        context.emit("customer.subscription.trial_will_end", KIND, &reminded);
        return;
    }
    renew(context, id, &subscription);
}

/// Makes the last invoice of a subscription that ends with its period, if it has usage to bill.
fn bill_rest(context: &mut Context<'_>, id: &str) {
    let Some(subscription) = context.get(KIND, id).filter(|one| one["status"] != "trialing") else {
        return;
    };
    if metered_items(context, id).is_empty() {
        return;
    }
    let details = json!({"metadata": subscription["metadata"], "subscription": id});
    let now = context.now();
    let given = json!({
        "billing_reason": "subscription_cycle", "subscription": id, "currency": subscription["currency"],
        "collection_method": subscription["collection_method"], "_days_until_due": subscription["_days_until_due"],
        "_coupons": [], "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": details},
        "period_start": subscription["current_period_start"], "period_end": now, "_finalize_at": now + 3600,
    });
    let customer = text(&subscription["customer"]).to_owned();
    let Ok(made) = invoice::create(context, &customer, given) else { return };
    let made_id = text(&made["id"]).to_owned();
    add_final_usage(context, &made_id, id);
    let made = invoice::recompute(context, &made_id);
    context.set(KIND, id, json!({ "latest_invoice": made_id }));
    context.emit("invoice.created", invoice::KIND, &made);
}

fn renew(context: &mut Context<'_>, id: &str, before: &Value) {
    advance(context, id);
    if before["status"] == "trialing" {
        context.set(KIND, id, json!({"status": "active"}));
    }
    // A subscription whose items are gone has nothing to bill.
    let Ok(made) = make_invoice(context, id, "subscription_cycle") else { return };
    let after = context.set(KIND, id, json!({"latest_invoice": made["id"]}));
    context.emit_updated(KIND, before, &after);
}

/// Moves a subscription to its next period.
pub fn advance(context: &mut Context<'_>, id: &str) {
    let Some(subscription) = context.get(KIND, id) else { return };
    let items = context.all_with(item::KIND, "subscription", id);
    let price = items
        .first()
        .and_then(|item| context.get("price", text(&item["price"])))
        .unwrap_or_default();
    let start = integer(&subscription["current_period_end"]);
    let anchor = integer(&subscription["billing_cycle_anchor"]);
    // Counted from the anchor, so that the 31st returns after a short month.
    let end = (1..100_000)
        .map(|periods| after(anchor, &price["recurring"], periods))
        .find(|end| *end > start)
        .unwrap_or(start + 86_400);
    let period = json!({"current_period_start": start, "current_period_end": end});
    for item in items {
        context.set(item::KIND, text(&item["id"]), period.clone());
    }
    context.set(KIND, id, period);
}

/// Makes the invoice of the current period, as a draft.
///
/// # Errors
///
/// When the customer does not exist any more.
pub fn make_invoice(context: &mut Context<'_>, id: &str, reason: &str) -> Result<Value> {
    let subscription = context.require(KIND, id, "subscription")?;
    let customer = text(&subscription["customer"]).to_owned();
    let now = context.now();
    let redeemed = integer(&subscription["_coupon_at"]);
    let count = integer(&subscription["_count"]);
    let coupons: Vec<Value> = (subscription["_coupons"].as_array().into_iter().flatten())
        .filter(|coupon| {
            let coupon = context.get("coupon", text(coupon)).unwrap_or_default();
            invoice::coupon_applies(&coupon, redeemed, now, count == 0)
        })
        .cloned()
        .collect();
    let is_trial = subscription["status"] == "trialing" && reason == "subscription_create";
    let details = json!({"metadata": subscription["metadata"], "subscription": id, "subscription_proration_date": null});
    let given = json!({
        "billing_reason": reason, "subscription": id, "currency": subscription["currency"], "collection_method": subscription["collection_method"],
        "_days_until_due": subscription["_days_until_due"], "_coupons": coupons, "subscription_details": {"metadata": subscription["metadata"]},
        "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": details},
        "period_start": if reason == "subscription_create" { now.into() } else { subscription["_last_start"].clone() },
        "period_end": now, "_finalize_at": now + 3600,
    });
    let made = invoice::create(context, &customer, given)?;
    let made_id = text(&made["id"]).to_owned();
    invoice::item::take_pending(context, &customer, &made_id, Some(id));
    for item in context.all_with(item::KIND, "subscription", id) {
        add_item_line(context, &made_id, &item, is_trial, &subscription, reason);
    }
    context.set(KIND, id, json!({"_count": if is_trial { count } else { count + 1 }, "_last_start": subscription["current_period_start"]}));
    let made = invoice::recompute(context, &made_id);
    context.emit("invoice.created", invoice::KIND, &made);
    Ok(made)
}

fn add_item_line(
    context: &mut Context<'_>,
    made: &str,
    item: &Value,
    is_trial: bool,
    subscription: &Value,
    reason: &str,
) {
    let price = context.get("price", text(&item["price"])).unwrap_or_default();
    let product = context.get("product", text(&price["product"])).unwrap_or_default();
    let is_metered = price["recurring"]["usage_type"] == "metered";
    let mut quantity = integer(&item["quantity"]);
    let (mut start, mut end) =
        (integer(&item["current_period_start"]), integer(&item["current_period_end"]));
    if is_metered {
        // Usage is billed when its period is over.
        (start, end) = usage_period(subscription, reason);
        quantity = meter::billed(context, item, &price, (start, end));
    }
    let mut amount = if is_trial { 0 } else { catalog::amount(&price, quantity) };
    // A first period that ends at a given anchor is billed by its share.
    if !is_trial
        && !is_metered
        && integer(&subscription["_count"]) == 0
        && integer(&subscription["billing_cycle_anchor"]) == end
    {
        let whole = end - after(end, &price["recurring"], -1);
        amount = (amount as f64 * (end - start) as f64 / whole.max(1) as f64).round() as i64;
    }
    let name = product["name"].as_str().unwrap_or("Subscription");
    let description = if is_trial {
        format!("Trial period for {name}")
    } else {
        let cost =
            super::proration::money(integer(&price["unit_amount"]), text(&price["currency"]));
        format!("{quantity} × {name} (at {cost} / {})", text(&price["recurring"]["interval"]))
    };
    add(
        context,
        made,
        Line {
            amount,
            currency: text(&price["currency"]).to_owned(),
            description,
            quantity,
            period: (start, end),
            price: price["id"].clone(),
            subscription: subscription["id"].clone(),
            subscription_item: item["id"].clone(),
            invoice_item: Value::Null,
            proration: false,
            discountable: true,
        },
    );
}

/// The period whose usage an invoice bills. The usage of a trial is free.
fn usage_period(subscription: &Value, reason: &str) -> (i64, i64) {
    let start = integer(&subscription["current_period_start"]);
    let last = subscription["_last_start"].as_i64().unwrap_or(start);
    let trial_end = subscription["trial_end"].as_i64().unwrap_or(last);
    match reason {
        "subscription_create" => (start, start),
        _ => (last.max(trial_end.min(start)), start),
    }
}

/// Adds the usage of the current period to an invoice, as its subscription ends.
pub fn add_final_usage(context: &mut Context<'_>, made: &str, id: &str) {
    let Some(mut subscription) = context.get(KIND, id) else { return };
    subscription["_last_start"] = subscription["current_period_start"].clone();
    subscription["current_period_start"] = context.now().into();
    for item in metered_items(context, id) {
        add_item_line(context, made, &item, false, &subscription, "subscription_cycle");
    }
}

fn metered_items(context: &Context<'_>, id: &str) -> Vec<Value> {
    let mut items = context.all_with(item::KIND, "subscription", id);
    items.retain(|item| {
        let price = context.get("price", text(&item["price"])).unwrap_or_default();
        price["recurring"]["usage_type"] == "metered"
    });
    items
}

fn add(context: &mut Context<'_>, made: &str, line: Line) {
    invoice::add_line(context, made, &line);
}
