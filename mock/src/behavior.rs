//! Behavior of operations beyond their spec, one module per area of Stripe.
//!
//! A module has a function `respond`, which matches the method and path of its operations, and
//! works over the store of the context. Everything else is responded to by the spec alone.

mod balance;
mod card;
mod catalog;
mod charge;
mod checkout;
mod connect;
mod credit_note;
mod customer;
mod customer_balance;
mod dispute;
mod event;
mod event_destination;
mod intent;
mod invoice;
mod line_item;
mod meter;
mod payment_intent;
mod payment_link;
mod payment_method;
mod portal;
mod quote;
mod refund;
mod schedule;
mod setup_intent;
mod subscription;
#[cfg(test)]
mod table;
mod test_clock;
mod webhook_endpoint;

pub use checkout::complete as complete_session;
pub use intent::settle as settle_intent;
pub use payment_link::open as open_link;
pub use payment_method::of_card as method_of_card;
pub use portal::{
    cancel as cancel_in_portal, renew as renew_in_portal, set_method as set_method_in_portal,
};
pub use test_clock::run as run_billing;

use serde_json::Value;

use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

/// The response of a behavior. `None` if the module has no behavior for the operation.
pub type Response = Option<Result<Outcome>>;

type Respond = fn(&mut Context<'_>, &Call<'_>, (&str, &str)) -> Response;

const MODULES: [Respond; 25] = [
    balance::respond,
    catalog::respond,
    charge::respond,
    checkout::respond,
    connect::respond,
    credit_note::respond,
    customer::respond,
    customer_balance::respond,
    dispute::respond,
    event::respond,
    event_destination::respond,
    invoice::respond,
    invoice::item::respond,
    meter::respond,
    payment_intent::respond,
    payment_link::respond,
    payment_method::respond,
    portal::respond,
    quote::respond,
    refund::respond,
    schedule::respond,
    setup_intent::respond,
    subscription::respond,
    test_clock::respond,
    webhook_endpoint::respond,
];

/// Responds to an operation that has behavior.
pub fn respond(context: &mut Context<'_>, call: &Call<'_>) -> Response {
    let route = (call.operation.method.as_str(), call.operation.path.as_str());
    MODULES.iter().find_map(|respond| respond(context, call, route))
}

/// A stored value as a response.
fn done(value: Value) -> Response {
    Some(Ok(Outcome::Value(value)))
}

/// Returns a field as a string, if it is one.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// An integer, or zero.
fn integer(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

/// An amount as people read it.
pub fn money(amount: &Value, currency: &Value) -> String {
    subscription::money(integer(amount), text(currency))
}

/// An amount must be positive and have at most eight digits.
fn check_amount(amount: i64) -> Result<()> {
    if amount < 1 {
        return Err(ApiError::invalid("This value must be greater than or equal to 1.")
            .code("parameter_invalid_integer")
            .param("amount"));
    }
    if amount > 99_999_999 {
        return Err(ApiError::invalid("Amount must be no more than $999,999.99")
            .code("amount_too_large")
            .param("amount"));
    }
    Ok(())
}
