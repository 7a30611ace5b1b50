//! Invoices.
//!
//! `draft → open → paid | void | uncollectible`, and `uncollectible → paid | void`

mod credit;
mod discount;
pub mod item;
mod lines;
mod pay;

pub use credit::set_credited;
pub use discount::{applies as coupon_applies, of_parameters as coupons, off};
pub use lines::{Line, add_line, recompute};
pub use pay::{finalize, pay};

use serde_json::{Map, Value, json};

use super::test_clock::{self, Job};
use super::{Response, customer_balance, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub const KIND: &str = "invoice";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/invoices") => create_call(context, call),
        ("POST", "/v1/invoices/{invoice}/finalize") => finalize_call(context, call),
        ("POST", "/v1/invoices/{invoice}/pay") => pay_call(context, call),
        ("POST", "/v1/invoices/{invoice}/void") => end(context, call, "void"),
        ("POST", "/v1/invoices/{invoice}/mark_uncollectible") => {
            end(context, call, "uncollectible")
        }
        ("POST", "/v1/invoices/{invoice}/send") => send(context, call),
        ("DELETE", "/v1/invoices/{invoice}") => delete(context, call),
        ("POST", "/v1/invoices/create_preview") => super::subscription::preview(context, call),
        ("GET", "/v1/invoices/upcoming") => super::subscription::preview(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = call.text("customer").ok_or_else(|| ApiError::missing("customer"))?.to_owned();
    context.require("customer", &customer, "customer").map_err(|error| error.status(400))?;
    let mut fields = Map::new();
    context.shape().apply(KIND, &mut fields, &call.parameters);
    fields.remove("discounts");
    let mut given = json!({"billing_reason": "manual", "auto_advance": false});
    generic::merge(&mut given, fields.into());
    let discounts = discount::of_parameters(context, &call.parameters)?;
    if !discounts.is_empty() {
        given["_coupons"] = discounts.into();
    }
    let invoice = create(context, &customer, given)?;
    if call.text("pending_invoice_items_behavior") == Some("include") {
        item::take_pending(context, &customer, text(&invoice["id"]), None);
    }
    let invoice = recompute(context, text(&invoice["id"]));
    context.emit("invoice.created", KIND, &invoice);
    Ok(invoice)
}

/// Makes a draft without lines and without an event.
///
/// # Errors
///
/// When the customer does not exist.
pub fn create(context: &mut Context<'_>, customer: &str, given: Value) -> Result<Value> {
    let customer =
        context.require("customer", customer, "customer").map_err(|error| error.status(400))?;
    test_clock::enter(context, &customer);
    let now = context.now();
    let currency = customer["currency"].as_str().unwrap_or("usd");
    let mut invoice = json!({
        "status": "draft", "customer": customer["id"], "currency": currency, "collection_method": "charge_automatically",
        "customer_name": customer["name"], "customer_email": customer["email"], "customer_address": customer["address"],
        "customer_phone": customer["phone"], "customer_shipping": customer["shipping"], "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [], "test_clock": customer["test_clock"], "account_country": "US", "account_name": "Mock",
        "amount_due": 0, "amount_paid": 0, "amount_remaining": 0, "amount_shipping": 0, "amount_overpaid": 0,
        "attempt_count": 0, "attempted": false, "auto_advance": true, "default_tax_rates": [], "discounts": [],
        "paid": false, "paid_out_of_band": false, "period_start": now, "period_end": now, "starting_balance": 0,
        "subtotal": 0, "subtotal_excluding_tax": 0, "total": 0, "total_excluding_tax": 0, "total_discount_amounts": [],
        "total_taxes": [], "total_tax_amounts": [], "total_pretax_credit_amounts": [],
        "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
        "automatic_tax": {"enabled": false, "liability": null, "status": null, "disabled_reason": null, "provider": null},
        "issuer": {"type": "self"}, "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
        "status_transitions": {"finalized_at": null, "marked_uncollectible_at": null, "paid_at": null, "voided_at": null},
    });
    generic::merge(&mut invoice, given);
    if invoice["collection_method"] == "send_invoice" && invoice["due_date"].is_null() {
        let days = invoice["_days_until_due"].as_i64().unwrap_or(30);
        invoice["due_date"] = (now + days * 86_400).into();
    }
    if invoice["_coupons"].is_null()
        && let Some(coupon) = discount::of_customer(&customer)
    {
        invoice["_coupons"] = json!([coupon]);
    }
    Ok(context.create(KIND, invoice))
}

/// An invoice that must have one of some states.
fn in_state(context: &mut Context<'_>, id: &str, states: &[&str], verb: &str) -> Result<Value> {
    let invoice = context.require(KIND, id, "invoice")?;
    if let Some(customer) = context.get("customer", text(&invoice["customer"])) {
        test_clock::enter(context, &customer);
    }
    if states.contains(&text(&invoice["status"])) {
        return Ok(invoice);
    }
    if verb == "pay" && invoice["status"] == "paid" {
        return Err(ApiError::invalid("Invoice is already paid"));
    }
    Err(ApiError::invalid(format!(
        "You can only {verb} an invoice with one of these statuses: {}. This one is {}.",
        states.join(", "),
        text(&invoice["status"])
    ))
    .code("invoice_not_editable"))
}

fn finalize_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    in_state(context, call.id(), &["draft"], "finalize")?;
    let invoice = finalize(context, call.id());
    if call.flag("auto_advance")
        && invoice["collection_method"] == "charge_automatically"
        && invoice["status"] == "open"
    {
        // A declined payment leaves the invoice open.
        let _ = pay(context, call.id(), None, false);
    }
    context.require(KIND, call.id(), "invoice")
}

fn pay_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let invoice = in_state(context, call.id(), &["draft", "open", "uncollectible"], "pay")?;
    if invoice["status"] == "draft" {
        finalize(context, call.id());
    }
    if call.flag("paid_out_of_band") {
        return Ok(pay::mark_paid(context, call.id(), true));
    }
    let off_session = call.value("off_session") != false;
    pay(context, call.id(), call.text("payment_method"), off_session)
}

fn end(context: &mut Context<'_>, call: &Call<'_>, status: &str) -> Result<Value> {
    let states: &[&str] = if status == "void" { &["open", "uncollectible"] } else { &["open"] };
    in_state(
        context,
        call.id(),
        states,
        if status == "void" { "void" } else { "mark as uncollectible" },
    )?;
    let now = context.now();
    let (at, event) = match status {
        "void" => ("voided_at", "invoice.voided"),
        _ => ("marked_uncollectible_at", "invoice.marked_uncollectible"),
    };
    let changes = json!({"status": status, "auto_advance": false, "next_payment_attempt": null, "status_transitions": {at: now}});
    let invoice = context.set(KIND, call.id(), changes);
    if status == "void" {
        customer_balance::unapply(context, &invoice);
    }
    context.emit(event, KIND, &invoice);
    Ok(invoice)
}

fn send(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let invoice = in_state(context, call.id(), &["draft", "open"], "send")?;
    if invoice["collection_method"] != "send_invoice" {
        return Err(ApiError::invalid(
            "You can only manually send an invoice if its collection method is 'send_invoice'",
        ));
    }
    let invoice = if invoice["status"] == "draft" { finalize(context, call.id()) } else { invoice };
    context.emit("invoice.sent", KIND, &invoice);
    Ok(invoice)
}

fn delete(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let invoice = in_state(context, call.id(), &["draft"], "delete")?;
    for line in context.all_with("line_item", "_parent", call.id()) {
        context.store.remove(&context.account, "line_item", text(&line["id"]));
    }
    let deleted = json!({"id": call.id(), "object": "invoice", "deleted": true});
    context.put(KIND, &deleted);
    context.emit("invoice.deleted", KIND, &invoice);
    Ok(deleted)
}

/// The first invoice of a clock that is to be finalized or paid.
pub fn due(context: &Context<'_>, clock: Option<&str>) -> Option<(i64, Job)> {
    let all = context.store.all(&context.account, KIND);
    let due = all.filter(|invoice| test_clock::belongs(invoice, clock)).filter_map(|invoice| {
        let at = match text(&invoice["status"]) {
            "draft" if invoice["auto_advance"] == true => invoice["_finalize_at"].as_i64()?,
            "open" => invoice["next_payment_attempt"].as_i64()?,
            _ => return None,
        };
        Some((at, text(&invoice["id"])))
    });
    let (at, id) = due.min_by_key(|(at, _)| *at)?;
    Some((at, Job::Invoice(id.to_owned())))
}

/// Finalizes a draft, or tries to collect an open invoice again.
pub fn step(context: &mut Context<'_>, id: &str) {
    let Some(invoice) = context.get(KIND, id) else { return };
    let invoice = if invoice["status"] == "draft" { finalize(context, id) } else { invoice };
    if invoice["status"] != "open" {
        return;
    }
    if invoice["collection_method"] == "send_invoice" {
        context.set(KIND, id, json!({"next_payment_attempt": null}));
        context.emit("invoice.sent", KIND, &invoice);
        return;
    }
    // A declined payment is in the invoice, with the time of the next attempt.
    let _ = pay(context, id, None, true);
}
