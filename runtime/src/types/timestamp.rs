//! Conversions, arithmetic and text of a [`Timestamp`].

use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::date_time::DateTime;
use crate::reflect::timestamp::Timestamp;
use crate::types::clock::system_time;
use crate::types::scalar_serde;

impl Timestamp {
    /// Returns the current second of the system's clock.
    pub fn now() -> Self {
        system_time().into()
    }

    /// Returns the seconds from `earlier` to this moment, negative if `earlier` is later.
    ///
    /// ```
    /// use pinstripe_runtime::Timestamp;
    ///
    /// let start = Timestamp::from_seconds(100);
    /// assert_eq!(Timestamp::from_seconds(160).seconds_since(start), 60);
    /// ```
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.seconds().saturating_sub(earlier.seconds())
    }

    /// Returns the time from `earlier` to this moment, or `None` if `earlier` is later.
    pub fn duration_since(self, earlier: Self) -> Option<Duration> {
        let seconds = i128::from(self.seconds()) - i128::from(earlier.seconds());
        u64::try_from(seconds).ok().map(Duration::from_secs)
    }

    /// Returns the second that lies `duration` later, or `None` if it cannot be represented.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.seconds().checked_add_unsigned(duration.as_secs()).map(Self::from_seconds)
    }

    /// Returns the second that lies `duration` earlier, or `None` if it cannot be represented.
    pub fn checked_sub(self, duration: Duration) -> Option<Self> {
        // Half a second before a full one lies in the second before.
        let started = u64::from(duration.subsec_nanos() > 0);
        self.seconds()
            .checked_sub_unsigned(duration.as_secs())?
            .checked_sub_unsigned(started)
            .map(Self::from_seconds)
    }
}

/// The second in which the sum lies: fractions are dropped.
///
/// # Panics
///
/// Panics if the sum cannot be represented. See [`Timestamp::checked_add`].
impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration).expect("overflow when adding a duration to a timestamp")
    }
}

/// The second in which the difference lies.
///
/// # Panics
///
/// Panics if the difference cannot be represented. See [`Timestamp::checked_sub`].
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration).expect("overflow when subtracting a duration from a timestamp")
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

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

scalar_serde!(Timestamp, Integer);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_and_subtracts_durations() {
        let at = Timestamp::from_seconds;
        let half = Duration::from_millis(500);
        assert_eq!(at(10) + Duration::from_secs(5), at(15));
        assert_eq!(at(10) - Duration::from_secs(15), at(-5));
        assert_eq!(at(10) + half, at(10));
        assert_eq!(at(10) - half, at(9));
        assert_eq!(SystemTime::from(at(10)).checked_sub(half).map(Timestamp::from), Some(at(9)));
        let mut time = at(0);
        time += Duration::from_secs(60);
        time -= Duration::from_secs(1);
        assert_eq!(time, at(59));
        assert_eq!(at(i64::MAX).checked_add(Duration::from_secs(1)), None);
        assert_eq!(at(i64::MIN).checked_sub(half), None);
        assert_eq!(at(i64::MIN).checked_add(Duration::from_secs(u64::MAX)), Some(at(i64::MAX)));
    }

    #[test]
    fn measures_differences() {
        let at = Timestamp::from_seconds;
        assert_eq!(at(160).seconds_since(at(100)), 60);
        assert_eq!(at(100).seconds_since(at(160)), -60);
        assert_eq!(at(i64::MAX).seconds_since(at(-1)), i64::MAX);
        assert_eq!(at(160).duration_since(at(100)), Some(Duration::from_secs(60)));
        assert_eq!(at(100).duration_since(at(160)), None);
        assert_eq!(at(i64::MAX).duration_since(at(i64::MIN)), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn now_is_the_time_of_the_system() {
        let before = Timestamp::from(SystemTime::now());
        let now = Timestamp::now();
        assert!(before <= now && now <= Timestamp::from(SystemTime::now()));
        assert!(now > Timestamp::from_seconds(1_700_000_000));
    }

    #[test]
    #[should_panic(expected = "overflow when adding a duration to a timestamp")]
    fn adding_too_much_panics() {
        let _ = Timestamp::from_seconds(i64::MAX) + Duration::from_secs(1);
    }
}
