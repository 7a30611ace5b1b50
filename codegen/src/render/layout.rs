//! Layout: code in lines, as rustfmt writes it with the settings of this repository.
//!
//! The generated crate is formatted like the rest of the workspace, so rustfmt changes nothing in
//! it. Only what generated code contains is laid out here.

use std::fmt::Write as _;

/// The greatest length of a line: `max_width` of rustfmt.
const WIDTH: usize = 100;

/// The width of one level of indentation.
pub const STEP: usize = 4;

/// Code on one line, if it fits.
#[derive(Debug, Clone)]
pub enum Code {
    /// Code that is never broken.
    Text(String),
    /// A list, such as the arguments of a function. If it does not fit, each item has its own line.
    List { open: String, items: Vec<Code>, close: String },
}

impl Code {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn list(open: impl Into<String>, items: Vec<Self>, close: impl Into<String>) -> Self {
        Self::List { open: open.into(), items, close: close.into() }
    }

    /// Adds text before and after.
    pub fn between(self, before: &str, after: &str) -> Self {
        match self {
            Self::Text(text) => Self::Text(format!("{before}{text}{after}")),
            Self::List { open, items, close } => {
                Self::List { open: format!("{before}{open}"), items, close: close + after }
            }
        }
    }

    /// Returns the code on one line.
    pub fn line(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List { open, items, close } => {
                let items: Vec<String> = items.iter().map(Self::line).collect();
                format!("{open}{}{close}", items.join(", "))
            }
        }
    }

    /// Returns the code in as few lines as fit. The first line is not indented; those that follow
    /// are indented by `indent`, or deeper.
    pub fn lines(&self, indent: usize) -> String {
        let line = self.line();
        match self {
            Self::List { open, items, close }
                if !is_short(indent, open, &line) && !items.is_empty() =>
            {
                let inner = indent + STEP;
                let mut lines = open.trim_end().to_owned();
                for item in items {
                    let item = item.clone().between("", ",").lines(inner);
                    write!(lines, "\n{:inner$}{item}", "").expect("a String never fails");
                }
                write!(lines, "\n{:indent$}{}", "", close.trim_start())
                    .expect("a String never fails");
                lines
            }
            _ => line,
        }
    }
}

/// Returns the head of an item with the brace that opens its body.
pub fn open(head: &str) -> String {
    let line = format!("{head} {{");
    if fits(0, &line) { line } else { format!("{head}\n{{") }
}

/// A value, and the method calls on it.
pub struct Chain {
    pub start: String,
    pub calls: Vec<Code>,
}

impl Chain {
    /// Returns `name(chain)`, as the only expression of a block with this indentation.
    pub fn inside(&self, name: &str, indent: usize) -> String {
        let calls: Vec<String> = self.calls.iter().map(Code::line).collect();
        let chain = self.start.clone() + &calls.concat();
        let line = format!("{name}({chain})");
        if fits(indent, &line) {
            return line;
        }
        if let Some((Code::List { open, items, close }, before)) = self.calls.split_last() {
            let before: String = before.iter().map(Code::line).collect();
            let open = format!("{name}({}{before}{open}", self.start);
            // rustfmt breaks only the last call if that has five lines or more.
            if items.len() >= 3 && fits(indent, &open) {
                let lines = Code::list(open, items.clone(), format!("{close})"));
                return lines.lines(indent);
            }
        }
        let inner = indent + STEP;
        let chain = if fits(inner, &format!("{chain},")) {
            chain
        } else {
            let separator = format!("\n{:1$}", "", inner + STEP);
            self.start.clone() + &separator + &calls.join(&separator)
        };
        format!("{name}(\n{:inner$}{chain},\n{:indent$})", "", "")
    }
}

/// Whether a list on one line is short enough. rustfmt does not count the keyword of `impl Trait`.
fn is_short(indent: usize, open: &str, line: &str) -> bool {
    let uncounted = if open.contains("impl ") { "impl ".len() } else { 0 };
    indent + line.chars().count() <= WIDTH + uncounted
}

/// Whether a line with this indentation is short enough.
pub fn fits(indent: usize, line: &str) -> bool {
    indent + line.chars().count() <= WIDTH
}

/// Returns words on as few lines as possible, with `separator` after each but the last one. All
/// lines are indented by `indent`.
pub fn fill(words: &[String], separator: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for (index, word) in words.iter().enumerate() {
        let is_last = index + 1 == words.len();
        let word = if is_last { word.clone() } else { format!("{word}{separator}") };
        let length = word.chars().count();
        // rustfmt keeps a column free here.
        if column > 0 && column + 1 + length < WIDTH {
            write!(lines, " {word}").expect("a String never fails");
            column += 1 + length;
        } else {
            let newline = if column > 0 { "\n" } else { "" };
            write!(lines, "{newline}{:indent$}{word}", "").expect("a String never fails");
            column = indent + length;
        }
    }
    lines
}

/// Returns a `use` of several names of one path, sorted as rustfmt sorts them.
pub fn import(visibility: &str, path: &str, names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort_by_key(|name| (!name.starts_with("self"), sort_key(name)));
    if let [name] = &names[..]
        && !name.starts_with("self")
    {
        return format!("{visibility}use {path}::{name};");
    }
    let line = format!("{visibility}use {path}::{{{}}};", names.join(", "));
    // rustfmt keeps two columns free in imports.
    if fits(2, &line) {
        return line;
    }
    // rustfmt ends a list on several lines with a comma.
    let names = fill(&names, ",", STEP);
    format!("{visibility}use {path}::{{\n{names},\n}};")
}

/// The order of names in a list of imports: functions, types, constants.
fn sort_key(name: &str) -> (u8, String) {
    let name = name.trim_start_matches("r#");
    let kind = match name.chars().next() {
        Some(first) if first.is_lowercase() => 0,
        _ if name.chars().any(char::is_lowercase) => 1,
        _ => 2,
    };
    (kind, name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_fits_is_on_one_line() {
        let code = Code::list("f(", vec![Code::text("a"), Code::text("b")], ")");
        assert_eq!(code.lines(0), "f(a, b)");
        assert_eq!(code.lines(WIDTH - 7), "f(a, b)");
    }

    #[test]
    fn a_list_that_does_not_fit_has_an_item_on_each_line() {
        let inner = Code::list("Vec<", vec![Code::text("a".repeat(90))], ">");
        let code = Code::list("f(", vec![inner, Code::text("b")], ") -> c");
        assert_eq!(
            code.lines(4),
            format!(
                "f(\n        Vec<\n            {},\n        >,\n        b,\n    ) -> c",
                "a".repeat(90)
            )
        );
    }

    #[test]
    fn a_chain_is_broken_from_the_outside() {
        let call = |length: usize| format!(".path({})", "x".repeat(length));
        let chain =
            |length| Chain { start: "new()".to_owned(), calls: vec![Code::text(call(length))] };
        assert_eq!(chain(1).inside("Create", 8), "Create(new().path(x))");
        let long = chain(74).inside("Create", 8);
        assert_eq!(long, format!("Create(\n            new(){},\n        )", call(74)));
        let longer = chain(80).inside("Create", 8);
        assert_eq!(
            longer,
            format!("Create(\n            new()\n                {},\n        )", call(80))
        );
    }

    #[test]
    fn a_last_call_with_many_arguments_is_broken_alone() {
        let arguments = |length: usize| vec![Code::text("x".repeat(length)); 3];
        let chain = |length| Chain {
            start: "new()".to_owned(),
            calls: vec![Code::text(".path(a)"), Code::list(".set(", arguments(length), ")")],
        };
        assert_eq!(chain(1).inside("A", 8), "A(new().path(a).set(x, x, x))");
        let x = "x".repeat(30);
        assert_eq!(
            chain(30).inside("A", 8),
            format!("A(new().path(a).set(\n{0}{x},\n{0}{x},\n{0}{x},\n        ))", " ".repeat(12))
        );
    }

    #[test]
    fn imports_are_sorted_and_filled() {
        let names = ["Id", "MAX", "self as rt", "of"].map(str::to_owned);
        assert_eq!(
            import("pub ", "crate::a", &names),
            "pub use crate::a::{self as rt, of, Id, MAX};"
        );
        assert_eq!(import("", "a", &["Id".to_owned()]), "use a::Id;");
        let many: Vec<String> = (10..40).map(|number| format!("Name{number}")).collect();
        let text = import("", "a", &many);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(text.ends_with("Name39,\n};"), "{text}");
    }
}
