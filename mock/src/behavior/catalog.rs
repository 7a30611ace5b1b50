//! Products, prices, coupons and promotion codes.

use serde_json::{Map, Value, json};

use super::{Response, meter, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/products") => product(context, call),
        ("POST", "/v1/prices") => price(context, &call.parameters),
        ("POST", "/v1/coupons") => coupon(context, call),
        ("POST", "/v1/promotion_codes") => promotion_code(context, call),
        ("DELETE", "/v1/products/{id}") => delete_product(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn product(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let id = match call.text("id") {
        Some(id) if context.get("product", id).is_some_and(|known| known["deleted"] != true) => {
            return Err(ApiError::invalid(format!("Product already exists with id: {id}"))
                .code("resource_already_exists"));
        }
        Some(id) => id.to_owned(),
        None => context.new_id("product"),
    };
    let mut given = Map::new();
    context.shape().apply("product", &mut given, &call.parameters);
    let now = context.now();
    let mut product = json!({
        "id": id, "active": true, "images": [], "marketing_features": [], "type": "service", "updated": now,
        "default_price": null, "attributes": [],
    });
    generic::merge(&mut product, given.into());
    let mut product = context.create("product", product);
    if let Some(data) = call.parameters.get("default_price_data").and_then(Value::as_object) {
        let mut data = data.clone();
        data.insert("product".to_owned(), id.as_str().into());
        let price = price(context, &data)?;
        product = context.set("product", &id, json!({"default_price": price["id"]}));
    }
    context.emit("product.created", "product", &product);
    Ok(product)
}

/// Makes a price from the parameters of its creation, or from `price_data`.
///
/// # Errors
///
/// When the product does not exist, or there is no amount.
pub fn price(context: &mut Context<'_>, parameters: &Map<String, Value>) -> Result<Value> {
    let product = match parameters.get("product") {
        Some(Value::String(id)) => {
            context.require("product", id, "product").map_err(|error| error.status(400))?["id"]
                .clone()
        }
        _ => match parameters.get("product_data") {
            Some(Value::Object(data)) => {
                let mut given = Map::new();
                context.shape().apply("product", &mut given, data);
                given.insert("active".to_owned(), true.into());
                context.create_with_event("product", given.into())["id"].clone()
            }
            _ => return Err(ApiError::missing("product")),
        },
    };
    let is_tiered = parameters.get("billing_scheme") == Some(&json!("tiered"));
    let cents = match (parameters.get("unit_amount"), parameters.get("unit_amount_decimal")) {
        (Some(Value::Number(amount)), _) => amount.as_i64(),
        (_, Some(decimal)) => text(decimal).parse::<i64>().ok(),
        _ => None,
    };
    let has_amount = cents.is_some()
        || parameters.contains_key("unit_amount_decimal")
        || parameters.contains_key("custom_unit_amount");
    if !is_tiered && !has_amount {
        return Err(ApiError::invalid("One of the following params should be provided for this request: unit_amount, unit_amount_decimal or custom_unit_amount.").code("parameter_missing"));
    }
    let mut given = Map::new();
    let mut rest = parameters.clone();
    ["product", "product_data", "tiers"].iter().for_each(|name| drop(rest.remove(*name)));
    context.shape().apply("price", &mut given, &rest);
    let decimal = parameters
        .get("unit_amount_decimal")
        .cloned()
        .or_else(|| cents.map(|cents| cents.to_string().into()));
    let is_recurring = parameters.get("recurring").is_some_and(Value::is_object);
    let mut price = json!({
        "active": true, "billing_scheme": "per_unit", "product": product, "tax_behavior": "unspecified",
        "type": if is_recurring { "recurring" } else { "one_time" }, "lookup_key": null,
        "unit_amount": cents, "unit_amount_decimal": decimal,
    });
    if let Some(tiers) = parameters.get("tiers").and_then(Value::as_array) {
        price["tiers"] = tiers.iter().map(tier).collect();
    }
    generic::merge(&mut price, given.into());
    if is_recurring {
        price["recurring"] = json!({"interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": null, "trial_period_days": null, "aggregate_usage": null});
        let given = parameters.get("recurring").cloned().unwrap_or_default();
        generic::merge(&mut price["recurring"], given);
        meter::check_price(context, &price["recurring"])?;
    }
    Ok(context.create_with_event("price", price))
}

fn tier(given: &Value) -> Value {
    let decimal = |name: &str| given[name].as_i64().map(|amount| amount.to_string());
    json!({
        "up_to": given["up_to"].as_i64(), "flat_amount": given["flat_amount"], "unit_amount": given["unit_amount"],
        "flat_amount_decimal": decimal("flat_amount"), "unit_amount_decimal": decimal("unit_amount"),
    })
}

/// Returns the amount for a quantity of a price.
pub fn amount(price: &Value, quantity: i64) -> i64 {
    let quantity = match &price["transform_quantity"] {
        Value::Object(transform) => {
            let by = transform.get("divide_by").and_then(Value::as_i64).unwrap_or(1).max(1);
            if transform.get("round") == Some(&json!("up")) {
                (quantity + by - 1) / by
            } else {
                quantity / by
            }
        }
        _ => quantity,
    };
    if price["billing_scheme"] != "tiered" {
        let unit: f64 = price["unit_amount"]
            .as_f64()
            .or_else(|| text(&price["unit_amount_decimal"]).parse().ok())
            .unwrap_or_default();
        return (unit * quantity as f64).round() as i64;
    }
    let tiers = price["tiers"].as_array().cloned().unwrap_or_default();
    let part = |tier: &Value, units: i64| {
        let amount = super::integer(&tier["unit_amount"]).saturating_mul(units);
        amount.saturating_add(super::integer(&tier["flat_amount"]))
    };
    if price["tiers_mode"] == "volume" {
        let fits = |tier: &&Value| tier["up_to"].as_i64().is_none_or(|up_to| quantity <= up_to);
        return tiers.iter().find(fits).map_or(0, |tier| part(tier, quantity));
    }
    let (mut sum, mut from) = (0, 0);
    for tier in &tiers {
        let up_to = tier["up_to"].as_i64().unwrap_or(i64::MAX);
        let units = quantity.min(up_to) - from;
        if units <= 0 {
            break;
        }
        sum = part(tier, units).saturating_add(sum);
        from = up_to;
    }
    sum
}

fn coupon(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let percent = call.parameters.get("percent_off").and_then(Value::as_f64);
    let amount = call.integer("amount_off");
    if percent.is_none() == amount.is_none() {
        return Err(ApiError::invalid(
            "You must pass either percent_off or amount_off to create a coupon.",
        )
        .param("percent_off"));
    }
    if percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent) || percent == 0.0) {
        return Err(ApiError::invalid(
            "Invalid percent_off: must be greater than 0 and at most 100",
        )
        .param("percent_off"));
    }
    if amount.is_some() && call.text("currency").is_none() {
        return Err(ApiError::missing("currency"));
    }
    let duration = call.text("duration").unwrap_or("once");
    if duration == "repeating" && call.integer("duration_in_months").is_none() {
        return Err(ApiError::missing("duration_in_months"));
    }
    let id = call.text("id").map_or_else(|| context.new_id("coupon"), str::to_owned);
    if context.get("coupon", &id).is_some_and(|known| known["deleted"] != true) {
        return Err(ApiError::invalid("Coupon already exists.").code("resource_already_exists"));
    }
    let mut given = Map::new();
    context.shape().apply("coupon", &mut given, &call.parameters);
    let mut coupon = json!({"id": id, "duration": duration, "valid": true, "times_redeemed": 0});
    generic::merge(&mut coupon, given.into());
    Ok(context.create_with_event("coupon", coupon))
}

fn promotion_code(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let promotion = call.value("promotion");
    let coupon =
        call.text("coupon").or(promotion["coupon"].as_str()).unwrap_or_default().to_owned();
    if coupon.is_empty() {
        return Err(ApiError::missing("promotion[coupon]"));
    }
    context.require("coupon", &coupon, "coupon").map_err(|error| error.status(400))?;
    let code = match call.text("code") {
        Some(code) => code.to_owned(),
        None => context.secret(8).to_uppercase(),
    };
    let is_taken = context
        .all("promotion_code")
        .iter()
        .any(|known| known["active"] == true && text(&known["code"]).eq_ignore_ascii_case(&code));
    if is_taken {
        return Err(ApiError::invalid(format!(
            "An active promotion code with `code: {code}` already exists."
        ))
        .code("resource_already_exists"));
    }
    let mut given = Map::new();
    context.shape().apply("promotion_code", &mut given, &call.parameters);
    let mut made = json!({
        "active": true, "code": code, "coupon": coupon, "promotion": {"type": "coupon", "coupon": coupon}, "times_redeemed": 0,
        "restrictions": {"first_time_transaction": false, "minimum_amount": null, "minimum_amount_currency": null},
    });
    generic::merge(&mut made, given.into());
    made["promotion"] = json!({"type": "coupon", "coupon": coupon});
    Ok(context.create_with_event("promotion_code", made))
}

fn delete_product(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    if !context.all_with("price", "product", call.id()).is_empty() {
        return Err(ApiError::invalid(
            "This product cannot be deleted because it has one or more user-created prices.",
        ));
    }
    match generic::respond(context, call)? {
        Outcome::Value(value) => Ok(value),
        Outcome::Bytes(..) => Ok(Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_graduated_or_by_volume() {
        let tiers = json!([{"up_to": 10, "unit_amount": 100, "flat_amount": 50}, {"up_to": null, "unit_amount": 20}]);
        let graduated =
            json!({"billing_scheme": "tiered", "tiers_mode": "graduated", "tiers": tiers});
        let volume = json!({"billing_scheme": "tiered", "tiers_mode": "volume", "tiers": tiers});
        assert_eq!((amount(&graduated, 5), amount(&graduated, 15)), (550, 1150));
        assert_eq!((amount(&volume, 5), amount(&volume, 15)), (550, 300));
        let packages = json!({"billing_scheme": "per_unit", "unit_amount": 300, "transform_quantity": {"divide_by": 10, "round": "up"}});
        assert_eq!(amount(&packages, 11), 600);
        assert_eq!(amount(&json!({"unit_amount_decimal": "0.5"}), 3), 2);
    }
}
