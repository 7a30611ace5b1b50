//! The control plane under `/_mock`, and the page at `/`.

use serde_json::{Map, Value, json};

use super::state::State;
use super::{Engine, pages};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::server::{MockResponse, Request};
use crate::spec::Version;
use crate::{behavior, event, form, id};

/// Responds to a request of the control plane.
pub fn handle(engine: &Engine, request: &Request) -> MockResponse {
    if request.path == "/" {
        return MockResponse::bytes(200, "text/html; charset=utf-8", include_str!("page.html"))
            .header("content-security-policy", "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'")
            .header("x-content-type-options", "nosniff");
    }
    if !is_same_origin(request) {
        return failed(&ApiError::invalid("requests of other web pages are refused").status(403));
    }
    if let Some(page) = pages::handle(engine, request) {
        return page;
    }
    let body = match request.body.as_slice() {
        [] => Ok(json!({})),
        bytes => serde_json::from_slice(bytes),
    };
    let Ok(body) = body else { return failed(&ApiError::invalid("the body is not JSON")) };
    match call(engine, &request.method, &request.path, &request.query, &body) {
        Ok(value) => MockResponse::json(200, value),
        Err(error) => failed(&error),
    }
}

fn failed(error: &ApiError) -> MockResponse {
    MockResponse::json(
        error.status,
        json!({"error": {"message": error.message, "param": error.param}}),
    )
}

/// Whether a request does not come from a page of another server.
fn is_same_origin(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    request.header("origin").is_none_or(|origin| origin.strip_prefix("http://") == Some(host))
}

/// Carries out a command.
///
/// # Errors
///
/// When there is no such command, or its parameters are wrong.
pub fn call(engine: &Engine, method: &str, path: &str, query: &str, body: &Value) -> Result<Value> {
    let mut state = engine.lock();
    let state = &mut *state;
    let segments: Vec<&str> = path.split('/').skip(2).filter(|part| !part.is_empty()).collect();
    let query = form::parse(query).unwrap_or_default();
    let result = command(engine, state, method, &segments, &query, body);
    if result.is_err() {
        state.store.rollback();
    }
    state.store.commit().map_err(|error| ApiError::invalid(error.to_string()).status(500))?;
    engine.wake.notify_all();
    result
}

fn command(
    engine: &Engine,
    state: &mut State,
    method: &str,
    segments: &[&str],
    query: &Map<String, Value>,
    body: &Value,
) -> Result<Value> {
    let account = query.get("account").and_then(Value::as_str).map(str::to_owned);
    let account = account.or_else(|| body["account"].as_str().map(str::to_owned));
    match (method, segments) {
        ("GET", []) => Ok(overview(engine, state)),
        ("POST", ["reset"]) => {
            state.store.restore(&json!([])).map_err(unusable)?;
            state.faults.clear();
            state.requests.clear();
            state.deliveries.clear();
            state.due.clear();
            state.offset = 0;
            state.request_count = 0;
            Ok(json!({}))
        }
        ("GET", ["snapshot"]) => Ok(state.store.snapshot()),
        ("POST", ["restore"]) => {
            state.store.restore(body).map_err(unusable)?;
            state.due.clear();
            Ok(json!({}))
        }
        ("POST", ["seed"]) => seed(engine, state, account, body),
        ("POST", ["clock"]) => {
            let now = state.now();
            let ahead = match (body["now"].as_i64(), body["advance"].as_i64()) {
                (Some(wanted), _) => wanted - now,
                (None, Some(seconds)) => seconds,
                _ => return Err(ApiError::invalid("set `now` or `advance` to seconds")),
            };
            state.offset = state.offset.saturating_add(ahead).clamp(-4_000_000_000, 4_000_000_000);
            state.store.put("", "_server", "clock", json!({"offset": state.offset}));
            bill(engine, state)?;
            Ok(json!({"now": state.now()}))
        }
        ("GET", ["faults"]) => Ok(state.faults.shown()),
        ("POST", ["faults"]) => state.faults.add(body).map(|()| state.faults.shown()),
        ("DELETE", ["faults"]) => {
            state.faults.clear();
            Ok(json!([]))
        }
        ("GET", ["requests"]) => Ok(state.requests.iter().cloned().collect()),
        ("GET", ["deliveries"]) => Ok(state.deliveries.iter().cloned().collect()),
        ("GET", ["objects"]) => Ok(kinds(state)),
        ("GET", ["objects", kind]) => {
            let accounts = state.store.account_ids();
            let all = accounts.iter().flat_map(|account| state.store.all(account, kind).rev());
            Ok(all.take(200).cloned().collect())
        }
        ("POST", ["objects", kind]) => {
            if !engine.spec.api().schemas.contains_key(*kind) {
                return Err(ApiError::invalid(format!("no such kind of object: {kind}")));
            }
            let mut context = context(engine, state, account)?;
            Ok(context.create(kind, body.clone()))
        }
        ("POST", ["events", name]) => trigger(engine, state, account, name, body),
        ("POST", ["events", id, "resend"]) => resend(engine, state, account, id, body),
        ("POST", ["intents", id]) => {
            let succeeds = body["outcome"] != "fail";
            behavior::settle_intent(&mut context(engine, state, account)?, id, succeeds)
        }
        ("POST", ["checkout", id, "complete"]) => {
            let method = body["payment_method"].as_str().unwrap_or("pm_card_visa");
            let account = account.or_else(|| pages::owner(state, "checkout.session", id));
            let mut context = context(engine, state, account)?;
            behavior::complete_session(&mut context, id, method, body["email"].as_str())
        }
        ("POST", ["links", id, "open"]) => {
            let account = account.or_else(|| pages::owner(state, "payment_link", id));
            let mut context = context(engine, state, account)?;
            let given = body.as_object().cloned().unwrap_or_default();
            behavior::open_link(&mut context, id, &given)
        }
        ("POST", ["portal", id, action]) => {
            let account = account.or_else(|| pages::owner(state, "billing_portal.session", id));
            let mut context = context(engine, state, account)?;
            let subscription = body["subscription"].as_str().unwrap_or_default();
            match (*action, body["payment_method"].as_str()) {
                ("payment_method", Some(method)) => {
                    behavior::set_method_in_portal(&mut context, id, method)
                }
                _ => pages::command(&mut context, id, action, subscription),
            }
        }
        ("POST", ["endpoints", id, "roll_secret"]) => roll(engine, state, account, id, body),
        _ => Err(ApiError::invalid("no such command of the control plane").status(404)),
    }
}

fn unusable(error: std::io::Error) -> ApiError {
    ApiError::invalid(error.to_string())
}

fn overview(engine: &Engine, state: &State) -> Value {
    let accounts: Vec<String> =
        state.store.account_ids().into_iter().filter(|id| !id.is_empty()).collect();
    json!({
        "version": engine.spec.api().version,
        "versions": engine.spec.api().versions,
        "now": state.now(),
        "accounts": accounts,
        "account": state.account,
        "objects": kinds(state),
        "faults": state.faults.shown(),
    })
}

/// The number of objects of each kind.
fn kinds(state: &State) -> Value {
    let mut counts = Map::new();
    for account in state.store.account_ids() {
        for kind in state.store.kinds(&account).into_iter().filter(|kind| !kind.starts_with('_')) {
            let count = state.store.count(&account, &kind) as u64;
            let known = counts.get(&kind).and_then(Value::as_u64).unwrap_or_default();
            counts.insert(kind, (known + count).into());
        }
    }
    counts.into()
}

/// Returns a context for the requested account, else for that of the newest request.
pub fn context<'a>(
    engine: &'a Engine,
    state: &'a mut State,
    account: Option<String>,
) -> Result<Context<'a>> {
    let account = account.or_else(|| state.account.clone()).or_else(|| {
        let mut known = state.store.account_ids().into_iter().filter(|id| !id.is_empty());
        known.next()
    });
    let account = account.unwrap_or_else(|| super::auth::account_of_name("mock"));
    let real_now = state.now();
    Ok(Context {
        spec: &engine.spec,
        store: &mut state.store,
        account,
        version: Version::newest(engine.spec.api()),
        seed: engine.seed,
        real_now,
        clock: None,
        request_id: None,
        idempotency_key: None,
        base_url: state.base_url.clone(),
    })
}

/// Bills what has fallen due in all accounts, outside of test clocks.
fn bill(engine: &Engine, state: &mut State) -> Result<()> {
    for account in state.store.account_ids().into_iter().filter(|id| !id.is_empty()) {
        let mut context = context(engine, state, Some(account))?;
        let now = context.now();
        behavior::run_billing(&mut context, None, now)?;
    }
    Ok(())
}

/// Stores objects: `{"customer": [{"id": "cus_1"}], "price": […]}`.
fn seed(
    engine: &Engine,
    state: &mut State,
    account: Option<String>,
    body: &Value,
) -> Result<Value> {
    let kinds =
        body.as_object().ok_or_else(|| ApiError::invalid("a seed is an object of arrays"))?;
    let mut context = context(engine, state, account)?;
    let mut counts = Map::new();
    for (kind, objects) in kinds.iter().filter(|(kind, _)| *kind != "account_id") {
        if !context.spec.api().schemas.contains_key(kind) {
            return Err(ApiError::invalid(format!("no such kind of object: {kind}")));
        }
        let objects = objects
            .as_array()
            .ok_or_else(|| ApiError::invalid(format!("the objects are not an array: {kind}")))?;
        for object in objects {
            context.create(kind, object.clone());
        }
        counts.insert(kind.clone(), objects.len().into());
    }
    Ok(counts.into())
}

/// Makes an event by its name, about a given object or an example of its schema.
fn trigger(
    engine: &Engine,
    state: &mut State,
    account: Option<String>,
    name: &str,
    body: &Value,
) -> Result<Value> {
    let kind = engine.spec.event_schema(name);
    let known = engine.spec.api().events.iter().any(|event| event.name == name);
    if !known {
        return Err(ApiError::invalid(format!("no such event: {name}")));
    }
    let mut context = context(engine, state, account)?;
    let kind = kind.unwrap_or_default();
    let object = match body["object"].as_str() {
        Some(id) => context.require(&kind, id, "object")?,
        None => {
            let given = body.get("object").cloned().unwrap_or_else(|| json!({}));
            context.create(&kind, given)
        }
    };
    let previous = body.get("previous_attributes").cloned();
    event::emit(&mut context, name, &kind, &object, previous);
    let made = if engine.spec.is_thin(name) { event::thin::KIND } else { "event" };
    let newest = context.store.all(&context.account, made).next_back().cloned();
    Ok(newest.unwrap_or_default())
}

/// Sends an event again, to all enabled endpoints or to one: `times`, and a delay in milliseconds.
fn resend(
    engine: &Engine,
    state: &mut State,
    account: Option<String>,
    id: &str,
    body: &Value,
) -> Result<Value> {
    let mut context = context(engine, state, account)?;
    let about = event::either(context.store, &context.account, event::KINDS, id);
    let about = about.cloned().ok_or_else(|| ApiError::no_such("event", id, "event"))?;
    let is_thin = about["object"] == event::thin::KIND;
    let endpoints: Vec<String> = (event::receivers(&context).iter())
        .filter(|endpoint| (endpoint["event_payload"] == "thin") == is_thin)
        .filter_map(|endpoint| endpoint["id"].as_str().map(str::to_owned))
        .filter(|endpoint| body["endpoint"].as_str().is_none_or(|wanted| wanted == endpoint))
        .collect();
    let times = body["times"].as_u64().unwrap_or(1).min(1_000);
    let delay = body["milliseconds"].as_i64().unwrap_or_default().clamp(0, 3_600_000);
    for endpoint in &endpoints {
        for _ in 0..times {
            event::queue(&mut context, id, endpoint, delay);
        }
    }
    Ok(json!({"queued": times * endpoints.len() as u64}))
}

/// Gives an endpoint a new secret. The old one still signs, unless `expire` is true.
fn roll(
    engine: &Engine,
    state: &mut State,
    account: Option<String>,
    id: &str,
    body: &Value,
) -> Result<Value> {
    let mut context = context(engine, state, account)?;
    let [kind, other] = event::RECEIVERS;
    let kind = if context.get(kind, id).is_some() { kind } else { other };
    let mut endpoint = context.require(kind, id, "endpoint")?;
    let secret = format!("whsec_{}", id::characters(context.seed, context.store.next_number(), 32));
    let old = endpoint["_secrets"].as_array().cloned().unwrap_or_default();
    let mut secrets = vec![Value::from(secret.as_str())];
    if body["expire"] != true {
        secrets.extend(old);
    }
    endpoint["_secrets"] = secrets.into();
    context.put(kind, &endpoint);
    Ok(json!({ "secret": secret }))
}
