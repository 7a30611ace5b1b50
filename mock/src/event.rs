//! Events: stored for `/v1/events` and `/v2/core/events`, and queued for their receivers.

pub mod thin;

use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::generic::Renderer;
use crate::store::Store;

/// Makes an event, and queues it for the endpoints and destinations that want it.
pub fn emit(
    context: &mut Context<'_>,
    name: &str,
    kind: &str,
    value: &Value,
    previous: Option<Value>,
) {
    if context.spec.is_thin(name) {
        return thin::emit(context, name, kind, value, &thin::About::default());
    }
    let endpoints: Vec<String> = (receivers(context).iter())
        .filter(|endpoint| endpoint["event_payload"] != "thin")
        .filter(|endpoint| endpoint["status"] != "disabled" && wants(endpoint, name))
        .filter_map(|endpoint| endpoint["id"].as_str().map(str::to_owned))
        .collect();
    let mut data = json!({ "object": value });
    if let Some(previous) = previous {
        data["previous_attributes"] = previous;
    }
    let request = json!({"id": context.request_id, "idempotency_key": context.idempotency_key});
    let mut event = json!({
        "object": "event",
        "type": name,
        "data": data,
        "api_version": context.version.name,
        "livemode": false,
        "pending_webhooks": endpoints.len(),
        "request": request,
        "_schema": kind,
    });
    if context.clock.is_some() {
        event["created"] = context.now().into();
    }
    let event = context.create("event", event);
    let id = event["id"].as_str().unwrap_or_default();
    for endpoint in endpoints {
        queue(context, id, &endpoint, 0);
    }
    thin::mirror(context, name, kind, value, id);
}

/// The webhook endpoints of v1 and the event destinations of v2.
pub fn receivers(context: &Context<'_>) -> Vec<Value> {
    let mut all = context.all("webhook_endpoint");
    all.extend(context.all(thin::DESTINATION));
    all
}

/// The stored event or receiver of a delivery, of v1 or v2.
pub fn either<'s>(
    store: &'s Store,
    account: &str,
    kinds: [&str; 2],
    id: &str,
) -> Option<&'s Value> {
    kinds.iter().find_map(|kind| store.get(account, kind, id))
}

/// The kinds of events.
pub const KINDS: [&str; 2] = ["event", thin::KIND];

/// The kinds of receivers.
pub const RECEIVERS: [&str; 2] = ["webhook_endpoint", thin::DESTINATION];

/// Queues an event for an endpoint. It is sent after a delay, in milliseconds.
pub fn queue(context: &mut Context<'_>, event: &str, endpoint: &str, delay: i64) {
    let number = context.store.next_number();
    let delivery = json!({
        "id": format!("del_{number}"),
        "event": event,
        "endpoint": endpoint,
        "attempt": 0,
        "delay": delay,
    });
    context.put("_delivery", &delivery);
}

/// An event with its object in the version of a renderer.
pub fn render(renderer: &Renderer<'_>, event: &Value) -> Value {
    if event["object"] == thin::KIND {
        return thin::notification(renderer, event);
    }
    let kind = event["_schema"].as_str().unwrap_or_default();
    let mut shown = renderer.plain("event", event);
    if event["data"]["object"].is_object() {
        let object = &event["data"]["object"];
        shown["data"]["object"] = renderer.plain(kind, object);
        // Fields that the version does not have did not change in it.
        if let Some(Value::Object(previous)) = shown["data"].get("previous_attributes").cloned() {
            let known = shown["data"]["object"].as_object().cloned().unwrap_or_default();
            let kept = previous.into_iter().filter(|(name, _)| known.contains_key(name));
            shown["data"]["previous_attributes"] = kept.collect::<Map<_, _>>().into();
        }
        shown["api_version"] = renderer.version.name.as_str().into();
    }
    shown
}

fn wants(endpoint: &Value, name: &str) -> bool {
    let types = endpoint["enabled_events"].as_array().into_iter().flatten();
    types.into_iter().any(|wanted| wanted == "*" || wanted == name)
}

/// The fields of an object that changed, as they were. Inside objects, only the changed fields.
pub fn difference(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return None };
    let mut changed = Map::new();
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names.filter(|name| !name.starts_with('_')) {
        let old = before.get(name).unwrap_or(&Value::Null);
        let new = after.get(name).unwrap_or(&Value::Null);
        if old == new {
            continue;
        }
        let inner = difference(old, new).filter(|_| old.is_object() && new.is_object());
        changed.insert(name.clone(), inner.unwrap_or_else(|| old.clone()));
    }
    (!changed.is_empty()).then_some(Value::Object(changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previous_attributes_have_what_changed() {
        let before =
            json!({"id": "a", "name": "x", "metadata": {"k": "1", "same": "s"}, "_card": "4242"});
        let after = json!({"id": "a", "name": "y", "metadata": {"k": "2", "same": "s", "new": "n"}, "_card": "4000"});
        let expected = json!({"name": "x", "metadata": {"k": "1", "new": null}});
        assert_eq!(difference(&before, &after), Some(expected));
        assert_eq!(difference(&before, &before), None);
    }
}
