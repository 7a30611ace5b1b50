//! The blocking client, for programs without an async runtime.
//!
//! ```no_run
//! use pinstripe::blocking::Client;
//! use pinstripe::{Customer, Invoice};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(std::env::var("STRIPE_SECRET_KEY")?);
//! let customer = Customer::create().email("jenny@example.com").send(&client)?;
//! for invoice in Invoice::list().customer(&customer.id).stream(&client) {
//!     println!("{}", invoice?.amount_due);
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::io::{self, Read};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
#[cfg(feature = "v2")]
use pinstripe_api::v2::billing::meter_event_stream::EventParams;
use pinstripe_runtime::{
    ApiKey, DecodeError, HttpRequest, Listing, RequestOptions, SendRequest, Value,
};
use pollster::block_on;

use crate::builder::ClientBuilder;
use crate::transport::UreqTransport;
use crate::{Error, Response};

/// Sends requests and blocks the current thread until the response is received.
///
/// A client is cheap to clone. Clones share their connections.
#[derive(Clone)]
pub struct Client(crate::Client);

impl Client {
    /// Creates a client with this API key and default settings.
    pub fn new(api_key: impl Into<ApiKey>) -> Self {
        let builder = Self::builder(api_key);
        builder
            .build_blocking()
            .unwrap_or_else(|error| unreachable!("the default settings are valid: {error}"))
    }

    /// Creates a builder. Finish with [`build_blocking`](ClientBuilder::build_blocking).
    pub fn builder(api_key: impl Into<ApiKey>) -> ClientBuilder {
        ClientBuilder::new(api_key.into())
    }

    /// Returns a client that acts for a connected account.
    #[must_use]
    pub fn for_account(&self, account: impl Into<String>) -> Self {
        Self(self.0.for_account(account))
    }

    /// Returns a client with other options for all its requests.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        Self(self.0.with(change))
    }
}

impl ClientBuilder {
    /// Builds the blocking client.
    ///
    /// # Errors
    ///
    /// Returns an error when a URL, an option, a certificate or the application name is invalid.
    pub fn build_blocking(mut self) -> Result<Client, Error> {
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => Box::new(UreqTransport::with_config(&self.config)?),
        };
        self.build_with(transport).map(Client)
    }
}

impl SendRequest for Client {
    type Sent<T: Value> = Result<Response<T>, Error>;
    type Downloading = Result<Download, Error>;
    type Items<L: Listing> = Items<L>;

    #[inline]
    fn execute<T: Value>(
        &self,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Result<Response<T>, Error> {
        block_on(self.0.execute(request, options))
    }

    fn download(&self, request: HttpRequest, options: RequestOptions) -> Result<Download, Error> {
        Ok(Download { inner: block_on(self.0.download(request, options))?, rest: Bytes::new() })
    }

    fn list<L: Listing>(
        &self,
        first: Option<L>,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Items<L> {
        Items(self.0.list(first, request, options))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// An iterator over the items of a list, across pages.
///
/// The next page is requested when the items of the previous one are consumed. The iterator ends
/// after an error.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is consumed"]
pub struct Items<L: Listing>(crate::Items<L>);

impl<L: Listing> Items<L> {
    /// Returns the problems of the page that the last item belongs to, if the client is
    /// [lenient](ClientBuilder::lenient).
    pub fn problems(&self) -> &[DecodeError] {
        self.0.problems()
    }

    /// Converts to an iterator over pages.
    pub fn pages(self) -> Pages<L> {
        Pages(self.0.pages())
    }
}

impl<L: Listing> Iterator for Items<L> {
    type Item = Result<L::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(self.0.try_next()).transpose()
    }
}

/// An iterator over the pages of a list.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is consumed"]
pub struct Pages<L>(crate::Pages<L>);

impl<L: Listing> Iterator for Pages<L> {
    type Item = Result<Response<L>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(self.0.try_next()).transpose()
    }
}

/// A file in a response, which implements [`Read`].
#[derive(Debug)]
pub struct Download {
    inner: crate::Download,
    /// Bytes that were received but not read yet.
    rest: Bytes,
}

impl Download {
    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.inner.status()
    }

    /// Returns the response headers, such as `content-type` and `content-length`.
    pub fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match block_on(self.inner.try_next()) {
                Ok(Some(piece)) => self.rest = piece,
                Ok(None) => return Ok(0),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let length = self.rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}

/// Sends [meter events](crate::MeterEvents) with the blocking client.
#[cfg(feature = "v2")]
#[derive(Debug)]
pub struct MeterEvents(crate::MeterEvents);

#[cfg(feature = "v2")]
impl MeterEvents {
    /// Creates a stream without a session. The first events create one.
    pub fn new(client: &Client) -> Self {
        Self(crate::MeterEvents::new(&client.0))
    }

    /// Sends up to 100 events.
    ///
    /// # Errors
    ///
    /// Returns an error when no session can be created, or the events are rejected.
    pub fn send(
        &self,
        events: impl IntoIterator<Item = impl Into<EventParams>>,
    ) -> Result<(), Error> {
        block_on(self.0.send(events))
    }
}
