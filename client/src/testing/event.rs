//! Events and signed deliveries for tests of webhook handlers.

use std::marker::PhantomData;

use pinstripe_runtime::webhook::{AnyEvent, Delivery, Event, Notification, Webhook};
use pinstripe_runtime::{SnapshotEvent, ThinEvent, Timestamp, to_json};
use serde_json::{Map, Value, json};

/// Creates a snapshot event of a type, with an object.
///
/// ```
/// use std::time::SystemTime;
///
/// use pinstripe::webhook::{Delivery, Outcome, Router};
/// use pinstripe::{Refund, Webhook, events, from_json, testing};
///
/// fn refund_failed(refund: Delivery<Refund>, _: ()) -> Result<(), std::convert::Infallible> {
///     assert_eq!(refund.amount, 500);
///     assert_eq!(refund.event().account().as_deref(), Some("acct_1"));
///     Ok(())
/// }
///
/// let refund: Refund = from_json(
///     r#"{"id": "re_1", "object": "refund", "amount": 500, "created": 1, "currency": "usd"}"#,
/// )?;
/// let event = testing::event::<events::RefundFailed>(refund).account("acct_1");
///
/// // A handler on its own.
/// refund_failed(event.delivery(), ())?;
///
/// // A router, with the body and the header that Stripe would send.
/// let webhook = Webhook::new("whsec_test");
/// let router = Router::builder(webhook.clone())
///     .on_sync::<events::RefundFailed>(refund_failed)
///     .build();
/// let signed = event.sign(&webhook);
/// let outcome =
///     router.handle_blocking(signed.body(), signed.signature(), SystemTime::now(), ())?;
/// assert_eq!(outcome, Outcome::Handled);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn event<E: SnapshotEvent>(object: E::Object) -> FakeEvent<E> {
    let fields = json!({
        "id": "evt_fake",
        "object": "event",
        "type": E::TYPE,
        "api_version": pinstripe_api::API_VERSION,
        "created": Timestamp::now().seconds(),
        "data": { "object": serde_json::from_str::<Value>(&to_json(&object)).unwrap_or_default() },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
    });
    FakeEvent { fields, object, event: PhantomData }
}

/// Creates a thin event of a type.
///
/// ```
/// use pinstripe::{events, testing};
///
/// let notification = testing::thin_event::<events::V2CoreAccountUpdated>()
///     .related_object("v2.core.account", "acct_1", "/v2/core/accounts/acct_1")
///     .build();
/// assert_eq!(notification.related_object().unwrap().id.as_deref(), Some("acct_1"));
/// ```
pub fn thin_event<E: ThinEvent>() -> FakeThinEvent {
    let created = Timestamp::now();
    let fields = json!({
        "id": "evt_fake",
        "object": "v2.core.event",
        "type": E::TYPE,
        "created": pinstripe_runtime::DateTime::from(created).to_string(),
        "livemode": false,
        "related_object": null,
    });
    FakeThinEvent { fields }
}

/// A snapshot event that is still to be built.
#[derive(Debug, Clone)]
#[must_use = "an event does nothing until it is built or signed"]
pub struct FakeEvent<E: SnapshotEvent> {
    fields: Value,
    object: E::Object,
    event: PhantomData<fn() -> E>,
}

impl<E: SnapshotEvent> FakeEvent<E> {
    /// Sets the ID: `evt_fake` unless set.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.field("id", id.into())
    }

    /// Sets the connected account that it happened on.
    pub fn account(self, account: impl Into<String>) -> Self {
        self.field("account", account.into())
    }

    /// Sets the time when it happened: now unless set.
    pub fn created(self, created: impl Into<Timestamp>) -> Self {
        self.field("created", created.into().seconds())
    }

    /// Sets the values that attributes had before.
    pub fn previous_attributes(mut self, attributes: Value) -> Self {
        self.fields["data"]["previous_attributes"] = attributes;
        self
    }

    /// Sets any field of the event: `livemode`, `api_version`, `request`.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields[name] = value.into();
        self
    }

    /// Returns the event, as a [`Webhook`] would.
    pub fn build(&self) -> Event {
        Event::from_json(&self.fields.to_string())
            .unwrap_or_else(|error| panic!("a fake event of type {}: {error}", E::TYPE))
    }

    /// Returns what a handler is called with.
    pub fn delivery(&self) -> Delivery<E::Object> {
        Delivery::new(self.object.clone(), self.build())
    }

    /// Returns the body and the signature of an HTTP request with this event, signed now.
    pub fn sign(&self, webhook: &Webhook) -> SignedEvent {
        SignedEvent::new(&self.fields, webhook)
    }
}

impl<E: SnapshotEvent> From<FakeEvent<E>> for AnyEvent {
    fn from(event: FakeEvent<E>) -> Self {
        Self::Snapshot(event.build())
    }
}

/// A thin event that is still to be built.
#[derive(Debug, Clone)]
#[must_use = "an event does nothing until it is built or signed"]
pub struct FakeThinEvent {
    fields: Value,
}

impl FakeThinEvent {
    /// Sets the ID: `evt_fake` unless set.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.field("id", id.into())
    }

    /// Sets the object that the event is about, by its kind, ID and path.
    pub fn related_object(self, kind: &str, id: &str, url: &str) -> Self {
        self.field("related_object", json!({ "type": kind, "id": id, "url": url }))
    }

    /// Sets any field of the event: `context`, `livemode`, `reason`.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields[name] = value.into();
        self
    }

    /// Returns the event, as a [`Webhook`] would.
    pub fn build(&self) -> Notification {
        Notification::from_json(&self.fields.to_string())
            .unwrap_or_else(|error| panic!("a fake thin event: {error}"))
    }

    /// Returns the body and the signature of an HTTP request with this event, signed now.
    pub fn sign(&self, webhook: &Webhook) -> SignedEvent {
        SignedEvent::new(&self.fields, webhook)
    }
}

impl From<FakeThinEvent> for AnyEvent {
    fn from(event: FakeThinEvent) -> Self {
        Self::Thin(event.build())
    }
}

/// The body and the header `Stripe-Signature` of a webhook request.
#[derive(Debug, Clone)]
pub struct SignedEvent {
    body: String,
    signature: String,
}

impl SignedEvent {
    fn new(fields: &Value, webhook: &Webhook) -> Self {
        let fields: &Map<String, Value> = fields.as_object().unwrap_or_else(|| unreachable!());
        // Indented, as Stripe sends it.
        let body = serde_json::to_string_pretty(fields).unwrap_or_default();
        let signature = webhook.sign(body.as_bytes(), pinstripe_runtime::system_time());
        Self { body, signature }
    }

    /// Returns the body.
    pub fn body(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// Returns the value of the header `Stripe-Signature`.
    pub fn signature(&self) -> &str {
        &self.signature
    }
}
