//! Instants and durations. Nothing here, or anywhere in the crate, reads a clock.

use std::str::FromStr;

use crate::text::as_text_in_place;
use crate::written::{InPlace, Written, pair};
use chrono::{DateTime, Months, NaiveDate, Utc};

/// Why a text is no instant or no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct ParseError {
    text: String,
    wanted: &'static str,
}

impl ParseError {
    fn new(text: &str, wanted: &'static str) -> Self {
        Self { text: text.chars().take(64).collect(), wanted }
    }
}

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Microseconds in a day.
const DAY: i64 = 24 * 3_600 * SECOND;

/// An instant: microseconds since 1970-01-01T00:00:00Z, in the years 1 to 9999.
///
/// Its one text form is RFC 3339 in UTC, with six digits of a second if there is a fraction and
/// none otherwise: `2018-04-01T09:00:00Z`, `2018-04-01T09:00:00.250000Z`. Reading accepts any
/// offset and at most six digits.
///
/// ```
/// use phone_system_core::Timestamp;
/// let at: Timestamp = "2018-04-01T11:00:00+02:00".parse()?;
/// assert_eq!(at.to_string(), "2018-04-01T09:00:00Z");
/// # Ok::<(), phone_system_core::time::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800 * SECOND);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_800 * SECOND - 1);

    /// The instant so many microseconds after (or before) 1970-01-01T00:00:00Z; `None` outside
    /// the years 1 to 9999.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 { None } else { Some(Self(micros)) }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant `duration` later; `None` past the year 9999.
    pub fn after(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration.0).and_then(Self::from_micros)
    }

    /// The instant so many calendar months later, at the same time of day; on the last day of the
    /// month where it has no such day. `None` past the year 9999.
    pub fn plus_months(self, months: u32) -> Option<Self> {
        let later = DateTime::<Utc>::from(self).checked_add_months(Months::new(months))?;
        Self::from_micros(later.timestamp_micros())
    }

    /// Reads an instant and leaves away what is finer than a microsecond: clocks of others are.
    pub(crate) fn read_finer(text: &str) -> Result<Self, ParseError> {
        let cut = || {
            let at = DateTime::parse_from_rfc3339(text).ok()?;
            Self::from_micros(at.timestamp_micros())
        };
        text.parse().or_else(|error| cut().ok_or(error))
    }

    /// The calendar month, of UTC.
    pub fn month(self) -> Month {
        let Date { year, month, .. } = self.date();
        Month { year, month: month.into() }
    }

    /// The day, of UTC.
    fn date(self) -> Date {
        // From 1 March of the year 0, which is before any instant, to 1 January 1970.
        const BEFORE_1970: i64 = 719_468 * DAY;
        const DAY_LENGTH: u64 = DAY.unsigned_abs();
        Date::after_march(self.0.saturating_add(BEFORE_1970).unsigned_abs() / DAY_LENGTH)
    }

    /// The instant `duration` earlier; `None` before the year 1.
    pub fn before(self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration.0).and_then(Self::from_micros)
    }

    /// How long this is after `earlier`; nothing if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0).max(0))
    }
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Date {
    year: u16,
    /// From 1.
    month: u8,
    /// From 1.
    day: u8,
}

impl Date {
    /// The day so many days after 1 March of the year 0, up to the year 9999.
    ///
    /// Years are taken to begin in March, so that the leap day is the last one; then centuries, years
    /// and months are quotients (Neri and Schneider, "Euclidean affine functions and their application
    /// to calendar algorithms", 2022). Chrono's dates look up tables, which takes longer, and every
    /// event of a call has several instants.
    fn after_march(days: u64) -> Self {
        const DAYS_OF_400_YEARS: u64 = 146_097;
        const DAYS_OF_4_YEARS: u64 = 1_461;
        /// From the first of March to the first of January.
        const BEFORE_JANUARY: u64 = 306;
        let quarters = days.saturating_mul(4) | 3;
        let (century, in_century) = (quarters / DAYS_OF_400_YEARS, quarters % DAYS_OF_400_YEARS);
        let quarters = in_century | 3;
        let (year, in_year) = (quarters / DAYS_OF_4_YEARS, quarters % DAYS_OF_4_YEARS / 4);
        // A month has 65,536 parts and a day 2,141; March is month 3, and 1,305 parts more make the
        // months that have 31 days come where they do.
        let months = in_year.saturating_mul(2_141).saturating_add(197_913);
        let (month, day) = (months >> 16, (months & 0xFFFF) / 2_141);
        let is_next_year = in_year >= BEFORE_JANUARY;
        let year = century.saturating_mul(100).saturating_add(year);
        let month = if is_next_year { month.saturating_sub(12) } else { month };
        Self {
            year: u16::try_from(year.saturating_add(is_next_year.into())).unwrap_or_default(),
            month: u8::try_from(month).unwrap_or_default(),
            day: u8::try_from(day.saturating_add(1)).unwrap_or_default(),
        }
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(at: Timestamp) -> Self {
        // Every instant of the years 1 to 9999 is one of chrono's.
        Self::from_timestamp_micros(at.0).unwrap_or_default()
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = ParseError;

    /// # Errors
    ///
    /// If the instant has a fraction finer than a microsecond or lies outside the years 1 to 9999.
    fn try_from(at: DateTime<Utc>) -> Result<Self, ParseError> {
        let finer = !at.timestamp_subsec_nanos().is_multiple_of(1_000);
        Self::from_micros(at.timestamp_micros())
            .filter(|_| !finer)
            .ok_or_else(|| ParseError::new(&at.to_rfc3339(), INSTANT))
    }
}

const INSTANT: &str = "an instant of the years 1 to 9999 such as `2018-04-01T09:00:00Z`, with at most six digits of a second";

impl InPlace for Timestamp {
    fn write(&self, text: &mut Written) {
        const WHOLE: u64 = SECOND.unsigned_abs();
        let (Date { year, month, day }, of_day) =
            (self.date(), self.0.rem_euclid(DAY).unsigned_abs());
        let (seconds, micros) = (of_day / WHOLE, of_day % WHOLE);
        let year = u64::from(year);
        let ([y1, y2], [y3, y4]) = (pair(year / 100), pair(year));
        let ([m1, m2], [d1, d2]) = (pair(month.into()), pair(day.into()));
        let ([h1, h2], [i1, i2]) = (pair(seconds / 3_600), pair(seconds / 60 % 60));
        let [s1, s2] = pair(seconds % 60);
        #[rustfmt::skip]
        text.ascii([
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2,
        ]);
        if micros != 0 {
            text.ascii(*b".").padded(micros, 6);
        }
        text.ascii(*b"Z");
    }
}

impl FromStr for Timestamp {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        parse_canonical(text)
            .or_else(|| parse_any(text))
            .ok_or_else(|| ParseError::new(text, INSTANT))
    }
}

/// Reads the one text form, as commits have it, by its places; `None` for anything else.
fn parse_canonical(text: &str) -> Option<Timestamp> {
    let (seconds, fraction) = text.strip_suffix('Z')?.as_bytes().split_at_checked(19)?;
    #[rustfmt::skip]
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2] =
        *seconds
    else {
        return None;
    };
    let micros = match *fraction {
        [] => 0,
        [b'.', ref digits @ ..] if digits.len() == 6 => number(digits)?,
        _ => return None,
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let at = NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)?
        .and_hms_micro_opt(number(&[h1, h2])?, number(&[i1, i2])?, number(&[s1, s2])?, micros)?;
    Timestamp::from_micros(at.and_utc().timestamp_micros())
}

/// Reads every form of RFC 3339.
fn parse_any(text: &str) -> Option<Timestamp> {
    let at = DateTime::parse_from_rfc3339(text).ok()?;
    Timestamp::try_from(at.with_timezone(&Utc)).ok()
}

/// The number that a few digits stand for.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        let value = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(value)
    })
}

/// A length of time: whole microseconds, never negative.
///
/// Its one text form is ISO 8601 in hours, minutes and seconds: `PT10M`, `PT24H`, `PT0S`,
/// `PT0.250000S`. Reading also accepts days (`P1D` is 24 hours).
///
/// ```
/// use phone_system_core::Duration;
/// let length: Duration = "PT90S".parse()?;
/// assert_eq!(length.to_string(), "PT1M30S");
/// # Ok::<(), phone_system_core::time::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

/// No time at all: the skew of nearly every commit.
const NOTHING: [u8; 4] = *b"PT0S";

const LENGTH: &str = "a duration such as `PT10M`, with at most six digits of a second";

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many microseconds; `None` if negative.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < 0 { None } else { Some(Self(micros)) }
    }

    /// So many units of so many seconds: at most 2^32 days, which are far fewer than 2^63 microseconds.
    const fn from_unit(count: u32, seconds: i64) -> Self {
        Self((count as i64).saturating_mul(seconds).saturating_mul(SECOND))
    }

    /// So many seconds.
    pub const fn from_seconds(seconds: u32) -> Self {
        Self::from_unit(seconds, 1)
    }

    /// So many minutes.
    pub const fn from_minutes(minutes: u32) -> Self {
        Self::from_unit(minutes, 60)
    }

    /// So many hours.
    pub const fn from_hours(hours: u32) -> Self {
        Self::from_unit(hours, 3_600)
    }

    /// So many days of 24 hours.
    pub const fn from_days(days: u32) -> Self {
        Self::from_unit(days, 86_400)
    }

    /// Whole microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The sum; `None` if it is out of range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference; nothing if `other` is longer.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// So many of them; `None` if that is out of range.
    pub fn checked_mul(self, count: u32) -> Option<Self> {
        self.0.checked_mul(i64::from(count)).map(Self)
    }
}

/// A calendar month of UTC; its one text form is `2018-04`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    month: u32,
}

impl Month {
    /// Its first instant.
    pub fn begin(self) -> Timestamp {
        // A month of a year from 1 to 9999 has one.
        format!("{self}-01T00:00:00Z").parse().unwrap_or(Timestamp::MIN)
    }

    /// The one after it; none after December 9999.
    pub fn next(self) -> Option<Self> {
        let next = self.month.checked_add(1)?;
        let (year, month) =
            if next > 12 { (self.year.checked_add(1)?, 1) } else { (self.year, next) };
        (year <= 9_999).then_some(Self { year, month })
    }
}

impl InPlace for Month {
    fn write(&self, text: &mut Written) {
        let year = u64::from(self.year);
        text.padded(year, 4).ascii(*b"-").padded(u64::from(self.month), 2);
    }
}

impl FromStr for Month {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        // The month of its own first instant: one check for both.
        format!("{text}-01T00:00:00Z")
            .parse::<Timestamp>()
            .map(Timestamp::month)
            .map_err(|_| ParseError::new(text, "a month such as `2018-04`"))
    }
}

impl InPlace for Duration {
    fn write(&self, text: &mut Written) {
        const WHOLE: u64 = SECOND.unsigned_abs();
        if self.0 == 0 {
            text.ascii(NOTHING);
            return;
        }
        let (seconds, micros) = (self.0.unsigned_abs() / WHOLE, self.0.unsigned_abs() % WHOLE);
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        text.ascii(*b"PT");
        if hours != 0 {
            text.number(hours).ascii(*b"H");
        }
        if minutes != 0 {
            text.number(minutes).ascii(*b"M");
        }
        if seconds != 0 || micros != 0 {
            text.number(seconds);
            if micros != 0 {
                text.ascii(*b".").padded(micros, 6);
            }
            text.ascii(*b"S");
        }
    }
}

impl FromStr for Duration {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.as_bytes() == NOTHING {
            return Ok(Self::ZERO);
        }
        parse_duration(text).ok_or_else(|| ParseError::new(text, LENGTH))
    }
}

/// `P[nD][T[nH][nM][n[.n]S]]`, each part at most once and at least one of them.
fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (days, time) = text.split_once('T').map_or((text, None), |(days, time)| (days, Some(time)));
    if days.is_empty() && time.is_none() || time == Some("") {
        return None;
    }
    let mut micros: i64 = 0;
    for (mut rest, units) in [
        (days, &[('D', 86_400)][..]),
        (time.unwrap_or_default(), &[('H', 3_600), ('M', 60), ('S', 1)]),
    ] {
        for (unit, seconds) in units {
            let Some((amount, tail)) = rest.split_once(*unit) else {
                continue;
            };
            rest = tail;
            let (whole, fraction) = match amount.split_once('.') {
                Some((whole, fraction)) if *unit == 'S' && (1..=6).contains(&fraction.len()) => {
                    (whole, fraction)
                }
                Some(_) => return None,
                None => (amount, "0"),
            };
            let digits =
                |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if !digits(whole) || !digits(fraction) {
                return None;
            }
            let whole = whole.parse::<i64>().ok()?.checked_mul(*seconds)?.checked_mul(SECOND)?;
            let fraction = format!("{fraction:0<6}").parse::<i64>().ok()?;
            micros = micros.checked_add(whole)?.checked_add(fraction)?;
        }
        if !rest.is_empty() {
            return None;
        }
    }
    Some(Duration(micros))
}

as_text_in_place! {
    Timestamp: "date-time", "An instant, RFC 3339 in UTC, to the microsecond.";
    Duration: "duration", "A length of time, ISO 8601 in hours, minutes and seconds.";
    Month: "month", "A calendar month of UTC.";
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    #[test]
    fn instants_have_one_text_form() {
        for (given, canonical) in [
            ("2018-04-01T09:00:00Z", "2018-04-01T09:00:00Z"),
            ("2018-04-01T09:00:00.000000Z", "2018-04-01T09:00:00Z"),
            ("2018-04-01T09:00:00.25Z", "2018-04-01T09:00:00.250000Z"),
            ("2018-04-01T11:00:00+02:00", "2018-04-01T09:00:00Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(given.parse::<Timestamp>().unwrap().to_string(), canonical, "{given}");
        }
        for bad in [
            "",
            "2018-04-01",
            "2018-04-01T09:00:00",
            "2018-04-01T09:00:00.1234567Z",
            "0000-12-31T23:59:59Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn months_are_calendar_months() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (from, months, to) in [
            ("2018-04-01T09:00:00Z", 12, Some("2019-04-01T09:00:00Z")),
            ("2020-02-29T23:59:59.999999Z", 12, Some("2021-02-28T23:59:59.999999Z")),
            ("2019-02-28T00:00:00Z", 12, Some("2020-02-28T00:00:00Z")),
            ("2018-08-31T00:00:00Z", 1, Some("2018-09-30T00:00:00Z")),
            ("9999-01-01T00:00:00Z", 12, None),
        ] {
            assert_eq!(at(from).plus_months(months), to.map(at), "{from}");
        }
        for (instant, month) in [
            ("2018-04-30T23:59:59.999999Z", "2018-04"),
            ("2018-05-01T00:00:00Z", "2018-05"),
            ("1969-12-31T23:59:59.999999Z", "1969-12"),
            ("2020-02-29T00:00:00Z", "2020-02"),
        ] {
            assert_eq!(at(instant).month().to_string(), month);
        }
        assert_eq!(Timestamp::MIN.month().to_string(), "0001-01");
        assert_eq!(Timestamp::MAX.month().to_string(), "9999-12");
        assert_eq!("2018-04".parse(), Ok(at("2018-04-01T00:00:00Z").month()));
        for bad in ["", "2018", "2018-13", "2018-4", "2018-04-01", "0000-01"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_day_is_the_one_that_chrono_has() {
        let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        let dates = first.iter_days().take_while(|date| date.year() < 10_000);
        let mut at = Timestamp::MIN;
        for date in dates {
            let last = at.after(Duration(DAY - 1)).unwrap();
            let of = |at: Timestamp| {
                let Date { year, month, day } = at.date();
                (i32::from(year), u32::from(month), u32::from(day))
            };
            assert_eq!((of(at), of(last)), ((date.year(), date.month(), date.day()), of(at)));
            at = last.after(Duration(1)).unwrap_or(Timestamp::MAX);
        }
        assert_eq!(at, Timestamp::MAX);
    }

    #[test]
    fn durations_have_one_text_form() {
        for (given, canonical) in [
            ("PT0S", "PT0S"),
            ("PT600S", "PT10M"),
            ("P1D", "PT24H"),
            ("P1DT1H1M1.5S", "PT25H1M1.500000S"),
            ("PT3600S", "PT1H"),
            ("PT3601S", "PT1H1S"),
            ("PT0.000001S", "PT0.000001S"),
        ] {
            assert_eq!(given.parse::<Duration>().unwrap().to_string(), canonical, "{given}");
        }
        for bad in [
            "",
            "P",
            "PT",
            "10M",
            "PT-1S",
            "PT1.5M",
            "PT1M1H",
            "PT1M1M",
            "P1DT",
            "P1W",
            "PT.5S",
            "PT1.S",
            "PT99999999999999999S",
            "PTT1S",
            "PT1HT1S",
        ] {
            assert!(bad.parse::<Duration>().is_err(), "{bad}");
        }
    }
}
