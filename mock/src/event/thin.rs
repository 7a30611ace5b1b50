//! Thin events: they refer to an object, and carry data of their own at most.

use serde_json::{Value, json};

use super::{queue, wants};
use crate::context::Context;
use crate::form;
use crate::generic::Renderer;
use crate::spec::EventData;

pub const KIND: &str = "v2.core.event";
pub const DESTINATION: &str = "v2.core.event_destination";

/// The origin and the receiver of a thin event.
#[derive(Debug, Default)]
pub struct About<'a> {
    /// The snapshot event of the same change.
    pub snapshot: Option<&'a str>,
    /// The only destination that receives it, as for a ping.
    pub only: Option<&'a str>,
}

/// Makes a thin event, and queues it for the destinations that want it.
pub fn emit(context: &mut Context<'_>, name: &str, kind: &str, value: &Value, about: &About<'_>) {
    let destinations: Vec<String> = match about.only {
        Some(id) => vec![id.to_owned()],
        None => wanting(context, name),
    };
    let mut event = json!({
        "type": name, "livemode": false, "context": null, "changes": null,
        "related_object": related(context, kind, value),
    });
    if let Some(request) = &context.request_id {
        let key = context.idempotency_key.clone().unwrap_or_default();
        event["reason"] =
            json!({"type": "request", "request": {"id": request, "idempotency_key": key}});
    }
    if let Some(snapshot) = about.snapshot {
        event["snapshot_event"] = snapshot.into();
    }
    if let Some(data) = data(context, name, value) {
        event["data"] = data;
    }
    let event = context.create(KIND, event);
    for destination in destinations {
        queue(context, event["id"].as_str().unwrap_or_default(), &destination, 0);
    }
}

/// Makes the thin event that belongs to a snapshot event, if a destination is subscribed to it.
/// Otherwise the event is not made, so that each change of a v1 object is stored once.
pub fn mirror(context: &mut Context<'_>, name: &str, kind: &str, value: &Value, snapshot: &str) {
    let name = format!("v1.{name}");
    if context.spec.is_thin(&name) && !wanting(context, &name).is_empty() {
        emit(context, &name, kind, value, &About { snapshot: Some(snapshot), only: None });
    }
}

/// The first event of objects that have no event of their creation.
const FIRST: [(&str, &str); 2] = [
    ("v2.money_management.inbound_transfer", "bank_debit_queued"),
    ("v2.commerce.product_catalog_import", "processing"),
];

/// Makes the first event of a new object of v2 that has no event of its creation.
pub fn emit_first(context: &mut Context<'_>, kind: &str, value: &Value) {
    if let Some((_, ending)) = FIRST.iter().find(|(known, _)| *known == kind) {
        context.emit_for(kind, ending, value, None);
    }
}

/// Makes the events of the parts of an account that changed: `v2.core.account[identity].updated`.
pub fn emit_parts(context: &mut Context<'_>, kind: &str, before: &Value, after: &Value) {
    let configurations = ["customer", "merchant", "recipient"];
    let parts = ["defaults", "future_requirements", "identity", "requirements"].into_iter();
    let parts = parts.map(|part| (part.to_owned(), before[part] != after[part]));
    let configurations = configurations.into_iter().map(|name| {
        let of = |value: &Value| value["configuration"][name].clone();
        (format!("configuration.{name}"), of(before) != of(after))
    });
    let changed: Vec<String> = (parts.chain(configurations))
        .filter(|(_, is_changed)| *is_changed)
        .map(|(part, _)| format!("{kind}[{part}].updated"))
        .collect();
    for name in changed {
        if context.spec.is_thin(&name) {
            emit(context, &name, kind, after, &About::default());
        }
    }
}

/// The enabled destinations of thin events that want one by its name.
fn wanting(context: &Context<'_>, name: &str) -> Vec<String> {
    let destinations = context.all_with(DESTINATION, "event_payload", "thin");
    destinations
        .iter()
        .filter(|one| one["status"] != "disabled" && wants(one, name))
        .filter_map(|one| one["id"].as_str().map(str::to_owned))
        .collect()
}

/// The object that an event is about: its id, its type, and where to read it.
fn related(context: &Context<'_>, kind: &str, value: &Value) -> Value {
    let id = value["id"].as_str().unwrap_or_default();
    let path = context.spec.retrieve_path(kind).unwrap_or_default();
    let last = path.matches('{').count();
    let mut count = 0;
    let segments = path.split('/').map(|segment| {
        let Some(name) = segment.strip_prefix('{').and_then(|one| one.strip_suffix('}')) else {
            return segment.to_owned();
        };
        count += 1;
        let owner = name.strip_suffix("_id").unwrap_or(name);
        form::encode(if count == last { id } else { value[owner].as_str().unwrap_or_default() })
    });
    let url = segments.collect::<Vec<_>>().join("/");
    json!({"id": id, "type": context.spec.value_of_object(kind), "url": url})
}

/// The data of an event in the shape of the spec, filled from fields of its object.
fn data(context: &Context<'_>, name: &str, value: &Value) -> Option<Value> {
    let EventData::Thin(Some(ty)) = context.spec.event_data(name)? else { return None };
    let mut data = context.shape().of_type(ty);
    for (name, field) in data.as_object_mut()?.iter_mut() {
        let own = [name.as_str(), name.strip_suffix("_id").unwrap_or(name)];
        if let Some(known) = own.iter().map(|name| &value[*name]).find(|known| !known.is_null()) {
            *field = known.clone();
        }
    }
    Some(data)
}

/// A thin event as it is delivered: without its data, which is read from the API.
pub fn notification(renderer: &Renderer<'_>, event: &Value) -> Value {
    let mut shown = renderer.plain(KIND, event);
    if let Some(members) = shown.as_object_mut() {
        ["data", "changes"].iter().for_each(|name| drop(members.remove(*name)));
    }
    shown
}
