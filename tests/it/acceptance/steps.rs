//! Successive updates by a maintainer: each version is imported, generated, and reported with its
//! verdict.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::diff::{Level, diff};
use pinstripe_codegen::import::import;
use pinstripe_codegen::{NAMES, generate};
use pinstripe_tests::{read, shared_file};

const VERSIONS: [&str; 5] = [
    "2025-02-24.acacia",
    "2025-08-27.basil",
    "2026-02-25.clover",
    "2026-08-26.dahlia",
    "2026-10-28.endive",
];

/// A spec folder: its files and its locked names.
#[derive(Default, Clone)]
struct Folder {
    files: BTreeMap<String, String>,
}

impl Folder {
    fn sources(&self) -> Vec<Source> {
        self.files
            .iter()
            .map(|(path, text)| Source { path: format!("spec/{path}"), text: text.clone() })
            .collect()
    }

    /// Imports a document as the weekly job does.
    fn take(&self, document: Source) -> Self {
        let imported = import(self.sources(), vec![document])
            .unwrap_or_else(|failure| panic!("{}", failure.render()));
        let names = self.files.get(NAMES).map(|names| (NAMES.to_owned(), names.clone()));
        let mut next = Self { files: imported.files.into_iter().chain(names).collect() };
        let output =
            generate(next.sources()).unwrap_or_else(|failure| panic!("{}", failure.render()));
        next.files.insert(NAMES.to_owned(), output.names);
        next
    }
}

#[test]
#[ignore = "needs ../shared"]
fn updates_from_acacia_to_endive_are_reported() {
    let mut documents = Vec::new();
    for version in VERSIONS {
        let path = shared_file(&format!("api/stripe-{version}.openapi.json"));
        documents.push(Source { path: path.display().to_string(), text: read(&path) });
    }
    let mut folder = Folder::default().take(documents[0].clone());
    let mut text = String::new();
    for document in &documents[1..] {
        let next = folder.take(document.clone());
        let diff = diff(folder.sources(), next.sources())
            .unwrap_or_else(|failure| panic!("{}", failure.render()));
        let count =
            |level: Level| diff.changes.iter().filter(|change| change.level == level).count();
        let (old, new) = &diff.versions;
        let _ = writeln!(
            text,
            "{old} → {new}: {}, {} breaking, {} added, {} other",
            diff.verdict().as_str(),
            count(Level::Major),
            count(Level::Minor),
            count(Level::Patch)
        );
        for change in diff.changes.iter().filter(|change| change.level == Level::Major) {
            let _ = writeln!(
                text,
                "  {} {} {}: {}",
                change.kind.as_str(),
                change.item,
                change.path,
                change.detail
            );
        }
        // A removed field still decodes, and a type with a locked name keeps it.
        let gone = diff
            .changes
            .iter()
            .filter(|change| change.item == "field" && change.kind.as_str() == "removed");
        assert_eq!(gone.map(|change| &change.path).collect::<Vec<_>>(), Vec::<&String>::new());
        folder = next;
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("steps", text);
    });
    folder.files.remove(NAMES);
    let at_once =
        import(Vec::new(), documents).unwrap_or_else(|failure| panic!("{}", failure.render()));
    assert!(
        folder.files == at_once.files,
        "step by step gives another description than all at once"
    );
}
