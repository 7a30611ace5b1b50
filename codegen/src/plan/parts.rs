//! Which crate a module is in: cargo compiles crates side by side, and begins first with those that many others wait for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Module, ModulePath, Plan, Type};
use crate::diagnostic::Diagnostics;
use crate::document::{Node, Value};
use crate::model::Api;
use crate::paths;
use crate::spec::Spec;

/// The part that all others stand on. What is in no other part is in this one.
pub const CORE: &str = "core";

/// The modules that name all others, and that none of them names: they stay in the crate that is the whole.
const WHOLE: [&str; 2] = ["any_object", "events"];

/// The parts that a description asks for by `x-rustCrates`, by the first steps of the paths of their modules.
#[derive(Debug, Default)]
pub struct Wanted(BTreeMap<ModulePath, String>);

impl Wanted {
    pub fn read(spec: &Spec, api: &Api, problems: &mut Diagnostics) -> Self {
        let mut wanted = Self::default();
        for (part, (at, namespaces)) in &spec.crates {
            let is_name = part.starts_with(|first: char| first.is_ascii_lowercase())
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                && ![CORE, "src", "target"].contains(&part.as_str())
                && paths::check(&[part]).is_ok();
            if !is_name {
                let help = format!(
                    "use lowercase letters and digits; `{CORE}` is what is in no other crate"
                );
                problems.report(
                    "crate",
                    *at,
                    format!("`{part}` cannot be the name of a crate"),
                    help,
                );
            }
            if !matches!(namespaces.value, Value::Array(_)) {
                problems.report(
                    "crate",
                    namespaces.at,
                    "expected a list of namespaces",
                    "write it as `[tax]`",
                );
            }
            for namespace in namespaces.items() {
                wanted.add(part, namespace, api, problems);
            }
        }
        wanted
    }

    fn add(&mut self, part: &str, namespace: &Node, api: &Api, problems: &mut Diagnostics) {
        let path: ModulePath =
            namespace.as_str().unwrap_or_default().split('.').map(str::to_owned).collect();
        if !api.resources.iter().any(|resource| resource.path.0.starts_with(&path)) {
            let help = "name a namespace such as `tax`, or a resource such as `tax.settings`";
            problems.report(
                "crate",
                namespace.at,
                "there is no resource of that name, or in a namespace of it",
                help,
            );
        }
        if let Some(other) = self.0.insert(path, part.to_owned()) {
            let help = "take it out of one of them";
            problems.report("crate", namespace.at, format!("it is in `{other}` already"), help);
        }
    }

    /// The part that each module is in; nothing for those of the whole, and no parts where none are wanted.
    ///
    /// Parts stand on the core and not on each other, so whatever another part names as well is in the core.
    pub fn divide(&self, modules: &BTreeMap<ModulePath, Module>) -> BTreeMap<ModulePath, String> {
        if self.0.is_empty() {
            return BTreeMap::new();
        }
        let parted = modules.keys().filter(|path| !WHOLE.contains(&path[0].as_str()));
        let mut parts: BTreeMap<ModulePath, &str> =
            parted.map(|path| (path.clone(), self.part(path))).collect();
        let named: Vec<_> = modules.iter().map(|(of, module)| (of, named(module))).collect();
        loop {
            let is_named = |path: &ModulePath, of: &ModulePath| {
                let (Some(part), Some(own)) = (parts.get(path), parts.get(of)) else {
                    return false;
                };
                *part != CORE && part != own
            };
            let pairs =
                named.iter().flat_map(|(of, paths)| paths.iter().map(move |path| (*of, *path)));
            let moved: BTreeSet<ModulePath> = pairs
                .filter(|(of, path)| is_named(path, of))
                .map(|(_, path)| path.clone())
                .collect();
            if moved.is_empty() {
                return parts.into_iter().map(|(path, part)| (path, part.to_owned())).collect();
            }
            parts.extend(moved.into_iter().map(|path| (path, CORE)));
        }
    }

    fn part(&self, path: &ModulePath) -> &str {
        let most = (1..=path.len()).rev().find_map(|length| self.0.get(&path[..length]));
        most.map_or(CORE, String::as_str)
    }
}

/// The modules whose types a module names.
fn named(module: &Module) -> BTreeSet<&ModulePath> {
    let mut found: BTreeSet<&ModulePath> =
        module.imports.iter().map(|import| &import.module).collect();
    module.walk_types(&mut |ty| {
        if let Type::Named { module, .. } = ty {
            found.insert(module);
        }
    });
    found
}

/// A crate to be printed.
#[derive(Debug)]
pub struct Crate<'p> {
    /// What it is a part of the whole; nothing for the whole itself.
    pub part: Option<&'p str>,
    /// The modules that it has itself.
    pub modules: BTreeMap<&'p [String], &'p Module>,
    /// The parts that it stands on.
    pub below: Vec<&'p str>,
    /// Those of them in which there is something at a path that is not hidden by what is here.
    pub inherited: BTreeMap<&'p [String], Vec<&'p str>>,
    /// The paths that only hold modules, the root among them.
    pub namespaces: BTreeSet<&'p [String]>,
}

impl Plan {
    /// The crates that the plan is printed as, the whole first.
    pub fn crates(&self) -> Vec<Crate<'_>> {
        let parts = self.part_names();
        let whole = self.new_crate(None, parts.iter().copied().collect());
        let below = |part: &str| if part == CORE { Vec::new() } else { vec![CORE] };
        [whole]
            .into_iter()
            .chain(parts.iter().map(|part| self.new_crate(Some(part), below(part))))
            .collect()
    }

    /// The parts that there are: none, or several with the core among them.
    pub fn part_names(&self) -> BTreeSet<&str> {
        let mut parts: BTreeSet<&str> = self.parts.values().map(String::as_str).collect();
        if !parts.is_empty() {
            parts.insert(CORE);
        }
        parts
    }

    fn new_crate<'p>(&'p self, part: Option<&'p str>, below: Vec<&'p str>) -> Crate<'p> {
        let part_of = |path: &ModulePath| self.parts.get(path).map(String::as_str);
        let own = self.modules.iter().filter(|(path, _)| part_of(path) == part);
        let modules: BTreeMap<&[String], &Module> =
            own.map(|(path, module)| (path.as_slice(), module)).collect();
        let mut inherited: BTreeMap<&[String], Vec<&str>> = BTreeMap::new();
        for other in &below {
            for path in self.modules.keys().filter(|path| part_of(path) == Some(other)) {
                for length in 0..=path.len() {
                    let parts = inherited.entry(&path[..length]).or_default();
                    if !parts.contains(other) {
                        parts.push(other);
                    }
                }
            }
        }
        let above_own =
            modules.keys().flat_map(|path| (1..path.len()).map(|length| &path[..length]));
        // What is in one part alone comes with all of that part; two have to be brought together.
        let in_several =
            inherited.iter().filter(|(_, parts)| parts.len() > 1).map(|(path, _)| *path);
        let mut namespaces: BTreeSet<&[String]> =
            above_own.chain(in_several).chain([&[][..]]).collect();
        namespaces.retain(|path| !modules.contains_key(path));
        // What has a namespace here hides the one of the same path below.
        for (path, parts) in &mut inherited {
            let is_seen = |module: &ModulePath| {
                let Some(child) = module.get(..=path.len()) else { return true };
                module == child || !(namespaces.contains(child) || modules.contains_key(child))
            };
            let gives = |part: &&str| {
                let own = self.modules.keys().filter(|path| part_of(path) == Some(part));
                own.filter(|module| module.starts_with(path)).any(is_seen)
            };
            parts.retain(gives);
        }
        Crate { part, modules, below, inherited, namespaces }
    }
}
