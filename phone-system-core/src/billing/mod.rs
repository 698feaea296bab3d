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
mod authorize;
mod call;
mod capability;
mod charge;
mod credits;
mod destinations;
mod events;
mod hold;
mod known;
mod ledger;
mod minutes;
mod policy;
mod statement;
mod tariff;
mod usage;

use crate::error::{Choices, refusals};
use crate::hash::Hash;
use crate::money::{Amount, Currency};
use crate::text::{Country, Key, Label, UserId};
use crate::time::{Duration, Month, Timestamp};

pub use account::{Account, AutoRecharge, Lot, Payment, PendingRecharge};
pub use authorize::{AuthorizeCall, CancelCall, ExtendCall, Settlement};
pub(crate) use call::CallFacts;
pub use call::{CallKind, CallRecord};
pub use capability::Capability;
pub use charge::Unpaid;
pub use credits::{
    AddAgreement, AddFunds, AdjustCredits, ChooseTariff, CloseMonth, GoPostpaid, RechargeOutcome,
    RefundCall, RemoveAgreement, ReportRecharge, SetAutoRecharge, SetUpCredits, StopAutoRecharge,
};
pub use destinations::{
    DestinationUse, Destinations, Error as DestinationsError, Unreadable as DestinationsUnreadable,
};
pub use events::{
    AgreementAdded, AgreementRemoved, AutoRechargeSet, AutoRechargeStopped, CallAuthorized,
    CallCharged, CallExtended, ChargeRefunded, CreditsGiven, CreditsSetUp, CreditsTaken,
    DialOutGranted, Draw, Draws, Event, FundsAdded, HoldReleased, LotForfeited, MonthClosed,
    NoticeDue, NoticeKind, PostpaidBegun, Priced, RechargeFailed, RechargeRequested, SpendLimitSet,
    TariffChosen,
};
pub use hold::{Hold, LimitedBy, PriceBasis, ReleaseReason};
pub use known::Known;
pub use ledger::{Book, LedgerLine, LedgerSums};
pub use minutes::{Included, Plan, PoolKey, PoolSize, Reach, Told, Used, is_zone_a};
pub use policy::{
    ConferenceDialOut, DialOut, GrantDialOut, SetSpendLimit, UserDialOut, UserPolicy,
};
pub use statement::{Entry, Movement, Statement, StatementOf, StatementTotal};
pub use tariff::{
    CallFigures, Charge, Comparison, Date, DateRange, Direction, Error as TariffError, Explanation,
    FeeStep, Group, Layout, PieceStep, Prefix, Price, PriceChange, Quote, Rate, Rise, Tariff,
    TariffDefinition, TariffId, TimeOfDay, TimeZone, Unreadable as TariffUnreadable, Weekday,
    WindowDefinition,
};
pub use usage::{ProblemOfUsage, ReadUsage, UsageRead};

pub(crate) use tariff::{LONGEST as LONGEST_CALL, Zone};

pub(crate) use authorize::{Terms, decide_authorize, decide_extend, known};
pub(crate) use charge::{
    CallError, Credits, Funding, Paid, check_call, check_new, decide_call, decide_settle,
};

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
        AgreementUnknown = BillingAgreementUnknown { agreement: Label, known: Choices<String> }
            => "agreement {agreement} is not known here, only {known}; add it first",
        AgreementKnown = BillingAgreementKnown { agreement: Label }
            => "agreement {agreement} is known already",
        NotSoldHere = BillingNotSoldHere { country: Country }
            => "Communications Credits are not sold in {country}",
        NotAuthorized = BillingNotAuthorized { call: Key }
            => "nothing is held for call {call}: it was never authorized, was settled or canceled, or its hold has ended; charge what took place as an ended call",
        AlreadyAuthorized = BillingAlreadyAuthorized { call: Key, duration: Duration, ends_at: Timestamp }
            => "call {call} may last for {duration} already, and its hold ends at {ends_at}; extend it, settle it or cancel it",
        LengthOutOfRange = BillingLengthOutOfRange { wanted: Duration, maximum: Duration }
            => "a call is authorized for more than nothing and at most {maximum}, not for {wanted}",
        NotLonger = BillingNotLonger { call: Key, wanted: Duration, authorized: Duration, maximum: Duration }
            => "call {call} may last for {authorized} already; an extension is longer than that and at most {maximum}, not {wanted}",
        SpendLimitReached = BillingSpendLimitReached { user: UserId, limit: Amount, spent: Amount, cost: Amount }
            => "{user} may spend {limit} in a month and has spent {spent}; the call costs {cost} more at least",
        DialOutRefused = BillingDialOutRefused { user: UserId, policy: &'static str, called: String }
            => "the policy {policy} of {user} does not let calls go to {called}; grant another one",
        DestinationBarred = BillingDestinationBarred { called: String, prefix: Prefix, country: Country }
            => "calls from {country} to {called} are not carried: nothing that begins with {prefix} is",
        NotRefundable = BillingNotRefundable { call: Key, amount: Amount, refundable: Amount }
            => "of call {call} {refundable} were paid and not given back yet, so more than nothing and at most that is refunded, not {amount}",
        BalanceTooLow = BillingBalanceTooLow { amount: Amount, available: Amount }
            => "{amount} are to be taken, and {available} can be spent",
        CapTooLow = BillingCapTooLow { monthly_cap: Amount, recharge_with: Amount }
            => "a monthly cap of {monthly_cap} leaves no room for a recharge of {recharge_with}; raise it or recharge with less",
        PostpaidAlready = BillingPostpaidAlready { since: Timestamp }
            => "the account is postpaid since {since}",
        MonthClosed = BillingMonthClosed { month: Month, closed: Month }
            => "the books are closed up to {closed}, and the call began in {month}; give its cost back or take it as an adjustment",
        MonthOpen = BillingMonthOpen { month: Month, open: u32 }
            => "the books of {month} cannot be closed: it is not over, is closed already, or {open} calls that began by then are not settled",
        PeriodOutOfRange = BillingPeriodOutOfRange { since: Timestamp, until: Timestamp, at: Timestamp }
            => "a statement begins no later than it ends, and ends no later than {at}; not since {since} until {until}",
    }
}

impl Error {
    /// A price list by its name and digest was not given to the system.
    pub(crate) fn not_given(tariff: &TariffId) -> Self {
        let TariffId { name, digest } = tariff.clone();
        Self::TariffUnknown { tariff: name, digest: Some(digest) }
    }
}
