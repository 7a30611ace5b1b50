//! Constants for the paths to expandable fields.

use super::layout::{Code, STEP, fits};
use super::{comment, ty};
use crate::plan::Expansion;

/// The constant, as seen from any module.
pub fn render(item: &Expansion) -> String {
    let docs = comment("///", &item.docs, 0);
    let types = [ty::render(&item.from, &[]), ty::render(&item.to, &[])];
    let depth = match (item.path.len(), item.expands) {
        (1, true) => None,
        (levels, true) => Some(Code::text(format!("Depth<{levels}>"))),
        (levels, false) => Some(Code::text(format!("Depth<{levels}, false>"))),
    };
    let ty = Code::list("Expand<", types.into_iter().chain(depth).collect(), ">");
    let ty = ty.between(&format!("pub const {}: ", item.ident), " =");
    let steps: Vec<String> = item.path.iter().map(|step| format!("{step:?}")).collect();
    let value = format!("Expand::new([{}]);", steps.join(", "));
    let line = format!("{} {value}", ty.line());
    if fits(0, &line) {
        return docs + &line;
    }
    if fits(0, &ty.line()) {
        return format!("{docs}{}\n{:STEP$}{value}", ty.line(), "");
    }
    format!("{docs}{} {value}", ty.lines(0))
}
