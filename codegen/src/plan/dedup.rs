//! Deduplicates sub-schemas with the same name and structure.
//!
//! Each payment method has its own `display_preference`, and all of them are equal. One type is
//! easier to use and faster to compile.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::shape::{Shape, Shapes};
use super::{names, sharing};
use crate::model::{Api, Kind, Object, Response, SchemaId, TypeId};

/// A schema that is nested in another one.
#[derive(Debug)]
pub struct NestedSchema {
    /// Equal for schemas that share a type.
    pub key: DedupKey,
    /// The fields that lead to it.
    pub path: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DedupKey {
    /// The name, in the singular.
    title: String,
    shape: Shape,
}

/// The number of equal fields of one object from which on they share a type.
pub const MIN_EQUAL_SIBLINGS: usize = 20;

/// Returns the nested schemas that can share a type.
pub fn nested_schemas(api: &Api) -> BTreeMap<SchemaId, NestedSchema> {
    let mut references = References::of(api);
    references.fields.retain(|id, _| sharing::is_part(api, *id));
    let all = Shapes::new(api);
    let shapes: HashMap<SchemaId, Shape> =
        references.fields.keys().map(|id| (*id, all.of(api, api.schema(*id).ty))).collect();
    let groups = sibling_groups(&references, &shapes);
    let mut nested = BTreeMap::new();
    for (id, fields) in &references.fields {
        let titles: BTreeSet<_> =
            fields.iter().map(|reference| names::singular(&reference.field)).collect();
        let title = match groups.get(id) {
            Some(title) => title.clone(),
            None if titles.len() == 1 => names::singular(&fields[0].field).into_owned(),
            None => continue,
        };
        if !references.elsewhere.contains(id) {
            let key = DedupKey { title, shape: shapes[id] };
            nested.insert(*id, NestedSchema { key, path: path(&references, &groups, *id) });
        }
    }
    nested
}

/// Returns the names of types that many siblings share: the singular of their parent, such as
/// `capability` in `capabilities`.
fn sibling_groups(
    references: &References,
    shapes: &HashMap<SchemaId, Shape>,
) -> HashMap<SchemaId, String> {
    let mut siblings: BTreeMap<(SchemaId, Shape), Vec<SchemaId>> = BTreeMap::new();
    for (id, fields) in &references.fields {
        if let [Reference { parent: Some(parent), .. }] = fields[..] {
            siblings.entry((parent, shapes[id])).or_default().push(*id);
        }
    }
    let mut groups = HashMap::new();
    for ((parent, _), siblings) in siblings {
        let Some([first, ..]) = references.fields.get(&parent).map(Vec::as_slice) else { continue };
        let one = names::singular(&first.field);
        if siblings.len() >= MIN_EQUAL_SIBLINGS && one != first.field {
            groups.extend(siblings.into_iter().map(|id| (id, one.clone().into_owned())));
        }
    }
    groups
}

/// Returns the fields that lead from the resource to a nested schema, in the singular.
fn path(references: &References, groups: &HashMap<SchemaId, String>, id: SchemaId) -> Vec<String> {
    let mut path = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| seen.insert(*id))
        && let Some([reference, ..]) = references.fields.get(&id).map(Vec::as_slice)
    {
        next = reference.parent;
        match groups.get(&id) {
            // It gets the name of its parent.
            Some(title) => {
                path.push(title.clone());
                next = next.and_then(|parent| references.fields.get(&parent)?.first()?.parent);
            }
            None if reference.is_item => path.push(names::singular(&reference.field).into_owned()),
            None => path.push(reference.field.clone()),
        }
    }
    path.reverse();
    path
}

/// Returns a name for equal schemas, made of the common prefix and suffix of their paths.
///
/// The suffix begins with a whole step in one of the paths: `requirements` and
/// `future_requirements` share the name `requirements`, but `amazon_pay` and `revolut_pay` do not
/// share `pay`.
pub fn common_name(paths: &[&[String]]) -> String {
    let (first, rest) = paths.split_first().expect("there are equal schemas");
    let words = words(first);
    let prefix = (rest.iter())
        .map(|path| common_length(first.iter(), path.iter()))
        .min()
        .unwrap_or(first.len());
    let suffix = (rest.iter())
        .map(|path| common_length(words.iter().rev(), self::words(path).iter().rev()))
        .min()
        .unwrap_or(words.len());
    let suffix = (paths.iter())
        .flat_map(|path| suffix_lengths(path))
        .filter(|length| *length <= suffix)
        .max()
        .unwrap_or_default();
    let shortest = paths.iter().map(|path| self::words(path).len()).min().unwrap_or_default();
    let prefix = self::words(&first[..prefix]).len().min(shortest - suffix);
    names::camel(&[&words[..prefix], &words[words.len() - suffix..]].concat().join("_"))
}

fn words(path: &[String]) -> Vec<&str> {
    path.iter().flat_map(|step| step.split('_')).collect()
}

/// Returns the number of items at the start of two iterators that are equal.
fn common_length<T: PartialEq>(
    left: impl Iterator<Item = T>,
    right: impl Iterator<Item = T>,
) -> usize {
    left.zip(right).take_while(|(left, right)| left == right).count()
}

/// Returns the numbers of words in the last step of a path, in the last two, and so on.
fn suffix_lengths(path: &[String]) -> Vec<usize> {
    (0..path.len()).map(|start| words(&path[start..]).len()).collect()
}

/// The references to schemas.
#[derive(Default)]
struct References {
    /// References from fields.
    fields: BTreeMap<SchemaId, Vec<Reference>>,
    /// Schemas with references from places without a field name.
    elsewhere: HashSet<SchemaId>,
}

struct Reference {
    /// The parent of the field, if it has a name.
    parent: Option<SchemaId>,
    field: String,
    /// Whether the field holds several values.
    is_item: bool,
}

impl References {
    fn of(api: &Api) -> Self {
        let mut references = Self::default();
        for (index, schema) in api.schemas.values().enumerate() {
            match &api.ty(schema.ty).kind {
                Kind::Object(object) => {
                    references.add_fields(api, object, Some(SchemaId(index as u32)))
                }
                _ => references.add(api, schema.ty, None),
            }
        }
        for operation in &api.operations {
            if let Response::Json(ty) = operation.response {
                references.add(api, ty, None);
            }
        }
        references
    }

    fn add_fields(&mut self, api: &Api, object: &Object, parent: Option<SchemaId>) {
        for field in &object.fields {
            let reference = Reference { parent, field: field.name.clone(), is_item: false };
            self.add(api, field.ty, Some(reference));
        }
    }

    fn add(&mut self, api: &Api, ty: TypeId, reference: Option<Reference>) {
        match &api.ty(ty).kind {
            Kind::Schema(id) => match reference {
                Some(reference) => self.fields.entry(*id).or_default().push(reference),
                None => drop(self.elsewhere.insert(*id)),
            },
            Kind::Array(inner) | Kind::Map(inner) => {
                self.add(
                    api,
                    *inner,
                    reference.map(|reference| Reference { is_item: true, ..reference }),
                );
            }
            Kind::Clearable(inner) => self.add(api, *inner, reference),
            Kind::Object(object) => self.add_fields(api, object, None),
            Kind::Union(arms) => arms.iter().for_each(|arm| self.add(api, *arm, None)),
            Kind::List(inner) | Kind::SearchResult(inner) | Kind::Page(inner) => {
                self.add(api, *inner, None)
            }
            Kind::Lazy(id) | Kind::Id(id) => drop(self.elsewhere.insert(*id)),
            Kind::Expandable(ids) => self.elsewhere.extend(ids),
            Kind::MaybeDeleted { present, deleted } => self.elsewhere.extend([present, deleted]),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::common_name;

    #[test]
    fn equal_schemas_are_named_after_their_common_path() {
        let called = |trails: &[&[&str]]| {
            let trails: Vec<Vec<String>> = trails
                .iter()
                .map(|trail| trail.iter().map(|step| (*step).to_owned()).collect())
                .collect();
            common_name(&trails.iter().map(Vec::as_slice).collect::<Vec<_>>())
        };
        assert_eq!(
            called(&[&["affirm", "display_preference"], &["alma", "display_preference"]]),
            "DisplayPreference"
        );
        assert_eq!(
            called(&[&["requirements", "error"], &["future_requirements", "error"]]),
            "RequirementsError"
        );
        let funding = |method| ["details", method, "funding", "card"];
        assert_eq!(
            called(&[&funding("amazon_pay"), &funding("revolut_pay")]),
            "DetailsFundingCard"
        );
        assert_eq!(called(&[&["a", "b", "b"], &["a", "b"]]), "AB");
        assert_eq!(called(&[&["a", "x", "address"]]), "AXAddress");
    }
}
