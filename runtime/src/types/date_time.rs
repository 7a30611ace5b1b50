//! Times as RFC 3339 text, which the v2 API speaks.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use crate::Timestamp;
use crate::reflect::layout::LayoutOf;
use crate::reflect::value::{OpaqueValue, Token, TypeMismatch, Value, View};
use crate::types::scalar_serde;

/// A moment as RFC 3339 text, kept as it came: `2025-08-27T10:15:30.123Z`.
///
/// Two are equal if they are the same moment, however it is written.
///
/// ```
/// use pinstripe_runtime::{DateTime, Timestamp};
///
/// let moment: DateTime = "2023-04-04T23:41:07.250+02:00".parse()?;
/// assert_eq!(moment.timestamp(), Timestamp::from_seconds(1_680_644_467));
/// assert_eq!(moment.subsec_nanos(), 250_000_000);
/// # Ok::<(), pinstripe_runtime::ParseDateTimeError>(())
/// ```
#[derive(Clone)]
pub struct DateTime {
    pub(crate) text: Box<str>,
    seconds: i64,
    nanos: u32,
}

impl DateTime {
    /// Returns the current time of the system's clock, in UTC.
    pub fn now() -> Self {
        crate::types::clock::system_time().into()
    }

    /// The second in which the moment lies.
    pub fn timestamp(&self) -> Timestamp {
        Timestamp::from_seconds(self.seconds)
    }

    /// Nanoseconds since that second began.
    pub fn subsec_nanos(&self) -> u32 {
        self.nanos
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for DateTime {
    type Err = ParseDateTimeError;

    fn from_str(text: &str) -> Result<Self, ParseDateTimeError> {
        let (seconds, nanos) = parse(text).ok_or(ParseDateTimeError)?;
        Ok(Self { text: text.into(), seconds, nanos })
    }
}

/// Text that is not a moment in the form of RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseDateTimeError;

impl fmt::Display for ParseDateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a time such as 2025-08-27T10:15:30Z")
    }
}

impl std::error::Error for ParseDateTimeError {}

impl From<Timestamp> for DateTime {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_parts(timestamp.seconds(), 0)
    }
}

impl DateTime {
    /// Creates the moment `nanos` after a second, as text in UTC.
    pub(super) fn from_parts(seconds: i64, nanos: u32) -> Self {
        let (year, month, day) = civil_from_days(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        let fraction = match nanos {
            0 => String::new(),
            _ if nanos.is_multiple_of(1_000_000) => format!(".{:03}", nanos / 1_000_000),
            _ if nanos.is_multiple_of(1000) => format!(".{:06}", nanos / 1000),
            _ => format!(".{nanos:09}"),
        };
        let text =
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z");
        Self { text: text.into(), seconds, nanos }
    }
}

impl From<&DateTime> for DateTime {
    fn from(moment: &DateTime) -> Self {
        moment.clone()
    }
}

impl From<SystemTime> for DateTime {
    fn from(time: SystemTime) -> Self {
        let second = Timestamp::from(time);
        let nanos = time.duration_since(second.into()).map_or(0, |rest| rest.subsec_nanos());
        Self::from_parts(second.seconds(), nanos)
    }
}

impl From<&DateTime> for SystemTime {
    fn from(moment: &DateTime) -> Self {
        Self::from(moment.timestamp()) + Duration::from_nanos(moment.nanos.into())
    }
}

impl From<DateTime> for SystemTime {
    fn from(moment: DateTime) -> Self {
        (&moment).into()
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for DateTime {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl DateTime {
    fn key(&self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateTime({})", self.text)
    }
}

scalar_serde!(DateTime, Text);

impl Value for DateTime {
    const LAYOUT: LayoutOf<Self> = LayoutOf::opaque();
}

impl OpaqueValue for DateTime {
    fn make_placeholder() -> Self {
        Self { text: "1970-01-01T00:00:00Z".into(), seconds: 0, nanos: 0 }
    }

    fn set(&mut self, token: Token<'_>) -> Result<(), TypeMismatch> {
        let parsed = match token {
            Token::Str(text) => text.parse().ok(),
            _ => None,
        };
        *self = parsed
            .ok_or_else(|| TypeMismatch::new("a time such as 2025-08-27T10:15:30Z", token))?;
        Ok(())
    }

    fn as_view(&self) -> View<'_> {
        View::DateTime(self)
    }
}

/// Seconds since 1970 and nanoseconds, of `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`.
fn parse(text: &str) -> Option<(i64, u32)> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
    // A leap second is the 60th of its minute.
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut at = 19;
    let mut nanos = 0;
    if is(at, b".") {
        let length = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let kept = length.min(9);
        nanos = digits(at + 1, at + 1 + kept)? as u32 * 10_u32.pow(9 - kept as u32);
        at += 1 + length;
    }
    let offset = match bytes.get(at)? {
        b'Z' | b'z' if at + 1 == bytes.len() => 0,
        sign @ (b'+' | b'-') if at + 6 == bytes.len() && is(at + 3, b":") => {
            let (hours, minutes) = (digits(at + 1, at + 3)?, digits(at + 4, at + 6)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let days = days_from_civil(year, month, day);
    Some((days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanos))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days after 1970-01-01: the inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12 + 1;
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        let mut expected = days_from_civil(1600, 1, 1);
        for year in 1600..2400 {
            for month in 1..=12 {
                for day in 1..=days_in(year, month) {
                    assert_eq!(days_from_civil(year, month, day), expected);
                    assert_eq!(civil_from_days(expected), (year, month, day));
                    expected += 1;
                }
            }
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
    }

    #[test]
    fn same_moment_in_another_zone_is_equal() {
        let utc: DateTime = "2024-02-29T23:30:00Z".parse().unwrap();
        let ahead: DateTime = "2024-03-01T01:30:00.000+02:00".parse().unwrap();
        assert_eq!(utc, ahead);
        assert_eq!(utc.timestamp().seconds(), 1_709_249_400);
    }

    #[test]
    fn system_time_converts_without_loss() {
        for text in [
            "2025-08-27T10:15:30Z",
            "2025-08-27T10:15:30.120Z",
            "2025-08-27T10:15:30.000450Z",
            "1969-12-31T23:59:59.000000001Z",
            "0000-01-01T00:00:00.999999999Z",
        ] {
            let moment: DateTime = text.parse().unwrap();
            let again = DateTime::from(SystemTime::from(&moment));
            assert_eq!((&*again.text, &again), (text, &moment));
        }
        let now = DateTime::now();
        assert_eq!(now.as_str().parse(), Ok(now));
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for text in [
            "",
            "2024",
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00+2:00",
            "2024-01-01T00:00:00Zjunk",
            "2024-01-01T00:00:00.Z1",
            "२०२४-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<DateTime>(), Err(ParseDateTimeError), "{text}");
        }
    }
}
