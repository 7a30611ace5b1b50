//! Lists: filters, ranges and cursors.

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::form;

/// Parameters that are not filters.
const PAGING: [&str; 6] = ["limit", "starting_after", "ending_before", "page", "query", "expand"];

/// A list of v1: the newest first.
///
/// # Errors
///
/// When the limit is out of range or a cursor is not the id of an object.
pub fn list(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    let matching = matching(context, call, schema);
    page(call, matching, &path(call))
}

/// Cuts a page out of objects that are in the order of the list.
///
/// # Errors
///
/// When the limit is out of range or a cursor is not the id of an object.
pub fn page(call: &Call<'_>, objects: Vec<Value>, url: &str) -> Result<Value> {
    let limit = limit(call)?;
    let position = |name: &str| match call.text(name) {
        None => Ok(None),
        Some(id) => match objects.iter().position(|object| object["id"] == id) {
            Some(index) => Ok(Some(index)),
            None => Err(ApiError::no_such("object", id, name).status(400)),
        },
    };
    let (after, before) = (position("starting_after")?, position("ending_before")?);
    if after.is_some() && before.is_some() {
        let message = "You cannot parameterize both starting_after and ending_before.";
        return Err(ApiError::invalid(message));
    }
    let (range, has_more) = match (after, before) {
        (_, Some(end)) => (end.saturating_sub(limit)..end, end > limit),
        (after, None) => {
            let start = after.map_or(0, |after| after + 1);
            let end = (start + limit).min(objects.len());
            (start..end, end < objects.len())
        }
    };
    Ok(json!({"object": "list", "data": objects[range].to_vec(), "has_more": has_more, "url": url}))
}

fn limit(call: &Call<'_>) -> Result<usize> {
    let limit = call.integer("limit").unwrap_or(10);
    if !(1..=100).contains(&limit) {
        let message = if limit < 1 {
            "This value must be greater than or equal to 1."
        } else {
            "This value must be less than or equal to 100."
        };
        return Err(ApiError::invalid(message).code("parameter_invalid_integer").param("limit"));
    }
    Ok(limit as usize)
}

/// A list of v2: pages have tokens.
///
/// # Errors
///
/// When the limit is out of range or the token is not one of this list.
pub fn page_list(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    page_of(call, &matching(context, call, schema))
}

/// Cuts a page of v2 out of objects that are in the order of the list.
///
/// # Errors
///
/// When the limit is out of range or the token is not one of this list.
pub fn page_of(call: &Call<'_>, objects: &[Value]) -> Result<Value> {
    let limit = limit(call)?;
    let start = match call.text("page") {
        None => 0,
        Some(token) => token
            .strip_prefix("page_")
            .and_then(|token| token.parse::<usize>().ok())
            .ok_or_else(|| ApiError::invalid("Invalid page token").param("page"))?,
    };
    let start = start.min(objects.len());
    let end = (start + limit).min(objects.len());
    let url = |start: usize| format!("{}?limit={limit}&page=page_{start}", path(call));
    Ok(json!({
        "data": objects[start..end].to_vec(),
        "next_page_url": (end < objects.len()).then(|| url(end)),
        "previous_page_url": (start > 0).then(|| url(start.saturating_sub(limit))),
    }))
}

/// The path of the request.
pub fn path(call: &Call<'_>) -> String {
    let mut path = call.operation.path.clone();
    for (name, id) in &call.path {
        path = path.replace(&format!("{{{name}}}"), &form::encode(id));
    }
    path
}

/// The objects that the filters let through, the newest first.
fn matching(context: &Context<'_>, call: &Call<'_>, schema: &str) -> Vec<Value> {
    let parent = call.path.last();
    let belongs = |object: &Value| {
        parent.is_none_or(|(name, id)| {
            object["_parent"] == **id || id_of(&object[name.as_str()]) == Some(id)
        })
    };
    let passes = |object: &&Value| {
        object["deleted"] != true
            && belongs(object)
            && call.parameters.iter().all(|(name, wanted)| {
                PAGING.contains(&name.as_str()) || passes(object, name, wanted)
            })
    };
    context.store.all(&context.account, schema).rev().filter(passes).cloned().collect()
}

/// Whether an object passes a filter: a field of the same name has the value.
pub fn passes(object: &Value, name: &str, wanted: &Value) -> bool {
    let plural = |value: &Value, ids: &[Value]| ids.iter().any(|id| id_of(value) == id.as_str());
    let field = &object[name];
    match wanted {
        Value::Array(ids) if name == "ids" => plural(&object["id"], ids),
        // `lookup_keys` filters by `lookup_key`, `types` by `type`.
        Value::Array(ids) => match object.get(name.trim_end_matches('s')) {
            Some(field) => plural(field, ids),
            None => true,
        },
        Value::Object(bounds) if is_range(bounds) => bounds.iter().all(|(bound, limit)| {
            let (Some(value), Some(limit)) = (field.as_i64(), limit.as_i64()) else {
                return field.is_null() && object.get(name).is_none();
            };
            match bound.as_str() {
                "gt" => value > limit,
                "gte" => value >= limit,
                "lt" => value < limit,
                _ => value <= limit,
            }
        }),
        Value::Object(inner) => {
            field.is_object() && inner.iter().all(|(name, wanted)| passes(field, name, wanted))
        }
        Value::Null => true,
        // A filter that is no field, or that an object without the field is asked by.
        _ if object.get(name).is_none() => !REFERENCES.contains(&name),
        _ => field == wanted || id_of(field) == wanted.as_str() && wanted.is_string(),
    }
}

/// Filters that an object without the field does not pass.
const REFERENCES: [&str; 14] = [
    "customer",
    "subscription",
    "invoice",
    "payment_intent",
    "payment_link",
    "charge",
    "price",
    "product",
    "email",
    "test_clock",
    "transfer_group",
    "source",
    "coupon",
    "code",
];

fn is_range(bounds: &Map<String, Value>) -> bool {
    bounds.keys().all(|name| matches!(name.as_str(), "gt" | "gte" | "lt" | "lte"))
}

/// The id of an object that a field refers to or embeds.
fn id_of(field: &Value) -> Option<&str> {
    field.as_str().or_else(|| field["id"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_compare_fields() {
        let object = json!({"id": "a", "created": 50, "active": true, "customer": {"id": "c"}, "type": "card", "recurring": {"interval": "month"}});
        let yes = [
            ("active", json!(true)),
            ("customer", json!("c")),
            ("types", json!(["bank", "card"])),
            ("created", json!({"gte": 50, "lt": 51})),
            ("ids", json!(["a"])),
            ("unknown", json!("x")),
            ("recurring", json!({"interval": "month"})),
        ];
        for (name, wanted) in yes {
            assert!(passes(&object, name, &wanted), "{name}");
        }
        let no = [
            ("active", json!(false)),
            ("customer", json!("d")),
            ("types", json!(["bank"])),
            ("created", json!({"gt": 50})),
            ("ids", json!(["b"])),
            ("email", json!("x")),
            ("payment_link", json!("plink_1")),
            ("recurring", json!({"interval": "year"})),
        ];
        for (name, wanted) in no {
            assert!(!passes(&object, name, &wanted), "{name}");
        }
    }
}
