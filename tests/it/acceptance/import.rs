//! Imports keep facts and drop prose.

use std::collections::BTreeMap;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::generate;
use pinstripe_codegen::import::import;
use pinstripe_tests::{read, root, shared_file};

/// A document with a sentence wherever OpenAPI has room for one.
const CHATTY: &str = r##"
openapi: 3.0.0
info: {version: "2026-01-01", description: SENTENCE of the document.}
components:
  schemas:
    customer:
      description: SENTENCE of a schema.
      title: SENTENCE of a title
      type: object
      x-resourceId: customer
      x-expandableFields: [email]
      required: [id]
      properties:
        id: {type: string, description: SENTENCE of a field., maxLength: 5000}
        email: {type: string, nullable: true, description: SENTENCE, example: SENTENCE, default: SENTENCE}
        plan: {type: string, enum: [free, paid], x-enumDescriptions: {free: SENTENCE}, nullable: true}
        source:
          anyOf: [{type: string, description: SENTENCE}, {$ref: '#/components/schemas/customer'}]
          description: SENTENCE
          x-expansionResources: {oneOf: [{$ref: '#/components/schemas/customer', description: SENTENCE}]}
        tags: {type: array, description: SENTENCE, items: {type: string, description: SENTENCE}}
        metadata: {type: object, additionalProperties: {type: string, description: SENTENCE}}
    customer.created:
      type: object
      description: SENTENCE of an event.
      x-stripeEvent: {type: customer.created, description: SENTENCE}
      properties: {object: {$ref: '#/components/schemas/customer', description: SENTENCE}}
paths:
  /v1/customers/{customer}:
    summary: SENTENCE of a path
    post:
      operationId: PostCustomersCustomer
      summary: SENTENCE of an operation
      description: SENTENCE
      tags: [SENTENCE]
      parameters:
      - {name: customer, in: path, required: true, description: SENTENCE, schema: {type: string, description: SENTENCE}}
      requestBody:
        description: SENTENCE
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {email: {type: string, description: SENTENCE of a parameter.}}}
      responses:
        '200':
          description: SENTENCE of an answer
          content: {application/json: {schema: {$ref: '#/components/schemas/customer'}}}
        default: {description: SENTENCE of an error}
"##;

#[test]
fn import_drops_prose() {
    let chatty = Source { path: "chatty.yaml".to_owned(), text: CHATTY.to_owned() };
    let files = import(Vec::new(), vec![chatty]).expect("the document is good").files;
    for (path, text) in &files {
        assert!(!text.contains("SENTENCE"), "{path}:\n{text}");
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("import", files["resources/customer.yaml"]);
    });
    let sources = files.into_iter().map(|(path, text)| Source { path, text }).collect();
    assert!(generate(sources).is_ok());
}

#[test]
#[ignore = "needs ../shared"]
fn import_drops_prose_of_published_documents() {
    for (path, least) in [
        ("upstream/stripe-openapi-2023-08-16.spec3.yaml", 5_000),
        ("upstream/stripe-openapi-2026-01-28.clover.spec3.json", 10_000),
    ] {
        let path = shared_file(path);
        let text = read(&path);
        let published: serde_yaml::Value =
            serde_yaml::from_str(&text).expect("the document is YAML");
        let mut sentences = Vec::new();
        collect_sentences(&published, &mut sentences);
        assert!(sentences.len() > least, "{}", sentences.len());
        let source = Source { path: path.display().to_string(), text };
        let files = import(Vec::new(), vec![source]).expect("the document is good").files;
        let all: String = files.values().flat_map(|text| [text.as_str(), "\n"]).collect();
        let words: std::collections::HashSet<&str> =
            all.lines().map(|line| line.trim().trim_start_matches("- ")).collect();
        for sentence in sentences {
            assert!(!words.contains(sentence), "this got through: {sentence}");
            if sentence.len() > 40 {
                assert!(
                    !all.contains(&sentence[..sentence.floor_char_boundary(40)]),
                    "this got through: {sentence}"
                );
            }
        }
    }
}

fn collect_sentences<'v>(value: &'v serde_yaml::Value, found: &mut Vec<&'v str>) {
    match value {
        serde_yaml::Value::Sequence(items) => {
            items.iter().for_each(|item| collect_sentences(item, found))
        }
        serde_yaml::Value::Mapping(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) if key.as_str() == Some("description") && text.contains(' ') => {
                        found.push(text.trim())
                    }
                    _ => collect_sentences(value, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn spec_contains_no_prose() {
    for source in pinstripe_tests::spec() {
        // Reasons are sentences, and ours.
        if !source.path.contains("resources") || source.path.contains("/spec/words/") {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            let Some((key, value)) = line.trim().trim_start_matches("- ").split_once(": ") else {
                continue;
            };
            let own = ["Success", "Received", "Stripe API"];
            let is_plain = !value.trim_matches('\'').contains(' ') || value.starts_with(['[', '{']);
            assert!(
                is_plain || own.contains(&value),
                "{}:{}: {key}: {value}",
                source.path,
                number + 1
            );
            assert!(
                key != "summary" && (key != "description" || own.contains(&value)),
                "{}:{}",
                source.path,
                number + 1
            );
        }
    }
}

/// The documents that the spec was imported from, oldest first.
const DOCUMENTS: [&str; 8] = [
    "api/stripe-2024-06-20.openapi.json",
    "api/stripe-2025-02-24.acacia.openapi.json",
    "api/stripe-2025-08-27.basil.openapi.json",
    "upstream/stripe-openapi-2026-01-28.clover.spec3.json",
    "api/stripe-2026-02-25.clover.openapi.json",
    "api/stripe-2026-08-26.dahlia.openapi.json",
    "api/stripe-2026-10-28.endive.openapi.json",
    "api/stripe-preview-extras.openapi.json",
];

/// All of them.
fn documents() -> Vec<Source> {
    let paths = DOCUMENTS.iter().map(|path| shared_file(path));
    paths.map(|path| Source { text: read(&path), path: path.display().to_string() }).collect()
}

fn as_description(files: &BTreeMap<String, String>) -> Vec<Source> {
    files
        .iter()
        .map(|(path, text)| Source { path: format!("spec/{path}"), text: text.clone() })
        .collect()
}

fn fold(
    description: &BTreeMap<String, String>,
    documents: Vec<Source>,
) -> BTreeMap<String, String> {
    import(as_description(description), documents)
        .unwrap_or_else(|failure| panic!("{}", failure.render()))
        .files
}

#[track_caller]
fn assert_same(left: &BTreeMap<String, String>, right: &BTreeMap<String, String>) {
    assert!(left.keys().eq(right.keys()), "there are other files");
    let differing: Vec<_> =
        left.iter().filter(|(path, text)| right[*path] != **text).map(|(path, _)| path).collect();
    assert!(differing.is_empty(), "these differ: {differing:?}");
}

#[test]
#[ignore = "needs ../shared"]
fn importing_together_or_one_by_one_gives_the_committed_spec() {
    let documents = documents();
    let all = fold(&BTreeMap::new(), documents.clone());
    for (path, text) in &all {
        assert!(
            read(&root().join("spec").join(path)) == *text,
            "spec/{path} is not what the import makes"
        );
    }
    let step_by_step = documents
        .iter()
        .fold(BTreeMap::new(), |so_far, document| fold(&so_far, vec![document.clone()]));
    assert_same(&all, &step_by_step);
    // Importing a known document again changes nothing, whether it is the newest or not.
    for document in [6, 7, 0, 3, 4] {
        assert_same(&all, &fold(&all, vec![documents[document].clone()]));
    }
}

/// Two versions of a small API that differ in every possible way.
#[test]
fn versions_are_merged_into_one_spec() {
    let versions = ["one", "two"].map(|name| {
        let path = root().join(format!("tests/versions/{name}.yaml"));
        Source { path: path.display().to_string(), text: read(&path) }
    });
    let all = fold(&BTreeMap::new(), versions.to_vec());
    let text: String = all.iter().map(|(path, text)| format!("# ---- {path}\n{text}\n")).collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("versions", text);
    });
    assert_same(
        &all,
        &fold(&fold(&BTreeMap::new(), vec![versions[0].clone()]), vec![versions[1].clone()]),
    );
    assert_same(&all, &fold(&all, vec![versions[1].clone()]));
    assert!(generate(as_description(&all)).is_ok());
}

#[test]
fn reimported_version_can_remove_its_additions() {
    let document = |field: &str| Source {
        path: "document.yaml".to_owned(),
        text: format!(
            "info: {{version: 2025-01-01}}\ncomponents: {{schemas: {{card: {{type: object, properties: {{id: {{type: string}}{field}}}}}}}}}"
        ),
    };
    let first = Source { text: document("").text.replace("2025", "2024"), ..document("") };
    let description = fold(&BTreeMap::new(), vec![first]);
    let more = fold(&description, vec![document(", brand: {type: string}")]);
    assert!(more["resources/shared.yaml"].contains("x-since: 2025-01-01"));
    let less = fold(&more, vec![document("")]);
    assert_eq!(less["resources/shared.yaml"], description["resources/shared.yaml"]);
}

#[test]
fn documents_without_a_version_are_refused() {
    let nameless =
        Source { path: "x.yaml".to_owned(), text: "components: {schemas: {}}".to_owned() };
    assert_eq!(import(Vec::new(), vec![nameless]).unwrap_err().diagnostics[0].code, "version");
}

#[test]
fn documents_older_than_the_spec_are_refused() {
    let document = |version: &str| Source {
        path: format!("{version}.yaml"),
        text: format!(
            "info:\n  version: {version}\ncomponents: {{schemas: {{card: {{type: object}}}}}}"
        ),
    };
    let description = fold(&BTreeMap::new(), vec![document("2025-01-01.b")]);
    let failure = import(as_description(&description), vec![document("2024-01-01")]).unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "version-order");
    assert_eq!(failure.diagnostics[0].at.line, 2);
}
