//! Bundles the spec as one OpenAPI 3.1 document, for other tools.

use serde_yaml::{Mapping, Value};

use crate::diagnostic::{Failure, Source};
use crate::import;
use crate::spec::{Members, Spec};

/// Merges the files of a spec and applies all overrides.
///
/// The generator produces the same crate from the document: `x-rustNames` has the locked names, and
/// `x-rustCrates` the crates.
///
/// # Errors
///
/// Returns an error when the spec has errors.
pub fn bundle(sources: Vec<Source>) -> Result<Value, Failure> {
    let spec = crate::load(sources)?.spec;
    let mut document = head(&spec);
    document.insert("paths".into(), members(&spec.paths));
    if !spec.webhooks.is_empty() {
        document.insert("webhooks".into(), members(&spec.webhooks));
    }
    if let Some(Value::Mapping(components)) = document.get_mut("components") {
        components.insert("schemas".into(), members(&spec.schemas));
    }
    if !spec.tags.is_empty() {
        let tags = spec.tags.values().map(|(_, tag)| tag.into()).collect();
        document.insert("tags".into(), Value::Sequence(tags));
    }
    if !spec.names.is_empty() {
        let names = spec
            .names
            .iter()
            .map(|(owner, (_, name))| (owner.as_str().into(), name.as_str().into()));
        document.insert("x-rustNames".into(), Value::Mapping(names.collect()));
    }
    if !spec.crates.is_empty() {
        document.insert("x-rustCrates".into(), members(&spec.crates));
    }
    let examples = spec.examples.iter().flat_map(|node| match node.into() {
        Value::Mapping(members) => members,
        _ => Mapping::new(),
    });
    let examples: Mapping = examples.collect();
    if !examples.is_empty() {
        document.insert("x-examples".into(), Value::Mapping(examples));
    }
    Ok(document.into())
}

/// Returns the fields about the whole API.
fn head(spec: &Spec) -> Mapping {
    let versions =
        if spec.versions.is_empty() { vec![spec.version.clone()] } else { spec.versions.clone() };
    match serde_yaml::from_str(&import::root(&versions, &[])) {
        Ok(Value::Mapping(head)) => head,
        _ => Mapping::new(),
    }
}

fn members(members: &Members) -> Value {
    Value::Mapping(
        members.iter().map(|(name, (_, node))| (name.as_str().into(), node.into())).collect(),
    )
}
