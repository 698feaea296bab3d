//! Users and their licences from a file, as the admin center exports them.

use serde::{Deserialize, Serialize};

use super::{Assignment, BuySeats, Sku};
use crate::bulk::Mode;
use crate::table::{self, Column, Row};

const USER: Column = Column::required("UserPrincipalName");
const LOCATION: Column = Column::required("UsageLocation");
const LICENSES: Column = Column::required("Licenses");

/// Assigns licences to users from a table (CSV with a header).
///
/// Columns: `UserPrincipalName`; `UsageLocation`, two letters; `Licenses`, SKU strings joined by
/// `+` or `;`, none for a user without licences, who is passed over. Other columns are passed
/// over too. Each row is an item; the rules are those of `licensing.assign`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportUsers {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// What happens when some rows are refused.
    #[serde(default)]
    pub mode: Mode,
}

/// Buys seats from a table (CSV with a header) with the columns `SkuPartNumber` and `Seats`.
///
/// Other columns are passed over. Each row is an item; what others need is bought first, whatever
/// the order of the rows. The rules are those of `licensing.buy_seats`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportSeats {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// What happens when some rows are refused.
    #[serde(default)]
    pub mode: Mode,
}

const SKU: Column = Column::required("SkuPartNumber");
const SEATS: Column = Column::required("Seats");

impl ImportSeats {
    /// The rows, each readable or refused, in the order in which they are bought.
    pub(crate) fn rows(&self) -> Result<Vec<Numbered<BuySeats>>, table::Error> {
        let rows = table::rows(&self.csv, &[SKU, SEATS])?;
        let mut rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let row = row?;
                let (sku, seats) = (row.read(SKU, str::parse)?, row.read(SEATS, str::parse)?);
                Ok((row.number, BuySeats { sku, seats }))
            })
            .collect();
        rows.sort_by_key(|row: &Numbered<BuySeats>| {
            row.as_ref().is_ok_and(|(_, buy)| !buy.sku.needs_one_of().is_empty())
        });
        Ok(rows)
    }
}

/// A row's number and what it says, or why it cannot be read.
type Numbered<T> = Result<(u64, T), table::Error>;

impl ImportUsers {
    /// The rows, each readable or refused.
    pub(crate) fn rows(&self) -> Result<Vec<Numbered<Assignment>>, table::Error> {
        let rows = table::rows(&self.csv, &[USER, LOCATION, LICENSES])?;
        Ok(rows
            .into_iter()
            .filter(|row| !row.as_ref().is_ok_and(|row| row.cell(LICENSES).is_empty()))
            .map(|row| row.and_then(|row| Ok((row.number, assignment(&row)?))))
            .collect())
    }
}

fn assignment(row: &Row) -> Result<Assignment, table::Error> {
    Ok(Assignment {
        user: row.read(USER, str::parse)?,
        usage_location: row.read(LOCATION, str::parse)?,
        skus: row.read(LICENSES, |cell| {
            cell.split(['+', ';'])
                .map(|text| text.trim().parse::<Sku>())
                .collect::<Result<Vec<_>, _>>()
        })?,
    })
}
