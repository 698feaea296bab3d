//! The port orders of an organization: the state, and what each event does to it.

mod kept;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::status::{Cause, PortStatus};
use super::{AccountNumber, Channel, Error, PortOrderId, Scope};
use crate::draft::{Apply, Inconsistent, events};
use crate::map::Map;
use crate::number::{NumberKind, NumberList, PhoneNumber};
use crate::rules::Rules;
use crate::text::{Country, Label};
use crate::time::Timestamp;

/// What a port order says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How it was sent in.
    pub channel: Channel,
    /// What the numbers are to be for.
    pub kind: NumberKind,
    /// Their country.
    pub country: Country,
    /// The carrier that loses them.
    pub losing_carrier: Label,
    /// The account with the carrier, whole; `?` if none was recorded.
    #[serde(default = "AccountNumber::unknown")]
    pub account: AccountNumber,
    /// The numbers.
    pub numbers: NumberList,
    /// Who signs the letter of authorization, as it is printed.
    #[serde(default)]
    pub letter_signed_by: Option<Label>,
    /// The company, as it is printed.
    #[serde(default)]
    pub company_name: Option<Label>,
    /// When the transfer is wanted.
    #[serde(default)]
    pub transfer_requested_at: Option<Timestamp>,
    /// The number that the carrier bills the account by.
    #[serde(default)]
    pub billing_number: Option<PhoneNumber>,
    /// The number that the account is billed by afterwards.
    #[serde(default)]
    pub replacement_billing_number: Option<PhoneNumber>,
    /// Whether all numbers of the account are ported, as far as it is told.
    #[serde(default)]
    pub scope: Option<Scope>,
}

/// The instant of a transfer, and from when on nothing about it can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    pub(super) at: Timestamp,
    pub(super) cut_off_at: Timestamp,
}

impl Transfer {
    pub(super) fn new(at: Timestamp, rules: &Rules) -> Self {
        Self { at, cut_off_at: at.before(rules.porting.cut_off).unwrap_or(Timestamp::MIN) }
    }
}

/// A status of a port order and when it came to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatusSince {
    /// The status.
    pub status: PortStatus,
    /// Since when.
    pub at: Timestamp,
}

/// A port order in the state, which knows the whole account number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Order {
    id: PortOrderId,
    terms: Terms,
    submitted_at: Timestamp,
    transfer: Option<Transfer>,
    reason: Option<Label>,
    status: PortStatus,
    history: Vec<StatusSince>,
}

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
    /// The account with the carrier, masked.
    pub account: String,
    /// The numbers.
    pub numbers: NumberList,
    /// When it was first sent in.
    pub submitted_at: Timestamp,
    /// How far it has come.
    pub status: PortStatus,
    /// Who signs the letter of authorization, as it is printed.
    pub letter_signed_by: Option<Label>,
    /// The company, as it is printed.
    pub company_name: Option<Label>,
    /// The number that the carrier bills the account by.
    pub billing_number: Option<PhoneNumber>,
    /// The number that the account is billed by afterwards.
    pub replacement_billing_number: Option<PhoneNumber>,
    /// Whether all numbers of the account are ported, as far as it is told.
    pub scope: Option<Scope>,
    /// When the organization wants the transfer.
    pub transfer_requested_at: Option<Timestamp>,
    /// When the transfer is, once the losing carrier has agreed to an instant.
    pub transfer_at: Option<Timestamp>,
    /// From when on the order can be neither changed nor cancelled.
    pub cut_off_at: Option<Timestamp>,
    /// Why the losing carrier refused.
    pub reason: Option<Label>,
    /// Every status that it has been in, the oldest first.
    pub history: Vec<StatusSince>,
}

impl Order {
    pub(super) fn status(&self) -> PortStatus {
        self.status
    }

    pub(super) fn terms(&self) -> &Terms {
        &self.terms
    }

    pub(super) fn numbers(&self) -> &NumberList {
        &self.terms.numbers
    }

    /// Refuses a change after the cut-off.
    pub(super) fn check_cut_off(&self) -> Result<(), Error> {
        match self.transfer {
            Some(Transfer { at: transfer_at, cut_off_at })
                if self.status == PortStatus::TransferPending =>
            {
                Err(Error::CutOffPassed { order: self.id, cut_off_at, transfer_at })
            }
            _ => Ok(()),
        }
    }

    /// Why `cause` leads nowhere.
    pub(super) fn no_transition(&self, cause: Cause) -> Error {
        let (order, status) = (self.id, self.status);
        Error::NoTransition { order, status, cause, possible: status.possible() }
    }

    /// The order as answers show it.
    fn shown(&self) -> PortOrder {
        let Self { id, terms, submitted_at, transfer, reason, status, history } = self.clone();
        PortOrder {
            order: id,
            channel: terms.channel,
            kind: terms.kind,
            country: terms.country,
            account: terms.account.masked(),
            losing_carrier: terms.losing_carrier,
            numbers: terms.numbers,
            submitted_at,
            status,
            letter_signed_by: terms.letter_signed_by,
            company_name: terms.company_name,
            billing_number: terms.billing_number,
            replacement_billing_number: terms.replacement_billing_number,
            scope: terms.scope,
            transfer_requested_at: terms.transfer_requested_at,
            transfer_at: transfer.map(|transfer| transfer.at),
            cut_off_at: transfer.map(|transfer| transfer.cut_off_at),
            reason,
            history,
        }
    }
}

/// An organization's port orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    orders: Map<PortOrderId, Arc<Order>>,
    /// Orders sent in ever; some may be deleted.
    submitted: u64,
    /// The numbers of open orders.
    open: Map<PhoneNumber, PortOrderId>,
    /// The accounts of open orders.
    accounts: Map<(Label, AccountNumber, PortOrderId), ()>,
    /// The cut-offs of approved orders.
    cut_offs: Map<(Timestamp, PortOrderId), ()>,
}

impl State {
    /// The orders in ascending order of their numbers.
    pub fn orders(&self) -> impl Iterator<Item = PortOrder> {
        self.orders.iter().map(|(_, order)| order.shown())
    }

    /// A page of them.
    pub(crate) fn page(&self, skip: usize, top: usize) -> impl Iterator<Item = PortOrder> {
        self.orders.iter().skip(skip).take(top).map(|(_, order)| order.shown())
    }

    /// How many orders there are.
    pub fn order_count(&self) -> usize {
        self.orders.len()
    }

    /// What an order says.
    pub(crate) fn terms(&self, id: PortOrderId) -> Result<&Terms, Error> {
        self.order(id).map(Order::terms)
    }

    /// The open order that a number is in.
    pub fn order_with(&self, number: PhoneNumber) -> Option<PortOrderId> {
        self.open.get(&number).copied()
    }

    pub(super) fn order(&self, id: PortOrderId) -> Result<&Order, Error> {
        self.orders.get(&id).map(AsRef::as_ref).ok_or(Error::OrderUnknown { order: id })
    }

    /// The first open order of an account, but for `order`.
    pub(super) fn other_order_of(
        &self,
        carrier: &Label,
        account: &AccountNumber,
        order: PortOrderId,
    ) -> Option<PortOrderId> {
        let from = (carrier.clone(), account.clone(), PortOrderId(0));
        self.accounts
            .range(from..)
            .map(|(key, ())| key)
            .take_while(|key| key.0 == *carrier && key.1 == *account)
            .map(|key| key.2)
            .find(|other| *other != order)
    }

    pub(super) fn next_order(&self) -> PortOrderId {
        PortOrderId(self.submitted.saturating_add(1))
    }
}

/// A port order was sent in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSubmitted {
    /// Its number.
    pub order: PortOrderId,
    /// What it says.
    #[serde(flatten)]
    pub terms: Terms,
    /// When.
    pub at: Timestamp,
}

/// A port order was edited and sent in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderResubmitted {
    /// Its number.
    pub order: PortOrderId,
    /// What it says now.
    #[serde(flatten)]
    pub terms: Terms,
    /// When.
    pub at: Timestamp,
}

/// A port order was passed on to the losing carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierContacted {
    /// Its number.
    pub order: PortOrderId,
    /// When.
    pub at: Timestamp,
}

/// The losing carrier agreed to an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferApproved {
    /// The port order.
    pub order: PortOrderId,
    /// The instant of the transfer.
    pub transfer_at: Timestamp,
    /// From when on nothing can be changed.
    pub cut_off_at: Timestamp,
    /// When.
    pub at: Timestamp,
}

/// The transfer of an approved order was put at another instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferMoved {
    /// The port order.
    pub order: PortOrderId,
    /// The instant of the transfer.
    pub transfer_at: Timestamp,
    /// From when on nothing can be changed.
    pub cut_off_at: Timestamp,
    /// When.
    pub at: Timestamp,
}

/// The cut-off of a port order came, or had passed when the order was approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutOffReached {
    /// The port order.
    pub order: PortOrderId,
    /// When.
    pub at: Timestamp,
}

/// The losing carrier refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRejected {
    /// The port order.
    pub order: PortOrderId,
    /// Why, if it said so.
    pub reason: Option<Label>,
    /// When.
    pub at: Timestamp,
}

/// The numbers of a port order were transferred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// Its number.
    pub order: PortOrderId,
    /// When.
    pub at: Timestamp,
}

/// A port order was cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Its number.
    pub order: PortOrderId,
    /// When, if it was recorded.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// A port order was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDeleted {
    /// Its number.
    pub order: PortOrderId,
}

events! {
    /// What happens to port orders.
    pub enum Event {
        OrderSubmitted = "porting.order_submitted",
        OrderResubmitted = "porting.order_resubmitted",
        CarrierContacted = "porting.carrier_contacted",
        TransferApproved = "porting.transfer_approved",
        TransferMoved = "porting.transfer_moved",
        CutOffReached = "porting.cut_off_reached",
        OrderRejected = "porting.order_rejected",
        OrderCompleted = "porting.order_completed",
        OrderCancelled = "porting.order_cancelled",
        OrderDeleted = "porting.order_deleted",
    }
}

impl Event {
    /// The status in which the order is then; none if it is gone.
    pub(crate) fn leads_to(&self) -> Option<PortStatus> {
        match self {
            Self::OrderSubmitted(_) | Self::OrderResubmitted(_) => Some(PortStatus::Processing),
            Self::CarrierContacted(_) => Some(PortStatus::ContactingCarrier),
            Self::TransferApproved(_) | Self::TransferMoved(_) => {
                Some(PortStatus::TransferApproved)
            }
            Self::CutOffReached(_) => Some(PortStatus::TransferPending),
            Self::OrderRejected(_) => Some(PortStatus::Error),
            Self::OrderCompleted(_) => Some(PortStatus::Completed),
            Self::OrderCancelled(_) => Some(PortStatus::Cancelled),
            Self::OrderDeleted(_) => None,
        }
    }

    /// The instant of the transfer and the cut-off before it, if the event sets them.
    pub(crate) fn transfer(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::TransferApproved(event) => Some((event.transfer_at, event.cut_off_at)),
            Self::TransferMoved(event) => Some((event.transfer_at, event.cut_off_at)),
            _ => None,
        }
    }
}

type Fit = Result<(), &'static str>;

impl State {
    fn submit(&mut self, event: &OrderSubmitted) -> Fit {
        let OrderSubmitted { order, terms, at } = event.clone();
        if order != self.next_order() {
            return Err("the order is not the next one");
        }
        self.take_up(order, &terms)?;
        self.submitted = order.0;
        let status = PortStatus::Processing;
        let submitted = Order {
            id: order,
            terms,
            submitted_at: at,
            transfer: None,
            reason: None,
            status,
            history: vec![StatusSince { status, at }],
        };
        self.orders.insert(order, Arc::new(submitted));
        Ok(())
    }

    /// Numbers and account are an open order's.
    fn take_up(&mut self, order: PortOrderId, terms: &Terms) -> Fit {
        for number in terms.numbers.iter() {
            if self.open.insert(number, order).is_some() {
                return Err("a number is in another open order");
            }
        }
        self.accounts.insert((terms.losing_carrier.clone(), terms.account.clone(), order), ());
        Ok(())
    }

    /// Numbers and account are free for another order.
    fn give_up(&mut self, order: PortOrderId, terms: &Terms) {
        for number in terms.numbers.iter() {
            self.open.remove(&number);
        }
        self.accounts.remove(&(terms.losing_carrier.clone(), terms.account.clone(), order));
    }

    fn find(&mut self, order: PortOrderId) -> Result<&mut Order, &'static str> {
        self.orders.get_mut(&order).map(Arc::make_mut).ok_or("the order is not known")
    }

    /// Goes where the table leads; answers the order as it was. Without an instant it is taken to
    /// have happened when the order last changed.
    fn turn(
        &mut self,
        id: PortOrderId,
        cause: Cause,
        at: Option<Timestamp>,
        transfer: Option<Transfer>,
    ) -> Result<Order, &'static str> {
        let order = self.find(id)?;
        let before = order.clone();
        let to = before.status.after(cause).ok_or("the order's status does not allow it")?;
        let at = at.or(before.history.last().map(|last| last.at)).unwrap_or(before.submitted_at);
        (order.status, order.transfer) = (to, transfer);
        order.history.push(StatusSince { status: to, at });
        if let Some(Transfer { cut_off_at, .. }) = before.transfer {
            self.cut_offs.remove(&(cut_off_at, id));
        }
        if before.status.is_open() && !to.is_open() {
            self.give_up(id, &before.terms);
        }
        Ok(before)
    }

    fn fit(&mut self, event: &Event) -> Fit {
        match event {
            Event::OrderSubmitted(event) => self.submit(event),
            Event::OrderResubmitted(OrderResubmitted { order, terms, at }) => {
                let before = self.turn(*order, Cause::Resubmitted, Some(*at), None)?;
                if before.status.is_open() {
                    self.give_up(*order, &before.terms);
                }
                self.take_up(*order, terms)?;
                let found = self.find(*order)?;
                (found.terms, found.reason) = (terms.clone(), None);
                Ok(())
            }
            Event::CarrierContacted(CarrierContacted { order, at }) => {
                self.turn(*order, Cause::ContactingCarrier, Some(*at), None).map(drop)
            }
            Event::TransferApproved(TransferApproved { order, transfer_at, cut_off_at, at }) => {
                let transfer = Transfer { at: *transfer_at, cut_off_at: *cut_off_at };
                self.turn(*order, Cause::TransferApproved, Some(*at), Some(transfer))?;
                self.cut_offs.insert((*cut_off_at, *order), ());
                Ok(())
            }
            Event::TransferMoved(TransferMoved { order, transfer_at, cut_off_at, .. }) => {
                let found = self.find(*order)?;
                let Some(before) =
                    found.transfer.filter(|_| found.status == PortStatus::TransferApproved)
                else {
                    return Err("the order is not approved");
                };
                found.transfer = Some(Transfer { at: *transfer_at, cut_off_at: *cut_off_at });
                self.cut_offs.remove(&(before.cut_off_at, *order));
                self.cut_offs.insert((*cut_off_at, *order), ());
                Ok(())
            }
            Event::CutOffReached(CutOffReached { order, at }) => {
                let transfer = self.find(*order)?.transfer;
                self.turn(*order, Cause::CutOff, Some(*at), transfer).map(drop)
            }
            Event::OrderRejected(OrderRejected { order, reason, at }) => {
                self.turn(*order, Cause::Rejected, Some(*at), None)?;
                self.find(*order)?.reason.clone_from(reason);
                Ok(())
            }
            Event::OrderCompleted(OrderCompleted { order, at }) => {
                let transfer = self.find(*order)?.transfer;
                self.turn(*order, Cause::Completed, Some(*at), transfer).map(drop)
            }
            Event::OrderCancelled(OrderCancelled { order, at }) => {
                self.turn(*order, Cause::Cancelled, *at, None).map(drop)
            }
            Event::OrderDeleted(OrderDeleted { order }) => {
                let found = self.orders.remove(order).ok_or("the order is not known")?;
                if found.status != PortStatus::Error {
                    return Err("the order's status does not allow it");
                }
                self.give_up(*order, &found.terms);
                Ok(())
            }
        }
    }
}

impl Apply for State {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        self.fit(event).map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn endings(&self, at: Timestamp) -> Vec<Event> {
        self.cut_offs
            .iter()
            .take_while(|((due, _), ())| *due <= at)
            .map(|((due, order), ())| CutOffReached { order: *order, at: *due }.into())
            .collect()
    }
}
