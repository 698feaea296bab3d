//! Which destinations the minutes of a plan include, and which nobody can call.

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use super::known::Known;
use super::minutes::Plan;
use super::tariff::Prefix;
use crate::error::refusals;
use crate::table::{self, Column, Row};
use crate::text::{Country, words};

refusals! {
    /// Why a table of destinations cannot be used.
    pub enum Error {
        Twice = DestinationsTwice { row: u64, prefix: Prefix }
            => "row {row}: prefix {prefix} has a row for the same country and plan already; keep one",
    }
}

words! {
    /// What calls to a destination are paid from.
    pub enum DestinationUse {
        /// Minutes, as far as the plan reaches; then credits.
        Included = "included",
        /// Credits alone.
        Credits = "credits",
        /// Nothing: nobody can call it from there.
        Barred = "barred",
    }
}

/// What becomes of calls to numbers with a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Destination {
    /// The caller's country; none for any.
    country: Option<Country>,
    /// The plan; none for any.
    plan: Option<Plan>,
    prefix: Prefix,
    usage: DestinationUse,
}

/// Destinations that are not simply included as far as a plan reaches.
///
/// CSV with the columns `Country` (of the caller, two letters), `Plan` (a word of [`Plan`]), both
/// also `*` for any, `Prefix` (leading digits, or `*`) and `Use` (`included`, `credits` or
/// `barred`). The longest prefix of a row that fits country and plan decides; of two rows with the
/// same prefix the one that names the country, then the one that names the plan. What no row fits is
/// included; a row `*,*,*,credits` turns that around, so that only what is named is. A call of someone
/// with several plans is barred if all of them bar it.
///
/// The embedded table has what the sources name: the shared-cost ranges of the United Kingdom only by
/// credits, its 449 and 1900 of the United States not at all ("Country and region availability").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destinations {
    /// By prefix, and those of one prefix in the order in which they decide.
    rows: Vec<Destination>,
    /// How many digits prefixes have, the most first.
    lengths: Vec<u32>,
}

const COUNTRY: Column = Column::required("Country");
const PLAN: Column = Column::required("Plan");
const PREFIX: Column = Column::required("Prefix");
const USE: Column = Column::required("Use");

/// Why a table of destinations cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// A cell, or the table as a whole.
    #[error(transparent)]
    Table(#[from] table::Error),
    /// A prefix with two rows.
    #[error(transparent)]
    Destinations(#[from] Error),
}

impl Destinations {
    /// The table that comes with the crate.
    pub fn embedded() -> &'static Arc<Self> {
        static TABLE: OnceLock<Arc<Destinations>> = OnceLock::new();
        TABLE.get_or_init(|| {
            // A test reads every row of it.
            let read = Self::from_csv(include_str!("../../data/destinations.csv"));
            Arc::new(read.unwrap_or_default())
        })
    }

    /// Reads a table; one without rows is taken, and then everything is included.
    ///
    /// # Errors
    ///
    /// `table.*` naming row and column, or `destinations.twice`.
    pub fn from_csv(csv: &str) -> Result<Self, Unreadable> {
        let mut rows: Vec<(Destination, u64)> = Vec::new();
        for row in table::rows(csv, &[COUNTRY, PLAN, PREFIX, USE])? {
            let row = row?;
            rows.push((destination(&row)?, row.number));
        }
        let key = |row: &Destination| (row.prefix, row.country, row.plan);
        rows.sort_by_key(|(row, _)| {
            // What is named comes first.
            let (prefix, country, plan) = key(row);
            (prefix, Reverse(country.is_some()), Reverse(plan.is_some()), country, plan)
        });
        let pairs = rows.iter().zip(rows.iter().skip(1));
        let twice = pairs.filter(|((one, _), (next, _))| key(one) == key(next));
        if let Some((_, (next, row))) = twice.min_by_key(|(_, (_, row))| *row) {
            return Err(Error::Twice { row: *row, prefix: next.prefix }.into());
        }
        let rows: Vec<_> = rows.into_iter().map(|(row, _)| row).collect();
        let mut lengths: Vec<_> = rows.iter().map(|row| row.prefix.length()).collect();
        lengths.sort_unstable_by_key(|length| Reverse(*length));
        lengths.dedup();
        Ok(Self { rows, lengths })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What pays for a call to a number from a country by a plan, and the prefix that says so.
    pub fn usage(
        &self,
        from: Country,
        plan: Option<Plan>,
        called: &Known,
    ) -> (DestinationUse, Option<Prefix>) {
        let (digits, known) = called.leading_digits();
        let decides = |length: &u32| {
            let prefix = Prefix::leading(digits, known, *length)?;
            let first = self.rows.partition_point(|row| row.prefix < prefix);
            let mut rows = self.rows.get(first..)?.iter().take_while(|row| row.prefix == prefix);
            rows.find(|row| {
                row.country.is_none_or(|country| country == from)
                    && (row.plan.is_none() || row.plan == plan)
            })
        };
        let found = self.lengths.iter().find_map(decides);
        found.map_or((DestinationUse::Included, None), |row| (row.usage, Some(row.prefix)))
    }
}

fn destination(row: &Row) -> Result<Destination, table::Error> {
    let any = |column| row.cell(column) == "*";
    let country = if any(COUNTRY) { None } else { Some(row.read(COUNTRY, str::parse)?) };
    let plan = if any(PLAN) { None } else { Some(row.read(PLAN, str::parse)?) };
    let (prefix, usage) = (row.read(PREFIX, str::parse)?, row.read(USE, str::parse)?);
    Ok(Destination { country, plan, prefix, usage })
}

#[cfg(test)]
mod tests {
    use super::DestinationUse::{Barred, Credits, Included};
    use super::*;

    #[test]
    fn the_embedded_table_is_whole() {
        let rows = include_str!("../../data/destinations.csv").lines().count();
        assert_eq!(Destinations::embedded().len().checked_add(1), Some(rows));
    }

    #[test]
    fn the_longest_prefix_decides_then_who_is_named() {
        let table = Destinations::from_csv(
            "Country,Plan,Prefix,Use\n*,*,*,included\n*,*,44,credits\nGB,*,44,included\nGB,domestic,447,credits\nGB,*,4479,barred\n*,domestic,33,credits\nFR,*,33,barred\n",
        )
        .unwrap();
        let usage = |from: &str, plan, called: &str| {
            table.usage(from.parse().unwrap(), plan, &Known::read(called, None).unwrap()).0
        };
        for (from, plan, called, expected) in [
            ("US", None, "+442079460123", Credits),
            ("GB", None, "+442079460123", Included),
            ("GB", Some(Plan::Domestic), "+447700900123", Credits),
            ("GB", Some(Plan::Domestic120), "+447700900123", Included),
            ("GB", None, "+4479****", Barred),
            // Too little of the number is known.
            ("GB", None, "+447****", Included),
            ("US", None, "+14255550100", Included),
            ("FR", Some(Plan::Domestic), "+33142345678", Barred),
            ("US", Some(Plan::Domestic), "+33142345678", Credits),
        ] {
            assert_eq!(usage(from, plan, called), expected, "{from} {called}");
        }
        let twice =
            Destinations::from_csv("Country,Plan,Prefix,Use\nGB,*,44,credits\nGB,*,44,barred\n");
        assert!(twice.unwrap_err().to_string().contains("row 3"));
    }
}
