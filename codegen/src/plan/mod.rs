//! Every decision about Rust, made once: modules, names, types, what is boxed, what is shared, what the docs say.

mod boxes;
mod build;
mod docs;
mod event;
pub(crate) mod examples;
mod html;
mod inline;
mod lock;
mod names;
mod parameters;
mod parts;
mod places;
mod prose;
mod request;
mod settled;
mod shape;
mod sharing;
mod twins;

use std::collections::BTreeMap;

pub(crate) use build::plan;
pub(crate) use examples::Examples;
pub(crate) use lock::Lock;
pub use names::{UNRECOGNIZED, field as field_name, singular};
pub(crate) use parts::Wanted;
pub use parts::{CORE, Crate};

/// The crate to be printed.
#[derive(Debug, Default)]
pub struct Plan {
    /// The version of the API that is described.
    pub version: String,
    /// All versions that are, the oldest first.
    pub versions: Vec<String>,
    /// The modules with items in them, by path.
    pub modules: BTreeMap<ModulePath, Module>,
    /// The part that a module is in, if the crate is made of parts and the module is in one.
    pub parts: BTreeMap<ModulePath, String>,
    /// What everything is called, by what it belongs to.
    pub names: BTreeMap<String, String>,
    /// What was one type the last time and is several now.
    pub splits: Vec<String>,
}

/// The path of a module below the crate's root: `issuing`, `card`.
pub type ModulePath = Vec<String>;

/// A module and what is in it.
#[derive(Debug, Default)]
pub struct Module {
    pub docs: Vec<String>,
    /// The items that this module is about.
    pub main: Vec<String>,
    /// Those of them that are re-exported one level up.
    pub shown: Vec<String>,
    /// Types that this module shares with another, to be found here as well.
    pub imports: Vec<Import>,
    pub items: Vec<Item>,
}

impl Module {
    /// Calls `visit` with every type that an item of the module names, and all types inside it.
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
    /// The functions of a resource that make requests.
    Entry(Entry),
    Request(Request),
    Event(Event),
}

/// A type of another module, and what it is called here.
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

    /// The types that the item names.
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

/// What the API sends.
#[derive(Debug)]
pub struct Struct {
    pub name: String,
    pub docs: Vec<String>,
    pub object: Option<String>,
    pub deleted: bool,
    pub fields: Vec<Field>,
    /// Whether it has an id of its own, and so is a resource to the runtime.
    pub has_id: bool,
    /// The name of the alias for its id.
    pub id_alias: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub ident: String,
    /// The name in documents.
    pub wire: String,
    pub ty: Type,
    pub docs: Vec<String>,
    pub flags: Vec<Flag>,
}

/// What a table says of a field, by the names of the runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Required,
    Nullable,
    Secret,
    Personal,
}

/// An object that is part of a request.
#[derive(Debug)]
pub struct Params {
    pub name: String,
    pub docs: Vec<String>,
    pub fields: Vec<Param>,
}

/// A field of a request, and how it is given.
#[derive(Debug, Clone)]
pub struct Param {
    pub ident: String,
    /// The name in requests.
    pub wire: String,
    pub docs: Vec<String>,
    /// Where it is, if not in the body.
    pub place: Option<crate::model::Place>,
    pub style: crate::model::Style,
    pub secret: bool,
    pub personal: bool,
    pub required: bool,
    /// Why the newest version refuses it, if it does.
    pub refused: Option<String>,
    /// What the setter takes.
    pub given: Given,
}

/// How a parameter is given to a setter.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Anything that becomes this type.
    Into(Type),
    /// Anything that yields what becomes this type.
    Items(Type),
}

impl Given {
    /// What is given, or each item of it.
    pub fn ty(&self) -> &Type {
        match self {
            Self::Into(ty) | Self::Items(ty) => ty,
        }
    }
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

/// An enum over shapes.
#[derive(Debug)]
pub struct Union {
    pub name: String,
    pub docs: Vec<String>,
    /// Whether people make one, and so want to make it from what it holds.
    pub is_param: bool,
    pub arms: Vec<Arm>,
}

#[derive(Debug)]
pub struct Arm {
    pub ident: String,
    pub kind: ArmKind,
    /// What the variant holds; nothing for a fixed string.
    pub payload: Option<Type>,
}

#[derive(Debug)]
pub enum ArmKind {
    Object(String),
    Deleted(String),
    Value(String),
    Other,
}

/// Another name for a type.
#[derive(Debug)]
pub struct Alias {
    pub name: String,
    pub docs: Vec<String>,
    pub ty: Type,
}

#[derive(Debug)]
pub struct Entry {
    /// The type that the functions are on.
    pub on: String,
    /// Whether that type is nothing but a place for them, and is to be defined here.
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
    /// The parameters of the request that it makes.
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
    pub encoding: Option<crate::model::Encoding>,
    pub beta: Option<String>,
    /// Whether the API knows it again by a key, and carries it out once only.
    pub takes_idempotency_key: bool,
    pub params: Vec<Param>,
    pub output: Type,
}

/// The type of an event.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub wire: String,
    pub docs: Vec<String>,
    pub kind: EventKind,
}

#[derive(Debug)]
pub enum EventKind {
    Snapshot { object: Type },
    Thin { data: Type, related: Type },
}

/// A type of Rust.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    Bool,
    I64,
    F64,
    String,
    Unit,
    /// A type of the runtime that takes no parameters.
    Runtime(&'static str),
    /// A type of the runtime around others: `List<Invoice>`.
    Of(&'static str, Vec<Type>),
    Vec(Box<Type>),
    Option(Box<Type>),
    Boxed(Box<Type>),
    /// A generated type.
    Named {
        module: ModulePath,
        name: String,
        /// Whether it is a struct, and so worth a box.
        is_struct: bool,
        /// Whether it is what its module is about.
        is_main: bool,
    },
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

    /// Whether it is a page of a list.
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
