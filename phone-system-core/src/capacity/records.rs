//! What the calls of some days tell of traffic: the busy hour, peaks, and what numbers need.
//!
//! Times are summed as whole microseconds and divided once; nothing here is inexact but the number
//! of lines, which is that of [`traffic::lines_for_erlang_b`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::traffic;
use crate::number::{NumberKind, PhoneNumber};
use crate::text::{as_text, words};
use crate::time::{Duration, Timestamp};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// A call on a number: it takes a place from when it begins to when it ends, which is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOnNumber {
    /// The organization's number.
    pub number: PhoneNumber,
    /// When the call began.
    pub begins: Timestamp,
    /// How long it lasted.
    pub lasts: Duration,
}

/// Traffic in erlang, to a millionth; its one text form has six digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Erlangs(u64);

impl Erlangs {
    /// So many millionths.
    pub const fn from_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    /// The whole number of millionths.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// What calls of so much time together are over a period; a half is rounded up.
    pub(super) fn over(time: u128, period: u128) -> Self {
        let doubled = time.saturating_mul(2_000_000).saturating_add(period);
        let rounded = doubled.checked_div(period.saturating_mul(2)).unwrap_or_default();
        Self(u64::try_from(rounded).unwrap_or(u64::MAX))
    }

    /// As the formulas take it.
    fn real(self) -> f64 {
        // The nearest number, as any text is read.
        self.to_string().parse().unwrap_or(f64::MAX)
    }
}

impl fmt::Display for Erlangs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl FromStr for Erlangs {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (whole, fraction) = text.split_once('.')?;
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let form =
                fraction.len() == 6 && !whole.is_empty() && digits(whole) && digits(fraction);
            let whole: u64 = whole.parse().ok().filter(|_| form)?;
            whole.checked_mul(1_000_000)?.checked_add(fraction.parse().ok()?)
        };
        read()
            .map(Self)
            .ok_or("traffic is erlang with six digits after the point, such as 1.250000")
    }
}

as_text! {
    Erlangs: "erlangs", "Traffic in erlang, with six digits after the point.";
}

words! {
    /// What sort of number would do for the traffic of one.
    pub enum Suited {
        /// It needs more calls at once than a user number carries: a service number.
        ServiceNumber = "service_number",
        /// It is a service number, and a user number would carry its calls.
        UserNumber = "user_number",
    }
}

/// The clock hour that has most traffic over the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BusyHour {
    /// The hour of the day with which it begins, 0 to 23; of equal ones the earliest.
    pub hour: u32,
    /// The traffic carried in it, in the mean of the days.
    pub traffic: Erlangs,
}

/// The clock hour of one day that has most traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BusiestHour {
    /// When it began; of equal ones the first.
    pub begins: Timestamp,
    /// The traffic carried in it.
    pub traffic: Erlangs,
}

/// The most calls at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Peak {
    /// How many.
    pub calls: u32,
    /// Since when; of equal peaks the first.
    pub at: Timestamp,
}

/// The traffic of a number, and what it would need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrafficOfNumber {
    /// The number.
    pub number: PhoneNumber,
    /// What it is for, if the organization owns it.
    pub kind: Option<NumberKind>,
    /// How many calls it had.
    pub calls: u64,
    /// Its own busy hour, over all the days; none if its calls lasted no time.
    pub busy_hour: Option<BusyHour>,
    /// The most calls that it had at once.
    pub peak: Option<Peak>,
    /// The fewest calls at once that it would have to carry for the traffic of its busy hour, so that
    /// no more than the wanted share finds it full, by Erlang B.
    pub needs: u32,
    /// How many it carries at once, by the rules, if the organization owns it.
    pub carries: Option<u32>,
    /// The sort of number that would do, if it is another one: a service number if a user number
    /// carries fewer calls than are needed; a user number if it carries as many as are needed and as
    /// there were at the peak.
    pub suited: Option<Suited>,
}

/// The traffic of some days.
///
/// Calls that found a number full are in no record, so this is traffic that was carried; a number that
/// was full at its peak was offered more, and needs more than is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Traffic {
    /// How many days there are on which a call was in progress.
    pub days: u32,
    /// How many calls were counted.
    pub calls: u64,
    /// The busy hour of all numbers together: of the 24 clock hours the one whose traffic, over all
    /// days on which a call was in progress, is most.
    pub busy_hour: Option<BusyHour>,
    /// The busiest clock hour of any day.
    pub busiest_hour: Option<BusiestHour>,
    /// The most calls at once.
    pub peak: Option<Peak>,
    /// Each number that had a call, in ascending order.
    pub numbers: Vec<TrafficOfNumber>,
}

/// What clocks show: told a second since 1970, what is added to UTC, and the second from which on
/// that may be something else.
pub type Clock<'a> = &'a dyn Fn(i64) -> (i64, i64);

/// What is known of a number: what it is for, and how many calls it carries.
pub type Known<'a> = &'a dyn Fn(PhoneNumber) -> Option<(NumberKind, u32)>;

/// What a planner wants.
pub struct Wanted<'a> {
    /// The share of calls that may find a number full: between 0 and 1.
    pub blocking: f64,
    /// The clocks by which there are hours and days.
    pub clock: Clock<'a>,
    /// How many calls a user number carries at once.
    pub user_number_calls: u32,
    /// What is known of numbers.
    pub known: Known<'a>,
}

impl fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").field("blocking", &self.blocking).finish_non_exhaustive()
    }
}

/// What calls tell; in any order, and as many at once as there were.
///
/// It takes time for the calls and for sorting them, however long they last.
///
/// # Errors
///
/// `capacity.out_of_range` if `blocking` is not between 0 and 1, `capacity.more_needed` if a number
/// would need more lines than are reckoned with.
pub fn traffic_of(
    mut calls: Vec<CallOnNumber>,
    wanted: &Wanted<'_>,
) -> Result<Traffic, traffic::Error> {
    // Also if there is no number for which it would be found out.
    traffic::lines_for_erlang_b(0.0, wanted.blocking)?;
    let all = Sums::of(&calls, wanted.clock);
    calls.sort_unstable_by_key(|call| call.number);
    let numbers = calls
        .chunk_by(|one, other| one.number == other.number)
        .filter_map(|calls| Some((calls.first()?.number, calls)))
        .map(|(number, calls)| {
            let sums = Sums::of(calls, wanted.clock);
            let busy_hour = sums.busy_hour(all.days);
            let offered = busy_hour.map_or(0.0, |hour| hour.traffic.real());
            let needs = traffic::lines_for_erlang_b(offered, wanted.blocking)?;
            let known = (wanted.known)(number);
            let most = wanted.user_number_calls;
            let is_user = known.is_none_or(|(kind, _)| kind == NumberKind::User);
            let user_number_does = needs <= most && sums.peak.is_none_or(|peak| peak.calls <= most);
            let suited = if is_user {
                (needs > most).then_some(Suited::ServiceNumber)
            } else {
                user_number_does.then_some(Suited::UserNumber)
            };
            Ok(TrafficOfNumber {
                number,
                kind: known.map(|(kind, _)| kind),
                calls: count(calls),
                busy_hour,
                peak: sums.peak,
                needs,
                carries: known.map(|(_, carries)| carries),
                suited,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Traffic {
        days: all.days,
        calls: count(&calls),
        busy_hour: all.busy_hour(all.days),
        busiest_hour: all.busiest.and_then(BusiestOf::hour),
        peak: all.peak,
        numbers,
    })
}

fn count(calls: &[CallOnNumber]) -> u64 {
    u64::try_from(calls.len()).unwrap_or(u64::MAX)
}

/// A clock hour of one day, by its first microsecond, and the time of calls in it.
#[derive(Clone, Copy)]
struct BusiestOf {
    begins: i64,
    time: u128,
}

impl BusiestOf {
    fn hour(self) -> Option<BusiestHour> {
        let traffic = Erlangs::over(self.time, HOUR.unsigned_abs().into());
        Some(BusiestHour { begins: Timestamp::from_micros(self.begins)?, traffic })
    }
}

/// Sums over calls, in the order of time.
#[derive(Default)]
struct Sums {
    /// The time of calls in each clock hour of the day, over all days.
    hours: [u128; 24],
    days: u32,
    last_day: Option<i64>,
    current: Option<BusiestOf>,
    busiest: Option<BusiestOf>,
    peak: Option<Peak>,
}

impl Sums {
    fn of(calls: &[CallOnNumber], clock: Clock<'_>) -> Self {
        let mut changes: Vec<(i64, i8)> = calls
            .iter()
            .filter(|call| call.lasts > Duration::ZERO)
            .flat_map(|call| {
                let begins = call.begins.micros();
                [(begins, 1), (begins.saturating_add(call.lasts.micros()), -1)]
            })
            .collect();
        // Of one instant the ends first: a call that begins takes the place of one that ends.
        changes.sort_unstable();
        let mut sums = Self::default();
        let (mut at, mut in_progress) = (i64::MIN, 0_u32);
        for (instant, change) in changes {
            if in_progress > 0 {
                sums.add(at, instant, in_progress, clock);
            }
            at = instant;
            in_progress = if change > 0 {
                in_progress.saturating_add(1)
            } else {
                in_progress.saturating_sub(1)
            };
            if sums.peak.is_none_or(|peak| in_progress > peak.calls)
                && let Some(at) = Timestamp::from_micros(at)
            {
                sums.peak = Some(Peak { calls: in_progress, at });
            }
        }
        sums.close_hour();
        sums
    }

    /// From one instant to another so many calls are in progress.
    fn add(&mut self, from: i64, to: i64, in_progress: u32, clock: Clock<'_>) {
        let mut at = from;
        while at < to {
            let (offset, until) = clock(at.div_euclid(SECOND));
            let local = at.saturating_add(offset.saturating_mul(SECOND));
            // A clock that stands still would stop this too.
            let end = to.min(until.saturating_mul(SECOND)).max(at.saturating_add(1));
            let (day, of_day) = (local.div_euclid(DAY), local.rem_euclid(DAY));
            let whole_days = end.saturating_sub(at).div_euclid(DAY);
            if of_day == 0 && whole_days > 0 {
                // All hours of all of them are alike.
                self.see_days(day, whole_days);
                let time = time(in_progress, HOUR);
                let days = u128::from(whole_days.unsigned_abs());
                for hour in &mut self.hours {
                    *hour = hour.saturating_add(time.saturating_mul(days));
                }
                self.close_hour();
                self.current = Some(BusiestOf { begins: at, time });
                self.close_hour();
                at = at.saturating_add(whole_days.saturating_mul(DAY));
                continue;
            }
            let of_hour = of_day.rem_euclid(HOUR);
            let next = end.min(at.saturating_add(HOUR.saturating_sub(of_hour)));
            let time = time(in_progress, next.saturating_sub(at));
            self.see_days(day, 1);
            let hour = usize::try_from(of_day.div_euclid(HOUR)).ok();
            if let Some(hour) = hour.and_then(|hour| self.hours.get_mut(hour)) {
                *hour = hour.saturating_add(time);
            }
            let begins = at.saturating_sub(of_hour);
            if self.current.is_none_or(|current| current.begins != begins) {
                self.close_hour();
            }
            let current = self.current.get_or_insert(BusiestOf { begins, time: 0 });
            current.time = current.time.saturating_add(time);
            at = next;
        }
    }

    /// Counts days; clocks that are set back may show the day before once more.
    fn see_days(&mut self, first: i64, days: i64) {
        let last = first.saturating_add(days).saturating_sub(1);
        let new = self.last_day.map_or(days, |seen| last.saturating_sub(seen).clamp(0, days));
        self.days = self.days.saturating_add(u32::try_from(new).unwrap_or(u32::MAX));
        self.last_day = self.last_day.max(Some(last));
    }

    fn close_hour(&mut self) {
        if let Some(current) = self.current.take()
            && self.busiest.is_none_or(|busiest| current.time > busiest.time)
        {
            self.busiest = Some(current);
        }
    }

    fn busy_hour(&self, days: u32) -> Option<BusyHour> {
        let period = time(days, HOUR);
        let hours = (0_u32..).zip(self.hours).filter(|(_, time)| *time > 0);
        let most = hours.reduce(|most, next| if next.1 > most.1 { next } else { most });
        most.map(|(hour, time)| BusyHour { hour, traffic: Erlangs::over(time, period) })
    }
}

/// So many calls, each of so many microseconds.
fn time(calls: u32, lasts: i64) -> u128 {
    u128::from(calls).saturating_mul(u128::from(lasts.unsigned_abs()))
}
