//! Prices of calls by their figures, for whoever rates many.

use super::charge::Price;
use super::definition::Direction;
use super::prefixes::{Digits, NONE};
use super::quote::{Side, Terms, cost, steps};
use super::{Error, Tariff};
use crate::number::PhoneNumber;
use crate::time::{Duration, Timestamp};

/// How many calls are looked for side by side.
const AT_ONCE: usize = 32;

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
        if self == Self::default() {
            return None;
        }
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
        self.rate_found(call, side, digits, side.prefixes.longest(digits))
    }

    /// The prices of calls by their figures, told in their order, each with what the caller knows the
    /// call by; nothing is allocated.
    ///
    /// The price of each is that of [`rate_call`](Self::rate_call). Prefixes are looked for side by side,
    /// so that calls by a list that does not fit into a processor's cache wait for memory together.
    ///
    /// ```
    /// use phone_system_core::billing::{CallFigures, Direction, Tariff};
    /// use phone_system_core::Duration;
    ///
    /// let csv = "Prefix,RatePerMinute,Increments\n44,0.60,60/60\n";
    /// let tariff = Tariff::from_csv("list".parse()?, "USD".parse()?, csv)?;
    /// let (number, begins) = ("+442079460123".parse()?, "2018-04-02T12:00:00Z".parse()?);
    /// let call = |seconds| {
    ///     let duration = Duration::from_seconds(seconds);
    ///     CallFigures { direction: Direction::Outbound, number, begins, duration }
    /// };
    /// let mut amounts = Vec::new();
    /// tariff.rate_calls([("first", call(60)), ("second", call(61))], |name, price| {
    ///     amounts.push((name, price.map(|price| price.amount.to_string())));
    /// });
    /// assert_eq!(amounts, [("first", Ok("0.60".into())), ("second", Ok("1.20".into()))]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rate_calls<T>(
        &self,
        calls: impl IntoIterator<Item = (T, CallFigures)>,
        mut told: impl FnMut(T, Result<Price, Error>),
    ) {
        let mut calls = calls.into_iter();
        let mut asked: [Option<(T, CallFigures)>; AT_ONCE] = std::array::from_fn(|_| None);
        let mut within = [(Digits::of(0), (0, 0)); AT_ONCE];
        let mut found = [None; AT_ONCE];
        loop {
            let mut count = 0_usize;
            // Each loop reads memory that the next call's turn does not wait for.
            for ((place, within), (known_by, call)) in
                asked.iter_mut().zip(&mut within).zip(calls.by_ref())
            {
                let digits = Digits::of(call.number.digits());
                *within = (digits, self.side(call.direction).prefixes.within(digits));
                *place = Some((known_by, call));
                count = count.saturating_add(1);
            }
            for ((place, (digits, within)), found) in
                asked.iter().zip(&within).zip(&mut found).take(count)
            {
                let side = place.as_ref().map(|(_, call)| self.side(call.direction));
                *found = side.and_then(|side| side.prefixes.longest_within(*within, *digits));
            }
            for (place, found) in asked.iter().zip(&found).take(count) {
                if let (Some((_, call)), Some((entry, plain))) = (place, found)
                    && *plain == Plain::default()
                {
                    self.side(call.direction).read_ahead(*entry);
                }
            }
            for ((place, (digits, _)), found) in
                asked.iter_mut().zip(&within).zip(&found).take(count)
            {
                if let Some((known_by, call)) = place.take() {
                    let side = self.side(call.direction);
                    told(known_by, self.rate_found(call, side, *digits, *found));
                }
            }
            if count < AT_ONCE {
                return;
            }
        }
    }

    #[inline]
    fn rate_found(
        &self,
        call: CallFigures,
        side: &Side,
        digits: Digits,
        found: Option<(u32, Plain)>,
    ) -> Result<Price, Error> {
        let Some((entry, plain)) = found else { return self.rate_by_rows(call, NONE) };
        let known = side.known(entry, digits);
        if known == entry
            && let Some(price) = plain.price(side, self, call.duration)
        {
            return Ok(price);
        }
        self.rate_by_rows(call, known)
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
