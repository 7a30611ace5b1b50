//! Invoice items: lines that wait for the next invoice of their customer.

use serde_json::{Map, Value, json};

use super::{Line, add_line, recompute};
use crate::behavior::{Response, catalog, integer, test_clock, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

const KIND: &str = "invoiceitem";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/invoiceitems") => create(context, call),
        ("DELETE", "/v1/invoiceitems/{invoiceitem}") => delete(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let invoice = match call.text("invoice") {
        Some(id) => {
            let invoice =
                context.require("invoice", id, "invoice").map_err(|error| error.status(400))?;
            if invoice["status"] != "draft" {
                return Err(ApiError::invalid("This invoice is no longer editable")
                    .code("invoice_not_editable"));
            }
            Some(invoice)
        }
        None => None,
    };
    let customer = call
        .text("customer")
        .map(str::to_owned)
        .or_else(|| invoice.as_ref()?["customer"].as_str().map(str::to_owned));
    let customer = customer.ok_or_else(|| ApiError::missing("customer"))?;
    let owner =
        context.require("customer", &customer, "customer").map_err(|error| error.status(400))?;
    test_clock::enter(context, &owner);
    let price = match (
        call.text("price").or(call.value("pricing")["price"].as_str()),
        call.parameters.get("price_data"),
    ) {
        (Some(id), _) => {
            context.require("price", id, "price").map_err(|error| error.status(400))?
        }
        (None, Some(Value::Object(data))) => catalog::price(context, data)?,
        _ => Value::Null,
    };
    let quantity = call.integer("quantity").unwrap_or(1);
    let unit =
        call.integer("unit_amount").or_else(|| call.text("unit_amount_decimal")?.parse().ok());
    let amount = match (call.integer("amount"), unit, price.is_object()) {
        (Some(amount), ..) => amount,
        (_, Some(unit), _) => unit * quantity,
        (_, _, true) => catalog::amount(&price, quantity),
        _ => return Err(ApiError::missing("amount")),
    };
    let currency = price["currency"]
        .as_str()
        .or(call.text("currency"))
        .or(owner["currency"].as_str())
        .unwrap_or("usd")
        .to_owned();
    let now = context.now();
    let mut fields = Map::new();
    context.shape().apply(KIND, &mut fields, &call.parameters);
    ["price", "pricing", "discounts"].iter().for_each(|name| drop(fields.remove(*name)));
    let mut given = json!({
        "customer": customer, "date": now, "discountable": true, "discounts": [], "proration": false, "tax_rates": [],
        "period": {"start": now, "end": now}, "test_clock": owner["test_clock"],
    });
    generic::merge(&mut given, fields.into());
    given["amount"] = amount.into();
    given["currency"] = currency.into();
    given["quantity"] = quantity.into();
    given["price"] = price["id"].clone();
    if price.is_object() {
        given["pricing"] = pricing(&price);
    }
    let item = context.create_with_event(KIND, given);
    if let Some(invoice) = invoice {
        to_line(context, &item, text(&invoice["id"]));
        recompute(context, text(&invoice["id"]));
    }
    Ok(item)
}

/// Makes an item of a price for the customer of an object, on an invoice or pending.
pub fn of_price(
    context: &mut Context<'_>,
    about: &Value,
    price: &Value,
    quantity: i64,
    invoice: Option<&str>,
) {
    let now = context.now();
    let product = context.get("product", text(&price["product"])).unwrap_or_default();
    let item = context.create_with_event(KIND, json!({
        "customer": about["customer"], "test_clock": about["test_clock"], "date": now, "discountable": true, "discounts": [],
        "proration": false, "tax_rates": [], "period": {"start": now, "end": now}, "amount": catalog::amount(price, quantity),
        "currency": price["currency"], "quantity": quantity, "price": price["id"], "description": product["name"],
        "pricing": pricing(price),
    }));
    if let Some(invoice) = invoice {
        to_line(context, &item, invoice);
    }
}

fn pricing(price: &Value) -> Value {
    json!({
        "type": "price_details", "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    })
}

/// Adds an item to an invoice.
fn to_line(context: &mut Context<'_>, item: &Value, invoice: &str) {
    let line = Line {
        amount: integer(&item["amount"]),
        currency: text(&item["currency"]).to_owned(),
        description: text(&item["description"]).to_owned(),
        quantity: integer(&item["quantity"]),
        period: (integer(&item["period"]["start"]), integer(&item["period"]["end"])),
        price: item["price"].clone(),
        subscription: item["subscription"].clone(),
        subscription_item: Value::Null,
        invoice_item: item["id"].clone(),
        proration: item["proration"] == true,
        discountable: item["discountable"] != false,
    };
    add_line(context, invoice, &line);
    context.set(KIND, text(&item["id"]), json!({ "invoice": invoice }));
}

/// Moves the pending items of a customer to an invoice: those of no subscription, and of this one.
pub fn take_pending(
    context: &mut Context<'_>,
    customer: &str,
    invoice: &str,
    subscription: Option<&str>,
) {
    for item in context.all_with(KIND, "customer", customer) {
        let of = item["subscription"].as_str();
        if item["invoice"].is_null() && (of.is_none() || of == subscription) {
            to_line(context, &item, invoice);
        }
    }
}

fn delete(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let item = context.require(KIND, call.id(), "invoiceitem")?;
    if let Some(invoice) = item["invoice"].as_str().map(str::to_owned) {
        let draft =
            context.get("invoice", &invoice).is_some_and(|invoice| invoice["status"] == "draft");
        if !draft {
            return Err(ApiError::invalid("Attached invoice is no longer editable.")
                .code("invoice_not_editable"));
        }
        for line in context.all_with("line_item", "invoice_item", call.id()) {
            context.store.remove(&context.account, "line_item", text(&line["id"]));
        }
        recompute(context, &invoice);
    }
    let deleted = json!({"id": call.id(), "object": "invoiceitem", "deleted": true});
    context.put(KIND, &deleted);
    context.emit("invoiceitem.deleted", KIND, &item);
    Ok(deleted)
}
