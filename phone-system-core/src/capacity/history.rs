//! What samples have told of a limit's use: the last seconds, minutes and hours.

use serde::{Deserialize, Serialize};

use crate::text::words;
use crate::time::{Duration, Timestamp};

words! {
    /// A view of the past.
    pub enum View {
        /// The last 60 seconds.
        Seconds = "seconds",
        /// The last 60 minutes.
        Minutes = "minutes",
        /// The last 24 hours.
        Hours = "hours",
    }
}

impl View {
    /// Seconds of one entry.
    fn width(self) -> i64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 3_600,
        }
    }
}

/// What samples have told of a second, a minute or an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Load {
    /// When it begins.
    pub begins: Timestamp,
    /// The most calls at once, exactly: between two samples too.
    pub most: u32,
    /// How long calls lasted together in it: at each sample the calls then, times the time since the
    /// sample before. Divided by its length it is the traffic carried, in erlangs.
    pub carried: Duration,
}

/// An entry as it is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Entry {
    most: u32,
    /// Seconds.
    carried: u32,
}

/// The last `N` spans of one length.
#[derive(Clone, Debug)]
struct Ring<const N: usize> {
    entries: [Entry; N],
    /// Which span the last sample fell into, since 1970.
    last: Option<i64>,
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self { entries: [Entry::default(); N], last: None }
    }
}

impl<const N: usize> Ring<N> {
    fn place(span: i64) -> usize {
        let length = i64::try_from(N).unwrap_or(i64::MAX);
        usize::try_from(span.rem_euclid(length)).unwrap_or_default()
    }

    fn add(&mut self, span: i64, most: u32, carried: u32) {
        let last = *self.last.get_or_insert(span);
        let passed = usize::try_from(span.saturating_sub(last)).unwrap_or(usize::MAX);
        for ago in 0..passed.min(N) {
            let skipped = span.saturating_sub(i64::try_from(ago).unwrap_or(i64::MAX));
            if let Some(entry) = self.entries.get_mut(Self::place(skipped)) {
                *entry = Entry::default();
            }
        }
        self.last = Some(span.max(last));
        if let Some(entry) = self.entries.get_mut(Self::place(span)) {
            entry.most = entry.most.max(most);
            entry.carried = entry.carried.saturating_add(carried);
        }
    }

    fn loads(&self, width: i64) -> Vec<Load> {
        let Some(last) = self.last else { return Vec::new() };
        let length = i64::try_from(N).unwrap_or(i64::MAX);
        let spans = last.saturating_sub(length.saturating_sub(1))..=last;
        let load = |span: i64| {
            let entry = self.entries.get(Self::place(span))?;
            let begins = Timestamp::from_micros(span.checked_mul(width)?.checked_mul(SECOND)?)?;
            let carried = Duration::from_seconds(entry.carried);
            Some(Load { begins, most: entry.most, carried })
        };
        spans.filter_map(load).collect()
    }
}

/// Microseconds.
const SECOND: i64 = 1_000_000;

/// The past of one limit: always as many bytes, however long it is.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    seconds: Ring<60>,
    minutes: Ring<60>,
    hours: Ring<24>,
}

impl History {
    /// Notes the most calls since the sample before, and how many there are at `at`, so long after
    /// that sample.
    pub(super) fn add(&mut self, at: Timestamp, most: u32, in_use: u32, passed: Duration) {
        let second = at.micros().div_euclid(SECOND);
        let passed = passed.micros() / SECOND;
        let carried = |width: i64| {
            let seconds = u32::try_from(passed.min(width)).unwrap_or(u32::MAX);
            in_use.saturating_mul(seconds)
        };
        self.seconds.add(second, most, carried(1));
        self.minutes.add(second.div_euclid(60), most, carried(60));
        self.hours.add(second.div_euclid(3_600), most, carried(3_600));
    }

    pub(super) fn loads(&self, view: View) -> Vec<Load> {
        let width = view.width();
        match view {
            View::Seconds => self.seconds.loads(width),
            View::Minutes => self.minutes.loads(width),
            View::Hours => self.hours.loads(width),
        }
    }
}
