//! A document as published by Stripe, including its prose, becomes a crate that compiles.

use std::process::Command;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::generate;
use pinstripe_tests::{read, root, shared_file, write_crate};

#[test]
#[ignore = "needs ../shared"]
fn crate_of_a_published_document_compiles() {
    compiles("upstream/stripe-openapi-2023-08-16.spec3.yaml", 450);
}

#[test]
#[ignore = "needs ../shared"]
fn crate_of_a_minified_document_compiles() {
    compiles("upstream/stripe-openapi-2026-01-28.clover.spec3.json", 600);
}

fn compiles(document_path: &str, operations: usize) {
    let path = shared_file(document_path);
    let sources = vec![Source { path: path.display().to_string(), text: read(&path) }];
    let output = generate(sources).unwrap_or_else(|failure| panic!("{}", failure.render()));
    assert!(output.files["src/customer.rs"].contains("    /// The customer's email address.\n"));
    assert!(output.api.operations.len() > operations);

    let folder = root().join("target/published").join(operations.to_string());
    write_crate(&folder, &output);
    let checked = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output();
    let checked = checked.expect("cargo can be run");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
