//! Detects schemas that were renamed in a newer document.

use indexmap::{IndexMap, IndexSet};
use serde_yaml::Value;

use crate::import::facts::Facts;
use crate::import::schema_kind::properties_of;

/// Returns the schemas that were renamed in a newer document.
pub(super) fn find_all_renames(older: &Facts, newer: &Facts) -> IndexMap<String, String> {
    let mut renames: IndexMap<String, String> = IndexMap::new();
    for (name, old) in &older.schemas {
        if let Some(new) = newer.schemas.get(name) {
            find_renames(old, new, older, newer, &mut renames);
        }
    }
    for (name, old) in &older.webhooks {
        if let Some(new) = newer.webhooks.get(name) {
            find_renames(old, new, older, newer, &mut renames);
        }
    }
    // The sub-schemas of a renamed schema may be renamed as well.
    let mut known = 0;
    while known < renames.len() {
        let (from, to) = renames
            .get_index(known)
            .map(|(from, to)| (from.clone(), to.clone()))
            .unwrap_or_default();
        find_renames(&older.schemas[&from], &newer.schemas[&to], older, newer, &mut renames);
        known += 1;
    }
    renames
}

fn find_renames(
    old: &Value,
    new: &Value,
    older: &Facts,
    newer: &Facts,
    found: &mut IndexMap<String, String>,
) {
    if let (Some(from), Some(to)) = (reference(old), reference(new)) {
        let is_new = !older.schemas.contains_key(to) && newer.schemas.contains_key(to);
        let is_removed = older.schemas.contains_key(from) && !newer.schemas.contains_key(from);
        if is_new && is_removed && have_same_members(&older.schemas[from], &newer.schemas[to]) {
            found.entry(from.to_owned()).or_insert_with(|| to.to_owned());
        }
        return;
    }
    match (old, new) {
        (Value::Mapping(old), Value::Mapping(new)) => {
            for (key, old) in old {
                if let Some(new) = new.get(key) {
                    find_renames(old, new, older, newer, found);
                }
            }
        }
        (Value::Sequence(old), Value::Sequence(new)) => {
            for (old, new) in old.iter().zip(new) {
                find_renames(old, new, older, newer, found);
            }
        }
        _ => {}
    }
}

/// Returns the schema that a node refers to, nullable or not.
fn reference(node: &Value) -> Option<&str> {
    let direct = node.get("$ref").or_else(|| match node.get("anyOf")?.as_sequence()?.as_slice() {
        [only] => only.get("$ref"),
        [only, null] if null.get("type").and_then(Value::as_str) == Some("null") => {
            only.get("$ref")
        }
        _ => None,
    });
    direct?.as_str()?.strip_prefix("#/components/schemas/")
}

fn have_same_members(left: &Value, right: &Value) -> bool {
    let names =
        |schema: &Value| -> IndexSet<String> { properties_of(schema).into_keys().collect() };
    let (left, right) = (names(left), names(right));
    !left.is_empty() && !right.is_empty() && (left.is_subset(&right) || right.is_subset(&left))
}
