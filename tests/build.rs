//! Writes one module with the generated code of each of `features/`, so that the snapshots are known
//! to compile. Also writes functions that make every request of the generated crate from JSON, and a
//! macro that lists every event.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::plan::{EventKind, Item};
use pinstripe_codegen::{generate, plan_crate};

#[path = "build/calls.rs"]
mod calls;
#[path = "build/examples.rs"]
mod examples;

fn main() {
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    let out = Path::new(&out);
    fs::write(out.join("features.rs"), features()).expect("the folder is writable");
    every_type(out);
}

/// Functions that show a way to make every request, and every event type, to a visitor.
fn every_type(out: &Path) {
    println!("cargo::rerun-if-changed=../spec");
    let mut sources = Vec::new();
    collect(Path::new("../spec"), &mut sources);
    let (plan, _) = plan_crate(sources).unwrap_or_else(|failure| panic!("{}", failure.render()));
    fs::write(out.join("every_request.rs"), calls::write(&plan)).expect("the folder is writable");
    fs::write(out.join("examples.rs"), examples::write(&plan)).expect("the folder is writable");
    let mut visits = String::new();
    for (path, module) in plan.modules {
        let path = calls::module_path(&path);
        for item in &module.items {
            if let Item::Event(event) = item {
                let kind = if matches!(event.kind, EventKind::Snapshot { .. }) {
                    "snapshot"
                } else {
                    "thin"
                };
                visits += &format!("    visitor.{kind}::<{path}{}>();\n", event.name);
            }
        }
    }
    let function = format!(
        "pub fn every_event(visitor: &mut impl pinstripe_tests::event::Visitor) {{\n{visits}}}\n"
    );
    fs::write(out.join("every_event.rs"), function).expect("the folder is writable");
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let text = fs::read_to_string(&path).expect("the description is text");
            sources.push(Source { path: path.display().to_string(), text });
        }
    }
}

fn features() -> String {
    println!("cargo::rerun-if-changed=features");
    let mut paths: Vec<PathBuf> = fs::read_dir("features")
        .expect("there are features")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    let mut text = String::new();
    for path in paths {
        let name =
            path.file_stem().and_then(|name| name.to_str()).expect("features have plain names");
        let source = Source {
            path: path.display().to_string(),
            text: fs::read_to_string(&path).expect("features are text"),
        };
        let output =
            generate(vec![source]).unwrap_or_else(|failure| panic!("{}", failure.render()));
        for part in &output.parts {
            // Its code is in this crate as well, so its feature is always on.
            println!("cargo::rustc-check-cfg=cfg(feature, values({part:?}))");
            println!("cargo::rustc-cfg=feature={part:?}");
        }
        // The crate root is nested deeper here, and the other crates are sibling modules of the
        // core.
        let home = format!("crate::features::{name}::");
        let inlined = inline("src/lib.rs", &output.files).replace("crate::", &home);
        let parts = output.parts.iter().map(|part| {
            let inlined = inline(&format!("{part}/src/lib.rs"), &output.files);
            format!(
                "mod pinstripe_api_{part} {{\n{}\n}}\n",
                inlined.replace("crate::", &format!("{home}pinstripe_api_{part}::"))
            )
        });
        let all = format!("{inlined}\n{}", parts.collect::<String>());
        text += &format!(
            "pub mod {name} {{\n{}\n}}\n",
            all.replace("use pinstripe_api_", &format!("use {home}pinstripe_api_"))
        );
    }
    text
}

/// A file with the modules that it declares written out in place.
fn inline(path: &str, files: &BTreeMap<String, String>) -> String {
    let folder = format!("{}/", path.trim_end_matches("/lib.rs").trim_end_matches(".rs"));
    let lines = files[path].lines().map(|line| {
        let declared = line.strip_suffix(';').and_then(|line| {
            let name = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "))?;
            Some((line, name))
        });
        match declared {
            Some((declaration, name)) => {
                let file = format!("{folder}{}.rs", name.trim_start_matches("r#"));
                format!("{declaration} {{\n{}\n}}\n", inline(&file, files))
            }
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}
