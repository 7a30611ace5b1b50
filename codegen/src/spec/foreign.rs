//! Documents of other APIs than Stripe's, brought into the form that the rest of the generator reads.
//!
//! Content that the crate cannot represent is reported as a note, or as an error if it would change
//! a request. Each kind is reported once for all locations.

mod inline;
mod operations;
mod schemas;

use super::{Spec, references};
use crate::diagnostic::Diagnostics;
use crate::document::Node;

/// Help for notes.
const NOTHING: &str = "no action is needed; the crate works without it";

const SERVERS: &str = "`servers` are left out: requests are sent to the base URL of the client";
const SECURITY: &str = "`security` is left out: requests are authorized with the key of the client";
const CALLBACKS: &str = "`callbacks` are left out: they are requests to the caller";
const LINKS: &str = "links of responses are left out";

/// Components that references lead to, and examples, which are prose.
const COMPONENTS: [&str; 7] =
    ["examples", "headers", "parameters", "pathItems", "requestBodies", "responses", "schemas"];

/// Returns whether a document is a whole OpenAPI document without any extension of Stripe or of this generator.
pub fn is_foreign(document: &Node) -> bool {
    let is_ours = |name: &str| {
        ["x-stripe", "x-rust", "x-expand", "x-expansion", "x-resourceId", "x-versions", "x-since"]
            .iter()
            .any(|ours| name.starts_with(ours))
    };
    let mentions = |node: &Node| node.entries().iter().any(|(key, _)| is_ours(&key.name));
    let schemas = document.get("components").and_then(|components| components.get("schemas"));
    document.get("openapi").is_some()
        && document.get("overrides").is_none()
        && !mentions(document)
        && !document.get("info").is_some_and(mentions)
        && !schemas.map_or(&[][..], Node::entries).iter().any(|(_, schema)| mentions(schema))
}

/// Removes content that the crate cannot represent.
pub fn document(mut document: Node, problems: &mut Diagnostics) -> Node {
    if let Some(webhooks) = document.take("webhooks") {
        let what = "webhooks of other APIs are left out: event types are Stripe's";
        problems.ignore("foreign", webhooks.at, what, NOTHING);
    }
    note_members(&document, &[("servers", SERVERS), ("security", SECURITY)], problems);
    let components = document.get("components");
    for (key, node) in components.map_or(&[][..], Node::entries) {
        let what = match key.name.as_str() {
            "callbacks" => CALLBACKS.to_owned(),
            "links" => LINKS.to_owned(),
            "securitySchemes" => SECURITY.to_owned(),
            name if COMPONENTS.contains(&name) || name.starts_with("x-") => continue,
            name => format!("`{name}` is not known in components, and is left out"),
        };
        problems.ignore("foreign", node.at, what, NOTHING);
    }
    document
}

/// Notes members that have no place in the crate, by their names.
fn note_members(node: &Node, members: &[(&str, &str)], problems: &mut Diagnostics) {
    for (name, what) in members {
        if let Some(member) = node.get(name) {
            problems.ignore("foreign", member.at, *what, NOTHING);
        }
    }
}

/// Brings all schemas and paths of such documents into Stripe's form.
pub fn adapt(spec: &mut Spec, problems: &mut Diagnostics) {
    inline_requests(spec, problems);
    if spec.foreign.is_empty() {
        return;
    }
    let mut schemas = std::mem::take(&mut spec.schemas);
    let names = schemas.clone();
    for (at, schema) in schemas.values_mut() {
        if spec.foreign.contains(&at.source) {
            schemas::Adapter { schemas: &names, problems }.schema(schema);
        }
    }
    let mut ids = operations::Ids::default();
    for (path, (at, item)) in &mut spec.paths {
        if spec.foreign.contains(&at.source) {
            let whole_bodies = &mut spec.whole_bodies;
            operations::Adapter { path, schemas: &names, problems, ids: &mut ids, whole_bodies }
                .item(*at, item);
        }
    }
    spec.schemas = schemas;
}

/// Writes out the schemas that requests of Stripe's form refer to: requests have types of their own.
fn inline_requests(spec: &mut Spec, problems: &mut Diagnostics) {
    let Spec { paths, schemas, foreign, .. } = spec;
    for (at, item) in paths.values_mut() {
        if !foreign.contains(&at.source) {
            references::each_sent_schema(item, &mut |schema| {
                inline::Inliner::new(schemas, problems, false).schema(schema);
            });
        }
    }
}
