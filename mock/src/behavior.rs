//! What operations do beyond their spec, one module for each part of Stripe.

mod event;
mod webhook_endpoint;

use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::Result;

/// What a behavior responds with. Nothing if the operation has no behavior there.
pub type Response = Option<Result<Outcome>>;

/// Responds to an operation that has behavior.
pub fn respond(context: &mut Context<'_>, call: &Call<'_>) -> Response {
    let method = call.operation.method.as_str();
    let path = call.operation.path.as_str();
    let modules = [event::respond, webhook_endpoint::respond];
    modules.iter().find_map(|respond| respond(context, call, (method, path)))
}

/// A stored value as a response.
fn done(value: serde_json::Value) -> Response {
    Some(Ok(Outcome::Value(value)))
}
