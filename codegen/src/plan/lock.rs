//! The name lock: an item keeps its name when the API grows.
//!
//! The lock is a file of the spec. Each name has an owner: a schema (`invoice`), a field
//! (`invoice.status`), an operation (`PostInvoices`), a parameter (`PostInvoices.shipping`), or an
//! event type (`event:invoice.paid`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::shape::{Shape, Shapes};
use super::{ModulePath, names, sharing};
use crate::diagnostic::Diagnostics;
use crate::model::{Api, EventKind, Kind, Object, Operation, Response, TypeId};
use crate::paths;
use crate::spec::Spec;

/// The module and name of a type.
pub type TypePath = (ModulePath, String);

/// A locked name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedName {
    /// The module that exports it, and its name there.
    pub at: TypePath,
    /// Where it is defined, if in another module.
    pub home: Option<TypePath>,
}

impl LockedName {
    pub fn home(&self) -> &TypePath {
        self.home.as_ref().unwrap_or(&self.at)
    }

    fn parse(text: &str) -> Option<Self> {
        let path = |text: &str| -> Option<TypePath> {
            let mut steps: Vec<String> = text.split("::").map(str::to_owned).collect();
            let name = steps.pop()?;
            // The parser skips blanks around an identifier, and does not treat `gen` as a keyword.
            // A file cannot define a name that it imports.
            let is_name = name != "gen"
                && !names::RESERVED_TYPES.contains(&name.as_str())
                && syn::parse_str::<syn::Ident>(&name).is_ok_and(|ident| ident == name);
            // The module is a file of the crate.
            (is_name && paths::check(&steps).is_ok()).then_some((steps, name))
        };
        match text.split_once(" = ") {
            None => Some(Self { at: path(text)?, home: None }),
            Some((at, home)) => Some(Self { at: path(at)?, home: Some(path(home)?) }),
        }
    }
}

impl fmt::Display for LockedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |(module, name): &TypePath| format!("{}::{name}", module.join("::"));
        f.write_str(&path(&self.at))?;
        match &self.home {
            Some(home) => write!(f, " = {}", path(home)),
            None => Ok(()),
        }
    }
}

/// Returns the owner of an operation's names: its ID, unless a schema or resource has that name.
pub fn owner(api: &Api, operation: &Operation) -> String {
    let mut bare = api.resources.iter().filter(|resource| resource.schema.is_none());
    let is_taken = api.schema_id(&operation.id).is_some()
        || bare.any(|resource| resource.path.0.join("/") == operation.id);
    if is_taken { format!("operation:{}", operation.id) } else { operation.id.clone() }
}

/// All locked names.
#[derive(Debug, Default)]
pub struct Lock(pub BTreeMap<String, LockedName>);

impl Lock {
    /// Creates the lock from the names of a plan.
    pub fn of(names: &BTreeMap<String, String>) -> Self {
        Self(
            names
                .iter()
                .filter_map(|(owner, text)| Some((owner.clone(), LockedName::parse(text)?)))
                .collect(),
        )
    }

    pub fn read(spec: &Spec, problems: &mut Diagnostics) -> Self {
        let mut lock = Self::default();
        for (owner, (at, text)) in &spec.names {
            let Some(given) = LockedName::parse(text) else {
                let help =
                    "write it as `module::Name`, or remove the line: a name will be given anew";
                problems.report("name", *at, format!("`{text}` is not the path of a type"), help);
                continue;
            };
            lock.0.insert(owner.clone(), given);
        }
        for (name, (_, node)) in &spec.schemas {
            if let Some(former) = node.str("x-formerly").filter(|_| !lock.0.contains_key(name)) {
                lock.rename(former, name);
            }
        }
        lock
    }

    /// Moves locked names to the new name of a schema that was renamed in the API.
    fn rename(&mut self, former: &str, name: &str) {
        let parts = self.parts(former);
        let own = self.0.remove(former).map(|given| (name.to_owned(), given));
        self.0.retain(|owner, _| {
            !parts.iter().any(|(rest, _)| owner.strip_prefix(former) == Some(rest))
        });
        self.0.extend(
            own.into_iter()
                .chain(parts.into_iter().map(|(rest, given)| (format!("{name}{rest}"), given))),
        );
    }

    /// Returns the names of nested types of an owner, by the rest of their path.
    fn parts(&self, owner: &str) -> Vec<(String, LockedName)> {
        let after = (std::ops::Bound::Excluded(owner.to_owned()), std::ops::Bound::Unbounded);
        let below =
            self.0.range(after).map_while(|(part, given)| Some((part.strip_prefix(owner)?, given)));
        below
            .filter(|(rest, _)| rest.starts_with(['.', '|', '#']))
            .map(|(rest, given)| (rest.to_owned(), given.clone()))
            .collect()
    }
}

/// A type that the API does not name.
pub struct Owned {
    pub owner: String,
    pub module: ModulePath,
    pub id: TypeId,
}

/// Returns all owners of types. `modules` has the modules of the schemas.
pub fn owned(api: &Api, modules: &[ModulePath]) -> Vec<Owned> {
    let resources: HashSet<TypeId> =
        api.resources.iter().filter_map(|resource| Some(api.schema(resource.schema?).ty)).collect();
    let mut walk = Walk { api, module: &[], found: Vec::new() };
    for ((name, schema), module) in api.schemas.iter().zip(modules) {
        walk.module = module;
        if !resources.contains(&schema.ty) {
            walk.note(schema.ty, name);
        }
        match &api.ty(schema.ty).kind {
            Kind::Object(object) => walk.fields(object, name),
            Kind::Union(arms) => walk.arms(arms, name),
            Kind::Enum(_) => {}
            // The schema and its content are two types.
            _ => walk.ty(schema.ty, &format!("{name}#item")),
        }
    }
    for operation in &api.operations {
        walk.module = &api.resources[operation.resource].path.0;
        let owner = owner(api, operation);
        let outside = operation.parameters.iter().map(|parameter| &parameter.field);
        for field in outside.chain(operation.body.iter().flat_map(|body| &body.fields)) {
            walk.ty(field.ty, &format!("{owner}.{}", field.name));
        }
        if let Response::Json(ty) = operation.response {
            walk.ty(ty, &format!("{owner}->"));
        }
    }
    let events = vec!["events".to_owned()];
    walk.module = &events;
    for event in &api.events {
        match event.kind {
            EventKind::Snapshot { object } => walk.ty(object, &format!("event:{}", event.name)),
            EventKind::Thin { data: Some(data), .. } => {
                walk.ty(data, &format!("event:{}.data", event.name))
            }
            EventKind::Thin { .. } => {}
        }
    }
    walk.found
}

struct Walk<'a> {
    api: &'a Api,
    module: &'a [String],
    found: Vec<Owned>,
}

impl Walk<'_> {
    fn fields(&mut self, object: &Object, owner: &str) {
        for field in &object.fields {
            self.ty(field.ty, &format!("{owner}.{}", field.name));
        }
    }

    fn arms(&mut self, arms: &[TypeId], owner: &str) {
        for (index, arm) in arms.iter().enumerate() {
            self.ty(*arm, &format!("{owner}|{index}"));
        }
    }

    fn ty(&mut self, id: TypeId, owner: &str) {
        let api = self.api;
        match &api.ty(id).kind {
            Kind::Array(inner) | Kind::Map(inner) | Kind::Clearable(inner) | Kind::Range(inner) => {
                self.ty(*inner, owner)
            }
            Kind::List(inner) | Kind::SearchResult(inner) | Kind::Page(inner) => {
                self.ty(*inner, owner)
            }
            Kind::Enum(_) | Kind::Expandable(_) => self.note(id, owner),
            Kind::Object(object) => {
                self.note(id, owner);
                self.fields(object, owner);
            }
            Kind::Union(arms) => {
                self.note(id, owner);
                self.arms(arms, owner);
            }
            _ => {}
        }
    }

    fn note(&mut self, id: TypeId, owner: &str) {
        self.found.push(Owned { owner: owner.to_owned(), module: self.module.to_vec(), id });
    }
}

/// Merges the schemas of a locked type again, if one of their shapes is a superset of the others.
///
/// Returns the shape of each locked type. A schema with another shape becomes a type of its own.
pub fn reconcile(api: &mut Api, lock: &mut Lock, owned: &[Owned]) -> HashMap<TypePath, Shape> {
    loop {
        let types = reunite(api, lock, owned);
        if types.inherited.is_empty() {
            // Shapes are final only now, because one can contain another.
            let shapes = Shapes::new(api);
            return types.ids.into_iter().map(|(home, id)| (home, shapes.of(api, id))).collect();
        }
        // A schema that has a name now can have shared a type before.
        lock.0.extend(types.inherited);
    }
}

struct Reunited {
    /// Returns the members of each locked type.
    ids: HashMap<TypePath, TypeId>,
    /// Returns the names of nested types whose locked type now belongs to another member.
    inherited: BTreeMap<String, LockedName>,
}

fn reunite(api: &mut Api, lock: &Lock, owned: &[Owned]) -> Reunited {
    let mut groups: BTreeMap<&TypePath, Vec<&Owned>> = BTreeMap::new();
    for item in owned {
        // Nested types are defined beside their parent, so their module does not matter.
        if let Some(given) = lock.0.get(&item.owner) {
            groups.entry(given.home()).or_default().push(item);
        }
    }
    let mut ids = HashMap::new();
    let mut inherited = BTreeMap::new();
    let mut shapes = Shapes::new(api);
    for (home, members) in groups {
        // The member that the type was named after comes first, then members in the module of the
        // type.
        let parts = members.iter().find_map(|member| {
            Some((member, lock.parts(&member.owner))).filter(|(_, parts)| !parts.is_empty())
        });
        let own = members.iter().find(|member| member.module == home.0).unwrap_or(&members[0]);
        let own = parts.as_ref().map_or(own, |(member, _)| member);
        let all: HashSet<Shape> = members.iter().map(|member| shapes.of(api, member.id)).collect();
        let widest = match all.len() {
            1 => Some(own),
            _ => members.iter().find(|member| {
                members.iter().all(|other| has_all(api, &shapes, member.id, other.id))
            }),
        };
        ids.insert(home.clone(), widest.unwrap_or(own).id);
        let Some(widest) = widest else { continue };
        for (rest, given) in parts.into_iter().flat_map(|(_, parts)| parts) {
            let owner = format!("{}{rest}", widest.owner);
            if !lock.0.contains_key(&owner) {
                inherited.insert(owner, given);
            }
        }
        sharing::agree(api, &members.iter().map(|member| member.id).collect::<Vec<_>>());
        let mut is_widened = false;
        for member in &members {
            // Equal enums can have different docs of their values.
            if api.ty(member.id).kind != api.ty(widest.id).kind {
                api.widen(member.id, widest.id);
                is_widened = true;
            }
        }
        if is_widened {
            shapes = Shapes::new(api);
        }
    }
    Reunited { ids, inherited }
}

/// Returns whether one type can replace another: it has all values or fields, and requires no
/// others.
fn has_all(api: &Api, shapes: &Shapes, wide: TypeId, narrow: TypeId) -> bool {
    covers(api, shapes, wide, narrow, &mut HashSet::new())
}

/// `open` has the pairs that are being compared, so that recursive types end.
fn covers(
    api: &Api,
    shapes: &Shapes,
    wide: TypeId,
    narrow: TypeId,
    open: &mut HashSet<(TypeId, TypeId)>,
) -> bool {
    if shapes.of(api, wide) == shapes.of(api, narrow) || !open.insert((wide, narrow)) {
        return true;
    }
    match (&api.ty(wide).kind, &api.ty(narrow).kind) {
        (Kind::Enum(wide), Kind::Enum(narrow)) => narrow.iter().all(|value| wide.contains(value)),
        (Kind::Object(wide), Kind::Object(narrow)) => {
            let of = |name: &str, object: &Object| {
                object.fields.iter().find(|field| field.name == name).cloned()
            };
            let mut names = wide.fields.iter().chain(&narrow.fields).map(|field| &field.name);
            names.all(|name| match (of(name, wide), of(name, narrow)) {
                (Some(wide), Some(narrow)) => {
                    (wide.required, wide.nullable) == (narrow.required, narrow.nullable)
                        && covers(api, shapes, wide.ty, narrow.ty, open)
                }
                (Some(wide), None) => !wide.required,
                _ => false,
            })
        }
        (Kind::Array(wide), Kind::Array(narrow))
        | (Kind::Map(wide), Kind::Map(narrow))
        | (Kind::Clearable(wide), Kind::Clearable(narrow)) => {
            covers(api, shapes, *wide, *narrow, open)
        }
        (Kind::Schema(wide), Kind::Schema(narrow))
            if sharing::is_part(api, *wide) && sharing::is_part(api, *narrow) =>
        {
            covers(api, shapes, api.schema(*wide).ty, api.schema(*narrow).ty, open)
        }
        _ => false,
    }
}
