//! From a published document to the files of `spec/`: facts only, one file for each resource.

mod facts;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use crate::diagnostic::{Diagnostics, Failure, Source};
use crate::document::Node;
use crate::model::{self, Api, EventKind, Kind, Owners, SchemaId};
use crate::spec::{self, Spec};

/// Turns published documents into the files of `spec/`, by their paths in it.
///
/// Where several documents describe the same schema, the first one counts. Prose is dropped: no description gets through.
///
/// # Errors
///
/// When one of the documents cannot be understood. All problems are told at once.
pub fn import(sources: Vec<Source>) -> Result<BTreeMap<String, String>, Failure> {
    let mut problems = Diagnostics::default();
    let spec = spec::load_documents(&sources, &mut problems);
    let api = model::build(&spec, &mut problems);
    if !problems.is_empty() {
        return Err(Failure { sources, diagnostics: problems.into_sorted() });
    }
    let mut files = Files::new(&api);
    files.add_schemas(&spec);
    files.add_paths(&spec);
    files.add_webhooks(&spec);
    Ok(files.finish())
}

/// The parts of one file, under the names that OpenAPI has for them.
#[derive(Default)]
struct File {
    schemas: IndexMap<String, Value>,
    paths: IndexMap<String, Mapping>,
    webhooks: IndexMap<String, Value>,
}

struct Files<'a> {
    api: &'a Api,
    owners: Owners,
    /// Where the file of each resource lies.
    homes: BTreeMap<SchemaId, String>,
    files: BTreeMap<String, File>,
}

/// For what belongs to no resource.
const SHARED: &str = "resources/shared.yaml";

impl<'a> Files<'a> {
    fn new(api: &'a Api) -> Self {
        let homes = api.resources.iter().filter_map(|resource| Some((resource.schema?, file_of(&resource.path)))).collect();
        Self { api, owners: Owners::new(&api.schemas), homes, files: BTreeMap::new() }
    }

    fn home(&self, schema: &str) -> String {
        let owner = self.owners.find(schema).and_then(|(owner, _)| self.homes.get(&owner));
        owner.cloned().unwrap_or_else(|| SHARED.to_owned())
    }

    fn add_schemas(&mut self, spec: &Spec) {
        let omitted = facts::omitted_fields(spec);
        for (name, (_, node)) in &spec.schemas {
            if node.get("x-stripeEvent").is_some() {
                continue;
            }
            let mut schema = facts::schema(node, name);
            if let Some(fields) = omitted.get(name.as_str()) {
                facts::make_optional(&mut schema, fields);
            }
            let home = self.home(name);
            self.files.entry(home).or_default().schemas.insert(name.clone(), schema);
        }
    }

    fn add_paths(&mut self, spec: &Spec) {
        for operation in &self.api.operations {
            let method = operation.method.as_str().to_lowercase();
            let Some(node) = spec.paths.get(&operation.path).and_then(|(_, item)| item.get(&method)) else { continue };
            let home = file_of(&self.api.resources[operation.resource].path);
            let file = self.files.entry(home).or_default();
            let item = file.paths.entry(operation.path.clone()).or_default();
            item.insert(method.into(), facts::operation(node, &operation.id));
        }
    }

    fn add_webhooks(&mut self, spec: &Spec) {
        let mut nodes: IndexMap<&str, &Node> = IndexMap::new();
        for (name, (_, node)) in &spec.schemas {
            if let Some(event) = node.get("x-stripeEvent") {
                nodes.insert(event.str("type").unwrap_or(name), node);
            }
        }
        for event in &self.api.events {
            let Some(node) = nodes.get(event.name.as_str()) else { continue };
            let about = match event.kind {
                EventKind::Snapshot { object } => match self.api.ty(object).kind {
                    Kind::Schema(id) => Some(id),
                    _ => None,
                },
                EventKind::Thin { related, .. } => related,
            };
            // An event that is about no object belongs to the resource that its name begins with, if there is one.
            let stem = event.name.trim_start_matches("v1.");
            let home = about.map_or_else(|| self.home(&stem.replace('.', "_")), |id| self.home(self.api.schema_name(id)));
            let webhooks = &mut self.files.entry(home).or_default().webhooks;
            webhooks.insert(event.name.clone(), facts::webhook(node, &event.name));
            if let Some(other) = node.str("x-alsoDocumentedAs") {
                webhooks.insert(other.to_owned(), facts::webhook(node, other));
            }
        }
    }

    fn finish(self) -> BTreeMap<String, String> {
        let version = &self.api.version;
        let mut texts: BTreeMap<String, String> = self.files.into_iter().map(|(path, file)| (path, file.into_text())).collect();
        texts.insert("openapi.yaml".to_owned(), facts::root(version));
        texts
    }
}

fn file_of(path: &model::ResourcePath) -> String {
    format!("resources/{}.yaml", path.0.join("/"))
}

impl File {
    fn into_text(mut self) -> String {
        self.schemas.sort_unstable_keys();
        self.webhooks.sort_unstable_keys();
        let mut document = Mapping::new();
        if !self.schemas.is_empty() {
            let schemas: Mapping = self.schemas.into_iter().map(|(name, schema)| (name.into(), schema)).collect();
            let mut components = Mapping::new();
            components.insert("schemas".into(), schemas.into());
            document.insert("components".into(), components.into());
        }
        if !self.paths.is_empty() {
            let paths: Mapping = self.paths.into_iter().map(|(path, item)| (path.into(), item.into())).collect();
            document.insert("paths".into(), paths.into());
        }
        if !self.webhooks.is_empty() {
            let webhooks: Mapping = self.webhooks.into_iter().map(|(name, item)| (name.into(), item)).collect();
            document.insert("webhooks".into(), webhooks.into());
        }
        to_yaml(&document.into())
    }
}

fn to_yaml(value: &Value) -> String {
    // A tree of strings, numbers, lists and maps with string keys always has a text.
    serde_yaml::to_string(value).unwrap_or_default()
}
