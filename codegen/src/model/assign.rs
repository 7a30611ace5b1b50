//! Assigns each operation to a resource, and names it.

use heck::ToSnakeCase;
use indexmap::{IndexMap, IndexSet};

use super::operation::Unassigned;
use super::{Api, Kind, Method, Operation, Place, Resource, ResourcePath, Response, SchemaId};
use crate::paths;

/// Assigns each operation to a resource, and names it.
pub(super) fn assign(api: &mut Api, mut unassigned: Vec<Unassigned>) {
    let key = |item: &Unassigned| (item.operation.path.clone(), item.operation.method);
    unassigned.sort_by_cached_key(key);
    let by_schema: IndexMap<SchemaId, usize> = api
        .resources
        .iter()
        .enumerate()
        .filter_map(|(index, resource)| Some((resource.schema?, index)))
        .collect();
    let paths = Paths::new(api, &unassigned, &by_schema);
    let mut groups: IndexMap<usize, Vec<(Operation, String)>> = IndexMap::new();
    for item in unassigned {
        let listed = item.listed.as_ref().and_then(|(schema, _)| by_schema.get(schema).copied());
        let (home, nested) = match listed.or_else(|| paths.owner(api, &item.operation, &by_schema))
        {
            Some(home) => (home, false),
            None => match nearest(&paths.collections, &item.operation.path) {
                Some(home) => (home, true),
                None => (add_bare_resource(api, &item), false),
            },
        };
        let name = match item.listed {
            Some((_, name)) if !name.is_empty() => name,
            _ => {
                derived_name(&item.operation, api.resources[home].path.name(), nested, &paths, api)
            }
        };
        groups.entry(home).or_default().push((item.operation, name));
    }
    for (home, group) in groups {
        settle_names(api, home, group, &paths);
    }
}

/// Facts about the paths of all operations.
struct Paths {
    /// The resources of the operations whose path begins the same up to the first parameter.
    collections: IndexMap<String, usize>,
    /// The resources whose IDs end a path, by the path without parameter names.
    objects: IndexMap<String, usize>,
    /// The paths with a GET operation.
    readable: IndexSet<String>,
}

impl Paths {
    fn new(api: &Api, unassigned: &[Unassigned], by_schema: &IndexMap<SchemaId, usize>) -> Self {
        let mut paths = Self {
            collections: IndexMap::new(),
            objects: IndexMap::new(),
            readable: IndexSet::new(),
        };
        // Operations whose resource follows from the spec or the response come first, the others
        // follow by path.
        for item in unassigned {
            let operation = &item.operation;
            if operation.method == Method::Get {
                paths.readable.insert(operation.path.clone());
            }
            let schema = item
                .listed
                .as_ref()
                .map(|(schema, _)| *schema)
                .or_else(|| answered(api, operation.response));
            let Some(home) = schema.and_then(|schema| by_schema.get(&schema).copied()) else {
                continue;
            };
            paths.collections.entry(collection(&operation.path)).or_insert(home);
            if operation.path.ends_with('}') && operation.method != Method::Delete {
                paths.objects.entry(without_names(&operation.path)).or_insert(home);
            }
        }
        paths
    }

    /// Returns whether a collection with the plural of this path exists.
    fn has_objects(&self, path: &str) -> bool {
        self.objects.contains_key(&format!("{path}s/{{}}"))
    }

    /// Returns whether objects have this path or one below it.
    fn is_collection(&self, path: &str) -> bool {
        self.readable.contains(path)
            || self.objects.contains_key(&format!("{}/{{}}", without_names(path)))
    }

    /// Returns the resource of an operation: the one it returns, or for an action, the one it acts
    /// on.
    fn owner(
        &self,
        api: &Api,
        operation: &Operation,
        by_schema: &IndexMap<SchemaId, usize>,
    ) -> Option<usize> {
        let returned =
            answered(api, operation.response).and_then(|schema| by_schema.get(&schema).copied());
        let Some(returned) = returned else {
            return self.objects.get(&without_names(&operation.path)).copied();
        };
        let (object, last) = operation.path.rsplit_once('/')?;
        let acts = match operation.method {
            Method::Get => false,
            Method::Patch | Method::Post | Method::Put => {
                !names_resource(last, api.resources[returned].path.name())
                    && !self.is_collection(&operation.path)
            }
            Method::Delete => true,
        };
        if !acts || last.starts_with('{') || !object.ends_with('}') {
            return Some(returned);
        }
        let object = without_names(object).replacen("/test_helpers", "", 1);
        let acted_on =
            self.objects.get(&object).copied().filter(|owner| !is_one_of(api, *owner, returned));
        Some(acted_on.unwrap_or(returned))
    }
}

/// Returns the resource of a response: the object, the items of a list, or the object that was
/// deleted.
fn answered(api: &Api, response: Response) -> Option<SchemaId> {
    let Response::Json(ty) = response else { return None };
    let id = match api.ty(ty).kind {
        Kind::Schema(id) | Kind::MaybeDeleted { present: id, .. } => id,
        Kind::List(item) | Kind::SearchResult(item) | Kind::Page(item) => match api.ty(item).kind {
            Kind::Schema(id) => id,
            _ => return None,
        },
        _ => return None,
    };
    match api.schema_name(id).strip_prefix("deleted_") {
        Some(live) => api.schema_id(live),
        None => Some(id),
    }
}

/// Returns the path up to its first parameter.
fn collection(path: &str) -> String {
    path.split("/{").next().unwrap_or_default().to_owned()
}

/// Returns the resource of the innermost collection on the path.
fn nearest(of_collection: &IndexMap<String, usize>, path: &str) -> Option<usize> {
    let inside = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let found = of_collection
        .iter()
        .filter(|(prefix, _)| inside(prefix))
        .max_by_key(|(prefix, _)| prefix.len());
    found.map(|(_, home)| *home)
}

/// Adds a resource without a schema, which only has operations.
fn add_bare_resource(api: &mut Api, item: &Unassigned) -> usize {
    let path = &item.operation.path;
    let segments = path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != "v1" && !segment.starts_with('{'));
    let mut path = ResourcePath(segments.map(ToSnakeCase::to_snake_case).collect());
    if item.is_foreign {
        path = ResourcePath(path.0.iter().filter_map(|name| file_name(name)).collect());
        if paths::check(&path.0).is_err() {
            path = ResourcePath(vec![ROOT.to_owned()]);
        }
    }
    if let Some(index) = api.resources.iter().position(|resource| resource.path == path) {
        return index;
    }
    api.resources.push(Resource { schema: None, path });
    api.resources.len() - 1
}

/// The resource of operations whose paths name none.
const ROOT: &str = "root";

/// Converts a path segment of another API to a file name, if it has usable characters.
fn file_name(segment: &str) -> Option<String> {
    let plain: String = segment
        .split('#')
        .next()?
        .chars()
        .map(|one| if one.is_ascii_alphanumeric() { one } else { '_' })
        .collect();
    let name = plain.to_snake_case();
    let name = if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("n{name}")
    } else {
        name
    };
    if name.is_empty() {
        return None;
    }
    match paths::check(std::slice::from_ref(&name)) {
        Ok(()) => Some(name),
        Err(_) => Some(format!("{name}_resource")),
    }
}

/// Actions whose SDK names include the object, because the verb is reserved in some language.
const QUALIFIED: [&str; 4] = ["finalize", "return", "send", "void"];

/// Returns the name that Stripe's SDKs give an operation, from its method and path.
fn derived_name(
    operation: &Operation,
    resource: &str,
    nested: bool,
    paths: &Paths,
    api: &Api,
) -> String {
    let segments: Vec<&str> = operation.path.split('/').collect();
    let last = segments.last().copied().unwrap_or_default();
    let parent = segments.iter().rev().nth(1).copied().unwrap_or_default();
    let is_id = last.starts_with('{');
    let is_list = matches!(operation.response, Response::Json(ty) if matches!(api.ty(ty).kind, Kind::List(_) | Kind::Page(_)));
    let of_resource = names_resource(last, resource);
    // A singleton has no plural.
    let is_single =
        last == resource || resource.strip_suffix(last).is_some_and(|rest| rest.ends_with('_'));
    let verb = match operation.method {
        Method::Get if is_id => "retrieve",
        Method::Get if last == "search" => "search",
        Method::Get if is_list => "list",
        // The object of the API key, beside objects with an ID.
        Method::Get if last == resource && paths.has_objects(&operation.path) => "retrieve_current",
        Method::Get if of_resource => "retrieve",
        Method::Patch if is_id || of_resource => "update",
        // A replacement differs from an update: fields left out are removed.
        Method::Put if is_id || of_resource => "replace",
        Method::Post if is_id => "update",
        Method::Post if is_single && paths.readable.contains(&operation.path) => "update",
        Method::Post if of_resource || nested || paths.is_collection(&operation.path) => "create",
        Method::Delete if is_id && is_canceled(operation, api) => "cancel",
        Method::Delete if is_id => "delete",
        Method::Delete => return format!("delete_{}", last.to_snake_case()),
        // It deletes the object that its parameters describe.
        Method::Post if last == "delete" => "delete_where",
        Method::Post if QUALIFIED.contains(&last) || parent == "shipping" => {
            return format!("{}_{resource}", last.to_snake_case());
        }
        _ => return last.to_snake_case(),
    };
    if nested && !is_id {
        return format!("{verb}_{}", last.to_snake_case());
    }
    verb.to_owned()
}

/// Returns whether one resource is a union that includes the other.
fn is_one_of(api: &Api, union: usize, member: usize) -> bool {
    let Some(schema) = api.resources[union].schema else { return false };
    let Kind::Union(arms) = &api.ty(api.schema(schema).ty).kind else { return false };
    arms.iter().any(|arm| matches!(api.ty(*arm).kind, Kind::Schema(id) if Some(id) == api.resources[member].schema))
}

/// Returns whether a DELETE operation cancels the object and returns it, rather than deletes it.
fn is_canceled(operation: &Operation, api: &Api) -> bool {
    let Response::Json(ty) = operation.response else { return false };
    let Kind::Schema(schema) = api.ty(ty).kind else { return false };
    match &api.ty(api.schema(schema).ty).kind {
        Kind::Object(object) => object.fields.iter().any(|field| field.name == "canceled_at"),
        _ => false,
    }
}

/// Returns whether a path segment names a resource: its name, its plural, or their last words.
fn names_resource(segment: &str, resource: &str) -> bool {
    let singular = crate::plan::singular(segment);
    let joined = |name: &str| name.replace('_', "");
    let is_suffix =
        |name: &str| resource.strip_suffix(name).is_some_and(|rest| rest.ends_with('_'));
    is_plural_of(segment, resource)
        || segment == resource
        || is_suffix(segment)
        || is_suffix(&singular)
        || joined(&singular) == joined(resource)
}

fn is_plural_of(segment: &str, name: &str) -> bool {
    segment.strip_suffix("ies").is_some_and(|stem| name.strip_suffix('y') == Some(stem))
        || segment.strip_suffix('s') == Some(name)
        || segment.strip_suffix("es") == Some(name)
}

/// Returns how much of a resource's name a path lacks: 0 for the whole name with its namespaces.
/// Of two paths to one object, the one that lacks more is the legacy path.
fn misspelling(path: &str, resource: &ResourcePath) -> u8 {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.starts_with('{')).collect();
    let name = resource.name();
    let whole = |segment: &&str| is_plural_of(segment, name) || *segment == name;
    let is_whole = segments.iter().any(whole);
    let is_named = is_whole || segments.iter().any(|segment| names_resource(segment, name));
    let has_namespaces =
        resource.namespaces().iter().all(|namespace| segments.contains(&namespace.as_str()));
    u8::from(!is_named) * 2 + u8::from(!is_whole) + u8::from(!has_namespaces)
}

/// Makes the names of the operations of one resource unique.
///
/// Of several with one name, the operation on the resource's own path keeps it, and the others get
/// the parent's name as suffix.
fn settle_names(api: &mut Api, home: usize, mut group: Vec<(Operation, String)>, paths: &Paths) {
    let resource = api.resources[home].path.name().to_owned();
    let path = api.resources[home].path.clone();
    // Removed operations come last, and legacy paths after those that spell out the resource.
    let fixed = |operation: &Operation| {
        let segments =
            operation.path.split('/').filter(|segment| !segment.starts_with('{')).count();
        // A path on which an object can be updated but not retrieved is not its main path.
        let is_unreadable =
            operation.path.ends_with('}') && !paths.readable.contains(&operation.path);
        (
            operation.lifetime.is_over() || operation.legacy || is_unreadable,
            misspelling(&operation.path, &path),
            segments,
        )
    };
    group.sort_by_cached_key(|(operation, _)| {
        let last = operation
            .path
            .rsplit('/')
            .find(|segment| !segment.starts_with('{'))
            .unwrap_or_default();
        (fixed(operation), !is_plural_of(last, &resource), operation.path.clone(), operation.method)
    });
    let mut taken: IndexSet<String> = IndexSet::new();
    let lowest = |name: &str, group: &[(Operation, String)]| {
        let ranks: Vec<(bool, u8, usize)> = group
            .iter()
            .filter(|(_, other)| other == name)
            .map(|(operation, _)| fixed(operation))
            .collect();
        let lowest = ranks.iter().min().copied().unwrap_or_default();
        (lowest, ranks.iter().filter(|rank| **rank == lowest).count())
    };
    let plain: Vec<bool> = (group.iter())
        .map(|(operation, name)| lowest(name, &group) == (fixed(operation), 1))
        .collect();
    for ((mut operation, name), plain) in group.into_iter().zip(plain) {
        let mut candidates = Vec::new();
        if plain {
            candidates.push(name.clone());
        }
        let segments: Vec<&str> = operation.path.split('/').collect();
        let last =
            segments.iter().rposition(|segment| !segment.starts_with('{')).unwrap_or_default();
        if name == "retrieve" && last + 1 == segments.len() {
            candidates.push(format!("{name}_{}", segments[last].to_snake_case()));
        }
        if let Some(parent) =
            segments[..last].last().filter(|parent| !["v1", "v2"].contains(*parent))
        {
            candidates
                .push(format!("{name}_for_{}", parent.trim_matches(['{', '}']).to_snake_case()));
        }
        candidates.push(format!("{name}_{}", segments[last].to_snake_case()));
        candidates.push(operation.id.to_snake_case());
        candidates.extend((2..).map(|count| format!("{name}_{count}")).take(taken.len() + 1));
        let free = candidates.into_iter().find(|candidate| !taken.contains(candidate));
        operation.name = free.unwrap_or(name);
        operation.resource = home;
        taken.insert(operation.name.clone());
        api.operations.push(operation);
    }
}

/// Determines the resource of each path parameter that is an ID.
pub(super) fn name_path_ids(api: &mut Api) {
    let mut by_path: IndexMap<String, SchemaId> = IndexMap::new();
    for operation in &api.operations {
        let by_id = ["retrieve", "update", "replace", "delete", "cancel"]
            .iter()
            .any(|name| operation.name.starts_with(name));
        if let (true, Some(schema)) =
            (by_id && operation.path.ends_with('}'), api.resources[operation.resource].schema)
        {
            by_path.entry(without_names(&operation.path)).or_insert(schema);
        }
    }
    let mut found = Vec::new();
    for (index, operation) in api.operations.iter().enumerate() {
        for (place, parameter) in operation.parameters.iter().enumerate() {
            if parameter.place != Place::Path
                || !matches!(api.ty(parameter.field.ty).kind, Kind::Text { .. } | Kind::Id(_))
            {
                continue;
            }
            let braced = format!("{{{}}}", parameter.field.name);
            let Some(end) = operation.path.find(&braced) else { continue };
            let prefix = without_names(&operation.path[..end + braced.len()]);
            let schema = by_path
                .get(&prefix)
                .or_else(|| by_path.get(&prefix.replacen("/test_helpers", "", 1)));
            if let Some(schema) = schema {
                found.push((index, place, *schema));
            }
        }
    }
    for (index, place, schema) in found {
        let ty = api.operations[index].parameters[place].field.ty;
        api.types[ty.0 as usize].kind = Kind::Id(schema);
    }
}

/// Returns the path without the names of its parameters.
pub fn without_names(path: &str) -> String {
    let segments =
        path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}
