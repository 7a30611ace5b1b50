//! `cargo xtask words`

use std::path::Path;

use pinstripe_codegen::words::{Filter, Kind, coverage, json_lines, skeleton};

use crate::files::read_sources;

/// Lists the items without docs.
pub fn missing(
    spec: Option<&Path>,
    kind: Option<&str>,
    resource: Option<String>,
    all: bool,
    json: bool,
) -> Result<String, String> {
    let kind = match kind {
        None => None,
        Some(name) => {
            Some(Kind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
                let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
                format!(
                    "error: unknown kind of place: {name}\nhelp: use one of {}",
                    known.join(", ")
                )
            })?)
        }
    };
    let sources = read_sources(spec.unwrap_or(&crate::root().join("spec")))?;
    let coverage = coverage(sources).map_err(|failure| failure.render())?;
    if let Some(resource) = &resource
        && !coverage.places.iter().any(|place| place.resource == *resource)
    {
        return Err(format!(
            "error: unknown resource: {resource}\nhelp: write its path with dots, such as `issuing.card`"
        ));
    }
    let filter = Filter { kind, resource, all };
    Ok(if json { json_lines(&coverage, &filter) } else { skeleton(&coverage, &filter) })
}
