//! Responses and their metadata.

use std::fmt;
use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use pinstripe_runtime::{DecodeError, Value};

use crate::Error;
use crate::error::DecodeFailure;
use crate::response_parts::{ResponseParts, header};

/// A response. Dereferences to its object.
///
/// ```no_run
/// # use pinstripe::{Client, Error, PaymentIntent};
/// # async fn example(client: &Client) -> Result<(), Error> {
/// let intent = PaymentIntent::retrieve("pi_1").send(client).await?;
/// println!("{} {}, by request {:?}", intent.amount, intent.currency, intent.request_id());
/// let intent: PaymentIntent = intent.into_inner();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    problems: Vec<DecodeError>,
    parts: ResponseParts,
}

impl<T> Response<T> {
    /// Returns the object.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns every field that was missing or had the wrong type, and so has its empty value. Only a
    /// [lenient](crate::ClientBuilder::lenient) reading has any: a strict one fails.
    pub fn problems(&self) -> &[DecodeError] {
        &self.problems
    }

    /// Returns the request ID, which Stripe's support and dashboard use to find the request.
    pub fn request_id(&self) -> Option<&str> {
        self.parts.request_id()
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// Returns the response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns the response body as received: JSON, except for files.
    pub fn body(&self) -> &Bytes {
        &self.parts.body
    }

    /// Returns how many times the request was sent, retries included.
    pub fn attempts(&self) -> u32 {
        self.parts.attempts
    }

    /// Returns whether the response was replayed: Stripe had already processed a request with this
    /// idempotency key.
    pub fn is_replayed(&self) -> bool {
        header(&self.parts.headers, "idempotent-replayed") == Some("true")
    }
}

impl<T: Value> Response<T> {
    pub(crate) fn decode(parts: ResponseParts, lenient: bool) -> Result<Self, Error> {
        let decoded = match lenient {
            true => pinstripe_runtime::from_body_lenient(&parts.body),
            false => pinstripe_runtime::from_body(&parts.body).map(|value| (value, Vec::new())),
        };
        match decoded {
            Ok((value, problems)) => Ok(Self { value, problems, parts }),
            Err(error) => Err(Error::Decode(Box::new(DecodeFailure::new(error, parts)))),
        }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: serde::Serialize> serde::Serialize for Response<T> {
    /// Serializes the object alone.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("problems", &self.problems)
            .field("parts", &self.parts)
            .finish()
    }
}
