//! Payment methods: made from card data or test tokens, attached to customers.
//!
//! `created → attached ⇄ detached`

use serde_json::{Map, Value, json};

use super::card::{self, Card};
use super::{Response, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic::page;

const KIND: &str = "payment_method";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/payment_methods") => create(context, call),
        ("GET", "/v1/payment_methods/{payment_method}") => read(context, call.id()),
        ("POST", "/v1/payment_methods/{payment_method}/attach") => {
            let customer = call.text("customer").unwrap_or_default();
            attach(context, call.id(), customer, "payment_method")
        }
        ("POST", "/v1/payment_methods/{payment_method}/detach") => detach(context, call.id()),
        ("GET", "/v1/payment_methods" | "/v1/customers/{customer}/payment_methods") => {
            list(context, call)
        }
        ("POST", "/v1/tokens") => token(context, call),
        ("POST", "/v1/customers/{customer}/sources") => source(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    make(context, &call.parameters, "card")
}

/// Makes a payment method from `payment_method_data` or the parameters of its creation.
pub fn make(context: &mut Context<'_>, data: &Map<String, Value>, at: &str) -> Result<Value> {
    let kind = text(data.get("type").unwrap_or(&Value::Null)).to_owned();
    if kind.is_empty() {
        return Err(ApiError::missing("type"));
    }
    let mut given = Map::from_iter([
        ("type".to_owned(), kind.as_str().into()),
        ("customer".to_owned(), Value::Null),
        ("billing_details".to_owned(), billing_details(data.get("billing_details"))),
    ]);
    context.shape().apply(KIND, &mut given, &only(data, &["metadata", "allow_redisplay"]));
    if kind == "card" {
        let card_data = data.get("card").cloned().unwrap_or(Value::Null);
        let card = match card_data["token"].as_str() {
            Some(token) => by_any_token(context, token).ok_or_else(|| {
                ApiError::no_such("token", token, &format!("{at}[token]")).status(400)
            })?,
            None => checked(&card_data, at)?,
        };
        let month = integer_of(&card_data["exp_month"]).unwrap_or(12);
        let year = integer_of(&card_data["exp_year"]).unwrap_or(2034);
        set_card(&mut given, &card, month, year, context.seed);
    } else {
        let details = context.shape().object(KIND, Map::new());
        let inner = details.get(&kind).cloned().unwrap_or_else(|| json!({}));
        let fitted = data.get(&kind).filter(|one| one.is_object()).cloned();
        given.insert(kind.clone(), fitted.unwrap_or(inner));
    }
    Ok(context.create(KIND, given.into()))
}

/// Makes a payment method from a card that is typed in on a page.
///
/// # Errors
///
/// When the number is not one of the test cards, or its date or security code is wrong.
pub fn of_card(
    context: &mut Context<'_>,
    number: &str,
    month: &str,
    year: &str,
    cvc: &str,
) -> Result<String> {
    let card = json!({"number": number, "exp_month": month, "exp_year": year, "cvc": cvc});
    let data = Map::from_iter([("type".to_owned(), "card".into()), ("card".to_owned(), card)]);
    Ok(text(&make(context, &data, "card")?["id"]).to_owned())
}

fn only(data: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    data.iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn billing_details(given: Option<&Value>) -> Value {
    let mut details = json!({"address": {"city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null}, "email": null, "name": null, "phone": null, "tax_id": null});
    if let Some(given) = given.filter(|given| given.is_object()) {
        crate::generic::merge(&mut details, given.clone());
    }
    details
}

fn set_card(given: &mut Map<String, Value>, card: &Card, month: i64, year: i64, seed: u64) {
    let fingerprint = crate::id::characters(seed, crate::id::hash(card.number), 16);
    given.insert("card".to_owned(), card::shown(card, month, year, &fingerprint));
    given.insert("_number".to_owned(), card.number.into());
}

/// The card of data that was typed in.
fn checked(data: &Value, at: &str) -> Result<Card> {
    let number: String =
        text(&data["number"]).chars().filter(|char| !" -".contains(*char)).collect();
    if number.is_empty() {
        return Err(ApiError::missing(&format!("{at}[number]")));
    }
    let error = |code: &str, message: &str, name: &str| {
        let mut error = ApiError::card(code, message).param(&format!("{at}[{name}]"));
        error.keeps_changes = false;
        error
    };
    let card = card::by_number(&number).ok_or_else(|| {
        error("incorrect_number", card::message("incorrect_number", ""), "number")
    })?;
    let month = integer_of(&data["exp_month"]);
    if !month.is_some_and(|month| (1..=12).contains(&month)) {
        return Err(error(
            "invalid_expiry_month",
            "Your card's expiration month is invalid.",
            "exp_month",
        ));
    }
    let year = integer_of(&data["exp_year"]);
    if !year.is_some_and(|year| (2020..2100).contains(&year) || (20..100).contains(&year)) {
        return Err(error(
            "invalid_expiry_year",
            "Your card's expiration year is invalid.",
            "exp_year",
        ));
    }
    if data["cvc"].as_str().is_some_and(|cvc| {
        !(3..=4).contains(&cvc.len()) || !cvc.bytes().all(|byte| byte.is_ascii_digit())
    }) {
        return Err(error("invalid_cvc", "Your card's security code is invalid.", "cvc"));
    }
    Ok(card)
}

/// A number, which the spec has as a string in some places.
fn integer_of(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn by_any_token(context: &Context<'_>, token: &str) -> Option<Card> {
    card::by_token(token).or_else(|| {
        let stored = context.get("token", token)?;
        card::by_number(text(&stored["_number"]))
    })
}

/// A payment method by its id. A test token makes a new one each time.
pub fn resolve(context: &mut Context<'_>, id: &str, param: &str) -> Result<Value> {
    if let Some(value) = context.get(KIND, id) {
        return Ok(value);
    }
    let Some(card) = card::by_token(id).or_else(|| by_any_token(context, id)) else {
        // Cards of the older API are payment methods as well.
        if let Some(source) = context.get("payment_source", id) {
            return Ok(
                json!({"id": id, "type": "card", "card": source, "customer": source["customer"], "_number": source["_number"], "_source": true}),
            );
        }
        return Err(ApiError::no_such("PaymentMethod", id, param).status(400));
    };
    let mut given = Map::from_iter([
        ("type".to_owned(), "card".into()),
        ("customer".to_owned(), Value::Null),
        ("billing_details".to_owned(), billing_details(None)),
    ]);
    set_card(&mut given, &card, 12, 2034, context.seed);
    Ok(context.create(KIND, given.into()))
}

fn read(context: &mut Context<'_>, id: &str) -> Result<Value> {
    resolve(context, id, "payment_method").map_err(|error| error.status(404))
}

/// Attaches a payment method to a customer.
pub fn attach(context: &mut Context<'_>, id: &str, customer: &str, param: &str) -> Result<Value> {
    context.require("customer", customer, "customer").map_err(|error| error.status(400))?;
    let before = resolve(context, id, param)?;
    let id = text(&before["id"]).to_owned();
    if before["customer"] == customer {
        return Ok(before);
    }
    if before["customer"].is_string() {
        return Err(ApiError::invalid(
            "The payment method you provided has already been attached to a customer.",
        )
        .code("payment_method_unexpected_state"));
    }
    if before["_was_attached"] == true {
        return Err(ApiError::invalid(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.",
        ));
    }
    let card = card::by_number(text(&before["_number"]));
    if let Some(Card {
        outcome: card::Outcome::Declined(code, decline),
        fails_on_attach: true,
        ..
    }) = card
    {
        let mut error = ApiError::card(code, card::message(code, decline));
        error.keeps_changes = false;
        return Err(if decline.is_empty() { error } else { error.with("decline_code", decline) });
    }
    let after = context.set(KIND, &id, json!({ "customer": customer }));
    context.emit("payment_method.attached", KIND, &after);
    Ok(after)
}

fn detach(context: &mut Context<'_>, id: &str) -> Result<Value> {
    let before = context.require(KIND, id, "payment_method")?;
    if !before["customer"].is_string() {
        return Err(ApiError::invalid("The payment method you provided is not attached to a customer so detachment is impossible.")
            .code("payment_method_unexpected_state"));
    }
    let after = context.set(KIND, id, json!({"customer": null, "_was_attached": true}));
    let previous = json!({"customer": before["customer"]});
    crate::event::emit(context, "payment_method.detached", KIND, &after, Some(previous));
    Ok(after)
}

fn list(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = call.path.first().map(|(_, id)| id.as_str()).or_else(|| call.text("customer"));
    let mut all = context.all(KIND);
    all.reverse();
    all.retain(|one| match customer {
        Some(customer) => one["customer"] == customer,
        None => false,
    } && call.text("type").is_none_or(|wanted| one["type"] == wanted));
    page(call, all, &crate::generic::path(call))
}

/// A token of a card: `{card: {number, …}}`.
fn token(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let data = call.value("card");
    if !data.is_object() {
        let kind = ["bank_account", "pii", "account", "person", "cvc_update"]
            .into_iter()
            .find(|kind| call.parameters.contains_key(*kind))
            .unwrap_or("card");
        return Ok(context.create("token", json!({"type": kind, "used": false})));
    }
    let card = checked(&data, "card")?;
    let shown = card_object(context, &card, &data, None);
    Ok(context.create(
        "token",
        json!({"type": "card", "used": false, "card": shown, "_number": card.number}),
    ))
}

fn card_object(
    context: &mut Context<'_>,
    card: &Card,
    data: &Value,
    customer: Option<&str>,
) -> Value {
    let id = context.new_id("card");
    let brand = match card.brand {
        "visa" => "Visa",
        "mastercard" => "MasterCard",
        "amex" => "American Express",
        "discover" => "Discover",
        "diners" => "Diners Club",
        "jcb" => "JCB",
        _ => "UnionPay",
    };
    json!({
        "id": id, "object": "card", "brand": brand, "last4": card.number[card.number.len() - 4..],
        "funding": card.funding, "country": card.country, "customer": customer, "metadata": {},
        "exp_month": integer_of(&data["exp_month"]).unwrap_or(12),
        "exp_year": integer_of(&data["exp_year"]).unwrap_or(2034),
        "cvc_check": "pass", "_number": card.number,
    })
}

/// Adds a card to a customer, as the older API does.
fn source(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = call.segment(0).to_owned();
    context.require("customer", &customer, "customer")?;
    let token = call.text("source").unwrap_or_default().to_owned();
    let card = match call.parameters.get("card").filter(|card| card.is_object()) {
        Some(data) => checked(data, "card")?,
        None => by_any_token(context, &token)
            .ok_or_else(|| ApiError::no_such("token", &token, "source").status(400))?,
    };
    let mut shown = card_object(context, &card, &Value::Null, Some(&customer));
    shown["_parent"] = customer.as_str().into();
    context.put("payment_source", &shown);
    let owner = context.get("customer", &customer).unwrap_or_default();
    if owner["default_source"].is_null() {
        context.set("customer", &customer, json!({"default_source": shown["id"]}));
    }
    context.emit("customer.source.created", "payment_source", &shown);
    Ok(shown)
}

/// The payment method of a customer for invoices: its default, else that of the older API.
pub fn default_of(context: &Context<'_>, customer: &str) -> Option<String> {
    let customer = context.get("customer", customer)?;
    let default = customer["invoice_settings"]["default_payment_method"].as_str();
    default.or(customer["default_source"].as_str()).map(str::to_owned)
}
