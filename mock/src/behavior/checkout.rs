//! Checkout sessions.
//!
//! `open → complete | expired`. A customer completes one on its page, and the control plane by a call.

use serde_json::{Map, Value, json};

use super::payment_intent::{self, Confirm};
use super::test_clock::Job;
use super::{Response, integer, invoice, line_item, payment_link, payment_method, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub const KIND: &str = "checkout.session";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/checkout/sessions") => create(context, call),
        ("POST", "/v1/checkout/sessions/{session}/expire") => expire(context, call),
        ("GET", "/v1/checkout/sessions/{session}/line_items") => {
            line_item::list(context, call, KIND, "session")
        }
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    start(context, call.parameters.clone())
}

/// Opens a session from the parameters of its creation.
///
/// # Errors
///
/// When something that it names does not exist, or its prices do not fit its mode.
pub fn start(context: &mut Context<'_>, given: Map<String, Value>) -> Result<Value> {
    let asked = Value::Object(given);
    let mode = asked["mode"].as_str().unwrap_or("payment").to_owned();
    let ui_mode = asked["ui_mode"].as_str().unwrap_or("hosted").to_owned();
    let items = asked["line_items"].clone();
    if mode != "setup" && items.as_array().is_none_or(Vec::is_empty) {
        return Err(ApiError::missing("line_items"));
    }
    if let Some(customer) = asked["customer"].as_str() {
        context.require("customer", customer, "customer").map_err(|error| error.status(400))?;
    }
    let id = context.new_id(KIND);
    let (mut subtotal, mut currency) = (0, asked["currency"].as_str().map(str::to_owned));
    let items = line_item::add(context, &id, &items)?;
    for (index, (item, price)) in items.iter().enumerate() {
        if mode == "payment" && price["recurring"].is_object() {
            return Err(ApiError::invalid("You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.").param(&format!("line_items[{index}][price]")));
        }
        subtotal += integer(&item["amount_total"]);
        currency = currency.or_else(|| price["currency"].as_str().map(str::to_owned));
    }
    if mode == "subscription" && !items.iter().any(|(_, price)| price["recurring"].is_object()) {
        return Err(ApiError::invalid("You must provide at least one recurring price in `subscription` mode when using prices.").param("line_items"));
    }
    let coupons = coupons(context, &asked)?;
    let discount = coupons.iter().fold(0, |off, coupon| {
        let coupon = context.get("coupon", text(coupon)).unwrap_or_default();
        off + invoice::off(&coupon, subtotal - off)
    });
    line_item::discount(context, &items, subtotal, discount);
    let total = subtotal - discount;
    let mut fields = Map::new();
    let mut parameters = asked.as_object().cloned().unwrap_or_default();
    ["line_items", "discounts"].iter().for_each(|name| drop(parameters.remove(*name)));
    context.shape().apply(KIND, &mut fields, &parameters);
    let now = context.now();
    let is_hosted = ui_mode.starts_with("hosted");
    let secret = (!is_hosted).then(|| format!("{id}_secret_{}", context.secret(40)));
    let mut session = json!({
        "id": id, "mode": mode, "status": "open", "payment_status": if mode == "setup" || total == 0 { "no_payment_required" } else { "unpaid" },
        "amount_subtotal": subtotal, "amount_total": total, "currency": currency, "expires_at": now + 86_400, "ui_mode": ui_mode,
        "url": is_hosted.then(|| format!("{}/_mock/checkout/{id}", context.base_url)), "client_secret": secret,
        "payment_method_types": ["card"], "custom_fields": [], "shipping_options": [], "payment_method_collection": "always",
        "automatic_tax": {"enabled": false, "liability": null, "status": null, "provider": null},
        "discounts": coupons.iter().map(|coupon| json!({"coupon": coupon, "promotion_code": null})).collect::<Vec<_>>(),
        "total_details": {"amount_discount": discount, "amount_shipping": 0, "amount_tax": 0},
        "custom_text": {"after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null},
        "phone_number_collection": {"enabled": false}, "payment_method_options": {},
    });
    generic::merge(&mut session, fields.into());
    session["_parameters"] = asked;
    Ok(context.create(KIND, session))
}

/// The coupons of the parameter `discounts`.
fn coupons(context: &Context<'_>, asked: &Value) -> Result<Vec<Value>> {
    let discounts = Map::from_iter([("discounts".to_owned(), asked["discounts"].clone())]);
    invoice::coupons(context, &discounts)
}

fn expire(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let session = context.require(KIND, call.id(), "session")?;
    if session["status"] != "open" {
        return Err(ApiError::invalid(format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            text(&session["status"])
        )));
    }
    step(context, call.id());
    context.require(KIND, call.id(), "session")
}

/// The first open session that expires. Sessions do not follow test clocks.
pub fn due(context: &Context<'_>, clock: Option<&str>) -> Option<(i64, Job)> {
    let all = context.store.all(&context.account, KIND);
    let open = all.filter(|one| one["status"] == "open" && clock.is_none());
    let expiring = open.filter_map(|one| Some((one["expires_at"].as_i64()?, text(&one["id"]))));
    let (at, id) = expiring.min_by_key(|(at, _)| *at)?;
    Some((at, Job::Checkout(id.to_owned())))
}

/// Expires a session.
pub fn step(context: &mut Context<'_>, id: &str) {
    let expired = context.set(KIND, id, json!({"status": "expired", "url": null}));
    context.emit("checkout.session.expired", KIND, &expired);
}

/// Completes a session with a payment method, as the customer would.
///
/// # Errors
///
/// When the session is not open, or the payment is declined: it stays open then.
pub fn complete(
    context: &mut Context<'_>,
    id: &str,
    method: &str,
    email: Option<&str>,
) -> Result<Value> {
    let session = context.require(KIND, id, "session")?;
    if session["status"] != "open" {
        return Err(ApiError::invalid("This session is not open any more."));
    }
    let parameters = session["_parameters"].clone();
    let mode = text(&session["mode"]);
    let email = email
        .or(session["customer_email"].as_str())
        .unwrap_or("jenny.rosen@example.com")
        .to_owned();
    let mut customer = session["customer"].clone();
    let needs_customer = mode != "payment" || session["customer_creation"] == "always";
    if customer.is_null() && needs_customer {
        let id = context.new_id("customer");
        context.create_with_event("customer", json!({"id": id, "email": email, "balance": 0, "invoice_prefix": id[4..12].to_uppercase(), "next_invoice_sequence": 1, "invoice_settings": {"default_payment_method": null}}));
        customer = id.into();
    }
    let method = payment_method::resolve(context, method, "payment_method")?;
    let method_id = text(&method["id"]).to_owned();
    let mut changes = json!({
        "status": "complete", "customer": customer, "url": null,
        "customer_details": {"email": email, "name": "Jenny Rosen", "phone": null, "address": {"country": "US", "postal_code": "12345", "city": null, "line1": null, "line2": null, "state": null}, "tax_exempt": "none", "tax_ids": []},
    });
    match mode {
        "payment" => {
            let data = &parameters["payment_intent_data"];
            let mut given = data.as_object().cloned().unwrap_or_default();
            given.insert("amount".to_owned(), session["amount_total"].clone());
            given.insert("currency".to_owned(), session["currency"].clone());
            given.insert("customer".to_owned(), customer);
            if integer(&session["amount_total"]) > 0 {
                let intent = payment_intent::new(context, given, None);
                // On the page of the session the customer authenticates at once.
                let mut paid =
                    payment_intent::pay(context, &intent, Some(method), &Confirm::default())?;
                if paid["status"] == "requires_action" {
                    paid = payment_intent::settle(context, text(&paid["id"]), true)?;
                }
                if paid["status"] == "requires_payment_method" {
                    let message = text(&paid["last_payment_error"]["message"]).to_owned();
                    return Err(ApiError::card("card_declined", message));
                }
                changes["payment_intent"] = paid["id"].clone();
                let is_paid = matches!(text(&paid["status"]), "succeeded" | "requires_capture");
                changes["payment_status"] = if is_paid { "paid" } else { "unpaid" }.into();
            }
        }
        "setup" => {
            payment_method::attach(
                context,
                &method_id,
                text(&changes["customer"]),
                "payment_method",
            )?;
            let intent = context.create("setup_intent", json!({"status": "succeeded", "customer": customer, "payment_method": method_id, "usage": "off_session", "payment_method_types": ["card"]}));
            context.emit("setup_intent.succeeded", "setup_intent", &intent);
            changes["setup_intent"] = intent["id"].clone();
        }
        _ => {
            payment_method::attach(
                context,
                &method_id,
                text(&changes["customer"]),
                "payment_method",
            )?;
            let mut items: Vec<Value> = Vec::new();
            for (item, price) in line_item::of(context, id) {
                if price["recurring"].is_object() {
                    items.push(json!({"price": price["id"], "quantity": item["quantity"]}));
                    continue;
                }
                // The first invoice of the subscription takes one-time prices with it.
                let about = json!({ "customer": customer });
                let quantity = integer(&item["quantity"]);
                invoice::item::of_price(context, &about, &price, quantity, None);
            }
            let mut given =
                parameters["subscription_data"].as_object().cloned().unwrap_or_default();
            given.insert("customer".to_owned(), customer);
            given.insert("items".to_owned(), items.into());
            let coupons = coupons(context, &parameters)?.into_iter();
            let discounts: Vec<Value> = coupons.map(|coupon| json!({ "coupon": coupon })).collect();
            given.insert("discounts".to_owned(), discounts.into());
            given.insert("default_payment_method".to_owned(), method_id.into());
            given.insert("payment_behavior".to_owned(), "error_if_incomplete".into());
            let subscription = super::subscription::start(context, given)?;
            changes["subscription"] = subscription["id"].clone();
            changes["invoice"] = subscription["latest_invoice"].clone();
            changes["payment_status"] = "paid".into();
        }
    }
    let done = context.set(KIND, id, changes);
    payment_link::completed(context, text(&done["payment_link"]));
    context.emit("checkout.session.completed", KIND, &done);
    Ok(done)
}
