//! Changes of items within a period: credit for the rest of the old, debit for the rest of the new.

use serde_json::{Value, json};

use super::{KIND, cycle, item};
use crate::behavior::{catalog, integer, invoice, text};
use crate::context::Context;
use crate::error::{ApiError, Result};

/// Changes the items of a subscription.
///
/// # Errors
///
/// When an item or a price does not exist.
pub fn change(
    context: &mut Context<'_>,
    id: &str,
    items: &Value,
    behavior: &str,
    at: i64,
) -> Result<()> {
    let subscription = context.require(KIND, id, "subscription")?;
    let prorates = behavior != "none" && subscription["status"] != "trialing";
    let mut restarts = false;
    for (index, wanted) in items.as_array().into_iter().flatten().enumerate() {
        let known = match wanted["id"].as_str() {
            Some(item) => {
                let param = format!("items[{index}][id]");
                Some(context.require(item::KIND, item, &param).map_err(|error| error.status(400))?)
            }
            None => None,
        };
        if let Some(known) = &known
            && known["subscription"] != id
        {
            return Err(ApiError::invalid(
                "The subscription item does not belong to this subscription.",
            ));
        }
        if wanted["deleted"] == true {
            let Some(known) = known else {
                return Err(ApiError::missing(&format!("items[{index}][id]")));
            };
            if prorates {
                prorate(context, &subscription, &known, at, -1);
            }
            context.store.remove(&context.account, item::KIND, text(&known["id"]));
            continue;
        }
        let period = (
            integer(&subscription["current_period_start"]),
            integer(&subscription["current_period_end"]),
        );
        let names_price =
            ["price", "plan", "price_data"].iter().any(|name| !wanted[*name].is_null());
        let Some(known) = known else {
            let (price, quantity) = one_price(context, wanted)?;
            let added = item::add(context, id, &price, quantity, period);
            if prorates {
                prorate(context, &subscription, &added, at, 1);
            }
            continue;
        };
        let mut changes = json!({});
        if names_price {
            let (price, _) = one_price(context, wanted)?;
            let old = context.get("price", text(&known["price"])).unwrap_or_default();
            restarts |= ["interval", "interval_count"]
                .iter()
                .any(|name| old["recurring"][*name] != price["recurring"][*name]);
            changes["price"] = price["id"].clone();
            changes["plan"] = item::plan(&price);
        }
        if let Some(quantity) = wanted["quantity"].as_i64() {
            changes["quantity"] = quantity.into();
        }
        if let Some(metadata) = wanted.get("metadata") {
            changes["metadata"] = metadata.clone();
        }
        let after = context.set(item::KIND, text(&known["id"]), changes);
        let is_other = after["price"] != known["price"] || after["quantity"] != known["quantity"];
        if prorates && is_other {
            prorate(context, &subscription, &known, at, -1);
            if !restarts {
                prorate(context, &subscription, &after, at, 1);
            }
        }
    }
    if restarts && subscription["status"] != "trialing" {
        // Another interval begins a new period, which is billed at once.
        context.set(KIND, id, json!({"billing_cycle_anchor": at, "current_period_end": at}));
        cycle::advance(context, id);
        return collect(context, id, "subscription_update");
    }
    if behavior == "always_invoice" && prorates {
        return invoice_now(context, id, false);
    }
    Ok(())
}

fn one_price(context: &mut Context<'_>, wanted: &Value) -> Result<(Value, i64)> {
    let mut prices = item::prices(context, &json!([wanted]))?;
    prices.pop().ok_or_else(|| ApiError::missing("items[0][price]"))
}

/// Adds a pending invoice item for the rest of the period: a credit with -1, a debit with 1.
fn prorate(context: &mut Context<'_>, subscription: &Value, item: &Value, at: i64, sign: i64) {
    let price = context.get("price", text(&item["price"])).unwrap_or_default();
    // Usage is not paid in advance, so there is nothing to give back or to collect.
    if price["recurring"]["usage_type"] == "metered" {
        return;
    }
    let product = context.get("product", text(&price["product"])).unwrap_or_default();
    let (start, end) = (
        integer(&subscription["current_period_start"]),
        integer(&subscription["current_period_end"]),
    );
    let rest = (end - at).clamp(0, (end - start).max(0));
    let whole =
        discounted(context, subscription, catalog::amount(&price, integer(&item["quantity"])));
    let amount = (whole as f64 * rest as f64 / (end - start).max(1) as f64).round() as i64 * sign;
    let name = product["name"].as_str().unwrap_or("Subscription");
    let (year, month, day) = crate::time::date(at.div_euclid(86_400));
    let quantity = match integer(&item["quantity"]) {
        1 => String::new(),
        quantity => format!("{quantity} × "),
    };
    let word = if sign < 0 { "Unused" } else { "Remaining" };
    context.create_with_event("invoiceitem", json!({
        "customer": subscription["customer"], "subscription": subscription["id"], "amount": amount, "currency": price["currency"],
        "description": format!("{word} time on {quantity}{name} after {year:04}-{month:02}-{day:02}"), "proration": true,
        "quantity": item["quantity"], "price": price["id"], "period": {"start": at, "end": end}, "date": at, "discountable": false,
        "discounts": [], "tax_rates": [], "test_clock": subscription["test_clock"],
    }));
}

/// The amount of a period, reduced by the percentages of its coupons. A fixed amount off applies to
/// whole invoices only, as the credit and the debit of a change would have the same share of it.
fn discounted(context: &Context<'_>, subscription: &Value, amount: i64) -> i64 {
    let start = integer(&subscription["current_period_start"]);
    let redeemed = integer(&subscription["_coupon_at"]);
    let is_first = integer(&subscription["_count"]) <= 1;
    let coupons = subscription["_coupons"].as_array().into_iter().flatten();
    coupons.filter_map(|coupon| context.get("coupon", text(coupon))).fold(amount, |left, coupon| {
        let applies = invoice::coupon_applies(&coupon, redeemed, start, is_first);
        let percent = applies && coupon["percent_off"].is_number();
        if percent { left - invoice::off(&coupon, left) } else { left }
    })
}

/// Credits the rest of the period for all items.
pub fn credit_rest(context: &mut Context<'_>, id: &str, at: i64) {
    let Some(subscription) = context.get(KIND, id) else { return };
    for item in context.all_with(item::KIND, "subscription", id) {
        prorate(context, &subscription, &item, at, -1);
    }
}

/// Invoices the pending items of a subscription at once, and its usage if it ends.
///
/// # Errors
///
/// When the customer does not exist any more.
pub fn invoice_now(context: &mut Context<'_>, id: &str, with_usage: bool) -> Result<()> {
    let subscription = context.require(KIND, id, "subscription")?;
    let customer = text(&subscription["customer"]).to_owned();
    let given = json!({
        "billing_reason": "subscription_update", "subscription": id, "currency": subscription["currency"],
        "collection_method": subscription["collection_method"], "_coupons": [],
        "parent": {"type": "subscription_details", "quote_details": null, "subscription_details": {"metadata": {}, "subscription": id}},
    });
    let made = invoice::create(context, &customer, given)?;
    let made_id = text(&made["id"]).to_owned();
    invoice::item::take_pending(context, &customer, &made_id, Some(id));
    if with_usage {
        cycle::add_final_usage(context, &made_id, id);
    }
    let made = invoice::recompute(context, &made_id);
    context.emit("invoice.created", invoice::KIND, &made);
    pay(context, id, &made_id)
}

fn collect(context: &mut Context<'_>, id: &str, reason: &str) -> Result<()> {
    let made = cycle::make_invoice(context, id, reason)?;
    pay(context, id, text(&made["id"]))
}

fn pay(context: &mut Context<'_>, id: &str, made: &str) -> Result<()> {
    context.set(KIND, id, json!({ "latest_invoice": made }));
    let finalized = invoice::finalize(context, made);
    // More credit than debit stays in the balance of the customer.
    if finalized["status"] == "open" && finalized["collection_method"] == "charge_automatically" {
        // A declined payment leaves the invoice open and the subscription past due.
        let _ = invoice::pay(context, made, None, true);
    }
    Ok(())
}

/// An amount as people read it.
pub fn money(amount: i64, currency: &str) -> String {
    let sign = match currency {
        "usd" => "$",
        "eur" => "€",
        "gbp" => "£",
        _ => "",
    };
    let name =
        if sign.is_empty() { format!(" {}", currency.to_uppercase()) } else { String::new() };
    format!("{sign}{}.{:02}{name}", amount / 100, amount % 100)
}
