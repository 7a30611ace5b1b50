//! The page of the customer portal.

use serde_json::{Map, Value};

use super::{Shown, field, html, method};
use crate::behavior;
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "billing_portal.session";

/// Shows the subscriptions, payment methods and invoices of a customer.
pub fn show(context: &mut Context<'_>, id: &str, error: &str) -> Result<Shown> {
    let session = context.require(KIND, id, "session")?;
    let configuration = context
        .get("billing_portal.configuration", field(&session, "configuration"))
        .unwrap_or_default();
    let is_on = |name: &str| configuration["features"][name]["enabled"] == true;
    let customer = field(&session, "customer").to_owned();
    let mut content = vec![html::error(error)];
    content.push("<h2>Subscriptions</h2><table id=\"subscriptions\">".to_owned());
    for subscription in context.all_with("subscription", "customer", &customer) {
        if subscription["status"] == "canceled" || !is_wanted(&session, &subscription) {
            continue;
        }
        let button =
            if is_on("subscription_cancel") { button(&subscription) } else { String::new() };
        let state = match subscription["cancel_at_period_end"] == true {
            true => format!("{}, ends with its period", field(&subscription, "status")),
            false => field(&subscription, "status").to_owned(),
        };
        let name = name(context, &subscription);
        content.push(format!(
            "<tr><td>{}: {}</td><td>{button}</td></tr>",
            html::escape(&name),
            html::escape(&state)
        ));
    }
    content.push("</table>".to_owned());
    if is_on("payment_method_update") {
        content.push("<h2>Payment methods</h2><ul id=\"methods\">".to_owned());
        for method in context.all_with("payment_method", "customer", &customer) {
            let last4 = field(&method["card"], "last4");
            content.push(format!("<li>{} {last4}</li>", html::escape(field(&method, "type"))));
        }
        content.push("</ul><form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"payment_method\">".to_owned());
        content.push(html::input("Card number", "number", "4242 4242 4242 4242"));
        content.push(html::input("Expiry", "expiry", "12/34"));
        content.push(html::input("Security code", "cvc", "123"));
        content.push("<button id=\"add\">Add</button></form>".to_owned());
    }
    if is_on("invoice_history") {
        content.push("<h2>Invoices</h2><table id=\"invoices\">".to_owned());
        for invoice in context.all_with("invoice", "customer", &customer) {
            let total = behavior::money(&invoice["total"], &invoice["currency"]);
            content.push(format!(
                "<tr><td>{} {}</td><td>{}</td></tr>",
                html::escape(field(&invoice, "number")),
                html::escape(field(&invoice, "status")),
                html::escape(&total)
            ));
        }
        content.push("</table>".to_owned());
    }
    content.push(html::link("Return", field(&session, "return_url")));
    let status = if error.is_empty() { 200 } else { 400 };
    Ok(Shown::Page(status, html::page("Customer portal", &content.join("\n"))))
}

/// Whether a session is for this subscription, or for all of them.
fn is_wanted(session: &Value, subscription: &Value) -> bool {
    let kind = field(&session["flow"], "type");
    let of = &session["flow"][kind]["subscription"];
    of.is_null() || *of == subscription["id"]
}

/// The name of the first product of a subscription.
fn name(context: &Context<'_>, subscription: &Value) -> String {
    let items = context.all_with("subscription_item", "subscription", field(subscription, "id"));
    let product = items.first().and_then(|item| {
        let price = context.get("price", field(item, "price"))?;
        context.get("product", field(&price, "product"))
    });
    product.map_or_else(String::new, |product| field(&product, "name").to_owned())
}

/// The form that cancels a subscription, or reverts its cancellation.
fn button(subscription: &Value) -> String {
    let (action, label) = match subscription["cancel_at_period_end"] == true {
        true => ("renew", "Renew"),
        false => ("cancel", "Cancel"),
    };
    format!(
        "<form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"{action}\"><input type=\"hidden\" name=\"subscription\" value=\"{}\"><button>{label}</button></form>",
        html::escape(field(subscription, "id"))
    )
}

/// Carries out a form of the page.
pub fn act(context: &mut Context<'_>, id: &str, sent: &Map<String, Value>) -> Result<Shown> {
    let session = context.require(KIND, id, "session")?;
    let text = |name: &str| sent.get(name).and_then(Value::as_str).unwrap_or_default();
    let done = match text("action") {
        "payment_method" => method(context, sent)
            .and_then(|method| behavior::set_method_in_portal(context, id, &method)),
        action => command(context, id, action, text("subscription")),
    };
    if let Err(error) = done {
        context.store.rollback();
        return show(context, id, &error.message);
    }
    let redirect = &session["flow"]["after_completion"]["redirect"]["return_url"];
    match redirect.as_str() {
        Some(url) => Ok(Shown::Redirect(url.to_owned())),
        None => Ok(Shown::Redirect(format!("/_mock/portal/{id}"))),
    }
}

/// Cancels a subscription, or reverts its cancellation.
pub fn command(
    context: &mut Context<'_>,
    id: &str,
    action: &str,
    subscription: &str,
) -> Result<Value> {
    match action {
        "cancel" => behavior::cancel_in_portal(context, id, subscription),
        "renew" => behavior::renew_in_portal(context, id, subscription),
        _ => Err(ApiError::invalid("no such action of the customer portal").status(404)),
    }
}
