//! Reading descriptions, and bringing a folder to what it should be.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pinstripe_codegen::diagnostic::Source;

/// Reads a description: one document, or all documents below a folder, in the order of their paths.
///
/// # Errors
///
/// When something cannot be read, or there is nothing to read.
pub fn read_sources(path: &Path) -> Result<Vec<Source>, String> {
    let mut paths = Vec::new();
    if path.is_dir() {
        collect(path, &["yaml", "yml", "json"], &mut paths)?;
        if paths.is_empty() {
            return Err(format!(
                "error: there is no description in {}\nhelp: expected files that end in .yaml or .json",
                path.display()
            ));
        }
    } else {
        paths.push(path.to_owned());
    }
    paths.sort();
    paths.iter().map(|path| read_source(path)).collect()
}

pub fn read_source(path: &Path) -> Result<Source, String> {
    let text = fs::read_to_string(path).map_err(|error| {
        let help = match error.kind() {
            ErrorKind::NotFound => "check the path",
            ErrorKind::InvalidData => "the file must be text in UTF-8",
            _ => "the file must be readable",
        };
        format!("error: cannot read {}: {error}\nhelp: {help}", path.display())
    })?;
    let shown = path.strip_prefix(crate::root()).unwrap_or(path);
    Ok(Source { path: shown.display().to_string(), text })
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error| format!("error: cannot list {}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, endings, found)?;
        } else if path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending)) {
            found.push(path);
        }
    }
    Ok(())
}

/// What has to happen to a folder so that it holds exactly these files.
#[derive(Debug, Default)]
pub struct Changes {
    write: Vec<(PathBuf, String)>,
    delete: Vec<PathBuf>,
}

impl Changes {
    /// Compares a folder with what it should hold. Files with one of the endings that are not among `files` are stale.
    pub fn of(folder: &Path, files: &BTreeMap<String, String>, endings: &[&str]) -> Result<Self, String> {
        let mut changes = Self::default();
        for (path, text) in files {
            let path = folder.join(path);
            if fs::read_to_string(&path).ok().as_ref() != Some(text) {
                changes.write.push((path, text.clone()));
            }
        }
        let mut existing = Vec::new();
        if folder.is_dir() {
            collect(folder, endings, &mut existing)?;
        }
        existing.sort();
        let is_known = |path: &PathBuf| {
            let name = path.strip_prefix(folder).ok().and_then(Path::to_str).map(|name| name.replace('\\', "/"));
            name.is_some_and(|name| files.contains_key(&name))
        };
        changes.delete = existing.into_iter().filter(|path| !is_known(path)).collect();
        Ok(changes)
    }

    /// Adds what has to happen to another folder.
    pub fn extend(&mut self, other: Self) {
        self.write.extend(other.write);
        self.delete.extend(other.delete);
    }

    pub fn is_empty(&self) -> bool {
        self.write.is_empty() && self.delete.is_empty()
    }

    /// Carries the changes out, and says what was done.
    pub fn apply(self) -> Result<String, String> {
        let counts = format!("{} files written, {} deleted", self.write.len(), self.delete.len());
        for (path, text) in self.write {
            let failed = |error| format!("error: cannot write {}: {error}", path.display());
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            fs::write(&path, text).map_err(failed)?;
        }
        for path in self.delete {
            fs::remove_file(&path).map_err(|error| format!("error: cannot delete {}: {error}", path.display()))?;
            // Folders that are empty now go as well; the first that is not stays, and that is no mistake.
            let _ = path.ancestors().skip(1).try_for_each(fs::remove_dir);
        }
        Ok(counts)
    }

    /// The first difference, for a person to read.
    pub fn first_difference(&self) -> String {
        if let Some((path, text)) = self.write.first() {
            let Ok(old) = fs::read_to_string(path) else {
                return format!("{} is missing", shown(path));
            };
            let number = old.lines().zip(text.lines()).take_while(|(old, new)| old == new).count();
            let line = |text: &str| text.lines().nth(number).unwrap_or("(the end of the file)").to_owned();
            return format!("{}:{}\n  is         {}\n  should be  {}", shown(path), number + 1, line(&old), line(text));
        }
        match self.delete.first() {
            Some(path) => format!("{} is no longer generated", shown(path)),
            None => "nothing differs".to_owned(),
        }
    }

    /// How many files differ.
    pub fn count(&self) -> usize {
        self.write.len() + self.delete.len()
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(crate::root()).unwrap_or(path).display().to_string()
}
