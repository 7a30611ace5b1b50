//! Objects as Stripe's own documents show them decode into their types.

use pinstripe_api::AnyObject;
use pinstripe_runtime::{from_json, to_json};
use pinstripe_tests::{document, read};
use serde_json::Value;

/// Decodes an object, and then what it encodes to. Returns why that failed, if it did.
fn check(value: &Value) -> Result<(), String> {
    let object = value["object"].as_str().unwrap_or_default();
    if object == "list" || object == "search_result" {
        return value["data"].as_array().into_iter().flatten().try_for_each(check);
    }
    let decoded: AnyObject = from_json(&value.to_string()).map_err(|error| format!("{object}: {error}"))?;
    if let AnyObject::Unrecognized(_) = decoded {
        return Err(format!("{object}: no such type"));
    }
    let encoded = to_json(&decoded);
    let again: AnyObject = from_json(&encoded).map_err(|error| format!("{object}, encoded and decoded again: {error}"))?;
    if to_json(&again) != encoded {
        return Err(format!("{object}: encodes otherwise the second time"));
    }
    Ok(())
}

#[test]
fn every_fixture_decodes_or_has_drifted() {
    let mut failures = Vec::new();
    let mut count = 0;
    for file in ["fixtures/fixtures3-2023-09.json", "fixtures/fixtures3-2025-02-acacia.json"] {
        let Some(path) = document(file) else { return };
        let fixtures: Value = serde_json::from_str(&read(&path)).expect("fixtures are JSON");
        for (name, fixture) in fixtures["resources"].as_object().expect("fixtures have resources") {
            count += 1;
            if let Err(error) = check(fixture) {
                failures.push(format!("{name}: {error}"));
            }
        }
    }
    println!("{count} fixtures, {} failed\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_example_of_the_reference_decodes_or_has_drifted() {
    let mut failures = Vec::new();
    let mut count = 0;
    for number in 0..=4 {
        let Some(path) = document(&format!("reference/stripe-reference-{number:03}.txt")) else { return };
        let text = read(&path);
        for example in examples(&text) {
            count += 1;
            if let Err(error) = check(&example) {
                failures.push(error);
            }
        }
    }
    println!("{count} examples, {} failed\n{}", failures.len(), failures.join("\n"));
}

/// The JSON objects with a member `object` that stand in a text.
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
