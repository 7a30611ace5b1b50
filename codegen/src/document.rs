//! A YAML or JSON document as a tree of nodes with locations.

use std::borrow::Cow;
use std::fmt::Write as _;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use crate::diagnostic::{Diagnostics, Location};
use crate::spec::escape;

/// A node of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Location,
    pub value: Value,
}

/// The value of a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Array(Vec<Node>),
    Object(Vec<(Key, Node)>),
}

/// The name of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub name: String,
    pub at: Location,
}

impl Node {
    /// Returns the field of this name, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// Removes the field of this name, if this is an object that has it.
    pub fn remove(&mut self, name: &str) {
        if let Value::Object(entries) = &mut self.value {
            entries.retain(|(key, _)| key.name != name);
        }
    }

    /// Creates an object without fields.
    pub fn object(at: Location) -> Self {
        Self { at, value: Value::Object(Vec::new()) }
    }

    /// Creates an object with these fields.
    pub fn object_of<const N: usize>(at: Location, members: [(&str, Self); N]) -> Self {
        let entries =
            members.into_iter().map(|(name, node)| (Key { name: name.to_owned(), at }, node));
        Self { at, value: Value::Object(entries.collect()) }
    }

    /// Creates a string.
    pub fn text(at: Location, text: &str) -> Self {
        Self { at, value: Value::Str(text.to_owned()) }
    }

    /// Returns the field of this name, mutably.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        self.entries_mut().iter_mut().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// Sets a field of an object. Does nothing for other nodes.
    pub fn set(&mut self, name: &str, node: Node) {
        if let Some(member) = self.get_mut(name) {
            *member = node;
        } else if let Value::Object(entries) = &mut self.value {
            entries.push((Key { name: name.to_owned(), at: node.at }, node));
        }
    }

    /// Removes the field of this name and returns it.
    pub fn take(&mut self, name: &str) -> Option<Node> {
        let Value::Object(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|(key, _)| key.name == name)?;
        Some(entries.remove(index).1)
    }

    /// Returns the fields of an object, mutably. Other nodes have none.
    pub fn entries_mut(&mut self) -> &mut [(Key, Node)] {
        match &mut self.value {
            Value::Object(entries) => entries,
            _ => &mut [],
        }
    }

    /// Returns the fields of an object. Other nodes have none.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Object(entries) => entries,
            _ => &[],
        }
    }

    /// Returns the items of an array. Other nodes have none.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_int(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the field of this name, if it is a string.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Returns whether the field of this name is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Node::as_bool).unwrap_or_default()
    }

    /// Visits each node and each field name, with its location and JSON pointer.
    pub fn pointers(&self, visit: &mut impl FnMut(Location, &str)) {
        self.visit_pointers(&mut "#".to_owned(), visit);
    }

    fn visit_pointers(&self, pointer: &mut String, visit: &mut impl FnMut(Location, &str)) {
        visit(self.at, pointer);
        let length = pointer.len();
        for (key, node) in self.entries() {
            let _ = write!(pointer, "/{}", escape(&key.name));
            visit(key.at, pointer);
            node.visit_pointers(pointer, visit);
            pointer.truncate(length);
        }
        for (index, item) in self.items().iter().enumerate() {
            let _ = write!(pointer, "/{index}");
            item.visit_pointers(pointer, visit);
            pointer.truncate(length);
        }
    }

    /// Returns the kind of the node, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Str(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

impl From<&Node> for serde_yaml::Value {
    fn from(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => (*value).into(),
            Value::Int(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Str(text) => text.as_str().into(),
            Value::Array(items) => Self::Sequence(items.iter().map(Self::from).collect()),
            Value::Object(entries) => Self::Mapping(
                entries
                    .iter()
                    .map(|(key, value)| (key.name.as_str().into(), value.into()))
                    .collect(),
            ),
        }
    }
}

/// Creates a node without a location.
impl From<&serde_yaml::Value> for Node {
    fn from(value: &serde_yaml::Value) -> Self {
        use serde_yaml::Value as Yaml;
        let value = match value {
            Yaml::Null => Value::Null,
            Yaml::Bool(value) => Value::Bool(*value),
            Yaml::Number(number) => match number.as_i64() {
                Some(value) => Value::Int(value),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Yaml::String(text) => Value::Str(text.clone()),
            Yaml::Sequence(items) => Value::Array(items.iter().map(Self::from).collect()),
            Yaml::Mapping(members) => {
                let key = |name: &Yaml| Key {
                    name: name.as_str().unwrap_or_default().to_owned(),
                    at: Location::default(),
                };
                Value::Object(
                    members.iter().map(|(name, value)| (key(name), value.into())).collect(),
                )
            }
            Yaml::Tagged(tagged) => return Self::from(&tagged.value),
        };
        Self { at: Location::default(), value }
    }
}

/// Parses a document and reports its problems. Returns `None` if it cannot be used.
pub fn parse(source: u32, text: &str, problems: &mut Diagnostics) -> Option<Node> {
    let text = as_yaml(text);
    let mut builder = Builder { source, problems, open: Vec::new(), root: None };
    let mut parser = Parser::new_from_str(&text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => {
                if !builder.take(event, span) {
                    return None;
                }
            }
            Err(error) => {
                let at = builder.location(*error.marker(), 1);
                builder.problems.report(
                    "syntax",
                    at,
                    format!("this is neither YAML nor JSON: {}", error.info()),
                    "correct the syntax at or before this place",
                );
                return None;
            }
        }
    }
    if let Some(at) = trailing_comma(source, &text) {
        builder.problems.report(
            "syntax",
            at,
            "JSON has no comma before a closing bracket",
            "remove the comma",
        );
        return None;
    }
    if builder.root.is_none() {
        let at = Location { source, line: 1, column: 1, width: 1 };
        builder.problems.report(
            "empty",
            at,
            "the file is empty",
            "expected an OpenAPI document, or a part of one, with `paths`, `components` or `webhooks`",
        );
    }
    builder.root
}

/// Prepares a text for the parser. Locations refer to the result.
///
/// YAML reads all of JSON except characters beyond `\uFFFF`, which JSON escapes as surrogate pairs.
pub fn as_yaml(text: &str) -> Cow<'_, str> {
    if !is_json(text) || !(text.contains("\\ud") || text.contains("\\uD")) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (escape, length) = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff)) => {
                (format!("\\U{:08X}", 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)), 12)
            }
            // An unpaired surrogate is not a character.
            (Some(0xd800..=0xdfff), _) => ("\\uFFFD".to_owned(), 6),
            _ => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                (rest[..length].to_owned(), length)
            }
        };
        out.push_str(&escape);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out.into()
}

fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '['])
}

/// Finds a comma before a closing bracket of JSON, which YAML accepts.
fn trailing_comma(source: u32, text: &str) -> Option<Location> {
    if !is_json(text) {
        return None;
    }
    let (mut line, mut column) = (1, 0);
    let mut comma = None;
    let mut in_string = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        column += 1;
        match character {
            '\n' => (line, column) = (line + 1, 0),
            '\\' if in_string => {
                characters.next();
                column += 1;
            }
            '"' => (in_string, comma) = (!in_string, None),
            ',' if !in_string => comma = Some(Location { source, line, column, width: 1 }),
            '}' | ']' if !in_string && comma.is_some() => return comma,
            _ if character.is_whitespace() => {}
            _ => comma = None,
        }
    }
    None
}

/// Returns the number in an escape such as `\ud83c`.
fn unit(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// The maximum depth of a document. Real ones stay below 40.
const MAX_DEPTH: usize = 200;

struct Builder<'a> {
    source: u32,
    problems: &'a mut Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
}

/// An array or object that is still open.
struct Open {
    node: Node,
    /// In an object, the key whose value is next.
    key: Option<Key>,
}

impl Builder<'_> {
    fn location(&self, marker: Marker, width: usize) -> Location {
        Location {
            source: self.source,
            line: marker.line() as u32,
            column: marker.col() as u32 + 1,
            width: width as u32,
        }
    }

    /// Handles an event. Returns whether parsing can continue.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        let width = if span.start.line() == span.end.line() { span.len().max(1) } else { 1 };
        let at = self.location(span.start, width);
        match event {
            Event::Scalar(_, _, _, Some(tag))
            | Event::SequenceStart(_, Some(tag))
            | Event::MappingStart(_, Some(tag)) => {
                let tag = if tag.is_yaml_core_schema() {
                    format!("!!{}", tag.suffix)
                } else {
                    format!("{}{}", tag.handle, tag.suffix)
                };
                self.problems.report(
                    "tag",
                    at,
                    format!("the YAML tag `{tag}` is not supported"),
                    "remove the tag, and write the value as JSON would have it",
                );
                return false;
            }
            Event::Scalar(text, style, _, _) => self.scalar(&text, style, at),
            Event::SequenceStart(..) => return self.open(Value::Array(Vec::new()), at),
            Event::MappingStart(..) => return self.open(Value::Object(Vec::new()), at),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(closed) = self.open.pop() {
                    self.add(closed.node);
                }
            }
            Event::Alias(_) => {
                self.problems.report(
                    "alias",
                    at,
                    "YAML aliases are not supported",
                    "write the value out, or use `$ref`",
                );
                return false;
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                self.problems.report(
                    "documents",
                    at,
                    "a second YAML document begins here",
                    "keep one document to a file",
                );
                return false;
            }
            _ => {}
        }
        true
    }

    fn open(&mut self, value: Value, at: Location) -> bool {
        if self.open.len() == MAX_DEPTH {
            self.problems.report(
                "too-deep",
                at,
                format!("nested more than {MAX_DEPTH} levels deep"),
                "no description of an API nests like this: correct the brackets",
            );
            return false;
        }
        if self.expects_key() {
            self.problems.report(
                "key",
                at,
                "the name of a member must be a string",
                "write a plain name here",
            );
            return false;
        }
        self.open.push(Open { node: Node { at: Location { width: 1, ..at }, value }, key: None });
        true
    }

    fn expects_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.key.is_none() && matches!(open.node.value, Value::Object(_)))
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Location) {
        if !self.expects_key() {
            let value = match style {
                ScalarStyle::Plain => plain(text),
                _ => Value::Str(text.to_owned()),
            };
            return self.add(Node { at, value });
        }
        let Some(open) = self.open.last_mut() else { return };
        if let Some((first, _)) = open.node.entries().iter().find(|(key, _)| key.name == text) {
            let line = first.at.line;
            self.problems.report(
                "duplicate-key",
                at,
                format!("`{text}` is given twice"),
                format!("keep one of the two; the first is on line {line}"),
            );
        }
        open.key = Some(Key { name: text.to_owned(), at });
    }

    fn add(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match (&mut open.node.value, open.key.take()) {
            (Value::Object(entries), Some(key)) => entries.push((key, node)),
            (Value::Array(items), _) => items.push(node),
            _ => {}
        }
    }
}

/// Reads a scalar without quotes by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return Value::Str(text.to_owned());
    }
    if let Ok(value) = text.parse() {
        return Value::Int(value);
    }
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    match text.parse() {
        Ok(value) if numeric && f64::is_finite(value) => Value::Float(value),
        _ => Value::Str(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_json_mean_what_they_mean_in_json() {
        for text in [
            r#"{"a": "party \ud83c\udf89"}"#,
            r#"{"a": "\uD83C\uDF89\uD83C\uDF89"}"#,
            r#"{"a": "a slash \/ and a backslash \\ud83c\\"}"#,
            r#"{"a": "\\\ud83c\udf89"}"#,
            r#"{"\ud83c\udf89": 1}"#,
            r#"["\u00e9\u2028\ufeff\t"]"#,
        ] {
            let mut problems = Diagnostics::default();
            let node = parse(0, text, &mut problems)
                .unwrap_or_else(|| panic!("{text}: {:?}", problems.into_sorted()));
            let expected: serde_json::Value = serde_json::from_str(text).unwrap();
            let found: serde_json::Value = serde_yaml::from_value((&node).into()).unwrap();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn half_a_character_is_replaced() {
        let node =
            parse(0, r#"{"a": "\ud83c!", "b": "\udf89"}"#, &mut Diagnostics::default()).unwrap();
        assert_eq!((node.str("a"), node.str("b")), (Some("\u{fffd}!"), Some("\u{fffd}")));
        // Other YAML is not affected.
        assert_eq!(as_yaml("a: '\\ud83c'"), "a: '\\ud83c'");
    }
}
