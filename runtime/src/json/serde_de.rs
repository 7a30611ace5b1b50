//! Decoding: one walk over tables, driven by any serde deserializer.

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

/// How deep known types may nest. Stripe's own objects stay below 20; what is deeper is not from Stripe. The walk takes up to 3 KiB
/// of stack for each level in a debug build, and is to fit into a thread that has 128.
pub(crate) const MAX_DEPTH: usize = 32;

/// Decodes a value from JSON.
///
/// # Errors
///
/// When the text is not JSON, or does not have the shape of `T`. The error says where.
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

/// Decodes the body of a response: JSON, unless the type [says otherwise](Value::from_bytes).
///
/// # Errors
///
/// When the body does not have the shape of the type.
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
    /// How deep the walk is that is under way on this thread: a union decodes its text in a walk of its own, which is to go no deeper
    /// than the one around it may.
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
        None => trace.into_error(&what_is_wrong(json)),
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

/// What serde_json says of text that is not JSON.
pub(crate) fn what_is_wrong(json: &str) -> String {
    match serde_json::from_str::<IgnoredAny>(json) {
        Err(error) => error.to_string(),
        Ok(_) => "the parser and the walk do not agree".to_owned(),
    }
}

/// `Deserialize::deserialize` for every generated type.
#[inline]
pub fn deserialize<'de, T: Value, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    AnyMut::fill(|slot| deserialize_into(slot, deserializer))
}

fn deserialize_into<'de, D: Deserializer<'de>>(
    value: AnyMut<'_>,
    deserializer: D,
) -> Result<(), D::Error> {
    let mut trace = Trace::default();
    let place = Place { value: &mut Some(value), trace: &mut trace };
    place.deserialize(deserializer).map_err(|error| match trace.problem {
        // The parser's own error knows more than the walk: it keeps line and column.
        None => error,
        Some(_) => de::Error::custom(trace.into_error(&error)),
    })
}

/// Where the walk is, and, once it has failed, what happened.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) depth: usize,
    /// From the innermost segment to the outermost: filled while the failed walk returns.
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

    /// Runs what may begin a walk of its own one level deeper than this one is.
    pub(crate) fn inside<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let outer = DEPTH.replace(self.depth + 1);
        let result = run(self);
        DEPTH.set(outer);
        result
    }

    fn fail<E: de::Error>(&mut self, problem: Problem) -> E {
        self.problem = Some(problem);
        E::custom("the document does not fit the type")
    }

    pub(crate) fn into_error(self, parser: &dyn fmt::Display) -> DecodeError {
        let problem = self.problem.unwrap_or_else(|| Problem::Syntax(parser.to_string()));
        DecodeError::new(self.path, problem)
    }
}

/// A place, and how the walk came there. It is only lent, since a parser may forget what it was given.
struct Place<'p, 'a> {
    value: &'p mut Option<AnyMut<'a>>,
    trace: &'p mut Trace,
}

impl<'p, 'a> Place<'p, 'a> {
    fn put<E: de::Error>(self, token: Token<'_>) -> Result<(), E> {
        self.next(token).map(|_| ())
    }

    /// Puts the beginning of an array or an object, and says what goes on inside.
    fn open<E: de::Error>(self, token: Token<'_>) -> Result<(Container<'a>, &'p mut Trace), E> {
        if self.trace.depth >= MAX_DEPTH {
            return Err(self.trace.fail(Problem::TooDeep));
        }
        self.next(token)
    }

    fn next<E: de::Error>(self, token: Token<'_>) -> Result<(Container<'a>, &'p mut Trace), E> {
        let value = self.value.take().unwrap_or_else(|| unreachable!("a place is filled once"));
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

/// A place that wants the text of its value.
struct RawPlace<'p, 'a>(Place<'p, 'a>);

impl<'de> DeserializeSeed<'de> for RawPlace<'_, '_> {
    type Value = ();

    /// Most of these are ids and objects that can be left out, and most are: parsers find that out at once.
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
        f.write_str("a value")
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

/// The item that follows in an array. It is added to the array only when the parser has found it.
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

/// Finds the field of a name. Stripe sends fields in the order of the table, so the guess is nearly always right.
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
    /// What a value decoded from text of its own reports to the walk that gave it the text.
    fn from(error: DecodeError) -> Self {
        error.into_mismatch()
    }
}
