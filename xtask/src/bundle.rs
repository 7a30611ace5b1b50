//! `cargo xtask bundle`

use std::path::Path;

use pinstripe_codegen::bundle::bundle;

use crate::files::{read_sources, replace};

/// Writes the whole spec as one document.
pub fn run(spec: Option<&Path>, yaml: bool, out: Option<&Path>) -> Result<String, String> {
    let sources = read_sources(spec.unwrap_or(&crate::root().join("spec")))?;
    let document = bundle(sources).map_err(|failure| failure.render())?;
    let is_yaml = yaml
        || out.and_then(Path::extension).is_some_and(|ending| ending == "yaml" || ending == "yml");
    let text = if is_yaml {
        serde_yaml::to_string(&document)
            .map_err(|error| format!("error: cannot write the spec as YAML: {error}"))?
    } else {
        let text = serde_json::to_string_pretty(&document);
        text.map_err(|error| format!("error: cannot write the spec as JSON: {error}\nhelp: write it as YAML, with `--yaml`"))?
    };
    let Some(out) = out else { return Ok(text) };
    replace(out, &text)?;
    Ok(format!("{}: {} bytes", out.display(), text.len()))
}
