//! The effect of an operation on stored objects, derived from its method, path and response.

use std::collections::HashMap;

use pinstripe_codegen::model::{Api, Kind, Method, Operation, Response, TypeId};

/// The effect of an operation. The string is the schema of the objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    Create(String),
    Retrieve(String),
    Update(String),
    Delete(String),
    List(String),
    Search(String),
    /// Changes one object: `/v1/quotes/{quote}/accept`.
    Act(String),
    /// The one object of its kind: `/v1/balance`.
    Singleton(String),
    /// Responds with something that is not stored.
    Respond,
}

impl Role {
    /// The schema of the objects.
    pub fn schema(&self) -> Option<&str> {
        match self {
            Self::Create(schema)
            | Self::Retrieve(schema)
            | Self::Update(schema)
            | Self::Delete(schema)
            | Self::List(schema)
            | Self::Search(schema)
            | Self::Act(schema)
            | Self::Singleton(schema) => Some(schema),
            Self::Respond => None,
        }
    }
}

/// The roles of all operations.
pub fn roles(api: &Api) -> Vec<Role> {
    let gets: HashMap<&str, &Operation> = (api.operations.iter())
        .filter(|operation| operation.method == Method::Get)
        .map(|operation| (operation.path.as_str(), operation))
        .collect();
    api.operations.iter().map(|operation| role(api, &gets, operation)).collect()
}

fn role(api: &Api, gets: &HashMap<&str, &Operation>, operation: &Operation) -> Role {
    let Response::Json(ty) = operation.response else { return Role::Respond };
    let path = operation.path.as_str();
    let ends_with_parameter = path.ends_with('}');
    match &api.ty(ty).kind {
        Kind::List(item) | Kind::Page(item) => {
            return schema_of(api, *item).map_or(Role::Respond, Role::List);
        }
        Kind::SearchResult(item) => {
            return schema_of(api, *item).map_or(Role::Respond, Role::Search);
        }
        _ => {}
    }
    let Some(schema) = schema_of(api, ty) else { return Role::Respond };
    let get = gets.get(path);
    let gets_one = get.and_then(|get| response_schema(api, get)).as_ref() == Some(&schema);
    match operation.method {
        Method::Get if ends_with_parameter => Role::Retrieve(schema),
        Method::Get => Role::Singleton(schema),
        // Deletions may share one response schema for all objects.
        Method::Delete if ends_with_parameter => {
            let own = get.and_then(|get| response_schema(api, get));
            Role::Delete(own.unwrap_or(schema))
        }
        Method::Delete => Role::Act(schema),
        Method::Post | Method::Put | Method::Patch if ends_with_parameter => Role::Update(schema),
        Method::Post | Method::Put | Method::Patch if gets_one => Role::Singleton(schema),
        Method::Post | Method::Put | Method::Patch => {
            let owner = path.rsplit_once('/').map_or("", |(owner, _)| owner);
            let is_test_helper = owner.replacen("/test_helpers", "", 1);
            let owners = [owner, is_test_helper.as_str()];
            let acts = owners.iter().any(|owner| {
                owner.ends_with('}')
                    && gets.get(owner).and_then(|get| response_schema(api, get)).as_ref()
                        == Some(&schema)
            });
            if acts { Role::Act(schema) } else { Role::Create(schema) }
        }
    }
}

fn response_schema(api: &Api, operation: &Operation) -> Option<String> {
    match operation.response {
        Response::Json(ty) => schema_of(api, ty),
        _ => None,
    }
}

/// Returns the schema of a response. A deleted object has the schema of the object.
fn schema_of(api: &Api, ty: TypeId) -> Option<String> {
    let name = match &api.ty(ty).kind {
        Kind::Schema(schema) | Kind::Lazy(schema) => api.schema_name(*schema),
        Kind::MaybeDeleted { present, .. } => api.schema_name(*present),
        Kind::Union(types) => return types.iter().find_map(|ty| schema_of(api, *ty)),
        _ => return None,
    };
    Some(name.strip_prefix("deleted_").unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn roles_follow_paths() {
        let spec = Spec::embedded();
        let role = |method: &str, path: &str| {
            let path: Vec<String> = path.split('/').map(str::to_owned).collect();
            spec.route(method, &path).unwrap().0.role.clone()
        };
        let customer = || "customer".to_owned();
        assert_eq!(role("POST", "/v1/customers"), Role::Create(customer()));
        assert_eq!(role("GET", "/v1/customers"), Role::List(customer()));
        assert_eq!(role("GET", "/v1/customers/search"), Role::Search(customer()));
        assert_eq!(role("DELETE", "/v1/customers/c"), Role::Delete(customer()));
        let destination = "v2.core.event_destination".to_owned();
        assert_eq!(role("DELETE", "/v2/core/event_destinations/e"), Role::Delete(destination));
        assert_eq!(role("POST", "/v1/quotes/q/accept"), Role::Act("quote".to_owned()));
        assert_eq!(role("GET", "/v1/balance"), Role::Singleton("balance".to_owned()));
        assert_eq!(role("POST", "/v1/tax/settings"), Role::Singleton("tax.settings".to_owned()));
        assert_eq!(
            role("POST", "/v1/test_helpers/refunds/re/expire"),
            Role::Act("refund".to_owned())
        );
        assert_eq!(role("POST", "/v1/account_links"), Role::Create("account_link".to_owned()));
    }
}
