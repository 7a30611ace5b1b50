//! The page of a checkout session.

use serde_json::{Map, Value};

use super::{Shown, field, html, method};
use crate::behavior;
use crate::context::Context;
use crate::error::Result;

/// Shows the form of an open session, or the result of a closed one.
pub fn show(
    context: &mut Context<'_>,
    id: &str,
    sent: &Map<String, Value>,
    error: &str,
) -> Result<Shown> {
    let session = context.require("checkout.session", id, "session")?;
    match field(&session, "status") {
        "open" => {}
        "complete" => return Ok(after(context, &session)),
        _ => return Ok(Shown::Page(200, html::message("This checkout session has expired."))),
    }
    let mut items = String::new();
    for item in context.all_with("item", "_parent", id) {
        let amount = behavior::money(&item["amount_total"], &item["currency"]);
        let name = field(&item, "description");
        items += &format!(
            "<tr><td>{} × {}</td><td>{}</td></tr>",
            item["quantity"],
            html::escape(name),
            html::escape(&amount)
        );
    }
    let total = behavior::money(&session["amount_total"], &session["currency"]);
    let (title, button) = match field(&session, "mode") {
        "setup" => ("Save a payment method".to_owned(), "Save"),
        "subscription" => (format!("Subscribe: {total}"), "Subscribe"),
        _ => (format!("Pay {total}"), "Pay"),
    };
    let value = |name: &str, default: &str| -> String {
        let sent = sent.get(name).and_then(Value::as_str).unwrap_or(default);
        sent.to_owned()
    };
    let email = session["customer_email"].as_str().unwrap_or("jenny.rosen@example.com");
    let content = [
        format!("<table id=\"items\">{items}</table>"),
        html::error(error),
        "<form method=\"post\">".to_owned(),
        html::input("Email", "email", &value("email", email)),
        html::input("Card number", "number", &value("number", "4242 4242 4242 4242")),
        html::input("Expiry", "expiry", &value("expiry", "12/34")),
        html::input("Security code", "cvc", &value("cvc", "123")),
        format!("<button id=\"submit\">{button}</button></form>"),
        html::link("Cancel", field(&session, "cancel_url")),
    ];
    let status = if error.is_empty() { 200 } else { 402 };
    Ok(Shown::Page(status, html::page(&title, &content.join("\n"))))
}

/// Completes a session with the card of the form. A card that is declined leads back to the form.
pub fn pay(context: &mut Context<'_>, id: &str, sent: &Map<String, Value>) -> Result<Shown> {
    if context.require("checkout.session", id, "session")?["status"] != "open" {
        return show(context, id, sent, "");
    }
    let email = sent.get("email").and_then(Value::as_str).filter(|email| !email.is_empty());
    let paid = method(context, sent)
        .and_then(|method| behavior::complete_session(context, id, &method, email));
    match paid {
        Ok(session) => Ok(after(context, &session)),
        Err(error) => {
            context.store.rollback();
            show(context, id, sent, &error.message)
        }
    }
}

/// The response after the payment: a redirect to the merchant, or a confirmation.
fn after(context: &Context<'_>, session: &Value) -> Shown {
    let url = session["success_url"].as_str().or(session["return_url"].as_str());
    if let Some(url) = url.filter(|url| !url.is_empty()) {
        return Shown::Redirect(url.replace("{CHECKOUT_SESSION_ID}", field(session, "id")));
    }
    let link = context.get("payment_link", field(session, "payment_link")).unwrap_or_default();
    let custom = link["after_completion"]["hosted_confirmation"]["custom_message"].as_str();
    Shown::Page(200, html::message(custom.unwrap_or("Thanks for your payment.")))
}
