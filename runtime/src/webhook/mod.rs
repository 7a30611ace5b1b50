//! Webhook events: signature verification, event types and routing.
//!
//! - [`Webhook`] verifies the signature of a request and returns its event.
//! - [`Event`] is a snapshot event, which contains an object. [`Notification`] is a thin event,
//!   which names one. Both accept events of any API version and preserve the raw JSON.
//! - [`Router`] calls a handler for each event type.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use pinstripe_runtime::webhook::Webhook;
//!
//! let webhook = Webhook::new("whsec_123");
//! # let body = br#"{"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {}}}"#;
//! # let signature = webhook.sign(body, SystemTime::now());
//! // `body` is the body of a request as it was received, and `signature` its header `Stripe-Signature`.
//! let event = webhook.event(body, &signature, SystemTime::now())?;
//! assert_eq!(event.type_name(), "invoice.paid");
//! # Ok::<(), pinstripe_runtime::webhook::WebhookError>(())
//! ```

mod envelope;
mod event;
mod notification;
mod router;
mod signature;
mod types;

use std::fmt;

pub use event::Event;
pub use notification::{FetchedEvent, Notification, RelatedObject};
pub use router::{Delivery, Outcome, RouteError, Router, RouterBuilder};
pub use signature::{Hint, SignatureError, Webhook};
pub use types::{SnapshotEvent, ThinEvent};

use crate::{DecodeError, Timestamp};

/// A snapshot event or a thin event.
#[derive(Debug, Clone)]
pub enum AnyEvent {
    /// A snapshot event, which contains an object.
    Snapshot(Event),
    /// A thin event, which names an object.
    Thin(Notification),
}

impl AnyEvent {
    /// Reads an event without a signature: a stored one, or one delivered by Amazon EventBridge or
    /// Azure Event Grid. The envelope of these services is removed.
    ///
    /// # Errors
    ///
    /// Returns an error when the text is not JSON, or `id` or `type` is missing.
    pub fn from_json(json: &str) -> Result<Self, DecodeError> {
        let event = envelope::Envelope::open(json)?;
        Ok(if event.is_thin() {
            Self::Thin(Notification::read(event))
        } else {
            Self::Snapshot(Event::read(event))
        })
    }

    /// Returns the event type, such as `invoice.paid`.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Snapshot(event) => event.type_name(),
            Self::Thin(notification) => notification.type_name(),
        }
    }

    /// Returns the event ID. A repeated delivery of an event has the same ID.
    pub fn id(&self) -> &str {
        match self {
            Self::Snapshot(event) => event.id(),
            Self::Thin(notification) => notification.id(),
        }
    }
}

impl Webhook {
    /// Verifies a request and returns its event, snapshot or thin.
    ///
    /// # Errors
    ///
    /// Returns an error when the signature is invalid, or the body is not an event.
    pub fn receive(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
    ) -> Result<AnyEvent, WebhookError> {
        let verified = self.verify(body, signature, now);
        // If middleware consumed the body, a signature mismatch would be a misleading error.
        if body.trim_ascii().is_empty() && verified != Err(SignatureError::NoSecret) {
            return Err(WebhookError::EmptyBody);
        }
        verified?;
        let json = std::str::from_utf8(body)
            .map_err(|error| WebhookError::Body(DecodeError::syntax(error.to_string())))?;
        AnyEvent::from_json(json).map_err(WebhookError::Body)
    }

    /// Verifies a request and returns its snapshot event.
    ///
    /// # Errors
    ///
    /// Returns an error when the signature is invalid, or the body is not a snapshot event.
    pub fn event(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
    ) -> Result<Event, WebhookError> {
        match self.receive(body, signature, now)? {
            AnyEvent::Snapshot(event) => Ok(event),
            AnyEvent::Thin(_) => Err(WebhookError::Thin),
        }
    }

    /// Verifies a request and returns its thin event.
    ///
    /// # Errors
    ///
    /// Returns an error when the signature is invalid, or the body is not a thin event.
    pub fn notification(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
    ) -> Result<Notification, WebhookError> {
        match self.receive(body, signature, now)? {
            AnyEvent::Snapshot(_) => Err(WebhookError::Snapshot),
            AnyEvent::Thin(notification) => Ok(notification),
        }
    }
}

/// The error returned when a request contains no valid event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum WebhookError {
    /// The signature is invalid, or cannot be verified.
    Signature(SignatureError),
    /// The body is empty.
    EmptyBody,
    /// The signature is valid, but the body is not an event.
    Body(DecodeError),
    /// The event is thin, but a snapshot event was expected.
    Thin,
    /// The event is a snapshot event, but a thin event was expected.
    Snapshot,
}

impl WebhookError {
    /// Returns the HTTP status to respond with. It is 500 if the webhook has no secret, since the
    /// event is accepted once a secret is set. Otherwise it is 400.
    pub fn status(&self) -> u16 {
        match self {
            Self::Signature(SignatureError::NoSecret) => 500,
            _ => 400,
        }
    }
}

impl From<SignatureError> for WebhookError {
    fn from(error: SignatureError) -> Self {
        Self::Signature(error)
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature(error) => error.fmt(f),
            Self::EmptyBody => f.write_str(
                "the request has no body: a framework or middleware may have read it before: pass the bytes as received",
            ),
            Self::Body(error) => write!(f, "the signature is valid, but the body is not an event: {error}"),
            Self::Thin => {
                f.write_str("the event is thin: read it with `notification`, or have the endpoint send snapshot events")
            }
            Self::Snapshot => {
                f.write_str("the event is a snapshot event: read it with `event`, or have the endpoint send thin events")
            }
        }
    }
}

impl std::error::Error for WebhookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Signature(error) => Some(error),
            Self::Body(error) => Some(error),
            Self::EmptyBody | Self::Thin | Self::Snapshot => None,
        }
    }
}
