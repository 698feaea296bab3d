//! The numbers that an organization owns, and the orders by which it gets them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Batch, BlockLength, Error, OrderId, Shelf, Target, TargetSort, numbers_of};
use crate::bulk::Mode;
use crate::draft::{Apply, Inconsistent, events};
use crate::map::Map;
use crate::number::{NumberKind, NumberList, PhoneNumber};
use crate::rules::Rules;
use crate::text::{Country, Label};
use crate::time::{Duration, Timestamp};

/// How a number came to the organization; only acquired ones count against the allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// From the provider.
    Acquired,
    /// From another carrier.
    PortedIn,
}

/// What an owned number is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", content = "of", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Nothing; it can be assigned.
    Unassigned,
    /// It serves a target.
    Assigned(Target),
    /// It rests, until an instant or until it is unblocked.
    Blocked(Option<Timestamp>),
}

/// A number that an organization owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owned {
    /// What and where it is.
    pub shelf: Arc<Shelf>,
    /// How it came.
    pub source: Source,
    /// When it came.
    pub since: Timestamp,
    /// What it is doing.
    pub status: Status,
}

/// What has become of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OrderStatus {
    /// Its numbers are reserved.
    Reserved,
    /// Its numbers were acquired, all or some.
    Completed,
    /// It was given up.
    Cancelled,
    /// Its time ran out.
    Expired,
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "reserved",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        })
    }
}

crate::error::figure_as_text!(OrderStatus, TargetSort);

/// An order: found numbers, reserved until an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Order {
    /// Its number.
    pub order: OrderId,
    /// What the numbers are for.
    pub kind: NumberKind,
    /// The numbers that it reserves or reserved.
    pub batches: Vec<Batch>,
    /// When its time runs, or ran, out.
    pub expires_at: Timestamp,
    /// What has become of it.
    pub status: OrderStatus,
    /// The numbers that were acquired by it.
    pub acquired: NumberList,
}

/// How many numbers of one kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Count {
    /// Acquired from the provider.
    pub acquired: u32,
    /// Ported in; these do not count against the allowance.
    pub ported_in: u32,
    /// Reserved by open orders.
    pub reserved: u32,
}

/// Owned numbers and orders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    numbers: Map<PhoneNumber, Owned>,
    /// Who holds which, for the way back.
    held: Map<(Target, PhoneNumber), ()>,
    orders: Map<OrderId, Order>,
    reservation_ends: Map<(Timestamp, OrderId), ()>,
    block_ends: Map<(Timestamp, PhoneNumber), ()>,
    counts: Map<NumberKind, Count>,
}

impl State {
    /// An owned number.
    pub fn number(&self, number: PhoneNumber) -> Option<&Owned> {
        self.numbers.get(&number)
    }

    /// The owned numbers in ascending order.
    pub fn numbers(&self) -> impl Iterator<Item = (PhoneNumber, &Owned)> {
        self.numbers.iter().map(|(number, owned)| (*number, owned))
    }

    /// The first number that a target holds.
    pub fn held_by(&self, target: &Target) -> Option<PhoneNumber> {
        let from = (target.clone(), PhoneNumber::MIN);
        let (found, ()) = self.held.range(from..).next()?;
        (found.0 == *target).then_some(found.1)
    }

    /// The orders in ascending order of their numbers.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().map(|(_, order)| order)
    }

    /// How many numbers of a kind there are.
    pub fn count(&self, kind: NumberKind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    fn owned(&self, number: PhoneNumber) -> Result<&Owned, Error> {
        self.number(number).ok_or(Error::NumberUnknown { number })
    }

    fn next_order(&self) -> OrderId {
        let orders = u64::try_from(self.orders.len()).unwrap_or(u64::MAX);
        OrderId(orders.saturating_add(1))
    }

    /// The order, if its numbers are still reserved.
    pub(crate) fn open_order(&self, id: OrderId) -> Result<&Order, Error> {
        let order = self.orders.get(&id).ok_or(Error::OrderUnknown { order: id })?;
        match order.status {
            OrderStatus::Reserved => Ok(order),
            OrderStatus::Expired => {
                Err(Error::OrderExpired { order: id, expired_at: order.expires_at })
            }
            status => Err(Error::OrderClosed { order: id, status }),
        }
    }
}

/// Finds free numbers and reserves them for ten minutes.
///
/// The lowest numbers that fit are taken. Refusals in this order: nothing asked for; more than one
/// search may; by form only; too many reservations open; too many numbers reserved; Communications
/// Credits not set up (toll-free); the allowance; the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reserve {
    /// What the numbers are to be for.
    pub kind: NumberKind,
    /// The country.
    pub country: Country,
    /// The state or province; any if not given.
    #[serde(default)]
    pub state: Option<Label>,
    /// The city; any if not given.
    #[serde(default)]
    pub city: Option<Label>,
    /// How many, from 1.
    pub quantity: u32,
}

impl Reserve {
    /// Whether the order as such is allowed.
    pub(crate) fn check(&self, state: &State, rules: &Rules) -> Result<(), Error> {
        let Self { kind, country, quantity, .. } = *self;
        let rules = &rules.inventory;
        if quantity == 0 {
            return Err(Error::NothingAsked {});
        }
        if let Some(maximum) = rules.search_maximum.exceeded_by(quantity.into()) {
            return Err(Error::SearchTooLarge { quantity, maximum });
        }
        if kind != NumberKind::User && !rules.service_number_search.contains(country) {
            let searchable = rules.service_number_search.names();
            return Err(Error::ByFormOnly { country, kind, searchable });
        }
        let open = u32::try_from(state.reservation_ends.len()).unwrap_or(u32::MAX);
        if let Some(maximum) =
            rules.reservations_maximum.exceeded_by(u64::from(open).saturating_add(1))
        {
            return Err(Error::TooManyReservations { open, maximum });
        }
        let reserved = NumberKind::ALL
            .iter()
            .fold(0_u32, |sum, kind| sum.saturating_add(state.count(*kind).reserved));
        let after = u64::from(reserved).saturating_add(quantity.into());
        if let Some(maximum) = rules.reserved_maximum.exceeded_by(after) {
            return Err(Error::TooManyReserved { reserved, quantity, maximum });
        }
        Ok(())
    }

    /// Whether the licences entitle to so many more; `entitled` is how many of the kind in all.
    pub(crate) fn check_allowance(&self, state: &State, entitled: u64) -> Result<(), Error> {
        let Self { kind, quantity, .. } = *self;
        let count = state.count(kind);
        let left = count.left_of(entitled);
        if u64::from(quantity) > left {
            let Count { acquired, reserved, .. } = count;
            return Err(Error::AllowanceExceeded {
                kind,
                entitled,
                acquired,
                reserved,
                left,
                quantity,
            });
        }
        Ok(())
    }

    /// The order over the numbers found.
    pub(crate) fn decide(
        &self,
        state: &State,
        batches: Vec<Batch>,
        expires_at: Timestamp,
    ) -> NumbersReserved {
        NumbersReserved { order: state.next_order(), kind: self.kind, batches, expires_at }
    }
}

impl Count {
    /// How many more may be had if the licences entitle to `entitled`.
    pub fn left_of(self, entitled: u64) -> u64 {
        entitled.saturating_sub(self.acquired.into()).saturating_sub(self.reserved.into())
    }
}

/// Acquires the numbers that an order reserves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Acquire {
    /// The order.
    pub order: OrderId,
    /// Those that are wanted; the others go back. All of them if not given. From 2025 on an order
    /// is acquired whole.
    #[serde(default)]
    pub numbers: Option<NumberList>,
}

impl Acquire {
    pub(crate) fn decide(
        &self,
        state: &State,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<NumbersAcquired, Error> {
        let order = state.open_order(self.order)?;
        let Some(chosen) = &self.numbers else {
            return Ok(NumbersAcquired { order: self.order, batches: order.batches.clone(), at });
        };
        if chosen.is_empty() {
            return Err(Error::NothingAsked {});
        }
        let reserved = numbers_of(&order.batches);
        if let Some(number) = chosen.iter().find(|number| !reserved.contains(*number)) {
            return Err(Error::NotInOrder { order: self.order, number });
        }
        if !rules.inventory.acquire_some && *chosen != reserved {
            let (reserved, chosen) = (reserved.count(), chosen.count());
            return Err(Error::WholeOrderOnly { order: self.order, reserved, chosen });
        }
        let batches = order.batches.iter().filter_map(|batch| {
            let numbers: NumberList =
                batch.numbers.iter().filter(|number| chosen.contains(*number)).collect();
            (!numbers.is_empty()).then(|| Batch { shelf: batch.shelf.clone(), numbers })
        });
        Ok(NumbersAcquired { order: self.order, batches: batches.collect(), at })
    }
}

/// Gives up an order; its numbers go back to the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The order.
    pub order: OrderId,
}

/// A number and what it is to serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NumberAssignment {
    /// The number, owned, unassigned and not blocked.
    pub number: PhoneNumber,
    /// What it is to serve.
    pub target: Target,
}

/// Assigns numbers to people and services.
///
/// Refusals of an item in this order: the number is not owned, assigned, blocked; the rules put no
/// number on such a target; the kind cannot serve it; the target holds a number already; licence;
/// country. Emergency addresses are not looked at yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// Which numbers are to serve what.
    pub assignments: Vec<NumberAssignment>,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl NumberAssignment {
    /// What the inventory alone can say; licences and countries are looked at by the organization.
    pub(crate) fn decide(&self, state: &State, rules: &Rules) -> Result<NumbersAssigned, Error> {
        let Self { number, target } = self.clone();
        let owned = state.owned(number)?;
        match &owned.status {
            Status::Unassigned => {}
            Status::Assigned(target) => {
                return Err(Error::NumberAssigned { number, target: target.clone() });
            }
            Status::Blocked(until) => {
                return Err(Error::NumberBlocked { number, until: *until });
            }
        }
        let sort = target.sort();
        let allowed = |fits: &dyn Fn(TargetSort) -> bool| {
            TargetSort::ALL.into_iter().filter(|sort| sort.in_rules(rules) && fits(*sort)).collect()
        };
        if !sort.in_rules(rules) {
            return Err(Error::TargetNotInRules { target, allowed: allowed(&|_| true) });
        }
        let kind = owned.shelf.kind;
        if !sort.served_by(kind) {
            let allowed = allowed(&|sort| sort.served_by(kind));
            return Err(Error::KindCannotServe { number, kind, target, allowed });
        }
        if let (true, Some(number)) = (sort.holds_one(), state.held_by(&target)) {
            return Err(Error::TargetHasNumber { target, number });
        }
        Ok(NumbersAssigned { assignments: vec![self.clone()] })
    }
}

/// Takes numbers from what they serve, and may let them rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unassign {
    /// The numbers.
    pub numbers: NumberList,
    /// How long they are blocked from now; not at all if not given.
    #[serde(default)]
    pub block: Option<BlockLength>,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Unassign {
    pub(crate) fn decide_one(
        &self,
        number: PhoneNumber,
        state: &State,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<NumbersUnassigned, Error> {
        let Status::Assigned(_) = state.owned(number)?.status else {
            return Err(Error::NumberNotAssigned { number });
        };
        let block = self
            .block
            .map(|block| Ok(BlockUntil { until: block_end(block, rules, at)? }))
            .transpose()?;
        Ok(NumbersUnassigned { numbers: number.into(), block })
    }
}

/// Lets unassigned numbers rest, so that nobody assigns them.
///
/// A number that is blocked already is refused: lift that block first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The numbers.
    pub numbers: NumberList,
    /// How long, from now.
    pub length: BlockLength,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Block {
    pub(crate) fn decide_one(
        &self,
        number: PhoneNumber,
        state: &State,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<NumbersBlocked, Error> {
        let until = block_end(self.length, rules, at)?;
        match &state.owned(number)?.status {
            Status::Unassigned => Ok(NumbersBlocked { numbers: number.into(), until }),
            Status::Assigned(target) => {
                Err(Error::NumberAssigned { number, target: target.clone() })
            }
            Status::Blocked(until) => Err(Error::NumberBlocked { number, until: *until }),
        }
    }
}

/// When a block that begins at `at` ends; `None` for never.
fn block_end(
    length: BlockLength,
    rules: &Rules,
    at: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    match length {
        BlockLength::Forever => Ok(None),
        BlockLength::Days(days) => {
            let maximum = rules.inventory.block_days_maximum;
            let end = at.after(Duration::from_days(days)).filter(|_| (1..=maximum).contains(&days));
            end.map(Some).ok_or(Error::BlockDays { days, minimum: 1, maximum })
        }
    }
}

/// Lifts blocks before their end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unblock {
    /// The numbers.
    pub numbers: NumberList,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Unblock {
    pub(crate) fn decide_one(
        number: PhoneNumber,
        state: &State,
    ) -> Result<NumbersUnblocked, Error> {
        match state.owned(number)?.status {
            Status::Blocked(_) => Ok(NumbersUnblocked { numbers: number.into() }),
            _ => Err(Error::NumberNotBlocked { number }),
        }
    }
}

/// Gives numbers up, all of them or none: one that is assigned refuses the whole order.
///
/// Those that came from the provider wait there until they are offered again; no source says for
/// how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The numbers.
    pub numbers: NumberList,
}

impl Release {
    pub(crate) fn decide(&self, state: &State, rules: &Rules) -> Result<NumbersReleased, Error> {
        let numbers = self.numbers.count();
        if numbers == 0 {
            return Err(Error::NothingAsked {});
        }
        if let Some(maximum) = rules.inventory.release_maximum.exceeded_by(numbers) {
            return Err(Error::ReleaseTooLarge { numbers, maximum });
        }
        for number in self.numbers.iter() {
            if let Status::Assigned(target) = &state.owned(number)?.status {
                return Err(Error::NumberAssigned { number, target: target.clone() });
            }
        }
        Ok(NumbersReleased { numbers: self.numbers.clone() })
    }
}

/// Numbers were found and reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumbersReserved {
    /// The order.
    pub order: OrderId,
    /// What they are to be for.
    pub kind: NumberKind,
    /// The numbers.
    pub batches: Vec<Batch>,
    /// When the reservation ends.
    pub expires_at: Timestamp,
}

/// Numbers of an order were acquired; the order is completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NumbersAcquired {
    /// The order.
    pub order: OrderId,
    /// The numbers.
    pub batches: Vec<Batch>,
    /// When.
    pub at: Timestamp,
}

/// An order was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// The order.
    pub order: OrderId,
}

/// An order's time ran out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationExpired {
    /// The order.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
}

/// A number that the organization owned before this record began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The number.
    pub number: PhoneNumber,
    /// What and where it is.
    pub shelf: Shelf,
    /// How it came.
    pub source: Source,
    /// What it serves.
    pub target: Option<Target>,
}

/// Numbers were entered into the record as they were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersRecorded {
    /// The numbers.
    pub numbers: Vec<Recorded>,
    /// When.
    pub at: Timestamp,
}

/// Numbers were assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersAssigned {
    /// Which serve what.
    pub assignments: Vec<NumberAssignment>,
}

/// The end of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockUntil {
    /// When; none for never.
    pub until: Option<Timestamp>,
}

/// Numbers were taken from what they served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersUnassigned {
    /// The numbers.
    pub numbers: NumberList,
    /// The block that began at once, if one did.
    pub block: Option<BlockUntil>,
}

/// Numbers were blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersBlocked {
    /// The numbers.
    pub numbers: NumberList,
    /// Until when; none for forever.
    pub until: Option<Timestamp>,
}

/// Blocks were lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersUnblocked {
    /// The numbers.
    pub numbers: NumberList,
}

/// Blocks came to their end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlocksEnded {
    /// The numbers.
    pub numbers: NumberList,
    /// When.
    pub at: Timestamp,
}

/// Numbers were given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersReleased {
    /// The numbers.
    pub numbers: NumberList,
}

events! {
    /// What happens to an organization's numbers and orders.
    pub enum Event {
        NumbersReserved = "inventory.numbers_reserved",
        NumbersAcquired = "inventory.numbers_acquired",
        OrderCancelled = "inventory.order_cancelled",
        ReservationExpired = "inventory.reservation_expired",
        NumbersRecorded = "inventory.numbers_recorded",
        NumbersAssigned = "inventory.numbers_assigned",
        NumbersUnassigned = "inventory.numbers_unassigned",
        NumbersBlocked = "inventory.numbers_blocked",
        NumbersUnblocked = "inventory.numbers_unblocked",
        BlocksEnded = "inventory.blocks_ended",
        NumbersReleased = "inventory.numbers_released",
    }
}

type Fit = Result<(), &'static str>;

impl State {
    fn change_count(
        &mut self,
        kind: NumberKind,
        change: impl FnOnce(&mut Count) -> Option<()>,
    ) -> Fit {
        let mut count = self.count(kind);
        change(&mut count).ok_or("a count would leave its range")?;
        self.counts.insert(kind, count);
        Ok(())
    }

    fn close(&mut self, id: OrderId, status: OrderStatus, acquired: NumberList) -> Fit {
        let order = self.orders.get_mut(&id).ok_or("the order is not known")?;
        if order.status != OrderStatus::Reserved {
            return Err("the order is closed");
        }
        order.status = status;
        order.acquired = acquired;
        let (kind, expires_at) = (order.kind, order.expires_at);
        let reserved =
            u32::try_from(numbers_of(&order.batches).count()).map_err(|_| "too many numbers")?;
        self.reservation_ends.remove(&(expires_at, id));
        self.change_count(kind, |count| {
            count.reserved = count.reserved.checked_sub(reserved)?;
            Some(())
        })
    }

    fn own(&mut self, number: PhoneNumber, owned: Owned) -> Fit {
        if let Status::Assigned(target) = &owned.status {
            self.held.insert((target.clone(), number), ());
        }
        let (kind, source) = (owned.shelf.kind, owned.source);
        if self.numbers.insert(number, owned).is_some() {
            return Err("the number is owned");
        }
        self.change_count(kind, |count| count.change(source, 1))
    }

    /// Changes the status of a number; `fits` says from which.
    fn set(
        &mut self,
        number: PhoneNumber,
        status: Status,
        fits: impl FnOnce(&Status) -> bool,
    ) -> Fit {
        let owned = self.numbers.get_mut(&number).ok_or("the number is not owned")?;
        if !fits(&owned.status) {
            return Err("the number's status does not allow it");
        }
        let before = std::mem::replace(&mut owned.status, status.clone());
        match before {
            Status::Assigned(target) => drop(self.held.remove(&(target, number))),
            Status::Blocked(Some(until)) => drop(self.block_ends.remove(&(until, number))),
            Status::Unassigned | Status::Blocked(None) => {}
        }
        match status {
            Status::Assigned(target) => drop(self.held.insert((target, number), ())),
            Status::Blocked(Some(until)) => drop(self.block_ends.insert((until, number), ())),
            Status::Unassigned | Status::Blocked(None) => {}
        }
        Ok(())
    }

    fn release(&mut self, number: PhoneNumber) -> Fit {
        self.set(number, Status::Unassigned, |status| !matches!(status, Status::Assigned(_)))?;
        let owned = self.numbers.remove(&number).ok_or("the number is not owned")?;
        self.change_count(owned.shelf.kind, |count| count.change(owned.source, -1))
    }

    fn fit(&mut self, event: &Event) -> Fit {
        let assigned = |status: &Status| matches!(status, Status::Assigned(_));
        let blocked = |status: &Status| matches!(status, Status::Blocked(_));
        let unassigned = |status: &Status| matches!(status, Status::Unassigned);
        match event {
            Event::NumbersReserved(event) => self.reserve(event),
            Event::NumbersAcquired(event) => {
                self.close(event.order, OrderStatus::Completed, numbers_of(&event.batches))?;
                for batch in &event.batches {
                    let shelf = Arc::new(batch.shelf.clone());
                    for number in batch.numbers.iter() {
                        let shelf = Arc::clone(&shelf);
                        let (source, since, status) =
                            (Source::Acquired, event.at, Status::Unassigned);
                        self.own(number, Owned { shelf, source, since, status })?;
                    }
                }
                Ok(())
            }
            Event::OrderCancelled(event) => {
                self.close(event.order, OrderStatus::Cancelled, NumberList::default())
            }
            Event::ReservationExpired(event) => {
                self.close(event.order, OrderStatus::Expired, NumberList::default())
            }
            Event::NumbersRecorded(event) => event.numbers.iter().try_for_each(|recorded| {
                let Recorded { number, shelf, source, target } = recorded.clone();
                let status = target.map_or(Status::Unassigned, Status::Assigned);
                self.own(number, Owned { shelf: Arc::new(shelf), source, since: event.at, status })
            }),
            Event::NumbersAssigned(event) => event.assignments.iter().try_for_each(|assignment| {
                let NumberAssignment { number, target } = assignment.clone();
                self.set(number, Status::Assigned(target), unassigned)
            }),
            Event::NumbersUnassigned(NumbersUnassigned { numbers, block }) => {
                let status =
                    block.as_ref().map_or(Status::Unassigned, |block| Status::Blocked(block.until));
                numbers.iter().try_for_each(|number| self.set(number, status.clone(), assigned))
            }
            Event::NumbersBlocked(NumbersBlocked { numbers, until }) => numbers
                .iter()
                .try_for_each(|number| self.set(number, Status::Blocked(*until), unassigned)),
            Event::NumbersUnblocked(NumbersUnblocked { numbers })
            | Event::BlocksEnded(BlocksEnded { numbers, .. }) => {
                numbers.iter().try_for_each(|number| self.set(number, Status::Unassigned, blocked))
            }
            Event::NumbersReleased(NumbersReleased { numbers }) => {
                numbers.iter().try_for_each(|number| self.release(number))
            }
        }
    }

    fn reserve(&mut self, event: &NumbersReserved) -> Fit {
        let NumbersReserved { order, kind, batches, expires_at } = event.clone();
        let numbers =
            u32::try_from(numbers_of(&batches).count()).map_err(|_| "too many numbers")?;
        if order != self.next_order() {
            return Err("the order is not the next one");
        }
        let (status, acquired) = (OrderStatus::Reserved, NumberList::default());
        self.orders.insert(order, Order { order, kind, batches, expires_at, status, acquired });
        self.reservation_ends.insert((expires_at, order), ());
        self.change_count(kind, |count| {
            count.reserved = count.reserved.checked_add(numbers)?;
            Some(())
        })
    }
}

impl Count {
    fn change(&mut self, source: Source, by: i32) -> Option<()> {
        let count = match source {
            Source::Acquired => &mut self.acquired,
            Source::PortedIn => &mut self.ported_in,
        };
        *count = count.checked_add_signed(by)?;
        Some(())
    }
}

impl Apply for State {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        self.fit(event).map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn endings(&self, at: Timestamp) -> Vec<Event> {
        let mut endings: Vec<(Timestamp, Event)> = Vec::new();
        for ((due, order), ()) in
            self.reservation_ends.iter().take_while(|((due, _), ())| *due <= at)
        {
            endings.push((*due, ReservationExpired { order: *order, at: *due }.into()));
        }
        for ((due, number), ()) in self.block_ends.iter().take_while(|((due, _), ())| *due <= at) {
            let ended = BlocksEnded { numbers: (*number).into(), at: *due }.into();
            // Merges only with a block that ends at the same instant.
            let merged = endings.last_mut().is_some_and(|(_, last)| Self::merge(last, &ended));
            if !merged {
                endings.push((*due, ended));
            }
        }
        // Stable: what ends at the same instant keeps the order above.
        endings.sort_by_key(|(due, _)| *due);
        endings.into_iter().map(|(_, event)| event).collect()
    }

    fn merge(last: &mut Event, next: &Event) -> bool {
        match (last, next) {
            (Event::NumbersRecorded(last), Event::NumbersRecorded(next)) if last.at == next.at => {
                last.numbers.extend_from_slice(&next.numbers);
            }
            (Event::NumbersAssigned(last), Event::NumbersAssigned(next)) => {
                last.assignments.extend_from_slice(&next.assignments);
            }
            (Event::NumbersUnassigned(last), Event::NumbersUnassigned(next))
                if last.block == next.block =>
            {
                last.numbers.extend_with(&next.numbers);
            }
            (Event::NumbersBlocked(last), Event::NumbersBlocked(next))
                if last.until == next.until =>
            {
                last.numbers.extend_with(&next.numbers);
            }
            (Event::NumbersUnblocked(last), Event::NumbersUnblocked(next)) => {
                last.numbers.extend_with(&next.numbers);
            }
            (Event::BlocksEnded(last), Event::BlocksEnded(next)) if last.at == next.at => {
                last.numbers.extend_with(&next.numbers);
            }
            _ => return false,
        }
        true
    }
}
