//! Event destinations of v2, and the thin events that they receive.
//!
//! `enabled ⇄ disabled`

use serde_json::{Value, json};

use super::{Response, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::event::thin::{self, About, DESTINATION as KIND};
use crate::{generic, time};

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v2/core/event_destinations") => create(context, call),
        ("GET", "/v2/core/event_destinations") => list(context, call),
        ("GET", "/v2/core/event_destinations/{id}") => context.require(KIND, call.id(), "id"),
        ("POST", "/v2/core/event_destinations/{id}") => update(context, call),
        ("POST", "/v2/core/event_destinations/{id}/enable") => switch(context, call, true),
        ("POST", "/v2/core/event_destinations/{id}/disable") => switch(context, call, false),
        ("POST", "/v2/core/event_destinations/{id}/ping") => return Some(ping(context, call)),
        ("GET", "/v2/core/events") => return Some(events(context, call)),
        _ => return None,
    };
    Some(result.map(|value| Outcome::Value(included(value, call))))
}

/// A destination with the optional fields that the parameter `include` names.
fn included(mut value: Value, call: &Call<'_>) -> Value {
    if let Some(all) = value.get_mut("data").and_then(Value::as_array_mut) {
        all.iter_mut().for_each(|one| *one = included(one.take(), call));
        return value;
    }
    let include = call.value("include");
    let asks =
        |name: &str| include.as_array().into_iter().flatten().any(|one| text(one).ends_with(name));
    let mut shown = json!({});
    if asks(".url") {
        shown["url"] = value["webhook_endpoint"]["url"].clone();
    }
    let is_creation = call.operation.path.ends_with("event_destinations");
    if asks(".signing_secret") && is_creation {
        shown["signing_secret"] = value["_secrets"][0].clone();
    }
    if value["webhook_endpoint"].is_object() {
        value["webhook_endpoint"] = shown;
    }
    value
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let kind = call.text("type").unwrap_or_default();
    if kind == "webhook_endpoint" {
        let url = call.value("webhook_endpoint")["url"].clone();
        check_url(url.as_str().ok_or_else(|| ApiError::missing("webhook_endpoint.url"))?)?;
    } else if !call.value(kind).is_object() {
        return Err(ApiError::missing(kind));
    }
    check_events(context, &call.value("enabled_events"), call.text("event_payload"))?;
    let mut fields = serde_json::Map::new();
    context.shape().apply(KIND, &mut fields, &call.parameters);
    let secret = format!("whsec_{}", context.secret(32));
    let version = context.version.name.clone();
    let is_snapshot = call.text("event_payload") == Some("snapshot");
    let mut given = json!({
        "status": "enabled", "status_details": null, "description": "", "events_from": ["self"], "metadata": {},
        "snapshot_api_version": is_snapshot.then_some(version), "_secrets": [secret],
    });
    generic::merge(&mut given, fields.into());
    Ok(context.create(KIND, given))
}

fn check_url(url: &str) -> Result<()> {
    if url.starts_with("https://") || url.starts_with("http://") {
        return Ok(());
    }
    Err(ApiError::invalid(format!("Not a valid URL: {url}"))
        .code("url_invalid")
        .param("webhook_endpoint.url"))
}

/// Checks that the events exist and fit the payload of the destination.
fn check_events(context: &Context<'_>, names: &Value, payload: Option<&str>) -> Result<()> {
    let names = names.as_array().map_or(&[][..], Vec::as_slice);
    if names.is_empty() {
        return Err(ApiError::missing("enabled_events"));
    }
    for name in names.iter().map(text).filter(|name| *name != "*") {
        let is_known = context.spec.event_data(name).is_some();
        let fits = context.spec.is_thin(name) == (payload == Some("thin"));
        if !is_known || !fits {
            return Err(ApiError::invalid(format!(
                "The event type {name} does not exist for the event payload {}.",
                payload.unwrap_or_default()
            ))
            .param("enabled_events"));
        }
    }
    Ok(())
}

fn list(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let mut all = context.all(KIND);
    all.reverse();
    generic::page_of(call, &all)
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "id")?;
    if let Some(url) = call.value("webhook_endpoint")["url"].as_str() {
        check_url(url)?;
    }
    let events = call.value("enabled_events");
    if events.is_array() {
        check_events(context, &events, before["event_payload"].as_str())?;
    }
    let updated = generic::rfc3339(context.now());
    generic::respond(context, call)?;
    Ok(context.set(KIND, call.id(), json!({ "updated": updated })))
}

fn switch(context: &mut Context<'_>, call: &Call<'_>, enables: bool) -> Result<Value> {
    context.require(KIND, call.id(), "id")?;
    let (status, details) = match enables {
        true => ("enabled", Value::Null),
        false => ("disabled", json!({"disabled": {"reason": "user"}})),
    };
    let updated = generic::rfc3339(context.now());
    let mut after = context.set(KIND, call.id(), json!({"status": status, "updated": updated}));
    after["status_details"] = details;
    context.put(KIND, &after);
    Ok(after)
}

/// Sends an event that is about the destination itself.
fn ping(context: &mut Context<'_>, call: &Call<'_>) -> Result<Outcome> {
    let destination = context.require(KIND, call.id(), "id")?;
    if destination["status"] == "disabled" {
        return Err(ApiError::invalid("A disabled event destination cannot be pinged."));
    }
    let about = About { snapshot: None, only: Some(call.id()) };
    thin::emit(context, "v2.core.event_destination.ping", KIND, &destination, &about);
    let newest = context.store.all(&context.account, thin::KIND).next_back().cloned();
    Ok(Outcome::Value(newest.unwrap_or_default()))
}

/// Lists thin events by their type, time and object.
fn events(context: &mut Context<'_>, call: &Call<'_>) -> Result<Outcome> {
    let mut all = context.all(thin::KIND);
    all.reverse();
    let types = call.value("types");
    let created = call.value("created");
    let bound = |value: &Value| value.as_i64().or_else(|| time::parse(text(value)));
    all.retain(|event| {
        let is_of_type = types.as_array().is_none_or(|types| types.contains(&event["type"]));
        let object = call.text("object_id");
        let is_about = object.is_none_or(|id| event["related_object"]["id"] == id);
        let at = time::parse(text(&event["created"])).unwrap_or_default();
        let mut bounds = created.as_object().into_iter().flatten();
        is_of_type
            && is_about
            && bounds.all(|(name, limit)| {
                bound(limit).is_none_or(|limit| match name.as_str() {
                    "gt" => at > limit,
                    "gte" => at >= limit,
                    "lt" => at < limit,
                    _ => at <= limit,
                })
            })
    });
    generic::page_of(call, &all).map(Outcome::Value)
}
