//! Values: strings and numbers with their formats and limits, and enums with the history of each value.

use serde_yaml::{Mapping, Value};

use super::{Context, Lead, Merge, Sides};
use crate::dialect::Dialect;
use crate::import::facts::{sort_values, tidy};
use crate::import::schema_kind::{mapping_in, values_of};
use crate::import::timeline::{Edition, Presence};

/// The mark of an enum whose values documents of the other dialect do not list.
const LISTED_BY: &str = "x-listedBy";

const LIMITS: [&str; 3] = ["minimum", "maximum", "maxLength"];

/// What narrows a type without making another one of it. A document that lacks it does not deny it.
const PRECISION: [&str; 5] = ["format", "minimum", "maximum", "maxLength", "deprecated"];

impl Merge<'_> {
    /// Two strings or two numbers. A format narrows the base type, and a document without one says nothing against it.
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

    /// Limits are those of the newest document of the dialect that gives them.
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
        // A document that does not list the values says nothing about any of them.
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
            // That the empty string clears a field is no value with a history.
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

/// An enum that only documents of one dialect list the values of. Nothing changes if it is not known which.
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

/// A type with all precision that another description of it has.
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
