//! Lints a spec: errors of the generator and possible mistakes.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostics, Failure, Location, Severity, Source};
use crate::document::{Key, Node, Value};
use crate::spec::{self, Spec};
use crate::{model, plan, words};

/// Reports the errors of the generator on a spec, and valid content that is probably wrong.
///
/// A place without words is an error if `words_required`, else it is counted in a note.
pub fn lint(sources: Vec<Source>, words_required: bool) -> Failure {
    let mut problems = Diagnostics::default();
    let mut spec = spec::load(&sources, &mut problems);
    if words_required {
        let applied = words::apply_any(&mut spec, &mut problems);
        words::lint(&applied, true, &mut problems);
    } else if let Some(applied) = words::apply(&mut spec, &mut problems) {
        words::lint(&applied, false, &mut problems);
    }
    let api = model::build(&spec, &mut problems);
    plan::Lock::read(&spec, &mut problems);
    plan::CrateLayout::read(&spec, &api, &mut problems);
    plan::Examples::read(&spec, &api, &mut problems);
    let mut linter = Linter { spec: &spec, problems: &mut problems };
    linter.schemas();
    linter.operations();
    linter.members();
    for field in &spec.unlisted {
        problems.report(
            "sensitive",
            field.at,
            format!("`{}` looks like a secret, and no row of `sensitive` names it", field.place),
            "list it as `secret` or `personal`, or as `shown` with the reason why",
        );
    }
    Failure { sources, diagnostics: problems.into_sorted() }
}

/// The schema of error responses. It is never unused, although no operation refers to it.
const ERROR: &str = "error";

struct Linter<'a> {
    spec: &'a Spec,
    problems: &'a mut Diagnostics,
}

impl Linter<'_> {
    fn warn(&mut self, code: &'static str, at: Location, message: String, help: &str) {
        self.problems.note(Severity::Warning, code, at, message, help);
    }

    fn hint(&mut self, code: &'static str, at: Location, message: String, help: &str) {
        self.problems.note(Severity::Hint, code, at, message, help);
    }

    /// Reports unused schemas and unreachable resources.
    fn schemas(&mut self) {
        let spec = self.spec;
        let mut used: HashSet<String> = HashSet::new();
        for (name, (_, node)) in &spec.schemas {
            references(node, name, &mut used);
        }
        for (_, node) in spec.paths.values().chain(spec.webhooks.values()) {
            references(node, "", &mut used);
        }
        for (name, (at, node)) in &spec.schemas {
            let is_event = node.get("x-stripeEvent").is_some();
            let is_resource = node.get("x-resourceId").is_some();
            // A schema with a constant type field can be identified in any location.
            let says_what_it_is = node
                .get("properties")
                .and_then(|members| members.get("object")?.get("enum"))
                .is_some();
            if is_resource && !is_described(node) {
                let message = format!("the resource `{name}` has no summary");
                self.hint(
                    "no-summary",
                    *at,
                    message,
                    "describe the resource in `description`, in your own words",
                );
            }
            if is_event || used.contains(name.as_str()) || name == ERROR {
                continue;
            }
            if !is_resource && !says_what_it_is {
                let message = format!("nothing refers to the schema `{name}`");
                self.warn(
                    "unused-schema",
                    *at,
                    message,
                    "remove it, or refer to it where it is used",
                );
            } else if is_resource
                && node.get("x-stripeOperations").is_none()
                && !name.starts_with("deleted_")
            {
                let message =
                    format!("the resource `{name}` has no operations, and nothing refers to it");
                self.hint(
                    "no-operation",
                    *at,
                    message,
                    "list its operations as `x-stripeOperations`, or refer to it where it is used",
                );
            }
        }
    }

    fn operations(&mut self) {
        let spec = self.spec;
        let mut listed: HashSet<(&str, &str)> = HashSet::new();
        for (_, schema) in spec.schemas.values() {
            for operation in schema.get("x-stripeOperations").map_or(&[][..], Node::items) {
                listed.extend(operation.str("path").zip(operation.str("operation")));
            }
        }
        for (path, (_, item)) in &spec.paths {
            for (key, operation) in item.entries().iter().filter(|(key, _)| {
                ["get", "post", "put", "patch", "delete"].contains(&key.name.as_str())
            }) {
                let method = key.name.to_uppercase();
                if operation.get("operationId").is_none() {
                    let message = format!("{method} {path} has no `operationId`");
                    self.warn(
                        "operation-id-missing",
                        key.at,
                        message,
                        "add one: locked names depend on it",
                    );
                }
                if !is_described(operation) {
                    let message = format!("{method} {path} has no summary");
                    self.hint(
                        "no-summary",
                        key.at,
                        message,
                        "describe the operation in `summary`, in your own words",
                    );
                }
                if !listed.contains(&(path.as_str(), key.name.as_str())) {
                    let message = format!("no resource lists {method} {path}");
                    self.hint(
                        "unlisted",
                        key.at,
                        message,
                        "list it in the `x-stripeOperations` of its resource",
                    );
                }
            }
        }
    }

    /// Reports problems of fields and values in any schema.
    fn members(&mut self) {
        let spec = self.spec;
        for (_, (_, node)) in spec.schemas.iter().chain(&spec.paths).chain(&spec.webhooks) {
            self.node("", node);
        }
    }

    fn node(&mut self, name: &str, node: &Node) {
        if let Value::Array(items) = &node.value {
            items.iter().for_each(|item| self.node(name, item));
        }
        let entries = node.entries();
        self.lifetime(node);
        if let Some(values) = node.get("enum") {
            self.values(name, node, values);
        }
        if let Some(members) = node.get("properties") {
            self.object(node, members);
        }
        for (key, member) in entries {
            // A schema is named by the field that has it, not by the keyword.
            let called = if ["properties", "items", "anyOf", "schema"].contains(&key.name.as_str())
            {
                name
            } else {
                &key.name
            };
            match key.name.as_str() {
                "enum" | "default" | "example" | "x-rustNames" => {}
                "properties" => {
                    member.entries().iter().for_each(|(key, member)| self.node(&key.name, member))
                }
                _ => self.node(called, member),
            }
        }
    }

    fn lifetime(&mut self, node: &Node) {
        let spec = self.spec;
        let known = |version: &str| {
            spec.versions.is_empty() || spec.versions.iter().any(|known| known == version)
        };
        let marks = ["x-since", "x-until"].map(|name| node.get(name));
        for mark in marks.into_iter().flatten() {
            let version = mark.as_str().unwrap_or_default();
            if !known(version) {
                let message = format!("the spec has no version `{version}`");
                self.warn(
                    "lifetime",
                    mark.at,
                    message,
                    "use a version listed in `info.x-versions`",
                );
            }
        }
        if let [Some(since), Some(until)] = marks.map(|mark| mark.and_then(Node::as_str))
            && since >= until
        {
            let message = format!("removed in {until}, before it was added in {since}");
            self.warn("lifetime", node.at, message, "correct one of the two");
        }
    }

    fn values(&mut self, name: &str, node: &Node, values: &Node) {
        let texts: Vec<&str> = values.items().iter().filter_map(Node::as_str).collect();
        let is_said = ["object", "type", "kind"].contains(&name);
        let is_said = is_said || node.get("x-enumSince").is_some();
        if let Some(value) =
            texts.first().filter(|value| texts.len() == 1 && !is_said && !value.is_empty())
        {
            let message = format!("`{value}` is the only value of `{name}`");
            self.hint("one-value", values.at, message, "check whether values are missing");
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for text in texts {
            if let Some(other) =
                seen.insert(text.to_lowercase(), text).filter(|other| *other != text)
            {
                let message = format!("`{other}` and `{text}` differ only in case");
                self.warn(
                    "duplicate-value",
                    values.at,
                    message,
                    "check whether one of them is a mistake",
                );
            }
        }
    }

    fn object(&mut self, node: &Node, members: &Node) {
        let required: HashSet<&str> = node
            .get("required")
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(Node::as_str)
            .collect();
        for (Key { name, at }, member) in members.entries() {
            if required.contains(name.as_str()) && member.get("x-until").is_some() {
                let message = format!("`{name}` is required, but was removed in a version");
                self.warn(
                    "required-lifetime",
                    *at,
                    message,
                    "remove it from `required`, or remove `x-until`",
                );
            }
            if member.entries().is_empty() {
                let message = format!("`{name}` can be anything");
                self.hint("untyped", *at, message, "specify the type: `type`, `$ref` or `anyOf`");
            }
        }
        if members.entries().is_empty()
            && node.str("type") == Some("object")
            && node.get("additionalProperties").is_none()
        {
            self.hint(
                "empty-object",
                node.at,
                "this object has no fields".to_owned(),
                "list its properties, if any are known",
            );
        }
    }
}

fn is_described(node: &Node) -> bool {
    ["description", "summary"]
        .iter()
        .any(|name| node.str(name).is_some_and(|text| !text.trim().is_empty()))
}

/// Collects the schemas that a node refers to, except itself.
fn references(node: &Node, own: &str, found: &mut HashSet<String>) {
    if let Some(name) = node.str("$ref").and_then(spec::referenced)
        && name != own
    {
        found.insert(name);
    }
    node.entries().iter().for_each(|(_, member)| references(member, own, found));
    node.items().iter().for_each(|item| references(item, own, found));
}
