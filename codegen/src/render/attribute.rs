//! Attributes.

use super::layout::{STEP, fits};

/// The attribute of what the newest version of the API refuses, on a line of its own.
pub fn deprecated(note: &str, indent: usize) -> String {
    let line = format!("#[deprecated(note = {note:?})]");
    if fits(indent, &line) {
        return format!("{:indent$}{line}\n", "");
    }
    let inner = indent + STEP;
    format!("{:indent$}#[deprecated(\n{:inner$}note = {note:?}\n{:indent$})]\n", "", "", "")
}

/// The attribute of an item that exists only with these optional crates, on a line of its own.
pub fn feature_gate(parts: &[String], indent: usize) -> String {
    let features: Vec<String> = parts.iter().map(|part| format!("feature = {part:?}")).collect();
    match &features[..] {
        [] => String::new(),
        [feature] => format!("{:indent$}#[cfg({feature})]\n", ""),
        features => format!("{:indent$}#[cfg(all({}))]\n", "", features.join(", ")),
    }
}
