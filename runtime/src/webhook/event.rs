//! Snapshot events.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::{AnyEvent, SnapshotEvent};
use crate::json::peek;
use crate::types::raw_json::RawJson;
use crate::{DecodeError, Timestamp, Value};

/// An event that carries an object as it was when the event happened.
///
/// It decodes whatever version of the API wrote it, and is kept whole, byte for byte. The object in it is decoded when it is asked for:
///
/// ```
/// use pinstripe_runtime::webhook::{Event, SnapshotEvent};
/// use pinstripe_runtime::{List, RawJson};
///
/// # enum InvoicePaid {}
/// # impl SnapshotEvent for InvoicePaid { const TYPE: &'static str = "invoice.paid"; type Object = List<String>; }
/// let event = Event::from_json(r#"{
///     "id": "evt_1", "object": "event", "type": "invoice.paid", "livemode": false,
///     "data": {"object": {"object": "list", "data": ["line"], "has_more": false}}
/// }"#)?;
///
/// // By the type of the event, which says what the object is:
/// if let Some(object) = event.get::<InvoicePaid>()? {
///     assert_eq!(object.data, ["line"]);
/// }
/// // By the type of the object:
/// assert!(event.object::<List<String>>()?.data.len() == 1);
/// // As it came:
/// assert!(event.object_json().is_some_and(|json| json.contains("line")));
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Event {
    envelope: Envelope,
}

impl Event {
    /// Reads an event without a signature: one that was stored, or that came by Amazon EventBridge or Azure Event Grid, whose envelopes
    /// are taken off.
    ///
    /// # Errors
    ///
    /// When it is not JSON, has no `id` or no `type`, or is a thin event.
    pub fn from_json(json: &str) -> Result<Self, DecodeError> {
        match AnyEvent::from_json(json)? {
            AnyEvent::Snapshot(event) => Ok(event),
            AnyEvent::Thin(_) => {
                Err(DecodeError::mismatch("object", "a snapshot event", "a thin event".to_owned()))
            }
        }
    }

    pub(super) fn read(envelope: Envelope) -> Self {
        Self { envelope }
    }

    /// The id: what tells a second delivery of the same event from another event.
    pub fn id(&self) -> &str {
        &self.envelope.id
    }

    /// The type: `invoice.paid`.
    pub fn type_name(&self) -> &str {
        &self.envelope.type_name
    }

    /// Whether it is an event of this type.
    pub fn is<E: SnapshotEvent>(&self) -> bool {
        self.type_name() == E::TYPE
    }

    /// The version of the API that wrote it.
    pub fn api_version(&self) -> Option<String> {
        self.envelope.text("api_version")
    }

    /// When it happened.
    pub fn created(&self) -> Option<Timestamp> {
        self.envelope.time("created")
    }

    /// The connected account that it happened on.
    pub fn account(&self) -> Option<String> {
        self.envelope.text("account")
    }

    /// The account within an organization that it happened on.
    pub fn context(&self) -> Option<String> {
        self.envelope.text("context")
    }

    /// Whether it is about real money.
    pub fn livemode(&self) -> bool {
        self.envelope.is_true("livemode")
    }

    /// The request that caused it, if one did.
    pub fn request_id(&self) -> Option<String> {
        self.envelope.request_id()
    }

    /// The idempotency key of the request that caused it.
    pub fn idempotency_key(&self) -> Option<String> {
        self.envelope.idempotency_key()
    }

    /// The object, if the event is of this type.
    ///
    /// # Errors
    ///
    /// When the object does not have the shape of its type. The path begins with `data.object`.
    pub fn get<E: SnapshotEvent>(&self) -> Result<Option<E::Object>, DecodeError> {
        if !self.is::<E>() {
            return Ok(None);
        }
        self.object().map(Some)
    }

    /// The object, as this type. With `AnyObject` it is whichever it is.
    ///
    /// # Errors
    ///
    /// When there is none, or it does not have the shape of the type. The path begins with `data.object`.
    pub fn object<T: Value>(&self) -> Result<T, DecodeError> {
        crate::from_json(self.checked_object::<T>()?).map_err(|error| error.within("data.object"))
    }

    /// The object, with the empty value for every field that is missing or has the wrong type, and
    /// the list of those fields. The paths begin with `data.object`.
    ///
    /// # Errors
    ///
    /// When there is no object, or it is another one.
    pub fn object_lenient<T: Value>(&self) -> Result<(T, Vec<DecodeError>), DecodeError> {
        let within = |error: DecodeError| error.within("data.object");
        let (object, problems) =
            crate::from_json_lenient(self.checked_object::<T>()?).map_err(within)?;
        Ok((object, problems.into_iter().map(within).collect()))
    }

    /// The object as it came, unless its name is another one than that of the type.
    fn checked_object<T: Value>(&self) -> Result<&str, DecodeError> {
        let Some(json) = self.object_json() else {
            return Err(DecodeError::mismatch("data.object", "an object", "nothing".to_owned()));
        };
        // A type whose fields can all be missing would take any object for its own.
        if let Some(table) = T::LAYOUT.table()
            && !table.object.is_empty()
            && let Some(object) = peek::text(json, "object")
            && object != table.object
        {
            return Err(DecodeError::mismatch(
                "data.object.object",
                &format!("`{}`", table.object),
                format!("`{object}`"),
            ));
        }
        Ok(json)
    }

    /// The object, as it came.
    pub fn object_json(&self) -> Option<&str> {
        self.envelope.member("data.object")
    }

    /// The values that attributes of the object had before, if the event is about a change.
    pub fn previous_attributes(&self) -> Option<RawJson> {
        let json = self.envelope.member("data.previous_attributes")?;
        json.starts_with('{').then(|| RawJson::from_checked(json))
    }

    /// The whole event, byte for byte as it came.
    pub fn json(&self) -> &str {
        self.envelope.json()
    }

    /// The whole event, byte for byte as it came.
    pub fn into_json(self) -> String {
        self.envelope.into_json()
    }
}

impl fmt::Debug for Event {
    /// Without the object, which can have secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.id())
            .field("type", &self.type_name())
            .field("api_version", &self.api_version())
            .field("account", &self.account())
            .field("livemode", &self.livemode())
            .finish_non_exhaustive()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        exact(self.json(), serializer)
    }
}

/// Writes JSON as it is.
pub(super) fn exact<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let raw: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: RawJson = crate::deserialize(deserializer)?;
        Self::from_json(raw.get()).map_err(serde::de::Error::custom)
    }
}
