//! Plans the generated Rust: modules, names, types, boxes, shared types and docs.

mod boxes;
mod build;
mod crates;
mod dedup;
pub mod docs;
mod event;
pub(crate) mod examples;
mod expand;
mod html;
mod inline;
mod lock;
mod names;
mod parameters;
mod places;
mod prose;
mod request;
mod shape;
mod shared_docs;
mod sharing;
mod type_registry;

use std::collections::BTreeMap;

pub(crate) use build::plan;
pub(crate) use crates::CrateLayout;
pub use crates::{CORE, Crate};
pub(crate) use examples::Examples;
pub(crate) use lock::Lock;
pub use names::{UNRECOGNIZED, field as field_name, singular};

/// The crates to generate.
#[derive(Debug, Default)]
pub struct Plan {
    /// The newest version of the API.
    pub version: String,
    /// All versions of the API in the spec, oldest first.
    pub versions: Vec<String>,
    /// The modules that have items, by path.
    pub modules: BTreeMap<ModulePath, Module>,
    /// The crate that each module belongs to. Modules of the main crate have no entry.
    pub parts: BTreeMap<ModulePath, String>,
    /// The Rust names to lock, by owner.
    pub names: BTreeMap<String, String>,
    /// Messages about locked types that had to be split.
    pub splits: Vec<String>,
}

/// The path of a module below the crate's root: `issuing`, `card`.
pub type ModulePath = Vec<String>;

/// A module and its items.
#[derive(Debug, Default)]
pub struct Module {
    pub docs: Vec<String>,
    /// The names of the main items, such as the resource.
    pub main: Vec<String>,
    /// The main items, and the types of their IDs, that are re-exported one level up.
    pub shown: Vec<String>,
    /// Types of other modules that are re-exported here.
    pub imports: Vec<Import>,
    pub items: Vec<Item>,
    /// The paths to expandable fields of the main items.
    pub expansions: Vec<Expansion>,
}

impl Module {
    /// Returns the names of the main items.
    fn main_names(&self) -> Vec<String> {
        self.main.clone()
    }

    /// Returns the names of the ID types of the main items.
    fn id_names(&self) -> Vec<String> {
        let objects = self.items.iter().filter_map(|item| match item {
            Item::Struct(object) if self.main.contains(&object.name) => object.id_alias.clone(),
            _ => None,
        });
        objects.collect()
    }

    /// Calls `visit` with each type that an item of the module refers to, and all types inside it.
    pub fn walk_types<'m>(&'m self, visit: &mut dyn FnMut(&'m Type)) {
        for ty in self.items.iter().flat_map(Item::types) {
            ty.walk(visit);
        }
    }
}

#[derive(Debug)]
pub enum Item {
    Struct(Struct),
    Params(Params),
    Enum(Enum),
    Union(Union),
    Alias(Alias),
    /// The functions of a resource, which return requests.
    Entry(Entry),
    Request(Request),
    Event(Event),
}

/// A re-export of a type of another module.
#[derive(Debug)]
pub struct Import {
    pub module: ModulePath,
    pub name: String,
    pub local: String,
}

impl Item {
    /// The names of the types that the item defines in its module.
    pub fn names(&self) -> Vec<&str> {
        let (name, alias) = match self {
            Self::Struct(item) => (&item.name, item.id_alias.as_deref()),
            Self::Params(item) => (&item.name, None),
            Self::Enum(item) => (&item.name, None),
            Self::Union(item) => (&item.name, None),
            Self::Alias(item) => (&item.name, None),
            Self::Entry(item) if item.bare => (&item.on, None),
            Self::Entry(_) => return Vec::new(),
            Self::Request(item) => (&item.name, None),
            Self::Event(item) => (&item.name, None),
        };
        [Some(name.as_str()), alias].into_iter().flatten().collect()
    }

    /// The types that the item refers to.
    pub fn types(&self) -> Vec<&Type> {
        match self {
            Self::Struct(item) => item.fields.iter().map(|field| &field.ty).collect(),
            Self::Params(item) => item.fields.iter().map(|param| param.given.ty()).collect(),
            Self::Request(item) => {
                item.params.iter().map(|param| param.given.ty()).chain([&item.output]).collect()
            }
            Self::Union(item) => item.arms.iter().filter_map(|arm| arm.payload.as_ref()).collect(),
            Self::Alias(item) => vec![&item.ty],
            Self::Enum(_) => Vec::new(),
            Self::Entry(item) => {
                let params = item.functions.iter().flat_map(|function| &function.params);
                params.map(|param| param.given.ty()).collect()
            }
            Self::Event(item) => match &item.kind {
                EventKind::Snapshot { object } => vec![object],
                EventKind::Thin { data, related } => vec![data, related],
            },
        }
    }
}

/// An object in responses.
#[derive(Debug)]
pub struct Struct {
    pub name: String,
    pub docs: Vec<String>,
    pub object: Option<String>,
    pub deleted: bool,
    pub fields: Vec<Field>,
    /// Whether it has an ID type of its own, and so implements the runtime's `Resource`.
    pub has_id: bool,
    /// The name of the alias of its ID type.
    pub id_alias: Option<String>,
    /// Whether it has paths to expandable fields.
    pub expands: bool,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub ident: String,
    /// The name in JSON.
    pub wire: String,
    pub ty: Type,
    pub docs: Vec<String>,
    pub flags: Vec<Flag>,
}

/// Flags of a field in its table, with the names of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Required,
    Nullable,
    Secret,
    Personal,
}

/// An object in requests.
#[derive(Debug)]
pub struct Params {
    pub name: String,
    pub docs: Vec<String>,
    pub fields: Vec<Param>,
}

/// A parameter of a request.
#[derive(Debug, Clone)]
pub struct Param {
    pub ident: String,
    /// The name in the API.
    pub wire: String,
    pub docs: Vec<String>,
    /// Its location, if it is not in the body.
    pub place: Option<crate::model::Place>,
    pub style: crate::model::Style,
    pub secret: bool,
    pub personal: bool,
    pub required: bool,
    /// Why the newest version refuses it, if it does.
    pub refused: Option<String>,
    /// The argument of the setter.
    pub given: Given,
}

/// How a setter takes its argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// What converts into this type.
    Into(Type),
    /// An iterator over items that convert into this type.
    Items(Type),
    /// Paths to expandable fields of a response of this type.
    Expansions(Type),
}

impl Given {
    /// The type of the argument or of its items, or the response whose fields it expands.
    pub fn ty(&self) -> &Type {
        match self {
            Self::Into(ty) | Self::Items(ty) | Self::Expansions(ty) => ty,
        }
    }
}

/// A constant for the path to an expandable field.
#[derive(Debug)]
pub struct Expansion {
    pub ident: String,
    pub docs: Vec<String>,
    /// The object that has the field.
    pub from: Type,
    /// The object that the field expands to.
    pub to: Type,
    /// The names of the fields in the API.
    pub path: Vec<String>,
    /// Whether a request can expand it. If not, responses always include the object.
    pub expands: bool,
}

/// An enum over strings.
#[derive(Debug)]
pub struct Enum {
    pub name: String,
    pub docs: Vec<String>,
    pub variants: Vec<Variant>,
}

#[derive(Debug)]
pub struct Variant {
    pub ident: String,
    pub wire: String,
    pub docs: Vec<String>,
}

/// An enum over JSON shapes.
#[derive(Debug)]
pub struct Union {
    pub name: String,
    pub docs: Vec<String>,
    /// Whether it is sent in requests, and so converts from its payloads.
    pub is_param: bool,
    pub arms: Vec<Arm>,
    /// The objects in it that have paths to expandable fields.
    pub expands_in: Vec<Type>,
}

#[derive(Debug)]
pub struct Arm {
    pub ident: String,
    pub kind: ArmKind,
    /// The payload of the variant. `None` for a fixed string.
    pub payload: Option<Type>,
    /// The optional crates that define the payload. The variant exists with all of them only.
    pub parts: Vec<String>,
}

#[derive(Debug)]
pub enum ArmKind {
    Object(String),
    Deleted(String),
    Value(String),
    Other,
}

/// A type alias.
#[derive(Debug)]
pub struct Alias {
    pub name: String,
    pub docs: Vec<String>,
    pub ty: Type,
}

#[derive(Debug)]
pub struct Entry {
    /// The type that has the functions.
    pub on: String,
    /// Whether that type has no fields and is defined here, because the resource has no schema.
    pub bare: bool,
    pub docs: Vec<String>,
    pub functions: Vec<Function>,
}

#[derive(Debug)]
pub struct Function {
    pub ident: String,
    pub docs: Vec<String>,
    pub deprecated: bool,
    /// Why the newest version refuses it, if it does.
    pub refused: Option<String>,
    /// The parameters of the request that it returns.
    pub params: Vec<Param>,
    pub request: String,
}

#[derive(Debug)]
pub struct Request {
    pub name: String,
    pub docs: Vec<String>,
    pub id: String,
    pub method: crate::model::Method,
    pub path: String,
    pub host: crate::model::Host,
    /// The encoding of the body, if it is not the usual one of its version of the API.
    pub encoding: Option<crate::model::Encoding>,
    pub beta: Option<String>,
    /// Whether the API accepts an idempotency key.
    pub takes_idempotency_key: bool,
    pub params: Vec<Param>,
    pub output: Type,
}

/// An event type.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub wire: String,
    pub docs: Vec<String>,
    pub kind: EventKind,
    /// The optional crates that define its types. The event exists with all of them only.
    pub parts: Vec<String>,
}

#[derive(Debug)]
pub enum EventKind {
    Snapshot { object: Type },
    Thin { data: Type, related: Type },
}

/// A Rust type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    Bool,
    I64,
    F64,
    String,
    Unit,
    /// A runtime type without type parameters.
    Runtime(&'static str),
    /// A runtime type with type parameters: `List<Invoice>`.
    Of(&'static str, Vec<Type>),
    Vec(Box<Type>),
    Option(Box<Type>),
    Boxed(Box<Type>),
    /// A generated type.
    Named {
        module: ModulePath,
        name: String,
        /// Whether it is a struct. Optional structs are boxed.
        is_struct: bool,
        /// Whether it is a main item of its module, and so re-exported one level up.
        is_main: bool,
    },
}

/// Returns the path of an item from the root of the crate. A main item of a module is found one
/// level up, where it is re-exported.
pub fn item_path(module: &[String], name: &str, is_main: bool) -> String {
    let depth = module.len() - usize::from(is_main);
    let steps = module[..depth].iter().map(|step| field_name(step) + "::");
    steps.collect::<String>() + name
}

impl Type {
    /// Calls `visit` with this type and all types inside it.
    pub fn walk<'t>(&'t self, visit: &mut dyn FnMut(&'t Type)) {
        visit(self);
        match self {
            Self::Of(_, inner) => inner.iter().for_each(|inner| inner.walk(visit)),
            Self::Vec(inner) | Self::Option(inner) | Self::Boxed(inner) => inner.walk(visit),
            _ => {}
        }
    }

    /// Returns whether it is a page of a list.
    pub(crate) fn is_listing(&self) -> bool {
        matches!(self, Self::Of("List" | "SearchResult" | "Page", _))
    }

    pub(crate) fn of(name: &'static str, inner: Type) -> Self {
        Self::Of(name, vec![inner])
    }

    pub(crate) fn optional(self) -> Self {
        match self {
            Self::Named { is_struct: true, .. } => {
                Self::Option(Box::new(Self::Boxed(Box::new(self))))
            }
            _ => Self::Option(Box::new(self)),
        }
    }
}
