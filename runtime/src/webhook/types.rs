//! Traits of the event type markers.

use crate::reflect::value::Value;

/// A snapshot event type. Its events contain the object as it was at the time of the event.
pub trait SnapshotEvent {
    /// The value of the event's field `type`.
    const TYPE: &'static str;

    /// The type of the object.
    type Object: Value;
}

/// A thin event type of the v2 API. Its events name an object for the receiver to fetch.
pub trait ThinEvent {
    /// The value of the event's field `type`.
    const TYPE: &'static str;

    /// The additional data of the event; [`RawJson`](crate::RawJson) if there is none.
    type Data: Value;

    /// The object that the event refers to; [`RawJson`](crate::RawJson) if there is none.
    type Related: Value;
}

/// Implements [`SnapshotEvent`] for event types, from the value of `type` and the object.
#[doc(hidden)]
#[macro_export]
macro_rules! snapshot_events {
    ($($(#[$gate:meta])* $event:ident: $name:literal -> $object:ty;)*) => {
        $(
            $(#[$gate])*
            impl $crate::SnapshotEvent for $event {
                const TYPE: &'static str = $name;
                type Object = $object;
            }
        )*
    };
}

/// Implements [`ThinEvent`] for event types, from the value of `type`, the data and the related
/// object.
#[doc(hidden)]
#[macro_export]
macro_rules! thin_events {
    ($($(#[$gate:meta])* $event:ident: $name:literal -> $data:ty, $related:ty;)*) => {
        $(
            $(#[$gate])*
            impl $crate::ThinEvent for $event {
                const TYPE: &'static str = $name;
                type Data = $data;
                type Related = $related;
            }
        )*
    };
}
