//! Objects: their fields, and which of them are always present.

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::values::refined;
use super::{Context, Lead, Merge, Sides, Usage};
use crate::dialect::Dialect;
use crate::import::facts::tidy;
use crate::import::schema_kind::{names_in, properties_of};
use crate::import::timeline::{Edition, Presence};

/// Marks a field that all SDK documents require and a public document does not have.
const REQUIRED_BY_SDK: &str = "x-requiredBySdk";

impl Merge<'_> {
    pub(super) fn object(
        &mut self,
        old: &Value,
        new: &Value,
        lead: Lead,
        context: &Context,
    ) -> Value {
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let mut merged = refined(leading, follow);
        let fields = context.inside("properties");
        let properties = self.members(&properties_of(old), &properties_of(new), context, |name| {
            fields.inside(name).pointer
        });
        let mut required = always_present(leading);
        // A public document does not list fields as required that are hidden from publishable keys.
        if context.usage == Usage::Response && !lead.across_dialects {
            let other = always_present(follow);
            required.retain(|name| other.contains(name));
        }
        let (required, fields) = self.require(required, properties, context);
        if let Value::Mapping(members) = &mut merged {
            members.insert("properties".into(), to_mapping(fields).into());
            members.remove("required");
            if !required.is_empty() {
                members.insert(
                    "required".into(),
                    required.into_iter().map(Value::from).collect::<Vec<_>>().into(),
                );
            }
        }
        merged
    }

    /// Returns the fields present in every version and required in each. A field missing only in
    /// public documents is marked, because a later document can show that they omit it.
    pub(super) fn require(
        &self,
        mut required: Vec<String>,
        mut fields: IndexMap<String, Value>,
        context: &Context,
    ) -> (Vec<String>, IndexMap<String, Value>) {
        required.sort_unstable();
        let of_sdk = |known: &&Edition| known.dialect == Dialect::Sdk;
        let sdk: Vec<&Edition> =
            context.scope.iter().chain([self.edition]).filter(of_sdk).collect();
        let is_required = |field: &Value| {
            let presence = Presence::of(field);
            presence.until.is_none()
                && (presence.since.is_none() || context.usage == Usage::Request)
        };
        let has_all_sdk = |field: &Value| {
            !sdk.is_empty() && sdk.iter().all(|known| Presence::of(field).includes(known))
        };
        for (name, field) in &mut fields {
            let is_disputed = required.contains(name) && !is_required(field) && has_all_sdk(field);
            if let Value::Mapping(members) = field {
                members.remove(REQUIRED_BY_SDK);
                if is_disputed {
                    members.insert(REQUIRED_BY_SDK.into(), true.into());
                }
            }
            *field = tidy(std::mem::take(field));
        }
        required.retain(|name| fields.get(name).is_some_and(is_required));
        (required, fields)
    }
}

/// Returns the required fields of an object.
fn always_present(schema: &Value) -> Vec<String> {
    let mut names = names_in(schema, "required");
    let fields = properties_of(schema).into_iter();
    names.extend(
        fields.filter(|(_, field)| field.get(REQUIRED_BY_SDK).is_some()).map(|(name, _)| name),
    );
    names
}

fn to_mapping(members: IndexMap<String, Value>) -> Mapping {
    members.into_iter().map(|(name, value)| (name.into(), value)).collect()
}
