//! What an organization can do with addresses: make, bring in, validate, edit, delete.

use serde::{Deserialize, Serialize};

use super::{
    AddressDeleted, AddressEdited, AddressStatus, AddressesCreated, AddressesValidated,
    CivicAddress, Error, NamedAddress, State, ValidatedAddress, Verdict, clean, validate,
};
use crate::bulk::Mode;
use crate::number::PhoneNumber;
use crate::rules::Rules;
use crate::text::AddressId;
use crate::time::Timestamp;

/// Refuses an address with a field that is longer than any.
fn check_lengths(address: &CivicAddress) -> Result<(), Error> {
    let size = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    match clean::too_long(address) {
        Some((field, bytes)) => {
            Err(Error::TooLong { field, bytes: size(bytes), maximum: size(clean::MAXIMUM) })
        }
        None => Ok(()),
    }
}

/// Makes an address; it is not validated yet, and cannot be put on a number before it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Its id, which the caller chooses.
    pub id: AddressId,
    /// What it says.
    pub address: CivicAddress,
}

impl Create {
    pub(crate) fn decide(&self, state: &State) -> Result<AddressesCreated, Error> {
        let Self { id, address } = self.clone();
        check_lengths(&address)?;
        if let Some(known) = state.address(&id) {
            return Err(Error::AddressExists { address: id, status: known.status });
        }
        Ok(AddressesCreated { addresses: vec![NamedAddress { id, address }] })
    }
}

/// Makes addresses from the table that `Get-CsOnlineLisCivicAddress` exports (CSV with a header).
///
/// Columns: `CivicAddressId` and `CountryOrRegion`; and, where they are there, `CompanyName`,
/// `HouseNumber`, `HouseNumberSuffix`, `PreDirectional`, `StreetName`, `StreetSuffix`,
/// `PostDirectional`, `City`, `CityAlias`, `StateOrProvince`, `PostalCode`, `Latitude`,
/// `Longitude`, `Description`, `CompanyTaxId` and `Elin`. Other columns are passed over;
/// `ValidationStatus` among them, because another's verdict was made with other data. Each row is
/// an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The text of the table, UTF-8.
    pub csv: String,
    /// What happens when some rows are refused.
    #[serde(default)]
    pub mode: Mode,
}

/// Validates addresses that the organization has.
///
/// One that holds says from then on what the validation made of it, is validated and stays so. One
/// that is insufficient is invalid, and keeps what it says. Refused is an address that is not
/// known, or validated already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ValidateAddresses {
    /// The addresses.
    pub ids: Vec<AddressId>,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl ValidateAddresses {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.ids.is_empty() { Err(Error::NothingNamed {}) } else { Ok(()) }
    }

    pub(crate) fn decide_one(
        id: &AddressId,
        state: &State,
        at: Timestamp,
    ) -> Result<AddressesValidated, Error> {
        let stored = state.known(id)?;
        if stored.status == AddressStatus::Validated {
            let validated_at = stored.validation.as_ref().map(|validation| validation.at);
            return Err(Error::AddressValidated { address: id.clone(), validated_at });
        }
        let outcome = validate(&stored.address);
        let status = match outcome.verdict {
            Verdict::Valid | Verdict::Corrected => AddressStatus::Validated,
            Verdict::Insufficient => AddressStatus::Invalid,
        };
        let addresses = vec![ValidatedAddress { id: id.clone(), status, outcome }];
        Ok(AddressesValidated { addresses, at })
    }
}

/// Lets an address say something else; it is not validated after that.
///
/// A validated address is not edited, unless the rules say otherwise, and never while it is the
/// location of a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The address.
    pub id: AddressId,
    /// What it says from now on.
    pub address: CivicAddress,
}

/// How many numbers have an address as their location, and the first of them.
pub(crate) type Uses = Option<(u32, PhoneNumber)>;

fn check_unused(id: &AddressId, uses: Uses) -> Result<(), Error> {
    match uses {
        Some((numbers, first)) => Err(Error::AddressInUse { address: id.clone(), numbers, first }),
        None => Ok(()),
    }
}

impl Edit {
    /// `uses` tells which numbers have the address as their location.
    pub(crate) fn decide(
        &self,
        state: &State,
        uses: impl FnOnce() -> Uses,
        rules: &Rules,
    ) -> Result<AddressEdited, Error> {
        let Self { id, address } = self.clone();
        check_lengths(&address)?;
        let stored = state.known(&id)?;
        if stored.status == AddressStatus::Validated {
            if !rules.addresses.validated_editable {
                let validated_at = stored.validation.as_ref().map(|validation| validation.at);
                return Err(Error::AddressValidated { address: id, validated_at });
            }
            check_unused(&id, uses())?;
        }
        Ok(AddressEdited { id, address: Box::new(address) })
    }
}

/// Deletes an address that is the location of no number (`Remove-CsOnlineLisCivicAddress`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The address.
    pub id: AddressId,
}

impl Delete {
    /// `uses` tells which numbers have the address as their location.
    pub(crate) fn decide(
        &self,
        state: &State,
        uses: impl FnOnce() -> Uses,
    ) -> Result<AddressDeleted, Error> {
        state.known(&self.id)?;
        check_unused(&self.id, uses())?;
        Ok(AddressDeleted { id: self.id.clone() })
    }
}
