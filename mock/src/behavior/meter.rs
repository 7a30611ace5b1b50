//! Meters, and the usage that they count.
//!
//! `active ⇄ inactive`. Usage events name a meter by its `event_name` and a customer in their payload.
//! The mock counts an event at once and refuses an invalid one, where Stripe reports it later.

mod event;
mod usage;

pub use usage::billed;

use serde_json::{Map, Value, json};

use super::{Response, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

const KIND: &str = "billing.meter";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/billing/meters") => create(context, call),
        ("POST", "/v1/billing/meters/{id}") => update(context, call),
        ("POST", "/v1/billing/meters/{id}/deactivate") => deactivate(context, call),
        ("POST", "/v1/billing/meters/{id}/reactivate") => reactivate(context, call),
        ("GET", "/v1/billing/meters/{id}/event_summaries") => usage::summaries(context, call),
        ("POST", "/v1/billing/meter_events") => event::create(context, call),
        ("POST", "/v1/billing/meter_event_adjustments") => event::adjust(context, call),
        ("POST", "/v2/billing/meter_events") => event::create_v2(context, call),
        ("POST", "/v2/billing/meter_event_stream") => event::stream(context, call),
        ("POST", "/v2/billing/meter_event_adjustments") => event::adjust(context, call),
        ("POST", "/v1/subscription_items/{subscription_item}/usage_records") => {
            usage::record(context, call)
        }
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// The active meter of an event name.
fn of_event_name(context: &Context<'_>, name: &str) -> Option<Value> {
    let all = context.all_with(KIND, "event_name", name);
    all.into_iter().find(|meter| meter["status"] == "active")
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let name = call.text("event_name").unwrap_or_default();
    if name.is_empty() {
        return Err(ApiError::missing("event_name"));
    }
    check_name_is_free(context, name)?;
    let mut fields = Map::new();
    context.shape().apply(KIND, &mut fields, &call.parameters);
    let now = context.now();
    let mut given = json!({
        "status": "active", "updated": now, "event_time_window": null,
        "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
        "value_settings": {"event_payload_key": "value"}, "status_transitions": {"deactivated_at": null},
    });
    generic::merge(&mut given, fields.into());
    Ok(context.create_with_event(KIND, given))
}

fn check_name_is_free(context: &Context<'_>, name: &str) -> Result<()> {
    match of_event_name(context, name) {
        Some(meter) => Err(ApiError::invalid(format!(
            "An active meter ({}) with the event name `{name}` already exists.",
            text(&meter["id"])
        ))
        .code("resource_already_exists")
        .param("event_name")),
        None => Ok(()),
    }
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let meter = context.require(KIND, call.id(), "id")?;
    let Some(name) = call.text("display_name") else { return Ok(meter) };
    let now = context.now();
    Ok(context.update(KIND, call.id(), json!({"display_name": name, "updated": now})))
}

fn deactivate(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let meter = context.require(KIND, call.id(), "id")?;
    if meter["status"] == "inactive" {
        return Err(ApiError::invalid("This meter is already inactive."));
    }
    let now = context.now();
    let transitions = json!({"deactivated_at": now});
    let changes = json!({"status": "inactive", "updated": now, "status_transitions": transitions});
    let inactive = context.set(KIND, call.id(), changes);
    context.emit("billing.meter.deactivated", KIND, &inactive);
    Ok(inactive)
}

fn reactivate(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let meter = context.require(KIND, call.id(), "id")?;
    if meter["status"] == "active" {
        return Err(ApiError::invalid("This meter is already active."));
    }
    check_name_is_free(context, text(&meter["event_name"]))?;
    let now = context.now();
    let transitions = json!({"deactivated_at": null});
    let changes = json!({"status": "active", "updated": now, "status_transitions": transitions});
    let active = context.set(KIND, call.id(), changes);
    context.emit("billing.meter.reactivated", KIND, &active);
    Ok(active)
}

/// Checks the meter of a price.
///
/// # Errors
///
/// When the meter does not exist or is inactive, or the price is not metered.
pub fn check_price(context: &Context<'_>, recurring: &Value) -> Result<()> {
    let Some(id) = recurring["meter"].as_str() else { return Ok(()) };
    let param = "recurring[meter]";
    let meter = context.require(KIND, id, param).map_err(|error| error.status(400))?;
    if meter["status"] != "active" {
        return Err(ApiError::invalid(format!(
            "The meter {id} is inactive, and cannot be used for a price."
        ))
        .code("archived_meter")
        .param(param));
    }
    if recurring["usage_type"] != "metered" {
        return Err(ApiError::invalid(
            "A price with a meter must have `recurring[usage_type]=metered`.",
        )
        .param("recurring[usage_type]"));
    }
    Ok(())
}
