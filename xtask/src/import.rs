//! `cargo xtask import`

use std::path::{Path, PathBuf};
use std::time::Instant;

use pinstripe_codegen::import::import;

use crate::files::{Changes, read_source};

/// Writes the facts of the documents as the description.
pub fn run(documents: &[PathBuf], out: Option<&Path>) -> Result<String, String> {
    let start = Instant::now();
    let sources = documents.iter().map(|path| read_source(path)).collect::<Result<_, _>>()?;
    let files = import(sources).map_err(|failure| failure.render())?;
    let folder = out.map_or_else(|| crate::root().join("spec"), Path::to_owned);
    // What lies beside the resources, such as corrections, is written by hand.
    let resources =
        files.iter().filter_map(|(path, text)| Some((path.strip_prefix("resources/")?.to_owned(), text.clone()))).collect();
    let done = Changes::of(&folder.join("resources"), &resources, &["yaml"])?.apply()?;
    let rest = files.into_iter().filter(|(path, _)| !path.starts_with("resources/")).collect();
    Changes::of(&folder, &rest, &[])?.apply()?;
    Ok(format!(
        "{} files of the description: {done}, {:.2} s\nnow run `cargo xtask codegen`",
        resources.len() + rest.len(),
        start.elapsed().as_secs_f64()
    ))
}
