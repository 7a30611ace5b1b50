//! Writes the facts as the files of `spec/`, one for each resource.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde_yaml::{Mapping, Value};

use super::facts;
use super::history::{History, alternative_entry};
use super::timeline::Edition;
use crate::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::document::Node;
use crate::model::{self, Api, EventKind, Kind, Owners, SchemaId};
use crate::paths;
use crate::spec::Spec;

/// Returns the files of a spec, by their paths. `fragments` is the spec as it was.
///
/// # Errors
///
/// The names that cannot be the names of files, at their locations in the fragments.
pub fn of(
    history: &History,
    fragments: &[Node],
) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let mut problems = Diagnostics::default();
    let api = model::build(&spec_of(history, fragments), &mut problems);
    // Everything else is found when the files are read.
    let refused: Vec<Diagnostic> =
        problems.into_sorted().into_iter().filter(|problem| problem.code == "file-name").collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut files = Files::new(&api);
    files.add(history);
    let mut texts: BTreeMap<String, String> =
        files.files.into_iter().map(|(path, file)| (path, file.into_text())).collect();
    let editions: Vec<Edition> = history.editions.iter().cloned().collect();
    texts.insert(ROOT.to_owned(), facts::root(&history.versions(), &editions));
    if let Some(text) = alternatives(history) {
        texts.insert(ALTERNATIVES.to_owned(), text);
    }
    Ok(texts)
}

/// Returns whether an import writes this spec file. All other files are written by hand.
pub fn is_written(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let steps: Vec<&str> = path.split(['/', '\\']).collect();
    // Words of resources are written by hand, in a folder of their own.
    let is_of_words = steps.windows(2).any(|pair| pair == ["words", "resources"]);
    !is_of_words && (name == ROOT || name == ALTERNATIVES || steps.contains(&"resources"))
}

/// The file of facts about the whole API.
const ROOT: &str = "openapi.yaml";

/// The file of schemas that belong to no resource.
const SHARED: &str = "resources/shared.yaml";

/// The file of former schemas that the current type cannot decode.
const ALTERNATIVES: &str = "alternatives.yaml";

/// The spec as one document. Its schemas and paths are located where the fragments have them, and
/// what a document adds at the start of all.
fn spec_of(history: &History, fragments: &[Node]) -> Spec {
    let sections =
        fragments.iter().filter_map(|fragment| fragment.get("components")?.get("schemas"));
    let sections = sections.chain(fragments.iter().filter_map(|fragment| fragment.get("paths")));
    let contexts: HashMap<&str, Location> = sections
        .flat_map(|section| section.entries().iter().map(|(key, _)| (&*key.name, key.at)))
        .collect();
    let at = |name: &str| contexts.get(name).copied().unwrap_or_default();
    let node = |value: &Value| (Location::default(), Node::from(value));
    let facts = &history.facts;
    let paths = facts.paths.iter().map(|(path, item)| {
        let item: Mapping = item
            .iter()
            .map(|(method, operation)| (method.as_str().into(), operation.clone()))
            .collect();
        (path.clone(), (at(path), Node::from(&item.into())))
    });
    Spec {
        version: history.versions().pop().unwrap_or_default(),
        schemas: facts
            .schemas
            .iter()
            .map(|(name, schema)| (name.clone(), (at(name), Node::from(schema))))
            .collect(),
        paths: paths.collect(),
        webhooks: facts
            .webhooks
            .iter()
            .map(|(name, carried)| (name.clone(), node(&facts::webhook(carried.clone()))))
            .collect(),
        ..Spec::default()
    }
}

/// Renders schemas of former versions as overrides, so that they still decode.
fn alternatives(history: &History) -> Option<String> {
    if history.alternatives.is_empty() {
        return None;
    }
    let mut entries: Vec<_> = history.alternatives.iter().collect();
    entries.sort_by_key(|(pointer, _)| *pointer);
    let entries: Vec<Value> =
        entries.into_iter().map(|(pointer, shapes)| alternative_entry(pointer, shapes)).collect();
    let document = Mapping::from_iter([("overrides".into(), entries.into())]);
    let note = "# Written by `cargo xtask import`: places that had another shape in a former version, which no type reads together with the newest.\n";
    Some(format!("{note}{}", to_yaml(&document.into())))
}

/// The content of one file, by OpenAPI section.
#[derive(Default)]
struct File {
    schemas: IndexMap<String, Value>,
    paths: IndexMap<String, Mapping>,
    webhooks: IndexMap<String, Value>,
}

struct Files<'a> {
    api: &'a Api,
    owners: Owners,
    /// Assigns a file to each resource.
    homes: BTreeMap<SchemaId, String>,
    files: BTreeMap<String, File>,
}

impl<'a> Files<'a> {
    fn new(api: &'a Api) -> Self {
        let homes = api
            .resources
            .iter()
            .filter_map(|resource| Some((resource.schema?, file_of(&resource.path))))
            .collect();
        Self { api, owners: Owners::new(api), homes, files: BTreeMap::new() }
    }

    fn file(&mut self, path: String) -> &mut File {
        self.files.entry(path).or_default()
    }

    fn home(&self, schema: &str) -> String {
        let owner = self.owners.find(schema).and_then(|(owner, _)| self.homes.get(&owner));
        owner.cloned().unwrap_or_else(|| SHARED.to_owned())
    }

    fn add(&mut self, history: &History) {
        let facts = &history.facts;
        for (name, schema) in &facts.schemas {
            let home = self.home(name);
            self.file(home).schemas.insert(name.clone(), schema.clone());
        }
        let api = self.api;
        for operation in &api.operations {
            let method = operation.method.as_str().to_lowercase();
            let Some(value) = facts.paths.get(&operation.path).and_then(|item| item.get(&method))
            else {
                continue;
            };
            let file = self.file(file_of(&api.resources[operation.resource].path));
            file.paths
                .entry(operation.path.clone())
                .or_default()
                .insert(method.into(), value.clone());
        }
        for event in &api.events {
            let Some(carried) = facts.webhooks.get(&event.name) else { continue };
            let about = match event.kind {
                EventKind::Snapshot { object } => match api.ty(object).kind {
                    Kind::Schema(id) => Some(id),
                    _ => None,
                },
                EventKind::Thin { related, .. } => related,
            };
            // An event without an object belongs to the resource that its name begins with, if one
            // exists.
            let stem = event.name.trim_start_matches("v1.");
            let home = about.map_or_else(
                || self.home(&stem.replace('.', "_")),
                |id| self.home(api.schema_name(id)),
            );
            self.file(home).webhooks.insert(event.name.clone(), facts::webhook(carried.clone()));
        }
    }
}

fn file_of(path: &model::ResourcePath) -> String {
    // Invalid file names are rejected earlier. An item without a resource is written to the shared
    // file.
    paths::file("resources", &path.0, "yaml").unwrap_or_else(|_| SHARED.to_owned())
}

impl File {
    fn into_text(mut self) -> String {
        self.schemas.sort_unstable_keys();
        self.webhooks.sort_unstable_keys();
        let mut document = Mapping::new();
        if !self.schemas.is_empty() {
            let schemas: Mapping =
                self.schemas.into_iter().map(|(name, schema)| (name.into(), schema)).collect();
            document.insert(
                "components".into(),
                Mapping::from_iter([("schemas".into(), schemas.into())]).into(),
            );
        }
        if !self.paths.is_empty() {
            let paths: Mapping =
                self.paths.into_iter().map(|(path, item)| (path.into(), item.into())).collect();
            document.insert("paths".into(), paths.into());
        }
        if !self.webhooks.is_empty() {
            let webhooks: Mapping =
                self.webhooks.into_iter().map(|(name, item)| (name.into(), item)).collect();
            document.insert("webhooks".into(), webhooks.into());
        }
        to_yaml(&document.into())
    }
}

fn to_yaml(value: &Value) -> String {
    // A tree of strings, numbers, lists and maps with string keys always serializes.
    serde_yaml::to_string(value).unwrap_or_default()
}
