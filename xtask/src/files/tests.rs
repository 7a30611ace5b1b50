//! Tests of interrupted and concurrent commands.

mod traps;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pinstripe_codegen::import::Options;

use super::disk::fault::{Fault, inject};
use super::inside::Search;
use super::{Changes, Transaction, read_sources};
use crate::{bundle, codegen, import, update};

/// The content of a folder: files with their text, folders with `None`.
type Tree = BTreeMap<String, Option<String>>;

/// Returns an empty folder for one test.
fn empty(name: &str) -> PathBuf {
    let folder = crate::root().join("target/xtask-tests/files").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(path: PathBuf, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Lists everything in a folder.
fn tree(folder: &Path) -> Tree {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() && !path.is_symlink() {
                found.insert(name, None);
                open.push(path);
            } else {
                found.insert(name, Some(fs::read_to_string(path).unwrap_or_default()));
            }
        }
    }
    found
}

fn restore(folder: &Path, tree: &Tree) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    for (name, text) in tree {
        match text {
            Some(text) => write(folder.join(name), text),
            None => fs::create_dir_all(folder.join(name)).unwrap(),
        }
    }
}

/// Returns a document with resources of these names, each with the field.
fn document(version: &str, names: &[&str], field: &str) -> String {
    let schemas: String = names
        .iter()
        .map(|name| format!("    {name}: {{type: object, x-resourceId: {name}, properties: {{id: {{type: string}}, {field}: {{type: string}}}}}}\n"))
        .collect();
    format!("info: {{version: {version}}}\ncomponents:\n  schemas:\n{schemas}")
}

const FIRST: &[&str] = &["card", "old.thing", "issuing.token"];
const SECOND: &[&str] = &["card", "issuing.token", "tax.rate"];

/// A command, and the folder in which it is run.
struct Scenario {
    name: &'static str,
    prepare: fn(&Path),
    run: fn(&Path) -> Result<String, String>,
}

fn run_codegen(root: &Path) -> Result<String, String> {
    codegen::run(false, Some(&root.join("spec")), Some(&root.join("out")))
}

fn run_import(root: &Path) -> Result<String, String> {
    import::run(&[root.join("document.yaml")], Some(&root.join("spec")), Options::default())
}

fn run_update(root: &Path) -> Result<String, String> {
    update::run(&[root.join("document.yaml")], root, Options::default())
}

fn run_bundle(root: &Path) -> Result<String, String> {
    bundle::run(Some(&root.join("spec")), true, Some(&root.join("bundle.yaml")))
}

/// Runs `update` with the first document, and prepares the second one.
fn updated(root: &Path) {
    write(root.join("document.yaml"), &document("2024-06-20", FIRST, "brand"));
    run_update(root).unwrap();
    write(root.join("CHANGELOG.md"), "# Changelog\n\n## Old entry\n\n- by hand\n");
    // A file that the next import renames.
    let spec = root.join("spec/resources");
    fs::create_dir_all(spec.join("former/home")).unwrap();
    fs::rename(spec.join("card.yaml"), spec.join("former/home/card.yaml")).unwrap();
    write(root.join("document.yaml"), &document("2025-02-24.acacia", SECOND, "mark"));
}

const SCENARIOS: [Scenario; 7] = [
    Scenario {
        name: "codegen-new",
        prepare: |root| write(root.join("spec/a.yaml"), &document("2024-06-20", FIRST, "brand")),
        run: run_codegen,
    },
    Scenario {
        name: "codegen",
        prepare: |root| {
            write(root.join("spec/a.yaml"), &document("2024-06-20", FIRST, "brand"));
            run_codegen(root).unwrap();
            write(root.join("spec/a.yaml"), &document("2024-06-20", SECOND, "mark"));
        },
        run: run_codegen,
    },
    Scenario {
        name: "import-new",
        prepare: |root| write(root.join("document.yaml"), &document("2024-06-20", FIRST, "brand")),
        run: run_import,
    },
    Scenario { name: "import", prepare: updated, run: run_import },
    Scenario {
        name: "update-new",
        prepare: |root| write(root.join("document.yaml"), &document("2024-06-20", FIRST, "brand")),
        run: run_update,
    },
    Scenario { name: "update", prepare: updated, run: run_update },
    Scenario {
        name: "bundle",
        prepare: |root| {
            write(root.join("spec/a.yaml"), &document("2024-06-20", FIRST, "brand"));
            write(root.join("bundle.yaml"), "old");
        },
        run: run_bundle,
    },
];

/// Makes every operation of every command fail in turn, and runs the command again.
fn disturb(fault: Fault, check: impl Fn(&str, &Path, Result<String, String>, &Tree)) {
    for Scenario { name, prepare, run } in SCENARIOS {
        let root = empty(&format!("{fault:?}-{name}"));
        prepare(&root);
        let before = tree(&root);
        let (result, count) = inject(None, || run(&root));
        result.unwrap();
        let expected = tree(&root);
        assert!(count >= 2 && expected != before, "{name} changes nothing");
        for at in 0..count {
            let context = format!("{name}, operation {at} of {count}");
            restore(&root, &before);
            let (result, _) = inject(Some((fault, at)), || run(&root));
            check(&context, &root, result, &before);
            run(&root).unwrap_or_else(|error| panic!("{context}: {error}"));
            assert!(tree(&root) == expected, "{context}: {:#?}", tree(&root));
        }
    }
}

#[test]
fn killed_command_run_again_ends_as_if_never_killed() {
    disturb(Fault::Kill, |context, root, result, before| {
        assert!(result.is_err(), "{context}");
        // The spec is unchanged, completely updated, or refused with advice.
        let spec = root.join("spec");
        if before.contains_key("spec")
            && let Err(error) = read_sources(&spec)
        {
            assert!(
                error.contains("was interrupted") && error.contains("run the same `cargo xtask"),
                "{context}: {error}"
            );
        }
    });
}

#[test]
fn full_disk_leaves_everything_as_before_or_says_how_to_go_on() {
    disturb(Fault::Full, |context, root, result, before| {
        let Err(error) = result else { return };
        let is_clear =
            error.contains("nothing was changed") || error.contains("cannot create the folder");
        if is_clear {
            assert!(tree(root) == *before, "{context}: {error}");
        } else {
            assert!(
                error.contains("is half done") && error.contains("run the same command again"),
                "{context}: {error}"
            );
        }
    });
}

#[test]
fn refused_operation_is_reported_with_what_to_do() {
    disturb(Fault::Refuse, |context, root, result, before| {
        let Err(error) = result else { return };
        assert!(
            error.starts_with("error: cannot ") && error.contains("help: "),
            "{context}: {error}"
        );
        if error.contains("nothing was changed") {
            let now = tree(root);
            assert!(
                before.iter().all(|(name, text)| now.get(name) == Some(text)),
                "{context}: {error}"
            );
        }
    });
}

/// Runs a transaction without a command: two folders, with files to write, to replace and to
/// delete.
fn transact(root: &Path) -> Result<String, String> {
    let (left, right) = (root.join("left"), root.join("right"));
    let transaction = Transaction::begin("update", &[&left, &right])?;
    let files = |files: &[(&str, &str)]| {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    let mut changes = Changes::of(
        &left,
        &files(&[("a.rs", "new a"), ("b/c.rs", "new c")]),
        Some(Search::Replace { below: "", endings: &["rs"] }),
    )?;
    changes.extend(Changes::of(&right, &files(&[("names.yaml", "new names")]), None)?);
    transaction.commit(changes)
}

/// Prepares the folders, and returns their content before and after.
fn prepared(name: &str) -> (PathBuf, Tree, Tree, usize) {
    let root = empty(name);
    write(root.join("left/a.rs"), "old a");
    write(root.join("left/d/e/stale.rs"), "old stale");
    write(root.join("right/names.yaml"), "old names");
    let before = tree(&root);
    let (result, count) = inject(None, || transact(&root));
    assert_eq!(result.unwrap(), "3 files written, 1 deleted");
    (root.clone(), before, tree(&root), count)
}

#[test]
fn command_killed_twice_is_finished_by_the_third_run() {
    let (root, before, after, count) = prepared("twice");
    for first in 0..count {
        for second in 0..2 * count {
            restore(&root, &before);
            inject(Some((Fault::Kill, first)), || transact(&root)).0.unwrap_err();
            let (result, _) = inject(Some((Fault::Kill, second)), || transact(&root));
            if result.is_err() {
                transact(&root).unwrap();
            }
            assert!(tree(&root) == after, "{first}, then {second}: {:#?}", tree(&root));
        }
    }
}

/// Calls `check` for each state in which a killed command can leave the folders.
fn each_killed(name: &str, mut check: impl FnMut(&Path, &Tree, &Tree)) {
    let (root, before, after, count) = prepared(name);
    for at in 0..count {
        restore(&root, &before);
        inject(Some((Fault::Kill, at)), || transact(&root)).0.unwrap_err();
        check(&root, &before, &after);
    }
}

#[test]
fn files_changed_after_the_interruption_are_not_overwritten() {
    let mut refused = 0;
    each_killed("changed", |root, _, _| {
        let is_under_way = root.join("left/.pinstripe/journal").exists();
        fs::write(root.join("left/a.rs"), "by hand").unwrap();
        match transact(root) {
            Err(error) => {
                assert!(
                    is_under_way
                        && error.contains("a.rs was changed after that")
                        && error.contains(".pinstripe"),
                    "{error}"
                );
                assert_eq!(fs::read_to_string(root.join("left/a.rs")).unwrap(), "by hand");
                refused += 1;
            }
            Ok(_) => assert!(!is_under_way),
        }
    });
    assert!(refused > 3, "{refused}");
}

#[test]
fn folders_put_back_after_the_interruption_are_taken_as_they_are() {
    each_killed("put-back", |root, before, after| {
        // As after `git checkout`: tracked files are restored, and ignored files remain.
        for (name, text) in before {
            if let Some(text) = text {
                write(root.join(name), text);
            }
        }
        let _ = fs::remove_dir_all(root.join("left/b"));
        transact(root).unwrap();
        assert!(tree(root) == *after, "{:#?}", tree(root));
    });
}

#[test]
fn another_command_does_not_go_on_from_half_done_files() {
    let mut refused = 0;
    each_killed("another", |root, before, after| {
        let right = root.join("right");
        match Transaction::begin("import", &[&right]) {
            Ok(transaction) => {
                let files = BTreeMap::from([("names.yaml".to_owned(), "others".to_owned())]);
                transaction.commit(Changes::of(&right, &files, None).unwrap()).unwrap();
                // Its changes do not prevent the first command from finishing.
                transact(root).unwrap();
                assert!(tree(root) == *after, "{:#?}", tree(root));
            }
            Err(error) => {
                assert!(
                    error.contains("run the same `cargo xtask update` command again"),
                    "{error}"
                );
                assert!(tree(root) != *before);
                refused += 1;
            }
        }
    });
    assert!(refused > 3, "{refused}");
}

#[test]
fn second_command_is_refused_while_one_is_at_work() {
    let root = empty("locked");
    write(root.join("spec/a.yaml"), &document("2024-06-20", FIRST, "brand"));
    write(root.join("document.yaml"), &document("2024-06-20", FIRST, "brand"));
    let before = tree(&root);
    let spec = root.join("spec");
    let holder = Transaction::begin("import", &[&spec]).unwrap();
    for result in [run_codegen(&root), run_import(&root), run_update(&root), run_bundle(&root)] {
        let error = result.unwrap_err();
        assert!(
            error.contains("another command is running in")
                && error.contains("wait until it has finished"),
            "{error}"
        );
        assert!(tree(&root) == before);
    }
    drop(holder);
    run_codegen(&root).unwrap();
    // Commands that only read can run concurrently.
    let reader = super::Lock::shared(&spec).unwrap();
    run_bundle(&root).unwrap();
    assert!(run_codegen(&root).is_err());
    drop(reader);
}

#[test]
fn commands_at_once_take_turns_or_are_refused() {
    let root = empty("at-once");
    updated(&root);
    let before = tree(&root);
    run_update(&root).unwrap();
    let expected = tree(&root);
    for _ in 0..5 {
        restore(&root, &before);
        let results: Vec<_> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| run_update(&root))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert!(results.iter().any(Result::is_ok), "{results:?}");
        for error in results.into_iter().filter_map(Result::err) {
            assert!(error.contains("another command is running in"), "{error}");
        }
        assert!(tree(&root) == expected);
    }
}

#[test]
fn failed_command_leaves_no_folder() {
    let root = empty("failed");
    write(root.join("bad.yaml"), "components: {schemas: {a: {type: text}}}");
    codegen::run(false, Some(&root.join("bad.yaml")), Some(&root.join("deep/er/out"))).unwrap_err();
    import::run(&[root.join("bad.yaml")], Some(&root.join("spec")), Options::default())
        .unwrap_err();
    update::run(&[root.join("bad.yaml")], &root, Options::default()).unwrap_err();
    assert_eq!(tree(&root).into_keys().collect::<Vec<_>>(), ["bad.yaml"]);
}

#[test]
fn unreadable_changelog_is_not_replaced() {
    let root = empty("changelog");
    updated(&root);
    fs::write(root.join("CHANGELOG.md"), b"# Changelog\n\xff\n").unwrap();
    let error = run_update(&root).unwrap_err();
    assert!(error.contains("CHANGELOG.md") && error.contains("nothing was written"), "{error}");
    assert_eq!(fs::read(root.join("CHANGELOG.md")).unwrap(), b"# Changelog\n\xff\n");
}
