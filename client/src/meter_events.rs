//! Meter events at high rates.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pinstripe_api::v2::billing::meter_event_stream::EventParams;
use pinstripe_api::v2::billing::{MeterEventSession, MeterEventStream};
use pinstripe_runtime::{ApiKey, Timestamp};

use crate::{Client, Error};

/// Sends meter events through the high-throughput stream.
///
/// The stream uses a session token instead of an API key. The session is created with the first
/// events and replaced before it expires. Clones of this value share it.
///
/// ```no_run
/// use pinstripe::MeterEvents;
/// use pinstripe::v2::billing::meter_event_stream::EventParams;
///
/// # async fn example(client: &pinstripe::Client) -> Result<(), pinstripe::Error> {
/// let meter_events = MeterEvents::new(client);
/// meter_events.send([EventParams::new("tokens", [("stripe_customer_id", "cus_1"), ("value", "25")])]).await?;
/// # Ok(())
/// # }
/// ```
pub struct MeterEvents {
    client: Client,
    session: Mutex<Option<Arc<Session>>>,
}

struct Session {
    token: ApiKey,
    expires_at: Timestamp,
}

/// The time before its expiry at which a session is replaced.
const MARGIN: Duration = Duration::from_secs(30);

impl MeterEvents {
    /// Creates a stream without a session. The first events create one.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), session: Mutex::default() }
    }

    /// Sends up to 100 events.
    ///
    /// # Errors
    ///
    /// Returns an error when no session can be created, or the events are rejected.
    pub async fn send(
        &self,
        events: impl IntoIterator<Item = impl Into<EventParams>>,
    ) -> Result<(), Error> {
        let request = MeterEventStream::create(events).customize();
        let session = self.session(None).await?;
        let sent = request.clone().api_key(session.token.clone()).send(&self.client).await;
        let sent = match sent {
            // A session can end before its stated expiry.
            Err(Error::TemporarySessionExpired(_) | Error::Authentication(_)) => {
                let session = self.session(Some(&session)).await?;
                request.api_key(session.token.clone()).send(&self.client).await
            }
            sent => sent,
        };
        sent.map(|_| ())
    }

    /// Returns the current session. Creates a new one if there is none, it is about to expire, or
    /// it was rejected.
    async fn session(&self, refused: Option<&Arc<Session>>) -> Result<Arc<Session>, Error> {
        let known = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(session) = known
            && session.is_good()
            && !refused.is_some_and(|refused| Arc::ptr_eq(refused, &session))
        {
            return Ok(session);
        }
        let response = MeterEventSession::create().send(&self.client).await?;
        let token = ApiKey::from(&response.authentication_token);
        let session = Arc::new(Session { token, expires_at: response.expires_at.timestamp() });
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
        Ok(session)
    }
}

impl Session {
    fn is_good(&self) -> bool {
        Timestamp::now() + MARGIN < self.expires_at
    }
}

impl fmt::Debug for MeterEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeterEvents").field("client", &self.client).finish_non_exhaustive()
    }
}
