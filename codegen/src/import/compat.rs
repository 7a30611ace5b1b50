//! Decides whether one type can decode every value of another.

use std::cell::RefCell;
use std::collections::HashSet;

use serde_yaml::{Mapping, Value};

use super::facts::Facts;
use super::schema_kind::{
    SchemaKind, arms_of, expansion_targets, is_constant, is_plain_text, names_in, properties_of,
    reference_target, split_nullable, values_of,
};

/// Compares a newer type with an older one.
pub struct Compat<'a> {
    old: &'a Facts,
    new: &'a Facts,
    /// Pairs of schemas being compared. Recursive references are assumed compatible until
    /// disproved.
    assumed: RefCell<HashSet<(String, String)>>,
}

impl<'a> Compat<'a> {
    pub fn new(old: &'a Facts, new: &'a Facts) -> Self {
        Self { old, new, assumed: RefCell::default() }
    }

    pub fn reads(&self, new: &Value, old: &Value) -> bool {
        let ((new, new_null), (old, old_null)) = (split_nullable(new), split_nullable(old));
        (new_null || !old_null) && self.reads_core(&new, &old)
    }

    fn reads_core(&self, new: &Value, old: &Value) -> bool {
        if let (Some(newer), Some(older)) = (reference_target(new), reference_target(old)) {
            let pair = (newer.to_owned(), older.to_owned());
            if newer == older
                || self.lists(newer, older)
                || !self.assumed.borrow_mut().insert(pair.clone())
            {
                return true;
            }
            let reads = self.resolved(new, old);
            if !reads {
                // The assumptions of a failed comparison are discarded before the next alternative.
                self.assumed.borrow_mut().remove(&pair);
            }
            return reads;
        }
        match (SchemaKind::of(new), SchemaKind::of(old)) {
            (SchemaKind::Anything, _) => true,
            (SchemaKind::Expandable, SchemaKind::Expandable) => {
                expansion_targets(old).is_subset(&expansion_targets(new))
            }
            (SchemaKind::Expandable, SchemaKind::Reference) => {
                reference_target(old).is_some_and(|name| expansion_targets(new).contains(name))
            }
            (SchemaKind::Expandable, SchemaKind::Text | SchemaKind::Enum) => true,
            (_, SchemaKind::Union) => arms_of(old).iter().all(|arm| self.reads_core(new, arm)),
            (SchemaKind::Union, _) => arms_of(new).iter().any(|arm| self.reads_core(arm, old)),
            (SchemaKind::Reference, _) | (_, SchemaKind::Reference) => self.resolved(new, old),
            (SchemaKind::Text, SchemaKind::Text | SchemaKind::Enum) => {
                is_plain_text(new) || new.get("format") == old.get("format")
            }
            (SchemaKind::Enum, SchemaKind::Text) => {
                is_plain_text(old) && !values_of(new).contains(&"".into())
            }
            (SchemaKind::Enum, SchemaKind::Enum) => true,
            (SchemaKind::Scalar, SchemaKind::Scalar) => {
                new.get("type") == old.get("type")
                    || new.get("type") == Some(&"number".into())
                        && old.get("type") == Some(&"integer".into())
            }
            (SchemaKind::Array, SchemaKind::Array) => self.inner("items", new, old),
            (SchemaKind::Map, SchemaKind::Map) => self.inner("additionalProperties", new, old),
            (SchemaKind::Object, SchemaKind::Object) => self.reads_object(new, old),
            _ => false,
        }
    }

    /// Returns whether a schema is a union with another one among its alternatives.
    fn lists(&self, union: &str, schema: &str) -> bool {
        let union = self.new.schemas.get(union).or_else(|| self.old.schemas.get(union));
        union.is_some_and(|union| {
            arms_of(union).iter().any(|arm| reference_target(arm) == Some(schema))
        })
    }

    fn inner(&self, name: &str, new: &Value, old: &Value) -> bool {
        let anything = Value::Mapping(Mapping::new());
        self.reads(new.get(name).unwrap_or(&anything), old.get(name).unwrap_or(&anything))
    }

    /// Same comparison, with references resolved.
    fn resolved(&self, new: &Value, old: &Value) -> bool {
        let newer = reference_target(new).map_or(Some(new), |name| {
            self.new.schemas.get(name).or_else(|| self.old.schemas.get(name))
        });
        let older = reference_target(old).map_or(Some(old), |name| self.old.schemas.get(name));
        newer.zip(older).is_some_and(|(newer, older)| self.reads(newer, older))
    }

    fn reads_object(&self, new: &Value, old: &Value) -> bool {
        let (newer, older) = (properties_of(new), properties_of(old));
        let was_required = names_in(old, "required");
        names_in(new, "required").iter().all(|name| was_required.contains(name))
            && older.iter().all(|(name, older)| match newer.get(name) {
                Some(newer) if is_constant(name, newer) && is_constant(name, older) => {
                    values_of(newer) == values_of(older)
                }
                Some(newer) => self.reads(newer, older),
                None => true,
            })
    }
}
