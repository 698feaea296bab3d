//! What happens to an organization's numbers and orders.

use serde::{Deserialize, Serialize};

use super::{Batch, NumberAssignment, OrderId, Shelf, Source, Target};
use crate::draft::events;
use crate::number::{NumberKind, NumberList, PhoneNumber};
use crate::text::AddressId;
use crate::time::Timestamp;

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

/// A number that came by no order here: owned before this record began, or ported in.
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
    /// Its emergency address, as the file says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<AddressId>,
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

/// Numbers got an emergency address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersLocated {
    /// The numbers.
    pub numbers: NumberList,
    /// The address.
    pub location: AddressId,
}

/// The users who hold numbers were told so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersTold {
    /// The numbers.
    pub numbers: NumberList,
    /// When.
    pub at: Timestamp,
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
        NumbersLocated = "inventory.numbers_located",
        NumbersTold = "inventory.numbers_told",
    }
}
