//! A Rust SDK for Stripe: small, fast to build, and safe for handling payments.
//!
//! ```no_run
//! use pinstripe::{Client, Customer, Invoice};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
//!
//! // Every operation is an associated function of its resource. Required parameters are
//! // arguments, optional ones are setters.
//! let customer = Customer::create().email("jenny@example.com").send(&client).await?;
//!
//! // A list is a stream of all its items, page after page.
//! let mut invoices = Invoice::list().customer(&customer.id).stream(&client);
//! while let Some(invoice) = invoices.try_next().await? {
//!     // Only the preview of an invoice has no id.
//!     let Some(id) = &invoice.id else { continue };
//!     // The idempotency key makes the write take effect once, however often it is sent.
//!     Invoice::send_invoice(id).idempotency_key(format!("send-{id}")).send(&client).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Defaults
//!
//! - Every write has an idempotency key. Failures that are safe to retry are retried twice, with
//!   the backoff of Stripe's official SDKs.
//! - All reads are limited: bodies in memory by
//!   [`max_response_size`](ClientBuilder::max_response_size), headers, trailers and errors by fixed
//!   limits. A list whose pages form a cycle ends with an error.
//! - A request with a blank ID or account is not sent, and the error names the blank parameter. A
//!   blank webhook secret verifies nothing.
//! - A [`Response`] dereferences to its object and has the request ID. An [`Error`] contains the
//!   problem, its location and the request ID.
//! - `Debug`, `Display` and logs contain no keys or secrets. [tracing](https://docs.rs/tracing)
//!   events report retries and the header `Stripe-Notice`.
//!
//! # Overview
//!
//! - Resources are at the top level, or in the modules of their namespaces: [`billing`], [`issuing`], [`v2`] and so on. The module of a
//!   resource has the types of its fields, and its requests. [`pinstripe_api`] lists them all.
//! - Setters take what converts into the type of the parameter, lists as any iterator, and an `Option` of both: see [`Argument`].
//! - Each expandable field has a constant, such as [`invoice::expand::CUSTOMER`]. `.expand(…)` of a request takes it, and `.expanded(…)`
//!   of an object reads what it expands to.
//! - [`Client`] is for async programs on tokio; `blocking::Client` for those without a runtime. Both send the same requests.
//! - [`Request`] has the options of a single request, such as an account or a timeout. They and setters come in any order.
//! - [`RawRequest`] is a request with parameters that have no setter, or to any path.
//! - [`webhook`] receives events: signatures, snapshot and thin events, and a router. [`events`] has a type for each type of event.
//! - [`testing`] has a fake client, errors, events and sample objects for unit tests, without a network.
//! - [`transport`] replaces the HTTP client.
//!
//! # Features
//!
//! - `async` (on): [`Client`] over hyper, on tokio.
//! - `http2`: HTTP/2 for [`Client`], with hosts that offer it. Without it, [`Client`] uses HTTP/1.1
//!   and keeps its connections.
//! - `blocking`: `blocking::Client` over ureq, without tokio.
//! - `full` (on): all resources and events. A program that turns the default features off names the
//!   parts of the API that it needs: `billing`, `connect`, `crypto`, `identity`, `reporting`, `tax`,
//!   `terminal`, `treasury`, `v2`, `webhooks`. The rest, such as customers, payments, invoices and
//!   subscriptions, is always there.
//! - `jiff`, `chrono`, `time`: conversions of [`Timestamp`] and [`DateTime`] to and from the types of these crates.
//!
//! Without `async` and `blocking`, [`Client`] requires a custom transport.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod base_urls;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod client;
mod download;
mod error;
#[cfg(feature = "v2")]
mod meter_events;
mod multipart;
pub mod oauth;
mod pagination;
mod pipeline;
mod random;
mod response;
mod response_future;
mod response_parts;
pub mod testing;
pub mod transport;
pub mod upload;
mod user_agent;

// The other crates have the pages of these items.
#[doc(no_inline)]
pub use pinstripe_api::*;
#[doc(no_inline)]
#[cfg(any(feature = "jiff", feature = "chrono", feature = "time"))]
pub use pinstripe_runtime::TimeOutOfRangeError;
#[doc(no_inline)]
pub use pinstripe_runtime::webhook::{self, Webhook};
#[doc(no_inline)]
pub use pinstripe_runtime::{
    ApiKey, Argument, Clearable, Currency, DateTime, Decimal, DecodeError, Depth, Expand,
    ExpandError, Expandable, Expands, Host, HttpRequest, Id, Int64, Lazy, List, Listing, Map,
    MaybeDeleted, Method, Operation, Page, ParseDateTimeError, ParseDecimalError, RangeQuery,
    RawJson, RawRequest, Request, RequestOptions, Resource, SearchResult, SendRequest, Timestamp,
    Unknown, Upload, Value, from_json, from_json_lenient, to_json,
};
#[doc(no_inline)]
pub use pinstripe_runtime::{SnapshotEvent, ThinEvent, retry};
#[doc(no_inline)]
pub use pinstripe_transport::ConfigError;

pub use builder::ClientBuilder;
pub use client::Client;
pub use download::{Download, DownloadFuture};
pub use error::{ApiError, ConnectionError, DecodeFailure, Error};
#[cfg(feature = "v2")]
pub use meter_events::MeterEvents;
pub use pagination::{Items, Pages};
pub use response::Response;
pub use response_future::ResponseFuture;
pub use response_parts::ResponseParts;
pub use user_agent::AppInfo;
