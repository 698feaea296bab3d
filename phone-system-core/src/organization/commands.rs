//! Every command: which streams it touches, the rules that span domains, and its answer.

use serde::{Deserialize, Serialize};

use super::{
    ChooseRules, Command, Context, Drafts, Error, Event, Outcome, RulesChosen, State, Touches, own,
};
use crate::billing::{self, CreditsSetUp, SetUpCredits};
use crate::bulk::{self, Mode, Refused};
use crate::draft::{Draft, Inconsistent};
use crate::error::{Refusal, Refuses};
use crate::inventory::{
    self, Acquire, Batch, Block, Cancel, HoldReleased, ImportOwned, LoadStock, NumberAssignment,
    NumbersAcquired, NumbersEntered, NumbersHeld, NumbersRecorded, NumbersReserved,
    NumbersReturned, NumbersSold, OrderCancelled, OrderId, OrderStatus, Recorded, Release, Reoffer,
    Reserve, Search, StockEvent, Target, Unblock,
};
use crate::licensing::{
    self, Basis, BuySeats, CancelSeats, Entitlement, Grant, Holding, ImportUsers, Sku,
};
use crate::number::{NumberKind, NumberList, PhoneNumber};
use crate::porting::{self, CancelOrder, Channel, PortOrderId, PortStatus, Submit};
use crate::rules::Rules;
use crate::table::{self, Row};
use crate::time::Timestamp;

type Decided = Result<Vec<Refused>, Error>;

const DONE: Decided = Ok(Vec::new());

/// What one event says, out of what the command recorded.
macro_rules! told {
    ($events:expr, $pattern:pat => $value:expr) => {
        $events
            .iter()
            .find_map(|event| match event {
                $pattern => Some($value),
                _ => None,
            })
            .ok_or(Inconsistent::Event { event: Self::NAME, problem: LACKS })
    };
}

const LACKS: &str = "its commit lacks what it answers";

/// Records that the time of an organization's reservations and blocks has come.
///
/// Nothing depends on it: every command and query judges at its own instant. It only brings the
/// record up to date, for those who read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdvanceOrganization {}

/// Records that the time of holds in the stock has come; see [`AdvanceOrganization`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdvanceStock {}

/// The record is up to date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Advanced {}

impl Command for AdvanceOrganization {
    const NAME: &'static str = "organization.advance_to";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Advanced;

    fn decide(&self, _: &mut Drafts, _: &Context) -> Decided {
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<Advanced, Inconsistent> {
        Ok(Advanced {})
    }
}

impl Command for AdvanceStock {
    const NAME: &'static str = "stock.advance_to";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = Advanced;

    fn decide(&self, _: &mut Drafts, _: &Context) -> Decided {
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<Advanced, Inconsistent> {
        Ok(Advanced {})
    }
}

impl Command for ChooseRules {
    const NAME: &'static str = "organization.choose_rules";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = RulesChosen;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Rules::new(self.generation, &self.overrides)?;
        let chosen = RulesChosen { generation: self.generation, overrides: self.overrides.clone() };
        drafts.organization.record(own::Event::from(chosen))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<RulesChosen, Inconsistent> {
        Ok(RulesChosen { generation: self.generation, overrides: self.overrides.clone() })
    }
}

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

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
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
    licensing::missing_for_calls(left)?;
    state.inventory().held_by(&Target::User(holding.user.clone()))
}

impl Command for SetUpCredits {
    const NAME: &'static str = "billing.set_up_credits";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = CreditsSetUp;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let set_up = SetUpCredits::decide(self, &drafts.account, context.at)?;
        drafts.account.record(set_up)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<CreditsSetUp, Inconsistent> {
        let told = outcome.account.first().map(|billing::Event::CreditsSetUp(event)| event.clone());
        told.ok_or(Inconsistent::Event { event: Self::NAME, problem: LACKS })
    }
}

impl Command for Reserve {
    const NAME: &'static str = "inventory.reserve";
    const TOUCHES: Touches = Touches::ALL;
    type Answer = NumbersReserved;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &mut drafts.stock);
        self.check(organization.inventory(), organization.rules())?;
        if self.kind == NumberKind::ServiceTollFree {
            drafts.account.check_credits()?;
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
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Assigned;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Ok(bulk::each(
            self.mode,
            &mut drafts.organization,
            &self.assignments,
            |assignment| assignment.number.to_string(),
            |state, assignment| {
                let assigned = assignment.decide(state.inventory(), state.rules())?;
                check_licenses(state, assignment)?;
                Ok::<_, inventory::Error>(inventory::Event::from(assigned).into())
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

/// Does each number of a list on the organization's draft.
fn each_number(
    mode: Mode,
    draft: &mut Draft<State>,
    numbers: &NumberList,
    decide: impl Fn(&State, PhoneNumber) -> Result<inventory::Event, inventory::Error>,
) -> Decided {
    if numbers.is_empty() {
        return Err(inventory::Error::NothingAsked {}.into());
    }
    Ok(bulk::each(mode, draft, numbers.iter(), ToString::to_string, |state, number| {
        decide(state, *number).map(Event::from)
    })?)
}

/// The numbers that the events of one sort name.
fn numbers_named(
    outcome: &Outcome<'_>,
    pick: impl Fn(&inventory::Event) -> Option<&NumberList>,
) -> NumberList {
    let mut numbers = NumberList::default();
    for event in outcome.organization.iter() {
        if let Event::Inventory(event) = event {
            numbers.extend_with(pick(event).unwrap_or(&NumberList::default()));
        }
    }
    numbers
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

/// A row of a table, for a refusal.
fn row_name(row: &Result<Row, table::Error>) -> String {
    row.as_ref().map_or_else(|_| "unreadable row".to_owned(), |row| format!("row {}", row.number))
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

/// How many numbers came into the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Loaded {
    /// Numbers that are free now.
    pub numbers: u64,
}

impl Command for LoadStock {
    const NAME: &'static str = "stock.load";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = Loaded;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Ok(bulk::each(self.mode, &mut drafts.stock, self.rows()?, row_name, |stock, row| {
            let row = row.as_ref().map_err(Refuses::refusal)?;
            Ok::<_, Refusal>(Self::decide_one(row, stock)?.into())
        })?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Loaded, Inconsistent> {
        let numbers = outcome.stock.iter().map(|event| match event {
            StockEvent::NumbersOffered(event) => inventory::numbers_of(&event.batches).count(),
            _ => 0,
        });
        Ok(Loaded { numbers: numbers.fold(0, u64::saturating_add) })
    }
}

impl Command for Reoffer {
    const NAME: &'static str = "stock.reoffer";
    const TOUCHES: Touches = Touches::STOCK;
    type Answer = Loaded;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        if self.numbers.is_empty() {
            return Err(inventory::Error::NothingAsked {}.into());
        }
        Ok(bulk::each(
            self.mode,
            &mut drafts.stock,
            self.numbers.iter(),
            ToString::to_string,
            |stock, number| Self::decide_one(*number, stock).map(Into::into),
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Loaded, Inconsistent> {
        let numbers = outcome.stock.iter().map(|event| match event {
            StockEvent::NumbersReoffered(event) => event.numbers.count(),
            _ => 0,
        });
        Ok(Loaded { numbers: numbers.fold(0, u64::saturating_add) })
    }
}

/// A port order as it was sent in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortSubmitted {
    /// Its number.
    pub order: PortOrderId,
    /// How it was sent in.
    pub channel: Channel,
    /// How many numbers it has.
    pub count: u64,
    /// How far it has come.
    pub status: PortStatus,
}

impl Command for Submit {
    const NAME: &'static str = "porting.submit";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = PortSubmitted;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &drafts.stock);
        let owned =
            |number| organization.inventory().number(number).is_some() || stock.contains(number);
        let submitted =
            Submit::decide(self, organization.porting(), owned, organization.rules(), context.at)?;
        organization.record(porting::Event::from(submitted))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<PortSubmitted, Inconsistent> {
        told!(outcome.organization, Event::Porting(porting::Event::OrderSubmitted(event)) => PortSubmitted {
            order: event.order,
            channel: event.channel,
            count: event.numbers.count(),
            status: PortStatus::Processing,
        })
    }
}

/// A port order is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortClosed {
    /// The port order.
    pub order: PortOrderId,
    /// What has become of it.
    pub status: PortStatus,
}

impl Command for CancelOrder {
    const NAME: &'static str = "porting.cancel";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = PortClosed;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let cancelled = CancelOrder::decide(self, drafts.organization.porting())?;
        drafts.organization.record(porting::Event::from(cancelled))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<PortClosed, Inconsistent> {
        Ok(PortClosed { order: self.order, status: PortStatus::Cancelled })
    }
}
