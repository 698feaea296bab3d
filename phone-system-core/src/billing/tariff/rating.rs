//! Prices of calls by their figures, for whoever rates many.

use super::charge::Price;
use super::definition::Direction;
use super::prefixes::{Digits, NONE};
use super::quote::{Side, Terms, cost, steps};
use super::{Error, Tariff};
use crate::number::PhoneNumber;
use crate::time::{Duration, Timestamp};

/// What the price of a call depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallFigures {
    /// Which way it goes.
    pub direction: Direction,
    /// The number called, or that of the caller of a call that comes in.
    pub number: PhoneNumber,
    /// When it begins.
    pub begins: Timestamp,
    /// How long it lasts.
    pub duration: Duration,
}

/// The price of a prefix with one row, always in force and with one price: what suffices for nearly
/// every call stands where the prefix is found, so a long list is not read at two places.
///
/// Billionths a minute above 20 bits that tell the terms by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plain(u64);

impl Default for Plain {
    /// There is none: the row tells more.
    fn default() -> Self {
        Self(u64::MAX)
    }
}

impl Plain {
    const TERMS: u32 = 20;

    /// Of what fits; a price from 17,592 a minute on does not.
    pub(super) fn new(per_minute: u64, terms: usize) -> Self {
        let terms = u64::try_from(terms).unwrap_or(u64::MAX);
        if per_minute >> (u64::BITS - Self::TERMS) == 0 && terms >> Self::TERMS == 0 {
            Self((per_minute << Self::TERMS) | terms)
        } else {
            Self::default()
        }
    }

    #[inline]
    fn price(self, side: &Side, tariff: &Tariff, duration: Duration) -> Option<Price> {
        let place = usize::try_from(self.0 & ((1 << Self::TERMS) - 1)).ok()?;
        let terms = side.terms.get(place)?;
        let reckoned = tariff.price(duration, || Ok(terms.reckon(self.0 >> Self::TERMS, duration)));
        reckoned.ok()
    }
}

impl Terms {
    /// The seconds that a call is charged for at one price a minute, and what they cost exactly.
    #[inline]
    fn reckon(&self, per_minute: u64, duration: Duration) -> (u64, u128) {
        let (included, increment) = (u64::from(self.included), u64::from(self.increment));
        let steps = steps(included, self.end(duration), increment);
        let seconds = steps.saturating_mul(increment);
        let exact = cost(per_minute, seconds).saturating_add(self.exact_fee());
        (included.saturating_add(seconds), exact)
    }
}

impl Tariff {
    /// The price of a call by its figures; nothing is allocated.
    ///
    /// # Errors
    ///
    /// As [`quote`](Self::quote) and [`Quote::price`](super::Quote::price).
    pub fn rate_call(&self, call: CallFigures) -> Result<Price, Error> {
        let side = self.side(call.direction);
        let digits = Digits::of(call.number.digits());
        if let Some((entry, plain)) = side.prefixes.longest(digits)
            && side.known(entry, digits) == entry
            && let Some(price) = plain.price(side, self, call.duration)
        {
            return Ok(price);
        }
        self.rate_by_rows(call, side.longest(digits))
    }

    /// Apart, so that what nearly every call needs stays short.
    #[inline(never)]
    fn rate_by_rows(&self, call: CallFigures, entry: u32) -> Result<Price, Error> {
        let CallFigures { direction, number, begins, duration } = call;
        if entry == NONE {
            return Err(self.no_rate(direction, &number.to_string()));
        }
        self.quote_entry(direction, entry, begins)?.price(duration)
    }
}
