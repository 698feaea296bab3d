//! Price lists: what a minute to, or from, a number costs, by the longest prefix.

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::prefix::{Prefix, Prefixes};
use crate::error::refusals;
use crate::hash::Hash;
use crate::money::{Amount, Currency};
use crate::number::PhoneNumber;
use crate::table::{self, Column, Row};
use crate::text::{Country, Label, words};
use crate::time::{Duration, Timestamp};

refusals! {
    /// Why a price list, or a call by it, cannot be used.
    pub enum Error {
        Empty = TariffEmpty {}
            => "the price list has no row; give at least one prefix with its price",
        PrefixTwice = TariffPrefixTwice { row: u64, direction: Direction, prefix: Prefix }
            => "row {row}: {direction} prefix {prefix} has a row already; keep one",
        NoRate = TariffNoRate { tariff: Label, direction: Direction, number: String }
            => "{tariff} has no {direction} price for {number}; a row with a prefix of it, or with *, is wanted",
        OutOfRange = TariffOutOfRange { duration: Duration, per_minute: Amount }
            => "{duration} at {per_minute} a minute is longer than 366 days, or costs more than can be reckoned",
    }
}

words! {
    /// Which way a call goes, seen from the organization.
    pub enum Direction {
        /// It calls: priced by the number called.
        Outbound = "outbound",
        /// It is called and pays: priced by the number of the caller.
        Inbound = "inbound",
    }
}

/// The price of calls to, or from, the numbers with a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Which way the calls go.
    pub direction: Direction,
    /// The leading digits.
    pub prefix: Prefix,
    /// The country of the numbers, where the list says one.
    pub country: Option<Country>,
    /// What the list calls them.
    pub destination: Option<Label>,
    /// The price of a minute.
    pub per_minute: Amount,
    /// The price of being connected at all.
    pub connection_fee: Amount,
    /// A call is charged as if it lasted at least so long.
    pub minimum: Duration,
    /// A call is charged in whole steps of this.
    pub increment: Duration,
}

/// What a call costs, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Charge {
    /// The price list.
    pub tariff: TariffId,
    /// The row of the longest prefix.
    pub rate: Rate,
    /// How long the call lasted.
    pub duration: Duration,
    /// How long it is charged for: at least the minimum, in whole increments.
    pub billed: Duration,
    /// `connection_fee + per_minute × billed`, rounded once, half away from zero, to cents.
    pub amount: Amount,
}

/// A price list by its name and by the SHA-256 of its currency, a line feed, and its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffId {
    /// The name.
    pub name: Label,
    /// The digest.
    pub digest: Hash,
}

/// Digits after the point of a charge: usage reports have two (PSTN usage report, `Charge`).
const CHARGE_DIGITS: u32 = 2;

/// The longest call that is priced: a leap year. Longer ones are no calls.
pub(super) const LONGEST: Duration = Duration::from_days(366);

/// A price list.
///
/// CSV with the columns `Direction` (`outbound` or `inbound`), `Prefix`, `RatePerMinute` and, where
/// they are there, `Country`, `Destination`, `ConnectionFee` (else none), `MinimumSeconds` (else
/// none) and `IncrementSeconds` (else 60: every started minute; the sources state no rounding, so
/// that figure is ours). A number is priced by the longest prefix that it begins with; the prefix `*`
/// stands for any number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariff {
    id: TariffId,
    currency: Currency,
    rates: Vec<Rate>,
    outbound: Prefixes,
    inbound: Prefixes,
}

const DIRECTION: Column = Column::required("Direction");
const PREFIX: Column = Column::required("Prefix");
const PER_MINUTE: Column = Column::required("RatePerMinute");
const COUNTRY: Column = Column::optional("Country");
const DESTINATION: Column = Column::optional("Destination");
const FEE: Column = Column::optional("ConnectionFee");
const MINIMUM: Column = Column::optional("MinimumSeconds");
const INCREMENT: Column = Column::optional("IncrementSeconds");

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

impl Tariff {
    /// Reads a price list.
    ///
    /// # Errors
    ///
    /// `table.*` naming row and column, `tariff.empty`, or `tariff.prefix_twice`.
    pub fn from_csv(name: Label, currency: Currency, csv: &str) -> Result<Self, Unreadable> {
        let columns =
            [DIRECTION, PREFIX, PER_MINUTE, COUNTRY, DESTINATION, FEE, MINIMUM, INCREMENT];
        let digest = Hash::of(format!("{currency}\n{csv}").as_bytes());
        let mut tariff = Self {
            id: TariffId { name, digest },
            currency,
            rates: Vec::new(),
            outbound: Prefixes::default(),
            inbound: Prefixes::default(),
        };
        for row in table::rows(csv, &columns)? {
            let row = row?;
            let rate = rate(&row)?;
            let Rate { direction, prefix, .. } = rate;
            let prefixes = match direction {
                Direction::Outbound => &mut tariff.outbound,
                Direction::Inbound => &mut tariff.inbound,
            };
            let place = u32::try_from(tariff.rates.len()).unwrap_or(u32::MAX);
            if !prefixes.insert(prefix, place) {
                return Err(Error::PrefixTwice { row: row.number, direction, prefix }.into());
            }
            tariff.rates.push(rate);
        }
        if tariff.rates.is_empty() {
            return Err(Error::Empty {}.into());
        }
        Ok(tariff)
    }

    /// Its name and digest.
    pub fn id(&self) -> &TariffId {
        &self.id
    }

    /// The currency of its prices.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Its rows, in the order of the list.
    pub fn rates(&self) -> &[Rate] {
        &self.rates
    }

    /// The row of the longest prefix that `number` begins with.
    pub fn rate(&self, direction: Direction, number: PhoneNumber) -> Option<&Rate> {
        let mut digits = [0_u8; 20];
        let mut rest = number.digits();
        let mut length: usize = 0;
        for digit in digits.iter_mut().rev() {
            if rest == 0 {
                break;
            }
            *digit = u8::try_from(rest.rem_euclid(10)).unwrap_or_default();
            rest = rest.div_euclid(10);
            length = length.saturating_add(1);
        }
        let begin = digits.len().saturating_sub(length);
        self.longest(direction, digits.iter().skip(begin).copied())
    }

    /// The row of the longest prefix that a written number begins with, as far as it is written:
    /// reports mask the last digits of callers with `*`.
    fn rate_of_text(&self, direction: Direction, number: &str) -> Option<&Rate> {
        let digits = number.strip_prefix('+').unwrap_or(number).bytes();
        self.longest(
            direction,
            digits.map_while(|byte| byte.checked_sub(b'0').filter(|digit| *digit < 10)),
        )
    }

    fn longest(&self, direction: Direction, digits: impl Iterator<Item = u8>) -> Option<&Rate> {
        let prefixes = match direction {
            Direction::Outbound => &self.outbound,
            Direction::Inbound => &self.inbound,
        };
        self.rates.get(usize::try_from(prefixes.longest(digits)?).ok()?)
    }

    /// The row for a number as far as it is known.
    ///
    /// # Errors
    ///
    /// `tariff.no_rate` if no prefix fits.
    pub fn rate_of(&self, direction: Direction, number: &Known) -> Result<&Rate, Error> {
        let rate = match number {
            Known::Whole(number) => self.rate(direction, *number),
            Known::Masked(digits) => self.rate_of_text(direction, digits),
            Known::Withheld => self.longest(direction, std::iter::empty()),
        };
        rate.ok_or_else(|| {
            let (tariff, number) = (self.id.name.clone(), number.to_string());
            Error::NoRate { tariff, direction, number }
        })
    }

    /// The prices of a call that begins at `begins`.
    ///
    /// # Errors
    ///
    /// As [`rate_of`](Self::rate_of).
    pub fn quote(
        &self,
        direction: Direction,
        number: &Known,
        begins: Timestamp,
    ) -> Result<Quote<'_>, Error> {
        let _ = begins;
        Ok(Quote { rate: self.rate_of(direction, number)? })
    }

    /// What a call costs that has to be priced by a number as far as it is known.
    ///
    /// # Errors
    ///
    /// As [`rate_of`](Self::rate_of) and [`Rate::price`].
    pub fn charge(
        &self,
        direction: Direction,
        number: &Known,
        duration: Duration,
    ) -> Result<Charge, Error> {
        let rate = self.rate_of(direction, number)?;
        let Price { billed, amount } = rate.price(duration)?;
        Ok(Charge { tariff: self.id.clone(), rate: rate.clone(), duration, billed, amount })
    }
}

/// The prices of a call that begins at an instant, to or from a number.
#[derive(Clone, Copy, Debug)]
pub struct Quote<'a> {
    rate: &'a Rate,
}

impl<'a> Quote<'a> {
    /// The row in force when the call begins.
    pub fn rate(&self) -> &'a Rate {
        self.rate
    }

    /// What the call costs if it lasts for `duration`; one of no duration costs nothing.
    ///
    /// # Errors
    ///
    /// As [`Rate::price`].
    pub fn price(&self, duration: Duration) -> Result<Price, Error> {
        self.rate.price(duration)
    }

    /// How long the call can last, up to `at_most`, and cost no more than `funds`; to the whole
    /// second below. Nothing if even its first second costs more.
    pub fn longest(&self, funds: Amount, at_most: Duration) -> Duration {
        let pays = |duration| self.price(duration).is_ok_and(|price| price.amount <= funds);
        if pays(at_most) {
            return at_most;
        }
        let seconds = |duration: Duration| duration.micros().div_euclid(1_000_000);
        let (mut paid, mut unpaid) = (0, seconds(at_most.min(LONGEST)).saturating_add(1));
        while unpaid.saturating_sub(paid) > 1 {
            let middle = paid.midpoint(unpaid);
            let tried = Duration::from_seconds(u32::try_from(middle).unwrap_or(u32::MAX));
            if pays(tried) {
                paid = middle;
            } else {
                unpaid = middle;
            }
        }
        Duration::from_seconds(u32::try_from(paid).unwrap_or(u32::MAX))
    }
}

/// What a call costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// How long it is charged for.
    pub billed: Duration,
    /// The amount, rounded.
    pub amount: Amount,
}

impl Rate {
    /// What a call of `duration` costs; one of no duration costs nothing.
    ///
    /// The steps are never counted one by one, so a long call with a short increment costs nothing
    /// to price.
    ///
    /// # Errors
    ///
    /// `tariff.out_of_range` if the call is longer than 366 days or its price beyond all reckoning.
    pub fn price(&self, duration: Duration) -> Result<Price, Error> {
        let out_of_range = Error::OutOfRange { duration, per_minute: self.per_minute };
        let priced = || {
            let at_least = duration.max(self.minimum).micros();
            let step = self.increment.micros();
            let whole = at_least.checked_div(step)?;
            let started = i64::from(at_least.checked_rem(step)? != 0);
            let billed = Duration::from_micros(whole.checked_add(started)?.checked_mul(step)?)?;
            let seconds = u64::try_from(billed.micros()).ok()?.div_euclid(1_000_000);
            let fee = self.connection_fee;
            let amount = Amount::of_share(fee, self.per_minute, seconds, 60, CHARGE_DIGITS)?;
            Some(Price { billed, amount })
        };
        if duration == Duration::ZERO {
            return Ok(Price { billed: Duration::ZERO, amount: Amount::ZERO });
        }
        if duration > LONGEST { Err(out_of_range) } else { priced().ok_or(out_of_range) }
    }
}

fn rate(row: &Row) -> Result<Rate, table::Error> {
    let price = |cell: &str| match cell.parse::<Amount>() {
        Ok(amount) if amount.is_negative() => Err("a price is not negative".to_owned()),
        Ok(amount) => Ok(amount),
        Err(error) => Err(error.to_string()),
    };
    let seconds = |column, default: u32, from: u32| {
        row.read(column, |cell| match cell {
            "" => Ok(Duration::from_seconds(default)),
            _ => match cell.parse::<u32>() {
                Ok(seconds) if (from..=86_400).contains(&seconds) => {
                    Ok(Duration::from_seconds(seconds))
                }
                _ => Err(format!("{from} to 86400 whole seconds are wanted")),
            },
        })
    };
    let text = |column| row.cell(column);
    Ok(Rate {
        direction: row.read(DIRECTION, str::parse)?,
        prefix: row.read(PREFIX, str::parse)?,
        country: match text(COUNTRY) {
            "" => None,
            _ => Some(row.read(COUNTRY, str::parse)?),
        },
        destination: match text(DESTINATION) {
            "" => None,
            _ => Some(row.read(DESTINATION, str::parse)?),
        },
        per_minute: row.read(PER_MINUTE, price)?,
        connection_fee: match text(FEE) {
            "" => Amount::ZERO,
            _ => row.read(FEE, price)?,
        },
        minimum: seconds(MINIMUM, 0, 0)?,
        increment: seconds(INCREMENT, 60, 1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
Direction,Prefix,Country,Destination,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds
outbound,1,US,United States,0.013,,,
outbound,+1204,CA,Canada,0.02,,,
outbound,44,GB,United Kingdom,0.018,0.01,30,6
outbound,447,GB,United Kingdom mobile,0.25,,,1
inbound,1,US,,0.03,,,
";

    fn tariff() -> Tariff {
        Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), LIST).unwrap()
    }

    fn charge(number: &str, duration: &str) -> (String, String) {
        let tariff = tariff();
        let number = Known::read(number, None).unwrap();
        let duration = duration.parse().unwrap();
        let charge = tariff.charge(Direction::Outbound, &number, duration).unwrap();
        (charge.billed.to_string(), charge.amount.to_string())
    }

    #[test]
    fn the_longest_prefix_wins() {
        let tariff = tariff();
        for (number, prefix) in [
            ("+14255550100", Some("1")),
            ("+12045550100", Some("1204")),
            ("+442079460123", Some("44")),
            ("+447700900123", Some("447")),
            ("+33100000000", None),
        ] {
            let number: PhoneNumber = number.parse().unwrap();
            let by_number = tariff.rate(Direction::Outbound, number);
            assert_eq!(by_number.map(|rate| rate.prefix.to_string()).as_deref(), prefix);
            assert_eq!(by_number, tariff.rate_of_text(Direction::Outbound, &number.to_string()));
        }
        let masked = tariff.rate_of_text(Direction::Inbound, "+1425555****").unwrap();
        assert_eq!(masked.per_minute.to_string(), "0.03");
        assert_eq!(tariff.rate_of_text(Direction::Inbound, "anonymous"), None);
        assert!(tariff.rate_of(Direction::Inbound, &Known::Withheld).is_err());
        let any = Tariff::from_csv(
            "list".parse().unwrap(),
            "USD".parse().unwrap(),
            &format!("{LIST}inbound,*,,,0.50,,,\n"),
        );
        let any = any.unwrap();
        for known in [Known::Withheld, Known::Masked("+33".to_owned())] {
            assert_eq!(any.rate_of(Direction::Inbound, &known).unwrap().prefix.to_string(), "*");
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let (gb, us) = ("GB".parse().ok(), "US".parse().ok());
        let whole = |text: &str| Some(Known::Whole(text.parse().unwrap()));
        for (written, country, known) in [
            ("+447700900123", gb, whole("+447700900123")),
            ("+44 20 7946 0123", gb, whole("+442079460123")),
            ("020 7946 0123", gb, whole("+442079460123")),
            ("(206) 555-0100", us, whole("+12065550100")),
            ("tel:+12065550100", us, whole("+12065550100")),
            ("+1206555****", us, Some(Known::Masked("+1206555".to_owned()))),
            ("", us, Some(Known::Withheld)),
            ("206555****", us, None),
            ("reception", us, None),
            ("2065550100", None, None),
        ] {
            assert_eq!(Known::read(written, country), known, "{written}");
        }
    }

    #[test]
    fn calls_are_charged_in_steps_and_rounded_once() {
        let charged = |billed: &str, amount: &str| (billed.to_owned(), amount.to_owned());
        assert_eq!(charge("+14255550100", "PT61S"), charged("PT2M", "0.03"));
        assert_eq!(charge("+14255550100", "PT0S"), charged("PT0S", "0.00"));
        // 0.01 + 0.018 * 30 / 60 = 0.019, and 0.01 + 0.018 * 36 / 60 = 0.0208.
        assert_eq!(charge("+442079460123", "PT1S"), charged("PT30S", "0.02"));
        assert_eq!(charge("+442079460123", "PT30.000001S"), charged("PT36S", "0.02"));
        assert_eq!(charge("+447700900123", "PT59.5S"), charged("PT1M", "0.25"));
        let tariff = tariff();
        let rate = tariff.rate_of_text(Direction::Outbound, "+447").unwrap();
        assert!(rate.price(Duration::from_days(366)).is_ok());
        assert!(rate.price(Duration::from_days(367)).is_err());
    }

    #[test]
    fn a_broken_list_is_named_by_row_and_column() {
        let read = |csv: &str| {
            Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), csv).unwrap_err()
        };
        assert_eq!(
            read(&LIST.replace("0.018,", "0.O18,")).to_string(),
            "row 4, column `RatePerMinute`: `0.O18` is refused: `0.O18` is not an amount such as 50.00, with at most six digits after the point, up to 9223372036854.775807"
        );
        assert!(read(&LIST.replace(",30,6", ",30,0")).to_string().contains("IncrementSeconds"));
        assert!(read(&LIST.replace("0.25", "-0.25")).to_string().contains("not negative"));
        assert!(read(&LIST.replace("+1204", "1")).to_string().contains("has a row already"));
        let header = LIST.lines().next().unwrap();
        assert!(matches!(read(header), Unreadable::Tariff(Error::Empty {})));
    }
}
