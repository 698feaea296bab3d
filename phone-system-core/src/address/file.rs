//! Addresses from files.

use rust_decimal::Decimal;

use super::{AddressesCreated, CivicAddress, Create, Field, Import, State};
use crate::error::{Refusal, Refuses};
use crate::table::{self, Column, Row};
use crate::text::{AddressId, Country};

const ID: Column = Column::required("CivicAddressId");
const COUNTRY: Column = Column::required("CountryOrRegion");
const LATITUDE: Column = Column::optional("Latitude");
const LONGITUDE: Column = Column::optional("Longitude");

const TEXTS: [(Column, Field); 14] = [
    (Column::optional("CompanyName"), Field::CompanyName),
    (Column::optional("HouseNumber"), Field::HouseNumber),
    (Column::optional("HouseNumberSuffix"), Field::HouseNumberSuffix),
    (Column::optional("PreDirectional"), Field::PreDirectional),
    (Column::optional("StreetName"), Field::StreetName),
    (Column::optional("StreetSuffix"), Field::StreetSuffix),
    (Column::optional("PostDirectional"), Field::PostDirectional),
    (Column::optional("City"), Field::City),
    (Column::optional("CityAlias"), Field::CityAlias),
    (Column::optional("StateOrProvince"), Field::StateOrProvince),
    (Column::optional("PostalCode"), Field::PostalCode),
    (Column::optional("Description"), Field::Description),
    (Column::optional("CompanyTaxId"), Field::CompanyTaxId),
    (Column::optional("Elin"), Field::Elin),
];

impl Import {
    pub(crate) fn rows(&self) -> Result<Vec<Result<Row, table::Error>>, table::Error> {
        let mut columns = vec![ID, COUNTRY, LATITUDE, LONGITUDE];
        columns.extend(TEXTS.map(|(column, _)| column));
        table::rows(&self.csv, &columns)
    }

    pub(crate) fn decide_one(row: &Row, state: &State) -> Result<AddressesCreated, Refusal> {
        let (id, address) = read(row).map_err(|error| error.refusal())?;
        Create { id, address }.decide(state).map_err(|error| error.refusal())
    }
}

fn read(row: &Row) -> Result<(AddressId, CivicAddress), table::Error> {
    let id = row.read(ID, str::parse)?;
    let mut address = CivicAddress::new(row.read(COUNTRY, str::parse::<Country>)?);
    for (column, field) in TEXTS {
        address.set(field, row.cell(column).to_owned());
    }
    let degrees = |column| match row.cell(column) {
        "" => Ok(None),
        _ => row.read(column, str::parse::<Decimal>).map(Some),
    };
    address.latitude = degrees(LATITUDE)?;
    address.longitude = degrees(LONGITUDE)?;
    Ok((id, address))
}
