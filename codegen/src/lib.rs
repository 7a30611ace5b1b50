//! Turns a description of the Stripe API into the source text of a Rust crate.
//!
//! Four steps, none of which looks back past the one before it:
//!
//! 1. [`spec`] loads the description, keeps the place of every node and merges its files into one document.
//! 2. [`model`] is the API in its own terms, without a word of Rust: resources, types, operations, events.
//! 3. [`plan`] makes every decision about Rust, once: modules, names, what is boxed, what is shared, what the docs say.
//! 4. [`render`] prints, and decides nothing.
//!
//! This is a pure library: no network, no clock, no process and no file is touched, and the same input gives the same bytes.

pub mod bundle;
pub mod diagnostic;
pub mod diff;
pub mod document;
pub mod import;
pub mod lint;
pub mod model;
pub mod plan;
pub mod render;
pub mod spec;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::diagnostic::{Diagnostics, Failure, Source};

pub use render::manifest;

/// What a run of the generator gives.
#[derive(Debug)]
pub struct Output {
    /// The files of the crate's `src` folder, by their paths in it.
    pub files: BTreeMap<String, String>,
    /// The names that everything has, as a file of the description that keeps them.
    pub names: String,
    /// What was one type the last time and is several now, in words.
    pub splits: Vec<String>,
    /// The model that they were made from, for those who count.
    pub api: model::Api,
}

/// Where [`Output::names`] belongs in a description that is a folder.
pub const NAMES: &str = "names.yaml";

/// Generates a crate from the files of a description.
///
/// # Errors
///
/// When anything is wrong with the description. All problems are told at once.
pub fn generate(sources: Vec<Source>) -> Result<Output, Failure> {
    let (plan, api) = decide(sources)?;
    Ok(Output { files: render::render(&plan), names: names_file(&plan.names), splits: plan.splits, api })
}

fn names_file(names: &BTreeMap<String, String>) -> String {
    let note = "# Written by `cargo xtask codegen`: what everything is called in Rust, so that it is called that for ever.\n";
    let document = BTreeMap::from([("x-rustNames", names)]);
    // A map of strings always has a text.
    format!("{note}{}", serde_yaml::to_string(&document).unwrap_or_default())
}

/// Reads the files of a description and makes every decision about Rust, for those who want no text.
///
/// # Errors
///
/// When anything is wrong with the description. All problems are told at once.
pub fn decide(sources: Vec<Source>) -> Result<(plan::Plan, model::Api), Failure> {
    let (_, mut api, lock) = load(sources)?;
    Ok((plan::plan(&mut api, lock), api))
}

/// Reads the files of a description, for those who want the model and no crate.
///
/// # Errors
///
/// When anything is wrong with the description. All problems are told at once.
pub fn read(sources: Vec<Source>) -> Result<model::Api, Failure> {
    load(sources).map(|(_, api, _)| api)
}

fn load(sources: Vec<Source>) -> Result<(spec::Spec, model::Api, plan::Lock), Failure> {
    let mut problems = Diagnostics::default();
    let spec = spec::load(&sources, &mut problems);
    let api = model::build(&spec, &mut problems);
    let lock = plan::Lock::read(&spec, &mut problems);
    if !problems.is_empty() {
        return Err(Failure { sources, diagnostics: problems.into_sorted() });
    }
    Ok((spec, api, lock))
}

/// Does a piece of work for each index, on all processors. The results are in the order of the indices.
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
                    results.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
