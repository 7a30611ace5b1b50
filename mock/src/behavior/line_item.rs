//! Items of checkout sessions, payment links and quotes: prices with quantities.

use serde_json::{Value, json};

use super::{catalog, integer, text};
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub const KIND: &str = "item";

/// Adds the items of the parameter `line_items` to an object. Returns them with their prices.
///
/// # Errors
///
/// When a price does not exist or is not given, or the items are of several currencies.
pub fn add(context: &mut Context<'_>, parent: &str, items: &Value) -> Result<Vec<(Value, Value)>> {
    let mut added: Vec<(Value, Value)> = Vec::new();
    for (index, item) in items.as_array().into_iter().flatten().enumerate() {
        let param = format!("line_items[{index}][price]");
        let price = match (item["price"].as_str(), item["price_data"].as_object()) {
            (Some(price), _) => {
                context.require("price", price, &param).map_err(|error| error.status(400))?
            }
            (None, Some(data)) => catalog::price(context, data)?,
            _ => return Err(ApiError::missing(&param)),
        };
        if added.first().is_some_and(|(_, first)| first["currency"] != price["currency"]) {
            return Err(ApiError::invalid("All prices must have the same currency.").param(&param));
        }
        let quantity = item["quantity"].as_i64().unwrap_or(1);
        check_quantity(quantity, &format!("line_items[{index}][quantity]"))?;
        let amount = catalog::amount(&price, quantity);
        let product = context.get("product", text(&price["product"])).unwrap_or_default();
        let item = context.create(KIND, json!({
            "_parent": parent, "amount_subtotal": amount, "amount_total": amount, "amount_discount": 0, "amount_tax": 0, "currency": price["currency"],
            "description": product["name"], "price": price["id"], "quantity": quantity, "adjustable_quantity": item["adjustable_quantity"],
        }));
        added.push((item, price));
    }
    Ok(added)
}

/// A quantity has at most six digits.
///
/// # Errors
///
/// When it has more, or is negative.
pub fn check_quantity(quantity: i64, param: &str) -> Result<()> {
    if (0..=999_999).contains(&quantity) {
        return Ok(());
    }
    Err(ApiError::invalid("Quantity must be between 0 and 999999.")
        .code("parameter_invalid_integer")
        .param(param))
}

/// The items of an object with their prices, the first one first.
pub fn of(context: &Context<'_>, parent: &str) -> Vec<(Value, Value)> {
    let items = context.all_with(KIND, "_parent", parent).into_iter();
    let price = |item: &Value| context.get("price", text(&item["price"])).unwrap_or_default();
    items.map(|item| (item.clone(), price(&item))).collect()
}

/// Changes the quantity of an item, and its amounts with it.
pub fn set_quantity(context: &mut Context<'_>, id: &str, quantity: i64) {
    let item = context.get(KIND, id).unwrap_or_default();
    let price = context.get("price", text(&item["price"])).unwrap_or_default();
    let amount = catalog::amount(&price, quantity);
    let changes = json!({"quantity": quantity, "amount_subtotal": amount, "amount_total": amount});
    context.set(KIND, id, changes);
}

/// Divides a discount among the items. The last one takes the rest, so that the sum is exact.
pub fn discount(context: &mut Context<'_>, items: &[(Value, Value)], subtotal: i64, discount: i64) {
    let mut left = discount;
    for (index, (item, _)) in items.iter().enumerate() {
        let own = integer(&item["amount_subtotal"]);
        let share = if index + 1 == items.len() { left } else { discount * own / subtotal.max(1) };
        left -= share;
        let changes = json!({"amount_discount": share, "amount_total": own - share});
        context.set(KIND, text(&item["id"]), changes);
    }
}

/// Removes the items of an object, to replace them.
pub fn remove(context: &mut Context<'_>, parent: &str) {
    for item in context.all_with(KIND, "_parent", parent) {
        context.store.remove(&context.account, KIND, text(&item["id"]));
    }
}

/// A page of the items of an object.
///
/// # Errors
///
/// When the object does not exist.
pub fn list(context: &Context<'_>, call: &Call<'_>, kind: &str, param: &str) -> Result<Value> {
    context.require(kind, call.id(), param)?;
    let items = context.all_with(KIND, "_parent", call.id());
    generic::page(call, items, &generic::path(call))
}
