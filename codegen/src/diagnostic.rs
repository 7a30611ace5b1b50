//! What is wrong with a description, told with the place and the source line.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A file of the description, by the path that messages show.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// A place in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
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

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name for this kind of problem.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    pub at: Location,
    /// What would be right.
    pub help: String,
}

/// All problems of a run. Whoever finds one goes on to look for more.
#[derive(Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn report(&mut self, code: &'static str, at: Location, message: impl Into<String>, help: impl Into<String>) {
        self.0.push(Diagnostic { code, message: message.into(), at, help: help.into() });
    }

    pub fn append(&mut self, more: Diagnostics) {
        self.0.extend(more.0);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems in the order of their places, each once.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by(|left, right| (left.at, left.code, &left.message).cmp(&(right.at, right.code, &right.message)));
        self.0.dedup();
        self.0
    }
}

/// The description cannot be used.
#[derive(Debug)]
pub struct Failure {
    pub sources: Vec<Source>,
    pub diagnostics: Vec<Diagnostic>,
}

/// So many problems are shown in full; the rest is counted.
const SHOWN: usize = 50;

impl Failure {
    /// Everything that is wrong, for a person to read.
    pub fn render(&self) -> String {
        let renderer = Renderer::plain();
        let mut text = String::new();
        for diagnostic in self.diagnostics.iter().take(SHOWN) {
            self.render_one(&renderer, diagnostic, &mut text);
            text.push_str("\n\n");
        }
        let count = self.diagnostics.len();
        let hidden = count.saturating_sub(SHOWN);
        if hidden > 0 {
            let _ = write!(text, "… and {hidden} more. ");
        }
        let _ = writeln!(text, "{count} problem{} found; nothing was written.", if count == 1 { "" } else { "s" });
        text
    }

    fn render_one(&self, renderer: &Renderer, diagnostic: &Diagnostic, text: &mut String) {
        let at = diagnostic.at;
        let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
        let help = Level::HELP.message(diagnostic.help.as_str());
        let source = self.sources.get(at.source as usize);
        let line = source.and_then(|source| source.text.lines().nth((at.line as usize).checked_sub(1)?));
        let (Some(source), Some(line)) = (source, line) else {
            let path = source.map_or("", |source| source.path.as_str());
            let _ =
                write!(text, "error[{}]: {}\n  --> {path}\n  = help: {}", diagnostic.code, diagnostic.message, diagnostic.help);
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
        let snippet = Snippet::source(shown.as_str()).line_start(at.line as usize).annotation(AnnotationKind::Primary.span(span));
        let report = title.element(snippet).element(help);
        let rendered = renderer.render(&[report]);
        // The snippet knows nothing of columns that were cut away, nor of the path: both are put in here.
        let _ =
            write!(text, "{}", rendered.replacen("  |\n", &format!(" --> {}:{}:{}\n  |\n", source.path, at.line, at.column), 1));
    }
}
