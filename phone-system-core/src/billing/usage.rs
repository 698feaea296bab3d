//! Calls as rows of the PSTN usage report.

use serde::{Deserialize, Serialize};

use super::call::CallRecord;
use super::minutes::Reach;
use crate::table::{self, Column, Row};
use crate::time::{Duration, Timestamp};

/// Reads calls from the PSTN usage report (CSV with its header).
///
/// Of its twenty columns these are used, the others passed over: `UsageId`, `User Location`, `UPN`,
/// `Caller ID`, `Call Type`, `Domestic/International`, `Destination Number`, `Start Time`,
/// `Duration Seconds`. What the report charged is not looked at, and of a start what is finer than a
/// microsecond is left away.
///
/// A call goes by its `UsageId`, which nobody knows while it goes on: one that was authorized and settled
/// by another name is charged again by its row. Charge calls in one of the two ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadUsage {
    /// The text of the table, UTF-8.
    pub csv: String,
}

/// What a usage report holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageRead {
    /// The calls, in the order of the rows.
    pub calls: Vec<CallRecord>,
    /// Rows that are no call.
    pub problems: Vec<ProblemOfUsage>,
}

/// A row that is no call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProblemOfUsage {
    /// What is wrong, with row and column.
    pub problem: String,
}

const USAGE_ID: Column = Column::required("UsageId");
const LOCATION: Column = Column::required("User Location");
const UPN: Column = Column::required("UPN");
const CALLER: Column = Column::required("Caller ID");
const KIND: Column = Column::required("Call Type");
const REACH: Column = Column::required("Domestic/International");
const CALLED: Column = Column::required("Destination Number");
const STARTED: Column = Column::required("Start Time");
const SECONDS: Column = Column::required("Duration Seconds");

impl ReadUsage {
    pub(crate) fn answer(&self) -> Result<UsageRead, table::Error> {
        let columns = [USAGE_ID, LOCATION, UPN, CALLER, KIND, REACH, CALLED, STARTED, SECONDS];
        let (mut calls, mut problems) = (Vec::new(), Vec::new());
        for row in table::rows(&self.csv, &columns)? {
            match row.and_then(|row| record(&row)) {
                Ok(call) => calls.push(call),
                Err(error) => problems.push(ProblemOfUsage { problem: error.to_string() }),
            }
        }
        Ok(UsageRead { calls, problems })
    }
}

fn record(row: &Row) -> Result<CallRecord, table::Error> {
    let text = |column| Some(row.cell(column)).filter(|cell| !cell.is_empty());
    let reach = match row.cell(REACH) {
        "" => None,
        cell if cell.eq_ignore_ascii_case("domestic") => Some(Reach::Domestic),
        cell if cell.eq_ignore_ascii_case("international") => Some(Reach::International),
        _ => return Err(row.refuse(REACH, &"Domestic, International or nothing is wanted")),
    };
    Ok(CallRecord {
        call: row.read(USAGE_ID, str::parse)?,
        kind: row.read(KIND, str::parse)?,
        user: text(UPN).map(|_| row.read(UPN, str::parse)).transpose()?,
        location: row.read(LOCATION, str::parse)?,
        caller: text(CALLER).map(ToOwned::to_owned),
        called: text(CALLED).map(ToOwned::to_owned),
        reach,
        started_at: row.read(STARTED, Timestamp::read_finer)?,
        duration: row.read(SECONDS, |cell| cell.parse().map(Duration::from_seconds))?,
    })
}
