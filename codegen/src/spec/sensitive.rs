//! Marks secrets and personal data, which `Debug` redacts. Each row of the file has a reason.

use super::Spec;
use crate::diagnostic::Diagnostics;
use crate::document::{Key, Node, Value};

/// The mark that a field gets: `secret` or `personal`.
pub const MARK: &str = "x-sensitive";

/// The form of a row, for messages.
const SHAPE: &str = "a row has `kind` (`secret`, `personal` or `shown`), `names` (of fields and parameters), `in` if only some places \
                     are meant (`customer.address`, `post /v1/tokens.card`, `*` for any characters), and `reason`";

/// Ends of names that secrets often have. A string with such a name needs a row.
const SUSPICIOUS: [&str; 16] = [
    "auth",
    "code",
    "cryptogram",
    "cvc",
    "key",
    "nonce",
    "otp",
    "passcode",
    "password",
    "payload",
    "pin",
    "private",
    "secret",
    "sign",
    "token",
    "url",
];

impl Spec {
    /// Marks every field and parameter that a row names. Returns the fields that look like secrets and that no row names.
    pub(super) fn mark_sensitive(&mut self, entries: &[Node], problems: &mut Diagnostics) {
        if entries.is_empty() {
            return;
        }
        let mut rows: Vec<Row> =
            entries.iter().filter_map(|row| Row::read(row, problems)).collect();
        let mut unlisted = Vec::new();
        for (name, (_, schema)) in &mut self.schemas {
            fields(schema, name, &mut rows, &mut unlisted);
        }
        for (path, (_, item)) in &mut self.paths {
            let Value::Object(operations) = &mut item.value else { continue };
            for (method, operation) in operations {
                let place = format!("{} {path}", method.name);
                parameters(operation, &place, &mut rows, &mut unlisted);
                fields(operation, &place, &mut rows, &mut unlisted);
            }
        }
        for row in &rows {
            for (pattern, _) in row.names.iter().chain(&row.places).filter(|(_, used)| !used) {
                let text = pattern.as_str().unwrap_or_default();
                problems.report(
                    "sensitive",
                    pattern.at,
                    format!("this row no longer applies: no field matches `{text}`"),
                    "remove it, or correct it",
                );
            }
        }
        self.unlisted = unlisted;
    }
}

struct Row<'n> {
    kind: &'n str,
    /// Each with whether a field matched it.
    names: Vec<(&'n Node, bool)>,
    /// The places where the names count. Empty for all.
    places: Vec<(&'n Node, bool)>,
}

impl<'n> Row<'n> {
    fn read(entry: &'n Node, problems: &mut Diagnostics) -> Option<Self> {
        let list = |name: &str| -> Vec<(&'n Node, bool)> {
            entry
                .get(name)
                .map_or(&[][..], Node::items)
                .iter()
                .filter(|item| item.as_str().is_some())
                .map(|item| (item, false))
                .collect()
        };
        let kind = entry.str("kind").filter(|kind| ["secret", "personal", "shown"].contains(kind));
        let names = list("names");
        let has_reason = entry.str("reason").is_some_and(|reason| !reason.trim().is_empty());
        let known = ["kind", "names", "in", "reason"];
        let is_known = entry.entries().iter().all(|(key, _)| known.contains(&key.name.as_str()));
        let Some(kind) = kind.filter(|_| !names.is_empty() && has_reason && is_known) else {
            let message = "this row lacks a valid `kind`, `names` or a `reason`";
            problems.report("sensitive", entry.at, message, SHAPE);
            return None;
        };
        Some(Self { kind, names, places: list("in") })
    }

    fn matches(&mut self, place: &str, name: &str) -> bool {
        let mut is_named = false;
        let mut marks = Vec::new();
        for (index, (pattern, _)) in self.names.iter().enumerate() {
            if matches(pattern.as_str().unwrap_or_default(), name) {
                is_named = true;
                marks.push(index);
            }
        }
        let mut is_here = self.places.is_empty();
        for (pattern, used) in self.places.iter_mut().filter(|_| is_named) {
            if matches(pattern.as_str().unwrap_or_default(), place) {
                *used = true;
                is_here = true;
            }
        }
        if is_named && is_here {
            marks.into_iter().for_each(|index| self.names[index].1 = true);
        }
        is_named && is_here
    }
}

/// The parameters of an operation that are not in its body.
fn parameters(operation: &mut Node, place: &str, rows: &mut [Row], unlisted: &mut Vec<Unlisted>) {
    for parameter in member(operation, "parameters").map_or(&mut [][..], items) {
        let Some(name) = parameter.str("name").map(str::to_owned) else { continue };
        let at = parameter.at;
        if let Some(schema) = member(parameter, "schema") {
            field(schema, &Key { name, at }, place, rows, unlisted);
        }
    }
}

/// The fields of all objects in a schema, or in the body of an operation.
fn fields(node: &mut Node, place: &str, rows: &mut [Row], unlisted: &mut Vec<Unlisted>) {
    match &mut node.value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| fields(item, place, rows, unlisted));
        }
        Value::Object(members) => {
            for (key, node) in members {
                match key.name.as_str() {
                    "properties" => {
                        let Value::Object(properties) = &mut node.value else { continue };
                        for (key, node) in properties {
                            field(node, key, place, rows, unlisted);
                        }
                    }
                    "requestBody"
                    | "content"
                    | "schema"
                    | "items"
                    | "anyOf"
                    | "oneOf"
                    | "allOf"
                    | "additionalProperties" => fields(node, place, rows, unlisted),
                    media if media.contains('/') => fields(node, place, rows, unlisted),
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

/// A field that looks like a secret, and that no row names.
#[derive(Debug)]
pub struct Unlisted {
    pub at: crate::diagnostic::Location,
    pub place: String,
}

fn field(node: &mut Node, key: &Key, place: &str, rows: &mut [Row], unlisted: &mut Vec<Unlisted>) {
    let inner = format!("{place}.{}", key.name);
    fields(node, &inner, rows, unlisted);
    if !can_be_sensitive(node) {
        return;
    }
    // Every row is asked, so that each finds out whether it still applies. The last one decides.
    let kind =
        rows.iter_mut().filter_map(|row| row.matches(place, &key.name).then_some(row.kind)).last();
    match kind {
        Some("shown") => {}
        Some(kind) => {
            // A mark of the document gives way to the row.
            node.set(MARK, Node::text(key.at, kind));
        }
        None => {
            let looks_secret = key.name.rsplit('_').next().is_some_and(|end| {
                let end = end.strip_suffix('s').filter(|end| end.len() > 3).unwrap_or(end);
                SUSPICIOUS.contains(&end)
            });
            if looks_secret && is_text(node) {
                unlisted.push(Unlisted { at: key.at, place: inner });
            }
        }
    }
}

/// Whether values of a schema can say something that must not be shown: flags and enums cannot.
fn can_be_sensitive(node: &Node) -> bool {
    match node.get("anyOf").or_else(|| node.get("oneOf")) {
        Some(arms) => arms.items().iter().any(can_be_sensitive),
        None => match node.get("items") {
            Some(items) => can_be_sensitive(items),
            None => node.get("enum").is_none() && node.str("type") != Some("boolean"),
        },
    }
}

/// Whether a schema has strings of any content, itself or in a list.
fn is_text(node: &Node) -> bool {
    let arms = node.get("anyOf").map_or(&[][..], Node::items);
    let is_string = match node.get("type") {
        Some(Node { value: Value::Array(types), .. }) => {
            types.iter().any(|ty| ty.as_str() == Some("string"))
        }
        ty => ty.and_then(Node::as_str) == Some("string"),
    };
    (is_string && node.get("enum").is_none())
        || node.get("items").is_some_and(is_text)
        || arms.iter().any(is_text)
}

fn member<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    match &mut node.value {
        Value::Object(members) => {
            Some(&mut members.iter_mut().find(|(key, _)| key.name == name)?.1)
        }
        _ => None,
    }
}

fn items(node: &mut Node) -> &mut [Node] {
    match &mut node.value {
        Value::Array(items) => items,
        _ => &mut [],
    }
}

/// Returns whether a text matches a pattern, in which `*` matches any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(begin) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("name", "name", true),
            ("name", "names", false),
            ("*_url", "image_url", true),
            ("*_url", "url", false),
            ("post /v1/tokens*", "post /v1/tokens.card", true),
            ("*billing_details*", "charge_billing_details.address", true),
            ("*", "", true),
            ("a*b*c", "a_b_é_c", true),
            ("a*b*c", "a_c", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
