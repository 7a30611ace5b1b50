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

pub mod diagnostic;
pub mod document;
pub mod import;
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
    /// The model that they were made from, for those who count.
    pub api: model::Api,
}

/// Generates a crate from the files of a description.
///
/// # Errors
///
/// When anything is wrong with the description. All problems are told at once.
pub fn generate(sources: Vec<Source>) -> Result<Output, Failure> {
    let api = read(sources)?;
    let plan = plan::plan(&api);
    Ok(Output { files: render::render(&plan), api })
}

/// Reads the files of a description, for those who want the model and no crate.
///
/// # Errors
///
/// When anything is wrong with the description. All problems are told at once.
pub fn read(sources: Vec<Source>) -> Result<model::Api, Failure> {
    let mut problems = Diagnostics::default();
    let spec = spec::load(&sources, &mut problems);
    let api = model::build(&spec, &mut problems);
    if !problems.is_empty() {
        return Err(Failure { sources, diagnostics: problems.into_sorted() });
    }
    Ok(api)
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
