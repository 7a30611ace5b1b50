//! A Rust SDK for Stripe: small, quick to build, and safe with money.
//!
//! ```no_run
//! use pinstripe::{Client, Customer, Invoice};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
//!
//! // A resource is the way in. Required parameters are arguments, optional ones are setters.
//! let customer = Customer::create().email("jenny@example.com").send(&client).await?;
//!
//! // A list is a stream of all its items, page after page.
//! let mut invoices = Invoice::list().customer(&customer.id).stream(&client);
//! while let Some(invoice) = invoices.try_next().await? {
//!     // Only the preview of an invoice has no id.
//!     let Some(id) = &invoice.id else { continue };
//!     // What is written once is written once, however often it is sent.
//!     Invoice::send_invoice(id).idempotency_key(format!("send-{id}")).send(&client).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What goes without saying
//!
//! - Every write carries an idempotency key, and what can be tried again safely is: twice, after the waits that Stripe's own SDKs make.
//! - Nothing is read without a limit: [`max_response_size`](ClientBuilder::max_response_size) for bodies in memory, and fixed ones for
//!   headers, trailers and errors. A list that leads back to a page that was read ends with an error.
//! - A blank ID, account or webhook secret is never used: a request with one is an error that names it, and nothing is sent.
//! - An answer [derefs](Response) to its object, and knows its request id. An [`Error`] says what happened, where, and by which request.
//! - Keys and secrets are in no `Debug`, no `Display` and no log. Retries, and what Stripe says in `Stripe-Notice`, are reported by
//!   [tracing](https://docs.rs/tracing).
//!
//! # Where things are
//!
//! - Resources are here, or in the modules of their namespaces: [`billing`], [`issuing`], [`v2`] and so on. A module of each has the
//!   types of its fields, and its requests.
//! - [`Client`] is for async programs on tokio; `blocking::Client` for those without a runtime. Both send the same requests.
//! - [`RawRequest`] is a request with options of its own: for another account, with a timeout, with parameters that the types do not know.
//!   It is also a request to any path at all.
//! - [`webhook`] receives events: signatures, snapshot and thin events, and a router. [`events`] has a type for each type of event.
//! - [`testing`] has a fake client, errors and events for unit tests, without a network.
//! - [`transport`] is where another HTTP client takes the place of the network.
//!
//! # Features
//!
//! - `async` (on): [`Client`] over hyper, on tokio.
//! - `blocking`: `blocking::Client` over ureq, without tokio.
//!
//! Without both there is still a [`Client`], for a transport of your own.

#![forbid(unsafe_code)]

mod base_urls;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod client;
mod download;
mod error;
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

pub use pinstripe_api::*;
pub use pinstripe_runtime::webhook::{self, Webhook};
pub use pinstripe_runtime::{
    ApiKey, Clearable, Currency, DateTime, Decimal, DecodeError, Expandable, Host, Id, Lazy, List,
    Map, MaybeDeleted, Page, RangeQuery, RawJson, RawRequest, Request, RequestOptions,
    SearchResult, Timestamp, Upload, from_json, from_json_lenient, to_json,
};
pub use pinstripe_runtime::{SnapshotEvent, ThinEvent, retry};
pub use pinstripe_transport::ConfigError;

pub use builder::ClientBuilder;
pub use client::Client;
pub use download::{Download, DownloadFuture};
pub use error::{ApiError, ConnectionError, DecodeFailure, Error};
pub use meter_events::MeterEvents;
pub use pagination::{Items, Pages};
pub use response::Response;
pub use response_future::ResponseFuture;
pub use response_parts::ResponseParts;
pub use user_agent::AppInfo;
