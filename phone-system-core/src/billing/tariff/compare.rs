//! What changes from one price list to the next.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::explain::fraction;
use super::{Direction, Error, Prefix, Rate, Tariff, TariffId};
use crate::text::Label;

/// What changes from one price list to the next.
///
/// Rows of a direction, a prefix and a window are compared with those of the same; which of two sets
/// of rows is dearer is decided by a minute's price in the row whose validity begins last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The list before.
    pub previous: TariffId,
    /// The list now.
    pub tariff: TariffId,
    /// Windows, digits, rounding or time zone are not as they were.
    pub settings_changed: bool,
    /// Not priced before.
    pub added: Vec<PriceChange>,
    /// Not priced any more.
    pub removed: Vec<PriceChange>,
    /// A minute costs more.
    pub dearer: Vec<PriceChange>,
    /// A minute costs less.
    pub cheaper: Vec<PriceChange>,
    /// A minute costs the same and something else is different.
    pub changed: Vec<PriceChange>,
    /// How many are as they were.
    pub unchanged: u64,
    /// The largest rise of a price that was not nothing; of equal ones the first.
    pub largest_rise: Option<Rise>,
}

/// What becomes of the rows of a direction, a prefix and a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriceChange {
    /// Which way the calls go.
    pub direction: Direction,
    /// The prefix.
    pub prefix: Prefix,
    /// The window.
    pub window: Option<Label>,
    /// The rows before.
    pub old: Vec<Rate>,
    /// The rows now.
    pub new: Vec<Rate>,
}

/// By how much a minute's price rises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rise {
    /// Which way the calls go.
    pub direction: Direction,
    /// The prefix.
    pub prefix: Prefix,
    /// The window.
    pub window: Option<Label>,
    /// By how many percent, exactly: a whole number or a fraction in lowest terms, such as `100/3`.
    pub percent: String,
}

/// Rows before and now.
type Pair<'a> = (Vec<&'a Rate>, Vec<&'a Rate>);

fn owned(rates: &[&Rate]) -> Vec<Rate> {
    rates.iter().map(|rate| (*rate).clone()).collect()
}

/// The price of a minute in the row whose validity begins last.
fn last_price(rates: &[&Rate]) -> Option<u64> {
    rates.iter().max_by_key(|rate| rate.valid_from).map(|rate| rate.per_minute.billionths())
}

impl Tariff {
    /// What changes from `previous` to this list.
    ///
    /// # Errors
    ///
    /// `tariff.currency_differs` if they are in different currencies.
    pub fn compare(&self, previous: &Self) -> Result<Comparison, Error> {
        if self.currency() != previous.currency() {
            return Err(Error::CurrencyDiffers {
                tariff: self.id.name.clone(),
                currency: self.currency(),
                other: previous.currency().to_string(),
            });
        }
        let mut pairs = BTreeMap::<_, Pair<'_>>::new();
        let key = |rate: &Rate| (rate.direction, rate.prefix, rate.window.clone());
        for rate in previous.rates() {
            pairs.entry(key(rate)).or_default().0.push(rate);
        }
        for rate in self.rates() {
            pairs.entry(key(rate)).or_default().1.push(rate);
        }
        let settings = |tariff: &Self| {
            let definition = &tariff.definition;
            (definition.digits(), definition.rounding, definition.time_zone)
        };
        let settings_changed = settings(self) != settings(previous)
            || self.definition.windows != previous.definition.windows;
        let mut comparison = Comparison {
            previous: previous.id.clone(),
            tariff: self.id.clone(),
            settings_changed,
            added: Vec::new(),
            removed: Vec::new(),
            dearer: Vec::new(),
            cheaper: Vec::new(),
            changed: Vec::new(),
            unchanged: 0,
            largest_rise: None,
        };
        let mut largest = (0, 1);
        for ((direction, prefix, window), (mut old, mut new)) in pairs {
            old.sort_by_key(|rate| rate.valid_from);
            new.sort_by_key(|rate| rate.valid_from);
            if old == new {
                comparison.unchanged = comparison.unchanged.saturating_add(1);
                continue;
            }
            let prices = (last_price(&old), last_price(&new));
            let change = PriceChange {
                direction,
                prefix,
                window: window.clone(),
                old: owned(&old),
                new: owned(&new),
            };
            let list = match prices {
                (None, _) => &mut comparison.added,
                (_, None) => &mut comparison.removed,
                (Some(before), Some(now)) => match now.cmp(&before) {
                    Ordering::Equal => &mut comparison.changed,
                    Ordering::Less => &mut comparison.cheaper,
                    Ordering::Greater => {
                        let rise = (now.saturating_sub(before), before);
                        if before > 0 && exceeds(rise, largest) {
                            largest = rise;
                            let percent = u128::from(rise.0).saturating_mul(100);
                            let percent = fraction(percent, u128::from(rise.1));
                            comparison.largest_rise =
                                Some(Rise { direction, prefix, window, percent });
                        }
                        &mut comparison.dearer
                    }
                },
            };
            list.push(change);
        }
        Ok(comparison)
    }
}

/// Whether one fraction is more than another.
fn exceeds(one: (u64, u64), other: (u64, u64)) -> bool {
    let product = |a: u64, b: u64| u128::from(a).saturating_mul(u128::from(b));
    product(one.0, other.1) > product(other.0, one.1)
}
