//! Numbers to port, and the orders into which they are cut.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccountNumber, Channel, Error};
use crate::number::{self, LineType, MAXIMUM, NumberKind, NumberList, NumberRange};
use crate::rules::Rules;
use crate::text::{Country, Label};

/// Numbers to port that lie with one carrier on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PortList {
    /// The carrier that loses them.
    pub losing_carrier: Label,
    /// The account with the carrier.
    pub account: AccountNumber,
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
    /// The account with the carrier, masked.
    pub account: String,
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
    /// Whether a letter of authorization goes with it; the wizard asks for its letter itself.
    pub letter_needed: bool,
    /// The order of this plan, counted from 1, that has to be done first: where the rules say so,
    /// orders of one account go one after the other.
    pub waits_for: Option<u32>,
    /// The numbers.
    pub numbers: NumberList,
}

/// Cuts numbers to port into orders: one for each carrier, account, kind and country, never more.
///
/// Toll, toll-free and user numbers, carriers, accounts and countries are kept apart, because an
/// order has one of each. Nothing is cut by number: 1,150 numbers of one carrier are one service request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The numbers; lists of the same carrier, account, kind and country are put together.
    pub lists: Vec<PortList>,
}

impl Plan {
    pub(crate) fn answer(&self, rules: &Rules) -> Result<Vec<PlannedOrder>, Error> {
        let mut lists: BTreeMap<_, (usize, Vec<NumberRange>)> = BTreeMap::new();
        for list in &self.lists {
            check_plan(list)?;
            let place = lists.len();
            let PortList { losing_carrier, account, kind, country, numbers } = list;
            let key = (losing_carrier, account, kind, country);
            lists.entry(key).or_insert((place, Vec::new())).1.extend(numbers.ranges());
        }
        let mut orders: Vec<_> = lists.into_iter().collect();
        orders.sort_by_key(|(_, (place, _))| *place);
        let mut last = BTreeMap::new();
        let orders = orders.into_iter().zip(1..).map(|((key, (_, ranges)), place)| {
            let before = last.insert((key.0, key.1), place);
            let waits_for = before.filter(|_| rules.porting.one_order_per_account);
            planned(key, ranges.into_iter().collect(), waits_for, rules)
        });
        Ok(orders.collect())
    }
}

/// What an order has one of.
type One<'a> = (&'a Label, &'a AccountNumber, &'a NumberKind, &'a Country);

fn planned(
    one: One<'_>,
    numbers: NumberList,
    waits_for: Option<u32>,
    rules: &Rules,
) -> PlannedOrder {
    let (losing_carrier, account, kind, country) = (one.0.clone(), one.1.masked(), *one.2, *one.3);
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
    PlannedOrder {
        losing_carrier,
        account,
        kind,
        country,
        channel,
        reason,
        count,
        wizard_maximum: rules.porting.wizard_maximum,
        letter_needed: channel.needs_letter(rules),
        waits_for,
        numbers,
    }
}

/// Whether the wizard takes an order.
pub(super) fn check_wizard(
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
pub(super) fn check_plan(list: &PortList) -> Result<(), Error> {
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
