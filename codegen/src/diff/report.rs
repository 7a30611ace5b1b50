//! Reports of changes as Markdown and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Change, Diff, Level};

impl Diff {
    /// Renders Markdown with a section for each resource.
    pub fn to_markdown(&self) -> String {
        let (old, new) = &self.versions;
        let count =
            |level: Level| self.changes.iter().filter(|change| change.level == level).count();
        let (major, minor, patch) = (count(Level::Major), count(Level::Minor), count(Level::Patch));
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = writeln!(text, "# {old} → {new}: {}\n", self.verdict().as_str());
        if self.changes.is_empty() {
            text.push_str("Nothing changed.\n");
            return text;
        }
        let _ = writeln!(text, "{major} breaking, {minor} added, {patch} other.");
        for changes in self.changes.chunk_by(|left, right| left.resource == right.resource) {
            let _ = writeln!(text, "\n## {}\n", changes[0].resource);
            for change in changes {
                let _ = writeln!(text, "- {}", change.to_line());
            }
        }
        text
    }

    /// Renders a changelog entry: all breaking changes, and the most relevant of the others.
    pub fn to_changelog(&self) -> String {
        let (_, new) = &self.versions;
        let mut text = format!("## Stripe API {new} ({})\n", self.verdict().as_str());
        let breaking: Vec<&Change> =
            self.changes.iter().filter(|change| change.level == Level::Major).collect();
        if !breaking.is_empty() {
            text.push_str("\n### Breaking\n\n");
        }
        for change in breaking {
            let _ = writeln!(text, "- {}", change.to_line().trim_start_matches("**breaking:** "));
        }
        let added: Vec<&Change> =
            self.changes.iter().filter(|change| change.level == Level::Minor).collect();
        if !added.is_empty() {
            text.push_str("\n### Added\n\n");
        }
        for item in ["operation", "event"] {
            for change in added.iter().filter(|change| change.item == item) {
                let wire = if change.wire.is_empty() {
                    String::new()
                } else {
                    format!(" (`{}`)", change.wire)
                };
                let _ = writeln!(text, "- {item} `{}`{wire}", change.path);
            }
        }
        let mut rest: BTreeMap<&str, usize> = BTreeMap::new();
        for change in added.iter().filter(|change| !["operation", "event"].contains(&change.item)) {
            *rest.entry(change.item).or_default() += 1;
        }
        let rest: Vec<String> = rest
            .into_iter()
            .map(|(item, count)| format!("{count} {item}{}", if count == 1 { "" } else { "s" }))
            .collect();
        if !rest.is_empty() {
            let _ = writeln!(text, "- {}", rest.join(", "));
        }
        text
    }

    /// Renders JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "old": self.versions.0,
            "new": self.versions.1,
            "verdict": self.verdict().as_str(),
            "changes": self.changes.iter().map(Change::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Change {
    fn to_line(&self) -> String {
        let breaking = if self.level == Level::Major { "**breaking:** " } else { "" };
        let Self { kind, item, path, wire, detail, .. } = self;
        let is_said = wire.is_empty()
            || path.rsplit("::").next().map(|name| name.trim_end_matches("()")) == Some(wire);
        let wire = if is_said { String::new() } else { format!(" (`{wire}`)") };
        let detail = match detail.as_str() {
            "" => String::new(),
            // Signatures are formatted as code.
            detail if !detail.contains('`') && self.kind == super::ChangeKind::Added => {
                format!(": `{detail}`")
            }
            detail => format!(": {detail}"),
        };
        format!("{breaking}{} {item} `{path}`{wire}{detail}", kind.as_str())
    }

    fn to_json(&self) -> Value {
        json!({
            "resource": self.resource,
            "level": self.level.as_str(),
            "kind": self.kind.as_str(),
            "item": self.item,
            "path": self.path,
            "wire": self.wire,
            "detail": self.detail,
        })
    }
}
