//! Finds types that have the same name and shape in several modules, and so are shared.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::dedup::MIN_EQUAL_SIBLINGS;
use super::shape::{Shape, Shapes};
use super::{ModulePath, names};
use crate::model::{Api, Field, Kind, Object, SchemaId, TypeId};

/// The types that are used by several modules under one name.
#[derive(Debug, Default)]
pub struct Sharing {
    /// By field name and values.
    enums: HashMap<(String, Vec<String>), BTreeSet<ModulePath>>,
    /// By name and shape.
    objects: HashMap<(String, Shape), BTreeSet<ModulePath>>,
}

/// Field names that mean something different in each object. Their enums are not shared.
const VAGUE: [&str; 12] = [
    "category", "code", "kind", "object", "reason", "result", "state", "status", "type", "usage",
    "value", "version",
];

impl Sharing {
    /// Records the types of a field of an object in the module.
    pub fn note(
        &mut self,
        api: &Api,
        shapes: &Shapes,
        module: &ModulePath,
        field: &Field,
        in_request: bool,
    ) {
        self.note_type(api, shapes, module, &field.name, field.ty, in_request);
    }

    fn note_type(
        &mut self,
        api: &Api,
        shapes: &Shapes,
        module: &ModulePath,
        field: &str,
        id: TypeId,
        in_request: bool,
    ) {
        match &api.ty(id).kind {
            Kind::Enum(values) => {
                let key = (names::singular(field).into_owned(), values.clone());
                self.enums.entry(key).or_default().insert(module.clone());
            }
            Kind::Array(inner) | Kind::Map(inner) | Kind::Clearable(inner) | Kind::List(inner) => {
                self.note_type(api, shapes, module, field, *inner, in_request);
            }
            Kind::Object(object) => {
                if in_request {
                    let key = (title(api, id, field).into_owned(), shapes.of(api, id));
                    self.objects.entry(key).or_default().insert(module.clone());
                }
                for field in &object.fields {
                    self.note(api, shapes, module, field, in_request);
                }
            }
            Kind::Union(arms) => {
                for arm in arms {
                    self.note_type(api, shapes, module, field, *arm, in_request);
                }
            }
            _ => {}
        }
    }

    /// Returns whether several modules have this enum under this name.
    pub fn is_shared_enum(&self, field: &str, values: &[String]) -> bool {
        let field = names::singular(field);
        if values.len() < 2 || (!has_many(values) && VAGUE.contains(&&*field)) {
            return false;
        }
        self.enums
            .get(&(field.into_owned(), values.to_vec()))
            .is_some_and(|modules| modules.len() > 1)
    }

    /// Returns whether several modules have this object under this name.
    pub fn is_shared_object(&self, title: &str, shape: Shape) -> bool {
        // Empty objects are equal only until one of them gets a field.
        shape != Shape::empty_object()
            && self.objects.get(&(title.to_owned(), shape)).is_some_and(|modules| modules.len() > 1)
    }
}

/// Returns whether an enum has so many values that others are not equal to it by chance, whatever
/// their names.
pub fn has_many(values: &[String]) -> bool {
    values.len() >= 20
}

/// Returns the name of an object in requests.
pub fn title<'a>(api: &'a Api, id: TypeId, field: &'a str) -> Cow<'a, str> {
    api.ty(id).title.as_deref().map_or_else(|| names::singular(field), Cow::Borrowed)
}

/// Returns the shapes that occur in several fields of one object, such as `capabilities`.
///
/// Objects of several shapes would get names that differ in a number alone, so they are shared only
/// where each would be there many times.
pub fn siblings<'f>(
    api: &Api,
    shapes: &Shapes,
    fields: impl IntoIterator<Item = &'f Field>,
) -> HashSet<Shape> {
    let mut enums: HashMap<Shape, usize> = HashMap::new();
    let mut objects: HashMap<Shape, usize> = HashMap::new();
    for field in fields {
        let essence = essence(api, field.ty);
        let counts = match &api.ty(essence).kind {
            Kind::Enum(values) if values.len() > 1 => &mut enums,
            Kind::Object(object) if !object.fields.is_empty() => &mut objects,
            _ => continue,
        };
        *counts.entry(shapes.of(api, essence)).or_insert(0) += 1;
    }
    enums.retain(|_, count| *count > 1);
    objects.retain(|_, count| *count > 1);
    if objects.len() > 1 {
        objects.retain(|_, count| *count >= MIN_EQUAL_SIBLINGS);
    }
    enums.into_keys().chain(objects.into_keys()).collect()
}

/// Returns the type without arrays and clearable wrappers.
fn essence(api: &Api, id: TypeId) -> TypeId {
    match api.ty(id).kind {
        Kind::Array(inner) | Kind::Clearable(inner) => essence(api, inner),
        _ => id,
    }
}

/// Returns whether a schema is a nested object: no resource, and without a field `object`.
pub fn is_part(api: &Api, id: SchemaId) -> bool {
    let schema = api.schema(id);
    let Kind::Object(Object { object: None, deleted: false, fields }) = &api.ty(schema.ty).kind
    else {
        return false;
    };
    schema.resource_id.is_none() && !fields.is_empty()
}

/// Drops length limits that differ between places that share a type, because docs state the limit.
pub fn agree_on_limits(api: &mut Api) {
    let shapes = Shapes::new(api);
    let mut groups: HashMap<Shape, Vec<TypeId>> = HashMap::new();
    for id in api.type_ids() {
        if matches!(api.ty(id).kind, Kind::Object(_)) {
            groups.entry(shapes.of(api, id)).or_default().push(id);
        }
    }
    for group in groups.into_values().filter(|group| group.len() > 1) {
        agree(api, &group);
    }
}

/// Drops length limits of fields that differ between these objects.
pub fn agree(api: &mut Api, objects: &[TypeId]) {
    let mut texts: HashMap<String, (BTreeSet<Option<i64>>, Vec<TypeId>)> = HashMap::new();
    for id in objects {
        let Kind::Object(object) = &api.ty(*id).kind else { continue };
        for field in &object.fields {
            let Some((text, limit)) = text_of(api, field.ty) else { continue };
            let (limits, ids) = texts.entry(field.name.clone()).or_default();
            limits.insert(limit);
            ids.push(text);
        }
    }
    for (_, ids) in texts.into_values().filter(|(limits, _)| limits.len() > 1) {
        ids.into_iter().for_each(|id| api.drop_limit(id));
    }
}

/// Returns the string type of a field, and its length limit.
fn text_of(api: &Api, id: TypeId) -> Option<(TypeId, Option<i64>)> {
    match &api.ty(id).kind {
        Kind::Text { max_length } => Some((id, *max_length)),
        Kind::Clearable(inner) => text_of(api, *inner),
        _ => None,
    }
}
