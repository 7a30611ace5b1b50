//! The totals of quotes.

use serde_json::{Value, json};

use crate::behavior::{integer, invoice, line_item, text};
use crate::context::Context;

/// Computes the totals of a quote from its items and coupons.
pub fn compute(context: &mut Context<'_>, quote: &mut Value) {
    let id = text(&quote["id"]).to_owned();
    let coupons: Vec<Value> = (quote["_coupons"].as_array().into_iter().flatten())
        .filter_map(|coupon| context.get("coupon", text(coupon)))
        .collect();
    let items = line_item::of(context, &id);
    let is_recurring = |price: &Value| price["recurring"].is_object();
    let sum = |recurring_only: bool| -> i64 {
        let counted = items.iter().filter(|(_, price)| !recurring_only || is_recurring(price));
        counted.map(|(item, _)| integer(&item["amount_subtotal"])).sum()
    };
    let off = |subtotal: i64, later: bool| -> i64 {
        let lasting = coupons.iter().filter(|coupon| !later || coupon["duration"] == "forever");
        lasting.fold(0, |off, coupon| off + invoice::off(coupon, subtotal - off))
    };
    let subtotal = sum(false);
    let discount = off(subtotal, false);
    line_item::discount(context, &items, subtotal, discount);
    let details =
        |discount: i64| json!({"amount_discount": discount, "amount_shipping": 0, "amount_tax": 0});
    quote["amount_subtotal"] = subtotal.into();
    quote["amount_total"] = (subtotal - discount).into();
    quote["total_details"] = details(discount);
    quote["currency"] = items.first().map(|(_, price)| price["currency"].clone()).into();
    quote["discounts"] = coupons.iter().map(|one| format!("di_{}", text(&one["id"]))).collect();
    let recurring = items.iter().find(|(_, price)| is_recurring(price)).map(|(_, price)| {
        let subtotal = sum(true);
        let discount = off(subtotal, true);
        json!({
            "amount_subtotal": subtotal, "amount_total": subtotal - discount, "interval": price["recurring"]["interval"],
            "interval_count": price["recurring"]["interval_count"], "total_details": details(discount),
        })
    });
    // The id leads an expansion of `computed.upfront.line_items` to the items of the quote.
    quote["computed"] = json!({
        "recurring": recurring,
        "upfront": {"id": id, "amount_subtotal": subtotal, "amount_total": subtotal - discount, "total_details": details(discount)},
    });
}
