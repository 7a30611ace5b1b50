//! Receiving events: is it from Stripe, what is it, and who takes care of it.
//!
//! - [`Webhook`] checks the signature of what an endpoint receives, and gives the event in it.
//! - [`Event`] is a snapshot event: it carries an object. [`Notification`] is a thin one: it names an object. Either decodes whatever
//!   version of the API wrote it, and is kept whole.
//! - [`Router`] calls a function for each type of event.
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

/// An event of either kind.
#[derive(Debug, Clone)]
pub enum AnyEvent {
    /// An event that carries an object.
    Snapshot(Event),
    /// An event that names an object.
    Thin(Notification),
}

impl AnyEvent {
    /// Reads an event without a signature: one that was stored, or that came by Amazon EventBridge or Azure Event Grid, whose envelopes
    /// are taken off.
    ///
    /// # Errors
    ///
    /// When it is not JSON, or has no `id` or no `type`.
    pub fn from_json(json: &str) -> Result<Self, DecodeError> {
        let event = envelope::Envelope::open(json)?;
        Ok(if event.is_thin() {
            Self::Thin(Notification::read(event))
        } else {
            Self::Snapshot(Event::read(event))
        })
    }

    /// The type: `invoice.paid`.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Snapshot(event) => event.type_name(),
            Self::Thin(notification) => notification.type_name(),
        }
    }

    /// The id: what tells a second delivery of the same event from another event.
    pub fn id(&self) -> &str {
        match self {
            Self::Snapshot(event) => event.id(),
            Self::Thin(notification) => notification.id(),
        }
    }
}

impl Webhook {
    /// The event in what an endpoint received, of either kind.
    ///
    /// # Errors
    ///
    /// When the signature is not right, or what it signs is no event.
    pub fn receive(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
    ) -> Result<AnyEvent, WebhookError> {
        let verified = self.verify(body, signature, now);
        // The signature of a body that somebody else consumed matches nothing, which says less.
        if body.trim_ascii().is_empty() && verified != Err(SignatureError::NoSecret) {
            return Err(WebhookError::EmptyBody);
        }
        verified?;
        let json = std::str::from_utf8(body)
            .map_err(|error| WebhookError::Body(DecodeError::syntax(error.to_string())))?;
        AnyEvent::from_json(json).map_err(WebhookError::Body)
    }

    /// The snapshot event in what an endpoint received.
    ///
    /// # Errors
    ///
    /// When the signature is not right, or what it signs is no snapshot event.
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

    /// The thin event in what an endpoint received.
    ///
    /// # Errors
    ///
    /// When the signature is not right, or what it signs is no thin event.
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

/// Why there is no event in what was received.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum WebhookError {
    /// It is not from Stripe, or it cannot be known that it is.
    Signature(SignatureError),
    /// There is no body.
    EmptyBody,
    /// It is signed, and no event.
    Body(DecodeError),
    /// It is a thin event where a snapshot event was expected.
    Thin,
    /// It is a snapshot event where a thin event was expected.
    Snapshot,
}

impl WebhookError {
    /// The HTTP status to respond with: 500 if the webhook has no secret, as the event is good once it has one; else 400.
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
                f.write_str("this is a thin event: read it with `notification`, or have the endpoint send snapshot events")
            }
            Self::Snapshot => {
                f.write_str("this is a snapshot event: read it with `event`, or have the endpoint send thin events")
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
