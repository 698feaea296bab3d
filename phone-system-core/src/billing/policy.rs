//! What single users may do: how much they may spend, and where they may call.

use serde::{Deserialize, Serialize};

use super::Error;
use super::events::{DialOutGranted, SpendLimitSet};
use crate::money::Amount;
use crate::text::{UserId, words};
use crate::time::Timestamp;

words! {
    /// Where conferences of an organizer may dial out to (`Grant-CsDialoutPolicy`).
    pub enum ConferenceDialOut {
        /// Anywhere.
        International = "international",
        /// Within the organizer's country.
        Domestic = "domestic",
        /// To countries of Zone A.
        ZoneA = "zone_a",
        /// Nowhere.
        Disabled = "disabled",
    }
    /// Where a user may call (`Grant-CsDialoutPolicy`).
    pub enum UserDialOut {
        /// Anywhere.
        International = "international",
        /// Within the user's country.
        Domestic = "domestic",
        /// Nowhere.
        Disabled = "disabled",
    }
}

/// Where a user's conferences and calls may go; the two are independent, both anywhere unless
/// granted otherwise. Emergency calls are never concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DialOut {
    /// Conferences that the user organizes.
    pub conference: ConferenceDialOut,
    /// Calls of the user.
    pub user: UserDialOut,
}

impl Default for DialOut {
    fn default() -> Self {
        Self { conference: ConferenceDialOut::International, user: UserDialOut::International }
    }
}

impl DialOut {
    /// The identity of the fixed policy that says this, such as `DialoutCPCandPSTNDomestic`.
    pub const fn identity(self) -> &'static str {
        use ConferenceDialOut as Conference;
        match (self.conference, self.user) {
            (Conference::International, UserDialOut::International) => {
                "DialoutCPCandPSTNInternational"
            }
            (Conference::International, UserDialOut::Domestic) => {
                "DialoutCPCInternationalPSTNDomestic"
            }
            (Conference::International, UserDialOut::Disabled) => {
                "DialoutCPCInternationalPSTNDisabled"
            }
            (Conference::Domestic, UserDialOut::International) => {
                "DialoutCPCDomesticPSTNInternational"
            }
            (Conference::Domestic, UserDialOut::Domestic) => "DialoutCPCandPSTNDomestic",
            (Conference::Domestic, UserDialOut::Disabled) => "DialoutCPCDomesticPSTNDisabled",
            (Conference::ZoneA, UserDialOut::International) => "DialoutCPCZoneAPSTNInternational",
            (Conference::ZoneA, UserDialOut::Domestic) => "DialoutCPCZoneAPSTNDomestic",
            (Conference::ZoneA, UserDialOut::Disabled) => "DialoutCPCZoneAPSTNDisabled",
            (Conference::Disabled, UserDialOut::International) => {
                "DialoutCPCDisabledPSTNInternational"
            }
            (Conference::Disabled, UserDialOut::Domestic) => "DialoutCPCDisabledPSTNDomestic",
            (Conference::Disabled, UserDialOut::Disabled) => "DialoutCPCandPSTNDisabled",
        }
    }
}

/// What a user may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserPolicy {
    /// The most that the user's calls may cost in a calendar month beyond minutes; none for no limit.
    pub spend_limit: Option<Amount>,
    /// Where calls may go.
    pub dial_out: DialOut,
}

/// Limits what a user's calls may cost in a calendar month of UTC beyond included minutes
/// (`EnableSpendLimits`, `CallingSpendUserLimit`).
///
/// Calls that go on are counted with what they may cost, and calls that took place with what they cost,
/// uncollected or not. A limit below what was spent already ends
/// no call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetSpendLimit {
    /// Whose calls.
    pub user: UserId,
    /// The most in a month, more than nothing, in the currency of the account; none for no limit.
    pub limit: Option<Amount>,
}

impl SetSpendLimit {
    pub(crate) fn decide(&self, at: Timestamp) -> Result<SpendLimitSet, Error> {
        let Self { user, limit } = self.clone();
        limit.map_or(Ok(()), super::credits::positive)?;
        Ok(SpendLimitSet { user, limit, at })
    }
}

/// Grants a user where calls may go: one of the twelve fixed policies, by its two halves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GrantDialOut {
    /// Whose calls and conferences.
    pub user: UserId,
    /// Where conferences may dial out to.
    pub conference: ConferenceDialOut,
    /// Where the user may call.
    pub calls: UserDialOut,
}

impl GrantDialOut {
    pub(crate) fn decide(&self, at: Timestamp) -> DialOutGranted {
        let dial_out = DialOut { conference: self.conference, user: self.calls };
        DialOutGranted { user: self.user.clone(), dial_out, at }
    }
}
