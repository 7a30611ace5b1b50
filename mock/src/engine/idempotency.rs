//! Idempotency keys.

use serde_json::{Value, json};

use super::respond::Reply;
use crate::error::{ApiError, Result};
use crate::id;
use crate::server::Request;
use crate::store::Store;

/// Stripe forgets a key after a day.
const SECONDS: i64 = 86_400;

/// Keys that are remembered for an account.
const REMEMBERED: usize = 10_000;

const KIND: &str = "_idempotency";

/// The response that was sent for this key before.
///
/// # Errors
///
/// When the key was used for another request.
pub fn replay(
    store: &Store,
    account: &str,
    key: &str,
    request: &Request,
    now: i64,
) -> Result<Option<Reply>> {
    let Some(known) = store.get(account, KIND, key) else { return Ok(None) };
    if now - known["at"].as_i64().unwrap_or_default() > SECONDS {
        return Ok(None);
    }
    if known["request"] != fingerprint(request) {
        let mut error = ApiError::invalid(format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
        ));
        error.kind = "idempotency_error";
        return Err(error);
    }
    let body = known["body"].as_str().unwrap_or_default().to_owned();
    let status = known["status"].as_u64().unwrap_or(200) as u16;
    let mut reply = Reply::json(status, body.into_bytes());
    reply.headers.push(("idempotent-replayed", "true".to_owned()));
    let original = known["request_id"].as_str().unwrap_or_default();
    reply.headers.push(("original-request", original.to_owned()));
    Ok(Some(reply))
}

/// Remembers a response.
pub fn remember(
    store: &mut Store,
    account: &str,
    key: &str,
    request: &Request,
    reply: &Reply,
    (now, request_id): (i64, &str),
) {
    if store.count(account, KIND) >= REMEMBERED {
        let oldest =
            store.all(account, KIND).next().and_then(|one| one["id"].as_str().map(str::to_owned));
        if let Some(oldest) = oldest {
            store.remove(account, KIND, &oldest);
        }
    }
    let known = json!({
        "id": key,
        "at": now,
        "request": fingerprint(request),
        "status": reply.status,
        "body": String::from_utf8_lossy(&reply.body),
        "request_id": request_id,
    });
    store.put(account, KIND, key, known);
}

/// The properties of a request that must be equal for the same key.
fn fingerprint(request: &Request) -> Value {
    let body = String::from_utf8_lossy(&request.body);
    // A multipart body has a random boundary in it, so it is not compared.
    let is_multipart = request.header("content-type").is_some_and(|ty| ty.starts_with("multipart"));
    let body = if is_multipart { 0 } else { id::hash(&body) };
    format!("{} {}?{} {body:x}", request.method, request.path, request.query).into()
}
