//! Transports: sending HTTP requests and receiving responses.
//!
//! A client handles keys, versions, retries and types, and delegates HTTP to a [`Transport`].
//! Implement one to use another HTTP client, to run on a platform without sockets, or for tests:
//!
//! ```
//! use std::io;
//! use std::time::Duration;
//!
//! use pinstripe::transport::{Body, BoxFuture, Transport, TransportError};
//! use pinstripe::{Client, Customer};
//!
//! /// Answers every request with the same customer.
//! struct OneCustomer;
//!
//! impl Transport for OneCustomer {
//!     fn send(&self, request: http::Request<Body>, _: Duration) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
//!         assert_eq!(request.uri().path(), "/v1/customers");
//!         let customer = r#"{"id": "cus_1", "object": "customer", "created": 0, "livemode": false}"#;
//!         Box::pin(async move { Ok(http::Response::new(Body::from(customer))) })
//!     }
//!
//!     fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
//!         Box::pin(async {})
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), pinstripe::Error> {
//! let client = Client::builder("sk_test_123").transport(OneCustomer).build()?;
//! let customer = Customer::create().send(&client).await?;
//! assert_eq!(customer.id, "cus_1");
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "async")]
pub use pinstripe_transport::HyperTransport;
#[cfg(feature = "blocking")]
pub use pinstripe_transport::UreqTransport;
pub use pinstripe_transport::{
    Body, BodyError, BoxFuture, OpenFile, OperationId, Transport, TransportError,
};
