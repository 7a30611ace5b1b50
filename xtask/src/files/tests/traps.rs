//! Tests of names, links and journals that lead out of the folders of a command.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::Changes;
use super::{
    FIRST, SECOND, document, empty, restore, run_bundle, run_codegen, run_import, run_update,
    transact, tree, updated, write,
};
use crate::{bundle, codegen};

#[test]
fn names_that_lead_out_of_a_folder_are_refused() {
    let root = empty("names");
    let folder = root.join("folder");
    fs::create_dir_all(&folder).unwrap();
    let names = [
        "",
        ".",
        "..",
        "../a",
        "a/../../b",
        "/etc/a",
        "//a",
        "a//b",
        "a/",
        "./a",
        "a\\b",
        "C:a",
        "a\0b",
        ".pinstripe/journal",
        "a/.pinstripe",
    ];
    for name in names {
        let files = BTreeMap::from([(name.to_owned(), "text".to_owned())]);
        assert!(
            Changes::of(&folder, &files, None).unwrap_err().contains("is not the name of a file"),
            "{name:?}"
        );
    }
    assert_eq!(tree(&root).len(), 1);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Returns a spec, its generated folder, and a folder elsewhere with all targets of the links.
    fn prepared(name: &str) -> (PathBuf, PathBuf) {
        let root = empty(name).join("root");
        updated(&root);
        run_update(&root).unwrap();
        write(root.join("document.yaml"), &document("2026-02-25.clover", SECOND, "sign"));
        let elsewhere = root.with_file_name("elsewhere");
        for name in [
            "file",
            "folder/stale.rs",
            "folder/stale.yaml",
            "folder/Cargo.toml",
            "folder/card.rs",
            "folder/card.yaml",
        ] {
            write(elsewhere.join(name), "of somebody else");
        }
        write(
            elsewhere.join("Cargo.toml"),
            &fs::read_to_string(root.join("generated/Cargo.toml")).unwrap(),
        );
        (root, elsewhere)
    }

    /// Replaces a path by a link.
    fn link(to: &Path, at: &Path) {
        if at.is_dir() {
            fs::remove_dir_all(at).unwrap();
        } else {
            let _ = fs::remove_file(at);
        }
        symlink(to, at).unwrap();
    }

    #[test]
    fn links_in_folders_are_never_followed() {
        let cases = [
            ("file", "generated/src/card.rs"),
            ("file", "generated/src/stale.rs"),
            ("nothing", "generated/src/card.rs"),
            ("folder", "generated/src"),
            ("folder", "generated/src/issuing"),
            ("Cargo.toml", "generated/Cargo.toml"),
            ("file", "spec/names.yaml"),
            ("file", "spec/openapi.yaml"),
            ("nothing", "spec/openapi.yaml"),
            ("file", "spec/resources/card.yaml"),
            ("file", "spec/resources/stale.yaml"),
            ("folder", "spec/resources"),
            ("folder", "spec/resources/issuing"),
            ("folder", "spec/other"),
            ("file", "CHANGELOG.md"),
            ("nothing", "CHANGELOG.md"),
            ("folder", "spec/.pinstripe"),
            ("folder", "generated/.pinstripe"),
            ("folder", ".pinstripe"),
        ];
        let (root, elsewhere) = prepared("links");
        let (before, outside) = (tree(&root), tree(&elsewhere));
        for (to, at) in cases {
            restore(&root, &before);
            link(&elsewhere.join(to), &root.join(at));
            let error = run_update(&root).expect_err(at);
            assert!(
                error.contains("is a symbolic link") && error.contains("remove the link"),
                "{at}: {error}"
            );
            let codegen =
                || codegen::run(false, Some(&root.join("spec")), Some(&root.join("generated")));
            for (part, result) in
                [("spec", run_import(&root)), ("spec", run_bundle(&root)), ("generated", codegen())]
            {
                assert!(
                    result.is_err() || !at.starts_with(part) || at.contains(".pinstripe"),
                    "{at}"
                );
            }
            assert!(tree(&elsewhere) == outside, "{at}");
            assert!(root.join(at).is_symlink(), "{at}");
        }
    }

    #[test]
    fn linked_folder_that_nothing_is_written_to_is_left_alone() {
        let (root, elsewhere) = prepared("linked-target");
        let outside = tree(&elsewhere);
        link(&elsewhere.join("folder"), &root.join("generated/target"));
        link(&elsewhere.join("folder"), &root.join("generated/notes"));
        run_update(&root).unwrap();
        assert!(tree(&elsewhere) == outside && root.join("generated/target").is_symlink());
    }

    #[test]
    fn bundle_replaces_no_link_and_no_device() {
        let root = empty("bundle-link");
        write(root.join("spec/a.yaml"), &document("2024-06-20", FIRST, "brand"));
        write(root.join("file"), "of somebody else");
        link(&root.join("file"), &root.join("bundle.yaml"));
        assert!(run_bundle(&root).unwrap_err().contains("is a symbolic link"));
        assert_eq!(fs::read_to_string(root.join("file")).unwrap(), "of somebody else");
        let error =
            bundle::run(Some(&root.join("spec")), false, Some(Path::new("/dev/null"))).unwrap_err();
        assert!(error.contains("is not a file"), "{error}");
    }

    #[test]
    fn folder_that_is_given_by_a_link_is_used() {
        let root = empty("given");
        write(root.join("real/a.yaml"), &document("2024-06-20", FIRST, "brand"));
        link(&root.join("real"), &root.join("spec"));
        run_codegen(&root).unwrap();
        assert!(root.join("out/src/card.rs").exists() && root.join("real/names.yaml").exists());
    }
}

#[test]
fn planted_journal_changes_nothing_elsewhere() {
    let root = empty("planted");
    let (left, right, victim) = (root.join("left"), root.join("right"), root.join("victim"));
    write(left.join("done"), "new");
    write(right.join("names.yaml"), "old names");
    write(victim.clone(), "of somebody else");
    let print = |text: &str| {
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let (new, old) = (print("new"), print("of somebody else"));
    let folder = |path: &Path| path.display().to_string();
    let names = ["../victim".to_owned(), folder(&victim), "a/../../victim".to_owned()];
    let mut journals: Vec<String> = Vec::new();
    for name in &names {
        for step in [
            serde_json::json!({"old": old, "new": null}),
            serde_json::json!({"old": old, "new": new}),
        ] {
            let mut step = step;
            (step["folder"], step["name"]) = (0.into(), name.as_str().into());
            let done = serde_json::json!({"folder": 0, "name": "done", "old": null, "new": new});
            journals
                .push(serde_json::json!({"command": "update", "folders": [folder(&left)], "steps": [step, done]}).to_string());
        }
    }
    let done = serde_json::json!({"folder": 0, "name": "done", "old": null, "new": new});
    let step = serde_json::json!({"folder": 1, "name": "victim", "old": old, "new": null});
    journals.push(
        serde_json::json!({"command": "update", "folders": [folder(&left), folder(&root)], "steps": [done, step]}).to_string(),
    );
    journals.push(
        serde_json::json!({"command": "update", "folders": [folder(&root)], "steps": [step]})
            .to_string(),
    );
    journals.push(
        serde_json::json!({"command": "rm -rf", "folders": [folder(&left)], "steps": []})
            .to_string(),
    );
    journals.extend(
        ["", "{", "[]", "{\"command\": \"update\", \"folders\": [], \"steps\": []}"]
            .map(str::to_owned),
    );
    for journal in journals {
        write(left.join(".pinstripe/journal"), &journal);
        write(left.join(".pinstripe/0"), "new");
        let before = tree(&root);
        let error = transact(&root).expect_err(&journal);
        assert!(error.contains("help: "), "{error}");
        assert!(tree(&root) == before, "{journal}");
    }
}
