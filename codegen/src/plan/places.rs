//! Where schemas go: which module has them, what they are called there, and which of them are one type.

use std::collections::HashMap;

use super::build::Planner;
use super::lock::Lock;
use super::settled::Place;
use super::twins::{self, Likeness, Part};
use super::{ModulePath, Type, names};
use crate::model::{Api, Owners, SchemaId};

/// Where a schema goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SchemaPlace {
    pub module: ModulePath,
    pub name: String,
}

/// The module of each schema: the one where it was, as long as there is something in it, or that of the resource whose part it is.
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
    /// Gives every schema its module and its name. Resources choose first.
    pub fn place_schemas(&mut self, modules: &[ModulePath]) {
        let mut places = self.place_resources();
        self.place_parts(modules, &mut places);
        self.places = places.into_iter().flatten().collect();
    }

    fn place_resources(&mut self) -> Vec<Option<SchemaPlace>> {
        let api = self.api;
        let mut places = vec![None; api.schemas.len()];
        for resource in &api.resources {
            let module = resource.path.0.clone();
            let called = names::camel(resource.path.name());
            // A name without letters is the same as that of the module, beside which the type is re-exported.
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
            // The alias of the id lives beside the resource, so its name is taken as well.
            let alias = self.names.take(&format!("{owner}#id"), &module, [format!("{name}Id")]);
            self.id_aliases.insert(schema, alias);
            places[schema.0 as usize] = Some(SchemaPlace { module, name });
        }
        places
    }

    fn place_parts(&mut self, modules: &[ModulePath], places: &mut [Option<SchemaPlace>]) {
        let api = self.api;
        let owners = Owners::new(api);
        let parts = twins::parts(api);
        let mut alike: HashMap<(&ModulePath, &Likeness), Vec<&[String]>> = HashMap::new();
        for (id, Part { likeness, trail }) in &parts {
            alike.entry((&modules[id.0 as usize], likeness)).or_default().push(trail);
        }
        let mut known: HashMap<&Likeness, Type> = HashMap::new();
        let mut first: HashMap<SchemaPlace, SchemaId> = HashMap::new();
        for (index, (name, schema)) in api.schemas.iter().enumerate() {
            if places[index].is_some() {
                continue;
            }
            let id = SchemaId(index as u32);
            let module = &modules[index];
            let likeness = parts.get(&id).map(|part| &part.likeness);
            let twins = likeness.map(|likeness| &alike[&(module, likeness)]);
            let candidates = match twins {
                // One of several in a module has a name that would do for any of them.
                Some(trails) if trails.len() > 1 && module[..] != ["shared"] => {
                    numbered(&twins::name(trails))
                }
                _ => own_names(&owners, name, module),
            };
            let existing = likeness.and_then(|likeness| known.get(likeness).cloned());
            let ty = match self.settle(schema.ty, module, existing, candidates) {
                Place::Built(ty) => ty,
                Place::Free((home, name)) => {
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
                Some(first) => drop(self.twins.insert(id, *first)),
                None => drop(first.insert(place.clone(), id)),
            }
            if schema.resource_id.is_some() {
                self.modules.entry(home.clone()).or_default().main.push(name.clone());
            }
            places[index] = Some(place);
            if let Some(likeness) = likeness {
                known.entry(likeness).or_insert(ty);
            }
        }
    }
}

/// What a schema of this name can be called in its module.
fn own_names(owners: &Owners, schema: &str, module: &[String]) -> Vec<String> {
    let short = owners.find(schema).map(|(_, rest)| match rest.strip_prefix("deleted_") {
        Some(stem) => format!("deleted_{}_{stem}", module.last().map_or("", String::as_str)),
        None => rest,
    });
    short.iter().map(String::as_str).chain([schema]).map(names::camel).collect()
}

/// A name, and those to take if others have it.
fn numbered(name: &str) -> Vec<String> {
    [name.to_owned()].into_iter().chain((2..10).map(|number| format!("{name}{number}"))).collect()
}
