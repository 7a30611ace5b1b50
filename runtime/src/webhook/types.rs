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
