//! Specs with errors: each is reported with its location and advice, and nothing panics.

use pinstripe_codegen::diagnostic::{Failure, Source};
use pinstripe_codegen::generate;

fn fail(text: &str) -> Failure {
    match generate(vec![Source { path: "spec/bad.yaml".to_owned(), text: text.to_owned() }]) {
        Ok(_) => panic!("this was accepted:\n{text}"),
        Err(failure) => failure,
    }
}

/// The diagnostics of each case, after its name.
fn report(cases: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, document) in cases {
        let failure = fail(document);
        assert!(!failure.diagnostics.is_empty(), "{name} failed without a reason");
        text += &format!("#### {name}\n{}\n", failure.render());
    }
    text
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn documents() {
    let cases = [
        ("an empty file", ""),
        ("only a comment", "# nothing\n"),
        ("broken YAML", "components:\n  schemas: [\n  a: b\n"),
        ("broken JSON", "{\"paths\": {\"/v1/a\": }"),
        ("tabs for indentation", "components:\n\tschemas:\n"),
        ("a list at the top", "- a\n- b\n"),
        ("a part that does not exist", "component:\n  schemas: {}\n"),
        ("two documents", "paths: {}\n---\npaths: {}\n"),
        ("an alias", "components: {schemas: {a: &a {type: string}, b: *a}}\n"),
        (
            "a key given twice",
            "components:\n  schemas:\n    a: {type: string}\n    a: {type: integer}\n",
        ),
        ("neither paths nor schemas", "info: {version: '1'}\n"),
        ("schemas that are a list", "components: {schemas: [a, b]}\n"),
    ];
    snapshot!("bad_documents", report(&cases));
}

#[test]
fn schemas() {
    let cases = [
        (
            "an unknown $ref",
            "components:\n  schemas:\n    customer:\n      type: object\n      properties:\n        a: {$ref: '#/components/schemas/custommer'}\n",
        ),
        ("a $ref to another file", "components: {schemas: {a: {$ref: 'other.yaml#/a'}}}\n"),
        (
            "a circle of $refs",
            "components:\n  schemas:\n    a: {$ref: '#/components/schemas/b'}\n    b: {$ref: '#/components/schemas/c'}\n    c: {$ref: '#/components/schemas/a'}\n",
        ),
        (
            "a union that is one of its own alternatives",
            "components:\n  schemas:\n    a: {anyOf: [{$ref: '#/components/schemas/b'}, {type: string}]}\n    b: {anyOf: [{$ref: '#/components/schemas/a'}, {type: integer}]}\n",
        ),
        ("a schema that is a string", "components: {schemas: {a: string}}\n"),
        ("an unsupported keyword", "components: {schemas: {a: {not: {type: string}}}}\n"),
        (
            "parts of `allOf` that contradict each other",
            "components: {schemas: {a: {allOf: [{type: string}, {type: integer}]}}}\n",
        ),
        (
            "a trailing comma in JSON",
            "{\"components\": {\"schemas\": {\"a\": {\"type\": \"string\",}}}}\n",
        ),
        ("a YAML tag", "components: {schemas: {a: {type: !text string}}}\n"),
        (
            "a number that JSON cannot write",
            "components: {schemas: {a: {type: number, minimum: .nan}}}\n",
        ),
        ("a misspelt keyword", "components: {schemas: {a: {type: object, propertys: {}}}}\n"),
        ("an unknown type", "components: {schemas: {a: {type: text}}}\n"),
        ("an array of nothing", "components: {schemas: {a: {type: array}}}\n"),
        (
            "a required field that is not defined",
            "components: {schemas: {a: {type: object, required: [id], properties: {}}}}\n",
        ),
        (
            "an enum value that is not a string",
            "components: {schemas: {a: {type: string, enum: [on, 'off', 1]}}}\n",
        ),
        ("an enum value given twice", "components: {schemas: {a: {type: string, enum: [a, a]}}}\n"),
        ("an enum without values", "components: {schemas: {a: {type: string, enum: []}}}\n"),
        ("anyOf nothing", "components: {schemas: {a: {anyOf: []}}}\n"),
        (
            "an expansion to nothing",
            "components: {schemas: {a: {anyOf: [{type: string}], x-expansionResources: {}}}}\n",
        ),
        (
            "two resources of one name",
            "components:\n  schemas:\n    a: {type: object, x-resourceId: a}\n    b: {type: object, x-resourceId: b, x-stripeResource: {class_name: A, in_package: ''}}\n",
        ),
    ];
    snapshot!("bad_schemas", report(&cases));
}

#[test]
fn operations() {
    let operation =
        |rest: &str| format!("paths:\n  /v1/a/{{id}}:\n    get:\n      operationId: GetA\n{rest}");
    let ok = "      responses: {'200': {description: Success}}\n";
    let id = "      parameters:\n      - {name: id, in: path, schema: {type: string}}\n";
    let cases = [
        ("a path parameter without a definition", operation(ok)),
        (
            "a definition without a path parameter",
            operation(&format!("{id}      - {{name: other, in: path, schema: {{type: string}}}}\n{ok}")),
        ),
        (
            "two operations of one name",
            format!("{}    delete:\n      operationId: GetA\n{id}{ok}", operation(&format!("{id}{ok}"))),
        ),
        ("a method that is not used", format!("{}    trace: {{}}\n", operation(&format!("{id}{ok}")))),
        ("an operation that is a string", "paths: {/v1/a: {get: list}}\n".to_owned()),
        ("no success", operation(&format!("{id}      responses: {{'400': {{description: Failure}}}}\n"))),
        ("an unknown answer", operation(&format!("{id}      responses: {{'200': {{content: {{text/csv: {{schema: {{type: string}}}}}}}}}}\n"))),
        ("an unknown host", operation(&format!("      servers: [{{url: 'https://example.com'}}]\n{id}{ok}"))),
        ("a parameter without a name", operation(&format!("{id}      - {{in: query, schema: {{type: string}}}}\n{ok}"))),
        ("a parameter nowhere", operation(&format!("{id}      - {{name: a, in: cookie, schema: {{type: string}}}}\n{ok}"))),
        ("a parameter without a schema", operation(&format!("{id}      - {{name: a, in: query}}\n{ok}"))),
        ("a parameter given twice", operation(&format!("{id}      - {{name: id, in: path, schema: {{type: string}}}}\n{ok}"))),
        (
            "a nested parameter in another style",
            operation(&format!("{id}      - {{name: a, in: query, style: form, schema: {{type: array, items: {{type: string}}}}}}\n{ok}")),
        ),
        (
            "an unknown body",
            operation(&format!("{id}{ok}")).replace("    get:", "    post:\n      requestBody: {content: {text/xml: {schema: {type: object}}}}"),
        ),
        (
            "a listed operation that does not exist",
            "components:\n  schemas:\n    a:\n      type: object\n      x-stripeOperations:\n      - {method_name: list, operation: get, path: /v1/a}\n".to_owned(),
        ),
        ("an event that carries nothing", "webhooks: {a.b: {post: {}}}\n".to_owned()),
        (
            "a snapshot event without an object",
            "webhooks: {a.b: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}}\n".to_owned(),
        ),
    ];
    let cases: Vec<(&str, &str)> =
        cases.iter().map(|(name, text)| (*name, text.as_str())).collect();
    snapshot!("bad_operations", report(&cases));
}

#[test]
fn corrections() {
    let base =
        "components: {schemas: {a: {type: object, properties: {b: {type: string}}}}}\noverrides:\n";
    let cases = [
        ("one without a place", "- {set: {type: integer}, reason: Because.}\n"),
        (
            "one without a reason",
            "- {at: '#/components/schemas/a/properties/b', set: {type: integer}}\n",
        ),
        (
            "one whose place is gone",
            "- {at: '#/components/schemas/a/properties/c', set: {type: integer}, reason: Because.}\n",
        ),
        (
            "one that changes nothing",
            "- {at: '#/components/schemas/a/properties/b', set: {type: string}, reason: Because.}\n",
        ),
    ];
    let cases: Vec<(&str, String)> =
        cases.iter().map(|(name, text)| (*name, format!("{base}{text}"))).collect();
    let cases: Vec<(&str, &str)> =
        cases.iter().map(|(name, text)| (*name, text.as_str())).collect();
    snapshot!("bad_corrections", report(&cases));
}

#[test]
fn crates() {
    let base = "components: {schemas: {tax.rate: {type: object, x-resourceId: tax.rate, properties: {b: {type: string}}}}}\nx-rustCrates: ";
    let cases = [
        ("crates in a list", "[tax]\n"),
        ("a crate that is no list", "{tax: tax}\n"),
        ("a namespace that does not exist", "{tax: [taxes]}\n"),
        ("a namespace in two crates", "{tax: [tax], rates: [tax]}\n"),
        ("a namespace that is no text", "{tax: [{tax: rate}]}\n"),
        ("the core", "{core: [tax]}\n"),
        ("a name that no crate can have", "{Tax Rates: [tax.rate]}\n"),
    ];
    let cases: Vec<(&str, String)> =
        cases.iter().map(|(name, text)| (*name, format!("{base}{text}"))).collect();
    let cases: Vec<(&str, &str)> =
        cases.iter().map(|(name, text)| (*name, text.as_str())).collect();
    snapshot!("bad_crates", report(&cases));
}

#[test]
fn errors_of_several_files_are_reported_together() {
    let sources = vec![
        Source {
            path: "spec/one.yaml".to_owned(),
            text: "components: {schemas: {a: {type: array}, b: {type: text}}}\n".to_owned(),
        },
        Source {
            path: "spec/two.yaml".to_owned(),
            text: "components: {schemas: {a: {type: string}}}\npaths: {/v1/x: {trace: {}}}\n"
                .to_owned(),
        },
        Source { path: "spec/three.yaml".to_owned(), text: "components: [\n".to_owned() },
    ];
    let failure = generate(sources).expect_err("there are four mistakes");
    snapshot!("bad_together", failure.render());
    let codes: Vec<_> = failure.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["items", "type", "duplicate", "method", "syntax"]);
}

#[test]
fn unclosed_brackets_are_refused_immediately() {
    let failure = fail(&"[".repeat(100_000_000));
    assert_eq!(failure.diagnostics.len(), 1);
    assert_eq!(failure.diagnostics[0].at.line, 1);
    let failure = fail(&"{\"a\":".repeat(1_000_000));
    assert_eq!(failure.diagnostics.len(), 1);
    let deep: String = (0..300).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(fail(&deep).diagnostics.len(), 1);
}
