//! The API in its own terms, without a word of Rust.

mod assign;
pub mod compact;
mod event;
mod operation;
mod resource;
mod schema;

use indexmap::IndexMap;

use crate::diagnostic::{Diagnostics, Location};
use crate::document::Node;
use crate::spec::Spec;

pub(crate) use assign::without_names;
pub use event::{Event, EventKind};
pub use operation::{Body, Encoding, Host, Method, Operation, Parameter, Place, Response, Style};
pub use resource::{Owners, Resource, ResourcePath};
pub(crate) use schema::is_currency;

/// The whole API.
#[derive(Debug, Default)]
pub struct Api {
    /// The version of the API that is described.
    pub version: String,
    /// All versions that are, the oldest first; empty if the description says nothing of them.
    pub versions: Vec<String>,
    /// All types; a [`TypeId`] is a place in here.
    types: Vec<Type>,
    /// The named schemas, by name.
    pub schemas: IndexMap<String, Schema>,
    /// The schemas that are resources, sorted by their paths.
    pub resources: Vec<Resource>,
    /// All operations, sorted by path and method.
    pub operations: Vec<Operation>,
    /// All event types, sorted by name.
    pub events: Vec<Event>,
    /// What the spec says about groups of operations: of a resource, by its path with dots.
    pub tags: IndexMap<String, Tag>,
}

/// What the spec says about a group of operations.
#[derive(Debug, Default)]
pub struct Tag {
    pub summary: Option<String>,
    pub description: Option<String>,
}

impl Api {
    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    pub fn schema(&self, id: SchemaId) -> &Schema {
        &self.schemas[id.0 as usize]
    }

    pub fn schema_name(&self, id: SchemaId) -> &str {
        self.schemas.get_index(id.0 as usize).map_or("", |(name, _)| name)
    }

    pub fn schema_id(&self, name: &str) -> Option<SchemaId> {
        self.schemas.get_index_of(name).map(|index| SchemaId(index as u32))
    }

    /// All types, wherever they are.
    pub fn type_ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.types.len() as u32).map(TypeId)
    }

    /// Makes a string one of any length.
    pub fn drop_limit(&mut self, id: TypeId) {
        if let Kind::Text { max_length } = &mut self.types[id.0 as usize].kind {
            *max_length = None;
        }
    }

    /// Makes one type what another one is.
    pub fn widen(&mut self, id: TypeId, other: TypeId) {
        let Type { kind, values, value_descriptions, .. } = self.ty(other);
        let (kind, values) = (kind.clone(), values.clone());
        let more = value_descriptions.clone();
        let ty = &mut self.types[id.0 as usize];
        (ty.kind, ty.values) = (kind, values);
        for (value, description) in more {
            ty.value_descriptions.entry(value).or_insert(description);
        }
    }

    fn add(&mut self, ty: Type) -> TypeId {
        self.types.push(ty);
        TypeId(self.types.len() as u32 - 1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub(crate) u32);

/// A schema that has a name.
#[derive(Debug)]
pub struct Schema {
    pub ty: TypeId,
    pub at: Location,
    /// The value of `x-resourceId`, if the schema is a resource.
    pub resource_id: Option<String>,
    pub lifetime: Lifetime,
}

/// A type, wherever it stands.
#[derive(Debug)]
pub struct Type {
    pub kind: Kind,
    /// What the description calls it, where it has no name of its own.
    pub title: Option<String>,
    pub description: Option<String>,
    /// The values of an enum that were not always there.
    pub values: IndexMap<String, Lifetime>,
    /// What the values of an enum mean.
    pub value_descriptions: IndexMap<String, String>,
    /// What all values of an enum are, where they need no words of their own.
    pub class: Option<String>,
}

/// What values of a type look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Boolean,
    Integer,
    Number,
    /// A decimal number in a string.
    Decimal,
    /// A 64-bit integer in a string.
    Int64,
    /// Seconds since 1970.
    UnixTime,
    /// RFC 3339 text.
    DateTime,
    Text {
        max_length: Option<i64>,
    },
    Currency,
    /// The id of a resource.
    Id(SchemaId),
    /// One of these strings, or another one in the future.
    Enum(Vec<String>),
    /// The content of a file.
    Binary,
    /// Anything at all.
    Json,
    /// Nothing.
    Empty,
    Object(Object),
    Array(TypeId),
    Map(TypeId),
    /// A schema by its name.
    Schema(SchemaId),
    /// An object that is embedded whole but rarely looked at.
    Lazy(SchemaId),
    /// The id of an object of one of these schemas, or such an object.
    Expandable(Vec<SchemaId>),
    /// A resource, or what is left of it once deleted.
    MaybeDeleted {
        present: SchemaId,
        deleted: SchemaId,
    },
    /// One of several shapes.
    Union(Vec<TypeId>),
    /// A value that the empty string, or `null` in JSON, takes away.
    Clearable(TypeId),
    List(TypeId),
    SearchResult(TypeId),
    Page(TypeId),
    /// Bounds that a value must lie in.
    Range(TypeId),
}

/// The members of objects of one kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object {
    /// The value that the member `object` always has.
    pub object: Option<String>,
    /// Whether the member `deleted` is always `true`.
    pub deleted: bool,
    pub fields: Vec<Field>,
}

/// One member of an object, or one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub ty: TypeId,
    /// Whether it is always there.
    pub required: bool,
    /// Whether it can be `null`.
    pub nullable: bool,
    /// Whether it must not be shown.
    pub secret: bool,
    /// Says something about a person, which `Debug` does not show.
    pub personal: bool,
    pub deprecated: bool,
    pub lifetime: Lifetime,
    pub description: Option<String>,
}

/// When something was there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifetime {
    /// The API version that added it, if it was not there from the start.
    pub since: Option<String>,
    /// The API version that removed it.
    pub until: Option<String>,
}

impl Lifetime {
    fn of(node: &Node) -> Self {
        Self {
            since: node.str("x-since").map(str::to_owned),
            until: node.str("x-until").map(str::to_owned),
        }
    }

    /// Whether the newest version no longer has it.
    pub fn is_over(&self) -> bool {
        self.until.is_some()
    }
}

/// Builds the model of a description. Problems are collected; the model is only good if there are none.
pub fn build(spec: &Spec, problems: &mut Diagnostics) -> Api {
    let mut api =
        Api { version: spec.version.clone(), versions: spec.versions.clone(), ..Api::default() };
    schema::add_all(&mut api, spec, problems);
    resource::add_all(&mut api, spec, problems);
    operation::add_all(&mut api, spec, problems);
    resource::check_bare(&api, spec, problems);
    event::add_all(&mut api, spec, problems);
    let text = |tag: &Node, member: &str| tag.str(member).map(str::to_owned);
    api.tags = (spec.tags.iter())
        .map(|(name, (_, tag))| {
            // OpenAPI 3.1 has no summary of a tag.
            let tag =
                Tag { summary: text(tag, "x-summary"), description: text(tag, "description") };
            (name.clone(), tag)
        })
        .collect();
    api
}
