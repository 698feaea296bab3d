//! Time zones: what their clocks show when.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Offset, TimeZone as _};
use chrono_tz::Tz;

use super::windows::Date;
use crate::text::as_text;
use crate::time::Timestamp;

/// A time zone by its IANA name, such as `Europe/London`; the data are those of the release in
/// `NOTICE`, from 1970 to 2100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeZone(Tz);

impl Default for TimeZone {
    /// UTC.
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl FromStr for TimeZone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            let text: String = text.chars().take(64).collect();
            format!("`{text}` is not the IANA name of a time zone, such as Europe/London or UTC")
        })
    }
}

as_text! {
    TimeZone: "time-zone", "A time zone by its IANA name.";
}

/// When clocks of a zone show what: each offset to UTC with the second from which on it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    starts: Vec<i64>,
    offsets: Vec<i64>,
    /// For each span since 1970 began, how many have started by its first second.
    spans: Vec<u32>,
}

/// A span has two to the power of this seconds: 97 days.
const SPAN: u32 = 23;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The years for which offsets are looked up: 1970 to 2100.
const FIRST: i64 = 0;
const LAST: i64 = 4_133_980_800;

impl Zone {
    pub(crate) fn new(zone: TimeZone) -> Self {
        let mut found = Self::without_spans(zone);
        let started = |span: i64| {
            let started = found.starts.partition_point(|start| *start <= span << SPAN);
            u32::try_from(started).unwrap_or_default()
        };
        let last = found.starts.last().copied().unwrap_or_default().max(FIRST) >> SPAN;
        found.spans = (FIRST >> SPAN..=last).map(started).collect();
        found
    }

    fn without_spans(TimeZone(zone): TimeZone) -> Self {
        let offset = |second: i64| {
            let at = DateTime::from_timestamp(second, 0).unwrap_or_default().naive_utc();
            i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc())
        };
        let (starts, offsets) = (vec![i64::MIN], vec![offset(FIRST)]);
        let mut found = Self { starts, offsets, spans: Vec::new() };
        if zone == Tz::UTC {
            return found;
        }
        // No zone has changed its offset and changed it back within a day since 1970.
        let (mut known, mut at) = (offset(FIRST), FIRST);
        while at < LAST {
            let next = at.saturating_add(DAY);
            if offset(next) == known {
                at = next;
                continue;
            }
            let (mut same, mut other) = (at, next);
            while other.saturating_sub(same) > 1 {
                let middle = same.midpoint(other);
                if offset(middle) == known { same = middle } else { other = middle }
            }
            known = offset(other);
            found.starts.push(other);
            found.offsets.push(known);
            at = other;
        }
        found
    }

    /// What is added to a second of UTC for what clocks show, and the second from which on that is
    /// something else.
    pub(crate) fn at(&self, second: i64) -> (i64, i64) {
        let span = usize::try_from(second.max(FIRST) >> SPAN).unwrap_or(usize::MAX);
        let span = self.spans.get(span).or(self.spans.last());
        let started = span.and_then(|started| usize::try_from(*started).ok()).unwrap_or_default();
        let later = self.starts.get(started..).unwrap_or_default();
        // A span has few. Before 1970 clocks show what they do when it begins.
        let more = later.iter().take_while(|start| **start <= second).count();
        let after = started.saturating_add(more);
        let offset = after.checked_sub(1).and_then(|place| self.offsets.get(place));
        (offset.copied().unwrap_or_default(), self.starts.get(after).copied().unwrap_or(i64::MAX))
    }

    /// The first instant at which clocks show this or later.
    fn first(&self, local: i64) -> i64 {
        for (place, (start, offset)) in self.starts.iter().zip(&self.offsets).enumerate() {
            let second = local.saturating_sub(*offset).max(*start);
            let end = self.starts.get(place.saturating_add(1)).copied().unwrap_or(i64::MAX);
            if second < end {
                return second;
            }
        }
        local
    }
}

/// Midnight with which a day of a time zone begins, as an instant.
pub(super) fn midnight(date: Date, zone: &Zone) -> Option<Timestamp> {
    zone.first(date.midnight()).checked_mul(1_000_000).and_then(Timestamp::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_found_at_every_second_at_which_it_may_change() {
        for name in
            ["UTC", "America/New_York", "Africa/Casablanca", "Asia/Kolkata", "Australia/Lord_Howe"]
        {
            let zone = Zone::new(name.parse().unwrap());
            let spans = (-2..600_i64).map(|span| span << SPAN);
            let ends = [i64::MIN, i64::MIN + 1, -1, LAST, i64::MAX - 1, i64::MAX];
            for second in zone.starts.iter().copied().chain(spans).chain(ends) {
                for second in [second.saturating_sub(1), second, second.saturating_add(1)] {
                    let after = zone.starts.partition_point(|start| *start <= second);
                    let until = zone.starts.get(after).copied().unwrap_or(i64::MAX);
                    assert_eq!(
                        zone.at(second),
                        (zone.offsets[after - 1], until),
                        "{name} {second}"
                    );
                }
            }
        }
    }
}
