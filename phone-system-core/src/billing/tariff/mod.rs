//! Price lists: what a minute to, or from, a number costs at an instant.

mod charge;
mod columns;
mod compare;
mod definition;
mod explain;
mod layouts;
mod prefixes;
mod quote;
mod rating;
mod windows;
mod zone;

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::billing::known::Known;
use crate::error::{Choices, refusals};
use crate::hash::Hash;
use crate::money::{Currency, Rounding, UnitPrice};
use crate::number::PhoneNumber;
use crate::table;
use crate::text::Label;
use crate::time::{Duration, Timestamp};

pub use charge::{Charge, Price};
pub use compare::{Comparison, PriceChange, Rise};
pub use definition::{Direction, Group, Rate, TariffDefinition};
pub use explain::{Explanation, FeeStep, PieceStep};
pub use layouts::Layout;
pub use prefixes::Prefix;
pub use quote::Quote;
pub use rating::CallFigures;
pub use windows::{Date, DateRange, TimeOfDay, Weekday, WindowDefinition};
pub use zone::TimeZone;
pub(crate) use zone::Zone;

use prefixes::Digits;
use quote::{ANY, Row, Side};
use windows::Windows;

refusals! {
    /// Why a price list, or a call by it, cannot be used.
    ///
    /// Rows are counted as people count them: a table's by its lines, the header being 1; others from
    /// 1 on.
    pub enum Error {
        Empty = TariffEmpty {}
            => "the price list has no row; give at least one prefix with its price",
        PrefixTwice = TariffPrefixTwice { row: u64, direction: Direction, prefix: Prefix, other: u64 }
            => "row {row}: {direction} prefix {prefix} has a row already, row {other}, for the same time; keep one",
        NoRate = TariffNoRate { tariff: Label, direction: Direction, number: String }
            => "{tariff} has no {direction} price for {number}; a row with a prefix of it, or with *, is wanted",
        NoRateThen = TariffNoRate { tariff: Label, direction: Direction, prefix: Prefix, at: Timestamp }
            => "{tariff} has no {direction} price in force at {at} for numbers with {prefix}; a row without a window and without an end is always in force",
        OutOfRange = TariffOutOfRange { duration: Duration, per_minute: UnitPrice }
            => "{duration} at {per_minute} a minute is longer than 366 days, or costs more than can be reckoned",
        BadSetting = TariffBadSetting { setting: &'static str, value: String, problem: String }
            => "{setting} {value}: {problem}",
        BadWindow = TariffBadWindow { window: Label, problem: String }
            => "window {window}: {problem}",
        BadRate = TariffBadRate { row: u64, field: String, problem: String }
            => "row {row}, {field}: {problem}",
        WindowUnknown = TariffWindowUnknown { row: u64, window: Label, known: Choices<Label> }
            => "row {row}: there is no window {window}, only {known}",
        WindowsOverlap = TariffWindowsOverlap { row: u64, direction: Direction, prefix: Prefix, window: Label, other: u64, other_window: Label }
            => "row {row}: {direction} prefix {prefix} has row {other} in window {other_window}, which overlaps {window}; set the windows apart, or let the rows begin at different instants",
        TooLarge = TariffTooLarge { row: u64, maximum: u64 }
            => "row {row}: the price list has more than {maximum} prices",
        OtherTariff = TariffOther { charged_by: Label, digest: Hash, tariff: Label }
            => "the charge was made by {charged_by} with digest {digest}, and this is another list, {tariff}",
        CurrencyDiffers = TariffCurrencyDiffers { tariff: Label, currency: Currency, other: String }
            => "{tariff} has prices in {currency}, and this is in {other}; nothing is converted without a rate",
    }
}

impl Error {
    /// Whether a call has no price by the list: at all, or at some instant.
    pub(in crate::billing) fn is_without_price(&self) -> bool {
        matches!(self, Self::NoRate { .. } | Self::NoRateThen { .. })
    }
}

/// A price list by its name and by a digest of everything else in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffId {
    /// The name.
    pub name: Label,
    /// The SHA-256 of the [`TariffDefinition`] as JSON without blanks and without its name.
    pub digest: Hash,
}

/// The longest call that is priced: a leap year. Longer ones are no calls.
pub(crate) const LONGEST: Duration = Duration::from_days(366);

/// How many rows a list can have; a range in a cell of a table can stand for many.
const MOST_ROWS: usize = 4_000_000;

/// A price list.
///
/// Made from plain data ([`new`](Self::new)) or from a table ([`from_csv`](Self::from_csv)), and
/// never changed: another price is another list with another digest.
///
/// # Which row
///
/// A row is in force for a number at an instant if the number begins with its prefix, the instant is
/// in its validity, and the window that it names, if any, is there by the clocks of the list's time
/// zone. Of several, the one with the longest prefix is taken; of those, the one whose validity
/// begins last; of those, one whose window has dates before one whose window has days and times only,
/// and that before one without a window. Two rows that this does not tell apart are refused when the
/// list is made: of two windows with days and times, or of two with dates, no moment must be in both.
/// Two windows may share a date if their times of day do not meet: peak and off-peak of one holiday; one
/// that lasts past midnight is there on the day after too.
///
/// # What a call costs
///
/// A call of no duration costs nothing. Otherwise the row in force when it begins gives the connection
/// fee, the minimum and the included seconds. The call is charged in whole steps, counted from its
/// beginning or from the end of the included seconds, until they reach the end of the call and of
/// the minimum. A step is charged whole by the row, and the group of that row, in force when the step
/// begins. The sum is exact; it is rounded once.
///
/// # Example
///
/// ```
/// use phone_system_core::billing::{Direction, Known, Tariff};
/// use phone_system_core::Duration;
///
/// let csv = "Dial Code,Price,Billing Increments,Effective Date\n44,0.018,30/6,1 Jan 2018\n";
/// let tariff = Tariff::from_csv("wholesale".parse()?, "USD".parse()?, csv)?;
/// let number = Known::read("+442079460123", None).ok_or("no number")?;
/// let (begins, lasted) = ("2018-04-02T12:00:00Z".parse()?, Duration::from_seconds(31));
/// let charge = tariff.charge(Direction::Outbound, &number, begins, lasted)?;
/// assert_eq!((charge.billed.to_string(), charge.amount.to_string()), ("PT36S".into(), "0.01".into()));
/// assert_eq!(charge.explain(&tariff)?.sum, "27/2500");
/// // There is no price before the list's rows are in force.
/// assert!(tariff.charge(Direction::Outbound, &number, "2017-12-31T23:59:59Z".parse()?, lasted).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    id: TariffId,
    definition: TariffDefinition,
    layout: Option<Layout>,
    windows: Windows,
    outbound: Side,
    inbound: Side,
}

/// Why a price list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// A cell, or the table as a whole.
    #[error(transparent)]
    Table(#[from] table::Error),
    /// The list as a price list.
    #[error(transparent)]
    Tariff(#[from] Error),
}

/// What a digest is taken of.
#[derive(Serialize)]
struct Digested<'a> {
    currency: Currency,
    digits: u8,
    rounding: Rounding,
    time_zone: TimeZone,
    windows: &'a [WindowDefinition],
    rates: &'a [Rate],
}

impl Tariff {
    /// Makes a price list from plain data.
    ///
    /// # Errors
    ///
    /// `tariff.*`, naming the row, the window or the setting.
    pub fn new(definition: TariffDefinition) -> Result<Self, Error> {
        Self::build(definition, None, &[])
    }

    /// Reads a price list from a table, with the settings of [`TariffDefinition::new`].
    ///
    /// [`Layout`] describes its columns. Passed over are those that only describe a row: `Country Name`,
    /// `Code Name`, `Area Name`, `Region`, `Comment(s)`, `Note(s)`, `Remark(s)`, `Change(s)`,
    /// `Rate Change`, `Price Change`, `Change Type` and `Status`; a row is in force whatever they say.
    /// Any other is refused, because what it says may decide a price.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn from_csv(name: Label, currency: Currency, csv: &str) -> Result<Self, Unreadable> {
        Self::read(TariffDefinition::new(name, currency), csv)
    }

    /// Reads the rows of a price list from a table with a header, as [`from_csv`](Self::from_csv) does;
    /// they come after those that the definition has.
    ///
    /// # Errors
    ///
    /// `table.*` naming row and column, `table.column_unknown` among them, or `tariff.*`.
    pub fn read(definition: TariffDefinition, csv: &str) -> Result<Self, Unreadable> {
        layouts::read(definition, csv, MOST_ROWS)
    }

    /// Its name and digest.
    pub fn id(&self) -> &TariffId {
        &self.id
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Currency {
        self.definition.currency
    }

    /// The plain data that it was made from; `digits` are given in it.
    pub fn definition(&self) -> &TariffDefinition {
        &self.definition
    }

    /// The layout of the table that it was read from, if it was.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// Its rows, in the order of the list.
    pub fn rates(&self) -> &[Rate] {
        &self.definition.rates
    }

    /// A row by its place among [`rates`](Self::rates).
    pub fn rate_at(&self, place: u32) -> Option<&Rate> {
        self.rates().get(usize::try_from(place).ok()?)
    }

    /// The first row of the longest prefix that `number` begins with, whenever it is in force.
    pub fn rate(&self, direction: Direction, number: PhoneNumber) -> Option<&Rate> {
        self.first_rate(direction, Digits::of(number.digits()))
    }

    /// The first row of the longest prefix that fits a number as far as it is known, whenever it is
    /// in force.
    ///
    /// # Errors
    ///
    /// `tariff.no_rate` if no prefix fits.
    pub fn rate_of(&self, direction: Direction, number: &Known) -> Result<&Rate, Error> {
        let rate = self.first_rate(direction, digits(number));
        rate.ok_or_else(|| self.no_rate(direction, &number.to_string()))
    }

    fn first_rate(&self, direction: Direction, digits: Digits) -> Option<&Rate> {
        let side = self.side(direction);
        let rows = side.rows(side.longest(digits));
        self.rate_at(rows.map(|row| row.place).min()?)
    }

    /// A list in which every price is `rate` times what it is here, in another currency: `rate` is
    /// what one unit of this currency is worth in that one.
    ///
    /// Each price is rounded once, to a billionth, as the list rounds. Charges have the digits that
    /// they had but, if those were of this currency's minor unit, those of the other's. The list has the
    /// same name and a digest of its own.
    ///
    /// # Errors
    ///
    /// `tariff.bad_setting` if the rate is nothing, `tariff.bad_rate` if a price is out of range.
    pub fn in_currency(&self, currency: Currency, rate: UnitPrice) -> Result<Self, Error> {
        if rate == UnitPrice::ZERO {
            let problem = "a unit of one currency is worth something in another".to_owned();
            let value = rate.to_string();
            return Err(Error::BadSetting { setting: "exchange rate", value, problem });
        }
        let mut definition = TariffDefinition { currency, ..self.definition.clone() };
        if self.definition.digits() == self.currency().minor_unit() {
            definition.digits = None;
        }
        let rounding = definition.rounding;
        for (row, price) in (1_u64..).zip(&mut definition.rates) {
            let groups = price.groups.iter_mut().map(|group| &mut group.per_minute);
            for value in
                [&mut price.per_minute, &mut price.connection_fee].into_iter().chain(groups)
            {
                *value = value.times(rate, rounding).ok_or_else(|| Error::BadRate {
                    row,
                    field: "price".to_owned(),
                    problem: format!("{value} by {rate} is not less than 1000000000"),
                })?;
            }
        }
        Self::build(definition, self.layout, &[])
    }

    fn side(&self, direction: Direction) -> &Side {
        match direction {
            Direction::Outbound => &self.outbound,
            Direction::Inbound => &self.inbound,
        }
    }

    fn no_rate(&self, direction: Direction, number: &str) -> Error {
        let (tariff, number) = (self.id.name.clone(), number.to_owned());
        Error::NoRate { tariff, direction, number }
    }

    /// `lines` are those of the rows in the table that they come from.
    fn build(
        mut definition: TariffDefinition,
        layout: Option<Layout>,
        lines: &[u64],
    ) -> Result<Self, Error> {
        let digits = definition.digits();
        // Said, because a digest is of everything that decides a price.
        definition.digits = Some(digits);
        if digits > 6 {
            let value = digits.to_string();
            let problem = "an amount has at most 6 digits after the point".to_owned();
            return Err(Error::BadSetting { setting: "digits", value, problem });
        }
        if definition.rates.is_empty() {
            return Err(Error::Empty {});
        }
        let rows = Lines(lines);
        if definition.rates.len() > MOST_ROWS {
            let maximum = u64::try_from(MOST_ROWS).unwrap_or(u64::MAX);
            return Err(Error::TooLarge { row: rows.of(MOST_ROWS), maximum });
        }
        let windows = Windows::new(definition.time_zone, &definition.windows)?;
        let compiled = |(place, rate): (usize, &Rate)| -> Result<u8, Error> {
            rate.check(rows.of(place))?;
            let Some(name) = &rate.window else { return Ok(ANY) };
            let known = definition.windows.iter().position(|window| window.name == *name);
            known.and_then(|window| u8::try_from(window).ok()).ok_or_else(|| Error::WindowUnknown {
                row: rows.of(place),
                window: name.clone(),
                known: definition.windows.iter().map(|window| window.name.clone()).collect(),
            })
        };
        let named: Vec<u8> =
            definition.rates.iter().enumerate().map(compiled).collect::<Result<_, _>>()?;
        let side = |direction: Direction| {
            let places = (0_u32..).zip(&definition.rates).zip(&named);
            let of_side = places.filter(|((_, rate), _)| rate.direction == direction);
            let mut order: Vec<Place<'_>> = of_side
                .map(|((place, rate), window)| Place { ordinal: place, rate, window: *window })
                .collect();
            order.sort_unstable_by_key(|one| one.order(&windows));
            check_ties(&order, &windows, &rows)?;
            Ok(Side::new(order.iter().map(|one| (one.ordinal, one.rate, one.window))))
        };
        let (outbound, inbound) = (side(Direction::Outbound)?, side(Direction::Inbound)?);
        let digested = Digested {
            currency: definition.currency,
            digits,
            rounding: definition.rounding,
            time_zone: definition.time_zone,
            windows: &definition.windows,
            rates: &definition.rates,
        };
        let id = TariffId { name: definition.name.clone(), digest: Hash::of_json(&digested) };
        Ok(Self { id, definition, layout, windows, outbound, inbound })
    }
}

/// A number's digits, as far as they are known.
fn digits(number: &Known) -> Digits {
    match number {
        Known::Whole(number) => Digits::of(number.digits()),
        Known::Masked(digits) => Digits::read(digits),
        Known::Withheld => Digits::of(0),
    }
}

/// Where rows stand in the table that they come from, or among the rows.
struct Lines<'a>(&'a [u64]);

impl Lines<'_> {
    fn of(&self, place: usize) -> u64 {
        let counted = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
        self.0.get(place).copied().unwrap_or(counted)
    }
}

/// A row, its place in the list and the place of its window.
#[derive(Clone, Copy)]
struct Place<'a> {
    ordinal: u32,
    rate: &'a Rate,
    window: u8,
}

impl Place<'_> {
    /// 0 for a window with dates, 1 for one without, 2 for none.
    fn class(self, windows: &Windows) -> u8 {
        if self.window == ANY { 2 } else { u8::from(!windows.has_dates(self.window)) }
    }

    /// By prefix as numbers begin; then as rows are chosen.
    fn order(self, windows: &Windows) -> (u64, u32, Reverse<i64>, u8, u32) {
        let (key, _) = self.rate.prefix.keys();
        let begins = Reverse(Row::begins(self.rate));
        (key, self.rate.prefix.length(), begins, self.class(windows), self.ordinal)
    }
}

/// Refuses two rows of a prefix that begin at the same instant and are in force at the same time.
fn check_ties(order: &[Place<'_>], windows: &Windows, lines: &Lines<'_>) -> Result<(), Error> {
    let same = |one: &Place<'_>, other: &Place<'_>| {
        let of =
            |place: &Place<'_>| (place.rate.prefix, Row::begins(place.rate), place.class(windows));
        of(one) == of(other)
    };
    let line = |place: &Place<'_>| lines.of(usize::try_from(place.ordinal).unwrap_or(usize::MAX));
    for tied in order.chunk_by(same).filter(|tied| tied.len() > 1) {
        // Windows differ within a chunk or the second row is refused, so it is no longer than they.
        for (count, one) in tied.iter().enumerate() {
            let mask = if one.window == ANY { u64::MAX } else { windows.overlapping(one.window) };
            let meets =
                |other: &&Place<'_>| other.window == ANY || mask & windows::bit(other.window) != 0;
            let Some(other) = tied.iter().take(count).find(meets) else { continue };
            let Rate { direction, prefix, .. } = *one.rate;
            let (row, other_row) = (line(one), line(other));
            return Err(match (&one.rate.window, &other.rate.window) {
                (Some(window), Some(other_window)) if window != other_window => {
                    let (window, other_window) = (window.clone(), other_window.clone());
                    Error::WindowsOverlap {
                        row,
                        direction,
                        prefix,
                        window,
                        other: other_row,
                        other_window,
                    }
                }
                _ => Error::PrefixTwice { row, direction, prefix, other: other_row },
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
