//! The crates that are published.

use std::fs;

use pinstripe_tests::{read, root};

/// The folders of the published crates.
fn published() -> Vec<String> {
    let fixed = ["client", "codegen", "generated", "mock", "runtime", "transport"];
    let parts = parts().into_iter().map(|part| format!("generated/{part}"));
    fixed.map(str::to_owned).into_iter().chain(parts).collect()
}

/// The generated crates below `pinstripe-api`.
fn parts() -> Vec<String> {
    let folders = fs::read_dir(root().join("generated")).expect("the folder can be read");
    let mut parts: Vec<String> = folders
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|folder| folder.join("Cargo.toml").exists())
        .filter_map(|folder| Some(folder.file_name()?.to_str()?.to_owned()))
        .collect();
    parts.sort();
    assert!(parts.len() > 5, "{parts:?}");
    parts
}

#[test]
fn package_has_what_a_registry_shows() {
    for folder in published() {
        let folder = root().join(folder);
        let manifest = read(&folder.join("Cargo.toml"));
        for field in ["version", "license", "repository", "keywords", "categories"] {
            let line = format!("\n{field}.workspace = true\n");
            assert!(manifest.contains(&line), "{}: `{field}`", folder.display());
        }
        for line in ["\ndescription = \"", "\nreadme = \"", "\nall-features = true\n"] {
            assert!(manifest.contains(line), "{}: `{}`", folder.display(), line.trim());
        }
        assert!(!manifest.contains("publish = false"), "{}", folder.display());
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert!(
                read(&folder.join(name)) == read(&root().join(name)),
                "{}: copy {name} of the root",
                folder.display()
            );
        }
    }
}

#[test]
fn published_crate_depends_on_others_by_version() {
    let workspace = read(&root().join("Cargo.toml"));
    let version = workspace.split("\nversion = \"").nth(1).and_then(|text| text.split('"').next());
    let requirement = format!("version = \"={}\"", version.expect("the workspace has a version"));
    let lines = workspace.lines().filter(|line| line.starts_with("pinstripe"));
    let mut listed = 0;
    for line in lines {
        assert!(line.contains(&requirement), "{line}");
        listed += 1;
    }
    assert_eq!(listed, published().len());
    for folder in published() {
        let manifest = read(&root().join(&folder).join("Cargo.toml"));
        for line in manifest.lines().filter(|line| line.starts_with("pinstripe")) {
            assert!(line.contains("workspace = true"), "{folder}: {line}");
        }
    }
}

/// The crates above the core are optional. The generator writes the features of `pinstripe-api`,
/// and `pinstripe` passes them on.
#[test]
fn client_has_a_feature_for_each_optional_crate() {
    let (generated, client) =
        (read(&root().join("generated/Cargo.toml")), read(&root().join("client/Cargo.toml")));
    let full = |manifest: &str| {
        manifest.lines().find(|line| line.starts_with("full = ")).map(str::to_owned)
    };
    assert_eq!(full(&generated), full(&client), "run `cargo xtask codegen`, or edit client/");
    for part in parts().iter().filter(|part| *part != "core") {
        let line = format!("\n{part} = [\"pinstripe-api/{part}\"]\n");
        assert!(client.contains(&line), "client/Cargo.toml: add `{}`", line.trim());
        assert!(full(&client).is_some_and(|full| full.contains(&format!("\"{part}\""))), "{part}");
    }
}
