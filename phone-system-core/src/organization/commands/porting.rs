//! Commands of port orders.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, told};
use crate::draft::{Draft, Inconsistent};
use crate::inventory::{
    self, Batch, NumbersEntered, NumbersRecorded, Recorded, Shelf, Source, Stock,
};
use crate::number::PhoneNumber;
use crate::organization::{Command, Context, Drafts, Event, Outcome, State, Touches};
use crate::porting::{
    self, CancelOrder, Channel, DeleteOrder, EditOrder, PortOrderId, PortStatus, Report,
    ReportOrder, Scope, Submit, Terms,
};
use crate::text::{Label, OrganizationId};
use crate::time::Timestamp;

/// A port order as it was sent in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortSubmitted {
    /// Its number.
    pub order: PortOrderId,
    /// How it was sent in.
    pub channel: Channel,
    /// How many numbers it has.
    pub count: u64,
    /// How far it has come.
    pub status: PortStatus,
    /// The account with the carrier, masked.
    pub account: String,
    /// Who signs the letter of authorization, as it is printed.
    pub letter_signed_by: Option<Label>,
    /// The company, as it is printed.
    pub company_name: Option<Label>,
    /// Whether all numbers of the account are ported, as far as it is told.
    pub scope: Option<Scope>,
    /// When the transfer is wanted.
    pub transfer_requested_at: Option<Timestamp>,
}

impl PortSubmitted {
    fn of(order: PortOrderId, terms: &Terms) -> Self {
        let terms = terms.clone();
        Self {
            order,
            channel: terms.channel,
            count: terms.numbers.count(),
            status: PortStatus::Processing,
            account: terms.account.masked(),
            letter_signed_by: terms.letter_signed_by,
            company_name: terms.company_name,
            scope: terms.scope,
            transfer_requested_at: terms.transfer_requested_at,
        }
    }
}

/// Tells whether a number is with the provider already, whoever owns it.
fn owned(organization: &State, stock: &Stock) -> impl Fn(PhoneNumber) -> bool {
    move |number| organization.inventory().number(number).is_some() || stock.contains(number)
}

impl Command for Submit {
    const NAME: &'static str = "porting.submit";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = PortSubmitted;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &drafts.stock);
        let submitted = Submit::decide(
            self,
            organization.porting(),
            owned(organization, stock),
            organization.rules(),
            context.at,
        )?;
        organization.record(porting::Event::from(submitted))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<PortSubmitted, Inconsistent> {
        told!(outcome.organization, Event::Porting(porting::Event::OrderSubmitted(event)) => PortSubmitted::of(event.order, &event.terms))
    }
}

/// The transfer of a port order, as one command left it.
#[derive(Clone, Copy, Default)]
struct Moved {
    status: Option<PortStatus>,
    transfer_at: Option<Timestamp>,
    cut_off_at: Option<Timestamp>,
}

impl Moved {
    fn by(outcome: &Outcome<'_>) -> Self {
        let mut moved = Self::default();
        for event in outcome.organization.iter() {
            let Event::Porting(event) = event else { continue };
            moved.status = event.leads_to().or(moved.status);
            if let Some((transfer_at, cut_off_at)) = event.transfer() {
                (moved.transfer_at, moved.cut_off_at) = (Some(transfer_at), Some(cut_off_at));
            }
        }
        moved
    }
}

/// What a report made of a port order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortReported {
    /// The port order.
    pub order: PortOrderId,
    /// How far it has come.
    pub status: PortStatus,
    /// When the transfer is, if that was reported.
    pub transfer_at: Option<Timestamp>,
    /// From when on the order can be neither changed nor cancelled, if that was reported.
    pub cut_off_at: Option<Timestamp>,
    /// How many numbers are the organization's now.
    pub ported_in: u64,
}

impl Command for ReportOrder {
    const NAME: &'static str = "porting.report";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = PortReported;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &mut drafts.stock);
        let (porting, rules) = (organization.porting(), organization.rules());
        let events =
            ReportOrder::decide(self, porting, owned(organization, stock), rules, context.at)?;
        for event in events {
            organization.record(event)?;
        }
        if self.report == Report::Completed {
            port_in(self.order, organization, stock, drafts.owner.clone(), context.at)?;
        }
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<PortReported, Inconsistent> {
        let Moved { status, transfer_at, cut_off_at } = Moved::by(outcome);
        let problem = super::LACKS;
        let status = status.ok_or(Inconsistent::Event { event: Self::NAME, problem })?;
        let ported_in = outcome.stock.iter().map(|event| match event {
            inventory::StockEvent::NumbersEntered(event) => {
                inventory::numbers_of(&event.batches).count()
            }
            _ => 0,
        });
        let ported_in = ported_in.fold(0, u64::saturating_add);
        Ok(PortReported { order: self.order, status, transfer_at, cut_off_at, ported_in })
    }
}

/// Makes the numbers of an order the organization's, in its inventory and in the stock.
fn port_in(
    order: PortOrderId,
    organization: &mut Draft<State>,
    stock: &mut Draft<Stock>,
    owner: Option<OrganizationId>,
    at: Timestamp,
) -> Result<(), crate::organization::Error> {
    let terms = organization.porting().terms(order)?;
    let shelf = Shelf { kind: terms.kind, country: terms.country, state: None, city: None };
    let numbers = terms.numbers.clone();
    let recorded = numbers.iter().map(|number| {
        let (shelf, source, target) = (shelf.clone(), Source::PortedIn, None);
        Recorded { number, shelf, source, target, location: None }
    });
    let recorded = NumbersRecorded { numbers: recorded.collect(), at };
    organization.record(inventory::Event::from(recorded))?;
    if let Some(organization) = owner {
        stock.record(NumbersEntered { organization, batches: vec![Batch { shelf, numbers }] })?;
    }
    Ok(())
}

/// A port order as it was edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortEdited {
    /// The port order.
    pub order: PortOrderId,
    /// How far it has come.
    pub status: PortStatus,
    /// When the transfer is, if that was changed.
    pub transfer_at: Option<Timestamp>,
    /// From when on the order can be neither changed nor cancelled, if that was changed.
    pub cut_off_at: Option<Timestamp>,
    /// What was sent in again, unless only the instant of the transfer was changed.
    pub submitted: Option<PortSubmitted>,
}

impl Command for EditOrder {
    const NAME: &'static str = "porting.edit";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = PortEdited;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &drafts.stock);
        let (porting, rules) = (organization.porting(), organization.rules());
        let events =
            EditOrder::decide(self, porting, owned(organization, stock), rules, context.at)?;
        for event in events {
            organization.record(event)?;
        }
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<PortEdited, Inconsistent> {
        let Moved { status, transfer_at, cut_off_at } = Moved::by(outcome);
        let problem = super::LACKS;
        let status = status.ok_or(Inconsistent::Event { event: Self::NAME, problem })?;
        let submitted = outcome.organization.iter().find_map(|event| match event {
            Event::Porting(porting::Event::OrderResubmitted(event)) => {
                Some(PortSubmitted::of(event.order, &event.terms))
            }
            _ => None,
        });
        Ok(PortEdited { order: self.order, status, transfer_at, cut_off_at, submitted })
    }
}

/// A port order is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortClosed {
    /// The port order.
    pub order: PortOrderId,
    /// What has become of it.
    pub status: PortStatus,
}

impl Command for CancelOrder {
    const NAME: &'static str = "porting.cancel";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = PortClosed;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let cancelled = CancelOrder::decide(self, drafts.organization.porting(), context.at)?;
        drafts.organization.record(porting::Event::from(cancelled))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<PortClosed, Inconsistent> {
        Ok(PortClosed { order: self.order, status: PortStatus::Cancelled })
    }
}

/// A port order is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortDeleted {
    /// The number that it had; no other order gets it.
    pub order: PortOrderId,
}

impl Command for DeleteOrder {
    const NAME: &'static str = "porting.delete";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = PortDeleted;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let organization = &mut drafts.organization;
        let deleted = DeleteOrder::decide(self, organization.porting(), organization.rules())?;
        organization.record(porting::Event::from(deleted))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<PortDeleted, Inconsistent> {
        Ok(PortDeleted { order: self.order })
    }
}
