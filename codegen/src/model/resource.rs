//! Which schemas are resources, what they are called, and which schemas belong to them.

use heck::ToSnakeCase;
use indexmap::IndexMap;

use super::{Api, Schema, SchemaId};
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::spec::Spec;

/// A schema that the API reference has a page for.
#[derive(Debug)]
pub struct Resource {
    /// What its objects look like; nothing for a resource that only has operations.
    pub schema: Option<SchemaId>,
    pub path: ResourcePath,
}

/// The namespaces a resource lies in and its own name, all in snake case: `issuing`, `card`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePath(pub Vec<String>);

impl ResourcePath {
    /// The path of a schema: by what Stripe's SDKs call it where the description says so, else by its name.
    pub fn of(name: &str, node: &Node) -> Self {
        let called = node.get("x-stripeResource").and_then(|called| {
            let package = called.str("in_package")?;
            Some(package.split('.').chain([called.str("class_name")?]).collect::<Vec<_>>())
        });
        let parts = called.unwrap_or_else(|| name.split('.').collect());
        Self(parts.into_iter().filter(|part| !part.is_empty()).map(|part| part.to_snake_case()).collect())
    }

    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    pub fn namespaces(&self) -> &[String] {
        &self.0[..self.0.len().saturating_sub(1)]
    }
}

pub(super) fn add_all(api: &mut Api, spec: &Spec, problems: &mut Diagnostics) {
    let mut taken: IndexMap<ResourcePath, SchemaId> = IndexMap::new();
    for index in 0..api.schemas.len() {
        let (name, schema) = api.schemas.get_index(index).expect("the index is in range");
        if schema.resource_id.is_none() || is_deleted(name) {
            continue;
        }
        let (at, node) = &spec.schemas[name];
        let path = ResourcePath::of(name, node);
        let schema = SchemaId(index as u32);
        if let Some(first) = taken.insert(path.clone(), schema) {
            problems.report(
                "resource-name",
                *at,
                format!("the resources `{}` and `{name}` have the same name", api.schema_name(first)),
                "give one of them another `x-stripeResource`",
            );
        }
        api.resources.push(Resource { schema: Some(schema), path });
    }
    api.resources.sort_by(|left, right| left.path.cmp(&right.path));
}

/// What is left of a resource once it is deleted belongs to that resource.
fn is_deleted(name: &str) -> bool {
    name.starts_with("deleted_")
}

/// Finds the resource that a schema belongs to.
///
/// `account_business_profile` belongs to `account`: the longest name of a resource that the schema's name begins with.
pub struct Owners {
    /// Names of resources with `_` for `.`, the longest first.
    names: Vec<(String, SchemaId)>,
}

impl Owners {
    pub fn new(schemas: &IndexMap<String, Schema>) -> Self {
        let mut names: Vec<_> = (schemas.iter().enumerate())
            .filter(|(_, (name, schema))| schema.resource_id.is_some() && !is_deleted(name))
            .map(|(index, (name, _))| (name.replace('.', "_"), SchemaId(index as u32)))
            .collect();
        names.sort_by(|left, right| (right.0.len(), &left.0).cmp(&(left.0.len(), &right.0)));
        Self { names }
    }

    /// The resource that a schema belongs to, and the rest of the schema's name; empty for the resource itself.
    pub fn find(&self, schema: &str) -> Option<(SchemaId, String)> {
        let name = schema.replace('.', "_");
        let (deleted, live) = match name.strip_prefix("deleted_") {
            Some(live) => ("deleted_", live),
            None => ("", name.as_str()),
        };
        self.names.iter().find_map(|(owner, id)| {
            let rest = live.strip_prefix(owner.as_str())?;
            if !rest.is_empty() && !rest.starts_with('_') {
                return None;
            }
            Some((*id, format!("{deleted}{}", rest.trim_start_matches('_'))))
        })
    }
}
