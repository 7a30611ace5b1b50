//! Documents: any text is refused with a line, or gives the same crate twice, in files of its own.
#![no_main]

use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::generate;

fuzz_target!(|text: &str| {
    let sources = || vec![Source { path: "spec/openapi.yaml".to_owned(), text: text.to_owned() }];
    match generate(sources()) {
        Ok(output) => {
            let again = generate(sources()).unwrap_or_else(|failure| panic!("{}", failure.render()));
            assert!(again.files == output.files, "two runs give different crates");
            for path in output.files.keys().chain(output.reference.keys()) {
                let is_inside = |part| matches!(part, Component::Normal(_));
                assert!(Path::new(path).components().all(is_inside), "{path}");
            }
        }
        Err(failure) => {
            assert!(failure.diagnostics.iter().all(|found| found.at.line >= 1), "{}", failure.render());
        }
    }
});
