//! Conversions and `Debug` output of Unix timestamps.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::date_time::DateTime;
use crate::reflect::timestamp::Timestamp;

impl From<i64> for Timestamp {
    fn from(seconds: i64) -> Self {
        Self::from_seconds(seconds)
    }
}

impl From<SystemTime> for Timestamp {
    /// Truncates to seconds.
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::from_seconds(after.as_secs() as i64),
            Err(before) => {
                let before = before.duration();
                Self::from_seconds(
                    -(before.as_secs() as i64) - i64::from(before.subsec_nanos() > 0),
                )
            }
        }
    }
}

impl From<Timestamp> for SystemTime {
    fn from(timestamp: Timestamp) -> Self {
        let distance = Duration::from_secs(timestamp.seconds().unsigned_abs());
        let moment = if timestamp.seconds() < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        };
        // A time that the platform's clock cannot represent becomes the epoch.
        moment.unwrap_or(UNIX_EPOCH)
    }
}

impl std::fmt::Display for Timestamp {
    /// Prints the time in RFC 3339, in UTC.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        DateTime::from(*self).fmt(f)
    }
}

impl std::fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Timestamp({})", self.seconds())
    }
}
