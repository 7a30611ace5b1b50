//! Alternatives: unions, expandable fields, and schemas that no single type decodes.

use serde_yaml::{Mapping, Value};

use super::values::without_values;
use super::{Context, Lead, Merge, Side, Sides, Usage};
use crate::dialect::Dialect;
use crate::import::facts::tidy;
use crate::import::schema_kind::{
    SchemaKind, arms_of, properties_of, reference_target, values_of, without_marks,
};

/// Marks a schema of the public document that SDK documents contradict.
const DECIDED_BY: &str = "x-decidedBy";

impl Merge<'_> {
    /// Returns the one of two schemas that decodes the other.
    pub(super) fn either(
        &mut self,
        old: &Value,
        new: &Value,
        lead: Lead,
        context: &Context,
    ) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let (side, other) =
            if lead.document { (Side::New, Side::Old) } else { (Side::Old, Side::New) };
        if self.reads(side, leading, follow) {
            return leading.clone();
        }
        if self.reads(other, follow, leading) {
            // A request with the narrower schema is valid in both dialects.
            let narrow_is_right = lead.across_dialects && context.usage == Usage::Request;
            return if narrow_is_right { leading.clone() } else { without_marks(follow) };
        }
        let is_decided = old.get(DECIDED_BY).is_some();
        if !is_decided && !self.is_contradiction(context) {
            // The API had another schema in a former version.
            let is_newest = context.scope.iter().all(|known| known.version <= self.edition.version);
            let lead = Lead { document: is_newest, ..lead };
            let Sides { lead: leading, follow } = lead.sides(old, new);
            self.keep(context, follow, is_newest);
            return leading.clone();
        }
        // The public document is Stripe's documented contract.
        let public_is_new = self.edition.dialect == Dialect::Public && !is_decided;
        let (chosen, rejected) = if public_is_new { (new, old) } else { (old, new) };
        if context.usage == Usage::Response {
            self.keep(context, rejected, false);
        }
        let mut chosen = chosen.clone();
        if let Value::Mapping(members) = &mut chosen {
            members.insert(DECIDED_BY.into(), Dialect::Public.as_str().into());
        }
        tidy(chosen)
    }

    /// Returns whether the dialects contradict each other. Two documents of one version cannot both
    /// be right. Between versions, a difference counts as an API change.
    pub(super) fn is_contradiction(&self, context: &Context) -> bool {
        context.scope.iter().any(|known| {
            known.version == self.edition.version && known.dialect != self.edition.dialect
        })
    }

    /// Records a schema that the merged type does not read. `is_replaced` is whether the document
    /// has another schema at this location.
    pub(super) fn keep(&mut self, context: &Context, shape: &Value, is_replaced: bool) {
        let at = &context.pointer;
        let mut shape = without_marks(shape);
        // A parameter is identified by location and name, since its index in the list may change.
        if at.is_empty() {
            return;
        }
        let after = context
            .scope
            .iter()
            .map(|known| &known.version)
            .filter(|version| **version > self.edition.version)
            .min();
        let until = if is_replaced { Some(&self.edition.version) } else { after };
        if let (Value::Mapping(members), Some(until)) = (&mut shape, until) {
            members.insert("x-until".into(), until.as_str().into());
        }
        let shapes = self.alternatives.entry(at.clone()).or_default();
        match shapes.iter_mut().find(|known| without_marks(known) == without_marks(&shape)) {
            Some(known) if is_replaced || until_of(known) >= until_of(&shape) => {}
            Some(known) => *known = shape,
            None => shapes.push(shape),
        }
    }

    /// Merges expandable IDs: the result expands to the targets of both sides.
    pub(super) fn expandable(&self, old: &Value, new: &Value, lead: Lead) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let Value::Mapping(mut merged) = leading.clone() else { return leading.clone() };
        let side = if lead.document { Side::New } else { Side::Old };
        let known: Vec<Value> =
            arms_of(leading).into_iter().filter(|arm| reference_target(arm).is_some()).collect();
        let is_new = |arm: &Value| {
            reference_target(arm).is_some()
                && !known.iter().any(|known| self.reads(side, known, arm))
        };
        let more: Vec<Value> = arms_of(follow).into_iter().filter(is_new).collect();
        if let Some(Value::Sequence(arms)) = merged.get_mut("anyOf") {
            arms.extend(more.iter().cloned());
            sort_references(arms);
        }
        if let Some(Value::Sequence(listed)) =
            merged.get_mut("x-expansionResources").and_then(|listed| listed.get_mut("oneOf"))
        {
            listed.extend(more);
            sort_references(listed);
        }
        merged.into()
    }

    /// Merges unions. At least one side is a union.
    pub(super) fn union(
        &mut self,
        old: &Value,
        new: &Value,
        lead: Lead,
        context: &Context,
    ) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let mut others = arms_of(follow);
        let inner = context.without_pointer();
        let mut merged = Vec::new();
        for arm in arms_of(leading) {
            let twin =
                others.iter().position(|other| are_same_alternative(other, &arm)).or_else(|| {
                    lead.across_dialects.then(|| most_similar_object(&others, &arm)).flatten()
                });
            merged.push(match twin.map(|index| others.remove(index)) {
                Some(twin) if lead.document => self.schema(&twin, &arm, &inner),
                Some(twin) => self.schema(&arm, &twin, &inner),
                None if SchemaKind::of(&arm) == SchemaKind::Enum && !context.scope.is_empty() => {
                    // The other side has no enum values.
                    let none = without_values(&arm);
                    if lead.document {
                        self.enumeration(&none, &arm, lead, &inner)
                    } else {
                        self.enumeration(&arm, &none, lead, &inner)
                    }
                }
                None => arm,
            });
        }
        let side = if lead.document { Side::New } else { Side::Old };
        let shares_arms = others.len() < arms_of(follow).len();
        for arm in others {
            if lead.across_dialects
                && shares_arms
                && SchemaKind::of(&arm) == SchemaKind::Enum
                && values_of(&arm) != [Value::from("")]
            {
                let none = without_values(&arm);
                let values = if lead.document {
                    self.enumeration(&arm, &none, lead, &inner)
                } else {
                    self.enumeration(&none, &arm, lead, &inner)
                };
                merged.push(values);
            } else if !merged.iter().any(|merged| self.reads(side, merged, &arm)) {
                // In a request, the alternatives of the SDK documents are valid in both dialects.
                if !(lead.across_dialects && context.usage == Usage::Request && shares_arms) {
                    let is_newest =
                        context.scope.iter().all(|known| known.version <= self.edition.version);
                    self.keep(
                        context,
                        &arm,
                        if lead.across_dialects { is_newest } else { lead.document },
                    );
                }
            }
        }
        match (SchemaKind::of(leading), leading) {
            (SchemaKind::Union, Value::Mapping(members)) => {
                let mut members = members.clone();
                members.insert("anyOf".into(), merged.into());
                members.into()
            }
            _ if merged.len() > 1 => Mapping::from_iter([("anyOf".into(), merged.into())]).into(),
            _ => merged.pop().unwrap_or_default(),
        }
    }
}

/// Returns the version that replaced a schema.
fn until_of(shape: &Value) -> Option<String> {
    shape.get("x-until").and_then(Value::as_str).map(str::to_owned)
}

/// Sorts references behind all other alternatives, by name.
fn sort_references(arms: &mut [Value]) {
    arms.sort_by(|left, right| reference_target(left).cmp(&reference_target(right)));
}

/// Returns whether two alternatives are versions of the same one.
fn are_same_alternative(old: &Value, new: &Value) -> bool {
    let clears = |arm: &Value| values_of(arm) == [Value::from("")];
    match (SchemaKind::of(old), SchemaKind::of(new)) {
        (SchemaKind::Reference, SchemaKind::Reference) => {
            reference_target(old) == reference_target(new)
        }
        (SchemaKind::Enum, SchemaKind::Enum) => clears(old) == clears(new),
        (SchemaKind::Text, SchemaKind::Text) | (SchemaKind::Scalar, SchemaKind::Scalar) => {
            old.get("type") == new.get("type") && old.get("format") == new.get("format")
        }
        (old, new) => old == new,
    }
}

/// Returns the object among `arms` that shares the most fields with another one.
fn most_similar_object(arms: &[Value], arm: &Value) -> Option<usize> {
    if SchemaKind::of(arm) != SchemaKind::Object {
        return None;
    }
    let fields = properties_of(arm);
    let shared = |other: &Value| {
        properties_of(other).keys().filter(|name| fields.contains_key(*name)).count()
    };
    let objects =
        arms.iter().enumerate().filter(|(_, other)| SchemaKind::of(other) == SchemaKind::Object);
    objects.max_by_key(|(index, other)| (shared(other), arms.len() - index)).map(|(index, _)| index)
}
