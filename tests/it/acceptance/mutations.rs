//! A real spec with one of hundreds of mutations: it is refused with a line, nothing panics, and no
//! file is written.

use std::collections::BTreeSet;

use pinstripe_codegen::bundle::bundle;
use pinstripe_codegen::diagnostic::{Diagnostic, Source};
use pinstripe_codegen::generate;
use pinstripe_codegen::import::import;
use pinstripe_tests::spec;
use serde_json::{Value, json};

/// A self-contained excerpt of the committed spec.
fn real_document() -> Value {
    let whole = bundle(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let mut document = serde_json::to_value(whole).expect("the description is JSON");
    let kept = ["/v1/coupons", "/v1/tax_rates", "/v1/country_specs", "/v1/apps/secrets"];
    let members = document.as_object_mut().expect("a document is an object");
    members.remove("x-rustNames");
    members.remove("x-rustCrates");
    members.remove("x-examples");
    let is_kept = |path: &String| kept.iter().any(|kept| path.starts_with(kept));
    members["paths"].as_object_mut().unwrap().retain(|path, _| is_kept(path));
    members["webhooks"]
        .as_object_mut()
        .unwrap()
        .retain(|name, _| name.starts_with("coupon.") || name.starts_with("tax_rate."));
    let mut open = vec![members["paths"].clone(), members["webhooks"].clone()];
    let mut used = BTreeSet::new();
    while let Some(value) = open.pop() {
        for name in references(&value) {
            open.extend(
                members["components"]["schemas"]
                    .get(&name)
                    .filter(|_| used.insert(name.clone()))
                    .cloned(),
            );
        }
    }
    members["components"]["schemas"].as_object_mut().unwrap().retain(|name, _| used.contains(name));
    document
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let own = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|to| to.rsplit('/').next())
                .map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}

const BODY: &str = "/paths/~1v1~1tax_rates/post/requestBody/content";
const FORM: &str =
    "/paths/~1v1~1tax_rates/post/requestBody/content/application~1x-www-form-urlencoded";
const CARRIED: &str = "/webhooks/coupon.created/post/requestBody/content/application~1json/schema";

/// Locations of every kind, by their content.
fn places() -> Vec<(&'static str, String)> {
    let fixed = [
        ("info", "/info"),
        ("version", "/info/version"),
        ("components", "/components"),
        ("schemas", "/components/schemas"),
        ("schema", "/components/schemas/coupon"),
        ("type of a schema", "/components/schemas/coupon/type"),
        ("resource id", "/components/schemas/coupon/x-resourceId"),
        ("class", "/components/schemas/coupon/x-stripeResource"),
        ("name of a class", "/components/schemas/coupon/x-stripeResource/class_name"),
        ("properties", "/components/schemas/coupon/properties"),
        ("property", "/components/schemas/coupon/properties/percent_off"),
        ("type of a property", "/components/schemas/coupon/properties/percent_off/type"),
        ("types of a property", "/components/schemas/coupon/properties/percent_off/type/0"),
        ("format", "/components/schemas/coupon/properties/created/format"),
        ("enum", "/components/schemas/coupon/properties/duration/enum"),
        ("value of an enum", "/components/schemas/coupon/properties/duration/enum/0"),
        ("required", "/components/schemas/coupon/required"),
        ("name of what is required", "/components/schemas/coupon/required/0"),
        ("map", "/components/schemas/coupon/properties/currency_options/additionalProperties"),
        (
            "reference of a map",
            "/components/schemas/coupon/properties/currency_options/additionalProperties/$ref",
        ),
        ("items", "/components/schemas/country_spec/properties/supported_payment_methods/items"),
        (
            "type of items",
            "/components/schemas/country_spec/properties/supported_payment_methods/items/type",
        ),
        ("union", "/components/schemas/coupon/properties/applies_to"),
        ("reference", "/components/schemas/country_spec/properties/verification_fields/$ref"),
        ("listed operations", "/components/schemas/coupon/x-stripeOperations"),
        ("listed operation", "/components/schemas/coupon/x-stripeOperations/0"),
        (
            "method of a listed operation",
            "/components/schemas/coupon/x-stripeOperations/0/operation",
        ),
        ("path of a listed operation", "/components/schemas/coupon/x-stripeOperations/0/path"),
        ("paths", "/paths"),
        ("path", "/paths/~1v1~1tax_rates"),
        ("operation", "/paths/~1v1~1tax_rates/post"),
        ("id of an operation", "/paths/~1v1~1tax_rates/post/operationId"),
        ("parameters", "/paths/~1v1~1coupons~1{coupon}/get/parameters"),
        ("parameter", "/paths/~1v1~1coupons~1{coupon}/get/parameters/0"),
        ("name of a parameter", "/paths/~1v1~1coupons~1{coupon}/get/parameters/0/name"),
        ("place of a parameter", "/paths/~1v1~1coupons~1{coupon}/get/parameters/0/in"),
        ("schema of a parameter", "/paths/~1v1~1coupons~1{coupon}/get/parameters/0/schema"),
        (
            "whether a parameter is required",
            "/paths/~1v1~1coupons~1{coupon}/get/parameters/0/required",
        ),
        ("style of a parameter", "/paths/~1v1~1coupons~1{coupon}/get/parameters/1/style"),
        ("body", "/paths/~1v1~1tax_rates/post/requestBody"),
        ("content", BODY),
        ("media type", FORM),
        ("responses", "/paths/~1v1~1tax_rates/post/responses"),
        ("response", "/paths/~1v1~1tax_rates/post/responses/200"),
        ("content of a response", "/paths/~1v1~1tax_rates/post/responses/200/content"),
        (
            "media type of a response",
            "/paths/~1v1~1tax_rates/post/responses/200/content/application~1json",
        ),
        (
            "schema of a response",
            "/paths/~1v1~1tax_rates/post/responses/200/content/application~1json/schema",
        ),
        ("webhooks", "/webhooks"),
        ("webhook", "/webhooks/coupon.created"),
        ("request of a webhook", "/webhooks/coupon.created/post"),
        ("what a webhook carries", CARRIED),
    ];
    let mut places: Vec<(&str, String)> =
        fixed.into_iter().map(|(what, at)| (what, at.to_owned())).collect();
    places.push(("schema of a body", format!("{FORM}/schema")));
    places.push(("members of a body", format!("{FORM}/schema/properties")));
    places.push(("member of a body", format!("{FORM}/schema/properties/active")));
    places.push(("kind of event", format!("{CARRIED}/x-stripeEvent")));
    places.push(("object of an event", format!("{CARRIED}/properties/object")));
    places
}

/// The mutations of each location.
const MISTAKES: [&str; 7] = ["number", "text", "list", "flag", "nothing", "removed", "misspelled"];

/// Makes the mistake. Returns whether the place can have it.
fn make(document: &mut Value, at: &str, mistake: &str) -> bool {
    let (parent, name) = at.rsplit_once('/').expect("a pointer has a slash");
    let name = name.replace("~1", "/").replace("~0", "~");
    let old = document.pointer(at).unwrap_or_else(|| panic!("there is nothing at {at}")).clone();
    let new = match mistake {
        "number" => json!(7.5),
        "text" => json!("gibberish"),
        "list" => json!([[]]),
        "flag" => json!(true),
        "nothing" => Value::Null,
        _ => {
            return match document.pointer_mut(parent) {
                Some(Value::Object(members)) => {
                    members.remove(&name);
                    if mistake == "misspelled" {
                        members.insert(format!("{}x", &name[..name.len() - 1]), old);
                    }
                    true
                }
                Some(Value::Array(items)) if mistake == "removed" => {
                    items.remove(name.parse().expect("an index"));
                    true
                }
                _ => false,
            };
        }
    };
    if old == new {
        return false;
    }
    *document.pointer_mut(at).expect("it is there") = new;
    true
}

/// Mutations that are valid, each with a reason.
const HARMLESS: &[(&str, &str, &str)] = &[
    ("type of a schema", "removed", "what has members is an object"),
    ("resource id", "text", "a resource can have any id"),
    ("resource id", "removed", "what lists operations is a resource"),
    ("class", "removed", "a resource is called after its schema then"),
    ("name of a class", "text", "a class can have any name"),
    ("name of a class", "removed", "a resource is called after its schema then"),
    ("type of a property", "removed", "it can be anything then"),
    ("format", "removed", "it is a plain number then"),
    ("format", "text", "a format that is not known is a note"),
    ("enum", "removed", "it is a plain text then"),
    ("value of an enum", "text", "an enum can have any values"),
    ("value of an enum", "nothing", "it can be null then"),
    ("value of an enum", "removed", "there is one value less"),
    ("required", "removed", "everything can be missing then"),
    ("name of what is required", "removed", "it can be missing then"),
    ("map", "flag", "values can be anything then"),
    ("map", "removed", "it is any object then"),
    ("reference of a map", "removed", "values can be anything then"),
    ("type of items", "removed", "items can be anything then"),
    ("union", "removed", "there is one member less"),
    ("union", "misspelled", "a member can have any name"),
    ("reference", "removed", "it can be anything then"),
    ("listed operations", "removed", "a resource can have none"),
    ("listed operation", "removed", "it is called after its path then"),
    ("id of an operation", "text", "an operation can have any id"),
    ("id of an operation", "removed", "it is made of the path then"),
    ("whether a parameter is required", "removed", "a parameter of a path always is"),
    ("body", "removed", "an operation can have none"),
    ("content", "removed", "a body can be empty"),
    ("media type", "removed", "a body can be empty"),
    ("content of a response", "removed", "an answer can be empty"),
    ("media type of a response", "removed", "an answer can be empty"),
    ("schema of a response", "removed", "an answer can be empty"),
    ("webhooks", "nothing", "there are no events then"),
    ("webhooks", "removed", "there are no events then"),
    ("webhook", "removed", "there is one event less"),
    ("webhook", "misspelled", "an event can have any name"),
    ("members of a body", "removed", "a body can be empty"),
    ("member of a body", "removed", "there is one parameter less"),
    ("member of a body", "misspelled", "a parameter can have any name"),
    ("kind of event", "removed", "an event is called after its webhook then"),
];

fn problems(text: &str) -> Result<(), Vec<Diagnostic>> {
    let source = || vec![Source { path: "spec/bad.json".to_owned(), text: text.to_owned() }];
    let generated = generate(source()).map(drop).map_err(|failure| failure.diagnostics);
    let imported = import(Vec::new(), source()).map(drop).map_err(|failure| failure.diagnostics);
    match (generated, imported) {
        (Err(mut diagnostics), imported) => {
            diagnostics.extend(imported.err().unwrap_or_default());
            Err(diagnostics)
        }
        (Ok(()), imported) => imported,
    }
}

#[test]
fn every_mutation_is_refused_with_a_line() {
    let document = real_document();
    problems(&serde_json::to_string_pretty(&document).unwrap())
        .expect("without a mistake it is good");
    let mut refused = 0;
    let mut accepted = Vec::new();
    for (what, at) in places() {
        for mistake in MISTAKES {
            let mut document = document.clone();
            if !make(&mut document, &at, mistake) {
                continue;
            }
            let text = serde_json::to_string_pretty(&document).unwrap();
            match problems(&text) {
                Ok(()) => accepted.push((what, mistake)),
                Err(diagnostics) => {
                    refused += 1;
                    assert!(!diagnostics.is_empty(), "{what}, {mistake}");
                    for diagnostic in diagnostics {
                        assert!(
                            diagnostic.at.line >= 1 && diagnostic.at.column >= 1,
                            "{what}, {mistake}: {diagnostic:?}"
                        );
                        assert!(
                            !diagnostic.help.is_empty() && !diagnostic.message.is_empty(),
                            "{what}, {mistake}: {diagnostic:?}"
                        );
                    }
                }
            }
        }
    }
    let harmless: Vec<_> = HARMLESS.iter().map(|(what, mistake, _)| (*what, *mistake)).collect();
    let unexplained: Vec<_> = accepted.iter().filter(|case| !harmless.contains(case)).collect();
    assert!(unexplained.is_empty(), "{} accepted: {unexplained:#?}", unexplained.len());
    let stale: Vec<_> = harmless.iter().filter(|case| !accepted.contains(case)).collect();
    assert!(stale.is_empty(), "these are refused now: {stale:?}");
    assert!(refused >= 100, "{refused}");
}

/// Mistakes in the text itself, wherever they are.
#[test]
fn truncated_or_corrupted_text_is_refused_with_a_line() {
    let text = serde_json::to_string_pretty(&real_document()).unwrap();
    let mut count = 0;
    for part in 1..60 {
        let at = text.len() * part / 60;
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        for (cut, disturbed) in
            [(true, ""), (false, "{"), (false, "]"), (false, "\u{0}"), (false, "\"")]
        {
            let text = if cut {
                text[..at].to_owned()
            } else {
                format!("{}{disturbed}{}", &text[..at], &text[at..])
            };
            // A sign inside a text can go unnoticed; whatever is noticed has a line.
            let Err(diagnostics) = problems(&text) else { continue };
            count += 1;
            assert!(
                diagnostics.iter().all(|diagnostic| diagnostic.at.line >= 1),
                "{diagnostics:?}"
            );
        }
    }
    assert!(count > 200, "{count}");
}
