//! README and guides: their links lead somewhere, and their code is compiled.

use std::fs;
use std::path::{Path, PathBuf};

use pinstripe_tests::root;

/// The Markdown files of the repository that are written by hand.
fn pages() -> Vec<PathBuf> {
    let folders = ["", "docs", "bench", "fuzz", "mock", "spec", "spec/words"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let mut pages: Vec<PathBuf> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages
}

/// The targets of the links in a Markdown text.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

/// The anchors that the headings of a Markdown text have on GitHub.
fn anchors(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

fn is_dead(page: &Path, target: &str) -> bool {
    if target.starts_with("http") {
        return false;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match file {
        "" => page.to_owned(),
        file => page.parent().unwrap().join(file),
    };
    let has_anchor =
        || fs::read_to_string(&path).is_ok_and(|text| anchors(&text).iter().any(|a| a == anchor));
    !path.exists() || (!anchor.is_empty() && !has_anchor())
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut dead = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in targets(&text) {
            count += 1;
            if is_dead(&page, target) {
                dead.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
    assert!(count > 25, "only {count} links were found");
}

#[test]
fn dead_links_are_found() {
    let page = root().join("README.md");
    assert!(!is_dead(&page, "docs/webhooks.md#router"));
    assert!(is_dead(&page, "docs/webhooks.md#no-such-heading"));
    assert!(is_dead(&page, "docs/no-such-page.md"));
    assert!(is_dead(&page, "#no-such-heading"));
}

#[test]
fn every_guide_is_compiled() {
    let list = fs::read_to_string(root().join("tests/src/lib.rs")).unwrap();
    for page in fs::read_dir(root().join("docs")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        assert!(list.contains(&format!("docs/{name}\"")), "docs/{name} is not in tests/src/lib.rs");
    }
}

#[test]
fn readme_links_every_guide() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.lines().count() <= 150, "README.md is longer than 150 lines");
    for page in fs::read_dir(root().join("docs")).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("](docs/{name})")), "README.md does not link docs/{name}");
    }
}
