//! The numbers that an organization owns, and the orders by which it gets them: the state, and what
//! each event does to it.

mod kept;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::events::{
    BlocksEnded, Event, NumbersBlocked, NumbersLocated, NumbersReleased, NumbersReserved,
    NumbersTold, NumbersUnassigned, NumbersUnblocked, Recorded, ReservationExpired,
};
use super::{
    Batch, Error, NumberAssignment, OrderId, Shelf, Source, Target, TargetSort, numbers_of,
};
use crate::draft::{Apply, Inconsistent};
use crate::map::Map;
use crate::number::{NumberKind, NumberList, PhoneNumber};
use crate::text::AddressId;
use crate::time::Timestamp;

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
    /// Its emergency address.
    pub location: Option<AddressId>,
    /// When the user who holds it was told so.
    pub told_at: Option<Timestamp>,
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

    /// How many numbers have an address as their location, and the first of them.
    pub(crate) fn located_at(&self, address: &AddressId) -> Option<(u32, PhoneNumber)> {
        let mut located = self
            .numbers()
            .filter(|(_, owned)| owned.location.as_ref() == Some(address))
            .map(|(number, _)| number);
        let first = located.next()?;
        Some((u32::try_from(located.count().saturating_add(1)).unwrap_or(u32::MAX), first))
    }

    /// The orders in ascending order of their numbers.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().map(|(_, order)| order)
    }

    /// How many orders hold reserved numbers.
    pub fn open_orders(&self) -> u32 {
        u32::try_from(self.reservation_ends.len()).unwrap_or(u32::MAX)
    }

    /// How many numbers of a kind there are.
    pub fn count(&self, kind: NumberKind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    pub(super) fn owned(&self, number: PhoneNumber) -> Result<&Owned, Error> {
        self.number(number).ok_or(Error::NumberUnknown { number })
    }

    pub(super) fn next_order(&self) -> OrderId {
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

impl Owned {
    /// A number that does nothing yet.
    fn new(shelf: Arc<Shelf>, source: Source, since: Timestamp) -> Self {
        let status = Status::Unassigned;
        Self { shelf, source, since, status, location: None, told_at: None }
    }
}

impl Count {
    /// How many more may be had if the licences entitle to `entitled`.
    pub fn left_of(self, entitled: u64) -> u64 {
        entitled.saturating_sub(self.acquired.into()).saturating_sub(self.reserved.into())
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
        // Nothing is no entry: equal inventories are equal states, however they came about.
        if count == Count::default() {
            self.counts.remove(&kind);
        } else {
            self.counts.insert(kind, count);
        }
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

    fn change(&mut self, number: PhoneNumber, change: impl FnOnce(&mut Owned)) -> Fit {
        self.numbers.get_mut(&number).map(change).ok_or("the number is not owned")
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
        owned.told_at = None;
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
                        let (source, since) = (Source::Acquired, event.at);
                        self.own(number, Owned::new(shelf, source, since))?;
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
                let Recorded { number, shelf, source, target, location } = recorded.clone();
                let status = target.map_or(Status::Unassigned, Status::Assigned);
                let owned = Owned::new(Arc::new(shelf), source, event.at);
                self.own(number, Owned { status, location, ..owned })
            }),
            Event::NumbersAssigned(event) => event.assignments.iter().try_for_each(|assignment| {
                let NumberAssignment { number, target, location } = assignment.clone();
                self.set(number, Status::Assigned(target), unassigned)?;
                match location {
                    Some(location) => self.change(number, |owned| owned.location = Some(location)),
                    None => Ok(()),
                }
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
            Event::NumbersLocated(NumbersLocated { numbers, location }) => {
                numbers.iter().try_for_each(|number| {
                    self.change(number, |owned| owned.location = Some(location.clone()))
                })
            }
            Event::NumbersTold(NumbersTold { numbers, at }) => numbers
                .iter()
                .try_for_each(|number| self.change(number, |owned| owned.told_at = Some(*at))),
        }
    }

    fn reserve(&mut self, event: &NumbersReserved) -> Fit {
        let NumbersReserved { order, kind, batches, expires_at } = event.clone();
        let (status, acquired) = (OrderStatus::Reserved, NumberList::default());
        self.take_in(Order { order, kind, batches, expires_at, status, acquired })
    }

    /// Adds the next order; its numbers are reserved if its status says so.
    fn take_in(&mut self, order: Order) -> Fit {
        if order.order != self.next_order() {
            return Err("the order is not the next one");
        }
        if order.status == OrderStatus::Reserved {
            let reserved = u32::try_from(numbers_of(&order.batches).count())
                .map_err(|_| "too many numbers")?;
            self.reservation_ends.insert((order.expires_at, order.order), ());
            self.change_count(order.kind, |count| {
                count.reserved = count.reserved.checked_add(reserved)?;
                Some(())
            })?;
        }
        self.orders.insert(order.order, order);
        Ok(())
    }
}

impl Count {
    /// How many came this way.
    fn of(&mut self, source: Source) -> &mut u32 {
        match source {
            Source::Acquired => &mut self.acquired,
            Source::PortedIn => &mut self.ported_in,
        }
    }

    fn change(&mut self, source: Source, by: i32) -> Option<()> {
        let count = self.of(source);
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
            (Event::NumbersLocated(last), Event::NumbersLocated(next))
                if last.location == next.location =>
            {
                last.numbers.extend_with(&next.numbers);
            }
            (Event::NumbersTold(last), Event::NumbersTold(next)) if last.at == next.at => {
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
