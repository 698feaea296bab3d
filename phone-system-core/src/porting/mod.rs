//! Port orders: which go by wizard and which as a service request, and the numbers in them.
//!
//! Up to 999 user numbers go by wizard; 1,000 and more go as one service request, and a plan never
//! cuts a list to slip under the limit ("Setting up Phone System", step 3). In 2018 service
//! numbers go by service request with a letter of authorization, one order per type (step 4).

mod list;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::draft::{Apply, Inconsistent, events};
use crate::error::{Choices, refusals};
use crate::map::Map;
use crate::number::{self, LineType, MAXIMUM, NumberKind, NumberList, NumberRange, PhoneNumber};
use crate::rules::Rules;
use crate::text::{Country, Label};
use crate::time::Timestamp;

pub use list::{NumberOfList, ProblemOfList, ReadList, ReadNumbers};

refusals! {
    /// Why porting says no.
    pub enum Error {
        NoNumbers = PortingEmpty {}
            => "name at least one number to port",
        WizardCountry = PortingWizardCountry { country: Country, wizard_countries: Choices<String> }
            => "the wizard serves {wizard_countries}, not {country}; send a service request",
        WizardKind = PortingWizardKind { kind: NumberKind, wizard_kind: NumberKind }
            => "the wizard takes {wizard_kind} numbers, not {kind}; send a service request with a letter of authorization",
        NumberCountry = PortingNumberCountry { number: PhoneNumber, country: Country, given: Country }
            => "{number} is a number of {country}; an order has numbers of one country, here {given}",
        ListTooLong = PortingListTooLong { numbers: u64, maximum: u32 }
            => "{numbers} numbers were named; an order names at most {maximum}",
        NotOfCountry = NumberInvalid { number: PhoneNumber, country: Country }
            => "{number} is not a number of {country}",
        KindMismatch = PortingKindMismatch { number: PhoneNumber, kind: NumberKind, line: LineType }
            => "the numbering plan says that {number} is {line}; it does not go in an order of {kind} numbers",
        AlreadyOwned = PortingAlreadyOwned { number: PhoneNumber }
            => "{number} is with the provider already and cannot be ported in",
        InOpenOrder = PortingInOpenOrder { number: PhoneNumber, order: PortOrderId }
            => "{number} is in the open port order {order}",
        TooManyNumbers = PortingTooManyNumbers { numbers: u64, maximum: u32, allowed: Channel }
            => "{numbers} numbers were named and the wizard takes at most {maximum}; send them as one {allowed}, do not cut the list",
        OrderUnknown = PortingOrderUnknown { order: PortOrderId }
            => "there is no port order {order}",
        OrderClosed = PortingOrderClosed { order: PortOrderId, status: PortStatus }
            => "port order {order} is {status} already",
    }
}

/// A port order's number within its organization, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PortOrderId(pub u64);

impl fmt::Display for PortOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl crate::error::AsFigure for PortOrderId {
    fn figure(&self) -> crate::error::Figure {
        crate::error::Figure::Count(self.0)
    }
}

/// How a port order is sent in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Channel {
    /// The admin center's wizard.
    Wizard,
    /// A request to the service desk.
    ServiceRequest,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wizard => "wizard",
            Self::ServiceRequest => "service_request",
        })
    }
}

/// How far a port order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PortStatus {
    /// Received; it can be cancelled.
    Processing,
    /// Cancelled by the organization.
    Cancelled,
}

impl fmt::Display for PortStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Processing => "processing",
            Self::Cancelled => "cancelled",
        })
    }
}

crate::error::figure_as_text!(Channel, PortStatus);

/// A port order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortOrder {
    /// Its number.
    pub order: PortOrderId,
    /// How it was sent in.
    pub channel: Channel,
    /// What the numbers are to be for; a wrong kind leaves too little capacity.
    pub kind: NumberKind,
    /// The country of the numbers.
    pub country: Country,
    /// The carrier that loses them.
    pub losing_carrier: Label,
    /// The numbers.
    pub numbers: NumberList,
    /// When it was sent in.
    pub submitted_at: Timestamp,
    /// How far it has come.
    pub status: PortStatus,
}

/// An organization's port orders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    orders: Map<PortOrderId, PortOrder>,
    open: Map<PhoneNumber, PortOrderId>,
}

impl State {
    /// The orders in ascending order of their numbers.
    pub fn orders(&self) -> impl Iterator<Item = &PortOrder> {
        self.orders.iter().map(|(_, order)| order)
    }

    fn next_order(&self) -> PortOrderId {
        let orders = u64::try_from(self.orders.len()).unwrap_or(u64::MAX);
        PortOrderId(orders.saturating_add(1))
    }
}

/// Numbers to port that lie with one carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PortList {
    /// The carrier that loses them.
    pub losing_carrier: Label,
    /// What the numbers are to be for.
    pub kind: NumberKind,
    /// Their country.
    pub country: Country,
    /// The numbers.
    pub numbers: NumberList,
}

/// Why an order goes the way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The wizard takes orders like this one.
    WithinWizard,
    /// More numbers than the wizard takes.
    TooManyNumbers,
    /// The wizard does not serve the country.
    WizardCountry,
    /// The wizard does not take service numbers.
    WizardKind,
}

/// An order as it should be sent in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedOrder {
    /// The carrier that loses the numbers.
    pub losing_carrier: Label,
    /// What the numbers are to be for.
    pub kind: NumberKind,
    /// Their country.
    pub country: Country,
    /// How it is to be sent in.
    pub channel: Channel,
    /// Why.
    pub reason: Reason,
    /// How many numbers there are.
    pub count: u64,
    /// The most that the wizard takes.
    pub wizard_maximum: u32,
    /// The numbers.
    pub numbers: NumberList,
}

/// Cuts numbers to port into orders: one for each carrier, kind and country, never more.
///
/// Toll, toll-free and user numbers, carriers and countries are kept apart, because an order has
/// one of each. Nothing is cut by number: 1,150 numbers of one carrier are one service request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The numbers; lists of the same carrier, kind and country are put together.
    pub lists: Vec<PortList>,
}

impl Plan {
    pub(crate) fn answer(&self, rules: &Rules) -> Result<Vec<PlannedOrder>, Error> {
        let mut lists: BTreeMap<_, (usize, Vec<NumberRange>)> = BTreeMap::new();
        for list in &self.lists {
            check_plan(list)?;
            let place = lists.len();
            let PortList { losing_carrier, kind, country, numbers } = list;
            let one = lists.entry((losing_carrier, kind, country)).or_insert((place, Vec::new()));
            one.1.extend(numbers.ranges());
        }
        let mut orders: Vec<_> = lists.into_iter().collect();
        orders.sort_by_key(|(_, (place, _))| *place);
        let orders = orders.into_iter().map(|((losing_carrier, kind, country), (_, ranges))| {
            let numbers: NumberList = ranges.into_iter().collect();
            let (losing_carrier, kind, country) = (losing_carrier.clone(), *kind, *country);
            let count = numbers.count();
            let (channel, reason) = match check_wizard(kind, country, count, rules) {
                Ok(()) => (Channel::Wizard, Reason::WithinWizard),
                Err(error) => (
                    Channel::ServiceRequest,
                    match error {
                        Error::WizardCountry { .. } => Reason::WizardCountry,
                        Error::WizardKind { .. } => Reason::WizardKind,
                        _ => Reason::TooManyNumbers,
                    },
                ),
            };
            let wizard_maximum = rules.porting.wizard_maximum;
            PlannedOrder {
                losing_carrier,
                kind,
                country,
                channel,
                reason,
                count,
                wizard_maximum,
                numbers,
            }
        });
        Ok(orders.collect())
    }
}

/// Whether the wizard takes an order.
fn check_wizard(
    kind: NumberKind,
    country: Country,
    numbers: u64,
    rules: &Rules,
) -> Result<(), Error> {
    let rules = &rules.porting;
    if !rules.wizard_countries.contains(country) {
        return Err(Error::WizardCountry {
            country,
            wizard_countries: rules.wizard_countries.names(),
        });
    }
    if kind != NumberKind::User && !rules.wizard_service_numbers {
        return Err(Error::WizardKind { kind, wizard_kind: NumberKind::User });
    }
    let maximum = rules.wizard_maximum;
    if numbers > u64::from(maximum) {
        return Err(Error::TooManyNumbers { numbers, maximum, allowed: Channel::ServiceRequest });
    }
    Ok(())
}

/// Whether the numbers are of the kind and the country given, as far as the numbering plan tells.
fn check_plan(list: &PortList) -> Result<(), Error> {
    let PortList { kind, country: given, numbers, .. } = list;
    if numbers.is_empty() {
        return Err(Error::NoNumbers {});
    }
    if let Some(numbers) = numbers.too_many() {
        return Err(Error::ListTooLong { numbers, maximum: MAXIMUM });
    }
    let north_american = number::is_north_american(*given);
    for number in numbers.iter() {
        let Ok(parsed) = number::parse(&number.to_string(), None) else {
            // Whether a North American number is in use is the losing carrier's to say.
            if north_american && (10_000_000_000..20_000_000_000).contains(&number.digits()) {
                continue;
            }
            return Err(Error::NotOfCountry { number, country: *given });
        };
        let shared = parsed.line == LineType::TollFree
            && parsed.country.is_none_or(number::is_north_american)
            && north_american;
        if let Some(country) = parsed.country.filter(|country| country != given && !shared) {
            return Err(Error::NumberCountry { number, country, given: *given });
        }
        if !kind.fits(parsed.line) {
            return Err(Error::KindMismatch { number, kind: *kind, line: parsed.line });
        }
    }
    Ok(())
}

/// Sends in a port order.
///
/// Refusals in this order: no numbers; a number of another country or kind; the wizard's countries
/// and kinds; the wizard's maximum; a number that is with the provider already, whoever owns it, or
/// in another open order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// How it is sent in.
    pub channel: Channel,
    /// What is to be ported.
    pub list: PortList,
}

impl Submit {
    /// `owned` tells whether a number is with the provider already, whoever owns it.
    pub(crate) fn decide(
        &self,
        state: &State,
        owned: impl Fn(PhoneNumber) -> bool,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<OrderSubmitted, Error> {
        let PortList { kind, country, losing_carrier, numbers } = self.list.clone();
        check_plan(&self.list)?;
        if self.channel == Channel::Wizard {
            check_wizard(kind, country, numbers.count(), rules)?;
        }
        for number in numbers.iter() {
            if owned(number) {
                return Err(Error::AlreadyOwned { number });
            }
            if let Some(order) = state.open.get(&number) {
                return Err(Error::InOpenOrder { number, order: *order });
            }
        }
        let (order, channel) = (state.next_order(), self.channel);
        Ok(OrderSubmitted { order, channel, kind, country, losing_carrier, numbers, at })
    }
}

/// Cancels a port order that is being processed; its numbers may be in another order again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// The port order.
    pub order: PortOrderId,
}

impl CancelOrder {
    pub(crate) fn decide(&self, state: &State) -> Result<OrderCancelled, Error> {
        let order = self.order;
        match state.orders.get(&order).map(|order| order.status) {
            Some(PortStatus::Processing) => Ok(OrderCancelled { order }),
            Some(status) => Err(Error::OrderClosed { order, status }),
            None => Err(Error::OrderUnknown { order }),
        }
    }
}

/// A port order was sent in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSubmitted {
    /// Its number.
    pub order: PortOrderId,
    /// How it was sent in.
    pub channel: Channel,
    /// What the numbers are to be for.
    pub kind: NumberKind,
    /// Their country.
    pub country: Country,
    /// The carrier that loses them.
    pub losing_carrier: Label,
    /// The numbers.
    pub numbers: NumberList,
    /// When.
    pub at: Timestamp,
}

/// A port order was cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Its number.
    pub order: PortOrderId,
}

events! {
    /// What happens to port orders.
    pub enum Event {
        OrderSubmitted = "porting.order_submitted",
        OrderCancelled = "porting.order_cancelled",
    }
}

impl State {
    fn submit(&mut self, event: &OrderSubmitted) -> Result<(), &'static str> {
        let OrderSubmitted { order, channel, kind, country, losing_carrier, numbers, at } =
            event.clone();
        if order != self.next_order() {
            return Err("the order is not the next one");
        }
        for number in numbers.iter() {
            if self.open.insert(number, order).is_some() {
                return Err("a number is in another open order");
            }
        }
        let (submitted_at, status) = (at, PortStatus::Processing);
        let submitted = PortOrder {
            order,
            channel,
            kind,
            country,
            losing_carrier,
            numbers,
            submitted_at,
            status,
        };
        self.orders.insert(order, submitted);
        Ok(())
    }

    fn cancel(&mut self, order: PortOrderId) -> Result<(), &'static str> {
        let order = self.orders.get_mut(&order).ok_or("the order is not known")?;
        if order.status != PortStatus::Processing {
            return Err("the order is closed");
        }
        order.status = PortStatus::Cancelled;
        for number in order.numbers.iter() {
            self.open.remove(&number);
        }
        Ok(())
    }
}

impl Apply for State {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        let fits = match event {
            Event::OrderSubmitted(event) => self.submit(event),
            Event::OrderCancelled(event) => self.cancel(event.order),
        };
        fits.map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }
}
