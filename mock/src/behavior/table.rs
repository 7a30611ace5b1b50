//! The list of operations with behavior, `BEHAVIOR.md`, made by asking every module.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde_json::Map;

use crate::call::Call;
use crate::context::Context;
use crate::spec::{Spec, Version};
use crate::stateless::Mock;
use crate::store::Store;

/// The operations with behavior by the path that they begin with. Operations by shape are left out,
/// so that a new version of the spec does not change the list.
fn table(spec: &Spec) -> String {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in &spec.api().operations {
        let (method, path) = (operation.method.as_str(), operation.path.as_str());
        // Hosts other than that of the API have a prefix.
        let routed = format!("{}{path}", Mock::prefix(operation.host));
        let split: Vec<String> = routed.split('/').map(str::to_owned).collect();
        let Some((found, parameters)) = spec.route(method, &split) else { continue };
        let root = path.split("/{").next().unwrap_or(path).to_owned();
        let call = Call {
            operation: found.operation,
            role: found.role,
            path: parameters,
            parameters: Map::new(),
            file: None,
        };
        let mut store = Store::default();
        let mut context = Context {
            spec,
            store: &mut store,
            account: "acct_1".to_owned(),
            version: Version::newest(spec.api()),
            seed: 0,
            real_now: 1_800_000_000,
            clock: None,
            request_id: None,
            idempotency_key: None,
            base_url: String::new(),
        };
        if super::respond(&mut context, &call).is_some() {
            let name = format!("{method} {}", &path[root.len()..]);
            groups.entry(root).or_default().push(format!("`{}`", name.trim_end()));
        }
    }
    let count: usize = groups.values().map(Vec::len).sum();
    let mut text = format!(
        "# Operations with behavior\n\nThese {count} operations do more than their spec says. All others store and show objects in the\nshape of their schema.\n\nThis file is written by `PINSTRIPE_TABLE=1 cargo test -p pinstripe-mock table`.\n\n| path | operations with behavior |\n|---|---|\n"
    );
    for (root, names) in &groups {
        let _ = writeln!(text, "| `{root}` | {} |", names.join(", "));
    }
    text
}

#[test]
fn the_table_of_behavior_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("BEHAVIOR.md");
    let text = table(&Spec::embedded());
    if std::env::var_os("PINSTRIPE_TABLE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "BEHAVIOR.md is out of date: run the test with PINSTRIPE_TABLE=1");
}
