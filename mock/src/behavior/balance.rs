//! The balance, and the money that leaves it: payouts and transfers.
//!
//! A payout is `pending → paid | failed | canceled`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Response, charge, integer, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("GET", "/v1/balance") => Ok(balance(context)),
        ("POST", "/v1/payouts") => payout(context, call),
        ("POST", "/v1/payouts/{payout}/cancel") => cancel(context, call),
        ("POST", "/v1/transfers") => transfer(context, call),
        ("POST", "/v1/transfers/{id}/reversals") => reverse(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// The sums of the balance transactions: available, and not yet.
fn sums(context: &Context<'_>) -> BTreeMap<String, (i64, i64)> {
    let mut sums = BTreeMap::from([("usd".to_owned(), (0, 0))]);
    let now = context.now();
    for transaction in context.store.all(&context.account, "balance_transaction") {
        let sum = sums.entry(text(&transaction["currency"]).to_owned()).or_default();
        let net = integer(&transaction["net"]);
        if integer(&transaction["available_on"]) <= now {
            sum.0 += net;
        } else {
            sum.1 += net;
        }
    }
    sums
}

fn balance(context: &Context<'_>) -> Value {
    let entry = |currency: &str, amount: i64| json!({"amount": amount, "currency": currency, "source_types": {"card": amount}});
    let sums = sums(context);
    json!({
        "object": "balance",
        "livemode": false,
        "available": sums.iter().map(|(currency, sum)| entry(currency, sum.0)).collect::<Vec<_>>(),
        "pending": sums.iter().map(|(currency, sum)| entry(currency, sum.1)).collect::<Vec<_>>(),
    })
}

/// The parameters that are fields of the object as well.
fn fields(context: &Context<'_>, call: &Call<'_>, kind: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    context.shape().apply(kind, &mut fields, &call.parameters);
    fields
}

fn take(context: &Context<'_>, call: &Call<'_>) -> Result<(i64, String)> {
    let amount = call.integer("amount").unwrap_or_default();
    super::check_amount(amount)?;
    let currency = call.text("currency").unwrap_or("usd").to_owned();
    let (available, pending) = sums(context).get(&currency).copied().unwrap_or_default();
    // A test account may pay out what is still pending, as there is no time in tests to wait for it.
    if available + pending < amount {
        return Err(ApiError::invalid("You have insufficient funds in your Stripe account for this payment. Add funds to your available balance with the card 4000000000000077.")
            .code("balance_insufficient"));
    }
    Ok((amount, currency))
}

fn payout(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let (amount, currency) = take(context, call)?;
    let id = context.new_id("payout");
    let now = context.now();
    let moved =
        charge::transaction(context, "payout", &id.as_str().into(), -amount, 0, &currency, now);
    let mut given = json!({
        "id": id, "status": "pending", "arrival_date": now + 2 * 86_400, "automatic": false, "method": "standard",
        "type": "bank_account", "source_type": "card", "balance_transaction": moved["id"], "reconciliation_status": "not_applicable",
    });
    crate::generic::merge(&mut given, fields(context, call, "payout").into());
    Ok(context.create_with_event("payout", given))
}

fn cancel(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let payout = context.require("payout", call.id(), "payout")?;
    if payout["status"] != "pending" {
        return Err(ApiError::invalid("Payouts can only be canceled while they are pending."));
    }
    let now = context.now();
    charge::transaction(
        context,
        "payout_cancel",
        &payout["id"],
        integer(&payout["amount"]),
        0,
        text(&payout["currency"]),
        now,
    );
    let after = context.set("payout", call.id(), json!({"status": "canceled"}));
    context.emit("payout.canceled", "payout", &after);
    Ok(after)
}

/// Moves money to the balance of a connected account.
fn transfer(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let destination = call.text("destination").unwrap_or_default().to_owned();
    if context.get("account", &destination).is_none() {
        return Err(ApiError::no_such("destination", &destination, "destination").status(400));
    }
    let (amount, currency) = take(context, call)?;
    let id = context.new_id("transfer");
    let now = context.now();
    let moved =
        charge::transaction(context, "transfer", &id.as_str().into(), -amount, 0, &currency, now);
    let payment = in_account(context, &destination, |context| {
        let id = context.new_id("charge").replacen("ch_", "py_", 1);
        let arrived =
            charge::transaction(context, "payment", &id.as_str().into(), amount, 0, &currency, now);
        context.create("charge", json!({"id": id, "amount": amount, "amount_captured": amount, "captured": true, "paid": true, "currency": currency, "status": "succeeded", "balance_transaction": arrived["id"]}))
    });
    let mut given = json!({"id": id, "amount_reversed": 0, "reversed": false, "source_type": "card", "balance_transaction": moved["id"], "destination_payment": payment["id"]});
    crate::generic::merge(&mut given, fields(context, call, "transfer").into());
    Ok(context.create_with_event("transfer", given))
}

/// Works in the data of another account.
fn in_account<T>(
    context: &mut Context<'_>,
    account: &str,
    work: impl FnOnce(&mut Context<'_>) -> T,
) -> T {
    let own = std::mem::replace(&mut context.account, account.to_owned());
    let result = work(context);
    context.account = own;
    result
}

fn reverse(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let id = call.segment(0).to_owned();
    let transfer = context.require("transfer", &id, "transfer")?;
    let reversed = integer(&transfer["amount_reversed"]);
    let left = integer(&transfer["amount"]) - reversed;
    let amount = call.integer("amount").unwrap_or(left);
    if amount < 1 || amount > left {
        return Err(ApiError::invalid(format!(
            "Reversal amount ({amount}) is greater than unreversed amount on transfer ({left})"
        ))
        .param("amount"));
    }
    let currency = text(&transfer["currency"]).to_owned();
    let now = context.now();
    let reversal = context.new_id("transfer_reversal");
    let source = Value::from(reversal.as_str());
    let moved = charge::transaction(context, "transfer_refund", &source, amount, 0, &currency, now);
    let destination = text(&transfer["destination"]).to_owned();
    in_account(context, &destination, |context| {
        charge::transaction(context, "payment_refund", &source, -amount, 0, &currency, now)
    });
    context.update(
        "transfer",
        &id,
        json!({"amount_reversed": reversed + amount, "reversed": amount == left}),
    );
    let mut given = json!({"id": reversal, "amount": amount, "currency": currency, "transfer": id, "balance_transaction": moved["id"], "_parent": id});
    let mut own = fields(context, call, "transfer_reversal");
    own.remove("amount");
    crate::generic::merge(&mut given, own.into());
    Ok(context.create("transfer_reversal", given))
}
