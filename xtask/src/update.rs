//! `cargo xtask update`

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pinstripe_codegen::diff::{Diff, diff};
use pinstripe_codegen::generate;
use pinstripe_codegen::import::Options;

use crate::files::{Changes, Transaction};
use crate::progress::Progress;
use crate::{codegen, import};

/// Updates the spec, the crate and the changelog with new documents. Returns a report of the
/// changes for review.
///
/// All results are computed before any file is written.
pub fn run(documents: &[PathBuf], root: &Path, options: Options) -> Result<String, String> {
    let (spec, generated, changelog) =
        (root.join("spec"), root.join("generated"), root.join("CHANGELOG.md"));
    let mock = codegen::mock_folder(&generated);
    let mut folders = vec![root, &*spec, &*generated];
    folders.extend(mock.as_deref());
    let transaction = Transaction::begin("update", &folders)?;
    let before = import::read(&transaction, &spec)?;
    let imported = import::fold(&before, documents, options)?;
    let progress = Progress::new("generating the crate and comparing it".to_owned());
    let output = generate(imported.description.clone()).map_err(|failure| failure.render())?;
    let diff = match before.is_empty() {
        true => None,
        false => {
            Some(diff(before, imported.description.clone()).map_err(|failure| failure.render())?)
        }
    };
    drop(progress);

    let mut changes = import::changes(&spec, &imported.files)?;
    changes.extend(codegen::changes(&output, &generated, &spec)?);
    if let Some(diff) = diff.as_ref().filter(|diff| !diff.changes.is_empty()) {
        let old = match fs::read_to_string(&changelog) {
            Err(error) if error.kind() == ErrorKind::NotFound => "# Changelog\n".to_owned(),
            read => read.map_err(|error| {
                format!(
                    "error: cannot read {}: {error}\nhelp: nothing was written",
                    changelog.display()
                )
            })?,
        };
        let files = BTreeMap::from([("CHANGELOG.md".to_owned(), with_entry(&old, diff))]);
        changes.extend(Changes::of(root, &files, None)?);
    }
    let done = transaction.commit(changes)?;
    let notes: String =
        output.splits.iter().chain(&output.notes).map(|note| format!("note: {note}\n")).collect();
    let markdown = diff
        .map_or_else(|| "There was nothing to compare with.".to_owned(), |diff| diff.to_markdown());
    Ok(format!(
        "{}{notes}{done}\n\n{markdown}\nnow look at this and at `git diff`, run `cargo test --workspace`, and commit",
        import::summary(&imported)
    ))
}

/// Inserts an entry for these changes at the top of the changelog.
fn with_entry(changelog: &str, diff: &Diff) -> String {
    let first = changelog.find("\n## ").map_or(changelog.len(), |at| at + 1);
    let (head, entries) = changelog.split_at(first);
    let entry = diff.to_changelog();
    let text = format!("{}\n\n{entry}\n{entries}", head.trim_end());
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(version: &str, fields: &str) -> String {
        format!(
            "info: {{version: {version}}}\ncomponents: {{schemas: {{card: {{type: object, x-resourceId: card, properties: {{{fields}}}}}}}}}"
        )
    }

    #[test]
    fn document_updates_spec_crate_and_changelog() {
        let root = crate::root().join("target/xtask-tests/update");
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        let write = |name: &str, text: String| {
            fs::write(root.join(name), text).unwrap();
            root.join(name)
        };
        let first = write("first.yaml", document("2024-06-20", "id: {type: string}"));
        let second = write(
            "second.yaml",
            document("2025-02-24.acacia", "id: {type: string}, brand: {type: string}"),
        );
        let bad = write("bad.yaml", document("2025-08-27.basil", "id: {type: text}"));

        assert!(
            run(&[first], &root, Options::default()).unwrap().contains("nothing to compare with")
        );
        assert!(root.join("generated/src/card.rs").exists() && !root.join("CHANGELOG.md").exists());

        let report = run(std::slice::from_ref(&second), &root, Options::default()).unwrap();
        assert!(report.contains("- added field `card::Card::brand`"), "{report}");
        assert!(
            fs::read_to_string(root.join("generated/src/card.rs"))
                .unwrap()
                .contains("/// Since 2025-02-24.acacia.\n    pub brand")
        );
        let changelog = fs::read_to_string(root.join("CHANGELOG.md")).unwrap();
        assert_eq!(
            changelog,
            "# Changelog\n\n## Stripe API 2025-02-24.acacia (minor)\n\n### Added\n\n- 1 field\n"
        );

        // The same document again changes nothing, and an invalid one writes nothing.
        assert!(
            run(&[second], &root, Options::default())
                .unwrap()
                .contains("0 files written, 0 deleted")
        );
        assert!(run(&[bad], &root, Options::default()).unwrap_err().contains("bad.yaml:2:"));
        assert_eq!(fs::read_to_string(root.join("CHANGELOG.md")).unwrap(), changelog);
    }
}
