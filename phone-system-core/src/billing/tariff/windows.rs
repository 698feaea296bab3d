//! Windows of time: days of the week, times of day and dates, by the clocks of a time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Error;
use super::zone::{TimeZone, Zone};
use crate::text::{Label, as_text, words};

words! {
    /// A day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
}

/// A time of day to the second, `00:00` to `24:00`; its one text form is `HH:MM`, or `HH:MM:SS` where
/// there are seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u32);

/// Seconds of a day and of a week.
const DAY: u32 = 86_400;
const WEEK: u32 = 604_800;

/// Seconds from the Monday before 1970-01-01, a Thursday, to that day.
const MONDAY: i64 = 259_200;

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 3_600, self.0 / 60 % 60)?;
        if self.0.is_multiple_of(60) { Ok(()) } else { write!(f, ":{:02}", self.0 % 60) }
    }
}

impl FromStr for TimeOfDay {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut seconds = 0_u32;
            let mut parts = text.split(':');
            for (place, units) in [3_600, 60, 1].into_iter().enumerate() {
                let Some(part) = parts.next() else {
                    return (place == 2).then_some(seconds);
                };
                let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
                let count: u32 = part.parse().ok().filter(|_| digits)?;
                if units < 3_600 && count > 59 {
                    return None;
                }
                seconds = seconds.checked_add(count.checked_mul(units)?)?;
            }
            parts.next().is_none().then_some(seconds)
        };
        read()
            .filter(|seconds| *seconds <= DAY)
            .map(Self)
            .ok_or("a time of day is 00:00 to 24:00, with seconds if need be: 18:30, 18:30:15")
    }
}

/// A day of the calendar; its one text form is `YYYY-MM-DD`, in the years 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The day; `None` if there is no such day.
    pub fn new(year: u16, month: u32, day: u32) -> Option<Self> {
        let fits = (1..=9999).contains(&year);
        NaiveDate::from_ymd_opt(i32::from(year), month, day).filter(|_| fits).map(Self)
    }

    /// The day after.
    pub(super) fn next(self) -> Option<Self> {
        self.0.checked_add_days(Days::new(1)).map(Self)
    }

    /// Days since 1970-01-01.
    fn number(self) -> i64 {
        self.midnight().div_euclid(i64::from(DAY))
    }

    /// Its first second by its own clock, since 1970-01-01T00:00:00.
    pub(super) fn midnight(self) -> i64 {
        self.0.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl FromStr for Date {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let [year, month, day] = text.split('-').collect::<Vec<_>>().try_into().ok()?;
            let widths = [year, month, day].map(str::len) == [4, 2, 2];
            let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            let date = Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
            date.filter(|_| widths && digits)
        };
        read().ok_or("a date is a day of the calendar such as 2018-04-01")
    }
}

as_text! {
    TimeOfDay: "time-of-day", "A time of day from 00:00 to 24:00, to the second.";
    Date: "date", "A day of the calendar.";
}

/// Days of the calendar, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DateRange {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

/// A window of time by the clocks of the list's time zone.
///
/// Where clocks are set forward, times that no clock shows are not there; where they are set back,
/// those that clocks show twice are there twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowDefinition {
    /// The name by which rows know it.
    pub name: Label,
    /// On these days only.
    #[serde(default)]
    pub days: Option<Vec<Weekday>>,
    /// From this time of day on, else from midnight.
    #[serde(default)]
    pub from: Option<TimeOfDay>,
    /// To this time of day, else to midnight. One that is earlier than `from` is of the next day, and
    /// the window belongs to the day on which it begins.
    #[serde(default)]
    pub to: Option<TimeOfDay>,
    /// On these dates only: holidays.
    #[serde(default)]
    pub dates: Option<Vec<DateRange>>,
}

/// How many windows a list can have: they are kept as bits of a word.
pub(super) const MOST_WINDOWS: usize = 64;

/// Seconds of the week, from Monday 00:00 on, in which a window is; the end is not in it.
type Spans = Vec<(u32, u32)>;

impl WindowDefinition {
    fn bad(&self, problem: &str) -> Error {
        Error::BadWindow { window: self.name.clone(), problem: problem.to_owned() }
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(days) = &self.days {
            let mut sorted = days.clone();
            sorted.sort_unstable();
            sorted.dedup();
            if days.is_empty() || sorted.len() < days.len() {
                return Err(self.bad("days are named once each, and at least one"));
            }
        }
        let (from, to) = self.times();
        if from == to || from == DAY {
            return Err(
                self.bad("it ends when it begins; give times that differ, or none for all day")
            );
        }
        if let Some(dates) = &self.dates
            && (dates.is_empty() || dates.iter().any(|range| range.from > range.to))
        {
            return Err(
                self.bad("dates are ranges, at least one, of which none ends before it begins")
            );
        }
        Ok(())
    }

    fn times(&self) -> (u32, u32) {
        (self.from.map_or(0, |from| from.0), self.to.map_or(DAY, |to| to.0))
    }

    /// The days, since 1970, on which it may begin.
    fn dates(&self) -> Vec<(i64, i64)> {
        // Three weeks have every day of the week, and those before and after it.
        let always = || vec![(0, 20)];
        self.dates.as_ref().map_or_else(always, |dates| {
            dates.iter().map(|range| (range.from.number(), range.to.number())).collect()
        })
    }

    /// Whether it is one of the days of the week on which it begins.
    fn is_on(&self, day: i64) -> bool {
        let seconds = day.saturating_mul(i64::from(DAY)).saturating_add(MONDAY);
        let place = seconds.rem_euclid(i64::from(WEEK)).div_euclid(i64::from(DAY));
        let weekday = usize::try_from(place).ok().and_then(|place| Weekday::ALL.get(place));
        self.days.as_ref().is_none_or(|days| weekday.is_some_and(|day| days.contains(day)))
    }

    /// Whether there is a moment in both of two windows with dates, or of two without.
    fn overlaps(&self, other: &Self) -> bool {
        if self.dates.is_some() != other.dates.is_some() {
            return false;
        }
        let day = i64::from(DAY);
        let seconds = |window: &Self| {
            let (from, to) = window.times();
            let (from, to) = (i64::from(from), i64::from(to));
            (from, if from < to { to } else { to.saturating_add(day) })
        };
        let ((from, to), (first, last)) = (seconds(self), seconds(other));
        // Neither lasts a whole day more, so they can meet if they begin on one day, or on days that
        // follow each other.
        (-1..=1_i64).any(|later: i64| {
            let shift = later.saturating_mul(day);
            let meet = first.saturating_add(shift) < to && from < last.saturating_add(shift);
            let theirs = other.dates();
            let begin = |(from, to): (i64, i64)| {
                theirs.iter().any(|(first, last)| {
                    let from = from.max(first.saturating_sub(later));
                    let to = to.min(last.saturating_sub(later));
                    // After a week the days of the week are the same again.
                    (from..=to)
                        .take(7)
                        .any(|day| self.is_on(day) && other.is_on(day.saturating_add(later)))
                })
            };
            meet && self.dates().into_iter().any(begin)
        })
    }

    /// The spans on the days on which it begins, and those on the days after.
    fn spans(&self) -> (Spans, Spans) {
        let (from, to) = self.times();
        let days = self.days.as_deref().unwrap_or(Weekday::ALL);
        let (mut begun, mut over) = (Spans::new(), Spans::new());
        for (place, day) in (0_u32..).zip(Weekday::ALL) {
            if !days.contains(day) {
                continue;
            }
            let midnight = place.saturating_mul(DAY);
            let next = midnight.saturating_add(DAY);
            if from < to {
                begun.push((midnight.saturating_add(from), midnight.saturating_add(to)));
            } else {
                begun.push((midnight.saturating_add(from), next));
                let next = next % WEEK;
                over.push((next, next.saturating_add(to)));
            }
        }
        over.retain(|(from, to)| from < to);
        (begun, over)
    }
}

/// The windows of a list, ready to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) zone: Zone,
    /// Seconds of the week at which a window begins or ends, from 0 on.
    bounds: Vec<u32>,
    /// From each bound on: windows that are there, those with dates if they begin on a date of theirs.
    begun: Vec<u64>,
    /// From each bound on: windows with dates that are there if the day before is a date of theirs.
    over: Vec<u64>,
    /// Of windows with dates: their bits and the days since 1970, both included.
    dates: Vec<(u64, Vec<(i64, i64)>)>,
    /// All windows with dates.
    dated: u64,
    /// Which windows each overlaps, of those with dates or of those without.
    overlaps: Vec<u64>,
}

impl Windows {
    pub(super) fn new(zone: TimeZone, windows: &[WindowDefinition]) -> Result<Self, Error> {
        if windows.len() > MOST_WINDOWS {
            return Err(Error::BadSetting {
                setting: "windows",
                value: windows.len().to_string(),
                problem: format!("at most {MOST_WINDOWS} are kept"),
            });
        }
        let mut bounds = vec![0];
        let mut spans = Vec::new();
        for (place, window) in windows.iter().enumerate() {
            window.check()?;
            if windows.iter().take(place).any(|other| other.name == window.name) {
                return Err(window.bad("another window has its name; give each its own"));
            }
            let (begun, over) = window.spans();
            bounds.extend(begun.iter().chain(&over).flat_map(|(from, to)| [*from, *to % WEEK]));
            if window.dates.is_some() {
                bounds.extend((0..7_u32).map(|day| day.saturating_mul(DAY)));
            }
            spans.push((begun, over));
        }
        bounds.sort_unstable();
        bounds.dedup();
        let within = |spans: &Spans, second: u32| {
            spans.iter().any(|(from, to)| (*from..*to).contains(&second))
        };
        let mut all = Self {
            zone: Zone::new(zone),
            begun: vec![0; bounds.len()],
            over: vec![0; bounds.len()],
            bounds,
            dates: Vec::new(),
            dated: 0,
            overlaps: vec![0; windows.len()],
        };
        for ((bit, window), (begun, over)) in bits().zip(windows).zip(&spans) {
            if let Some(dates) = &window.dates {
                all.dated |= bit;
                let days = dates.iter().map(|range| (range.from.number(), range.to.number()));
                all.dates.push((bit, days.collect()));
            }
            for ((second, today), later) in all.bounds.iter().zip(&mut all.begun).zip(&mut all.over)
            {
                let rest = within(over, *second);
                if within(begun, *second) || rest && window.dates.is_none() {
                    *today |= bit;
                }
                if rest && window.dates.is_some() {
                    *later |= bit;
                }
            }
        }
        for ((bit, window), overlaps) in bits().zip(windows).zip(&mut all.overlaps) {
            let others = bits().zip(windows).filter(|(_, other)| window.overlaps(other));
            *overlaps = others.fold(bit, |all, (other, _)| all | other);
        }
        Ok(all)
    }

    /// Which windows a window, by its place, overlaps within its class; itself among them.
    pub(super) fn overlapping(&self, place: u8) -> u64 {
        self.overlaps.get(usize::from(place)).copied().unwrap_or_default()
    }

    /// Whether a window, by its place, has dates.
    pub(super) fn has_dates(&self, place: u8) -> bool {
        self.dated & bit(place) != 0
    }

    /// The windows that are there at a second of UTC, and a later second until which they stay.
    pub(super) fn at(&self, second: i64) -> (u64, i64) {
        let (offset, changes) = self.zone.at(second);
        let local = second.saturating_add(offset);
        let of_week = local.saturating_add(MONDAY).rem_euclid(i64::from(WEEK));
        let of_week = u32::try_from(of_week).unwrap_or_default();
        let after = self.bounds.partition_point(|bound| *bound <= of_week);
        let slot = after.saturating_sub(1);
        let mut active = self.begun.get(slot).copied().unwrap_or_default();
        if self.dated != 0 {
            let over = self.over.get(slot).copied().unwrap_or_default();
            active = self.on_dates(active, over, local.div_euclid(i64::from(DAY)));
        }
        let bound = self.bounds.get(after).copied().unwrap_or(WEEK);
        let until = second.saturating_add(i64::from(bound.saturating_sub(of_week)));
        (active, until.min(changes))
    }

    fn on_dates(&self, begun: u64, over: u64, day: i64) -> u64 {
        let mut active = begun & !self.dated;
        for (bit, days) in &self.dates {
            let on = |day: i64| days.iter().any(|(from, to)| (*from..=*to).contains(&day));
            if begun & bit != 0 && on(day) || over & bit != 0 && on(day.saturating_sub(1)) {
                active |= bit;
            }
        }
        active
    }
}

/// The bit of a window by its place.
pub(super) fn bit(place: u8) -> u64 {
    1_u64.checked_shl(u32::from(place)).unwrap_or_default()
}

fn bits() -> impl Iterator<Item = u64> {
    (0..64).map(bit)
}
