//! Thin events.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::envelope::Envelope;
use super::{AnyEvent, ThinEvent};
use crate::mask::is_blank;
use crate::reflect::object_table::generic_object_table;
use crate::request::http::push_segment;
use crate::types::raw_json::RawJson;
use crate::{DateTime, DecodeError, RawRequest, Timestamp};

/// A thin event of the v2 API, as delivered to an endpoint. It names the event type and the object;
/// the rest is fetched.
///
/// ```
/// use pinstripe_runtime::webhook::Notification;
///
/// let notification = Notification::from_json(r#"{
///     "id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.updated", "created": "2026-01-01T00:00:00Z", "livemode": false,
///     "related_object": {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"}
/// }"#)?;
/// assert_eq!(notification.related_object().unwrap().id.as_deref(), Some("acct_1"));
/// # Ok::<(), pinstripe_runtime::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct Notification {
    envelope: Envelope,
}

/// The object that a thin event refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelatedObject {
    /// The ID of the object. `None` for an object that exists once per account, such as the
    /// balance.
    pub id: Option<String>,
    /// The type of the object, such as `v2.core.account`.
    pub type_name: String,
    /// The URL path of the object.
    pub url: String,
}

struct Related {
    id: Option<String>,
    r#type: Option<String>,
    url: String,
}
generic_object_table!(Related { id = "id", r#type = "type", url = "url" [REQUIRED] });

impl Notification {
    /// Reads an event without a signature: a stored one, or one delivered by Amazon EventBridge or
    /// Azure Event Grid. The envelope of these services is removed.
    ///
    /// # Errors
    ///
    /// Returns an error when the text is not JSON, `id` or `type` is missing, or the event is a
    /// snapshot event.
    pub fn from_json(json: &str) -> Result<Self, DecodeError> {
        match AnyEvent::from_json(json)? {
            AnyEvent::Thin(notification) => Ok(notification),
            AnyEvent::Snapshot(_) => {
                Err(DecodeError::mismatch("object", "a thin event", "a snapshot event".to_owned()))
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

    /// Returns the event type, such as `v2.core.account.updated`.
    pub fn type_name(&self) -> &str {
        &self.envelope.type_name
    }

    /// Returns whether the event has this type.
    pub fn is<E: ThinEvent>(&self) -> bool {
        self.type_name() == E::TYPE
    }

    /// Returns the time of the event.
    pub fn created(&self) -> Option<Timestamp> {
        self.envelope.time("created")
    }

    /// Returns the account of the event, as a path of account IDs.
    pub fn context(&self) -> Option<String> {
        self.envelope.text("context")
    }

    /// Returns whether the event is from live mode.
    pub fn livemode(&self) -> bool {
        self.envelope.is_true("livemode")
    }

    /// Returns the cause of the event.
    pub fn reason(&self) -> Option<RawJson> {
        self.envelope.field("reason").map(RawJson::from_checked)
    }

    /// Returns the related object, if any. An object without a URL cannot be fetched and is
    /// returned as `None`.
    pub fn related_object(&self) -> Option<RelatedObject> {
        self.related().ok().flatten()
    }

    fn related(&self) -> Result<Option<RelatedObject>, DecodeError> {
        let Some(json) = self.envelope.field("related_object").filter(|json| *json != "null")
        else {
            return Ok(None);
        };
        let related: Related =
            crate::from_json(json).map_err(|error| error.within("related_object"))?;
        if is_blank(&related.url) {
            return Err(DecodeError::mismatch(
                "related_object.url",
                "a path",
                "a blank string".to_owned(),
            ));
        }
        Ok(Some(RelatedObject {
            id: related.id,
            type_name: related.r#type.unwrap_or_default(),
            url: related.url,
        }))
    }

    /// Creates the request that fetches the event with the data of its type. The request is sent to
    /// the account of the event.
    ///
    /// # Errors
    ///
    /// Returns an error when the event has another type.
    pub fn fetch<E: ThinEvent>(&self) -> Result<RawRequest<FetchedEvent<E::Data>>, DecodeError> {
        self.expect::<E>()?;
        Ok(self.call(&self.path()))
    }

    /// Creates the request that fetches the related object. Returns `None` if the event has none.
    ///
    /// # Errors
    ///
    /// Returns an error when the event has another type, or its related object has no URL.
    pub fn fetch_related<E: ThinEvent>(
        &self,
    ) -> Result<Option<RawRequest<E::Related>>, DecodeError> {
        self.expect::<E>()?;
        Ok(self.related()?.map(|related| self.call(&related.url)))
    }

    /// Creates the request that fetches the event, whatever its type.
    pub fn fetch_any(&self) -> RawRequest<FetchedEvent<RawJson>> {
        self.call(&self.path())
    }

    fn path(&self) -> String {
        let mut path = "/v2/core/events/".to_owned();
        push_segment(&mut path, self.id());
        path
    }

    fn expect<E: ThinEvent>(&self) -> Result<(), DecodeError> {
        if self.is::<E>() {
            return Ok(());
        }
        Err(DecodeError::mismatch("type", E::TYPE, self.type_name().to_owned()))
    }

    fn call<T>(&self, path: &str) -> RawRequest<T> {
        let call =
            RawRequest::get(path).header("stripe-request-trigger", format!("event={}", self.id()));
        match self.context() {
            Some(context) => call.context(context),
            None => call,
        }
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

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("id", &self.id())
            .field("type", &self.type_name())
            .field("related_object", &self.related_object())
            .field("context", &self.context())
            .field("livemode", &self.livemode())
            .finish_non_exhaustive()
    }
}

impl Serialize for Notification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::event::exact(self.json(), serializer)
    }
}

impl<'de> Deserialize<'de> for Notification {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: RawJson = crate::deserialize(deserializer)?;
        Self::from_json(raw.get()).map_err(serde::de::Error::custom)
    }
}

/// A fetched thin event, with the data of its type.
#[non_exhaustive]
pub struct FetchedEvent<T> {
    pub id: String,
    pub changes: Option<RawJson>,
    pub context: Option<String>,
    pub created: DateTime,
    /// The data of the event type.
    pub data: Option<T>,
    pub livemode: bool,
    pub reason: Option<RawJson>,
    pub related_object: Option<RawJson>,
    pub r#type: String,
}

generic_object_table!(FetchedEvent<T>: "v2.core.event" {
    changes = "changes", context = "context", created = "created" [REQUIRED], data = "data", id = "id" [REQUIRED],
    livemode = "livemode" [REQUIRED], reason = "reason", related_object = "related_object", r#type = "type" [REQUIRED],
});
