//! `cargo xtask codegen`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use pinstripe_codegen::model::compact;
use pinstripe_codegen::{NAMES, Output, generate};

use crate::files::{Changes, Search, Transaction, read_sources};
use crate::progress::Progress;
use crate::stats;

/// Generates the crate, or checks that it is up to date.
pub fn run(check: bool, spec: Option<&Path>, out: Option<&Path>) -> Result<String, String> {
    let start = Instant::now();
    let root = crate::root();
    let folder = out.map_or_else(|| root.join("generated"), Path::to_owned);
    let description = spec.map_or_else(|| root.join("spec"), Path::to_owned);
    // A spec that is a folder has names written into it.
    let mut folders =
        if description.is_dir() { vec![&*folder, &*description] } else { vec![&*folder] };
    let mock = mock_folder(&folder);
    folders.extend(mock.as_deref());
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
        let notes: String = output
            .splits
            .iter()
            .chain(&output.notes)
            .map(|note| format!("note: {note}\n"))
            .collect();
        return Ok(format!(
            "{notes}{counts}\n{done}, {:.2} s ({:.2} s to generate)",
            start.elapsed().as_secs_f64(),
            in_memory.as_secs_f64()
        ));
    }
    if changes.is_empty() {
        return Ok(format!(
            "{} is up to date",
            folder.strip_prefix(root).unwrap_or(&folder).display()
        ));
    }
    Err(format!(
        "error: {} generated files are not up to date; the first difference is in\n{}\nhelp: run `cargo xtask codegen` and commit the result",
        changes.count(),
        changes.first_difference(),
    ))
}

/// Computes the changes to the folder of the crate and to the locked names in the spec.
pub fn changes(output: &Output, folder: &Path, description: &Path) -> Result<Changes, String> {
    let root = crate::root();
    let mock = mock_folder(folder);
    let runtime = mock.is_none().then(|| root.join("runtime").display().to_string());
    ensure_generated_dir(folder)?;
    if mock.is_some() {
        let manifest = fs::read_to_string(root.join("Cargo.toml"))
            .map_err(|error| format!("error: cannot read Cargo.toml: {error}"))?;
        ensure_listed(&manifest, &output.parts)?;
    }
    let stale = Search::Replace { below: "", endings: &["md", "rs", "toml", "txt"] };
    let mut changes = Changes::of(folder, &output.folder(runtime.as_deref()), Some(stale))?;
    if description.is_dir() {
        // If the spec is a folder, it stores the locked names.
        changes.extend(Changes::of(
            description,
            &BTreeMap::from([(NAMES.to_owned(), output.names.clone())]),
            None,
        )?);
    }
    if let Some(mock) = mock {
        let files = BTreeMap::from([(MOCK_SPEC.to_owned(), compact::write(&output.api))]);
        changes.extend(Changes::of(&mock, &files, None)?);
    }
    Ok(changes)
}

/// The manifest of the workspace has the versions of the generated crates, so it must list them all.
fn ensure_listed(manifest: &str, parts: &[String]) -> Result<(), String> {
    let is_listed = |part: &String| manifest.contains(&format!("\npinstripe-api-{part} = "));
    let Some(part) = parts.iter().find(|part| !is_listed(part)) else { return Ok(()) };
    Err(format!(
        "error: Cargo.toml does not list the crate `pinstripe-api-{part}`\nhelp: add this line to [workspace.dependencies], with the version of the others: pinstripe-api-{part} = {{ path = \"generated/{part}\", version = \"={}\" }}",
        env!("CARGO_PKG_VERSION")
    ))
}

/// The API as pinstripe-mock carries it.
const MOCK_SPEC: &str = "spec.json";

/// The folder of the mock, if this is the folder of the crate of this workspace.
pub fn mock_folder(folder: &Path) -> Option<PathBuf> {
    let root = crate::root();
    let home = root.join("generated");
    let is_home = folder == home
        || fs::canonicalize(folder)
            .is_ok_and(|folder| fs::canonicalize(&home).is_ok_and(|home| home == folder));
    is_home.then(|| root.join("mock"))
}

/// Everything that is not generated gets deleted, so the folder must not be anybody else's.
fn ensure_generated_dir(folder: &Path) -> Result<(), String> {
    let manifest = folder.join("Cargo.toml");
    let is_ours = fs::read_to_string(&manifest)
        .is_ok_and(|text| text.starts_with("# Generated by `cargo xtask codegen`"));
    let is_empty = fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if is_ours || is_empty {
        return Ok(());
    }
    Err(format!(
        "error: {} contains files that were not generated\nhelp: use a new, empty, or previously generated folder",
        folder.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::SystemTime;

    use super::*;

    const SPEC: &str = "components: {schemas: {card: {type: object, x-resourceId: card, properties: {brand: {type: string}}}}}";

    /// Returns an empty folder for one test.
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
    fn second_run_writes_nothing() {
        let (spec, out) = with_spec("second-run", SPEC);
        assert!(
            run(false, Some(&spec), Some(&out)).unwrap().contains("4 files written, 0 deleted")
        );
        let first = written(&out);
        assert!(
            run(false, Some(&spec), Some(&out)).unwrap().contains("0 files written, 0 deleted")
        );
        assert_eq!(written(&out), first);
        assert!(run(true, Some(&spec), Some(&out)).unwrap().contains("is up to date"));
    }

    #[test]
    fn check_reports_the_first_difference_and_writes_nothing() {
        let (spec, out) = with_spec("check", SPEC);
        run(false, Some(&spec), Some(&out)).unwrap();
        fs::write(&spec, SPEC.replace("brand", "brandt")).unwrap();
        let first = written(&out);
        let error = run(true, Some(&spec), Some(&out)).unwrap_err();
        assert!(
            error.contains("card.rs:")
                && error.contains("pub brandt")
                && error.contains("cargo xtask codegen"),
            "{error}"
        );
        assert_eq!(written(&out), first);
    }

    #[test]
    fn stale_files_are_deleted() {
        let (spec, out) = with_spec("stale", SPEC);
        run(false, Some(&spec), Some(&out)).unwrap();
        fs::write(&spec, SPEC.replace("card", "token")).unwrap();
        assert!(run(false, Some(&spec), Some(&out)).unwrap().contains("2 deleted"));
        assert!(!out.join("src/card.rs").exists() && !out.join("src/card").exists());
        assert!(out.join("src/token.rs").exists() && out.join("src/token/wire.rs").exists());
    }

    #[test]
    fn removed_crate_is_deleted() {
        let (spec, out) = with_spec("part", &format!("{SPEC}\nx-rustCrates: {{cards: [card]}}"));
        run(false, Some(&spec), Some(&out)).unwrap();
        assert!(out.join("cards/Cargo.toml").exists() && out.join("cards/src/card.rs").exists());
        // The core has no content left, but still exports the API version.
        assert!(fs::read_to_string(out.join("core/src/lib.rs")).unwrap().contains("API_VERSION"));
        assert!(run(true, Some(&spec), Some(&out)).unwrap().contains("is up to date"));
        fs::write(&spec, SPEC).unwrap();
        run(false, Some(&spec), Some(&out)).unwrap();
        assert!(
            !out.join("cards").exists()
                && !out.join("core").exists()
                && out.join("src/card.rs").exists()
        );
    }

    #[test]
    fn crate_without_a_line_in_the_manifest_is_an_error() {
        let manifest =
            "[workspace.dependencies]\npinstripe-api-tax = { path = \"generated/tax\" }\n";
        let parts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert!(ensure_listed(manifest, &parts(&["tax"])).is_ok());
        let error = ensure_listed(manifest, &parts(&["tax", "tax2"])).unwrap_err();
        assert!(error.contains("pinstripe-api-tax2 = { path = \"generated/tax2\""), "{error}");
    }

    #[test]
    fn error_in_the_spec_writes_nothing() {
        let (spec, out) = with_spec("mistake", &SPEC.replace("string", "text"));
        let error = run(false, Some(&spec), Some(&out)).unwrap_err();
        assert!(error.contains("spec.yaml:1:") && error.contains("nothing was written"), "{error}");
        assert!(!out.exists());
        assert!(
            run(false, Some(Path::new("no/such/spec.yaml")), Some(&out))
                .unwrap_err()
                .contains("check the path")
        );
        assert!(
            run(false, Some(&folder("empty")), Some(&out))
                .unwrap_err()
                .contains("there is no spec")
        );
    }

    #[test]
    fn folder_with_other_files_is_refused() {
        let (spec, out) = with_spec("stranger", SPEC);
        fs::create_dir_all(&out).unwrap();
        fs::write(out.join("main.rs"), "fn main() {}").unwrap();
        assert!(run(false, Some(&spec), Some(&out)).unwrap_err().contains("were not generated"));
        fs::write(
            out.join("Cargo.toml"),
            "[package]\n# Beside what `cargo xtask codegen` makes.\n",
        )
        .unwrap();
        assert!(run(false, Some(&spec), Some(&out)).unwrap_err().contains("were not generated"));
        assert!(out.join("main.rs").exists());
    }
}
