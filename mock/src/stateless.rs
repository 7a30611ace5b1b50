//! A server without state: checks each request against a spec, and responds with an example.

use std::path::Path;
use std::{fs, io};

use pinstripe_codegen::diagnostic::{Failure, Source};
use pinstripe_codegen::model::{
    Api, Encoding, Field, Host, Kind, Method, Operation, Place, Response, TypeId,
};
use serde_json::{Map, Value, json};

use crate::example::Examples;
use crate::form;
use crate::server::{Handler, MockResponse, Request};
use crate::validate::{self, WireFormat};

/// The API as described by the spec, without state.
#[derive(Debug)]
pub struct Mock {
    api: Api,
}

/// A request that the description knows.
#[derive(Debug)]
pub struct Call<'a> {
    pub operation: &'a Operation,
    /// All parameters, wherever they were: as they came, so as text where they were not JSON.
    pub parameters: Map<String, Value>,
    /// The names of the files that were sent.
    pub files: Vec<String>,
}

/// The files of a description: all YAML in a folder.
///
/// # Errors
///
/// When the folder or a file in it cannot be read.
pub fn sources(folder: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources.append(&mut self::sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            sources.push(Source {
                path: path.display().to_string(),
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(sources)
}

impl Mock {
    /// Creates a mock of the API that these files describe.
    ///
    /// # Errors
    ///
    /// Returns the problems of the spec.
    pub fn new(sources: Vec<Source>) -> Result<Self, Failure> {
        Ok(Self { api: pinstripe_codegen::read(sources)? })
    }

    /// Plays the API that is built into this crate, without docs of its items.
    ///
    /// # Errors
    ///
    /// When the file that was built in is not of the format of this program.
    pub fn embedded() -> Result<Self, String> {
        let api = pinstripe_codegen::model::compact::read(include_str!("../spec.json"))?;
        Ok(Self { api })
    }

    /// Returns the model of the API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The path prefix of each of Stripe's hosts, so that a request to the wrong host is detected.
    pub fn prefix(host: Host) -> &'static str {
        match host {
            Host::Api => "",
            Host::Connect => "/connect.stripe.com",
            Host::Files => "/files.stripe.com",
            Host::MeterEvents => "/meter-events.stripe.com",
        }
    }

    /// All parameters of an operation, with values. The `variant` says which of several possibilities is taken.
    pub fn arguments(&self, operation: &Operation, variant: usize) -> Map<String, Value> {
        let examples = Examples { api: &self.api, variant };
        let outside = operation.parameters.iter().map(|parameter| &parameter.field);
        let inside = operation.body.iter().flat_map(|body| &body.fields);
        let fields = outside
            .chain(inside)
            .filter(|field| !matches!(self.api.ty(field.ty).kind, Kind::Binary));
        fields.map(|field| (field.name.clone(), examples.parameter(field.ty))).collect()
    }

    /// A value of a type, as the API sends it. The `variant` says which of several possibilities is taken.
    pub fn value(&self, ty: TypeId, variant: usize) -> Value {
        Examples { api: &self.api, variant }.answer(ty)
    }

    /// Returns a sample response of an operation. `None` if it is not JSON.
    pub fn answer(&self, operation: &Operation, variant: usize) -> Option<Value> {
        match operation.response {
            Response::Json(ty) => Some(self.value(ty, variant)),
            Response::Binary | Response::Empty => None,
        }
    }

    /// Reads a request by the description.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(&self, request: &Request) -> Result<Call<'_>, Vec<String>> {
        let (operation, path) = self.route(request).map_err(|problem| vec![problem])?;
        let mut problems = validate_headers(operation, request);
        let of = |place| {
            let parameters =
                operation.parameters.iter().filter(move |parameter| parameter.place == place);
            parameters.map(|parameter| &parameter.field).collect::<Vec<_>>()
        };
        problems.extend(validate::validate_object(
            &self.api,
            &of(Place::Path),
            &path,
            WireFormat::Form,
        ));
        let query = form::parse(&request.query).unwrap_or_else(|problem| {
            problems.push(problem);
            Map::new()
        });
        problems.extend(validate::validate_object(
            &self.api,
            &of(Place::Query),
            &query,
            WireFormat::Form,
        ));
        let mut parameters = path;
        parameters.extend(query);
        for field in of(Place::Header) {
            match request.header(&field.name.to_lowercase()) {
                Some(value) => drop(parameters.insert(field.name.clone(), value.into())),
                None if field.required => {
                    problems.push(format!("there is no header `{}`", field.name))
                }
                None => {}
            }
        }
        let mut files = Vec::new();
        match self.body(operation, request, &mut files) {
            Ok((body, format)) => {
                let fields: Vec<&Field> =
                    operation.body.iter().flat_map(|body| &body.fields).collect();
                problems.extend(validate::validate_object(&self.api, &fields, &body, format));
                parameters.extend(body);
            }
            Err(problem) => problems.push(problem),
        }
        if problems.is_empty() { Ok(Call { operation, parameters, files }) } else { Err(problems) }
    }

    /// The operation of a method and a path, with the parameters in the path.
    fn route(&self, request: &Request) -> Result<(&Operation, Map<String, Value>), String> {
        let mut best: Option<(&Operation, Map<String, Value>)> = None;
        for operation in &self.api.operations {
            let template = format!("{}{}", Self::prefix(operation.host), operation.path);
            if operation.method.as_str() != request.method {
                continue;
            }
            let Some(parameters) = match_path(&template, &request.path) else { continue };
            // `/customers/search` is also a `/customers/{customer}`: the one with fewer parameters is meant.
            if best.as_ref().is_none_or(|(_, known)| parameters.len() < known.len()) {
                best = Some((operation, parameters));
            }
        }
        best.ok_or_else(|| format!("there is no {} {}", request.method, request.path))
    }

    fn body(
        &self,
        operation: &Operation,
        request: &Request,
        files: &mut Vec<String>,
    ) -> Result<(Map<String, Value>, WireFormat), String> {
        let content_type = request.header("content-type").unwrap_or_default();
        if operation.method != Method::Post {
            let empty = request.body.is_empty();
            return if empty {
                Ok((Map::new(), WireFormat::Form))
            } else {
                Err("there must be no body".to_owned())
            };
        }
        match operation.body.as_ref().map_or(operation.usual_encoding(), |body| body.encoding) {
            Encoding::Json => {
                expect(content_type, "application/json")?;
                match serde_json::from_slice(&request.body) {
                    Ok(Value::Object(body)) => Ok((body, WireFormat::Json)),
                    _ => Err(format!("the body is no JSON object: {}", request.text())),
                }
            }
            Encoding::Form => {
                expect(content_type, "application/x-www-form-urlencoded")?;
                Ok((form::parse(&request.text())?, WireFormat::Form))
            }
            Encoding::Multipart => {
                expect(content_type.split(';').next().unwrap_or_default(), "multipart/form-data")?;
                let parts = form::parse_multipart(content_type, &request.body)?;
                *files = parts.files.into_iter().map(|(name, _)| name).collect();
                Ok((form::from_pairs(parts.pairs)?, WireFormat::Form))
            }
        }
    }
}

impl Handler for Mock {
    fn handle(&self, request: &Request) -> MockResponse {
        let response = match self.read(request) {
            Err(problems) => {
                let message = problems.join("; ");
                MockResponse::json(
                    400,
                    json!({"error": {"type": "invalid_request_error", "message": message}}),
                )
            }
            Ok(call) => match self.answer(call.operation, 0) {
                Some(answer) => MockResponse::json(200, answer),
                None if matches!(call.operation.response, Response::Binary) => {
                    MockResponse::bytes(200, "application/pdf", "%PDF-1.7")
                }
                None => MockResponse::json(200, "{}"),
            },
        };
        response.header("request-id", "req_mock")
    }
}

/// The parameters in a path, if it is one of this template.
fn match_path(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut parameters = Map::new();
    let mut segments = path.split('/');
    for piece in template.split('/') {
        let segment = segments.next()?;
        match piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                drop(parameters.insert(name.to_owned(), form::decode(segment).into()))
            }
            Some(_) => return None,
            None if piece == segment => {}
            None => return None,
        }
    }
    segments.next().is_none().then_some(parameters)
}

/// Returns the problems of headers that all requests have.
fn validate_headers(operation: &Operation, request: &Request) -> Vec<String> {
    let mut problems = Vec::new();
    let mut expect = |name: &str, holds: fn(&str) -> bool, what: &str| match request.header(name) {
        Some(value) if holds(value) => {}
        Some(value) => {
            problems.push(format!("the header `{name}` must be {what}, and is `{value}`"))
        }
        None => problems.push(format!("there is no header `{name}`")),
    };
    expect("authorization", |value| value.starts_with("Bearer "), "a key");
    expect("user-agent", |value| value.starts_with("Stripe/v1 "), "one of a Stripe SDK");
    // An operation with the version as a parameter sends the caller's value.
    if operation.parameters.iter().all(|parameter| parameter.field.name != "Stripe-Version") {
        expect("stripe-version", |value| value.starts_with("20"), "a version");
    }
    if operation.takes_idempotency_key() {
        expect(
            "idempotency-key",
            |value| (1..=255).contains(&value.len()),
            "of 1 to 255 characters",
        );
    }
    let version = request.header("stripe-version").unwrap_or_default();
    let beta = version.split_once("; ").map(|(_, beta)| beta);
    if beta != operation.beta.as_deref() {
        problems.push(format!("the preview must be {:?}, and is {beta:?}", operation.beta));
    }
    problems
}

fn expect(content_type: &str, expected: &str) -> Result<(), String> {
    if content_type == expected {
        return Ok(());
    }
    Err(format!("the body must be {expected}, and is `{content_type}`"))
}
