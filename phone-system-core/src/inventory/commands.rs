//! What an organization can do with numbers: reserve, acquire, assign, block, release.

use serde::{Deserialize, Serialize};

use super::events::{
    BlockUntil, NumbersAcquired, NumbersAssigned, NumbersBlocked, NumbersReleased, NumbersReserved,
    NumbersUnassigned, NumbersUnblocked,
};
use super::owned::{Count, State, Status};
use super::{Batch, BlockLength, Error, OrderId, Target, TargetSort, check_list, numbers_of};
use crate::bulk::Mode;
use crate::number::{MAXIMUM, NumberKind, NumberList, PhoneNumber};
use crate::rules::Rules;
use crate::text::{AddressId, Country, Label};
use crate::time::{Duration, Timestamp};

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
        if quantity > MAXIMUM {
            return Err(Error::SearchTooLarge { quantity, maximum: MAXIMUM });
        }
        if kind != NumberKind::User && !rules.service_number_search.contains(country) {
            let searchable = rules.service_number_search.names();
            return Err(Error::ByFormOnly { country, kind, searchable });
        }
        let open = state.open_orders();
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
        check_list(chosen)?;
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
    /// Its emergency address from now on; the one that it has if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<AddressId>,
}

/// Assigns numbers to people and services.
///
/// Refusals of an item in this order: the number is not owned, assigned, blocked; the rules put no
/// number on such a target; the kind cannot serve it; the target holds a number already; licence;
/// country; for toll-free numbers, Communications Credits; the emergency address: unknown, not
/// validated, of another country, or missing where a user's number needs one. Whether an
/// organization is licensed for attendants and queues at all is not looked at yet.
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
        let Self { number, target, .. } = self.clone();
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
        let until = self.block.map(|block| block_end(block, rules, at)).transpose()?;
        let Status::Assigned(_) = state.owned(number)?.status else {
            return Err(Error::NumberNotAssigned { number });
        };
        let block = until.map(|until| BlockUntil { until });
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
        check_list(&self.numbers)?;
        let numbers = self.numbers.count();
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
