//! Effects of time on schedules: their start, the change to the next phase, and their end.

use serde_json::{Map, Value, json};

use super::{KIND, change, integer, position, subscription, text};
use crate::behavior::test_clock::{self, Job};
use crate::behavior::{invoice, payment_method};
use crate::context::Context;
use crate::error::Result;

/// A schedule is about to expire seven days before it does.
const REMINDER: i64 = 7 * 86_400;

/// The first schedule of a clock that something happens to.
pub fn due(context: &Context<'_>, clock: Option<&str>) -> Option<(i64, Job)> {
    let all = context.store.all(&context.account, KIND);
    let due = all
        .filter(|one| test_clock::belongs(one, clock))
        .filter_map(|one| Some((next(one)?, text(&one["id"]))));
    let (at, id) = due.min_by_key(|(at, _)| *at)?;
    Some((at, Job::Schedule(id.to_owned())))
}

/// When something happens to a schedule.
fn next(schedule: &Value) -> Option<i64> {
    let end = schedule["current_phase"]["end_date"].as_i64();
    match text(&schedule["status"]) {
        "not_started" => schedule["phases"][0]["start_date"].as_i64(),
        "active" => [reminder(schedule), end].into_iter().flatten().min(),
        _ => None,
    }
}

fn reminder(schedule: &Value) -> Option<i64> {
    let last = schedule["phases"].as_array()?.last()?;
    let at = integer(&last["end_date"]) - REMINDER;
    let is_waiting =
        schedule["_expiring"] != true && at >= integer(&schedule["current_phase"]["start_date"]);
    is_waiting.then_some(at)
}

/// Does what is due to a schedule now.
pub fn step(context: &mut Context<'_>, id: &str) {
    let Some(schedule) = context.get(KIND, id) else { return };
    let now = context.now();
    if schedule["status"] == "not_started" {
        // A price or customer that is gone ends the schedule, as nothing can start.
        if let Ok(started) = start(context, id) {
            context.emit_updated(KIND, &schedule, &started);
        } else {
            let changes = json!({"status": "canceled", "canceled_at": now});
            let canceled = context.set(KIND, id, changes);
            context.emit("subscription_schedule.aborted", KIND, &canceled);
        }
        return;
    }
    if integer(&schedule["current_phase"]["end_date"]) > now {
        let reminded = context.set(KIND, id, json!({"_expiring": true}));
        context.emit("subscription_schedule.expiring", KIND, &reminded);
        return;
    }
    let following = position(&schedule) + 1;
    let phases = schedule["phases"].as_array().cloned().unwrap_or_default();
    match phases.get(following) {
        Some(phase) => enter(context, &schedule, phase),
        None => end(context, &schedule),
    }
}

/// Starts the subscription of a schedule with its first phase.
///
/// # Errors
///
/// When the customer, a price or the payment method does not exist any more.
pub fn start(context: &mut Context<'_>, id: &str) -> Result<Value> {
    let schedule = context.require(KIND, id, "schedule")?;
    let now = context.now();
    let phases = schedule["phases"].as_array().cloned().unwrap_or_default();
    let current = phases.iter().position(|phase| integer(&phase["end_date"]) > now);
    let phase = &phases[current.unwrap_or(phases.len() - 1)];
    let settings = &schedule["default_settings"];
    let either = |name: &str| if phase[name].is_null() { &settings[name] } else { &phase[name] };
    let mut given = Map::from_iter([
        ("customer".to_owned(), schedule["customer"].clone()),
        ("items".to_owned(), phase["items"].clone()),
        ("discounts".to_owned(), phase["discounts"].clone()),
        ("metadata".to_owned(), phase["metadata"].clone()),
        ("schedule".to_owned(), id.into()),
        ("_leaves_draft".to_owned(), true.into()),
    ]);
    for name in ["collection_method", "default_payment_method", "description", "on_behalf_of"] {
        if !either(name).is_null() {
            given.insert(name.to_owned(), either(name).clone());
        }
    }
    let days = &either("invoice_settings")["days_until_due"];
    if days.is_i64() {
        given.insert("days_until_due".to_owned(), days.clone());
    }
    if phase["trial_end"].is_i64() {
        given.insert("trial_end".to_owned(), phase["trial_end"].clone());
    }
    add_invoice_items(context, &schedule, phase);
    let started = subscription::start(context, given)?;
    let current_phase = json!({"start_date": phase["start_date"], "end_date": phase["end_date"]});
    let changes =
        json!({"status": "active", "subscription": started["id"], "current_phase": current_phase});
    Ok(context.set(KIND, id, changes))
}

/// Adds the one-time prices of a phase to the next invoice.
fn add_invoice_items(context: &mut Context<'_>, schedule: &Value, phase: &Value) {
    for extra in phase["add_invoice_items"].as_array().into_iter().flatten() {
        if let Some(price) = context.get("price", text(&extra["price"])) {
            let quantity = extra["quantity"].as_i64().unwrap_or(1);
            invoice::item::of_price(context, schedule, &price, quantity, None);
        }
    }
}

/// Begins the next phase.
fn enter(context: &mut Context<'_>, schedule: &Value, phase: &Value) {
    let id = text(&schedule["id"]);
    add_invoice_items(context, schedule, phase);
    let behavior = text(&phase["proration_behavior"]).to_owned();
    // A payment method that is gone leaves the one before.
    let _ = apply(context, schedule, phase, &behavior);
    let current_phase = json!({"start_date": phase["start_date"], "end_date": phase["end_date"]});
    context.update(KIND, id, json!({ "current_phase": current_phase }));
}

/// Brings the subscription of a schedule into the form of a phase.
///
/// # Errors
///
/// When a price or the payment method does not exist any more.
pub fn apply(
    context: &mut Context<'_>,
    schedule: &Value,
    phase: &Value,
    behavior: &str,
) -> Result<()> {
    let id = text(&schedule["subscription"]).to_owned();
    let before = context.require(subscription::KIND, &id, "subscription")?;
    subscription::replace_items(context, &id, &phase["items"], behavior)?;
    let now = context.now();
    let settings = &schedule["default_settings"];
    let mut changes = json!({"metadata": phase["metadata"]});
    for name in ["collection_method", "description"] {
        let value = if phase[name].is_null() { &settings[name] } else { &phase[name] };
        if !value.is_null() {
            changes[name] = value.clone();
        }
    }
    if let Some(method) = phase["default_payment_method"].as_str() {
        let method = payment_method::resolve(context, method, "default_payment_method")?;
        changes["default_payment_method"] = method["id"].clone();
    }
    let coupons: Vec<Value> = (phase["discounts"].as_array().into_iter().flatten())
        .map(|discount| discount["coupon"].clone())
        .collect();
    if before["_coupons"].as_array() != Some(&coupons) {
        changes["_coupons"] = coupons.into();
        changes["_coupon_at"] = now.into();
    }
    if let Some(end) = phase["trial_end"].as_i64().filter(|end| *end > now) {
        let trial = json!({
            "status": "trialing", "trial_start": now, "trial_end": end, "current_period_start": now,
            "current_period_end": end, "billing_cycle_anchor": end,
        });
        for item in context.all_with(subscription::item::KIND, "subscription", &id) {
            let period = json!({"current_period_start": now, "current_period_end": end});
            context.set(subscription::item::KIND, text(&item["id"]), period);
        }
        crate::generic::merge(&mut changes, trial);
    } else if phase["billing_cycle_anchor"] == "phase_start" && phase["start_date"] == now {
        // The renewal that is due at once bills the new period.
        changes["billing_cycle_anchor"] = now.into();
        changes["current_period_end"] = now.into();
    }
    context.set(subscription::KIND, &id, changes);
    let after = context.require(subscription::KIND, &id, "subscription")?;
    context.emit_updated(subscription::KIND, &before, &after);
    Ok(())
}

/// Ends a schedule after its last phase.
fn end(context: &mut Context<'_>, schedule: &Value) {
    let id = text(&schedule["id"]);
    let now = context.now();
    match text(&schedule["end_behavior"]) {
        "cancel" => {
            let changes =
                json!({"status": "completed", "completed_at": now, "current_phase": null});
            let completed = context.set(KIND, id, changes);
            subscription::end(context, text(&schedule["subscription"]), "cancellation_requested");
            context.emit("subscription_schedule.completed", KIND, &completed);
        }
        "renew" => {
            let mut phases = schedule["phases"].as_array().cloned().unwrap_or_default();
            let Some(mut last) = phases.last().cloned() else { return };
            let length = integer(&last["end_date"]) - integer(&last["start_date"]);
            last["start_date"] = now.into();
            last["end_date"] = (now + length).into();
            let current_phase = json!({"start_date": now, "end_date": now + length});
            phases.push(last);
            let changes =
                json!({"phases": phases, "current_phase": current_phase, "_expiring": false});
            context.update(KIND, id, changes);
        }
        _ => drop(change::release(context, id)),
    }
}

/// Follows the end of a subscription: its schedule is over as well.
pub fn subscription_ended(context: &mut Context<'_>, ended: &Value, reason: &str) {
    let id = text(&ended["schedule"]).to_owned();
    let Some(schedule) = context.get(KIND, &id) else { return };
    if schedule["status"] != "active" {
        return;
    }
    let now = context.now();
    let changes = json!({"status": "canceled", "canceled_at": now, "current_phase": null});
    let canceled = context.set(KIND, &id, changes);
    // A debt that is not paid aborts a schedule, and a request cancels it.
    let ending = if reason == "payment_failed" { "aborted" } else { "canceled" };
    context.emit_for(KIND, ending, &canceled, None);
}
