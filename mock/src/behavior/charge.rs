//! Charges and the balance transactions behind them.
//!
//! `pending → succeeded → refunded | disputed`, or `failed`

use serde_json::{Value, json};

use super::card::{self, Outcome as CardOutcome};
use super::{Response, dispute, payment_method, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "charge";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/charges") => create(context, call),
        ("POST", "/v1/charges/{charge}/capture") => capture_call(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// Money to take from a payment method.
#[derive(Debug, Default)]
pub struct Attempt {
    pub amount: i64,
    pub currency: String,
    pub payment_method: Value,
    pub customer: Value,
    pub captures: bool,
    /// More fields of the charge: `payment_intent`, `description`, `metadata`.
    pub more: Value,
}

/// Charges a payment method. A declined charge is stored as well, and is in the error.
///
/// # Errors
///
/// When the card is declined.
pub fn charge(context: &mut Context<'_>, attempt: Attempt) -> Result<Value> {
    let method = &attempt.payment_method;
    let card = card::by_number(text(&method["_number"]));
    let outcome = card.map_or(CardOutcome::Succeeds, |card| card.outcome);
    let kind = text(&method["type"]).to_owned();
    let id = context.new_id(KIND);
    let mut given = json!({
        "id": id,
        "amount": attempt.amount,
        "currency": attempt.currency,
        "customer": attempt.customer,
        "payment_method": method["id"],
        "billing_details": method["billing_details"],
        "payment_method_details": {"type": kind, kind.as_str(): details(method)},
        "captured": attempt.captures,
        "amount_captured": if attempt.captures { attempt.amount } else { 0 },
        "amount_refunded": 0, "paid": true, "refunded": false, "disputed": false, "status": "succeeded",
        "calculated_statement_descriptor": "MOCK",
        "receipt_url": format!("{}/receipts/{id}", context.base_url),
        "fraud_details": {}, "source": null,
        "outcome": {"network_status": "approved_by_network", "reason": null, "risk_level": "normal", "risk_score": 20, "seller_message": "Payment complete.", "type": "authorized", "network_advice_code": null, "network_decline_code": null},
    });
    if method["_source"] == true {
        given["source"] = method["card"].clone();
    }
    crate::generic::merge(&mut given, attempt.more);
    let (code, decline) = match outcome {
        CardOutcome::Declined(code, decline) => (code, decline),
        CardOutcome::Blocked => ("card_declined", "fraudulent"),
        CardOutcome::Risk(level) => {
            given["outcome"]["risk_level"] = level.into();
            return Ok(succeed(context, given, attempt.captures));
        }
        CardOutcome::Succeeds => return Ok(succeed(context, given, attempt.captures)),
        CardOutcome::Disputed(reason) => {
            let charge = succeed(context, given, attempt.captures);
            let charge = dispute::open(context, &charge, reason);
            return Ok(charge);
        }
    };
    let message = card::message(code, decline);
    let is_blocked = outcome == CardOutcome::Blocked;
    crate::generic::merge(
        &mut given,
        json!({
            "status": "failed", "paid": false, "captured": false, "amount_captured": 0, "receipt_url": null,
            "failure_code": code, "failure_message": message,
            "outcome": {
                "network_status": if is_blocked { "not_sent_to_network" } else { "declined_by_network" },
                "reason": if decline.is_empty() { code } else { decline },
                "risk_level": if is_blocked { "highest" } else { "normal" },
                "seller_message": "The bank did not return any further details with this decline.",
                "type": if is_blocked { "blocked" } else { "issuer_declined" },
            },
        }),
    );
    let charge = context.create(KIND, given);
    context.emit("charge.failed", KIND, &charge);
    let mut error = ApiError::card(code, message).with("charge", charge["id"].clone());
    if !decline.is_empty() {
        error = error.with("decline_code", decline);
    }
    Err(error)
}

fn details(method: &Value) -> Value {
    let kind = text(&method["type"]);
    let mut details = method[kind].clone();
    if kind == "card" && details.is_object() {
        let network = details["brand"].clone();
        crate::generic::merge(
            &mut details,
            json!({"network": network, "three_d_secure": null, "installments": null, "mandate": null}),
        );
    }
    details
}

fn succeed(context: &mut Context<'_>, given: Value, captures: bool) -> Value {
    let mut charge = context.create(KIND, given);
    if captures {
        charge = settle(context, &charge);
    }
    context.emit("charge.succeeded", KIND, &charge);
    charge
}

/// Moves the captured money of a charge to the balance.
fn settle(context: &mut Context<'_>, charge: &Value) -> Value {
    let amount = charge["amount_captured"].as_i64().unwrap_or_default();
    let fee = amount * 29 / 1000 + 30;
    let available = context.now()
        + if charge["payment_method_details"]["card"]["last4"] == "0077" { 0 } else { 2 * 86_400 };
    let transaction = transaction(
        context,
        "charge",
        &charge["id"],
        amount,
        fee.min(amount),
        text(&charge["currency"]),
        available,
    );
    context.set(KIND, text(&charge["id"]), json!({"balance_transaction": transaction["id"]}))
}

/// Records a movement of the balance.
pub fn transaction(
    context: &mut Context<'_>,
    kind: &str,
    source: &Value,
    amount: i64,
    fee: i64,
    currency: &str,
    available_on: i64,
) -> Value {
    let details = match fee {
        0 => json!([]),
        _ => {
            json!([{"amount": fee, "application": null, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}])
        }
    };
    let status = if available_on > context.now() { "pending" } else { "available" };
    context.create("balance_transaction", json!({
        "amount": amount, "fee": fee, "net": amount - fee, "currency": currency, "type": kind,
        "reporting_category": if kind == "adjustment" { "dispute" } else { kind },
        "source": source, "status": status, "available_on": available_on, "fee_details": details,
    }))
}

/// Creates a charge in the older way, from a source.
fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let amount = call.integer("amount").ok_or_else(|| ApiError::missing("amount"))?;
    let currency = call.text("currency").ok_or_else(|| ApiError::missing("currency"))?.to_owned();
    super::check_amount(amount)?;
    let customer = call.text("customer").map(str::to_owned);
    if let Some(customer) = &customer {
        context.require("customer", customer, "customer").map_err(|error| error.status(400))?;
    }
    let source = call.text("source").map(str::to_owned).or_else(|| {
        let customer = context.get("customer", customer.as_deref()?)?;
        customer["default_source"].as_str().map(str::to_owned)
    });
    let source = source.ok_or_else(|| ApiError::missing("source"))?;
    let payment_method = payment_method::resolve(context, &source, "source")?;
    let mut more = json!({});
    let mut fields = serde_json::Map::new();
    let mut parameters = call.parameters.clone();
    for name in ["source", "customer", "amount", "currency", "capture"] {
        parameters.remove(name);
    }
    context.shape().apply(KIND, &mut fields, &parameters);
    crate::generic::merge(&mut more, fields.into());
    let captures = call.parameters.get("capture") != Some(&Value::Bool(false));
    charge(
        context,
        Attempt { amount, currency, payment_method, customer: customer.into(), captures, more },
    )
}

fn capture_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let charge = context.require(KIND, call.id(), "charge")?;
    let amount =
        call.integer("amount").unwrap_or_else(|| charge["amount"].as_i64().unwrap_or_default());
    capture(context, &charge, amount)
}

/// Captures an authorized charge, whole or in part.
///
/// # Errors
///
/// When it is captured already or the amount is too high.
pub fn capture(context: &mut Context<'_>, charge: &Value, amount: i64) -> Result<Value> {
    let id = text(&charge["id"]);
    if charge["captured"] == true {
        return Err(ApiError::invalid(format!("Charge {id} has already been captured."))
            .code("charge_already_captured"));
    }
    if charge["status"] != "succeeded" || charge["refunded"] == true {
        return Err(ApiError::invalid(format!("Charge {id} cannot be captured."))
            .code("charge_not_capturable"));
    }
    let authorized = charge["amount"].as_i64().unwrap_or_default();
    if amount > authorized || amount < 1 {
        return Err(ApiError::invalid(format!(
            "You cannot capture more than the authorized amount of {authorized}."
        ))
        .code("amount_too_large")
        .param("amount_to_capture"));
    }
    // The rest of an authorization is given back.
    let changes = json!({"captured": true, "amount_captured": amount, "amount_refunded": authorized - amount});
    let charge = context.set(KIND, id, changes);
    let charge = settle(context, &charge);
    context.emit("charge.captured", KIND, &charge);
    Ok(charge)
}
