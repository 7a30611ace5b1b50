//! Docs of types that fields of several names share.
//!
//! The description of one field is wrong on a type that other fields use as well: settings of
//! Alipay are not those of iDEAL. Such a type says which fields it is in, and each of them says
//! what it means there.

use std::collections::{BTreeMap, BTreeSet};

use super::lock::TypePath;
use super::{Item, Module, ModulePath, Type, names};

/// The descriptions of each type, from the places that use it.
#[derive(Debug, Default)]
pub struct SharedDocs(BTreeMap<TypePath, BTreeSet<String>>);

impl SharedDocs {
    pub fn note(&mut self, ty: &Type, description: Option<&str>) {
        if let (Type::Named { module, name, .. }, Some(description)) = (ty, description) {
            let descriptions = self.0.entry((module.clone(), name.clone())).or_default();
            descriptions.insert(description.to_owned());
        }
    }

    /// Replaces the docs of types whose places have different names and descriptions.
    pub fn write(&self, modules: &mut BTreeMap<ModulePath, Module>) {
        let mut fields: BTreeMap<TypePath, BTreeSet<String>> = BTreeMap::new();
        for (field, ty) in modules.values().flat_map(|module| &module.items).flat_map(fields_of) {
            ty.walk(&mut |ty| {
                if let Type::Named { module, name, .. } = ty {
                    let fields = fields.entry((module.clone(), name.clone())).or_default();
                    fields.insert(field.to_owned());
                }
            });
        }
        let shared = self.0.iter().filter(|(_, descriptions)| descriptions.len() > 1);
        for (path, _) in shared {
            let Some(fields) = fields.get(path).filter(|fields| differ(fields)) else { continue };
            let items = modules.get_mut(&path.0).into_iter().flat_map(|module| &mut module.items);
            for item in items {
                let (name, docs, what) = match item {
                    Item::Params(item) => (&item.name, &mut item.docs, "The parameters in"),
                    Item::Struct(item) => (&item.name, &mut item.docs, "The object in"),
                    Item::Enum(item) => (&item.name, &mut item.docs, "The values of"),
                    Item::Union(item) => (&item.name, &mut item.docs, "The forms of"),
                    _ => continue,
                };
                if *name == path.1 {
                    *docs = vec![format!("{what} {}.", list(fields))];
                }
            }
        }
    }
}

/// Returns the names of fields in the API, with their types.
fn fields_of(item: &Item) -> Vec<(&str, &Type)> {
    match item {
        Item::Struct(item) => {
            item.fields.iter().map(|field| (field.wire.as_str(), &field.ty)).collect()
        }
        Item::Params(item) => {
            item.fields.iter().map(|param| (param.wire.as_str(), param.given.ty())).collect()
        }
        Item::Request(item) => {
            item.params.iter().map(|param| (param.wire.as_str(), param.given.ty())).collect()
        }
        Item::Entry(item) => {
            let params = item.functions.iter().flat_map(|function| &function.params);
            params.map(|param| (param.wire.as_str(), param.given.ty())).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns whether the fields have different names. The plural of a name is the same one.
fn differ(fields: &BTreeSet<String>) -> bool {
    let names: BTreeSet<_> = fields.iter().map(|field| names::singular(field)).collect();
    names.len() > 1
}

/// Lists the fields. Of many, it counts the rest.
fn list(fields: &BTreeSet<String>) -> String {
    const SHOWN: usize = 4;
    let mut names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    if names.len() > SHOWN + 1 {
        let rest = names.split_off(SHOWN).len();
        names.push(format!("{rest} more"));
    }
    let last = names.pop().unwrap_or_default();
    format!("{} and {last}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn many_fields_are_counted() {
        let listed = |names: &[&str]| list(&names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(listed(&["ideal", "alipay"]), "`alipay` and `ideal`");
        assert_eq!(listed(&["a", "b", "c", "d", "e"]), "`a`, `b`, `c`, `d` and `e`");
        assert_eq!(listed(&["a", "b", "c", "d", "e", "f"]), "`a`, `b`, `c`, `d` and 2 more");
    }
}
