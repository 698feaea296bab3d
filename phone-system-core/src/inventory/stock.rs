//! The provider's numbers and every reservation of them, for all organizations.

mod kept;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Batch, Error, OrderId, Shelf, add_batch};
use crate::bulk::Mode;
use crate::draft::{Apply, Inconsistent, events};
use crate::map::Map;
use crate::number::{NumberKind, NumberList, PhoneNumber};
use crate::text::{Country, Label, OrganizationId};
use crate::time::Timestamp;

/// What a number of the stock is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Free,
    Held,
    Sold(OrganizationId),
    Released,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    shelf: Arc<Shelf>,
    status: Status,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hold {
    numbers: NumberList,
    until: Timestamp,
}

/// How many numbers of the stock there are, by what they are doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StockCount {
    /// Waiting for a buyer.
    pub free: u32,
    /// Reserved by an order.
    pub held: u32,
    /// Owned by an organization.
    pub sold: u32,
    /// Given up by an organization and not offered again yet.
    pub released: u32,
}

type HoldId = (OrganizationId, OrderId);

/// The provider's numbers, and who owns which: a number is known here once, whoever has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    numbers: Map<PhoneNumber, Item>,
    /// The free numbers of every shelf that has any.
    free: Map<Shelf, Map<PhoneNumber, ()>>,
    holds: Map<HoldId, Hold>,
    ends: Map<(Timestamp, HoldId), ()>,
    count: StockCount,
}

/// Which free numbers are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Search {
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
    /// How many numbers to show at most.
    pub quantity: u32,
}

impl Stock {
    /// How many numbers there are.
    pub fn count(&self) -> StockCount {
        self.count
    }

    /// How many numbers it knows.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether the number is in the stock, whatever it is doing.
    pub fn contains(&self, number: PhoneNumber) -> bool {
        self.numbers.contains(&number)
    }

    /// The organization that owns a number, as far as the stock knows.
    pub fn owner(&self, number: PhoneNumber) -> Option<&OrganizationId> {
        match &self.numbers.get(&number)?.status {
            Status::Sold(owner) => Some(owner),
            _ => None,
        }
    }

    /// The shelves that fit a search, each with its free numbers, in ascending order.
    fn shelves(&self, search: &Search) -> impl Iterator<Item = (&Shelf, &Map<PhoneNumber, ()>)> {
        let Search { kind, country, .. } = *search;
        // Toll-free numbers have no place, whatever list the admin center shows them in.
        let place = |label: &Option<Label>| label.clone().filter(|_| kind.has_places());
        let (state, city) = (place(&search.state), place(&search.city));
        let from = Shelf { kind, country, state: None, city: None };
        self.free
            .range(from..)
            .take_while(move |(shelf, _)| shelf.kind == kind && shelf.country == country)
            .filter(move |(shelf, _)| {
                (state.is_none() || shelf.state == state) && (city.is_none() || shelf.city == city)
            })
    }

    /// How many free numbers fit a search.
    pub fn free(&self, search: &Search) -> u32 {
        self.shelves(search).fold(0, |sum, (_, numbers)| {
            sum.saturating_add(u32::try_from(numbers.len()).unwrap_or(u32::MAX))
        })
    }

    /// The first free numbers that fit a search: by state, city and number, at most `quantity`.
    pub fn find(&self, search: &Search) -> Vec<Batch> {
        let mut left = usize::try_from(search.quantity).unwrap_or(usize::MAX);
        let mut batches = Vec::new();
        for (shelf, free) in self.shelves(search) {
            if left == 0 {
                break;
            }
            let numbers: NumberList = free.iter().take(left).map(|(number, ())| *number).collect();
            left = left.saturating_sub(free.len());
            if !numbers.is_empty() {
                batches.push(Batch { shelf: shelf.clone(), numbers });
            }
        }
        batches
    }

    /// Those of `numbers` that were sold to the organization from this stock.
    pub(crate) fn sold_to(
        &self,
        organization: &OrganizationId,
        numbers: &NumberList,
    ) -> NumberList {
        let sold = |number: &PhoneNumber| self.owner(*number) == Some(organization);
        numbers.iter().filter(sold).collect()
    }
}

/// Offers released numbers again.
///
/// No source says how long a released number rests; that is for the provider to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reoffer {
    /// The numbers.
    pub numbers: NumberList,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Reoffer {
    pub(crate) fn decide_one(
        number: PhoneNumber,
        stock: &Stock,
    ) -> Result<NumbersReoffered, Error> {
        match stock.numbers.get(&number) {
            Some(Item { status: Status::Released, .. }) => {
                Ok(NumbersReoffered { numbers: number.into() })
            }
            _ => Err(Error::NotReleased { number }),
        }
    }
}

/// Numbers came into the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersOffered {
    /// The numbers.
    pub batches: Vec<Batch>,
}

/// Numbers that an organization owned before this record began, or ported in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersEntered {
    /// Whose they are.
    pub organization: OrganizationId,
    /// The numbers.
    pub batches: Vec<Batch>,
}

/// Numbers are held for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersHeld {
    /// Whose order.
    pub organization: OrganizationId,
    /// The order.
    pub order: OrderId,
    /// The numbers.
    pub numbers: NumberList,
    /// Until when.
    pub until: Timestamp,
}

/// The time of a hold ran out; its numbers are free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldEnded {
    /// Whose order.
    pub organization: OrganizationId,
    /// The order.
    pub order: OrderId,
    /// When.
    pub at: Timestamp,
}

/// A hold was given up; its numbers are free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldReleased {
    /// Whose order.
    pub organization: OrganizationId,
    /// The order.
    pub order: OrderId,
}

/// Numbers that were held were sold; what else was held is free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersSold {
    /// To whom.
    pub organization: OrganizationId,
    /// By which order.
    pub order: OrderId,
    /// The numbers.
    pub numbers: NumberList,
}

/// Numbers were given up by their owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersReturned {
    /// By whom.
    pub organization: OrganizationId,
    /// The numbers.
    pub numbers: NumberList,
}

/// Numbers that were given up are free again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersReoffered {
    /// The numbers.
    pub numbers: NumberList,
}

events! {
    /// What happens to the stock.
    pub enum Event {
        NumbersOffered = "stock.numbers_offered",
        NumbersEntered = "stock.numbers_entered",
        NumbersHeld = "stock.numbers_held",
        HoldEnded = "stock.hold_ended",
        HoldReleased = "stock.hold_released",
        NumbersSold = "stock.numbers_sold",
        NumbersReturned = "stock.numbers_returned",
        NumbersReoffered = "stock.numbers_reoffered",
    }
}

type Fit = Result<(), &'static str>;

impl Stock {
    fn place_of(&mut self, status: &Status) -> &mut u32 {
        match status {
            Status::Free => &mut self.count.free,
            Status::Held => &mut self.count.held,
            Status::Sold(_) => &mut self.count.sold,
            Status::Released => &mut self.count.released,
        }
    }

    fn shift(&mut self, status: &Status, by: i32) -> Fit {
        let count = self.place_of(status);
        *count = count.checked_add_signed(by).ok_or("a count would leave its range")?;
        Ok(())
    }

    /// Puts a free number on its shelf.
    fn put(&mut self, shelf: &Shelf, number: PhoneNumber) {
        if let Some(free) = self.free.get_mut(shelf) {
            free.insert(number, ());
        } else {
            let mut free = Map::default();
            free.insert(number, ());
            self.free.insert(shelf.clone(), free);
        }
    }

    /// Takes a number that was free from its shelf; a shelf without free numbers is not kept.
    fn take(&mut self, shelf: &Shelf, number: PhoneNumber) {
        if let Some(free) = self.free.get_mut(shelf) {
            free.remove(&number);
            if free.is_empty() {
                self.free.remove(shelf);
            }
        }
    }

    /// Takes in numbers that are free, or somebody's.
    fn enter(&mut self, batch: &Batch, status: &Status) -> Fit {
        let shelf = Arc::new(batch.shelf.clone());
        for number in batch.numbers.iter() {
            let item = Item { shelf: Arc::clone(&shelf), status: status.clone() };
            if self.numbers.insert(number, item).is_some() {
                return Err("the number is in the stock");
            }
            if *status == Status::Free {
                self.put(&shelf, number);
            }
            self.shift(status, 1)?;
        }
        Ok(())
    }

    /// Changes what a number is doing; `fits` says from what.
    fn set(
        &mut self,
        number: PhoneNumber,
        status: &Status,
        fits: impl FnOnce(&Status) -> bool,
    ) -> Fit {
        let item = self.numbers.get_mut(&number).ok_or("the number is not in the stock")?;
        if !fits(&item.status) {
            return Err("the number's status does not allow it");
        }
        let before = std::mem::replace(&mut item.status, status.clone());
        let shelf = Arc::clone(&item.shelf);
        match (&before, status) {
            (Status::Free, Status::Free) => {}
            (Status::Free, _) => self.take(&shelf, number),
            (_, Status::Free) => self.put(&shelf, number),
            _ => {}
        }
        self.shift(&before, -1)?;
        self.shift(status, 1)
    }

    fn hold(&mut self, event: &NumbersHeld) -> Fit {
        for number in event.numbers.iter() {
            self.set(number, &Status::Held, |status| *status == Status::Free)?;
        }
        let id = (event.organization.clone(), event.order);
        self.ends.insert((event.until, id.clone()), ());
        let hold = Hold { numbers: event.numbers.clone(), until: event.until };
        match self.holds.insert(id, hold) {
            None => Ok(()),
            Some(_) => Err("the order holds numbers"),
        }
    }

    /// Ends a hold: what it held is sold if it is among `sold`, and else free.
    fn unhold(&mut self, organization: &OrganizationId, order: OrderId, sold: &NumberList) -> Fit {
        let id = (organization.clone(), order);
        let hold = self.holds.remove(&id).ok_or("the order holds no numbers")?;
        self.ends.remove(&(hold.until, id));
        if sold.iter().any(|number| !hold.numbers.contains(number)) {
            return Err("a number that was not held was sold");
        }
        let owner = Status::Sold(organization.clone());
        hold.numbers.iter().try_for_each(|number| {
            let status = if sold.contains(number) { &owner } else { &Status::Free };
            self.set(number, status, |status| *status == Status::Held)
        })
    }

    fn fit(&mut self, event: &Event) -> Fit {
        let nothing = NumberList::default();
        match event {
            Event::NumbersOffered(event) => {
                event.batches.iter().try_for_each(|batch| self.enter(batch, &Status::Free))
            }
            Event::NumbersEntered(event) => event.batches.iter().try_for_each(|batch| {
                let owner = Status::Sold(event.organization.clone());
                self.enter(batch, &owner)
            }),
            Event::NumbersHeld(event) => self.hold(event),
            Event::HoldEnded(event) => self.unhold(&event.organization, event.order, &nothing),
            Event::HoldReleased(event) => self.unhold(&event.organization, event.order, &nothing),
            Event::NumbersSold(event) => {
                self.unhold(&event.organization, event.order, &event.numbers)
            }
            Event::NumbersReturned(event) => event.numbers.iter().try_for_each(|number| {
                let owner = Status::Sold(event.organization.clone());
                self.set(number, &Status::Released, |status| *status == owner)
            }),
            Event::NumbersReoffered(event) => event.numbers.iter().try_for_each(|number| {
                self.set(number, &Status::Free, |status| *status == Status::Released)
            }),
        }
    }
}

impl Apply for Stock {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        self.fit(event).map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn endings(&self, at: Timestamp) -> Vec<Event> {
        self.ends
            .iter()
            .take_while(|((due, _), ())| *due <= at)
            .map(|((due, (organization, order)), ())| {
                HoldEnded { organization: organization.clone(), order: *order, at: *due }.into()
            })
            .collect()
    }

    fn merge(last: &mut Event, next: &Event) -> bool {
        match (last, next) {
            (Event::NumbersOffered(last), Event::NumbersOffered(next)) => {
                for batch in &next.batches {
                    add_batch(&mut last.batches, batch);
                }
                true
            }
            (Event::NumbersReoffered(last), Event::NumbersReoffered(next)) => {
                last.numbers.extend_with(&next.numbers);
                true
            }
            _ => false,
        }
    }
}
