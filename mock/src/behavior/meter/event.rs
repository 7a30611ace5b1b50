//! Usage events, and their cancellation.

use serde_json::{Map, Value, json};

use super::{of_event_name, text};
use crate::behavior::test_clock;
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::{generic, time};

pub const KIND: &str = "billing.meter_event";

const DAY: i64 = 86_400;

/// The oldest usage that can be reported.
const OLDEST: i64 = 35 * DAY;

/// How far a clock of the sender may be ahead.
const AHEAD: i64 = 5 * 60;

pub fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    record(context, &call.parameters, "", call.integer("timestamp"))
}

pub fn create_v2(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let at = moment(&call.parameters, "")?;
    let event = record(context, &call.parameters, "", at)?;
    Ok(shown_v2(&event))
}

/// Records all events of a stream, or none.
pub fn stream(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let events = call.value("events");
    for (index, event) in events.as_array().into_iter().flatten().enumerate() {
        let given = event.as_object().cloned().unwrap_or_default();
        let prefix = format!("events[{index}].");
        let at = moment(&given, &prefix)?;
        record(context, &given, &prefix, at)?;
    }
    Ok(json!({}))
}

/// The time of an event of v2.
fn moment(given: &Map<String, Value>, prefix: &str) -> Result<Option<i64>> {
    let Some(written) = given.get("timestamp").and_then(Value::as_str) else { return Ok(None) };
    match time::parse(written) {
        Some(at) => Ok(Some(at)),
        None => Err(ApiError::invalid(format!("Invalid timestamp: {written}"))
            .param(&format!("{prefix}timestamp"))),
    }
}

fn shown_v2(event: &Value) -> Value {
    let mut shown = event.clone();
    for name in ["created", "timestamp"] {
        shown[name] = generic::rfc3339(crate::behavior::integer(&event[name])).into();
    }
    shown["object"] = "v2.billing.meter_event".into();
    shown
}

fn record(
    context: &mut Context<'_>,
    given: &Map<String, Value>,
    prefix: &str,
    at: Option<i64>,
) -> Result<Value> {
    let param = |name: &str| format!("{prefix}{name}");
    let name = given.get("event_name").map(text).unwrap_or_default().to_owned();
    let meter = meter(context, &name, &param("event_name"))?;
    let payload = given.get("payload").cloned().unwrap_or_default();
    let key = text(&meter["customer_mapping"]["event_payload_key"]);
    let Some(customer) = payload[key].as_str() else {
        return Err(ApiError::invalid(format!(
            "The payload has no `{key}`, which names the customer."
        ))
        .code("meter_event_no_customer_defined")
        .param(&param(&format!("payload[{key}]"))));
    };
    let Some(owner) = context.get("customer", customer).filter(|one| one["deleted"] != true) else {
        return Err(ApiError::invalid(format!("No such customer: '{customer}'"))
            .code("meter_event_customer_not_found")
            .param(&param(&format!("payload[{key}]"))));
    };
    test_clock::enter(context, &owner);
    let value = value(&meter, &payload, &param("payload"))?;
    let now = context.now();
    let at = at.unwrap_or(now);
    if at < now - OLDEST {
        return Err(ApiError::invalid("The timestamp must be within the past 35 days.")
            .code("timestamp_too_far_in_past")
            .param(&param("timestamp")));
    }
    if at > now + AHEAD {
        return Err(ApiError::invalid("The timestamp must be at most 5 minutes in the future.")
            .code("timestamp_in_future")
            .param(&param("timestamp")));
    }
    let identifier = match given.get("identifier").and_then(Value::as_str) {
        Some(identifier) => identifier.to_owned(),
        None => context.secret(24),
    };
    if recent(context, &name, &identifier).is_some() {
        return Err(ApiError::invalid(format!(
            "An event already exists with identifier {identifier}."
        ))
        .code("duplicate_meter_event")
        .param(&param("identifier")));
    }
    Ok(context.create(KIND, json!({
        "event_name": name, "identifier": identifier, "payload": payload, "timestamp": at, "created": now,
        "_customer": customer, "_value": value, "_canceled": false,
    })))
}

/// The active meter that counts events of a name.
fn meter(context: &Context<'_>, name: &str, param: &str) -> Result<Value> {
    if let Some(meter) = of_event_name(context, name) {
        return Ok(meter);
    }
    let is_archived = !context.all_with(super::KIND, "event_name", name).is_empty();
    let (code, state) = if is_archived { ("archived_meter", "active ") } else { ("no_meter", "") };
    Err(ApiError::invalid(format!("No {state}meter found with event name `{name}`."))
        .code(code)
        .param(param))
}

/// The value that an event counts.
fn value(meter: &Value, payload: &Value, param: &str) -> Result<f64> {
    if meter["default_aggregation"]["formula"] == "count" {
        return Ok(1.0);
    }
    let key = text(&meter["value_settings"]["event_payload_key"]);
    let written = text(&payload[key]);
    if written.chars().filter(char::is_ascii_digit).count() > 15 {
        return Err(ApiError::invalid(format!("The value `{written}` has more than 15 digits."))
            .code("meter_event_value_too_many_digits")
            .param(&format!("{param}[{key}]")));
    }
    let number = written.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| {
        ApiError::invalid(format!(
            "The value `{written}` of the payload key `{key}` is not a number."
        ))
        .code("meter_event_invalid_value")
        .param(&format!("{param}[{key}]"))
    })
}

/// The event with an identifier, if it was received within a day.
fn recent(context: &Context<'_>, name: &str, identifier: &str) -> Option<Value> {
    let now = context.now();
    let all = context.all_with(KIND, "identifier", identifier).into_iter();
    all.filter(|event| event["event_name"] == name)
        .find(|event| now - crate::behavior::integer(&event["created"]) < DAY)
}

/// Cancels an event. Summaries and invoices no longer count it.
pub fn adjust(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let name = call.text("event_name").unwrap_or_default().to_owned();
    meter(context, &name, "event_name")?;
    let cancel = call.value("cancel");
    let identifier =
        cancel["identifier"].as_str().ok_or_else(|| ApiError::missing("cancel[identifier]"))?;
    let known = context.all_with(KIND, "identifier", identifier);
    if let Some(owner) =
        known.last().and_then(|event| context.get("customer", text(&event["_customer"])))
    {
        test_clock::enter(context, &owner);
    }
    let Some(event) = recent(context, &name, identifier) else {
        return Err(ApiError::invalid(format!(
            "No meter event with identifier {identifier} was received within the past 24 hours."
        ))
        .code("resource_missing")
        .param("cancel[identifier]"));
    };
    if event["_canceled"] == true {
        return Err(
            ApiError::invalid("This meter event is already canceled.").param("cancel[identifier]")
        );
    }
    context.set(KIND, text(&event["id"]), json!({"_canceled": true}));
    let kind = call.operation.is_v2().then_some("v2.billing.meter_event_adjustment");
    let given = json!({
        "event_name": name, "type": "cancel", "status": "complete", "cancel": {"identifier": identifier},
    });
    Ok(context.create(kind.unwrap_or("billing.meter_event_adjustment"), given))
}
