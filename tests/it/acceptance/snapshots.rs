//! The code generated from small specs, each of which shows one feature.

use std::fs;
use std::path::Path;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::{Output, generate};
use pinstripe_runtime::{Body, Request as _, from_json, to_json};
use pinstripe_tests::{read, root};

macro_rules! features {
    ($($name:ident)*) => {
        const FEATURES: &[&str] = &[$(stringify!($name)),*];

        mod features {
            $(
                #[test]
                fn $name() {
                    super::generated_code_matches_snapshot(stringify!($name));
                }
            )*
        }
    };
}

features! {
    all_of
    corrections
    crates
    enums
    events
    expandable
    files
    foreign
    forms
    history
    hostile_names
    json_bodies
    lists
    names
    nested_objects
    operation_names
    previews
    put_and_patch
    recursion
    scalars
    twins
    unions
    words
}

#[test]
fn every_feature_has_a_test() {
    let mut found: Vec<String> = fs::read_dir(root().join("tests/features"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    found.sort();
    assert_eq!(found, FEATURES);
}

fn feature(name: &str) -> Output {
    let path = root().join(format!("tests/features/{name}.yaml"));
    let source = Source { path: format!("{name}.yaml"), text: read(&path) };
    generate(vec![source]).unwrap_or_else(|failure| panic!("{}", failure.render()))
}

fn generated_code_matches_snapshot(name: &str) {
    let output = feature(name);
    let is_omitted = |path: &str| {
        (path == "src/lib.rs" && output.parts.is_empty()) || path.starts_with("src/any_object")
    };
    let files = output.files.iter().filter(|(path, _)| !is_omitted(path));
    let text: String = files
        .map(|(path, text)| {
            format!("// ---- {}\n{}\n", path.trim_start_matches("src/"), without_header(text))
        })
        .collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The generator lays code out as rustfmt does with the settings of the workspace.
#[test]
fn rustfmt_changes_nothing() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustfmt");
    let mut roots = Vec::new();
    for name in FEATURES {
        for (path, text) in &feature(name).files {
            let file = folder.join(name).join(path);
            fs::create_dir_all(file.parent().expect("it is in a folder")).expect("writable");
            fs::write(&file, text).expect("writable");
            if path.ends_with("src/lib.rs") {
                roots.push(file);
            }
        }
    }
    let rustfmt = std::process::Command::new("rustfmt")
        .args(["--check", "--edition", "2024", "--config-path"])
        .arg(root())
        .args(&roots)
        .output()
        .expect("rustfmt is a component of the toolchain: `rustup component add rustfmt`");
    let [changes, errors] =
        [&rustfmt.stdout, &rustfmt.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(rustfmt.status.success(), "{changes}{errors}");
    assert!(roots.len() > FEATURES.len(), "a feature has several crates");
}

fn without_header(text: &str) -> &str {
    text.split_once("\n\n").map_or(text, |(_, rest)| rest)
}

#[test]
fn former_schemas_decode() {
    use pinstripe_tests::features::corrections::plan::{self, Plan, Size};

    let new: Plan = from_json(r#"{"id": "plan_1", "size": {"seats": 3}, "owner": "acct_1"}"#)
        .expect("the newest shape");
    assert!(
        matches!(&new.size, plan::SizeType::Size(size) if matches!(**size, Size { seats: 3, .. }))
    );
    let old: Plan = from_json(r#"{"id": "plan_1", "size": 3}"#).expect("the former shape");
    assert!(matches!(old.size, plan::SizeType::Integer(3)) && old.owner.is_none());
    assert_eq!(to_json(&old), r#"{"id":"plan_1","size":3}"#);
    // And they can still be asked for.
    let is_sent = |request: plan::CreateRequest, expected: &str| matches!(request.to_http().body, Body::Form(form) if form == expected);
    assert!(is_sent(Plan::create().anchor(plan::AnchorParam::Now), "anchor=now"));
    assert!(is_sent(Plan::create().anchor(plan::AnchorParams::new().day(3)), "anchor[day]=3"));
}
