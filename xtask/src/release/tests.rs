use std::path::PathBuf;

use super::*;

/// Copies what a release reads and writes.
fn copy(name: &str) -> PathBuf {
    let copy = crate::root().join("target/xtask-tests").join(name);
    let _ = fs::remove_dir_all(&copy);
    let manifest = read(crate::root(), "Cargo.toml").unwrap();
    let mut files = vec!["Cargo.toml".to_owned(), "Cargo.lock".to_owned()];
    files.extend(published(&manifest).into_values().map(|folder| format!("{folder}/Cargo.toml")));
    for file in files {
        let path = copy.join(&file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(crate::root().join(file), path).unwrap();
    }
    let changelog = "# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n";
    fs::write(copy.join("CHANGELOG.md"), changelog).unwrap();
    copy
}

#[test]
fn release_sets_all_versions_and_dates_the_changelog() {
    let copy = copy("release");
    let report = run("7.8.9", &copy).unwrap();
    let manifest = read(&copy, "Cargo.toml").unwrap();
    let crates = published(&manifest);
    assert!(manifest.contains("\nversion = \"7.8.9\"\n"));
    assert_eq!(manifest.matches("version = \"=7.8.9\"").count(), crates.len());
    assert!(!manifest.contains("\"=0."), "{manifest}");
    // The oldest compiler is a version as well.
    assert!(manifest.contains("\nrust-version = \"1."));
    let lock = read(&copy, "Cargo.lock").unwrap();
    for name in crates.keys().map(String::as_str).chain(["xtask", "pinstripe-tests"]) {
        let package = format!("name = \"{name}\"\nversion = \"7.8.9\"\n");
        assert!(lock.contains(&package), "{name}");
    }
    assert_eq!(lock.matches("\"7.8.9\"").count(), crates.len() + 2);
    let expected = format!(
        "# Changelog\n\n## Unreleased\n\n## 7.8.9 - {}\n\n### Added\n\n- A thing.\n",
        today()
    );
    assert_eq!(read(&copy, "CHANGELOG.md").unwrap(), expected);
    assert!(report.contains("git tag v7.8.9"), "{report}");
    let at = |name: &str| report.find(&format!("-p {name}\n")).unwrap();
    assert!(at("pinstripe-runtime") < at("pinstripe-api-core"));
    assert!(at("pinstripe-api-core") < at("pinstripe-api-tax"));
    assert!(at("pinstripe-api-tax") < at("pinstripe-api"));
    assert!(at("pinstripe-codegen") < at("pinstripe-mock"));
    assert!(at("pinstripe-mock") < at("pinstripe"), "its examples need the mock");

    // The next one has nothing to tell.
    let error = run("7.9.0", &copy).unwrap_err();
    assert!(error.contains("no changes under `## Unreleased`"), "{error}");
}

#[test]
fn bad_version_writes_nothing() {
    let copy = copy("release-bad");
    let before = [read(&copy, "Cargo.toml").unwrap(), read(&copy, "CHANGELOG.md").unwrap()];
    for (version, problem) in [
        ("", "is not a version"),
        ("1", "is not a version"),
        ("1.2", "is not a version"),
        ("v1.2.3", "is not a version"),
        ("1.2.3.4", "is not a version"),
        ("01.2.3", "is not a version"),
        ("1.2.x", "is not a version"),
        ("1.2.3\"\n[profile.dev]", "is not a version"),
        ("1.2.3+build", "build metadata"),
        ("0.0.1", "is lower than"),
        ("0.1.0-rc.1", "is lower than"),
    ] {
        let error = run(version, &copy).unwrap_err();
        assert!(error.contains(problem), "{version}: {error}");
    }
    assert_eq!(before, [read(&copy, "Cargo.toml").unwrap(), read(&copy, "CHANGELOG.md").unwrap()]);
}

#[test]
fn version_of_an_earlier_release_is_refused() {
    let version = Version::new(0, 2, 0);
    let released = "# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.2.0 - 2026-01-02\n\n- Old.\n";
    let error = with_release(released, &version, "2026-02-03").unwrap_err();
    assert!(error.contains("already has a section `0.2.0`"), "{error}");
    assert_eq!(
        with_release(released, &Version::new(0, 2, 1), "2026-02-03").unwrap(),
        "# Changelog\n\n## Unreleased\n\n## 0.2.1 - 2026-02-03\n\n- New.\n\n## 0.2.0 - 2026-01-02\n\n- Old.\n"
    );
}

#[test]
fn section_of_an_api_version_becomes_part_of_the_release() {
    let changelog = "# Changelog\n\n## Stripe API 2027-01-28.fir (minor)\n\n### Added\n\n- 1 field\n\n## Unreleased\n\n### Fixed\n\n- A bug.\n\n## 0.1.0 - 2026-01-02\n\n- Old.\n";
    assert_eq!(
        with_release(changelog, &Version::new(0, 2, 0), "2027-02-03").unwrap(),
        "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2027-02-03\n\n### Fixed\n\n- A bug.\n\n### Stripe API 2027-01-28.fir (minor)\n\n#### Added\n\n- 1 field\n\n## 0.1.0 - 2026-01-02\n\n- Old.\n"
    );
}

#[test]
fn days_become_dates() {
    for (day, expected) in [
        (0, "1970-01-01"),
        (58, "1970-02-28"),
        (59, "1970-03-01"),
        (11_016, "2000-02-29"),
        (20_783, "2026-11-26"),
    ] {
        assert_eq!(date(day), expected);
    }
}

#[test]
fn circle_of_crates_is_reported() {
    let root = crate::root().join("target/xtask-tests/release-circle");
    let crates: BTreeMap<String, String> =
        ["a", "b"].map(|name| (name.to_owned(), name.to_owned())).into();
    for (name, other) in [("a", "b"), ("b", "a")] {
        fs::create_dir_all(root.join(name)).unwrap();
        let manifest = format!("[dependencies]\n{other} = {{ workspace = true }}\n");
        fs::write(root.join(name).join("Cargo.toml"), manifest).unwrap();
    }
    assert!(publish_order(&root, &crates).unwrap_err().contains("circle: a, b"));
}
