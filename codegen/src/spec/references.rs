//! Resolves references to parameters, bodies and responses, so that operations contain no
//! references except to schemas.

use indexmap::IndexMap;

use super::{Members, Spec, closest, unescape};
use crate::diagnostic::Diagnostics;
use crate::document::{Node, Value};

/// Components other than schemas, by kind and name.
pub type Components = IndexMap<String, Members>;

/// The longest chain of references. A longer one is reported as a cycle.
const LONGEST_CHAIN: usize = 32;

/// Follows the references of all operations.
pub fn follow(spec: &mut Spec, problems: &mut Diagnostics) {
    let mut paths = std::mem::take(&mut spec.paths);
    let mut follower = Follower { spec, problems };
    for (_, item) in paths.values_mut() {
        follower.parameters(item);
        for (_, operation) in item.entries_mut() {
            follower.operation(operation);
        }
    }
    spec.paths = paths;
}

/// Resolves references of bodies again, because merging `allOf` can produce new ones.
pub fn follow_bodies(spec: &mut Spec, problems: &mut Diagnostics) {
    let mut paths = std::mem::take(&mut spec.paths);
    let mut follower = Follower { spec, problems };
    for (_, item) in paths.values_mut() {
        for (_, operation) in item.entries_mut() {
            follower.bodies(operation);
        }
    }
    spec.paths = paths;
}

/// Visits the outermost schemas of a path and its operations.
pub fn each_schema(item: &mut Node, visit: &mut impl FnMut(&mut Node)) {
    each_sent_schema(item, visit);
    for (_, operation) in item.entries_mut() {
        for (_, response) in operation.get_mut("responses").map_or(&mut [][..], Node::entries_mut) {
            of_content(response, visit);
        }
    }
}

/// Visits the outermost schemas of parameters and bodies.
pub fn each_sent_schema(item: &mut Node, visit: &mut impl FnMut(&mut Node)) {
    of_parameters(item, visit);
    for (_, operation) in item.entries_mut() {
        of_parameters(operation, visit);
        if let Some(body) = operation.get_mut("requestBody") {
            of_content(body, visit);
        }
    }
}

fn of_parameters(of: &mut Node, visit: &mut impl FnMut(&mut Node)) {
    if let Some(Value::Array(parameters)) = of.get_mut("parameters").map(|node| &mut node.value) {
        parameters.iter_mut().filter_map(|one| one.get_mut("schema")).for_each(visit);
    }
}

fn of_content(of: &mut Node, visit: &mut impl FnMut(&mut Node)) {
    let content = of.get_mut("content").map_or(&mut [][..], Node::entries_mut);
    content.iter_mut().filter_map(|(_, media)| media.get_mut("schema")).for_each(visit);
}

struct Follower<'a> {
    spec: &'a Spec,
    problems: &'a mut Diagnostics,
}

impl Follower<'_> {
    fn operation(&mut self, operation: &mut Node) {
        self.parameters(operation);
        if operation.get_mut("requestBody").is_some_and(|body| !self.replace(body, "requestBodies"))
        {
            operation.remove("requestBody");
        }
        self.bodies(operation);
        for (_, response) in operation.get_mut("responses").map_or(&mut [][..], Node::entries_mut) {
            if !self.replace(response, "responses") {
                *response = Node::object(response.at);
            }
            for (_, header) in response.get_mut("headers").map_or(&mut [][..], Node::entries_mut) {
                self.replace(header, "headers");
            }
        }
    }

    fn bodies(&mut self, operation: &mut Node) {
        let Some(content) =
            operation.get_mut("requestBody").and_then(|body| body.get_mut("content"))
        else {
            return;
        };
        for (_, media) in content.entries_mut() {
            if let Some(schema) = media.get_mut("schema")
                && !self.replace(schema, "schemas")
            {
                *schema = Node::object(schema.at);
            }
        }
    }

    fn parameters(&mut self, of: &mut Node) {
        let Some(Value::Array(parameters)) = of.get_mut("parameters").map(|node| &mut node.value)
        else {
            return;
        };
        parameters.retain_mut(|parameter| self.replace(parameter, "parameters"));
    }

    /// Replaces a reference by its target. Returns whether the target exists.
    fn replace(&mut self, node: &mut Node, kind: &str) -> bool {
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = node.get("$ref") else { return true };
            let found =
                reference.as_str().and_then(|reference| self.find(reference, kind)).cloned();
            match found {
                Some(found) => *node = found,
                None => {
                    self.report(node.get("$ref").unwrap_or(node).clone(), kind);
                    return false;
                }
            }
        }
        self.problems.report(
            "ref-cycle",
            node.at,
            "this refers only to itself",
            "define the component",
        );
        false
    }

    fn find(&self, reference: &str, kind: &str) -> Option<&Node> {
        let name = unescape(
            reference.strip_prefix("#/components/")?.strip_prefix(kind)?.strip_prefix('/')?,
        );
        self.members(kind)?.get(&name).map(|(_, node)| node)
    }

    fn members(&self, kind: &str) -> Option<&Members> {
        if kind == "schemas" { Some(&self.spec.schemas) } else { self.spec.components.get(kind) }
    }

    fn report(&mut self, reference: Node, kind: &str) {
        let text = reference.as_str().unwrap_or_default();
        let name = text.rsplit('/').next().unwrap_or_default();
        let known = self
            .members(kind)
            .and_then(|members| closest(name, members.keys().map(String::as_str)));
        let help = match known {
            Some(known) => format!("did you mean `#/components/{kind}/{known}`?"),
            None => format!("write it as `#/components/{kind}/NAME`, and define it there"),
        };
        self.problems.report(
            "ref",
            reference.at,
            format!("the reference `{text}` has no target"),
            help,
        );
    }
}
