//! The macros that implement tables.

/// Implements [`Value`] and its supertraits for a struct, from the list of its fields and their
/// wire names.
///
/// The list is sorted by wire name. These do not compile: a missing field, a repeated field, a
/// packed struct, a struct that implements `Drop`, a union.
///
/// The macro is used thousands of times with thousands of fields. It does not call other macros,
/// because each call costs more build time than the code it replaces.
#[doc(hidden)]
#[macro_export]
macro_rules! object_table {
    ($type:ident $(: $object:literal $(- $deleted:ident)?)? {
        $($field:ident = $name:literal $([$($flag:ident)*])?),* $(,)?
    }) => {
        // SAFETY: the patterns and `Field::new` verify the fields. `HasNoDrop` verifies that there
        // is no `Drop`.
        unsafe impl $crate::Object for $type {
            // The remaining fields of the table are taken from an empty one, even if none remain.
            #[allow(clippy::needless_update)]
            // SAFETY: nothing is read through the pointer. Only addresses of fields are taken.
            const TABLE: &'static $crate::Table = unsafe {
                let memory = $crate::Uninit::<Self>::uninit();
                let at = memory.as_ptr();
                // Without `..`, a field that is not listed is a compile error.
                let Self { $($field: _),* } = *at;
                // A pattern of a union cannot have `..`.
                let Self { .. } = *at;
                let () = <Self as $crate::HasNoDrop<_>>::CHECKED;
                &$crate::Table {
                    name: stringify!($type),
                    fields: &[$($crate::Field::new($name, at, &raw const (*at).$field, 0 $($(| $crate::Field::$flag)*)?)),*],
                    $(object: $object, $($deleted: true,)?)?
                    ..$crate::Table::EMPTY
                }
            };
        }

        impl $crate::Value for $type {
            const LAYOUT: $crate::LayoutOf<Self> = $crate::LayoutOf::object();
        }

        impl Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                $crate::clone_value(self)
            }
        }

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::equal(self, other)
            }
        }

        impl Default for $type {
            #[inline]
            fn default() -> Self {
                $crate::placeholder()
            }
        }

        impl $crate::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut $crate::Formatter<'_>) -> $crate::FmtResult {
                $crate::debug(self, f)
            }
        }

        impl $crate::serde::Serialize for $type {
            #[inline]
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serialize(self, serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            #[inline]
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::deserialize(deserializer)
            }
        }
    };
}

/// [`object_table!`](crate::object_table) for a struct with a type parameter.
macro_rules! generic_object_table {
    ($type:ident $(<$param:ident>)? $(: $object:literal)? {
        $($field:ident = $name:literal $([$flag:ident])?),* $(,)?
    }) => {
        #[allow(unsafe_code, reason = "the macro checks the requirements of the trait")]
        // SAFETY: the pattern without `..` proves that every field is listed, each by its address.
        unsafe impl$(<$param: $crate::Value>)? $crate::Object for $type$(<$param>)? {
            // SAFETY: nothing is read through the pointer. Only addresses of fields are taken.
            const TABLE: &'static $crate::Table = unsafe {
                let memory = std::mem::MaybeUninit::<Self>::uninit();
                let at = memory.as_ptr();
                let Self { $($field: _),* } = *at;
                &$crate::Table {
                    name: stringify!($type),
                    fields: &[$($crate::Field::new($name, at, &raw const (*at).$field, 0 $(| $crate::Field::$flag)?)),*],
                    $(object: $object,)?
                    ..$crate::Table::EMPTY
                }
            };
        }

        impl$(<$param: $crate::Value>)? $crate::Value for $type$(<$param>)? {
            const LAYOUT: $crate::LayoutOf<Self> = $crate::LayoutOf::object();
        }

        impl$(<$param: $crate::Value>)? Clone for $type$(<$param>)? {
            fn clone(&self) -> Self {
                $crate::clone_value(self)
            }
        }

        impl$(<$param: $crate::Value>)? PartialEq for $type$(<$param>)? {
            fn eq(&self, other: &Self) -> bool {
                $crate::equal(self, other)
            }
        }

        impl$(<$param: $crate::Value>)? Default for $type$(<$param>)? {
            fn default() -> Self {
                $crate::placeholder()
            }
        }

        impl$(<$param: $crate::Value>)? std::fmt::Debug for $type$(<$param>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::debug(self, f)
            }
        }

        impl$(<$param: $crate::Value>)? serde::Serialize for $type$(<$param>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serialize(self, serializer)
            }
        }

        impl<'de $(, $param: $crate::Value)?> serde::Deserialize<'de> for $type$(<$param>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use generic_object_table;
