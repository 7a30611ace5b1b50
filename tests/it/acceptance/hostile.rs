//! Every hostile name in every place of a document: the document is refused with a line, or becomes
//! a crate that compiles.

mod document;
mod places;
mod random;
mod words;

use std::fs;
use std::path::Path;
use std::process::Command;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::{Output, generate};
use pinstripe_tests::root;

use document::Document;
use places::{PLACES, Place};
use random::Generator;
use words::words;

/// Generates from a document, and checks that a refusal names a place in it.
#[track_caller]
fn accepted(document: &Document) -> Option<Output> {
    let text = document.text();
    match generate(vec![Source { path: "spec/hostile.json".to_owned(), text: text.clone() }]) {
        Ok(output) => Some(output),
        Err(failure) => {
            let located = failure.diagnostics.iter().all(|found| found.at.line >= 1);
            assert!(located && !failure.diagnostics.is_empty(), "{}\n{text}", failure.render());
            None
        }
    }
}

fn with(place: &Place, word: &str) -> Document {
    let mut document = Document::new();
    place.put(&mut document, word, 0);
    document
}

/// Runs every n-th case only. `HOSTILE_STEP=1` runs all of them.
fn step(usual: usize) -> usize {
    let step = std::env::var("HOSTILE_STEP").ok().and_then(|step| step.parse().ok());
    step.unwrap_or(usual).max(1)
}

#[test]
fn names_in_any_location_do_not_panic() {
    let words = words();
    let mut counts = (0, 0);
    let cases = PLACES.iter().flat_map(|place| words.iter().map(move |word| (place, word)));
    // The number of words and the step have no common divisor, so that each place gets others.
    for (place, word) in cases.step_by(step(7)) {
        match accepted(&with(place, word)) {
            Some(_) => counts.0 += 1,
            None => counts.1 += 1,
        }
    }
    assert!(counts.0 > 2_000 && counts.1 > 200, "{} accepted, {} refused", counts.0, counts.1);
}

/// `HOSTILE_SEEDS=40000` tries more documents.
#[test]
fn no_random_document_panics() {
    let seeds = std::env::var("HOSTILE_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let words = words();
    let mut accepted = 0;
    let seeds: u64 = seeds.unwrap_or(500);
    for seed in 0..seeds {
        let document = Generator::new(seed, &words).document();
        let text = serde_json::to_string_pretty(&document).expect("it is JSON");
        let sources = || vec![Source { path: "spec/random.json".to_owned(), text: text.clone() }];
        match generate(sources()) {
            Ok(output) => {
                accepted += 1;
                let again = generate(sources()).expect("it was accepted before");
                assert!(again.files == output.files, "seed {seed} gives different crates");
            }
            Err(failure) => {
                let located = failure.diagnostics.iter().all(|found| found.at.line >= 1);
                assert!(located, "seed {seed}: {}", failure.render());
            }
        }
    }
    assert!(accepted > seeds / 3, "{accepted} of {seeds} documents were accepted");
}

/// Puts a crate into a module of another one, file by file, so that each `mod` finds its file as in
/// the crate itself.
fn write_module(folder: &Path, name: &str, output: &Output) {
    for (path, text) in &output.files {
        let path = path.strip_prefix("src/").expect("the crate has no parts");
        let path = if path == "lib.rs" { "mod.rs" } else { path };
        let file = folder.join("src").join(name).join(path);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("it can be made");
        let text = text.replace("crate::", &format!("crate::{name}::"));
        fs::write(file, text).expect("the file can be written");
    }
}

/// Tests each word in every location that accepts it, one module per word. Some locations accept a
/// word only where another does not, so the second one is omitted.
#[test]
fn every_accepted_name_compiles() {
    let folder = root().join("target/hostile");
    let _ = fs::remove_dir_all(folder.join("src"));
    fs::create_dir_all(folder.join("src")).expect("the folder can be made");
    let mut modules = String::from("#![allow(warnings)]\n");
    let mut count = 0;
    for (index, word) in words().iter().enumerate().step_by(step(12)) {
        let mut places: Vec<&Place> = Vec::new();
        let mut last = None;
        for place in PLACES.iter().filter(|place| place.what != "a crate") {
            places.push(place);
            let mut document = Document::new();
            for (number, place) in places.iter().enumerate() {
                place.put(&mut document, word, number);
            }
            match accepted(&document) {
                Some(output) => last = Some(output),
                None => drop(places.pop()),
            }
        }
        let output = last.unwrap_or_else(|| panic!("no place takes {word:?}"));
        count += places.len();
        let name = format!("word_{index}");
        write_module(&folder, &name, &output);
        modules += &format!("/// {word:?}\npub mod {name};\n");
    }
    let manifest = format!(
        "[workspace]\n[package]\nname = \"hostile\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         [dependencies]\npinstripe-runtime = {{ path = {:?} }}\n",
        root().join("runtime").display().to_string()
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("the file can be written");
    fs::write(folder.join("src/lib.rs"), modules).expect("the file can be written");
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("it can be copied");
    let checked = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("cargo can be run");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(count > 1_000, "{count} names in places");
}
