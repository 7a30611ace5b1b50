//! Webhook endpoints have a secret, which only the creation shows.

use serde_json::{Value, json};

use super::{Response, done};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::generic;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    match route {
        ("POST", "/v1/webhook_endpoints") => create(context, call),
        ("POST", "/v1/webhook_endpoints/{webhook_endpoint}") => update(context, call),
        _ => None,
    }
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Response {
    let created = match generic::respond(context, call) {
        Ok(Outcome::Value(created)) => created,
        other => return Some(other),
    };
    let secret = format!("whsec_{}", context.secret(32));
    let id = created["id"].as_str().unwrap_or_default();
    let mut stored =
        context.set("webhook_endpoint", id, json!({"status": "enabled", "_secrets": [secret]}));
    stored["secret"] = secret.into();
    done(stored)
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Response {
    let updated = match generic::respond(context, call) {
        Ok(Outcome::Value(updated)) => updated,
        other => return Some(other),
    };
    let Some(disabled) = call.parameters.get("disabled").and_then(Value::as_bool) else {
        return done(updated);
    };
    let status = if disabled { "disabled" } else { "enabled" };
    let id = updated["id"].as_str().unwrap_or_default();
    done(context.set("webhook_endpoint", id, json!({ "status": status })))
}
