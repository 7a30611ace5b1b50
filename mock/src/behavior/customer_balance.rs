//! The credit balance of customers.
//!
//! A negative balance is credit, which the next invoices use up; a positive one is a debt, which the
//! next invoice collects. Each change is a balance transaction:
//! `initial`, `adjustment`, `applied_to_invoice ⇄ unapplied_from_invoice`, `invoice_too_small`,
//! `credit_note`.

use serde_json::{Map, Value, json};

use super::{Response, integer, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

const KIND: &str = "customer_balance_transaction";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/customers/{customer}/balance_transactions") => create(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = context.require("customer", call.segment(0), "customer")?;
    super::test_clock::enter(context, &customer);
    let amount = call.integer("amount").unwrap_or_default();
    if amount.unsigned_abs() > 99_999_999 {
        return Err(ApiError::invalid("Amount must be no more than $999,999.99")
            .code("amount_too_large")
            .param("amount"));
    }
    let mut more = Map::new();
    let mut parameters = call.parameters.clone();
    ["amount", "currency"].iter().for_each(|name| drop(parameters.remove(*name)));
    context.shape().apply(KIND, &mut more, &parameters);
    let currency = call.text("currency").unwrap_or("usd").to_lowercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(ApiError::invalid(format!("Invalid currency: {currency}")).param("currency"));
    }
    Ok(adjust(context, call.segment(0), amount, &currency, "adjustment", more.into()))
}

/// The balance of a customer in a currency.
pub fn balance(customer: &Value, currency: &str) -> i64 {
    match customer["currency"].as_str() {
        Some(own) if own != currency => integer(&customer["invoice_credit_balance"][currency]),
        _ => integer(&customer["balance"]),
    }
}

/// Changes the balance of a customer by an amount, and records why. Returns the transaction.
pub fn adjust(
    context: &mut Context<'_>,
    customer: &str,
    amount: i64,
    currency: &str,
    kind: &str,
    more: Value,
) -> Value {
    let before = context.get("customer", customer).unwrap_or_default();
    let ending = balance(&before, currency).saturating_add(amount);
    let mut changes = json!({"invoice_credit_balance": {currency: ending}});
    // The field `balance` is in the currency of the customer, which the first amount decides.
    if before["currency"].as_str().is_none_or(|own| own == currency) {
        changes["balance"] = ending.into();
        changes["currency"] = currency.into();
    }
    context.update("customer", customer, changes);
    record(context, customer, (amount, ending), currency, kind, more)
}

/// Records a change of the balance that has been made.
fn record(
    context: &mut Context<'_>,
    customer: &str,
    (amount, ending): (i64, i64),
    currency: &str,
    kind: &str,
    more: Value,
) -> Value {
    let mut given = json!({
        "_parent": customer, "customer": customer, "amount": amount, "currency": currency,
        "ending_balance": ending, "type": kind, "invoice": null, "credit_note": null, "description": null,
    });
    generic::merge(&mut given, more);
    context.create(KIND, given)
}

/// Records the balance that a customer is created with.
pub fn begin(context: &mut Context<'_>, customer: &Value) {
    let (id, amount) = (text(&customer["id"]), integer(&customer["balance"]));
    if amount == 0 {
        return;
    }
    let currency = customer["currency"].as_str().unwrap_or("usd").to_owned();
    let changes =
        json!({"currency": currency, "invoice_credit_balance": {currency.as_str(): amount}});
    context.set("customer", id, changes);
    record(context, id, (amount, amount), &currency, "initial", json!({}));
}

/// Records the difference that an update of the customer's field `balance` made.
pub fn follow_update(context: &mut Context<'_>, before: &Value, after: &Value) -> Value {
    let (old, new) = (integer(&before["balance"]), integer(&after["balance"]));
    if old == new {
        return after.clone();
    }
    let id = text(&after["id"]);
    let currency = after["currency"].as_str().unwrap_or("usd").to_owned();
    let changes = json!({"currency": currency, "invoice_credit_balance": {currency.as_str(): new}});
    record(context, id, (new.saturating_sub(old), new), &currency, "adjustment", json!({}));
    context.set("customer", id, changes)
}

/// Returns the smallest amount that can be charged in a currency.
pub fn minimum_charge(currency: &str) -> i64 {
    match currency {
        "usd" | "eur" | "cad" | "aud" | "nzd" | "sgd" | "chf" | "jpy" => 50,
        "gbp" => 30,
        _ => 1,
    }
}

/// The effect of the balance on an invoice: the amount that is due, and the balance afterwards.
pub fn of_invoice(total: i64, balance: i64, currency: &str) -> (i64, i64) {
    let due = total.saturating_add(balance);
    // An amount that is too small to charge is collected with the next invoice.
    if due < minimum_charge(currency) { (0, due) } else { (due, 0) }
}

/// Applies the balance to an invoice that is finalized. Returns the balance afterwards.
pub fn apply(context: &mut Context<'_>, invoice: &Value) -> i64 {
    let starting = integer(&invoice["starting_balance"]);
    let total = integer(&invoice["total"]);
    let currency = text(&invoice["currency"]);
    let (_, ending) = of_invoice(total, starting, currency);
    if ending != starting {
        let is_small = ending > 0 && ending > starting;
        let kind = if is_small { "invoice_too_small" } else { "applied_to_invoice" };
        let more = json!({"invoice": invoice["id"]});
        let amount = ending.saturating_sub(starting);
        adjust(context, text(&invoice["customer"]), amount, currency, kind, more);
    }
    ending
}

/// Reverts the effect of an invoice on the balance, when the invoice is voided.
pub fn unapply(context: &mut Context<'_>, invoice: &Value) {
    let starting = integer(&invoice["starting_balance"]);
    let given_back = starting.saturating_sub(integer(&invoice["ending_balance"]));
    if given_back != 0 && invoice["ending_balance"].is_i64() {
        let (customer, currency) = (text(&invoice["customer"]), text(&invoice["currency"]));
        let more = json!({"invoice": invoice["id"]});
        adjust(context, customer, given_back, currency, "unapplied_from_invoice", more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_debt_and_small_amounts_change_what_is_due() {
        assert_eq!(of_invoice(1000, 0, "usd"), (1000, 0));
        assert_eq!(of_invoice(1000, -300, "usd"), (700, 0));
        assert_eq!(of_invoice(1000, -1500, "usd"), (0, -500));
        assert_eq!(of_invoice(1000, 200, "usd"), (1200, 0));
        assert_eq!(of_invoice(-400, 0, "usd"), (0, -400));
        assert_eq!(of_invoice(49, 0, "usd"), (0, 49));
        assert_eq!(of_invoice(30, 0, "gbp"), (30, 0));
    }

    #[test]
    fn other_currencies_have_a_balance_of_their_own() {
        let customer = json!({"currency": "usd", "balance": -5, "invoice_credit_balance": {"usd": -5, "eur": -7}});
        assert_eq!(balance(&customer, "usd"), -5);
        assert_eq!(balance(&customer, "eur"), -7);
        assert_eq!(balance(&customer, "gbp"), 0);
    }
}
