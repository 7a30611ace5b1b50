//! `cargo xtask codegen`

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use pinstripe_codegen::{NAMES, Output, generate};

use crate::files::{Changes, Search, Transaction, read_sources};
use crate::progress::Progress;
use crate::stats;

/// Generates the crate, or checks that it is as it would be generated.
pub fn run(check: bool, spec: Option<&Path>, out: Option<&Path>) -> Result<String, String> {
    let start = Instant::now();
    let root = crate::root();
    let folder = out.map_or_else(|| root.join("generated"), Path::to_owned);
    let description = spec.map_or_else(|| root.join("spec"), Path::to_owned);
    // A spec that is a folder has names written into it.
    let folders = if description.is_dir() { vec![&*folder, &*description] } else { vec![&*folder] };
    let transaction = if check { None } else { Some(Transaction::begin("codegen", &folders)?) };
    let sources = match &transaction {
        Some(transaction) => transaction.read_sources(&description)?,
        None => read_sources(&description)?,
    };
    let progress = Progress::new("generating the crate".to_owned());
    let output = generate(sources).map_err(|failure| failure.render())?;
    let in_memory = start.elapsed();
    drop(progress);

    let changes = changes(&output, &folder, &description)?;
    if let Some(transaction) = transaction {
        let done = transaction.commit(changes)?;
        let counts = stats::line(&output);
        let splits: String = output.splits.iter().map(|split| format!("note: {split}\n")).collect();
        return Ok(format!(
            "{splits}{counts}\n{done}, {:.2} s ({:.2} s to generate)",
            start.elapsed().as_secs_f64(),
            in_memory.as_secs_f64()
        ));
    }
    if changes.is_empty() {
        return Ok(format!("{} is up to date", folder.strip_prefix(root).unwrap_or(&folder).display()));
    }
    Err(format!(
        "error: {} generated files are not up to date; the first difference is in\n{}\nhelp: run `cargo xtask codegen` and commit the result",
        changes.count(),
        changes.first_difference(),
    ))
}

/// What has to happen to the folder of the crate, and to the names beside the description.
pub fn changes(output: &Output, folder: &Path, description: &Path) -> Result<Changes, String> {
    let root = crate::root();
    let home = root.join("generated");
    let is_home =
        folder == home || fs::canonicalize(folder).is_ok_and(|folder| fs::canonicalize(&home).is_ok_and(|home| home == folder));
    let runtime = (!is_home).then(|| root.join("runtime").display().to_string());
    refuse_strangers(folder)?;
    let stale = Search::Replace { below: "", endings: &["rs", "toml"] };
    let mut changes = Changes::of(folder, &output.folder(runtime.as_deref()), Some(stale))?;
    if description.is_dir() {
        // A description that is a folder remembers what everything is called.
        changes.extend(Changes::of(description, &BTreeMap::from([(NAMES.to_owned(), output.names.clone())]), None)?);
    }
    Ok(changes)
}

/// Everything that is not generated gets deleted, so the folder must not be anybody else's.
fn refuse_strangers(folder: &Path) -> Result<(), String> {
    let manifest = folder.join("Cargo.toml");
    let is_ours = fs::read_to_string(&manifest).is_ok_and(|text| text.contains("cargo xtask codegen"));
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if is_ours || is_empty {
        return Ok(());
    }
    Err(format!(
        "error: {} holds something that was not generated\nhelp: give a folder that is new, empty, or generated before",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::SystemTime;

    use super::*;

    const SPEC: &str = "components: {schemas: {card: {type: object, x-resourceId: card, properties: {brand: {type: string}}}}}";

    /// A folder for one test, empty at first.
    fn folder(name: &str) -> PathBuf {
        let folder = crate::root().join("target/xtask-tests").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn with_spec(name: &str, text: &str) -> (PathBuf, PathBuf) {
        let folder = folder(name);
        let spec = folder.join("spec.yaml");
        fs::write(&spec, text).unwrap();
        (spec, folder.join("out"))
    }

    fn written(out: &Path) -> SystemTime {
        fs::metadata(out.join("src/card.rs")).unwrap().modified().unwrap()
    }

    #[test]
    fn a_second_run_touches_nothing() {
        let (spec, out) = with_spec("second-run", SPEC);
        assert!(run(false, Some(&spec), Some(&out)).unwrap().contains("4 files written, 0 deleted"));
        let first = written(&out);
        assert!(run(false, Some(&spec), Some(&out)).unwrap().contains("0 files written, 0 deleted"));
        assert_eq!(written(&out), first);
        assert!(run(true, Some(&spec), Some(&out)).unwrap().contains("is up to date"));
    }

    #[test]
    fn check_names_the_first_line_that_differs_and_writes_nothing() {
        let (spec, out) = with_spec("check", SPEC);
        run(false, Some(&spec), Some(&out)).unwrap();
        fs::write(&spec, SPEC.replace("brand", "brandt")).unwrap();
        let first = written(&out);
        let error = run(true, Some(&spec), Some(&out)).unwrap_err();
        assert!(error.contains("card.rs:") && error.contains("pub brandt") && error.contains("cargo xtask codegen"), "{error}");
        assert_eq!(written(&out), first);
    }

    #[test]
    fn stale_files_are_deleted() {
        let (spec, out) = with_spec("stale", SPEC);
        run(false, Some(&spec), Some(&out)).unwrap();
        fs::write(&spec, SPEC.replace("card", "token")).unwrap();
        assert!(run(false, Some(&spec), Some(&out)).unwrap().contains("1 deleted"));
        assert!(!out.join("src/card.rs").exists() && out.join("src/token.rs").exists());
    }

    #[test]
    fn a_part_that_is_none_any_more_is_deleted() {
        let (spec, out) = with_spec("part", &format!("{SPEC}\nx-rustCrates: {{cards: [card]}}"));
        run(false, Some(&spec), Some(&out)).unwrap();
        assert!(out.join("cards/Cargo.toml").exists() && out.join("cards/src/card.rs").exists());
        // Nothing is left for the core, but the version of the API is there.
        assert!(fs::read_to_string(out.join("core/src/lib.rs")).unwrap().contains("API_VERSION"));
        assert!(run(true, Some(&spec), Some(&out)).unwrap().contains("is up to date"));
        fs::write(&spec, SPEC).unwrap();
        run(false, Some(&spec), Some(&out)).unwrap();
        assert!(!out.join("cards").exists() && !out.join("core").exists() && out.join("src/card.rs").exists());
    }

    #[test]
    fn a_mistake_writes_nothing() {
        let (spec, out) = with_spec("mistake", &SPEC.replace("string", "text"));
        let error = run(false, Some(&spec), Some(&out)).unwrap_err();
        assert!(error.contains("spec.yaml:1:") && error.contains("nothing was written"), "{error}");
        assert!(!out.exists());
        assert!(run(false, Some(Path::new("no/such/spec.yaml")), Some(&out)).unwrap_err().contains("check the path"));
        assert!(run(false, Some(&folder("empty")), Some(&out)).unwrap_err().contains("there is no description"));
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let (spec, out) = with_spec("stranger", SPEC);
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join("main.rs"), "fn main() {}").unwrap();
        assert!(run(false, Some(&spec), Some(&out)).unwrap_err().contains("was not generated"));
        assert!(out.join("main.rs").exists());
    }
}
