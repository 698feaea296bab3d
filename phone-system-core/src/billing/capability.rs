//! Which licence paid for a call, by the codes of the PSTN usage report.

use super::minutes::Plan;
use crate::text::words;

words! {
    /// The licence that paid for a call, or made it possible ("PSTN usage report", `Capability`).
    ///
    /// The report has one for each call. Where minutes paid for the beginning of a call and credits
    /// for the rest, it is that of the credits.
    pub enum Capability {
        /// Phone System: incoming calls of users, which are free.
        PhoneSystem = "MCOEV",
        /// The licence of resource accounts: incoming toll calls of attendants and queues.
        ResourceAccount = "MCOEV_VIRTUALUSER",
        /// The licence of resource accounts, government clouds.
        ResourceAccountGovernment = "MCOEV_VIRTUALUSER_GOV",
        /// Nothing: a free call, or one that no price list can price, if the rules record those as
        /// free.
        Free = "FREECALL",
        /// The Domestic Calling Plan.
        Domestic = "MCOPSTN1",
        /// The Domestic and International Calling Plan.
        DomesticAndInternational = "MCOPSTN2",
        /// The Domestic Calling Plan of 120 minutes.
        Domestic120 = "MCOPSTN5",
        /// The Domestic Calling Plan of 240 minutes.
        Domestic240 = "MCOPSTN6",
        /// A domestic plan of 120 minutes, as reports name another one.
        DomesticReport120 = "MCOPSTN8",
        /// An international plan, as reports name another one.
        International = "MCOPSTN9",
        /// A plan of which the sources have only the code.
        PlanCap = "MCOPSTNCAP",
        /// Communications Credits.
        Credits = "MCOPSTNPP",
        /// Audio Conferencing: dialing in to toll numbers, and dialing out within its minutes.
        AudioConferencing = "MCOMEETADD",
        /// Audio Conferencing with dial-out to the United States.
        AudioConferencingDialOutUs = "MCOMEETADD_DIALOUT_US",
        /// Audio Conferencing in China, global.
        AudioConferencingChina = "MCOMEETADD_CN_GLOBAL",
        /// Audio Conferencing by Tata.
        AudioConferencingTata = "MCOMEETADD_TATA",
        /// Audio Conferencing paid by the minute.
        AudioConferencingPayPerMinute = "MCOMEETACPEA",
        /// Audio Conferencing paid by the minute, government clouds.
        AudioConferencingPayPerMinuteGovernment = "MCOMEETACPEA_GOV",
    }
}

impl Capability {
    /// That of a plan whose minutes paid.
    pub const fn of_plan(plan: Plan) -> Self {
        match plan {
            Plan::Domestic => Self::Domestic,
            Plan::Domestic120 => Self::Domestic120,
            Plan::Domestic240 => Self::Domestic240,
            Plan::DomesticAndInternational => Self::DomesticAndInternational,
            Plan::Conferencing => Self::AudioConferencing,
        }
    }
}
