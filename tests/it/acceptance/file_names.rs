//! Names of the spec that become paths of files: each stays in its folder, or is refused with its
//! line.

use std::path::{Component, Path};

use pinstripe_codegen::diagnostic::{Failure, Source};
use pinstripe_codegen::generate;
use pinstripe_codegen::import::import;

/// Names of resources that cannot be files. The first two wrote outside the folder once.
const REFUSED: [&str; 22] = [
    "/.x.victim",
    "../../../pwn",
    "..",
    ".",
    ".card",
    "card.",
    "a..b",
    "/etc/passwd",
    "a/b",
    "a\\\\b",
    "C:card",
    "card\\0",
    "card\\n",
    "\\u202edrac",
    "carté",
    "x²",
    "🦀",
    "lib",
    "main.card",
    "bin.card",
    "a.mod",
    "aux",
];

fn source(path: &str, text: String) -> Source {
    Source { path: path.to_owned(), text }
}

/// A document with a resource of this name, by its key and by `x-stripeResource`.
fn documents(name: &str) -> [Source; 2] {
    let start = "info: {version: '2026-01-01'}\ncomponents:\n  schemas:\n    good: {type: object, x-resourceId: good}\n";
    let (package, class) = name.rsplit_once('.').unwrap_or(("", name));
    let rest = "type: object, x-resourceId: bad";
    let called =
        format!("x-stripeResource: {{in_package: \"{package}\", class_name: \"{class}\"}}");
    [
        source("spec/resources/key.yaml", format!("{start}    \"{name}\": {{{rest}}}\n")),
        source("spec/resources/called.yaml", format!("{start}    bad: {{{rest}, {called}}}\n")),
    ]
}

#[track_caller]
fn assert_refused<T>(result: Result<T, Failure>, document: &Source) {
    let Err(failure) = result else { panic!("this was accepted:\n{}", document.text) };
    let [found] = &failure.diagnostics[..] else {
        panic!("{}\n{}", document.text, failure.render())
    };
    assert_eq!(
        (found.code, found.at.line),
        ("file-name", 5),
        "{}\n{}",
        document.text,
        failure.render()
    );
    assert!(found.help.contains("x-stripeResource"));
}

#[test]
fn invalid_file_name_is_refused_with_its_line() {
    for name in REFUSED {
        for document in documents(name) {
            // In `a..b`, the empty name ends the package, and an empty package is no package.
            if document.path.contains("called") && [".card", "."].contains(&name) {
                continue;
            }
            assert_refused(generate(vec![document.clone()]), &document);
            assert_refused(import(Vec::new(), vec![document.clone()]), &document);
            // The spec that a document is folded into is input as well.
            let other = source(
                "other.yaml",
                "info: {version: '2026-02-01'}\ncomponents: {schemas: {good: {type: object}}}"
                    .to_owned(),
            );
            assert_refused(import(vec![document.clone()], vec![other]), &document);
        }
    }
}

#[test]
fn operation_path_cannot_escape_the_folder() {
    let answer = "responses: {'200': {content: {application/json: {schema: {type: object}}}}}";
    for path in [
        "/v1/../../pwn",
        "/v1//etc/passwd",
        "/v1/lib",
        "/v1/a/mod",
        "/v1/carté",
        "/v1/aux",
        "/v1/..\\\\..\\\\pwn",
    ] {
        let document = source(
            "spec/resources/bare.yaml",
            format!(
                "info: {{version: '2026-01-01'}}\npaths:\n  \"{path}\":\n    get: {{operationId: GetIt, {answer}}}\n"
            ),
        );
        match generate(vec![document.clone()]) {
            Ok(output) => output.files.keys().for_each(|path| assert_below(path)),
            Err(failure) => assert_eq!(
                (failure.diagnostics[0].code, failure.diagnostics[0].at.line),
                ("file-name", 3)
            ),
        }
        match import(Vec::new(), vec![document]) {
            Ok(imported) => imported.files.keys().for_each(|path| assert_below(path)),
            Err(failure) => assert_eq!(
                (failure.diagnostics[0].code, failure.diagnostics[0].at.line),
                ("file-name", 3)
            ),
        }
    }
}

#[track_caller]
fn assert_below(path: &str) {
    assert!(
        Path::new(path).components().all(|step| matches!(step, Component::Normal(_))),
        "{path:?}"
    );
}

#[test]
fn locked_name_cannot_escape_the_folder() {
    let text = "components: {schemas: {card: {type: object, x-resourceId: card, properties: {brand: {type: string, enum: [a, b]}}}}}";
    for module in ["../../../pwn", "/etc", "..", "Card", "a::..", "lib", "a::mod", "carté"] {
        for names in [
            format!("card.brand: '{module}::Brand'"),
            format!("card.brand: 'card::Brand = {module}::Brand'"),
        ] {
            let names = source("spec/names.yaml", format!("x-rustNames:\n  {names}\n"));
            let failure = generate(vec![source("spec/card.yaml", text.to_owned()), names.clone()])
                .expect_err(module);
            assert_eq!(
                (failure.diagnostics[0].code, failure.diagnostics[0].at.line),
                ("name", 2),
                "{}",
                names.text
            );
        }
    }
}

#[test]
fn crate_cannot_have_a_reserved_folder_name() {
    for part in ["src", "target", "core", "lib", "con", "..", "a/b"] {
        let text = format!(
            "components: {{schemas: {{card: {{type: object, x-resourceId: card}}}}}}\nx-rustCrates: {{'{part}': [card]}}\n"
        );
        let failure = generate(vec![source("spec/card.yaml", text)]).expect_err(part);
        assert_eq!(
            (failure.diagnostics[0].code, failure.diagnostics[0].at.line),
            ("crate", 2),
            "{part}"
        );
    }
}

#[test]
fn module_files_are_where_rustc_expects_them() {
    for (name, file) in [
        ("self", "self_"),
        ("super", "super_"),
        ("crate", "crate_"),
        ("3d_secure", "_3d_secure"),
        ("type", "type"),
    ] {
        let text = format!(
            "components: {{schemas: {{'{name}': {{type: object, x-resourceId: a, properties: {{a: {{type: string}}}}}}}}}}"
        );
        let output = generate(vec![source("spec/a.yaml", text)])
            .unwrap_or_else(|failure| panic!("{}", failure.render()));
        assert!(output.files.contains_key(&format!("src/{file}.rs")), "{:?}", output.files.keys());
        let root = &output.files["src/lib.rs"];
        assert!(
            root.contains(&format!("pub mod {file};"))
                || root.contains(&format!("pub mod r#{file};")),
            "{root}"
        );
    }
}
