//! Decodes values from any serde deserializer, driven by tables.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::json::error::{DecodeError, MAX_PROBLEMS, Problem, Segment};
use crate::json::lenient;
use crate::json::raw_text::RawSeed;
use crate::json::reader;
use crate::reflect::array::ArrayMut;
use crate::reflect::erased::AnyMut;
use crate::reflect::map::MapMut;
use crate::reflect::object::ObjectMut;
use crate::reflect::table::{Member, Table};
use crate::reflect::value::{Container, Token, TypeMismatch, Value};

/// The maximum nesting depth of known types. Stripe's objects nest less than 20 levels deep. Each
/// level takes up to 3 KiB of stack in a debug build, and a thread with 128 KiB must suffice.
pub(crate) const MAX_DEPTH: usize = 32;

/// Decodes a value from JSON.
///
/// # Errors
///
/// Returns an error when the text is not JSON, or does not have the shape of `T`. The error
/// contains the path.
///
/// ```
/// use pinstripe_runtime::{List, from_json};
///
/// let error = from_json::<List<String>>(r#"{"object": "list", "data": ["a", 1], "has_more": false}"#).unwrap_err();
/// assert_eq!(error.path(), "data[1]");
/// assert_eq!(error.to_string(), "data[1]: expected a string, found the integer 1");
/// ```
pub fn from_json<T: Value>(json: &str) -> Result<T, DecodeError> {
    AnyMut::fill(|slot| decode_json(slot, json))
}

/// Decodes the body of a response: JSON, unless the type implements
/// [`from_bytes`](Value::from_bytes).
///
/// # Errors
///
/// Returns an error when the body does not have the shape of the type.
pub fn from_body<T: Value>(body: &[u8]) -> Result<T, DecodeError> {
    match T::from_bytes(body) {
        Some(value) => Ok(value),
        None => from_json(text(body)?),
    }
}

/// [`from_json`], but a field that is missing or has the wrong type takes its empty value. Returns
/// every such field with its path.
///
/// # Errors
///
/// When the text is not JSON, is not the kind of value that `T` is, has an object that names another
/// type, or has more than 1000 problems.
///
/// ```
/// use pinstripe_runtime::{List, from_json_lenient};
///
/// let (list, problems) = from_json_lenient::<List<String>>(r#"{"object": "list", "data": ["a", 1]}"#)?;
/// assert_eq!(list.data, ["a", ""]);
/// let paths: Vec<&str> = problems.iter().map(|problem| problem.path()).collect();
/// assert_eq!(paths, ["data[1]", "has_more"]);
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
pub fn from_json_lenient<T: Value>(json: &str) -> Result<(T, Vec<DecodeError>), DecodeError> {
    let mut problems = Vec::new();
    let value = AnyMut::fill(|slot| {
        problems = lenient::decode(slot, json)?;
        Ok(())
    })?;
    Ok((value, problems))
}

/// [`from_body`], but as lenient as [`from_json_lenient`].
///
/// # Errors
///
/// When the body cannot be read as the type at all.
pub fn from_body_lenient<T: Value>(body: &[u8]) -> Result<(T, Vec<DecodeError>), DecodeError> {
    match T::from_bytes(body) {
        Some(value) => Ok((value, Vec::new())),
        None => from_json_lenient(text(body)?),
    }
}

fn text(body: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(body).map_err(|error| DecodeError::syntax(error.to_string()))
}

thread_local! {
    /// The depth of the decoder running on this thread. A union starts a nested decoder for its
    /// text, which must respect the depth of the outer one.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// [`from_json`] for a value of any type, compiled once.
fn decode_json(value: AnyMut<'_>, json: &str) -> Result<(), DecodeError> {
    if lenient::is_on() {
        return lenient::decode_nested(value, json, DEPTH.get());
    }
    let strict = |slot: AnyMut<'_>| {
        let mut trace = Trace { depth: DEPTH.get(), ..Trace::default() };
        reader::read(json, slot, &mut trace).map_err(|reader::Failed| trace)
    };
    value.fill_or_refill(strict, |slot, trace| Err(error_of(trace, slot, json)))
}

/// Returns the error of a document that does not decode, with all other problems that it has.
#[cold]
fn error_of(trace: Trace, slot: AnyMut<'_>, json: &str) -> DecodeError {
    match &trace.problem {
        None => trace.into_error(&syntax_error(json)),
        // The walk around this one starts again, and finds the problems in here as well.
        Some(_) if DEPTH.get() > 0 => trace.into_error(&""),
        Some(_) => {
            let error = trace.into_error(&"");
            let problems = lenient::problems(slot, json);
            let others = problems.into_iter().filter(|other| other.path() != error.path());
            let others = others.collect();
            error.with_others(others)
        }
    }
}

/// Returns the error message of serde_json for text that is not JSON.
pub(crate) fn syntax_error(json: &str) -> String {
    match serde_json::from_str::<IgnoredAny>(json) {
        Err(error) => error.to_string(),
        Ok(_) => {
            "internal error: JSON accepted by serde_json but rejected by the reader".to_owned()
        }
    }
}

/// `Deserialize::deserialize` for every generated type.
#[inline]
pub fn deserialize<'de, T: Value, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    AnyMut::fill(|slot| {
        let form = if slot.is_enum() { Form::Text } else { Form::Json };
        deserialize_into(slot, form, deserializer)
    })
}

/// [`deserialize`] for a type that has another form than generated types.
pub(crate) fn deserialize_as<'de, T: Value, D: Deserializer<'de>>(
    form: Form,
    deserializer: D,
) -> Result<T, D::Error> {
    AnyMut::fill(|slot| deserialize_into(slot, form, deserializer))
}

/// What the serialized form of a type is.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Any value in formats for people, and JSON in a byte string in binary ones.
    Json,
    /// A string. A format for people may have something else that the type understands, such as a number.
    Text,
    /// An integer.
    Integer,
}

fn deserialize_into<'de, D: Deserializer<'de>>(
    value: AnyMut<'_>,
    form: Form,
    deserializer: D,
) -> Result<(), D::Error> {
    let mut trace = Trace::default();
    let place = Place { value: &mut Some(value), trace: &mut trace };
    let result = match form {
        Form::Integer => deserializer.deserialize_i64(place),
        _ if deserializer.is_human_readable() => place.deserialize(deserializer),
        Form::Text => deserializer.deserialize_str(place),
        Form::Json => deserializer.deserialize_bytes(place),
    };
    result.map_err(|error| match trace.problem {
        // The parser's own error knows more than the walk: it keeps line and column.
        None => error,
        Some(_) => de::Error::custom(trace.into_error(&error)),
    })
}

/// The decoder's position and, after a failure, the problem.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) depth: usize,
    /// The path, from the innermost segment to the outermost. Filled while a failure is returned.
    pub(crate) path: Vec<Segment>,
    pub(crate) problem: Option<Problem>,
    /// What a lenient walk passed over, each with its path as in `path`.
    pub(crate) problems: Vec<(Vec<Segment>, Problem)>,
}

impl Trace {
    pub(crate) fn has_room(&self) -> bool {
        self.problems.len() < MAX_PROBLEMS
    }

    /// Adds a segment to the paths of the problems that were found since there were `known`.
    pub(crate) fn place_problems(&mut self, known: usize, segment: impl Fn() -> Segment) {
        self.problems.iter_mut().skip(known).for_each(|(path, _)| path.push(segment()));
    }

    /// Runs a function that may start a nested decoder, one level deeper.
    pub(crate) fn inside<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = DEPTH.replace(self.depth + 1);
        let result = run(self);
        DEPTH.set(outer);
        result
    }

    fn fail<E: de::Error>(&mut self, problem: Problem) -> E {
        self.problem = Some(problem);
        E::custom("the document does not have the shape of the type")
    }

    pub(crate) fn into_error(self, parser: &dyn fmt::Display) -> DecodeError {
        let problem = self.problem.unwrap_or_else(|| Problem::Syntax(parser.to_string()));
        DecodeError::new(self.path, problem)
    }
}

/// A slot and the trace of its position. Both are borrowed, because a parser may forget the seed.
struct Place<'p, 'a> {
    value: &'p mut Option<AnyMut<'a>>,
    trace: &'p mut Trace,
}

impl<'p, 'a> Place<'p, 'a> {
    fn put<E: de::Error>(self, token: Token<'_>) -> Result<(), E> {
        self.next(token).map(|_| ())
    }

    /// Puts the token that begins an array or an object, and returns the container to fill.
    fn open<E: de::Error>(self, token: Token<'_>) -> Result<(Container<'a>, &'p mut Trace), E> {
        if self.trace.depth >= MAX_DEPTH {
            return Err(self.trace.fail(Problem::TooDeep));
        }
        self.next(token)
    }

    fn next<E: de::Error>(self, token: Token<'_>) -> Result<(Container<'a>, &'p mut Trace), E> {
        let value = self.value.take().unwrap_or_else(|| unreachable!("a slot is filled only once"));
        match value.put(token) {
            Ok(next) => Ok((next, self.trace)),
            Err(mismatch) => Err(self.trace.fail(Problem::Mismatch(mismatch))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.value.as_ref().is_some_and(AnyMut::wants_raw_json) {
            true => RawPlace(self).deserialize(deserializer),
            false => deserializer.deserialize_any(self),
        }
    }
}

/// A slot whose type receives the JSON text of its value.
struct RawPlace<'p, 'a>(Place<'p, 'a>);

impl<'de> DeserializeSeed<'de> for RawPlace<'_, '_> {
    type Value = ();

    /// Most of these values are optional IDs and objects, often `null`. With `deserialize_option`,
    /// parsers detect `null` without reading text.
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for RawPlace<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.0.put(Token::Raw("null"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let place = self.0;
        let json = RawSeed.deserialize(deserializer)?;
        let Place { value, trace } = place;
        trace.inside(|trace| Place { value, trace }.put(Token::Raw(&json)))
    }
}

impl<'de> Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value.as_ref().map_or("a value", AnyMut::expected))
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.put(Token::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.put(Token::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.put(Token::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.put(Token::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.put(i64::try_from(value).map_or(Token::Float(value as f64), Token::Int))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.put(Token::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.put(Token::Str(value))
    }

    /// The form of generated types in binary formats.
    fn visit_bytes<E: de::Error>(self, json: &[u8]) -> Result<(), E> {
        let Self { value, trace } = self;
        let value = value.take().unwrap_or_else(|| unreachable!("a place is filled once"));
        let problem = match std::str::from_utf8(json) {
            Err(error) => error.to_string(),
            Ok(json) => match reader::read(json, value, trace) {
                Ok(()) => return Ok(()),
                Err(reader::Failed) => syntax_error(json),
            },
        };
        let problem = trace.problem.take().unwrap_or(Problem::Syntax(problem));
        Err(trace.fail(problem))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let (Container::Array(mut items), trace) = self.open(Token::Array)? else {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        trace.depth += 1;
        let mut index = 0;
        loop {
            let item = Item { items: &mut items, trace: &mut *trace };
            match seq.next_element_seed(item) {
                Ok(Some(())) => index += 1,
                Ok(None) => break,
                Err(error) => {
                    trace.path.push(Segment::Index(index));
                    return Err(error);
                }
            }
        }
        trace.depth -= 1;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (next, trace) = self.open(Token::Object)?;
        trace.depth += 1;
        match next {
            Container::Object(object) => fill_object(object, trace, map)?,
            Container::Map(entries) => fill_map(entries, trace, map)?,
            Container::Array(_) | Container::Done => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            }
        }
        Ok(())
    }
}

fn fill_object<'de, A: MapAccess<'de>>(
    mut object: ObjectMut<'_>,
    trace: &mut Trace,
    mut map: A,
) -> Result<(), A::Error> {
    let table = object.table();
    let mut guess = 0;
    while let Some(found) = map.next_key_seed(FieldName { table, guess })? {
        let index = match found {
            Member::Field(index) => index,
            Member::Object => {
                let json = map.next_value_seed(RawSeed)?;
                if let Err(mismatch) = table.check_object(&json) {
                    trace.path.push(Segment::Field("object"));
                    return Err(trace.fail(Problem::Mismatch(mismatch)));
                }
                continue;
            }
            Member::Unknown => {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
        };
        guess = index + 1;
        let place = Place { value: &mut Some(object.field(index)), trace: &mut *trace };
        if let Err(error) = map.next_value_seed(place) {
            trace.path.push(Segment::Field(table.fields[index].name));
            return Err(error);
        }
    }
    trace.depth -= 1;
    match object.finish() {
        None => Ok(()),
        Some(field) => Err(trace.fail(Problem::Missing { field: field.name, object: table.name })),
    }
}

fn fill_map<'de, A: MapAccess<'de>>(
    mut entries: MapMut<'_>,
    trace: &mut Trace,
    mut map: A,
) -> Result<(), A::Error> {
    while let Some(key) = map.next_key::<String>()? {
        let value = entries.entry(&key);
        let place = Place { value: &mut Some(value), trace: &mut *trace };
        if let Err(error) = map.next_value_seed(place) {
            trace.path.push(Segment::Key(key));
            return Err(error);
        }
    }
    trace.depth -= 1;
    Ok(())
}

/// The next item of an array. It is appended only when the parser has found one.
struct Item<'a, 'v> {
    items: &'a mut ArrayMut<'v>,
    trace: &'a mut Trace,
}

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let place = Place { value: &mut Some(self.items.push()), trace: self.trace };
        place.deserialize(deserializer)
    }
}

/// Finds the field with a name. Stripe sends fields in the order of the table, so the guess is
/// nearly always right.
struct FieldName {
    table: &'static Table,
    guess: usize,
}

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldName {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Member, E> {
        let fields = self.table.fields;
        if fields.get(self.guess).is_some_and(|field| field.name == name) {
            return Ok(Member::Field(self.guess));
        }
        Ok(self.table.member(name))
    }
}

impl From<DecodeError> for TypeMismatch {
    /// Passes an error of a nested decoder on to the outer one.
    fn from(error: DecodeError) -> Self {
        error.into_mismatch()
    }
}
