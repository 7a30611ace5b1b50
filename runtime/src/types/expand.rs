//! Typed paths to expandable fields: they request an expansion, and read the expanded object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde_json::value::RawValue;

use crate::json::{peek, writer};
use crate::reflect::value::{Value, View};
use crate::{DecodeError, List};

/// A path from an object of type `From` to a field that expands to an object of type `To`.
///
/// The generated crate has a constant for each expandable field, such as
/// `invoice::expand::CUSTOMER`. A constant is passed to `.expand(…)` of a request, and to
/// `.expanded(…)` of the object in the response. [`then`](Self::then) continues a path in the
/// object that the field expands to.
///
/// `D` is the [`Depth`] of the path. The API refuses paths of more than four levels, and so does
/// the compiler.
pub struct Expand<From, To, D = Depth<1>> {
    /// The names of the fields. Unused ones are empty.
    steps: [&'static str; MAX_DEPTH],
    types: PhantomData<fn(From) -> (To, D)>,
}

/// The greatest number of levels of a path.
const MAX_DEPTH: usize = 4;

/// The number of levels of an [`Expand`] path.
///
/// `EXPANDS` is `false` if the path ends at an object that responses always include. A request
/// cannot expand it, but only fields in it.
pub struct Depth<const LEVELS: usize, const EXPANDS: bool = true>;

impl<From, To, const LEVELS: usize, const EXPANDS: bool> Expand<From, To, Depth<LEVELS, EXPANDS>> {
    /// Creates a path from the names of its fields.
    ///
    /// Only for the generated crate: nothing checks that the fields exist.
    #[doc(hidden)]
    pub const fn new(path: [&'static str; LEVELS]) -> Self {
        let mut steps = [""; MAX_DEPTH];
        let mut index = 0;
        while index < LEVELS {
            steps[index] = path[index];
            index += 1;
        }
        Self { steps, types: PhantomData }
    }
}

impl<From, To, D> Expand<From, To, D> {
    /// Continues the path in the object that this field expands to. In a list, it continues in
    /// every item.
    ///
    /// ```
    /// # use pinstripe_runtime::{Expand, List, Map};
    /// # type Invoice = Map<i64>;
    /// # type Line = Map<String>;
    /// # type Price = Map<bool>;
    /// # mod invoice { pub mod expand { use crate::*;
    /// #     pub const LINES: Expand<Invoice, List<Line>> = Expand::new(["lines"]);
    /// # } }
    /// # mod line { pub mod expand { use crate::*;
    /// #     pub const PRICE: Expand<Line, Price> = Expand::new(["price"]);
    /// # } }
    /// # fn main() {
    /// let path = invoice::expand::LINES.then(line::expand::PRICE);
    /// assert_eq!(path.path(), "lines.data.price");
    /// # }
    /// ```
    pub const fn then<Next, Last, E>(
        self,
        next: Expand<Next, Last, E>,
    ) -> Expand<From, Last, Chain<D, To::Between, E>>
    where
        To: LeadsTo<Next>,
        To::Between: Plus<E>,
        Sum<To::Between, E>: Plus<D>,
    {
        let mut steps = self.steps;
        let mut length = 0;
        while length < MAX_DEPTH && !steps[length].is_empty() {
            length += 1;
        }
        if !To::BETWEEN.is_empty() {
            steps[length] = To::BETWEEN;
            length += 1;
        }
        let mut index = 0;
        while index < MAX_DEPTH && !next.steps[index].is_empty() {
            steps[length] = next.steps[index];
            length += 1;
            index += 1;
        }
        Expand { steps, types: PhantomData }
    }

    /// Returns the path as the API writes it: `subscription.customer`.
    pub fn path(&self) -> String {
        self.steps().join(".")
    }

    fn steps(&self) -> &[&'static str] {
        let length = self.steps.iter().position(|step| step.is_empty()).unwrap_or(MAX_DEPTH);
        &self.steps[..length]
    }
}

impl<From: Value, To: Value, D> Expand<From, To, D> {
    /// Decodes the object at the end of the path. Each call decodes it again.
    ///
    /// # Errors
    ///
    /// Returns an error when the object is not there, is deleted, or does not have the shape of
    /// `To`, and when the path leads to several objects.
    pub fn read(&self, from: &From) -> Result<To, ExpandError> {
        let mut found = self.find(from)?;
        match found.len() {
            0 => Err(ExpandError::Empty { path: self.path() }),
            1 => self.decode(&found.remove(0)),
            count => Err(ExpandError::Several { path: self.path(), count }),
        }
    }

    /// Decodes the object at the end of the path, like [`read`](Self::read). Returns `None` when a
    /// field on the path is `None`, or when the object is deleted.
    ///
    /// # Errors
    ///
    /// Returns an error when a field on the path was not expanded, and otherwise like
    /// [`read`](Self::read).
    pub fn read_or_none(&self, from: &From) -> Result<Option<To>, ExpandError> {
        match self.read(from) {
            Ok(object) => Ok(Some(object)),
            Err(ExpandError::Empty { .. } | ExpandError::Deleted { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Decodes all objects at the end of the path, where it leads through lists. Fields without a
    /// value, and deleted objects, are omitted.
    ///
    /// # Errors
    ///
    /// Returns an error when a field on the path was not expanded, and when an object does not have
    /// the shape of `To`.
    pub fn read_all(&self, from: &From) -> Result<Vec<To>, ExpandError> {
        let decoded = self.find(from)?.into_iter().map(|json| self.decode(&json));
        decoded.filter(|object| !matches!(object, Err(ExpandError::Deleted { .. }))).collect()
    }

    /// Returns the JSON text of all objects at the end of the path.
    fn find<'f>(&self, from: &'f From) -> Result<Vec<Cow<'f, str>>, ExpandError> {
        let mut found = Vec::new();
        find(from.view(), self.steps(), &mut found)
            .map_err(|IsNotExpanded| ExpandError::NotExpanded { path: self.path() })?;
        Ok(found)
    }

    fn decode(&self, json: &str) -> Result<To, ExpandError> {
        // A union has a variant for a deleted object, and a struct has none.
        let is_deleted = peek::fields(json, ["deleted"]) == [Some("true")];
        if is_deleted && matches!(To::placeholder().view(), View::Object(_)) {
            return Err(ExpandError::Deleted { path: self.path() });
        }
        let decoded = crate::from_json(json);
        decoded.map_err(|source| ExpandError::Decode { path: self.path(), source: source.into() })
    }
}

/// A field is an ID or a list that the response does not include.
struct IsNotExpanded;

/// Adds the JSON text of the objects that the steps lead to.
fn find<'v>(
    view: View<'v>,
    steps: &[&str],
    found: &mut Vec<Cow<'v, str>>,
) -> Result<(), IsNotExpanded> {
    match (view, steps) {
        (View::Raw(json), _) => find_in_json(json, steps, found),
        (View::Array(items), _) => {
            items.iter().try_for_each(|item| find(item.view(), steps, found))
        }
        (View::Object(object), [step, rest @ ..]) => {
            find(object.get(step).unwrap_or(View::Absent), rest, found)
        }
        (view @ View::Object(_), []) => {
            let mut json = String::new();
            writer::write(&mut json, view);
            found.push(json.into());
            Ok(())
        }
        (View::Absent, _) => is_absent(steps),
        _ => Err(IsNotExpanded),
    }
}

fn find_in_json<'v>(
    json: &'v str,
    steps: &[&str],
    found: &mut Vec<Cow<'v, str>>,
) -> Result<(), IsNotExpanded> {
    match (json.as_bytes().first(), steps) {
        (Some(b'['), _) => {
            let items: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
            items.into_iter().try_for_each(|item| find_in_json(item.get(), steps, found))
        }
        (Some(b'{'), [step, rest @ ..]) => {
            let [field] = peek::fields(json, [step]);
            field.map_or_else(|| is_absent(rest), |field| find_in_json(field, rest, found))
        }
        (Some(b'{'), []) => {
            found.push(json.into());
            Ok(())
        }
        (Some(b'n'), _) => is_absent(steps),
        _ => Err(IsNotExpanded),
    }
}

/// A list is never `null`: without it, the response does not include it.
fn is_absent(rest: &[&str]) -> Result<(), IsNotExpanded> {
    if rest.first() == Some(&LIST_ITEMS) { Err(IsNotExpanded) } else { Ok(()) }
}

/// The field of a list that holds its items.
const LIST_ITEMS: &str = "data";

/// The error of an expanded object that cannot be read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ExpandError {
    /// A field on the path is an ID: the request did not expand it.
    NotExpanded { path: String },
    /// A field on the path is `null`, or the response does not include it.
    Empty { path: String },
    /// The object was deleted at Stripe.
    Deleted { path: String },
    /// The path leads through a list to several objects.
    Several { path: String, count: usize },
    /// The object does not have the shape of its type.
    Decode { path: String, source: Box<DecodeError> },
}

impl ExpandError {
    /// Returns the path that was read: `subscription.customer`.
    pub fn path(&self) -> &str {
        match self {
            Self::NotExpanded { path }
            | Self::Empty { path }
            | Self::Deleted { path }
            | Self::Several { path, .. }
            | Self::Decode { path, .. } => path,
        }
    }
}

impl fmt::Display for ExpandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotExpanded { path } => {
                write!(f, "`{path}` is not expanded: add `.expand(\"{path}\")` to the request")
            }
            Self::Empty { path } => write!(
                f,
                "`{path}` has no value: it is null, or the request needs `.expand(\"{path}\")`"
            ),
            Self::Deleted { path } => write!(f, "`{path}` is a deleted object"),
            Self::Several { path, count } => {
                write!(f, "`{path}` leads to {count} objects: read them with `expanded_all`")
            }
            Self::Decode { path, source } => {
                write!(f, "`{path}` does not have the expected shape: {source}")
            }
        }
    }
}

impl std::error::Error for ExpandError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Decode { source, .. } => Some(&**source),
            _ => None,
        }
    }
}

/// A type whose [`Expand`] path can continue at a field of `Next`: `Next` itself, a list of `Next`,
/// or a union with it.
#[diagnostic::on_unimplemented(
    message = "the field before expands to `{Self}`, and the next one belongs to `{Next}`",
    label = "a field of `{Next}`"
)]
pub trait LeadsTo<Next> {
    /// The field between both, if any.
    #[doc(hidden)]
    const BETWEEN: &'static str = "";
    /// Its number of levels.
    #[doc(hidden)]
    type Between;
}

impl<T> LeadsTo<T> for List<T> {
    const BETWEEN: &'static str = LIST_ITEMS;
    type Between = Depth<1>;
}

/// The addition of two [`Depth`]s, as far as the API allows it.
#[diagnostic::on_unimplemented(
    message = "an expansion reaches at most four levels, and `data` of a list is one of them",
    label = "this path is too long"
)]
pub trait Plus<D> {
    #[doc(hidden)]
    type Sum;
}

/// The sum of two [`Depth`]s.
#[doc(hidden)]
pub type Sum<D, E> = <D as Plus<E>>::Sum;

/// The depth of a path that continues another one, with the levels between both.
#[doc(hidden)]
pub type Chain<D, Between, E> = Sum<Sum<Between, E>, D>;

macro_rules! sums {
    ($($left:literal + $right:literal = $sum:literal)*) => {
        $(
            impl<const L: bool, const R: bool> Plus<Depth<$right, R>> for Depth<$left, L> {
                type Sum = Depth<$sum, R>;
            }
        )*
    };
}

sums! {
    0 + 1 = 1  0 + 2 = 2  0 + 3 = 3  0 + 4 = 4
    1 + 1 = 2  1 + 2 = 3  1 + 3 = 4
    2 + 1 = 3  2 + 2 = 4
    3 + 1 = 4
}

impl<From, To, D> Clone for Expand<From, To, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<From, To, D> Copy for Expand<From, To, D> {}

impl<From, To, D> fmt::Debug for Expand<From, To, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expand").field(&self.path()).finish()
    }
}

impl<From, To, D> fmt::Display for Expand<From, To, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

/// Gives objects the methods that read expanded fields.
#[doc(hidden)]
#[macro_export]
macro_rules! expandable_objects {
    ($($type:ty;)*) => {
        $(
            impl $crate::LeadsTo<$type> for $type {
                type Between = $crate::Depth<0>;
            }

            impl $type {
                /// Decodes the object that a field expands to. The request must have expanded the
                /// field.
                ///
                /// # Errors
                ///
                /// Returns an error when the field is not expanded or has no value, and when the
                /// object is deleted or does not have the expected shape.
                #[inline]
                pub fn expanded<To: $crate::Value, D>(
                    &self,
                    field: $crate::Expand<Self, To, D>,
                ) -> Result<To, $crate::ExpandError> {
                    field.read(self)
                }

                /// Decodes the object that a field expands to. Returns `None` when the field has no
                /// value, or when the object is deleted.
                ///
                /// # Errors
                ///
                /// Returns an error when the field is not expanded, and when the object does not
                /// have the expected shape.
                #[inline]
                pub fn expanded_or_none<To: $crate::Value, D>(
                    &self,
                    field: $crate::Expand<Self, To, D>,
                ) -> Result<Option<To>, $crate::ExpandError> {
                    field.read_or_none(self)
                }

                /// Decodes all objects that a field expands to, where the path leads through lists.
                /// Deleted objects are omitted.
                ///
                /// # Errors
                ///
                /// Returns an error when a field is not expanded, and when an object does not have
                /// the expected shape.
                #[inline]
                pub fn expanded_all<To: $crate::Value, D>(
                    &self,
                    field: $crate::Expand<Self, To, D>,
                ) -> Result<Vec<To>, $crate::ExpandError> {
                    field.read_all(self)
                }
            }
        )*
    };
}

/// Lets paths continue in the objects of a union.
#[doc(hidden)]
#[macro_export]
macro_rules! expandable_unions {
    ($($union:ty => $object:ty;)*) => {
        $(
            impl $crate::LeadsTo<$object> for $union {
                type Between = $crate::Depth<0>;
            }
        )*
    };
}
