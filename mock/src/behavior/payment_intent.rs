//! PaymentIntents.
//!
//! ```text
//! requires_payment_method → requires_confirmation → (confirm)
//!     → requires_action → (authenticate) ┐
//!     → processing → (settle)            ├→ succeeded, or requires_capture → (capture) succeeded
//!     └──────────────────────────────────┘  or, declined, requires_payment_method again
//! anything but succeeded → (cancel) canceled
//! ```

use serde_json::{Map, Value, json};

use super::charge::{self, Attempt};
use super::intent::{self, Next};
use super::{Response, check_amount, integer, payment_method, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "payment_intent";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/payment_intents") => create(context, call),
        ("POST", "/v1/payment_intents/{intent}") => update(context, call),
        ("POST", "/v1/payment_intents/{intent}/confirm") => confirm_call(context, call),
        ("POST", "/v1/payment_intents/{intent}/capture") => capture(context, call),
        ("POST", "/v1/payment_intents/{intent}/cancel") => cancel(context, call),
        ("POST", "/v1/payment_intents/{intent}/increment_authorization") => {
            increment(context, call)
        }
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let amount = call.integer("amount").unwrap_or_default();
    check_amount(amount)?;
    if let Some(customer) = call.text("customer") {
        context.require("customer", customer, "customer").map_err(|error| error.status(400))?;
    }
    let confirms = call.flag("confirm");
    if call.parameters.contains_key("off_session") && !confirms {
        return Err(ApiError::invalid("You can only use off_session when confirm is true.")
            .param("off_session"));
    }
    let method = intent::given_method(context, call, &Value::Null)?;
    let intent = new(context, call.parameters.clone(), method.as_ref());
    if confirms {
        return confirm(context, &intent, call, method);
    }
    Ok(intent)
}

/// Makes a PaymentIntent from the parameters of its creation.
pub fn new(
    context: &mut Context<'_>,
    parameters: Map<String, Value>,
    method: Option<&Value>,
) -> Value {
    let id = context.new_id(KIND);
    let secret = format!("{id}_secret_{}", context.secret(25));
    let status = if method.is_some() { "requires_confirmation" } else { "requires_payment_method" };
    let mut types =
        parameters.get("payment_method_types").cloned().unwrap_or_else(|| json!(["card"]));
    if let Some(method) = method {
        let kind = &method["type"];
        if !types.as_array().is_some_and(|types| types.contains(kind)) {
            types = json!([kind]);
        }
    }
    let mut members = Map::from_iter([
        ("id".to_owned(), id.into()),
        ("client_secret".to_owned(), secret.into()),
        ("status".to_owned(), status.into()),
        ("amount_capturable".to_owned(), 0.into()),
        ("amount_received".to_owned(), 0.into()),
        ("capture_method".to_owned(), "automatic_async".into()),
        ("confirmation_method".to_owned(), "automatic".into()),
        ("payment_method_types".to_owned(), types),
        (
            "payment_method_options".to_owned(),
            json!({"card": {"installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic"}}),
        ),
        ("amount_details".to_owned(), json!({"tip": {}})),
    ]);
    let mut given = parameters;
    for name in ["payment_method", "payment_method_types", "payment_method_options", "confirm"] {
        given.remove(name);
    }
    context.shape().apply(KIND, &mut members, &given);
    if !given.contains_key("automatic_payment_methods") {
        members.insert("automatic_payment_methods".to_owned(), Value::Null);
    }
    members.insert(
        "payment_method".to_owned(),
        method.map_or(Value::Null, |method| method["id"].clone()),
    );
    let intent = context.create(KIND, members.into());
    context.emit("payment_intent.created", KIND, &intent);
    intent
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "intent")?;
    let amount = call.integer("amount");
    amount.map_or(Ok(()), check_amount)?;
    let is_open =
        text(&before["status"]).starts_with("requires_") && before["status"] != "requires_capture";
    if amount.is_some() && !is_open {
        return Err(intent::wrong_status(
            KIND,
            "update",
            &before,
            "requires_payment_method, requires_confirmation, requires_action",
        ));
    }
    let method = match call.text("payment_method") {
        Some(id) => Some(payment_method::resolve(context, id, "payment_method")?),
        None => None,
    };
    let mut members = before.as_object().cloned().unwrap_or_default();
    context.shape().apply(KIND, &mut members, &call.parameters);
    if let Some(method) = method {
        members.insert("payment_method".to_owned(), method["id"].clone());
        if before["status"] == "requires_payment_method" {
            members.insert("status".to_owned(), "requires_confirmation".into());
        }
    }
    let after = Value::Object(members);
    context.put(KIND, &after);
    Ok(after)
}

fn confirm_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "intent")?;
    if !matches!(
        text(&before["status"]),
        "requires_payment_method" | "requires_confirmation" | "requires_action"
    ) {
        return Err(intent::wrong_status(
            KIND,
            "confirm",
            &before,
            "requires_payment_method, requires_confirmation, requires_action",
        ));
    }
    let method = intent::given_method(context, call, &before["payment_method"])?;
    let mut members = before.as_object().cloned().unwrap_or_default();
    let mut given = call.parameters.clone();
    given.remove("payment_method");
    context.shape().apply(KIND, &mut members, &given);
    confirm(context, &Value::Object(members), call, method)
}

fn confirm(
    context: &mut Context<'_>,
    before: &Value,
    call: &Call<'_>,
    method: Option<Value>,
) -> Result<Value> {
    let off_session = !matches!(call.value("off_session"), Value::Null | Value::Bool(false));
    let fails_on_action = call.flag("error_on_requires_action");
    pay(
        context,
        before,
        method,
        &Confirm { off_session, fails_on_action, return_url: call.value("return_url") },
    )
}

/// How a PaymentIntent is confirmed.
#[derive(Debug, Default)]
pub struct Confirm {
    /// Whether the customer is absent.
    pub off_session: bool,
    pub fails_on_action: bool,
    pub return_url: Value,
}

/// Confirms a PaymentIntent.
///
/// # Errors
///
/// When there is no payment method, or it is declined.
pub fn pay(
    context: &mut Context<'_>,
    before: &Value,
    method: Option<Value>,
    how: &Confirm,
) -> Result<Value> {
    let id = text(&before["id"]).to_owned();
    let Some(method) = method else {
        return Err(ApiError::invalid("You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.")
            .code("payment_intent_unexpected_state"));
    };
    let owner = &method["customer"];
    if owner.is_string() && before["customer"] != *owner {
        return Err(ApiError::invalid("The provided PaymentMethod cannot be used because it belongs to a Customer. To use it, provide the Customer as well.")
            .code("payment_intent_unexpected_state")
            .param("payment_method"));
    }
    let mut intent = before.clone();
    intent["payment_method"] = method["id"].clone();
    intent["last_payment_error"] = Value::Null;
    context.put(KIND, &intent);
    match intent::next(&method, how.off_session) {
        Next::Proceed => charge_now(context, &id, &method),
        Next::Wait => {
            let intent =
                context.set(KIND, &id, json!({"status": "processing", "next_action": null}));
            context.emit("payment_intent.processing", KIND, &intent);
            Ok(intent)
        }
        Next::Action if how.off_session || how.fails_on_action => {
            let message = super::card::message("authentication_required", "");
            let error = ApiError::card("authentication_required", message)
                .with("decline_code", "authentication_required");
            Err(failed(context, &id, &method, error))
        }
        Next::Action => {
            let action = intent::next_action(context, KIND, &id, &how.return_url);
            let intent =
                context.set(KIND, &id, json!({"status": "requires_action", "next_action": action}));
            context.emit("payment_intent.requires_action", KIND, &intent);
            Ok(intent)
        }
    }
}

fn charge_now(context: &mut Context<'_>, id: &str, method: &Value) -> Result<Value> {
    let intent = context.get(KIND, id).unwrap_or_default();
    let captures = intent["capture_method"] != "manual";
    let amount = integer(&intent["amount"]);
    let names = [
        "description",
        "metadata",
        "shipping",
        "receipt_email",
        "statement_descriptor",
        "transfer_group",
        "transfer_data",
        "on_behalf_of",
        "application_fee_amount",
        "invoice",
    ];
    let mut more: Map<String, Value> = names
        .iter()
        .filter(|name| !intent[**name].is_null())
        .map(|name| ((*name).to_owned(), intent[*name].clone()))
        .collect();
    more.insert("payment_intent".to_owned(), id.into());
    let attempt = Attempt {
        amount,
        currency: text(&intent["currency"]).to_owned(),
        payment_method: method.clone(),
        customer: intent["customer"].clone(),
        captures,
        more: more.into(),
    };
    match charge::charge(context, attempt) {
        Err(error) => Err(failed(context, id, method, error)),
        Ok(charge) => {
            save_method(context, &intent, method);
            let changes = json!({
                "latest_charge": charge["id"], "next_action": null,
                "status": if captures { "succeeded" } else { "requires_capture" },
                "amount_received": if captures { amount } else { 0 },
                "amount_capturable": if captures { 0 } else { amount },
            });
            let intent = context.set(KIND, id, changes);
            let event = if captures {
                "payment_intent.succeeded"
            } else {
                "payment_intent.amount_capturable_updated"
            };
            context.emit(event, KIND, &intent);
            Ok(intent)
        }
    }
}

/// Attaches the payment method to the customer for later payments, if the intent asks for it.
fn save_method(context: &mut Context<'_>, intent: &Value, method: &Value) {
    let id = text(&method["id"]);
    if !intent["setup_future_usage"].is_string() || method["_source"] == true {
        return;
    }
    context.set("payment_method", id, json!({"_set_up": true}));
    if let Some(customer) = intent["customer"].as_str() {
        // A card that cannot be attached was charged nevertheless.
        let _ = payment_method::attach(context, id, customer, "payment_method");
    }
}

fn failed(context: &mut Context<'_>, id: &str, method: &Value, error: ApiError) -> ApiError {
    let charge = error.more.get("charge").cloned().unwrap_or(Value::Null);
    let problem = json!({
        "type": "card_error", "code": error.code, "message": error.message, "charge": charge,
        "decline_code": error.more.get("decline_code"), "payment_method": method,
        "doc_url": format!("https://stripe.com/docs/error-codes/{}", error.code.clone().unwrap_or_default().replace('_', "-")),
    });
    let mut changes = json!({"status": "requires_payment_method", "payment_method": null, "next_action": null, "last_payment_error": problem});
    if charge.is_string() {
        changes["latest_charge"] = charge;
    }
    let intent = context.set(KIND, id, changes);
    context.emit("payment_intent.payment_failed", KIND, &intent);
    intent::with_intent(context, error, KIND, &intent, method)
}

/// Ends authentication or waiting.
pub fn settle(context: &mut Context<'_>, id: &str, succeeds: bool) -> Result<Value> {
    let intent = context.require(KIND, id, "intent")?;
    if !matches!(text(&intent["status"]), "requires_action" | "processing") {
        return Err(intent::wrong_status(KIND, "settle", &intent, "requires_action, processing"));
    }
    let method =
        payment_method::resolve(context, text(&intent["payment_method"]), "payment_method")?;
    if succeeds {
        return match charge_now(context, id, &method) {
            // The decline is in the intent.
            Err(error) if error.keeps_changes => context.require(KIND, id, "intent"),
            other => other,
        };
    }
    let message = "We are unable to authenticate your payment method. Please choose a different payment method and try again.";
    let mut error = ApiError::card("payment_intent_authentication_failure", message);
    error.kind = "invalid_request_error";
    failed(context, id, &method, error);
    context.require(KIND, id, "intent")
}

fn capture(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let intent = context.require(KIND, call.id(), "intent")?;
    if intent["status"] != "requires_capture" {
        return Err(ApiError::invalid(format!(
            "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.",
            text(&intent["status"])
        ))
        .code("payment_intent_unexpected_state"));
    }
    let amount =
        call.integer("amount_to_capture").unwrap_or_else(|| integer(&intent["amount_capturable"]));
    let charge = context.require("charge", text(&intent["latest_charge"]), "charge")?;
    charge::capture(context, &charge, amount)?;
    let after = context.set(
        KIND,
        call.id(),
        json!({"status": "succeeded", "amount_received": amount, "amount_capturable": 0}),
    );
    context.emit("payment_intent.succeeded", KIND, &after);
    Ok(after)
}

fn cancel(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let intent = context.require(KIND, call.id(), "intent")?;
    if matches!(text(&intent["status"]), "succeeded" | "canceled" | "processing") {
        return Err(ApiError::invalid(format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action.",
            text(&intent["status"])
        ))
        .code("payment_intent_unexpected_state"));
    }
    if intent["status"] == "requires_capture" {
        let charge_id = text(&intent["latest_charge"]).to_owned();
        let amount = intent["amount"].clone();
        let charge =
            context.set("charge", &charge_id, json!({"refunded": true, "amount_refunded": amount}));
        context.emit("charge.refunded", "charge", &charge);
    }
    let now = context.now();
    let after = context.set(KIND, call.id(), json!({
        "status": "canceled", "canceled_at": now, "cancellation_reason": call.value("cancellation_reason"),
        "amount_capturable": 0, "next_action": null,
    }));
    context.emit("payment_intent.canceled", KIND, &after);
    Ok(after)
}

fn increment(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let intent = context.require(KIND, call.id(), "intent")?;
    let amount = call.integer("amount").unwrap_or_default();
    if intent["status"] != "requires_capture" || amount <= integer(&intent["amount"]) {
        return Err(ApiError::invalid(
            "The amount of an authorization can only be raised, before it is captured.",
        )
        .code("payment_intent_unexpected_state"));
    }
    context.set("charge", text(&intent["latest_charge"]), json!({ "amount": amount }));
    let after =
        context.set(KIND, call.id(), json!({"amount": amount, "amount_capturable": amount}));
    context.emit("payment_intent.amount_capturable_updated", KIND, &after);
    Ok(after)
}
