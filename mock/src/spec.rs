//! The API that the program carries, and indexes over it.

mod prefix;
mod role;
mod version;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use pinstripe_codegen::model::{
    Api, EventKind, Kind, Object, Operation, Response, SchemaId, TypeId, compact,
};

use crate::stateless::Mock;

pub use prefix::prefix;
pub use role::Role;
pub use version::Version;

/// The API, with indexes for looking up requests.
#[derive(Debug)]
pub struct Spec {
    api: Api,
    /// The operations by method and number of segments of their path.
    routes: HashMap<(String, usize), Vec<Route>>,
    roles: Vec<Role>,
    /// The names of the events of each schema: snapshot events, and thin ones for objects of v2.
    events: HashMap<String, Vec<String>>,
    /// The payload of each event.
    event_data: HashMap<String, EventData>,
    /// The path that reads an object of each schema.
    paths: HashMap<String, String>,
}

/// The payload of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventData {
    Snapshot,
    /// The type of the data of a thin event, if it has any.
    Thin(Option<TypeId>),
}

#[derive(Debug)]
struct Route {
    operation: usize,
    segments: Vec<Segment>,
}

#[derive(Debug, PartialEq)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// An operation that a method and a path lead to.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub operation: &'a Operation,
    pub role: &'a Role,
}

impl Spec {
    /// The API inside the program.
    ///
    /// # Panics
    ///
    /// When the file that was built in is not of the format of this program.
    pub fn embedded() -> Arc<Self> {
        static EMBEDDED: OnceLock<Arc<Spec>> = OnceLock::new();
        let spec = EMBEDDED.get_or_init(|| {
            let api = compact::read(include_str!("../spec.json")).expect("spec.json is valid");
            Arc::new(Self::new(api))
        });
        Arc::clone(spec)
    }

    /// Indexes an API.
    pub fn new(api: Api) -> Self {
        let mut routes: HashMap<(String, usize), Vec<Route>> = HashMap::new();
        for (operation, about) in api.operations.iter().enumerate() {
            let path = format!("{}{}", Mock::prefix(about.host), about.path);
            let segments: Vec<Segment> = path.split('/').map(Segment::of).collect();
            let key = (about.method.as_str().to_owned(), segments.len());
            routes.entry(key).or_default().push(Route { operation, segments });
        }
        let mut events: HashMap<String, Vec<String>> = HashMap::new();
        let mut event_data = HashMap::new();
        for event in &api.events {
            let (data, schemas) = match event.kind {
                EventKind::Snapshot { object } => (EventData::Snapshot, schemas_of(&api, object)),
                EventKind::Thin { data, related } => {
                    let related = related.map(|related| api.schema_name(related).to_owned());
                    let of_v2 = related.filter(|schema| schema.starts_with("v2."));
                    (EventData::Thin(data), of_v2.into_iter().collect())
                }
            };
            event_data.insert(event.name.clone(), data);
            for schema in schemas {
                events.entry(schema).or_default().push(event.name.clone());
            }
        }
        let roles = role::roles(&api);
        let mut paths: HashMap<String, String> = HashMap::new();
        for (operation, role) in api.operations.iter().zip(&roles) {
            let Role::Retrieve(schema) = role else { continue };
            let known = paths.entry(schema.clone()).or_insert_with(|| operation.path.clone());
            if operation.path.len() < known.len() {
                known.clone_from(&operation.path);
            }
        }
        Self { api, routes, roles, events, event_data, paths }
    }

    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The operation of a method and a path that is split and decoded, with its path parameters.
    pub fn route(
        &self,
        method: &str,
        path: &[String],
    ) -> Option<(Found<'_>, Vec<(String, String)>)> {
        let routes = self.routes.get(&(method.to_owned(), path.len()))?;
        let matches = |route: &&Route| {
            route.segments.iter().zip(path).all(|(segment, text)| match segment {
                Segment::Literal(literal) => literal == text,
                Segment::Parameter(_) => !text.is_empty(),
            })
        };
        let parameters = |route: &Route| {
            let segments = route.segments.iter().zip(path);
            segments
                .filter_map(|(segment, text)| match segment {
                    Segment::Parameter(name) => Some((name.clone(), text.clone())),
                    Segment::Literal(_) => None,
                })
                .collect::<Vec<_>>()
        };
        // `/customers/search` is also a `/customers/{customer}`: fewer parameters win.
        let best = routes.iter().filter(matches).min_by_key(|route| parameters(route).len())?;
        let found = Found {
            operation: &self.api.operations[best.operation],
            role: &self.roles[best.operation],
        };
        Some((found, parameters(best)))
    }

    /// Whether another method has an operation on this path.
    pub fn has_path(&self, path: &[String]) -> bool {
        ["GET", "POST", "DELETE"].iter().any(|method| self.route(method, path).is_some())
    }

    /// The fields of a named schema that is an object.
    pub fn object(&self, schema: &str) -> Option<&Object> {
        self.object_of(self.api.schemas.get(schema)?.ty)
    }

    /// The fields of a type that is an object.
    pub fn object_of(&self, ty: TypeId) -> Option<&Object> {
        match &self.api.ty(ty).kind {
            Kind::Object(object) => Some(object),
            Kind::Schema(schema) | Kind::Lazy(schema) => self.object_of(self.schema_type(*schema)),
            _ => None,
        }
    }

    pub fn schema_type(&self, schema: SchemaId) -> TypeId {
        self.api.schema(schema).ty
    }

    /// The schema whose objects have this value in `object`.
    pub fn value_of_object(&self, schema: &str) -> String {
        let object = self.object(schema).and_then(|object| object.object.clone());
        object.unwrap_or_else(|| schema.to_owned())
    }

    /// The event of a schema that has this ending: `created`, `updated`, `deleted`.
    pub fn event(&self, schema: &str, ending: &str) -> Option<&str> {
        let names = self.events.get(schema)?;
        let usual = format!("{schema}.{ending}");
        let is = |name: &&String| name.rsplit('.').next() == Some(ending);
        let found = names.iter().find(|name| **name == usual);
        found.or_else(|| names.iter().find(is)).map(String::as_str)
    }

    /// The payload of the event with this name.
    pub fn event_data(&self, event: &str) -> Option<EventData> {
        self.event_data.get(event).copied()
    }

    /// Whether an event of this name is a thin one.
    pub fn is_thin(&self, event: &str) -> bool {
        matches!(self.event_data(event), Some(EventData::Thin(_)))
    }

    /// The path of the operation that reads an object of a schema.
    pub fn retrieve_path(&self, schema: &str) -> Option<&str> {
        self.paths.get(schema).map(String::as_str)
    }

    /// The schema of the object that an event carries.
    pub fn event_schema(&self, event: &str) -> Option<String> {
        let event = self.api.events.iter().find(|known| known.name == event)?;
        match event.kind {
            EventKind::Snapshot { object } => schemas_of(&self.api, object).into_iter().next(),
            EventKind::Thin { related, .. } => {
                related.map(|related| self.api.schema_name(related).to_owned())
            }
        }
    }

    /// The type of a successful response.
    pub fn response(&self, operation: &Operation) -> Option<TypeId> {
        match operation.response {
            Response::Json(ty) => Some(ty),
            Response::Binary | Response::Empty => None,
        }
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) => Self::Parameter(name.to_owned()),
            None => Self::Literal(text.to_owned()),
        }
    }
}

/// Returns the named schemas that a type refers to.
fn schemas_of(api: &Api, ty: TypeId) -> Vec<String> {
    match &api.ty(ty).kind {
        Kind::Schema(schema) | Kind::Lazy(schema) => vec![api.schema_name(*schema).to_owned()],
        Kind::Union(types) => types.iter().flat_map(|ty| schemas_of(api, *ty)).collect(),
        Kind::MaybeDeleted { present, .. } => vec![api.schema_name(*present).to_owned()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(method: &str, path: &str) -> Option<String> {
        let spec = Spec::embedded();
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        spec.route(method, &path).map(|(found, _)| found.operation.path.clone())
    }

    #[test]
    fn literal_segments_win_over_parameters() {
        assert_eq!(route("GET", "/v1/customers/search").unwrap(), "/v1/customers/search");
        assert_eq!(route("GET", "/v1/customers/cus_1").unwrap(), "/v1/customers/{customer}");
        assert_eq!(route("GET", "/v1/customers/"), None);
        assert_eq!(route("PUT", "/v1/customers"), None);
    }

    #[test]
    fn events_are_found_by_schema() {
        let spec = Spec::embedded();
        assert_eq!(spec.event("subscription", "created"), Some("customer.subscription.created"));
        assert_eq!(spec.event("customer", "updated"), Some("customer.updated"));
        assert_eq!(spec.event("account_link", "created"), None);
        assert_eq!(spec.event_schema("charge.dispute.created").as_deref(), Some("dispute"));
    }
}
