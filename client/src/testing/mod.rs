//! Fakes for unit tests: a client, errors and events, without a network.
//!
//! [`FakeClient`] replies to requests in process. The code under test gets an ordinary
//! [`Client`](crate::Client):
//!
//! ```
//! use pinstripe::testing::{FakeClient, FakeError};
//! use pinstripe::{Client, Error, PaymentIntent, payment_intent};
//!
//! async fn charge(client: &Client) -> Result<bool, Error> {
//!     match PaymentIntent::confirm("pi_1").send(client).await {
//!         Ok(intent) => Ok(intent.status == payment_intent::Status::Succeeded),
//!         Err(Error::Card(_)) => Ok(false),
//!         Err(error) => Err(error),
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Error> {
//! let fake = FakeClient::new();
//! fake.on(PaymentIntent::confirm("pi_1")).fail(FakeError::card_declined("insufficient_funds"));
//!
//! assert!(!charge(&fake.client()).await?);
//! assert_eq!(fake.requests()[0].path(), "/v1/payment_intents/pi_1/confirm");
//! fake.verify();
//! # Ok(())
//! # }
//! ```

mod error;
mod event;
mod expectation;
mod fake_client;
mod parameters;
mod recorded;

pub use error::FakeError;
pub use event::{FakeEvent, FakeThinEvent, SignedEvent, event, thin_event};
pub use expectation::Expectation;
pub use fake_client::FakeClient;
pub use pinstripe_runtime::sample;
pub use recorded::RecordedRequest;
