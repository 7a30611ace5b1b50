//! Names that were given: what has a name keeps it, whatever comes beside it.
//!
//! A description that is a folder has a file of them. Each is the name of what owns it: a schema (`invoice`), a field (`invoice.status`), an operation
//! (`PostInvoices`), a parameter (`PostInvoices.shipping`), an event type (`event:invoice.paid`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::shape::{Shape, Shapes};
use super::{ModulePath, names, sharing};
use crate::diagnostic::Diagnostics;
use crate::model::{Api, EventKind, Kind, Object, Operation, Response, TypeId};
use crate::paths;
use crate::spec::Spec;

/// A type by its module and its name.
pub type Home = (ModulePath, String);

/// What something is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The module in which it is found, and its name there.
    pub at: Home,
    /// Where it is defined, if that is elsewhere.
    pub home: Option<Home>,
}

impl Given {
    pub fn home(&self) -> &Home {
        self.home.as_ref().unwrap_or(&self.at)
    }

    fn parse(text: &str) -> Option<Self> {
        let path = |text: &str| -> Option<Home> {
            let mut steps: Vec<String> = text.split("::").map(str::to_owned).collect();
            let name = steps.pop()?;
            // The parser skips blanks around an identifier, and has no edition with `gen`.
            // A name that every file imports cannot be defined in one.
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

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |(module, name): &Home| format!("{}::{name}", module.join("::"));
        f.write_str(&path(&self.at))?;
        match &self.home {
            Some(home) => write!(f, " = {}", path(home)),
            None => Ok(()),
        }
    }
}

/// What an operation owns its names as: its id, unless a schema or a resource is called that.
pub fn owner(api: &Api, operation: &Operation) -> String {
    let mut bare = api.resources.iter().filter(|resource| resource.schema.is_none());
    let is_taken = api.schema_id(&operation.id).is_some()
        || bare.any(|resource| resource.path.0.join("/") == operation.id);
    if is_taken { format!("operation:{}", operation.id) } else { operation.id.clone() }
}

/// All names that were given.
#[derive(Debug, Default)]
pub struct Lock(pub BTreeMap<String, Given>);

impl Lock {
    /// The names that a plan gave.
    pub fn of(names: &BTreeMap<String, String>) -> Self {
        Self(
            names
                .iter()
                .filter_map(|(owner, text)| Some((owner.clone(), Given::parse(text)?)))
                .collect(),
        )
    }

    pub fn read(spec: &Spec, problems: &mut Diagnostics) -> Self {
        let mut lock = Self::default();
        for (owner, (at, text)) in &spec.names {
            let Some(given) = Given::parse(text) else {
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

    /// A schema that has a new name in the API keeps the one that it has in Rust, and so do its parts.
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

    /// What the parts of something are called, by the rest of what they are.
    fn parts(&self, owner: &str) -> Vec<(String, Given)> {
        let after = (std::ops::Bound::Excluded(owner.to_owned()), std::ops::Bound::Unbounded);
        let below =
            self.0.range(after).map_while(|(part, given)| Some((part.strip_prefix(owner)?, given)));
        below
            .filter(|(rest, _)| rest.starts_with(['.', '|', '#']))
            .map(|(rest, given)| (rest.to_owned(), given.clone()))
            .collect()
    }
}

/// Something that gets a name although the API has none for it.
pub struct Owned {
    pub owner: String,
    pub module: ModulePath,
    pub id: TypeId,
}

/// All that owns a type of its own. `modules` are those of the schemas.
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
            // The schema is one type, and what it consists of another one.
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

/// Makes what was one type one type again, if one of its shapes has all that the others have.
///
/// Gives the shape that each type has now. What has another one is a type of its own from now on.
pub fn reconcile(api: &mut Api, lock: &mut Lock, owned: &[Owned]) -> HashMap<Home, Shape> {
    loop {
        let types = reunite(api, lock, owned);
        if types.inherited.is_empty() {
            // Only now are all shapes what they will be: one can be part of another.
            let shapes = Shapes::new(api);
            return types.ids.into_iter().map(|(home, id)| (home, shapes.of(api, id))).collect();
        }
        // What has a name now can have been one type with something else.
        lock.0.extend(types.inherited);
    }
}

struct Reunited {
    /// What each type of the lock is.
    ids: HashMap<Home, TypeId>,
    /// What the parts of types are called that are now what another member of theirs is.
    inherited: BTreeMap<String, Given>,
}

fn reunite(api: &mut Api, lock: &Lock, owned: &[Owned]) -> Reunited {
    let mut groups: BTreeMap<&Home, Vec<&Owned>> = BTreeMap::new();
    for item in owned {
        // A part of what is defined elsewhere is defined there as well, so its module does not matter.
        if let Some(given) = lock.0.get(&item.owner) {
            groups.entry(given.home()).or_default().push(item);
        }
    }
    let mut ids = HashMap::new();
    let mut inherited = BTreeMap::new();
    let mut shapes = Shapes::new(api);
    for (home, members) in groups {
        // The one that the type was made for knows what its parts are called; else, who lives where the type does comes first.
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
            // Enums that are the same can still say different things of their values.
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

/// Whether one type can stand for another one: it has all its values, or all its members, and demands no others.
fn has_all(api: &Api, shapes: &Shapes, wide: TypeId, narrow: TypeId) -> bool {
    covers(api, shapes, wide, narrow, &mut HashSet::new())
}

/// `open` are the pairs that are being compared: what contains itself comes back to them.
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
