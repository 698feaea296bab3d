//! How many calls a number carries at once, and the gate that holds them to it.
//!
//! The sources say only that a user number carries a few calls and a service number hundreds
//! ("Setting up Phone System", step 4). The figures are rules of ours, below ten and from 100 to
//! 999, one for each generation, and can be overridden: `capacity.user_number_calls`,
//! `capacity.service_number_calls`, and for service numbers that serve something already
//! `capacity.voice_application_calls` and `capacity.conferencing_calls`.

mod counter;
mod demand;
mod gate;
mod history;
mod permits;
mod places;
pub mod records;
mod scope;
pub mod simulation;
mod sync;
mod thread;
pub mod traffic;

use serde::{Deserialize, Serialize};

use crate::error::refusals;
use crate::number::{NumberKind, PhoneNumber};
use crate::rules::Rules;
use crate::text::words;

pub use demand::Shortfall;
pub(crate) use gate::Keeper;
pub use gate::{Gate, Line, Permit};
pub use history::{Load, View};
pub use scope::{Limits, Scope, Share, Way};

refusals! {
    /// Why a call does not start, or a permit cannot be given back.
    pub enum Error {
        LimitReached = CapacityLimitReached { number: PhoneNumber, class: CapacityClass, in_use: u32, limit: u32 }
            => "{number} carries {in_use} calls, and {limit} at once are the most in its class, `{class}`; wait until one has ended, or use a service number",
        ScopeFull = CapacityLimitReached { scope: Scope, share: Share, in_use: u32, limit: u32 }
            => "{scope} carries {in_use} calls, and {limit} at once are its {share} limit; wait until one has ended, or raise the limit",
        PermitUnknown = CapacityPermitUnknown { permit: u64 }
            => "permit {permit} is not open here: it was released already, or never given out",
    }
}

words! {
    /// How much a number carries.
    pub enum CapacityClass {
        /// A few calls: a user number.
        Few = "few",
        /// Hundreds of calls: a service number.
        Hundreds = "hundreds",
    }
    /// Which service a number serves, as far as there are figures for it.
    pub enum Usage {
        /// An auto attendant or a call queue, directly or by a resource account.
        VoiceApplication = "voice_application",
        /// The conferencing bridge.
        Conferencing = "conferencing",
    }
}

impl CapacityClass {
    /// The class of a number by what it is for; its kind decides, whatever it was before it was
    /// ported.
    pub const fn of(kind: NumberKind) -> Self {
        match kind {
            NumberKind::User => Self::Few,
            NumberKind::ServiceToll | NumberKind::ServiceTollFree => Self::Hundreds,
        }
    }

    /// The most calls at once of a number that serves this; none for one that serves nothing yet.
    pub fn limit(self, usage: Option<Usage>, rules: &Rules) -> u32 {
        let rules = &rules.capacity;
        match (self, usage) {
            (Self::Few, _) => rules.user_number_calls,
            (Self::Hundreds, None) => rules.service_number_calls,
            (Self::Hundreds, Some(Usage::VoiceApplication)) => rules.voice_application_calls,
            (Self::Hundreds, Some(Usage::Conferencing)) => rules.conferencing_calls,
        }
    }
}

/// How many calls a number carries, and has carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Occupancy {
    /// Calls now, emergency calls among them.
    pub in_use: u32,
    /// The most at once so far.
    pub peak: u32,
    /// Calls that were admitted so far, without emergency calls.
    pub admitted: u64,
    /// Calls that were refused so far.
    pub refused: u64,
    /// Emergency calls so far.
    pub emergency: u64,
}
