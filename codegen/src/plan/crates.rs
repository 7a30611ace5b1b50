//! Assigns modules to crates. Cargo compiles crates in parallel, so several small ones build
//! faster.

use std::collections::{BTreeMap, BTreeSet};

use super::{EventKind, Item, Module, ModulePath, Plan, Type};
use crate::diagnostic::Diagnostics;
use crate::document::{Node, Value};
use crate::model::Api;
use crate::paths;
use crate::spec::Spec;

/// The crate that all others depend on. It has the modules that no other crate claims.
pub const CORE: &str = "core";

/// The names that a part cannot have: those of its folder and of its feature are taken.
const RESERVED: [&str; 9] =
    [CORE, "src", "target", "reference", "default", "full", "chrono", "jiff", "time"];

/// Modules that refer to all others. They stay in the main crate.
const WHOLE: [&str; 2] = ["any_object", "events"];

/// The crates that the spec asks for in `x-rustCrates`, by prefixes of module paths.
#[derive(Debug, Default)]
pub struct CrateLayout(BTreeMap<ModulePath, String>);

impl CrateLayout {
    pub fn read(spec: &Spec, api: &Api, problems: &mut Diagnostics) -> Self {
        let mut wanted = Self::default();
        for (part, (at, namespaces)) in &spec.crates {
            let is_name = part.starts_with(|first: char| first.is_ascii_lowercase())
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                && !RESERVED.contains(&part.as_str())
                && paths::check(&[part]).is_ok();
            if !is_name {
                let help = format!(
                    "use lowercase letters and digits; `{CORE}` has the modules of no other crate"
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
            let help = "remove it from one of them";
            problems.report("crate", namespace.at, format!("it is in `{other}` already"), help);
        }
    }

    /// Returns the crate of each module. Modules of the main crate have no entry.
    ///
    /// Crates depend on the core and not on each other, so a module that two of them use moves to
    /// the core.
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

/// Returns the modules whose types a module refers to.
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

/// The crates above the core that define these types.
fn optional_parts(types: &[&Type], parts: &BTreeMap<ModulePath, String>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for ty in types {
        ty.walk(&mut |ty| {
            if let Type::Named { module, .. } = ty
                && let Some(part) = parts.get(module).filter(|part| *part != CORE)
            {
                found.insert(part.clone());
            }
        });
    }
    found.into_iter().collect()
}

/// A crate to generate.
#[derive(Debug)]
pub struct Crate<'p> {
    /// The name of the crate. `None` for the main crate.
    pub part: Option<&'p str>,
    /// Its own modules.
    pub modules: BTreeMap<&'p [String], &'p Module>,
    /// The generated crates that it depends on.
    pub below: Vec<&'p str>,
    /// The dependencies whose items are re-exported at each path.
    pub inherited: BTreeMap<&'p [String], Vec<&'p str>>,
    /// The modules without items, including the root.
    pub namespaces: BTreeSet<&'p [String]>,
}

impl Plan {
    /// Divides the modules among crates, and ties the items of the whole to the crates that they
    /// need: all but the core are optional.
    pub(super) fn set_parts(&mut self, parts: BTreeMap<ModulePath, String>) {
        let whole = self.modules.iter_mut().filter(|(path, _)| !parts.contains_key(*path));
        for item in whole.flat_map(|(_, module)| &mut module.items) {
            match item {
                Item::Event(event) => {
                    let types: &[&Type] = match &event.kind {
                        EventKind::Snapshot { object } => &[object],
                        EventKind::Thin { data, related } => &[data, related],
                    };
                    event.parts = optional_parts(types, &parts);
                }
                Item::Union(union) => {
                    for arm in &mut union.arms {
                        arm.parts = optional_parts(arm.payload.as_ref().as_slice(), &parts);
                    }
                }
                _ => {}
            }
        }
        self.parts = parts;
    }

    /// Returns the crates of the plan, the main crate first.
    pub fn crates(&self) -> Vec<Crate<'_>> {
        let parts = self.part_names();
        let whole = self.new_crate(None, parts.iter().copied().collect());
        let below = |part: &str| if part == CORE { Vec::new() } else { vec![CORE] };
        [whole]
            .into_iter()
            .chain(parts.iter().map(|part| self.new_crate(Some(part), below(part))))
            .collect()
    }

    /// Returns the names of all crates below the main one. Unless empty, they include the core.
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
        // A path of a single crate is re-exported with its parent. Paths of several crates are
        // merged.
        let in_several =
            inherited.iter().filter(|(_, parts)| parts.len() > 1).map(|(path, _)| *path);
        let mut namespaces: BTreeSet<&[String]> =
            above_own.chain(in_several).chain([&[][..]]).collect();
        namespaces.retain(|path| !modules.contains_key(path));
        // A namespace of this crate hides the one of the same path in a dependency.
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
