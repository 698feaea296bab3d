//! Commands of port orders.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, told};
use crate::draft::Inconsistent;
use crate::organization::{Command, Context, Drafts, Event, Outcome, Touches};
use crate::porting::{self, CancelOrder, Channel, PortOrderId, PortStatus, Submit};

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
}

impl Command for Submit {
    const NAME: &'static str = "porting.submit";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_STOCK;
    type Answer = PortSubmitted;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let (organization, stock) = (&mut drafts.organization, &drafts.stock);
        let owned =
            |number| organization.inventory().number(number).is_some() || stock.contains(number);
        let submitted =
            Submit::decide(self, organization.porting(), owned, organization.rules(), context.at)?;
        organization.record(porting::Event::from(submitted))?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<PortSubmitted, Inconsistent> {
        told!(outcome.organization, Event::Porting(porting::Event::OrderSubmitted(event)) => PortSubmitted {
            order: event.order,
            channel: event.channel,
            count: event.numbers.count(),
            status: PortStatus::Processing,
        })
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

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let cancelled = CancelOrder::decide(self, drafts.organization.porting())?;
        drafts.organization.record(porting::Event::from(cancelled))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<PortClosed, Inconsistent> {
        Ok(PortClosed { order: self.order, status: PortStatus::Cancelled })
    }
}
