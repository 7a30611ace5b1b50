//! Finds the resources, their names, and the schemas that belong to them.

use std::collections::{HashMap, HashSet};

use heck::ToSnakeCase;
use indexmap::IndexMap;

use super::{Api, Kind, SchemaId};
use crate::diagnostic::Diagnostics;
use crate::document::Node;
use crate::paths;
use crate::spec::Spec;

/// A resource: a schema with operations or a page in the API reference.
#[derive(Debug)]
pub struct Resource {
    /// The schema. `None` for a resource that only has operations.
    pub schema: Option<SchemaId>,
    pub path: ResourcePath,
}

/// The namespaces and the name of a resource in snake case: `issuing`, `card`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePath(pub Vec<String>);

impl ResourcePath {
    /// Returns the path of a schema: what Stripe's SDKs call it where the spec has
    /// `x-stripeResource`, else its name.
    ///
    /// # Errors
    ///
    /// The reason, as the end of a sentence that begins with the name, if the name has characters
    /// that would be lost in snake case, or cannot be the path of a file.
    pub fn of(name: &str, node: &Node) -> Result<Self, String> {
        let called = node.get("x-stripeResource").and_then(|called| {
            let package = called.str("in_package")?;
            let namespaces = package.split('.').filter(|_| !package.is_empty());
            Some(namespaces.chain([called.str("class_name")?]).collect::<Vec<_>>())
        });
        let parts = called.unwrap_or_else(|| name.split('.').collect());
        if let Some(lost) = parts
            .iter()
            .flat_map(|part| part.chars())
            .find(|one| !one.is_ascii_alphanumeric() && !"_- ".contains(*one))
        {
            return Err(format!("has {lost:?} in it, which cannot be part of a file name here"));
        }
        let path = Self(parts.into_iter().map(|part| part.to_snake_case()).collect());
        paths::check(&path.0)?;
        Ok(path)
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
        let path = match ResourcePath::of(name, node) {
            Ok(path) => path,
            Err(reason) => {
                problems.report(
                    "file-name",
                    *at,
                    format!("the name of the resource `{}` {reason}", name.escape_debug()),
                    paths::HELP,
                );
                continue;
            }
        };
        if !matches!(
            api.ty(schema.ty).kind,
            Kind::Object(_) | Kind::Union(_) | Kind::Enum(_) | Kind::Json
        ) {
            let message = format!("the resource `{}` is not an object", name.escape_debug());
            let help = "describe its fields under `properties`, or remove `x-resourceId`";
            problems.report("shape", *at, message, help);
        }
        let schema = SchemaId(index as u32);
        if let Some(first) = taken.insert(path.clone(), schema) {
            problems.report(
                "resource-name",
                *at,
                format!(
                    "the resources `{}` and `{name}` have the same name",
                    api.schema_name(first)
                ),
                "give one of them another `x-stripeResource`",
            );
        }
        api.resources.push(Resource { schema: Some(schema), path });
    }
    api.resources.sort_by(|left, right| left.path.cmp(&right.path));
}

/// Checks the names of resources without a schema, which are derived from paths.
pub(super) fn check_bare(api: &Api, spec: &Spec, problems: &mut Diagnostics) {
    for operation in &api.operations {
        let resource = &api.resources[operation.resource];
        let Err(reason) = paths::check(&resource.path.0) else { continue };
        // The names of the others are checked where they are read.
        if let (None, Some((at, _))) = (resource.schema, spec.paths.get(&operation.path)) {
            let path = operation.path.escape_debug();
            problems.report(
                "file-name",
                *at,
                format!("the resource of the path `{path}` cannot be named after it: it {reason}"),
                BARE_HELP,
            );
        }
    }
}

const BARE_HELP: &str =
    "let the operation answer with a resource, or list it in the `x-stripeOperations` of one";

/// A deleted object belongs to the resource.
fn is_deleted(name: &str) -> bool {
    name.starts_with("deleted_")
}

/// Finds the resource that a schema belongs to.
///
/// It is the one with the longest name that the schema's name begins with:
/// `account_business_profile` belongs to `account`. But `invoice_payment_settings` belongs to
/// `invoice`, because `invoice_payment` does not refer to it.
pub struct Owners {
    /// Names of resources with `_` for `.`, the longest first.
    names: Vec<(String, SchemaId)>,
    /// The schemas nested in a resource, by name: those that it refers to, directly or indirectly.
    parts: HashMap<SchemaId, HashSet<String>>,
}

impl Owners {
    pub fn new(api: &Api) -> Self {
        let mut names: Vec<_> = (api.schemas.iter().enumerate())
            .filter(|(_, (name, schema))| schema.resource_id.is_some() && !is_deleted(name))
            .map(|(index, (name, _))| (name.replace('.', "_"), SchemaId(index as u32)))
            .collect();
        names.sort_by(|left, right| (right.0.len(), &left.0).cmp(&(left.0.len(), &right.0)));
        let parts = names.iter().map(|(name, id)| (*id, parts(api, name, *id))).collect();
        Self { names, parts }
    }

    /// Returns the resource of a schema, and the rest of the schema's name. The rest is empty for
    /// the resource itself.
    pub fn find(&self, schema: &str) -> Option<(SchemaId, String)> {
        let name = schema.replace('.', "_");
        let (deleted, live) = match name.strip_prefix("deleted_") {
            Some(live) => ("deleted_", live),
            None => ("", name.as_str()),
        };
        let mut possible = self.names.iter().filter_map(|(owner, id)| {
            let rest = rest_of(live, owner)?;
            Some((*id, format!("{deleted}{}", rest.trim_start_matches('_'))))
        });
        let first = possible.next()?;
        let is_part =
            |(id, rest): &(SchemaId, String)| rest.is_empty() || self.parts[id].contains(schema);
        if !deleted.is_empty() || is_part(&first) {
            return Some(first);
        }
        Some(possible.find(is_part).unwrap_or(first))
    }
}

/// Returns the rest of a schema's name after the name of a resource.
fn rest_of<'n>(name: &'n str, owner: &str) -> Option<&'n str> {
    name.strip_prefix(owner).filter(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// Returns the schemas nested in a resource: it refers to them, and their names begin with its
/// name.
fn parts(api: &Api, owner: &str, id: SchemaId) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut open = vec![api.schema(id).ty];
    while let Some(ty) = open.pop() {
        match &api.ty(ty).kind {
            Kind::Object(object) => open.extend(object.fields.iter().map(|field| field.ty)),
            Kind::Union(arms) => open.extend(arms),
            Kind::Array(inner) | Kind::Map(inner) | Kind::Clearable(inner) | Kind::Range(inner) => {
                open.push(*inner)
            }
            Kind::List(inner) | Kind::SearchResult(inner) | Kind::Page(inner) => open.push(*inner),
            Kind::Schema(schema) | Kind::Lazy(schema) => {
                let name = api.schema_name(*schema);
                if rest_of(&name.replace('.', "_"), owner).is_some()
                    && found.insert(name.to_owned())
                {
                    open.push(api.schema(*schema).ty);
                }
            }
            _ => {}
        }
    }
    found
}
