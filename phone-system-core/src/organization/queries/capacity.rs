//! Queries of traffic, and of what numbers carry.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::{CallRecord, Known, LONGEST_CALL, TimeZone, Zone};
use crate::capacity::records::{CallOnNumber, Traffic, Wanted, traffic_of};
use crate::capacity::{CapacityClass, Shortfall};
use crate::inventory;
use crate::number::{NumberKind, PhoneNumber};
use crate::organization::{Error, Query, Touches, View};
use crate::text::words;

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
                Some(record.facts().number_calling())
            } else {
                record.facts().number_called()
            };
            let (begins, lasts) = (record.started_at, record.duration);
            let left_out = if !names.insert(&record.call) {
                &mut repeated
            } else if lasts > LONGEST_CALL || begins.after(lasts).is_none() {
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
                Some((kind, organization.carries(number)?.1))
            },
        };
        let traffic = traffic_of(calls, &wanted)?;
        Ok(TrafficAnswer { traffic, repeated, without_number, too_long })
    }
}

/// How many calls numbers carry at once, by the kind that they are of, or are to be ordered or ported
/// as; and where that is less than is expected of them.
///
/// The sources say a few for a user number and hundreds for a service number; the figures are rules of
/// ours, `capacity.user_number_calls` and three for service numbers, by what they serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckCapacity {
    /// The numbers.
    pub numbers: Vec<Demand>,
}

/// A number, and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The number.
    pub number: PhoneNumber,
    /// The kind that it is to be ordered or ported as; if not given, that of the open port order that it
    /// is in, or of the number as it is owned.
    #[serde(default)]
    pub kind: Option<NumberKind>,
    /// The most calls at once that are expected, as `capacity.traffic` tells of the past.
    #[serde(default)]
    pub calls: Option<u32>,
}

words! {
    /// What says of which kind a number is.
    pub enum KindSource {
        /// The question.
        Given = "given",
        /// An open port order.
        PortOrder = "port_order",
        /// The number as it is owned.
        Owned = "owned",
    }
}

/// What a number carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Carried {
    /// The number.
    pub number: PhoneNumber,
    /// Its kind.
    pub kind: NumberKind,
    /// What says so.
    pub told_by: KindSource,
    /// How much numbers of the kind carry.
    pub class: CapacityClass,
    /// The most calls at once.
    pub limit: u32,
    /// What is missing, if it is less than is expected.
    pub shortfall: Option<Shortfall>,
}

/// What numbers carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CapacityAnswer {
    /// The numbers, in the order of the question.
    pub numbers: Vec<Carried>,
}

impl Query for CheckCapacity {
    const NAME: &'static str = "capacity.check";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = CapacityAnswer;

    fn answer(&self, view: &View) -> Result<CapacityAnswer, Error> {
        let organization = &view.organization;
        let rules = organization.rules();
        let known = |number: PhoneNumber| {
            let order = organization.porting().order_with(number);
            let ported = order.and_then(|order| organization.porting().terms(order).ok());
            let ported = ported.map(|terms| (terms.kind, KindSource::PortOrder));
            let owned = || Some(organization.inventory().number(number)?.shelf.kind);
            ported.or_else(|| owned().map(|kind| (kind, KindSource::Owned)))
        };
        let carried = |demand: &Demand| {
            let Demand { number, kind, calls } = *demand;
            let given = kind.map(|kind| (kind, KindSource::Given));
            let (kind, told_by) = given
                .or_else(|| known(number))
                .ok_or(inventory::Error::NumberUnknown { number })?;
            // What it serves now says nothing of what it will.
            let owned = told_by == KindSource::Owned;
            let usage = owned.then(|| organization.usage(number)).flatten();
            let class = CapacityClass::of(kind);
            let shortfall =
                calls.and_then(|calls| Shortfall::of(number, kind, usage, calls, rules));
            let limit = class.limit(usage, rules);
            Ok(Carried { number, kind, told_by, class, limit, shortfall })
        };
        let numbers = self.numbers.iter().map(carried).collect::<Result<_, Error>>()?;
        Ok(CapacityAnswer { numbers })
    }
}
