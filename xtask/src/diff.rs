//! `cargo xtask diff`

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pinstripe_codegen::diagnostic::Source;
use pinstripe_codegen::diff::diff;

use crate::files::{ENDINGS, read_sources};
use crate::progress::Progress;

/// Reports the changes between two specs and their effect on programs.
pub fn run(old: &str, new: Option<&str>, json: bool) -> Result<String, String> {
    let old = sources(old)?;
    let new = match new {
        Some(new) => sources(new)?,
        None => read_sources(&crate::root().join("spec"))?,
    };
    let _progress = Progress::new("comparing the two crates".to_owned());
    let diff = diff(old, new).map_err(|failure| failure.render())?;
    if json {
        return Ok(format!("{:#}", diff.to_json()));
    }
    Ok(diff.to_markdown())
}

/// Reads a spec from a folder, a document, or a revision of this repository.
fn sources(name: &str) -> Result<Vec<Source>, String> {
    if Path::new(name).exists() { read_sources(Path::new(name)) } else { at_revision(name) }
}

/// Reads `spec/` at a revision.
fn at_revision(revision: &str) -> Result<Vec<Source>, String> {
    let failed = |error: String| {
        format!(
            "error: `{revision}` is not a file, folder or git revision: {}\nhelp: check the name",
            error.trim()
        )
    };
    // A name that looks like an option is rejected.
    let tree = format!("{revision}^{{tree}}");
    let listed = git(&["ls-tree", "-r", "--full-tree", "--end-of-options", &tree, "spec/"], "")
        .map_err(failed)?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let is_part =
        |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    let entries: Vec<(&str, &str)> = listed
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(|(_, path)| is_part(path))
        .collect();
    let objects: String = entries
        .iter()
        .filter_map(|(about, _)| Some(format!("{}\n", about.split(' ').nth(2)?)))
        .collect();
    let mut contents = &git(&["cat-file", "--batch"], &objects).map_err(failed)?[..];
    let mut sources = Vec::new();
    for (_, path) in entries {
        // Each entry is a line that ends with the size, then the bytes and a newline.
        let header = contents.iter().position(|byte| *byte == b'\n').unwrap_or(contents.len());
        let size = String::from_utf8_lossy(&contents[..header])
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse::<usize>().ok());
        let Some(text) = size.and_then(|size| contents.get(header + 1..header + 1 + size)) else {
            return Err(failed("cannot parse the output of git".to_owned()));
        };
        contents = &contents[(header + 2 + text.len()).min(contents.len())..];
        let text = String::from_utf8_lossy(text).into_owned();
        sources.push(Source { path: format!("{revision}:{path}"), text });
    }
    if sources.is_empty() {
        return Err(format!(
            "error: there is no `spec/` at {revision}\nhelp: use a revision that has one"
        ));
    }
    Ok(sources)
}

/// Returns the output of a git command.
fn git(arguments: &[&str], input: &str) -> Result<Vec<u8>, String> {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(crate::root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut stdin = child.stdin.take();
    let input = input.to_owned();
    // Writes and reads concurrently, so that neither side blocks on a full pipe.
    let writer =
        std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let _ = writer.join();
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revision_can_be_compared() {
        assert!(run("HEAD", Some("HEAD"), false).unwrap().contains("Nothing changed."));
        assert!(run("HEAD", Some("HEAD"), true).unwrap().contains("\"verdict\": \"patch\""));
    }

    #[test]
    fn unknown_spec_is_refused() {
        for name in ["no-such-revision", "--output=x", ""] {
            assert!(
                run(name, None, false).unwrap_err().contains("not a file, folder or git revision"),
                "{name}"
            );
        }
    }
}
