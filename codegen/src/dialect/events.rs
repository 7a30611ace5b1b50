//! Event types. Public documents only list them as values that a webhook endpoint can subscribe to.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Location;
use crate::document::{Key, Node, Value};
use crate::spec;

/// Event names that differ from the name of their object.
const OBJECTS: [(&str, &str); 3] = [
    ("application_fee.refund", "fee_refund"),
    ("customer.source", "payment_source"),
    ("source.mandate_notification", "source_mandate_notification"),
];

/// Adds a webhook for each event type, unless the document describes events itself.
pub fn add(document: &mut Node) {
    if document.get("webhooks").is_some() {
        return;
    }
    let mut types = BTreeSet::new();
    collect_types(document.get("paths"), &mut types);
    let schemas = document.get("components").and_then(|components| components.get("schemas"));
    let objects: BTreeMap<String, &str> = schemas
        .map_or(&[][..], Node::entries)
        .iter()
        .filter(|(key, schema)| is_object(&key.name, schema))
        .map(|(key, _)| (key.name.replace('.', "_"), key.name.as_str()))
        .collect();
    let webhooks: Vec<(Key, Node)> = types
        .iter()
        .map(|event| {
            let at = document.at;
            (Key { name: event.clone(), at }, webhook(event, object_of(event, &objects), at))
        })
        .collect();
    if !webhooks.is_empty() {
        document.set("webhooks", Node { at: document.at, value: Value::Object(webhooks) });
    }
}

/// Returns whether events can carry objects of a schema.
fn is_object(name: &str, schema: &Node) -> bool {
    let is_named = OBJECTS.iter().any(|(_, object)| *object == name);
    (schema.get("x-resourceId").is_some() || is_named) && !name.starts_with("deleted_")
}

/// Collects the values of every parameter `enabled_events`.
fn collect_types(node: Option<&Node>, types: &mut BTreeSet<String>) {
    let Some(node) = node else { return };
    node.items().iter().for_each(|item| collect_types(Some(item), types));
    for (key, member) in node.entries() {
        if key.name == "enabled_events" {
            let values = member
                .get("items")
                .and_then(|items| items.get("enum"))
                .map_or(&[][..], Node::items);
            types.extend(
                values
                    .iter()
                    .filter_map(Node::as_str)
                    .filter(|name| *name != "*")
                    .map(str::to_owned),
            );
        }
        collect_types(Some(member), types);
    }
}

/// Returns the resource that an event carries: the innermost and longest one in its name.
fn object_of<'o>(event: &str, objects: &BTreeMap<String, &'o str>) -> Option<&'o str> {
    let named = OBJECTS.iter().find(|(prefix, _)| {
        event.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if let Some((_, object)) = named
        && let Some(object) = objects.get(*object)
    {
        return Some(object);
    }
    let words: Vec<&str> = event.split('.').collect();
    let (_, parts) = words.split_last()?;
    (1..=parts.len()).rev().find_map(|end| {
        (0..end).find_map(|start| objects.get(&parts[start..end].join("_")).copied())
    })
}

/// Returns the payload of an event. Without a schema in the document, it is any object.
fn webhook(event: &str, object: Option<&str>, at: Location) -> Node {
    let about = Node::object_of(at, [("type", Node::text(at, event))]);
    let anything = || Node::object(at);
    let object = object.map_or_else(anything, |object| {
        Node::object_of(at, [("$ref", Node::text(at, &spec::reference_to(object)))])
    });
    let carried = Node::object_of(
        at,
        [
            ("type", Node::text(at, "object")),
            ("x-stripeEvent", about),
            ("properties", Node::object_of(at, [("object", object)])),
        ],
    );
    ["schema", "application/json", "content", "requestBody", "post"]
        .into_iter()
        .fold(carried, |inner, name| Node::object_of(at, [(name, inner)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_by_name() {
        let names = [
            "account",
            "application",
            "charge",
            "customer",
            "discount",
            "fee_refund",
            "invoice",
            "issuing.card",
            "payment_source",
            "refund",
            "subscription",
            "tax.settings",
        ];
        let objects: BTreeMap<String, &str> =
            names.iter().map(|name| (name.replace('.', "_"), *name)).collect();
        for (event, object) in [
            ("invoice.paid", Some("invoice")),
            ("customer.subscription.deleted", Some("subscription")),
            ("customer.discount.created", Some("discount")),
            ("customer.source.expiring", Some("payment_source")),
            ("account.application.authorized", Some("application")),
            ("account.external_account.created", Some("account")),
            ("application_fee.refund.updated", Some("fee_refund")),
            ("charge.refund.updated", Some("refund")),
            ("issuing_card.updated", Some("issuing.card")),
            ("tax.settings.updated", Some("tax.settings")),
            ("treasury.credit_reversal.posted", None),
        ] {
            assert_eq!(object_of(event, &objects), object, "{event}");
        }
    }
}
