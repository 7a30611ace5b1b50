//! A limit on interim (1xx) responses.
//!
//! hyper limits the size of one response head, but skips any number of interim responses.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use pinstripe_runtime::retry::FailureKind;
use tokio::sync::Notify;

use crate::{Body, TransportError};

/// The most interim responses that are skipped before the final response to one request.
const MAX_INTERIM_RESPONSES: u32 = 100;

/// Signals when a request has received more interim responses than are skipped.
pub(crate) struct InterimLimit(Arc<Notify>);

impl InterimLimit {
    /// Counts the interim responses to this request.
    ///
    /// hyper reports interim responses only for HTTP/1.
    pub(crate) fn of(request: &mut http::Request<Body>) -> Self {
        let exceeded = Arc::new(Notify::new());
        let (notify, count) = (Arc::clone(&exceeded), AtomicU32::new(0));
        hyper::ext::on_informational(request, move |_| {
            if count.fetch_add(1, Ordering::Relaxed) == MAX_INTERIM_RESPONSES {
                notify.notify_one();
            }
        });
        Self(exceeded)
    }

    /// Runs `sending` to its end, or until the limit is exceeded.
    ///
    /// # Errors
    ///
    /// [`FailureKind::Interrupted`] when the limit is exceeded. The connection must then be closed.
    pub(crate) async fn enforce<T>(
        self,
        sending: impl Future<Output = T>,
    ) -> Result<T, TransportError> {
        let (mut sending, mut exceeded) = (pin!(sending), pin!(self.0.notified()));
        std::future::poll_fn(|context| {
            if let Poll::Ready(sent) = sending.as_mut().poll(context) {
                return Poll::Ready(Ok(sent));
            }
            exceeded.as_mut().poll(context).map(|()| {
                let message = format!(
                    "the server sent more than {MAX_INTERIM_RESPONSES} interim responses (1xx)"
                );
                Err(TransportError::new(FailureKind::Interrupted, message))
            })
        })
        .await
    }
}
