//! Generates a Rust crate from the spec of the Stripe API.
//!
//! Four steps, each of which only depends on the previous ones:
//!
//! 1. [`spec`] loads the spec, keeps the location of every node, and merges the files into one
//!    document.
//! 2. [`model`] is the API independent of Rust: resources, types, operations, events.
//! 3. [`plan`] makes all decisions about Rust: modules, names, boxing, shared types, docs.
//! 4. [`render`] prints the plan.
//!
//! The library is pure: it does not access the network, the clock, processes or files, and the same
//! input gives the same output.

#![forbid(unsafe_code)]

pub mod bundle;
pub mod diagnostic;
pub mod dialect;
pub mod diff;
pub mod document;
pub mod import;
pub mod lint;
pub mod model;
pub mod paths;
pub mod plan;
pub mod render;
pub mod spec;
pub mod words;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::diagnostic::{Diagnostics, Failure, Source};

/// The output of the generator.
#[derive(Debug)]
pub struct Output {
    /// The source files of all crates, by their paths in the folder.
    pub files: BTreeMap<String, String>,
    /// The reference in Markdown, by its paths in the folder.
    pub reference: BTreeMap<String, String>,
    /// The crates that the main crate re-exports, by their folders.
    pub parts: Vec<String>,
    /// The locked names, as a file of the spec.
    pub names: String,
    /// Types that were shared in the previous run and are now split, as messages.
    pub splits: Vec<String>,
    /// Notes on content of the documents that the crate omits, one for each kind.
    pub notes: Vec<String>,
    /// The model that the crate was generated from, for statistics.
    pub api: model::Api,
}

/// The file name of [`Output::names`] in the folder of a spec.
pub const NAMES: &str = "names.yaml";

/// Generates a crate from the files of a spec.
///
/// # Errors
///
/// Returns all problems when the spec has errors.
pub fn generate(sources: Vec<Source>) -> Result<Output, Failure> {
    let (plan, Loaded { api, notes, .. }) = planned(sources)?;
    let parts = plan.part_names().into_iter().map(str::to_owned).collect();
    Ok(Output {
        files: render::render(&plan),
        reference: render::reference(&plan),
        parts,
        names: names_file(&plan.names),
        splits: plan.splits,
        notes,
        api,
    })
}

impl Output {
    /// Returns all files of the crate's folder: for the workspace, or for a separate crate with the
    /// runtime at this path.
    pub fn folder(&self, runtime: Option<&str>) -> BTreeMap<String, String> {
        let mut files = self.files.clone();
        files.extend(self.reference.clone());
        let parts = self.parts.iter().map(|part| Some(part.as_str()));
        for part in [None].into_iter().chain(parts) {
            let folder = part.map_or_else(String::new, |part| format!("{part}/"));
            files.insert(
                format!("{folder}Cargo.toml"),
                render::manifest(part, &self.parts, runtime),
            );
            if runtime.is_none() {
                let package = render::package_files(part);
                files.extend(package.map(|(name, text)| (format!("{folder}{name}"), text)));
            }
        }
        files
    }
}

fn names_file(names: &BTreeMap<String, String>) -> String {
    let note = "# Written by `cargo xtask codegen`: the locked Rust names, which never change.\n";
    let document = BTreeMap::from([("x-rustNames", names)]);
    // A map of strings always serializes.
    format!("{note}{}", serde_yaml::to_string(&document).unwrap_or_default())
}

/// Reads the files of a spec and plans the crate without rendering it.
///
/// # Errors
///
/// Returns all problems when the spec has errors.
pub fn plan_crate(sources: Vec<Source>) -> Result<(plan::Plan, model::Api), Failure> {
    planned(sources).map(|(plan, loaded)| (plan, loaded.api))
}

/// Plans the crate of a spec with all names locked.
fn planned(sources: Vec<Source>) -> Result<(plan::Plan, Loaded), Failure> {
    let mut loaded = load(sources)?;
    let before: Vec<(String, String)> =
        loaded.lock.0.iter().map(|(owner, given)| (owner.clone(), given.to_string())).collect();
    let mut plan = plan::plan(&mut loaded.api, std::mem::take(&mut loaded.lock), &loaded.wanted);
    if before.into_iter().ne(plan.names.clone()) {
        // Locked names affect which schemas share a type. With all names locked, the next run gives
        // the same crate.
        let splits = std::mem::take(&mut plan.splits);
        let lock = plan::Lock::of(&plan.names);
        // Planning widens types of the model, so the model is built again. The spec is valid, so
        // there are no problems.
        loaded.api = model::build(&loaded.spec, &mut Diagnostics::default());
        plan = plan::plan(&mut loaded.api, lock, &loaded.wanted);
        plan.splits = splits;
    }
    plan::examples::add(&mut plan, &loaded.api, &loaded.examples);
    Ok((plan, loaded))
}

/// Reads the files of a spec and builds its model.
///
/// # Errors
///
/// Returns all problems when the spec has errors.
pub fn read(sources: Vec<Source>) -> Result<model::Api, Failure> {
    load(sources).map(|loaded| loaded.api)
}

/// A spec without errors.
struct Loaded {
    spec: spec::Spec,
    api: model::Api,
    lock: plan::Lock,
    wanted: plan::CrateLayout,
    examples: plan::Examples,
    notes: Vec<String>,
}

fn load(sources: Vec<Source>) -> Result<Loaded, Failure> {
    let mut problems = Diagnostics::default();
    let mut spec = spec::load(&sources, &mut problems);
    words::apply(&mut spec, &mut problems);
    let api = model::build(&spec, &mut problems);
    let lock = plan::Lock::read(&spec, &mut problems);
    let wanted = plan::CrateLayout::read(&spec, &api, &mut problems);
    let examples = plan::Examples::read(&spec, &api, &mut problems);
    if problems.has_errors() {
        return Err(Failure { sources, diagnostics: problems.into_sorted() });
    }
    let failure = Failure { sources, diagnostics: problems.into_sorted() };
    Ok(Loaded { spec, api, lock, wanted, examples, notes: failure.notes() })
}

/// Calls a function for each index, on all processors. The results are in the order of the indices.
pub(crate) fn parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(count));
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(count.max(1));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let result = work(index);
                    results
                        .lock()
                        .unwrap_or_else(|poisoned| poisoned.into_inner())
                        .push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
