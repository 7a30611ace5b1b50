//! Snapshot events.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::{AnyEvent, SnapshotEvent};
use crate::json::peek;
use crate::types::raw_json::RawJson;
use crate::{DecodeError, Timestamp, Value};

/// A webhook event with a snapshot of its object at the time of the event.
///
/// An event of any API version is accepted, and its raw JSON is preserved. Its object is decoded on
/// demand:
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
/// // By event type, which determines the type of the object:
/// if let Some(object) = event.get::<InvoicePaid>()? {
///     assert_eq!(object.data, ["line"]);
/// }
/// // By the type of the object:
/// assert!(event.object::<List<String>>()?.data.len() == 1);
/// // As raw JSON:
/// assert!(event.object_json().is_some_and(|json| json.contains("line")));
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Event {
    envelope: Envelope,
}

impl Event {
    /// Reads an event without a signature: a stored one, or one delivered by Amazon EventBridge or
    /// Azure Event Grid. The envelope of these services is removed.
    ///
    /// # Errors
    ///
    /// Returns an error when the text is not JSON, `id` or `type` is missing, or the event is thin.
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

    /// Returns the event ID. A repeated delivery of an event has the same ID.
    pub fn id(&self) -> &str {
        &self.envelope.id
    }

    /// Returns the event type, such as `invoice.paid`.
    pub fn type_name(&self) -> &str {
        &self.envelope.type_name
    }

    /// Returns whether the event has this type.
    pub fn is<E: SnapshotEvent>(&self) -> bool {
        self.type_name() == E::TYPE
    }

    /// Returns the API version of the object.
    pub fn api_version(&self) -> Option<String> {
        self.envelope.text("api_version")
    }

    /// Returns the time of the event.
    pub fn created(&self) -> Option<Timestamp> {
        self.envelope.time("created")
    }

    /// Returns the connected account of the event.
    pub fn account(&self) -> Option<String> {
        self.envelope.text("account")
    }

    /// Returns the account of the event within an organization.
    pub fn context(&self) -> Option<String> {
        self.envelope.text("context")
    }

    /// Returns whether the event is from live mode.
    pub fn livemode(&self) -> bool {
        self.envelope.is_true("livemode")
    }

    /// Returns the ID of the API request that caused the event, if any.
    pub fn request_id(&self) -> Option<String> {
        self.envelope.request_id()
    }

    /// Returns the idempotency key of the API request that caused the event.
    pub fn idempotency_key(&self) -> Option<String> {
        self.envelope.idempotency_key()
    }

    /// Returns the object, if the event has this type.
    ///
    /// # Errors
    ///
    /// Returns an error when the object does not have the shape of its type. The path begins with
    /// `data.object`.
    pub fn get<E: SnapshotEvent>(&self) -> Result<Option<E::Object>, DecodeError> {
        if !self.is::<E>() {
            return Ok(None);
        }
        self.object().map(Some)
    }

    /// Returns the object, decoded as this type. `AnyObject` decodes any resource.
    ///
    /// # Errors
    ///
    /// Returns an error when there is no object, or it does not have the shape of the type. The
    /// path begins with `data.object`.
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
        // A type whose fields are all optional would accept any object.
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

    /// Returns the object as raw JSON.
    pub fn object_json(&self) -> Option<&str> {
        self.envelope.field("data.object")
    }

    /// Returns the previous values of changed fields, if the event reports a change.
    pub fn previous_attributes(&self) -> Option<RawJson> {
        let json = self.envelope.field("data.previous_attributes")?;
        json.starts_with('{').then(|| RawJson::from_checked(json))
    }

    /// Returns the event as it was received, byte for byte.
    pub fn json(&self) -> &str {
        self.envelope.json()
    }

    /// Returns the event as it was received, byte for byte.
    pub fn into_json(self) -> String {
        self.envelope.into_json()
    }
}

impl fmt::Debug for Event {
    /// Omits the object, which may contain secrets.
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

/// Serializes JSON text unchanged.
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
