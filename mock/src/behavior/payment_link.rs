//! Payment links: each visit opens a checkout session.
//!
//! `active ⇄ inactive`. A limit of completed sessions makes a link inactive.

use serde_json::{Map, Value, json};

use super::{Response, checkout, integer, line_item, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub const KIND: &str = "payment_link";

/// Parameters of a link that its sessions have as well.
const SHARED: [&str; 17] = [
    "allow_promotion_codes",
    "automatic_tax",
    "billing_address_collection",
    "consent_collection",
    "custom_text",
    "customer_creation",
    "invoice_creation",
    "metadata",
    "payment_intent_data",
    "payment_method_collection",
    "payment_method_types",
    "phone_number_collection",
    "shipping_address_collection",
    "submit_type",
    "subscription_data",
    "tax_id_collection",
    "currency",
];

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/payment_links") => create(context, call),
        ("POST", "/v1/payment_links/{payment_link}") => update(context, call),
        ("GET", "/v1/payment_links/{payment_link}/line_items") => {
            line_item::list(context, call, KIND, "payment_link")
        }
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let given = call.value("line_items");
    if given.as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::missing("line_items"));
    }
    let id = context.new_id(KIND);
    let items = line_item::add(context, &id, &given)?;
    for (index, (_, price)) in items.iter().enumerate() {
        if price["active"] == false {
            return Err(ApiError::invalid(format!(
                "The price {} is inactive, and cannot be used for a payment link.",
                text(&price["id"])
            ))
            .param(&format!("line_items[{index}][price]")));
        }
    }
    let mut fields = Map::new();
    let mut parameters = call.parameters.clone();
    ["line_items", "restrictions"].iter().for_each(|name| drop(parameters.remove(*name)));
    context.shape().apply(KIND, &mut fields, &parameters);
    let is_recurring = items.iter().any(|(_, price)| price["recurring"].is_object());
    let mut link = json!({
        "id": id, "active": true, "currency": items[0].1["currency"], "inactive_message": null,
        "url": format!("{}/_mock/links/{id}", context.base_url), "allow_promotion_codes": false, "billing_address_collection": "auto",
        "after_completion": {"type": "hosted_confirmation", "hosted_confirmation": {"custom_message": null}},
        "automatic_tax": {"enabled": false, "liability": null}, "custom_fields": [],
        "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
        "customer_creation": if is_recurring { "always" } else { "if_required" }, "payment_method_collection": "always",
        "payment_method_types": null, "phone_number_collection": {"enabled": false}, "shipping_options": [], "submit_type": "auto",
        "tax_id_collection": {"enabled": false, "required": "never"}, "restrictions": null,
        "_mode": if is_recurring { "subscription" } else { "payment" }, "_parameters": parameters,
    });
    generic::merge(&mut link, fields.into());
    set_limit(&mut link, call);
    Ok(context.create_with_event(KIND, link))
}

/// Sets the number of sessions that may be completed.
fn set_limit(link: &mut Value, call: &Call<'_>) {
    match &call.value("restrictions")["completed_sessions"]["limit"] {
        Value::Number(limit) => {
            let count = integer(&link["restrictions"]["completed_sessions"]["count"]);
            link["restrictions"] = json!({"completed_sessions": {"count": count, "limit": limit}});
        }
        _ if call.parameters.contains_key("restrictions") => link["restrictions"] = Value::Null,
        _ => {}
    }
}

fn update(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let before = context.require(KIND, call.id(), "payment_link")?;
    let items = call.value("line_items");
    for (index, item) in items.as_array().into_iter().flatten().enumerate() {
        let id = text(&item["id"]);
        let known = context.get(line_item::KIND, id).filter(|one| one["_parent"] == call.id());
        let Some(known) = known else {
            let param = format!("line_items[{index}][id]");
            return Err(ApiError::no_such("line_item", id, &param).status(400));
        };
        let quantity = item["quantity"].as_i64().unwrap_or_else(|| integer(&known["quantity"]));
        line_item::check_quantity(quantity, &format!("line_items[{index}][quantity]"))?;
        line_item::set_quantity(context, id, quantity);
    }
    let mut parameters = call.parameters.clone();
    ["line_items", "restrictions"].iter().for_each(|name| drop(parameters.remove(*name)));
    let mut fields = before.as_object().cloned().unwrap_or_default();
    context.shape().apply(KIND, &mut fields, &parameters);
    let mut link = Value::Object(fields);
    set_limit(&mut link, call);
    generic::merge(&mut link["_parameters"], parameters.into());
    context.put(KIND, &link);
    context.emit_updated(KIND, &before, &link);
    Ok(link)
}

/// Opens a checkout session, as a visit of the link does.
///
/// # Errors
///
/// When the link is inactive.
pub fn open(context: &mut Context<'_>, id: &str, query: &Map<String, Value>) -> Result<Value> {
    let link = context.require(KIND, id, "payment_link")?;
    if link["active"] != true {
        let message = link["inactive_message"].as_str().filter(|message| !message.is_empty());
        return Err(ApiError::invalid(message.unwrap_or("This payment link is not active."))
            .code("payment_link_inactive"));
    }
    let items: Vec<Value> = (line_item::of(context, id).iter())
        .map(|(item, price)| json!({"price": price["id"], "quantity": item["quantity"]}))
        .collect();
    let given = link["_parameters"].as_object().cloned().unwrap_or_default();
    let mut parameters: Map<String, Value> =
        given.into_iter().filter(|(name, _)| SHARED.contains(&name.as_str())).collect();
    parameters.insert("mode".to_owned(), link["_mode"].clone());
    parameters.insert("line_items".to_owned(), items.into());
    let redirect = &link["after_completion"]["redirect"]["url"];
    if redirect.is_string() {
        parameters.insert("success_url".to_owned(), redirect.clone());
    }
    for (from, to) in
        [("prefilled_email", "customer_email"), ("client_reference_id", "client_reference_id")]
    {
        if let Some(value) = query.get(from) {
            parameters.insert(to.to_owned(), value.clone());
        }
    }
    let session = checkout::start(context, parameters)?;
    let changes = json!({"payment_link": id, "metadata": link["metadata"]});
    Ok(context.set(checkout::KIND, text(&session["id"]), changes))
}

/// Counts a completed session of a link.
pub fn completed(context: &mut Context<'_>, id: &str) {
    let Some(link) = context.get(KIND, id) else { return };
    let Some(limit) = link["restrictions"]["completed_sessions"]["limit"].as_i64() else { return };
    let count = integer(&link["restrictions"]["completed_sessions"]["count"]) + 1;
    let counted = json!({"completed_sessions": {"count": count, "limit": limit}});
    context.update(KIND, id, json!({"restrictions": counted, "active": count < limit}));
}
