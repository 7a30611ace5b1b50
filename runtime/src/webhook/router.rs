//! Routes events to handlers by type.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::{AnyEvent, Event, Notification, SnapshotEvent, ThinEvent, Webhook, WebhookError};
use crate::{DecodeError, Timestamp};

/// Routes events to handlers by type.
///
/// A router is immutable once built. It does not depend on an HTTP framework: pass the body and the
/// `Stripe-Signature` header of a request, and respond according to the result.
///
/// ```
/// use pinstripe_runtime::webhook::{AnyEvent, Delivery, Outcome, Router, SnapshotEvent, Webhook};
/// use pinstripe_runtime::{RawJson, Timestamp};
///
/// # enum InvoicePaid {}
/// # impl SnapshotEvent for InvoicePaid { const TYPE: &'static str = "invoice.paid"; type Object = RawJson; }
/// let webhook = Webhook::new("whsec_123");
/// let router = Router::builder(webhook.clone())
///     .on_sync::<InvoicePaid>(|invoice: Delivery<RawJson>, shop: &'static str| {
///         println!("{shop}: {} by {}", invoice.get(), invoice.event().id());
///         Ok::<_, std::io::Error>(())
///     })
///     .fallback_sync(|event: AnyEvent, _| {
///         println!("unhandled event: {}", event.type_name());
///         Ok(())
///     })
///     .build();
///
/// let now = Timestamp::from_seconds(1_767_225_600);
/// let body = br#"{"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {}}}"#;
/// let outcome = router.handle_blocking(body, &webhook.sign(body, now), now, "shop")?;
/// assert_eq!(outcome, Outcome::Handled);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Router<S, E> {
    webhook: Webhook,
    handlers: BTreeMap<&'static str, Handler<S, E>>,
    fallback: Option<Handler<S, E>>,
    lenient: bool,
}

/// Builds a [`Router`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct RouterBuilder<S, E> {
    router: Router<S, E>,
}

type Handled<E> = Pin<Box<dyn Future<Output = Result<(), E>> + Send>>;
type Done<E> = Pin<Box<dyn Future<Output = Result<(), RouteError<E>>> + Send>>;
/// Takes the event, the state, and whether to read the object leniently.
type Handler<S, E> = Box<dyn Fn(AnyEvent, S, bool) -> Done<E> + Send + Sync>;

/// The argument of a handler: the object and its event. Dereferences to the object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivery<T> {
    object: T,
    event: Event,
    problems: Vec<DecodeError>,
}

impl<T> Delivery<T> {
    /// Creates a delivery, for a handler that is called without a router: in a test, or for an event
    /// that was stored.
    pub fn new(object: T, event: Event) -> Self {
        Self { object, event, problems: Vec::new() }
    }

    /// Returns every field that was missing or had the wrong type, and so has its empty value, with
    /// its path: `data.object.amount`. Only a [lenient](RouterBuilder::lenient) router has any.
    pub fn problems(&self) -> &[DecodeError] {
        &self.problems
    }

    /// Returns the event.
    pub fn event(&self) -> &Event {
        &self.event
    }

    /// Returns the object.
    pub fn into_object(self) -> T {
        self.object
    }
}

impl<T> Deref for Delivery<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

/// The outcome of a routed event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The handler of the event type was called.
    Handled,
    /// The fallback was called.
    FellBack,
    /// The event type has no handler, and there is no fallback.
    Ignored,
}

impl<S, E> Router<S, E> {
    /// Creates a builder for the router of an endpoint.
    pub fn builder(webhook: Webhook) -> RouterBuilder<S, E> {
        RouterBuilder {
            router: Self { webhook, handlers: BTreeMap::new(), fallback: None, lenient: false },
        }
    }

    /// Returns the event types that have a handler. The endpoint should be configured to receive
    /// these.
    pub fn types(&self) -> impl Iterator<Item = &'static str> {
        self.handlers.keys().copied()
    }

    /// Verifies the signature of a request and calls the handler of its event.
    ///
    /// # Errors
    ///
    /// Returns an error when the signature is invalid, the body is not an event, its object does
    /// not decode, or the handler fails or panics.
    pub async fn handle(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
        state: S,
    ) -> Result<Outcome, RouteError<E>> {
        let event = self.webhook.receive(body, signature, now).map_err(RouteError::Webhook)?;
        self.dispatch(event, state).await
    }

    /// Same as [`handle`](Self::handle), blocking the current thread. No async runtime is required,
    /// so handlers that need one must not be registered.
    ///
    /// # Errors
    ///
    /// Returns an error when the signature is invalid, the body is not an event, its object does
    /// not decode, or the handler fails or panics.
    pub fn handle_blocking(
        &self,
        body: &[u8],
        signature: &str,
        now: impl Into<Timestamp>,
        state: S,
    ) -> Result<Outcome, RouteError<E>> {
        block_on(self.handle(body, signature, now, state))
    }

    /// Calls the handler of a trusted event: a stored one, or one delivered by a cloud provider.
    ///
    /// # Errors
    ///
    /// Returns an error when the object does not decode, or the handler fails or panics.
    pub async fn dispatch(&self, event: AnyEvent, state: S) -> Result<Outcome, RouteError<E>> {
        let (handler, outcome) = match (self.handlers.get(event.type_name()), &self.fallback) {
            (Some(handler), _) => (handler, Outcome::Handled),
            (None, Some(fallback)) => (fallback, Outcome::FellBack),
            (None, None) => return Ok(Outcome::Ignored),
        };
        let (event_id, type_name) = (event.id().to_owned(), event.type_name().to_owned());
        match Unwinding::of(|| handler(event, state, self.lenient)).await {
            Ok(handled) => handled.map(|()| outcome),
            Err(message) => Err(RouteError::Panic { event_id, type_name, message }),
        }
    }
}

/// A running handler. A panic becomes an error instead of ending the task, so that the endpoint
/// responds with 500 instead of closing the connection.
enum Unwinding<E> {
    Working(Done<E>),
    Panicked(Option<String>),
}

impl<E> Unwinding<E> {
    fn of(call: impl FnOnce() -> Done<E>) -> Self {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(working) => Self::Working(working),
            Err(panic) => Self::Panicked(Some(message(&*panic))),
        }
    }
}

impl<E> Future for Unwinding<E> {
    type Output = Result<Result<(), RouteError<E>>, String>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Panicked(message) => Poll::Ready(Err(message.take().unwrap_or_default())),
            // The future is not polled again after a panic, so only shared state can be observed
            // half-updated.
            Self::Working(working) => {
                match catch_unwind(AssertUnwindSafe(|| working.as_mut().poll(context))) {
                    Ok(polled) => polled.map(Ok),
                    Err(panic) => Poll::Ready(Err(message(&*panic))),
                }
            }
        }
    }
}

/// Returns the message of a panic, if it has one.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no message").to_owned()
}

impl<S: Send + 'static, E: Send + 'static> RouterBuilder<S, E> {
    /// Registers an async handler for an event type.
    ///
    /// # Panics
    ///
    /// Panics if the type already has a handler.
    pub fn on<Ev: SnapshotEvent>(
        self,
        handler: impl AsyncHandler<Delivery<Ev::Object>, S, E>,
    ) -> Self {
        self.insert(
            Ev::TYPE,
            snapshot::<Ev, S, E>(move |delivery, state| Box::pin(handler.call(delivery, state))),
        )
    }

    /// Registers a handler for an event type.
    ///
    /// # Panics
    ///
    /// Panics if the type already has a handler.
    pub fn on_sync<Ev: SnapshotEvent>(
        self,
        handler: impl Fn(Delivery<Ev::Object>, S) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.insert(
            Ev::TYPE,
            snapshot::<Ev, S, E>(move |delivery, state| {
                Box::pin(std::future::ready(handler(delivery, state)))
            }),
        )
    }

    /// Registers an async handler for a thin event type.
    ///
    /// # Panics
    ///
    /// Panics if the type already has a handler.
    pub fn on_thin<Ev: ThinEvent>(self, handler: impl AsyncHandler<Notification, S, E>) -> Self {
        self.insert(
            Ev::TYPE,
            thin(move |notification, state| Box::pin(handler.call(notification, state))),
        )
    }

    /// Registers a handler for a thin event type.
    ///
    /// # Panics
    ///
    /// Panics if the type already has a handler.
    pub fn on_thin_sync<Ev: ThinEvent>(
        self,
        handler: impl Fn(Notification, S) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        let handler = move |notification, state| {
            Box::pin(std::future::ready(handler(notification, state))) as Handled<E>
        };
        self.insert(Ev::TYPE, thin(handler))
    }

    /// Registers an async handler for all other events, including event types that this SDK does
    /// not define.
    pub fn fallback(mut self, handler: impl AsyncHandler<AnyEvent, S, E>) -> Self {
        self.router.fallback = Some(Box::new(move |event, state, _| {
            let handled = handler.call(event, state);
            Box::pin(async move { handled.await.map_err(RouteError::Handler) })
        }));
        self
    }

    /// Registers a handler for all other events.
    pub fn fallback_sync(
        mut self,
        handler: impl Fn(AnyEvent, S) -> Result<(), E> + Send + Sync + 'static,
    ) -> Self {
        self.router.fallback = Some(Box::new(move |event, state, _| {
            Box::pin(std::future::ready(handler(event, state).map_err(RouteError::Handler)))
        }));
        self
    }

    /// Reads objects that are incomplete, as events of other API versions can have them: a field that
    /// is missing or has the wrong type takes its empty value, and is listed by
    /// [`Delivery::problems`]. Strict unless set, so that an amount never becomes zero in silence.
    pub fn lenient(mut self, lenient: bool) -> Self {
        self.router.lenient = lenient;
        self
    }

    /// Builds the router.
    pub fn build(self) -> Router<S, E> {
        self.router
    }

    fn insert(mut self, type_name: &'static str, handler: Handler<S, E>) -> Self {
        let known = self.router.handlers.insert(type_name, handler);
        assert!(known.is_none(), "two handlers for `{type_name}`: combine them into one");
        self
    }
}

/// An async handler: a function that takes an event or object, and the state.
pub trait AsyncHandler<T, S, E>: Send + Sync + 'static {
    /// Calls the handler.
    fn call(&self, value: T, state: S) -> Pin<Box<dyn Future<Output = Result<(), E>> + Send>>;
}

impl<T, S, E, F, R> AsyncHandler<T, S, E> for F
where
    F: Fn(T, S) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), E>> + Send + 'static,
{
    fn call(&self, value: T, state: S) -> Pin<Box<dyn Future<Output = Result<(), E>> + Send>> {
        Box::pin(self(value, state))
    }
}

fn snapshot<Ev: SnapshotEvent, S: Send + 'static, E: Send + 'static>(
    handler: impl Fn(Delivery<Ev::Object>, S) -> Handled<E> + Send + Sync + 'static,
) -> Handler<S, E> {
    Box::new(move |event, state, lenient| {
        let AnyEvent::Snapshot(event) = event else {
            return failed(RouteError::Webhook(WebhookError::Thin));
        };
        let object = match lenient {
            true => event.object_lenient(),
            false => event.object().map(|object| (object, Vec::new())),
        };
        match object {
            Ok((object, problems)) => {
                let handled = handler(Delivery { object, event, problems }, state);
                Box::pin(async move { handled.await.map_err(RouteError::Handler) })
            }
            Err(error) => failed(RouteError::Object { error, event: Box::new(event) }),
        }
    })
}

fn thin<S: Send + 'static, E: Send + 'static>(
    handler: impl Fn(Notification, S) -> Handled<E> + Send + Sync + 'static,
) -> Handler<S, E> {
    Box::new(move |event, state, _| {
        let AnyEvent::Thin(notification) = event else {
            return failed(RouteError::Webhook(WebhookError::Snapshot));
        };
        let handled = handler(notification, state);
        Box::pin(async move { handled.await.map_err(RouteError::Handler) })
    })
}

fn failed<E: Send + 'static>(error: RouteError<E>) -> Done<E> {
    Box::pin(std::future::ready(Err(error)))
}

/// The error returned when an event was not handled.
#[derive(Debug)]
#[non_exhaustive]
pub enum RouteError<E> {
    /// The request contains no valid event.
    Webhook(WebhookError),
    /// The object does not have the shape of its type. The event is preserved.
    Object { error: DecodeError, event: Box<Event> },
    /// The handler returned an error.
    Handler(E),
    /// The handler panicked.
    Panic { event_id: String, type_name: String, message: String },
}

impl<E> RouteError<E> {
    /// Returns the HTTP status to respond with: 400 if a repeated delivery would fail again,
    /// otherwise 500.
    pub fn status(&self) -> u16 {
        match self {
            Self::Webhook(error) => error.status(),
            Self::Object { .. } | Self::Handler(_) | Self::Panic { .. } => 500,
        }
    }
}

impl<E: fmt::Display> fmt::Display for RouteError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Webhook(error) => error.fmt(f),
            Self::Object { error, event } => {
                write!(f, "event {} ({}): {error}", event.id(), event.type_name())
            }
            Self::Handler(error) => write!(f, "the handler failed: {error}"),
            Self::Panic { event_id, type_name, message } => {
                write!(f, "event {event_id} ({type_name}): the handler panicked: {message}")
            }
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for RouteError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Webhook(error) => Some(error),
            Self::Object { error, .. } => Some(error),
            Self::Handler(error) => Some(error),
            Self::Panic { .. } => None,
        }
    }
}

impl<S, E> fmt::Debug for Router<S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router")
            .field("webhook", &self.webhook)
            .field("types", &self.handlers.keys())
            .field("fallback", &self.fallback.is_some())
            .finish()
    }
}

impl<S, E> fmt::Debug for RouterBuilder<S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.router.fmt(f)
    }
}

/// Runs a future on the current thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        thread::park();
    }
}
