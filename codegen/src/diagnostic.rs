//! What is wrong with a description, told with the place and the source line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::document;

/// A file of the description, by the path that messages show.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// A place in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Location {
    /// Which of the sources.
    pub source: u32,
    /// Counted from 1; 0 for a source as a whole.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// How many characters of that line are meant.
    pub width: u32,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be generated.
    Error,
    /// What is generated is not what is meant, by all appearances.
    Warning,
    /// It could be better.
    Hint,
    /// Part of the document has no meaning here, and the crate is right without it.
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

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// A stable name for this kind of problem: one of [`CODES`].
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    pub at: Location,
    /// What would be right.
    pub help: String,
}

/// All problems of a run. Whoever finds one goes on to look for more.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// Notes by their kind: the help, the first place, and the number of places.
    ignored: BTreeMap<(&'static str, String), (String, Location, usize)>,
    /// Errors that are reported once for all places of their kind: the help and the places.
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

    /// The same for what is no error.
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

    /// Notes something that has no meaning here. All places of one kind become one note.
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

    /// Reports something that cannot be generated. All places of one kind become one error.
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

    /// Whether nothing at all was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty() && self.ignored.is_empty() && self.unsupported.is_empty()
    }

    /// Whether anything was found that prevents a result.
    pub fn has_errors(&self) -> bool {
        !self.unsupported.is_empty()
            || self.found.iter().any(|found| found.severity == Severity::Error)
    }

    /// The problems in the order of their places, each once, and the notes behind them.
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

/// So many places of an error that has several are named.
const PLACES: usize = 5;

/// The one error for all places of its kind, at the first of them.
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

/// What was found in a description: if there are errors, it cannot be used.
#[derive(Debug)]
pub struct Failure {
    pub sources: Vec<Source>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A line of more bytes is no address: a JSON pointer is shown as well.
const LONG_LINE: usize = 1_000;

/// So many problems are shown in full; the rest is counted.
const SHOWN: usize = 50;

impl Failure {
    /// What is wrong, for a person to read: so much of it as a person reads.
    pub fn render(&self) -> String {
        self.render_first(SHOWN)
    }

    /// The notes, a line for each, with the first of its places.
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

    /// Everything, however much it is.
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

    /// The same for machines: one object for each problem, with the line that it is on.
    pub fn to_json(&self) -> serde_json::Value {
        let pointers = self.pointers();
        let object = |diagnostic: &Diagnostic| {
            let at = diagnostic.at;
            let source = self.sources.get(at.source as usize);
            let line = self.line_at(at);
            // A document on one line is no help to anybody.
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

    /// The JSON pointers of all places on lines that are too long to be read: a document on one line has no other address.
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
        // A document on one line is shown around the place only.
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
        // The snippet knows nothing of columns that were cut away, nor of the path: both are put in here.
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

/// All codes that diagnostics have, each with what it means.
pub const CODES: [(&str, &str); 71] = [
    ("alias", "a YAML alias"),
    ("all-of", "parts of a schema that do not agree, or that cannot be merged"),
    ("any-of", "a union without alternatives"),
    ("body", "a body without a schema"),
    (
        "client-variant",
        "a shape that only clients with a publishable key receive, which is left out",
    ),
    ("crate", "a crate of its own that cannot be one, or has nothing in it"),
    ("documents", "several YAML documents in one file"),
    ("duplicate", "two definitions of one thing"),
    ("duplicate-key", "a member given twice"),
    ("duplicate-value", "two values of an enum that differ in their case only"),
    ("empty", "a file or a description with nothing in it"),
    ("empty-object", "an object without members, of which anything can come"),
    ("enum", "values of an enum that are none"),
    ("event", "an event type that carries nothing, or is described twice"),
    ("example", "the values of an example that fit no parameter"),
    ("expansion", "an expandable field that can be expanded to nothing"),
    ("file-name", "a name that cannot be the name of a file"),
    ("foreign", "something in a document of another API that the crate does not carry"),
    ("format", "a format that is not known, in place of which the base type is used"),
    ("items", "an array that does not say of what"),
    ("key", "a member whose name is no string"),
    ("lifetime", "a version that is not known, or an end before the beginning"),
    ("long-sentence", "words with a sentence that is hard to read"),
    ("media-type", "a media type that is not known"),
    ("method", "a method that the API does not have"),
    ("name", "a name that is no name in Rust"),
    ("no-operation", "a resource that nothing can be done with, and that nothing refers to"),
    ("no-summary", "a resource or an operation without a word on what it is for"),
    ("not-a-document", "something else than an OpenAPI document"),
    ("one-value", "an enum with one value, which says nothing"),
    ("operation", "an operation that is listed and not there"),
    ("operation-id", "two operations with one id"),
    ("operation-id-missing", "an operation without an id, which gets one of its path"),
    ("override", "a correction that says too little, or no longer applies"),
    ("overrides", "corrections that are no list"),
    ("parameter", "a parameter that says too little, or is defined twice"),
    ("path-parameter", "a path and parameters that do not agree"),
    ("ref", "a reference that leads nowhere"),
    ("ref-cycle", "schemas that refer to each other and to nothing else"),
    ("required", "a required member that is not defined"),
    ("required-lifetime", "a member that is always there, and was not or is not"),
    ("resource-name", "two resources with one name"),
    ("response", "an operation without an answer"),
    (
        "sensitive",
        "a row of sensitive fields that says too little or no longer applies, or a field that needs one",
    ),
    ("server", "a server that is not known"),
    ("shape", "a member that is another kind of thing than it must be"),
    ("style", "a nested parameter in another style than Stripe's"),
    ("swagger", "a document of the version before OpenAPI 3"),
    ("syntax", "neither YAML nor JSON"),
    ("tag", "a YAML tag"),
    ("too-deep", "brackets without end"),
    ("type", "a type that is not known"),
    ("unknown-extension", "an extension that is nearly one of those that are known"),
    ("unknown-part", "a part that no OpenAPI document has"),
    ("unlisted", "an operation that no resource lists, and so is called after its path"),
    ("unsupported", "a member that is not supported"),
    ("untyped", "a place where anything can stand"),
    ("unused-schema", "a schema that nothing refers to"),
    ("version", "a document that does not say its version"),
    ("version-order", "a document that is older than the description"),
    ("webhook", "a webhook that does not say what it carries"),
    ("word-backtick", "words with a backtick that has no second one"),
    ("word-character", "words with quotes or dots that are not ASCII"),
    ("word-empty", "a key of words without any"),
    ("word-full-stop", "words without a full stop at the end"),
    ("word-link", "words with a link or markup"),
    ("word-long", "words that are too long"),
    ("word-missing", "a place without words"),
    ("word-restates", "words that only repeat the name"),
    ("word-unused", "words that no place gets"),
    ("words", "words in another form than that of `spec/words/`"),
];
