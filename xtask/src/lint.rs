//! `cargo xtask lint`

use std::io::{self, Write as _};
use std::path::Path;

use pinstripe_codegen::diagnostic::{CODES, Severity};
use pinstripe_codegen::lint::lint;

use crate::files::read_sources;

/// Lints a spec.
pub fn run(
    spec: Option<&Path>,
    json: bool,
    hints: bool,
    words_required: bool,
) -> Result<String, String> {
    let sources = read_sources(spec.unwrap_or(&crate::root().join("spec")))?;
    // All places of the repository's own spec have words.
    let mut found = lint(sources, words_required || spec.is_none());
    let count = |severity: Severity| {
        found.diagnostics.iter().filter(|found| found.severity == severity).count()
    };
    let (errors, warnings, hidden) =
        (count(Severity::Error), count(Severity::Warning), count(Severity::Hint));
    if !hints {
        found.diagnostics.retain(|found| found.severity != Severity::Hint);
    }
    let text = match (json, found.diagnostics.is_empty()) {
        (true, _) => format!("{:#}", found.to_json()),
        (false, true) => String::new(),
        (false, false) => found.render_all(),
    };
    if json {
        // With `--json`, the output is the result even if there are errors. The exit code reports
        // them.
        let _ = writeln!(io::stdout(), "{text}");
        return if errors > 0 { Err(format!("error: {errors} errors")) } else { Ok(String::new()) };
    }
    if errors > 0 {
        return Err(text);
    }
    let shown = if hints { "" } else { "; `--hints` shows the hints" };
    Ok(format!("{text}{errors} errors, {warnings} warnings, {hidden} hints{shown}"))
}

/// Returns all lint codes with their meanings.
pub fn codes() -> String {
    CODES.iter().map(|(code, meaning)| format!("{code:<22}{meaning}\n")).collect()
}
