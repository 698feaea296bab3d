//! What an organization asks of its port orders: to send one in, edit, cancel or delete it; and what
//! the losing carrier says.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::orders::{
    CarrierContacted, CutOffReached, Event, Order, OrderCancelled, OrderCompleted, OrderDeleted,
    OrderRejected, OrderResubmitted, OrderSubmitted, State, Terms, Transfer, TransferApproved,
    TransferMoved,
};
use super::plan::{check_plan, check_wizard};
use super::status::{Cause, Editable, PortStatus, Report};
use super::{Channel, Error, PortList, PortOrderId};
use crate::number::{NumberList, PhoneNumber};
use crate::rules::{Limit, Rules};
use crate::text::{Country, Label};
use crate::time::{Duration, Timestamp};

/// Whether all numbers of an account are ported or some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// All of them; the account ends.
    Full,
    /// Some of them.
    Partial,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "full",
            Self::Partial => "partial",
        })
    }
}

crate::error::figure_as_text!(Scope);

/// Sends in a port order.
///
/// Refusals in this order: no numbers; a number of another country or kind; the wizard's countries
/// and kinds; the wizard's maximum; a letter of authorization that is missing; the billing telephone
/// number; the instant of the transfer; a number that is with the provider already, whoever owns it,
/// or in another open order; another open order of the account, where orders of one account go one
/// after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// How it is sent in.
    pub channel: Channel,
    /// What is to be ported.
    pub list: PortList,
    /// Who signs the letter of authorization, which service requests need; a longer name than the
    /// letter holds is cut, and the answer has what is printed.
    #[serde(default)]
    pub letter_signed_by: Option<Label>,
    /// The company named on the letter; it is cut likewise.
    #[serde(default)]
    pub company_name: Option<Label>,
    /// When the transfer is wanted: not before the command, and as far ahead as the rules say.
    #[serde(default)]
    pub transfer_at: Option<Timestamp>,
    /// The number that the carrier bills the account by.
    #[serde(default)]
    pub billing_number: Option<PhoneNumber>,
    /// The number that the account is billed by afterwards, if a partial port takes the billing
    /// telephone number along; it stays with the carrier.
    #[serde(default)]
    pub replacement_billing_number: Option<PhoneNumber>,
    /// Whether all numbers of the account are ported. If it is not given it is partial if the billing
    /// telephone number stays, full if it goes and no partial port may take it; else it is open.
    #[serde(default)]
    pub scope: Option<Scope>,
}

impl Channel {
    /// Whether a letter of authorization goes with an order sent in this way.
    pub(super) fn needs_letter(self, rules: &Rules) -> bool {
        self == Self::ServiceRequest && rules.porting.letter_for_service_requests
    }
}

/// The first characters of a name, as many as fit.
fn cut(name: &Label, maximum: u32) -> Label {
    let maximum = usize::try_from(maximum).unwrap_or(usize::MAX);
    let text: String = name.as_str().chars().take(maximum).collect();
    // The rules hold the maximum to one character at least, so what is left is a name.
    text.trim_end().parse().unwrap_or_else(|_| name.clone())
}

/// Days of 24 hours after an instant.
fn days_after(at: Timestamp, days: u32) -> Timestamp {
    at.after(Duration::from_days(days)).unwrap_or(Timestamp::MAX)
}

/// Whether a transfer may be wanted at `transfer_at`.
fn check_transfer(
    transfer_at: Timestamp,
    country: Country,
    rules: &Rules,
    at: Timestamp,
) -> Result<(), Error> {
    check_not_past(transfer_at, at)?;
    let rules = &rules.porting;
    let days = match country {
        Country::US => rules.lead_days_us,
        Country::CA => rules.lead_days_canada,
        _ => 0,
    };
    let earliest = days_after(at, days);
    if transfer_at < earliest {
        return Err(Error::TransferTooSoon { transfer_at, earliest, days, country });
    }
    if let Limit::AtMost(days) = rules.transfer_days_maximum {
        let latest = days_after(at, days);
        if transfer_at > latest {
            return Err(Error::TransferTooFar { transfer_at, latest, days });
        }
    }
    Ok(())
}

fn check_not_past(transfer_at: Timestamp, at: Timestamp) -> Result<(), Error> {
    if transfer_at < at { Err(Error::TransferPast { transfer_at, at }) } else { Ok(()) }
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
        let order = state.next_order();
        Ok(OrderSubmitted { order, terms: self.terms(order, state, owned, rules, at)?, at })
    }

    /// What `order` says, if it may: the checks of an order that is sent in, or sent in again.
    fn terms(
        &self,
        order: PortOrderId,
        state: &State,
        owned: impl Fn(PhoneNumber) -> bool,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<Terms, Error> {
        let PortList { losing_carrier, account, kind, country, numbers } = self.list.clone();
        check_plan(&self.list)?;
        if self.channel == Channel::Wizard {
            check_wizard(kind, country, numbers.count(), rules)?;
        }
        if self.letter_signed_by.is_none() && self.channel.needs_letter(rules) {
            let rule = "porting.letter_for_service_requests";
            return Err(Error::LetterMissing { channel: self.channel, rule });
        }
        let scope = self.scope(rules)?;
        if let Some(transfer_at) = self.transfer_at {
            check_transfer(transfer_at, country, rules, at)?;
        }
        for number in numbers.iter() {
            if owned(number) {
                return Err(Error::AlreadyOwned { number });
            }
            if let Some(other) = state.order_with(number).filter(|other| *other != order) {
                return Err(Error::InOpenOrder { number, order: other });
            }
        }
        let busy = state.other_order_of(&losing_carrier, &account, order);
        if let Some(order) = busy.filter(|_| rules.porting.one_order_per_account) {
            return Err(Error::AccountBusy { losing_carrier, account: account.masked(), order });
        }
        let (person, company) =
            (rules.porting.authorizing_person_maximum, rules.porting.company_name_maximum);
        Ok(Terms {
            channel: self.channel,
            kind,
            country,
            losing_carrier,
            account,
            numbers,
            letter_signed_by: self.letter_signed_by.as_ref().map(|name| cut(name, person)),
            company_name: self.company_name.as_ref().map(|name| cut(name, company)),
            transfer_requested_at: self.transfer_at,
            billing_number: self.billing_number,
            replacement_billing_number: self.replacement_billing_number,
            scope,
        })
    }

    /// Whether all numbers of the account are ported, as far as it can be told.
    fn scope(&self, rules: &Rules) -> Result<Option<Scope>, Error> {
        let numbers: &NumberList = &self.list.numbers;
        let partial_takes_it = rules.porting.partial_port_with_billing_number;
        let goes = self.billing_number.map(|number| numbers.contains(number));
        let scope = self.scope.or(match goes {
            Some(false) => Some(Scope::Partial),
            Some(true) if !partial_takes_it => Some(Scope::Full),
            _ => None,
        });
        if let Some(billing_number) = self.billing_number {
            match (scope, goes) {
                (Some(Scope::Full), Some(false)) => {
                    return Err(Error::BillingNumberMissing { billing_number });
                }
                (Some(Scope::Partial), Some(true)) if !partial_takes_it => {
                    let rule = "porting.partial_port_with_billing_number";
                    return Err(Error::BillingNumberIncluded { billing_number, rule });
                }
                _ => {}
            }
        }
        if let Some(replacement) = self.replacement_billing_number
            && (scope != Some(Scope::Partial)
                || goes != Some(true)
                || numbers.contains(replacement))
        {
            return Err(Error::ReplacementBillingNumber { replacement });
        }
        Ok(scope)
    }
}

/// Takes down what the losing carrier, or the provider, says of a port order; who may say it is for
/// the caller to decide.
///
/// An approved order becomes pending by itself when its cut-off comes, and at once if that has
/// passed already. When it is completed its numbers are the organization's: ported in, so they do
/// not count against what the licences entitle to, of the kind that was ordered, in no place. That is
/// refused while one of them is with the provider already, whoever owns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportOrder {
    /// The port order.
    pub order: PortOrderId,
    /// What is said.
    pub report: Report,
    /// The instant of the transfer, with `transfer_approved` and only there.
    #[serde(default)]
    pub transfer_at: Option<Timestamp>,
    /// Why it is refused, with `rejected` and only there. Carriers name no more than a category.
    #[serde(default)]
    pub reason: Option<Label>,
}

impl ReportOrder {
    /// What happens; `owned` as for [`Submit`].
    pub(crate) fn decide(
        &self,
        state: &State,
        owned: impl Fn(PhoneNumber) -> bool,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<Vec<Event>, Error> {
        let Self { order, report, transfer_at, reason } = self.clone();
        let extra = |field| Err(Error::ReportExtra { report, field });
        if transfer_at.is_some() && report != Report::TransferApproved {
            return extra("transfer_at");
        }
        if reason.is_some() && report != Report::Rejected {
            return extra("reason");
        }
        let known = state.order(order)?;
        let status = known.status();
        if status.after(report.into()).is_none() {
            return Err(known.no_transition(report.into()));
        }
        Ok(vec![match report {
            Report::ContactingCarrier => CarrierContacted { order, at }.into(),
            Report::TransferApproved => {
                let transfer_at = transfer_at.ok_or(Error::TransferMissing { order })?;
                check_not_past(transfer_at, at)?;
                let Transfer { cut_off_at, .. } = Transfer::new(transfer_at, rules);
                let approved = TransferApproved { order, transfer_at, cut_off_at, at }.into();
                return Ok(with_cut_off(approved, order, cut_off_at, at));
            }
            Report::Rejected => OrderRejected { order, reason, at }.into(),
            Report::Completed => {
                if let Some(number) = known.numbers().iter().find(|number| owned(*number)) {
                    return Err(Error::AlreadyOwned { number });
                }
                OrderCompleted { order, at }.into()
            }
        }])
    }
}

/// An event that sets the instant of a transfer, and the cut-off if that has passed already.
fn with_cut_off(
    event: Event,
    order: PortOrderId,
    cut_off_at: Timestamp,
    at: Timestamp,
) -> Vec<Event> {
    let passed = (cut_off_at <= at).then(|| CutOffReached { order, at }.into());
    [Some(event), passed].into_iter().flatten().collect()
}

/// Edits a port order; what is not given stays.
///
/// An order in error, or cancelled, is edited and sent in again: everything but the country may
/// change, and everything is looked at as when it was first sent in. The billing telephone number,
/// its replacement and the scope are taken together: who gives one gives all that there are. Of an
/// approved order the instant of the transfer may be changed, where the rules allow it, and nothing
/// else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EditOrder {
    /// The port order.
    pub order: PortOrderId,
    /// How it is sent in.
    #[serde(default)]
    pub channel: Option<Channel>,
    /// What is to be ported.
    #[serde(default)]
    pub list: Option<PortList>,
    /// Who signs the letter of authorization.
    #[serde(default)]
    pub letter_signed_by: Option<Label>,
    /// The company named on the letter.
    #[serde(default)]
    pub company_name: Option<Label>,
    /// When the transfer is wanted, or of an approved order when it is to be.
    #[serde(default)]
    pub transfer_at: Option<Timestamp>,
    /// The number that the carrier bills the account by.
    #[serde(default)]
    pub billing_number: Option<PhoneNumber>,
    /// The number that the account is billed by afterwards.
    #[serde(default)]
    pub replacement_billing_number: Option<PhoneNumber>,
    /// Whether all numbers of the account are ported.
    #[serde(default)]
    pub scope: Option<Scope>,
}

impl EditOrder {
    /// What happens; `owned` as for [`Submit`].
    pub(crate) fn decide(
        &self,
        state: &State,
        owned: impl Fn(PhoneNumber) -> bool,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<Vec<Event>, Error> {
        let order = self.order;
        let known = state.order(order)?;
        let status = known.status();
        known.check_cut_off()?;
        let editable = |what| PortStatus::in_which(rules, |rights| rights.edit == what);
        match status.rights(rules).edit {
            Editable::Nothing => {
                let editable =
                    PortStatus::in_which(rules, |rights| rights.edit != Editable::Nothing);
                Err(Error::NotEditable { order, status, editable })
            }
            Editable::TransferDate => {
                if !self.says_nothing_but_the_transfer() {
                    let editable = editable(Editable::AllButCountry);
                    return Err(Error::TransferDateOnly { order, status, editable });
                }
                let transfer_at = self.transfer_at.ok_or(Error::TransferMissing { order })?;
                check_transfer(transfer_at, known.terms().country, rules, at)?;
                let Transfer { cut_off_at, .. } = Transfer::new(transfer_at, rules);
                let moved = TransferMoved { order, transfer_at, cut_off_at, at }.into();
                Ok(with_cut_off(moved, order, cut_off_at, at))
            }
            Editable::AllButCountry => {
                let submit = self.applied_to(known)?;
                let terms = submit.terms(order, state, owned, rules, at)?;
                Ok(vec![OrderResubmitted { order, terms, at }.into()])
            }
        }
    }

    fn says_nothing_but_the_transfer(&self) -> bool {
        *self == Self { transfer_at: self.transfer_at, ..Self::of(self.order) }
    }

    /// An edit that changes nothing.
    pub(crate) fn of(order: PortOrderId) -> Self {
        Self {
            order,
            channel: None,
            list: None,
            letter_signed_by: None,
            company_name: None,
            transfer_at: None,
            billing_number: None,
            replacement_billing_number: None,
            scope: None,
        }
    }

    /// The order as it would be sent in again.
    fn applied_to(&self, known: &Order) -> Result<Submit, Error> {
        let terms = known.terms().clone();
        let order = self.order;
        let list = self.list.clone().unwrap_or(PortList {
            losing_carrier: terms.losing_carrier,
            account: terms.account,
            kind: terms.kind,
            country: terms.country,
            numbers: terms.numbers,
        });
        if list.country != terms.country {
            let (country, given) = (terms.country, list.country);
            return Err(Error::CountryFixed { order, country, given });
        }
        let billing = if self.billing_number.is_some()
            || self.replacement_billing_number.is_some()
            || self.scope.is_some()
        {
            (self.billing_number, self.replacement_billing_number, self.scope)
        } else {
            (terms.billing_number, terms.replacement_billing_number, terms.scope)
        };
        Ok(Submit {
            channel: self.channel.unwrap_or(terms.channel),
            list,
            letter_signed_by: self.letter_signed_by.clone().or(terms.letter_signed_by),
            company_name: self.company_name.clone().or(terms.company_name),
            transfer_at: self.transfer_at.or(terms.transfer_requested_at),
            billing_number: billing.0,
            replacement_billing_number: billing.1,
            scope: billing.2,
        })
    }
}

/// Cancels a port order, up to its cut-off; its numbers may be in another order again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// The port order.
    pub order: PortOrderId,
}

impl CancelOrder {
    pub(crate) fn decide(&self, state: &State, at: Timestamp) -> Result<OrderCancelled, Error> {
        let order = self.order;
        let known = state.order(order)?;
        known.check_cut_off()?;
        match known.status() {
            status @ PortStatus::Cancelled => Err(Error::OrderClosed { order, status }),
            status if status.after(Cause::Cancelled).is_none() => {
                Err(known.no_transition(Cause::Cancelled))
            }
            _ => Ok(OrderCancelled { order, at: Some(at) }),
        }
    }
}

/// Deletes a port order in error, where the rules allow it; elsewhere it is edited, or cancelled and
/// made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteOrder {
    /// The port order.
    pub order: PortOrderId,
}

impl DeleteOrder {
    pub(crate) fn decide(&self, state: &State, rules: &Rules) -> Result<OrderDeleted, Error> {
        let order = self.order;
        let status = state.order(order)?.status();
        if status.rights(rules).delete {
            return Ok(OrderDeleted { order });
        }
        let deletable = PortStatus::in_which(rules, |rights| rights.delete);
        Err(Error::NotDeletable { order, status, deletable, rule: "porting.error_order_deletable" })
    }
}
