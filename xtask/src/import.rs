//! `cargo xtask import`

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pinstripe_codegen::import::{Done, import};

use crate::files::{Changes, read_source, read_sources};

/// Folds the facts of the documents into the description.
pub fn run(documents: &[PathBuf], out: Option<&Path>) -> Result<String, String> {
    let start = Instant::now();
    let folder = out.map_or_else(|| crate::root().join("spec"), Path::to_owned);
    let is_new = fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    let description = if is_new { Vec::new() } else { read_sources(&folder)? };
    let documents = documents.iter().map(|path| read_source(path)).collect::<Result<_, _>>()?;
    let imported = import(description, documents).map_err(|failure| failure.render())?;
    let (resources, rest): (Vec<_>, Vec<_>) = imported.files.into_iter().partition(|(path, _)| path.starts_with("resources/"));
    let count = resources.len() + rest.len();
    // What lies beside the resources, such as corrections, is written by hand.
    let resources = resources.into_iter().map(|(path, text)| (path.trim_start_matches("resources/").to_owned(), text)).collect();
    let done = Changes::of(&folder.join("resources"), &resources, &["yaml"])?.apply()?;
    Changes::of(&folder, &rest.into_iter().collect(), &[])?.apply()?;
    let documents: String = imported.done.iter().map(|done| format!("{}\n", said(done))).collect();
    Ok(format!(
        "{documents}{count} files of the description: {done}, {:.2} s\nnow run `cargo xtask codegen`",
        start.elapsed().as_secs_f64()
    ))
}

fn said(done: &Done) -> String {
    match done {
        Done::Folded(version) => format!("{version}: folded in"),
        Done::Preview(version) => format!("{version}: added as a preview"),
        Done::Known(version) => format!("{version}: known already, and not the newest; left alone"),
    }
}
