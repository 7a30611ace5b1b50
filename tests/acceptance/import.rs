//! What an import lets through: facts, and no sentence.

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::generate;
use pinstripe_codegen::import::import;
use pinstripe_tests::{document, read, root};

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
fn no_sentence_gets_through() {
    let files = import(vec![Source { path: "chatty.yaml".to_owned(), text: CHATTY.to_owned() }]).expect("the document is good");
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
fn no_sentence_of_a_published_document_gets_through() {
    let Some(path) = document("upstream/stripe-openapi-2023-08-16.spec3.yaml") else { return };
    let text = read(&path);
    let published: serde_yaml::Value = serde_yaml::from_str(&text).expect("the document is YAML");
    let mut sentences = Vec::new();
    collect_sentences(&published, &mut sentences);
    assert!(sentences.len() > 5_000);
    let files = import(vec![Source { path: path.display().to_string(), text }]).expect("the document is good");
    let all: String = files.values().flat_map(|text| [text.as_str(), "\n"]).collect();
    let words: std::collections::HashSet<&str> = all.lines().map(|line| line.trim().trim_start_matches("- ")).collect();
    for sentence in sentences {
        assert!(!words.contains(sentence), "this got through: {sentence}");
        if sentence.len() > 40 {
            assert!(!all.contains(&sentence[..sentence.floor_char_boundary(40)]), "this got through: {sentence}");
        }
    }
}

fn collect_sentences<'v>(value: &'v serde_yaml::Value, found: &mut Vec<&'v str>) {
    match value {
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| collect_sentences(item, found)),
        serde_yaml::Value::Mapping(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) if key.as_str() == Some("description") && text.contains(' ') => found.push(text.trim()),
                    _ => collect_sentences(value, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_description_holds_no_sentence() {
    for source in pinstripe_tests::spec() {
        if source.path.ends_with("overrides.yaml") {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            let Some((key, value)) = line.trim().trim_start_matches("- ").split_once(": ") else { continue };
            let own = ["Success", "Received", "Stripe API"];
            let is_plain = !value.trim_matches('\'').contains(' ') || value.starts_with(['[', '{']);
            assert!(is_plain || own.contains(&value), "{}:{}: {key}: {value}", source.path, number + 1);
            assert!(key != "summary" && (key != "description" || own.contains(&value)), "{}:{}", source.path, number + 1);
        }
    }
}

#[test]
fn importing_again_changes_nothing() {
    let documents = ["api/stripe-2026-10-28.endive.openapi.json", "api/stripe-preview-extras.openapi.json"];
    let Some(paths) = documents.iter().map(|path| document(path)).collect::<Option<Vec<_>>>() else { return };
    let sources = paths.iter().map(|path| Source { path: path.display().to_string(), text: read(path) }).collect();
    for (path, text) in import(sources).expect("the documents are good") {
        assert!(read(&root().join("spec").join(&path)) == text, "spec/{path} is not what the import makes");
    }
}
