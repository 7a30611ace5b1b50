//! Lists items without docs, as YAML to fill in for `spec/words/` or as JSON lines.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::coverage::{Coverage, Kind, Place};

/// Selects the items to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<Kind>,
    /// The path of a resource with dots.
    pub resource: Option<String>,
    /// Whether to include items that have docs.
    pub all: bool,
}

/// The items with one name.
struct Group<'c> {
    kind: Kind,
    /// The key in the YAML: a name or, for a resource, the fields that lead to the item.
    key: String,
    places: Vec<&'c Place>,
}

/// Returns the selected items: by name, most frequent first, or those of one resource in the order
/// of the spec.
fn groups<'c>(coverage: &'c Coverage, filter: &Filter) -> Vec<Group<'c>> {
    let mut groups: IndexMap<(Kind, &str, String), Vec<&Place>> = IndexMap::new();
    let kinds: Vec<Kind> = match filter.kind {
        Some(kind) => vec![kind],
        None => Kind::ALL.to_vec(),
    };
    for place in &coverage.places {
        let is_of = |resource: &String| {
            place.resource == *resource
                || (place.kind == Kind::Event && place.name().starts_with(&format!("{resource}.")))
        };
        let wanted = kinds.contains(&place.kind)
            && (filter.all || !place.has_words)
            && filter.resource.as_ref().is_none_or(is_of);
        if wanted {
            let owner = if is_particular(place.kind) { place.resource.as_str() } else { "" };
            groups.entry((place.kind, owner, key(place, filter))).or_default().push(place);
        }
    }
    let mut groups: Vec<Group<'_>> =
        groups.into_iter().map(|((kind, _, key), places)| Group { kind, key, places }).collect();
    groups.sort_by_key(|group| {
        let count = if filter.resource.is_some() { 0 } else { group.places.len() };
        (group.kind, std::cmp::Reverse(count))
    });
    groups
}

/// Returns the key under which docs for the item are found.
fn key(place: &Place, filter: &Filter) -> String {
    let is_own = filter.resource.is_some() || is_particular(place.kind);
    let name = match place.kind {
        Kind::Event => place.name().to_owned(),
        _ if is_own => place.trail.join("."),
        _ => place.name().to_owned(),
    };
    match &place.value {
        Some(value) => format!("{name}.{value}"),
        None => name,
    }
}

impl Group<'_> {
    fn types(&self) -> Vec<String> {
        let mut counts: IndexMap<&str, usize> = IndexMap::new();
        for place in &self.places {
            *counts.entry(place.ty.as_str()).or_default() += 1;
        }
        counts.sort_by(|_, left, _, right| right.cmp(left));
        let shown = counts.iter().filter(|(ty, _)| !ty.is_empty()).take(4);
        shown
            .map(
                |(ty, count)| {
                    if counts.len() == 1 { (*ty).to_owned() } else { format!("{ty} ×{count}") }
                },
            )
            .collect()
    }

    /// Returns a few items, preferably of different resources.
    fn examples(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let (first, rest): (Vec<&Place>, Vec<&Place>) =
            self.places.iter().copied().partition(|place| seen.insert(&place.resource));
        let mut paths: Vec<String> = first.into_iter().chain(rest).map(Place::path).collect();
        paths.dedup();
        paths.truncate(6);
        paths
    }

    fn values(&self) -> Vec<&str> {
        let mut values: Vec<&str> = Vec::new();
        for value in self.places.iter().flat_map(|place| &place.values) {
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        values
    }

    /// Returns the version that added the first of the items; `None` if one was always present.
    fn since(&self) -> Option<&str> {
        if self.places.iter().any(|place| place.since.is_none()) {
            return None;
        }
        self.places.iter().filter_map(|place| place.since.as_deref()).min()
    }

    fn max_length(&self) -> Option<i64> {
        self.places.iter().filter_map(|place| place.max_length).max()
    }

    fn comment(&self) -> String {
        let mut text = String::new();
        if self.places.len() > 1 {
            let _ = write!(text, "{} places; ", self.places.len());
        }
        text.push_str(&self.types().join(", "));
        if self.places.iter().all(|place| place.required) {
            text.push_str("; required");
        }
        if let Some(length) = self.max_length() {
            let _ = write!(text, "; at most {length}");
        }
        if let Some(since) = self.since() {
            let _ = write!(text, "; since {since}");
        }
        let values = self.values();
        if !values.is_empty() {
            let more = if values.len() > 12 { ", …" } else { "" };
            let values: Vec<&str> = values.into_iter().take(12).collect();
            let _ = write!(text, "; values {}{more}", values.join(", "));
        }
        let examples = self.examples();
        if examples != [self.key.as_str()] {
            let _ = write!(text, "; {}", examples.join(" "));
        }
        text.replace('\n', " ")
    }
}

/// Renders the items as YAML to fill in, in the format of `spec/words/`: glossary entries first,
/// then those of each resource. A comment above each line lists the facts.
pub fn skeleton(coverage: &Coverage, filter: &Filter) -> String {
    let mut text = String::new();
    let groups = groups(coverage, filter);
    if filter.resource.is_none() {
        let shared: Vec<&Group<'_>> =
            groups.iter().filter(|group| !is_particular(group.kind)).collect();
        if !shared.is_empty() {
            text.push_str("glossary:\n");
            lines(&shared, "  ", &mut text);
        }
    }
    let mut resources: IndexMap<&str, Vec<&Group<'_>>> = IndexMap::new();
    for group in &groups {
        if filter.resource.is_some() || is_particular(group.kind) {
            let own = group.places.first().map_or("", |place| place.resource.as_str());
            let name = filter.resource.as_deref().unwrap_or(own);
            resources.entry(name).or_default().push(group);
        }
    }
    if !resources.is_empty() {
        text.push_str("words:\n");
    }
    for (resource, groups) in resources {
        let _ = writeln!(text, "  {}:", quoted(resource));
        lines(&groups, "    ", &mut text);
    }
    text
}

/// Returns whether docs of the kind belong to a single resource and not to the glossary.
fn is_particular(kind: Kind) -> bool {
    matches!(kind, Kind::Resource | Kind::Guide | Kind::Operation | Kind::Type)
}

fn lines(groups: &[&Group<'_>], indent: &str, text: &mut String) {
    let mut open = None;
    for group in groups {
        let head = match group.kind {
            Kind::Resource => Some("summary"),
            Kind::Guide => Some("guide"),
            // The root of a schema that belongs to no resource.
            Kind::Type
                if group.places.iter().all(|place| place.trail == [place.resource.as_str()]) =>
            {
                Some("summary")
            }
            _ => None,
        };
        if let Some(head) = head {
            let _ = writeln!(text, "{indent}{head}:");
            continue;
        }
        if open != Some(group.kind) {
            open = Some(group.kind);
            let _ = writeln!(text, "{indent}{}:", group.kind.name());
        }
        let _ = writeln!(text, "{indent}  # {}", group.comment());
        let _ = writeln!(text, "{indent}  {}:", quoted(&group.key));
    }
}

/// Renders the items as JSON, one line per name.
pub fn json_lines(coverage: &Coverage, filter: &Filter) -> String {
    let line = |group: &Group<'_>| {
        let value = serde_json::json!({
            "kind": group.kind.name(),
            "key": group.key,
            "count": group.places.len(),
            "types": group.types(),
            "examples": group.examples(),
            "max_length": group.max_length(),
            "values": group.values(),
            "since": group.since(),
            "required": group.places.iter().all(|place| place.required),
            "has_words": group.places.iter().all(|place| place.has_words),
        });
        format!("{value}\n")
    };
    groups(coverage, filter).iter().map(line).collect()
}

/// Quotes a YAML key if it would otherwise be read as another type.
fn quoted(key: &str) -> String {
    let is_plain = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|one| one.is_ascii_alphanumeric() || "_.-".contains(one))
        && !["true", "false", "null", "on", "off", "yes", "no", "y", "n"]
            .contains(&key.to_lowercase().as_str());
    if is_plain { key.to_owned() } else { format!("{key:?}") }
}
