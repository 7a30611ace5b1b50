//! Meter events at a high rate.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use pinstripe_api::v2::billing::meter_event_stream::EventParams;
use pinstripe_api::v2::billing::{MeterEventSession, MeterEventStream};
use pinstripe_runtime::{ApiKey, Timestamp};

use crate::{Client, Error};

/// Sends meter events through the stream for high rates.
///
/// The stream takes the token of a session instead of a key. The session is made with the first events, made anew before it ends,
/// and shared by all who use this value.
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

/// How long before its end a session is not used any more.
const MARGIN: Duration = Duration::from_secs(30);

impl MeterEvents {
    /// A stream that has no session yet.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), session: Mutex::default() }
    }

    /// Sends events: up to 100 at once.
    ///
    /// # Errors
    ///
    /// When no session can be had, or the events are refused.
    pub async fn send(
        &self,
        events: impl IntoIterator<Item = impl Into<EventParams>>,
    ) -> Result<(), Error> {
        let request = MeterEventStream::create(events).customize();
        let session = self.session(None).await?;
        let sent = request.clone().api_key(session.token.clone()).send(&self.client).await;
        let sent = match sent {
            // The session can end sooner than it said.
            Err(Error::TemporarySessionExpired(_) | Error::Authentication(_)) => {
                let session = self.session(Some(&session)).await?;
                request.api_key(session.token.clone()).send(&self.client).await
            }
            sent => sent,
        };
        sent.map(|_| ())
    }

    /// The session of now, or a new one if there is none, it is about to end, or it is the one that was refused.
    async fn session(&self, refused: Option<&Arc<Session>>) -> Result<Arc<Session>, Error> {
        let known = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(session) = known
            && session.is_good()
            && !refused.is_some_and(|refused| Arc::ptr_eq(refused, &session))
        {
            return Ok(session);
        }
        let answer = MeterEventSession::create().send(&self.client).await?;
        let token = ApiKey::from(&answer.authentication_token);
        let session = Arc::new(Session { token, expires_at: answer.expires_at.timestamp() });
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
        Ok(session)
    }
}

impl Session {
    fn is_good(&self) -> bool {
        Timestamp::from(SystemTime::now() + MARGIN) < self.expires_at
    }
}

impl fmt::Debug for MeterEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeterEvents").field("client", &self.client).finish_non_exhaustive()
    }
}
