//! Parameters that can be cleared.

/// A parameter that can be set or cleared. To leave the value unchanged, do not call the setter.
///
/// `.footer("Thanks!")` sets a value, and `.footer(Clearable::Clear)` clears it.
#[derive(Debug, Clone, PartialEq)]
pub enum Clearable<T> {
    /// Clears the value: the empty string in a form, `null` in JSON.
    Clear,
    /// Sets the value.
    Set(T),
}

impl<T: serde::Serialize> serde::Serialize for Clearable<T> {
    /// Serializes `Clear` as `None`, and a value as `Some`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear => serializer.serialize_none(),
            Self::Set(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Clearable<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

impl<T> From<T> for Clearable<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Clearable<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

impl From<&String> for Clearable<String> {
    fn from(value: &String) -> Self {
        Self::Set(value.clone())
    }
}

impl<T> From<&str> for Clearable<crate::Id<T>> {
    fn from(id: &str) -> Self {
        Self::Set(id.into())
    }
}

impl<T> From<String> for Clearable<crate::Id<T>> {
    fn from(id: String) -> Self {
        Self::Set(id.into())
    }
}

impl<T> From<&crate::Id<T>> for Clearable<crate::Id<T>> {
    fn from(id: &crate::Id<T>) -> Self {
        Self::Set(id.clone())
    }
}

impl From<&str> for Clearable<crate::Currency> {
    fn from(code: &str) -> Self {
        Self::Set(code.into())
    }
}

impl From<i64> for Clearable<crate::Timestamp> {
    fn from(seconds: i64) -> Self {
        Self::Set(seconds.into())
    }
}

impl<T, U: Into<T>, const N: usize> From<[U; N]> for Clearable<Vec<T>> {
    fn from(items: [U; N]) -> Self {
        Self::Set(items.into_iter().map(Into::into).collect())
    }
}
