//! The retry policy: a pure function, without clock, randomness or I/O.

use std::time::Duration;

/// Decides which failed attempts are retried, and how long to wait before each retry.
///
/// The rules are those of Stripe's official SDKs. The header `Stripe-Should-Retry` decides for any
/// status. Without it, conflicts (409) and server errors (500 and above) are retried. "Too many
/// requests" (429) is retried only if an object was locked, since any other retry would add to the
/// load. Connection failures are retried, except untrusted certificates.
///
/// ```
/// use pinstripe_runtime::retry::{Outcome, RetryPolicy};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::default();
/// let unavailable = Outcome::Response { status: 503, should_retry: None, lock_timeout: false };
/// assert_eq!(policy.next(1, unavailable, 0.0), Some(Duration::from_millis(500)));
/// assert_eq!(policy.next(3, unavailable, 0.0), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The maximum number of retries after the first attempt.
    pub max_retries: u32,
    /// The minimum delay.
    pub min_delay: Duration,
    /// The maximum delay.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Two retries, with delays from 0.5 to 5 seconds.
    fn default() -> Self {
        Self {
            max_retries: 2,
            min_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(5),
        }
    }
}

/// The outcome of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A response was received.
    Response {
        status: u16,
        /// The value of the header `Stripe-Should-Retry`, if present.
        should_retry: Option<bool>,
        /// Whether the error in the body has the code `lock_timeout`.
        lock_timeout: bool,
    },
    /// No complete response was received.
    Failure(FailureKind),
}

/// Why no response was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection was established: refused, unreachable, or unknown host name.
    Connect,
    /// The connection was closed before the response was complete.
    Interrupted,
    /// The attempt timed out.
    Timeout,
    /// No TLS session was established: a certificate is not trusted, or there is no common
    /// protocol.
    Tls,
    /// The proxy refused the connection permanently: 403 or 407.
    Proxy,
    /// The response is larger than the client accepts.
    TooLarge,
    /// A permanent failure: the request cannot be encoded, or its body cannot be read.
    Request,
}

impl RetryPolicy {
    /// Returns how long to wait before the next attempt, or `None` to give up.
    ///
    /// `attempts` is the number of attempts so far. `random`, from 0 to 1, spreads the retries of
    /// many clients: a delay is between half of its nominal length and all of it, but at least
    /// [`min_delay`](Self::min_delay).
    pub fn next(&self, attempts: u32, outcome: Outcome, random: f64) -> Option<Duration> {
        if attempts > self.max_retries || !is_worth_a_retry(outcome) {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(16);
        let whole = self.min_delay.saturating_mul(1 << doublings).min(self.max_delay);
        Some(whole.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0)).max(self.min_delay))
    }
}

fn is_worth_a_retry(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Response { should_retry: Some(should_retry), .. } => should_retry,
        Outcome::Response { status: 409 | 500.., .. } => true,
        Outcome::Response { status: 429, lock_timeout, .. } => lock_timeout,
        Outcome::Response { .. } => false,
        Outcome::Failure(kind) => match kind {
            FailureKind::Connect | FailureKind::Interrupted | FailureKind::Timeout => true,
            FailureKind::Tls
            | FailureKind::Proxy
            | FailureKind::TooLarge
            | FailureKind::Request => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, should_retry: Option<bool>) -> Outcome {
        Outcome::Response { status, should_retry, lock_timeout: false }
    }

    fn retried(outcome: Outcome) -> bool {
        RetryPolicy::default().next(1, outcome, 0.5).is_some()
    }

    #[test]
    fn should_retry_header_overrides_status() {
        for status in [200, 302, 400, 401, 402, 403, 404, 409, 424, 429, 500, 501, 503, 599] {
            assert!(retried(response(status, Some(true))), "{status}");
            assert!(!retried(response(status, Some(false))), "{status}");
        }
    }

    #[test]
    fn status_decides_without_the_header() {
        for status in [409, 500, 501, 502, 503, 504, 505, 599] {
            assert!(retried(response(status, None)), "{status}");
        }
        for status in [200, 302, 400, 401, 402, 403, 404, 408, 410, 424, 425, 429] {
            assert!(!retried(response(status, None)), "{status}");
        }
        assert!(retried(Outcome::Response { status: 429, should_retry: None, lock_timeout: true }));
        assert!(!retried(Outcome::Response {
            status: 400,
            should_retry: None,
            lock_timeout: true
        }));
        assert!(!retried(Outcome::Response {
            status: 429,
            should_retry: Some(false),
            lock_timeout: true
        }));
    }

    #[test]
    fn only_temporary_failures_are_retried() {
        for kind in [FailureKind::Connect, FailureKind::Interrupted, FailureKind::Timeout] {
            assert!(retried(Outcome::Failure(kind)), "{kind:?}");
        }
        for kind in
            [FailureKind::Tls, FailureKind::Proxy, FailureKind::TooLarge, FailureKind::Request]
        {
            assert!(!retried(Outcome::Failure(kind)), "{kind:?}");
        }
    }

    #[test]
    fn delay_doubles_from_half_a_second_to_five() {
        let policy = RetryPolicy { max_retries: 100, ..RetryPolicy::default() };
        let wait = |attempts, random| {
            policy.next(attempts, response(500, None), random).map(|wait| wait.as_millis())
        };
        for (attempts, least, most) in [
            (1, 500, 500),
            (2, 500, 1000),
            (3, 1000, 2000),
            (4, 2000, 4000),
            (5, 2500, 5000),
            (6, 2500, 5000),
            (99, 2500, 5000),
        ] {
            assert_eq!(wait(attempts, 0.0), Some(least), "after {attempts}");
            assert_eq!(wait(attempts, 1.0), Some(most), "after {attempts}");
            assert!(
                wait(attempts, 0.5) >= Some(least) && wait(attempts, 0.5) <= Some(most),
                "after {attempts}"
            );
        }
    }

    #[test]
    fn retries_stop_at_the_maximum() {
        for max_retries in 0..5 {
            let policy = RetryPolicy { max_retries, ..RetryPolicy::default() };
            let attempts = (1..)
                .take_while(|attempts| {
                    policy.next(*attempts, response(503, Some(true)), 0.5).is_some()
                })
                .count();
            assert_eq!(attempts as u32, max_retries);
        }
    }
}
