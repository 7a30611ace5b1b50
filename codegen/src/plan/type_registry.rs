//! Decides whether a schema keeps its locked type, reuses an existing one, or gets a new one.

use std::collections::HashMap;

use super::build::Planner;
use super::lock::{LockedName, TypePath};
use super::shape::Shape;
use super::{Import, Item, ModulePath, Type, names};
use crate::model::TypeId;

/// The locked types, and the types that are planned so far.
#[derive(Debug, Default)]
pub struct TypeRegistry {
    /// The owners in the lock of types without a name of their own.
    owners: HashMap<TypeId, String>,
    /// The shapes of the locked types.
    shapes: HashMap<TypePath, Shape>,
    /// The planned types, with their shapes.
    built: HashMap<TypePath, (Type, Shape)>,
    /// The local names under which modules re-export types of other modules.
    imported: HashMap<(ModulePath, TypePath), Vec<String>>,
    /// Messages about locked types that had to be split.
    pub splits: Vec<String>,
}

impl TypeRegistry {
    pub fn new(owners: HashMap<TypeId, String>, shapes: HashMap<TypePath, Shape>) -> Self {
        Self { owners, shapes, ..Self::default() }
    }
}

/// The result of resolving a type.
pub enum Resolution {
    Existing(Type),
    New(TypePath),
}

impl Planner<'_> {
    /// Returns the name of a type that is never shared.
    pub fn name(&mut self, id: TypeId, module: &ModulePath, candidates: Vec<String>) -> String {
        match self.registry.owners.get(&id) {
            Some(owner) => self.names.take(owner, module, candidates),
            None => self.names.fresh(module, candidates),
        }
    }

    /// Resolves a type. `existing` is a planned type of the same shape, `candidates` are names for
    /// a new one.
    pub fn resolve(
        &mut self,
        id: TypeId,
        here: &ModulePath,
        existing: Option<Type>,
        candidates: Vec<String>,
    ) -> Resolution {
        if let Some(place) = self.resolve_locked(id, here) {
            return place;
        }
        let Some(existing) = existing else {
            return Resolution::New((here.clone(), self.names.fresh(here, candidates)));
        };
        let local = self.import(&existing, here, candidates);
        self.give(id, here, &existing, local);
        Resolution::Existing(existing)
    }

    fn resolve_locked(&mut self, id: TypeId, here: &ModulePath) -> Option<Resolution> {
        let owner = self.registry.owners.get(&id)?.clone();
        let given = self.names.locked(&owner, here)?.clone();
        let shape = self.shapes.of(self.api, id);
        let home = given.home();
        if self.registry.shapes.get(home) == Some(&shape) {
            return self.existing_or_new(id, here, home, &given.at.1);
        }
        self.registry.splits.push(format!(
            "`{owner}` no longer is what `{}::{}` is",
            home.0.join("::"),
            home.1
        ));
        // A re-exported type that split keeps its local name, if that is free.
        let is_free = given.home.is_some()
            && self.registry.built.get(&given.at).is_none_or(|(_, built)| *built == shape);
        if !is_free {
            return None;
        }
        self.existing_or_new(id, here, &given.at, &given.at.1)
    }

    /// Returns the planned type of this name, or the name if no type has it.
    fn existing_or_new(
        &mut self,
        id: TypeId,
        here: &ModulePath,
        home: &TypePath,
        local: &str,
    ) -> Option<Resolution> {
        let Some((ty, _)) = self.registry.built.get(home).cloned() else {
            return self.names.claim(home).then(|| Resolution::New(home.clone()));
        };
        self.import_as(home, here, local);
        self.give(id, here, &ty, local.to_owned());
        Some(Resolution::Existing(ty))
    }

    /// Records a new type for a value in the module `here`. The type may be in another module.
    pub fn build(&mut self, id: TypeId, here: &ModulePath, ty: &Type) {
        let Type::Named { module, name, .. } = ty else { return };
        let home = (module.clone(), name.clone());
        let owner = self.registry.owners.get(&id).map_or("", String::as_str);
        let local =
            self.names.locked(owner, here).map_or_else(|| name.clone(), |given| given.at.1.clone());
        let local = if module == here { name.clone() } else { local };
        self.import_as(&home, here, &local);
        self.give(id, here, ty, local);
        self.registry.built.insert(home, (ty.clone(), self.shapes.of(self.api, id)));
    }

    fn give(&mut self, id: TypeId, here: &ModulePath, ty: &Type, local: String) {
        let (Some(owner), Type::Named { module, name, .. }) = (self.registry.owners.get(&id), ty)
        else {
            return;
        };
        let home = (module != here).then(|| (module.clone(), name.clone()));
        self.names.give(owner, LockedName { at: (here.clone(), local), home });
    }

    /// Re-exports a type of another module under a free name, and returns that name.
    fn import(&mut self, ty: &Type, here: &ModulePath, candidates: Vec<String>) -> String {
        let Type::Named { module, name, .. } = ty else { return String::new() };
        if module == here {
            return name.clone();
        }
        let home = (module.clone(), name.clone());
        if let Some(local) = self
            .registry
            .imported
            .get(&(here.clone(), home.clone()))
            .and_then(|locals| locals.first())
        {
            return local.clone();
        }
        let local = self.names.fresh(here, candidates);
        self.import_as(&home, here, &local);
        local
    }

    /// Re-exports a type of another module under this name.
    fn import_as(&mut self, home: &TypePath, here: &ModulePath, local: &str) {
        if home.0 == *here {
            return;
        }
        let locals = self.registry.imported.entry((here.clone(), home.clone())).or_default();
        if locals.iter().any(|known| known == local) {
            return;
        }
        locals.push(local.to_owned());
        let import =
            Import { module: home.0.clone(), name: home.1.clone(), local: local.to_owned() };
        self.modules.entry(here.clone()).or_default().imports.push(import);
    }

    /// Keeps locked re-exports whose types still exist, even if their module no longer uses them.
    pub fn keep_imports(&mut self) {
        for (owner, given) in self.names.former_imports() {
            let Some(home) =
                given.home.clone().filter(|home| self.registry.built.contains_key(home))
            else {
                continue;
            };
            let is_free = !self.registry.built.contains_key(&given.at)
                && self.modules.contains_key(&given.at.0);
            if is_free {
                self.import_as(&home, &given.at.0, &given.at.1);
                self.names.give(&owner, given);
            }
        }
    }

    /// Re-exports, beside each parameter object, the types that its setters take.
    pub fn import_parts(&mut self) {
        let mut open: Vec<(ModulePath, TypePath)> =
            self.registry.imported.keys().cloned().collect();
        open.sort();
        while let Some((here, (home, name))) = open.pop() {
            let items = self.modules[&home].items.iter();
            let params = items.filter_map(|item| match item {
                Item::Params(params) if params.name == name => Some(params),
                _ => None,
            });
            let mut parts = Vec::new();
            for param in params.flat_map(|params| &params.fields) {
                param.given.ty().walk(&mut |ty| {
                    if let Type::Named { module, name, is_main: false, .. } = ty
                        && *module != here
                    {
                        parts.push((module.clone(), name.clone()));
                    }
                });
            }
            for part in parts {
                if !self.registry.imported.contains_key(&(here.clone(), part.clone())) {
                    let owner = format!("{} < {}::{}", here.join("::"), part.0.join("::"), part.1);
                    let before = self.names.locked(&owner, &here).map(|given| given.at.1.clone());
                    let local =
                        before.unwrap_or_else(|| self.names.fresh(&here, part_names(&part)));
                    self.import_as(&part, &here, &local);
                    self.names.give(
                        &owner,
                        LockedName { at: (here.clone(), local), home: Some(part.clone()) },
                    );
                    open.push((here.clone(), part));
                }
            }
        }
    }
}

/// Returns names for a re-export: that of the type, or with the resource that it is from.
fn part_names((module, name): &TypePath) -> [String; 2] {
    let resource = module.last().map_or_else(String::new, |resource| names::camel(resource));
    [name.clone(), format!("{resource}{name}")]
}
