//! What is sold where: calling plans, conferencing, numbers and credits, by country.
//!
//! The country that counts is the usage location of a user's licences, not the organization's
//! billing address ("Country and region availability for Audio Conferencing and Calling Plans").
//! The embedded table was put together from the pages of that name. They are of different ages, so
//! each row carries its generation, from 1, the oldest, to 7, and the page and revision it is from;
//! what a row says is what its page said then. An application replaces the table when it has a
//! newer one ([`PhoneSystem::replace_countries`](crate::PhoneSystem::replace_countries)).

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::error::{Choices, refusals};
use crate::map::Map;
use crate::table::{self, Column, Row};
use crate::text::{Country, words};

refusals! {
    /// Why the table of countries gives no answer.
    pub enum Error {
        Unknown = CountryUnknown { country: Country, rows: u32 }
            => "the table of countries has {rows} rows and none for {country}; give a table that has one",
        Twice = CountryTwice { row: u64, country: Country }
            => "row {row}: {country} has a row already",
        Empty = CountryEmpty {}
            => "the table of countries has no row; give at least one",
    }
}

words! {
    /// Whether something is offered.
    pub enum Offered {
        /// It is.
        Yes = "yes",
        /// It is, with restrictions.
        Limited = "limited",
        /// It is not.
        No = "no",
    }
    /// How Audio Conferencing is sold.
    pub enum Conferencing {
        /// By the licence.
        Yes = "yes",
        /// Every minute is charged; Communications Credits are needed.
        PayPerMinute = "pay_per_minute",
        /// Not at all.
        No = "no",
    }
    /// What pays for dialing out of a meeting.
    pub enum DialOut {
        /// The licence, as far as its minutes go.
        Yes = "yes",
        /// Communications Credits.
        Credits = "credits",
    }
    /// Who sells calling plans.
    pub enum Provider {
        /// Microsoft.
        Microsoft = "microsoft",
        /// Telstra, in Australia.
        Telstra = "telstra",
        /// `SoftBank`, in Japan.
        SoftBank = "softbank",
    }
    /// How numbers are had, where it is not the ordinary way.
    pub enum NumbersBy {
        /// From the service desk.
        ServiceDesk = "service_desk",
        /// From a regional mailbox.
        RegionalMailbox = "regional_mailbox",
    }
    /// Who can have, or reach, toll numbers that are restricted.
    pub enum Restriction {
        /// Only organizations of the country can have them.
        OrganizationsInCountry = "organizations_in_country_only",
        /// They can be called only from within the country.
        ReachableInCountry = "reachable_in_country_only",
    }
    /// When the emergency address of a number is given.
    pub enum AddressTiming {
        /// When the number is acquired or ported in.
        AtAcquisition = "at_number_acquisition",
        /// When the number is assigned to a user.
        AtAssignment = "at_user_assignment",
        /// The selling partner sees to it.
        Partner = "partner_managed",
    }
    /// How an emergency call finds its way.
    pub enum EmergencyRouting {
        /// By the caller's location, else screened by an operator.
        DynamicOrScreened = "dynamic_or_screened",
        /// Screened by an operator.
        Screened = "screened",
        /// By the registered address.
        RegisteredAddress = "registered_address",
        /// By the number's area code.
        AreaCode = "number_area_code",
        /// By the partner's network.
        Partner = "carrier_partner",
        /// Not supported by the service.
        NotSupported = "not_supported",
    }
}

/// What is offered in a country, as a page of some age says.
///
/// What a page does not say is `null`, or an empty list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Availability {
    /// The country.
    pub country: Country,
    /// Its English name.
    pub name: String,
    /// The age of the page, 1 for the oldest to 7.
    pub generation: u32,
    /// The page.
    pub source: String,
    /// The page's revision.
    pub revision: String,
    /// How Audio Conferencing is sold.
    pub audio_conferencing: Conferencing,
    /// Whether shared dial-in numbers of the country are given to every conferencing organization.
    pub shared_conference_numbers: Option<Offered>,
    /// Their cities.
    pub shared_conference_cities: Vec<String>,
    /// What pays for dialing out of a meeting.
    pub dial_out: DialOut,
    /// Whether calling plans are sold.
    pub calling_plan: Offered,
    /// By whom.
    pub calling_plan_provider: Option<Provider>,
    /// Minutes of domestic plans per user and calendar month, in ascending order.
    pub domestic_minutes: Vec<u32>,
    /// Domestic minutes of the Domestic and International plan per user and calendar month.
    pub combined_domestic_minutes: Option<u32>,
    /// International minutes of that plan; whichever ends first ends both.
    pub combined_international_minutes: Option<u32>,
    /// How many countries can be called.
    pub outbound_destinations: Option<u32>,
    /// Toll service numbers.
    pub toll_numbers: Offered,
    /// How they are had, where it is not the ordinary way.
    pub toll_numbers_by: Option<NumbersBy>,
    /// Their cities.
    pub toll_cities: Vec<String>,
    /// Cities that are had on request; `*` for further ones that are not named.
    pub toll_cities_on_request: Vec<String>,
    /// Who can have or reach them.
    pub toll_restriction: Option<Restriction>,
    /// Toll-free service numbers.
    pub toll_free_numbers: Offered,
    /// How they are had, where it is not the ordinary way.
    pub toll_free_numbers_by: Option<NumbersBy>,
    /// Whether service numbers are for conferencing only, not for attendants and queues.
    pub service_numbers_for_conferencing_only: bool,
    /// Communications Credits.
    pub communications_credits: Offered,
    /// User numbers can be ported in.
    pub user_number_porting: Option<Offered>,
    /// Toll service numbers can be ported in.
    pub toll_porting: Option<Offered>,
    /// Toll-free service numbers can be ported in.
    pub toll_free_porting: Option<Offered>,
    /// A user number can be made a service number.
    pub user_to_service: Option<Offered>,
    /// When the emergency address is given.
    pub emergency_address: Option<AddressTiming>,
    /// How emergency calls find their way.
    pub emergency_routing: Option<EmergencyRouting>,
}

/// What is offered in a country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AvailabilityIn {
    /// The country.
    pub country: Country,
}

/// The rows of all countries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(Map<Country, Availability>);

macro_rules! columns {
    ($( $column:ident = $name:literal; )*) => {
        $( const $column: Column = Column::required($name); )*
        const COLUMNS: &[Column] = &[$( $column, )*];
    };
}

columns! {
    COUNTRY = "country";
    NAME = "name";
    GENERATION = "generation";
    SOURCE = "source";
    REVISION = "revision";
    CONFERENCING = "audio_conferencing";
    SHARED = "shared_conference_numbers";
    SHARED_CITIES = "shared_conference_cities";
    DIAL_OUT = "dial_out";
    PLAN = "calling_plan";
    PROVIDER = "calling_plan_provider";
    DOMESTIC = "domestic_minutes";
    COMBINED_DOMESTIC = "combined_domestic_minutes";
    COMBINED_INTERNATIONAL = "combined_international_minutes";
    DESTINATIONS = "outbound_destinations";
    TOLL = "toll_numbers";
    TOLL_BY = "toll_numbers_by";
    TOLL_CITIES = "toll_cities";
    TOLL_ON_REQUEST = "toll_cities_on_request";
    TOLL_RESTRICTION = "toll_restriction";
    TOLL_FREE = "toll_free_numbers";
    TOLL_FREE_BY = "toll_free_numbers_by";
    CONFERENCING_ONLY = "service_numbers_for";
    CREDITS = "communications_credits";
    USER_PORTING = "user_number_porting";
    TOLL_PORTING = "toll_porting";
    TOLL_FREE_PORTING = "toll_free_porting";
    USER_TO_SERVICE = "user_to_service";
    ADDRESS = "emergency_address";
    ROUTING = "emergency_routing";
}

impl Table {
    /// The table that comes with the crate.
    pub fn embedded() -> &'static Arc<Self> {
        static TABLE: OnceLock<Arc<Table>> = OnceLock::new();
        TABLE.get_or_init(|| {
            // A test reads every row of it.
            let read = Self::from_csv(include_str!("../../data/countries.csv"));
            Arc::new(read.unwrap_or(Self(Map::default())))
        })
    }

    /// Reads a table in the embedded one's format: CSV with its columns, a row per country, lists
    /// with `;`, an empty cell for what is not stated.
    ///
    /// # Errors
    ///
    /// `table.*` naming row and column, `country.twice`, or `country.empty`.
    pub fn from_csv(text: &str) -> Result<Self, Unreadable> {
        let mut rows = Map::default();
        for row in table::rows(text, COLUMNS)? {
            let row = row?;
            let read = availability(&row)?;
            let country = read.country;
            if rows.insert(country, read).is_some() {
                return Err(Error::Twice { row: row.number, country }.into());
            }
        }
        if rows.is_empty() {
            return Err(Error::Empty {}.into());
        }
        Ok(Self(rows))
    }

    /// The row of a country.
    pub fn get(&self, country: Country) -> Option<&Availability> {
        self.0.get(&country)
    }

    /// Every row, in ascending order of the codes.
    pub fn rows(&self) -> impl Iterator<Item = &Availability> {
        self.0.iter().map(|(_, row)| row)
    }

    /// The row of a country.
    ///
    /// # Errors
    ///
    /// `country.unknown` if there is none.
    pub fn availability(&self, country: Country) -> Result<&Availability, Error> {
        let rows = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.get(country).ok_or(Error::Unknown { country, rows })
    }

    /// The countries of which `fits` holds, for a refusal that names what would do.
    pub(crate) fn countries_where(&self, fits: impl Fn(&Availability) -> bool) -> Choices<Country> {
        self.rows().filter(|row| fits(row)).map(|row| row.country).collect()
    }
}

/// Why a table of countries cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// A cell, or the table as a whole.
    #[error(transparent)]
    Table(#[from] table::Error),
    /// A country with two rows.
    #[error(transparent)]
    Country(#[from] Error),
}

fn availability(row: &Row) -> Result<Availability, table::Error> {
    let count =
        |column| optional(row, column, |cell| cell.parse::<u32>().map_err(|e| e.to_string()));
    Ok(Availability {
        country: row.read(COUNTRY, str::parse)?,
        name: row.cell(NAME).to_owned(),
        generation: row.read(GENERATION, str::parse)?,
        source: row.cell(SOURCE).to_owned(),
        revision: row.cell(REVISION).to_owned(),
        audio_conferencing: row.read(CONFERENCING, str::parse)?,
        shared_conference_numbers: optional(row, SHARED, str::parse)?,
        shared_conference_cities: list(row, SHARED_CITIES),
        dial_out: row.read(DIAL_OUT, str::parse)?,
        calling_plan: row.read(PLAN, str::parse)?,
        calling_plan_provider: optional(row, PROVIDER, str::parse)?,
        domestic_minutes: row.read(DOMESTIC, |cell| {
            let mut minutes: Vec<u32> =
                cell.split_terminator(';').map(str::parse).collect::<Result<_, _>>()?;
            minutes.sort_unstable();
            Ok::<_, std::num::ParseIntError>(minutes)
        })?,
        combined_domestic_minutes: count(COMBINED_DOMESTIC)?,
        combined_international_minutes: count(COMBINED_INTERNATIONAL)?,
        outbound_destinations: count(DESTINATIONS)?,
        toll_numbers: row.read(TOLL, str::parse)?,
        toll_numbers_by: optional(row, TOLL_BY, str::parse)?,
        toll_cities: list(row, TOLL_CITIES),
        toll_cities_on_request: list(row, TOLL_ON_REQUEST),
        toll_restriction: optional(row, TOLL_RESTRICTION, str::parse)?,
        toll_free_numbers: row.read(TOLL_FREE, str::parse)?,
        toll_free_numbers_by: optional(row, TOLL_FREE_BY, str::parse)?,
        service_numbers_for_conferencing_only: row.read(CONFERENCING_ONLY, |cell| match cell {
            "" => Ok(false),
            "audio_conferencing_only" => Ok(true),
            _ => Err("audio_conferencing_only or nothing is wanted"),
        })?,
        communications_credits: row.read(CREDITS, str::parse)?,
        user_number_porting: optional(row, USER_PORTING, str::parse)?,
        toll_porting: optional(row, TOLL_PORTING, str::parse)?,
        toll_free_porting: optional(row, TOLL_FREE_PORTING, str::parse)?,
        user_to_service: optional(row, USER_TO_SERVICE, str::parse)?,
        emergency_address: optional(row, ADDRESS, str::parse)?,
        emergency_routing: optional(row, ROUTING, str::parse)?,
    })
}

fn optional<T>(
    row: &Row,
    column: Column,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, table::Error> {
    match row.cell(column) {
        "" => Ok(None),
        _ => row.read(column, read).map(Some),
    }
}

fn list(row: &Row, column: Column) -> Vec<String> {
    row.cell(column).split_terminator(';').map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: &str = include_str!("../../data/countries.csv");

    fn count(fits: impl Fn(&Availability) -> bool) -> usize {
        Table::from_csv(EMBEDDED).unwrap().rows().filter(|row| fits(row)).count()
    }

    /// The check values of whoever put the table together.
    #[test]
    fn the_embedded_table_is_whole() {
        assert_eq!(count(|_| true), 114);
        assert_eq!(count(|row| row.audio_conferencing == Conferencing::Yes), 74);
        assert_eq!(count(|row| row.audio_conferencing == Conferencing::PayPerMinute), 31);
        assert_eq!(count(|row| row.calling_plan == Offered::Yes), 14);
        assert_eq!(count(|row| row.dial_out == DialOut::Yes), 44);
        assert_eq!(count(|row| row.communications_credits == Offered::No), 12);
        assert_eq!(count(|row| row.toll_numbers == Offered::Yes), 83);
        assert_eq!(count(|row| row.toll_free_numbers == Offered::Yes), 87);
        assert_eq!(count(|row| row.generation == 7), 23);
        assert_eq!(Table::embedded().rows().count(), 114);
    }

    #[test]
    fn a_broken_table_is_named_by_row_and_column() {
        let broken = EMBEDDED.replacen(",yes,", ",perhaps,", 1);
        assert_eq!(
            Table::from_csv(&broken).unwrap_err().to_string(),
            "row 2, column `audio_conferencing`: `perhaps` is refused: one of yes, pay_per_minute or no is wanted"
        );
        let last = EMBEDDED.lines().last().unwrap();
        let twice = Table::from_csv(&format!("{EMBEDDED}{last}\n")).unwrap_err();
        assert!(twice.to_string().starts_with("row 116: "), "{twice}");
        assert!(Table::from_csv("country\nUS\n").is_err());
    }
}
