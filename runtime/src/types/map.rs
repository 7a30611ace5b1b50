//! Maps with string keys.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Deref, DerefMut};

use crate::Clearable;
use crate::reflect::erased::AnyRef;
use crate::reflect::layout::LayoutOf;
use crate::reflect::map::{MapValue, MapView};
use crate::reflect::value::Value;

/// A map with string keys, such as `metadata`. It is sorted by key, so that equal maps are encoded
/// identically.
///
/// ```
/// use pinstripe_runtime::Map;
///
/// let metadata = Map::<String>::from([("order", "17"), ("channel", "web")]);
/// assert_eq!(metadata["order"], "17");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Map<V>(BTreeMap<String, V>);

impl<V> Map<V> {
    /// Creates an empty map.
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Converts to a map of the standard library.
    pub fn into_inner(self) -> BTreeMap<String, V> {
        self.0
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Deref for Map<V> {
    type Target = BTreeMap<String, V>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<V> DerefMut for Map<V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<K: Into<String>, W: Into<V>, V> FromIterator<(K, W)> for Map<V> {
    fn from_iter<I: IntoIterator<Item = (K, W)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// Whatever a [`Map`] is made from, in one row for each.
macro_rules! from_entries {
    ($($entries:ty, [$($generics:tt)*];)*) => {
        $(
            impl<K: Into<String>, W: Into<V>, V, $($generics)*> From<$entries> for Map<V> {
                fn from(entries: $entries) -> Self {
                    entries.into_iter().collect()
                }
            }

            impl<K: Into<String>, W: Into<V>, V, $($generics)*> From<$entries>
                for Clearable<Map<V>>
            {
                fn from(entries: $entries) -> Self {
                    Self::Set(entries.into())
                }
            }
        )*
    };
    (borrowed: $($entries:ty, [$($generics:tt)*];)*) => {
        $(
            impl<K: Clone + Into<String>, W: Clone + Into<V>, V, $($generics)*> From<&$entries>
                for Map<V>
            {
                fn from(entries: &$entries) -> Self {
                    entries.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
                }
            }

            impl<K: Clone + Into<String>, W: Clone + Into<V>, V, $($generics)*> From<&$entries>
                for Clearable<Map<V>>
            {
                fn from(entries: &$entries) -> Self {
                    Self::Set(entries.into())
                }
            }
        )*
    };
}

from_entries! {
    [(K, W); N], [const N: usize];
    Vec<(K, W)>, [];
    HashMap<K, W, S>, [S];
    BTreeMap<K, W>, [];
}

from_entries! { borrowed:
    [(K, W)], [];
    [(K, W); N], [const N: usize];
    Vec<(K, W)>, [];
    HashMap<K, W, S>, [S];
    BTreeMap<K, W>, [];
}

impl<V: Clone> From<&Self> for Map<V> {
    fn from(map: &Self) -> Self {
        map.clone()
    }
}

impl<V: Clone> From<&Map<V>> for Clearable<Map<V>> {
    fn from(map: &Map<V>) -> Self {
        Self::Set(map.clone())
    }
}

impl<'a, V> IntoIterator for &'a Map<V> {
    type Item = (&'a String, &'a V);
    type IntoIter = std::collections::btree_map::Iter<'a, String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (String, V);
    type IntoIter = std::collections::btree_map::IntoIter<String, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<V: serde::Serialize> serde::Serialize for Map<V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, V: serde::Deserialize<'de>> serde::Deserialize<'de> for Map<V> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Self)
    }
}

impl<V: Value> Value for Map<V> {
    const LAYOUT: LayoutOf<Self> = LayoutOf::map();
}

impl<V: Value> MapValue for Map<V> {
    type Item = V;

    fn entry(&mut self, key: &str) -> &mut V {
        self.0.entry(key.to_owned()).or_insert_with(V::placeholder)
    }
}

impl<V: Value> MapView for Map<V> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a str, AnyRef<'a>)) {
        for (key, value) in &self.0 {
            visit(key, AnyRef::of(value));
        }
    }
}
