//! Which type something has: the one of the last time, one that is there already, or a new one.

use std::collections::HashMap;

use super::build::Planner;
use super::lock::{Given, Home};
use super::shape::Shape;
use super::{Import, Item, ModulePath, Type};
use crate::model::TypeId;

/// What was settled the last time, and what is settled so far.
#[derive(Debug, Default)]
pub struct Settled {
    /// What the types belong to that have no name of their own.
    owners: HashMap<TypeId, String>,
    /// The shapes of the types that were there the last time.
    shapes: HashMap<Home, Shape>,
    /// The types that are built, with their shapes.
    built: HashMap<Home, (Type, Shape)>,
    /// What modules have of others, and what they call it.
    imported: HashMap<(ModulePath, Home), Vec<String>>,
    /// What was one type and is several now.
    pub splits: Vec<String>,
}

impl Settled {
    pub fn new(owners: HashMap<TypeId, String>, shapes: HashMap<Home, Shape>) -> Self {
        Self { owners, shapes, ..Self::default() }
    }
}

/// Where a type is, or is to be built.
pub enum Place {
    Built(Type),
    Free(Home),
}

impl Planner<'_> {
    /// The name of a type that is never shared.
    pub fn name(&mut self, id: TypeId, module: &ModulePath, candidates: Vec<String>) -> String {
        match self.settled.owners.get(&id) {
            Some(owner) => self.names.take(owner, module, candidates),
            None => self.names.fresh(module, candidates),
        }
    }

    /// Decides which type something has. `existing` is one that would do, `candidates` are names for a new one.
    pub fn settle(
        &mut self,
        id: TypeId,
        here: &ModulePath,
        existing: Option<Type>,
        candidates: Vec<String>,
    ) -> Place {
        if let Some(place) = self.settle_as_before(id, here) {
            return place;
        }
        let Some(existing) = existing else {
            return Place::Free((here.clone(), self.names.fresh(here, candidates)));
        };
        let local = self.import(&existing, here, candidates);
        self.give(id, here, &existing, local);
        Place::Built(existing)
    }

    fn settle_as_before(&mut self, id: TypeId, here: &ModulePath) -> Option<Place> {
        let owner = self.settled.owners.get(&id)?.clone();
        let given = self.names.locked(&owner, here)?.clone();
        let shape = self.shapes.of(self.api, id);
        let home = given.home();
        if self.settled.shapes.get(home) == Some(&shape) {
            return self.built_or_free(id, here, home, &given.at.1);
        }
        self.settled.splits.push(format!(
            "`{owner}` no longer is what `{}::{}` is",
            home.0.join("::"),
            home.1
        ));
        // What was found here under a name of its own keeps that at least.
        let is_free = given.home.is_some()
            && self.settled.built.get(&given.at).is_none_or(|(_, built)| *built == shape);
        if !is_free {
            return None;
        }
        self.built_or_free(id, here, &given.at, &given.at.1)
    }

    /// The type that has this name, or the name if it is free.
    fn built_or_free(
        &mut self,
        id: TypeId,
        here: &ModulePath,
        home: &Home,
        local: &str,
    ) -> Option<Place> {
        let Some((ty, _)) = self.settled.built.get(home).cloned() else {
            return self.names.claim(home).then(|| Place::Free(home.clone()));
        };
        self.import_as(home, here, local);
        self.give(id, here, &ty, local.to_owned());
        Some(Place::Built(ty))
    }

    /// Notes that a type is built for something in the module `here`, be it there or elsewhere.
    pub fn build(&mut self, id: TypeId, here: &ModulePath, ty: &Type) {
        let Type::Named { module, name, .. } = ty else { return };
        let home = (module.clone(), name.clone());
        let owner = self.settled.owners.get(&id).map_or("", String::as_str);
        let local =
            self.names.locked(owner, here).map_or_else(|| name.clone(), |given| given.at.1.clone());
        let local = if module == here { name.clone() } else { local };
        self.import_as(&home, here, &local);
        self.give(id, here, ty, local);
        self.settled.built.insert(home, (ty.clone(), self.shapes.of(self.api, id)));
    }

    fn give(&mut self, id: TypeId, here: &ModulePath, ty: &Type, local: String) {
        let (Some(owner), Type::Named { module, name, .. }) = (self.settled.owners.get(&id), ty)
        else {
            return;
        };
        let home = (module != here).then(|| (module.clone(), name.clone()));
        self.names.give(owner, Given { at: (here.clone(), local), home });
    }

    /// Makes a type of another module to be found in this one as well, under a name that is free here. Gives that name.
    fn import(&mut self, ty: &Type, here: &ModulePath, candidates: Vec<String>) -> String {
        let Type::Named { module, name, .. } = ty else { return String::new() };
        if module == here {
            return name.clone();
        }
        let home = (module.clone(), name.clone());
        if let Some(local) = self
            .settled
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

    /// The same, under this name.
    fn import_as(&mut self, home: &Home, here: &ModulePath, local: &str) {
        if home.0 == *here {
            return;
        }
        let locals = self.settled.imported.entry((here.clone(), home.clone())).or_default();
        if locals.iter().any(|known| known == local) {
            return;
        }
        locals.push(local.to_owned());
        let import =
            Import { module: home.0.clone(), name: home.1.clone(), local: local.to_owned() };
        self.modules.entry(here.clone()).or_default().imports.push(import);
    }

    /// What could be found in a module is found there as long as it exists, even if nothing there needs it any more.
    pub fn keep_imports(&mut self) {
        for (owner, given) in self.names.former_imports() {
            let Some(home) =
                given.home.clone().filter(|home| self.settled.built.contains_key(home))
            else {
                continue;
            };
            let is_free = !self.settled.built.contains_key(&given.at)
                && self.modules.contains_key(&given.at.0);
            if is_free {
                self.import_as(&home, &given.at.0, &given.at.1);
                self.names.give(&owner, given);
            }
        }
    }

    /// Whoever finds a type in a module finds there what it takes to make one.
    pub fn import_parts(&mut self) {
        let mut open: Vec<(ModulePath, Home)> = self.settled.imported.keys().cloned().collect();
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
                if !self.settled.imported.contains_key(&(here.clone(), part.clone())) {
                    let owner = format!("{} < {}::{}", here.join("::"), part.0.join("::"), part.1);
                    let before = self.names.locked(&owner, &here).map(|given| given.at.1.clone());
                    let local = before.unwrap_or_else(|| self.names.fresh(&here, [part.1.clone()]));
                    self.import_as(&part, &here, &local);
                    self.names.give(
                        &owner,
                        Given { at: (here.clone(), local), home: Some(part.clone()) },
                    );
                    open.push((here.clone(), part));
                }
            }
        }
    }
}
