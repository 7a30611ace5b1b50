//! Documents of either dialect give the same spec and the same crate, in any order of import.

use std::collections::{BTreeMap, BTreeSet};

use pinstripe_codegen::diagnostic::{Diagnostics, Source};
use pinstripe_codegen::dialect::{Dialect, canonical};
use pinstripe_codegen::diff::diff;
use pinstripe_codegen::document::{Node, parse};
use pinstripe_codegen::import::{Options, import, import_with};
use pinstripe_codegen::{NAMES, generate};
use pinstripe_tests::{read, root, shared_file, spec};

type Files = BTreeMap<String, String>;

fn dialect(name: &str) -> Source {
    let path = root().join(format!("tests/dialects/{name}.yaml"));
    Source { path: format!("{name}.yaml"), text: read(&path) }
}

fn sources(files: &Files) -> Vec<Source> {
    files
        .iter()
        .map(|(path, text)| Source { path: format!("spec/{path}"), text: text.clone() })
        .collect()
}

/// Imports documents into a spec, one after another.
fn fold(documents: &[Source]) -> Files {
    let options = Options { extend: true };
    documents.iter().fold(Files::new(), |files, document| {
        let imported = import_with(sources(&files), vec![document.clone()], options);
        imported.unwrap_or_else(|failure| panic!("{}", failure.render())).files
    })
}

/// The files of resources, without the root file, which names the imported documents.
fn resources(files: &Files) -> Files {
    files
        .iter()
        .filter(|(path, _)| path.starts_with("resources/"))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect()
}

#[track_caller]
fn assert_same(left: &Files, right: &Files, what: &str) {
    let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    let differing: Vec<&String> =
        names.into_iter().filter(|name| left.get(*name) != right.get(*name)).collect();
    if let Some(first) = differing.first() {
        let show = |files: &Files| files.get(*first).cloned().unwrap_or_default();
        let (left, right) = (show(left), show(right));
        let line = left.lines().zip(right.lines()).find(|(left, right)| left != right);
        panic!("{what}: {differing:?} differ; in {first}, {line:?}");
    }
}

fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let with_first = |index: usize| {
        let mut rest = items.to_vec();
        let first = rest.remove(index);
        permutations(&rest).into_iter().map(move |tail| [vec![first.clone()], tail].concat())
    };
    (0..items.len()).flat_map(with_first).collect()
}

#[test]
fn both_dialects_give_the_same_crate() {
    let [sdk, public] = ["sdk", "public"].map(dialect);
    let crate_of = |source: &Source| {
        generate(vec![source.clone()]).unwrap_or_else(|failure| panic!("{}", failure.render()))
    };
    let (of_sdk, of_public) = (crate_of(&sdk), crate_of(&public));
    assert_same(&of_sdk.files, &of_public.files, "generated from a document");
    assert_eq!(of_sdk.names, of_public.names);
    let changes = diff(vec![sdk], vec![public])
        .unwrap_or_else(|failure| panic!("{}", failure.render()))
        .changes;
    assert!(changes.is_empty(), "{changes:#?}");
}

#[test]
fn both_dialects_give_the_same_spec() {
    let [sdk, public] = ["sdk", "public"].map(dialect);
    let alone = fold(std::slice::from_ref(&sdk));
    assert_same(
        &resources(&alone),
        &resources(&fold(&[sdk.clone(), public.clone()])),
        "a public document on top",
    );
    assert_same(
        &resources(&alone),
        &resources(&fold(&[public.clone(), sdk])),
        "a public document below",
    );
    // The spec of a public document lacks only items that public documents cannot contain.
    let (mut lists, mut described) = (0, String::new());
    for (path, text) in resources(&alone) {
        let mut value: serde_yaml::Value = serde_yaml::from_str(&text).expect("it is YAML");
        if let Some(schemas) = value
            .get_mut("components")
            .and_then(|components| components.get_mut("schemas")?.as_mapping_mut())
        {
            for (_, schema) in schemas.iter_mut() {
                lists += usize::from(
                    schema
                        .as_mapping_mut()
                        .is_some_and(|schema| schema.remove("x-stripeOperations").is_some()),
                );
            }
        }
        described += &format!("{path}\n{}", serde_yaml::to_string(&value).expect("it is YAML"));
    }
    let of_public: String =
        resources(&fold(&[public])).iter().map(|(path, text)| format!("{path}\n{text}")).collect();
    assert_eq!(lists, 2);
    assert_eq!(described, of_public);
}

#[test]
fn nested_schemas_are_named_by_path() {
    let files = fold(&[dialect("public")]);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("dialects", files["resources/customer.yaml"]);
    });
    let imported = import(Vec::new(), vec![dialect("public")]).unwrap();
    assert_eq!(imported.notes.len(), 1, "{:?}", imported.notes);
    assert!(imported.notes[0].starts_with("the schema `shipping_of_a_team_client` is left out"));
}

/// A document in which the object `card` has these fields.
fn card(version: &str, dialect: Dialect, fields: &str) -> Source {
    let audience = if dialect == Dialect::Public { ", x-stripeSpecAudience: public" } else { "" };
    let path = format!("{version}-{dialect}.yaml");
    let text = format!(
        "info: {{version: {version}{audience}}}
components:
  schemas:
    card:
      type: object
      x-resourceId: card
      required: [id, object, gated]
      properties: {{id: {{type: string}}, object: {{type: string, enum: [card]}}, gated: {{type: string}}, {fields}}}
"
    );
    // Fields that a public document omits are not required by it.
    let text = if dialect == Dialect::Public {
        text.replace(", gated]", "]").replace(" gated: {type: string},", "")
    } else {
        text
    };
    Source { path, text }
}

#[test]
fn document_order_does_not_change_the_spec() {
    use Dialect::{Public, Sdk};
    let documents = [
        card("2024-01-01", Sdk, "old: {type: string}, brand: {type: string, enum: [visa, diners]}"),
        card(
            "2025-01-01.b",
            Public,
            "old: {type: string}, new: {type: string, maxLength: 8}, brand: {type: string}, legacy: {type: string}",
        ),
        card("2025-02-01.b", Sdk, "new: {type: string}, brand: {type: string, enum: [amex, visa]}"),
        card(
            "2026-01-01.c",
            Sdk,
            "new: {type: string}, time: {type: integer}, brand: {type: string, enum: [amex, visa]}",
        ),
        card(
            "2026-02-01.d",
            Public,
            "new: {type: string, maxLength: 9}, time: {type: integer, format: unix-time}, brand: {type: string}, legacy: {type: string}",
        ),
    ];
    let first = fold(&documents);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("dialects-order", first["resources/card.yaml"]);
    });
    for order in permutations(&documents) {
        let names: Vec<&str> = order.iter().map(|source| source.path.as_str()).collect();
        assert_same(&first, &fold(&order), &format!("{names:?}"));
    }
    // All at once, they are sorted.
    let reversed: Vec<Source> = documents.iter().rev().cloned().collect();
    assert_same(&first, &import(Vec::new(), reversed).unwrap().files, "all at once");
}

#[test]
fn public_document_decides_contradictions_within_a_version() {
    use Dialect::{Public, Sdk};
    let documents = [
        card("2025-01-01", Sdk, "size: {type: integer}"),
        card("2025-01-01", Public, "size: {type: string}"),
    ];
    for order in permutations(&documents) {
        let text = &fold(&order)["resources/card.yaml"];
        assert!(
            text.contains("        size:\n          type: string\n          x-decidedBy: public\n"),
            "{text}"
        );
    }
}

#[test]
fn history_is_extended_only_on_request() {
    let newer = card("2025-01-01", Dialect::Sdk, "size: {type: integer}");
    let older = card("2024-01-01", Dialect::Sdk, "color: {type: string}");
    let files = fold(&[newer]);
    let refused = import(sources(&files), vec![older.clone()]).unwrap_err();
    assert_eq!(refused.diagnostics[0].code, "version-order");
    assert!(refused.diagnostics[0].help.contains("--extend"));
    let extended =
        import_with(sources(&files), vec![older], Options { extend: true }).unwrap().files;
    let text = &extended["resources/card.yaml"];
    assert!(
        text.contains("color:\n          type: string\n          x-until: 2025-01-01\n"),
        "{text}"
    );
    assert!(
        text.contains("size:\n          type: integer\n          x-since: 2025-01-01\n"),
        "{text}"
    );
}

/// A document with one field of this schema.
fn with_field(schema: &str) -> Vec<Source> {
    let text = format!(
        "components: {{schemas: {{card: {{type: object, x-resourceId: card, properties: {{size: {schema}, other: {schema}}}}}}}}}"
    );
    vec![Source { path: "card.yaml".to_owned(), text }]
}

#[test]
fn unknown_annotations_are_notes() {
    for (schema, note) in [
        (
            "{type: string, format: rune}",
            "the format `rune` is not known, so the field is a plain string, in 2 places",
        ),
        (
            "{type: integer, format: uint7}",
            "the format `uint7` is not known, so the field is a plain integer, in 2 places",
        ),
        (
            "{type: string, contentMediaType: image/png}",
            "`contentMediaType` is not known in a schema, and is left out, in 2 places",
        ),
    ] {
        let output = generate(with_field(schema))
            .unwrap_or_else(|failure| panic!("{schema}: {}", failure.render()));
        assert_eq!(output.notes.len(), 1, "{schema}: {:?}", output.notes);
        assert!(output.notes[0].starts_with(note), "{schema}: {:?}", output.notes);
    }
    let plain = generate(with_field("{type: string, x-color-of-the-week: blue}")).unwrap();
    assert_eq!(plain.notes, Vec::<String>::new());
    let currency = generate(with_field("{type: string, format: currency}")).unwrap();
    assert!(
        currency.files["src/card.rs"].contains("pub size: Option<Currency>"),
        "{}",
        currency.files["src/card.rs"]
    );
}

#[test]
fn keywords_that_change_what_is_valid_are_errors() {
    for (schema, keyword) in [
        ("{type: object, if: {}}", "if"),
        ("{type: string, not: {enum: [a]}}", "not"),
        ("{type: object, patternProperties: {}}", "patternProperties"),
    ] {
        let failure = generate(with_field(schema)).unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "unsupported", "{schema}");
        assert!(failure.diagnostics[0].message.contains(keyword), "{schema}");
    }
}

#[test]
fn problems_on_one_long_line_have_a_pointer() {
    // A surrogate pair, which JSON escapes as two units, does not shift the pointer.
    let padding = r"\ud83c\udf89 ".repeat(200);
    let text = format!(
        r##"{{"info": {{"version": "2026-01-01", "description": "{padding}"}}, "components": {{"schemas": {{"a/b": {{"type": "object", "properties": {{"size": {{"type": "text"}}}}}}}}}}}}"##
    );
    let failure = generate(vec![Source { path: "line.json".to_owned(), text }]).unwrap_err();
    let shown = failure.render();
    assert!(shown.contains(" at #/components/schemas/a~1b/properties/size/type\n"), "{shown}");
    assert!(shown.lines().all(|line| line.len() < 300), "{shown}");
    assert_eq!(failure.to_json()[0]["pointer"], "#/components/schemas/a~1b/properties/size/type");
}

/// The public document that is newer than the oldest version of the spec.
const PUBLIC: &str = "upstream/stripe-openapi-2026-01-28.clover.spec3.json";

fn published(path: &str) -> Source {
    let path = shared_file(path);
    Source { path: path.display().to_string(), text: read(&path) }
}

fn written() -> Vec<Source> {
    let prefix = root().join("spec").display().to_string();
    let shorten =
        |source: Source| Source { path: source.path.replacen(&prefix, "spec", 1), ..source };
    spec().into_iter().map(shorten).collect()
}

fn files_of(sources: &[Source]) -> Files {
    let name = |source: &Source| source.path.trim_start_matches("spec/").to_owned();
    sources.iter().map(|source| (name(source), source.text.clone())).collect()
}

/// Returns the Rust names in a spec.
fn names(text: &str) -> BTreeMap<String, String> {
    let document: BTreeMap<String, BTreeMap<String, String>> =
        serde_yaml::from_str(text).expect("it is YAML");
    document["x-rustNames"].clone()
}

#[test]
#[ignore = "needs ../shared"]
fn crate_contains_everything_of_a_published_document() {
    for path in ["upstream/stripe-openapi-2023-08-16.spec3.yaml", PUBLIC] {
        let source = published(path);
        let node =
            parse(0, &source.text, &mut Diagnostics::default()).expect("the document is good");
        let schemas = node
            .get("components")
            .and_then(|components| components.get("schemas"))
            .map_or(&[][..], Node::entries);
        let paths = node.get("paths").map_or(&[][..], Node::entries);
        let operations: BTreeSet<&str> = paths
            .iter()
            .flat_map(|(_, item)| item.entries())
            .filter_map(|(_, operation)| operation.str("operationId"))
            .collect();
        let form = canonical(node.clone());
        let output =
            generate(vec![source.clone()]).unwrap_or_else(|failure| panic!("{}", failure.render()));
        let given = names(&output.names);
        for (key, _) in schemas {
            let places = form
                .names
                .get(&key.name)
                .unwrap_or_else(|| panic!("{path}: the schema {} is missing", key.name));
            let is_left_out = form.client_variants.contains(&key.name);
            assert_eq!(places.is_empty(), is_left_out, "{path}: {}", key.name);
            let is_inline = |name: &String| output.api.schema_id(name).is_none();
            assert!(
                places.iter().all(|name| is_inline(name) || given.contains_key(name)),
                "{path}: {} {places:?}",
                key.name
            );
        }
        let generated: BTreeSet<&str> =
            output.api.operations.iter().map(|operation| operation.id.as_str()).collect();
        assert_eq!(operations, generated, "{path}");
        let text = &source.text;
        let event = |name: &str| output.api.events.iter().any(|event| event.name == name);
        for name in ["invoice.paid", "customer.subscription.deleted", "charge.dispute.created"] {
            assert!(text.contains(name) && event(name), "{path}: {name}");
        }
        assert!(output.api.events.len() > 210, "{path}: {} events", output.api.events.len());
    }
}

#[test]
#[ignore = "needs ../shared"]
fn spec_contains_the_public_document() {
    let source = published(PUBLIC);
    let before = written();
    let after = import(before.clone(), vec![source])
        .unwrap_or_else(|failure| panic!("{}", failure.render()));
    assert_same(&files_of(&before), &files_of(&after.description), "imported once more");
}

/// The items of the spec that a newer API version removed, by the version that added them.
fn removed(
    node: &serde_yaml::Value,
    version: &str,
    since: Option<&str>,
    found: &mut Vec<Option<String>>,
) {
    let text = |name: &str| node.get(name).and_then(serde_yaml::Value::as_str);
    let since = text("x-since").or(since);
    if text("x-until") == Some(version) {
        found.push(since.map(str::to_owned));
    }
    match node {
        serde_yaml::Value::Sequence(items) => {
            items.iter().for_each(|item| removed(item, version, since, found))
        }
        serde_yaml::Value::Mapping(members) => {
            members.iter().for_each(|(_, member)| removed(member, version, since, found))
        }
        _ => {}
    }
}

#[test]
#[ignore = "needs ../shared"]
fn newer_public_document_removes_only_newer_items() {
    let source = published(PUBLIC);
    let version = "2099-01-01.future";
    let relabelled =
        Source { text: source.text.replacen("2026-01-28.clover", version, 1), ..source };
    let before = written();
    let imported = import(before.clone(), vec![relabelled])
        .unwrap_or_else(|failure| panic!("{}", failure.render()));
    let mut found = Vec::new();
    for (path, text) in imported.files.iter().filter(|(path, _)| path.starts_with("resources/")) {
        let value: serde_yaml::Value =
            serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        removed(&value, version, None, &mut found);
    }
    assert!(found.len() > 500, "{}", found.len());
    let older: Vec<_> = found
        .iter()
        .filter(|since| since.as_deref().is_none_or(|since| since <= "2026-01-28.clover"))
        .collect();
    assert_eq!(older, Vec::<&Option<String>>::new());

    let old = names(&files_of(&before)[NAMES]);
    let output =
        generate(imported.description).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let new = names(&output.names);
    let at = |text: &String| text.split(" = ").next().unwrap_or_default().to_owned();
    let renamed: Vec<_> = old
        .iter()
        .filter(|(owner, name)| new.get(*owner).is_some_and(|other| at(other) != at(name)))
        .collect();
    assert_eq!(renamed, Vec::new());
    // One schema has differed only since endive. It now counts as having always had this type.
    let gone: Vec<&String> = old.keys().filter(|owner| !new.contains_key(*owner)).collect();
    let shape = "PostSubscriptionsSubscriptionExposedId.billing_cycle_anchor|0";
    assert_eq!(gone, [shape, &format!("{shape}.type")]);
}

/// Types that a person has named in `spec/names.yaml`, because the rules give a number.
const CHOSEN: [&str; 2] =
    ["tax::registration::EuCountryOption", "tax::registration::SimplifiedCountryOption"];

#[test]
#[ignore = "needs ../shared"]
fn public_documents_alone_give_the_current_names() {
    let first = published("upstream/stripe-openapi-2023-08-16.spec3.yaml");
    let second = published(PUBLIC);
    let imported = import(Vec::new(), vec![second, first])
        .unwrap_or_else(|failure| panic!("{}", failure.render()));
    let output =
        generate(imported.description).unwrap_or_else(|failure| panic!("{}", failure.render()));
    let (today, alone) = (names(&files_of(&written())[NAMES]), names(&output.names));
    let at = |text: &str| text.split(" = ").next().unwrap_or_default().to_owned();
    let mut counts: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    let resources: BTreeSet<&str> = output
        .api
        .resources
        .iter()
        .filter_map(|resource| Some(output.api.schema_name(resource.schema?)))
        .collect();
    for (owner, name) in alone.iter().filter(|(owner, _)| today.contains_key(*owner)) {
        let kind = match owner.as_str() {
            name if name.ends_with("()") => "operations",
            name if name.starts_with("event:") => "events",
            name if resources.contains(name) => "resources",
            _ => "nested types",
        };
        let (same, other) = counts.entry(kind).or_default();
        let (today, alone) = (at(&today[owner]), at(name));
        if CHOSEN.iter().any(|chosen| today.starts_with(chosen)) {
            continue;
        }
        if today == alone {
            *same += 1;
        } else {
            other.push(format!("{owner}: {today}, alone {alone}"));
        }
    }
    for (kind, wanted) in
        [("operations", 0.99), ("events", 1.0), ("resources", 1.0), ("nested types", 0.95)]
    {
        let (same, other) = &counts[kind];
        #[allow(clippy::cast_precision_loss)]
        let share = *same as f64 / (same + other.len()) as f64;
        println!("{kind}: {same} of {} named as today", same + other.len());
        assert!(share >= wanted, "{kind}: {share}, {other:?}");
    }
    for (owner, name) in [
        ("PostCustomers()", "customer::create"),
        ("PostInvoicesInvoiceSend()", "invoice::send_invoice"),
        ("PostCheckoutSessions()", "checkout::session::create"),
    ] {
        assert_eq!(alone[owner], name);
    }
    assert!(
        output.files["src/events.rs"].contains("pub enum InvoicePaid {}")
            || output.files["src/events.rs"].contains("InvoicePaid")
    );
}
