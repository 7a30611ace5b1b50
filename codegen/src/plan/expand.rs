//! Plans the constants of expandable fields, which requests and objects take.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Expansion, Item, Module, ModulePath, Struct, Type, Union, docs};

/// The greatest number of levels of a path, by the rules of the API.
const MAX_LEVELS: usize = 4;

/// Adds the constants of all resources, and marks the types that they lead to.
pub fn add(modules: &mut BTreeMap<ModulePath, Module>) {
    let found = Finder::new(modules).all();
    let has_constants: BTreeSet<TypeName> =
        found.iter().map(|(path, object, _)| (path.clone(), object.clone())).collect();
    let constants = found.iter().flat_map(|(.., constants)| constants);
    let targets: BTreeSet<TypeName> =
        constants.filter_map(|constant| type_name(list_item(&constant.to))).collect();
    for (path, module) in modules.iter_mut() {
        for item in &mut module.items {
            match item {
                Item::Struct(item) => {
                    item.expands = has_constants.contains(&(path.clone(), item.name.clone()));
                }
                Item::Union(item) if targets.contains(&(path.clone(), item.name.clone())) => {
                    let payloads = item.arms.iter().filter_map(|arm| arm.payload.as_ref());
                    let objects = payloads.map(inner).filter(|payload| {
                        type_name(payload).is_some_and(|name| has_constants.contains(&name))
                    });
                    item.expands_in = objects.cloned().collect();
                }
                _ => {}
            }
        }
    }
    for (path, _, constants) in found {
        let module = modules.get_mut(&path).expect("the objects were found in modules");
        module.expansions.extend(constants);
        keep_apart(&mut module.expansions);
    }
}

/// A module and the name of a type in it.
type TypeName = (ModulePath, String);

fn type_name(ty: &Type) -> Option<TypeName> {
    match ty {
        Type::Named { module, name, .. } => Some((module.clone(), name.clone())),
        _ => None,
    }
}

/// Gives each constant a name of its own. Paths of fewer levels are named first.
fn keep_apart(constants: &mut [Expansion]) {
    constants.sort_by_key(|constant| constant.path.len());
    let mut seen = BTreeSet::new();
    for constant in constants.iter_mut() {
        while !seen.insert(constant.ident.clone()) {
            constant.ident.push('_');
        }
    }
    constants.sort_by(|left, right| left.ident.cmp(&right.ident));
}

/// Finds the fields that lead to other objects.
struct Finder<'m> {
    modules: &'m BTreeMap<ModulePath, Module>,
    structs: HashMap<(&'m [String], &'m str), &'m Struct>,
    unions: HashMap<(&'m [String], &'m str), &'m Union>,
}

impl<'m> Finder<'m> {
    fn new(modules: &'m BTreeMap<ModulePath, Module>) -> Self {
        let mut structs = HashMap::new();
        let mut unions = HashMap::new();
        for (path, module) in modules {
            for item in &module.items {
                match item {
                    Item::Struct(item) => _ = structs.insert((&path[..], &item.name[..]), item),
                    Item::Union(item) => _ = unions.insert((&path[..], &item.name[..]), item),
                    _ => {}
                }
            }
        }
        Self { modules, structs, unions }
    }

    /// Returns the constants of each resource that has any.
    fn all(&self) -> Vec<(ModulePath, String, Vec<Expansion>)> {
        let objects = self.modules.iter().flat_map(|(path, module)| {
            module.main.iter().map(move |name| (path, name)).filter_map(|(path, name)| {
                Some((path, *self.structs.get(&(&path[..], &name[..]))?))
            })
        });
        let mut all: Vec<_> = objects
            .map(|(path, object)| (path.clone(), object.name.clone(), self.of(path, object)))
            .collect();
        // An object that is always included is worth a constant only if a path continues in it.
        loop {
            let with_constants: BTreeSet<TypeName> = all
                .iter()
                .filter(|(.., constants)| !constants.is_empty())
                .map(|(path, object, _)| (path.clone(), object.clone()))
                .collect();
            let leads_on = |constant: &Expansion| {
                type_name(list_item(&constant.to))
                    .is_some_and(|name| with_constants.contains(&name))
            };
            let mut is_done = true;
            for (.., constants) in &mut all {
                let before = constants.len();
                constants.retain(|constant| constant.expands || leads_on(constant));
                is_done &= constants.len() == before;
            }
            if is_done {
                all.retain(|(.., constants)| !constants.is_empty());
                return all;
            }
        }
    }

    fn of(&self, path: &ModulePath, object: &Struct) -> Vec<Expansion> {
        let is_main = self.modules[path].main.contains(&object.name);
        let from = Type::Named {
            module: path.clone(),
            name: object.name.clone(),
            is_struct: true,
            is_main: is_main && !path.is_empty(),
        };
        let mut constants = Vec::new();
        self.add_fields(&from, object, &mut Vec::new(), &mut constants);
        constants
    }

    fn add_fields(
        &self,
        from: &Type,
        object: &'m Struct,
        steps: &mut Vec<(&'m str, &'m str)>,
        constants: &mut Vec<Expansion>,
    ) {
        for field in &object.fields {
            steps.push((&field.ident, &field.wire));
            // A dot in a name would be read as the end of the name.
            if steps.len() <= MAX_LEVELS && !field.wire.contains('.') {
                self.add_field(from, &field.docs, &field.ty, steps, constants);
            }
            steps.pop();
        }
    }

    fn add_field(
        &self,
        from: &Type,
        docs: &[String],
        ty: &'m Type,
        steps: &mut Vec<(&'m str, &'m str)>,
        constants: &mut Vec<Expansion>,
    ) {
        let ty = inner(ty);
        let (to, expands) = match ty {
            Type::Of("Expandable", targets) => (inner(&targets[0]).clone(), true),
            Type::Of("List", _) => (ty.clone(), true),
            Type::Of("Lazy", targets) => (targets[0].clone(), false),
            Type::Named { is_main: true, .. } => (ty.clone(), false),
            Type::Named { module, name, .. } => {
                let key = (&module[..], &name[..]);
                if let Some(object) = self.structs.get(&key) {
                    self.add_fields(from, object, steps, constants);
                } else if let Some(union) = self.unions.get(&key).filter(|union| !union.is_param) {
                    let payloads = union.arms.iter().filter_map(|arm| arm.payload.as_ref());
                    let structs = payloads.filter_map(|payload| match inner(payload) {
                        Type::Named { module, name, is_main: false, .. } => {
                            self.structs.get(&(&module[..], &name[..]))
                        }
                        _ => None,
                    });
                    structs.for_each(|object| self.add_fields(from, object, steps, constants));
                }
                return;
            }
            _ => return,
        };
        let idents = steps.iter().map(|(ident, _)| ident.trim_start_matches("r#").to_uppercase());
        let path: Vec<String> = steps.iter().map(|(_, wire)| (*wire).to_owned()).collect();
        // Several shapes of a union can have the same field.
        if constants.iter().any(|constant| constant.path == path) {
            return;
        }
        let ident = idents.collect::<Vec<_>>().join("_");
        let docs = docs::expansion(docs, &path, expands);
        constants.push(Expansion { ident, docs, from: from.clone(), to, path, expands });
    }
}

/// Returns the type without an option, a box or a vector around it, and without a deleted form.
fn inner(ty: &Type) -> &Type {
    match ty {
        Type::Option(ty) | Type::Boxed(ty) | Type::Vec(ty) => inner(ty),
        Type::Of("MaybeDeleted", types) => inner(&types[0]),
        ty => ty,
    }
}

/// Returns the type of the items, if the type is a list.
fn list_item(ty: &Type) -> &Type {
    match ty {
        Type::Of("List", items) => inner(&items[0]),
        ty => ty,
    }
}
