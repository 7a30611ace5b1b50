//! Tests of commands as processes that are killed, or run concurrently.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

/// Returns an empty folder for one test.
fn empty(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns a document with so many resources that writing them takes time.
fn document(version: &str, field: &str) -> String {
    let schemas: String = (0..200)
        .map(|number| {
            let name = format!("space{}.thing{number}", number % 7);
            format!("    {name}: {{type: object, x-resourceId: {name}, properties: {{{field}: {{type: string}}}}}}\n")
        })
        .collect();
    format!("info: {{version: {version}}}\ncomponents:\n  schemas:\n{schemas}")
}

fn start(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[track_caller]
fn run(arguments: &[&str]) {
    let output = start(arguments).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found
                    .insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn killed_process_run_again_ends_as_if_never_killed() {
    let root = empty("kill");
    let path = |name: &str| root.join(name).display().to_string();
    let (first, second, spec, out) =
        (path("first.yaml"), path("second.yaml"), path("spec"), path("out"));
    fs::write(&first, document("2024-06-20", "brand")).unwrap();
    fs::write(&second, document("2025-02-24.acacia", "mark")).unwrap();
    for last in
        [&["import", &second, "--out", &spec][..], &["codegen", "--spec", &second, "--out", &out]]
    {
        let prepare = || {
            let _ = fs::remove_dir_all(&spec);
            let _ = fs::remove_dir_all(&out);
            run(&["import", &first, "--out", &spec]);
            run(&["codegen", "--spec", &first, "--out", &out]);
        };
        prepare();
        let time = Instant::now();
        run(last);
        let (time, expected) = (time.elapsed(), tree(&root));
        let mut interrupted = 0;
        for round in 0..16 {
            prepare();
            let mut child = start(last);
            // Files are written in the second half.
            thread::sleep(time.mul_f64(0.5 + f64::from(round) / 32.0));
            let _ = child.kill();
            interrupted += usize::from(!child.wait().unwrap().success());
            run(last);
            assert!(tree(&root) == expected, "{last:?}, round {round}");
        }
        assert!(interrupted > 0, "no round was interrupted: {last:?}");
    }
}

#[test]
fn processes_at_once_take_turns_or_are_refused() {
    let root = empty("at-once");
    let path = |name: &str| root.join(name).display().to_string();
    let (first, spec) = (path("first.yaml"), path("spec"));
    fs::write(&first, document("2024-06-20", "brand")).unwrap();
    let last = ["import", &first, "--out", &spec];
    run(&last);
    let expected = tree(&root);
    fs::remove_dir_all(&spec).unwrap();
    let children: Vec<Child> = (0..4).map(|_| start(&last)).collect();
    let outputs: Vec<_> =
        children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().any(|output| output.status.success()));
    for output in outputs.iter().filter(|output| !output.status.success()) {
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("another command is running in"), "{error}");
    }
    assert!(tree(&root) == expected);
}
