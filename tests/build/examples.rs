//! Collects the examples in the docs of the generated crate, so that they are compiled in one go.

use pinstripe_codegen::plan::{Function, Item, Plan};

/// A module for each function that makes a request, with its example, and the number of functions without one.
pub fn write(plan: &Plan) -> String {
    let items = plan.modules.values().flat_map(|module| &module.items);
    let entries = items.filter_map(|item| match item {
        Item::Entry(entry) => Some(entry),
        _ => None,
    });
    let functions = entries.flat_map(|entry| &entry.functions);
    let mut text = String::new();
    let mut missing = Vec::new();
    for (index, function) in functions.enumerate() {
        match example(function) {
            Some(example) => {
                text += &format!("mod example_{index} {{\n{example}}}\n");
            }
            None => missing.push(&function.request),
        }
    }
    text + &format!("pub const WITHOUT_EXAMPLE: &[&str] = &{missing:?};\n")
}

/// The code of the example in the docs of a function, hidden lines included.
fn example(function: &Function) -> Option<String> {
    let start = function.docs.iter().position(|line| line == "```no_run")? + 1;
    let length = function.docs[start..].iter().position(|line| line == "```")?;
    let lines = function.docs[start..start + length].iter();
    Some(lines.map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or(line))).collect())
}
