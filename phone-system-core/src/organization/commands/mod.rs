//! Every command: which streams it touches, the rules that span domains, and its answer.

mod addresses;
mod billing;
mod calls;
mod funding;
mod licensing;
mod location;
mod numbers;
mod porting;
mod stock;

use serde::{Deserialize, Serialize};

use super::{
    ChooseRules, Command, Context, Drafts, Error, Event, Outcome, RulesChosen, State, Touches,
    count, own,
};
use crate::bulk::{self, Mode, Refused};
use crate::draft::{Draft, Inconsistent};
use crate::inventory;
use crate::number::{NumberList, PhoneNumber};
use crate::rules::Rules;
use crate::table::{self, Row};

pub use addresses::{AddressGone, AddressKept, AddressesImported, AddressesJudged};
pub use billing::{AutoRechargeChanged, CreditsAdjusted, RechargeReported};
pub use calls::{Authorized, ChargeCalls, Charged, EMERGENCY_LENGTH, SettleCalls};
pub(super) use funding::{pool_country, size_of_pool};
pub use licensing::{LicensesChanged, SeatsChanged, SeatsImported};
pub use location::{Located, Told};
pub use numbers::{Assigned, Blocked, Imported, OrderClosed, Released, Unassigned, Unblocked};
pub use porting::{PortClosed, PortDeleted, PortEdited, PortReported, PortSubmitted};
pub use stock::{AdvanceStock, Loaded};

type Decided = Result<Vec<Refused>, Error>;

const DONE: Decided = Ok(Vec::new());

/// Why an answer cannot be built: a defect.
const LACKS: &str = "its commit lacks what it answers";

/// What one event says, out of what the command recorded.
macro_rules! told {
    ($events:expr, $pattern:pat => $value:expr) => {
        $events
            .iter()
            .find_map(|event| match event {
                $pattern => Some($value),
                _ => None,
            })
            .ok_or(Inconsistent::Event {
                event: Self::NAME,
                problem: crate::organization::commands::LACKS,
            })
    };
}
use told;

/// A row of a table, for a refusal.
fn row_name(row: &Result<Row, table::Error>) -> String {
    row.as_ref().map_or_else(|_| "unreadable row".to_owned(), |row| format!("row {}", row.number))
}

/// Does each number of a list on the organization's draft.
fn each_number(
    mode: Mode,
    draft: &mut Draft<State>,
    numbers: &NumberList,
    decide: impl Fn(&State, PhoneNumber) -> Result<inventory::Event, inventory::Error>,
) -> Decided {
    inventory::check_list(numbers)?;
    Ok(bulk::each(mode, draft, numbers.iter(), ToString::to_string, |state, number| {
        decide(state, *number).map(Event::from)
    })?)
}

/// The numbers that the events of one sort name.
fn numbers_named(
    outcome: &Outcome<'_>,
    pick: impl Fn(&inventory::Event) -> Option<&NumberList>,
) -> NumberList {
    let mut numbers = NumberList::default();
    for event in outcome.organization.iter() {
        if let Event::Inventory(event) = event {
            numbers.extend_with(pick(event).unwrap_or(&NumberList::default()));
        }
    }
    numbers
}

/// Records that the time of an organization's reservations, blocks, cut-offs and funds has come.
///
/// No rule depends on it: every command and query judges at its own instant. It brings the record
/// up to date for those who act on it: what asks something of the outside (a recharge, a notice to
/// administrators) is due with the next command that is carried out, and this is one that always is.
/// Send it from time to time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdvanceOrganization {}

/// The record is up to date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Advanced {}

impl Command for AdvanceOrganization {
    const NAME: &'static str = "organization.advance_to";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Advanced;

    fn decide(&self, _: &mut Drafts, _: &Context) -> Decided {
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<Advanced, Inconsistent> {
        Ok(Advanced {})
    }
}

impl Command for ChooseRules {
    const NAME: &'static str = "organization.choose_rules";
    const TOUCHES: Touches = Touches::ORGANIZATION;
    type Answer = RulesChosen;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        Rules::new(self.generation, &self.overrides)?;
        let chosen = RulesChosen { generation: self.generation, overrides: self.overrides.clone() };
        drafts.organization.record(own::Event::from(chosen))?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<RulesChosen, Inconsistent> {
        Ok(RulesChosen { generation: self.generation, overrides: self.overrides.clone() })
    }
}
