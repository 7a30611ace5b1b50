//! `cargo xtask import`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::import::{Done, Imported, Options, import_with};

use crate::files::{Changes, Search, Transaction, read_source};
use crate::progress::Progress;

/// Merges the facts of the documents into the spec.
pub fn run(documents: &[PathBuf], out: Option<&Path>, options: Options) -> Result<String, String> {
    let start = Instant::now();
    let folder = out.map_or_else(|| crate::root().join("spec"), Path::to_owned);
    let transaction = Transaction::begin("import", &[&folder])?;
    let imported = fold(&read(&transaction, &folder)?, documents, options)?;
    let done = transaction.commit(changes(&folder, &imported.files)?)?;
    let seconds = start.elapsed().as_secs_f64();
    let count = imported.files.len();
    Ok(format!(
        "{}{count} files of the spec: {done}, {seconds:.2} s\nnow run `cargo xtask codegen`",
        summary(&imported)
    ))
}

/// Reads the current spec; empty if there is none.
pub fn read(transaction: &Transaction, folder: &Path) -> Result<Vec<Source>, String> {
    let is_new = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if is_new { Ok(Vec::new()) } else { transaction.read_sources(folder) }
}

/// Merges the documents into a spec without writing files.
pub fn fold(
    description: &[Source],
    documents: &[PathBuf],
    options: Options,
) -> Result<Imported, String> {
    let documents: Vec<Source> =
        documents.iter().map(|path| read_source(path)).collect::<Result<_, _>>()?;
    let _progress = Progress::new(format!("merging {} documents into the spec", documents.len()));
    import_with(description.to_vec(), documents, options).map_err(|failure| failure.render())
}

/// Computes the changes to the folder of the spec.
pub fn changes(folder: &Path, files: &BTreeMap<String, String>) -> Result<Changes, String> {
    // Files besides the resources, such as overrides, are written by hand.
    Changes::of(folder, files, Some(Search::Replace { below: "resources", endings: &["yaml"] }))
}

/// Returns the outcome for each document, one per line, and notes on omissions.
pub fn summary(imported: &Imported) -> String {
    let line = |done: &Done| match done {
        Done::Merged { version, dialect } => format!("{version} ({dialect}): merged\n"),
        Done::Preview(version) => format!("{version}: added as a preview\n"),
    };
    let done: String = imported.done.iter().map(line).collect();
    let notes: String = imported.notes.iter().map(|note| format!("note: {note}\n")).collect();
    done + &notes
}
