//! Calls that go on: the minutes and the funds that are held for them.

use serde::{Deserialize, Serialize};

use super::call::CallKind;
use super::capability::Capability;
use super::events::Draws;
use super::known::Known;
use super::minutes::Included;
use super::tariff::{Direction, TariffId};
use crate::money::Amount;
use crate::text::{UserId, words};
use crate::time::{Duration, Timestamp};

/// What is held for a call from its authorization until it is settled, canceled, or times out.
///
/// What is held is spent as far as other calls are concerned: they cannot have it, and funds that
/// would be forfeited meanwhile are not. Whatever the call does not need is given back, and
/// forfeited then if its time has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hold {
    /// Its sort.
    pub kind: CallKind,
    /// Who calls, or is called.
    pub user: Option<UserId>,
    /// When the call began.
    pub started_at: Timestamp,
    /// How long it may last.
    pub duration: Duration,
    /// When the hold ends by itself, if nobody has settled or canceled the call by then.
    pub ends_at: Timestamp,
    /// The minutes that are held.
    pub included: Option<Included>,
    /// By what the rest of the call is priced, if it has a price; none if it is free, or no price list
    /// was chosen.
    pub basis: Option<PriceBasis>,
    /// Whether credits may pay for it.
    pub credits: bool,
    /// The licence by which it is paid.
    pub capability: Capability,
    /// What the rest costs if the call lasts as long as it may.
    pub cost: Amount,
    /// The funds that are held, the oldest lot first; less than the cost if the rest is invoiced.
    pub draws: Draws,
}

impl Hold {
    /// Whether nothing has to pay for the call, however long it lasts.
    pub(super) fn is_free(&self) -> bool {
        self.included.is_none() && self.basis.is_none() && !self.credits
    }

    /// Whether credits would pay for the rest of the call if it had a price, and the rules let it pass
    /// without one.
    pub(super) fn is_unpriceable(&self) -> bool {
        self.credits && self.basis.is_none() && self.capability == Capability::Free
    }

    /// How much of the call is not paid by minutes.
    pub(super) fn beyond_minutes(&self) -> Duration {
        let included = self.included.as_ref().map(|included| included.duration);
        self.duration.saturating_sub(included.unwrap_or_default())
    }

    /// What is held of a lot.
    pub(super) fn of_lot(&self, lot: u64) -> Amount {
        let draw = self.draws.iter().find(|draw| draw.lot == lot);
        draw.map(|draw| draw.amount).unwrap_or_default()
    }
}

/// By what a call is priced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriceBasis {
    /// The price list.
    pub tariff: TariffId,
    /// Which way the call goes.
    pub direction: Direction,
    /// The number by which it is priced, or `withheld`.
    pub number: Known,
}

words! {
    /// Why a hold ended without a charge.
    pub enum ReleaseReason {
        /// The call was canceled: it did not take place.
        Canceled = "canceled",
        /// Nobody told how the call ended in time.
        TimedOut = "timed_out",
    }
    /// What limits how long a call may last.
    pub enum LimitedBy {
        /// What was asked for: more could be had.
        Wanted = "wanted",
        /// The minutes of the plan; the caller may not use credits for more.
        Minutes = "minutes",
        /// The funds of the account.
        Funds = "funds",
        /// What the user may spend in a month.
        SpendLimit = "spend_limit",
        /// The price list: there is no price for a call that lasts longer.
        Price = "price",
    }
}
