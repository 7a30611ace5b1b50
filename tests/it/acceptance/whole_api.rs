//! The generated crate contains every item of the spec, by count and by name.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;
use std::{env, fs};

use pinstripe_codegen::diagnostic::Diagnostics;
use pinstripe_codegen::document::{Node, parse};
use pinstripe_codegen::{NAMES, generate};
use pinstripe_tests::{read, root, shared_file, spec};
use serde_json::Value;

/// The items of a spec, read without the generator's own model.
#[derive(Debug, Default, PartialEq)]
struct Inventory {
    /// By `operationId`, method and path.
    operations: BTreeSet<(String, String, String)>,
    schemas: BTreeSet<String>,
    snapshot_events: BTreeSet<String>,
    thin_events: BTreeSet<String>,
}

impl Inventory {
    fn of_spec() -> Self {
        let mut all = Self::default();
        for (index, source) in spec().iter().enumerate() {
            let mut problems = Diagnostics::default();
            let document =
                parse(index as u32, &source.text, &mut problems).expect("the description is YAML");
            assert!(problems.is_empty());
            for (path, item) in members(&document, "paths") {
                for (method, operation) in item.entries() {
                    let id = operation.str("operationId").expect("every operation has an id");
                    all.operations.insert((id.to_owned(), method.name.clone(), path.to_owned()));
                }
            }
            let components = document.get("components");
            all.schemas.extend(
                components
                    .iter()
                    .flat_map(|node| members(node, "schemas"))
                    .map(|(name, _)| name.to_owned()),
            );
            for (name, webhook) in members(&document, "webhooks") {
                let content = webhook.get("post").and_then(|post| {
                    post.get("requestBody")?.get("content")?.get("application/json")?.get("schema")
                });
                let event = content
                    .and_then(|schema| schema.get("x-stripeEvent"))
                    .expect("webhooks are events");
                let events = if event.str("kind") == Some("thin") {
                    &mut all.thin_events
                } else {
                    &mut all.snapshot_events
                };
                events.insert(name.to_owned());
            }
        }
        all
    }

    /// Counts the items of a published document.
    fn of_document(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).expect("the document is JSON");
        let mut all = Self::default();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                all.operations.insert((
                    operation["operationId"].as_str().unwrap().to_owned(),
                    method.clone(),
                    path.clone(),
                ));
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            match schema["x-stripeEvent"]["type"].as_str() {
                None => all.schemas.insert(name.clone()),
                Some(event) if schema["x-stripeEvent"]["kind"] == "thin" => {
                    all.thin_events.insert(event.to_owned())
                }
                Some(event) => all.snapshot_events.insert(event.to_owned()),
            };
        }
        all
    }
}

fn members<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = (&'n str, &'n Node)> {
    node.get(name)
        .map_or(&[][..], Node::entries)
        .iter()
        .map(|(key, node)| (key.name.as_str(), node))
}

/// The text of the generated crate, without line breaks that a formatter put in.
fn crate_text() -> String {
    let output = generate(spec()).expect("the description is good");
    let text: String = output.files.values().map(String::as_str).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_operation_schema_and_event_is_emitted() {
    let expected = Inventory::of_spec();
    let text = crate_text();
    let names = read(&root().join("spec").join(NAMES));
    for (id, method, path) in &expected.operations {
        let operation = format!("Request: {method}(\"{id}\", \"{path}\")");
        assert_eq!(text.matches(&operation).count(), 1, "{id}: {method} {path}");
    }
    for name in &expected.schemas {
        // A deduplicated schema can have the name of another one, which the locked names identify.
        let line =
            names.lines().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix(": "));
        let ty = line
            .and_then(|path| path.rsplit("::").next())
            .unwrap_or_else(|| panic!("the schema {name} has no type"));
        let is_defined = ["struct", "enum", "type"]
            .iter()
            .any(|kind| text.contains(&format!("pub {kind} {ty} ")));
        assert!(is_defined, "the type {ty} of the schema {name} is missing");
    }
    for name in expected.snapshot_events.iter().chain(&expected.thin_events) {
        assert_eq!(text.matches(&format!(": \"{name}\" -> ")).count(), 1, "the event {name}");
    }
    let rows = |of: &str| {
        let start = format!("rt::{of}! {{ ");
        let tables = text.split(start.as_str()).skip(1);
        let rows = tables.map(|table| table.split("; }").next().unwrap_or_default());
        rows.map(|rows| rows.split("; ").count()).sum::<usize>()
    };
    assert_eq!(rows("requests"), expected.operations.len());
    assert_eq!(rows("snapshot_events"), expected.snapshot_events.len());
    assert_eq!(rows("thin_events"), expected.thin_events.len());
}

/// Events without an object in the document are the only ones that have no type to fetch.
#[test]
#[ignore = "needs ../shared"]
fn every_thin_event_has_the_related_object_of_the_document() {
    let text = crate_text();
    let path = shared_file("api/stripe-2026-10-28.endive.openapi.json");
    let document: Value = serde_json::from_str(&read(&path)).expect("the document is JSON");
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let thin = schemas.values().filter(|schema| schema["x-stripeEvent"]["kind"] == "thin");
    let mut without = BTreeSet::new();
    for schema in thin {
        let event = schema["x-stripeEvent"]["type"].as_str().unwrap();
        let row = text
            .split(&format!(": \"{event}\" -> "))
            .nth(1)
            .unwrap_or_else(|| panic!("no row of {event}"));
        let related = row
            .split(';')
            .next()
            .and_then(|types| types.rsplit_once(", "))
            .map(|(_, related)| related.trim());
        let object = &schema["properties"]["related_object"];
        assert_eq!(related == Some("RawJson"), object.is_null(), "{event}: {related:?}, {object}");
        if object.is_null() {
            without.insert(event);
        }
    }
    assert_eq!(without.len(), 13, "{without:#?}");
}

#[test]
#[ignore = "needs ../shared"]
fn spec_contains_all_documents() {
    let spec = Inventory::of_spec();
    let endive = "api/stripe-2026-10-28.endive.openapi.json";
    for (name, operations, snapshot, thin) in
        [(endive, 650, 275, 326), ("api/stripe-preview-extras.openapi.json", 33, 19, 0)]
    {
        let path = shared_file(name);
        let document = Inventory::of_document(&read(&path));
        assert_eq!(
            (document.operations.len(), document.snapshot_events.len(), document.thin_events.len()),
            (operations, snapshot, thin)
        );
        let missing = |all: &BTreeSet<String>, ours: &BTreeSet<String>| {
            all.difference(ours).cloned().collect::<Vec<_>>()
        };
        assert_eq!(
            document.operations.difference(&spec.operations).collect::<Vec<_>>(),
            Vec::<&(String, String, String)>::new()
        );
        assert_eq!(missing(&document.schemas, &spec.schemas), Vec::<String>::new());
        assert_eq!(missing(&document.snapshot_events, &spec.snapshot_events), Vec::<String>::new());
        assert_eq!(missing(&document.thin_events, &spec.thin_events), Vec::<String>::new());
    }
    assert_eq!(spec.operations.len(), 743);
}

#[test]
#[ignore = "needs ../shared"]
fn spec_contains_items_of_older_versions() {
    let spec = Inventory::of_spec();
    let older = [
        ("2024-06-20", 501),
        ("2025-02-24.acacia", 527),
        ("2025-08-27.basil", 532),
        ("2026-02-25.clover", 563),
    ];
    for (version, operations) in older.into_iter().chain([("2026-08-26.dahlia", 573)]) {
        let path = shared_file(&format!("api/stripe-{version}.openapi.json"));
        let document = Inventory::of_document(&read(&path));
        assert_eq!(document.operations.len(), operations);
        let missing: Vec<_> = document.operations.difference(&spec.operations).collect();
        assert!(missing.is_empty(), "{version}: {missing:?}");
        assert!(document.snapshot_events.is_subset(&spec.snapshot_events), "{version}");
        assert!(document.thin_events.is_subset(&spec.thin_events), "{version}");
    }
}

#[test]
#[ignore = "needs ../shared"]
fn every_integration_has_its_type_and_endpoint() {
    let path = shared_file("reference/systems.md");
    let spec = Inventory::of_spec();
    let paths: BTreeSet<String> =
        spec.operations.iter().map(|(_, _, path)| without_names(path)).collect();
    let mut count = 0;
    for row in read(&path).lines().filter(|row| row.starts_with("| ") && row.contains("| `/v1/")) {
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let (object, endpoint) = (cells[2], cells[3]);
        count += 1;
        assert!(spec.schemas.contains(object), "{object}");
        assert!(paths.contains(&endpoint.replace("{*}", "{}")), "{endpoint}");
        let sample = format!("{{\"object\": \"{object}\"}}");
        // A known type is either refused for a missing field or accepted as itself.
        let known = match pinstripe_runtime::from_json::<pinstripe_api::AnyObject>(&sample) {
            Ok(pinstripe_api::AnyObject::Unrecognized(_)) => external(object),
            Ok(_) | Err(_) => true,
        };
        assert!(known, "{object} has no type");
    }
    assert_eq!(count, 82);
}

/// Objects whose documents do not identify their type.
fn external(object: &str) -> bool {
    object == "financial_connections.account_owner"
}

fn without_names(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
#[ignore = "needs ../shared"]
fn every_event_of_the_reference_has_a_type() {
    let path = shared_file("reference/systems.md");
    let spec = Inventory::of_spec();
    let text = read(&path);
    let (_, events) = text.split_once("## Event types of 004").expect("the page lists event types");
    let names: Vec<&str> = events
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains('.') && !name.contains('/'))
        .collect();
    assert!(names.len() >= 210);
    for name in names {
        assert!(spec.snapshot_events.contains(name), "{name}");
    }
}

#[test]
fn the_committed_crate_is_up_to_date() {
    let output = generate(spec()).expect("the description is good");
    for (path, text) in &output.folder(None) {
        assert!(
            read(&root().join("generated").join(path)) == *text,
            "generated/{path}: run `cargo xtask codegen`"
        );
    }
}

/// Limits the size of the generated code, which users pay for in build time.
#[test]
fn generated_size_is_limited() {
    let output = generate(spec()).expect("the description is good");
    let count = |pattern: &str| {
        output.files.values().map(|text| text.matches(pattern).count()).sum::<usize>()
    };
    let limits = [
        ("functions", "pub fn ", 9_100),
        ("structs", "rt::object_table!", 1_950),
        ("requests and objects in them", "(rt::Params);", 1_950),
        ("enums", "rt::string_enum!", 850),
        ("unions", "rt::union_impl!", 7),
        ("unions in requests", "rt::param_union_impl!", 41),
        ("implementations", "\nimpl ", 2_150),
    ];
    let lines = output.files.values().flat_map(|text| text.lines());
    let without_docs = lines.filter(|line| !line.trim_start().starts_with("//")).count();
    let limits = limits.map(|(what, pattern, limit)| (what, count(pattern), limit));
    for (what, found, limit) in limits.into_iter().chain([("lines", without_docs, 126_000)]) {
        assert!(
            found <= limit,
            "{found} {what}: if the API grew, raise the limit of {limit}; if only the crate did, find out why"
        );
        assert!(found * 10 > limit * 9, "{found} {what}: lower the limit of {limit}");
    }
}

/// Limits the metadata of the compiler, which every dependent crate reads. Docs are in it.
#[test]
fn metadata_size_is_limited() {
    const LIMIT: u64 = 64 << 20;
    let own = env::current_exe().expect("this is a program");
    let libraries =
        fs::read_dir(own.parent().expect("it is in a folder")).expect("the folder can be read");
    let mut newest: BTreeMap<String, (SystemTime, u64)> = BTreeMap::new();
    for entry in libraries.filter_map(Result::ok) {
        let (Ok(name), Ok(about)) = (entry.file_name().into_string(), entry.metadata()) else {
            continue;
        };
        let library = name
            .strip_suffix(".rmeta")
            .and_then(|name| name.split_once('-'))
            .map(|(library, _)| library);
        // A check-only build leaves an empty file.
        if let Some(library) =
            library.filter(|library| library.starts_with("libpinstripe_api") && about.len() > 0)
        {
            let built = (about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len());
            let newest = newest.entry(library.to_owned()).or_insert(built);
            *newest = built.max(*newest);
        }
    }
    let parts = generate(spec()).expect("the description is good").parts;
    assert!(
        newest.len() > parts.len(),
        "this program is built with the crate, so its metadata is beside it: {newest:?}"
    );
    let size: u64 = newest.values().map(|(_, size)| size).sum();
    assert!(
        size <= LIMIT,
        "{size} bytes of metadata: if the API grew, raise the limit of {LIMIT}; if only the crate did, find out why"
    );
}
