//! Minutes and money: what calling plans include, and prepaid Communications Credits for the rest.
//!
//! A call is paid from the minutes that its plan includes, then from credits; with neither it is
//! refused ("Set up Communications Credits for your organization"). Credits are bought in lots,
//! spent first in, first out, and forfeited twelve calendar months after the purchase. Where a call
//! is longer than the minutes that are left, the rest of it is priced as a call of its own.
//!
//! What this crate decides where the sources are silent: minutes are counted to the microsecond, as
//! the call lasted; months are those of UTC; funds of 29 February are forfeited on 28 February;
//! pools have the size of the licences that are held when a call is charged; a call of no duration
//! costs nothing. How a call is priced is told at [`Tariff`].

mod account;
mod call;
mod charge;
mod credits;
mod events;
mod known;
mod minutes;
mod tariff;
mod usage;

use crate::error::refusals;
use crate::hash::Hash;
use crate::money::{Amount, Currency};
use crate::text::{Key, Label, UserId};
use crate::time::{Duration, Timestamp};

pub use account::{Account, AutoRecharge, Lot, Payment, PendingRecharge};
pub use call::{CallKind, CallRecord};
pub use credits::{
    AddFunds, ChooseTariff, RechargeOutcome, ReportRecharge, SetAutoRecharge, SetUpCredits,
    StopAutoRecharge,
};
pub use events::{
    AutoRechargeSet, AutoRechargeStopped, CallCharged, CreditsSetUp, Draw, Event, FundsAdded,
    LotForfeited, NoticeDue, NoticeKind, Priced, RechargeFailed, RechargeRequested, TariffChosen,
};
pub use known::Known;
pub use minutes::{Included, Plan, PoolKey, PoolSize, Reach, Used, is_zone_a};
pub use tariff::{
    Charge, Comparison, Date, DateRange, Direction, Error as TariffError, Explanation, FeeStep,
    Group, Layout, PieceStep, Prefix, Price, PriceChange, Quote, Rate, Rise, Tariff,
    TariffDefinition, TariffId, TimeOfDay, TimeZone, Unreadable as TariffUnreadable, Weekday,
    WindowDefinition,
};
pub use usage::{ProblemOfUsage, ReadUsage, UsageRead};

pub(crate) use charge::{CallError, Credits, Funding, check_call, check_new, decide_call};

refusals! {
    /// Why the account says no.
    pub enum Error {
        CreditsNotSetUp = BillingCreditsNotSetUp {}
            => "Communications Credits are needed for this; set them up first",
        CreditsAlreadySetUp = BillingCreditsAlreadySetUp { currency: Currency, since: Timestamp }
            => "Communications Credits are set up in {currency} since {since}",
        BalanceNotPositive = BillingBalanceNotPositive { balance: Amount }
            => "toll-free numbers need Communications Credits with a positive balance, and it is {balance}; add funds first",
        AmountNotPositive = BillingAmountNotPositive { amount: Amount, maximum: Amount }
            => "{amount} is not more than 0.00 and at most {maximum}",
        BalanceTooLarge = BillingBalanceTooLarge { balance: Amount, amount: Amount }
            => "{balance} and {amount} more exceed what an account can hold",
        PurchaseOrderAlone = BillingPurchaseOrderAlone { purchase_order: Label }
            => "purchase order {purchase_order} belongs to an enterprise agreement; name the agreement too",
        AutoRechargeNotSet = BillingAutoRechargeNotSet {}
            => "auto-recharge is not set",
        RechargeUnknown = BillingRechargeUnknown { recharge: u64, pending: Option<u64> }
            => "recharge {recharge} is not pending; one at a time is, and its outcome is reported once",
        CurrencyMismatch = BillingCurrencyMismatch { tariff: Label, tariff_currency: Currency, currency: Currency }
            => "{tariff} has prices in {tariff_currency}, the account is in {currency}; nothing is converted",
        TariffUnknown = BillingTariffUnknown { tariff: Label, digest: Option<Hash> }
            => "no price list {tariff} was given to this system as it was chosen; give it again, or choose another",
        TariffNotChosen = BillingTariffNotChosen {}
            => "choose a price list first",
        AlreadyCharged = BillingAlreadyCharged { call: Key }
            => "call {call} was charged already",
        NoPlan = BillingNoPlan { user: Option<UserId> }
            => "the caller has no calling plan that could pay; assign one",
        CreditsLicenseMissing = BillingCreditsLicenseMissing { user: Option<UserId>, included_left: Duration }
            => "what the plan includes does not cover the call ({included_left} are left), and the caller has no Communications Credits licence; assign one",
        FundsTooLow = BillingFundsTooLow { cost: Amount, balance: Amount, short: Amount, included_left: Duration }
            => "the call costs {cost} beyond what is included ({included_left} are left) and the balance is {balance}; {short} more are needed",
        DestinationUnknown = BillingDestinationUnknown { called: String }
            => "`{called}` is no number that can be read, or its country cannot be told; give it with + and its country code, or say whether the call was domestic or international",
        CallInFuture = BillingCallInFuture { call: Key, started_at: Timestamp, at: Timestamp }
            => "call {call} began at {started_at}, after {at}; calls are charged when they have ended",
        CallTooLong = BillingCallTooLong { duration: Duration, maximum: Duration }
            => "a call of {duration} is longer than {maximum}",
    }
}
