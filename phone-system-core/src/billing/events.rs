//! What can happen to an account.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::account::{AutoRecharge, Payment};
use super::call::CallKind;
use super::capability::Capability;
use super::hold::{Hold, LimitedBy, ReleaseReason};
use super::minutes::{Included, PoolKey};
use super::policy::DialOut;
use super::tariff::{Charge, Direction, Prefix, TariffId};
use crate::draft::events;
use crate::money::{Amount, Currency};
use crate::text::{Country, Key, Label, UserId, words};
use crate::time::{Duration, Month, Timestamp};

/// Communications Credits were set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditsSetUp {
    /// The currency of the account.
    pub currency: Currency,
    /// The billing country, if it was told.
    #[serde(default)]
    pub country: Option<Country>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Draw {
    /// The lot.
    pub lot: u64,
    /// How much.
    pub amount: Amount,
}

/// What was taken from which lots, the oldest first. Mostly it is one lot, which stands in place.
pub type Draws = SmallVec<[Draw; 1]>;

/// The part of a call that costs something, by a row of the price list in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Priced {
    /// The price list.
    pub tariff: TariffId,
    /// The row's direction.
    pub direction: Direction,
    /// The place of the row in the price list, from 0.
    pub rate: u32,
    /// The longest prefix of the list with which the number begins.
    pub prefix: Prefix,
    /// The row's window.
    pub window: Option<Label>,
    /// When the part began.
    pub begins: Timestamp,
    /// How long it lasted.
    pub duration: Duration,
    /// How long it was charged for.
    pub billed: Duration,
    /// What it cost.
    pub amount: Amount,
}

impl Priced {
    /// The charge, which its price list can explain.
    pub fn charge(&self) -> Charge {
        let Self { tariff, rate, prefix, window, begins, duration, billed, amount, .. } =
            self.clone();
        Charge { tariff, rate, prefix, window, begins, duration, billed, amount }
    }
}

/// A call may take place, and what it may need is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallAuthorized {
    /// The call.
    pub call: Key,
    /// What is held for it; the account has it too.
    pub hold: Arc<Hold>,
    /// What limits how long it may last.
    pub limited_by: LimitedBy,
}

/// A call may last longer, and more is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallExtended {
    /// The call.
    pub call: Key,
    /// How long it may last now, from its beginning.
    pub duration: Duration,
    /// When the hold ends by itself now.
    pub ends_at: Timestamp,
    /// The minutes that are held now.
    pub included: Option<Included>,
    /// What the rest costs now if the call lasts as long as it may.
    pub cost: Amount,
    /// The funds that are held besides.
    pub draws: Draws,
    /// What limits how long it may last.
    pub limited_by: LimitedBy,
    /// When.
    pub at: Timestamp,
}

/// A hold ended without a charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoldReleased {
    /// The call.
    pub call: Key,
    /// Why.
    pub reason: ReleaseReason,
    /// The funds that were held.
    pub draws: Draws,
    /// When.
    pub at: Timestamp,
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
    /// What the rest of the call costs.
    pub priced: Option<Priced>,
    /// What credits paid of that, from which lots, the oldest first.
    pub draws: Draws,
    /// What nothing paid of it.
    #[serde(default)]
    pub uncollected: Amount,
    /// What is paid of it by invoice.
    #[serde(default)]
    pub invoiced: Amount,
    /// How much of the call has no price.
    #[serde(default)]
    pub unpriced: Duration,
    /// The licence that paid.
    #[serde(default = "free")]
    pub capability: Capability,
    /// The funds that were held for the call until then.
    #[serde(default)]
    pub released: Draws,
    /// When it was charged.
    pub at: Timestamp,
}

const fn free() -> Capability {
    Capability::Free
}

/// A charge was given back, as credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChargeRefunded {
    /// The call.
    pub call: Key,
    /// How much.
    pub amount: Amount,
    /// The lot that the amount is now.
    pub lot: u64,
    /// When it is forfeited.
    pub expires_at: Timestamp,
    /// Why.
    pub reason: Label,
    /// When.
    pub at: Timestamp,
}

/// Credits were given that nobody bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditsGiven {
    /// The lot that they are.
    pub lot: u64,
    /// How much.
    pub amount: Amount,
    /// When they are forfeited.
    pub expires_at: Timestamp,
    /// Why.
    pub reason: Label,
    /// When.
    pub at: Timestamp,
}

/// Credits were taken for something that is no call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditsTaken {
    /// From which lots, the oldest first.
    pub draws: Draws,
    /// Why.
    pub reason: Label,
    /// When.
    pub at: Timestamp,
}

/// An enterprise agreement can be named when funds are paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgreementAdded {
    /// Its number.
    pub agreement: Label,
    /// When.
    pub at: Timestamp,
}

/// An enterprise agreement can no longer be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AgreementRemoved {
    /// Its number.
    pub agreement: Label,
    /// When.
    pub at: Timestamp,
}

/// What credits do not pay is invoiced from now on; auto-recharge stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostpaidBegun {
    /// The balance, which is spent first.
    pub balance: Amount,
    /// When.
    pub at: Timestamp,
}

/// The most that a user's calls may cost in a month was set, or is no longer limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpendLimitSet {
    /// Whose calls.
    pub user: UserId,
    /// The most in a month; none for no limit.
    pub limit: Option<Amount>,
    /// When.
    pub at: Timestamp,
}

/// A user was granted where calls may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DialOutGranted {
    /// Whose calls.
    pub user: UserId,
    /// Where they may go.
    pub dial_out: DialOut,
    /// When.
    pub at: Timestamp,
}

/// The books of a month were closed: its calls are no longer charged, and no longer remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MonthClosed {
    /// The month, and with it all before.
    pub month: Month,
    /// When.
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
        /// 80 % of a pool of minutes is used.
        MinutesLow = "minutes_low",
        /// A pool of minutes is used up.
        MinutesUsed = "minutes_used",
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
    /// The pool of minutes that it is about, if it is about one.
    #[serde(default)]
    pub pool: Option<PoolKey>,
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
        CallAuthorized = "billing.call_authorized",
        CallExtended = "billing.call_extended",
        HoldReleased = "billing.hold_released",
        ChargeRefunded = "billing.charge_refunded",
        CreditsGiven = "billing.credits_given",
        CreditsTaken = "billing.credits_taken",
        AgreementAdded = "billing.agreement_added",
        AgreementRemoved = "billing.agreement_removed",
        PostpaidBegun = "billing.postpaid_begun",
        SpendLimitSet = "billing.spend_limit_set",
        DialOutGranted = "billing.dial_out_granted",
        MonthClosed = "billing.month_closed",
    }
}
