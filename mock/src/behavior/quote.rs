//! Quotes.
//!
//! `draft → open → accepted`, and `draft | open → canceled`. An accepted quote makes a subscription
//! if it has recurring prices, else an invoice. An open quote is canceled when it expires.

mod accept;
mod totals;

use serde_json::{Map, Value, json};

use super::test_clock::{self, Job};
use super::{Response, invoice, line_item, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

const KIND: &str = "quote";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/quotes") => create(context, call),
        ("POST", "/v1/quotes/{quote}") => update(context, call),
        ("POST", "/v1/quotes/{quote}/finalize") => finalize(context, call),
        ("POST", "/v1/quotes/{quote}/accept") => accept::accept(context, call),
        ("POST", "/v1/quotes/{quote}/cancel") => cancel_call(context, call),
        (
            "GET",
            "/v1/quotes/{quote}/line_items" | "/v1/quotes/{quote}/computed_upfront_line_items",
        ) => line_item::list(context, call, KIND, "quote"),
        ("GET", "/v1/quotes/{quote}/pdf") => return Some(pdf(context, call)),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// Parameters that are not fields of the same form.
const SPECIAL: [&str; 7] = [
    "line_items",
    "discounts",
    "from_quote",
    "expires_at",
    "subscription_data",
    "test_clock",
    "expand",
];

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let from = call.value("from_quote");
    let original = match from["quote"].as_str() {
        Some(id) => Some(
            context.require(KIND, id, "from_quote[quote]").map_err(|error| error.status(400))?,
        ),
        None => None,
    };
    let customer = call
        .text("customer")
        .map(str::to_owned)
        .or_else(|| original.as_ref()?["customer"].as_str().map(str::to_owned));
    let mut clock = call.value("test_clock");
    if let Some(customer) = &customer {
        let owner = require_customer(context, customer)?;
        clock = owner["test_clock"].clone();
        test_clock::enter(context, &owner);
    } else if let Some(id) = clock.as_str() {
        let known = context
            .require("test_helpers.test_clock", id, "test_clock")
            .map_err(|error| error.status(400))?;
        context.clock = known["frozen_time"].as_i64();
    }
    let now = context.now();
    let id = context.new_id(KIND);
    let mut quote = json!({
        "id": id, "status": "draft", "customer": customer, "collection_method": "charge_automatically", "number": null,
        "description": null, "header": null, "footer": null, "expires_at": now + 30 * 86_400, "invoice": null, "subscription": null,
        "subscription_schedule": null, "default_tax_rates": [], "discounts": [], "_coupons": [], "test_clock": clock,
        "automatic_tax": {"enabled": false, "liability": null, "status": null, "provider": null}, "from_quote": null,
        "invoice_settings": {"days_until_due": null, "issuer": {"type": "self"}},
        "subscription_data": {"billing_mode": {"type": "classic"}, "description": null, "effective_date": null, "metadata": {}, "trial_period_days": null},
        "status_transitions": {"accepted_at": null, "canceled_at": null, "finalized_at": null},
    });
    if let Some(original) = &original {
        for name in [
            "collection_method",
            "description",
            "header",
            "footer",
            "invoice_settings",
            "subscription_data",
            "_coupons",
            "metadata",
            "_effective",
        ] {
            quote[name] = original[name].clone();
        }
        let is_revision = from["is_revision"] == true;
        quote["from_quote"] = json!({"is_revision": is_revision, "quote": original["id"]});
    }
    context.create(KIND, quote);
    let mut items = call.value("line_items");
    if let (Value::Null, Some(original)) = (&items, &original) {
        items = line_item::of(context, text(&original["id"]))
            .iter()
            .map(|(item, price)| json!({"price": price["id"], "quantity": item["quantity"]}))
            .collect();
    }
    set(context, call, &id, &items)?;
    let quote = context.require(KIND, &id, "quote")?;
    context.emit("quote.created", KIND, &quote);
    Ok(quote)
}

fn require_customer(context: &Context<'_>, id: &str) -> Result<Value> {
    context.require("customer", id, "customer").map_err(|error| error.status(400))
}

/// Sets the fields that parameters name, and computes the totals.
fn set(context: &mut Context<'_>, call: &Call<'_>, id: &str, items: &Value) -> Result<()> {
    let before = context.require(KIND, id, "quote")?;
    let mut parameters = call.parameters.clone();
    SPECIAL.iter().for_each(|name| drop(parameters.remove(*name)));
    let mut fields = before.as_object().cloned().unwrap_or_default();
    context.shape().apply(KIND, &mut fields, &parameters);
    let mut quote = Value::Object(fields);
    if let Value::Object(data) = call.value("subscription_data") {
        let mut data = data;
        let effective = data.remove("effective_date").unwrap_or(Value::Null);
        if effective.is_i64() {
            quote["subscription_data"]["effective_date"] = effective;
        }
        if data.get("trial_period_days") == Some(&json!("")) {
            data.insert("trial_period_days".to_owned(), Value::Null);
        }
        generic::merge(&mut quote["subscription_data"], data.into());
    }
    if call.parameters.contains_key("discounts") {
        quote["_coupons"] = invoice::coupons(context, &discounts(call))?.into();
    }
    if let Some(expires) = call.integer("expires_at") {
        check_expiry(context, expires)?;
        quote["expires_at"] = expires.into();
    }
    if items.is_array() {
        line_item::remove(context, id);
        line_item::add(context, id, items)?;
    }
    totals::compute(context, &mut quote);
    context.put(KIND, &quote);
    Ok(())
}

fn discounts(call: &Call<'_>) -> Map<String, Value> {
    Map::from_iter([("discounts".to_owned(), call.value("discounts"))])
}

fn check_expiry(context: &Context<'_>, expires: i64) -> Result<()> {
    if expires <= context.now() {
        return Err(ApiError::invalid("The expires_at of a quote must be in the future.")
            .param("expires_at"));
    }
    Ok(())
}

/// Returns a quote if it has one of the given states.
fn in_state(context: &mut Context<'_>, id: &str, states: &[&str], verb: &str) -> Result<Value> {
    let quote = context.require(KIND, id, "quote")?;
    if let Some(clock) = quote["test_clock"].as_str() {
        let clock = context.get("test_helpers.test_clock", clock).unwrap_or_default();
        context.clock = context.clock.or(clock["frozen_time"].as_i64());
    }
    if states.contains(&text(&quote["status"])) {
        return Ok(quote);
    }
    Err(ApiError::invalid(format!(
        "You can only {verb} a quote with one of these statuses: {}. This one is {}.",
        states.join(", "),
        text(&quote["status"])
    )))
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = in_state(context, call.id(), &["draft"], "update")?;
    if let Some(customer) = call.text("customer") {
        let owner = require_customer(context, customer)?;
        context.set(KIND, call.id(), json!({"test_clock": owner["test_clock"]}));
    }
    let items = call.value("line_items");
    // An item that is named by its id keeps the price that is not given.
    let items = match items.as_array() {
        Some(items) => (items.iter())
            .map(|item| {
                let known = item["id"].as_str().and_then(|id| context.get(line_item::KIND, id));
                let mut given = known.map_or_else(
                    || json!({}),
                    |known| json!({"price": known["price"], "quantity": known["quantity"]}),
                );
                if item["price_data"].is_object() {
                    given["price"] = Value::Null;
                }
                generic::merge(&mut given, item.clone());
                given
            })
            .collect(),
        None => items,
    };
    set(context, call, call.id(), &items)?;
    let after = context.require(KIND, call.id(), "quote")?;
    context.emit_updated(KIND, &before, &after);
    Ok(after)
}

fn finalize(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let quote = in_state(context, call.id(), &["draft"], "finalize")?;
    if quote["customer"].is_null() {
        return Err(ApiError::invalid("A quote must have a customer before it is finalized.")
            .param("customer"));
    }
    if line_item::of(context, call.id()).is_empty() {
        return Err(ApiError::invalid("A quote must have line items before it is finalized.")
            .param("line_items"));
    }
    let expires =
        call.integer("expires_at").unwrap_or_else(|| super::integer(&quote["expires_at"]));
    check_expiry(context, expires)?;
    let customer = context.get("customer", text(&quote["customer"])).unwrap_or_default();
    let prefix = customer["invoice_prefix"].as_str().unwrap_or("MOCK");
    let earlier = context.all_with(KIND, "customer", text(&quote["customer"]));
    let count = earlier.iter().filter(|one| one["number"].is_string()).count();
    let now = context.now();
    let open = context.set(KIND, call.id(), json!({
        "status": "open", "number": format!("QT-{prefix}-{:04}-1", count + 1), "expires_at": expires,
        "status_transitions": {"finalized_at": now},
    }));
    // The quote that a revision replaces can no longer be accepted.
    let replaced = text(&open["from_quote"]["quote"]).to_owned();
    let is_revision = open["from_quote"]["is_revision"] == true;
    let original = context.get(KIND, &replaced).unwrap_or_default();
    if is_revision && matches!(text(&original["status"]), "draft" | "open") {
        cancel(context, &replaced);
    }
    context.emit("quote.finalized", KIND, &open);
    Ok(open)
}

fn cancel_call(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    in_state(context, call.id(), &["draft", "open"], "cancel")?;
    Ok(cancel(context, call.id()))
}

fn cancel(context: &mut Context<'_>, id: &str) -> Value {
    let now = context.now();
    let changes = json!({"status": "canceled", "status_transitions": {"canceled_at": now}});
    let canceled = context.set(KIND, id, changes);
    context.emit("quote.canceled", KIND, &canceled);
    canceled
}

fn pdf(context: &mut Context<'_>, call: &Call<'_>) -> Result<Outcome> {
    let quote = context.require(KIND, call.id(), "quote")?;
    if quote["status"] == "draft" {
        return Err(ApiError::invalid("Only a finalized quote has a PDF."));
    }
    let title = format!("Quote {}", text(&quote["number"]));
    let content = format!(
        "%PDF-1.7\n1 0 obj\n<< /Title ({title}) >>\nendobj\ntrailer\n<< /Info 1 0 R >>\n%%EOF\n"
    );
    Ok(Outcome::Bytes("application/pdf", content.into_bytes()))
}

/// The first open quote of a clock that expires.
pub fn due(context: &Context<'_>, clock: Option<&str>) -> Option<(i64, Job)> {
    let all = context.store.all(&context.account, KIND);
    let open = all.filter(|one| one["status"] == "open" && test_clock::belongs(one, clock));
    let expiring = open.filter_map(|one| Some((one["expires_at"].as_i64()?, text(&one["id"]))));
    let (at, id) = expiring.min_by_key(|(at, _)| *at)?;
    Some((at, Job::Quote(id.to_owned())))
}

/// Cancels a quote that has expired.
pub fn step(context: &mut Context<'_>, id: &str) {
    cancel(context, id);
}
