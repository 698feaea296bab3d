//! Licences: seats bought and assigned, what each grants and needs, how many numbers they entitle to.
//!
//! Seats are bought per product for the organization, and assigned one by one to users. No more
//! are assigned than are bought. A user is known from the first licence to the last, with one
//! usage location, which decides the country of everything that depends on a country.

mod entitlement;
mod file;
mod kept;
mod sku;

use serde::{Deserialize, Serialize};

use crate::bulk::Mode;
use crate::draft::{Apply, Inconsistent, events};
use crate::error::{Choices, refusals};
use crate::map::Map;
use crate::number::PhoneNumber;
use crate::text::{Country, UserId};

pub use entitlement::{
    Basis, ConferenceMinutes, Entitlement, ResourceAccounts, ServiceNumbers, TIERS, Tier,
    UserNumbers,
};
pub use file::{ImportSeats, ImportUsers};
pub use sku::{Grant, Sku, SkuSet, UnknownSku};

refusals! {
    /// Why licensing says no.
    pub enum Error {
        ZeroSeats = LicensingZeroSeats { sku: Sku }
            => "name at least one seat of {sku}",
        TooManySeats = LicensingTooManySeats { sku: Sku, bought: u32, seats: u32, maximum: u32 }
            => "{bought} seats of {sku} and {seats} more exceed {maximum}, the most that can be counted",
        PrerequisiteMissing = LicensingPrerequisiteMissing { sku: Sku, user: Option<UserId>, needs_one_of: Choices<Grant> }
            => "{sku} needs a licence that grants one of {needs_one_of} to be there first",
        NoSeatsLeft = LicensingNoSeatsLeft { sku: Sku, bought: u32, assigned: u32 }
            => "all {bought} seats bought of {sku} are assigned ({assigned}); buy more, or unassign one first",
        AlreadyAssigned = LicensingAlreadyAssigned { user: UserId, sku: Sku }
            => "{user} holds {sku} already",
        NothingNamed = LicensingNothingNamed {}
            => "name at least one user, and at least one licence for each",
        NotAssigned = LicensingNotAssigned { user: UserId, sku: Sku }
            => "{user} does not hold {sku}",
        SeatsInUse = LicensingSeatsInUse { sku: Sku, bought: u32, assigned: u32, free: u32, seats: u32 }
            => "of {bought} seats of {sku}, {assigned} are assigned; {free} can be cancelled, not {seats}",
        StillNeeded = LicensingStillNeeded { sku: Sku, needed_by: Sku, user: Option<UserId> }
            => "{sku} is needed by {needed_by}; take that away first",
        UserHoldsNumber = LicensingUserHoldsNumber { user: UserId, sku: Sku, number: PhoneNumber }
            => "{user} needs {sku} for {number}; unassign the number first",
        UsageLocation = LicensingUsageLocation { user: UserId, recorded: Country, given: Country }
            => "the usage location of {user} is {recorded}, not {given}; unassign all licences first to change it",
    }
}

/// Seats of one product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seats {
    /// Seats that the organization bought.
    pub bought: u32,
    /// Seats that are assigned to users.
    pub assigned: u32,
}

impl Seats {
    /// Seats that are bought and not assigned.
    pub fn free(self) -> u32 {
        self.bought.saturating_sub(self.assigned)
    }
}

/// A user who holds at least one licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// The country for which the user's licences are used.
    pub usage_location: Country,
    /// The licences.
    pub skus: SkuSet,
}

/// All seats and all users of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    seats: Map<Sku, Seats>,
    users: Map<UserId, User>,
    /// How many users of a country hold a product.
    held: Map<(Sku, Country), u32>,
}

impl State {
    /// The seats of a product; none bought if it is not known.
    pub fn seats(&self, sku: Sku) -> Seats {
        self.seats.get(&sku).copied().unwrap_or_default()
    }

    /// The seats of every product of which there are any.
    pub fn all_seats(&self) -> impl Iterator<Item = (Sku, Seats)> {
        self.seats.iter().map(|(sku, seats)| (*sku, *seats))
    }

    /// A user, if the user holds a licence.
    pub fn user(&self, user: &UserId) -> Option<&User> {
        self.users.get(user)
    }

    /// The users in ascending order.
    pub fn users(&self) -> impl Iterator<Item = (&UserId, &User)> {
        self.users.iter()
    }

    /// How many users hold a licence.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// How many users with this usage location hold the product.
    pub fn held_in(&self, sku: Sku, country: Country) -> u32 {
        self.held.get(&(sku, country)).copied().unwrap_or_default()
    }

    /// How many users hold which product in which country, where any does.
    pub fn held(&self) -> impl Iterator<Item = (Sku, Country, u32)> {
        self.held.iter().map(|((sku, country), users)| (*sku, *country, *users))
    }

    /// How many seats are bought that grant any of `grants`; each seat counts once.
    pub(crate) fn bought_with(&self, grants: &[Grant]) -> u64 {
        self.seats
            .iter()
            .filter(|(sku, _)| grants.iter().any(|grant| sku.gives(*grant)))
            .fold(0_u64, |sum, (_, seats)| sum.saturating_add(u64::from(seats.bought)))
    }
}

/// Buys seats of a product.
///
/// A calling plan needs at least one seat that grants Phone System to be bought before: the option
/// to buy one is hidden otherwise (add-on licensing).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuySeats {
    /// The product.
    pub sku: Sku,
    /// How many, from 1.
    pub seats: u32,
}

impl BuySeats {
    pub(crate) fn decide(&self, state: &State) -> Result<SeatsBought, Error> {
        let (sku, seats) = (self.sku, self.seats);
        if seats == 0 {
            return Err(Error::ZeroSeats { sku });
        }
        let needs = sku.needs_one_of();
        if needs == [Grant::PhoneSystem] && state.bought_with(needs) == 0 {
            return Err(Error::PrerequisiteMissing {
                sku,
                user: None,
                needs_one_of: needs.iter().copied().collect(),
            });
        }
        let bought = state.seats(sku).bought;
        let total = bought.checked_add(seats).ok_or(Error::TooManySeats {
            sku,
            bought,
            seats,
            maximum: u32::MAX,
        })?;
        Ok(SeatsBought { sku, seats, bought: total })
    }
}

/// Cancels seats of a product that are not assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelSeats {
    /// The product.
    pub sku: Sku,
    /// How many, from 1.
    pub seats: u32,
}

impl CancelSeats {
    pub(crate) fn decide(&self, state: &State) -> Result<SeatsCancelled, Error> {
        let (sku, seats) = (self.sku, self.seats);
        if seats == 0 {
            return Err(Error::ZeroSeats { sku });
        }
        let Seats { bought, assigned } = state.seats(sku);
        let free = state.seats(sku).free();
        if seats > free {
            return Err(Error::SeatsInUse { sku, bought, assigned, free, seats });
        }
        let left = bought.saturating_sub(seats);
        let last = sku.gives(Grant::PhoneSystem)
            && state.bought_with(&[Grant::PhoneSystem]) == u64::from(seats);
        let dependent = state.all_seats().find(|(other, count)| {
            count.bought > 0 && other.needs_one_of() == [Grant::PhoneSystem]
        });
        if let (true, Some((needed_by, _))) = (last, dependent) {
            return Err(Error::StillNeeded { sku, needed_by, user: None });
        }
        Ok(SeatsCancelled { sku, seats, bought: left })
    }
}

/// Licences for a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The user.
    pub user: UserId,
    /// The country for which the licences are used; every licence of a user has the same.
    pub usage_location: Country,
    /// The products; the order does not matter.
    pub skus: Vec<Sku>,
}

/// Assigns licences to users, one seat each.
///
/// Each user is one item: all the licences named for it, or none. Communications Credits need
/// Phone System or Audio Conferencing, a calling plan needs Phone System; both may be assigned
/// together with what they need. Refusals of an item in this order: no licence named; another usage
/// location; held already; a prerequisite; the seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// Who gets what.
    pub assignments: Vec<Assignment>,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Assignment {
    pub(crate) fn decide(&self, state: &State) -> Result<LicensesAssigned, Error> {
        let user = &self.user;
        if self.skus.is_empty() {
            return Err(Error::NothingNamed {});
        }
        let mut held = SkuSet::default();
        if let Some(known) = state.user(user) {
            let (recorded, given) = (known.usage_location, self.usage_location);
            if recorded != given {
                return Err(Error::UsageLocation { user: user.clone(), recorded, given });
            }
            held = known.skus;
        }
        let mut after = held;
        for sku in self.skus.iter().copied() {
            if after.contains(sku) {
                return Err(Error::AlreadyAssigned { user: user.clone(), sku });
            }
            after = after.with(sku);
        }
        for sku in self.skus.iter().copied() {
            let needs = sku.needs_one_of();
            if !after.gives_one_of(needs) {
                let needs_one_of = needs.iter().copied().collect();
                return Err(Error::PrerequisiteMissing {
                    sku,
                    user: Some(user.clone()),
                    needs_one_of,
                });
            }
        }
        for sku in self.skus.iter().copied() {
            let Seats { bought, assigned } = state.seats(sku);
            if assigned >= bought {
                return Err(Error::NoSeatsLeft { sku, bought, assigned });
            }
        }
        Ok(LicensesAssigned { assignments: vec![self.clone()] })
    }
}

/// A licence of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// The user.
    pub user: UserId,
    /// The product.
    pub sku: Sku,
}

/// Takes licences from users; the seats are free again.
///
/// A licence that another one of the user needs, or that the user's number needs, is refused: of
/// several licences of one user the one that needs comes first in the list. A user without licences
/// is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unassign {
    /// Who loses what.
    pub holdings: Vec<Holding>,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Holding {
    /// `number` is one for which the user needs the licence, if there is one.
    pub(crate) fn decide(
        &self,
        state: &State,
        number: Option<PhoneNumber>,
    ) -> Result<LicensesUnassigned, Error> {
        let Self { user, sku } = self.clone();
        let held = state.user(&user).map(|known| known.skus).unwrap_or_default();
        if !held.contains(sku) {
            return Err(Error::NotAssigned { user, sku });
        }
        let left = held.without(sku);
        if let Some(needed_by) = left.iter().find(|other| !left.gives_one_of(other.needs_one_of()))
        {
            return Err(Error::StillNeeded { sku, needed_by, user: Some(user) });
        }
        match number {
            Some(number) => Err(Error::UserHoldsNumber { user, sku, number }),
            None => Ok(LicensesUnassigned { holdings: vec![self.clone()] }),
        }
    }
}

/// What a user lacks for calls to and from the public network: Phone System first, then a calling
/// plan of either sort ("Setting up Phone System", steps 2 and 5).
pub(crate) fn missing_for_calls(skus: SkuSet) -> Option<&'static [Grant]> {
    [&[Grant::PhoneSystem][..], &[Grant::CallingPlan, Grant::CallingPlanPayAsYouGo]]
        .into_iter()
        .find(|grants| !skus.gives_one_of(grants))
}

/// Seats were bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsBought {
    /// The product.
    pub sku: Sku,
    /// How many.
    pub seats: u32,
    /// How many there are now.
    pub bought: u32,
}

/// Seats were cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsCancelled {
    /// The product.
    pub sku: Sku,
    /// How many.
    pub seats: u32,
    /// How many there are now.
    pub bought: u32,
}

/// Licences were assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicensesAssigned {
    /// Who got what.
    pub assignments: Vec<Assignment>,
}

/// Licences were taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicensesUnassigned {
    /// Who lost what.
    pub holdings: Vec<Holding>,
}

events! {
    /// What happens to licences.
    pub enum Event {
        SeatsBought = "licensing.seats_bought",
        SeatsCancelled = "licensing.seats_cancelled",
        LicensesAssigned = "licensing.licenses_assigned",
        LicensesUnassigned = "licensing.licenses_unassigned",
    }
}

impl State {
    fn assign(&mut self, assignment: &Assignment) -> Result<(), &'static str> {
        let known = self.users.get(&assignment.user);
        if known.is_some_and(|known| known.usage_location != assignment.usage_location) {
            return Err("the user has another usage location");
        }
        if assignment.skus.is_empty() {
            return Err("no licence is named");
        }
        let mut skus = known.map(|user| user.skus).unwrap_or_default();
        for sku in &assignment.skus {
            let seats = self.seats.get_mut(sku).ok_or("no seat was bought")?;
            seats.assigned = seats
                .assigned
                .checked_add(1)
                .filter(|assigned| *assigned <= seats.bought)
                .ok_or("no seat is left")?;
            if skus.contains(*sku) {
                return Err("the user holds the licence");
            }
            skus = skus.with(*sku);
            let held = self.held_in(*sku, assignment.usage_location).saturating_add(1);
            self.held.insert((*sku, assignment.usage_location), held);
        }
        self.users.insert(
            assignment.user.clone(),
            User { usage_location: assignment.usage_location, skus },
        );
        Ok(())
    }

    fn unassign(&mut self, holding: &Holding) -> Result<(), &'static str> {
        let user = self.users.get_mut(&holding.user).ok_or("the user is not known")?;
        if !user.skus.contains(holding.sku) {
            return Err("the user does not hold the licence");
        }
        user.skus = user.skus.without(holding.sku);
        let key = (holding.sku, user.usage_location);
        if user.skus.is_empty() {
            self.users.remove(&holding.user);
        }
        match self.held_in(key.0, key.1).saturating_sub(1) {
            0 => drop(self.held.remove(&key)),
            held => drop(self.held.insert(key, held)),
        }
        let seats = self.seats.get_mut(&holding.sku).ok_or("no seat was bought")?;
        seats.assigned = seats.assigned.checked_sub(1).ok_or("no seat is assigned")?;
        Ok(())
    }
}

impl Apply for State {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        let fits = match event {
            Event::SeatsBought(SeatsBought { sku, bought, .. })
            | Event::SeatsCancelled(SeatsCancelled { sku, bought, .. }) => {
                let assigned = self.seats(*sku).assigned;
                if assigned > *bought {
                    Err("more seats are assigned")
                } else {
                    self.seats.insert(*sku, Seats { bought: *bought, assigned });
                    Ok(())
                }
            }
            Event::LicensesAssigned(event) => {
                event.assignments.iter().try_for_each(|assignment| self.assign(assignment))
            }
            Event::LicensesUnassigned(event) => {
                event.holdings.iter().try_for_each(|holding| self.unassign(holding))
            }
        };
        fits.map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn merge(last: &mut Event, next: &Event) -> bool {
        match (last, next) {
            (Event::LicensesAssigned(last), Event::LicensesAssigned(next)) => {
                last.assignments.extend_from_slice(&next.assignments);
                true
            }
            (Event::LicensesUnassigned(last), Event::LicensesUnassigned(next)) => {
                last.holdings.extend_from_slice(&next.holdings);
                true
            }
            _ => false,
        }
    }
}
