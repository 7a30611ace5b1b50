//! References in operations are followed, and a body that cannot be a request is refused.

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::{Output, generate};

/// A document with an operation that has this request and returns a pet.
fn source(operation: &str, components: &str) -> Vec<Source> {
    let text = format!(
        "paths:
  /v1/pets:
    post:
      operationId: PostPets
      {operation}
components:
  schemas:
    pet: {{type: object, x-resourceId: pet, required: [name], properties: {{name: {{type: string}}, 'object': {{type: string, enum: [pet]}}}}}}
    new/pet: {{type: object, required: [name], properties: {{name: {{type: string}}, owner: {{type: string}}}}}}
{components}"
    );
    vec![Source { path: "pets.yaml".to_owned(), text }]
}

const RETURNS: &str = "responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}}}";

fn with_body(schema: &str, components: &str) -> Result<Output, Vec<(&'static str, u32)>> {
    let operation = format!(
        "requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}\n      {RETURNS}"
    );
    generate(source(&operation, components)).map_err(|failure| {
        failure.diagnostics.iter().map(|found| (found.code, found.at.line)).collect()
    })
}

#[test]
fn body_that_is_a_reference_has_the_fields_of_the_schema() {
    let alias = "    alias: {$ref: '#/components/schemas/new~1pet'}\n";
    for reference in ["new~1pet", "alias"] {
        let output = with_body(&format!("{{$ref: '#/components/schemas/{reference}'}}"), alias)
            .expect("the document is good");
        let text = &output.files["src/pet.rs"];
        assert!(
            text.contains("pub fn create(name: impl Into<String>) -> CreateRequest {"),
            "{text}"
        );
        assert!(
            text.contains("pub fn owner<K>(self, value: impl Argument<String, K>) -> Self {"),
            "{text}"
        );
    }
}

#[test]
fn parameters_bodies_and_responses_can_be_components() {
    let operation = "parameters: [{$ref: '#/components/parameters/city'}]
      requestBody: {$ref: '#/components/requestBodies/pet'}
      responses: {'200': {$ref: '#/components/responses/pet'}}";
    let components = "  parameters:
    city: {name: city, in: query, schema: {type: string}}
  requestBodies:
    pet: {content: {application/json: {schema: {$ref: '#/components/schemas/new~1pet'}}}}
  responses:
    pet: {description: a pet, content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}}
";
    let output = generate(source(operation, components))
        .unwrap_or_else(|failure| panic!("{}", failure.render()));
    let text = &(output.files["src/pet.rs"].clone() + &output.files["src/pet/wire.rs"]);
    for setter in ["pub fn city<K>(", "pub fn owner<K>(", "-> Pet, write;"] {
        assert!(text.contains(setter), "{setter} is missing in {text}");
    }
}

#[test]
fn dangling_references_are_refused_with_their_line() {
    for operation in [
        "parameters: [{$ref: '#/components/parameters/cities'}]",
        "requestBody: {$ref: '#/components/requestBodies/pet'}",
        "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/pets'}}}}",
        "requestBody: {content: {application/json: {schema: {$ref: 'pets.yaml#/pet'}}}}",
    ] {
        let failure = generate(source(&format!("{operation}\n      {RETURNS}"), "")).unwrap_err();
        let found: Vec<_> =
            failure.diagnostics.iter().map(|found| (found.code, found.at.line)).collect();
        assert_eq!(found, [("ref", 5)], "{operation}: {}", failure.render());
    }
    let failure = generate(source("responses: {'200': {$ref: '#/components/responses/pet'}}", ""))
        .unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "ref");
    let circle = "  parameters: {a: {$ref: '#/components/parameters/b'}, b: {$ref: '#/components/parameters/a'}}\n";
    let failure = generate(source(
        &format!("parameters: [{{$ref: '#/components/parameters/a'}}]\n      {RETURNS}"),
        circle,
    ))
    .unwrap_err();
    assert!(
        failure.diagnostics.iter().any(|found| found.code == "ref-cycle"),
        "{}",
        failure.render()
    );
}

#[test]
fn body_without_named_fields_is_refused() {
    for schema in [
        "{type: array, items: {type: string}}",
        "{type: string}",
        "{type: object, additionalProperties: {type: string}}",
        "{type: object, additionalProperties: true}",
        "{anyOf: [{$ref: '#/components/schemas/pet'}, {type: string}]}",
        "{oneOf: [{$ref: '#/components/schemas/pet'}]}",
        "{$ref: '#/components/schemas/names'}",
    ] {
        let names = "    names: {type: array, items: {type: string}}\n";
        let found =
            with_body(schema, names).err().unwrap_or_else(|| panic!("{schema} was accepted"));
        assert!(
            found.contains(&("body", 5)) || found.contains(&("body", 11)),
            "{schema}: {found:?}"
        );
    }
    for schema in
        ["{type: object}", "{type: object, properties: {}}", "{properties: {name: {type: string}}}"]
    {
        assert!(with_body(schema, "").is_ok(), "{schema}");
    }
}
