//! Whether one type reads whatever another one stands for.

use std::cell::RefCell;
use std::collections::HashSet;

use serde_yaml::{Mapping, Value};

use super::facts::Facts;
use super::shape::{
    Shape, arms_of, is_constant, is_plain_text, members_of, names_in, peel, target, targets,
    values_of,
};

/// Compares a newer type with an older one.
pub struct Reader<'a> {
    old: &'a Facts,
    new: &'a Facts,
    /// Pairs of schemas that are being compared: what refers to itself holds if everything else does.
    assumed: RefCell<HashSet<(String, String)>>,
}

impl<'a> Reader<'a> {
    pub fn new(old: &'a Facts, new: &'a Facts) -> Self {
        Self { old, new, assumed: RefCell::default() }
    }

    pub fn reads(&self, new: &Value, old: &Value) -> bool {
        let ((new, new_null), (old, old_null)) = (peel(new), peel(old));
        (new_null || !old_null) && self.reads_core(&new, &old)
    }

    fn reads_core(&self, new: &Value, old: &Value) -> bool {
        if let (Some(newer), Some(older)) = (target(new), target(old)) {
            let pair = (newer.to_owned(), older.to_owned());
            if newer == older
                || self.lists(newer, older)
                || !self.assumed.borrow_mut().insert(pair.clone())
            {
                return true;
            }
            let reads = self.resolved(new, old);
            if !reads {
                // What was assumed does not hold, and must not be taken for granted by another alternative.
                self.assumed.borrow_mut().remove(&pair);
            }
            return reads;
        }
        match (Shape::of(new), Shape::of(old)) {
            (Shape::Anything, _) => true,
            (Shape::Expandable, Shape::Expandable) => targets(old).is_subset(&targets(new)),
            (Shape::Expandable, Shape::Reference) => {
                target(old).is_some_and(|name| targets(new).contains(name))
            }
            (Shape::Expandable, Shape::Text | Shape::Enum) => true,
            (_, Shape::Union) => arms_of(old).iter().all(|arm| self.reads_core(new, arm)),
            (Shape::Union, _) => arms_of(new).iter().any(|arm| self.reads_core(arm, old)),
            (Shape::Reference, _) | (_, Shape::Reference) => self.resolved(new, old),
            (Shape::Text, Shape::Text | Shape::Enum) => {
                is_plain_text(new) || new.get("format") == old.get("format")
            }
            (Shape::Enum, Shape::Text) => {
                is_plain_text(old) && !values_of(new).contains(&"".into())
            }
            (Shape::Enum, Shape::Enum) => true,
            (Shape::Scalar, Shape::Scalar) => {
                new.get("type") == old.get("type")
                    || new.get("type") == Some(&"number".into())
                        && old.get("type") == Some(&"integer".into())
            }
            (Shape::Array, Shape::Array) => self.inner("items", new, old),
            (Shape::Map, Shape::Map) => self.inner("additionalProperties", new, old),
            (Shape::Object, Shape::Object) => self.reads_object(new, old),
            _ => false,
        }
    }

    /// Whether a schema is a union that has another one among its alternatives.
    fn lists(&self, union: &str, schema: &str) -> bool {
        let union = self.new.schemas.get(union).or_else(|| self.old.schemas.get(union));
        union.is_some_and(|union| arms_of(union).iter().any(|arm| target(arm) == Some(schema)))
    }

    fn inner(&self, name: &str, new: &Value, old: &Value) -> bool {
        let anything = Value::Mapping(Mapping::new());
        self.reads(new.get(name).unwrap_or(&anything), old.get(name).unwrap_or(&anything))
    }

    /// The same, with the schemas that are referred to.
    fn resolved(&self, new: &Value, old: &Value) -> bool {
        let newer = target(new).map_or(Some(new), |name| {
            self.new.schemas.get(name).or_else(|| self.old.schemas.get(name))
        });
        let older = target(old).map_or(Some(old), |name| self.old.schemas.get(name));
        newer.zip(older).is_some_and(|(newer, older)| self.reads(newer, older))
    }

    fn reads_object(&self, new: &Value, old: &Value) -> bool {
        let (newer, older) = (members_of(new), members_of(old));
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
