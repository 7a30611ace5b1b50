//! Assigns schemas to modules and names, and finds those that share a type.

use std::collections::HashMap;

use super::build::Planner;
use super::dedup::{self, DedupKey};
use super::lock::Lock;
use super::type_registry::Resolution;
use super::{ModulePath, Type, names};
use crate::model::{Api, Owners, SchemaId};

/// The module and name of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaPlace {
    pub module: ModulePath,
    pub name: String,
}

/// Returns the module of each schema: the locked one if it still exists, else that of its resource.
pub fn modules_of_schemas(api: &Api, lock: &Lock) -> Vec<ModulePath> {
    let owners = Owners::new(api);
    let of_resource: HashMap<SchemaId, &ModulePath> = api
        .resources
        .iter()
        .filter_map(|resource| Some((resource.schema?, &resource.path.0)))
        .collect();
    let module = |(index, name): (usize, &String)| {
        if let Some(own) = of_resource.get(&SchemaId(index as u32)) {
            return (*own).clone();
        }
        let before = lock.0.get(name).map(|given| &given.at.0);
        if let Some(before) = before.filter(|before| {
            of_resource.values().any(|module| module == before) || before[..] == ["shared"]
        }) {
            return before.clone();
        }
        let module = owners.find(name).and_then(|(owner, _)| of_resource.get(&owner).copied());
        module.cloned().unwrap_or_else(|| vec!["shared".to_owned()])
    };
    api.schemas.keys().enumerate().map(module).collect()
}

impl Planner<'_> {
    /// Assigns each schema a module and a name. Resources choose first.
    pub fn place_schemas(&mut self, modules: &[ModulePath]) {
        let mut places = self.place_resources();
        self.place_nested(modules, &mut places);
        self.places = places.into_iter().flatten().collect();
    }

    fn place_resources(&mut self) -> Vec<Option<SchemaPlace>> {
        let api = self.api;
        let mut places = vec![None; api.schemas.len()];
        for resource in &api.resources {
            let module = resource.path.0.clone();
            let called = names::camel(resource.path.name());
            // A name without upper-case letters equals that of its module, and both are exported
            // side by side.
            let called = if called == names::field(resource.path.name()) {
                format!("{called}Resource")
            } else {
                called
            };
            let owner = resource
                .schema
                .map_or_else(|| module.join("/"), |schema| api.schema_name(schema).to_owned());
            let name = self.names.take(&owner, &module, [called]);
            self.modules.entry(module.clone()).or_default().main.push(name.clone());
            let Some(schema) = resource.schema else { continue };
            // The alias of the ID is beside the resource, so its name is taken too.
            let alias = self.names.take(&format!("{owner}#id"), &module, [format!("{name}Id")]);
            self.id_aliases.insert(schema, alias);
            places[schema.0 as usize] = Some(SchemaPlace { module, name });
        }
        places
    }

    fn place_nested(&mut self, modules: &[ModulePath], places: &mut [Option<SchemaPlace>]) {
        let api = self.api;
        let owners = Owners::new(api);
        let nested = dedup::nested_schemas(api);
        let mut equal: HashMap<(&ModulePath, &DedupKey), Vec<&[String]>> = HashMap::new();
        for (id, schema) in &nested {
            equal.entry((&modules[id.0 as usize], &schema.key)).or_default().push(&schema.path);
        }
        let mut known: HashMap<&DedupKey, Type> = HashMap::new();
        let mut first: HashMap<SchemaPlace, SchemaId> = HashMap::new();
        for (index, (name, schema)) in api.schemas.iter().enumerate() {
            if places[index].is_some() {
                continue;
            }
            let id = SchemaId(index as u32);
            let module = &modules[index];
            let key = nested.get(&id).map(|schema| &schema.key);
            let candidates = match key.map(|key| &equal[&(module, key)]) {
                // Equal schemas of a module are named after what their paths have in common.
                Some(paths) if paths.len() > 1 && module[..] != ["shared"] => {
                    numbered(&dedup::common_name(paths))
                }
                _ => own_names(&owners, name, module),
            };
            let existing = key.and_then(|key| known.get(key).cloned());
            let ty = match self.resolve(schema.ty, module, existing, candidates) {
                Resolution::Existing(ty) => ty,
                Resolution::New((home, name)) => {
                    let ty = Type::Named { module: home, name, is_struct: true, is_main: false };
                    self.build(schema.ty, module, &ty);
                    ty
                }
            };
            let Type::Named { module: home, name, .. } = &ty else {
                unreachable!("schemas have names")
            };
            let place = SchemaPlace { module: home.clone(), name: name.clone() };
            match first.get(&place) {
                Some(first) => drop(self.duplicates.insert(id, *first)),
                None => drop(first.insert(place.clone(), id)),
            }
            if schema.resource_id.is_some() {
                self.modules.entry(home.clone()).or_default().main.push(name.clone());
            }
            places[index] = Some(place);
            if let Some(key) = key {
                known.entry(key).or_insert(ty);
            }
        }
    }
}

/// Returns the possible names of a schema in its module.
fn own_names(owners: &Owners, schema: &str, module: &[String]) -> Vec<String> {
    let short = owners.find(schema).map(|(_, rest)| match rest.strip_prefix("deleted_") {
        Some(stem) => format!("deleted_{}_{stem}", module.last().map_or("", String::as_str)),
        None => rest,
    });
    short.iter().map(String::as_str).chain([schema]).map(names::camel).collect()
}

/// A name, and alternatives if it is taken.
fn numbered(name: &str) -> Vec<String> {
    [name.to_owned()].into_iter().chain((2..10).map(|number| format!("{name}{number}"))).collect()
}
