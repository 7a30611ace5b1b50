//! Changes of schedules by requests: updates, cancellation and release.

use serde_json::{Value, json};

use super::{KIND, integer, open, phase, run, settings, subscription, text};
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};

/// Replaces phases and settings. A change of the current phase changes the subscription at once.
///
/// # Errors
///
/// When the schedule is over, or its phases do not follow each other.
pub fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = open(context, call.id(), "update")?;
    let now = context.now();
    let mut schedule = before.clone();
    let mut fields = schedule.as_object().cloned().unwrap_or_default();
    let mut parameters = call.parameters.clone();
    parameters.retain(|name, _| matches!(name.as_str(), "metadata" | "end_behavior"));
    context.shape().apply(KIND, &mut fields, &parameters);
    schedule = fields.into();
    schedule["default_settings"] =
        settings(context, &before["default_settings"], &call.value("default_settings"));
    let phases = call.value("phases");
    let is_active = before["status"] == "active";
    if phases.is_array() {
        let start = match before["phases"].as_array().and_then(|phases| phases.first()) {
            Some(first) => integer(&first["start_date"]),
            None => now,
        };
        let phases = phase::of_parameters(context, &phases, start, now)?;
        let current = phases
            .iter()
            .find(|one| integer(&one["start_date"]) <= now && now < integer(&one["end_date"]));
        if is_active {
            let Some(current) = current else {
                return Err(ApiError::invalid(
                    "The phases of an active schedule must include the current phase.",
                )
                .param("phases"));
            };
            schedule["current_phase"] =
                json!({"start_date": current["start_date"], "end_date": current["end_date"]});
        }
        schedule["phases"] = phases.into();
        schedule["_expiring"] = false.into();
    }
    context.put(KIND, &schedule);
    if is_active && phases.is_array() {
        let behavior = call.text("proration_behavior").unwrap_or("create_prorations");
        let index = super::position(&schedule);
        run::apply(context, &schedule, &schedule["phases"][index], behavior)?;
    }
    let after = context.require(KIND, call.id(), "schedule")?;
    context.emit_updated(KIND, &before, &after);
    let starts = !is_active && integer(&after["phases"][0]["start_date"]) <= now;
    if starts { run::start(context, call.id()) } else { Ok(after) }
}

/// Cancels a schedule and its subscription.
///
/// # Errors
///
/// When the schedule is over.
pub fn cancel(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let schedule = open(context, call.id(), "cancel")?;
    let now = context.now();
    let changes = json!({"status": "canceled", "canceled_at": now, "current_phase": null});
    let canceled = context.set(KIND, call.id(), changes);
    if let Some(id) = schedule["subscription"].as_str() {
        let prorates = call.parameters.get("prorate") != Some(&Value::Bool(false));
        let invoices = call.parameters.get("invoice_now") != Some(&Value::Bool(false));
        subscription::cancel_now(context, id, prorates, invoices)?;
    }
    context.emit("subscription_schedule.canceled", KIND, &canceled);
    Ok(canceled)
}

pub fn release_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    open(context, call.id(), "release")?;
    Ok(release(context, call.id()))
}

/// Ends a schedule and leaves its subscription as it is.
pub fn release(context: &mut Context<'_>, id: &str) -> Value {
    let schedule = context.get(KIND, id).unwrap_or_default();
    let now = context.now();
    if let Some(subscription) = schedule["subscription"].as_str() {
        context.update(subscription::KIND, subscription, json!({"schedule": null}));
    }
    let released = context.set(KIND, id, json!({
        "status": "released", "released_at": now, "released_subscription": text(&schedule["subscription"]),
        "subscription": null, "current_phase": null,
    }));
    let released = match schedule["subscription"].is_null() {
        true => context.set(KIND, id, json!({"released_subscription": null})),
        false => released,
    };
    context.emit("subscription_schedule.released", KIND, &released);
    released
}
