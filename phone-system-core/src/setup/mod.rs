//! The ten steps to a working phone system: how far an organization is, and what stands in the way.
//!
//! The steps are those of "Setting up Phone System in your organization". A step has parts; each is
//! done, open (the organization can go on), waiting (for something that is under way), blocked (by a
//! rule, which is named with its figures and with what would lift it) or not wanted. Advice is kept
//! apart from rules and names its source.

mod facts;
mod steps;

use serde::{Deserialize, Serialize};

use crate::country::{Conferencing, Offered};
use crate::error::{Choices, Refusal, Refuses, refusals};
use crate::number::NumberKind;
use crate::organization::{Error as OrganizationError, Query, Touches, View};
use crate::porting::PortList;
use crate::text::{Country, words};
use crate::time::Timestamp;
use facts::Facts;

refusals! {
    /// What stands in the way of a step.
    pub enum Error {
        NotSold = SetupNotSold { what: &'static str, country: Country, users: u32, generation: u32, page: String }
            => "{what} is not sold in {country}, the usage location of {users} users ({page}, generation {generation} of 7)",
        NoLicense = SetupNoLicense { bought: u64, needs_one_of: Choices<&'static str> }
            => "numbers can be had once at least one seat of {needs_one_of} is bought, and {bought} are",
        TooFewNumbers = SetupTooFewNumbers { kind: NumberKind, needed: u64, unassigned: u64, arriving: u64, left: u64, short: u64 }
            => "{needed} {kind} numbers are needed, {unassigned} are unassigned, {arriving} are to be ported and {left} more may be acquired: {short} short",
        NoValidatedAddress = SetupNoValidatedAddress { country: Country, users: u32, addresses: u32 }
            => "{users} users in {country} are to get a number with an emergency address, and none of {addresses} addresses there is validated",
    }
}

words! {
    /// How far a step, or a part of one, is.
    pub enum Progress {
        /// All is done.
        Done = "done",
        /// Something is under way; nothing can be done meanwhile.
        Waiting = "waiting",
        /// The organization can go on.
        Open = "open",
        /// A rule stands in the way.
        Blocked = "blocked",
        /// It was left out by choice.
        NotWanted = "not_wanted",
    }
    /// What an organization may leave out.
    pub enum Wish {
        /// Step 5: emergency addresses, numbers for people, telling them.
        CallingPlans = "calling_plans",
        /// Step 6.
        AudioConferencing = "audio_conferencing",
        /// Step 7.
        CallQueues = "call_queues",
        /// Step 8.
        Attendants = "attendants",
        /// Step 9.
        BridgeNumbers = "bridge_numbers",
        /// Step 10.
        CommunicationsCredits = "communications_credits",
    }
}

/// How far an organization is with the ten steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Which of the steps 5 to 10 it wants.
    pub wanted: Vec<Wish>,
    /// Numbers that it is about to port and that are in no order yet.
    #[serde(default)]
    pub port_lists: Vec<PortList>,
}

/// The ten steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetupReport {
    /// In their order.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// From 1 to 10.
    pub step: u32,
    /// What it is about.
    pub title: String,
    /// How far it is: blocked if any part is, else open, waiting or done likewise.
    pub progress: Progress,
    /// Until when it waits, where that is known.
    pub until: Option<Timestamp>,
    /// What it consists of.
    pub parts: Vec<Part>,
    /// What is recommended, which no rule demands.
    pub advice: Vec<Advice>,
}

/// A part of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// What it is about.
    pub part: String,
    /// How far it is.
    pub progress: Progress,
    /// Until when it waits, where that is known.
    pub until: Option<Timestamp>,
    /// How it stands, with figures.
    pub detail: String,
    /// The rules that stand in the way.
    pub blocks: Vec<Block>,
}

/// A rule that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Block {
    /// The rule and its figures.
    pub rule: Refusal,
    /// What would lift it.
    pub unblock: String,
}

/// Something that is recommended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Advice {
    /// What.
    pub advice: String,
    /// Who says so.
    pub source: String,
}

impl Part {
    fn new(part: &str, progress: Progress, detail: impl Into<String>) -> Self {
        let (part, detail) = (part.to_owned(), detail.into());
        Self { part, progress, until: None, detail, blocks: Vec::new() }
    }

    fn until(mut self, until: Option<Timestamp>) -> Self {
        self.until = until;
        self
    }

    /// The part with a rule that stands in its way.
    fn block(mut self, rule: &impl Refuses, unblock: impl Into<String>) -> Self {
        self.progress = Progress::Blocked;
        self.blocks.push(Block { rule: rule.refusal(), unblock: unblock.into() });
        self
    }
}

impl Step {
    fn new(step: u32, title: &str, parts: Vec<Part>) -> Self {
        let progress = [Progress::Blocked, Progress::Open, Progress::Waiting, Progress::Done]
            .into_iter()
            .find(|progress| parts.iter().any(|part| part.progress == *progress))
            .unwrap_or(Progress::NotWanted);
        let until = parts.iter().filter(|part| part.progress == Progress::Waiting);
        // What waits for an unknown time waits beyond every known one.
        let until = until.map(|part| part.until).collect::<Option<Vec<_>>>();
        let until = until.and_then(|until| until.into_iter().max());
        let until = until.filter(|_| progress == Progress::Waiting);
        Self { step, title: title.to_owned(), progress, until, parts, advice: Vec::new() }
    }

    fn advise(mut self, advice: &str, source: &str) -> Self {
        self.advice.push(Advice { advice: advice.to_owned(), source: source.to_owned() });
        self
    }
}

impl Query for Steps {
    const NAME: &'static str = "setup.steps";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = SetupReport;

    fn answer(&self, view: &View) -> Result<SetupReport, OrganizationError> {
        let facts = Facts::gather(view, self)?;
        Ok(SetupReport { steps: steps::all(view, &facts) })
    }
}

/// What of a country's row is in the way of what an organization wants.
fn not_sold(
    facts: &Facts<'_>,
    row: &crate::country::Availability,
    users: &facts::UsersOf,
) -> Vec<Error> {
    let mut lacking = Vec::new();
    let mut lacks = |what: &'static str, users: u32| {
        let (country, generation, page) = (row.country, row.generation, row.source.clone());
        lacking.push(Error::NotSold { what, country, users, generation, page });
    };
    if users.with_calling_plan > 0 && row.calling_plan == Offered::No {
        lacks("a calling plan", users.with_calling_plan);
    }
    if users.organizers > 0
        && facts.wants(Wish::AudioConferencing)
        && row.audio_conferencing == Conferencing::No
    {
        lacks("Audio Conferencing", users.organizers);
    }
    lacking
}
