//! What pays for a call: minutes, then credits, or nothing.

use super::account::Account;
use super::call::CallRecord;
use super::events::{CallCharged, Priced};
use super::known::Known;
use super::minutes::{Included, PoolKey, PoolSize, Reach};
use super::tariff::{Direction, LONGEST, Price, Tariff};
use super::{Error, TariffError};
use crate::text::Key;
use crate::time::{Duration, Timestamp};

/// What may pay for a call, as whoever knows licences and numbers sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Funding {
    /// Nothing has to: it is free.
    Free,
    /// Minutes first, then credits.
    Paid {
        /// The pools that may pay, what each includes, and which of its allowances; the first that
        /// has anything left pays.
        pools: Vec<(PoolKey, PoolSize, Reach)>,
        /// Who may use credits for the rest.
        credits: Credits,
        /// Which way the call is priced.
        direction: Direction,
        /// The number by which it is priced.
        number: Known,
    },
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

/// Whether a call can be charged at all: it has begun, is no longer than any, and was not charged.
pub(crate) fn check_call(call: &CallRecord, account: &Account, at: Timestamp) -> Result<(), Error> {
    let CallRecord { call, started_at, duration, .. } = call;
    let (started_at, duration) = (*started_at, *duration);
    if started_at > at {
        return Err(Error::CallInFuture { call: call.clone(), started_at, at });
    }
    if duration > LONGEST {
        return Err(Error::CallTooLong { duration, maximum: LONGEST });
    }
    check_new(call, account)
}

/// Whether a call was not charged yet.
pub(crate) fn check_new(call: &Key, account: &Account) -> Result<(), Error> {
    if account.was_charged(call) {
        return Err(Error::AlreadyCharged { call: call.clone() });
    }
    Ok(())
}

/// What pays for a call that has been checked.
pub(crate) fn decide_call(
    call: &CallRecord,
    funding: Funding,
    account: &Account,
    tariff: Option<&Tariff>,
    at: Timestamp,
) -> Result<CallCharged, CallError> {
    let mut charged = CallCharged {
        call: call.call.clone(),
        kind: call.kind,
        user: call.user.clone(),
        started_at: call.started_at,
        duration: call.duration,
        included: None,
        priced: None,
        draws: Vec::new(),
        at,
    };
    let Funding::Paid { pools, credits, direction, number } = funding else {
        return Ok(charged);
    };
    let mut rest = call.duration;
    let left = |(pool, size, reach): &(PoolKey, PoolSize, Reach)| {
        account.used(*pool).left_of(*size, *reach)
    };
    let paying = pools.iter().find(|pool| left(pool) > Duration::ZERO);
    let included_left = paying.map(left).unwrap_or_default();
    if let Some((pool, _, reach)) = paying.copied() {
        let duration = included_left.min(rest);
        rest = rest.saturating_sub(duration);
        charged.included =
            (duration > Duration::ZERO).then_some(Included { pool, reach, duration });
    }
    if rest == Duration::ZERO {
        return Ok(charged);
    }
    match credits {
        Credits::Unlicensed => {
            let user = call.user.clone();
            return Err(Error::CreditsLicenseMissing { user, included_left }.into());
        }
        Credits::TollFree => account.check_toll_free()?,
        Credits::Allowed => drop(account.check_credits()?),
    }
    let tariff = tariff.ok_or_else(|| account.without_tariff())?;
    // The minutes come first; what is left is a call of its own from where they end.
    let begins = call.started_at.after(call.duration.saturating_sub(rest));
    let quote = tariff.quote(direction, &number, begins.unwrap_or(Timestamp::MAX))?;
    let Price { billed, amount } = quote.price(rest)?;
    let balance = account.balance();
    charged.draws = account.draws(amount).ok_or_else(|| Error::FundsTooLow {
        cost: amount,
        balance,
        short: amount.checked_sub(balance).unwrap_or(amount),
        included_left,
    })?;
    let tariff = tariff.id().clone();
    charged.priced =
        Some(Priced { tariff, direction, prefix: quote.rate().prefix, billed, amount });
    Ok(charged)
}

/// Why a call is not charged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error(transparent)]
    Account(#[from] Error),
    #[error(transparent)]
    Tariff(#[from] TariffError),
}
