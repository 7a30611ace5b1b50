//! Decoding that passes over missing and mistyped fields, and lists them.
//!
//! The strict walk does not know about this one: it runs only on request, and after the strict walk
//! has failed, to find the other problems of the document.

use std::cell::{Cell, RefCell};

use crate::json::error::{DecodeError, MAX_PROBLEMS, Problem, Segment};
use crate::json::reader;
use crate::json::serde_de::{Trace, syntax_error};
use crate::reflect::erased::AnyMut;

/// Problems as a walk finds them.
type Found = Vec<(Vec<Segment>, Problem)>;

thread_local! {
    /// Whether the walk that is under way on this thread is lenient: a union decodes its text in a
    /// walk of its own, which is to be as lenient as the one around it.
    static IS_ON: Cell<bool> = const { Cell::new(false) };
    /// What such inner walks found and the one around them did not take yet.
    static NESTED: RefCell<Found> = const { RefCell::new(Vec::new()) };
}

/// Decodes a value. Returns the problems that were passed over.
pub(crate) fn decode(slot: AnyMut<'_>, json: &str) -> Result<Vec<DecodeError>, DecodeError> {
    let mut trace = Trace::default();
    read(slot, json, &mut trace).map_err(|error| *error)?;
    Ok(into_errors(trace.problems))
}

/// Returns the problems of a document that does not decode.
pub(crate) fn problems(slot: AnyMut<'_>, json: &str) -> Vec<DecodeError> {
    let mut trace = Trace::default();
    // Its error is one that the strict walk would come to as well, or one too many.
    let _ = read(slot, json, &mut trace);
    into_errors(trace.problems)
}

/// Decodes text inside a document that is decoded leniently.
pub(crate) fn decode_nested(slot: AnyMut<'_>, json: &str, depth: usize) -> Result<(), DecodeError> {
    let mut trace = Trace { depth, ..Trace::default() };
    read(slot, json, &mut trace).map_err(|error| *error)?;
    NESTED.with_borrow_mut(|nested| nested.append(&mut trace.problems));
    Ok(())
}

/// Takes what inner walks found.
pub(crate) fn take_nested() -> Found {
    NESTED.take()
}

/// Whether a lenient walk is under way on this thread.
#[inline]
pub(crate) fn is_on() -> bool {
    IS_ON.get()
}

/// Runs a strict walk inside a lenient one: where the first of several shapes that fits is taken, any
/// shape would fit a lenient walk.
pub(crate) fn strictly<T>(run: impl FnOnce() -> T) -> T {
    let _mode = Mode::set(false);
    run()
}

fn read(slot: AnyMut<'_>, json: &str, trace: &mut Trace) -> Result<(), Box<DecodeError>> {
    let result = {
        let _mode = Mode::set(true);
        reader::read_lenient(json, slot, trace)
    };
    trace.problems.truncate(MAX_PROBLEMS);
    result.map_err(|reader::Failed| {
        let failed = Trace {
            depth: 0,
            path: std::mem::take(&mut trace.path),
            problem: trace.problem.take(),
            problems: Vec::new(),
        };
        Box::new(match &failed.problem {
            Some(_) => failed.into_error(&""),
            None => failed.into_error(&syntax_error(json)),
        })
    })
}

fn into_errors(found: Found) -> Vec<DecodeError> {
    found.into_iter().map(|(path, problem)| DecodeError::new(path, problem)).collect()
}

/// Sets the mode of walks on this thread, until it is dropped.
struct Mode {
    outer: bool,
}

impl Mode {
    fn set(is_on: bool) -> Self {
        Self { outer: IS_ON.replace(is_on) }
    }
}

impl Drop for Mode {
    fn drop(&mut self) {
        IS_ON.set(self.outer);
        // Nothing is left of a walk that was broken off.
        if !self.outer {
            NESTED.take();
        }
    }
}
