//! The model of the API, independent of Rust.

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
    /// The newest version of the API.
    pub version: String,
    /// All versions, oldest first. Empty if the spec does not list them.
    pub versions: Vec<String>,
    /// All types. A [`TypeId`] is an index into this list.
    types: Vec<Type>,
    /// The named schemas, by name.
    pub schemas: IndexMap<String, Schema>,
    /// The schemas that are resources, sorted by their paths.
    pub resources: Vec<Resource>,
    /// All operations, sorted by path and method.
    pub operations: Vec<Operation>,
    /// All event types, sorted by name.
    pub events: Vec<Event>,
    /// Docs of resources, by their paths with dots.
    pub tags: IndexMap<String, Tag>,
}

/// Docs of a resource.
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

    /// Returns the IDs of all types.
    pub fn type_ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.types.len() as u32).map(TypeId)
    }

    /// Removes the length limit of a string.
    pub fn drop_limit(&mut self, id: TypeId) {
        if let Kind::Text { max_length } = &mut self.types[id.0 as usize].kind {
            *max_length = None;
        }
    }

    /// Replaces a type by a copy of another one.
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

/// A named schema.
#[derive(Debug)]
pub struct Schema {
    pub ty: TypeId,
    pub at: Location,
    /// The value of `x-resourceId`, if the schema is a resource.
    pub resource_id: Option<String>,
    pub lifetime: Lifetime,
}

/// A type, with its docs.
#[derive(Debug)]
pub struct Type {
    pub kind: Kind,
    /// The title in the spec, for types without a name.
    pub title: Option<String>,
    pub description: Option<String>,
    /// The lifetimes of enum values that not all versions have.
    pub values: IndexMap<String, Lifetime>,
    /// The docs of enum values.
    pub value_descriptions: IndexMap<String, String>,
    /// Docs for all values of an enum, if single values need none.
    pub class: Option<String>,
}

/// The kind of a type.
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
    /// The ID of a resource.
    Id(SchemaId),
    /// One of these strings, or one that a future version adds.
    Enum(Vec<String>),
    /// The content of a file.
    Binary,
    /// Any JSON value.
    Json,
    /// An empty value.
    Empty,
    Object(Object),
    Array(TypeId),
    Map(TypeId),
    /// A reference to a named schema.
    Schema(SchemaId),
    /// An embedded object that is decoded on demand.
    Lazy(SchemaId),
    /// The ID of an object of one of these schemas, or the object.
    Expandable(Vec<SchemaId>),
    /// A resource, or its deleted form.
    MaybeDeleted {
        present: SchemaId,
        deleted: SchemaId,
    },
    /// One of several shapes.
    Union(Vec<TypeId>),
    /// A value that can be cleared: by the empty string, or by `null` in JSON.
    Clearable(TypeId),
    List(TypeId),
    SearchResult(TypeId),
    Page(TypeId),
    /// A value or a range of values.
    Range(TypeId),
}

/// An object type.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object {
    /// The constant value of the field `object`.
    pub object: Option<String>,
    /// Whether the field `deleted` is always `true`.
    pub deleted: bool,
    pub fields: Vec<Field>,
}

/// A field of an object, or a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub name: String,
    pub ty: TypeId,
    /// Whether it is always present.
    pub required: bool,
    /// Whether it can be `null`.
    pub nullable: bool,
    /// Whether it is a secret.
    pub secret: bool,
    /// Whether it is personal data, which `Debug` redacts.
    pub personal: bool,
    pub deprecated: bool,
    pub lifetime: Lifetime,
    pub description: Option<String>,
}

/// The versions that have an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifetime {
    /// The API version that added it. `None` if the oldest version has it.
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

    /// Returns whether the newest version no longer has it.
    pub fn is_over(&self) -> bool {
        self.until.is_some()
    }
}

/// Builds the model of a spec. The model is only valid if no problem is reported.
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
