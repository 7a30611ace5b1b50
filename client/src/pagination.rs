//! Lists as streams.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pinstripe_runtime::{DecodeError, HttpRequest, Listing, RequestOptions, masked};

use crate::response_future::ResponseFuture;
use crate::{Client, Error, Response};

/// A `Stream` of the items of a list, across pages.
///
/// The next page is requested when the items of the previous one are consumed, with the same
/// options. The stream ends after an error. A page that was read before is an error.
///
/// ```no_run
/// # use pinstripe::{Client, Error, Invoice};
/// # async fn example(client: &Client) -> Result<(), Error> {
/// let mut invoices = Invoice::list().limit(100).stream(client);
/// while let Some(invoice) = invoices.try_next().await? {
///     println!("{}", invoice.amount_due);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Items<L: Listing> {
    items: VecDeque<L::Item>,
    problems: Vec<DecodeError>,
    pages: Pages<L>,
}

/// A `Stream` of the pages of a list.
#[must_use = "a stream does nothing until it is polled"]
pub struct Pages<L> {
    client: Client,
    options: RequestOptions,
    /// The request for the next page. `None` after the last page.
    request: Option<HttpRequest>,
    response: Option<ResponseFuture<L>>,
    /// The error to return after the last page that was read.
    pending_error: Option<Error>,
    cycles: CycleDetector,
}

/// Detects cycles of pages of any length with Brent's algorithm: it remembers one page key, and
/// replaces it after twice as many pages each time.
struct CycleDetector {
    remembered: String,
    count: u64,
    until: u64,
}

impl CycleDetector {
    fn begin(request: &HttpRequest) -> Self {
        Self { remembered: page_key(request), count: 0, until: 1 }
    }

    /// Records the request for the next page. Returns whether that page was read before.
    fn repeats(&mut self, last: &str, next: &HttpRequest) -> bool {
        let next = page_key(next);
        if next == last || next == self.remembered {
            return true;
        }
        self.count += 1;
        if self.count == self.until {
            *self = Self { remembered: next, count: 0, until: self.until.saturating_mul(2) };
        }
        false
    }
}

/// Returns the key of a page: the part of the request that selects it.
fn page_key(request: &HttpRequest) -> String {
    format!("{}?{}", request.path, request.query)
}

impl<L: Listing> Items<L> {
    pub(crate) fn new(
        client: Client,
        first: Option<L>,
        request: HttpRequest,
        options: RequestOptions,
    ) -> Self {
        let cycles = CycleDetector::begin(&request);
        let mut pages = Pages {
            client,
            options,
            request: Some(request),
            response: None,
            pending_error: None,
            cycles,
        };
        let Some(first) = first else {
            return Self { items: VecDeque::new(), problems: Vec::new(), pages };
        };
        // The request was already advanced to the following page. Advancing a copy shows whether
        // there is one.
        let mut following = pages.request.clone();
        let more = following.as_mut().is_some_and(|request| first.advance(request));
        if !more {
            pages.request = None;
        } else if pages.request.as_ref().is_some_and(|request| request.path == "/") {
            pages.request = None;
            let message = "the list has more items but no URL: list the objects with the `list` operation of their resource";
            pages.pending_error = Some(Error::config(message));
        }
        Self { items: first.into_items().into(), problems: Vec::new(), pages }
    }

    /// Converts to a stream of pages.
    ///
    /// Items that were read ahead are dropped, so call this before reading items.
    pub fn pages(self) -> Pages<L> {
        self.pages
    }

    /// Returns the problems of the page that the last item belongs to, if the client is
    /// [lenient](crate::ClientBuilder::lenient). Paths begin at the page: `data[3].amount`.
    pub fn problems(&self) -> &[DecodeError] {
        &self.problems
    }

    /// Returns the next item, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns an error when a page cannot be fetched.
    pub async fn try_next(&mut self) -> Result<Option<L::Item>, Error> {
        std::future::poll_fn(|context| self.poll_item(context)).await.transpose()
    }

    /// Collects all remaining items.
    ///
    /// # Errors
    ///
    /// Returns an error when a page cannot be fetched.
    pub async fn try_collect(mut self) -> Result<Vec<L::Item>, Error> {
        let mut all = Vec::new();
        while let Some(item) = self.try_next().await? {
            all.push(item);
        }
        Ok(all)
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<L::Item, Error>>> {
        loop {
            if let Some(item) = self.items.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let backwards = self.pages.is_backwards();
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => {
                    self.problems = page.problems().to_vec();
                    self.items = page.into_inner().into_items().into();
                    if backwards {
                        self.items.make_contiguous().reverse();
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<L: Listing> Pages<L> {
    /// Returns the next page, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// Returns an error when the page cannot be fetched.
    pub async fn try_next(&mut self) -> Result<Option<Response<L>>, Error> {
        std::future::poll_fn(|context| self.poll_page(context)).await.transpose()
    }

    fn is_backwards(&self) -> bool {
        self.request.as_ref().is_some_and(L::is_backwards)
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Response<L>, Error>>> {
        if let Some(error) = self.pending_error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let Some(request) = &mut self.request else {
            return Poll::Ready(None);
        };
        let response = self.response.get_or_insert_with(|| {
            ResponseFuture::new(self.client.clone(), request.clone(), self.options.clone())
        });
        let page = ready!(Pin::new(response).poll(context));
        self.response = None;
        let last = page_key(request);
        if !page.as_ref().is_ok_and(|page| page.advance(request)) {
            self.request = None;
        } else if self.cycles.repeats(&last, request) {
            let path = masked(&request.path);
            let message = format!(
                "the next page of {path} was read before: filter the list by its parameters instead"
            );
            self.pending_error = Some(Error::config(message));
            self.request = None;
        }
        Poll::Ready(Some(page))
    }
}

/// No field is structurally pinned.
impl<L: Listing> Unpin for Items<L> {}

impl<L: Listing> Stream for Items<L> {
    type Item = Result<L::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}

impl<L: Listing> Stream for Pages<L> {
    type Item = Result<Response<L>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(context)
    }
}

impl<L: Listing> fmt::Debug for Items<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("read_ahead", &self.items.len())
            .field("next", &self.pages.request)
            .finish()
    }
}

impl<L> fmt::Debug for Pages<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("next", &self.request).finish_non_exhaustive()
    }
}
