//! Commands of emergency addresses; those that change one ask which numbers have it.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, count, row_name};
use crate::address::{
    self, AddressStatus, Create, Delete, Edit, Import, ValidateAddresses, ValidatedAddress,
};
use crate::bulk;
use crate::draft::Inconsistent;
use crate::error::{Refusal, Refuses};
use crate::organization::{Command, Context, Drafts, Error, Event, Outcome, Touches};
use crate::text::AddressId;

/// An address as it was made or edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressKept {
    /// The address.
    pub id: AddressId,
    /// How it stands.
    pub status: AddressStatus,
}

impl Command for Create {
    const NAME: &'static str = "address.create";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressKept;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let created = Create::decide(self, drafts.organization.addresses())?;
        drafts.organization.record(address::Event::from(created))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<AddressKept, Inconsistent> {
        Ok(AddressKept { id: self.id.clone(), status: AddressStatus::NotValidated })
    }
}

/// How much of a file was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressesImported {
    /// Addresses that were made.
    pub addresses: u32,
}

impl Command for Import {
    const NAME: &'static str = "address.import";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressesImported;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            self.rows()?,
            row_name,
            |state, row| {
                let row = row.as_ref().map_err(Refuses::refusal)?;
                let created = Self::decide_one(row, state.addresses())?;
                Ok::<_, Refusal>(address::Event::from(created).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<AddressesImported, Inconsistent> {
        let addresses = outcome.organization.iter().map(|event| match event {
            Event::Address(address::Event::AddressesCreated(event)) => event.addresses.len(),
            _ => 0,
        });
        Ok(AddressesImported { addresses: count(addresses.sum()) })
    }
}

/// What validations told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressesJudged {
    /// The addresses, in the order of the command.
    pub addresses: Vec<ValidatedAddress>,
}

impl Command for ValidateAddresses {
    const NAME: &'static str = "address.validate";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressesJudged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        self.check()?;
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            &self.ids,
            ToString::to_string,
            |state, id| {
                let validated = Self::decide_one(id, state.addresses(), context.at)?;
                Ok::<_, Error>(address::Event::from(validated).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<AddressesJudged, Inconsistent> {
        let addresses = outcome.organization.iter().filter_map(|event| match event {
            Event::Address(address::Event::AddressesValidated(event)) => Some(&event.addresses),
            _ => None,
        });
        Ok(AddressesJudged { addresses: addresses.flatten().cloned().collect() })
    }
}

impl Command for Edit {
    const NAME: &'static str = "address.edit";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressKept;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let organization = &mut drafts.organization;
        let uses = || organization.inventory().located_at(&self.id);
        let edited = Edit::decide(self, organization.addresses(), uses, organization.rules())?;
        organization.record(address::Event::from(edited))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<AddressKept, Inconsistent> {
        Ok(AddressKept { id: self.id.clone(), status: AddressStatus::NotValidated })
    }
}

/// An address that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressGone {
    /// The address.
    pub id: AddressId,
}

impl Command for Delete {
    const NAME: &'static str = "address.delete";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = AddressGone;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let organization = &mut drafts.organization;
        let uses = || organization.inventory().located_at(&self.id);
        let deleted = Delete::decide(self, organization.addresses(), uses)?;
        organization.record(address::Event::from(deleted))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<AddressGone, Inconsistent> {
        Ok(AddressGone { id: self.id.clone() })
    }
}
