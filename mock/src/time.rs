//! Days and months.

/// Year, month and day of a number of days since 1970.
pub fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The number of days since 1970 of a date.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// A time that is a number of intervals after the anchor. The last day of a month stands in for a
/// day that the month lacks, so that a period that began on the 31st returns to it.
pub fn add(anchor: i64, interval: &str, count: i64) -> i64 {
    match interval {
        "day" => anchor + count * 86_400,
        "week" => anchor + count * 7 * 86_400,
        "month" => add_months(anchor, count),
        _ => add_months(anchor, count * 12),
    }
}

fn add_months(anchor: i64, count: i64) -> i64 {
    let (year, month, day) = date(anchor.div_euclid(86_400));
    let months = year * 12 + month - 1 + count;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let next = months + 1;
    let length = days(next.div_euclid(12), next.rem_euclid(12) + 1, 1) - days(year, month, 1);
    days(year, month, day.min(length)) * 86_400 + anchor.rem_euclid(86_400)
}

/// The seconds since 1970 of a time in RFC 3339, without the fraction of a second.
pub fn parse(written: &str) -> Option<i64> {
    let (date, rest) = written.split_once(['T', 't', ' '])?;
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<i64>().ok(),
        false => None,
    };
    let split = |text: &str, by: char| text.split(by).map(number).collect::<Option<Vec<i64>>>();
    let end = rest.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = rest.split_at(end);
    let clock = clock.split('.').next()?;
    let (date, clock) = (split(date, '-')?, split(clock, ':')?);
    let (&[year, month, day], &[hour, minute, second]) = (&date[..], &clock[..]) else {
        return None;
    };
    if year > 9999 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = match zone.split_at(1) {
        ("Z" | "z", "") => 0,
        (sign, zone) => {
            let &[hours @ 0..24, minutes @ 0..60] = &split(zone, ':')?[..] else { return None };
            (hours * 3600 + minutes * 60) * if sign == "-" { -1 } else { 1 }
        }
    };
    Some(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(19_782), (2024, 2, 29));
    }

    #[test]
    fn a_period_returns_to_the_day_of_its_anchor() {
        let anchor = days(2024, 1, 31) * 86_400 + 5;
        assert_eq!(add(anchor, "month", 1), days(2024, 2, 29) * 86_400 + 5);
        assert_eq!(add(anchor, "month", 2), days(2024, 3, 31) * 86_400 + 5);
        assert_eq!(add(anchor, "month", -2), days(2023, 11, 30) * 86_400 + 5);
        assert_eq!(add(anchor, "year", 1), days(2025, 1, 31) * 86_400 + 5);
        assert_eq!(add(anchor, "week", 2), anchor + 14 * 86_400);
    }

    #[test]
    fn times_are_read_with_their_offset() {
        assert_eq!(parse("2026-01-02T03:04:05Z"), Some(1_767_323_045));
        assert_eq!(parse("2026-01-02T04:34:05.250+01:30"), Some(1_767_323_045));
        for wrong in [
            "",
            "2026-01-02",
            "2026-13-02T03:04:05Z",
            "2026-01-02T03:04:05",
            "T1Z",
            "é",
            "99999-01-01T00:00:00Z",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
