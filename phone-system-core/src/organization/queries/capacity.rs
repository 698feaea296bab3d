//! Queries of traffic: what it was, and what it would be.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::{CallRecord, Known, TimeZone, Zone};
use crate::capacity::CapacityClass;
use crate::capacity::records::{CallOnNumber, Traffic, Wanted, traffic_of};
use crate::capacity::simulation::{Simulate, Simulated, simulate};
use crate::inventory;
use crate::number::PhoneNumber;
use crate::organization::{Error, Query, Touches, View};

/// The traffic that the records of calls tell of: the busy hour, peaks, and what numbers would need.
///
/// The number of a call is the organization's own: the caller's of one that goes out, the one called of
/// one that comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TrafficIn {
    /// The calls, in any order, as `billing.read_usage` answers them.
    pub calls: Vec<CallRecord>,
    /// The time zone by whose clocks there are hours and days; UTC if not given.
    #[serde(default)]
    pub time_zone: TimeZone,
    /// The share of calls that may find a number full, between 0 and 1; 0.01 if not given.
    #[serde(default = "one_percent")]
    pub blocking: Decimal,
}

fn one_percent() -> Decimal {
    Decimal::new(1, 2)
}

/// The traffic of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrafficAnswer {
    /// What the calls tell.
    #[serde(flatten)]
    pub traffic: Traffic,
    /// Calls that were left out because one of the same name stands before them.
    pub repeated: u64,
    /// Calls that were left out because the organization's number is not told as a whole.
    pub without_number: u64,
    /// Calls that were left out because they lasted more than 366 days, or past the year 9999.
    pub too_long: u64,
}

/// The longest call that there can be.
const LONGEST: crate::time::Duration = crate::time::Duration::from_days(366);

impl Query for TrafficIn {
    const NAME: &'static str = "capacity.traffic";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = TrafficAnswer;

    fn answer(&self, view: &View) -> Result<TrafficAnswer, Error> {
        let (organization, rules) = (&view.organization, view.organization.rules());
        let (mut repeated, mut without_number, mut too_long) = (0_u64, 0_u64, 0_u64);
        let mut names = HashSet::with_capacity(self.calls.len());
        let mut calls = Vec::with_capacity(self.calls.len());
        for record in &self.calls {
            let own = if record.kind.is_outbound() {
                Some(record.number_calling())
            } else {
                record.number_called()
            };
            let (begins, lasts) = (record.started_at, record.duration);
            let left_out = if !names.insert(&record.call) {
                &mut repeated
            } else if lasts > LONGEST || begins.after(lasts).is_none() {
                &mut too_long
            } else if let Some(Known::Whole(number)) = own {
                calls.push(CallOnNumber { number, begins, lasts });
                continue;
            } else {
                &mut without_number
            };
            *left_out = left_out.saturating_add(1);
        }
        let zone = Zone::new(self.time_zone);
        let wanted = Wanted {
            // A decimal is read as any text is: the nearest number.
            blocking: self.blocking.to_string().parse().unwrap_or(f64::NAN),
            clock: &|second| zone.at(second),
            user_number_calls: rules.capacity.user_number_calls,
            known: &|number| {
                let kind = organization.inventory().number(number)?.shelf.kind;
                Some((kind, CapacityClass::of(kind).limit(rules)))
            },
        };
        let traffic = traffic_of(calls, &wanted)?;
        Ok(TrafficAnswer { traffic, repeated, without_number, too_long })
    }
}

/// What numbers carry, by their class and the rules: what a simulation needs of an organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LimitsOf {
    /// The numbers.
    pub(crate) numbers: Vec<PhoneNumber>,
}

impl Query for LimitsOf {
    const NAME: &'static str = Simulate::NAME;
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = BTreeMap<PhoneNumber, (CapacityClass, u32)>;

    fn answer(&self, view: &View) -> Result<Self::Answer, Error> {
        let (organization, rules) = (&view.organization, view.organization.rules());
        let limit_of = |number: &PhoneNumber| {
            let owned = organization.inventory().number(*number);
            let owned = owned.ok_or(inventory::Error::NumberUnknown { number: *number })?;
            let class = CapacityClass::of(owned.shelf.kind);
            Ok((*number, (class, class.limit(rules))))
        };
        self.numbers.iter().map(limit_of).collect()
    }
}

impl Simulate {
    /// What the numbers have to be asked of the organization for.
    pub(crate) fn limits_of(&self) -> LimitsOf {
        LimitsOf { numbers: self.numbers.iter().map(|offered| offered.number).collect() }
    }

    /// Simulates with limits that were asked for.
    pub(crate) fn with_limits(
        &self,
        limits: &<LimitsOf as Query>::Answer,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Simulated, Error> {
        // Each number is among them.
        let carries = |number| limits.get(&number).copied().unwrap_or((CapacityClass::Few, 0));
        Ok(simulate(self, &carries, progress)?)
    }
}

impl Query for Simulate {
    const NAME: &'static str = "capacity.simulate";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = Simulated;

    fn answer(&self, view: &View) -> Result<Simulated, Error> {
        let limits = self.limits_of().answer(view)?;
        self.with_limits(&limits, &mut |_, _| ControlFlow::Continue(()))
    }
}
