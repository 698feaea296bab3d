//! Commands of licences.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, count, told};
use crate::bulk;
use crate::draft::Inconsistent;
use crate::error::{Refusal, Refuses};
use crate::inventory::Target;
use crate::licensing::{
    self, BuySeats, CancelSeats, Grant, Holding, ImportSeats, ImportUsers, Sku,
};
use crate::number::PhoneNumber;
use crate::organization::{Command, Context, Drafts, Event, Outcome, State, Touches};

/// The seats of a product after a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatsChanged {
    /// The product.
    pub sku: Sku,
    /// How many seats are bought now.
    pub bought: u32,
}

impl Command for BuySeats {
    const NAME: &'static str = "licensing.buy_seats";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = SeatsChanged;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let bought = BuySeats::decide(self, drafts.organization.licensing())?;
        drafts.organization.record(licensing::Event::from(bought))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<SeatsChanged, Inconsistent> {
        let bought = told!(outcome.organization, Event::Licensing(licensing::Event::SeatsBought(event)) => event.bought);
        Ok(SeatsChanged { sku: self.sku, bought: bought? })
    }
}

/// How many seats were bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatsImported {
    /// Rows that were done.
    pub rows: u32,
    /// Seats in all.
    pub seats: u64,
}

impl Command for ImportSeats {
    const NAME: &'static str = "licensing.import_seats";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = SeatsImported;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            self.rows()?,
            |row| match row {
                Ok((number, buy)) => format!("row {number}, {}", buy.sku),
                Err(_) => "unreadable row".to_owned(),
            },
            |state, row| {
                let (_, buy) = row.as_ref().map_err(Refuses::refusal)?;
                let bought = buy.decide(state.licensing()).map_err(|error| error.refusal())?;
                Ok::<_, Refusal>(licensing::Event::from(bought).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<SeatsImported, Inconsistent> {
        let mut imported = SeatsImported { rows: 0, seats: 0 };
        for event in outcome.organization.iter() {
            if let Event::Licensing(licensing::Event::SeatsBought(event)) = event {
                imported.rows = imported.rows.saturating_add(1);
                imported.seats = imported.seats.saturating_add(u64::from(event.seats));
            }
        }
        Ok(imported)
    }
}

impl Command for CancelSeats {
    const NAME: &'static str = "licensing.cancel_seats";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = SeatsChanged;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let cancelled = CancelSeats::decide(self, drafts.organization.licensing())?;
        drafts.organization.record(licensing::Event::from(cancelled))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<SeatsChanged, Inconsistent> {
        let bought = told!(outcome.organization, Event::Licensing(licensing::Event::SeatsCancelled(event)) => event.bought);
        Ok(SeatsChanged { sku: self.sku, bought: bought? })
    }
}

/// How many licences were assigned or taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LicensesChanged {
    /// Users who got or lost some.
    pub users: u32,
    /// Licences in all.
    pub licenses: u32,
}

fn licenses_assigned(outcome: &Outcome<'_>) -> LicensesChanged {
    let mut changed = LicensesChanged { users: 0, licenses: 0 };
    for event in outcome.organization.iter() {
        if let Event::Licensing(licensing::Event::LicensesAssigned(event)) = event {
            changed.users = changed.users.saturating_add(count(event.assignments.len()));
            let licenses = event.assignments.iter().map(|assignment| assignment.skus.len()).sum();
            changed.licenses = changed.licenses.saturating_add(count(licenses));
        }
    }
    changed
}

impl Command for licensing::Assign {
    const NAME: &'static str = "licensing.assign";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = LicensesChanged;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        if self.assignments.is_empty() {
            return Err(licensing::Error::NothingNamed {}.into());
        }
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            &self.assignments,
            |assignment| assignment.user.to_string(),
            |state, assignment| {
                assignment
                    .decide(state.licensing())
                    .map(|event| licensing::Event::from(event).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<LicensesChanged, Inconsistent> {
        Ok(licenses_assigned(outcome))
    }
}

impl Command for ImportUsers {
    const NAME: &'static str = "licensing.import_users";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = LicensesChanged;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            self.rows()?,
            |row| match row {
                Ok((number, assignment)) => format!("row {number}, {}", assignment.user),
                Err(_) => "unreadable row".to_owned(),
            },
            |state, row| {
                let (_, assignment) = row.as_ref().map_err(Refuses::refusal)?;
                let assigned =
                    assignment.decide(state.licensing()).map_err(|error| error.refusal())?;
                Ok::<_, Refusal>(licensing::Event::from(assigned).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<LicensesChanged, Inconsistent> {
        Ok(licenses_assigned(outcome))
    }
}

impl Command for licensing::Unassign {
    const NAME: &'static str = "licensing.unassign";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = LicensesChanged;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        if self.holdings.is_empty() {
            return Err(licensing::Error::NothingNamed {}.into());
        }
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            &self.holdings,
            |holding| format!("{} {}", holding.user, holding.sku),
            |state, holding| {
                let number = number_that_needs(state, holding);
                holding
                    .decide(state.licensing(), number)
                    .map(|event| licensing::Event::from(event).into())
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<LicensesChanged, Inconsistent> {
        let mut users = std::collections::BTreeSet::new();
        let mut licenses = 0_usize;
        for event in outcome.organization.iter() {
            if let Event::Licensing(licensing::Event::LicensesUnassigned(event)) = event {
                licenses = licenses.saturating_add(event.holdings.len());
                users.extend(event.holdings.iter().map(|holding| &holding.user));
            }
        }
        Ok(LicensesChanged { users: count(users.len()), licenses: count(licenses) })
    }
}

/// The number for which the holder needs the licence, if there is one: calls of a person, or a
/// resource account.
fn number_that_needs(state: &State, holding: &Holding) -> Option<PhoneNumber> {
    let held = state.licensing().user(&holding.user)?.skus;
    let left = held.without(holding.sku);
    let lost = |grant| held.gives(grant) && !left.gives(grant);
    if lost(Grant::ResourceAccount) {
        let number = state.inventory().held_by(&Target::ResourceAccount(holding.user.clone()));
        if number.is_some() {
            return number;
        }
    }
    let could = |skus| licensing::missing_for_calls(skus).is_none();
    if !could(held) || could(left) {
        return None;
    }
    state.inventory().held_by(&Target::User(holding.user.clone()))
}
