//! Requests on their way.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pinstripe_runtime::{HttpRequest, RequestOptions, Value};

use crate::meta::Meta;
use crate::transport::BoxFuture;
use crate::{Client, Error, Response};

/// A request on its way: a future of its answer. Nothing is sent before it is polled.
#[must_use = "a request does nothing until it is awaited"]
pub struct Sending<T> {
    exchange: BoxFuture<'static, Result<Meta, Error>>,
    output: PhantomData<fn() -> T>,
}

impl<T> Sending<T> {
    pub(crate) fn new(client: Client, request: HttpRequest, options: RequestOptions) -> Self {
        Self { exchange: exchange(client, request, options), output: PhantomData }
    }
}

/// The part that is the same whatever is sent, and so is compiled once.
fn exchange(
    client: Client,
    request: HttpRequest,
    options: RequestOptions,
) -> BoxFuture<'static, Result<Meta, Error>> {
    Box::pin(async move {
        let options = options.or(&client.defaults);
        client.exchange.send(request, options).await
    })
}

impl<T: Value> Future for Sending<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let meta = ready!(self.exchange.as_mut().poll(context))?;
        Poll::Ready(Response::decode(meta))
    }
}

impl<T> fmt::Debug for Sending<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sending")
    }
}
