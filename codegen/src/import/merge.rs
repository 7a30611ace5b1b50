//! Merges two versions of a schema into one type that decodes both.

mod alternatives;
mod objects;
mod operations;
mod values;

use indexmap::IndexMap;
use serde_yaml::Value;

use self::values::{have_same_type, listed_by, refined};
use super::compat::Compat;
use super::facts::Facts;
use super::schema_kind::{
    SchemaKind, is_constant, is_plain_text, join_nullable, split_nullable, without_marks,
};
use super::timeline::{Edition, Presence};
use crate::dialect::Dialect;
use crate::spec::escape;

/// The use of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// In a response: a field missing in any version is optional.
    Response,
    /// In a request: the newest version determines which fields are required.
    Request,
}

/// Merges a document into the history of all previous documents.
pub struct Merge<'a> {
    pub edition: &'a Edition,
    /// The history.
    pub old: &'a Facts,
    /// The document.
    pub new: &'a Facts,
    /// Receives schemas of former versions that the merged type cannot decode.
    pub alternatives: &'a mut IndexMap<String, Vec<Value>>,
}

/// The location of a schema, and the editions that had it.
#[derive(Clone)]
pub struct Context {
    /// The JSON pointer; empty where there is none, such as in an alternative of a union.
    pub pointer: String,
    pub usage: Usage,
    /// The editions that had the schema.
    pub scope: Vec<Edition>,
}

impl Context {
    fn inside(&self, name: &str) -> Self {
        let pointer = if self.pointer.is_empty() {
            String::new()
        } else {
            format!("{}/{}", self.pointer, escape(name))
        };
        Self { pointer, ..self.clone() }
    }

    fn without_pointer(&self) -> Self {
        Self { pointer: String::new(), ..self.clone() }
    }

    fn with_scope(self, scope: Vec<Edition>) -> Self {
        Self { scope, ..self }
    }
}

/// The side that decides where the two sides are incompatible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lead {
    /// Whether the document leads, and not the history.
    document: bool,
    /// Whether the two sides are of different dialects. Differences between dialects are not
    /// necessarily API changes.
    across_dialects: bool,
}

/// The two sides of a merge, leading side first.
struct Sides<'v> {
    lead: &'v Value,
    follow: &'v Value,
}

impl Lead {
    fn sides<'v>(self, old: &'v Value, new: &'v Value) -> Sides<'v> {
        if self.document {
            Sides { lead: new, follow: old }
        } else {
            Sides { lead: old, follow: new }
        }
    }
}

impl Merge<'_> {
    /// SDK documents lead public ones, which describe the same schemas less precisely. Within a
    /// dialect, the newest leads.
    fn lead(&self, scope: &[Edition]) -> Lead {
        let has_sdk = scope.iter().any(|known| known.dialect == Dialect::Sdk);
        let is_newest = |dialect: Dialect| {
            scope
                .iter()
                .filter(|known| known.dialect == dialect)
                .all(|known| known.version <= self.edition.version)
        };
        match self.edition.dialect {
            Dialect::Sdk if has_sdk => {
                Lead { document: is_newest(Dialect::Sdk), across_dialects: false }
            }
            Dialect::Sdk => Lead { document: true, across_dialects: !scope.is_empty() },
            Dialect::Public if has_sdk => Lead { document: false, across_dialects: true },
            Dialect::Public => {
                Lead { document: is_newest(Dialect::Public), across_dialects: false }
            }
        }
    }

    /// Returns whether the document decides where the two sides are incompatible.
    pub fn is_led_by_document(&self, scope: &[Edition]) -> bool {
        self.lead(scope).document
    }

    /// Merges named items: schemas, fields, events.
    pub fn members(
        &mut self,
        old: &IndexMap<String, Value>,
        new: &IndexMap<String, Value>,
        context: &Context,
        at: impl Fn(&str) -> String,
    ) -> IndexMap<String, Value> {
        let mut merged = IndexMap::new();
        for (name, older) in old {
            let presence = Presence::of(older);
            let newer = new.get(name);
            let result = match newer {
                Some(newer) if older.get("x-preview").is_some() => self
                    .observe(None, &context.scope, true)
                    .map(|presence| presence.mark(newer.clone())),
                None if older.get("x-preview").is_some() => Some(older.clone()),
                Some(newer) if is_constant(name, older) && is_constant(name, newer) => {
                    Some(newer.clone())
                }
                Some(newer) => {
                    let inner = Context {
                        pointer: at(name),
                        usage: context.usage,
                        scope: presence.within(&context.scope),
                    };
                    let value = self.schema(older, newer, &inner);
                    self.observe(Some(&presence), &context.scope, true)
                        .map(|presence| presence.mark(value))
                }
                None => self
                    .observe(Some(&presence), &context.scope, false)
                    .map(|presence| presence.mark(older.clone())),
            };
            merged.extend(result.map(|result| (name.clone(), result)));
        }
        for (name, newer) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            let presence = self.observe(None, &context.scope, true).unwrap_or_default();
            merged.insert(
                name.clone(),
                if presence == Presence::default() {
                    newer.clone()
                } else {
                    presence.mark(newer.clone())
                },
            );
        }
        merged.sort_unstable_keys();
        merged
    }

    pub fn observe(
        &self,
        before: Option<&Presence>,
        scope: &[Edition],
        there: bool,
    ) -> Option<Presence> {
        Presence::observe(before, scope, self.edition, there)
    }

    /// Merges two versions of a schema. The presence marks are those of the older one.
    pub fn schema(&mut self, old: &Value, new: &Value, context: &Context) -> Value {
        let lead = self.lead(&context.scope);
        let (older, older_null) = split_nullable(old);
        let (newer, newer_null) = split_nullable(new);
        let merged = self.core(&older, &newer, lead, context);
        let mut merged = join_nullable(merged, older_null || newer_null);
        if let (Value::Mapping(members), Some(former)) =
            (&mut merged, old.get("x-formerly").or_else(|| new.get("x-formerly")))
        {
            members.insert("x-formerly".into(), former.clone());
        }
        Presence::of(old).mark(merged)
    }

    fn core(&mut self, old: &Value, new: &Value, lead: Lead, context: &Context) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        if without_marks(old) == without_marks(new)
            && old.get("enum").is_none()
            && old.get("properties").is_none()
        {
            return leading.clone();
        }
        match (SchemaKind::of(old), SchemaKind::of(new)) {
            (SchemaKind::Object, SchemaKind::Object) => self.object(old, new, lead, context),
            (SchemaKind::Enum, SchemaKind::Enum) => {
                refined(&self.enumeration(old, new, lead, context), follow)
            }
            (SchemaKind::Array, SchemaKind::Array) => self.inner("items", old, new, lead, context),
            (SchemaKind::Map, SchemaKind::Map) => {
                self.inner("additionalProperties", old, new, lead, context)
            }
            (SchemaKind::Expandable, SchemaKind::Expandable) => self.expandable(old, new, lead),
            // A document without the list of values does not contradict one with it.
            (SchemaKind::Enum, SchemaKind::Text) if is_plain_text(new) => {
                let is_first = self.is_first_of_dialect(context);
                listed_by(refined(old, new), is_first.then(|| self.edition.dialect.other()), old)
            }
            (SchemaKind::Text, SchemaKind::Enum) if is_plain_text(old) => {
                // No previous document lists the values, in either dialect.
                let has_others =
                    context.scope.iter().any(|known| known.dialect != self.edition.dialect);
                listed_by(refined(new, old), has_others.then_some(self.edition.dialect), new)
            }
            (SchemaKind::Reference, SchemaKind::Union)
                if lead.across_dialects && self.reads(Side::Old, old, new) =>
            {
                old.clone()
            }
            (SchemaKind::Union, SchemaKind::Reference)
                if lead.across_dialects && self.reads(Side::New, new, old) =>
            {
                new.clone()
            }
            (SchemaKind::Union, _) | (_, SchemaKind::Union) => self.union(old, new, lead, context),
            (SchemaKind::Text, SchemaKind::Text) | (SchemaKind::Scalar, SchemaKind::Scalar)
                if have_same_type(old, new) =>
            {
                let merged = self.base(leading, follow, lead, context);
                self.with_limits(merged, old, new, context)
            }
            _ => self.either(old, new, lead, context),
        }
    }

    fn inner(
        &mut self,
        name: &str,
        old: &Value,
        new: &Value,
        lead: Lead,
        context: &Context,
    ) -> Value {
        let mut merged = lead.sides(old, new).lead.clone();
        if let (Some(old), Some(new), Value::Mapping(members)) =
            (old.get(name), new.get(name), &mut merged)
        {
            members.insert(name.into(), self.schema(old, new, &context.inside(name)));
        }
        merged
    }

    /// Returns whether a type of one side can decode every value of the other's.
    fn reads(&self, side: Side, reading: &Value, read: &Value) -> bool {
        match side {
            Side::Old => Compat::new(self.new, self.old).reads(reading, read),
            Side::New => Compat::new(self.old, self.new).reads(reading, read),
        }
    }
}

/// The side whose schemas are used first to resolve references.
#[derive(Debug, Clone, Copy)]
enum Side {
    Old,
    New,
}

/// Returns whether some version removed the item.
pub fn is_removed(value: &Value) -> bool {
    value.get("x-until").is_some()
}
