//! Plans the types of responses, and holds the state that all planning shares.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::crates::CrateLayout;
use super::lock::{self, Lock};
use super::names::{self, TypeNames};
use super::places::{self, SchemaPlace};
use super::prose::prose;
use super::shape::{Shape, Shapes};
use super::shared_docs::SharedDocs;
use super::sharing::{self, Sharing};
use super::type_registry::{Resolution, TypeRegistry};
use super::{
    Alias, Arm, ArmKind, Entry, Enum, Field, Flag, Item, Module, ModulePath, Plan, Struct, Type,
    Union, Variant, boxes, docs, expand,
};
use crate::model::{self, Api, Kind, Object, SchemaId, TypeId};

/// Plans the crates of an API. Locked names stay as they are.
pub fn plan(api: &mut Api, mut lock: Lock, wanted: &CrateLayout) -> Plan {
    sharing::agree_on_limits(api);
    let modules = places::modules_of_schemas(api, &lock);
    let owned = lock::owned(api, &modules);
    let shapes = lock::reconcile(api, &mut lock, &owned);
    let owners = owned.into_iter().map(|item| (item.id, item.owner)).collect();
    let mut planner = Planner::new(api, TypeNames::new(lock), TypeRegistry::new(owners, shapes));
    planner.place_schemas(&modules);
    planner.find_shared();
    planner.add_schemas();
    planner.add_requests();
    planner.add_events();
    planner.add_any_object();
    let mut plan = planner.finish();
    plan.set_parts(wanted.divide(&plan.modules));
    plan
}

pub(super) struct Planner<'a> {
    pub api: &'a Api,
    pub names: TypeNames,
    pub places: Vec<SchemaPlace>,
    /// The schemas that share the type of another schema, with that schema.
    pub duplicates: HashMap<SchemaId, SchemaId>,
    pub modules: BTreeMap<ModulePath, Module>,
    /// The planned enums, by module, field name and values.
    pub enums: HashMap<(ModulePath, String, Vec<String>), Type>,
    /// The planned parameter objects, by module, name and shape.
    pub param_types: HashMap<(ModulePath, String, Shape), Type>,
    pub shapes: Shapes,
    pub sharing: Sharing,
    pub registry: TypeRegistry,
    pub shared_docs: SharedDocs,
    /// The aliases of ID types.
    pub id_aliases: HashMap<SchemaId, String>,
}

/// The surroundings of a type, which determine its name and docs.
pub(super) struct Context<'c> {
    pub module: &'c ModulePath,
    /// The names of the enclosing types, outermost first, as they appear in type names.
    pub trail: &'c [String],
    /// Whether names begin with only as much of the trail as makes them unique.
    pub short: bool,
    pub field: &'c str,
    /// The shapes that occur in several fields of the object.
    pub siblings: Option<&'c HashSet<Shape>>,
    /// The description of the field, for types that have none of their own.
    pub description: Option<&'c str>,
}

impl Context<'_> {
    /// Returns names for a new type, best first.
    pub fn candidates(&self, name: &str, suffix: &str) -> Vec<String> {
        let shortest = match (self.short, name) {
            (false, _) => self.trail.len(),
            // `Type` alone is too general a name.
            (true, "Type") => 1.min(self.trail.len()),
            (true, _) => 0,
        };
        let from = |depth: usize| self.trail[self.trail.len() - depth..].concat();
        (shortest..=self.trail.len())
            .map(|depth| format!("{}{name}{suffix}", from(depth)))
            .collect()
    }
}

impl<'a> Planner<'a> {
    fn new(api: &'a Api, names: TypeNames, registry: TypeRegistry) -> Self {
        Self {
            api,
            names,
            registry,
            places: Vec::new(),
            duplicates: HashMap::new(),
            modules: BTreeMap::new(),
            enums: HashMap::new(),
            param_types: HashMap::new(),
            shapes: Shapes::new(api),
            sharing: Sharing::default(),
            shared_docs: SharedDocs::default(),
            id_aliases: HashMap::new(),
        }
    }

    /// Finds the types that several modules share.
    fn find_shared(&mut self) {
        let api = self.api;
        for (schema, place) in api.schemas.values().zip(&self.places) {
            if let Kind::Object(object) = &api.ty(schema.ty).kind {
                for field in &object.fields {
                    self.sharing.note(api, &self.shapes, &place.module, field, false);
                }
            }
        }
        for operation in &api.operations {
            let module = &api.resources[operation.resource].path.0;
            let outside = operation.parameters.iter().map(|parameter| &parameter.field);
            let inside = operation.body.iter().flat_map(|body| &body.fields);
            for field in outside.chain(inside) {
                self.sharing.note(api, &self.shapes, module, field, true);
            }
        }
    }

    pub fn push(&mut self, module: &ModulePath, item: Item) {
        self.modules.entry(module.clone()).or_default().items.push(item);
    }

    fn add_schemas(&mut self) {
        let api = self.api;
        // Types of a resource's own fields get names before those of nested schemas.
        let resources = api.resources.iter().filter_map(|resource| resource.schema);
        let mut order: Vec<SchemaId> = resources.collect();
        let first: HashSet<SchemaId> = order.iter().copied().collect();
        order.extend(
            (0..api.schemas.len())
                .map(|index| SchemaId(index as u32))
                .filter(|id| !first.contains(id)),
        );
        for id in order {
            let description = api.ty(api.schema(id).ty).description.as_deref();
            self.shared_docs.note(&self.schema_type(id), description);
            if !self.duplicates.contains_key(&id) {
                self.add_schema(id, first.contains(&id));
            }
        }
        for resource in &api.resources {
            let own = api
                .operations
                .iter()
                .filter(|operation| std::ptr::eq(&api.resources[operation.resource], resource));
            let page = own.min_by_key(|operation| operation.path.len());
            let tag = api.tags.get(&resource.path.0.join("."));
            let schema = resource.schema.map(|id| api.ty(api.schema(id).ty));
            let summary = schema.and_then(|ty| ty.description.as_deref());
            let summary = summary.or(tag.and_then(|tag| tag.summary.as_deref()));
            let name = resource.schema.map_or(resource.path.name(), |id| api.schema_name(id));
            let mut lines = docs::module(summary, name);
            if let Some(guide) = tag.and_then(|tag| tag.description.as_deref()) {
                lines.push(String::new());
                lines.extend(prose(guide));
            }
            let events = self.events_of(resource.schema);
            if !events.is_empty() {
                lines.push(String::new());
                lines.push(format!("Events: {}.", events.join(", ")));
            }
            if let Some(operation) = page {
                lines.push(String::new());
                lines.push(format!("[API reference]({})", docs::reference_page(&operation.path)));
            }
            self.modules.entry(resource.path.0.clone()).or_default().docs = lines;
        }
    }

    /// Returns the event types that carry an object of this schema or are related to one.
    fn events_of(&self, schema: Option<SchemaId>) -> Vec<String> {
        let Some(schema) = schema else { return Vec::new() };
        let is_about = |event: &&model::Event| match event.kind {
            model::EventKind::Snapshot { object } => {
                self.api.ty(object).kind == Kind::Schema(schema)
            }
            model::EventKind::Thin { related, .. } => related == Some(schema),
        };
        let events = self.api.events.iter().filter(is_about);
        events.map(|event| format!("`{}`", event.name)).collect()
    }

    fn add_schema(&mut self, id: SchemaId, is_resource: bool) {
        let api = self.api;
        let schema = api.schema(id);
        let ty = api.ty(schema.ty);
        let SchemaPlace { module, name } = self.places[id.0 as usize].clone();
        let mut lines = ty.description.as_deref().map(prose).unwrap_or_default();
        let owner = if is_resource { String::new() } else { name.clone() };
        let trail: Vec<String> =
            Some(owner.clone()).into_iter().filter(|owner| !owner.is_empty()).collect();
        let context = Context {
            module: &module,
            trail: &trail,
            short: false,
            field: "",
            siblings: None,
            description: None,
        };
        if lines.is_empty() {
            let equal = self.duplicates.values().filter(|first| **first == id).count();
            let equal =
                if equal == 0 { String::new() } else { format!(", and {equal} equal schemas") };
            lines.push(format!("`{}`{equal}", api.schema_name(id)));
        }
        docs::paragraph(&mut lines, docs::lifetime(&schema.lifetime).into_iter().collect());
        let item = match &ty.kind {
            Kind::Object(object) => {
                let mut item = self.new_struct(&name, lines, object, &module, &owner);
                item.id_alias = self
                    .id_aliases
                    .get(&id)
                    .filter(|_| item.fields.iter().any(has_own_id))
                    .cloned();
                Item::Struct(item)
            }
            Kind::Union(arms) => Item::Union(self.new_union(name, lines, arms, &context)),
            Kind::Enum(values) => Item::Enum(new_enum(name, lines, values, ty)),
            _ => Item::Alias(Alias { ty: self.ty(schema.ty, &context), name, docs: lines }),
        };
        self.push(&module, item);
    }

    fn new_struct(
        &mut self,
        name: &str,
        docs: Vec<String>,
        object: &Object,
        module: &ModulePath,
        owner: &str,
    ) -> Struct {
        let api = self.api;
        // The ID comes first, because readers look for it.
        let mut fields: Vec<_> = object.fields.iter().collect();
        fields.sort_by_key(|field| field.name != "id");
        let idents = names::fields(fields.iter().map(|field| field.name.as_str()));
        let trail: Vec<String> =
            Some(owner.to_owned()).into_iter().filter(|owner| !owner.is_empty()).collect();
        let siblings = sharing::siblings(api, &self.shapes, fields.iter().copied());
        let has_id = api.resources.iter().any(|resource| {
            resource.path.0 == *module && self.is_place(resource.schema, module, name)
        });
        let fields: Vec<Field> = (fields.into_iter().zip(idents))
            .map(|(field, ident)| {
                let context = Context {
                    module,
                    trail: &trail,
                    short: false,
                    field: &field.name,
                    siblings: Some(&siblings),
                    description: field.description.as_deref(),
                };
                let mut ty = match &api.ty(field.ty).kind {
                    Kind::Text { .. } if field.name == "id" && has_id => self.own_id(module, name),
                    _ => self.ty(field.ty, &context),
                };
                let required = field.required && !field.nullable;
                if !required {
                    ty = ty.optional();
                } else if self.is_recursive(module, name, field.ty) {
                    ty = Type::Boxed(Box::new(ty));
                }
                let mut flags = Vec::new();
                if required {
                    flags.push(Flag::Required);
                } else if field.required {
                    flags.push(Flag::Nullable);
                }
                if field.secret {
                    flags.push(Flag::Secret);
                } else if field.personal {
                    flags.push(Flag::Personal);
                }
                Field {
                    docs: docs::field(api, field, &ident),
                    wire: field.name.clone(),
                    ident,
                    ty,
                    flags,
                }
            })
            .collect();
        let has_id = has_id
            && fields.first().is_some_and(|field| {
                field.wire == "id"
                    && matches!(field.ty, Type::Of("Id", _))
                    && field.flags.contains(&Flag::Required)
            });
        Struct {
            name: name.to_owned(),
            docs,
            object: object.object.clone(),
            deleted: object.deleted,
            fields,
            has_id,
            id_alias: None,
            expands: false,
        }
    }

    fn is_place(&self, schema: Option<SchemaId>, module: &ModulePath, name: &str) -> bool {
        schema.is_some_and(|schema| {
            let place = &self.places[schema.0 as usize];
            place.module == *module && place.name == name
        })
    }

    fn own_id(&self, module: &ModulePath, name: &str) -> Type {
        Type::of(
            "Id",
            Type::Named {
                module: module.clone(),
                name: name.to_owned(),
                is_struct: true,
                is_main: true,
            },
        )
    }

    /// Returns whether the struct would contain itself without a box in between.
    fn is_recursive(&self, module: &ModulePath, name: &str, field: TypeId) -> bool {
        let api = self.api;
        let mut seen = HashSet::new();
        let mut open = vec![field];
        while let Some(ty) = open.pop() {
            let Kind::Schema(id) = api.ty(ty).kind else { continue };
            if self.is_place(Some(id), module, name) {
                return true;
            }
            if !seen.insert(id) {
                continue;
            }
            match &api.ty(api.schema(id).ty).kind {
                Kind::Object(object) => {
                    open.extend(
                        object
                            .fields
                            .iter()
                            .filter(|field| field.required && !field.nullable)
                            .map(|field| field.ty),
                    );
                }
                _ => open.push(api.schema(id).ty),
            }
        }
        false
    }

    /// Adds an enum over all objects that have a field `object`.
    fn add_any_object(&mut self) {
        let api = self.api;
        let mut seen = HashSet::new();
        let mut arms = Vec::new();
        // If several schemas have the same `object`, the resource wins.
        let mut schemas: Vec<_> = api.schemas.values().enumerate().collect();
        schemas.sort_by_key(|(_, schema)| schema.resource_id.is_none());
        for (index, schema) in schemas {
            let Kind::Object(Object { object: Some(name), deleted, .. }) = &api.ty(schema.ty).kind
            else {
                continue;
            };
            if seen.insert((name, deleted)) {
                arms.push(self.schema_arm(SchemaId(index as u32)));
            }
        }
        if arms.is_empty() {
            return;
        }
        let module = vec!["any_object".to_owned()];
        let name = "AnyObject".to_owned();
        let docs = vec!["Any object of the API, distinguished by its field `object`.".to_owned()];
        self.push(
            &module,
            Item::Union(Union {
                name: name.clone(),
                docs,
                is_param: false,
                arms: distinct(arms),
                expands_in: Vec::new(),
            }),
        );
        let entry = self.modules.entry(module).or_default();
        entry.main.push(name);
        entry.docs = vec!["A union of all objects of the API.".to_owned()];
    }

    /// Returns the Rust type of a value in responses.
    pub fn ty(&mut self, id: TypeId, context: &Context<'_>) -> Type {
        let api = self.api;
        let ty = api.ty(id);
        match &ty.kind {
            Kind::Boolean => Type::Bool,
            Kind::Integer => Type::I64,
            Kind::Number => Type::F64,
            Kind::Text { .. } => Type::String,
            Kind::Empty => Type::Unit,
            Kind::Decimal => Type::Runtime("Decimal"),
            Kind::Int64 => Type::Runtime("Int64"),
            Kind::UnixTime => Type::Runtime("Timestamp"),
            Kind::DateTime => Type::Runtime("DateTime"),
            Kind::Currency => Type::Runtime("Currency"),
            Kind::Binary => Type::Runtime("Upload"),
            Kind::Json => Type::Runtime("RawJson"),
            Kind::Id(schema) => Type::of("Id", self.schema_type(*schema)),
            Kind::Schema(schema) => self.schema_type(*schema),
            Kind::Lazy(schema) => Type::of("Lazy", self.schema_type(*schema)),
            Kind::MaybeDeleted { present, deleted } => self.maybe_deleted(*present, *deleted),
            Kind::Expandable(schemas) => self.expandable(id, schemas, context),
            Kind::Array(item) => Type::Vec(Box::new(self.ty(*item, context))),
            Kind::Map(value) => Type::of("Map", self.ty(*value, context)),
            Kind::List(item) => Type::of("List", self.ty(*item, context)),
            Kind::SearchResult(item) => Type::of("SearchResult", self.ty(*item, context)),
            Kind::Page(item) => Type::of("Page", self.ty(*item, context)),
            Kind::Clearable(inner) => Type::of("Clearable", self.ty(*inner, context)),
            Kind::Range(inner) => Type::of("RangeQuery", self.ty(*inner, context)),
            Kind::Enum(values) => self.enum_type(id, values, context),
            Kind::Object(object) => {
                let field = names::camel(&names::singular(context.field));
                let name = self.name(id, context.module, context.candidates(&field, ""));
                let item = self.new_struct(
                    &name,
                    ty.description.as_deref().map(prose).unwrap_or_default(),
                    object,
                    context.module,
                    &name,
                );
                self.push(context.module, Item::Struct(item));
                Type::Named {
                    module: context.module.clone(),
                    name,
                    is_struct: true,
                    is_main: false,
                }
            }
            Kind::Union(arms) => {
                let field = names::camel(&names::singular(context.field));
                let name = self.name(id, context.module, context.candidates(&field, ""));
                let union = self.new_union(name.clone(), Vec::new(), arms, context);
                self.push(context.module, Item::Union(union));
                Type::Named {
                    module: context.module.clone(),
                    name,
                    is_struct: false,
                    is_main: false,
                }
            }
        }
    }

    pub fn schema_type(&self, id: SchemaId) -> Type {
        let SchemaPlace { module, name } = self.places[id.0 as usize].clone();
        let is_struct = matches!(self.api.ty(self.api.schema(id).ty).kind, Kind::Object(_));
        let is_main = self.api.schema(id).resource_id.is_some() && module[..] != ["shared"];
        Type::Named { module, name, is_struct, is_main }
    }

    fn maybe_deleted(&self, present: SchemaId, deleted: SchemaId) -> Type {
        Type::Of("MaybeDeleted", vec![self.schema_type(present), self.schema_type(deleted)])
    }

    fn expandable(&mut self, id: TypeId, schemas: &[SchemaId], context: &Context<'_>) -> Type {
        let api = self.api;
        match schemas {
            [] => Type::String,
            [schema] => Type::of("Expandable", self.schema_type(*schema)),
            [present, deleted]
                if *api.schema_name(*deleted)
                    == format!("deleted_{}", api.schema_name(*present)) =>
            {
                Type::Of(
                    "Expandable",
                    vec![self.maybe_deleted(*present, *deleted), self.schema_type(*present)],
                )
            }
            _ => {
                let key = (
                    context.module.clone(),
                    context.field.to_owned(),
                    schemas.iter().map(|id| api.schema_name(*id).to_owned()).collect(),
                );
                let candidates =
                    context.candidates(&names::camel(&names::singular(context.field)), "");
                let existing = self.enums.get(&key).cloned();
                let (module, name) = match self.resolve(id, context.module, existing, candidates) {
                    Resolution::Existing(ty) => return Type::of("Expandable", ty),
                    Resolution::New(home) => home,
                };
                let arms = schemas.iter().map(|id| self.schema_arm(*id)).collect();
                let docs = vec![format!("Objects that `{}` expands to.", context.field)];
                let union = Union {
                    name: name.clone(),
                    is_param: false,
                    docs,
                    arms: distinct(arms),
                    expands_in: Vec::new(),
                };
                let ty =
                    Type::Named { module: module.clone(), name, is_struct: false, is_main: false };
                self.push(&module, Item::Union(union));
                self.enums.insert(key, ty.clone());
                self.build(id, context.module, &ty);
                Type::of("Expandable", ty)
            }
        }
    }

    /// Returns the enum of these values. There is one per field name in a module.
    fn enum_type(&mut self, id: TypeId, values: &[String], context: &Context<'_>) -> Type {
        let described = self.api.ty(id);
        let module = context.module;
        let mut field = names::singular(context.field);
        let mut trail = context.trail;
        let is_shared = self.sharing.is_shared_enum(&field, values);
        let shape = Shape::of_leaf(&Kind::Enum(values.to_vec()));
        // A type that several siblings share is named after their parent.
        if let [outer @ .., last] = context.trail
            && !is_shared
            && context.siblings.is_some_and(|siblings| siblings.contains(&shape))
        {
            field = names::singular(last);
            trail = outer;
        }
        let candidates = Context { trail, ..*context }.candidates(&names::camel(&field), "");
        let key = (
            if is_shared { Vec::new() } else { module.clone() },
            if sharing::has_many(values) { String::new() } else { field.clone().into_owned() },
            values.to_vec(),
        );
        let existing = self
            .enums
            .get(&key)
            .cloned()
            .or_else(|| self.wider_enum(&key).filter(|_| context.short));
        let own = described.description.as_deref().or(context.description);
        let own_here = own.filter(|_| described.class.is_none());
        let (home, name) = match self.resolve(id, module, existing, candidates) {
            Resolution::Existing(ty) => {
                self.shared_docs.note(&ty, own_here);
                return ty;
            }
            Resolution::New(home) => home,
        };
        // A type that several resources share does not get docs that are about one of them.
        let own = own.filter(|_| home == *module);
        let lines = match described.class.as_deref().or(own) {
            Some(description) => prose(description),
            None => vec![format!("Possible values of `{}`.", context.field)],
        };
        let ty = Type::Named {
            module: home.clone(),
            name: name.clone(),
            is_struct: false,
            is_main: false,
        };
        self.push(&home, Item::Enum(new_enum(name, lines, values, described)));
        self.enums.insert(key, ty.clone());
        self.shared_docs.note(&ty, own_here);
        self.build(id, module, &ty);
        ty
    }

    /// Returns an enum of the object whose values include these. Requests often accept a subset.
    fn wider_enum(
        &self,
        (module, field, values): &(ModulePath, String, Vec<String>),
    ) -> Option<Type> {
        let wider = self.enums.iter().filter(|((other, name, all), _)| {
            other == module && name == field && values.iter().all(|value| all.contains(value))
        });
        wider.min_by_key(|((.., all), _)| (all.len(), (*all).clone())).map(|(_, ty)| ty.clone())
    }

    pub fn new_union(
        &mut self,
        name: String,
        docs: Vec<String>,
        arms: &[TypeId],
        context: &Context<'_>,
    ) -> Union {
        let mut planned = Vec::new();
        for arm in arms {
            match &self.api.ty(*arm).kind {
                Kind::Schema(id) => planned.push(self.schema_arm(*id)),
                // It is recognized like the object itself, and decoded later.
                Kind::Lazy(id) => {
                    let payload = Some(Type::of("Lazy", self.schema_type(*id)));
                    planned.push(Arm { payload, ..self.schema_arm(*id) });
                }
                Kind::Enum(values) => {
                    for value in values {
                        planned.push(Arm {
                            ident: names::camel(value),
                            kind: ArmKind::Value(value.clone()),
                            payload: None,
                            parts: Vec::new(),
                        });
                    }
                }
                kind => {
                    let ident = arm_name(kind).to_owned();
                    let mut payload = self.ty(*arm, context);
                    if matches!(payload, Type::Named { is_struct: true, .. }) {
                        payload = Type::Boxed(Box::new(payload));
                    }
                    let payload = Some(payload);
                    planned.push(Arm { ident, kind: ArmKind::Other, payload, parts: Vec::new() });
                }
            }
        }
        Union {
            name,
            docs,
            is_param: context.short,
            arms: distinct(planned),
            expands_in: Vec::new(),
        }
    }

    fn schema_arm(&self, id: SchemaId) -> Arm {
        let ty = self.schema_type(id);
        // Resources of namespaces keep the namespace in the name, because there are two disputes:
        // `Dispute` and `IssuingDispute`.
        let SchemaPlace { module, name } = &self.places[id.0 as usize];
        let name =
            if module.len() > 1 { names::camel(self.api.schema_name(id)) } else { name.clone() };
        let kind = match &self.api.ty(self.api.schema(id).ty).kind {
            Kind::Object(Object { object: Some(object), deleted: true, .. }) => {
                ArmKind::Deleted(object.clone())
            }
            Kind::Object(Object { object: Some(object), .. }) => ArmKind::Object(object.clone()),
            _ => ArmKind::Other,
        };
        let payload = if matches!(ty, Type::Named { is_struct: true, .. }) {
            Type::Boxed(Box::new(ty))
        } else {
            ty
        };
        Arm { ident: name, kind, payload: Some(payload), parts: Vec::new() }
    }

    fn finish(mut self) -> Plan {
        self.import_parts();
        self.keep_imports();
        self.keep_apart();
        self.shared_docs.write(&mut self.modules);
        boxes::add(&mut self.modules);
        expand::add(&mut self.modules);
        for module in self.modules.values_mut() {
            let main = std::mem::take(&mut module.main);
            module.items.sort_by_key(|item| rank(item, main.first()));
            module.main = main;
            module.main.sort();
            module.imports.sort_by(|left, right| {
                (&left.module, &left.name).cmp(&(&right.module, &right.name))
            });
            if module.docs.is_empty() {
                module.docs.push("Types that several resources share.".to_owned());
            }
        }
        Plan {
            version: self.api.version.clone(),
            versions: self.api.versions.clone(),
            modules: self.modules,
            parts: BTreeMap::new(),
            names: self
                .names
                .given
                .into_iter()
                .map(|(owner, given)| (owner, given.to_string()))
                .collect(),
            splits: self.registry.splits,
        }
    }

    /// Drops re-exports whose names the parent module uses for another item.
    fn keep_apart(&mut self) {
        let mut taken: BTreeMap<ModulePath, HashSet<String>> = BTreeMap::new();
        for (path, module) in &self.modules {
            let own = module.items.iter().flat_map(Item::names).map(str::to_owned);
            let imported = module.imports.iter().map(|import| import.local.clone());
            taken.insert(path.clone(), own.chain(imported).collect());
        }
        // Main items come before IDs, so that no ID takes the name of a resource.
        for shown in [Module::main_names, Module::id_names] {
            for (path, module) in &mut self.modules {
                let Some((_, above)) = path.split_last() else { continue };
                let taken = taken.entry(above.to_vec()).or_default();
                let names = shown(module).into_iter().filter(|name| taken.insert(name.clone()));
                let names: Vec<String> = names.collect();
                module.shown.extend(names);
                module.shown.sort();
            }
        }
    }

    /// Returns the name of the type that has the functions of a resource.
    pub fn entry_type(&self, resource: usize) -> &str {
        let resource = &self.api.resources[resource];
        match resource.schema {
            Some(schema) => &self.places[schema.0 as usize].name,
            // A resource without a schema is the only main item of its module.
            None => &self.modules[&resource.path.0].main[0],
        }
    }

    /// Returns the `impl` block of a resource. Its requests are planned before.
    pub fn entry(&self, resource: usize, functions: Vec<super::Function>) -> (ModulePath, Entry) {
        let on = self.entry_type(resource).to_owned();
        let resource = &self.api.resources[resource];
        let tag = self.api.tags.get(&resource.path.0.join("."));
        let docs = match tag.and_then(|tag| tag.summary.as_deref()) {
            Some(summary) => prose(summary),
            None => vec![format!("The operations under `{}`.", resource.path.0.join("/"))],
        };
        (resource.path.0.clone(), Entry { on, bare: resource.schema.is_none(), docs, functions })
    }
}

/// Returns whether a field is the ID of its object.
fn has_own_id(field: &Field) -> bool {
    let mut is_id = false;
    field.ty.walk(&mut |ty| is_id |= matches!(ty, Type::Of("Id", _)));
    field.wire == "id" && is_id
}

/// The order of items in a file: the resource, its functions, its nested types, then requests.
fn rank(item: &Item, main: Option<&String>) -> u8 {
    match item {
        Item::Struct(item) if Some(&item.name) == main => 0,
        Item::Union(item) if Some(&item.name) == main => 0,
        Item::Entry(_) => 1,
        Item::Struct(_) | Item::Union(_) | Item::Enum(_) | Item::Alias(_) | Item::Event(_) => 2,
        Item::Request(_) => 3,
        Item::Params(_) => 4,
    }
}

fn new_enum(name: String, docs: Vec<String>, values: &[String], ty: &model::Type) -> Enum {
    let idents = names::variants(values.iter().map(String::as_str));
    let variants = (values.iter().zip(idents))
        .map(|(wire, ident)| {
            let says_itself = heck::ToSnakeCase::to_snake_case(ident.as_str()) == *wire;
            let described = ty.value_descriptions.get(wire);
            let mut docs = match wire.as_str() {
                _ if described.is_some() => prose(described.map_or("", String::as_str)),
                _ if says_itself => Vec::new(),
                "" => vec!["The empty string.".to_owned()],
                _ => vec![format!("`{wire}`")],
            };
            docs::paragraph(
                &mut docs,
                ty.values.get(wire).and_then(docs::lifetime).into_iter().collect(),
            );
            Variant { ident, wire: wire.clone(), docs }
        })
        .collect();
    Enum { name, docs, variants }
}

/// Makes the names of variants unique, also beside the variant for unknown shapes.
pub(super) fn distinct(arms: Vec<Arm>) -> Vec<Arm> {
    let idents = names::variants(arms.iter().map(|arm| arm.ident.as_str()));
    arms.into_iter().zip(idents).map(|(arm, ident)| Arm { ident, ..arm }).collect()
}

fn arm_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "Bool",
        Kind::Integer | Kind::Int64 => "Integer",
        Kind::Number | Kind::Decimal => "Number",
        Kind::UnixTime | Kind::DateTime => "Time",
        Kind::Text { .. } | Kind::Currency | Kind::Id(_) => "Id",
        Kind::Array(_) | Kind::List(_) | Kind::SearchResult(_) | Kind::Page(_) => "List",
        Kind::Map(_) => "Map",
        _ => "Object",
    }
}
