//! All operations, with an object behind each path.

use pinstripe_codegen::model::{Method, Place};
use pinstripe_mock::{Mock, Server, Spec, form};
use serde_json::{Value, json};

use crate::client::{client, id};

/// The pairs of a form.
fn pairs(path: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let at = if path.is_empty() { name.clone() } else { format!("{path}[{name}]") };
                self::pairs(&at, value, pairs);
            }
        }
        Value::String(text) => {
            let text: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            pairs.push(format!("{}={text}", path.replace(' ', "+").replace('&', "%26")));
        }
        other => pairs.push(format!("{path}={other}")),
    }
}

#[test]
fn every_operation_responds_in_every_version() {
    let server = Server::start().unwrap();
    let api = client(&server);
    let mock = Mock::embedded().unwrap();
    let spec = Spec::embedded();
    let own = api.get("/v1/account");
    let (mut succeeded, mut refused) = (0, Vec::new());
    for operation in &mock.api().operations {
        let mut path = String::new();
        for segment in operation.path.split('/').skip(1) {
            path.push('/');
            if !segment.starts_with('{') {
                path.push_str(segment);
                continue;
            }
            let split: Vec<String> = format!("{path}x").split('/').map(str::to_owned).collect();
            let found = spec.route("GET", &split).and_then(|(found, _)| found.role.schema());
            let kind = match found {
                Some("account") => {
                    path.push_str(id(&own));
                    continue;
                }
                Some(kind) => kind.to_owned(),
                None => "customer".to_owned(),
            };
            let parent = path.split('/').rev().nth(2).unwrap_or_default();
            let made = api
                .post(&format!("/_mock/objects/{kind}"), &json!({"_parent": parent}).to_string());
            path.push_str(id(&made));
        }
        let required = |name: &str| {
            let outside = operation.parameters.iter().filter(|one| one.place != Place::Header);
            let outside = outside.map(|parameter| &parameter.field);
            let inside = operation.body.iter().flat_map(|body| &body.fields);
            outside.chain(inside).any(|field| field.name == name && field.required)
                && !operation.path.contains(&format!("{{{name}}}"))
        };
        let mut given = mock.arguments(operation, 0);
        given.retain(|name, _| required(name));
        let given = Value::Object(given);
        let is_json = operation.is_v2();
        let form = form::flat(&given).map_or_else(String::new, |flat| {
            let mut all = Vec::new();
            pairs("", &flat, &mut all);
            all.join("&")
        });
        let method = operation.method.as_str();
        let response = match operation.method {
            Method::Post if is_json => api.send(method, &path, &given.to_string()),
            Method::Post => api.send(method, &path, &form),
            _ => api.send(method, &format!("{path}?{form}"), ""),
        };
        assert!(response.status < 500, "{}: {:#}", operation.id, response.body);
        if response.status == 200 {
            succeeded += 1;
        } else {
            assert!(response.body["error"]["message"].is_string(), "{}", operation.id);
            refused.push(format!(
                "{} {}: {}",
                response.status, operation.id, response.body["error"]["message"]
            ));
        }
        if operation.method == Method::Get && response.status == 200 {
            for version in &mock.api().versions {
                let old = client(&server).with("stripe-version", version);
                let status = old.send(method, &format!("{path}?{form}"), "").status;
                assert!(status < 500, "{} in {version}", operation.id);
            }
        }
    }
    // The others name objects in their parameters that do not exist, have a state that does not fit,
    // or need parameters that depend on each other.
    let total = mock.api().operations.len();
    assert!(succeeded * 100 >= total * 83, "{succeeded} of {total}: {refused:#?}");
    println!("{succeeded} of {} operations succeed: {refused:#?}", mock.api().operations.len());
}
