//! Lines of credit notes: credits of invoice lines, and amounts of their own.

use serde_json::{Value, json};

use crate::behavior::{integer, text};
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};

/// The lines that the parameters `lines` or `amount` ask for.
///
/// # Errors
///
/// When neither is given, a line is not one of the invoice, or it credits more than its line has.
pub fn of_parameters(context: &Context<'_>, call: &Call<'_>, about: &Value) -> Result<Vec<Value>> {
    let given = call.value("lines");
    let Some(given) = given.as_array().filter(|lines| !lines.is_empty()) else {
        let amount = call.integer("amount").ok_or_else(|| {
            ApiError::invalid(
                "You must pass one of amount, lines or shipping_cost to create a credit note.",
            )
            .code("parameter_missing")
        })?;
        let description = format!("Credit for invoice {}", text(&about["number"]));
        return Ok(vec![custom(amount, 1, Some(amount), &description.into())]);
    };
    let lines: Vec<Value> = (given.iter().enumerate())
        .map(|(index, line)| match line["type"].as_str() {
            Some("custom_line_item") => custom_of(line, index),
            _ => of_invoice_line(context, line, index, about),
        })
        .collect::<Result<_>>()?;
    let total = lines.iter().fold(0_i64, |sum, line| {
        sum.saturating_add(integer(&line["amount"]) - integer(&line["discount_amount"]))
    });
    if call.integer("amount").is_some_and(|amount| amount != total) {
        return Err(ApiError::invalid(format!(
            "The amount of the credit note must equal the sum of its lines ({total})."
        ))
        .param("amount"));
    }
    Ok(lines)
}

/// A line that is not one of the invoice.
fn custom(amount: i64, quantity: i64, unit: Option<i64>, description: &Value) -> Value {
    json!({
        "type": "custom_line_item", "amount": amount, "quantity": quantity, "unit_amount": unit,
        "unit_amount_decimal": unit.map(|unit| unit.to_string()), "description": description, "discount_amount": 0,
        "discount_amounts": [], "tax_rates": [], "taxes": [], "tax_amounts": [], "pretax_credit_amounts": [],
    })
}

fn custom_of(given: &Value, index: usize) -> Result<Value> {
    let quantity = given["quantity"].as_i64().unwrap_or(1);
    let unit = match (given["unit_amount"].as_i64(), given["unit_amount_decimal"].as_str()) {
        (Some(unit), _) => unit as f64,
        (None, Some(unit)) => unit.parse().unwrap_or_default(),
        _ => return Err(ApiError::missing(&format!("lines[{index}][unit_amount]"))),
    };
    let amount = (unit * quantity as f64).round() as i64;
    Ok(custom(amount, quantity, given["unit_amount"].as_i64(), &given["description"]))
}

/// A credit of an invoice line, whole, by quantity or by amount, with its share of the discounts.
fn of_invoice_line(
    context: &Context<'_>,
    given: &Value,
    index: usize,
    about: &Value,
) -> Result<Value> {
    let param = format!("lines[{index}][invoice_line_item]");
    let Some(id) = given["invoice_line_item"].as_str() else {
        return Err(ApiError::missing(&param));
    };
    let line = context.require("line_item", id, &param).map_err(|error| error.status(400))?;
    if line["invoice"] != about["id"] {
        return Err(
            ApiError::invalid("This line item does not belong to the invoice.").param(&param)
        );
    }
    let (whole, all) = (integer(&line["amount"]), integer(&line["quantity"]).max(1));
    let quantity = given["quantity"].as_i64();
    let amount = match (given["amount"].as_i64(), quantity) {
        (Some(amount), _) => amount,
        (None, Some(quantity)) => (whole as f64 * quantity as f64 / all as f64).round() as i64,
        _ => whole,
    };
    let credited: i64 = (context.all_with(super::LINE, "invoice_line_item", id).iter())
        .filter(|other| {
            let note = context.get(super::KIND, text(&other["_parent"])).unwrap_or_default();
            note["status"] == "issued"
        })
        .map(|other| integer(&other["amount"]))
        .sum();
    if amount > whole - credited {
        return Err(ApiError::invalid(format!(
            "The amount to credit ({amount}) is greater than the amount of the line item that is not credited yet ({}).",
            whole - credited
        ))
        .param(&format!("lines[{index}]")));
    }
    let (subtotal, total) = (integer(&about["subtotal"]), integer(&about["total"]));
    let share = if subtotal > 0 { amount as f64 / subtotal as f64 } else { 0.0 };
    let discount = (share * (subtotal - total) as f64).round() as i64;
    let mut made = custom(amount, quantity.unwrap_or(all), None, &line["description"]);
    made["type"] = "invoice_line_item".into();
    made["invoice_line_item"] = id.into();
    made["discount_amount"] = discount.into();
    made["discount_amounts"] = discounts(about, discount);
    made["unit_amount"] = quantity.map(|quantity| amount / quantity.max(1)).into();
    made["unit_amount_decimal"] = line["pricing"]["unit_amount_decimal"].clone();
    Ok(made)
}

/// A discount in the form of the fields `discount_amounts`.
pub fn discounts(about: &Value, amount: i64) -> Value {
    match about["discounts"].as_array().and_then(|discounts| discounts.first()) {
        Some(discount) if amount > 0 => json!([{"amount": amount, "discount": discount}]),
        _ => json!([]),
    }
}
