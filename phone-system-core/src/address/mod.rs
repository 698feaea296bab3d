//! Emergency addresses: what they say, whether they hold, and which an organization has.
//!
//! An address is [validated](validate) offline, against Google's address metadata and the
//! postal codes of `GeoNames` as they are embedded: it is valid, valid with corrections, or insufficient
//! ("Setting up Phone System", step 5). What cannot be checked offline (whether a street exists) is
//! told as unchecked. Only a validated address can be put on a number, and it is not edited after
//! that ("What are emergency locations, addresses and call routing").

mod boxes;
mod britain;
mod clean;
mod commands;
mod fields;
mod file;
mod fold;
mod metadata;
mod outcome;
mod pattern;
mod places;
mod postal;
mod states;
mod street;
mod validate;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::draft::{Apply, Inconsistent, events};
use crate::error::refusals;
use crate::map::Map;
use crate::number::PhoneNumber;
use crate::text::{AddressId, Country};
use crate::time::Timestamp;

pub use commands::{Create, Delete, Edit, Import, ValidateAddresses};
pub use fields::{CivicAddress, Field};
pub use outcome::{
    Change, ChangeKind, Element, ElementStatus, Level, Outcome, Problem, ProblemCode, Severity,
    Verdict,
};
pub use validate::validate;

refusals! {
    /// Why addresses say no.
    pub enum Error {
        AddressUnknown = AddressUnknown { address: AddressId }
            => "the organization has no address {address}; create it first",
        AddressExists = AddressExists { address: AddressId, status: AddressStatus }
            => "there is an address {address} already, and it is {status}; choose another id",
        AddressValidated = AddressValidated { address: AddressId, validated_at: Option<Timestamp> }
            => "{address} is validated, and a validated address stays as it is; make another address",
        AddressInUse = AddressInUse { address: AddressId, numbers: u32, first: PhoneNumber }
            => "{address} is the location of {numbers} numbers, of which {first} is the first; give them another location first",
        NothingNamed = AddressNothingNamed {}
            => "name at least one address",
        TooLong = AddressTooLong { field: Field, bytes: u64, maximum: u64 }
            => "the field {field} has {bytes} bytes; at most {maximum} are kept",
    }
}

/// How an address stands; as `Get-CsOnlineLisCivicAddress` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AddressStatus {
    /// New or edited.
    NotValidated,
    /// It held; it can be put on numbers and is not edited any more.
    Validated,
    /// It did not hold.
    Invalid,
}

impl fmt::Display for AddressStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotValidated => "not_validated",
            Self::Validated => "validated",
            Self::Invalid => "invalid",
        })
    }
}

crate::error::figure_as_text!(AddressStatus);

/// The last validation of an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Validation {
    /// When.
    pub at: Timestamp,
    /// How far the address was checked.
    pub level: Level,
    /// Against which data.
    pub data_version: String,
    /// What was wrong, or might be.
    pub problems: Vec<Problem>,
}

/// An address that an organization has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// What it says.
    pub address: CivicAddress,
    /// How it stands.
    pub status: AddressStatus,
    /// Its last validation, if it has been validated since it was made or edited.
    pub validation: Option<Validation>,
}

/// An organization's addresses.
///
/// In a snapshot a list of ids, each with its address, status and last validation:
/// `{"addresses": [["hq", {"address": {…}, "status": "validated", "validation": {…}}]]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    addresses: Map<AddressId, Stored>,
}

impl State {
    /// The address with this id.
    pub fn address(&self, id: &AddressId) -> Option<&Stored> {
        self.addresses.get(id)
    }

    /// The addresses in ascending order of their ids.
    pub fn addresses(&self) -> impl Iterator<Item = (&AddressId, &Stored)> {
        self.addresses.iter()
    }

    /// The country of an address, if it is validated.
    pub fn validated_country(&self, id: &AddressId) -> Option<Country> {
        let stored = self.address(id)?;
        (stored.status == AddressStatus::Validated).then_some(stored.address.country)
    }

    fn known(&self, id: &AddressId) -> Result<&Stored, Error> {
        self.address(id).ok_or_else(|| Error::AddressUnknown { address: id.clone() })
    }
}

/// An address and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedAddress {
    /// Its id.
    pub id: AddressId,
    /// What it says.
    pub address: CivicAddress,
}

/// Addresses were made; they are not validated yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressesCreated {
    /// The addresses.
    pub addresses: Vec<NamedAddress>,
}

/// An address and what its validation told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValidatedAddress {
    /// The address.
    pub id: AddressId,
    /// How it stands now.
    pub status: AddressStatus,
    /// What was found.
    pub outcome: Outcome,
}

/// Addresses were validated; those that held say now what the validation made of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressesValidated {
    /// The addresses.
    pub addresses: Vec<ValidatedAddress>,
    /// When.
    pub at: Timestamp,
}

/// An address was edited; it is not validated any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressEdited {
    /// The address.
    pub id: AddressId,
    /// What it says now; boxed, because an address is larger than the other events.
    pub address: Box<CivicAddress>,
}

/// An address was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressDeleted {
    /// The address.
    pub id: AddressId,
}

events! {
    /// What happens to an organization's addresses.
    pub enum Event {
        AddressesCreated = "address.created",
        AddressesValidated = "address.validated",
        AddressEdited = "address.edited",
        AddressDeleted = "address.deleted",
    }
}

type Fit = Result<(), &'static str>;

impl State {
    fn create(&mut self, created: &NamedAddress) -> Fit {
        let NamedAddress { id, address } = created.clone();
        let stored = Stored { address, status: AddressStatus::NotValidated, validation: None };
        match self.addresses.insert(id, stored) {
            Some(_) => Err("the address is there already"),
            None => Ok(()),
        }
    }

    fn validated(&mut self, validated: &ValidatedAddress, at: Timestamp) -> Fit {
        let stored = self.addresses.get_mut(&validated.id).ok_or("the address is not known")?;
        if stored.status == AddressStatus::Validated {
            return Err("the address is validated already");
        }
        let Outcome { level, address, problems, data_version, .. } = validated.outcome.clone();
        stored.status = validated.status;
        stored.validation = Some(Validation { at, level, data_version, problems });
        if validated.status == AddressStatus::Validated {
            stored.address = address;
        }
        Ok(())
    }

    fn edit(&mut self, edited: &AddressEdited) -> Fit {
        let stored = self.addresses.get_mut(&edited.id).ok_or("the address is not known")?;
        let address = edited.address.as_ref().clone();
        *stored = Stored { address, status: AddressStatus::NotValidated, validation: None };
        Ok(())
    }
}

impl Apply for State {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        let fits = match event {
            Event::AddressesCreated(event) => {
                event.addresses.iter().try_for_each(|created| self.create(created))
            }
            Event::AddressesValidated(event) => {
                event.addresses.iter().try_for_each(|one| self.validated(one, event.at))
            }
            Event::AddressEdited(event) => self.edit(event),
            Event::AddressDeleted(event) => {
                let known = self.addresses.remove(&event.id);
                known.map(drop).ok_or("the address is not known")
            }
        };
        fits.map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn merge(last: &mut Event, next: &Event) -> bool {
        match (last, next) {
            (Event::AddressesCreated(last), Event::AddressesCreated(next)) => {
                last.addresses.extend_from_slice(&next.addresses);
            }
            (Event::AddressesValidated(last), Event::AddressesValidated(next))
                if last.at == next.at =>
            {
                last.addresses.extend_from_slice(&next.addresses);
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod accuracy;
#[cfg(test)]
mod tests;
