//! The public API of a generated crate: all items, each with its Rust signature.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::fmt;

use crate::plan::{EventKind, Given, Item, ModulePath, Param, Plan, Type};

/// The public items by path.
pub type Surface = BTreeMap<String, ApiItem>;

/// A public item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiItem {
    pub item: ItemKind,
    /// The module of the item, which is its resource.
    pub resource: String,
    /// The name in the API, if it adds information.
    pub wire: String,
    /// The Rust signature. A change of it breaks programs.
    pub signature: String,
    /// Behavior outside the signature: the HTTP request, and which values are secret.
    pub wire_behavior: String,
    pub docs: Vec<String>,
    /// The parent item. If the parent is added or removed, this item is not reported separately.
    pub parent: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    Operation,
    Type,
    Path,
    Field,
    Value,
    Variant,
    Parameter,
    Constructor,
    Output,
    Capability,
    Event,
}

impl ItemKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Type => "type",
            Self::Path => "path",
            Self::Field => "field",
            Self::Value => "value",
            Self::Variant => "variant",
            Self::Parameter => "parameter",
            Self::Constructor => "constructor",
            Self::Output => "output",
            Self::Capability => "capability",
            Self::Event => "event",
        }
    }
}

/// Collects the public items of a crate.
pub fn of(plan: &Plan) -> Surface {
    let mut surface = Surface::new();
    for (path, module) in &plan.modules {
        let mut builder = Builder {
            surface: &mut surface,
            path,
            here: path.join("::"),
            main: module.main.first(),
        };
        for item in &module.items {
            builder.item(item);
        }
        for import in &module.imports {
            builder.add(import.local.clone(), ItemKind::Path, "", String::new());
        }
        for main in &module.shown {
            let above = [&path[..path.len() - 1], std::slice::from_ref(main)].concat().join("::");
            let target = builder.inside(main);
            builder.put(above, ItemKind::Path, "", String::new(), Some(target));
        }
    }
    surface
}

struct Builder<'a> {
    surface: &'a mut Surface,
    path: &'a ModulePath,
    here: String,
    /// Adds the items of the module's resource.
    main: Option<&'a String>,
}

impl Builder<'_> {
    fn inside(&self, name: &str) -> String {
        format!("{}::{name}", self.here)
    }

    fn put(
        &mut self,
        key: String,
        item: ItemKind,
        wire: &str,
        signature: String,
        parent: Option<String>,
    ) -> &mut ApiItem {
        let entry = ApiItem {
            item,
            resource: self.path.join("."),
            wire: wire.to_owned(),
            signature,
            wire_behavior: String::new(),
            docs: Vec::new(),
            parent,
        };
        match self.surface.entry(key) {
            MapEntry::Occupied(mut known) => {
                known.insert(entry);
                known.into_mut()
            }
            MapEntry::Vacant(free) => free.insert(entry),
        }
    }

    /// Adds an item of this module, with the resource as its parent.
    fn add(&mut self, name: String, item: ItemKind, wire: &str, signature: String) -> &mut ApiItem {
        let parent = self.main.filter(|main| **main != name).map(|main| self.inside(main));
        self.put(self.inside(&name), item, wire, signature, parent)
    }

    /// Adds an item of a type in this module.
    fn of(
        &mut self,
        ty: &str,
        name: &str,
        item: ItemKind,
        wire: &str,
        signature: String,
    ) -> &mut ApiItem {
        let parent = self.inside(ty);
        self.put(format!("{parent}::{name}"), item, wire, signature, Some(parent))
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Struct(item) => {
                let object = item.object.clone().unwrap_or_default();
                self.add(item.name.clone(), ItemKind::Type, &object, "struct".to_owned())
                    .docs
                    .clone_from(&item.docs);
                for field in &item.fields {
                    let entry = self.of(
                        &item.name,
                        &field.ident,
                        ItemKind::Field,
                        &field.wire,
                        field.ty.to_string(),
                    );
                    entry.docs.clone_from(&field.docs);
                    entry.wire_behavior = format!("{} {:?}", field.wire, field.flags);
                }
                if item.has_id {
                    self.of(&item.name, "Resource", ItemKind::Capability, "", String::new());
                }
                if let Some(alias) = &item.id_alias {
                    self.add(alias.clone(), ItemKind::Type, "", "id".to_owned());
                }
            }
            Item::Params(item) => {
                self.add(item.name.clone(), ItemKind::Type, "", "parameters".to_owned())
                    .docs
                    .clone_from(&item.docs);
                self.of(&item.name, "new()", ItemKind::Constructor, "", arguments(&item.fields));
                self.setters(&item.name, &item.fields);
            }
            Item::Enum(item) => {
                self.add(item.name.clone(), ItemKind::Type, "", "enum".to_owned());
                for variant in &item.variants {
                    let entry = self.of(
                        &item.name,
                        &variant.ident,
                        ItemKind::Value,
                        &variant.wire,
                        String::new(),
                    );
                    entry.docs.clone_from(&variant.docs);
                    entry.wire_behavior.clone_from(&variant.wire);
                }
            }
            Item::Union(item) => {
                self.add(item.name.clone(), ItemKind::Type, "", "union".to_owned());
                for arm in &item.arms {
                    let payload = arm.payload.as_ref().map(Type::to_string).unwrap_or_default();
                    self.of(&item.name, &arm.ident, ItemKind::Variant, "", payload).wire_behavior =
                        format!("{:?}", arm.kind);
                }
            }
            Item::Alias(item) => {
                self.add(item.name.clone(), ItemKind::Type, "", item.ty.to_string());
            }
            Item::Entry(item) => {
                if item.bare {
                    self.add(item.on.clone(), ItemKind::Type, "", "struct".to_owned());
                }
                for function in &item.functions {
                    let request = self.inside(&function.request);
                    let signature = format!("{} -> {request}", arguments(&function.params));
                    let name = format!("{}()", function.ident);
                    self.of(&item.on, &name, ItemKind::Operation, "", signature)
                        .docs
                        .clone_from(&function.docs);
                    // The request type always exists together with its function, so it is not
                    // reported.
                    let function = format!("{}::{name}", self.inside(&item.on));
                    self.put(request, ItemKind::Type, "", "request".to_owned(), Some(function));
                }
            }
            Item::Request(item) => {
                let name = &item.name;
                self.setters(name, &item.params);
                self.of(name, "Output", ItemKind::Output, "", item.output.to_string());
                if item.takes_idempotency_key {
                    self.of(name, "idempotency_key()", ItemKind::Capability, "", String::new());
                }
                if item.output.is_listing() {
                    self.of(name, "stream()", ItemKind::Capability, "", String::new());
                }
                if item.output == Type::Runtime("Download") {
                    self.of(name, "download()", ItemKind::Capability, "", String::new());
                }
                let (host, encoding, beta) = (item.host, item.encoding, &item.beta);
                let wire_behavior = format!(
                    "{} {} on {host:?}, body {encoding:?}, beta {beta:?}",
                    item.method.as_str(),
                    item.path
                );
                self.of(name, "OPERATION", ItemKind::Capability, "", String::new()).wire_behavior =
                    wire_behavior;
            }
            Item::Event(item) => {
                let signature = match &item.kind {
                    EventKind::Snapshot { object } => format!("snapshot of {object}"),
                    EventKind::Thin { data, related } => {
                        format!("thin, data {data}, about {related}")
                    }
                };
                let entry = self.add(item.name.clone(), ItemKind::Event, &item.wire, signature);
                entry.docs.clone_from(&item.docs);
                entry.wire_behavior.clone_from(&item.wire);
            }
        }
    }

    fn setters(&mut self, ty: &str, params: &[Param]) {
        for param in params.iter().filter(|param| !param.required) {
            let entry = self.of(
                ty,
                &format!("{}()", param.ident),
                ItemKind::Parameter,
                &param.wire,
                setting(&param.given),
            );
            entry.docs.clone_from(&param.docs);
            entry.wire_behavior = format!(
                "{} in {:?}, written {:?}, secret {}",
                param.wire, param.place, param.style, param.secret
            );
            if param.personal {
                entry.wire_behavior.push_str(", personal");
            }
        }
    }
}

/// Formats the required parameters as arguments.
fn arguments(params: &[Param]) -> String {
    let required = params.iter().filter(|param| param.required);
    let listed: Vec<String> =
        required.map(|param| format!("{}: {}", param.ident, argument(&param.given))).collect();
    format!("({})", listed.join(", "))
}

fn argument(given: &Given) -> String {
    match given {
        Given::Into(ty) => format!("impl Into<{ty}>"),
        Given::Items(ty) => format!("impl IntoIterator<Item = impl Into<{ty}>>"),
        Given::Expansions(_) => setting(given),
    }
}

/// Formats what a setter takes.
fn setting(given: &Given) -> String {
    match given {
        Given::Into(ty) => format!("impl Argument<{ty}>"),
        Given::Items(ty) => format!("impl Argument<Vec<{ty}>>"),
        // The output of the operation says whose fields it expands.
        Given::Expansions(_) => "impl Expands".to_owned(),
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::I64 => f.write_str("i64"),
            Self::F64 => f.write_str("f64"),
            Self::String => f.write_str("String"),
            Self::Unit => f.write_str("()"),
            Self::Runtime(name) => f.write_str(name),
            Self::Of(name, inner) => {
                let inner: Vec<String> = inner.iter().map(Self::to_string).collect();
                write!(f, "{name}<{}>", inner.join(", "))
            }
            Self::Vec(inner) => write!(f, "Vec<{inner}>"),
            Self::Option(inner) => write!(f, "Option<{inner}>"),
            Self::Boxed(inner) => write!(f, "Box<{inner}>"),
            Self::Named { module, name, .. } => write!(f, "{}::{name}", module.join("::")),
        }
    }
}
