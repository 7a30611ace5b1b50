//! Documents of other APIs: supported content is accepted, and other content is refused with a
//! reason.

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::{Output, generate};
use pinstripe_runtime::{Body, Method, Request as _, from_json};
use pinstripe_tests::features::foreign::parcels::{BodyParams, Parcels};
use pinstripe_tests::features::foreign::shared::{Parcel, ParcelLocation};

/// A document with one operation and these schemas.
fn document(path: &str, method: &str, operation: &str, schemas: &str) -> Vec<Source> {
    let text = format!(
        "openapi: 3.0.3
info: {{title: Parcels, version: '1'}}
paths:
  {path}:
    {method}: {operation}
components:
  schemas: {{{schemas}}}
"
    );
    vec![Source { path: "parcels.yaml".to_owned(), text }]
}

const DONE: &str = "responses: {'204': {description: Done}}";

fn accept(sources: Vec<Source>) -> Output {
    let text = sources[0].text.clone();
    generate(sources).unwrap_or_else(|failure| panic!("{text}\n{}", failure.render()))
}

#[test]
fn unsupported_content_is_omitted_with_a_note() {
    let cases = [
        ("/a", "get", "callbacks: {done: {}}", "", "`callbacks` are left out"),
        ("/a", "get", "servers: [{url: 'https://a.example'}]", "", "`servers` are left out"),
        (
            "/a",
            "get",
            "parameters: [{name: c, in: cookie, schema: {type: string}}]",
            "",
            "parameters in cookies are left out",
        ),
        (
            "/a",
            "get",
            "parameters: [{name: Accept, in: header, schema: {type: string}}]",
            "",
            "a header that the client sets is left out",
        ),
        ("/{id}", "get", "", "", "a parameter of a path without a definition is a string"),
        (
            "/a",
            "get",
            "",
            "Size: {type: integer, enum: [1, 2]}",
            "values of an `enum` that are no strings are not listed in the crate",
        ),
        (
            "/a",
            "get",
            "",
            "Choice: {oneOf: [{type: object, properties: {a: {type: string}}}, {type: object, properties: {b: {type: string}}}]}",
            "alternatives that JSON does not distinguish are kept as raw JSON",
        ),
    ];
    for (path, method, operation, schemas, note) in cases {
        let comma = if operation.is_empty() { "" } else { ", " };
        let operation = format!("{{{operation}{comma}{DONE}}}");
        let output = accept(document(path, method, &operation, schemas));
        assert!(
            output.notes.iter().any(|found| found.starts_with(note)),
            "{operation} {schemas}: {:?}",
            output.notes
        );
    }
}

#[test]
fn unsupported_request_features_are_refused() {
    let xml = "requestBody: {content: {text/xml: {schema: {type: string}}}}";
    let json = "requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}";
    let form =
        "requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: string}}}}";
    let cookie = "parameters: [{name: c, in: cookie, required: true, schema: {type: string}}]";
    let cases = [
        ("/a", "post", xml, "media-type", "the media type `text/xml` is not supported in a body"),
        ("/a", "delete", json, "body", "a body of a DELETE request is not supported"),
        ("/a", "put", form, "body", "a form that is not an object with named fields"),
        ("/a", "get", cookie, "parameter", "a required parameter in a cookie is not supported"),
        ("'/a?b=c'", "get", "", "path-parameter", "a path with a query in it is not supported"),
    ];
    for (path, method, operation, code, message) in cases {
        let comma = if operation.is_empty() { "" } else { ", " };
        let operation = format!("{{{operation}{comma}{DONE}}}");
        let failure = generate(document(path, method, &operation, ""))
            .map(|_| panic!("this was accepted: {method} {path} {operation}"))
            .unwrap_err();
        let found = &failure.diagnostics[0];
        assert_eq!(found.code, code, "{}", found.message);
        assert!(found.message.starts_with(message), "{}", found.message);
        assert_eq!(failure.diagnostics.len(), 1, "{}", failure.render());
    }
}

#[test]
fn repeated_problems_are_one_error() {
    let xml = format!("{{requestBody: {{content: {{text/xml: {{}}}}}}, {DONE}}}");
    let paths: String = (0..7).map(|index| format!("  /a{index}: {{post: {xml}}}\n")).collect();
    let text = format!("openapi: 3.0.3\ninfo: {{title: A, version: '1'}}\npaths:\n{paths}");
    let failure = generate(vec![Source { path: "a.yaml".to_owned(), text }]).unwrap_err();
    assert_eq!(failure.diagnostics.len(), 1, "{}", failure.render());
    assert!(failure.diagnostics[0].message.ends_with(", …"), "{}", failure.render());
    assert!(failure.diagnostics[0].message.contains("in 7 places: 4:"), "{}", failure.render());
}

#[test]
fn swagger_2_is_refused() {
    let text = "swagger: '2.0'\ninfo: {title: A, version: '1'}\npaths: {/a: {get: {}}}\n";
    let source = Source { path: "a.yaml".to_owned(), text: text.to_owned() };
    let failure = generate(vec![source]).unwrap_err();
    assert_eq!(failure.diagnostics.len(), 1, "{}", failure.render());
    assert_eq!(failure.diagnostics[0].code, "swagger");
}

#[test]
fn document_cannot_make_an_object_the_whole_body() {
    let operation = format!(
        "{{requestBody: {{x-wholeBody: true, content: {{application/json: {{schema: {{type: object, properties: {{size: {{type: integer}}}}}}}}}}}}, {DONE}}}"
    );
    let output = accept(document("/a", "post", &operation, ""));
    assert!(output.files.values().all(|text| !text.contains("WHOLE")));
    let operation = operation.replace("type: object, properties", "type: array, items");
    let output = accept(document("/a", "post", &operation, ""));
    assert!(output.files.values().any(|text| text.contains("WHOLE")));
}

#[test]
fn lists_are_encoded_by_their_style() {
    let request = Parcels::retrieve("p 1").fields(["id", "weight"]).states(["sent", "lost"]);
    let http = request.to_http();
    assert_eq!(http.path, "/parcels/p%201");
    assert_eq!(http.query, "fields=id&fields=weight&states=sent%2Clost");
}

#[test]
fn non_object_body_is_sent_unchanged() {
    let item = BodyParams::new().name("box");
    let http = Parcels::replace("1", [item]).to_http();
    assert_eq!(http.method, Method::Put);
    assert!(
        matches!(&http.body, Body::Json(json) if json == r#"[{"name":"box"}]"#),
        "{:?}",
        http.body
    );
}

#[test]
fn alternatives_of_json_types_become_a_union() {
    let parcel: Parcel =
        from_json(r#"{"id": "1", "weight": 2.5, "location": {"name": "shelf"}}"#).unwrap();
    assert!(
        matches!(&parcel.location, Some(ParcelLocation::Item(item)) if item.name.as_deref() == Some("shelf"))
    );
}

#[test]
fn list_schema_and_its_items_have_different_names() {
    let schemas = "Links: {type: array, items: {type: object, properties: {a: {type: string}}}}";
    let output = accept(document("/a", "get", &format!("{{{DONE}}}"), schemas));
    let shared = &output.files["src/shared.rs"];
    let names: Vec<&str> = shared
        .lines()
        .filter_map(|line| {
            line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub type "))
        })
        .filter_map(|rest| rest.split([' ', '(', ';']).next())
        .collect();
    assert_eq!(names.len(), 2, "{shared}");
    assert_ne!(names[0], names[1], "{shared}");
}

#[test]
fn files_outside_of_multipart_are_strings() {
    let file = "{type: object, properties: {content: {type: string, format: binary}}}";
    let schemas = format!("Picture: {file}");
    let operation =
        format!("{{requestBody: {{content: {{application/json: {{schema: {file}}}}}}}, {DONE}}}");
    let output = accept(document("/a", "post", &operation, &schemas));
    assert!(output.files.values().all(|text| !text.contains("Upload")));
    let operation = operation.replace("application/json", "multipart/form-data");
    let output = accept(document("/a", "post", &operation, ""));
    assert!(output.files.values().any(|text| text.contains("Upload")));
}
