//! Operations: parameters, request bodies and responses.

use serde_yaml::{Mapping, Value};

use super::{Context, Lead, Merge, Sides, Usage};
use crate::import::facts::{parameter_key, parameter_order, tidy};
use crate::import::schema_kind::sequence;
use crate::import::timeline::{Edition, Presence};
use crate::spec::escape;

impl Merge<'_> {
    /// Merges two versions of an operation. The response is that of the leading side.
    pub fn operation(
        &mut self,
        old: &Value,
        new: &Value,
        scope: &[Edition],
        pointer: &str,
    ) -> Value {
        let lead = self.lead(scope);
        let context =
            Context { pointer: String::new(), usage: Usage::Request, scope: scope.to_vec() };
        let Sides { lead: leading, follow } = lead.sides(old, new);
        let Value::Mapping(mut merged) = leading.clone() else { return leading.clone() };
        if follow.get("deprecated").is_some() {
            merged.insert("deprecated".into(), true.into());
        }
        let parameters = self.parameters(
            &sequence(old, "parameters"),
            &sequence(new, "parameters"),
            lead,
            &context,
        );
        merged.remove("parameters");
        if !parameters.is_empty() {
            merged.insert("parameters".into(), parameters.into());
        }
        let (of_lead, of_other) = (content(leading), content(follow));
        if let Some((media, _)) = of_lead.or(of_other) {
            let empty = Value::Mapping(Mapping::from_iter([("type".into(), "object".into())]));
            let schema_at = format!("{pointer}/requestBody/content/{}/schema", escape(media));
            let (older, newer) = (content(old), content(new));
            let (older, newer) = (
                older.map_or(&empty, |(_, schema)| schema),
                newer.map_or(&empty, |(_, schema)| schema),
            );
            let schema =
                tidy(self.object(older, newer, lead, &Context { pointer: schema_at, ..context }));
            let json = Mapping::from_iter([("schema".into(), schema)]);
            let content = Mapping::from_iter([(media.into(), json.into())]);
            let body = Mapping::from_iter([("content".into(), content.into())]);
            merged.insert("requestBody".into(), body.into());
        }
        Presence::of(old).mark(merged.into())
    }

    pub(super) fn parameters(
        &mut self,
        old: &[Value],
        new: &[Value],
        lead: Lead,
        context: &Context,
    ) -> Vec<Value> {
        let mut merged: Vec<Value> = Vec::new();
        for newer in new {
            let older = old.iter().find(|older| parameter_key(older) == parameter_key(newer));
            let is_path = parameter_key(newer).0 == "path";
            let Some(older) = older else {
                // The parameters of a path are fixed, even if their names changed.
                let presence =
                    if is_path { None } else { self.observe(None, &context.scope, true) };
                merged.push(presence.unwrap_or_default().mark(newer.clone()));
                continue;
            };
            let mut parameter = lead.sides(older, newer).lead.clone();
            let presence = Presence::of(older);
            if let (Value::Mapping(members), Some(older), Some(newer)) =
                (&mut parameter, older.get("schema"), newer.get("schema"))
            {
                let inner = context.clone().with_scope(presence.within(&context.scope));
                members.insert("schema".into(), self.schema(older, newer, &inner));
            }
            let presence =
                if is_path { None } else { self.observe(Some(&presence), &context.scope, true) };
            merged.push(presence.unwrap_or_default().mark(parameter));
        }
        let missing = old
            .iter()
            .filter(|older| !new.iter().any(|newer| parameter_key(newer) == parameter_key(older)));
        for older in missing {
            if parameter_key(older).0 == "path" {
                // Only the path of the leading side is kept.
                if !lead.document {
                    merged.push(older.clone());
                }
                continue;
            }
            let Some(presence) = self.observe(Some(&Presence::of(older)), &context.scope, false)
            else {
                continue;
            };
            let mut parameter = older.clone();
            if let (Value::Mapping(members), true) = (&mut parameter, presence.until.is_some()) {
                members.remove("required");
            }
            merged.push(presence.mark(parameter));
        }
        if !lead.document {
            let is_known = |parameter: &Value| {
                parameter_key(parameter).0 != "path"
                    || old.iter().any(|older| parameter_key(older) == parameter_key(parameter))
            };
            merged.retain(is_known);
        }
        merged.sort_by_key(parameter_order);
        merged
    }
}

/// Returns the media type and the schema of the request body.
fn content(operation: &Value) -> Option<(&str, &Value)> {
    let content = operation.get("requestBody")?.get("content")?.as_mapping()?;
    let (media, content) = content.iter().next()?;
    Some((media.as_str()?, content.get("schema")?))
}
