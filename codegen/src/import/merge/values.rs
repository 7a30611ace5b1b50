//! Scalars: strings and numbers with formats and limits, and enums with the history of each value.

use serde_yaml::{Mapping, Value};

use super::{Context, Lead, Merge, Sides};
use crate::dialect::Dialect;
use crate::import::facts::{sort_values, tidy};
use crate::import::schema_kind::{mapping_in, values_of};
use crate::import::timeline::{Edition, Presence};

/// Marks an enum whose values are listed only in documents of one dialect.
const LISTED_BY: &str = "x-listedBy";

const LIMITS: [&str; 3] = ["minimum", "maximum", "maxLength"];

/// Keywords that restrict a type without changing it. A document may omit them.
const PRECISION: [&str; 5] = ["format", "minimum", "maximum", "maxLength", "deprecated"];

impl Merge<'_> {
    /// Merges two strings or two numbers. A format refines the base type, and a document without a
    /// format does not contradict it.
    pub(super) fn base(
        &mut self,
        leading: &Value,
        follow: &Value,
        lead: Lead,
        context: &Context,
    ) -> Value {
        match (leading.get("format"), follow.get("format")) {
            (Some(of_lead), Some(of_other)) if of_lead != of_other => {
                let (old, new) = if lead.document { (follow, leading) } else { (leading, follow) };
                self.either(old, new, lead, context)
            }
            _ => refined(leading, follow),
        }
    }

    /// Limits are taken from the newest document of the dialect that has them.
    pub(super) fn with_limits(
        &self,
        mut merged: Value,
        old: &Value,
        new: &Value,
        context: &Context,
    ) -> Value {
        let is_newest = context
            .scope
            .iter()
            .filter(|known| known.dialect == self.edition.dialect)
            .all(|known| known.version <= self.edition.version);
        let from = if is_newest { new } else { old };
        for name in LIMITS {
            if let (Value::Mapping(members), Some(limit)) = (&mut merged, from.get(name)) {
                members.insert(name.into(), limit.clone());
            }
        }
        tidy(merged)
    }

    pub(super) fn enumeration(
        &mut self,
        old: &Value,
        new: &Value,
        lead: Lead,
        context: &Context,
    ) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let mut merged =
            if values_of(leading).is_empty() { follow.clone() } else { leading.clone() };
        let (older, newer) = (values_of(old), values_of(new));
        // A document without the list of values gives no information about any of them.
        let listed_by = old.get(LISTED_BY).and_then(Value::as_str).and_then(Dialect::parse);
        let lists = |known: &&Edition| listed_by.is_none_or(|dialect| dialect == known.dialect);
        let scope: Vec<Edition> = context.scope.iter().filter(lists).cloned().collect();
        let marks = ["x-enumSince", "x-enumUntil", "x-enumOnlyIn"];
        let before = marks.map(|name| mapping_in(old, name));
        let mut after: [Mapping; 3] = Default::default();
        let mut all: Vec<Value> = older
            .iter()
            .chain(newer.iter().filter(|value| !older.contains(value)))
            .cloned()
            .collect();
        all.retain(|value| {
            // The empty string, which clears a field, is not a value with a history.
            if value.as_str().is_none_or(str::is_empty) {
                return true;
            }
            let text =
                |index: usize| before[index].get(value).and_then(Value::as_str).map(str::to_owned);
            let known = older.contains(value).then(|| Presence {
                since: text(0),
                until: text(1),
                only: text(2).as_deref().and_then(Dialect::parse),
            });
            let Some(presence) = self.observe(known.as_ref(), &scope, newer.contains(value)) else {
                return false;
            };
            let only = presence.only.map(|dialect| dialect.as_str().to_owned());
            for (marks, mark) in after.iter_mut().zip([presence.since, presence.until, only]) {
                if let Some(mark) = mark {
                    marks.insert(value.clone(), mark.into());
                }
            }
            true
        });
        sort_values(&mut all);
        if let Value::Mapping(members) = &mut merged {
            members.remove(LISTED_BY);
            if let Some(dialect) = listed_by.filter(|dialect| *dialect == self.edition.dialect) {
                members.insert(LISTED_BY.into(), dialect.as_str().into());
            }
            members.insert("enum".into(), all.into());
            for (name, mut marks) in marks.into_iter().zip(after) {
                members.remove(name);
                if !marks.is_empty() {
                    sort_keys(&mut marks);
                    members.insert(name.into(), marks.into());
                }
            }
        }
        merged
    }

    pub(super) fn is_first_of_dialect(&self, context: &Context) -> bool {
        !context.scope.is_empty()
            && context.scope.iter().all(|known| known.dialect != self.edition.dialect)
    }
}

/// Marks an enum as listed by one dialect only. Does nothing if the dialect is unknown.
pub(super) fn listed_by(merged: Value, dialect: Option<Dialect>, before: &Value) -> Value {
    let known = before.get(LISTED_BY).cloned();
    let Some(mark) = known.or_else(|| dialect.map(|dialect| dialect.as_str().into())) else {
        return merged;
    };
    let mut merged = merged;
    if let Value::Mapping(members) = &mut merged {
        members.insert(LISTED_BY.into(), mark);
    }
    tidy(merged)
}

pub(super) fn without_values(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::Mapping(members) = &mut value {
        for name in ["x-enumSince", "x-enumUntil", "x-enumOnlyIn"] {
            members.remove(name);
        }
        members.insert("enum".into(), Value::Sequence(Vec::new()));
    }
    value
}

/// Adds the restrictions of another version of a type.
pub(super) fn refined(value: &Value, other: &Value) -> Value {
    let (Value::Mapping(members), true) =
        (value, have_same_type(value, other) || value.get("enum").is_some())
    else {
        return value.clone();
    };
    let mut members = members.clone();
    for name in PRECISION {
        let fits = name != "format" || value.get("enum").is_none();
        if let (None, Some(precision), true) = (members.get(name), other.get(name), fits) {
            members.insert(name.into(), precision.clone());
        }
    }
    tidy(members.into())
}

pub(super) fn have_same_type(left: &Value, right: &Value) -> bool {
    left.get("type") == right.get("type")
}

fn sort_keys(mapping: &mut Mapping) {
    let mut entries: Vec<(Value, Value)> = std::mem::take(mapping).into_iter().collect();
    entries.sort_by(|(left, _), (right, _)| left.as_str().cmp(&right.as_str()));
    mapping.extend(entries);
}
