//! Creates, reads, changes and deletes objects by the role of an operation.

use pinstripe_codegen::model::{Kind, Response};
use serde_json::{Map, Value, json};

use super::{Shape, list, page_list, search};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::spec::Role;

/// Data that Stripe itself provides: an id that is not stored is an example of it.
const PROVIDED: [&str; 15] = [
    "apps.install",
    "balance",
    "climate.product",
    "climate.supplier",
    "country_spec",
    "exchange_rate",
    "issuing.physical_bundle",
    "reporting.report_type",
    "tax_code",
    "terminal.hardware_product",
    "terminal.hardware_shipping_method",
    "terminal.hardware_sku",
    "v2.money_management.payout_methods_bank_account_spec",
    "application",
    "sigma.sigma_api_query",
];

/// Kinds whose ids are checked where they are sent as parameters.
const CHECKED: [&str; 12] = [
    "charge",
    "coupon",
    "customer",
    "invoice",
    "payment_intent",
    "plan",
    "price",
    "product",
    "promotion_code",
    "setup_intent",
    "subscription",
    "test_helpers.test_clock",
];

/// Responds to an operation that has no behavior of its own.
///
/// # Errors
///
/// When an object does not exist.
pub fn respond(context: &mut Context<'_>, call: &Call<'_>) -> Result<Outcome> {
    require_parents(context, call)?;
    let value = match call.role {
        Role::Create(schema) => create(context, call, schema)?,
        Role::Retrieve(schema) => retrieve(context, call, schema)?,
        Role::Update(schema) => update(context, call, schema)?,
        Role::Delete(schema) => delete(context, call, schema)?,
        Role::Act(schema) => act(context, call, schema)?,
        Role::Singleton(schema) => singleton(context, call, schema),
        Role::List(schema) if call.operation.is_v2() => page_list(context, call, schema)?,
        Role::List(schema) => list(context, call, schema)?,
        Role::Search(schema) => search::search(context, call, schema)?,
        Role::Respond => return Ok(without_object(context, call)),
    };
    Ok(Outcome::Value(value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    check_references(context, call, schema)?;
    let mut members = Map::new();
    if let Some(id) = call.text("id") {
        if context.get(schema, id).is_some_and(|known| known["deleted"] != true) {
            let noun = schema.rsplit('.').next().unwrap_or(schema);
            let noun = noun[..1].to_uppercase() + &noun[1..];
            return Err(ApiError::invalid(format!("{noun} already exists."))
                .code("resource_already_exists"));
        }
        members.insert("id".to_owned(), id.into());
    }
    for (name, id) in &call.path {
        set_owner(context, schema, &mut members, name, id);
        members.insert("_parent".to_owned(), id.as_str().into());
    }
    context.shape().apply(schema, &mut members, &call.parameters);
    add_secrets(context, schema, &mut members);
    Ok(context.create_with_event(schema, members.into()))
}

/// Sets the field that names the owner of a nested object.
fn set_owner(
    context: &Context<'_>,
    schema: &str,
    members: &mut Map<String, Value>,
    name: &str,
    id: &str,
) {
    let fields = context.spec.object(schema).map_or(&[][..], |object| &object.fields);
    // The path of a person has `account_id`, and the person `account`.
    let names = [name, name.strip_suffix("_id").unwrap_or(name)];
    let known = names.iter().find(|name| fields.iter().any(|field| field.name == **name));
    if let Some(name) = known {
        members.insert((*name).to_owned(), id.into());
    }
}

/// Secrets and links that every new object of a schema has.
fn add_secrets(context: &mut Context<'_>, schema: &str, members: &mut Map<String, Value>) {
    let Some(object) = context.spec.object(schema) else { return };
    let names: Vec<String> = object.fields.iter().map(|field| field.name.clone()).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    if (has("client_secret") || has("url") || has("expires_at")) && !members.contains_key("id") {
        members.insert("id".to_owned(), context.new_id(schema).into());
    }
    let id = members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if has("client_secret") {
        let secret = format!("{id}_secret_{}", context.secret(25));
        members.insert("client_secret".to_owned(), secret.into());
    }
    if has("expires_at") && !members.contains_key("expires_at") && !schema.starts_with("v2.") {
        let days = if schema == "account_link" || schema.ends_with("session") { 1 } else { 30 };
        members.insert("expires_at".to_owned(), (context.now() + days * 86_400).into());
    }
    if has("url") && !members.contains_key("url") {
        let noun = schema.replace('.', "/");
        members.insert("url".to_owned(), format!("{}/{noun}/{id}", context.base_url).into());
    }
}

fn retrieve(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    let (param, id) = call.path.last().map_or(("id", ""), |(name, id)| (name.as_str(), id));
    if let Some(value) = context.get(schema, id) {
        let parent = call.path.len().checked_sub(2).map(|index| call.segment(index));
        let belongs = value["_parent"].is_null()
            || parent.is_none()
            || value["_parent"] == *parent.unwrap_or("");
        if belongs {
            return Ok(value);
        }
    } else if PROVIDED.contains(&schema) {
        return Ok(context
            .shape()
            .object(schema, Map::from_iter([("id".to_owned(), id.into())]))
            .into());
    } else if schema == "account" && id == context.account {
        return Ok(own_account(context));
    }
    Err(ApiError::no_such(schema, id, param))
}

fn update(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    let before = existing(context, call, schema)?;
    check_references(context, call, schema)?;
    let mut members = before.as_object().cloned().unwrap_or_default();
    let shape = Shape { spec: context.spec, now: context.now() };
    let object = context.spec.object(schema);
    for (name, value) in &call.parameters {
        // Fields of an object inside are changed one by one, but an address is replaced.
        let field =
            object.and_then(|object| object.fields.iter().find(|field| field.name == *name));
        let is_settings =
            value.is_object() && name != "metadata" && name != "address" && name != "shipping";
        let one = Map::from_iter([(name.clone(), value.clone())]);
        if is_settings && field.is_some() && members.get(name).is_some_and(Value::is_object) {
            let mut changed = Map::new();
            shape.apply(schema, &mut changed, &one);
            let given = value.as_object().cloned().unwrap_or_default();
            for (inner, value) in changed.get(name).and_then(Value::as_object).into_iter().flatten()
            {
                if given.contains_key(inner) {
                    members[name][inner] = value.clone();
                }
            }
            for (inner, value) in given.iter().filter(|(_, value)| value.is_null()) {
                members[name][inner] = value.clone();
            }
        } else {
            shape.apply(schema, &mut members, &one);
        }
    }
    let after = Value::Object(members);
    context.put(schema, &after);
    context.emit_updated(schema, &before, &after);
    Ok(after)
}

fn delete(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    let before = existing(context, call, schema)?;
    let deleted_schema = format!("deleted_{schema}");
    let keeps_rest = context.spec.api().schemas.contains_key(&deleted_schema);
    let id = before["id"].as_str().unwrap_or_default().to_owned();
    if keeps_rest {
        let object = before["object"].clone();
        let rest = json!({"id": id, "object": object, "deleted": true});
        context.put(schema, &rest);
        context.emit_for(schema, "deleted", &before, None);
        return Ok(rest);
    }
    context.store.remove(&context.account, schema, &id);
    context.emit_for(schema, "deleted", &before, None);
    Ok(before)
}

/// Changes the state of an object by the last word of the path: `/cancel`, `/archive`.
fn act(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    let before = existing(context, call, schema)?;
    let verb = call.operation.path.rsplit('/').next().unwrap_or_default();
    let mut members = before.as_object().cloned().unwrap_or_default();
    context.shape().apply(schema, &mut members, &call.parameters);
    if let Some(status) = status_after(context, schema, verb) {
        members.insert("status".to_owned(), status.into());
    }
    let active = match verb {
        "activate" | "reactivate" | "unarchive" | "enable" => Some(true),
        "deactivate" | "archive" | "disable" => Some(false),
        _ => None,
    };
    if let (Some(active), true) = (active, members.contains_key("active")) {
        members.insert("active".to_owned(), active.into());
    }
    let participle = participle(verb);
    if has_flag(context, schema, &participle) {
        members.insert(participle.clone(), true.into());
    }
    let after = Value::Object(members);
    context.put(schema, &after);
    let ended = after["status"].as_str().unwrap_or_default().to_owned();
    if ended != before["status"] && context.spec.event(schema, &ended).is_some() {
        context.emit_for(schema, &ended, &after, None);
    } else if has_flag(context, schema, &participle)
        && context.spec.event(schema, &participle).is_some()
    {
        context.emit_for(schema, &participle, &after, None);
    } else {
        context.emit_updated(schema, &before, &after);
    }
    Ok(after)
}

/// The state that an action leads to: `close` → `closed`.
fn participle(verb: &str) -> String {
    if verb.ends_with('e') { format!("{verb}d") } else { format!("{verb}ed") }
}

/// Whether a schema says by a boolean that an action has happened.
fn has_flag(context: &Context<'_>, schema: &str, name: &str) -> bool {
    let fields = context.spec.object(schema).map_or(&[][..], |object| &object.fields);
    let field = fields.iter().find(|field| field.name == name);
    field.is_some_and(|field| matches!(context.spec.api().ty(field.ty).kind, Kind::Boolean))
}

/// The status that an action leads to, if the schema has it.
fn status_after(context: &Context<'_>, schema: &str, verb: &str) -> Option<String> {
    let wanted: &[&str] = match verb {
        "cancel" => &["canceled", "cancelled"],
        "void" => &["void", "voided"],
        "archive" => &["archived", "inactive"],
        "unarchive" | "activate" | "reactivate" | "resume" => &["active", "activated"],
        "enable" => &["enabled", "active"],
        "disable" => &["disabled"],
        "deactivate" => &["inactive", "deactivated"],
        "expire" => &["expired"],
        "approve" => &["approved", "active"],
        "reject" => &["rejected"],
        "decline" => &["declined", "closed"],
        "accept" => &["accepted"],
        "finalize" => &["open", "finalized"],
        "close" => &["closed", "lost"],
        "submit" => &["submitted", "processing"],
        "succeed" => &["succeeded"],
        "fail" => &["failed", "failure"],
        "return" => &["returned"],
        "post" => &["posted"],
        "reverse" => &["reversed", "canceled"],
        "release" => &["released"],
        "deliver" => &["delivered"],
        "ship" => &["shipped"],
        "mark_ready_to_ship" => &["ready_to_ship"],
        "mark_undeliverable" => &["undeliverable"],
        "redact" => &["redacted", "canceled"],
        "complete" | "confirm" => &["complete", "succeeded"],
        "capture" => &["closed", "succeeded"],
        "disconnect" => &["disconnected"],
        _ => return None,
    };
    let object = context.spec.object(schema)?;
    let field = object.fields.iter().find(|field| field.name == "status")?;
    let Kind::Enum(values) = &context.spec.api().ty(field.ty).kind else { return None };
    let known = wanted.iter().find(|wanted| values.iter().any(|value| value == *wanted))?;
    Some((*known).to_owned())
}

/// The one object of its kind, which exists from the start.
fn singleton(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Value {
    let owner = call.path.last().map_or("singleton", |(_, id)| id).to_owned();
    if schema == "account" {
        return own_account(context);
    }
    let kind = format!("_one:{schema}");
    let before = context.store.get(&context.account, &kind, &owner).cloned().unwrap_or_else(|| {
        let mut members = Map::new();
        for (name, id) in &call.path {
            set_owner(context, schema, &mut members, name, id);
        }
        context.shape().object(schema, members).into()
    });
    if call.parameters.is_empty() || call.operation.method.as_str() == "GET" {
        return before;
    }
    let mut members = before.as_object().cloned().unwrap_or_default();
    context.shape().apply(schema, &mut members, &call.parameters);
    let after = Value::Object(members);
    context.store.put(&context.account, &kind, &owner, after.clone());
    context.emit_updated(schema, &before, &after);
    after
}

/// The account that the key belongs to.
pub fn own_account(context: &mut Context<'_>) -> Value {
    let id = context.account.clone();
    if let Some(account) = context.get("account", &id) {
        return account;
    }
    let account = json!({
        "id": id, "charges_enabled": true, "payouts_enabled": true, "details_submitted": true,
        "country": "US", "default_currency": "usd", "email": "mock@example.com", "type": "standard",
    });
    context.create("account", account)
}

/// Responds by the shape of the response alone.
fn without_object(context: &Context<'_>, call: &Call<'_>) -> Outcome {
    match call.operation.response {
        Response::Binary => Outcome::Bytes("application/pdf", b"%PDF-1.7\n%%EOF\n".to_vec()),
        Response::Empty => Outcome::Value(json!({})),
        Response::Json(ty) => {
            let made = context.spec.object_of(ty).map(|_| Map::new()).unwrap_or_default();
            Outcome::Value(made.into())
        }
    }
}

/// The object that the path names.
fn existing(context: &mut Context<'_>, call: &Call<'_>, schema: &str) -> Result<Value> {
    if schema == "account" && call.id() == context.account {
        return Ok(own_account(context));
    }
    let (param, id) = call.path.last().map_or(("id", ""), |(name, id)| (name.as_str(), id));
    context.require(schema, id, param)
}

/// The objects that a nested path leads through must exist.
fn require_parents(context: &Context<'_>, call: &Call<'_>) -> Result<()> {
    let mut path = String::new();
    let mut index = 0;
    let ids: Vec<&(String, String)> = call.path.iter().collect();
    for segment in call.operation.path.split('/').skip(1) {
        path.push('/');
        path.push_str(segment);
        if !segment.starts_with('{') {
            continue;
        }
        let (param, id) = ids[index];
        index += 1;
        let is_last = path == call.operation.path;
        let split: Vec<String> = path.split('/').map(str::to_owned).collect();
        let Some((found, _)) = context.spec.route("GET", &split) else { continue };
        let Role::Retrieve(schema) = found.role else { continue };
        let provided =
            PROVIDED.contains(&schema.as_str()) || (schema == "account" && *id == context.account);
        if !is_last && !provided {
            context.require(schema, id, param)?;
        }
    }
    Ok(())
}

/// Ids in parameters must be those of objects.
fn check_references(context: &Context<'_>, call: &Call<'_>, schema: &str) -> Result<()> {
    let Some(object) = context.spec.object(schema) else { return Ok(()) };
    for (name, value) in &call.parameters {
        let Some(id) = value.as_str() else { continue };
        let Some(field) = object.fields.iter().find(|field| field.name == *name) else { continue };
        let Kind::Expandable(schemas) = &context.spec.api().ty(field.ty).kind else { continue };
        let kind = context.spec.api().schema_name(schemas[0]);
        if CHECKED.contains(&kind) && context.get(kind, id).is_none() {
            return Err(ApiError::no_such(kind, id, name).status(400));
        }
    }
    Ok(())
}
