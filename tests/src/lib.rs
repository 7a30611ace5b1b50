//! Shared helpers of the acceptance tests: paths and file readers.

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
use std::path::{Path, PathBuf};
use std::{env, fs};

use pinstripe_codegen::Output;
use pinstripe_codegen::diagnostic::Source;
use serde_json::{Map, Value};

/// The code generated from each of `features/`. Together with the snapshots, it shows that they
/// compile.
#[allow(clippy::module_inception, clippy::new_ret_no_self)]
#[doc(hidden)]
pub mod features {
    include!(concat!(env!("OUT_DIR"), "/features.rs"));
}

/// Calls a macro for each event of the generated crate.
pub mod event {
    use pinstripe::{SnapshotEvent, ThinEvent};

    /// Sees every event type.
    pub trait Visitor {
        fn snapshot<E: SnapshotEvent>(&mut self);
        fn thin<E: ThinEvent>(&mut self);
    }
}

/// Returns the differences between two values. A missing field equals `null`.
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

/// Returns a published document or sample, which is not part of the repository.
///
/// They are read from `../shared` beside the repository, or from the folder that the environment
/// variable `PINSTRIPE_SHARED` names. A test that needs one is marked
/// `#[ignore = "needs ../shared"]`; `.ci/run` runs these tests where the folder exists.
///
/// # Panics
///
/// Panics if the file does not exist.
pub fn shared_file(path: &str) -> PathBuf {
    let folder = env::var_os("PINSTRIPE_SHARED").map_or_else(
        || root().parent().expect("the repository is in a folder").join("shared"),
        PathBuf::from,
    );
    let path = folder.join(path);
    assert!(path.exists(), "{}: file not found: set PINSTRIPE_SHARED", path.display());
    path
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
    // Uses the locked versions of the workspace, so that no registry access is needed.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the file can be copied");
}

/// The spec of this workspace.
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
