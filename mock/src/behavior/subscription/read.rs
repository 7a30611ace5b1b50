//! Lists of subscriptions, and previews of their next invoice.

use serde_json::{Value, json};

use super::{KIND, cycle, enter, proration};
use crate::behavior::text;
use crate::call::Call;
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

/// Lists subscriptions. Those that are canceled are listed only when they are asked for.
///
/// # Errors
///
/// When the limit is out of range or a cursor is not the id of an object.
pub fn list(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let status = call.text("status").unwrap_or("");
    let price = call.text("price").map(str::to_owned);
    let customer = call.text("customer");
    let mut all = context.all(KIND);
    all.reverse();
    all.retain(|one| {
        let matches = match status {
            "all" => true,
            "" => one["status"] != "canceled",
            "ended" => matches!(text(&one["status"]), "canceled" | "incomplete_expired"),
            status => one["status"] == status,
        };
        matches
            && customer.is_none_or(|customer| one["customer"] == customer)
            && ["created", "collection_method", "current_period_end", "current_period_start"]
                .iter()
                .all(|name| {
                    call.parameters
                        .get(*name)
                        .is_none_or(|wanted| generic::passes(one, name, wanted))
                })
    });
    if let Some(price) = price {
        all.retain(|one| {
            context
                .all_with("subscription_item", "subscription", text(&one["id"]))
                .iter()
                .any(|item| item["price"] == price.as_str())
        });
    }
    generic::page(call, all, "/v1/subscriptions")
}

/// The next invoice of a subscription, without making it.
///
/// # Errors
///
/// When there is no subscription to bill, or the changes to preview are invalid.
pub fn preview(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let id = call.text("subscription").map(str::to_owned);
    let id = id.or_else(|| {
        let customer = call.text("customer")?;
        let all = context.all_with(KIND, "customer", customer);
        all.iter().find(|one| one["status"] != "canceled").map(|one| text(&one["id"]).to_owned())
    });
    let Some(id) = id else {
        return Err(ApiError::invalid("No upcoming invoices for customer")
            .code("invoice_upcoming_none")
            .status(404));
    };
    let subscription = context.require(KIND, &id, "subscription")?;
    enter(context, &subscription);
    let items = call
        .parameters
        .get("subscription_items")
        .cloned()
        .or_else(|| call.value("subscription_details").get("items").cloned());
    if let Some(items) = items {
        let details = call.value("subscription_details");
        let behavior = call
            .text("subscription_proration_behavior")
            .or(details["proration_behavior"].as_str())
            .unwrap_or("create_prorations")
            .to_owned();
        let at = call
            .integer("subscription_proration_date")
            .or(details["proration_date"].as_i64())
            .unwrap_or_else(|| context.now());
        proration::change(
            context,
            &id,
            &items,
            if behavior == "always_invoice" { "create_prorations" } else { &behavior },
            at,
        )?;
    }
    cycle::advance(context, &id);
    let mut made = cycle::make_invoice(context, &id, "upcoming")?;
    let made_id = text(&made["id"]).to_owned();
    let lines = context.all_with("line_item", "_parent", &made_id);
    made["lines"] = json!({"object": "list", "data": lines, "has_more": false, "url": format!("/v1/invoices/upcoming/lines?customer={}", text(&made["customer"]))});
    context.store.rollback();
    Ok(made)
}
