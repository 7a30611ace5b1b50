//! Customers: their payment methods, and the objects that are deleted with them.

use serde_json::{Value, json};

use super::{Response, customer_balance, payment_method, subscription, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::Result;
use crate::generic;

const KIND: &str = "customer";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/customers") => create(context, call),
        ("POST", "/v1/customers/{customer}") => update(context, call),
        ("DELETE", "/v1/customers/{customer}") => delete(context, call),
        ("DELETE", "/v1/customers/{customer}/discount") => remove_discount(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    if let Some(clock) = call.text("test_clock") {
        let clock = context
            .require("test_helpers.test_clock", clock, "test_clock")
            .map_err(|error| error.status(400))?;
        context.clock = clock["frozen_time"].as_i64();
    }
    let id = context.new_id(KIND);
    let prefix = crate::id::characters(context.seed, crate::id::hash(&id), 8).to_uppercase();
    let mut given = serde_json::Map::new();
    context.shape().apply(KIND, &mut given, &call.parameters);
    let mut customer = json!({
        "id": id, "balance": 0, "delinquent": false, "invoice_prefix": prefix, "next_invoice_sequence": 1,
        "tax_exempt": "none", "preferred_locales": [],
        "invoice_settings": {"custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null},
    });
    generic::merge(&mut customer, given.into());
    let customer = context.create(KIND, customer);
    customer_balance::begin(context, &customer);
    let source = call.text("source");
    if let Some(token) = call.text("payment_method").or(source) {
        let method = payment_method::attach(context, token, &id, "payment_method")?;
        if source.is_some() {
            context.set(
                KIND,
                &id,
                json!({"invoice_settings": {"default_payment_method": method["id"]}}),
            );
        }
    }
    // A test token as default becomes a payment method of the customer.
    if let Some(token) = call.value("invoice_settings")["default_payment_method"].as_str() {
        let method = payment_method::attach(
            context,
            token,
            &id,
            "invoice_settings[default_payment_method]",
        )?;
        context.set(
            KIND,
            &id,
            json!({"invoice_settings": {"default_payment_method": method["id"]}}),
        );
    }
    let customer = context.require(KIND, &id, "customer")?;
    context.emit("customer.created", KIND, &customer);
    Ok(customer)
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "customer")?;
    if let Some(method) = call.value("invoice_settings")["default_payment_method"].as_str() {
        let method =
            payment_method::resolve(context, method, "invoice_settings[default_payment_method]")?;
        if method["customer"] != call.id() && method["_source"] != true {
            return Err(crate::error::ApiError::invalid(format!(
                "The customer does not have a payment method with the ID {}. The payment method must be attached to the customer.",
                text(&method["id"])
            ))
            .code("resource_missing")
            .param("invoice_settings[default_payment_method]"));
        }
    }
    match generic::respond(context, call)? {
        Outcome::Value(value) => Ok(customer_balance::follow_update(context, &before, &value)),
        Outcome::Bytes(..) => Ok(Value::Null),
    }
}

fn delete(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = context.require(KIND, call.id(), "customer")?;
    for active in context.all_with("subscription", "customer", call.id()) {
        if active["status"] != "canceled" {
            subscription::end(context, text(&active["id"]), "customer_deleted");
        }
    }
    let deleted = json!({"id": call.id(), "object": "customer", "deleted": true});
    context.put(KIND, &deleted);
    context.emit("customer.deleted", KIND, &customer);
    Ok(deleted)
}

fn remove_discount(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = context.require(KIND, call.segment(0), "customer")?;
    let discount = customer["discount"].clone();
    if discount.is_object() {
        context.update(KIND, call.segment(0), json!({"discount": null}));
        context.emit("customer.discount.deleted", "discount", &discount);
    }
    let mut deleted = json!({"object": "discount", "deleted": true, "customer": call.segment(0)});
    if discount.is_object() {
        generic::merge(&mut deleted, discount);
    }
    Ok(deleted)
}
