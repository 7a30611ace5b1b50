//! What is known of an event by its type.

use crate::reflect::value::Value;

/// The type of a snapshot event: one that carries the object as it was when the event happened.
pub trait SnapshotEvent {
    /// The value of the event's member `type`.
    const TYPE: &'static str;

    /// What the event carries.
    type Object: Value;
}

/// The type of a thin event of the v2 API: one that names an object, for the receiver to fetch.
pub trait ThinEvent {
    /// The value of the event's member `type`.
    const TYPE: &'static str;

    /// What the event says beyond which object it is about; [`RawJson`](crate::RawJson) where that is nothing.
    type Data: Value;

    /// The object that the event is about; [`RawJson`](crate::RawJson) where there is none.
    type Related: Value;
}
