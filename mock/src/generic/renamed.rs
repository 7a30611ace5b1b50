//! Values that some versions have under another name.

use pinstripe_codegen::model::Lifetime;
use serde_json::{Map, Value};

use crate::spec::Version;

/// A field whose values were renamed in a version: old names and new ones.
struct Renamed {
    schema: &'static str,
    field: &'static str,
    since: &'static str,
    names: &'static [(&'static str, &'static str)],
}

const RENAMED: [Renamed; 1] = [Renamed {
    schema: "checkout.session",
    field: "ui_mode",
    since: "2026-08-26.dahlia",
    names: &[("custom", "elements"), ("embedded", "embedded_page"), ("hosted", "hosted_page")],
}];

/// Gives the values of an object the names that a version has for them.
pub fn apply(schema: &str, version: &Version, shown: &mut Map<String, Value>) {
    for renamed in RENAMED.iter().filter(|renamed| renamed.schema == schema) {
        let Some(value) = shown.get_mut(renamed.field) else { continue };
        let since = Lifetime { since: Some(renamed.since.to_owned()), until: None };
        let is_new = version.has(&since);
        for (old, new) in renamed.names {
            let (from, to) = if is_new { (old, new) } else { (new, old) };
            if *value == **from {
                *value = Value::from(*to);
                break;
            }
        }
    }
}
