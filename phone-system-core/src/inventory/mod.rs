//! Numbers: the provider's stock, and the numbers that an organization owns.
//!
//! A number is free on a shelf of the [`Stock`], held for an order, or sold. An organization finds
//! numbers by country, state, city and kind; they are reserved for ten minutes, then acquired or
//! given back; an owned number is assigned, blocked, released. Every part of it is judged at the
//! instant of the command or query: a reservation is over when its end has come, whether or not
//! anyone has recorded it.

mod commands;
mod events;
mod file;
mod kept;
mod location;
mod owned;
mod stock;
mod target;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Choices, refusals};
use crate::number::{LineType, MAXIMUM, NumberKind, NumberList, PhoneNumber};
use crate::text::{AddressId, Country, Label, UserId};
use crate::time::Timestamp;

pub use commands::{
    Acquire, Assign, Block, Cancel, NumberAssignment, Release, Reserve, Unassign, Unblock,
};
pub use events::{
    BlockUntil, BlocksEnded, Event, NumbersAcquired, NumbersAssigned, NumbersBlocked,
    NumbersLocated, NumbersRecorded, NumbersReleased, NumbersReserved, NumbersTold,
    NumbersUnassigned, NumbersUnblocked, OrderCancelled, Recorded, ReservationExpired,
};
pub use file::{ImportOwned, LoadStock};
pub use location::{ImportTold, RecordTold, SetLocation};
pub use owned::{Count, Order, OrderStatus, Owned, State, Status};
pub use stock::{
    Event as StockEvent, HoldEnded, HoldReleased, NumbersEntered, NumbersHeld, NumbersOffered,
    NumbersReoffered, NumbersReturned, NumbersSold, Reoffer, Search, Stock, StockCount,
};
pub use target::{Target, TargetSort};

refusals! {
    /// Why the inventory says no.
    pub enum Error {
        NothingAsked = InventoryNothingAsked {}
            => "name at least one number",
        SearchTooLarge = InventorySearchTooLarge { quantity: u32, maximum: u32 }
            => "{quantity} numbers were asked for; one search reserves at most {maximum}",
        ByFormOnly = InventoryByFormOnly { country: Country, kind: NumberKind, searchable: Choices<String> }
            => "{kind} numbers of {country} are ordered by form; by search they are had in {searchable}",
        TooManyReservations = InventoryTooManyReservations { open: u32, maximum: u32 }
            => "{open} reservations are open, and at most {maximum} may be; complete or cancel one first",
        TooManyReserved = InventoryTooManyReserved { reserved: u32, quantity: u32, maximum: u32 }
            => "{reserved} numbers are reserved and {quantity} more were asked for; at most {maximum} may be reserved at once",
        AllowanceExceeded = InventoryAllowanceExceeded { kind: NumberKind, entitled: u64, acquired: u32, reserved: u32, left: u64, quantity: u32 }
            => "the licences entitle to {entitled} {kind} numbers; {acquired} are acquired and {reserved} reserved, so {left} may be had, not {quantity}",
        OutOfStock = InventoryOutOfStock { kind: NumberKind, country: Country, state: Option<Label>, city: Option<Label>, quantity: u32, free: u32 }
            => "{quantity} {kind} numbers were asked for and {free} that fit are free",
        OrderUnknown = InventoryOrderUnknown { order: OrderId }
            => "there is no order {order}",
        OrderClosed = InventoryOrderClosed { order: OrderId, status: OrderStatus }
            => "order {order} is {status} already",
        OrderExpired = InventoryOrderExpired { order: OrderId, expired_at: Timestamp }
            => "the reservation of order {order} ended at {expired_at}; search again",
        NotInOrder = InventoryNotInOrder { order: OrderId, number: PhoneNumber }
            => "{number} is not reserved by order {order}",
        WholeOrderOnly = InventoryWholeOrderOnly { order: OrderId, reserved: u64, chosen: u64 }
            => "order {order} reserves {reserved} numbers and is acquired whole, not {chosen} of them",
        NumberUnknown = InventoryNumberUnknown { number: PhoneNumber }
            => "{number} is not owned by the organization",
        NumberAssigned = InventoryNumberAssigned { number: PhoneNumber, target: Target }
            => "{number} is assigned to {target}; unassign it first",
        NumberNotAssigned = InventoryNumberNotAssigned { number: PhoneNumber }
            => "{number} is not assigned",
        NumberBlocked = InventoryNumberBlocked { number: PhoneNumber, until: Option<Timestamp> }
            => "{number} is blocked; lift the block first, or wait for its end if it has one",
        NumberNotBlocked = InventoryNumberNotBlocked { number: PhoneNumber }
            => "{number} is not blocked",
        BlockDays = InventoryBlockDays { days: u32, minimum: u32, maximum: u32 }
            => "a block lasts {minimum} to {maximum} days, or forever; not {days} days",
        TargetNotInRules = InventoryTargetNotInRules { target: Target, allowed: Choices<TargetSort> }
            => "under these rules numbers are not put on {target} but on {allowed}",
        KindCannotServe = InventoryKindCannotServe { number: PhoneNumber, kind: NumberKind, target: Target, allowed: Choices<TargetSort> }
            => "{number} is a {kind} number and cannot serve {target}; it can serve {allowed}",
        UserUnlicensed = InventoryUserUnlicensed { user: UserId, missing_one_of: Choices<String> }
            => "{user} lacks a licence that calling needs, one of {missing_one_of}",
        ResourceAccountUnlicensed = InventoryNoResourceAccountLicense { account: UserId }
            => "the resource account {account} holds no resource-account licence",
        CountryMismatch = InventoryCountryMismatch { number: PhoneNumber, country: Country, user: UserId, usage_location: Country }
            => "{number} is a number of {country} and the usage location of {user} is {usage_location}; they must be the same",
        TargetHasNumber = InventoryTargetHasNumber { target: Target, number: PhoneNumber }
            => "{target} holds {number} already and can hold one number only",
        AlreadyOwned = InventoryAlreadyOwned { number: PhoneNumber }
            => "{number} is owned already",
        ReleaseTooLarge = InventoryReleaseTooLarge { numbers: u64, maximum: u32 }
            => "{numbers} numbers were named; one order releases at most {maximum}",
        InStock = InventoryInStock { number: PhoneNumber }
            => "{number} is known to the stock already: the provider's, or another organization's",
        KindMismatch = InventoryKindMismatch { number: PhoneNumber, kind: NumberKind, line: LineType }
            => "the numbering plan says that {number} is {line}, so it cannot be a {kind} number",
        NumberCountry = InventoryNumberCountry { number: PhoneNumber, country: Country, given: Country }
            => "{number} is a number of {country}, not of {given}",
        Page = InventoryPage { rows: u32, maximum: u32 }
            => "a page has 1 to {maximum} rows, not {rows}",
        ListTooLong = InventoryListTooLong { numbers: u64, maximum: u32 }
            => "{numbers} numbers were named; a command names at most {maximum}",
        AddressUnknown = InventoryAddressUnknown { number: PhoneNumber, address: AddressId }
            => "{number} cannot have the location {address}: the organization has no such address; create and validate it first",
        AddressNotValidated = InventoryAddressNotValidated { number: PhoneNumber, address: AddressId }
            => "{number} cannot have the location {address}: only a validated address can be used; validate it first",
        AddressCountry = InventoryAddressCountry { number: PhoneNumber, country: Country, address: AddressId, address_country: Country }
            => "{number} is a number of {country} and {address} is an address of {address_country}; they must be the same",
        LocationMissing = InventoryLocationMissing { number: PhoneNumber, country: Country }
            => "{number} is a number of {country}, where a number is assigned to a user with an emergency address only; give a validated address as its location",
        LocationOrderTooLarge = InventoryLocationOrderTooLarge { numbers: u64, maximum: u32 }
            => "{numbers} numbers were named; one order gives at most {maximum} a location",
        NotHeldByUser = InventoryNotHeldByUser { number: PhoneNumber }
            => "{number} is not assigned to a user, so there is nobody to tell of it",
        NotReleased = InventoryNotReleased { number: PhoneNumber }
            => "{number} is not a released number of the stock",
    }
}

/// An order's number within its organization, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct OrderId(pub u64);

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl crate::error::AsFigure for OrderId {
    fn figure(&self) -> crate::error::Figure {
        crate::error::Figure::Count(self.0)
    }
}

/// How a number came to the organization; only acquired ones count against the allowance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// From the provider.
    Acquired,
    /// From another carrier.
    PortedIn,
}

/// Where numbers belong: of one kind, in one place.
///
/// Toll-free numbers belong to a country alone; the admin center lists them under a state named
/// "Toll-Free".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shelf {
    /// What the numbers are for.
    pub kind: NumberKind,
    /// The country.
    pub country: Country,
    /// The state or province, where the country has them.
    pub state: Option<Label>,
    /// The city.
    pub city: Option<Label>,
}

/// Numbers that belong to one shelf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Batch {
    /// What and where they are.
    pub shelf: Shelf,
    /// The numbers.
    pub numbers: NumberList,
}

/// All numbers of some batches.
pub(crate) fn numbers_of(batches: &[Batch]) -> NumberList {
    batches.iter().flat_map(|batch| batch.numbers.ranges().iter().copied()).collect()
}

/// Refuses a list of no numbers, and one of more than a command may name.
pub(crate) fn check_list(numbers: &NumberList) -> Result<(), Error> {
    if numbers.is_empty() {
        return Err(Error::NothingAsked {});
    }
    match numbers.too_many() {
        Some(numbers) => Err(Error::ListTooLong { numbers, maximum: MAXIMUM }),
        None => Ok(()),
    }
}

/// Adds a batch, to the last one if it is of the same shelf and goes on from there.
pub(crate) fn add_batch(batches: &mut Vec<Batch>, batch: &Batch) {
    match batches.last_mut() {
        Some(open) if open.shelf == batch.shelf && open.numbers.is_before(&batch.numbers) => {
            open.numbers.extend_with(&batch.numbers);
        }
        _ => batches.push(batch.clone()),
    }
}

/// How long a block lasts: in JSON `"forever"`, or days as `"P30D"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockLength {
    /// Until it is lifted.
    Forever,
    /// So many days of 24 hours, 1 to 365; it may be lifted before.
    Days(u32),
}

impl fmt::Display for BlockLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("forever"),
            Self::Days(days) => write!(f, "P{days}D"),
        }
    }
}

impl FromStr for BlockLength {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "forever" {
            return Ok(Self::Forever);
        }
        text.strip_prefix('P')
            .and_then(|rest| rest.strip_suffix('D'))
            .filter(|days| days.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|days| days.parse().ok())
            .map(Self::Days)
            .ok_or("a block lasts `forever`, or whole days such as `P30D`")
    }
}

impl Serialize for BlockLength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlockLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

crate::text::text_schema!(BlockLength: "block-length", "`forever`, or whole days as `P30D`.");
