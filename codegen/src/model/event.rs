//! Event types.

use super::schema::{self, Lowering, Usage};
use super::{Api, Kind, Lifetime, SchemaId, TypeId};
use crate::diagnostic::{Diagnostics, Location};
use crate::document::Node;
use crate::spec::Spec;

/// An event type.
#[derive(Debug)]
pub struct Event {
    /// The value of the event's field `type`.
    pub name: String,
    pub kind: EventKind,
    pub at: Location,
    pub preview: bool,
    pub lifetime: Lifetime,
    pub description: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub enum EventKind {
    /// Carries an object.
    Snapshot { object: TypeId },
    /// Refers to an object, and may carry data of its own.
    Thin { data: Option<TypeId>, related: Option<SchemaId> },
}

pub(super) fn add_all(api: &mut Api, spec: &Spec, problems: &mut Diagnostics) {
    for (name, (at, node)) in &spec.schemas {
        if node.get("x-stripeEvent").is_some() {
            add(api, name, *at, node, problems);
        }
    }
    for (name, (at, item)) in &spec.webhooks {
        let schema = item.get("post").and_then(|post| {
            let content = post.get("requestBody")?.get("content")?;
            content.get("application/json")?.get("schema")
        });
        let Some(schema) = schema else {
            problems.report(
                "webhook",
                *at,
                format!("the webhook `{name}` has no payload"),
                "describe it under `post.requestBody.content.'application/json'.schema`",
            );
            continue;
        };
        add(api, name, *at, schema, problems);
    }
    api.events.sort_by(|left, right| left.name.cmp(&right.name));
    for pair in api.events.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        let help = "describe each event type once";
        problems.report(
            "event",
            pair[1].at,
            format!("the event type `{}` is described twice", pair[0].name),
            help,
        );
    }
}

fn add(api: &mut Api, name: &str, at: Location, node: &Node, problems: &mut Diagnostics) {
    let about = node.get("x-stripeEvent");
    let property = |name: &str| node.get("properties").and_then(|properties| properties.get(name));
    let name = about.and_then(|about| about.str("type")).unwrap_or(name).to_owned();
    let thin = about.and_then(|about| about.str("kind")) == Some("thin");
    let kind = if thin {
        EventKind::Thin {
            data: property("data").map(|data| lower(api, data, problems)),
            related: property("related_object").and_then(|related| {
                let ty = lower(api, related.get("x-relatedObject")?, problems);
                match api.ty(ty).kind {
                    Kind::Schema(schema) => Some(schema),
                    _ => None,
                }
            }),
        }
    } else {
        let Some(object) = property("object") else {
            let help = "add the payload under `properties.object`, or mark it as thin: `x-stripeEvent: {kind: thin}`";
            problems.report(
                "event",
                at,
                format!("the event type `{name}` carries no object"),
                help,
            );
            return;
        };
        EventKind::Snapshot { object: lower(api, object, problems) }
    };
    api.events.push(Event {
        name,
        kind,
        at,
        preview: node.flag("x-preview"),
        lifetime: Lifetime::of(node),
        description: schema::description(node),
    });
}

fn lower(api: &mut Api, schema: &Node, problems: &mut Diagnostics) -> TypeId {
    Lowering::new(api, problems, Usage::Response).lower("", schema).ty
}
