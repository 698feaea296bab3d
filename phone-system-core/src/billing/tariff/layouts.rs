//! Price lists as tables: this library's layout and those that carriers use.

use std::collections::HashMap;

use super::columns::{Columns, OWN_MINIMUM};
use super::definition::{Group, TariffDefinition};
use super::prefixes::Prefix;
use super::windows::Date;
use super::zone::{TimeZone, Zone, midnight};
use super::{Direction, Error, Rate, Tariff, Unreadable};
use crate::money::UnitPrice;
use crate::table::{self, Column, Row, Table};
use crate::text::{Label, words};
use crate::time::{Duration, Timestamp};

words! {
    /// How a table states prices. Known by its header, in which case, blanks, underscores, hyphens,
    /// points, slashes and parentheses do not count.
    ///
    /// Two columns that tell the same are refused, and so is a column with a name that is not known,
    /// because it may decide a price; [`from_csv`](Tariff::from_csv) lists those that are passed over.
    ///
    /// Every layout has a price a minute: `RatePerMinute`, `Rate`, `Rate/min`, `Price`, `Price/min`,
    /// `Cost per minute`; a currency in parentheses after it, or after a fee, (`Price (USD)`) has to be
    /// the list's. Every layout may have, under these names and their usual variants,
    ///
    /// * `Currency`: the list's in every row, or nothing;
    /// * `Direction`: `outbound`, if not given, or `inbound`;
    /// * `ConnectionFee`, `Connect Fee`, `Setup Fee`, `Connect Charge`, `Per Call Fee`, `Flagfall`,
    ///   `Surcharge`: else none;
    /// * `MinimumSeconds`, `Minimum`, `Min Duration`, `Initial Interval`, `Initial Increment`,
    ///   `Interval 1`: else none; and `IncrementSeconds`, `Subsequent Interval`, `Next Increment`,
    ///   `Interval N`: else 60, every started minute. All are in seconds, which may be said:
    ///   `Minimum (sec)`. But for `MinimumSeconds`, the first is a whole number of the second, because
    ///   steps are counted from the beginning of the call;
    /// * `Increments`, `Increment`, `Billing Increment(s)`, `Pulse`: both, as `30/6` or `30-6`, or `60`
    ///   for `60/60`; beside a column for the minimum the second alone;
    /// * `Included`: seconds that the fee includes, else none;
    /// * `Groups`: later prices, as `60:0.02/6;300:0.01/1`: from the 60th second on 0.02 a minute in
    ///   steps of 6 seconds;
    /// * `ValidFrom`, `Effective`, `Effective From`, `Effective Date`, `Start Date`, and `ValidTo`,
    ///   `Valid Until`, `Effective To`, `End Date`, `Expiry`, `Expiration Date`: an instant
    ///   (`2020-03-04T12:00:00Z`), or a day of the list's time zone, from its beginning and to its end
    ///   (`2020-03-04`, `4 Mar 2020`, `March 4, 2020`); `03/04/2020` is refused, because it is two days;
    /// * `Window`: the name of a window of the list.
    pub enum Layout {
        /// A `Prefix`, with `Country` in two letters and `Destination`, where they are given.
        ///
        /// Known by a column `Direction` or `RatePerMinute`.
        PhoneSystem = "phone_system",
        /// A `Prefix`, `Code`, `Dial Code` or `Destination Code` that begins with the country's, and a
        /// `Destination`, `Destination Name`, `Description` or `Country` in words. A `Country Code`
        /// beside it is what it begins with.
        Codes = "codes",
        /// A `Country Code` and an `Area Code` after it, of which a cell may list several and ranges:
        /// `201, 203-205`; an empty one stands for the whole country.
        CountryAndAreaCodes = "country_and_area_codes",
    }
}

/// How many codes a cell can stand for.
const MOST_CODES: usize = 1_000;

/// Reads rows behind those that a definition has.
pub(super) fn read(
    mut definition: TariffDefinition,
    csv: &str,
    most: usize,
) -> Result<Tariff, Unreadable> {
    let table = Table::open(csv)?;
    let columns = Columns::find(&table, &definition)?;
    let dated = columns.valid_from.required || columns.valid_to.required;
    let mut cells = Cells {
        zone: Zone::new(if dated { definition.time_zone } else { TimeZone::default() }),
        currency: definition.currency.to_string(),
        labels: HashMap::new(),
    };
    let before = u64::try_from(definition.rates.len()).unwrap_or(u64::MAX);
    let mut lines: Vec<u64> = (1..=before).collect();
    for row in table.rows(columns.places.clone()) {
        let row = row?;
        let rate = cells.rate(&row, &columns)?;
        let prefixes = prefixes(&row, &columns)?;
        for prefix in prefixes {
            if definition.rates.len() >= most {
                let maximum = u64::try_from(most).unwrap_or(u64::MAX);
                return Err(Error::TooLarge { row: row.number, maximum }.into());
            }
            definition.rates.push(Rate { prefix, ..rate.clone() });
            lines.push(row.number);
        }
    }
    Ok(Tariff::build(definition, Some(columns.layout), &lines)?)
}

const WHOLE: &str =
    "steps are counted from the beginning of a call, so the least is a whole number of them";

/// Whether the least is a whole number of steps.
fn is_whole(minimum: Duration, increment: Duration) -> bool {
    minimum.micros().checked_rem(increment.micros()) == Some(0)
}

fn seconds(row: &Row, column: Column, default: u32, from: u32) -> Result<Duration, table::Error> {
    row.read(column, |cell| match cell {
        "" => Ok(Duration::from_seconds(default)),
        _ => whole_seconds(cell, from),
    })
}

fn whole_seconds(cell: &str, from: u32) -> Result<Duration, String> {
    match cell.parse::<u32>() {
        Ok(seconds) if (from..=86_400).contains(&seconds) => Ok(Duration::from_seconds(seconds)),
        _ => Err(format!("{from} to 86400 whole seconds are wanted")),
    }
}

/// `30/6`, `30-6` or `60`: what is charged at least, and the steps.
fn increments(cell: &str) -> Result<(Duration, Duration), String> {
    let (first, second) = cell.split_once(['/', '-']).unwrap_or((cell, cell));
    let wanted = |_| "the least and the step in seconds are wanted, such as 30/6".to_owned();
    let minimum = whole_seconds(first.trim(), 0).map_err(wanted)?;
    let increment = whole_seconds(second.trim(), 1).map_err(wanted)?;
    is_whole(minimum, increment).then_some((minimum, increment)).ok_or_else(|| WHOLE.to_owned())
}

/// What is charged at least, and the steps.
fn steps(row: &Row, columns: &Columns) -> Result<(Duration, Duration), table::Error> {
    let both = columns.increments;
    if both.required && !columns.minimum.required && !row.cell(both).is_empty() {
        return row.read(both, increments);
    }
    let minimum = seconds(row, columns.minimum, 0, 0)?;
    let increment = seconds(row, if both.required { both } else { columns.increment }, 60, 1)?;
    if columns.minimum.name != OWN_MINIMUM && !is_whole(minimum, increment) {
        return Err(row.refuse(columns.minimum, &WHOLE));
    }
    Ok((minimum, increment))
}

/// `60:0.02/6;300:0.01/1`.
fn groups(cell: &str) -> Result<Vec<Group>, String> {
    let group = |text: &str| {
        let (from, price) = text.split_once(':')?;
        let (per_minute, increment) = price.split_once('/')?;
        let from = from.trim().parse().ok().map(Duration::from_seconds)?;
        let per_minute = per_minute.trim().parse().ok()?;
        Some(Group { from, per_minute, increment: whole_seconds(increment.trim(), 1).ok()? })
    };
    let parts = cell.split(';').map(str::trim).filter(|part| !part.is_empty());
    let wanted = || "second, price and step of each are wanted, such as 60:0.02/6".to_owned();
    parts.map(|part| group(part).ok_or_else(wanted)).collect()
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day in ISO form, or with its month named.
fn date(text: &str) -> Result<Date, String> {
    if let Ok(date) = text.parse() {
        return Ok(date);
    }
    let wanted = || {
        "an instant or a day is wanted, such as 2020-03-04T12:00:00Z, 2020-03-04 or 4 Mar 2020"
            .to_owned()
    };
    let parts: Vec<&str> =
        text.split([' ', '-', ',', '/', '.']).filter(|part| !part.is_empty()).collect();
    let [first, second, year] = parts.as_slice() else { return Err(wanted()) };
    let month = |name: &str| {
        let name = name.to_ascii_lowercase();
        let fits = |known: &&str| name.len() >= 3 && known.starts_with(&name);
        (1_u32..).zip(&MONTHS).find(|(_, known)| fits(known)).map(|(number, _)| number)
    };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 4);
    let (month, day) = match (month(first), month(second)) {
        (Some(month), None) => (month, number(second).ok_or_else(wanted)?),
        (None, Some(month)) => (month, number(first).ok_or_else(wanted)?),
        _ if parts.iter().all(|part| number(part).is_some()) => {
            return Err(
                "which is the day and which the month is not said; write 2020-03-04 or 4 Mar 2020"
                    .to_owned(),
            );
        }
        _ => return Err(wanted()),
    };
    let year = year.parse().ok().filter(|_| year.len() == 4);
    let year = year.ok_or("the year has four digits")?;
    Date::new(year, month, day).ok_or_else(|| "there is no such day".to_owned())
}

/// What rows have in common.
struct Cells {
    zone: Zone,
    currency: String,
    labels: HashMap<String, Label>,
}

impl Cells {
    /// A name, which many rows may share.
    fn label(&mut self, row: &Row, column: Column) -> Result<Option<Label>, table::Error> {
        let cell = row.cell(column);
        if cell.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.labels.get(cell) {
            return Ok(Some(known.clone()));
        }
        let label: Label = row.read(column, str::parse)?;
        self.labels.insert(cell.to_owned(), label.clone());
        Ok(Some(label))
    }

    /// An instant, or the midnight with which a day, or the day after it, begins; none if that is no
    /// instant, because then nothing comes before the first day or after the last one.
    fn instant(
        &self,
        row: &Row,
        column: Column,
        after: bool,
    ) -> Result<Option<Timestamp>, table::Error> {
        row.read(column, |cell| {
            if cell.is_empty() {
                return Ok(None);
            }
            if let Ok(instant) = cell.parse() {
                return Ok(Some(instant));
            }
            let date = date(cell)?;
            let date = if after { date.next() } else { Some(date) };
            Ok::<_, String>(date.and_then(|date| midnight(date, &self.zone)))
        })
    }

    /// The row without its prefix.
    fn rate(&mut self, row: &Row, columns: &Columns) -> Result<Rate, table::Error> {
        let text = |column| row.cell(column);
        let currency = text(columns.currency);
        if !currency.is_empty() && currency != self.currency {
            let problem = format!(
                "the list's prices are in {}, and nothing is converted without a rate",
                self.currency
            );
            return Err(row.refuse(columns.currency, &problem));
        }
        let direction = match text(columns.direction) {
            "" if !columns.direction.required => Direction::Outbound,
            _ => row.read(columns.direction, str::parse)?,
        };
        let per_minute = row.read(columns.price, str::parse)?;
        let mut rate = Rate::new(direction, Prefix::ANY, per_minute);
        if !text(columns.country).is_empty() {
            rate.country = Some(row.read(columns.country, str::parse)?);
        }
        rate.destination = self.label(row, columns.destination)?;
        if !text(columns.fee).is_empty() {
            rate.connection_fee = row.read(columns.fee, str::parse::<UnitPrice>)?;
        }
        (rate.minimum, rate.increment) = steps(row, columns)?;
        rate.included = seconds(row, columns.included, 0, 0)?;
        rate.groups = row.read(columns.groups, groups)?;
        rate.valid_from = self.instant(row, columns.valid_from, false)?;
        rate.valid_to = self.instant(row, columns.valid_to, true)?;
        rate.window = self.label(row, columns.window)?;
        Ok(rate)
    }
}

/// The prefixes that a row stands for.
fn prefixes(row: &Row, columns: &Columns) -> Result<Vec<Prefix>, table::Error> {
    if columns.layout == Layout::CountryAndAreaCodes {
        return areas(row, columns);
    }
    let prefix: Prefix = row.read(columns.prefix, str::parse)?;
    let country = row.cell(columns.country_code);
    if !prefix.to_string().starts_with(country.trim_start_matches('+')) {
        let problem =
            format!("the country code beside it is {country}, with which it does not begin");
        return Err(row.refuse(columns.prefix, &problem));
    }
    Ok(vec![prefix])
}

fn areas(row: &Row, columns: &Columns) -> Result<Vec<Prefix>, table::Error> {
    let country: Prefix = row.read(columns.country_code, str::parse)?;
    if country == Prefix::ANY {
        return Err(row.refuse(columns.country_code, &"a country code is wanted"));
    }
    row.read(columns.area_code, |cell| {
        let wanted = || "codes and ranges are wanted, such as 201, 203-205".to_owned();
        let digits = |text: &str| {
            let fits = (1..=14).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            fits.then(|| text.parse::<u64>().ok()).flatten()
        };
        let join = |area: &str| format!("{country}{area}").parse::<Prefix>().map_err(str::to_owned);
        if cell.is_empty() {
            return Ok(vec![country]);
        }
        let mut found = Vec::new();
        for part in cell.split([',', ';']).map(str::trim) {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (from.trim(), to.trim());
            let (Some(first), Some(last)) = (digits(from), digits(to)) else {
                return Err(wanted());
            };
            if from.len() != to.len() || first > last {
                return Err(format!(
                    "range {part} goes from a code to a later one of as many digits"
                ));
            }
            for area in first..=last {
                if found.len() >= MOST_CODES {
                    return Err(format!("a cell stands for at most {MOST_CODES} codes"));
                }
                found.push(join(&format!("{area:0width$}", width = from.len()))?);
            }
        }
        Ok(found)
    })
}
