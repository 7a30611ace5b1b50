//! Every keyword of OpenAPI and JSON Schema has a fate in a document of another API: it changes the
//! crate, is refused, is noted, or carries nothing for a stated reason.

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::{Output, generate};
use serde_json::{Value, json};

/// What becomes of a keyword.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// The crate differs.
    Used,
    /// The document is refused.
    Refused,
    /// A note says that it is left out, or what is made of it.
    Noted,
    /// The crate and the notes are the same, for this reason.
    Nothing(&'static str),
}

use Fate::{Noted, Nothing, Refused, Used};

const VALUES: &str = "restricts values, and the server checks them";
const PROSE: &str = "is read by people";
const FORM: &str = "is about the form of the document";
const MARK: &str = "repeats what the place says";

/// A place of the document, and the keywords that can stand there with a value for each.
struct Place {
    what: &'static str,
    /// The JSON pointer of the object that gets the keyword.
    at: &'static str,
    keywords: fn() -> Vec<(&'static str, Value, Fate)>,
}

/// A document of another API, with each place once.
fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Cards", "version": "1"},
        "paths": {
            "/cards/{card}": {
                "get": {
                    "operationId": "getCard",
                    "parameters": [
                        {"name": "card", "in": "path", "required": true, "schema": {"type": "string"}},
                        {"name": "fields", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    ],
                    "responses": {"200": {
                        "description": "The card",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Card"}}},
                    }},
                },
            },
            "/cards": {
                "post": {
                    "operationId": "createCard",
                    "requestBody": {"content": {"application/json": {"schema": {
                        "type": "object",
                        "properties": {"label": {"type": "string"}, "size": {"type": "integer"}},
                    }}}},
                    "responses": {"201": {
                        "description": "The card",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Card"}}},
                    }},
                },
            },
        },
        "components": {"schemas": {
            "Card": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "label": {"type": "string"},
                    "owner": {"type": "object", "properties": {"name": {"type": "string"}}},
                    "sizes": {"type": "array", "items": {"type": "integer"}},
                },
            },
            "Other": {"type": "object", "properties": {"colour": {"type": "string"}}},
        }},
        "tags": [{"name": "cards"}],
    })
}

/// Keywords that stand in a schema of any type.
fn any_schema() -> Vec<(&'static str, Value, Fate)> {
    let text = || json!({"type": "string"});
    let other = || json!({"$ref": "#/components/schemas/Other"});
    vec![
        // Core
        ("$anchor", json!("here"), Noted),
        ("$comment", json!("x"), Noted),
        ("$defs", json!({"a": text()}), Noted),
        ("$dynamicAnchor", json!("here"), Noted),
        ("$dynamicRef", json!("#here"), Noted),
        ("$id", json!("https://a.example/b"), Noted),
        ("$recursiveAnchor", json!(true), Noted),
        ("$recursiveRef", json!("#"), Noted),
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema"), Noted),
        ("$vocabulary", json!({}), Noted),
        ("definitions", json!({"a": text()}), Noted),
        // Types
        ("anyOf", json!([other(), text()]), Used),
        ("const", json!(7), Noted),
        ("enum", json!([{}]), Noted),
        ("oneOf", json!([other(), text()]), Used),
        ("type", json!("boolean"), Used),
        ("type", json!(["integer", "null"]), Used),
        ("type", json!(["integer", "string"]), Used),
        ("type", json!("nonsense"), Refused),
        ("$ref", json!("#/components/schemas/Absent"), Refused),
        ("$ref", json!("other.yaml#/a"), Refused),
        // Restrictions
        ("contains", text(), Noted),
        ("dependencies", json!({"a": ["b"]}), Noted),
        ("dependentRequired", json!({"a": ["b"]}), Noted),
        ("dependentSchemas", json!({"a": text()}), Noted),
        ("else", text(), Noted),
        ("if", text(), Noted),
        ("then", text(), Noted),
        ("not", text(), Noted),
        ("exclusiveMaximum", json!(5), Noted),
        ("exclusiveMinimum", json!(5), Noted),
        ("maxContains", json!(5), Noted),
        ("minContains", json!(1), Noted),
        ("maxItems", json!(5), Noted),
        ("minItems", json!(1), Noted),
        ("minLength", json!(1), Nothing(VALUES)),
        ("maxProperties", json!(5), Noted),
        ("minProperties", json!(1), Noted),
        ("maximum", json!(5), Nothing(VALUES)),
        ("minimum", json!(1), Nothing(VALUES)),
        ("multipleOf", json!(2), Noted),
        ("pattern", json!("^a"), Nothing(VALUES)),
        ("patternProperties", json!({"^a": text()}), Noted),
        ("prefixItems", json!([text()]), Noted),
        ("additionalItems", json!(false), Noted),
        ("propertyNames", json!({"pattern": "^a"}), Noted),
        ("unevaluatedItems", json!(false), Noted),
        ("unevaluatedProperties", json!(false), Noted),
        ("uniqueItems", json!(true), Nothing(VALUES)),
        // Annotations
        ("contentEncoding", json!("base64"), Noted),
        ("contentMediaType", json!("image/png"), Noted),
        ("contentSchema", text(), Noted),
        ("default", json!("a"), Nothing(VALUES)),
        ("deprecated", json!(true), Used),
        ("description", json!("What it is."), Used),
        ("discriminator", json!({"propertyName": "type"}), Noted),
        ("example", json!("a"), Nothing(PROSE)),
        ("examples", json!(["a"]), Nothing(PROSE)),
        ("externalDocs", json!({"url": "https://a.example"}), Noted),
        ("readOnly", json!(true), Nothing(MARK)),
        ("title", json!("A title"), Nothing(PROSE)),
        ("writeOnly", json!(true), Nothing(MARK)),
        ("xml", json!({"name": "a"}), Noted),
        ("x-anything", json!(1), Nothing(PROSE)),
        // Unknown
        ("madeUp", json!(1), Noted),
        ("minimun", json!(1), Noted),
    ]
}

const PLACES: &[Place] = &[
    Place {
        what: "a document",
        at: "",
        keywords: || {
            vec![
                ("externalDocs", json!({"url": "https://a.example"}), Nothing(PROSE)),
                ("jsonSchemaDialect", json!("https://a.example"), Nothing(FORM)),
                ("security", json!([{"key": []}]), Noted),
                ("servers", json!([{"url": "https://a.example"}]), Noted),
                ("webhooks", json!({"a": {"post": {}}}), Noted),
                ("x-anything", json!(1), Nothing(PROSE)),
                ("madeUp", json!(1), Refused),
            ]
        },
    },
    Place {
        what: "an info",
        at: "/info",
        keywords: || {
            vec![
                ("contact", json!({"name": "A"}), Nothing(PROSE)),
                ("description", json!("x"), Nothing(PROSE)),
                ("license", json!({"name": "A"}), Nothing(PROSE)),
                ("summary", json!("x"), Nothing(PROSE)),
                ("termsOfService", json!("https://a.example"), Nothing(PROSE)),
                ("title", json!("Others"), Nothing(PROSE)),
                ("version", json!("2"), Used),
            ]
        },
    },
    Place {
        what: "the components",
        at: "/components",
        keywords: || {
            vec![
                ("callbacks", json!({"a": {}}), Noted),
                ("examples", json!({"a": {"value": 1}}), Nothing(PROSE)),
                ("headers", json!({"a": {"schema": {"type": "string"}}}), Nothing(FORM)),
                ("links", json!({"a": {}}), Noted),
                ("parameters", json!({"a": {"name": "a", "in": "query"}}), Nothing(FORM)),
                ("pathItems", json!({"a": {"get": {}}}), Nothing(FORM)),
                ("requestBodies", json!({"a": {"content": {}}}), Nothing(FORM)),
                ("responses", json!({"a": {"description": "x"}}), Nothing(FORM)),
                ("securitySchemes", json!({"a": {"type": "http"}}), Noted),
                ("madeUp", json!({"a": 1}), Noted),
            ]
        },
    },
    Place {
        what: "a path",
        at: "/paths/~1cards",
        keywords: || {
            let operation = || json!({"responses": {"204": {"description": "x"}}});
            vec![
                ("$ref", json!("#/components/pathItems/a"), Refused),
                ("delete", operation(), Used),
                ("description", json!("x"), Nothing(PROSE)),
                ("get", operation(), Used),
                ("head", operation(), Noted),
                ("options", operation(), Noted),
                (
                    "parameters",
                    json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]),
                    Used,
                ),
                ("patch", operation(), Used),
                ("put", operation(), Used),
                ("query", operation(), Refused),
                ("servers", json!([{"url": "https://a.example"}]), Noted),
                ("summary", json!("x"), Nothing(PROSE)),
                ("trace", operation(), Noted),
                ("x-anything", json!(1), Nothing(PROSE)),
            ]
        },
    },
    Place {
        what: "an operation",
        at: "/paths/~1cards/post",
        keywords: || {
            vec![
                ("callbacks", json!({"a": {}}), Noted),
                ("deprecated", json!(true), Used),
                ("description", json!("Makes one."), Used),
                ("externalDocs", json!({"url": "https://a.example"}), Nothing(PROSE)),
                ("operationId", json!("orderCard"), Used),
                (
                    "parameters",
                    json!([{"name": "q", "in": "query", "schema": {"type": "string"}}]),
                    Used,
                ),
                ("requestBody", json!({"content": {}}), Used),
                ("responses", json!({"204": {"description": "x"}}), Used),
                ("security", json!([]), Noted),
                ("servers", json!([{"url": "https://a.example"}]), Noted),
                ("summary", json!("Makes one."), Used),
                ("tags", json!(["cards"]), Nothing(PROSE)),
                ("madeUp", json!(1), Noted),
            ]
        },
    },
    Place {
        what: "a parameter",
        at: "/paths/~1cards~1{card}/get/parameters/1",
        keywords: || {
            vec![
                ("allowEmptyValue", json!(true), Noted),
                ("allowReserved", json!(true), Noted),
                ("content", json!({"application/json": {}}), Noted),
                ("deprecated", json!(true), Used),
                ("description", json!("Which."), Used),
                ("example", json!("a"), Nothing(PROSE)),
                ("examples", json!({"a": {"value": 1}}), Nothing(PROSE)),
                ("explode", json!(false), Used),
                ("in", json!("header"), Used),
                ("in", json!("cookie"), Noted),
                ("name", json!("other"), Used),
                ("required", json!(true), Used),
                ("schema", json!({"type": "string"}), Used),
                ("style", json!("deepObject"), Used),
                ("style", json!("pipeDelimited"), Noted),
                ("madeUp", json!(1), Noted),
            ]
        },
    },
    Place {
        what: "a request body",
        at: "/paths/~1cards/post/requestBody",
        keywords: || {
            vec![
                ("description", json!("What to make."), Nothing(PROSE)),
                ("required", json!(true), Nothing(MARK)),
                ("content", json!({"text/xml": {}}), Refused),
                ("madeUp", json!(1), Noted),
            ]
        },
    },
    Place {
        what: "a media type of a request",
        at: "/paths/~1cards/post/requestBody/content/application~1json",
        keywords: || {
            vec![
                ("encoding", json!({"label": {"contentType": "text/plain"}}), Noted),
                ("example", json!({}), Nothing(PROSE)),
                ("examples", json!({"a": {}}), Nothing(PROSE)),
                ("schema", json!({"type": "array", "items": {"type": "string"}}), Used),
                ("madeUp", json!(1), Noted),
            ]
        },
    },
    Place {
        what: "the responses",
        at: "/paths/~1cards~1{card}/get/responses",
        keywords: || {
            vec![
                ("202", json!({"description": "x"}), Noted),
                ("404", json!({"description": "x"}), Nothing(PROSE)),
                (
                    "404",
                    json!({"description": "x", "content": {"application/json": {"schema": {"type": "object", "properties": {"why": {"type": "string"}}}}}}),
                    Noted,
                ),
                (
                    "default",
                    json!({"description": "x", "content": {"application/json": {}}}),
                    Noted,
                ),
                ("madeUp", json!({"description": "x"}), Refused),
            ]
        },
    },
    Place {
        what: "a response",
        at: "/paths/~1cards~1{card}/get/responses/200",
        keywords: || {
            vec![
                ("content", json!({"application/pdf": {}}), Used),
                ("content", json!({"application/json": {"schema": {"type": "string"}}}), Used),
                ("description", json!("x"), Nothing(PROSE)),
                ("headers", json!({"a": {"schema": {"type": "string"}}}), Noted),
                ("links", json!({"a": {}}), Noted),
                ("madeUp", json!(1), Noted),
            ]
        },
    },
    Place {
        what: "a media type of a response",
        at: "/paths/~1cards~1{card}/get/responses/200/content/application~1json",
        keywords: || {
            vec![
                ("encoding", json!({"a": {}}), Nothing(FORM)),
                ("example", json!({}), Nothing(PROSE)),
                ("examples", json!({"a": {}}), Nothing(PROSE)),
                ("schema", json!({"type": "string"}), Used),
                ("madeUp", json!(1), Noted),
            ]
        },
    },
    Place {
        what: "a tag",
        at: "/tags/0",
        keywords: || {
            vec![
                ("description", json!("Cards."), Used),
                ("externalDocs", json!({"url": "https://a.example"}), Nothing(PROSE)),
            ]
        },
    },
    Place {
        what: "a schema of an object",
        at: "/components/schemas/Card/properties/owner",
        keywords: || {
            let mut keywords = any_schema();
            keywords.extend([
                ("$ref", json!("#/components/schemas/Other"), Used),
                ("allOf", json!([{"$ref": "#/components/schemas/Other"}]), Used),
                ("const", json!({}), Noted),
                ("maxLength", json!(20), Nothing(VALUES)),
                ("additionalProperties", json!(false), Nothing(VALUES)),
                ("additionalProperties", json!(true), Noted),
                ("additionalProperties", json!({"type": "string"}), Noted),
                ("nullable", json!(true), Nothing(MARK)),
                ("properties", json!({"nick": {"type": "string"}}), Used),
                ("required", json!(["name"]), Used),
                ("required", json!(["absent"]), Noted),
            ]);
            keywords
        },
    },
    Place {
        what: "a schema of a string",
        at: "/components/schemas/Card/properties/label",
        keywords: || {
            let mut keywords = any_schema();
            keywords.extend([
                ("$ref", json!("#/components/schemas/Other"), Used),
                ("allOf", json!([{"$ref": "#/components/schemas/Other"}]), Refused),
                ("const", json!("a"), Used),
                ("enum", json!(["a", "b"]), Used),
                ("maxLength", json!(20), Used),
                ("format", json!("date-time"), Used),
                ("format", json!("uuid"), Nothing(VALUES)),
                ("format", json!("made-up"), Noted),
                ("nullable", json!(true), Nothing(MARK)),
            ]);
            keywords
        },
    },
    Place {
        what: "a schema of a list",
        at: "/components/schemas/Card/properties/sizes",
        keywords: || {
            let mut keywords = any_schema();
            keywords.extend([
                ("$ref", json!("#/components/schemas/Other"), Used),
                ("allOf", json!([{"$ref": "#/components/schemas/Other"}]), Refused),
                ("enum", json!(["a", "b"]), Noted),
                ("maxLength", json!(20), Nothing(VALUES)),
                ("items", json!({"type": "string"}), Used),
                ("items", json!([{"type": "string"}]), Noted),
                ("nullable", json!(true), Nothing(MARK)),
            ]);
            keywords
        },
    },
    Place {
        what: "a schema that is sent",
        at: "/paths/~1cards/post/requestBody/content/application~1json/schema/properties/label",
        keywords: || {
            let mut keywords = any_schema();
            keywords.extend([
                ("$ref", json!("#/components/schemas/Other"), Noted),
                ("allOf", json!([{"$ref": "#/components/schemas/Other"}]), Refused),
                ("const", json!("a"), Used),
                ("enum", json!(["a", "b"]), Used),
                ("maxLength", json!(20), Used),
                ("format", json!("date-time"), Used),
            ]);
            keywords
        },
    },
];

/// Generates, and returns what a reader sees: the files and the notes, or nothing if refused.
fn result(document: &Value) -> Option<Output> {
    let text = serde_json::to_string_pretty(document).expect("it is JSON");
    generate(vec![Source { path: "cards.json".to_owned(), text }]).ok()
}

/// Whether a keyword has its fate. One that is noted may change the crate as well.
fn has_fate(expected: Fate, base: &Output, output: Option<&Output>) -> bool {
    let Some(output) = output else { return expected == Refused };
    match expected {
        Refused => false,
        Used => output.files != base.files,
        Noted => output.notes != base.notes,
        Nothing(_) => output.files == base.files && output.notes == base.notes,
    }
}

#[test]
fn every_keyword_has_its_fate() {
    let base = result(&document()).expect("the document is accepted");
    let mut wrong = Vec::new();
    for place in PLACES {
        for (keyword, value, expected) in (place.keywords)() {
            let mut changed = document();
            let node = changed.pointer_mut(place.at).expect("the place is in the document");
            node[keyword] = value.clone();
            let output = result(&changed);
            if !has_fate(expected, &base, output.as_ref()) {
                let found = match output {
                    None => "it is refused".to_owned(),
                    Some(output) => format!(
                        "the crate {}, and the notes are {:?}",
                        if output.files == base.files { "is the same" } else { "differs" },
                        output.notes
                    ),
                };
                wrong.push(format!(
                    "{}: `{keyword}: {value}` should be {expected:?}: {found}",
                    place.what
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} keywords:\n{}", wrong.len(), wrong.join("\n"));
}
