//! Events are shown in the version of the request.

use serde_json::Value;

use super::Response;
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::event;
use crate::generic;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    if !matches!(route, ("GET", "/v1/events" | "/v1/events/{id}")) {
        return None;
    }
    Some(shown(context, call))
}

fn shown(context: &mut Context<'_>, call: &Call<'_>) -> crate::error::Result<Outcome> {
    let outcome = generic::respond(context, call)?;
    let Outcome::Value(mut value) = outcome else { return Ok(outcome) };
    let renderer = context.renderer();
    match value.get_mut("data").and_then(Value::as_array_mut) {
        Some(events) => events.iter_mut().for_each(|one| *one = event::render(&renderer, one)),
        None => value = event::render(&renderer, &value),
    }
    Ok(Outcome::Value(value))
}
