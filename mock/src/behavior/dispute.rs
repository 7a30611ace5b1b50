//! Disputes.
//!
//! `needs_response → under_review → won | lost`, an inquiry: `warning_needs_response → warning_closed`

use serde_json::{Value, json};

use super::{Response, charge, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "dispute";

/// Stripe's fee for a dispute.
const FEE: i64 = 1500;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/disputes/{dispute}") => update(context, call),
        ("POST", "/v1/disputes/{dispute}/close") => close(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// Disputes a charge. Returns the charge.
pub fn open(context: &mut Context<'_>, charge: &Value, reason: &str) -> Value {
    let is_inquiry = reason == "general";
    let amount = charge["amount"].as_i64().unwrap_or_default();
    let id = context.new_id(KIND);
    let currency = text(&charge["currency"]).to_owned();
    let now = context.now();
    let transactions = if is_inquiry {
        json!([])
    } else {
        let withdrawn = charge::transaction(
            context,
            "adjustment",
            &id.as_str().into(),
            -amount,
            FEE,
            &currency,
            now,
        );
        json!([withdrawn])
    };
    let dispute = context.create(KIND, json!({
        "id": id, "amount": amount, "currency": currency, "charge": charge["id"], "payment_intent": charge["payment_intent"],
        "reason": reason, "status": if is_inquiry { "warning_needs_response" } else { "needs_response" },
        "is_charge_refundable": is_inquiry, "balance_transactions": transactions,
        "evidence_details": {"due_by": now + 7 * 86_400, "has_evidence": false, "past_due": false, "submission_count": 0, "enhanced_eligibility": {}},
        "evidence": {}, "enhanced_eligibility_types": [],
        "payment_method_details": {"type": "card", "card": {"brand": charge["payment_method_details"]["card"]["brand"], "case_type": if is_inquiry { "inquiry" } else { "chargeback" }, "network_reason_code": "10"}},
    }));
    let charge = context.set("charge", text(&charge["id"]), json!({"disputed": true}));
    context.emit("charge.dispute.created", KIND, &dispute);
    if !is_inquiry {
        context.emit("charge.dispute.funds_withdrawn", KIND, &dispute);
    }
    charge
}

/// Adds evidence. The words of the test evidence decide a dispute that is submitted.
fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = open_dispute(context, call.id())?;
    let mut changes = json!({});
    let evidence = call.value("evidence");
    if evidence.is_object() {
        changes["evidence"] = evidence.clone();
        changes["evidence_details"] = json!({"has_evidence": true});
    }
    let mut fields = before.as_object().cloned().unwrap_or_default();
    if let Some(metadata) = call.parameters.get("metadata") {
        let one = serde_json::Map::from_iter([("metadata".to_owned(), metadata.clone())]);
        context.shape().apply(KIND, &mut fields, &one);
        changes["metadata"] = fields.remove("metadata").unwrap_or_default();
    }
    let submits = call.parameters.get("submit") != Some(&Value::Bool(false));
    if evidence.is_object() && submits {
        let count = before["evidence_details"]["submission_count"].as_i64().unwrap_or_default();
        changes["evidence_details"]["submission_count"] = (count + 1).into();
        let is_warning = text(&before["status"]).starts_with("warning");
        changes["status"] = if is_warning { "warning_under_review" } else { "under_review" }.into();
    }
    let after = context.update(KIND, call.id(), changes);
    match text(&after["evidence"]["uncategorized_text"]) {
        "winning_evidence" if submits => Ok(decide(context, &after, true)),
        "losing_evidence" if submits => Ok(decide(context, &after, false)),
        _ => Ok(after),
    }
}

fn close(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let dispute = open_dispute(context, call.id())?;
    Ok(decide(context, &dispute, false))
}

fn decide(context: &mut Context<'_>, dispute: &Value, won: bool) -> Value {
    let id = text(&dispute["id"]);
    let status = match (text(&dispute["status"]).starts_with("warning"), won) {
        (true, _) => "warning_closed",
        (false, true) => "won",
        (false, false) => "lost",
    };
    let mut changes = json!({ "status": status });
    if status == "won" {
        let amount = dispute["amount"].as_i64().unwrap_or_default();
        let now = context.now();
        let back = charge::transaction(
            context,
            "adjustment",
            &dispute["id"],
            amount,
            0,
            text(&dispute["currency"]),
            now,
        );
        let mut all = dispute["balance_transactions"].as_array().cloned().unwrap_or_default();
        all.push(back);
        changes["balance_transactions"] = all.into();
    }
    let after = context.update(KIND, id, changes);
    context.emit("charge.dispute.closed", KIND, &after);
    if status == "won" {
        context.emit("charge.dispute.funds_reinstated", KIND, &after);
    }
    after
}

fn open_dispute(context: &Context<'_>, id: &str) -> Result<Value> {
    let dispute = context.require(KIND, id, "dispute")?;
    if matches!(text(&dispute["status"]), "won" | "lost" | "warning_closed") {
        return Err(
            ApiError::invalid("This dispute is already closed").code("dispute_already_closed")
        );
    }
    Ok(dispute)
}
