//! Queries of emergency addresses.

use serde::{Deserialize, Serialize};

use super::{count, page, page_of};
use crate::address::{self, AddressStatus, CivicAddress, Stored, Validation};
use crate::organization::{Error, Query, Touches, View};
use crate::text::{AddressId, Country};

/// Validates an address and stores nothing (`Test-CsOnlineLisCivicAddress`, validate and report).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckAddress {
    /// What it says.
    pub address: CivicAddress,
}

impl Query for CheckAddress {
    const NAME: &'static str = "address.check";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = address::Outcome;

    fn answer(&self, _: &View) -> Result<address::Outcome, Error> {
        Ok(address::validate(&self.address))
    }
}

/// The organization's emergency addresses, a page at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Addresses {
    /// Only addresses of this country.
    #[serde(default)]
    pub country: Option<Country>,
    /// Only addresses that stand like this.
    #[serde(default)]
    pub status: Option<AddressStatus>,
    /// How many addresses to pass over, of those that fit.
    #[serde(default)]
    pub skip: u32,
    /// How many to show, 1 to 1,000.
    #[serde(default = "page")]
    pub top: u32,
}

/// An emergency address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressRow {
    /// Its id.
    pub id: AddressId,
    /// What it says.
    pub address: CivicAddress,
    /// How it stands.
    pub status: AddressStatus,
    /// Its last validation, if it has been validated since it was made or edited.
    pub validation: Option<Validation>,
}

impl AddressRow {
    fn of(id: &AddressId, stored: &Stored) -> Self {
        let Stored { address, status, validation } = stored.clone();
        Self { id: id.clone(), address, status, validation }
    }
}

/// A page of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressesAnswer {
    /// How many fit.
    pub total: u32,
    /// Those of the page, in ascending order of their ids.
    pub addresses: Vec<AddressRow>,
}

impl Query for Addresses {
    const NAME: &'static str = "address.list";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressesAnswer;

    fn answer(&self, view: &View) -> Result<AddressesAnswer, Error> {
        let organization = &view.organization;
        let (skip, top) = page_of(organization.rules(), self.skip, self.top)?;
        let fitting = || {
            organization.addresses().addresses().filter(|(_, stored)| {
                self.country.is_none_or(|country| stored.address.country == country)
                    && self.status.is_none_or(|status| stored.status == status)
            })
        };
        let page = fitting().skip(skip).take(top).map(|(id, stored)| AddressRow::of(id, stored));
        Ok(AddressesAnswer { total: count(fitting().count()), addresses: page.collect() })
    }
}

/// One emergency address of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddressOf {
    /// Its id.
    pub id: AddressId,
}

impl Query for AddressOf {
    const NAME: &'static str = "address.of";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressRow;

    fn answer(&self, view: &View) -> Result<AddressRow, Error> {
        let stored = view.organization.addresses().address(&self.id);
        let unknown = || address::Error::AddressUnknown { address: self.id.clone() };
        Ok(AddressRow::of(&self.id, stored.ok_or_else(unknown)?))
    }
}
