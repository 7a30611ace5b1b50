//! Thin events.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::envelope::Envelope;
use super::{AnyEvent, ThinEvent};
use crate::mask::is_blank;
use crate::reflect::object_table::generic_object;
use crate::request::http::push_segment;
use crate::types::raw_json::RawJson;
use crate::{Call, DateTime, DecodeError, Timestamp};

/// An event of the v2 API as an endpoint receives it: it says what happened to which object, and leaves the rest to be fetched.
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

/// The object that a thin event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelatedObject {
    /// The ID of the object. `None` where an account has only one such object, like its balance.
    pub id: Option<String>,
    /// The kind of object: `v2.core.account`.
    pub type_name: String,
    /// The path to fetch the object from.
    pub url: String,
}

struct Related {
    id: Option<String>,
    r#type: Option<String>,
    url: String,
}
generic_object!(Related { id = "id", r#type = "type", url = "url" [REQUIRED] });

impl Notification {
    /// Reads an event without a signature: one that was stored, or that came by Amazon EventBridge or Azure Event Grid, whose envelopes
    /// are taken off.
    ///
    /// # Errors
    ///
    /// When it is not JSON, has no `id` or no `type`, or is a snapshot event.
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

    /// The id: what tells a second delivery of the same event from another event.
    pub fn id(&self) -> &str {
        &self.envelope.id
    }

    /// The type: `v2.core.account.updated`.
    pub fn type_name(&self) -> &str {
        &self.envelope.type_name
    }

    /// Whether it is an event of this type.
    pub fn is<E: ThinEvent>(&self) -> bool {
        self.type_name() == E::TYPE
    }

    /// When it happened.
    pub fn created(&self) -> Option<Timestamp> {
        self.envelope.time("created")
    }

    /// The account that it happened on, as a path of accounts.
    pub fn context(&self) -> Option<String> {
        self.envelope.text("context")
    }

    /// Whether it is about real money.
    pub fn livemode(&self) -> bool {
        self.envelope.is_true("livemode")
    }

    /// What caused it.
    pub fn reason(&self) -> Option<RawJson> {
        self.envelope.member("reason").map(RawJson::from_checked)
    }

    /// The object that it is about, if it is about one. An object without a URL cannot be fetched, and is `None`.
    pub fn related_object(&self) -> Option<RelatedObject> {
        self.related().ok().flatten()
    }

    fn related(&self) -> Result<Option<RelatedObject>, DecodeError> {
        let Some(json) = self.envelope.member("related_object").filter(|json| *json != "null")
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

    /// The request for the whole event, with what its type has to say. To be sent with a client; it goes to the account that the event
    /// is of.
    ///
    /// # Errors
    ///
    /// When the event is not of this type.
    pub fn fetch<E: ThinEvent>(&self) -> Result<Call<FetchedEvent<E::Data>>, DecodeError> {
        self.expect::<E>()?;
        Ok(self.call(&self.path()))
    }

    /// The request for the object that the event is about, or `None` if it is about none.
    ///
    /// # Errors
    ///
    /// When the event is not of this type, or its related object has no URL.
    pub fn fetch_related<E: ThinEvent>(&self) -> Result<Option<Call<E::Related>>, DecodeError> {
        self.expect::<E>()?;
        Ok(self.related()?.map(|related| self.call(&related.url)))
    }

    /// The request for the whole event, whatever its type.
    pub fn fetch_any(&self) -> Call<FetchedEvent<RawJson>> {
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

    fn call<T>(&self, path: &str) -> Call<T> {
        let call = Call::get(path).header("stripe-request-trigger", format!("event={}", self.id()));
        match self.context() {
            Some(context) => call.context(context),
            None => call,
        }
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

/// A thin event as it is fetched: with what its type has to say.
#[non_exhaustive]
pub struct FetchedEvent<T> {
    pub id: String,
    pub changes: Option<RawJson>,
    pub context: Option<String>,
    pub created: DateTime,
    /// What the event says beyond which object it is about.
    pub data: Option<T>,
    pub livemode: bool,
    pub reason: Option<RawJson>,
    pub related_object: Option<RawJson>,
    pub r#type: String,
}

generic_object!(FetchedEvent<T>: "v2.core.event" {
    changes = "changes", context = "context", created = "created" [REQUIRED], data = "data", id = "id" [REQUIRED],
    livemode = "livemode" [REQUIRED], reason = "reason", related_object = "related_object", r#type = "type" [REQUIRED],
});
