//! Compares types by structure, without docs.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::sharing::is_part;
use crate::model::{Api, Kind, SchemaId, TypeId};

/// A digest that is equal for types of the same shape.
///
/// A text of all nested types would do as well, but it doubles with each level of types that are
/// used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape(u64, u64);

impl Shape {
    /// Returns the shape of an object without fields.
    pub fn empty_object() -> Self {
        Self::of_text("{}")
    }

    /// Returns the shape of a type that has no other types in it.
    pub fn of_leaf(kind: &Kind) -> Self {
        match kind {
            // A limit is no part of the type: strings of any length are read.
            Kind::Text { .. } => Self::of_text("text"),
            kind => Self::of_text(&format!("{kind:?}")),
        }
    }

    fn of_text(text: &str) -> Self {
        // Two hashes of 64 bits, so that no two texts have both in common by chance.
        let hash = |half: u8| {
            let mut hasher = DefaultHasher::new();
            (half, text).hash(&mut hasher);
            hasher.finish()
        };
        Self(hash(0), hash(1))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.0, self.1)
    }
}

/// The shapes of the types of an API, as long as the types stay what they are.
pub struct Shapes {
    /// The schemas that contain themselves. Each has a shape of its own.
    recursive: HashSet<SchemaId>,
    known: RefCell<HashMap<TypeId, Shape>>,
}

impl Shapes {
    pub fn new(api: &Api) -> Self {
        Self { recursive: recursive(api), known: RefCell::default() }
    }

    /// Returns the shape of a type.
    pub fn of(&self, api: &Api, id: TypeId) -> Shape {
        if let Some(known) = self.known.borrow().get(&id) {
            return *known;
        }
        let shape = self.compute(api, id);
        self.known.borrow_mut().insert(id, shape);
        shape
    }

    fn compute(&self, api: &Api, id: TypeId) -> Shape {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = match &api.ty(id).kind {
            Kind::Object(object) => {
                text.push('{');
                for field in &object.fields {
                    let required = if field.required { "!" } else { "" };
                    let nullable = if field.nullable { "?" } else { "" };
                    let secret = match (field.secret, field.personal) {
                        (true, _) => "*",
                        (_, true) => "~",
                        _ => "",
                    };
                    let shape = self.of(api, field.ty);
                    let _ = write!(text, "{:?}{required}{nullable}{secret}:{shape},", field.name);
                }
                text.push('}');
                Ok(())
            }
            Kind::Array(inner) => write!(text, "array({})", self.of(api, *inner)),
            Kind::Map(inner) => write!(text, "map({})", self.of(api, *inner)),
            Kind::Clearable(inner) => write!(text, "clearable({})", self.of(api, *inner)),
            Kind::Range(inner) => write!(text, "range({})", self.of(api, *inner)),
            Kind::Union(arms) => {
                text.push('(');
                for arm in arms {
                    let _ = write!(text, "{}|", self.of(api, *arm));
                }
                text.push(')');
                Ok(())
            }
            // Parts are what they are made of, whatever they are called; resources are themselves.
            Kind::Schema(part) if is_part(api, *part) && !self.recursive.contains(part) => {
                return self.of(api, api.schema(*part).ty);
            }
            kind => return Shape::of_leaf(kind),
        };
        Shape::of_text(&text)
    }
}

/// Returns the schemas from which references to parts lead back to themselves.
fn recursive(api: &Api) -> HashSet<SchemaId> {
    let parts: Vec<SchemaId> =
        (0..api.schemas.len() as u32).map(SchemaId).filter(|id| is_part(api, *id)).collect();
    let uses: HashMap<SchemaId, Vec<SchemaId>> = parts
        .iter()
        .map(|id| {
            let mut used = Vec::new();
            add_parts(api, api.schema(*id).ty, &mut used);
            (*id, used)
        })
        .collect();
    components(&parts, &uses)
        .into_iter()
        .filter(|component| component.len() > 1 || uses[&component[0]].contains(&component[0]))
        .flatten()
        .collect()
}

/// Adds the parts that a type refers to, without those that they refer to.
fn add_parts(api: &Api, id: TypeId, parts: &mut Vec<SchemaId>) {
    match &api.ty(id).kind {
        Kind::Object(object) => {
            object.fields.iter().for_each(|field| add_parts(api, field.ty, parts));
        }
        Kind::Array(inner) | Kind::Map(inner) | Kind::Clearable(inner) | Kind::Range(inner) => {
            add_parts(api, *inner, parts);
        }
        Kind::Union(arms) => arms.iter().for_each(|arm| add_parts(api, *arm, parts)),
        Kind::Schema(part) if is_part(api, *part) => parts.push(*part),
        _ => {}
    }
}

/// Returns the strongly connected components of a graph, by the algorithm of Kosaraju.
fn components(nodes: &[SchemaId], edges: &HashMap<SchemaId, Vec<SchemaId>>) -> Vec<Vec<SchemaId>> {
    let mut order = Vec::new();
    let mut seen = HashSet::new();
    for node in nodes {
        visit(*node, edges, &mut seen, &mut order);
    }
    let mut reversed: HashMap<SchemaId, Vec<SchemaId>> = HashMap::new();
    for (from, to) in edges.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        reversed.entry(*to).or_default().push(*from);
    }
    seen.clear();
    let mut components = Vec::new();
    for node in order.into_iter().rev() {
        let mut component = Vec::new();
        visit(node, &reversed, &mut seen, &mut component);
        if !component.is_empty() {
            components.push(component);
        }
    }
    components
}

/// Adds what is reached from a node and not seen yet, each behind all that it leads to.
fn visit(
    start: SchemaId,
    edges: &HashMap<SchemaId, Vec<SchemaId>>,
    seen: &mut HashSet<SchemaId>,
    order: &mut Vec<SchemaId>,
) {
    if !seen.insert(start) {
        return;
    }
    let mut open = vec![(start, 0)];
    while let Some((node, next)) = open.last_mut() {
        match edges.get(node).and_then(|all| all.get(*next)) {
            Some(to) => {
                *next += 1;
                if seen.insert(*to) {
                    open.push((*to, 0));
                }
            }
            None => {
                order.push(*node);
                open.pop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    fn api(schemas: &str) -> Api {
        let text = format!(
            r#"{{"openapi": "3.0.0", "paths": {{}}, "components": {{"schemas": {{{schemas}}}}}}}"#
        );
        let mut problems = crate::diagnostic::Diagnostics::default();
        let source = crate::diagnostic::Source { path: "api.json".to_owned(), text };
        let spec = crate::spec::load(&[source], &mut problems);
        let api = model::build(&spec, &mut problems);
        assert!(!problems.has_errors());
        api
    }

    fn of(api: &Api, shapes: &Shapes, name: &str) -> Shape {
        shapes.of(api, api.schema(api.schema_id(name).unwrap()).ty)
    }

    fn object(name: &str, fields: &[(&str, &str)]) -> String {
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, target)| {
                let schema = match *target {
                    "" => r#"{"type": "string"}"#.to_owned(),
                    target => format!(r##"{{"$ref": "#/components/schemas/{target}"}}"##),
                };
                format!(r#""{name}": {schema}"#)
            })
            .collect();
        let fields = fields.join(", ");
        format!(r#""{name}": {{"type": "object", "properties": {{{fields}}}}}"#)
    }

    #[test]
    fn parts_of_the_same_fields_have_the_same_shape() {
        let schemas = [
            object("one", &[("inner", "inner_one")]),
            object("inner_one", &[("text", "")]),
            object("other", &[("inner", "inner_other")]),
            object("inner_other", &[("text", "")]),
            object("more", &[("inner", "one")]),
        ];
        let api = api(&schemas.join(", "));
        let shapes = Shapes::new(&api);
        assert_eq!(of(&api, &shapes, "one"), of(&api, &shapes, "other"));
        assert_ne!(of(&api, &shapes, "one"), of(&api, &shapes, "more"));
    }

    #[test]
    fn shape_of_a_part_is_the_same_wherever_the_search_begins() {
        // `a` and `b` contain each other, and `c` contains itself: which is asked for first must
        // not matter to the others.
        let schemas = [
            object("a", &[("b", "b"), ("c", "c")]),
            object("b", &[("a", "a")]),
            object("c", &[("c", "c")]),
            object("outside", &[("a", "a"), ("b", "b")]),
        ];
        let api = api(&schemas.join(", "));
        let names = ["a", "b", "c", "outside"];
        let forwards = Shapes::new(&api);
        let one: Vec<Shape> = names.iter().map(|name| of(&api, &forwards, name)).collect();
        let backwards = Shapes::new(&api);
        let mut other: Vec<Shape> =
            names.iter().rev().map(|name| of(&api, &backwards, name)).collect();
        other.reverse();
        assert_eq!(one, other);
        assert_eq!(forwards.recursive.len(), 3);
        assert_eq!(one.iter().collect::<HashSet<_>>().len(), names.len());
    }

    #[test]
    fn levels_of_parts_that_are_used_twice_take_no_time() {
        let name = |level: usize| format!("level_{level}");
        let mut schemas: Vec<String> = (0..200)
            .map(|level| {
                let next = name(level + 1);
                object(&name(level), &[("left", &next), ("right", &next)])
            })
            .collect();
        schemas.push(object(&name(200), &[("text", "")]));
        let api = api(&schemas.join(", "));
        let shapes = Shapes::new(&api);
        let all: HashSet<Shape> = (0..=200).map(|level| of(&api, &shapes, &name(level))).collect();
        assert_eq!(all.len(), 201);
    }
}
