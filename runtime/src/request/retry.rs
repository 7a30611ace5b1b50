//! What to do after a try: a pure function, with no clock, no dice and no I/O of its own.

use std::time::Duration;

/// When a request is tried again, and how long to wait before that.
///
/// The rules are those of Stripe's own SDKs: [`Stripe-Should-Retry`](Outcome::Answer) is obeyed first, for any status; without it,
/// conflicts (409) and errors of the server (500 and above) are tried again, and "too many requests" (429) only where an object was
/// locked, as everything else would only add to the load. Connections that failed are tried again; certificates that are not trusted
/// stay so.
///
/// ```
/// use pinstripe_runtime::retry::{Outcome, RetryPolicy};
/// use std::time::Duration;
///
/// let policy = RetryPolicy::default();
/// let unavailable = Outcome::Answer { status: 503, should_retry: None, lock_timeout: false };
/// assert_eq!(policy.next(1, unavailable, 0.0), Some(Duration::from_millis(500)));
/// assert_eq!(policy.next(3, unavailable, 0.0), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is tried again after its first try.
    pub max_retries: u32,
    /// The shortest wait.
    pub min_delay: Duration,
    /// The longest wait.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Two retries, after 0.5 to 5 seconds.
    fn default() -> Self {
        Self {
            max_retries: 2,
            min_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(5),
        }
    }
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was an answer.
    Answer {
        status: u16,
        /// What the header `Stripe-Should-Retry` says, if it is there.
        should_retry: Option<bool>,
        /// Whether the error in the body has the code `lock_timeout`.
        lock_timeout: bool,
    },
    /// There was no answer, or not a whole one.
    Failure(FailureKind),
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// No connection could be made: refused, unreachable, or the name is not known.
    Connect,
    /// The connection broke before the whole answer was there.
    Interrupted,
    /// It took too long.
    Timeout,
    /// The connection could not be made safe: a certificate is not trusted, or no protocol is shared.
    Tls,
    /// The proxy refused to connect, and would again: 403, 407.
    Proxy,
    /// The response is larger than the client accepts.
    TooLarge,
    /// Something that will not change: the request cannot be written, or its body cannot be read.
    Request,
}

impl RetryPolicy {
    /// How long to wait before the next try, or `None` if there is to be none.
    ///
    /// `tries` is how many there were. `random` is from 0 to 1, and spreads the waits of many clients: a wait is between half of
    /// its length and all of it, and never shorter than [`min_delay`](Self::min_delay).
    pub fn next(&self, tries: u32, outcome: Outcome, random: f64) -> Option<Duration> {
        if tries > self.max_retries || !is_worth_a_retry(outcome) {
            return None;
        }
        let doublings = tries.saturating_sub(1).min(16);
        let whole = self.min_delay.saturating_mul(1 << doublings).min(self.max_delay);
        Some(whole.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0)).max(self.min_delay))
    }
}

fn is_worth_a_retry(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Answer { should_retry: Some(should_retry), .. } => should_retry,
        Outcome::Answer { status: 409 | 500.., .. } => true,
        Outcome::Answer { status: 429, lock_timeout, .. } => lock_timeout,
        Outcome::Answer { .. } => false,
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

    fn answer(status: u16, should_retry: Option<bool>) -> Outcome {
        Outcome::Answer { status, should_retry, lock_timeout: false }
    }

    fn retried(outcome: Outcome) -> bool {
        RetryPolicy::default().next(1, outcome, 0.5).is_some()
    }

    #[test]
    fn the_header_comes_before_every_status() {
        for status in [200, 302, 400, 401, 402, 403, 404, 409, 424, 429, 500, 501, 503, 599] {
            assert!(retried(answer(status, Some(true))), "{status}");
            assert!(!retried(answer(status, Some(false))), "{status}");
        }
    }

    #[test]
    fn without_the_header_the_status_decides() {
        for status in [409, 500, 501, 502, 503, 504, 505, 599] {
            assert!(retried(answer(status, None)), "{status}");
        }
        for status in [200, 302, 400, 401, 402, 403, 404, 408, 410, 424, 425, 429] {
            assert!(!retried(answer(status, None)), "{status}");
        }
        assert!(retried(Outcome::Answer { status: 429, should_retry: None, lock_timeout: true }));
        assert!(!retried(Outcome::Answer { status: 400, should_retry: None, lock_timeout: true }));
        assert!(!retried(Outcome::Answer {
            status: 429,
            should_retry: Some(false),
            lock_timeout: true
        }));
    }

    #[test]
    fn only_failures_that_can_pass_are_tried_again() {
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
    fn waits_double_from_half_a_second_to_five() {
        let policy = RetryPolicy { max_retries: 100, ..RetryPolicy::default() };
        let wait = |tries, random| {
            policy.next(tries, answer(500, None), random).map(|wait| wait.as_millis())
        };
        for (tries, least, most) in [
            (1, 500, 500),
            (2, 500, 1000),
            (3, 1000, 2000),
            (4, 2000, 4000),
            (5, 2500, 5000),
            (6, 2500, 5000),
            (99, 2500, 5000),
        ] {
            assert_eq!(wait(tries, 0.0), Some(least), "after {tries}");
            assert_eq!(wait(tries, 1.0), Some(most), "after {tries}");
            assert!(
                wait(tries, 0.5) >= Some(least) && wait(tries, 0.5) <= Some(most),
                "after {tries}"
            );
        }
    }

    #[test]
    fn there_are_as_many_retries_as_are_allowed() {
        for max_retries in 0..5 {
            let policy = RetryPolicy { max_retries, ..RetryPolicy::default() };
            let tries = (1..)
                .take_while(|tries| policy.next(*tries, answer(503, Some(true)), 0.5).is_some())
                .count();
            assert_eq!(tries as u32, max_retries);
        }
    }
}
