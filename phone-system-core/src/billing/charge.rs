//! What pays for a call that has ended: minutes, then credits, then an invoice, or nothing.

use super::account::Account;
use super::call::CallFacts;
use super::capability::Capability;
use super::events::{CallCharged, Draw, Draws, Priced};
use super::hold::{Hold, PriceBasis};
use super::known::Known;
use super::minutes::{Included, PoolKey, PoolSize, Reach};
use super::tariff::{Charge, Direction, LONGEST, Tariff};
use super::{Error, TariffError};
use crate::money::Amount;
use crate::text::{Key, words};
use crate::time::{Duration, Timestamp};

/// What may pay for a call, as whoever knows licences and numbers sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Funding {
    /// Nothing has to: it is free, by this licence.
    Free(Capability),
    /// Minutes first, then credits.
    Paid(Paid),
}

/// What may pay for a call that is not free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paid {
    /// The pools that may pay, what each includes, and which of its allowances; the first that
    /// has anything left pays.
    pub(crate) pools: Vec<(PoolKey, PoolSize, Reach)>,
    /// Who may use credits for the rest.
    pub(crate) credits: Credits,
    /// The licence by which the rest is paid.
    pub(crate) capability: Capability,
    /// Which way the call is priced.
    pub(crate) direction: Direction,
    /// The number by which it is priced.
    pub(crate) number: Known,
}

impl Paid {
    /// By what the call is priced in a price list.
    pub(super) fn basis(&self, tariff: &Tariff) -> PriceBasis {
        let Self { direction, number, .. } = self;
        PriceBasis { tariff: tariff.id().clone(), direction: *direction, number: number.clone() }
    }
}

/// Who may use credits for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credits {
    /// The caller holds a licence, or none is needed.
    Allowed,
    /// The caller would need a licence.
    Unlicensed,
    /// A toll-free number was called: the balance has to be positive.
    TollFree,
}

words! {
    /// What becomes of a call that has ended and that nothing can pay whole.
    #[derive(Default)]
    pub enum Unpaid {
        /// It is refused, and leaves no trace.
        #[default]
        Refuse = "refuse",
        /// It is recorded: what minutes and credits can pay is taken, the rest is uncollected.
        Record = "record",
    }
}

/// Why a call is not charged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error(transparent)]
    Account(#[from] Error),
    #[error(transparent)]
    Tariff(#[from] TariffError),
}

/// Whether a call can be charged at all: it has begun, is no longer than any, and was not charged.
pub(crate) fn check_call(
    call: CallFacts<'_>,
    account: &Account,
    at: Timestamp,
) -> Result<(), Error> {
    let CallFacts { call, started_at, duration, .. } = call;
    if started_at > at {
        return Err(Error::CallInFuture { call: call.clone(), started_at, at });
    }
    if duration > LONGEST {
        return Err(Error::CallTooLong { duration, maximum: LONGEST });
    }
    check_new(call, started_at, account)
}

/// Whether a call was not charged yet, and the books of its month are open.
pub(crate) fn check_new(call: &Key, started_at: Timestamp, account: &Account) -> Result<(), Error> {
    if account.was_charged(call) {
        return Err(Error::AlreadyCharged { call: call.clone() });
    }
    match account.closed() {
        Some(closed) if started_at.month() <= closed => {
            Err(Error::MonthClosed { month: started_at.month(), closed })
        }
        _ => Ok(()),
    }
}

/// The minutes of the first pool that has any left for a call; `left` tells how many there were.
pub(super) fn minutes(
    account: &Account,
    pools: &[(PoolKey, PoolSize, Reach)],
    duration: Duration,
) -> (Option<Included>, Duration) {
    let left = |(pool, size, reach): &(PoolKey, PoolSize, Reach)| {
        account.taken(*pool).left_of(*size, *reach)
    };
    let Some(paying) = pools.iter().find(|pool| left(pool) > Duration::ZERO) else {
        return (None, Duration::ZERO);
    };
    let (pool, size, reach) = *paying;
    let all = left(paying);
    let duration = all.min(duration);
    let included = Included { pool, reach, duration, size };
    ((duration > Duration::ZERO).then_some(included), all)
}

/// When the part of a call begins that minutes do not pay.
pub(super) fn rest_begins(started_at: Timestamp, included: Option<&Included>) -> Timestamp {
    let included = included.map(|included| included.duration).unwrap_or_default();
    started_at.after(included).unwrap_or(Timestamp::MAX)
}

/// Whether credits may pay, and why not.
pub(super) fn check_credits(
    account: &Account,
    credits: Credits,
    call: CallFacts<'_>,
    included_left: Duration,
) -> Result<(), Error> {
    match credits {
        Credits::Unlicensed => {
            let user = call.user.cloned();
            Err(Error::CreditsLicenseMissing { user, included_left })
        }
        Credits::TollFree => account.check_toll_free(),
        Credits::Allowed => account.check_credits().map(drop),
    }
}

/// What the rest of a call costs.
fn price(
    basis: &PriceBasis,
    tariff: &Tariff,
    begins: Timestamp,
    rest: Duration,
) -> Result<Priced, TariffError> {
    let direction = basis.direction;
    let charge = tariff.charge(direction, &basis.number, begins, rest)?;
    let Charge { tariff, rate, prefix, window, begins, duration, billed, amount } = charge;
    Ok(Priced { tariff, direction, rate, prefix, window, begins, duration, billed, amount })
}

/// What the rest of a call costs as far as it has a price, and how long it lasts after that.
fn price_as_far(
    basis: &PriceBasis,
    tariff: &Tariff,
    begins: Timestamp,
    rest: Duration,
) -> Result<(Option<Priced>, Duration), TariffError> {
    let mut part = rest;
    while part > Duration::ZERO {
        match price(basis, tariff, begins, part) {
            Ok(priced) => return Ok((Some(priced), rest.saturating_sub(part))),
            Err(TariffError::NoRateThen { at, .. }) if at.since(begins) < part => {
                part = at.since(begins);
            }
            Err(error) if error.is_without_price() => break,
            Err(error) => return Err(error),
        }
    }
    Ok((None, rest))
}

/// A charge of nothing.
fn nothing(call: CallFacts<'_>, capability: Capability, at: Timestamp) -> CallCharged {
    CallCharged {
        call: call.call.clone(),
        kind: call.kind,
        user: call.user.cloned(),
        started_at: call.started_at,
        duration: call.duration,
        included: None,
        priced: None,
        draws: Draws::new(),
        uncollected: Amount::ZERO,
        invoiced: Amount::ZERO,
        unpriced: Duration::ZERO,
        capability,
        released: Draws::new(),
        at,
    }
}

/// What pays for a call that has been checked, and for which nothing is held.
pub(crate) fn decide_call(
    call: CallFacts<'_>,
    funding: Funding,
    account: &Account,
    tariff: Option<&Tariff>,
    unpaid: Unpaid,
    unpriceable_is_free: bool,
    at: Timestamp,
) -> Result<CallCharged, CallError> {
    let paid = match funding {
        Funding::Free(capability) => return Ok(nothing(call, capability, at)),
        Funding::Paid(paid) => paid,
    };
    let (included, included_left) = minutes(account, &paid.pools, call.duration);
    let plan = included.as_ref().map(|included| Capability::of_plan(included.pool.plan));
    let mut charged = nothing(call, plan.unwrap_or(Capability::Free), at);
    let rest = included
        .as_ref()
        .map_or(call.duration, |included| call.duration.saturating_sub(included.duration));
    charged.included = included;
    if rest == Duration::ZERO {
        return Ok(charged);
    }
    let may_use = check_credits(account, paid.credits, call, included_left);
    if let (Err(error), Unpaid::Refuse) = (&may_use, unpaid) {
        return Err(error.clone().into());
    }
    let begins = rest_begins(call.started_at, charged.included.as_ref());
    let tariff = tariff.ok_or_else(|| account.without_tariff())?;
    let basis = paid.basis(tariff);
    let (priced, unpriced) = if unpriceable_is_free {
        price_as_far(&basis, tariff, begins, rest)?
    } else {
        (Some(price(&basis, tariff, begins, rest)?), Duration::ZERO)
    };
    charged.unpriced = unpriced;
    let Some(priced) = priced else {
        charged.capability = Capability::Free;
        return Ok(charged);
    };
    let amount = priced.amount;
    (charged.priced, charged.capability) = (Some(priced), paid.capability);
    let credits = may_use.is_ok();
    let short = pay(&mut charged, account, None, amount, credits)?;
    if short.is_positive() && unpaid == Unpaid::Refuse {
        let (cost, balance) = (amount, account.available());
        return Err(Error::FundsTooLow { cost, balance, short, included_left }.into());
    }
    Ok(charged)
}

/// Pays an amount from credits, if they may be used, and then by invoice, if the account is
/// postpaid; answers what is short, which is uncollected.
fn pay(
    charged: &mut CallCharged,
    account: &Account,
    hold: Option<&Hold>,
    amount: Amount,
    credits: bool,
) -> Result<Amount, Error> {
    let range = || Error::BalanceTooLarge { balance: account.balance(), amount };
    account.ledger().calls.checked_add(amount).ok_or_else(range)?;
    let (draws, short) = if credits {
        account.draws_up_to(amount, hold).ok_or_else(range)?
    } else {
        (Draws::new(), amount)
    };
    charged.draws = draws;
    if credits && account.postpaid().is_some() {
        charged.invoiced = short;
        return Ok(Amount::ZERO);
    }
    charged.uncollected = short;
    Ok(short)
}

/// What pays for a call that was authorized, now that it has ended.
///
/// As long as it lasted no longer than it may, what is held suffices. What it lasted longer is paid
/// from what there is, and is else uncollected: the call took place. A part of that without a price is
/// recorded as unpriced.
pub(crate) fn decide_settle(
    call: &Key,
    hold: &Hold,
    duration: Duration,
    account: &Account,
    tariff: Option<&Tariff>,
    at: Timestamp,
) -> Result<CallCharged, CallError> {
    if duration > LONGEST {
        return Err(Error::CallTooLong { duration, maximum: LONGEST }.into());
    }
    let mut charged = CallCharged {
        call: call.clone(),
        kind: hold.kind,
        user: hold.user.clone(),
        started_at: hold.started_at,
        duration,
        included: minutes_of(hold, duration, account),
        priced: None,
        draws: Draws::new(),
        uncollected: Amount::ZERO,
        invoiced: Amount::ZERO,
        unpriced: Duration::ZERO,
        capability: hold.capability,
        released: Draws::from_slice(&hold.draws),
        at,
    };
    let included = charged.included.as_ref();
    let rest = included.map_or(duration, |included| duration.saturating_sub(included.duration));
    if let Some(included) = included.filter(|_| rest == Duration::ZERO) {
        charged.capability = Capability::of_plan(included.pool.plan);
    }
    if rest == Duration::ZERO || hold.is_free() {
        return Ok(charged);
    }
    let (priced, unpriced) = match &hold.basis {
        Some(basis) => {
            let tariff = tariff.ok_or_else(|| Error::not_given(&basis.tariff))?;
            price_as_far(basis, tariff, rest_begins(hold.started_at, included), rest)?
        }
        None => (None, rest),
    };
    charged.unpriced = unpriced;
    let Some(priced) = priced else {
        charged.capability = Capability::Free;
        return Ok(charged);
    };
    let amount = priced.amount;
    charged.priced = Some(priced);
    pay(&mut charged, account, Some(hold), amount, hold.credits)?;
    Ok(charged)
}

/// The minutes that pay for a call that was authorized: those that are held, and of one that was to
/// be paid by minutes alone also those that are left besides.
fn minutes_of(hold: &Hold, duration: Duration, account: &Account) -> Option<Included> {
    let mut included = hold.included.clone()?;
    let more = if hold.beyond_minutes() == Duration::ZERO {
        account.taken(included.pool).left_of(included.size, included.reach)
    } else {
        Duration::ZERO
    };
    let most = included.duration.checked_add(more)?;
    included.duration = most.min(duration);
    (included.duration > Duration::ZERO).then_some(included)
}

/// The sum of what is drawn; none if it is out of range.
pub(super) fn sum(draws: &[Draw]) -> Option<Amount> {
    draws.iter().try_fold(Amount::ZERO, |sum, draw| sum.checked_add(draw.amount))
}
