//! The error of decoding: the path in the document and the problem there.

use std::fmt;

use crate::reflect::value::{MismatchDetails, TypeMismatch};

/// The error returned when a document does not have the shape of the type it is decoded into.
///
/// ```
/// use pinstripe_runtime::{Decimal, from_json};
///
/// let error = from_json::<Vec<Decimal>>(r#"["0.5", "half"]"#).unwrap_err();
/// assert_eq!(error.path(), "[1]");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DecodeError {
    path: String,
    message: String,
    expected: String,
    found: String,
    others: Box<[DecodeError]>,
}

impl DecodeError {
    /// Returns the path in the document, such as `lines.data[3].price`. It is empty for the
    /// document itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the problem at that path, without the path.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the other problems of the same document: missing fields, and fields of the wrong
    /// type. There are at most 1000.
    pub fn others(&self) -> &[DecodeError] {
        &self.others
    }

    pub(crate) fn with_others(mut self, others: Vec<DecodeError>) -> Self {
        self.others = others.into();
        self
    }

    /// Creates an error. `path` runs from the innermost segment to the outermost.
    pub(crate) fn new(path: Vec<Segment>, problem: Problem) -> Self {
        let mut text = String::new();
        for segment in path.iter().rev() {
            segment.append_to(&mut text);
        }
        let (expected, found) = match problem {
            Problem::Mismatch(mismatch) => {
                let MismatchDetails { expected, found, path } = mismatch.into_details();
                append_path(&mut text, &path);
                (expected.into_owned(), found)
            }
            Problem::Missing { field, object } => {
                Segment::Field(field).append_to(&mut text);
                (format!("the field `{field}` of {object}"), "nothing".to_owned())
            }
            Problem::TooMany => (format!("at most {MAX_PROBLEMS} problems"), "more".to_owned()),
            Problem::TooDeep => ("at most 32 levels of nesting".to_owned(), "more".to_owned()),
            Problem::Syntax(message) => {
                return Self {
                    path: text,
                    message: format!("not valid JSON: {message}"),
                    expected: "valid JSON".to_owned(),
                    found: message,
                    others: Box::default(),
                };
            }
        };
        let message = format!("expected {expected}, found {found}");
        Self { path: text, message, expected, found, others: Box::default() }
    }

    /// Creates an error for an unexpected value at a path.
    pub(crate) fn mismatch(path: &str, expected: &str, found: String) -> Self {
        let message = format!("expected {expected}, found {found}");
        let expected = expected.to_owned();
        Self { path: path.to_owned(), message, expected, found, others: Box::default() }
    }

    /// Creates an error for text that is not JSON.
    pub(crate) fn syntax(message: String) -> Self {
        Self::new(Vec::new(), Problem::Syntax(message))
    }

    /// Prefixes the path: the document of this error is nested in a larger one.
    pub(crate) fn within(mut self, path: &str) -> Self {
        let mut whole = path.to_owned();
        append_path(&mut whole, &self.path);
        self.path = whole;
        self.others = self.others.into_iter().map(|other| other.within(path)).collect();
        self
    }

    pub(crate) fn into_mismatch(self) -> TypeMismatch {
        MismatchDetails { expected: self.expected.into(), found: self.found, path: self.path }
            .into()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        const SHOWN: usize = 50;
        for (index, other) in self.others.iter().take(SHOWN).enumerate() {
            f.write_str(if index == 0 { "; also: " } else { ", " })?;
            f.write_str(&other.path)?;
        }
        match self.others.len().checked_sub(SHOWN) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// How many problems of a document are kept: a body can have millions.
pub(crate) const MAX_PROBLEMS: usize = 1000;

/// One step of a path into a document.
#[derive(Debug)]
pub(crate) enum Segment {
    Field(&'static str),
    Key(String),
    Index(usize),
}

impl Segment {
    fn append_to(&self, path: &mut String) {
        match self {
            Segment::Field(name) => append_path(path, name),
            Segment::Key(key) => append_path(path, key),
            Segment::Index(index) => append_path(path, &format!("[{index}]")),
        }
    }
}

fn append_path(path: &mut String, more: &str) {
    if !path.is_empty() && !more.is_empty() && !more.starts_with('[') {
        path.push('.');
    }
    path.push_str(more);
}

pub(crate) enum Problem {
    Mismatch(TypeMismatch),
    Missing { field: &'static str, object: &'static str },
    TooDeep,
    TooMany,
    Syntax(String),
}
