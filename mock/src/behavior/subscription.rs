//! Subscriptions.
//!
//! ```text
//! (create) → trialing → active ⇄ past_due → canceled
//!          → incomplete → active
//! ```

pub mod cycle;
pub mod item;
mod proration;
mod read;

use serde_json::{Map, Value, json};

use super::{Response, integer, payment_method, text};
use super::{invoice, schedule, test_clock};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub use item::replace as replace_items;
pub use proration::money;
pub use read::preview;

pub const KIND: &str = "subscription";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/subscriptions") => create(context, call),
        ("POST", "/v1/subscriptions/{subscription_exposed_id}") => update(context, call),
        ("DELETE", "/v1/subscriptions/{subscription_exposed_id}") => cancel(context, call),
        ("POST", "/v1/subscriptions/{subscription}/resume") => context
            .require(KIND, call.id(), "subscription")
            .map(|_| context.update(KIND, call.id(), json!({"status": "active"}))),
        ("GET", "/v1/subscriptions") => read::list(context, call),
        _ => return item::respond(context, call, route),
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    start(context, call.parameters.clone())
}

/// Starts a subscription from the parameters of its creation.
///
/// # Errors
///
/// When something that it names does not exist, or the first payment must succeed and does not.
pub fn start(context: &mut Context<'_>, given: Map<String, Value>) -> Result<Value> {
    let asked = Value::Object(given.clone());
    let customer_id = text(&asked["customer"]).to_owned();
    let customer =
        context.require("customer", &customer_id, "customer").map_err(|error| error.status(400))?;
    test_clock::enter(context, &customer);
    let prices = item::prices(context, &asked["items"])?;
    if prices.is_empty() {
        return Err(ApiError::missing("items"));
    }
    let now = context.now();
    let recurring = prices[0].0["recurring"].clone();
    let trial_end = match (&asked["trial_end"], asked["trial_period_days"].as_i64()) {
        (Value::Number(end), _) => end.as_i64().filter(|end| *end > now),
        (_, Some(days)) => Some(now + days * 86_400),
        _ => None,
    };
    let anchor = trial_end.or(asked["billing_cycle_anchor"].as_i64()).unwrap_or(now);
    let end = if anchor > now { anchor } else { cycle::after(anchor, &recurring, 1) };
    let mut fields = Map::new();
    let mut parameters = given;
    [
        "items",
        "discounts",
        "trial_end",
        "default_payment_method",
        "coupon",
        "promotion_code",
        "billing_cycle_anchor",
        "payment_behavior",
        "_leaves_draft",
    ]
    .iter()
    .for_each(|name| drop(parameters.remove(*name)));
    context.shape().apply(KIND, &mut fields, &parameters);
    let method = match asked["default_payment_method"].as_str() {
        Some(id) => payment_method::resolve(context, id, "default_payment_method")?["id"].clone(),
        None => Value::Null,
    };
    let coupons = invoice_coupons(context, &asked, &customer)?;
    let behavior = asked["payment_behavior"].as_str().unwrap_or("allow_incomplete");
    let mut given = json!({
        "customer": customer_id, "status": if trial_end.is_some() { "trialing" } else { "incomplete" },
        "currency": prices[0].0["currency"], "collection_method": "charge_automatically", "start_date": now,
        "billing_cycle_anchor": anchor, "current_period_start": now, "current_period_end": end, "_count": 0,
        "trial_start": trial_end.map(|_| now), "trial_end": trial_end, "default_payment_method": method,
        "cancel_at_period_end": false, "test_clock": customer["test_clock"], "default_tax_rates": [], "discounts": [], "billing_schedules": [],
        "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null},
        "billing_mode": {"type": "classic"}, "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
        "payment_settings": {"payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off"},
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "cancellation_details": {"comment": null, "feedback": null, "reason": null},
        "_coupons": coupons, "_coupon_at": now,
    });
    generic::merge(&mut given, fields.into());
    given["_days_until_due"] = given["days_until_due"].clone();
    let subscription = context.create(KIND, given);
    let id = text(&subscription["id"]).to_owned();
    for (price, quantity) in &prices {
        item::add(context, &id, price, *quantity, (now, end));
    }
    if subscription["cancel_at_period_end"] == true {
        context.set(KIND, &id, json!({"cancel_at": end, "canceled_at": now}));
    }
    if asked["_leaves_draft"] == true {
        draft_invoice(context, &id)?;
    } else {
        first_invoice(context, &id, behavior)?;
    }
    let subscription = context.require(KIND, &id, "subscription")?;
    context.emit("customer.subscription.created", KIND, &subscription);
    Ok(subscription)
}

fn invoice_coupons(context: &Context<'_>, asked: &Value, customer: &Value) -> Result<Value> {
    let none = Map::new();
    let mut coupons = invoice::coupons(context, asked.as_object().unwrap_or(&none))?;
    if coupons.is_empty() && customer["discount"]["coupon"].is_string() {
        coupons.push(customer["discount"]["coupon"].clone());
    }
    Ok(coupons.into())
}

/// Makes the first invoice and leaves it a draft, which is finalized an hour later.
fn draft_invoice(context: &mut Context<'_>, id: &str) -> Result<()> {
    let made = cycle::make_invoice(context, id, "subscription_create")?;
    let mut changes = json!({"latest_invoice": made["id"]});
    if context.require(KIND, id, "subscription")?["status"] == "incomplete" {
        changes["status"] = "active".into();
    }
    context.set(KIND, id, changes);
    Ok(())
}

/// Makes and pays the first invoice.
fn first_invoice(context: &mut Context<'_>, id: &str, behavior: &str) -> Result<()> {
    let made = cycle::make_invoice(context, id, "subscription_create")?;
    let made_id = text(&made["id"]).to_owned();
    context.set(KIND, id, json!({ "latest_invoice": made_id }));
    let finalized = invoice::finalize(context, &made_id);
    let subscription = context.require(KIND, id, "subscription")?;
    if finalized["status"] == "paid" || subscription["status"] == "trialing" {
        return Ok(());
    }
    if finalized["collection_method"] == "send_invoice" {
        context.set(KIND, id, json!({"status": "active"}));
        return Ok(());
    }
    // The first payment is not tried again by itself.
    context.set("invoice", &made_id, json!({"next_payment_attempt": null, "auto_advance": false}));
    if behavior == "default_incomplete" {
        return Ok(());
    }
    match invoice::pay(context, &made_id, None, false) {
        Ok(_) => Ok(()),
        Err(mut error)
            if behavior == "error_if_incomplete"
                || error.code.as_deref() == Some("resource_missing") =>
        {
            error.keeps_changes = false;
            Err(error)
        }
        Err(_) => Ok(()),
    }
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "subscription")?;
    enter(context, &before);
    if matches!(text(&before["status"]), "canceled" | "incomplete_expired") {
        return Err(ApiError::invalid(
            "A canceled subscription can only update its cancellation_details and metadata.",
        )
        .code("resource_missing"));
    }
    let ends = ["cancel_at", "cancel_at_period_end"]
        .into_iter()
        .find(|name| call.parameters.contains_key(*name));
    if let (Some(param), Some(schedule)) = (ends, before["schedule"].as_str()) {
        return Err(ApiError::invalid(format!(
            "The subscription is managed by the subscription schedule `{schedule}`, and updating any cancelation behavior directly is not allowed. Please update the schedule instead."
        ))
        .param(param));
    }
    let mut members = before.as_object().cloned().unwrap_or_default();
    let mut parameters = call.parameters.clone();
    let ends_trial = call.value("trial_end") == "now";
    [
        "items",
        "discounts",
        "coupon",
        "promotion_code",
        "billing_cycle_anchor",
        "default_payment_method",
    ]
    .iter()
    .for_each(|name| drop(parameters.remove(*name)));
    context.shape().apply(KIND, &mut members, &parameters);
    if let Some(id) = call.text("default_payment_method") {
        members.insert(
            "default_payment_method".to_owned(),
            payment_method::resolve(context, id, "default_payment_method")?["id"].clone(),
        );
    }
    let coupons = invoice::coupons(context, &call.parameters)?;
    if !coupons.is_empty() {
        members.insert("_coupons".to_owned(), coupons.into());
        members.insert("_coupon_at".to_owned(), context.now().into());
    }
    let mut members = Value::Object(members);
    if let Some(Value::Bool(ends)) = call.parameters.get("cancel_at_period_end") {
        let changes = end_fields(context, &before, *ends);
        generic::merge(&mut members, changes);
    }
    context.put(KIND, &members);
    if let Some(items) = call.parameters.get("items") {
        let behavior = call.text("proration_behavior").unwrap_or("create_prorations");
        let at = call.integer("proration_date").unwrap_or_else(|| context.now());
        proration::change(context, call.id(), items, behavior, at)?;
    }
    if ends_trial && before["status"] == "trialing" {
        let now = context.now();
        context.set(
            KIND,
            call.id(),
            json!({"trial_end": now, "current_period_end": now, "billing_cycle_anchor": now}),
        );
        cycle::step(context, call.id());
        let draft =
            text(&context.require(KIND, call.id(), "subscription")?["latest_invoice"]).to_owned();
        if context.get("invoice", &draft).is_some_and(|invoice| invoice["status"] == "draft") {
            invoice::step(context, &draft);
        }
    } else if let Some(trial_end) = call.integer("trial_end") {
        context.set(KIND, call.id(), json!({"status": "trialing", "trial_end": trial_end, "current_period_end": trial_end, "billing_cycle_anchor": trial_end}));
    }
    let after = context.require(KIND, call.id(), "subscription")?;
    context.emit_updated(KIND, &before, &after);
    Ok(after)
}

/// The fields of a subscription that is to end with its period, or to continue.
fn end_fields(context: &Context<'_>, subscription: &Value, ends: bool) -> Value {
    if !ends {
        return json!({"cancel_at_period_end": false, "cancel_at": null, "canceled_at": null});
    }
    json!({
        "cancel_at_period_end": true, "cancel_at": subscription["current_period_end"], "canceled_at": context.now(),
        "cancellation_details": {"comment": null, "feedback": null, "reason": "cancellation_requested"},
    })
}

/// Schedules the end of a subscription with its period, or reverts that.
pub fn set_end(context: &mut Context<'_>, id: &str, ends: bool) -> Value {
    let subscription = context.get(KIND, id).unwrap_or_default();
    let changes = end_fields(context, &subscription, ends);
    context.update(KIND, id, changes)
}

/// Goes to the time of the subscription's test clock.
fn enter(context: &mut Context<'_>, subscription: &Value) {
    if let Some(customer) = context.get("customer", text(&subscription["customer"])) {
        test_clock::enter(context, &customer);
    }
}

fn cancel(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let subscription = context.require(KIND, call.id(), "subscription_exposed_id")?;
    if subscription["status"] == "canceled" {
        return Err(ApiError::no_such("subscription", call.id(), "id"));
    }
    enter(context, &subscription);
    if let Some(details) = call.parameters.get("cancellation_details").cloned() {
        context.set(KIND, call.id(), json!({ "cancellation_details": details }));
    }
    cancel_now(context, call.id(), call.flag("prorate"), call.flag("invoice_now"))
}

/// Cancels a subscription at once. The rest of the period is credited and invoiced if asked for.
///
/// # Errors
///
/// When the customer does not exist any more.
pub fn cancel_now(
    context: &mut Context<'_>,
    id: &str,
    prorates: bool,
    invoices: bool,
) -> Result<Value> {
    if prorates {
        let now = context.now();
        proration::credit_rest(context, id, now);
    }
    if invoices {
        proration::invoice_now(context, id, true)?;
    }
    Ok(end(context, id, "cancellation_requested"))
}

/// Ends a subscription now.
pub fn end(context: &mut Context<'_>, id: &str, reason: &str) -> Value {
    let now = context.now();
    let before = context.get(KIND, id).unwrap_or_default();
    let canceled_at = before["canceled_at"].as_i64().unwrap_or(now);
    let reason = if reason == "payment_failed" { reason } else { "cancellation_requested" };
    let ended = context.set(KIND, id, json!({"status": "canceled", "ended_at": now, "canceled_at": canceled_at, "cancellation_details": {"reason": reason}}));
    context.emit("customer.subscription.deleted", KIND, &ended);
    schedule::subscription_ended(context, &ended, reason);
    ended
}

/// Follows the payment of an invoice.
pub fn payment_succeeded(context: &mut Context<'_>, invoice: &Value) {
    let Some(subscription) = context.get(KIND, text(&invoice["subscription"])) else { return };
    if matches!(text(&subscription["status"]), "incomplete" | "past_due" | "unpaid") {
        let id = text(&subscription["id"]);
        // The first payment comes before the event of the creation.
        if invoice["billing_reason"] == "subscription_create"
            && subscription["latest_invoice"].is_null()
        {
            context.set(KIND, id, json!({"status": "active"}));
        } else {
            context.update(KIND, id, json!({"status": "active"}));
        }
    }
}

/// Follows a failed payment of an invoice: the subscription is past due, and ends after the last attempt.
pub fn payment_failed(context: &mut Context<'_>, invoice: &Value) {
    let Some(subscription) = context.get(KIND, text(&invoice["subscription"])) else { return };
    let id = text(&subscription["id"]).to_owned();
    if matches!(text(&subscription["status"]), "active" | "trialing") {
        context.update(KIND, &id, json!({"status": "past_due"}));
    }
    let was_last =
        invoice["next_payment_attempt"].is_null() && integer(&invoice["attempt_count"]) > 3;
    if was_last && invoice["billing_reason"] == "subscription_cycle" {
        end(context, &id, "payment_failed");
    }
}
