//! Numbers from files: the provider's stock, and what an organization owns already.

use serde::{Deserialize, Serialize};

use super::{Batch, Error, NumbersOffered, Recorded, Shelf, Source, State, Stock, Target};
use crate::bulk::Mode;
use crate::error::{Refusal, Refuses};
use crate::number::{
    self, LineType, NumberKind, NumberList, NumberRange, ParsedNumber, PhoneNumber,
};
use crate::table::{self, Column, Row};
use crate::text::{Country, Label};

const NUMBER: Column = Column::required("TelephoneNumber");
const COUNTRY: Column = Column::required("IsoCountryCode");
const STATE: Column = Column::optional("IsoSubdivision");
const CITY: Column = Column::optional("City");
const KIND: Column = Column::required("Kind");
const CAPABILITY: Column = Column::required("Capability");
const STATUS: Column = Column::optional("PstnAssignmentStatus");
const TARGET: Column = Column::optional("AssignedPstnTargetId");
const PORTED: Column = Column::optional("PortInOrderStatus");
const LOCATION: Column = Column::optional("CivicAddressId");

/// Brings numbers into the provider's stock from a table (CSV with a header).
///
/// Columns: `TelephoneNumber`, one number in E.164 or a range `+14255550100-+14255550199`;
/// `IsoCountryCode`; `IsoSubdivision` and `City`, which may be missing or empty; `Kind`: `user`,
/// `service_toll` or `service_toll_free`. Each row is an item. Of a range the two ends are held
/// against the numbering plan. One load brings at most 10,000,000 numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LoadStock {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// What happens when some rows are refused.
    #[serde(default)]
    pub mode: Mode,
}

/// Enters numbers that the organization owns already, from the table that
/// `Get-CsPhoneNumberAssignment` exports (CSV with a header).
///
/// Columns: `TelephoneNumber`; `IsoCountryCode`; `Capability`, in which `UserAssignment` makes it
/// a user number; and, where they are there, `IsoSubdivision`, `City`, `PstnAssignmentStatus` with
/// `AssignedPstnTargetId`, `CivicAddressId`, and `PortInOrderStatus`, which makes it a ported number
/// if it says anything. Other columns are passed over. What the file says is taken as it is:
/// licences are not asked for, nor whether there is such an address. A number that the stock knows, as the provider's or as another organization's, is
/// refused. Each row is an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportOwned {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// What happens when some rows are refused.
    #[serde(default)]
    pub mode: Mode,
}

/// A row, readable or refused.
type Rows = Vec<Result<Row, table::Error>>;

impl LoadStock {
    pub(crate) fn rows(&self) -> Result<Rows, table::Error> {
        table::rows(&self.csv, &[NUMBER, COUNTRY, STATE, CITY, KIND])
    }

    /// The most numbers that one load may bring.
    pub(crate) const MAXIMUM: u64 = 10_000_000;

    /// `left` is how many numbers the load may still bring.
    pub(crate) fn decide_one(
        row: &Row,
        stock: &Stock,
        left: u64,
    ) -> Result<NumbersOffered, Refusal> {
        let range: NumberRange = row.read(NUMBER, str::parse).map_err(|error| error.refusal())?;
        let kind = row
            .read(KIND, |cell| {
                cell.parse::<NumberKind>()
                    .map_err(|()| "user, service_toll and service_toll_free are the kinds")
            })
            .map_err(|error| error.refusal())?;
        let shelf = shelf(row, kind).map_err(|error| error.refusal())?;
        let numbers: NumberList = [range].into_iter().collect();
        if numbers.count() > left {
            return Err(row.refuse(NUMBER, &"one load brings at most 10000000 numbers").refusal());
        }
        let [first, last] = range.ends();
        for end in [Some(first), (first != last).then_some(last)].into_iter().flatten() {
            check_plan(&parse(end)?, kind, shelf.country).map_err(|error| error.refusal())?;
        }
        if let Some(number) = numbers.iter().find(|number| stock.contains(*number)) {
            return Err(Error::InStock { number }.refusal());
        }
        Ok(NumbersOffered { batches: vec![Batch { shelf, numbers }] })
    }
}

impl ImportOwned {
    pub(crate) fn rows(&self) -> Result<Rows, table::Error> {
        table::rows(
            &self.csv,
            &[NUMBER, COUNTRY, CAPABILITY, STATE, CITY, STATUS, TARGET, PORTED, LOCATION],
        )
    }

    pub(crate) fn decide_one(row: &Row, state: &State, stock: &Stock) -> Result<Recorded, Refusal> {
        let country = row.read(COUNTRY, str::parse::<Country>).map_err(|error| error.refusal())?;
        // The file writes numbers with or without the plus.
        let text = row.cell(NUMBER);
        let text = if text.starts_with('+') { text.to_owned() } else { format!("+{text}") };
        let number: PhoneNumber =
            row.read(NUMBER, |_| text.parse()).map_err(|error| error.refusal())?;
        let parsed = parse(number)?;
        let kind = if has(row.cell(CAPABILITY), "UserAssignment") {
            NumberKind::User
        } else if parsed.line == LineType::TollFree {
            NumberKind::ServiceTollFree
        } else {
            NumberKind::ServiceToll
        };
        check_plan(&parsed, kind, country).map_err(|error| error.refusal())?;
        let shelf = shelf(row, kind).map_err(|error| error.refusal())?;
        let target = target(row).map_err(|error| error.refusal())?;
        let location = match row.cell(LOCATION) {
            "" => None,
            _ => Some(row.read(LOCATION, str::parse).map_err(|error| error.refusal())?),
        };
        if state.number(number).is_some() {
            return Err(Error::AlreadyOwned { number }.refusal());
        }
        if stock.contains(number) {
            return Err(Error::InStock { number }.refusal());
        }
        if let Some(target) = &target {
            let held = state.held_by(target).filter(|_| target.sort().holds_one());
            if let Some(number) = held {
                return Err(Error::TargetHasNumber { target: target.clone(), number }.refusal());
            }
            if !target.sort().served_by(kind) {
                let allowed = super::TargetSort::ALL
                    .into_iter()
                    .filter(|sort| sort.served_by(kind))
                    .collect();
                let target = target.clone();
                return Err(Error::KindCannotServe { number, kind, target, allowed }.refusal());
            }
        }
        let source = if row.cell(PORTED).is_empty() { Source::Acquired } else { Source::PortedIn };
        Ok(Recorded { number, shelf, source, target, location })
    }
}

/// Whether a list such as `{UserAssignment, Geographic}` has a member.
fn has(list: &str, member: &str) -> bool {
    list.split(['{', '}', ',', ';', ' ']).any(|found| found.eq_ignore_ascii_case(member))
}

fn target(row: &Row) -> Result<Option<Target>, table::Error> {
    let name = row.cell(TARGET);
    let sort = match row.cell(STATUS) {
        "" | "Unassigned" => return Ok(None),
        "UserAssigned" => "user",
        "ConferenceAssigned" => "conference_bridge",
        "VoiceApplicationAssigned" => "resource_account",
        _ => {
            let known = "Unassigned, UserAssigned, ConferenceAssigned and VoiceApplicationAssigned are known";
            return Err(row.refuse(STATUS, &known));
        }
    };
    // Exports name no bridge; an organization has one.
    let name = if sort == "conference_bridge" && name.is_empty() { "default" } else { name };
    row.read(TARGET, |_| format!("{sort}:{name}").parse()).map(Some)
}

fn shelf(row: &Row, kind: NumberKind) -> Result<Shelf, table::Error> {
    let label = |column| match row.cell(column) {
        "" => Ok(None),
        _ => row.read(column, str::parse::<Label>).map(Some),
    };
    let country = row.read(COUNTRY, str::parse)?;
    let (state, city) = (label(STATE)?, label(CITY)?);
    Ok(if kind.has_places() {
        Shelf { kind, country, state, city }
    } else {
        Shelf { kind, country, state: None, city: None }
    })
}

fn parse(number: PhoneNumber) -> Result<ParsedNumber, Refusal> {
    number::parse(&number.to_string(), None).map_err(|error| error.refusal())
}

/// Whether the numbering plan agrees with the kind and the country given.
fn check_plan(parsed: &ParsedNumber, kind: NumberKind, given: Country) -> Result<(), Error> {
    let number = parsed.number;
    if let Some(country) = parsed.country.filter(|country| *country != given) {
        // Toll-free numbers of North America belong to all its countries alike.
        let shared = parsed.line == LineType::TollFree
            && number::is_north_american(country)
            && number::is_north_american(given);
        if !shared {
            return Err(Error::NumberCountry { number, country, given });
        }
    }
    if !kind.fits(parsed.line) {
        return Err(Error::KindMismatch { number, kind, line: parsed.line });
    }
    Ok(())
}
