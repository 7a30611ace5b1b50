//! Lines of invoices, and their sums.

use serde_json::{Value, json};

use super::{KIND, discount};
use crate::behavior::{customer_balance, integer, text};
use crate::context::Context;

/// A line to add.
#[derive(Debug, Default)]
pub struct Line {
    pub amount: i64,
    pub currency: String,
    pub description: String,
    pub quantity: i64,
    pub period: (i64, i64),
    pub price: Value,
    /// The subscription and its item, if the line is of one.
    pub subscription: Value,
    pub subscription_item: Value,
    pub invoice_item: Value,
    pub proration: bool,
    /// Whether the discounts of the invoice apply to the line.
    pub discountable: bool,
}

/// Adds a line to an invoice.
pub fn add_line(context: &mut Context<'_>, invoice: &str, line: &Line) -> Value {
    let price = context.get("price", text(&line.price)).unwrap_or(Value::Null);
    let is_item = line.invoice_item.is_string();
    let details = if is_item {
        json!({"invoice_item": line.invoice_item, "proration": line.proration, "proration_details": null, "subscription": line.subscription})
    } else {
        json!({"invoice_item": null, "proration": line.proration, "proration_details": {"credited_items": null}, "subscription": line.subscription, "subscription_item": line.subscription_item})
    };
    let (parent, other) = match is_item {
        true => ("invoice_item_details", "subscription_item_details"),
        false => ("subscription_item_details", "invoice_item_details"),
    };
    let pricing = price.is_object().then(|| json!({
        "type": "price_details", "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }));
    context.create("line_item", json!({
        "_parent": invoice, "invoice": invoice, "amount": line.amount, "subtotal": line.amount, "currency": line.currency,
        "description": line.description, "discountable": line.discountable, "discounts": [], "discount_amounts": [],
        "parent": {"type": parent, parent: details, other: null}, "pricing": pricing, "quantity": line.quantity,
        "period": {"start": line.period.0, "end": line.period.1}, "subscription": line.subscription, "taxes": [],
        "price": line.price, "proration": line.proration, "proration_details": {"credited_items": null},
        "subscription_item": line.subscription_item, "invoice_item": line.invoice_item, "tax_amounts": [], "tax_rates": [],
        "type": if is_item { "invoiceitem" } else { "subscription" }, "pretax_credit_amounts": [],
    }))
}

/// Sums up an invoice from its lines, discounts and the balance of the customer.
pub fn recompute(context: &mut Context<'_>, id: &str) -> Value {
    let Some(mut invoice) = context.get(KIND, id) else { return Value::Null };
    let lines = context.all_with("line_item", "_parent", id);
    let subtotal: i64 = lines.iter().map(|line| integer(&line["amount"])).sum();
    // A proration has the discount of its period in it already.
    let discountable = lines.iter().filter(|line| line["discountable"] == true);
    let mut base: i64 = discountable.map(|line| integer(&line["amount"])).sum();
    let mut left: i64 = subtotal;
    let mut amounts = Vec::new();
    for coupon in invoice["_coupons"].as_array().cloned().unwrap_or_default() {
        let Some(coupon) = context.get("coupon", text(&coupon)) else { continue };
        let off = discount::off(&coupon, base);
        base -= off;
        left -= off;
        amounts.push(json!({"amount": off, "discount": format!("di_{}", text(&coupon["id"]))}));
    }
    if let Some(currency) = lines.first().map(|line| line["currency"].clone()) {
        invoice["currency"] = currency;
    }
    let customer = context.get("customer", text(&invoice["customer"])).unwrap_or(Value::Null);
    let currency = text(&invoice["currency"]);
    let balance = customer_balance::balance(&customer, currency);
    let (due, _) = customer_balance::of_invoice(left, balance, currency);
    for (name, value) in [
        ("subtotal", subtotal),
        ("subtotal_excluding_tax", subtotal),
        ("total", left),
        ("total_excluding_tax", left),
        ("amount_due", due),
        ("amount_remaining", due),
        ("starting_balance", balance),
    ] {
        invoice[name] = value.into();
    }
    invoice["discounts"] = amounts.iter().map(|amount| amount["discount"].clone()).collect();
    invoice["total_discount_amounts"] = amounts.into();
    context.put(KIND, &invoice);
    invoice
}
