//! Subscription schedules: phases that change a subscription at set times.
//!
//! ```text
//! not_started → active → completed | released
//! not_started | active → canceled | released
//! ```

mod change;
mod phase;
mod run;

pub use run::{due, step, subscription_ended};

use serde_json::{Map, Value, json};

use super::{Response, integer, subscription, test_clock, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

const KIND: &str = "subscription_schedule";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/subscription_schedules") => create(context, call.parameters.clone()),
        ("GET", "/v1/subscription_schedules") if call.flag("scheduled") => list(context, call),
        ("POST", "/v1/subscription_schedules/{schedule}") => change::update(context, call),
        ("POST", "/v1/subscription_schedules/{schedule}/cancel") => change::cancel(context, call),
        ("POST", "/v1/subscription_schedules/{schedule}/release") => {
            change::release_call(context, call)
        }
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// Creates a schedule from the parameters of its creation.
///
/// # Errors
///
/// When something that it names does not exist, or the phases do not follow each other.
pub fn create(context: &mut Context<'_>, parameters: Map<String, Value>) -> Result<Value> {
    let asked = Value::Object(parameters);
    if let Some(id) = asked["from_subscription"].as_str() {
        return from_subscription(context, id, &asked);
    }
    let customer_id = asked["customer"].as_str().ok_or_else(|| ApiError::missing("customer"))?;
    let customer =
        context.require("customer", customer_id, "customer").map_err(|error| error.status(400))?;
    test_clock::enter(context, &customer);
    let now = context.now();
    let start = asked["start_date"].as_i64().unwrap_or(now);
    if asked["phases"].as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::missing("phases"));
    }
    let settings = settings(context, &json!({}), &asked["default_settings"]);
    let phases = phase::of_parameters(context, &asked["phases"], start, now)?;
    let given = json!({
        "customer": customer_id, "status": "not_started", "test_clock": customer["test_clock"],
        "end_behavior": asked["end_behavior"].as_str().unwrap_or("release"), "phases": phases,
        "default_settings": settings,
    });
    let schedule = store(context, given, &asked);
    let id = text(&schedule["id"]).to_owned();
    let schedule = if start <= now { run::start(context, &id)? } else { schedule };
    context.emit("subscription_schedule.created", KIND, &schedule);
    Ok(schedule)
}

fn store(context: &mut Context<'_>, given: Value, asked: &Value) -> Value {
    let mut schedule = json!({
        "subscription": null, "current_phase": null, "canceled_at": null, "completed_at": null, "released_at": null,
        "released_subscription": null, "pause_schedules": [], "billing_mode": {"type": "classic"},
        "metadata": if asked["metadata"].is_object() { asked["metadata"].clone() } else { json!({}) },
    });
    if asked["billing_mode"]["type"].is_string() {
        schedule["billing_mode"]["type"] = asked["billing_mode"]["type"].clone();
    }
    generic::merge(&mut schedule, given);
    context.create(KIND, schedule)
}

/// The settings of all phases, with changes.
fn settings(context: &Context<'_>, before: &Value, changes: &Value) -> Value {
    let mut settings = json!({
        "application_fee_percent": null, "automatic_tax": {"enabled": false, "liability": null, "disabled_reason": null},
        "billing_cycle_anchor": "automatic", "billing_thresholds": null, "collection_method": null,
        "default_payment_method": null, "description": null, "on_behalf_of": null, "transfer_data": null,
        "invoice_settings": {"account_tax_ids": null, "days_until_due": null, "issuer": {"type": "self"}},
    });
    generic::merge(&mut settings, before.clone());
    if changes.is_object() {
        let mut fields = Map::new();
        let given = Map::from_iter([("default_settings".to_owned(), changes.clone())]);
        context.shape().apply(KIND, &mut fields, &given);
        let fitted = fields.remove("default_settings").unwrap_or_default();
        let names = changes.as_object().into_iter().flatten().map(|(name, _)| name);
        for name in names.filter(|name| !fitted[name.as_str()].is_null()) {
            settings[name] = fitted[name].clone();
        }
    }
    settings
}

/// Makes a schedule whose only phase is the current period of a subscription.
fn from_subscription(context: &mut Context<'_>, id: &str, asked: &Value) -> Result<Value> {
    for name in ["phases", "start_date", "customer", "end_behavior", "default_settings"] {
        if !asked[name].is_null() {
            return Err(ApiError::invalid(format!(
                "You cannot set `{name}` if `from_subscription` is set."
            ))
            .param(name));
        }
    }
    let of = context
        .require(subscription::KIND, id, "from_subscription")
        .map_err(|error| error.status(400))?;
    if of["schedule"].is_string() {
        return Err(ApiError::invalid(format!(
            "You cannot migrate a subscription that is already attached to a schedule: `{}`.",
            text(&of["schedule"])
        ))
        .param("from_subscription"));
    }
    if !matches!(text(&of["status"]), "active" | "trialing" | "past_due") {
        return Err(ApiError::invalid(format!(
            "You cannot make a schedule from a subscription that is {}.",
            text(&of["status"])
        ))
        .param("from_subscription"));
    }
    if let Some(customer) = context.get("customer", text(&of["customer"])) {
        test_clock::enter(context, &customer);
    }
    let (phase, settings) =
        (phase::of_subscription(context, &of), settings(context, &json!({}), &Value::Null));
    let current = json!({"start_date": phase["start_date"], "end_date": phase["end_date"]});
    let ends = of["cancel_at"].is_i64();
    let given = json!({
        "customer": of["customer"], "status": "active", "test_clock": of["test_clock"], "subscription": id,
        "end_behavior": if ends { "cancel" } else { "release" }, "phases": [phase], "current_phase": current,
        "default_settings": settings,
    });
    let schedule = store(context, given, asked);
    // The schedule ends the subscription from now on.
    let changes =
        json!({"schedule": schedule["id"], "cancel_at": null, "cancel_at_period_end": false});
    context.update(subscription::KIND, id, changes);
    context.emit("subscription_schedule.created", KIND, &schedule);
    Ok(schedule)
}

/// Lists the schedules that have not started.
fn list(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let mut all = context.all_with(KIND, "status", "not_started");
    all.reverse();
    all.retain(|one| {
        ["customer", "created"].iter().all(|name| {
            call.parameters.get(*name).is_none_or(|wanted| generic::passes(one, name, wanted))
        })
    });
    generic::page(call, all, "/v1/subscription_schedules")
}

/// A schedule that is not over.
fn open(context: &mut Context<'_>, id: &str, verb: &str) -> Result<Value> {
    let schedule = context.require(KIND, id, "schedule")?;
    if let Some(customer) = context.get("customer", text(&schedule["customer"])) {
        test_clock::enter(context, &customer);
    }
    if matches!(text(&schedule["status"]), "not_started" | "active") {
        return Ok(schedule);
    }
    Err(ApiError::invalid(format!(
        "You cannot {verb} a subscription schedule that is currently in the `{}` status. It must be `not_started` or `active`.",
        text(&schedule["status"])
    )))
}

/// The position of the phase that an active schedule is in.
fn position(schedule: &Value) -> usize {
    let start = integer(&schedule["current_phase"]["start_date"]);
    let phases = schedule["phases"].as_array().map_or(&[][..], Vec::as_slice);
    phases.iter().rposition(|phase| integer(&phase["start_date"]) <= start).unwrap_or_default()
}
