//! Overrides, which correct mistakes of the documents. Each has a reason.

use super::{Spec, same};
use crate::diagnostic::Diagnostics;
use crate::document::{Key, Node, Value};

/// The form of an override, for messages.
const SHAPE: &str = "a correction has `at` (a JSON pointer), one of `set` (members to give), `optional` (names to take off `required`) and \
                     `alternatives` (other shapes to read), and `reason`";

impl Spec {
    /// Applies one correction.
    pub(super) fn correct(&mut self, entry: &Node, problems: &mut Diagnostics) {
        let actions = ["set", "optional", "alternatives"].map(|name| entry.get(name));
        let (Some(pointer), true) = (entry.get("at"), actions.iter().flatten().count() == 1) else {
            problems.report("override", entry.at, "this override lacks `at` or an action", SHAPE);
            return;
        };
        if entry.str("reason").is_none_or(|reason| reason.trim().is_empty()) {
            problems.report("override", entry.at, "this correction has no reason", SHAPE);
        }
        let Some(node) = pointer.as_str().and_then(|pointer| self.node_at(pointer)) else {
            problems.report(
                "override",
                pointer.at,
                "this override no longer applies: its location does not exist",
                "remove it, or correct the pointer",
            );
            return;
        };
        let Value::Object(members) = &mut node.value else {
            problems.report("override", pointer.at, "only objects can be corrected", SHAPE);
            return;
        };
        match actions {
            [Some(set), _, _] => give(members, set, problems),
            [_, Some(names), _] => make_optional(members, names, problems),
            [_, _, Some(shapes)] => add_alternatives(node, shapes, problems),
            _ => {}
        }
    }
}

fn no_longer_applies(at: &Node, why: &str, problems: &mut Diagnostics) {
    problems.report(
        "override",
        at.at,
        format!("this override no longer applies: {why}"),
        "remove it",
    );
}

/// Gives members to an object.
fn give(members: &mut Vec<(Key, Node)>, set: &Node, problems: &mut Diagnostics) {
    let mut changed = false;
    for (key, value) in set.entries() {
        match members.iter_mut().find(|(existing, _)| existing.name == key.name) {
            Some((_, existing)) if same(existing, value) => continue,
            Some((_, existing)) => *existing = value.clone(),
            None => members.push((key.clone(), value.clone())),
        }
        changed = true;
    }
    if !changed {
        no_longer_applies(set, "the spec already has this value", problems);
    }
}

/// Takes members of an object off the list of those that are always there.
fn make_optional(members: &mut [(Key, Node)], names: &Node, problems: &mut Diagnostics) {
    let required =
        members.iter_mut().find(|(key, _)| key.name == "required").map(|(_, node)| &mut node.value);
    let mut nothing = Vec::new();
    let required = match required {
        Some(Value::Array(required)) => required,
        _ => &mut nothing,
    };
    for name in names.items() {
        let before = required.len();
        required.retain(|existing| existing.as_str() != name.as_str());
        if required.len() == before {
            let why = format!("`{}` is not required", name.as_str().unwrap_or_default());
            no_longer_applies(name, &why, problems);
        }
    }
}

/// Makes a schema one of several.
fn add_alternatives(node: &mut Node, shapes: &Node, problems: &mut Diagnostics) {
    let known = match node.get("anyOf") {
        Some(arms) if node.get("x-expansionResources").is_none() => arms.items().to_vec(),
        _ => vec![node.clone()],
    };
    let mut arms = known.clone();
    for shape in shapes.items() {
        if known.iter().any(|arm| same(arm, shape)) {
            no_longer_applies(shape, "the description has this shape already", problems);
        }
        arms.push(shape.clone());
    }
    let key = Key { name: "anyOf".to_owned(), at: shapes.at };
    let kept = node
        .entries()
        .iter()
        .filter(|(key, _)| ["x-since", "x-until", "deprecated"].contains(&key.name.as_str()));
    let mut members: Vec<_> = kept.cloned().collect();
    members.push((key, Node { at: node.at, value: Value::Array(arms) }));
    node.value = Value::Object(members);
}
