//! Maps whose item type is unknown.

use super::erased::{AnyMut, AnyRef};
use super::value::Value;

/// A [`Value`] that is a map with string keys. The default value is an empty map.
pub trait MapValue: Value + Default + MapView {
    type Item: Value;

    /// Returns the value of a key, and inserts a placeholder if there is none.
    fn entry(&mut self, key: &str) -> &mut Self::Item;
}

/// A map to encode.
#[allow(clippy::len_without_is_empty, reason = "the writers only need the length")]
pub trait MapView {
    fn len(&self) -> usize;

    /// Calls `visit` with each entry, in the order of the keys.
    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, AnyRef<'a>));
}

/// A map to fill.
pub(crate) struct MapMut<'a>(&'a mut dyn Entries);

impl<'a> MapMut<'a> {
    pub(super) fn new<M: MapValue>(map: &'a mut M) -> Self {
        Self(map)
    }

    /// Returns the slot of a key. It must not be forgotten.
    pub(crate) fn entry(&mut self, key: &str) -> AnyMut<'_> {
        self.0.slot(key)
    }
}

trait Entries {
    fn slot(&mut self, key: &str) -> AnyMut<'_>;
}

impl<M: MapValue> Entries for M {
    fn slot(&mut self, key: &str) -> AnyMut<'_> {
        // SAFETY: the slot is only visible to this crate, which never forgets a slot.
        unsafe { AnyMut::replacing(self.entry(key)) }
    }
}
