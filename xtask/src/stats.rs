//! `cargo xtask stats`

use std::path::Path;

use pinstripe_codegen::model::{Api, EventKind};
use pinstripe_codegen::{Output, generate};

use crate::files::read_sources;

/// Reports what the spec covers, and how large the crate is.
pub fn run(spec: Option<&Path>) -> Result<String, String> {
    let sources = read_sources(spec.unwrap_or(&crate::root().join("spec")))?;
    let output = generate(sources).map_err(|failure| failure.render())?;
    let Output { api, files, .. } = &output;
    let (snapshot, thin) = events(api);
    let preview = api.operations.iter().filter(|operation| operation.preview).count();
    let v2 = api.operations.iter().filter(|operation| operation.is_v2()).count();
    let count =
        |pattern: &str| files.values().map(|text| text.matches(pattern).count()).sum::<usize>();
    let rows = [
        ("API version", api.version.clone()),
        ("resources", api.resources.len().to_string()),
        ("schemas", api.schemas.len().to_string()),
        ("operations", api.operations.len().to_string()),
        ("  of these v2", v2.to_string()),
        ("  of these in preview", preview.to_string()),
        ("snapshot event types", snapshot.to_string()),
        ("thin event types", thin.to_string()),
        ("structs", count("rt::object_table!").to_string()),
        ("enums", count("rt::string_enum!").to_string()),
        ("unions", count("rt::union_impl!").to_string()),
        ("files", files.len().to_string()),
        ("lines", files.values().map(|text| text.lines().count()).sum::<usize>().to_string()),
    ];
    Ok(rows.iter().map(|(name, value)| format!("{name:<24}{value:>18}\n")).collect())
}

/// Returns the counts in one line.
pub fn line(output: &Output) -> String {
    let api = &output.api;
    let (snapshot, thin) = events(api);
    format!(
        "{}: {} resources, {} schemas, {} operations, {} event types in {} files",
        api.version,
        api.resources.len(),
        api.schemas.len(),
        api.operations.len(),
        snapshot + thin,
        output.files.len(),
    )
}

fn events(api: &Api) -> (usize, usize) {
    let snapshot =
        api.events.iter().filter(|event| matches!(event.kind, EventKind::Snapshot { .. })).count();
    (snapshot, api.events.len() - snapshot)
}
