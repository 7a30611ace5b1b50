//! What the acceptance tests have in common: where things are, and how they are read.

/// Compiles the examples of the README and of the guides.
macro_rules! examples {
    ($($module:ident: $path:literal,)*) => { $(
        #[cfg(doctest)]
        #[doc = include_str!($path)]
        mod $module {}
    )* };
}

examples! {
    readme: "../../README.md",
    api_versions: "../../docs/api-versions.md",
    blocking: "../../docs/blocking.md",
    builds_and_features: "../../docs/builds-and-features.md",
    connect: "../../docs/connect.md",
    errors_and_retries: "../../docs/errors-and-retries.md",
    expansion: "../../docs/expansion.md",
    files: "../../docs/files.md",
    from_async_stripe: "../../docs/from-async-stripe.md",
    idempotency: "../../docs/idempotency.md",
    pagination: "../../docs/pagination.md",
    testing: "../../docs/testing.md",
    webhooks: "../../docs/webhooks.md",
}

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pinstripe_codegen::Output;
use pinstripe_codegen::diagnostic::Source;
use serde_json::{Map, Value};

/// What is generated from each of `features/`: that this compiles is half of the test, and the snapshots are the other.
#[allow(clippy::module_inception, clippy::new_ret_no_self)]
#[doc(hidden)]
pub mod features {
    include!(concat!(env!("OUT_DIR"), "/features.rs"));
}

/// What goes through all events of the generated crate.
pub mod event {
    use pinstripe::{SnapshotEvent, ThinEvent};

    /// Sees every event type.
    pub trait Visitor {
        fn snapshot<E: SnapshotEvent>(&mut self);
        fn thin<E: ThinEvent>(&mut self);
    }
}

/// Where two values differ. What is null on one side may be missing on the other.
pub fn differences(expected: &Value, found: &Value, path: &str) -> Vec<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            let at = |name: &String| format!("{path}.{name}");
            let member = |of: &Map<String, Value>, name: &String| {
                of.get(name).cloned().unwrap_or(Value::Null)
            };
            names
                .into_iter()
                .flat_map(|name| {
                    differences(&member(expected, name), &member(found, name), &at(name))
                })
                .collect()
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let pairs = expected.iter().zip(found).enumerate();
            pairs
                .flat_map(|(index, (expected, found))| {
                    differences(expected, found, &format!("{path}[{index}]"))
                })
                .collect()
        }
        _ if expected == found => Vec::new(),
        _ => vec![format!("{path} was {expected} and came as {found}")],
    }
}

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// A file of the documents that may lie beside the workspace. Tests that need them pass without them.
pub fn document(path: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("not there, so not tested against: {}", path.display());
    None
}

/// The text of a file.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes a generated crate into a folder, where it compiles without the workspace.
pub fn write_crate(folder: &Path, output: &Output) {
    let _ = fs::remove_dir_all(folder.join("src"));
    for (name, text) in output.folder(Some(&root().join("runtime").display().to_string())) {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("it is in a folder"))
            .expect("the folder can be made");
        fs::write(file, text).expect("the file can be written");
    }
    // The same versions as everywhere else, so that nothing has to be looked up.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the file can be copied");
}

/// The description of this workspace.
pub fn spec() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root().join("spec"), &mut paths);
    paths.sort();
    paths.iter().map(|path| Source { path: path.display().to_string(), text: read(path) }).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
}
