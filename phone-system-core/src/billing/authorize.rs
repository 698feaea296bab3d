//! Whether a call may take place, and how long it may last: what it may need is held for it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::call::{CallFacts, CallKind};
use super::capability::Capability;
use super::charge::{CallError, Funding, Paid, check_credits, minutes, rest_begins, sum};
use super::events::{CallAuthorized, CallExtended, Draws, HoldReleased};
use super::hold::{Hold, LimitedBy, PriceBasis, ReleaseReason};
use super::minutes::{Included, PoolSize, Reach};
use super::tariff::{LONGEST, Price, Quote, Tariff};
use super::{Error, TariffError};
use crate::money::Amount;
use crate::text::{Country, Key, UserId};
use crate::time::{Duration, Timestamp};

/// Asks whether a call that begins now may take place, and how long it may last.
///
/// What it may need, minutes first and then funds, is held until it is settled or canceled, or until
/// it times out: so no other call, no expiry and no crash can take it away. An emergency call is
/// authorized before anything else is looked at, free and without a hold, even if the system can
/// record nothing any more. Refused as `billing.charge` refuses, if nobody can call there, if the
/// caller's policy or spend limit does not let the call go, and, where credits may pay for what minutes
/// do not, without the price list that was chosen, even if minutes suffice. A call for which less can
/// be had than wanted is authorized for less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthorizeCall {
    /// What names it; the same call is authorized and charged once.
    pub call: Key,
    /// Its sort.
    pub kind: CallKind,
    /// Who calls or is called, or the organizer of the conference, or the resource account.
    #[serde(default)]
    pub user: Option<UserId>,
    /// The country of the user, or of the organization.
    pub location: Country,
    /// The caller's number as it is known.
    #[serde(default)]
    pub caller: Option<String>,
    /// The number called, as it is dialed: with a plus, or as people of the country write it.
    #[serde(default)]
    pub called: Option<String>,
    /// Whether it leaves the country; told by the number called if not given.
    #[serde(default)]
    pub reach: Option<Reach>,
    /// How long it shall be able to last, more than nothing; the rule `billing.authorized_length`
    /// if not given. It can be extended.
    #[serde(default)]
    pub wanted: Option<Duration>,
}

impl AuthorizeCall {
    /// The call as it begins, if it shall be able to last for `duration`.
    pub(crate) fn facts(&self, started_at: Timestamp, duration: Duration) -> CallFacts<'_> {
        CallFacts {
            call: &self.call,
            kind: self.kind,
            user: self.user.as_ref(),
            location: self.location,
            caller: self.caller.as_deref(),
            called: self.called.as_deref(),
            reach: self.reach,
            started_at,
            duration,
        }
    }
}

/// Lets a call that was authorized last longer: by minutes as its pool includes them now, and by funds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtendCall {
    /// The call.
    pub call: Key,
    /// How long it shall be able to last, from its beginning.
    pub wanted: Duration,
}

/// Ends the hold of a call that did not take place; nothing is charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CancelCall {
    /// The call.
    pub call: Key,
}

impl CancelCall {
    pub(crate) fn decide(&self, account: &Account, at: Timestamp) -> Result<HoldReleased, Error> {
        let hold = known(&self.call, account)?;
        let (call, draws) = (self.call.clone(), hold.draws.clone());
        Ok(HoldReleased { call, reason: ReleaseReason::Canceled, draws, at })
    }
}

/// How a call ended that was authorized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// The call.
    pub call: Key,
    /// How long it lasted, at most 366 days; nothing if it was not answered.
    pub duration: Duration,
}

/// What is held for a call.
pub(crate) fn known<'a>(call: &Key, account: &'a Account) -> Result<&'a Hold, Error> {
    account.hold(call).ok_or_else(|| Error::NotAuthorized { call: call.clone() })
}

/// What may be spent on a call, and by whom it is limited.
#[derive(Clone, Copy, Debug)]
struct Budget {
    amount: Amount,
    limited_by: LimitedBy,
}

/// The most there is.
const ALL: Amount = Amount::from_millionths(i64::MAX);

impl Budget {
    /// What an account can spend on a call beside what it has (`held`), and the user.
    fn of(
        account: &Account,
        user: Option<&UserId>,
        started_at: Timestamp,
        held: Amount,
    ) -> Result<Self, Error> {
        let range = || Error::BalanceTooLarge { balance: account.balance(), amount: held };
        let spent = |user| account.spent(user, started_at.month());
        let available = if account.postpaid().is_some() {
            // As much as can be counted. What is held for the call is counted for its user.
            ALL.checked_sub(user.map_or(held, spent))
        } else {
            Some(account.available())
        };
        let available = available.and_then(|available| available.checked_add(held));
        let available = available.ok_or_else(range)?;
        let funds = Self { amount: available, limited_by: LimitedBy::Funds };
        let limit = user.and_then(|user| {
            let limit = account.policy(user).spend_limit?;
            limit.checked_sub(spent(user))?.checked_add(held)
        });
        Ok(match limit {
            Some(left) if left < available => {
                Self { amount: left.max(Amount::ZERO), limited_by: LimitedBy::SpendLimit }
            }
            _ => funds,
        })
    }
}

/// How long a call may last that is paid, and what that costs.
struct Affordable {
    duration: Duration,
    cost: Amount,
    limited_by: LimitedBy,
}

/// The longest call by a quote, up to `wanted`, that costs no more than the budget; where what has no
/// price is free, it may go on once there is none.
fn affordable(
    quote: Quote<'_>,
    wanted: Duration,
    budget: Budget,
    unpriceable_is_free: bool,
) -> Result<Affordable, TariffError> {
    let paid = quote.longest(budget.amount, wanted);
    let Price { amount: cost, .. } = quote.price(paid)?;
    let (duration, limited_by) = if paid == wanted {
        (wanted, LimitedBy::Wanted)
    } else if next_step(quote, paid).is_err_and(|error| error.is_without_price()) {
        if unpriceable_is_free { (wanted, LimitedBy::Wanted) } else { (paid, LimitedBy::Price) }
    } else {
        (paid, budget.limited_by)
    };
    Ok(Affordable { duration, cost, limited_by })
}

/// Why a call cannot begin, or last any longer: the next step of it costs so much more.
#[cold]
fn too_little(
    account: &Account,
    limited_by: LimitedBy,
    user: Option<&UserId>,
    started_at: Timestamp,
    cost: Amount,
    included_left: Duration,
) -> CallError {
    if let (LimitedBy::SpendLimit, Some(user)) = (limited_by, user) {
        let limit = account.policy(user).spend_limit.unwrap_or_default();
        let spent = account.spent(user, started_at.month());
        return Error::SpendLimitReached { user: user.clone(), limit, spent, cost }.into();
    }
    let balance = account.available();
    let short = cost.checked_sub(balance).unwrap_or(cost);
    Error::FundsTooLow { cost, balance, short, included_left }.into()
}

/// What a call costs that lasts a step longer than `duration`.
fn next_step(quote: Quote<'_>, duration: Duration) -> Result<Amount, TariffError> {
    let longer = duration.micros().checked_add(1).and_then(Duration::from_micros);
    longer.map_or(Ok(Amount::ZERO), |longer| Ok(quote.price(longer)?.amount))
}

/// The draws of an amount; of a postpaid account, of what there is of it.
fn draws(account: &Account, amount: Amount) -> Result<Draws, Error> {
    let range = || Error::BalanceTooLarge { balance: account.balance(), amount };
    let (draws, short) = account.draws_up_to(amount, None).ok_or_else(range)?;
    if short.is_positive() && account.postpaid().is_none() {
        // A budget was no more than what is available.
        return Err(range());
    }
    Ok(draws)
}

/// What an authorization is decided by, beside the account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'a> {
    /// The price list in force.
    pub(crate) tariff: Option<&'a Tariff>,
    /// How long after the latest end of the call its hold ends.
    pub(crate) grace: Duration,
    /// Whether a call without a price is free.
    pub(crate) unpriceable_is_free: bool,
}

impl Terms<'_> {
    fn ends_at(self, started_at: Timestamp, duration: Duration) -> Timestamp {
        let ended = started_at.after(duration).unwrap_or(Timestamp::MAX);
        ended.after(self.grace).unwrap_or(Timestamp::MAX)
    }
}

/// What is held for a call that was checked; its duration is what is wanted.
pub(crate) fn decide_authorize(
    call: CallFacts<'_>,
    funding: Funding,
    account: &Account,
    terms: Terms<'_>,
) -> Result<CallAuthorized, CallError> {
    let (wanted, started_at) = (call.duration, call.started_at);
    if wanted == Duration::ZERO || wanted > LONGEST {
        return Err(Error::LengthOutOfRange { wanted, maximum: LONGEST }.into());
    }
    let mut hold = Hold {
        kind: call.kind,
        user: call.user.cloned(),
        started_at,
        duration: wanted,
        ends_at: terms.ends_at(started_at, wanted),
        included: None,
        basis: None,
        credits: false,
        capability: Capability::Free,
        cost: Amount::ZERO,
        draws: Draws::new(),
    };
    let authorized = |hold, limited_by| {
        Ok(CallAuthorized { call: call.call.clone(), hold: Arc::new(hold), limited_by })
    };
    let paid = match funding {
        Funding::Free(capability) => {
            hold.capability = capability;
            return authorized(hold, LimitedBy::Wanted);
        }
        Funding::Paid(paid) => paid,
    };
    let (included, included_left) = minutes(account, &paid.pools, wanted);
    let covered = included.as_ref().map(|included| included.duration).unwrap_or_default();
    let may_use = check_credits(account, paid.credits, call, included_left);
    hold.credits = may_use.is_ok();
    if hold.credits && terms.tariff.is_none() && account.tariff().is_some() {
        // The call may last longer than its minutes, and nobody could tell what that costs.
        return Err(account.without_tariff().into());
    }
    let quote = quote(&paid, account, terms, rest_begins(started_at, included.as_ref()));
    let is_unpriceable =
        matches!(&quote, Err(CallError::Tariff(error)) if error.is_without_price());
    let is_free = is_unpriceable && hold.credits && terms.unpriceable_is_free;
    hold.capability = if is_free { Capability::Free } else { paid.capability };
    hold.basis = terms.tariff.filter(|_| !is_free).map(|tariff| paid.basis(tariff));
    hold.included = included;
    let rest = wanted.saturating_sub(covered);
    if rest == Duration::ZERO {
        return authorized(hold, LimitedBy::Wanted);
    }

    let paid = may_use.map_err(CallError::from).and(quote);
    let (limited, limited_by) = match paid {
        Ok(quote) => {
            let budget = Budget::of(account, call.user, started_at, Amount::ZERO)?;
            let affordable = affordable(quote, rest, budget, terms.unpriceable_is_free)?;
            if affordable.duration == Duration::ZERO && covered == Duration::ZERO {
                let (limited_by, user) = (budget.limited_by, call.user);
                let cost = next_step(quote, Duration::ZERO)?;
                return Err(too_little(account, limited_by, user, started_at, cost, included_left));
            }
            hold.cost = affordable.cost;
            hold.draws = draws(account, affordable.cost)?;
            let limited = covered.checked_add(affordable.duration).unwrap_or(wanted);
            (limited, affordable.limited_by)
        }
        Err(_) if is_free => (wanted, LimitedBy::Wanted),
        Err(error) if covered == Duration::ZERO => return Err(error),
        Err(_) => (covered, beyond_minutes(hold.credits)),
    };
    hold.duration = limited;
    hold.ends_at = terms.ends_at(started_at, limited);
    authorized(hold, limited_by)
}

/// What keeps a call to its minutes.
fn beyond_minutes(credits: bool) -> LimitedBy {
    if credits { LimitedBy::Price } else { LimitedBy::Minutes }
}

fn quote<'a>(
    paid: &Paid,
    account: &Account,
    terms: Terms<'a>,
    begins: Timestamp,
) -> Result<Quote<'a>, CallError> {
    let tariff = terms.tariff.ok_or_else(|| account.without_tariff())?;
    Ok(tariff.quote(paid.direction, &paid.number, begins)?)
}

/// What is held besides for a call that shall last longer; `size` is what its pool includes now.
pub(crate) fn decide_extend(
    call: &Key,
    wanted: Duration,
    size: PoolSize,
    account: &Account,
    terms: Terms<'_>,
    at: Timestamp,
) -> Result<CallExtended, CallError> {
    let hold = known(call, account)?;
    if wanted <= hold.duration || wanted > LONGEST {
        let (call, authorized) = (call.clone(), hold.duration);
        return Err(Error::NotLonger { call, wanted, authorized, maximum: LONGEST }.into());
    }
    let mut extended = CallExtended {
        call: call.clone(),
        duration: wanted,
        ends_at: hold.ends_at,
        included: hold.included.clone(),
        cost: hold.cost,
        draws: Draws::new(),
        limited_by: LimitedBy::Wanted,
        at,
    };
    if !hold.is_free() {
        let by_minutes = if hold.beyond_minutes() == Duration::ZERO {
            more_minutes(hold, wanted, size, account)
        } else {
            hold.included.clone()
        };
        extended.included = by_minutes;
        by_credits(&mut extended, hold, account, terms)?;
    }
    // The grace may have become shorter since; a hold that goes on does not end in the past.
    extended.ends_at = terms.ends_at(hold.started_at, extended.duration).max(hold.ends_at);
    Ok(extended)
}

/// The minutes of a call that minutes alone pay so far, if it shall last longer.
fn more_minutes(
    hold: &Hold,
    wanted: Duration,
    size: PoolSize,
    account: &Account,
) -> Option<Included> {
    let mut included = hold.included.clone()?;
    let left = account.taken(included.pool).left_of(size, included.reach);
    included.duration = included.duration.checked_add(left)?.min(wanted);
    included.size = size;
    Some(included)
}

/// Has credits pay for what minutes do not; shortens the extension to what they pay for. An error if
/// that is no extension.
fn by_credits(
    extended: &mut CallExtended,
    hold: &Hold,
    account: &Account,
    terms: Terms<'_>,
) -> Result<(), CallError> {
    let included = extended.included.as_ref();
    let covered = included.map(|included| included.duration).unwrap_or_default();
    let rest = extended.duration.saturating_sub(covered);
    if rest == Duration::ZERO || hold.is_unpriceable() {
        return Ok(());
    }
    let quote = match (&hold.basis, hold.credits) {
        (Some(PriceBasis { tariff, direction, number }), true) => {
            let given = terms.tariff.ok_or_else(|| Error::not_given(tariff))?;
            let begins = rest_begins(hold.started_at, included);
            given.quote(*direction, number, begins).map_err(CallError::from)
        }
        (None, true) => Err(Error::TariffNotChosen {}.into()),
        (_, false) => {
            let (user, included_left) = (hold.user.clone(), Duration::ZERO);
            let missing = Error::CreditsLicenseMissing { user, included_left };
            Err(account.check_credits().err().unwrap_or(missing).into())
        }
    };
    let quote = match quote {
        Ok(quote) => quote,
        Err(CallError::Tariff(error)) if error.is_without_price() && terms.unpriceable_is_free => {
            return Ok(());
        }
        Err(_) if covered > hold.duration => {
            (extended.duration, extended.limited_by) = (covered, beyond_minutes(hold.credits));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let budget = Budget::of(account, hold.user.as_ref(), hold.started_at, hold.cost)?;
    let Affordable { duration, cost, limited_by } =
        affordable(quote, rest, budget, terms.unpriceable_is_free)?;
    extended.duration = covered.checked_add(duration).unwrap_or(extended.duration);
    extended.limited_by = limited_by;
    if extended.duration <= hold.duration {
        let cost = next_step(quote, hold.duration.saturating_sub(covered))?;
        let more = cost.checked_sub(hold.cost).unwrap_or(cost);
        let (user, started_at) = (hold.user.as_ref(), hold.started_at);
        return Err(too_little(account, limited_by, user, started_at, more, Duration::ZERO));
    }
    if let Some(more) = cost.checked_sub(hold.cost).filter(|more| more.is_positive()) {
        extended.cost = cost;
        let held = sum(&hold.draws).unwrap_or_default();
        // Of a postpaid account less may be held than the call costs.
        let more = if held < hold.cost { Amount::ZERO } else { more };
        extended.draws = draws(account, more)?;
    }
    Ok(())
}
