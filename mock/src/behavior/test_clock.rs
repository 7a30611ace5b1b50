//! Test clocks, and the billing that time drives.
//!
//! `ready → advancing → ready`

use serde_json::{Value, json};

use super::{Response, checkout, invoice, quote, schedule, subscription, text};
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};

const KIND: &str = "test_helpers.test_clock";

/// More steps than two years of a hundred daily subscriptions.
const MAX_STEPS: usize = 100_000;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/test_helpers/test_clocks") => create(context, call),
        ("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance") => advance(context, call),
        ("DELETE", "/v1/test_helpers/test_clocks/{test_clock}") => delete(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

fn create(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let frozen = call.integer("frozen_time").unwrap_or_default();
    let deletes = context.now() + 30 * 86_400;
    Ok(context.create_with_event(KIND, json!({
        "frozen_time": frozen, "name": call.value("name"), "status": "ready", "status_details": {}, "deletes_after": deletes,
    })))
}

fn advance(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let clock = context.require(KIND, call.id(), "test_clock")?;
    let from = clock["frozen_time"].as_i64().unwrap_or_default();
    let to = call.integer("frozen_time").unwrap_or_default();
    if to <= from {
        return Err(ApiError::invalid(
            "The provided frozen_time must be after the current frozen_time.",
        )
        .param("frozen_time"));
    }
    if to - from > 2 * 366 * 86_400 {
        return Err(ApiError::invalid("A test clock can be advanced by two years at most.")
            .param("frozen_time"));
    }
    let advancing = context.set(
        KIND,
        call.id(),
        json!({"status": "advancing", "status_details": {"advancing": {"target_frozen_time": to}}}),
    );
    context.emit("test_helpers.test_clock.advancing", KIND, &advancing);
    run(context, Some(call.id()), to)?;
    let mut ready = context.set(KIND, call.id(), json!({"status": "ready", "frozen_time": to}));
    ready["status_details"] = json!({});
    context.put(KIND, &ready);
    context.clock = Some(to);
    context.emit("test_helpers.test_clock.ready", KIND, &ready);
    // Stripe responds before the work is done.
    Ok(advancing)
}

/// Bills everything that falls due, of a test clock or of none, in the order of time.
///
/// # Errors
///
/// When there is more to do than any test needs.
pub fn run(context: &mut Context<'_>, clock: Option<&str>, until: i64) -> Result<()> {
    for _ in 0..MAX_STEPS {
        // A phase changes the subscription before its renewal at the same time.
        let next = [
            schedule::due(context, clock),
            subscription::cycle::due(context, clock),
            invoice::due(context, clock),
            quote::due(context, clock),
            checkout::due(context, clock),
        ];
        let Some((at, job)) = next.into_iter().flatten().min_by_key(|(at, _)| *at) else {
            return Ok(());
        };
        if at > until {
            return Ok(());
        }
        context.clock = Some(at);
        match job {
            Job::Subscription(id) => subscription::cycle::step(context, &id),
            Job::Invoice(id) => invoice::step(context, &id),
            Job::Schedule(id) => schedule::step(context, &id),
            Job::Checkout(id) => checkout::step(context, &id),
            Job::Quote(id) => quote::step(context, &id),
        }
    }
    Err(ApiError::invalid(
        "There is too much to bill in this time. Advance the clock in smaller steps.",
    ))
}

/// Something that falls due.
#[derive(Debug)]
pub enum Job {
    Subscription(String),
    Invoice(String),
    Quote(String),
    Checkout(String),
    Schedule(String),
}

/// Whether an object is driven by this clock, or by none.
pub fn belongs(object: &Value, clock: Option<&str>) -> bool {
    object["test_clock"].as_str() == clock
}

fn delete(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let clock = context.require(KIND, call.id(), "test_clock")?;
    for customer in context.all_with("customer", "test_clock", call.id()) {
        let id = text(&customer["id"]).to_owned();
        for one in context.all_with("subscription", "customer", &id) {
            subscription::end(context, text(&one["id"]), "test_clock_deleted");
        }
        context.put("customer", &json!({"id": id, "object": "customer", "deleted": true}));
    }
    let deleted = json!({"id": call.id(), "object": "test_helpers.test_clock", "deleted": true});
    context.put(KIND, &deleted);
    context.emit("test_helpers.test_clock.deleted", KIND, &clock);
    Ok(deleted)
}

/// The time of the test clock of a customer, which the rest of the request happens at.
pub fn enter(context: &mut Context<'_>, customer: &Value) {
    // A clock that is advancing is ahead of its frozen time.
    if context.clock.is_some() {
        return;
    }
    let clock = customer["test_clock"].as_str().and_then(|clock| context.get(KIND, clock));
    if let Some(clock) = clock {
        context.clock = clock["frozen_time"].as_i64();
    }
}
