//! Every request of the API, made with the functions of resources and their setters.

use pinstripe::{Clearable, Id, Map, RangeQuery, Request, Upload};
use pinstripe_runtime::{Currency, DateTime, Decimal, Int64, RawJson, Timestamp, Value, from_json};
use serde_json::Value as Json;

include!(concat!(env!("OUT_DIR"), "/every_request.rs"));

/// Sees a way to make each request, from its parameters as JSON.
pub trait Visitor {
    fn visit<R: Request>(&mut self, make: fn(&mut Members) -> Option<R>);
}

/// A type that can be made from JSON.
pub trait Made: Sized {
    /// Returns `None` if the JSON has another type.
    fn made(given: &Json) -> Option<Self>;

    /// Returns a substitute for a value that JSON cannot represent.
    fn missing() -> Option<Self> {
        None
    }
}

/// The fields of an object that are not used yet.
pub struct Members(serde_json::Map<String, Json>);

impl Members {
    pub fn of(given: &Json) -> Option<Self> {
        Some(Self(given.as_object()?.clone()))
    }

    /// Takes a required field.
    fn take<T: Made>(&mut self, name: &str) -> Option<T> {
        match self.0.remove(name) {
            Some(value) => T::made(&value),
            None => T::missing(),
        }
    }

    /// Takes an optional field.
    fn find<T: Made>(&mut self, name: &str) -> Option<Option<T>> {
        self.0.remove(name).map_or(Some(T::missing()), |value| T::made(&value).map(Some))
    }

    /// Returns the value if all fields were used.
    fn end<T>(&self, made: T) -> Option<T> {
        self.0.is_empty().then_some(made)
    }
}

/// A value whose JSON its type reads.
fn text<T: Value>(given: &Json) -> Option<T> {
    from_json(&given.to_string()).ok()
}

macro_rules! texts {
    ($($type:ty)*) => {
        $(impl Made for $type {
            fn made(given: &Json) -> Option<Self> {
                text(given)
            }
        })*
    };
}

texts!(bool i64 f64 String Currency DateTime Decimal Int64 RawJson Timestamp);

impl<T: 'static> Made for Id<T> {
    fn made(given: &Json) -> Option<Self> {
        text(given)
    }
}

impl<T: Made> Made for Box<T> {
    fn made(given: &Json) -> Option<Self> {
        T::made(given).map(Box::new)
    }
}

impl<T: Made> Made for Vec<T> {
    fn made(given: &Json) -> Option<Self> {
        given.as_array()?.iter().map(T::made).collect()
    }
}

impl<T: Made> Made for Map<T> {
    fn made(given: &Json) -> Option<Self> {
        given
            .as_object()?
            .iter()
            .map(|(name, value)| Some((name.as_str(), T::made(value)?)))
            .collect::<Option<Vec<_>>>()
            .map(Map::from)
    }
}

impl<T: Made> Made for Clearable<T> {
    fn made(given: &Json) -> Option<Self> {
        if given.is_null() || given == "" {
            Some(Self::Clear)
        } else {
            T::made(given).map(Self::Set)
        }
    }
}

impl<T: Made + Value> Made for RangeQuery<T> {
    fn made(given: &Json) -> Option<Self> {
        text(given)
    }
}

impl Made for Upload {
    fn made(_: &Json) -> Option<Self> {
        None
    }

    fn missing() -> Option<Self> {
        Some(Self::new("file.txt", *b"content"))
    }
}
