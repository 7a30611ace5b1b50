//! Lints, and the spec bundled as one document.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use pinstripe_codegen::bundle::bundle;
use pinstripe_codegen::diagnostic::{CODES, Severity, Source};
use pinstripe_codegen::generate;
use pinstripe_codegen::lint::lint;
use pinstripe_tests::{read, root, spec};

fn source(text: &str) -> Vec<Source> {
    vec![Source { path: "spec/api.yaml".to_owned(), text: text.to_owned() }]
}

/// A spec that generates without errors, but has every lint.
const SLOPPY: &str = "
info: {version: 2025-02-24.acacia, x-versions: [2024-06-20, 2025-02-24.acacia]}
components:
  schemas:
    card:
      type: object
      x-resourceId: card
      required: [gone]
      properties:
        gone: {type: string, x-until: 2025-02-24.acacia}
        odd: {type: string, x-since: 2025-02-24.acacia, x-until: 2024-06-20}
        new: {type: string, x-since: 2023-01-01}
        brand: {type: string, enum: [visa]}
        size: {type: string, enum: [small, Small]}
        any: {}
        empty: {type: object, properties: {}}
    lost: {type: object, properties: {id: {type: string}}}
paths:
  /v1/shops:
    get:
      responses: {'200': {description: Success}}
";

#[test]
fn all_lints_are_reported_together() {
    let found = lint(source(SLOPPY), false);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("lint", found.render());
    });
    assert!(generate(source(SLOPPY)).is_ok());
    // Errors and lints are reported together.
    let worse = lint(source(&SLOPPY.replace("brand: {type: string", "brand: {type: text")), false);
    assert_eq!(worse.diagnostics.len(), found.diagnostics.len() + 1);
    let json = worse.to_json();
    let error = json
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["severity"] == "error")
        .expect("there is one");
    assert_eq!(
        (error["code"].as_str(), error["line"].as_i64(), error["column"].as_i64()),
        (Some("type"), Some(13), Some(23))
    );
    assert_eq!(error["source"], "        brand: {type: text, enum: [visa]}");
}

#[test]
fn committed_spec_has_no_errors_or_warnings() {
    let mut found = lint(spec(), false);
    // Places without words are counted in notes.
    found.diagnostics.retain(|found| found.severity <= Severity::Warning);
    assert!(found.diagnostics.is_empty(), "{}", found.render());
}

#[test]
fn reported_codes_are_listed() {
    let mut used = BTreeSet::new();
    let mut open = vec![root().join("codegen/src")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text: String = read(&path).split_whitespace().collect();
        for call in ["report(", "ignore(", "self.warn(", "self.hint(", "note(Severity::Hint,"] {
            for after in text.split(call).skip(1) {
                used.extend(
                    after
                        .strip_prefix('"')
                        .and_then(|after| after.split('"').next())
                        .map(str::to_owned),
                );
            }
        }
    }
    let listed: BTreeSet<String> = CODES.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(
        used.difference(&listed).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "these are not listed"
    );
    assert_eq!(
        listed.difference(&used).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "these are never told"
    );
    assert_eq!(listed.len(), CODES.len(), "one is listed twice");
}

#[test]
fn bundled_document_gives_the_same_crate() {
    let document = bundle(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let expected = generate(spec()).expect("the description is good");
    let json = serde_json::to_string_pretty(&document).expect("it can be written as JSON");
    let yaml = serde_yaml::to_string(&document).expect("it can be written as YAML");
    for (path, text) in [("bundle.json", &json), ("bundle.yaml", &yaml)] {
        let output = generate(vec![Source { path: path.to_owned(), text: text.clone() }]);
        let output = output.unwrap_or_else(|failure| panic!("{}", failure.render()));
        assert!(output.files == expected.files, "{path} makes another crate");
        assert!(output.names == expected.names, "{path} has other names");
    }
}

#[test]
#[ignore = "needs openapi-spec-validator"]
fn bundled_document_is_valid_openapi() {
    let document = bundle(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let folder = root().join("target/bundle");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("stripe.json");
    fs::write(&path, serde_json::to_string_pretty(&document).unwrap()).unwrap();
    let own = root().join("target/validator/bin/openapi-spec-validator");
    let program = if own.exists() { own } else { "openapi-spec-validator".into() };
    let run = Command::new(&program).arg(path).output().expect("the validator is installed");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
}

/// Words that break one rule each, and the code that each is reported with.
const BAD_WORDS: [(&str, &str); 10] = [
    ("fields: {amount: The amount.}", "word-restates"),
    ("fields: {amount: Sum of all lines}", "word-full-stop"),
    ("fields: {amount: }", "word-empty"),
    ("fields: {amount: In \u{201c}cents\u{201d}.}", "word-character"),
    ("fields: {amount: 'In `cents.'}", "word-backtick"),
    ("fields: {amount: 'See [here](x).'}", "word-link"),
    ("fields: {price: Sum of all lines.}", "word-unused"),
    ("fields: [amount]", "words"),
    ("feilds: {amount: Sum of all lines.}", "words"),
    ("fields: {amount: 3}", "words"),
];

fn order(words: &str) -> Vec<Source> {
    source(&format!(
        "components: {{schemas: {{order: {{type: object, x-resourceId: order, properties: {{amount: {{type: integer}}}}}}}}}}\nwords:\n  order:\n    {words}\n"
    ))
}

#[test]
fn rules_of_words_are_reported_with_file_and_line() {
    let errors = |words: &str, required: bool| -> Vec<(&str, u32)> {
        let found = lint(order(words), required).diagnostics;
        let errors = found.iter().filter(|found| found.severity == Severity::Error);
        errors.map(|found| (found.code, found.at.line)).collect()
    };
    for (words, code) in BAD_WORDS {
        assert_eq!(errors(words, false), [(code, 4)], "{words}");
    }
    let long = format!("fields: {{amount: {}.}}", "Sum ".repeat(80).trim());
    assert_eq!(errors(&long, false), [("word-long", 4)]);
    assert_eq!(errors("fields: {amount: Sum of all lines.}", false), []);
    // The resource and the field have no words.
    assert_eq!(errors("{}", true), [("word-missing", 1), ("word-missing", 1)]);
}

#[test]
fn bundle_has_words_in_standard_fields() {
    let text = read(&root().join("tests/features/words.yaml"));
    let document = bundle(source(&text)).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let order = &document["components"]["schemas"]["order"];
    assert_eq!(order["description"], "Goods that somebody wants.");
    assert_eq!(order["properties"]["amount"]["description"], "What the buyer owes.");
    assert_eq!(order["properties"]["note"]["description"], "Prose of the document.");
    let values = &order["properties"]["status"]["x-enumDescriptions"];
    assert_eq!(values["open"], "Nothing was paid yet.");
    let create = &document["paths"]["/v1/orders"]["post"];
    assert_eq!(create["summary"], "Places an order.");
    assert_eq!(create["description"], "Places an order.\n\nIt is binding.");
    assert_eq!(document["tags"][0]["description"], "Create one for each purchase.");
    assert!(document.get("words").is_none() && document.get("glossary").is_none());
}
