//! Conversions to and from the types of jiff, chrono and time, each behind the feature of that name.

use std::fmt;

use crate::{DateTime, Timestamp};

/// A moment that another crate's type cannot represent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeOutOfRangeError {
    moment: String,
    target: &'static str,
}

impl fmt::Display for TimeOutOfRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is out of range of {}", self.moment, self.target)
    }
}

impl std::error::Error for TimeOutOfRangeError {}

/// Implements the conversions of a type, from a function that takes it apart and one that makes it of seconds and
/// nanoseconds since 1970.
macro_rules! conversions {
    ($type:ty, $name:literal, $parts:expr, $new:expr) => {
        impl From<$type> for Timestamp {
            /// The second in which the moment lies.
            fn from(moment: $type) -> Self {
                let (seconds, _): (i64, u32) = $parts(moment);
                Self::from_seconds(seconds)
            }
        }

        impl From<$type> for DateTime {
            /// The moment in UTC.
            fn from(moment: $type) -> Self {
                let (seconds, nanos): (i64, u32) = $parts(moment);
                Self::from_parts(seconds, nanos)
            }
        }

        impl TryFrom<Timestamp> for $type {
            type Error = TimeOutOfRangeError;

            fn try_from(moment: Timestamp) -> Result<Self, TimeOutOfRangeError> {
                let new: Option<$type> = $new(moment.seconds(), 0);
                new.ok_or_else(|| TimeOutOfRangeError { moment: moment.to_string(), target: $name })
            }
        }

        impl TryFrom<&DateTime> for $type {
            type Error = TimeOutOfRangeError;

            fn try_from(moment: &DateTime) -> Result<Self, TimeOutOfRangeError> {
                let new: Option<$type> = $new(moment.timestamp().seconds(), moment.subsec_nanos());
                new.ok_or_else(|| TimeOutOfRangeError { moment: moment.to_string(), target: $name })
            }
        }

        impl TryFrom<DateTime> for $type {
            type Error = TimeOutOfRangeError;

            fn try_from(moment: DateTime) -> Result<Self, TimeOutOfRangeError> {
                Self::try_from(&moment)
            }
        }
    };
}

/// Splits nanoseconds since 1970 into seconds and the rest.
#[cfg(any(feature = "jiff", feature = "time"))]
fn split(nanos: i128) -> (i64, u32) {
    const SECOND: i128 = 1_000_000_000;
    // Both crates have less than ten thousand, or a million, years.
    (nanos.div_euclid(SECOND) as i64, nanos.rem_euclid(SECOND) as u32)
}

#[cfg(feature = "jiff")]
conversions!(
    jiff::Timestamp,
    "jiff::Timestamp",
    |moment: jiff::Timestamp| split(moment.as_nanosecond()),
    |seconds, nanos: u32| jiff::Timestamp::new(seconds, nanos as i32).ok()
);

#[cfg(feature = "chrono")]
conversions!(
    chrono::DateTime<chrono::Utc>,
    "chrono::DateTime",
    |moment: chrono::DateTime<chrono::Utc>| {
        // A leap second has up to two seconds of nanoseconds.
        (moment.timestamp(), moment.timestamp_subsec_nanos().min(999_999_999))
    },
    chrono::DateTime::from_timestamp
);

#[cfg(feature = "time")]
conversions!(
    time::OffsetDateTime,
    "time::OffsetDateTime",
    |moment: time::OffsetDateTime| split(moment.unix_timestamp_nanos()),
    |seconds: i64, nanos: u32| {
        let nanos = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        time::OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the conversions of a type, given the last moment that it cannot represent any more.
    #[allow(dead_code, reason = "used by the tests of each feature")]
    fn check<T>()
    where
        T: Clone + From<T> + TryFrom<Timestamp, Error = TimeOutOfRangeError>,
        T: for<'a> TryFrom<&'a DateTime, Error = TimeOutOfRangeError>,
        T: TryFrom<DateTime, Error = TimeOutOfRangeError>,
        Timestamp: From<T>,
        DateTime: From<T>,
    {
        for seconds in [0, 1, -1, 1_700_000_000, -62_000_000_000] {
            let timestamp = Timestamp::from_seconds(seconds);
            assert_eq!(Timestamp::from(T::try_from(timestamp).ok().unwrap()), timestamp);
        }
        for text in ["2025-08-27T10:15:30.120456Z", "1969-12-31T23:59:59.000000001Z"] {
            let moment: DateTime = text.parse().unwrap();
            let there = T::try_from(&moment).ok().unwrap();
            assert_eq!(Timestamp::from(there.clone()), moment.timestamp());
            let back = DateTime::from(there);
            assert_eq!((back.as_str().parse(), &back), (Ok(back.clone()), &moment));
            assert!(T::try_from(moment).is_ok());
        }
        let error = T::try_from(Timestamp::from_seconds(i64::MAX / 2)).err().unwrap();
        assert!(error.to_string().contains("is out of range of "), "{error}");
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_converts_both_ways() {
        check::<jiff::Timestamp>();
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_converts_both_ways() {
        check::<chrono::DateTime<chrono::Utc>>();
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_converts_both_ways() {
        check::<time::OffsetDateTime>();
    }
}
