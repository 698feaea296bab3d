//! A price list as plain data: what it is made from, whatever it is read from.

use serde::{Deserialize, Serialize};

use super::Error;
use super::prefixes::Prefix;
use super::windows::WindowDefinition;
use super::zone::TimeZone;
use crate::money::{Currency, Rounding, UnitPrice};
use crate::text::{Country, Label, words};
use crate::time::{Duration, Timestamp};

words! {
    /// Which way a call goes, seen from the organization.
    pub enum Direction {
        /// It calls: priced by the number called.
        Outbound = "outbound",
        /// It is called and pays, as on a toll-free number: priced by the number of the caller, so
        /// by where the call comes from.
        Inbound = "inbound",
    }
}

/// A price list as plain data.
///
/// In JSON an instant is RFC 3339, a length of time ISO 8601 (`PT30S`), and a price a text, because
/// a binary fraction would not be exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TariffDefinition {
    /// The name.
    pub name: Label,
    /// The currency of all its prices; nothing is converted.
    pub currency: Currency,
    /// How many digits after the point a charge has: 0 to 6, else those of the currency's minor unit.
    #[serde(default)]
    pub digits: Option<u8>,
    /// How a charge is rounded to them, once.
    #[serde(default)]
    pub rounding: Rounding,
    /// Whose clocks and calendar the windows are in, else UTC.
    #[serde(default)]
    pub time_zone: TimeZone,
    /// The windows of time that rows name, at most 64.
    #[serde(default)]
    pub windows: Vec<WindowDefinition>,
    /// The rows.
    #[serde(default)]
    pub rates: Vec<Rate>,
}

const fn minute() -> Duration {
    Duration::from_minutes(1)
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(duration: &Duration) -> bool {
    *duration == Duration::ZERO
}

/// The price of calls to, or from, the numbers with a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Which way the calls go.
    pub direction: Direction,
    /// The leading digits.
    pub prefix: Prefix,
    /// The country of the numbers, where the list says one.
    #[serde(default)]
    pub country: Option<Country>,
    /// What the list calls them.
    #[serde(default)]
    pub destination: Option<Label>,
    /// The price of a minute.
    pub per_minute: UnitPrice,
    /// The price of being connected at all.
    #[serde(default)]
    pub connection_fee: UnitPrice,
    /// A call is charged as if it lasted at least so long: whole seconds, up to 24 hours.
    #[serde(default)]
    pub minimum: Duration,
    /// A call is charged in whole steps of this: whole seconds, 1 second to 24 hours, else a minute.
    #[serde(default = "minute")]
    pub increment: Duration,
    /// What the connection fee includes: a call no longer than that costs the fee alone, and steps
    /// are counted from its end. Whole seconds, up to 24 hours.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub included: Duration,
    /// Other prices from some moment of the call on, in the order of those moments; at most 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// In force from this instant on; always, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// In force before this instant; for ever, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Timestamp>,
    /// In force in this window only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Label>,
}

/// The price of a call from some moment of it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Of the steps that begin so long after the call began, or later: whole seconds, from 1 second.
    pub from: Duration,
    /// The price of a minute.
    pub per_minute: UnitPrice,
    /// The length of a step: whole seconds, 1 second to 24 hours.
    pub increment: Duration,
}

/// The longest step, minimum and included time: a day.
pub(super) const MOST: Duration = Duration::from_days(1);

/// How many groups a row can have.
const MOST_GROUPS: usize = 16;

/// Whole seconds, if it is that.
pub(super) fn seconds(duration: Duration) -> Option<u32> {
    let micros = duration.micros();
    u32::try_from(micros / 1_000_000).ok().filter(|_| micros % 1_000_000 == 0)
}

impl TariffDefinition {
    /// A list without rows: charges in the currency's minor unit, rounded half away from zero, in UTC.
    pub fn new(name: Label, currency: Currency) -> Self {
        Self {
            name,
            currency,
            digits: None,
            rounding: Rounding::default(),
            time_zone: TimeZone::default(),
            windows: Vec::new(),
            rates: Vec::new(),
        }
    }

    /// How many digits a charge has, whether they are given or those of the currency.
    pub(super) fn digits(&self) -> u8 {
        self.digits.unwrap_or(self.currency.minor_unit())
    }
}

impl Rate {
    /// A row for a prefix with nothing but a price: every started minute.
    pub fn new(direction: Direction, prefix: Prefix, per_minute: UnitPrice) -> Self {
        Self {
            direction,
            prefix,
            country: None,
            destination: None,
            per_minute,
            connection_fee: UnitPrice::ZERO,
            minimum: Duration::ZERO,
            increment: minute(),
            included: Duration::ZERO,
            groups: Vec::new(),
            valid_from: None,
            valid_to: None,
            window: None,
        }
    }

    /// What is wrong with the row by itself.
    pub(super) fn check(&self, row: u64) -> Result<(), Error> {
        let bad = |field: &str, problem: String| {
            Err(Error::BadRate { row, field: field.to_owned(), problem })
        };
        let fits = |length: Duration, least: Duration| {
            seconds(length).is_some() && (least..=MOST).contains(&length)
        };
        let (none, second) = (Duration::ZERO, Duration::from_seconds(1));
        for (field, length, least) in [
            ("minimum", self.minimum, none),
            ("increment", self.increment, second),
            ("included", self.included, none),
        ] {
            if !fits(length, least) {
                return bad(field, format!("{length} is not whole seconds from {least} to {MOST}"));
            }
        }
        if self.groups.len() > MOST_GROUPS {
            let count = self.groups.len();
            return bad("groups", format!("{count} are more than {MOST_GROUPS}"));
        }
        let mut after = none;
        for group in &self.groups {
            if seconds(group.from).is_none() || group.from > super::LONGEST || group.from <= after {
                let from = group.from;
                return bad("groups", format!("{from} is not whole seconds after {after}"));
            }
            if !fits(group.increment, second) {
                let length = group.increment;
                return bad(
                    "groups",
                    format!("{length} is not whole seconds from {second} to {MOST}"),
                );
            }
            after = group.from;
        }
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && from >= to
        {
            return bad("valid_to", format!("{to} is not after {from}, when it begins"));
        }
        Ok(())
    }
}
