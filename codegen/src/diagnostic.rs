//! Problems of a spec, reported with location and source line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::document;

/// A file of the spec, with the path to display in messages.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// A location in a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    /// The index of the source file.
    pub source: u32,
    /// The line, counted from 1; 0 for the whole file.
    pub line: u32,
    /// The column, counted from 1, in characters.
    pub column: u32,
    /// The length in characters.
    pub width: u32,
}

/// The severity of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The crate cannot be generated.
    Error,
    /// The generated crate is probably not as intended.
    Warning,
    /// The spec could be improved.
    Hint,
    /// Content of the document is ignored, and the crate is correct without it.
    Note,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Hint => "hint",
            Self::Note => "note",
        }
    }
}

/// A problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A stable code for this kind of problem: one of [`CODES`].
    pub code: &'static str,
    /// The problem.
    pub message: String,
    pub at: Location,
    /// How to fix it.
    pub help: String,
}

/// All problems of a run. Processing continues after a problem, to find more.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// Notes by kind: the help, the first location, and the number of locations.
    ignored: BTreeMap<(&'static str, String), (String, Location, usize)>,
    /// Errors that are reported once for all locations of their kind: the help and the locations.
    unsupported: BTreeMap<(&'static str, String), (String, Vec<Location>)>,
}

impl Diagnostics {
    pub fn report(
        &mut self,
        code: &'static str,
        at: Location,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.note(Severity::Error, code, at, message, help);
    }

    /// Adds a problem that is not an error.
    pub fn note(
        &mut self,
        severity: Severity,
        code: &'static str,
        at: Location,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic {
            severity,
            code,
            message: message.into(),
            at,
            help: help.into(),
        });
    }

    /// Adds a note about ignored content. All locations of one kind are combined into one note.
    pub fn ignore(
        &mut self,
        code: &'static str,
        at: Location,
        what: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (_, first, count) =
            self.ignored.entry((code, what.into())).or_insert_with(|| (help.into(), at, 0));
        *first = (*first).min(at);
        *count += 1;
    }

    /// Adds an error about unsupported content. All locations of one kind are combined into one
    /// error.
    pub fn unsupported(
        &mut self,
        code: &'static str,
        at: Location,
        what: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (_, places) = self
            .unsupported
            .entry((code, what.into()))
            .or_insert_with(|| (help.into(), Vec::new()));
        places.push(at);
    }

    pub fn append(&mut self, more: Diagnostics) {
        self.found.extend(more.found);
        for (kind, (help, at, count)) in more.ignored {
            let (_, first, all) = self.ignored.entry(kind).or_insert_with(|| (help, at, 0));
            *first = (*first).min(at);
            *all += count;
        }
        for (kind, (help, more)) in more.unsupported {
            let (_, places) = self.unsupported.entry(kind).or_insert_with(|| (help, Vec::new()));
            places.extend(more);
        }
    }

    /// Returns whether there are no problems.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.ignored.is_empty() && self.unsupported.is_empty()
    }

    /// Returns whether there are errors.
    pub fn has_errors(&self) -> bool {
        !self.unsupported.is_empty()
            || self.found.iter().any(|found| found.severity == Severity::Error)
    }

    /// Returns the problems in the order of their locations, without duplicates, followed by the
    /// notes.
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let Self { mut found, ignored, unsupported } = self;
        found.extend(unsupported.into_iter().map(one_for_all));
        found.sort_by(|left, right| {
            (left.at, left.code, &left.message).cmp(&(right.at, right.code, &right.message))
        });
        found.dedup();
        found.extend(ignored.into_iter().map(|((code, what), (help, at, count))| {
            let message = if count == 1 { what } else { format!("{what}, in {count} places") };
            Diagnostic { severity: Severity::Note, code, message, at, help }
        }));
        found
    }
}

/// The maximum number of locations named in a combined error.
const PLACES: usize = 5;

/// Creates the combined error for all locations of its kind, located at the first one.
fn one_for_all(
    ((code, what), (help, mut places)): ((&'static str, String), (String, Vec<Location>)),
) -> Diagnostic {
    places.sort_unstable();
    places.dedup();
    let at = places[0];
    let shown: Vec<String> = places
        .iter()
        .filter(|place| place.source == at.source)
        .take(PLACES)
        .map(|place| format!("{}:{}", place.line, place.column))
        .collect();
    let message = match places.len() {
        1 => what,
        count => {
            let more = if count > shown.len() { ", …" } else { "" };
            format!("{what}, in {count} places: {}{more}", shown.join(", "))
        }
    };
    Diagnostic { severity: Severity::Error, code, message, at, help }
}

/// The problems of a spec. If they include errors, the spec cannot be used.
#[derive(Debug)]
pub struct Failure {
    pub sources: Vec<Source>,
    pub diagnostics: Vec<Diagnostic>,
}

/// The line length in bytes from which a JSON pointer is printed as well.
const LONG_LINE: usize = 1_000;

/// The maximum number of problems printed in full; the others are counted.
const SHOWN: usize = 50;

impl Failure {
    /// Renders the problems for the terminal, up to a maximum number.
    pub fn render(&self) -> String {
        self.render_first(SHOWN)
    }

    /// Renders the notes, one per line, each with its first location.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.diagnostics.iter().filter(|found| found.severity == Severity::Note);
        notes
            .map(|note| {
                let path = self
                    .sources
                    .get(note.at.source as usize)
                    .map_or("", |source| source.path.as_str());
                format!("{}; first at {path}:{}:{}", note.message, note.at.line, note.at.column)
            })
            .collect()
    }

    /// Renders all problems.
    pub fn render_all(&self) -> String {
        self.render_first(usize::MAX)
    }

    fn render_first(&self, shown: usize) -> String {
        let renderer = Renderer::plain();
        let pointers = self.pointers();
        let mut text = String::new();
        for diagnostic in self.diagnostics.iter().take(shown) {
            self.render_one(
                &renderer,
                diagnostic,
                pointers.get(&diagnostic.at).map(String::as_str),
                &mut text,
            );
            text.push_str("\n\n");
        }
        let count = self.diagnostics.len();
        let hidden = count.saturating_sub(shown);
        if hidden > 0 {
            let _ = write!(text, "… and {hidden} more. ");
        }
        let has_errors =
            self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        let end = if has_errors { "; nothing was written." } else { "." };
        let _ = writeln!(text, "{count} problem{} found{end}", if count == 1 { "" } else { "s" });
        text
    }

    /// Renders JSON: one object for each problem, with its source line.
    pub fn to_json(&self) -> serde_json::Value {
        let pointers = self.pointers();
        let object = |diagnostic: &Diagnostic| {
            let at = diagnostic.at;
            let source = self.sources.get(at.source as usize);
            let line = self.line_at(at);
            // A document on one line is not useful as a source line.
            let line: String = line.unwrap_or_default().chars().take(200).collect();
            serde_json::json!({
                "severity": diagnostic.severity.as_str(),
                "code": diagnostic.code,
                "message": diagnostic.message,
                "help": diagnostic.help,
                "file": source.map_or("", |source| source.path.as_str()),
                "line": at.line,
                "column": at.column,
                "width": at.width,
                "pointer": pointers.get(&at),
                "source": line,
            })
        };
        self.diagnostics.iter().map(object).collect()
    }

    /// Returns the JSON pointers of locations on lines that are too long to read.
    fn pointers(&self) -> HashMap<Location, String> {
        let mut pointers = HashMap::new();
        let is_long = |at: Location| self.line_at(at).is_some_and(|line| line.len() > LONG_LINE);
        let wanted: HashSet<Location> =
            self.diagnostics.iter().map(|found| found.at).filter(|at| is_long(*at)).collect();
        let sources: BTreeSet<u32> = wanted.iter().map(|at| at.source).collect();
        for index in sources {
            let text = &self.sources[index as usize].text;
            if let Some(document) = document::parse(index, text, &mut Diagnostics::default()) {
                document.pointers(&mut |at, pointer| {
                    if wanted.contains(&at) {
                        pointers.insert(at, pointer.to_owned());
                    }
                });
            }
        }
        pointers
    }

    fn line_at(&self, at: Location) -> Option<Cow<'_, str>> {
        let number = (at.line as usize).checked_sub(1)?;
        match document::as_yaml(&self.sources.get(at.source as usize)?.text) {
            Cow::Borrowed(text) => text.lines().nth(number).map(Cow::Borrowed),
            Cow::Owned(text) => text.lines().nth(number).map(|line| line.to_owned().into()),
        }
    }

    fn render_one(
        &self,
        renderer: &Renderer,
        diagnostic: &Diagnostic,
        pointer: Option<&str>,
        text: &mut String,
    ) {
        let at = diagnostic.at;
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Hint => Level::INFO.with_name("hint"),
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
        let help = Level::HELP.message(diagnostic.help.as_str());
        let source = self.sources.get(at.source as usize);
        let (Some(source), Some(line)) = (source, self.line_at(at)) else {
            let path = source.map_or("", |source| source.path.as_str());
            let Diagnostic { severity, code, message, help, .. } = diagnostic;
            let (severity, line, column) = (severity.as_str(), at.line, at.column);
            let _ = write!(
                text,
                "{severity}[{code}]: {message}\n --> {path}:{line}:{column}\n  = help: {help}"
            );
            return;
        };
        // Of a document on one line, only the surroundings of the location are printed.
        const CONTEXT: usize = 60;
        let start = (at.column as usize - 1).min(line.chars().count());
        let cut = start.saturating_sub(CONTEXT);
        let width = (at.width as usize).clamp(1, CONTEXT);
        let shown: String = line.chars().skip(cut).take(start - cut + width + CONTEXT).collect();
        let byte = |count: usize| shown.char_indices().nth(count).map_or(shown.len(), |(at, _)| at);
        let span = byte(start - cut)..byte(start - cut + width);
        let snippet = Snippet::source(shown.as_str())
            .line_start(at.line as usize)
            .annotation(AnnotationKind::Primary.span(span));
        let report = title.element(snippet).element(help);
        let rendered = renderer.render(&[report]);
        // The renderer has no option for cut columns or the path, so both are inserted into its
        // output.
        let _ = write!(
            text,
            "{}",
            rendered.replacen(
                "  |\n",
                &format!(
                    " --> {}:{}:{}{}\n  |\n",
                    source.path,
                    at.line,
                    at.column,
                    pointer.map_or_else(String::new, |pointer| format!(" at {pointer}"))
                ),
                1
            )
        );
    }
}

/// All codes of diagnostics, each with its meaning.
pub const CODES: [(&str, &str); 71] = [
    ("alias", "a YAML alias"),
    ("all-of", "sub-schemas of `allOf` that contradict each other or cannot be merged"),
    ("any-of", "a union without alternatives"),
    ("body", "a body without a schema"),
    (
        "client-variant",
        "a schema received only by clients with a publishable key, which is omitted",
    ),
    ("crate", "a separate crate that is impossible or would be empty"),
    ("documents", "several YAML documents in one file"),
    ("duplicate", "two definitions of one item"),
    ("duplicate-key", "a repeated key"),
    ("duplicate-value", "two enum values that differ only in case"),
    ("empty", "an empty file or spec"),
    ("empty-object", "an object without declared fields"),
    ("enum", "invalid enum values"),
    ("event", "an event type without payload, or defined twice"),
    ("example", "a value of an example that fits no parameter"),
    ("expansion", "an expandable field without a target"),
    ("file-name", "a name that is not a valid file name"),
    ("foreign", "unsupported content in a document of another API"),
    ("format", "an unknown format, which is ignored"),
    ("items", "an array without an item type"),
    ("key", "a key that is not a string"),
    ("lifetime", "an unknown version, or a removal before the addition"),
    ("long-sentence", "words with a sentence that is hard to read"),
    ("media-type", "an unknown media type"),
    ("method", "an unsupported HTTP method"),
    ("name", "an invalid Rust name"),
    ("no-operation", "a resource without operations and references"),
    ("no-summary", "a resource or an operation without a summary"),
    ("not-a-document", "not an OpenAPI document"),
    ("one-value", "an enum with a single value"),
    ("operation", "a listed operation that does not exist"),
    ("operation-id", "two operations with the same ID"),
    ("operation-id-missing", "an operation without an ID, which is derived from its path"),
    ("override", "an override that is incomplete or no longer applies"),
    ("overrides", "overrides that are not a list"),
    ("parameter", "a parameter that is incomplete or defined twice"),
    ("path-parameter", "a path that does not match its parameters"),
    ("ref", "a reference without a target"),
    ("ref-cycle", "schemas that only refer to each other"),
    ("required", "a required field that is not defined"),
    ("required-lifetime", "a required field that is missing in some version"),
    ("resource-name", "two resources with the same name"),
    ("response", "an operation without a response"),
    (
        "sensitive",
        "an entry for sensitive fields that is incomplete or no longer applies, or is missing for a field",
    ),
    ("server", "an unknown server"),
    ("shape", "a value of the wrong kind, such as a list instead of a map"),
    ("style", "a nested parameter in an unsupported style"),
    ("swagger", "a Swagger 2 document"),
    ("syntax", "neither YAML nor JSON"),
    ("tag", "a YAML tag"),
    ("too-deep", "nesting that is too deep"),
    ("type", "an unknown type"),
    ("unknown-extension", "an extension that is probably a misspelling of a known one"),
    ("unknown-part", "a section that OpenAPI does not define"),
    ("unlisted", "an operation that no resource lists, so it is named after its path"),
    ("unsupported", "an unsupported keyword"),
    ("untyped", "a schema without a type"),
    ("unused-schema", "a schema that nothing refers to"),
    ("version", "a document without a version"),
    ("version-order", "a document that is older than the spec"),
    ("webhook", "a webhook without a payload"),
    ("word-backtick", "a text with an unclosed backtick"),
    ("word-character", "a text with quotes or dots that are not ASCII"),
    ("word-empty", "an entry without a text"),
    ("word-full-stop", "a text without a full stop at the end"),
    ("word-link", "a text with a link or markup"),
    ("word-long", "a text that is too long"),
    ("word-missing", "an item without docs"),
    ("word-restates", "a text that only repeats the name"),
    ("word-unused", "a text that matches no item"),
    ("words", "a docs file in the wrong format"),
];
