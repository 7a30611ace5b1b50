//! The customer portal: sessions whose page shows subscriptions, cancels them and changes the card.

use serde_json::{Map, Value, json};

use super::{Response, payment_method, subscription, test_clock, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub const KIND: &str = "billing_portal.session";
const CONFIGURATION: &str = "billing_portal.configuration";

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/billing_portal/sessions") => create(context, call),
        ("POST", "/v1/billing_portal/configurations") => {
            Ok(configure(context, &call.parameters, false))
        }
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// Makes a configuration. Features that are not asked for are off.
fn configure(
    context: &mut Context<'_>,
    parameters: &Map<String, Value>,
    is_default: bool,
) -> Value {
    let now = context.now();
    let mut configuration = json!({
        "active": true, "is_default": is_default, "default_return_url": null, "updated": now, "name": null,
        "business_profile": {"headline": null, "privacy_policy_url": null, "terms_of_service_url": null},
        "login_page": {"enabled": false, "url": null},
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": false}, "invoice_history": {"enabled": false},
            "payment_method_update": {"enabled": false, "payment_method_configuration": null},
            "subscription_cancel": {"cancellation_reason": {"enabled": false, "options": []}, "enabled": false, "mode": "at_period_end", "proration_behavior": "none"},
            "subscription_pause": {"enabled": false, "duration": {"type": "indefinite", "interval_options": []}},
            "subscription_update": {"billing_cycle_anchor": null, "default_allowed_updates": [], "enabled": false, "products": [], "proration_behavior": "none", "schedule_at_period_end": {"conditions": []}, "trial_update_behavior": "end_trial"},
        },
    });
    let mut fields = Map::new();
    let mut plain = parameters.clone();
    let features = plain.remove("features");
    context.shape().apply(CONFIGURATION, &mut fields, &plain);
    generic::merge(&mut configuration, fields.into());
    if let Some(features) = features {
        generic::merge(&mut configuration["features"], features);
    }
    context.create_with_event(CONFIGURATION, configuration)
}

/// The configuration of sessions without a configuration of their own.
fn default_configuration(context: &mut Context<'_>) -> Value {
    let known = context.all(CONFIGURATION).into_iter().find(|one| one["is_default"] == true);
    known.unwrap_or_else(|| {
        let on = json!({"features": {
            "customer_update": {"allowed_updates": ["email", "address"], "enabled": true}, "invoice_history": {"enabled": true},
            "payment_method_update": {"enabled": true}, "subscription_cancel": {"enabled": true},
        }});
        configure(context, on.as_object().unwrap_or(&Map::new()), true)
    })
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let customer = call.text("customer").ok_or_else(|| ApiError::missing("customer"))?.to_owned();
    context.require("customer", &customer, "customer").map_err(|error| error.status(400))?;
    let configuration = match call.text("configuration") {
        Some(id) => context
            .require(CONFIGURATION, id, "configuration")
            .map_err(|error| error.status(400))?,
        None => default_configuration(context),
    };
    if configuration["active"] != true {
        return Err(ApiError::invalid("The configuration must be active to create a session.")
            .param("configuration"));
    }
    let flow = flow(context, call, &customer, &configuration)?;
    let id = context.new_id(KIND);
    let return_url = match call.value("return_url") {
        Value::Null => configuration["default_return_url"].clone(),
        url => url,
    };
    Ok(context.create_with_event(KIND, json!({
        "id": id, "customer": customer, "configuration": configuration["id"], "flow": flow, "return_url": return_url,
        "locale": call.value("locale"), "on_behalf_of": call.value("on_behalf_of"),
        "url": format!("{}/_mock/portal/{id}", context.base_url),
    })))
}

/// The single task that a session is for.
fn flow(
    context: &Context<'_>,
    call: &Call<'_>,
    customer: &str,
    configuration: &Value,
) -> Result<Value> {
    let data = call.value("flow_data");
    let Some(kind) = data["type"].as_str() else { return Ok(Value::Null) };
    let feature = kind.strip_suffix("_confirm").unwrap_or(kind);
    if configuration["features"][feature]["enabled"] == false {
        return Err(ApiError::invalid(format!(
            "The feature `{feature}` is disabled in the portal configuration of this session."
        ))
        .param("flow_data[type]"));
    }
    if kind.starts_with("subscription_") {
        let param = format!("flow_data[{kind}][subscription]");
        let id = data[kind]["subscription"].as_str().ok_or_else(|| ApiError::missing(&param))?;
        let of =
            context.require(subscription::KIND, id, &param).map_err(|error| error.status(400))?;
        if of["customer"] != customer {
            return Err(ApiError::invalid(format!(
                "The subscription {id} does not belong to the customer {customer}."
            ))
            .param(&param));
        }
    }
    let mut flow = json!({
        "after_completion": {"type": "portal_homepage", "hosted_confirmation": null, "redirect": null},
        "customer_update": null, "subscription_cancel": null, "subscription_pause": null, "subscription_update": null,
        "subscription_update_confirm": null,
    });
    generic::merge(&mut flow, data);
    Ok(flow)
}

/// A session, with the settings of one of its features, which must be on.
fn feature(context: &mut Context<'_>, session: &str, name: &str) -> Result<(Value, Value)> {
    let session = context.require(KIND, session, "session")?;
    if let Some(customer) = context.get("customer", text(&session["customer"])) {
        test_clock::enter(context, &customer);
    }
    let configuration = context.get(CONFIGURATION, text(&session["configuration"]));
    let settings = configuration.unwrap_or_default()["features"][name].clone();
    if settings["enabled"] == true {
        return Ok((session, settings));
    }
    Err(ApiError::invalid(format!("The feature `{name}` is disabled in the customer portal.")))
}

/// A subscription of the customer of a session.
fn own(context: &Context<'_>, session: &Value, id: &str) -> Result<Value> {
    let of = context.require(subscription::KIND, id, "subscription")?;
    match of["customer"] == session["customer"] && of["status"] != "canceled" {
        true => Ok(of),
        false => Err(ApiError::no_such(subscription::KIND, id, "subscription")),
    }
}

/// Cancels a subscription in the portal: at the end of its period or at once, as it is configured.
///
/// # Errors
///
/// When the feature is off, or the customer has no such subscription.
pub fn cancel(context: &mut Context<'_>, session: &str, id: &str) -> Result<Value> {
    let (session, settings) = feature(context, session, "subscription_cancel")?;
    own(context, &session, id)?;
    if settings["mode"] == "immediately" {
        let prorates = settings["proration_behavior"] != "none";
        let invoices = settings["proration_behavior"] == "always_invoice";
        return subscription::cancel_now(context, id, prorates, invoices);
    }
    Ok(subscription::set_end(context, id, true))
}

/// Reverts the cancellation of a subscription before it takes effect.
///
/// # Errors
///
/// When the feature is off, or the customer has no such subscription.
pub fn renew(context: &mut Context<'_>, session: &str, id: &str) -> Result<Value> {
    let (session, _) = feature(context, session, "subscription_cancel")?;
    own(context, &session, id)?;
    Ok(subscription::set_end(context, id, false))
}

/// Attaches a payment method and makes it the default.
///
/// # Errors
///
/// When the feature is off, or the payment method cannot be attached.
pub fn set_method(context: &mut Context<'_>, session: &str, method: &str) -> Result<Value> {
    let (session, _) = feature(context, session, "payment_method_update")?;
    let customer = text(&session["customer"]);
    let method = payment_method::attach(context, method, customer, "payment_method")?;
    let changes = json!({"invoice_settings": {"default_payment_method": method["id"]}});
    context.update("customer", customer, changes);
    Ok(method)
}
