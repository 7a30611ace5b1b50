//! Unix times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::DateTime;
use crate::kind::Kind;
use crate::params::{Data, Parameter};
use crate::value::Value;

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

impl From<i64> for Timestamp {
    fn from(seconds: i64) -> Self {
        Self(seconds)
    }
}

impl From<SystemTime> for Timestamp {
    /// The second in which `time` lies.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(after.as_secs() as i64),
            Err(before) => {
                let before = before.duration();
                Self(-(before.as_secs() as i64) - i64::from(before.subsec_nanos() > 0))
            }
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        let distance = Duration::from_secs(timestamp.0.unsigned_abs());
        let moment = if timestamp.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        };
        // A platform whose clock cannot reach so far gets the nearest thing it has: the epoch.
        moment.unwrap_or(UNIX_EPOCH)
    }
}

impl std::fmt::Display for Timestamp {
    /// The moment as RFC 3339, in UTC.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        DateTime::from(*self).fmt(f)
    }
}

impl std::fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Timestamp({})", self.0)
    }
}

// SAFETY: the kind is that of the type.
unsafe impl Value for Timestamp {
    const KIND: Kind = Kind::Timestamp;
}

impl Parameter for Timestamp {
    #[inline]
    fn into_data(self) -> Data {
        Data::Int(self.0)
    }
}
