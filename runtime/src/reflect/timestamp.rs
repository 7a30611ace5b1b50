//! Unix times, the one Stripe type with its own [`Layout`](super::layout::Layout).

/// A moment in whole seconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use pinstripe_runtime::Timestamp;
///
/// let created = Timestamp::from_seconds(1_680_644_467);
/// assert_eq!(created.to_string(), "2023-04-04T21:41:07Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment so many seconds after 1970 began, or before it if negative.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970 began.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}
