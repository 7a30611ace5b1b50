//! Common behavior of PaymentIntents and SetupIntents.

use serde_json::{Value, json};

use super::card::{self, Authentication, Card};
use super::{payment_intent, payment_method, setup_intent, text};
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};

/// Payment methods that the customer confirms on another page.
const REDIRECTS: [&str; 22] = [
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "amazon_pay",
    "bancontact",
    "billie",
    "cashapp",
    "eps",
    "fpx",
    "giropay",
    "grabpay",
    "ideal",
    "klarna",
    "mobilepay",
    "p24",
    "paypal",
    "pix",
    "revolut_pay",
    "sofort",
    "swish",
    "twint",
    "wechat_pay",
];

/// The next step of a payment method before money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Proceed,
    /// The customer authenticates or confirms on another page.
    Action,
    /// The bank reports the result days later.
    Wait,
}

/// Returns the next step of a payment method, with the customer present or not.
pub fn next(method: &Value, off_session: bool) -> Next {
    let kind = text(&method["type"]);
    if REDIRECTS.contains(&kind) {
        return Next::Action;
    }
    if kind != "card" && kind != "link" && kind != "customer_balance" {
        return Next::Wait;
    }
    let Some(Card { authentication, .. }) = card::by_number(text(&method["_number"])) else {
        return Next::Proceed;
    };
    let is_set_up = method["_set_up"] == true;
    match authentication {
        Authentication::Never => Next::Proceed,
        Authentication::Always => Next::Action,
        Authentication::UnlessSetUp if is_set_up && off_session => Next::Proceed,
        Authentication::UnlessSetUp => Next::Action,
        Authentication::OnSession if off_session => Next::Proceed,
        Authentication::OnSession => Next::Action,
    }
}

/// The payment method that an intent is created or confirmed with: given by id, as data, as a
/// confirmation token, or the one that it has already.
pub fn given_method(
    context: &mut Context<'_>,
    call: &Call<'_>,
    known: &Value,
) -> Result<Option<Value>> {
    if let Some(id) = call.text("payment_method").or_else(|| call.text("source")) {
        return payment_method::resolve(context, id, "payment_method").map(Some);
    }
    if let Some(data) = call.parameters.get("payment_method_data").and_then(Value::as_object) {
        return payment_method::make(context, data, "payment_method_data[card]").map(Some);
    }
    if let Some(token) = call.text("confirmation_token") {
        let token = context.require("confirmation_token", token, "confirmation_token")?;
        let preview = text(&token["_payment_method"]).to_owned();
        return payment_method::resolve(context, &preview, "confirmation_token").map(Some);
    }
    match known.as_str() {
        Some(id) => payment_method::resolve(context, id, "payment_method").map(Some),
        None => Ok(None),
    }
}

/// The field `next_action`.
pub fn next_action(context: &Context<'_>, kind: &str, id: &str, return_url: &Value) -> Value {
    let url = format!("{}/_mock/intents/{id}", context.base_url);
    match return_url {
        Value::String(return_url) => {
            json!({"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": return_url}})
        }
        _ => {
            json!({"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url, "source": format!("src_{kind}")}})
        }
    }
}

/// The error of an operation that the status does not allow.
pub fn wrong_status(kind: &str, verb: &str, intent: &Value, allowed: &str) -> ApiError {
    let noun = if kind == "payment_intent" { "PaymentIntent" } else { "SetupIntent" };
    let status = text(&intent["status"]);
    let message = match (verb, status) {
        ("confirm", "succeeded") => format!(
            "You cannot confirm this {noun} because it has already succeeded after being previously confirmed."
        ),
        _ => format!(
            "You cannot {verb} this {noun} because it has a status of {status}. This is possible with one of the following statuses: {allowed}."
        ),
    };
    ApiError::invalid(message).code(&format!("{kind}_unexpected_state"))
}

/// Ends what an intent waits for: authentication, or the result of the bank.
///
/// # Errors
///
/// When the intent does not exist or waits for nothing.
pub fn settle(context: &mut Context<'_>, id: &str, succeeds: bool) -> Result<Value> {
    if context.get("payment_intent", id).is_some() {
        return payment_intent::settle(context, id, succeeds);
    }
    setup_intent::settle(context, id, succeeds)
}

/// Puts the rendered intent and its payment method into an error.
pub fn with_intent(
    context: &Context<'_>,
    mut error: ApiError,
    kind: &str,
    intent: &Value,
    method: &Value,
) -> ApiError {
    let renderer = context.renderer();
    error = error.with(kind, renderer.plain(kind, intent));
    error.with("payment_method", renderer.plain("payment_method", method))
}
