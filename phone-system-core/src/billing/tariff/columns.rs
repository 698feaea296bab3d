//! The columns of price lists as tables: by which names each is known.

use super::definition::TariffDefinition;
use super::{Error, Layout, Unreadable};
use crate::money::Currency;
use crate::table::{self, Column, Table};

/// What stands in the cells of a column, and so what may be added to its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Text,
    /// The currency in parentheses.
    Money,
    /// The unit: `Minimum (sec)`.
    Seconds,
}

/// A thing that a table tells in a column of one of several names.
struct Names {
    cell: Cell,
    /// The first is the library's own.
    known: &'static [&'static str],
}

impl Names {
    const fn text(known: &'static [&'static str]) -> Self {
        Self { cell: Cell::Text, known }
    }

    /// The name that a column is known by, and the currency that its header says.
    fn find(&self, written: &str) -> Option<(&'static str, Option<Currency>)> {
        let (name, currency) =
            if self.cell == Cell::Money { with_currency(written) } else { (written, None) };
        let name = plain(name);
        let fits = |known: &&&str| match name.strip_prefix(&plain(known)) {
            Some("") => true,
            Some("s" | "sec" | "secs" | "seconds") => self.cell == Cell::Seconds,
            _ => false,
        };
        self.known.iter().find(fits).map(|known| (*known, currency))
    }
}

const DIRECTION: Names = Names::text(&["Direction"]);
const PREFIX: Names = Names::text(&["Prefix", "Code", "Dial Code", "Destination Code"]);
const COUNTRY_CODE: Names = Names::text(&["Country Code"]);
const AREA_CODE: Names = Names::text(&["Area Code", "Area Codes"]);
const PRICE: Names = Names {
    cell: Cell::Money,
    known: &[
        "RatePerMinute",
        "Rate",
        "Rate/min",
        "Rate per min",
        "Price",
        "Price per minute",
        "Price/min",
        "Price per min",
        "Cost per minute",
        "Per minute cost",
    ],
};
const CURRENCY: Names = Names::text(&["Currency", "Currency Code"]);
const COUNTRY: Names = Names::text(&["Country"]);
const DESTINATION: Names = Names::text(&["Destination", "Destination Name", "Description"]);
const FEE: Names = Names {
    cell: Cell::Money,
    known: &[
        "ConnectionFee",
        "Connect Fee",
        "Setup Fee",
        "Call Setup Fee",
        "Connection Charge",
        "Connect Charge",
        "Setup Charge",
        "Connection Cost",
        "Connect Cost",
        "Setup Cost",
        "Per Call Fee",
        "Per Call Charge",
        "Flagfall",
        "Surcharge",
    ],
};
const MINIMUM: Names = Names {
    cell: Cell::Seconds,
    known: &[
        OWN_MINIMUM,
        "Minimum",
        "Minimum Duration",
        "Min Duration",
        "Minimum Time",
        "Min Time",
        "Minimum Length",
        "Initial Interval",
        "Initial Increment",
        "Initial Period",
        "First Interval",
        "First Increment",
        "First Period",
        "Interval 1",
    ],
};
const INCREMENT: Names = Names {
    cell: Cell::Seconds,
    known: &[
        "IncrementSeconds",
        "Subsequent Interval",
        "Subsequent Increment",
        "Subsequent Period",
        "Next Interval",
        "Next Increment",
        "Next Period",
        "Additional Interval",
        "Additional Increment",
        "Additional Period",
        "Interval N",
    ],
};
// Units are listed, because `IncrementSeconds` is not one of them.
const INCREMENTS: Names = Names::text(&[
    "Increments",
    "Increment",
    "Increment (sec)",
    "Billing Increment",
    "Billing Increments",
    "Billing Increment (sec)",
    "Billing Interval",
    "Rate Increment",
    "Pulse",
]);
const INCLUDED: Names = Names { cell: Cell::Seconds, known: &["Included", "IncludedSeconds"] };
const GROUPS: Names = Names::text(&["Groups"]);
const VALID_FROM: Names = Names::text(&[
    "ValidFrom",
    "Effective",
    "Effective From",
    "Effective Date",
    "Effective Start Date",
    "Rate Effective Date",
    "Start Date",
    "Valid Since",
]);
const VALID_TO: Names = Names::text(&[
    "ValidTo",
    "Valid Until",
    "Valid Till",
    "Effective To",
    "Effective Until",
    "Effective End Date",
    "End Date",
    "Expires",
    "Expiry",
    "Expiry Date",
    "Expiration",
    "Expiration Date",
]);
const WINDOW: Names = Names::text(&["Window"]);

/// Everything that a column can tell.
const ALL: [&Names; 17] = [
    &DIRECTION,
    &PREFIX,
    &COUNTRY_CODE,
    &AREA_CODE,
    &PRICE,
    &CURRENCY,
    &COUNTRY,
    &DESTINATION,
    &FEE,
    &MINIMUM,
    &INCREMENT,
    &INCREMENTS,
    &INCLUDED,
    &GROUPS,
    &VALID_FROM,
    &VALID_TO,
    &WINDOW,
];

/// What describes a row and decides no price.
const PASSED_OVER: Names = Names::text(&[
    "Country Name",
    "Code Name",
    "Area Name",
    "Region",
    "Comment",
    "Comments",
    "Note",
    "Notes",
    "Remark",
    "Remarks",
    "Change",
    "Changes",
    "Rate Change",
    "Price Change",
    "Change Type",
    "Status",
]);

/// The library's own minimum, of which an increment need not be a part.
pub(super) const OWN_MINIMUM: &str = "MinimumSeconds";

/// A column that a table does not have: its cells are empty.
const ABSENT: Column = Column::optional("");

/// A name without what does not count in it. What else is there does: `Rate (€)` says a currency.
fn plain(name: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !"_-./()".contains(*c);
    name.chars().filter(counts).map(|c| c.to_ascii_lowercase()).collect()
}

/// A column's name, and the currency in parentheses after it.
fn with_currency(name: &str) -> (&str, Option<Currency>) {
    let parts = name.strip_suffix(')').and_then(|name| name.rsplit_once('('));
    let read = parts.and_then(|(name, inner)| Some((name, inner.trim().parse().ok()?)));
    read.map_or((name, None), |(name, currency)| (name, Some(currency)))
}

struct Header<'a> {
    table: &'a Table<'a>,
    definition: &'a TariffDefinition,
    places: Vec<(&'static str, usize)>,
}

fn twice(one: &str, other: &str) -> Unreadable {
    let problem = format!("columns `{one}` and `{other}` tell the same; keep one");
    table::Error::Unreadable { row: 1, problem }.into()
}

impl Header<'_> {
    /// The one column that has one of these names.
    fn column(&mut self, names: &Names) -> Result<Column, Unreadable> {
        let mut found: Option<(&'static str, usize)> = None;
        for (place, written) in self.table.header.iter().enumerate() {
            let Some((known, currency)) = names.find(written) else { continue };
            if let Some((first, _)) = found {
                return Err(twice(first, written));
            }
            if let Some(other) = currency.filter(|other| *other != self.definition.currency) {
                return Err(Error::CurrencyDiffers {
                    tariff: self.definition.name.clone(),
                    currency: self.definition.currency,
                    other: other.to_string(),
                }
                .into());
            }
            found = Some((known, place));
        }
        self.places.extend(found);
        Ok(found.map_or(ABSENT, |(name, _)| Column::required(name)))
    }

    /// The first column that there is, of things that may stand beside each other.
    fn first(&mut self, names: &'static Names) -> Result<Column, Unreadable> {
        for name in names.known {
            let column = self.column(&Names::text(std::slice::from_ref(name)))?;
            if column.required {
                return Ok(column);
            }
        }
        Ok(ABSENT)
    }

    /// Refuses a column that is not known: what it says may decide a price.
    fn check_all(&self) -> Result<(), Unreadable> {
        let is_known = |written: &str| {
            ALL.iter().chain([&&PASSED_OVER]).any(|names| names.find(written).is_some())
        };
        let Some(unknown) = self.table.header.iter().find(|written| !is_known(written)) else {
            return Ok(());
        };
        let known = ALL.iter().filter_map(|names| names.known.first().copied()).collect();
        let column = unknown.chars().take(64).collect();
        Err(table::Error::ColumnUnknown { row: 1, column, known }.into())
    }
}

/// The columns of a table.
pub(super) struct Columns {
    pub(super) layout: Layout,
    /// Where in a row each is, by its name.
    pub(super) places: Vec<(&'static str, usize)>,
    pub(super) direction: Column,
    pub(super) prefix: Column,
    pub(super) country_code: Column,
    pub(super) area_code: Column,
    pub(super) price: Column,
    pub(super) currency: Column,
    pub(super) country: Column,
    pub(super) destination: Column,
    pub(super) fee: Column,
    pub(super) minimum: Column,
    pub(super) increment: Column,
    pub(super) increments: Column,
    pub(super) included: Column,
    pub(super) groups: Column,
    pub(super) valid_from: Column,
    pub(super) valid_to: Column,
    pub(super) window: Column,
}

impl Columns {
    /// Finds what a table has by its header.
    pub(super) fn find(
        table: &Table<'_>,
        definition: &TariffDefinition,
    ) -> Result<Self, Unreadable> {
        let mut header = Header { table, definition, places: Vec::new() };
        let direction = header.column(&DIRECTION)?;
        let prefix = header.column(&PREFIX)?;
        let country_code = header.column(&COUNTRY_CODE)?;
        let area_code = header.column(&AREA_CODE)?;
        let price = header.column(&PRICE)?;
        let own = direction.required
            || header
                .table
                .header
                .iter()
                .any(|name| with_currency(name).0.trim().eq_ignore_ascii_case("RatePerMinute"));
        let layout = match (prefix.required, area_code.required) {
            (true, true) => return Err(twice(prefix.name, area_code.name)),
            (true, false) if own => Layout::PhoneSystem,
            (true, false) => Layout::Codes,
            (false, true) if !country_code.required => {
                return Err(header.table.lacks("Country Code").into());
            }
            (false, true) => Layout::CountryAndAreaCodes,
            (false, false) if country_code.required => {
                return Err(header.table.lacks("Area Code").into());
            }
            (false, false) => return Err(header.table.lacks("Prefix").into()),
        };
        if !price.required {
            return Err(header.table.lacks("RatePerMinute").into());
        }
        let mut destination = header.first(&DESTINATION)?;
        let mut country = header.column(&COUNTRY)?;
        if layout != Layout::PhoneSystem {
            destination = if destination.required { destination } else { country };
            country = ABSENT;
        }
        let increments = header.column(&INCREMENTS)?;
        let minimum = header.column(&MINIMUM)?;
        let increment = header.column(&INCREMENT)?;
        if increments.required && increment.required {
            return Err(twice(increments.name, increment.name));
        }
        let columns = Self {
            layout,
            places: Vec::new(),
            direction,
            prefix,
            country_code,
            area_code,
            price,
            currency: header.column(&CURRENCY)?,
            country,
            destination,
            fee: header.column(&FEE)?,
            minimum,
            increment,
            increments,
            included: header.column(&INCLUDED)?,
            groups: header.column(&GROUPS)?,
            valid_from: header.column(&VALID_FROM)?,
            valid_to: header.column(&VALID_TO)?,
            window: header.column(&WINDOW)?,
        };
        header.check_all()?;
        Ok(Self { places: header.places, ..columns })
    }
}
