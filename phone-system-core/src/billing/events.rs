//! What can happen to an account.

use serde::{Deserialize, Serialize};

use super::account::{AutoRecharge, Payment};
use super::call::CallKind;
use super::minutes::Included;
use super::tariff::{Direction, Prefix, TariffId};
use crate::draft::events;
use crate::money::{Amount, Currency};
use crate::text::{Key, Label, UserId, words};
use crate::time::{Duration, Timestamp};

/// Communications Credits were set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditsSetUp {
    /// The currency of the account.
    pub currency: Currency,
    /// When.
    pub at: Timestamp,
}

/// Funds were added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FundsAdded {
    /// The lot that they are.
    pub lot: u64,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// When they are forfeited.
    pub expires_at: Timestamp,
    /// How they were paid.
    pub payment: Payment,
    /// The recharge that brought them, if one did.
    pub recharge: Option<u64>,
    /// When.
    pub at: Timestamp,
}

/// What was left of a lot was forfeited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotForfeited {
    /// The lot.
    pub lot: u64,
    /// What was left.
    pub amount: Amount,
    /// When it was due.
    pub at: Timestamp,
}

/// Auto-recharge was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoRechargeSet {
    /// How.
    pub auto_recharge: AutoRecharge,
    /// When.
    pub at: Timestamp,
}

/// Auto-recharge was stopped; a pending recharge stays pending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoRechargeStopped {
    /// When.
    pub at: Timestamp,
}

/// More funds are to be bought: whoever takes payments does so, and reports the outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RechargeRequested {
    /// The recharge.
    pub recharge: u64,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// How it is to be paid.
    pub payment: Payment,
    /// The balance that was below the trigger.
    pub balance: Amount,
    /// When.
    pub at: Timestamp,
}

/// A payment failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RechargeFailed {
    /// The recharge.
    pub recharge: u64,
    /// Why.
    pub reason: Option<Label>,
    /// From when on another one may be asked for.
    pub retry_at: Timestamp,
    /// When.
    pub at: Timestamp,
}

/// A price list was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffChosen {
    /// Its name and digest.
    pub tariff: TariffId,
}

/// What a charge took from a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Draw {
    /// The lot.
    pub lot: u64,
    /// How much.
    pub amount: Amount,
}

/// The part of a call that credits paid, by a row of the price list in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Priced {
    /// The price list.
    pub tariff: TariffId,
    /// The row's direction.
    pub direction: Direction,
    /// The row's prefix.
    pub prefix: Prefix,
    /// How long it was charged for.
    pub billed: Duration,
    /// What it cost.
    pub amount: Amount,
}

/// A call was paid, or recorded as free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallCharged {
    /// The call.
    pub call: Key,
    /// Its sort.
    pub kind: CallKind,
    /// Who called, or was called.
    pub user: Option<UserId>,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it lasted.
    pub duration: Duration,
    /// What a plan's minutes paid.
    pub included: Option<Included>,
    /// What credits paid.
    pub priced: Option<Priced>,
    /// From which lots, the oldest first.
    pub draws: Vec<Draw>,
    /// When it was charged.
    pub at: Timestamp,
}

words! {
    /// What administrators are to be told ("Set up Communications Credits for your organization").
    pub enum NoticeKind {
        /// A recharge succeeded.
        RechargeSucceeded = "recharge_succeeded",
        /// A recharge failed.
        RechargeFailed = "recharge_failed",
        /// The balance has come to zero.
        BalanceZero = "balance_zero",
    }
}

/// Administrators are to be told something: whoever sends mail does so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoticeDue {
    /// What.
    pub notice: NoticeKind,
    /// The balance then.
    pub balance: Amount,
    /// When.
    pub at: Timestamp,
}

events! {
    /// What happens to an account.
    pub enum Event {
        CreditsSetUp = "billing.credits_set_up",
        FundsAdded = "billing.funds_added",
        LotForfeited = "billing.lot_forfeited",
        AutoRechargeSet = "billing.auto_recharge_set",
        AutoRechargeStopped = "billing.auto_recharge_stopped",
        RechargeRequested = "billing.recharge_requested",
        RechargeFailed = "billing.recharge_failed",
        TariffChosen = "billing.tariff_chosen",
        CallCharged = "billing.call_charged",
        NoticeDue = "billing.notice_due",
    }
}
