//! Finalization and payment of invoices.

use serde_json::{Map, Value, json};

use super::{KIND, recompute};
use crate::behavior::payment_intent::{self, Confirm};
use crate::behavior::{customer_balance, integer, payment_method, subscription, text};
use crate::context::Context;
use crate::error::{ApiError, Result};

/// The days after a failed payment that the next attempts are made.
const RETRIES: [i64; 3] = [3, 5, 7];

/// Finalizes a draft. One without an amount is paid by that.
pub fn finalize(context: &mut Context<'_>, id: &str) -> Value {
    let invoice = recompute(context, id);
    let customer_id = text(&invoice["customer"]).to_owned();
    let customer = context.get("customer", &customer_id).unwrap_or_default();
    let sequence = customer["next_invoice_sequence"].as_i64().unwrap_or(1);
    let number = format!("{}-{sequence:04}", customer["invoice_prefix"].as_str().unwrap_or("MOCK"));
    let due = integer(&invoice["amount_due"]);
    let mut numbered = json!({"next_invoice_sequence": sequence + 1});
    if customer["currency"].is_null() {
        numbered["currency"] = invoice["currency"].clone();
    }
    context.set("customer", &customer_id, numbered);
    let ending = customer_balance::apply(context, &invoice);
    let now = context.now();
    let base = context.base_url.clone();
    let mut changes = json!({
        "status": "open", "number": number, "ending_balance": ending, "effective_at": now, "_finalize_at": null,
        "hosted_invoice_url": format!("{base}/invoices/{id}"), "invoice_pdf": format!("{base}/invoices/{id}/pdf"),
        "status_transitions": {"finalized_at": now},
    });
    let is_automatic =
        invoice["auto_advance"] == true && invoice["collection_method"] == "charge_automatically";
    if due > 0 {
        let intent = new_intent(context, &invoice, due);
        changes["payment_intent"] = intent["id"].clone();
        changes["confirmation_secret"] =
            json!({"client_secret": intent["client_secret"], "type": "payment_intent"});
        let payment = context.create("invoice_payment", json!({
            "_parent": id, "invoice": id, "amount_requested": due, "amount_paid": null, "currency": invoice["currency"], "is_default": true,
            "status": "open", "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
            "status_transitions": {"canceled_at": null, "paid_at": null},
        }));
        changes["_payment"] = payment["id"].clone();
        if is_automatic {
            changes["next_payment_attempt"] = (now + 3600).into();
        }
    }
    let finalized = context.set(KIND, id, changes);
    context.emit("invoice.finalized", KIND, &finalized);
    if due == 0 {
        return mark_paid(context, id, false);
    }
    finalized
}

fn new_intent(context: &mut Context<'_>, invoice: &Value, due: i64) -> Value {
    let given = Map::from_iter([
        ("amount".to_owned(), due.into()),
        ("currency".to_owned(), invoice["currency"].clone()),
        ("customer".to_owned(), invoice["customer"].clone()),
        (
            "setup_future_usage".to_owned(),
            if invoice["subscription"].is_string() { "off_session".into() } else { Value::Null },
        ),
        (
            "description".to_owned(),
            if invoice["subscription"].is_string() {
                "Subscription".into()
            } else {
                "Payment for Invoice".into()
            },
        ),
    ]);
    let intent = payment_intent::new(context, given, None);
    context.set("payment_intent", text(&intent["id"]), json!({"invoice": invoice["id"]}))
}

/// Pays an open invoice with a payment method, or with the default one.
///
/// # Errors
///
/// When there is none, or it is declined.
pub fn pay(
    context: &mut Context<'_>,
    id: &str,
    method: Option<&str>,
    off_session: bool,
) -> Result<Value> {
    let invoice = context.require(KIND, id, "invoice")?;
    if invoice["status"] == "paid" {
        return Ok(invoice);
    }
    let method = method.map(str::to_owned).or_else(|| default_method(context, &invoice));
    let intent_id = text(&invoice["payment_intent"]).to_owned();
    let result = match &method {
        Some(method) => match payment_method::resolve(context, method, "payment_method") {
            Ok(method) => {
                let intent = context.require("payment_intent", &intent_id, "payment_intent")?;
                payment_intent::pay(
                    context,
                    &intent,
                    Some(method),
                    &Confirm { off_session, ..Confirm::default() },
                )
            }
            Err(error) => Err(error),
        },
        None => {
            let message = "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.";
            let mut error = ApiError::invalid(message).code("resource_missing");
            error.keeps_changes = true;
            Err(error)
        }
    };
    match result {
        Ok(intent) if intent["status"] == "succeeded" => {
            context.set(KIND, id, json!({"charge": intent["latest_charge"]}));
            attempted(context, id);
            Ok(mark_paid(context, id, false))
        }
        Ok(_) => {
            attempted(context, id);
            let invoice = context.require(KIND, id, "invoice")?;
            context.emit("invoice.payment_action_required", KIND, &invoice);
            subscription::payment_failed(context, &invoice);
            Ok(invoice)
        }
        Err(error) => {
            let failed = attempted(context, id);
            context.emit("invoice.payment_failed", KIND, &failed);
            subscription::payment_failed(context, &failed);
            Err(error)
        }
    }
}

/// Counts an attempt, and sets the time of the next one.
fn attempted(context: &mut Context<'_>, id: &str) -> Value {
    let invoice = context.get(KIND, id).unwrap_or_default();
    let count = integer(&invoice["attempt_count"]) + 1;
    let is_automatic =
        invoice["auto_advance"] == true && invoice["collection_method"] == "charge_automatically";
    let wait = RETRIES
        .get(count as usize - 1)
        .filter(|_| is_automatic && invoice["billing_reason"] != "subscription_create");
    let next = wait.map(|days| context.now() + days * 86_400);
    context.set(
        KIND,
        id,
        json!({"attempted": true, "attempt_count": count, "next_payment_attempt": next}),
    )
}

fn default_method(context: &Context<'_>, invoice: &Value) -> Option<String> {
    let own = invoice["default_payment_method"].as_str().map(str::to_owned);
    own.or_else(|| {
        let subscription = context.get("subscription", text(&invoice["subscription"]))?;
        subscription["default_payment_method"].as_str().map(str::to_owned)
    })
    .or_else(|| payment_method::default_of(context, text(&invoice["customer"])))
}

/// Marks an invoice as paid.
pub fn mark_paid(context: &mut Context<'_>, id: &str, out_of_band: bool) -> Value {
    let invoice = context.get(KIND, id).unwrap_or_default();
    let due = invoice["amount_due"].clone();
    let now = context.now();
    let paid = context.set(KIND, id, json!({
        "status": "paid", "paid": true, "paid_out_of_band": out_of_band, "attempted": true, "auto_advance": false,
        "amount_paid": due, "amount_remaining": 0, "next_payment_attempt": null, "status_transitions": {"paid_at": now},
    }));
    if let Some(payment) = paid["_payment"].as_str().filter(|_| !out_of_band) {
        let payment = context.set(
            "invoice_payment",
            payment,
            json!({"status": "paid", "amount_paid": due, "status_transitions": {"paid_at": now}}),
        );
        context.emit("invoice_payment.paid", "invoice_payment", &payment);
    }
    context.emit("invoice.paid", KIND, &paid);
    context.emit("invoice.payment_succeeded", KIND, &paid);
    subscription::payment_succeeded(context, &paid);
    context.get(KIND, id).unwrap_or_default()
}
