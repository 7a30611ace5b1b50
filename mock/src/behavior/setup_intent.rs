//! SetupIntents.
//!
//! `requires_payment_method → requires_confirmation → requires_action → succeeded`, or `canceled`

use serde_json::{Map, Value, json};

use super::card::{self, Authentication};
use super::intent;
use super::{Response, payment_method, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "setup_intent";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/setup_intents") => create(context, call),
        ("POST", "/v1/setup_intents/{intent}/confirm") => confirm_call(context, call),
        ("POST", "/v1/setup_intents/{intent}/cancel") => cancel(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    if let Some(customer) = call.text("customer") {
        context.require("customer", customer, "customer").map_err(|error| error.status(400))?;
    }
    let method = intent::given_method(context, call, &Value::Null)?;
    let id = context.new_id(KIND);
    let secret = format!("{id}_secret_{}", context.secret(25));
    let status = if method.is_some() { "requires_confirmation" } else { "requires_payment_method" };
    let mut members = Map::from_iter([
        ("id".to_owned(), id.into()),
        ("client_secret".to_owned(), secret.into()),
        ("status".to_owned(), status.into()),
        ("usage".to_owned(), "off_session".into()),
        ("payment_method_types".to_owned(), json!(["card"])),
    ]);
    let mut given = call.parameters.clone();
    given.remove("payment_method");
    context.shape().apply(KIND, &mut members, &given);
    members.insert(
        "payment_method".to_owned(),
        method.as_ref().map_or(Value::Null, |method| method["id"].clone()),
    );
    let created = context.create(KIND, members.into());
    context.emit("setup_intent.created", KIND, &created);
    if call.flag("confirm") {
        return confirm(context, &created, method, &call.value("return_url"));
    }
    Ok(created)
}

fn confirm_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "intent")?;
    if matches!(text(&before["status"]), "succeeded" | "canceled" | "processing") {
        return Err(intent::wrong_status(
            KIND,
            "confirm",
            &before,
            "requires_payment_method, requires_confirmation, requires_action",
        ));
    }
    let method = intent::given_method(context, call, &before["payment_method"])?;
    confirm(context, &before, method, &call.value("return_url"))
}

fn confirm(
    context: &mut Context<'_>,
    before: &Value,
    method: Option<Value>,
    return_url: &Value,
) -> Result<Value> {
    let id = text(&before["id"]).to_owned();
    let Some(method) = method else {
        return Err(ApiError::invalid("You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.")
            .code("setup_intent_unexpected_state"));
    };
    context.set(KIND, &id, json!({"payment_method": method["id"]}));
    let card = card::by_number(text(&method["_number"]));
    if let Some(declined @ card::Card { outcome: card::Outcome::Declined(code, decline), .. }) =
        card
        && declined.fails_on_attach
    {
        let mut error = ApiError::card(code, card::message(code, decline));
        if !decline.is_empty() {
            error = error.with("decline_code", decline);
        }
        return Err(failed(context, &id, &method, error));
    }
    if card.is_some_and(|card| {
        matches!(card.authentication, Authentication::Always | Authentication::UnlessSetUp)
    }) {
        let action = intent::next_action(context, KIND, &id, return_url);
        let waiting =
            context.set(KIND, &id, json!({"status": "requires_action", "next_action": action}));
        context.emit("setup_intent.requires_action", KIND, &waiting);
        return Ok(waiting);
    }
    succeed(context, &id)
}

fn succeed(context: &mut Context<'_>, id: &str) -> Result<Value> {
    let intent = context.require(KIND, id, "intent")?;
    let method = text(&intent["payment_method"]).to_owned();
    context.set("payment_method", &method, json!({"_set_up": true}));
    if let Some(customer) = intent["customer"].as_str() {
        payment_method::attach(context, &method, customer, "payment_method")?;
    }
    let after = context.set(
        KIND,
        id,
        json!({"status": "succeeded", "next_action": null, "last_setup_error": null}),
    );
    context.emit("setup_intent.succeeded", KIND, &after);
    Ok(after)
}

fn failed(context: &mut Context<'_>, id: &str, method: &Value, error: ApiError) -> ApiError {
    let problem = json!({"type": "card_error", "code": error.code, "message": error.message, "decline_code": error.more.get("decline_code"), "payment_method": method});
    let after = context.set(KIND, id, json!({"status": "requires_payment_method", "payment_method": null, "next_action": null, "last_setup_error": problem}));
    context.emit("setup_intent.setup_failed", KIND, &after);
    intent::with_intent(context, error, KIND, &after, method)
}

/// Ends authentication.
pub fn settle(context: &mut Context<'_>, id: &str, succeeds: bool) -> Result<Value> {
    let intent = context.require(KIND, id, "intent")?;
    if intent["status"] != "requires_action" {
        return Err(intent::wrong_status(KIND, "settle", &intent, "requires_action"));
    }
    if succeeds {
        return succeed(context, id);
    }
    let method =
        payment_method::resolve(context, text(&intent["payment_method"]), "payment_method")?;
    let error = ApiError::card(
        "setup_intent_authentication_failure",
        "The latest attempt to set up the payment method has failed because authentication failed.",
    );
    failed(context, id, &method, error);
    context.require(KIND, id, "intent")
}

fn cancel(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "intent")?;
    if matches!(text(&before["status"]), "succeeded" | "canceled" | "processing") {
        return Err(intent::wrong_status(
            KIND,
            "cancel",
            &before,
            "requires_payment_method, requires_confirmation, requires_action",
        ));
    }
    let reason = call.value("cancellation_reason");
    let after = context.set(
        KIND,
        call.id(),
        json!({"status": "canceled", "cancellation_reason": reason, "next_action": null}),
    );
    context.emit("setup_intent.canceled", KIND, &after);
    Ok(after)
}
