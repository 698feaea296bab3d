//! One customer: its state, the wrapping of the domains, and the rules that span them.
//!
//! The domains know nothing of each other. What needs two of them is here: numbers are reserved as
//! far as licences allow, a number goes to a person who is licensed
//! for calls in its country, and its emergency address is validated and lies there.

mod command;
mod commands;
mod queries;

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::capacity::{CapacityClass, Usage};
use crate::draft::{Apply, Inconsistent, deserialize_event, events};
use crate::error::{ErrorCode, Figures, Refusal, Refuses};
use crate::inventory::{Status, Target};
use crate::number::PhoneNumber;
use crate::rules::{Generation, Overrides, Rules};
use crate::time::Timestamp;
use crate::{
    address, billing, bulk, capacity, country, inventory, licensing, number, porting, rules, table,
};

pub use crate::seed::Seed;
pub use command::{Command, Context, Drafts, Due, Outcome, Query, Touches, View};
pub use commands::{
    AddressGone, AddressKept, AddressesImported, AddressesJudged, AdvanceOrganization,
    AdvanceStock, Advanced, Assigned, Authorized, AutoRechargeChanged, Blocked, ChargeCalls,
    Charged, CreditsAdjusted, EMERGENCY_LENGTH, Imported, LicensesChanged, Loaded, Located,
    OrderClosed, PortClosed, PortDeleted, PortEdited, PortReported, PortSubmitted,
    RechargeReported, Released, SeatsChanged, SeatsImported, SettleCalls, Told, Unassigned,
    Unblocked,
};
pub use queries::{
    AccountAnswer, AccountOf, AddressOf, AddressRow, Addresses, AddressesAnswer, AllowanceOf,
    Allowances, AllowancesAnswer, CapacityAnswer, Carried, CheckAddress, CheckCapacity,
    CompareTariffs, CurrentRules, Demand, EntitlementOf, ExplainCharge, HeldCall, HeldStatus,
    Holds, HoldsAnswer, KindSource, MinutesAnswer, MinutesOf, Orders, OrdersAnswer, OwnedNumber,
    OwnedNumbers, OwnedNumbersAnswer, ParseNumber, PlanAnswer, Policies, PoliciesAnswer, PolicyOf,
    PoolOf, PortOrders, PortOrdersAnswer, PortStatuses, PortStatusesAnswer, Price, PriceAnswer,
    RulesAnswer, Seats, SeatsAnswer, SeatsOfSku, StockSearchAnswer, StockSummary, TariffOf,
    Tariffs, TariffsAnswer, TrafficAnswer, TrafficIn, UserLicenses, Users, UsersAnswer,
};

/// So many items, as answers count them.
fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// Why an organization, or the provider, says no: the error of the domain that does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Emergency addresses.
    #[error(transparent)]
    Address(#[from] address::Error),
    /// Minutes and credits.
    #[error(transparent)]
    Billing(#[from] billing::Error),
    /// A list as a whole.
    #[error(transparent)]
    Bulk(#[from] bulk::Error),
    /// A table of destinations.
    #[error(transparent)]
    Destinations(#[from] billing::DestinationsError),
    /// Live calls.
    #[error(transparent)]
    Capacity(#[from] capacity::Error),
    /// The table of countries.
    #[error(transparent)]
    Country(#[from] country::Error),
    /// A defect: an event did not fit.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// Numbers.
    #[error(transparent)]
    Inventory(#[from] inventory::Error),
    /// Licences.
    #[error(transparent)]
    Licensing(#[from] licensing::Error),
    /// A text that is no telephone number.
    #[error(transparent)]
    Number(#[from] number::Error),
    /// Port orders.
    #[error(transparent)]
    Porting(#[from] porting::Error),
    /// Overrides of rules.
    #[error(transparent)]
    Rules(#[from] rules::Error),
    /// The only row of a table, for whatever reason.
    #[error("{}", .0.message)]
    Row(Refusal),
    /// A table that cannot be read.
    #[error(transparent)]
    Table(#[from] table::Error),
    /// A simulation.
    #[error(transparent)]
    Simulation(#[from] capacity::simulation::Error),
    /// A price list.
    #[error(transparent)]
    Tariff(#[from] billing::TariffError),
    /// A question about traffic.
    #[error(transparent)]
    Traffic(#[from] capacity::traffic::Error),
}

impl From<billing::CallError> for Error {
    fn from(error: billing::CallError) -> Self {
        match error {
            billing::CallError::Account(error) => error.into(),
            billing::CallError::Tariff(error) => error.into(),
        }
    }
}

impl From<billing::TariffUnreadable> for Error {
    fn from(error: billing::TariffUnreadable) -> Self {
        match error {
            billing::TariffUnreadable::Table(error) => error.into(),
            billing::TariffUnreadable::Tariff(error) => error.into(),
        }
    }
}

impl From<billing::DestinationsUnreadable> for Error {
    fn from(error: billing::DestinationsUnreadable) -> Self {
        match error {
            billing::DestinationsUnreadable::Table(error) => error.into(),
            billing::DestinationsUnreadable::Destinations(error) => error.into(),
        }
    }
}

impl From<country::Unreadable> for Error {
    fn from(error: country::Unreadable) -> Self {
        match error {
            country::Unreadable::Table(error) => error.into(),
            country::Unreadable::Country(error) => error.into(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Row(refusal)
    }
}

impl Error {
    fn inner(&self) -> &dyn Refuses {
        match self {
            Self::Address(error) => error,
            Self::Billing(error) => error,
            Self::Bulk(error) => error,
            Self::Capacity(error) => error,
            Self::Country(error) => error,
            Self::Destinations(error) => error,
            Self::Inconsistent(error) => error,
            Self::Inventory(error) => error,
            Self::Licensing(error) => error,
            Self::Number(error) => error,
            Self::Porting(error) => error,
            Self::Rules(error) => error,
            Self::Row(error) => error,
            Self::Simulation(error) => error,
            Self::Table(error) => error,
            Self::Tariff(error) => error,
            Self::Traffic(error) => error,
        }
    }
}

impl Refuses for Error {
    fn code(&self) -> ErrorCode {
        self.inner().code()
    }

    fn figures(&self) -> Figures {
        self.inner().figures()
    }
}

impl<E: Into<Self>> From<bulk::Stopped<E>> for Error {
    fn from(stopped: bulk::Stopped<E>) -> Self {
        match stopped {
            bulk::Stopped::Some(error) => error.into(),
            bulk::Stopped::Only(error) => error.into(),
            bulk::Stopped::Inconsistent(error) => error.into(),
        }
    }
}

/// Everything that is known of an organization, but for its account.
///
/// In a snapshot the rules that were chosen, and the state of each domain as it documents itself:
/// `{"chosen": {"generation": "2018", "overrides": {}}, "licensing": {…}, "inventory": {…},
/// "porting": {…}, "addresses": {…}}`. Reading refuses what no history leads to, as far as one
/// domain shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Kept")]
pub struct State {
    chosen: RulesChosen,
    #[serde(skip)]
    rules: Arc<Rules>,
    licensing: licensing::State,
    inventory: inventory::State,
    porting: porting::State,
    addresses: address::State,
}

/// What a snapshot has of it: all but the rules, which follow from what was chosen.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    chosen: RulesChosen,
    licensing: licensing::State,
    inventory: inventory::State,
    porting: porting::State,
    addresses: address::State,
}

impl TryFrom<Kept> for State {
    type Error = rules::Error;

    fn try_from(kept: Kept) -> Result<Self, rules::Error> {
        let Kept { chosen, licensing, inventory, porting, addresses } = kept;
        let rules = Arc::new(Rules::new(chosen.generation, &chosen.overrides)?);
        Ok(Self { chosen, rules, licensing, inventory, porting, addresses })
    }
}

impl Default for State {
    fn default() -> Self {
        let chosen =
            RulesChosen { generation: Generation::default(), overrides: Overrides::default() };
        Self {
            rules: Arc::new(Rules::of(chosen.generation)),
            chosen,
            licensing: licensing::State::default(),
            inventory: inventory::State::default(),
            porting: porting::State::default(),
            addresses: address::State::default(),
        }
    }
}

impl State {
    /// The rules in force.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Licences.
    pub fn licensing(&self) -> &licensing::State {
        &self.licensing
    }

    /// Numbers.
    pub fn inventory(&self) -> &inventory::State {
        &self.inventory
    }

    /// Port orders.
    pub fn porting(&self) -> &porting::State {
        &self.porting
    }

    /// Emergency addresses.
    pub fn addresses(&self) -> &address::State {
        &self.addresses
    }

    /// Which service a number serves; none if it is not owned, or serves none.
    pub fn usage(&self, number: PhoneNumber) -> Option<Usage> {
        match &self.inventory.number(number)?.status {
            Status::Assigned(Target::ConferenceBridge(_)) => Some(Usage::Conferencing),
            Status::Assigned(
                Target::AutoAttendant(_) | Target::CallQueue(_) | Target::ResourceAccount(_),
            ) => Some(Usage::VoiceApplication),
            _ => None,
        }
    }

    /// How many calls a number carries at once, and the class that says so: by its kind, what it serves,
    /// and the rules; none if it is not owned.
    pub fn carries(&self, number: PhoneNumber) -> Option<(CapacityClass, u32)> {
        let class = CapacityClass::of(self.inventory.number(number)?.shelf.kind);
        Some((class, class.limit(self.usage(number), &self.rules)))
    }
}

/// Chooses the generation of the rules, and the figures that the organization sets for itself.
///
/// Replaces what was chosen before. What was decided under other rules stays decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseRules {
    /// The generation.
    pub generation: Generation,
    /// The figures that differ from the generation's.
    #[serde(default)]
    pub overrides: Overrides,
}

/// Rules were chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RulesChosen {
    /// The generation.
    pub generation: Generation,
    /// The figures that differ from the generation's.
    pub overrides: Overrides,
}

mod own {
    use super::{RulesChosen, events};

    events! {
        /// What happens to an organization as a whole.
        pub enum Event {
            RulesChosen = "organization.rules_chosen",
        }
    }
}

/// What happens to an organization, in one of its domains.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// As a whole; boxed, because rules are large and chosen seldom.
    Organization(Box<own::Event>),
    /// Its licences.
    Licensing(licensing::Event),
    /// Its numbers.
    Inventory(inventory::Event),
    /// Its port orders.
    Porting(porting::Event),
    /// Its emergency addresses.
    Address(address::Event),
}

pub use own::Event as OwnEvent;

impl From<own::Event> for Event {
    fn from(event: own::Event) -> Self {
        Self::Organization(Box::new(event))
    }
}

impl From<licensing::Event> for Event {
    fn from(event: licensing::Event) -> Self {
        Self::Licensing(event)
    }
}

impl From<inventory::Event> for Event {
    fn from(event: inventory::Event) -> Self {
        Self::Inventory(event)
    }
}

impl From<porting::Event> for Event {
    fn from(event: porting::Event) -> Self {
        Self::Porting(event)
    }
}

impl From<address::Event> for Event {
    fn from(event: address::Event) -> Self {
        Self::Address(event)
    }
}

impl Event {
    /// The dotted names of everything that can happen to an organization.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let domains = [
            own::Event::NAMES,
            licensing::Event::NAMES,
            inventory::Event::NAMES,
            porting::Event::NAMES,
            address::Event::NAMES,
        ];
        domains.into_iter().flatten().copied()
    }

    /// The dotted name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Organization(event) => event.name(),
            Self::Licensing(event) => event.name(),
            Self::Inventory(event) => event.name(),
            Self::Porting(event) => event.name(),
            Self::Address(event) => event.name(),
        }
    }

    /// Reads the data of the event with this name; `None` if no domain has such an event.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        name: &str,
        data: D,
    ) -> Option<Result<Self, D::Error>> {
        match name.split_once('.')?.0 {
            "organization" => Some(own::Event::read(name, data)?.map(Self::from)),
            "licensing" => Some(licensing::Event::read(name, data)?.map(Self::from)),
            "inventory" => Some(inventory::Event::read(name, data)?.map(Self::from)),
            "porting" => Some(porting::Event::read(name, data)?.map(Self::from)),
            "address" => Some(address::Event::read(name, data)?.map(Self::from)),
            _ => None,
        }
    }
}

impl Event {
    /// When it was due, if it is something that ends by itself.
    fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Inventory(inventory::Event::ReservationExpired(event)) => Some(event.at),
            Self::Inventory(inventory::Event::BlocksEnded(event)) => Some(event.at),
            Self::Porting(porting::Event::CutOffReached(event)) => Some(event.at),
            _ => None,
        }
    }
}

deserialize_event!(Event);

impl Serialize for Event {
    /// As the domain's own event: its dotted name says which domain it is of.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Organization(event) => event.serialize(serializer),
            Self::Licensing(event) => event.serialize(serializer),
            Self::Inventory(event) => event.serialize(serializer),
            Self::Porting(event) => event.serialize(serializer),
            Self::Address(event) => event.serialize(serializer),
        }
    }
}

impl Apply for State {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        match event {
            Event::Organization(event) => {
                let own::Event::RulesChosen(chosen) = event.as_ref();
                let rules = Rules::new(chosen.generation, &chosen.overrides).map_err(|_| {
                    let event = "organization.rules_chosen";
                    Inconsistent::Event { event, problem: "an override is out of range" }
                })?;
                self.rules = Arc::new(rules);
                self.chosen = chosen.clone();
                Ok(())
            }
            Event::Licensing(event) => self.licensing.apply(event),
            Event::Inventory(event) => self.inventory.apply(event),
            Event::Porting(event) => self.porting.apply(event),
            Event::Address(event) => self.addresses.apply(event),
        }
    }

    fn endings(&self, at: Timestamp) -> Vec<Event> {
        let mut endings: Vec<Event> =
            self.inventory.endings(at).into_iter().map(Event::from).collect();
        endings.extend(self.porting.endings(at).into_iter().map(Event::from));
        // Stable: what ends at the same instant keeps the order above.
        endings.sort_by_key(|event| event.ended_at().unwrap_or(at));
        endings
    }

    fn merge(last: &mut Event, next: &Event) -> bool {
        match (last, next) {
            (Event::Licensing(last), Event::Licensing(next)) => licensing::State::merge(last, next),
            (Event::Inventory(last), Event::Inventory(next)) => inventory::State::merge(last, next),
            (Event::Address(last), Event::Address(next)) => address::State::merge(last, next),
            _ => false,
        }
    }
}
