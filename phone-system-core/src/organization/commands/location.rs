//! The emergency addresses of numbers, and the telling of their holders.

use serde::{Deserialize, Serialize};

use super::{Decided, each_number, numbers_named, row_name};
use crate::bulk;
use crate::draft::Inconsistent;
use crate::error::{Refusal, Refuses};
use crate::inventory::{self, ImportTold, NumberAssignment, RecordTold, SetLocation, Target};
use crate::number::{NumberList, PhoneNumber};
use crate::organization::{Command, Context, Drafts, Outcome, State, Touches};
use crate::text::AddressId;

/// Whether a number can have an address as its location: known, validated, of its country.
fn check_location(
    state: &State,
    number: PhoneNumber,
    address: &AddressId,
) -> Result<(), inventory::Error> {
    let address = address.clone();
    if state.addresses().address(&address).is_none() {
        return Err(inventory::Error::AddressUnknown { number, address });
    }
    let Some(address_country) = state.addresses().validated_country(&address) else {
        return Err(inventory::Error::AddressNotValidated { number, address });
    };
    match state.inventory().number(number).map(|owned| owned.shelf.country) {
        Some(country) if country != address_country => {
            Err(inventory::Error::AddressCountry { number, country, address, address_country })
        }
        _ => Ok(()),
    }
}

/// Whether the location that is given holds, and one is there where a user's number needs it.
pub(super) fn check_assigned_location(
    state: &State,
    assignment: &NumberAssignment,
) -> Result<(), inventory::Error> {
    let NumberAssignment { number, target, location } = assignment;
    if let Some(address) = location {
        return check_location(state, *number, address);
    }
    let (Some(owned), Target::User(_)) = (state.inventory().number(*number), target) else {
        return Ok(());
    };
    let country = owned.shelf.country;
    if !state.rules().addresses.location_at_assignment.contains(country) {
        return Ok(());
    }
    match &owned.location {
        // What a file said of it was not looked at then.
        Some(address) => check_location(state, *number, address),
        None => Err(inventory::Error::LocationMissing { number: *number, country }),
    }
}

/// Numbers that got an emergency address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Located {
    /// The numbers.
    pub numbers: NumberList,
    /// The address.
    pub location: AddressId,
}

impl Command for SetLocation {
    const NAME: &'static str = "inventory.set_location";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Located;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        self.check(drafts.organization.rules())?;
        each_number(self.mode, &mut drafts.organization, &self.numbers, |state, number| {
            let located = self.decide_one(number, state.inventory())?;
            check_location(state, number, &self.location)?;
            Ok(located.into())
        })
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Located, Inconsistent> {
        let numbers = numbers_named(outcome, |event| match event {
            inventory::Event::NumbersLocated(event) => Some(&event.numbers),
            _ => None,
        });
        Ok(Located { numbers, location: self.location.clone() })
    }
}

/// Numbers of which the holders were told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    /// The numbers.
    pub numbers: NumberList,
}

impl Command for RecordTold {
    const NAME: &'static str = "inventory.record_told";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Told;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        each_number(self.mode, &mut drafts.organization, &self.numbers, |state, number| {
            Self::decide_one(number, state.inventory(), context.at).map(Into::into)
        })
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Told, Inconsistent> {
        Ok(told_of(outcome))
    }
}

fn told_of(outcome: &Outcome<'_>) -> Told {
    let numbers = numbers_named(outcome, |event| match event {
        inventory::Event::NumbersTold(event) => Some(&event.numbers),
        _ => None,
    });
    Told { numbers }
}

impl Command for ImportTold {
    const NAME: &'static str = "inventory.import_told";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Told;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            self.rows()?,
            row_name,
            |state, row| {
                let row = row.as_ref().map_err(Refuses::refusal)?;
                let told = Self::decide_one(row, state.inventory(), context.at);
                let told = told.map_err(|error| error.refusal())?;
                Ok::<_, Refusal>(inventory::Event::from(told).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Told, Inconsistent> {
        Ok(told_of(outcome))
    }
}
