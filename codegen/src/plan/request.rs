//! Plans requests, and the functions that return them.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{Context, Planner};
use super::lock::{self, LockedName};
use super::names;
use super::{Function, Given, Item, Param, Request, Type, docs};
use crate::model::{Kind, Operation, Place, Response, Style};

/// Methods that every request has, so that setters must not have their names.
const RESERVED: [&str; 16] = [
    "new",
    "send",
    "to_http",
    "customize",
    "stream",
    "download",
    "api_key",
    "account",
    "context",
    "api_version",
    "idempotency_key",
    "base_url",
    "timeout",
    "max_retries",
    "lenient",
    "header",
];

impl Planner<'_> {
    pub(super) fn add_requests(&mut self) {
        let api = self.api;
        let mut functions: BTreeMap<usize, Vec<Function>> = BTreeMap::new();
        // `create` gets names before `update`, and `update` before the rest.
        let mut operations: Vec<&Operation> = api.operations.iter().collect();
        operations.sort_by_key(|operation| match operation.name.as_str() {
            "create" => 0,
            "update" => 1,
            _ => 2,
        });
        let modules: Vec<_> =
            api.resources.iter().map(|resource| resource.path.0.clone()).collect();
        let idents = self.function_names(&operations);
        let mut names = BTreeMap::new();
        for operation in &operations {
            let name = format!(
                "{}Request",
                names::camel(idents[operation.id.as_str()].trim_start_matches("r#"))
            );
            let name =
                self.names.take(&lock::owner(api, operation), &modules[operation.resource], [name]);
            names.insert(operation.id.as_str(), name);
        }
        for operation in operations {
            let ident = idents[operation.id.as_str()].clone();
            let mut request = self.request(operation, names[operation.id.as_str()].clone());
            request.docs = docs::request(operation, self.entry_type(operation.resource), &ident);
            let function = Function {
                docs: docs::operation(operation, &request.params, &request.output),
                ident,
                deprecated: operation.deprecated,
                refused: docs::refused(&operation.lifetime),
                params: request.params.clone(),
                request: request.name.clone(),
            };
            functions.entry(operation.resource).or_default().push(function);
            self.push(&modules[operation.resource], Item::Request(request));
        }
        for (resource, mut functions) in functions {
            functions.sort_by(|left, right| left.ident.cmp(&right.ident));
            let (module, entry) = self.entry(resource, functions);
            self.push(&module, Item::Entry(entry));
        }
    }

    /// Returns the names of functions: locked ones first, then free ones.
    fn function_names<'o>(&mut self, operations: &[&'o Operation]) -> BTreeMap<&'o str, String> {
        let api = self.api;
        let owner = |operation: &Operation| format!("{}()", lock::owner(api, operation));
        let mut taken: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut idents = BTreeMap::new();
        for operation in operations {
            let module = &self.api.resources[operation.resource].path.0;
            if let Some(given) = self.names.locked(&owner(operation), module)
                && taken.insert((operation.resource, given.at.1.clone()))
            {
                idents.insert(operation.id.as_str(), given.at.1.clone());
            }
        }
        for operation in operations {
            let ident = idents.entry(operation.id.as_str()).or_insert_with(|| {
                let candidates = [&operation.name, &operation.id].map(|name| names::field(name));
                let numbered = (2..).map(|count| format!("{}_{count}", candidates[1]));
                let mut all = candidates.iter().cloned().chain(numbered);
                let free = all.find(|name| taken.insert((operation.resource, name.clone())));
                free.expect("numbers do not end")
            });
            let module = self.api.resources[operation.resource].path.0.clone();
            self.names
                .give(&owner(operation), LockedName { at: (module, ident.clone()), home: None });
        }
        idents
    }

    fn request(&mut self, operation: &Operation, name: String) -> Request {
        let module = self.api.resources[operation.resource].path.0.clone();
        let outside = operation
            .parameters
            .iter()
            .map(|parameter| (&parameter.field, Some(parameter.place), parameter.style));
        let inside = operation.body.iter().flat_map(|body| {
            body.fields.iter().map(|field| {
                let is_list = matches!(self.api.ty(field.ty).kind, Kind::Array(_));
                let is_plain = body.style == Style::Repeated && !is_list;
                (field, None, if is_plain { Style::Brackets } else { body.style })
            })
        });
        let trail = [names::camel(&operation.name)];
        let mut params = self.params(outside.chain(inside), &module, &trail, &RESERVED);
        let output = match operation.response {
            Response::Empty => Type::Unit,
            Response::Binary => Type::Runtime("Download"),
            Response::Json(ty) => {
                let field = format!("{}_response", operation.name);
                self.ty(
                    ty,
                    &Context {
                        module: &module,
                        trail: &[],
                        short: false,
                        field: &field,
                        siblings: None,
                        description: None,
                    },
                )
            }
        };
        if let Some(param) = params.iter_mut().find(|param| is_expand(param)) {
            param.given = Given::Expansions(output.clone());
        }
        Request {
            name,
            docs: Vec::new(),
            id: operation.id.clone(),
            method: operation.method,
            path: operation.path.clone(),
            host: operation.host,
            encoding: operation
                .body
                .as_ref()
                .map(|body| body.encoding)
                .filter(|encoding| *encoding != operation.usual_encoding()),
            beta: operation.beta.clone(),
            takes_idempotency_key: operation.takes_idempotency_key(),
            params,
            output,
        }
    }
}

/// Whether a parameter is the list of paths that the API expands in the response.
fn is_expand(param: &Param) -> bool {
    param.wire == "expand"
        && !param.required
        && matches!(param.place, None | Some(Place::Query))
        && param.style == Style::Brackets
        && param.given == Given::Items(Type::String)
}
