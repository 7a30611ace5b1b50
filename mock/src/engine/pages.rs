//! Pages for customers: checkout, payment links and the customer portal.
//!
//! They are plain HTML with forms, so that a person or a browser test can do what a customer does.

mod checkout;
mod html;
mod portal;

pub use portal::command;

use serde_json::{Map, Value};

use super::Engine;
use super::control::context;
use super::state::State;
use crate::behavior;
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::form;
use crate::server::{MockResponse, Request};

/// The response of a page: HTML with a status, or a redirect.
#[derive(Debug)]
enum Shown {
    Page(u16, String),
    Redirect(String),
}

/// Responds to the request of a page. `None` if it is not one.
pub fn handle(engine: &Engine, request: &Request) -> Option<MockResponse> {
    let path = request.path.strip_prefix("/_mock/")?;
    let (kind, id) = path.split_once('/')?;
    let schema = match kind {
        "checkout" => "checkout.session",
        "links" => "payment_link",
        "portal" => "billing_portal.session",
        _ => return None,
    };
    // Deeper paths are commands of the control plane.
    if id.contains('/') || !matches!(request.method.as_str(), "GET" | "POST") {
        return None;
    }
    let mut state = engine.lock();
    let shown = respond(engine, &mut state, request, schema, id);
    let shown = match (shown, state.store.commit()) {
        (Ok(shown), Ok(())) => shown,
        (Err(error), _) => Shown::Page(error.status, html::message(&error.message)),
        (_, Err(error)) => Shown::Page(500, html::message(&error.to_string())),
    };
    drop(state);
    engine.wake.notify_all();
    Some(match shown {
        Shown::Page(status, page) => MockResponse::bytes(status, "text/html; charset=utf-8", page)
            // Without `form-action`, which would forbid the redirect to the site of the merchant.
            .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
            .header("x-content-type-options", "nosniff")
            .header("referrer-policy", "no-referrer"),
        Shown::Redirect(url) => {
            MockResponse::bytes(303, "text/plain", "").header("location", html::location(&url))
        }
    })
}

fn respond(
    engine: &Engine,
    state: &mut State,
    request: &Request,
    schema: &str,
    id: &str,
) -> Result<Shown> {
    let owner = owner(state, schema, id);
    let owner = owner.ok_or_else(|| ApiError::invalid("There is no such page.").status(404))?;
    let mut context = context(engine, state, Some(owner))?;
    let is_post = request.method == "POST";
    let sent = if is_post { form::parse(&request.text()) } else { form::parse(&request.query) };
    let sent = sent.map_err(ApiError::invalid)?;
    let result = match (schema, is_post) {
        ("checkout.session", false) => checkout::show(&mut context, id, &Map::new(), ""),
        ("checkout.session", true) => checkout::pay(&mut context, id, &sent),
        ("payment_link", _) => {
            let session = behavior::open_link(&mut context, id, &sent)?;
            Ok(Shown::Redirect(format!("/_mock/checkout/{}", field(&session, "id"))))
        }
        (_, false) => portal::show(&mut context, id, ""),
        (_, true) => portal::act(&mut context, id, &sent),
    };
    if result.is_err() {
        context.store.rollback();
    }
    result
}

/// The account that has an object.
pub fn owner(state: &State, schema: &str, id: &str) -> Option<String> {
    let mut accounts = state.store.account_ids().into_iter();
    accounts.find(|account| state.store.get(account, schema, id).is_some())
}

/// A field that is a string.
fn field<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// The payment method of a form: a test token, or the fields of a card.
fn method(context: &mut Context<'_>, sent: &Map<String, Value>) -> Result<String> {
    let text = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    if text("payment_method").starts_with("pm_") {
        return Ok(text("payment_method").to_owned());
    }
    let (month, year) = text("expiry").split_once('/').unwrap_or_default();
    behavior::method_of_card(context, text("number"), month.trim(), year.trim(), text("cvc"))
}
