//! Makes one module out of what is generated from each of `features/`, so that the snapshots of it are known to compile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::generate;

fn main() {
    println!("cargo::rerun-if-changed=features");
    let mut paths: Vec<PathBuf> =
        fs::read_dir("features").expect("there are features").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let mut text = String::new();
    for path in paths {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("features have plain names");
        let source = Source { path: path.display().to_string(), text: fs::read_to_string(&path).expect("features are text") };
        let output = generate(vec![source]).unwrap_or_else(|failure| panic!("{}", failure.render()));
        let inlined = inline("lib.rs", &output.files);
        // The crate's root lies one module deeper here.
        text += &format!("pub mod {name} {{\n{}\n}}\n", inlined.replace("crate::", &format!("crate::features::{name}::")));
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("features.rs"), text).expect("the folder is writable");
}

/// A file with the modules that it declares written out in place.
fn inline(path: &str, files: &BTreeMap<String, String>) -> String {
    let folder = if path == "lib.rs" { String::new() } else { format!("{}/", path.trim_end_matches(".rs")) };
    let lines = files[path].lines().map(|line| match line.strip_prefix("pub mod ").and_then(|name| name.strip_suffix(';')) {
        Some(name) => {
            format!("pub mod {name} {{\n{}\n}}\n", inline(&format!("{folder}{}.rs", name.trim_start_matches("r#")), files))
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}
