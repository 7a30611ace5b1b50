//! `cargo xtask release`: the mechanical part of a release. Nothing is committed or published.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use semver::Version;

use crate::files::{Changes, Transaction};

/// Sets the version of all crates, and names the section of unreleased changes in the changelog
/// after it. Returns the steps that are left to a person.
pub fn run(version: &str, root: &Path) -> Result<String, String> {
    let version = parse(version)?;
    let transaction = Transaction::begin("release", &[root])?;
    let manifest = read(root, "Cargo.toml")?;
    let old = current(&manifest)?;
    if version < old {
        return Err(format!(
            "error: {version} is lower than {old}, the version in Cargo.toml\nhelp: choose a higher version"
        ));
    }
    let mut files = BTreeMap::new();
    let crates = published(&manifest);
    let changelog = with_release(&read(root, "CHANGELOG.md")?, &version, &today())?;
    files.insert("CHANGELOG.md".to_owned(), changelog);
    files.insert("Cargo.toml".to_owned(), with_version(&manifest, &old, &version)?);
    for lock in ["Cargo.lock", "fuzz/Cargo.lock"] {
        if root.join(lock).exists() {
            files.insert(lock.to_owned(), with_locked(&read(root, lock)?, &old, &version));
        }
    }
    let order = publish_order(root, &crates)?;
    let done = transaction.commit(Changes::of(root, &files, None)?)?;
    let publish: String = order.iter().map(|name| format!("  cargo publish -p {name}\n")).collect();
    Ok(format!(
        "version {old} -> {version}: {done}

left to do by hand:
1. `.ci/run` and `.ci/package`
2. git commit -am \"Release {version}\"
3. git tag v{version}, and push the commit and the tag
4. publish, in this order (`cargo publish --workspace` does the same):
{publish}"
    ))
}

/// The heading of the changes that no version has yet.
const UNRELEASED: &str = "## Unreleased";

fn parse(text: &str) -> Result<Version, String> {
    let version = Version::parse(text).map_err(|error| {
        format!("error: `{text}` is not a version: {error}\nhelp: write it as 0.2.0 or 0.2.0-rc.1")
    })?;
    if !version.build.is_empty() {
        return Err(format!(
            "error: `{text}` has build metadata, which registries ignore\nhelp: leave out `+{}`",
            version.build
        ));
    }
    Ok(version)
}

/// The version of the workspace.
fn current(manifest: &str) -> Result<Version, String> {
    let section = manifest.split("[workspace.package]\n").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let line = section.lines().find_map(|line| line.strip_prefix("version = \""));
    let text = line.and_then(|line| line.strip_suffix('"')).ok_or(
        "error: Cargo.toml has no version in [workspace.package]\nhelp: add `version = \"…\"`",
    )?;
    parse(text)
}

/// The crates of the workspace that others depend on, with their folders.
fn published(manifest: &str) -> BTreeMap<String, String> {
    let lines = manifest.lines().filter_map(|line| line.split_once(" = { path = \""));
    lines
        .filter_map(|(name, rest)| Some((name.to_owned(), rest.split_once('"')?.0.to_owned())))
        .collect()
}

/// Replaces the version of the workspace, and the one that its crates need of each other.
fn with_version(manifest: &str, old: &Version, new: &Version) -> Result<String, String> {
    let mut text = String::with_capacity(manifest.len());
    for line in manifest.lines() {
        let is_path = line.contains(" = { path = \"");
        let (from, to) = match is_path {
            true => (format!("version = \"={old}\""), format!("version = \"={new}\"")),
            false => (format!("version = \"{old}\""), format!("version = \"{new}\"")),
        };
        if is_path && !line.contains(&from) {
            return Err(format!(
                "error: Cargo.toml: a crate of the workspace without `{from}`: {line}\nhelp: add it"
            ));
        }
        let is_own = is_path || line == from;
        text += &if is_own { line.replace(&from, &to) } else { line.to_owned() };
        text.push('\n');
    }
    Ok(text)
}

/// Replaces the versions of the crates of the workspace in a lock file. They have no source.
fn with_locked(lock: &str, old: &Version, new: &Version) -> String {
    let (from, to) = (format!("\nversion = \"{old}\"\n"), format!("\nversion = \"{new}\"\n"));
    let packages = lock.split("[[package]]").map(|package| {
        let is_ours = !package.contains("\nsource = ")
            && (package.contains("\nname = \"pinstripe") || package.contains("\nname = \"xtask\""));
        if is_ours { package.replacen(&from, &to, 1) } else { package.to_owned() }
    });
    packages.collect::<Vec<_>>().join("[[package]]")
}

/// Turns all sections above the first release into the section of this version. `cargo xtask
/// update` writes sections of its own, which become parts of it.
fn with_release(changelog: &str, version: &Version, date: &str) -> Result<String, String> {
    let is_of = |line: &str, version: &str| {
        line.strip_prefix("## ").and_then(|title| title.split(' ').next()) == Some(version)
    };
    if changelog.lines().any(|line| is_of(line, &version.to_string())) {
        return Err(format!(
            "error: CHANGELOG.md already has a section `{version}`\nhelp: choose a higher version"
        ));
    }
    let is_heading = |line: &&str| line.starts_with("## ");
    let is_release = |line: &&str| {
        is_heading(line)
            && line[3..].split(' ').next().is_some_and(|title| Version::parse(title).is_ok())
    };
    let lines: Vec<&str> = changelog.lines().collect();
    let first = lines.iter().position(is_heading).unwrap_or(lines.len());
    let end = lines.iter().position(is_release).unwrap_or(lines.len());
    let mut own = Vec::new();
    let mut below = Vec::new();
    let mut is_unreleased = false;
    for line in &lines[first..end] {
        if line.starts_with("## ") {
            is_unreleased = *line == UNRELEASED;
        }
        match (*line == UNRELEASED, is_unreleased, line.starts_with('#')) {
            (true, ..) => {}
            (_, true, _) => own.push((*line).to_owned()),
            // A level lower, so that it is a part of the version.
            (_, false, true) => below.push(format!("#{line}")),
            (_, false, false) => below.push((*line).to_owned()),
        }
    }
    let sections: Vec<String> = [lines[..first].join("\n"), UNRELEASED.to_owned()]
        .into_iter()
        .chain([format!("## {version} - {date}"), own.join("\n"), below.join("\n")])
        .chain([lines[end..].join("\n")])
        .map(|section| section.trim().to_owned())
        .filter(|section| !section.is_empty())
        .collect();
    if own.iter().chain(&below).all(|line| line.trim().is_empty()) {
        return Err(format!(
            "error: CHANGELOG.md has no changes under `{UNRELEASED}`\nhelp: list what users see of this release"
        ));
    }
    Ok(sections.join("\n\n") + "\n")
}

/// The crates in an order in which each comes after those that it depends on.
fn publish_order(root: &Path, crates: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let mut waiting: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, folder) in crates {
        let manifest = read(root, &format!("{folder}/Cargo.toml"))?;
        let names =
            manifest.lines().filter_map(|line| line.split_once(" = {")).map(|(name, _)| name);
        let needs = names.filter(|name| crates.contains_key(*name)).map(str::to_owned).collect();
        waiting.insert(name, needs);
    }
    let mut order: Vec<String> = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |needs: &[String]| needs.iter().all(|name| order.contains(name));
        let next = waiting.iter().find(|(_, needs)| is_ready(needs)).map(|(name, _)| *name);
        let Some(next) = next else {
            let names: Vec<&str> = waiting.into_keys().collect();
            return Err(format!(
                "error: these crates depend on each other in a circle: {}\nhelp: a dev-dependency without a version is not published",
                names.join(", ")
            ));
        };
        waiting.remove(next);
        order.push(next.to_owned());
    }
    Ok(order)
}

fn read(root: &Path, name: &str) -> Result<String, String> {
    let path = root.join(name);
    fs::read_to_string(&path).map_err(|error| {
        format!("error: cannot read {}: {error}\nhelp: nothing was written", path.display())
    })
}

/// The date in UTC, as `2026-11-26`.
fn today() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date(now.as_secs() / 86_400)
}

/// The date of a day since 1970-01-01.
fn date(mut day: u64) -> String {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", day + 1)
}

#[cfg(test)]
mod tests;
