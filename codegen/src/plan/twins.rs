//! Parts of resources that are the same and are called the same, and so are one type.
//!
//! Every method of payment has its own `display_preference`, and all of them look alike: people want one type for them, and compilers want no
//! more than that.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::shape::{Shape, Shapes};
use super::{names, sharing};
use crate::model::{Api, Kind, Object, Response, SchemaId, TypeId};

/// A schema that is part of another one.
#[derive(Debug)]
pub struct Part {
    /// What it shares with its twins, and with nothing else.
    pub likeness: Likeness,
    /// The fields that lead to it.
    pub trail: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Likeness {
    /// What one of them is called.
    title: String,
    shape: Shape,
}

/// So many parts of one object are not alike by chance.
const MANY: usize = 20;

/// The parts that can have twins.
pub fn parts(api: &Api) -> BTreeMap<SchemaId, Part> {
    let mut mentions = Mentions::of(api);
    mentions.fields.retain(|id, _| sharing::is_part(api, *id));
    let all = Shapes::new(api);
    let shapes: HashMap<SchemaId, Shape> =
        mentions.fields.keys().map(|id| (*id, all.of(api, api.schema(*id).ty))).collect();
    let families = families(&mentions, &shapes);
    let mut parts = BTreeMap::new();
    for (id, fields) in &mentions.fields {
        let titles: BTreeSet<_> =
            fields.iter().map(|mention| names::singular(&mention.field)).collect();
        let title = match families.get(id) {
            Some(title) => title.clone(),
            None if titles.len() == 1 => names::singular(&fields[0].field).into_owned(),
            None => continue,
        };
        if !mentions.elsewhere.contains(id) {
            let likeness = Likeness { title, shape: shapes[id] };
            parts.insert(*id, Part { likeness, trail: trail(&mentions, &families, *id) });
        }
    }
    parts
}

/// What many siblings are called that are alike: after what they are in. One of `capabilities` is a `capability`.
fn families(mentions: &Mentions, shapes: &HashMap<SchemaId, Shape>) -> HashMap<SchemaId, String> {
    let mut siblings: BTreeMap<(SchemaId, Shape), Vec<SchemaId>> = BTreeMap::new();
    for (id, fields) in &mentions.fields {
        if let [Mention { parent: Some(parent), .. }] = fields[..] {
            siblings.entry((parent, shapes[id])).or_default().push(*id);
        }
    }
    let mut families = HashMap::new();
    for ((parent, _), siblings) in siblings {
        let Some([first, ..]) = mentions.fields.get(&parent).map(Vec::as_slice) else { continue };
        let one = names::singular(&first.field);
        if siblings.len() >= MANY && one != first.field {
            families.extend(siblings.into_iter().map(|id| (id, one.clone().into_owned())));
        }
    }
    families
}

/// The fields that lead to a part from the resource that it is in, each called as one of what it holds.
fn trail(mentions: &Mentions, families: &HashMap<SchemaId, String>, id: SchemaId) -> Vec<String> {
    let mut trail = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| seen.insert(*id))
        && let Some([mention, ..]) = mentions.fields.get(&id).map(Vec::as_slice)
    {
        next = mention.parent;
        match families.get(&id) {
            // Its name is that of what it is in.
            Some(title) => {
                trail.push(title.clone());
                next = next.and_then(|parent| mentions.fields.get(&parent)?.first()?.parent);
            }
            None if mention.is_item => trail.push(names::singular(&mention.field).into_owned()),
            None => trail.push(mention.field.clone()),
        }
    }
    trail.reverse();
    trail
}

/// A name for twins, made of what their trails have in common: how they begin, and how they end.
///
/// `requirements` and `future_requirements` end in the same word, which is a name, so what they both have is called after it; that two ways
/// to pay end in `pay` says nothing.
pub fn name(trails: &[&[String]]) -> String {
    let (first, rest) = trails.split_first().expect("there are twins");
    let words = |trail: &[String]| {
        trail.iter().flat_map(|step| step.split('_')).map(str::to_owned).collect::<Vec<String>>()
    };
    let alike = |left: &mut dyn Iterator<Item = &String>,
                 right: &mut dyn Iterator<Item = &String>| {
        left.zip(right).take_while(|(left, right)| left == right).count()
    };
    let begin = rest
        .iter()
        .map(|trail| alike(&mut first.iter(), &mut trail.iter()))
        .min()
        .unwrap_or(first.len());
    let own = words(first);
    let end = rest
        .iter()
        .map(|trail| alike(&mut own.iter().rev(), &mut words(trail).iter().rev()))
        .min()
        .unwrap_or(own.len());
    let ends = |trail: &&[String]| {
        let lengths = trail.iter().rev().map(|step| step.split('_').count());
        lengths
            .scan(0, |sum, length| Some(std::mem::replace(sum, *sum + length) + length))
            .collect::<Vec<usize>>()
    };
    let end =
        trails.iter().flat_map(ends).filter(|length| *length <= end).max().unwrap_or_default();
    let shortest = trails.iter().map(|trail| words(trail).len()).min().unwrap_or_default();
    let begin = words(&first[..begin]).len().min(shortest - end);
    names::camel(&[&own[..begin], &own[own.len() - end..]].concat().join("_"))
}

/// Where schemas are mentioned.
#[derive(Default)]
struct Mentions {
    /// By fields.
    fields: BTreeMap<SchemaId, Vec<Mention>>,
    /// In places that have no name to call them by.
    elsewhere: HashSet<SchemaId>,
}

struct Mention {
    /// What the field is in, if that has a name.
    parent: Option<SchemaId>,
    field: String,
    /// Whether the field holds several.
    is_item: bool,
}

impl Mentions {
    fn of(api: &Api) -> Self {
        let mut mentions = Self::default();
        for (index, schema) in api.schemas.values().enumerate() {
            match &api.ty(schema.ty).kind {
                Kind::Object(object) => {
                    mentions.add_fields(api, object, Some(SchemaId(index as u32)))
                }
                _ => mentions.add(api, schema.ty, None),
            }
        }
        for operation in &api.operations {
            if let Response::Json(ty) = operation.response {
                mentions.add(api, ty, None);
            }
        }
        mentions
    }

    fn add_fields(&mut self, api: &Api, object: &Object, parent: Option<SchemaId>) {
        for field in &object.fields {
            let mention = Mention { parent, field: field.name.clone(), is_item: false };
            self.add(api, field.ty, Some(mention));
        }
    }

    fn add(&mut self, api: &Api, ty: TypeId, mention: Option<Mention>) {
        match &api.ty(ty).kind {
            Kind::Schema(id) => match mention {
                Some(mention) => self.fields.entry(*id).or_default().push(mention),
                None => drop(self.elsewhere.insert(*id)),
            },
            Kind::Array(inner) | Kind::Map(inner) => {
                self.add(api, *inner, mention.map(|mention| Mention { is_item: true, ..mention }));
            }
            Kind::Clearable(inner) => self.add(api, *inner, mention),
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
    use super::name;

    #[test]
    fn twins_are_called_after_what_they_have_in_common() {
        let called = |trails: &[&[&str]]| {
            let trails: Vec<Vec<String>> = trails
                .iter()
                .map(|trail| trail.iter().map(|step| (*step).to_owned()).collect())
                .collect();
            name(&trails.iter().map(Vec::as_slice).collect::<Vec<_>>())
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
