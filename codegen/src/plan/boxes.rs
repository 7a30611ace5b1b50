//! Boxes fields of recursive types, which would have no size otherwise.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::lock::TypePath;
use super::{Item, Module, ModulePath, Type};

/// Boxes the fields that form a cycle.
pub fn add(modules: &mut BTreeMap<ModulePath, Module>) {
    let circular = circular(modules);
    if circular.is_empty() {
        return;
    }
    for (path, module) in modules {
        for item in &mut module.items {
            let is_circular = |name: &String| circular.contains(&(path.clone(), name.clone()));
            match item {
                Item::Struct(item) if is_circular(&item.name) => {
                    item.fields.iter_mut().for_each(|field| enclose(&mut field.ty, &circular));
                }
                Item::Union(item) if is_circular(&item.name) => {
                    let payloads = item.arms.iter_mut().filter_map(|arm| arm.payload.as_mut());
                    payloads.for_each(|payload| enclose(payload, &circular));
                }
                _ => {}
            }
        }
    }
}

/// Returns the types that are part of a cycle or between cycles.
fn circular(modules: &BTreeMap<ModulePath, Module>) -> HashSet<TypePath> {
    let mut held: HashMap<TypePath, HashSet<TypePath>> = HashMap::new();
    for (path, module) in modules {
        for item in &module.items {
            let is_held = matches!(item, Item::Struct(_) | Item::Union(_) | Item::Alias(_));
            if let (true, [name, ..]) = (is_held, &item.names()[..]) {
                let mut found = HashSet::new();
                item.types().into_iter().for_each(|ty| values(ty, &mut found));
                held.insert((path.clone(), (*name).to_owned()), found);
            }
        }
    }
    // Removes types that contain no remaining type, until only cycles are left.
    loop {
        let left: HashSet<TypePath> = held.keys().cloned().collect();
        held.retain(|_, held| held.iter().any(|one| left.contains(one)));
        if held.len() == left.len() {
            return left;
        }
    }
}

/// Returns the generated types that a type contains without a box or list.
fn values(ty: &Type, found: &mut HashSet<TypePath>) {
    match ty {
        Type::Named { module, name, .. } => {
            found.insert((module.clone(), name.clone()));
        }
        Type::Option(inner) => values(inner, found),
        Type::Of("MaybeDeleted" | "Clearable", inner) => {
            inner.iter().for_each(|inner| values(inner, found));
        }
        _ => {}
    }
}

fn enclose(ty: &mut Type, circular: &HashSet<TypePath>) {
    if let Type::Option(inner) = ty {
        return enclose(inner, circular);
    }
    let mut found = HashSet::new();
    values(ty, &mut found);
    if found.iter().any(|home| circular.contains(home)) {
        let inner = std::mem::replace(ty, Type::Unit);
        *ty = Type::Boxed(Box::new(inner));
    }
}
