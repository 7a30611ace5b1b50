//! Mutated objects: the event still decodes, its object decodes or reports the path of the problem,
//! and all of it fits a small stack.

use std::thread;

use pinstripe::AnyObject;
use pinstripe::webhook::Event;
use pinstripe_mock::Mock;
use pinstripe_tests::{read, shared_file, spec};
use serde_json::{Map, Value, json};

/// The stack size of a server thread.
const STACK: usize = 128 * 1024;

/// Runs a function on a small stack.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
}

/// An event with this text for its object.
fn event(object: &str) -> Event {
    let json = format!(
        r#"{{"id": "evt_1", "object": "event", "type": "x", "data": {{"object": {object}}}}}"#
    );
    let event = Event::from_json(&json).unwrap_or_else(|error| panic!("{error}: {:.300}", object));
    assert_eq!((event.json(), event.object_json()), (json.as_str(), Some(object)));
    event
}

/// Decodes the object of an event as any type. Returns whether it decoded.
fn decode(object: &str) -> bool {
    match event(object).object::<AnyObject>() {
        Ok(_) => true,
        Err(error) => {
            assert!(error.path().starts_with("data.object"), "{error}");
            assert!(!error.message().is_empty());
            false
        }
    }
}

/// Returns all objects with the field `object` in a tree, outermost first.
fn objects<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
        Value::Object(members) => {
            if members
                .get("object")
                .is_some_and(|object| object != "list" && object != "search_result")
            {
                found.push(value);
                return;
            }
            members.values().for_each(|member| objects(member, found));
        }
        _ => {}
    }
}

/// One object of each resource.
fn examples(mock: &Mock, variant: usize) -> Vec<Value> {
    let schemas = mock.api().resources.iter().filter_map(|resource| resource.schema);
    let values = schemas.map(|schema| mock.value(mock.api().schema(schema).ty, variant));
    values.filter(|value| value.get("object").is_some()).collect()
}

fn samples() -> Vec<Value> {
    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    examples(&mock, 0)
}

/// Objects as Stripe sent them.
fn fixtures() -> Vec<Value> {
    let mut fixtures = Vec::new();
    for name in ["fixtures/fixtures3-2023-09.json", "fixtures/fixtures3-2025-02-acacia.json"] {
        let document: Value = serde_json::from_str(&read(&shared_file(name))).unwrap();
        let mut found = Vec::new();
        objects(&document, &mut found);
        fixtures.extend(found.into_iter().cloned());
    }
    fixtures
}

/// Returns JSON pointers to the fields of each sample, up to a maximum number.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(at.clone());
                pointers(member, &at, found);
            }
        }
        Value::Array(items) => {
            items.iter().take(1).for_each(|item| pointers(item, &format!("{at}/0"), found))
        }
        _ => {}
    }
}

fn parent<'a>(value: &'a mut Value, pointer: &str) -> (&'a mut Map<String, Value>, String) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members =
        value.pointer_mut(parent).and_then(Value::as_object_mut).expect("members have names");
    (members, name.replace("~1", "/").replace("~0", "~"))
}

#[test]
fn mutated_object_keeps_its_event_readable() {
    mutate_all(samples(), 8_000);
}

#[test]
#[ignore = "needs ../shared"]
fn mutated_fixture_keeps_its_event_readable() {
    mutate_all(fixtures(), 8_000);
}

fn mutate_all(samples: Vec<Value>, at_least: usize) {
    assert!(samples.len() > 100, "{} samples", samples.len());
    let mut mutations = 0;
    let mut decoded = 0;
    for sample in samples {
        let mut all = Vec::new();
        pointers(&sample, "", &mut all);
        // Of large samples a part, spread over the whole.
        let step = all.len() / 15 + 1;
        let mut texts = vec![sample.to_string()];
        for pointer in all.iter().step_by(step) {
            let mutate = |change: &dyn Fn(&mut Map<String, Value>, String)| {
                let mut copy = sample.clone();
                let (members, name) = parent(&mut copy, pointer);
                change(members, name);
                copy.to_string()
            };
            texts.push(mutate(&|members, name| drop(members.remove(&name))));
            for value in [
                json!(null),
                json!(7),
                json!(-1.5e300),
                json!("unknown_value"),
                json!(true),
                json!([]),
                json!({}),
                json!([[{}]]),
            ] {
                texts.push(mutate(&|members, name| drop(members.insert(name, value.clone()))));
            }
            texts.push(mutate(&|members, name| {
                drop(members.insert(format!("new_{name}"), json!({"a": [1, null]})))
            }));
        }
        mutations += texts.len();
        let results = std::sync::Arc::new(std::sync::Mutex::new(0));
        let count = results.clone();
        on_a_small_stack(move || {
            *count.lock().unwrap() = texts.iter().filter(|text| decode(text)).count()
        });
        decoded += *results.lock().unwrap();
    }
    println!("{mutations} mutations, of which {decoded} decode");
    assert!(mutations > at_least && decoded > mutations / 4, "{decoded} of {mutations}");
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = |open: &str, close: &str| open.repeat(10_000) + "1" + &close.repeat(10_000);
    let texts = [
        deep("[", "]"),
        deep(r#"{"a":"#, "}"),
        deep(r#"[{"a":"#, "}]"),
        format!(r#"{{"object":"customer","new":{}}}"#, deep("[", "]")),
        format!(r#"{{"object":"customer","shipping":{}}}"#, deep(r#"{"address":"#, "}")),
        format!(r#"{{"object":"customer","metadata":{}}}"#, deep("[", "]")),
        // Known types nested to any depth.
        deep(
            r#"{"object":"customer","created":0,"id":"c","livemode":false,"sources":{"object":"list","has_more":false,"data":["#,
            "]}}",
        ),
        deep(
            r#"{"object":"account","id":"a","external_accounts":{"object":"list","has_more":false,"data":["#,
            "]}}",
        ),
        deep(
            r#"{"object":"customer","subscriptions":{"object":"list","has_more":false,"data":[{"object":"subscription","items":"#,
            "}]}}",
        ),
    ];
    on_a_small_stack(move || {
        for text in &texts {
            let _ = decode(text);
            let whole = Event::from_json(text);
            assert!(whole.is_err(), "this is no event");
        }
    });
}

/// For every type, the deepest that its fields go is decoded on the small stack.
#[test]
fn largest_values_fit_the_stack() {
    let mock = Mock::new(spec()).unwrap_or_else(|failure| panic!("{}", failure.render()));
    for variant in 0..3 {
        let texts: Vec<String> = examples(&mock, variant).iter().map(Value::to_string).collect();
        on_a_small_stack(move || {
            texts.iter().for_each(|text| assert!(decode(text), "{text:.200}"))
        });
    }
}

#[test]
fn malformed_json_does_not_panic() {
    let long = "x".repeat(5 << 20);
    let texts = [
        format!(r#"{{"object":"customer","id":"{long}"}}"#),
        format!(r#"{{"object":"customer","{long}":1}}"#),
        r#"{"object":"customer","object":"invoice","id":"a","id":5}"#.to_owned(),
        r#"{"object":"customer","name":"\ud800"}"#.to_owned(),
        r#"{"object":"customer","\udc00":"\ud800"}"#.to_owned(),
        r#"{"object":"\ud800"}"#.to_owned(),
        r#"{"object":"customer","balance":1e999}"#.to_owned(),
        r#"{"object":"customer","balance":123456789012345678901234567890}"#.to_owned(),
        r#""text""#.to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
    ];
    on_a_small_stack(move || {
        texts.iter().for_each(|text| {
            decode(text);
        })
    });
}

#[test]
fn malformed_cloud_envelopes_do_not_panic() {
    let rest = [
        r#""created":"yesterday""#,
        r#""created":1e999"#,
        r#""data":5"#,
        r#""data":{"object":null,"previous_attributes":7}"#,
        r#""data":{"\ud800":1}"#,
        r#""request":"req_1""#,
        r#""request":{"id":5}"#,
        r#""livemode":"no""#,
        r#""account":{},"context":[],"api_version":7"#,
        r#""\ud800":"\udc00""#,
        r#""object":5"#,
        r#""id":5,"id":"evt_1""#,
        r#""detail-type":5"#,
        r#""specversion":"1.0","data":"AAAA""#,
    ];
    for rest in rest {
        let json = format!(r#"{{{rest},"id":"evt_1","type":"a.b"}}"#);
        let event = Event::from_json(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!((event.id(), event.type_name(), event.json()), ("evt_1", "a.b", json.as_str()));
        let _ = (
            event.created(),
            event.account(),
            event.context(),
            event.api_version(),
            event.livemode(),
        );
        let _ = (
            event.request_id(),
            event.idempotency_key(),
            event.previous_attributes(),
            format!("{event:?}"),
        );
        let _ = event.object::<AnyObject>();
    }
    let odd = Event::from_json(r#"{"id":"evt_\ud800","type":"a.b"}"#).unwrap();
    assert_eq!(odd.id(), "evt_\u{fffd}\u{fffd}\u{fffd}");
}
