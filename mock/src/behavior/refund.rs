//! Refunds.
//!
//! `pending → succeeded | failed | canceled`

use serde_json::{Map, Value, json};

use super::{Response, charge, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "refund";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/refunds" | "/v1/charges/{charge}/refunds") => create(context, call),
        ("POST", "/v1/charges/{charge}/refund") => create(context, call)
            .map(|refund| context.get("charge", text(&refund["charge"])).unwrap_or_default()),
        ("POST", "/v1/refunds/{refund}/cancel") => cancel(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let of_path = call.path.first().map(|(_, id)| id.clone());
    let charge_id = match of_path.or_else(|| call.text("charge").map(str::to_owned)) {
        Some(id) => id,
        None => {
            let intent = call.text("payment_intent").ok_or_else(|| {
                ApiError::invalid("One of the following params should be provided for this request: payment_intent or charge.").code("parameter_missing")
            })?;
            let intent = context
                .require("payment_intent", intent, "payment_intent")
                .map_err(|error| error.status(400))?;
            let latest = intent["latest_charge"].as_str().filter(|_| {
                intent["status"] == "succeeded" || intent["status"] == "requires_capture"
            });
            latest.map(str::to_owned).ok_or_else(|| {
                ApiError::invalid(format!(
                    "This PaymentIntent ({}) does not have a successful charge to refund.",
                    text(&intent["id"])
                ))
                .code("payment_intent_unexpected_state")
            })?
        }
    };
    make(context, &charge_id, call.integer("amount"), &call.parameters)
}

/// Refunds a charge, whole or in part.
///
/// # Errors
///
/// When the charge cannot be refunded, or the amount is more than it has left.
pub fn make(
    context: &mut Context<'_>,
    charge_id: &str,
    amount: Option<i64>,
    parameters: &Map<String, Value>,
) -> Result<Value> {
    let charge =
        context.require("charge", charge_id, "charge").map_err(|error| error.status(400))?;
    let captured = charge["amount_captured"].as_i64().unwrap_or_default();
    let total = charge["amount"].as_i64().unwrap_or_default();
    let refunded = charge["amount_refunded"].as_i64().unwrap_or_default();
    let left = total - refunded;
    if charge["refunded"] == true || left == 0 {
        return Err(ApiError::invalid(format!("Charge {charge_id} has already been refunded."))
            .code("charge_already_refunded"));
    }
    if charge["disputed"] == true {
        return Err(ApiError::invalid(format!(
            "Charge {charge_id} has been charged back; cannot issue a refund."
        ))
        .code("charge_disputed"));
    }
    if charge["status"] != "succeeded" {
        return Err(ApiError::invalid(format!(
            "Charge {charge_id} did not succeed; cannot issue a refund."
        )));
    }
    let amount = amount.unwrap_or(left);
    if amount > left {
        return Err(ApiError::invalid(format!(
            "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        ))
        .param("amount"));
    }
    if amount < 1 {
        return Err(ApiError::invalid("Invalid positive integer")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    let last4 = text(&charge["payment_method_details"]["card"]["last4"]);
    let status = if last4 == "7726" { "pending" } else { "succeeded" };
    let id = context.new_id(KIND);
    let currency = text(&charge["currency"]).to_owned();
    let now = context.now();
    let transaction = (captured > 0).then(|| {
        charge::transaction(context, "refund", &id.as_str().into(), -amount, 0, &currency, now)
    });
    let mut fields = Map::new();
    let mut parameters = parameters.clone();
    parameters
        .retain(|name, _| matches!(name.as_str(), "metadata" | "reason" | "instructions_email"));
    context.shape().apply(KIND, &mut fields, &parameters);
    let mut given = json!({
        "id": id, "amount": amount, "currency": currency, "charge": charge_id, "status": status,
        "payment_intent": charge["payment_intent"], "reason": null,
        "balance_transaction": transaction.map(|transaction| transaction["id"].clone()),
        "destination_details": {"type": "card", "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}},
        "_parent": charge_id,
    });
    crate::generic::merge(&mut given, fields.into());
    let refund = context.create(KIND, given);
    context.emit("refund.created", KIND, &refund);
    let changes = json!({"amount_refunded": refunded + amount, "refunded": amount == left});
    let previous = json!({"amount_refunded": refunded});
    let charge = context.set("charge", charge_id, changes);
    crate::event::emit(context, "charge.refunded", "charge", &charge, Some(previous));
    if last4 == "5126" {
        return Ok(fail(context, &refund));
    }
    Ok(refund)
}

/// The bank refuses the money: it returns to the balance.
fn fail(context: &mut Context<'_>, refund: &Value) -> Value {
    let amount = refund["amount"].as_i64().unwrap_or_default();
    let now = context.now();
    let transaction = charge::transaction(
        context,
        "refund_failure",
        &refund["id"],
        amount,
        0,
        text(&refund["currency"]),
        now,
    );
    give_back(context, refund);
    let failed = json!({"status": "failed", "failure_reason": "expired_or_canceled_card", "failure_balance_transaction": transaction["id"]});
    let after = context.update(KIND, text(&refund["id"]), failed);
    context.emit("refund.failed", KIND, &after);
    after
}

fn give_back(context: &mut Context<'_>, refund: &Value) {
    let charge_id = text(&refund["charge"]).to_owned();
    let Some(charge) = context.get("charge", &charge_id) else { return };
    let left = charge["amount_refunded"].as_i64().unwrap_or_default()
        - refund["amount"].as_i64().unwrap_or_default();
    context.update("charge", &charge_id, json!({"amount_refunded": left, "refunded": false}));
}

fn cancel(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let refund = context.require(KIND, call.id(), "refund")?;
    if !matches!(text(&refund["status"]), "pending" | "requires_action") {
        return Err(ApiError::invalid("You cannot cancel a refund that is not pending."));
    }
    give_back(context, &refund);
    Ok(context.update(KIND, call.id(), json!({"status": "canceled"})))
}
