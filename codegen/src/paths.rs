//! Paths of files, made from names of the spec: the only place where a name becomes a part of a
//! path.

use heck::ToSnakeCase;

use crate::plan::field_name;

/// The longest name, in bytes. File systems allow 255, and some of it is needed for the ending.
const LONGEST_NAME: usize = 200;

/// The longest path below its folder, in bytes. macOS allows 1,024 for all of a path.
const LONGEST_PATH: usize = 800;

/// Names of modules that cargo or rustc read as something else: `foo/mod.rs` is the module `foo`.
const MODULE_FILES: [&str; 1] = ["mod"];

/// Names that cargo reads as targets of the crate if they are at the top of `src/`.
const TARGET_FILES: [&str; 3] = ["bin", "lib", "main"];

/// Names that Windows keeps for devices, whatever the ending. Ports have a digit after theirs.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];
const PORTS: [&str; 2] = ["com", "lpt"];

/// Returns the path of the file of a resource or a module: `issuing` and `card` below `resources`
/// are `resources/issuing/card.yaml`.
///
/// The path stays below `folder`, and different names have different paths, also where a file
/// system ignores case.
///
/// # Errors
///
/// The reason, as the end of a sentence that begins with the name, if the names cannot be a path:
/// see [`check`].
pub fn file<S: AsRef<str>>(folder: &str, names: &[S], ending: &str) -> Result<String, String> {
    check(names)?;
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    Ok(format!("{folder}/{}.{ending}", names.join("/")))
}

/// Returns the path of the file of a module, where rustc looks for it: the file of `self_` is
/// `self_.rs`, that of `r#type` is `type.rs`.
///
/// # Errors
///
/// As [`file()`].
pub fn module(folder: &str, names: &[String]) -> Result<String, String> {
    check(names)?;
    let steps: Vec<String> =
        names.iter().map(|name| field_name(name).trim_start_matches("r#").to_owned()).collect();
    Ok(format!("{folder}/{}.rs", steps.join("/")))
}

/// Checks that the names, from the outermost namespace inwards, can be the path of a file.
///
/// Each is in snake case and ASCII, as [`file()`] promises different paths for different names. A
/// name is never changed to make it fit: two names could become one that way.
///
/// # Errors
///
/// The reason, as the end of a sentence that begins with the name.
pub fn check<S: AsRef<str>>(names: &[S]) -> Result<(), String> {
    if names.is_empty() {
        return Err("has no letter or digit in it".to_owned());
    }
    for (depth, name) in names.iter().enumerate() {
        check_one(name.as_ref(), depth == 0)?;
    }
    let length: usize = names.iter().map(|name| name.as_ref().len() + 1).sum();
    if length > LONGEST_PATH {
        return Err(format!("is {length} bytes long, and a path can have {LONGEST_PATH}"));
    }
    Ok(())
}

fn check_one(name: &str, is_first: bool) -> Result<(), String> {
    if name.is_empty() {
        return Err("has an empty name in it".to_owned());
    }
    if let Some(other) = name.chars().find(|one| !one.is_ascii_alphanumeric() && *one != '_') {
        return Err(format!("has {other:?} in it, which cannot be part of a file name here"));
    }
    if name.to_snake_case() != name {
        return Err(format!("has `{name}` in it, which is not in snake case"));
    }
    if name.len() > LONGEST_NAME {
        return Err(format!(
            "has a name of {} bytes in it, and a file name can have {LONGEST_NAME}",
            name.len()
        ));
    }
    if MODULE_FILES.contains(&name) || (is_first && TARGET_FILES.contains(&name)) {
        return Err(format!(
            "would be the file `{name}.rs`, which cargo and rustc read as something else"
        ));
    }
    if is_device(name) {
        return Err(format!("would be the file `{name}`, which is a device on Windows"));
    }
    Ok(())
}

/// Whether Windows opens a device under this name.
pub fn is_device(name: &str) -> bool {
    let is_port = |port: &&str| {
        name.strip_prefix(*port)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    DEVICES.contains(&name) || PORTS.iter().any(is_port)
}

/// What to do about a name that cannot be a path.
pub const HELP: &str = "name it with ASCII letters, digits and `_`, as in `issuing.card`, by its key or by `x-stripeResource`";

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::{Component, Path};

    use super::*;

    /// Pieces that names are made of: those that mean something in a path, to a file system, or to
    /// cargo, and harmless ones.
    const PIECES: [&str; 42] = [
        "", ".", "..", "/", "\\", "//", "~", ":", "c:", "\0", "\n", "\r", "\u{202e}", " ", "-",
        "_", "__", "a", "b", "A", "1", "card", "Card", "mod", "lib", "main", "bin", "con", "aux",
        "com1", "lpt9", "self", "super", "crate", "gen", "é", "e\u{301}", "²", "İ", "ß", "🦀", "*",
    ];

    /// Numbers that look random and are the same each time.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % limit as u64) as usize
        }

        fn name(&mut self) -> String {
            (0..self.below(4)).map(|_| PIECES[self.below(PIECES.len())]).collect()
        }
    }

    #[test]
    fn every_path_stays_below_its_folder_and_belongs_to_one_list_of_names() {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        let mut owners: HashMap<String, Vec<String>> = HashMap::new();
        let mut refused = 0;
        for _ in 0..200_000 {
            let names: Vec<String> = (0..numbers.below(4)).map(|_| numbers.name()).collect();
            let Ok(path) = file("resources", &names, "yaml") else {
                refused += 1;
                continue;
            };
            let steps: Vec<Component<'_>> = Path::new(&path).components().collect();
            assert!(
                steps.iter().all(|step| matches!(step, Component::Normal(_))),
                "{names:?} became {path:?}"
            );
            assert_eq!(steps.len(), names.len() + 1, "{names:?} became {path:?}");
            assert!(
                path.starts_with("resources/") && !path.contains(['\\', ':', '\0']),
                "{names:?} became {path:?}"
            );
            let module = module("src", &names).expect("they can be a path");
            let ident = Path::new(&module)
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("it has a name");
            let is_keyword = syn::parse_str::<syn::Ident>(&format!("r#{ident}")).is_ok();
            assert!(is_keyword, "the file {module:?} is not that of a module");
            // What a file system that ignores case takes for the same is the same.
            let owner = owners.entry(path.to_lowercase()).or_insert_with(|| names.clone());
            assert_eq!(*owner, names, "both became {path:?}");
        }
        assert!(
            owners.len() > 500 && refused > 50_000,
            "{} accepted, {refused} refused",
            owners.len()
        );
    }

    #[test]
    fn names_that_cannot_be_files_are_refused() {
        let long = "a".repeat(LONGEST_NAME + 1);
        let deep = vec!["abcdefgh"; 100];
        let cases: &[&[&str]] = &[
            &[],
            &[""],
            &["", "x", "victim"],
            &["..", "pwn"],
            &["."],
            &["/etc"],
            &["a/b"],
            &["a\\b"],
            &["a", ""],
            &["a.b"],
            &["A"],
            &["a__b"],
            &["_a"],
            &["a_"],
            &["é"],
            &["²"],
            &["a\0"],
            &["lib"],
            &["main", "x"],
            &["bin"],
            &["a", "mod"],
            &["con"],
            &["a", "lpt1"],
            &[&long],
            &deep,
        ];
        for names in cases {
            assert!(file("src", names, "rs").is_err(), "{names:?} was accepted");
        }
        let good: &[&[&str]] = &[
            &["card"],
            &["issuing", "card"],
            &["a", "lib"],
            &["self"],
            &["3d"],
            &["com"],
            &["com10"],
            &["v2"],
        ];
        for names in good {
            assert_eq!(file("src", names, "rs"), Ok(format!("src/{}.rs", names.join("/"))));
        }
    }
}
