//! Connected accounts and uploaded files.

use serde_json::{Map, Value, json};

use super::Response;
use crate::call::{Call, Outcome};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::generic;

pub fn respond(context: &mut Context<'_>, call: &Call<'_>, route: (&str, &str)) -> Response {
    let result = match route {
        ("POST", "/v1/accounts") => account(context, call),
        ("POST", "/v1/files") => file(context, call),
        _ => return None,
    };
    Some(result.map(Outcome::Value))
}

/// Creates an account, with data of its own that `Stripe-Account` leads to.
fn account(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let mut given = Map::new();
    context.shape().apply("account", &mut given, &call.parameters);
    let requested = call.value("capabilities");
    let mut capabilities = Map::new();
    for name in requested.as_object().into_iter().flatten().map(|(name, _)| name) {
        capabilities.insert(name.clone(), "active".into());
    }
    given.remove("capabilities");
    let mut account = json!({
        "type": "none", "country": "US", "default_currency": "usd", "charges_enabled": true, "payouts_enabled": true,
        "details_submitted": true, "capabilities": capabilities,
        "requirements": {"alternatives": [], "current_deadline": null, "currently_due": [], "disabled_reason": null, "errors": [], "eventually_due": [], "past_due": [], "pending_verification": []},
    });
    generic::merge(&mut account, given.into());
    let account = context.create("account", account);
    // The account sees itself under `/v1/account`.
    let id = account["id"].as_str().unwrap_or_default().to_owned();
    context.store.put(&id, "account", &id, account.clone());
    Ok(account)
}

fn file(context: &mut Context<'_>, call: &Call<'_>) -> Result<Value> {
    let upload = call.file.as_ref().ok_or_else(|| ApiError::missing("file"))?;
    let size = upload.content.len();
    let id = context.new_id("file");
    let kind = match upload.content.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, ..] => "jpg",
        [b'%', b'P', b'D', b'F', ..] => "pdf",
        _ => "csv",
    };
    let url = format!("{}/v1/files/{id}/contents", context.base_url);
    Ok(context.create_with_event("file", json!({
        "id": id, "purpose": call.text("purpose"), "size": size, "type": kind, "filename": upload.name, "title": null,
        "url": url, "links": {"object": "list", "data": [], "has_more": false, "url": format!("/v1/file_links?file={id}")},
    })))
}
