//! The future returned by `send`.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pinstripe_runtime::{HttpRequest, RequestOptions, Value};

use crate::response_parts::ResponseParts;
use crate::transport::BoxFuture;
use crate::{Client, Error, Response};

/// A future of a response. The request is sent when it is first polled.
#[must_use = "a request does nothing until it is awaited"]
pub struct ResponseFuture<T> {
    response: BoxFuture<'static, Result<ResponseParts, Error>>,
    lenient: bool,
    output: PhantomData<fn() -> T>,
}

impl<T> ResponseFuture<T> {
    pub(crate) fn new(client: Client, request: HttpRequest, options: RequestOptions) -> Self {
        let lenient = options.lenient.or(client.defaults.lenient).unwrap_or(false);
        Self { response: send(client, request, options), lenient, output: PhantomData }
    }
}

/// Sends a request. Not generic over the output type, so that it is compiled only once.
fn send(
    client: Client,
    request: HttpRequest,
    options: RequestOptions,
) -> BoxFuture<'static, Result<ResponseParts, Error>> {
    Box::pin(async move {
        let options = options.or(&client.defaults);
        client.pipeline.send(request, options).await
    })
}

impl<T: Value> Future for ResponseFuture<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let parts = ready!(self.response.as_mut().poll(context))?;
        Poll::Ready(Response::decode(parts, self.lenient))
    }
}

impl<T> fmt::Debug for ResponseFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseFuture")
    }
}
