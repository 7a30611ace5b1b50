//! Credit notes: reductions of finalized invoices.
//!
//! `issued → void`. Before payment a note reduces the amount due, and can be voided. After payment
//! it is a refund, a credit to the balance of the customer, or money that was paid out elsewhere.

mod lines;

use serde_json::{Map, Value, json};

use super::{Response, customer_balance, integer, invoice, refund, test_clock, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

const KIND: &str = "credit_note";
const LINE: &str = "credit_note_line_item";

/// The largest amount of a note, which keeps sums in range.
const MOST: i64 = 1_000_000_000_000;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/credit_notes") => create(context, call),
        ("GET", "/v1/credit_notes/preview") => preview(context, call),
        ("GET", "/v1/credit_notes/preview/lines") => preview_lines(context, call),
        ("GET", "/v1/credit_notes/{credit_note}/lines") => list_lines(context, call),
        ("POST", "/v1/credit_notes/{id}/void") => void(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// How the amount of a note is given back.
#[derive(Debug, Default)]
struct Split {
    /// Taken off the amount due.
    pre_payment: i64,
    /// Given back of what was paid.
    post_payment: i64,
    refund: i64,
    credit: i64,
    out_of_band: i64,
    /// Refunds that exist already: id and amount.
    linked: Vec<(String, i64)>,
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let note = issue(context, call)?;
    context.emit("credit_note.created", KIND, &note);
    Ok(note)
}

/// Issues a note without its event.
fn issue(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let invoice_id = call.text("invoice").ok_or_else(|| ApiError::missing("invoice"))?.to_owned();
    let about = context
        .require(invoice::KIND, &invoice_id, "invoice")
        .map_err(|error| error.status(400))?;
    if let Some(customer) = context.get("customer", text(&about["customer"])) {
        test_clock::enter(context, &customer);
    }
    if !matches!(text(&about["status"]), "open" | "paid" | "uncollectible") {
        return Err(ApiError::invalid(format!(
            "Credit notes can only be created for invoices that are open, paid or uncollectible. This invoice is {}.",
            text(&about["status"])
        ))
        .param("invoice"));
    }
    let id = context.new_id(KIND);
    let lines = lines::of_parameters(context, call, &about)?;
    let sum =
        |name: &str| lines.iter().fold(0_i64, |sum, line| sum.saturating_add(integer(&line[name])));
    let (subtotal, discount) = (sum("amount"), sum("discount_amount"));
    let total = subtotal.saturating_sub(discount);
    let split = split(context, call, &about, total)?;
    for mut line in lines {
        line["_parent"] = id.as_str().into();
        context.create(LINE, line);
    }
    let mut fields = Map::new();
    let kept = ["memo", "metadata", "reason", "effective_at"];
    let mut parameters = call.parameters.clone();
    parameters.retain(|name, _| kept.contains(&name.as_str()));
    context.shape().apply(KIND, &mut fields, &parameters);
    let kind = match (split.pre_payment, split.post_payment) {
        (_, 0) => "pre_payment",
        (0, _) => "post_payment",
        _ => "mixed",
    };
    let notes = context.all_with(KIND, "invoice", &invoice_id).len();
    let now = context.now();
    let mut given = json!({
        "id": id, "invoice": invoice_id, "customer": about["customer"], "currency": about["currency"], "status": "issued", "type": kind,
        "amount": total, "total": total, "total_excluding_tax": total, "subtotal": subtotal, "subtotal_excluding_tax": subtotal,
        "discount_amount": discount, "discount_amounts": lines::discounts(&about, discount), "amount_shipping": 0, "shipping_cost": null,
        "pre_payment_amount": split.pre_payment, "post_payment_amount": split.post_payment,
        "out_of_band_amount": (split.out_of_band > 0).then_some(split.out_of_band), "refunds": [], "refund": null,
        "customer_balance_transaction": null, "number": format!("{}-CN-{:02}", text(&about["number"]), notes + 1),
        "pdf": format!("{}/credit_notes/{id}/pdf", context.base_url), "effective_at": now, "memo": null, "reason": null,
        "total_taxes": [], "tax_amounts": [], "pretax_credit_amounts": [], "voided_at": null,
    });
    generic::merge(&mut given, fields.into());
    context.create(KIND, given);
    pay_out(context, &id, &about, &split)?;
    let paid = integer(&about["post_payment_credit_notes_amount"]) + split.post_payment;
    let reduced = integer(&about["pre_payment_credit_notes_amount"]) + split.pre_payment;
    invoice::set_credited(context, &invoice_id, reduced, paid);
    context.require(KIND, &id, "credit_note")
}

/// Decides how much of a note reduces the amount due, and how the rest is given back.
fn split(context: &Context<'_>, call: &Call<'_>, about: &Value, total: i64) -> Result<Split> {
    let credited = integer(&about["pre_payment_credit_notes_amount"])
        + integer(&about["post_payment_credit_notes_amount"]);
    let left = integer(&about["total"]) - credited;
    if total > left {
        return Err(ApiError::invalid(format!(
            "The amount of the credit note ({total}) is greater than the amount of the invoice that is not credited yet ({left})."
        ))
        .param("amount"));
    }
    if total < 1 {
        return Err(ApiError::invalid("The amount of a credit note must be greater than zero.")
            .param("amount"));
    }
    let amount = |name: &str| call.integer(name).unwrap_or_default();
    let mut split = Split {
        refund: amount("refund_amount"),
        credit: amount("credit_amount"),
        out_of_band: amount("out_of_band_amount"),
        ..Split::default()
    };
    for name in ["refund_amount", "credit_amount", "out_of_band_amount"] {
        if !(0..=MOST).contains(&amount(name)) {
            return Err(ApiError::invalid("Invalid non-negative integer")
                .code("parameter_invalid_integer")
                .param(name));
        }
    }
    let refunds = call.value("refunds");
    let old = json!([{"refund": call.value("refund")}]);
    let given = if refunds.is_array() { &refunds } else { &old };
    for (index, one) in given.as_array().into_iter().flatten().enumerate() {
        let Some(id) = one["refund"].as_str() else { continue };
        let param = format!("refunds[{index}][refund]");
        let known = context.require("refund", id, &param).map_err(|error| error.status(400))?;
        let amount = one["amount_refunded"].as_i64().unwrap_or_else(|| integer(&known["amount"]));
        split.linked.push((id.to_owned(), amount));
    }
    split.pre_payment = total.min(integer(&about["amount_remaining"]));
    split.post_payment = total - split.pre_payment;
    let linked = split.linked.iter().fold(0_i64, |sum, (_, one)| sum.saturating_add(*one));
    let given_back = (split.refund + split.credit + split.out_of_band).saturating_add(linked);
    if given_back != split.post_payment {
        return Err(ApiError::invalid(format!(
            "The sum of credit_amount, refund_amount, out_of_band_amount and refunds ({given_back}) must equal the post payment amount of the credit note ({}).",
            split.post_payment
        )));
    }
    Ok(split)
}

/// Gives back what was paid: a refund, and a credit to the balance.
fn pay_out(context: &mut Context<'_>, id: &str, about: &Value, split: &Split) -> Result<()> {
    let entry = |refund: &str, amount: i64| json!({"amount_refunded": amount, "refund": refund, "payment_record_refund": null, "type": "refund"});
    let mut refunds: Vec<Value> =
        split.linked.iter().map(|(refund, amount)| entry(refund, *amount)).collect();
    if split.refund > 0 {
        let Some(charge) = about["charge"].as_str() else {
            return Err(ApiError::invalid(
                "You cannot refund this invoice, because it was not paid by a charge.",
            )
            .param("refund_amount"));
        };
        let made = refund::make(context, charge, Some(split.refund), &Map::new())?;
        refunds.push(entry(text(&made["id"]), split.refund));
    }
    let mut changes = json!({"refund": refunds.first().map(|one| one["refund"].clone())});
    changes["refunds"] = refunds.into();
    if split.credit > 0 {
        let (customer, currency) = (text(&about["customer"]), text(&about["currency"]));
        let more = json!({"credit_note": id, "invoice": about["id"]});
        let credit = customer_balance::adjust(
            context,
            customer,
            -split.credit,
            currency,
            "credit_note",
            more,
        );
        changes["customer_balance_transaction"] = credit["id"].clone();
    }
    context.set(KIND, id, changes);
    Ok(())
}

fn preview(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let mut note = issue(context, call)?;
    let lines = context.all_with(LINE, "_parent", text(&note["id"]));
    note["lines"] = json!({"object": "list", "data": lines, "has_more": false, "url": "/v1/credit_notes/preview/lines"});
    context.store.rollback();
    Ok(note)
}

fn preview_lines(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let note = issue(context, call)?;
    let lines = context.all_with(LINE, "_parent", text(&note["id"]));
    context.store.rollback();
    generic::page(call, lines, "/v1/credit_notes/preview/lines")
}

fn list_lines(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    context.require(KIND, call.id(), "credit_note")?;
    let lines = context.all_with(LINE, "_parent", call.id());
    generic::page(call, lines, &generic::path(call))
}

fn void(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let note = context.require(KIND, call.id(), "id")?;
    if note["status"] == "void" {
        return Err(ApiError::invalid("This credit note is already void."));
    }
    let invoice_id = text(&note["invoice"]).to_owned();
    let about = context.get(invoice::KIND, &invoice_id).unwrap_or_default();
    if note["type"] != "pre_payment" || about["status"] != "open" {
        return Err(ApiError::invalid(
            "You can only void a credit note that reduced the amount due of an invoice that is still open.",
        ));
    }
    if let Some(customer) = context.get("customer", text(&note["customer"])) {
        test_clock::enter(context, &customer);
    }
    let now = context.now();
    let voided = context.set(KIND, call.id(), json!({"status": "void", "voided_at": now}));
    let reduced =
        integer(&about["pre_payment_credit_notes_amount"]) - integer(&note["pre_payment_amount"]);
    let paid = integer(&about["post_payment_credit_notes_amount"]);
    invoice::set_credited(context, &invoice_id, reduced, paid);
    context.emit("credit_note.voided", KIND, &voided);
    Ok(voided)
}
