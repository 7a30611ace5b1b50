//! Discounts by coupons and promotion codes.

use serde_json::{Map, Value};

use crate::behavior::text;
use crate::context::Context;
use crate::error::{ApiError, Result};

/// The coupons that parameters name: `coupon`, `promotion_code`, `discounts`.
///
/// # Errors
///
/// When one of them does not exist.
pub fn of_parameters(context: &Context<'_>, parameters: &Map<String, Value>) -> Result<Vec<Value>> {
    let mut coupons = Vec::new();
    let one = |coupon: &Value, code: &Value| -> Result<Option<Value>> {
        if let Some(id) = coupon.as_str() {
            let coupon =
                context.require("coupon", id, "coupon").map_err(|error| error.status(400))?;
            return Ok(Some(coupon["id"].clone()));
        }
        if let Some(id) = code.as_str() {
            let code = context
                .require("promotion_code", id, "promotion_code")
                .map_err(|error| error.status(400))?;
            if code["active"] != true {
                return Err(ApiError::invalid("This promotion code is not active.")
                    .code("promotion_code_inactive"));
            }
            return Ok(Some(code["coupon"].clone()));
        }
        Ok(None)
    };
    let none = Value::Null;
    let value = |name: &str| parameters.get(name).unwrap_or(&none);
    coupons.extend(one(value("coupon"), value("promotion_code"))?);
    for discount in value("discounts").as_array().into_iter().flatten() {
        coupons.extend(one(&discount["coupon"], &discount["promotion_code"])?);
    }
    Ok(coupons)
}

/// The coupon of a customer, if it has one.
pub fn of_customer(customer: &Value) -> Option<Value> {
    let coupon = &customer["discount"]["coupon"];
    coupon.is_string().then(|| coupon.clone())
}

/// Returns the discount of a coupon on an amount.
pub fn off(coupon: &Value, amount: i64) -> i64 {
    let off = match coupon["percent_off"].as_f64() {
        Some(percent) => (amount as f64 * percent / 100.0).round() as i64,
        None => coupon["amount_off"].as_i64().unwrap_or_default(),
    };
    off.clamp(0, amount.max(0))
}

/// Whether a coupon still applies to a period that begins this long after it was redeemed.
pub fn applies(coupon: &Value, redeemed: i64, now: i64, is_first: bool) -> bool {
    match text(&coupon["duration"]) {
        "once" => is_first,
        "repeating" => {
            let months = coupon["duration_in_months"].as_i64().unwrap_or_default();
            now < crate::time::add(redeemed, "month", months)
        }
        _ => true,
    }
}
