//! The price of a call: which row is in force when, and what its steps cost.

use std::collections::BTreeMap;
use std::fmt;

use super::charge::Price;
use super::definition::{Direction, Rate, seconds};
use super::prefixes::{Digits, NONE, Prefix, Prefixes};
use super::rating::Plain;
use super::windows::{self, Windows};
use super::{Error, LONGEST, Tariff};
use crate::billing::known::Known;
use crate::money::Amount;
use crate::time::{Duration, Timestamp};

/// What stands for no window.
pub(super) const ANY: u8 = u8::MAX;

/// Microseconds in a second.
const SECOND: i64 = 1_000_000;

/// Billionths in a minute's price by seconds: an exact amount is so many of these in a unit.
pub(super) const UNIT: u64 = 60_000_000_000;

/// The rows of one direction, by their prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) prefixes: Prefixes<Plain>,
    /// Of each prefix, in the order in which they are tried; it is known by the place of the first.
    rows: Vec<Row>,
    /// Of each row that has any: from which second of the call on, price and step.
    groups: Vec<Box<[(u64, u64, u64)]>>,
    /// Different terms of plain rows; there are few.
    pub(super) terms: Vec<Terms>,
}

/// What a row says besides its price a minute and the time of its validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Terms {
    /// In billionths.
    fee: u64,
    /// In seconds.
    pub(super) increment: u32,
    minimum: u32,
    pub(super) included: u32,
}

impl Terms {
    fn new(rate: &Rate) -> Self {
        // Checked when the list was made.
        let seconds = |length| seconds(length).unwrap_or_default();
        Self {
            fee: rate.connection_fee.billionths(),
            increment: seconds(rate.increment),
            minimum: seconds(rate.minimum),
            included: seconds(rate.included),
        }
    }

    /// The fee as an exact amount.
    pub(super) fn exact_fee(&self) -> u128 {
        cost(self.fee, 60)
    }

    /// The second up to which steps are charged; no later than the included ones if there is none.
    pub(super) fn end(&self, duration: Duration) -> u64 {
        // A step begins before the end if it begins before the end's second, rounded up.
        let end = whole_seconds(duration);
        if end <= u64::from(self.included) { end } else { end.max(self.minimum.into()) }
    }
}

/// A row as it is reckoned with, in one line of a processor's cache.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub(super) struct Row {
    /// In billionths.
    per_minute: u64,
    pub(super) terms: Terms,
    /// Validity in microseconds.
    begins: i64,
    ends: i64,
    /// Its place in the list.
    pub(super) place: u32,
    /// The place of its groups.
    groups: u32,
    /// The first row of the next shorter prefix.
    shorter: u32,
    /// How many digits the prefix has.
    length: u8,
    window: u8,
    /// It is the last one of its prefix.
    last: bool,
    /// It is the only one of its prefix, always in force, and has one price.
    plain: bool,
}

impl Row {
    /// From which microsecond on the row is in force.
    pub(super) fn begins(rate: &Rate) -> i64 {
        rate.valid_from.map_or(i64::MIN, Timestamp::micros)
    }

    fn new(place: u32, rate: &Rate, window: u8) -> Self {
        Self {
            per_minute: rate.per_minute.billionths(),
            terms: Terms::new(rate),
            begins: Self::begins(rate),
            ends: rate.valid_to.map_or(i64::MAX, Timestamp::micros),
            place,
            groups: NONE,
            shorter: NONE,
            length: u8::try_from(rate.prefix.length()).unwrap_or(u8::MAX),
            window,
            last: true,
            plain: false,
        }
    }
}

/// Steps of one length and price, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) row: &'a Row,
    /// The second of the call at which they begin.
    pub(super) from: u64,
    pub(super) steps: u64,
    pub(super) increment: u64,
    /// In billionths.
    pub(super) per_minute: u64,
}

impl Piece<'_> {
    pub(super) fn seconds(&self) -> u64 {
        self.steps.saturating_mul(self.increment)
    }

    /// What they cost, exactly.
    pub(super) fn exact(&self) -> u128 {
        cost(self.per_minute, self.seconds())
    }
}

/// Why a call has no price.
pub(super) enum Stop {
    /// It is too long, or too expensive.
    OutOfRange,
    /// No row is in force at this microsecond.
    NoRate(i64),
}

impl Side {
    /// Of rows in the order of their prefixes and, within one, in that in which they are tried.
    pub(super) fn new<'a>(rates: impl Iterator<Item = (u32, &'a Rate, u8)>) -> Self {
        let mut prefixes = Vec::<(Prefix, u32)>::new();
        let (mut rows, mut groups) = (Vec::<Row>::new(), Vec::new());
        let count = |length: usize| u32::try_from(length).unwrap_or(NONE);
        for (place, rate, window) in rates {
            let mut row = Row::new(place, rate, window);
            if !rate.groups.is_empty() {
                row.groups = count(groups.len());
                let group = |group: &super::Group| {
                    let whole = |length| u64::from(seconds(length).unwrap_or_default());
                    (whole(group.from), group.per_minute.billionths(), whole(group.increment))
                };
                groups.push(rate.groups.iter().map(group).collect());
            }
            if prefixes.last().is_some_and(|(prefix, _)| *prefix == rate.prefix) {
                if let Some(before) = rows.last_mut() {
                    (before.plain, before.last) = (false, false);
                }
            } else {
                prefixes.push((rate.prefix, count(rows.len())));
                row.plain = window == ANY
                    && (row.begins, row.ends, row.groups) == (i64::MIN, i64::MAX, NONE);
            }
            rows.push(row);
        }
        let (mut terms, mut places) = (Vec::new(), BTreeMap::new());
        let mut plain = |first: u32| {
            let row = usize::try_from(first).ok().and_then(|first| rows.get(first));
            row.filter(|row| row.plain).map_or_else(Plain::default, |row| {
                let place = *places.entry(row.terms).or_insert_with(|| {
                    terms.push(row.terms);
                    terms.len().saturating_sub(1)
                });
                Plain::new(row.per_minute, place)
            })
        };
        let prefixes: Vec<_> =
            prefixes.into_iter().map(|(prefix, first)| (prefix, first, plain(first))).collect();
        let (found, parents) = Prefixes::new(&prefixes);
        let parents = prefixes.iter().zip(parents);
        let mut parents = parents.map(|((_, first, _), parent)| (*first, parent)).peekable();
        let mut shorter = NONE;
        for (place, row) in (0_u32..).zip(&mut rows) {
            if let Some((_, parent)) = parents.next_if(|(first, _)| *first == place) {
                shorter = parent;
            }
            row.shorter = shorter;
        }
        rows.shrink_to_fit();
        Self { prefixes: found, rows, groups, terms }
    }

    fn row(&self, place: u32) -> Option<&Row> {
        self.rows.get(usize::try_from(place).ok()?)
    }

    /// Has the processor read the first row of a prefix, so that it is there when it is asked for.
    #[inline]
    pub(super) fn read_ahead(&self, entry: u32) {
        std::hint::black_box(self.row(entry).map(|row| row.window));
    }

    /// The first row of the longest prefix that the digits begin with, or [`NONE`].
    pub(super) fn longest(&self, digits: Digits) -> u32 {
        self.prefixes.longest(digits).map_or(NONE, |(entry, _)| self.known(entry, digits))
    }

    /// The next shorter prefix, as long as more digits of it would have to be known; mostly the same.
    #[inline]
    pub(super) fn known(&self, mut entry: u32, digits: Digits) -> u32 {
        if digits.length < self.prefixes.most {
            // Digits that are not known are no zeros.
            while let Some(row) = self.row(entry)
                && u32::from(row.length) > digits.length
            {
                entry = row.shorter;
            }
        }
        entry
    }

    /// The rows of a prefix in the order in which they are tried; none of [`NONE`].
    pub(super) fn rows(&self, entry: u32) -> impl Iterator<Item = &Row> {
        let from = usize::try_from(entry).unwrap_or(usize::MAX);
        let mut ended = false;
        let rows = self.rows.get(from..).unwrap_or_default().iter();
        rows.take_while(move |row| !std::mem::replace(&mut ended, row.last))
    }

    /// The row in force at a microsecond, and a later one until which it stays.
    fn row_at(&self, mut entry: u32, micros: i64, windows: &Windows) -> Option<(&Row, i64)> {
        let (mut until, mut active) = (i64::MAX, None);
        while entry != NONE {
            let mut shorter = NONE;
            for row in self.rows(entry) {
                shorter = row.shorter;
                if micros < row.begins {
                    until = until.min(row.begins);
                } else if micros < row.ends {
                    if row.window != ANY {
                        let there = *active.get_or_insert_with(|| {
                            let (there, second) = windows.at(micros.div_euclid(SECOND));
                            until = until.min(second.saturating_mul(SECOND));
                            there
                        });
                        if there & windows::bit(row.window) == 0 {
                            continue;
                        }
                    }
                    return Some((row, until.min(row.ends)));
                }
            }
            entry = shorter;
        }
        None
    }

    /// Price and step of the group in force from a second of the call on, and where the next begins.
    fn group_at(&self, row: &Row, second: u64) -> (u64, u64, u64) {
        let mut found = (row.per_minute, u64::from(row.terms.increment), u64::MAX);
        if row.groups != NONE {
            let groups = usize::try_from(row.groups).ok().and_then(|at| self.groups.get(at));
            for (from, per_minute, increment) in groups.into_iter().flatten() {
                if *from > second {
                    found.2 = *from;
                    break;
                }
                found = (*per_minute, *increment, u64::MAX);
            }
        }
        found
    }

    /// The steps of a call that lasts, piece by piece, and the seconds that they cover.
    pub(super) fn walk<'a>(
        &'a self,
        (entry, first, until): (u32, &'a Row, i64),
        begins: Timestamp,
        duration: Duration,
        windows: &Windows,
        mut each: impl FnMut(Piece<'a>),
    ) -> Result<u64, Stop> {
        let mut second = u64::from(first.terms.included);
        let end = first.terms.end(duration);
        if end <= second {
            return Ok(second);
        }
        // A row with windows of a longer prefix may come into force after it.
        if first.plain && until == i64::MAX {
            let increment = u64::from(first.terms.increment);
            let steps = steps(second, end, increment);
            let piece =
                Piece { row: first, from: second, steps, increment, per_minute: first.per_minute };
            each(piece);
            return Ok(second.saturating_add(piece.seconds()));
        }
        let begins = begins.micros();
        while second < end {
            let micros = i64::try_from(second).unwrap_or(i64::MAX).saturating_mul(SECOND);
            let micros = begins.saturating_add(micros);
            let (row, until) = if second == 0 {
                (first, until)
            } else {
                self.row_at(entry, micros, windows).ok_or(Stop::NoRate(micros))?
            };
            let (per_minute, increment, next) = self.group_at(row, second);
            let until = Duration::from_micros(until.saturating_sub(begins)).unwrap_or_default();
            let steps = steps(second, end.min(next).min(whole_seconds(until)), increment);
            let piece = Piece { row, from: second, steps: steps.max(1), increment, per_minute };
            each(piece);
            second = second.saturating_add(piece.seconds());
        }
        Ok(second)
    }
}

/// How many steps begin from one second to before another.
#[inline]
pub(super) fn steps(from: u64, to: u64, increment: u64) -> u64 {
    let seconds = to.saturating_sub(from);
    // Lengths of calls fit into 32 bits, whose division is the faster one.
    match (u32::try_from(seconds), u32::try_from(increment)) {
        (Ok(seconds), Ok(increment)) if increment != 0 => u64::from(seconds.div_ceil(increment)),
        _ => seconds
            .checked_next_multiple_of(increment)
            .and_then(|all| all.checked_div(increment))
            .unwrap_or(u64::MAX),
    }
}

/// Price by seconds, exactly.
#[inline]
pub(super) fn cost(per_minute: u64, seconds: u64) -> u128 {
    // The product of two of 64 bits fits into 128.
    u128::from(per_minute).wrapping_mul(seconds.into())
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.micros().unsigned_abs().div_ceil(SECOND.unsigned_abs())
}

/// The prices of a call that begins at an instant, to or from a number.
#[derive(Clone, Copy)]
pub struct Quote<'a> {
    tariff: &'a Tariff,
    side: &'a Side,
    direction: Direction,
    pub(super) entry: u32,
    pub(super) row: &'a Row,
    rate: &'a Rate,
    begins: Timestamp,
    /// The microsecond until which the row stays in force.
    until: i64,
}

impl fmt::Debug for Quote<'_> {
    /// Without the rest of the list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tariff, rate, begins, .. } = self;
        let mut told = f.debug_struct("Quote");
        told.field("tariff", &tariff.id).field("rate", rate).field("begins", begins);
        told.finish_non_exhaustive()
    }
}

impl Tariff {
    /// The prices of a call that begins at `begins`.
    ///
    /// # Errors
    ///
    /// `tariff.no_rate` if no prefix fits, or none with a row in force then.
    pub fn quote(
        &self,
        direction: Direction,
        number: &Known,
        begins: Timestamp,
    ) -> Result<Quote<'_>, Error> {
        let entry = self.side(direction).longest(super::digits(number));
        if entry == NONE {
            return Err(self.no_rate(direction, &number.to_string()));
        }
        self.quote_entry(direction, entry, begins)
    }

    /// As a number with a prefix of the list and no longer one is priced.
    pub(super) fn quote_prefix(
        &self,
        direction: Direction,
        prefix: Prefix,
        begins: Timestamp,
    ) -> Result<Quote<'_>, Error> {
        let entry = self.side(direction).longest(Digits::of(prefix.digits()));
        if entry == NONE {
            return Err(self.no_rate(direction, &prefix.to_string()));
        }
        self.quote_entry(direction, entry, begins)
    }

    pub(super) fn quote_entry(
        &self,
        direction: Direction,
        entry: u32,
        begins: Timestamp,
    ) -> Result<Quote<'_>, Error> {
        let side = self.side(direction);
        let found = match side.row(entry) {
            Some(row) if row.plain => Some((row, i64::MAX)),
            _ => side.row_at(entry, begins.micros(), &self.windows),
        };
        let rated = found.and_then(|(row, until)| Some((row, self.rate_at(row.place)?, until)));
        let Some((row, rate, until)) = rated else {
            return Err(self.no_rate_then(direction, entry, begins.micros()));
        };
        Ok(Quote { tariff: self, side, direction, entry, row, rate, begins, until })
    }

    /// The price of a call of this length, of the seconds that it is charged for and their exact
    /// cost.
    pub(super) fn price(
        &self,
        duration: Duration,
        reckon: impl FnOnce() -> Result<(u64, u128), Stop>,
    ) -> Result<Price, Stop> {
        if duration == Duration::ZERO {
            return Ok(Price::default());
        }
        if duration > LONGEST {
            return Err(Stop::OutOfRange);
        }
        let (seconds, exact) = reckon()?;
        let billed = i64::try_from(seconds).ok().and_then(|all| all.checked_mul(SECOND));
        let amount = i128::try_from(exact).ok().and_then(|exact| {
            let Self { definition, .. } = self;
            Amount::of_fraction(exact, UNIT, u32::from(definition.digits()), definition.rounding)
        });
        match (billed.and_then(Duration::from_micros), amount) {
            (Some(billed), Some(amount)) => Ok(Price { billed, amount }),
            _ => Err(Stop::OutOfRange),
        }
    }

    #[cold]
    fn no_rate_then(&self, direction: Direction, entry: u32, micros: i64) -> Error {
        let tariff = self.id.name.clone();
        let at = Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX);
        match self.prefix(direction, entry) {
            Some(prefix) => Error::NoRateThen { tariff, direction, prefix, at },
            None => self.no_rate(direction, "*"),
        }
    }

    pub(super) fn prefix(&self, direction: Direction, entry: u32) -> Option<Prefix> {
        let row = self.side(direction).row(entry)?;
        self.rate_at(row.place).map(|rate| rate.prefix)
    }
}

impl<'a> Quote<'a> {
    /// The row in force when the call begins.
    pub fn rate(&self) -> &'a Rate {
        self.rate
    }

    /// When the call begins.
    pub fn begins(&self) -> Timestamp {
        self.begins
    }

    /// What the call costs if it lasts for `duration`; one of no duration costs nothing.
    ///
    /// Steps are never counted one by one, so a long call with short steps costs nothing to price.
    ///
    /// # Errors
    ///
    /// `tariff.out_of_range` if the call is longer than 366 days or its price beyond all reckoning;
    /// `tariff.no_rate` if it lasts into a time for which there is no price.
    pub fn price(&self, duration: Duration) -> Result<Price, Error> {
        let price = self.walk(duration, |_| {});
        price.map_err(|stop| self.refuse(duration, &stop))
    }

    pub(super) fn walk(
        &self,
        duration: Duration,
        mut each: impl FnMut(Piece<'a>),
    ) -> Result<Price, Stop> {
        self.tariff.price(duration, || {
            let mut exact = self.row.terms.exact_fee();
            let from = (self.entry, self.row, self.until);
            let windows = &self.tariff.windows;
            let seconds = self.side.walk(from, self.begins, duration, windows, |piece| {
                exact = exact.saturating_add(piece.exact());
                each(piece);
            })?;
            Ok((seconds, exact))
        })
    }

    #[cold]
    pub(super) fn refuse(&self, duration: Duration, stop: &Stop) -> Error {
        match stop {
            Stop::OutOfRange => Error::OutOfRange { duration, per_minute: self.rate.per_minute },
            Stop::NoRate(micros) => self.tariff.no_rate_then(self.direction, self.entry, *micros),
        }
    }

    /// How long the call can last, up to `at_most`, and cost no more than `funds`; to the whole
    /// second below. Nothing if even its first second costs more.
    ///
    /// A longer call never costs less, so this is the last whole second whose price
    /// [`price`](Self::price) tells as at most `funds`.
    pub fn longest(&self, funds: Amount, at_most: Duration) -> Duration {
        let pays = |duration| self.walk(duration, |_| {}).is_ok_and(|price| price.amount <= funds);
        if pays(at_most) {
            return at_most;
        }
        let (mut paid, mut unpaid) =
            (0, (at_most.min(LONGEST).micros() / SECOND).saturating_add(1));
        let mut found = Duration::ZERO;
        while unpaid.saturating_sub(paid) > 1 {
            let middle = paid.midpoint(unpaid);
            let tried = Duration::from_micros(middle.saturating_mul(SECOND)).unwrap_or_default();
            if pays(tried) {
                (paid, found) = (middle, tried);
            } else {
                unpaid = middle;
            }
        }
        found
    }
}
