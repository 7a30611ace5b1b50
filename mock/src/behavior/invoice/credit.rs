//! The effect of credit notes on their invoice.

use serde_json::{Value, json};

use super::{KIND, pay};
use crate::behavior::{integer, text};
use crate::context::Context;

/// Sets the amounts of the credit notes of an invoice, before and after its payment. An open invoice
/// with nothing left to pay becomes paid.
pub fn set_credited(context: &mut Context<'_>, id: &str, before_payment: i64, after_payment: i64) {
    let Some(before) = context.get(KIND, id) else { return };
    let change = before_payment - integer(&before["pre_payment_credit_notes_amount"]);
    let due = integer(&before["amount_due"]) - change;
    let mut changes = json!({
        "pre_payment_credit_notes_amount": before_payment, "post_payment_credit_notes_amount": after_payment,
    });
    if change != 0 {
        changes["amount_due"] = due.into();
        changes["amount_remaining"] = (due - integer(&before["amount_paid"])).into();
    }
    let after = context.set(KIND, id, changes);
    if change != 0 {
        lower_payment(context, &after, due);
    }
    let is_covered = change > 0 && due == 0 && after["status"] == "open";
    let after = if is_covered { pay::mark_paid(context, id, false) } else { after };
    context.emit_updated(KIND, &before, &after);
}

/// Lowers the payment that is prepared for an invoice to the amount due, or cancels it.
fn lower_payment(context: &mut Context<'_>, invoice: &Value, due: i64) {
    let intent = text(&invoice["payment_intent"]).to_owned();
    let payment = text(&invoice["_payment"]).to_owned();
    if context.get("payment_intent", &intent).is_none() {
        return;
    }
    if due > 0 {
        context.set("payment_intent", &intent, json!({"amount": due}));
        context.set("invoice_payment", &payment, json!({"amount_requested": due}));
    } else {
        let now = context.now();
        let changes = json!({"status": "canceled", "canceled_at": now, "cancellation_reason": "void_invoice"});
        let canceled = context.set("payment_intent", &intent, changes);
        context.emit("payment_intent.canceled", "payment_intent", &canceled);
        let changes = json!({"status": "canceled", "status_transitions": {"canceled_at": now}});
        context.set("invoice_payment", &payment, changes);
        context.set(KIND, text(&invoice["id"]), json!({"_payment": null}));
    }
}
