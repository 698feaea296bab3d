//! Commands of an organization's numbers; most of them look at its licences or at the stock as well.

use serde::{Deserialize, Serialize};

use super::location::check_assigned_location;
use super::{DONE, Decided, count, each_number, numbers_named, row_name, told};
use crate::bulk;
use crate::draft::Inconsistent;
use crate::error::{Refusal, Refuses};
use crate::inventory::{
    self, Acquire, Batch, Block, Cancel, HoldReleased, ImportOwned, NumberAssignment,
    NumbersAcquired, NumbersEntered, NumbersHeld, NumbersRecorded, NumbersReserved,
    NumbersReturned, NumbersSold, OrderCancelled, OrderId, OrderStatus, Recorded, Release, Reserve,
    Search, Target, Unblock,
};
use crate::licensing::{self, Basis, Entitlement, Grant};
use crate::number::{NumberKind, NumberList};
use crate::organization::{Command, Context, Drafts, Error, Event, Outcome, State, Touches};
use crate::time::Timestamp;

impl Command for Reserve {
    const NAME: &'static str = "inventory.reserve";
    const TOUCHES: Touches = Touches::ALL;
    type Answer = NumbersReserved;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &mut drafts.stock);
        self.check(organization.inventory(), organization.rules())?;
        if self.kind == NumberKind::ServiceTollFree {
            drafts.account.check_toll_free()?;
        }
        let basis = Basis::of(organization.licensing());
        let entitled = Entitlement::of(basis, organization.rules(), context.at).total(self.kind);
        self.check_allowance(organization.inventory(), entitled)?;

        let Self { kind, country, state, city, quantity } = self.clone();
        let search = Search { kind, country, state, city, quantity };
        let batches = stock.find(&search);
        let numbers = inventory::numbers_of(&batches);
        if numbers.count() < u64::from(quantity) {
            let (free, Search { state, city, .. }) = (stock.free(&search), search);
            return Err(inventory::Error::OutOfStock {
                kind,
                country,
                state,
                city,
                quantity,
                free,
            }
            .into());
        }
        let length = organization.rules().inventory.reservation_length;
        let until = context.at.after(length).unwrap_or(Timestamp::MAX);
        let reserved = self.decide(organization.inventory(), batches, until);
        if let Some(owner) = drafts.owner.clone() {
            stock.record(NumbersHeld {
                organization: owner,
                order: reserved.order,
                numbers,
                until,
            })?;
        }
        organization.record(inventory::Event::from(reserved))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<NumbersReserved, Inconsistent> {
        told!(outcome.organization, Event::Inventory(inventory::Event::NumbersReserved(event)) => event.clone())
    }
}

impl Command for Acquire {
    const NAME: &'static str = "inventory.acquire";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = NumbersAcquired;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let organization = &mut drafts.organization;
        let acquired =
            Acquire::decide(self, organization.inventory(), organization.rules(), context.at)?;
        if let Some(owner) = drafts.owner.clone() {
            let numbers = inventory::numbers_of(&acquired.batches);
            drafts.stock.record(NumbersSold { organization: owner, order: self.order, numbers })?;
        }
        organization.record(inventory::Event::from(acquired))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<NumbersAcquired, Inconsistent> {
        told!(outcome.organization, Event::Inventory(inventory::Event::NumbersAcquired(event)) => event.clone())
    }
}

/// An order is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderClosed {
    /// The order.
    pub order: OrderId,
    /// What has become of it.
    pub status: OrderStatus,
}

impl Command for Cancel {
    const NAME: &'static str = "inventory.cancel";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = OrderClosed;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let order = self.order;
        drafts.organization.inventory().open_order(order)?;
        if let Some(organization) = drafts.owner.clone() {
            drafts.stock.record(HoldReleased { organization, order })?;
        }
        drafts.organization.record(inventory::Event::from(OrderCancelled { order }))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<OrderClosed, Inconsistent> {
        Ok(OrderClosed { order: self.order, status: OrderStatus::Cancelled })
    }
}

/// Numbers that were assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assigned {
    /// Which serve what now.
    pub assignments: Vec<NumberAssignment>,
}

impl Command for inventory::Assign {
    const NAME: &'static str = "inventory.assign";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Assigned;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        if self.assignments.is_empty() {
            return Err(inventory::Error::NothingAsked {}.into());
        }
        let account = &drafts.account;
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            &self.assignments,
            |assignment| assignment.number.to_string(),
            |state, assignment| {
                let assigned = assignment.decide(state.inventory(), state.rules())?;
                check_licenses(state, assignment)?;
                let kind =
                    state.inventory().number(assignment.number).map(|owned| owned.shelf.kind);
                if kind == Some(NumberKind::ServiceTollFree) {
                    account.check_toll_free()?;
                }
                check_assigned_location(state, assignment)?;
                Ok::<_, Error>(inventory::Event::from(assigned).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Assigned, Inconsistent> {
        let assignments = outcome.organization.iter().filter_map(|event| match event {
            Event::Inventory(inventory::Event::NumbersAssigned(event)) => Some(&event.assignments),
            _ => None,
        });
        Ok(Assigned { assignments: assignments.flatten().cloned().collect() })
    }
}

/// Whether the target is licensed for the number, and a person of its country.
fn check_licenses(state: &State, assignment: &NumberAssignment) -> Result<(), inventory::Error> {
    let number = assignment.number;
    match &assignment.target {
        Target::User(user) => {
            let known = state.licensing().user(user);
            let skus = known.map(|known| known.skus).unwrap_or_default();
            if let Some(missing) = licensing::missing_for_calls(skus) {
                let missing_one_of = missing.iter().map(ToString::to_string).collect();
                return Err(inventory::Error::UserUnlicensed {
                    user: user.clone(),
                    missing_one_of,
                });
            }
            let country = state.inventory().number(number).map(|owned| owned.shelf.country);
            match (country, known.map(|known| known.usage_location)) {
                (Some(country), Some(usage_location)) if country != usage_location => {
                    Err(inventory::Error::CountryMismatch {
                        number,
                        country,
                        user: user.clone(),
                        usage_location,
                    })
                }
                _ => Ok(()),
            }
        }
        Target::ResourceAccount(account) => {
            let licensed = state
                .licensing()
                .user(account)
                .is_some_and(|known| known.skus.gives(Grant::ResourceAccount));
            if licensed {
                Ok(())
            } else {
                Err(inventory::Error::ResourceAccountUnlicensed { account: account.clone() })
            }
        }
        _ => Ok(()),
    }
}

/// Numbers that were taken from what they served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unassigned {
    /// The numbers.
    pub numbers: NumberList,
}

impl Command for inventory::Unassign {
    const NAME: &'static str = "inventory.unassign";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Unassigned;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        each_number(self.mode, &mut drafts.organization, &self.numbers, |state, number| {
            self.decide_one(number, state.inventory(), state.rules(), context.at).map(Into::into)
        })
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Unassigned, Inconsistent> {
        let numbers = numbers_named(outcome, |event| match event {
            inventory::Event::NumbersUnassigned(event) => Some(&event.numbers),
            _ => None,
        });
        Ok(Unassigned { numbers })
    }
}

/// Numbers that are blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Blocked {
    /// The numbers.
    pub numbers: NumberList,
    /// Until when; none for forever, or if there are no numbers.
    pub until: Option<Timestamp>,
}

impl Command for Block {
    const NAME: &'static str = "inventory.block";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Blocked;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        each_number(self.mode, &mut drafts.organization, &self.numbers, |state, number| {
            self.decide_one(number, state.inventory(), state.rules(), context.at).map(Into::into)
        })
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Blocked, Inconsistent> {
        let numbers = numbers_named(outcome, |event| match event {
            inventory::Event::NumbersBlocked(event) => Some(&event.numbers),
            _ => None,
        });
        let until = outcome.organization.iter().find_map(|event| match event {
            Event::Inventory(inventory::Event::NumbersBlocked(event)) => event.until,
            _ => None,
        });
        Ok(Blocked { numbers, until })
    }
}

/// Numbers whose block was lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unblocked {
    /// The numbers.
    pub numbers: NumberList,
}

impl Command for Unblock {
    const NAME: &'static str = "inventory.unblock";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Unblocked;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        each_number(self.mode, &mut drafts.organization, &self.numbers, |state, number| {
            Self::decide_one(number, state.inventory()).map(Into::into)
        })
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Unblocked, Inconsistent> {
        let numbers = numbers_named(outcome, |event| match event {
            inventory::Event::NumbersUnblocked(event) => Some(&event.numbers),
            _ => None,
        });
        Ok(Unblocked { numbers })
    }
}

/// Numbers that were given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Released {
    /// The numbers.
    pub numbers: NumberList,
}

impl Command for Release {
    const NAME: &'static str = "inventory.release";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = Released;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let organization = &mut drafts.organization;
        let released = Release::decide(self, organization.inventory(), organization.rules())?;
        if let Some(owner) = drafts.owner.clone() {
            let numbers = drafts.stock.sold_to(&owner, &self.numbers);
            if !numbers.is_empty() {
                drafts.stock.record(NumbersReturned { organization: owner, numbers })?;
            }
        }
        organization.record(inventory::Event::from(released))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<Released, Inconsistent> {
        Ok(Released { numbers: self.numbers.clone() })
    }
}

/// How much of a file was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Imported {
    /// Numbers that were entered.
    pub numbers: u32,
}

impl Command for ImportOwned {
    const NAME: &'static str = "inventory.import_owned";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = Imported;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let stock = &mut drafts.stock;
        let refused = bulk::each(
            self.mode,
            &mut drafts.organization,
            self.rows()?,
            row_name,
            |state, row| {
                let row = row.as_ref().map_err(Refuses::refusal)?;
                let numbers = vec![Self::decide_one(row, state.inventory(), stock)?];
                let recorded = NumbersRecorded { numbers, at: context.at };
                Ok::<_, Refusal>(inventory::Event::from(recorded).into())
            },
        )?;
        let mut batches = Vec::new();
        for event in drafts.organization.events() {
            if let Event::Inventory(inventory::Event::NumbersRecorded(event)) = event {
                for Recorded { number, shelf, .. } in &event.numbers {
                    let batch = Batch { shelf: shelf.clone(), numbers: (*number).into() };
                    inventory::add_batch(&mut batches, &batch);
                }
            }
        }
        if let (Some(organization), false) = (drafts.owner.clone(), batches.is_empty()) {
            stock.record(NumbersEntered { organization, batches })?;
        }
        Ok(refused)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Imported, Inconsistent> {
        let numbers = outcome.organization.iter().map(|event| match event {
            Event::Inventory(inventory::Event::NumbersRecorded(event)) => event.numbers.len(),
            _ => 0,
        });
        Ok(Imported { numbers: count(numbers.sum()) })
    }
}
