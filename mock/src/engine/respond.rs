//! Responds to one request of the API.

use pinstripe_codegen::model::{Encoding, Field, Host, Method, Operation, Place};
use serde_json::{Map, Value};

use super::state::State;
use super::{Engine, auth, idempotency};
use crate::behavior;
use crate::call::{Call, Outcome, Upload};
use crate::context::Context;
use crate::error::{ApiError, Result};
use crate::form;
use crate::generic::{self, Expand};
use crate::request::{Checker, Tree, parameters};
use crate::server::Request;
use crate::spec::{Found, Version};
use crate::stateless::Mock;

/// A response without the headers of the connection.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub fn json(status: u16, body: Vec<u8>) -> Self {
        Self { status, content_type: "application/json", body, headers: Vec::new() }
    }

    /// The body as it is recorded.
    pub fn shown(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// The facts of a request before its parameters are read.
struct Asked<'a> {
    found: Found<'a>,
    path: Vec<(String, String)>,
    account: String,
    version: Version,
    key: Option<String>,
}

/// Responds to a request.
pub fn respond(engine: &Engine, state: &mut State, request: &Request, request_id: &str) -> Reply {
    let is_v2 = request.path.starts_with("/v2/");
    let now = state.now();
    let failed = |error: &ApiError| {
        let body = error.body(request_id, now, is_v2);
        Reply::json(error.status, pretty(&body))
    };
    let asked = match ask(engine, state, request) {
        Ok(asked) => asked,
        Err(error) => return failed(&error),
    };
    state.account = Some(asked.account.clone());
    if let Some(key) = &asked.key {
        match idempotency::replay(&state.store, &asked.account, key, request, now) {
            Ok(Some(reply)) => return reply,
            Ok(None) => {}
            Err(error) => return failed(&error),
        }
    }
    let mut ran = false;
    let result = run(engine, state, request, request_id, &asked, &mut ran);
    let mut reply = match result {
        Ok(reply) => reply,
        Err(error) => {
            if !error.keeps_changes {
                state.store.rollback();
            }
            failed(&error)
        }
    };
    reply.headers.push(("stripe-version", asked.version.name.clone()));
    if let Some(key) = &asked.key {
        reply.headers.push(("idempotency-key", key.clone()));
        // A request with invalid parameters may be corrected and sent again with its key.
        if ran {
            let about = (now, request_id);
            idempotency::remember(&mut state.store, &asked.account, key, request, &reply, about);
        }
    }
    match state.store.commit() {
        Ok(()) => reply,
        Err(error) => {
            let mut error = ApiError::invalid(format!("cannot write the data file: {error}"));
            error.kind = "api_error";
            error.status = 500;
            failed(&error)
        }
    }
}

fn ask<'a>(engine: &'a Engine, state: &mut State, request: &Request) -> Result<Asked<'a>> {
    let platform = auth::account(request, engine.key.as_deref())?;
    let api = engine.spec.api();
    let version = match request.header("stripe-version") {
        Some(header) => Version::parse(api, header)?,
        None => Version::newest(api),
    };
    let segments: Vec<String> = request.path.split('/').map(form::decode_path).collect();
    let no_route = || ApiError::no_route(&request.method, &request.path);
    // The SDKs have a host for uploads and one for OAuth, which may all lead here.
    let hosts = [Host::Api, Host::Files, Host::Connect, Host::MeterEvents];
    let routed = hosts.iter().find_map(|host| {
        let prefix = Mock::prefix(*host).split('/').skip(1).map(str::to_owned);
        let mut path = vec![String::new()];
        path.extend(prefix);
        path.extend(segments.iter().skip(1).cloned());
        engine.spec.route(&request.method, &path)
    });
    let (found, path) = routed.ok_or_else(no_route)?;
    let account = match request
        .header("stripe-account")
        .or_else(|| request.header("stripe-context"))
    {
        None => platform,
        Some(account) if *account == *platform => platform,
        Some(account) => {
            if state.store.get(&platform, "account", account).is_none() {
                return Err(ApiError::invalid(format!(
                    "The provided key does not have access to account '{account}' (or that account does not exist). Application access may have been revoked."
                ))
                .code("account_invalid")
                .status(403));
            }
            account.to_owned()
        }
    };
    let takes_key = found.operation.takes_idempotency_key();
    let key = request.header("idempotency-key").filter(|_| takes_key).map(str::to_owned);
    if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 255) {
        return Err(ApiError::invalid("Idempotency keys must have 1 to 255 characters."));
    }
    Ok(Asked { found, path, account, version, key })
}

fn run(
    engine: &Engine,
    state: &mut State,
    request: &Request,
    request_id: &str,
    asked: &Asked<'_>,
    ran: &mut bool,
) -> Result<Reply> {
    let operation = asked.found.operation;
    let spec = &*engine.spec;
    let (mut parameters, file) = read_parameters(engine, request, operation, &asked.version)?;
    let expand = parameters.remove("expand");
    let expand = match spec.response(operation) {
        Some(ty) => Expand::parse(spec, ty, expand.as_ref())?,
        None => Expand::default(),
    };
    let call =
        Call { operation, role: asked.found.role, path: asked.path.clone(), parameters, file };
    let real_now = state.now();
    let mut context = Context {
        spec,
        store: &mut state.store,
        account: asked.account.clone(),
        version: asked.version.clone(),
        seed: engine.seed,
        real_now,
        clock: None,
        request_id: Some(request_id.to_owned()),
        idempotency_key: asked.key.clone(),
        base_url: state.base_url.clone(),
    };
    *ran = true;
    let outcome = match behavior::respond(&mut context, &call) {
        Some(outcome) => outcome?,
        None => generic::respond(&mut context, &call)?,
    };
    match (outcome, spec.response(operation)) {
        (Outcome::Value(value), Some(ty)) => {
            let body = context.renderer().render(ty, &value, &expand);
            Ok(Reply::json(200, pretty(&body)))
        }
        (Outcome::Value(value), None) => Ok(Reply::json(200, pretty(&value))),
        (Outcome::Bytes(content_type, body), _) => {
            Ok(Reply { content_type, ..Reply::json(200, body) })
        }
    }
}

/// JSON as Stripe writes it: indented.
fn pretty(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

/// Reads and checks the parameters of the query, the headers and the body.
fn read_parameters(
    engine: &Engine,
    request: &Request,
    operation: &Operation,
    version: &Version,
) -> Result<(Map<String, Value>, Option<Upload>)> {
    let api = engine.spec.api();
    let in_query = operation.parameters.iter().filter(|one| one.place == Place::Query);
    let mut query_fields: Vec<&Field> = in_query.map(|parameter| &parameter.field).collect();
    let body_fields: Vec<&Field> = operation.body.iter().flat_map(|body| &body.fields).collect();
    let mut query = Tree::from_form(&request.query)?;
    let mut body = Tree::default();
    let mut file = None;
    let content_type = request.header("content-type").unwrap_or_default();
    let is_json = operation.is_v2()
        || operation.body.as_ref().is_some_and(|body| body.encoding == Encoding::Json);
    if content_type.starts_with("multipart/form-data") {
        let parts = form::parse_multipart(content_type, &request.body)
            .map_err(|problem| ApiError::invalid(format!("Invalid request body: {problem}")))?;
        for (name, value) in parts.pairs {
            body.add(&name, value)?;
        }
        file = parts.files.into_iter().next().map(|(name, content)| Upload { name, content });
    } else if is_json && !request.body.is_empty() {
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(members)) => body = Tree(members),
            Ok(_) => return Err(ApiError::invalid("The request body must be a JSON object.")),
            Err(error) => {
                return Err(ApiError::invalid(format!(
                    "Could not parse the request body as JSON: {error}"
                )));
            }
        }
    } else if !request.body.is_empty() {
        let text = std::str::from_utf8(&request.body)
            .map_err(|_| ApiError::invalid("Invalid request body: it is not UTF-8"))?;
        body = Tree::from_form(text)?;
    }
    if operation.method != Method::Post {
        // A DELETE may carry its parameters in the body.
        query.0.append(&mut body.0);
    } else if !is_json {
        // Any parameter of a form may also be in the query.
        body.0.append(&mut query.0);
        query_fields.clear();
    }
    let form_checker = Checker { api, version, is_form: true };
    // The links to other pages have a parameter that is not in the spec.
    let page = operation.is_v2().then(|| query.0.remove("page")).flatten();
    let mut all = match operation.method {
        Method::Post if !is_json => Map::new(),
        _ => parameters(&form_checker, &query_fields, &query.0)?,
    };
    all.extend(page.map(|page| ("page".to_owned(), page)));
    if operation.method == Method::Post {
        let mut fields = body_fields;
        if !is_json {
            fields.extend(
                operation
                    .parameters
                    .iter()
                    .filter(|one| one.place == Place::Query)
                    .map(|one| &one.field),
            );
        }
        let checker = Checker { api, version, is_form: !is_json };
        all.extend(parameters(&checker, &fields, &body.0)?);
    }
    Ok((all, file))
}
