//! Objects as Stripe's own documents show them decode into their types.

use pinstripe_api::AnyObject;
use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::model::{Kind, Object};
use pinstripe_mock::Mock;
use pinstripe_runtime::{DecodeError, from_json, to_json};
use pinstripe_tests::{read, shared_file};
use serde_json::Value;

/// An object that did not decode: its origin, the path, and the problem.
#[derive(Debug)]
struct Failure {
    object: String,
    path: String,
    message: String,
}

/// Decodes an object and encodes it again.
fn check(value: &Value) -> Result<(), Failure> {
    let object = value["object"].as_str().unwrap_or_default();
    if object == "list" || object == "search_result" {
        return value["data"].as_array().into_iter().flatten().try_for_each(check);
    }
    let failure = |error: DecodeError| Failure {
        object: object.to_owned(),
        path: error.path().to_owned(),
        message: error.message().to_owned(),
    };
    let decoded: AnyObject = from_json(&value.to_string()).map_err(failure)?;
    if let AnyObject::Unrecognized(_) = decoded {
        return Err(Failure {
            object: object.to_owned(),
            path: String::new(),
            message: "no such type".to_owned(),
        });
    }
    let encoded = to_json(&decoded);
    let again: AnyObject = from_json(&encoded)
        .unwrap_or_else(|error| panic!("{object}, encoded and decoded again: {error}"));
    assert_eq!(to_json(&again), encoded, "{object} encodes otherwise the second time");
    check_members(value, &serde_json::from_str(&encoded).unwrap(), object);
    Ok(())
}

/// Checks that the encoded object equals the original, except for fields that the type does not
/// have.
fn check_members(from: &Value, to: &Value, at: &str) {
    match (from, to) {
        (Value::Object(from), Value::Object(to)) => {
            for (name, to) in to {
                // A required nullable field that was omitted is encoded as `null`.
                let from = from.get(name).unwrap_or(&Value::Null);
                check_members(from, to, &format!("{at}.{name}"));
            }
        }
        (Value::Array(from), Value::Array(to)) => {
            assert_eq!(from.len(), to.len(), "{at}");
            from.iter().zip(to).for_each(|(from, to)| check_members(from, to, at));
        }
        (Value::Number(from), Value::Number(to)) => assert_eq!(from.as_f64(), to.as_f64(), "{at}"),
        _ => assert_eq!(from, to, "{at}"),
    }
}

/// Reports all failures together.
fn check_all(values: &[Value]) {
    let failures: Vec<Failure> = values.iter().filter_map(|value| check(value).err()).collect();
    let told: String = failures
        .iter()
        .map(|failure| format!("{}: {}: {}\n", failure.object, failure.path, failure.message))
        .collect();
    assert!(failures.is_empty(), "{} of {} do not decode:\n{told}", failures.len(), values.len());
}

#[test]
#[ignore = "needs ../shared"]
fn every_fixture_decodes() {
    let mut all = Vec::new();
    for file in ["fixtures/fixtures3-2023-09.json", "fixtures/fixtures3-2025-02-acacia.json"] {
        let path = shared_file(file);
        let fixtures: Value = serde_json::from_str(&read(&path)).expect("fixtures are JSON");
        let resources = fixtures["resources"].as_object().expect("fixtures have resources");
        all.extend(resources.values().cloned());
    }
    assert_eq!(all.len(), 296);
    check_all(&all);
}

#[test]
#[ignore = "needs ../shared"]
fn every_example_of_the_reference_decodes() {
    let mut all = Vec::new();
    for number in 0..=4 {
        let path = shared_file(&format!("reference/stripe-reference-{number:03}.txt"));
        all.extend(examples(&read(&path)));
    }
    assert_eq!(all.len(), 13);
    check_all(&all);
}

/// Documents that each version may send, according to its own spec: with all fields, with other
/// values, and with only the required fields.
#[test]
#[ignore = "needs ../shared"]
fn every_object_of_every_version_decodes() {
    let versions = [
        "2024-06-20",
        "2025-02-24.acacia",
        "2025-08-27.basil",
        "2026-02-25.clover",
        "2026-08-26.dahlia",
    ];
    let mut told = String::new();
    for version in versions.into_iter().chain(["2026-10-28.endive"]) {
        let path = shared_file(&format!("api/stripe-{version}.openapi.json"));
        let source = Source { path: version.to_owned(), text: read(&path) };
        let mock = Mock::new(vec![source]).unwrap_or_else(|failure| panic!("{}", failure.render()));
        let mut count = 0;
        for (name, schema) in &mock.api().schemas {
            let Kind::Object(object) = &mock.api().ty(schema.ty).kind else { continue };
            if schema.resource_id.is_none() || object.object.is_none() {
                continue;
            }
            let mut samples: Vec<Value> =
                (0..3).map(|variant| mock.value(schema.ty, variant)).collect();
            samples.push(lean(samples[0].clone(), object));
            count += samples.len();
            // A time, although the older documents declare only a string.
            let samples = samples.into_iter().filter(|sample| sample["updated"] != "text");
            let failures = samples.filter_map(|sample| check(&sample).err());
            told.extend(failures.map(|Failure { path, message, .. }| {
                format!("{version}: {name}: {path}: {message}\n")
            }));
        }
        assert!(count > 600, "{version}: {count}");
    }
    assert!(told.is_empty(), "{told}");
}

/// The object without its optional fields, and with `null` for nullable ones.
fn lean(mut sample: Value, object: &Object) -> Value {
    for field in &object.fields {
        if let Some(members) = sample.as_object_mut() {
            match field.required {
                true if field.nullable => drop(members.insert(field.name.clone(), Value::Null)),
                true => {}
                false => drop(members.remove(&field.name)),
            }
        }
    }
    sample
}

/// Returns the JSON objects in a text that have the field `object`.
fn examples(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        rest = &rest[start..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let end = values.byte_offset();
                rest = &rest[end..];
                if value["object"].is_string() {
                    found.push(value);
                }
            }
            _ => rest = &rest[1..],
        }
    }
    found
}
