//! What pays for a call: minutes, then credits, or nothing.

use super::account::{Account, CallCharged, Priced};
use super::call::CallRecord;
use super::minutes::{Included, PoolKey, PoolSize, Reach};
use super::tariff::{Direction, Price, Tariff};
use super::{Error, TariffError};
use crate::time::{Duration, Timestamp};

/// What may pay for a call, as whoever knows licences and numbers sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Funding {
    /// Nothing has to: it is free.
    Free,
    /// Minutes first, then credits.
    Paid {
        /// The pool, what it includes, and which of its allowances.
        pool: Option<(PoolKey, PoolSize, Reach)>,
        /// Who may use credits for the rest.
        credits: Credits,
        /// Which way the call is priced.
        direction: Direction,
        /// The number by which it is priced.
        number: String,
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

/// The longest call that is charged.
const LONGEST: Duration = Duration::from_days(366);

/// What pays for a call.
pub(crate) fn decide_call(
    call: &CallRecord,
    funding: Funding,
    account: &Account,
    tariff: Option<&Tariff>,
    at: Timestamp,
) -> Result<CallCharged, CallError> {
    let duration = call.duration;
    if duration > LONGEST {
        return Err(Error::CallTooLong { duration, maximum: LONGEST }.into());
    }
    if account.was_charged(&call.call, call.started_at) {
        return Err(Error::AlreadyCharged { call: call.call.clone() }.into());
    }
    let mut charged = CallCharged {
        call: call.call.clone(),
        kind: call.kind,
        user: call.user.clone(),
        started_at: call.started_at,
        duration,
        included: None,
        priced: None,
        draws: Vec::new(),
        at,
    };
    let Funding::Paid { pool, credits, direction, number } = funding else {
        return Ok(charged);
    };
    let mut rest = duration;
    let mut included_left = Duration::ZERO;
    if let Some((pool, size, reach)) = pool {
        included_left = account.used(pool).left_of(size, reach);
        let duration = included_left.min(duration);
        rest = rest.saturating_sub(duration);
        charged.included =
            (duration > Duration::ZERO).then_some(Included { pool, reach, duration });
    }
    if rest == Duration::ZERO && credits != Credits::TollFree {
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
    let tariff = tariff_of(account, tariff)?;
    let rate = tariff.rate_of_text(direction, &number).ok_or_else(|| TariffError::NoRate {
        tariff: tariff.id().name.clone(),
        direction,
        number: number.chars().take(64).collect(),
    })?;
    let Price { billed, amount } = rate.price(rest)?;
    let balance = account.balance();
    let draws = account.draws(amount).ok_or_else(|| Error::FundsTooLow {
        cost: amount,
        balance,
        short: amount.checked_sub(balance).unwrap_or(amount),
        included_left,
    })?;
    charged.draws = draws;
    charged.priced = Some(Priced { direction, prefix: rate.prefix, billed, amount });
    Ok(charged)
}

/// The price list that the account chose, if `known` is it.
fn tariff_of<'a>(account: &Account, known: Option<&'a Tariff>) -> Result<&'a Tariff, Error> {
    let chosen = account.tariff().ok_or(Error::TariffNotChosen {})?;
    known.filter(|known| known.id() == chosen).ok_or_else(|| Error::TariffUnknown {
        tariff: chosen.name.clone(),
        digest: Some(chosen.digest),
    })
}

/// Why a call is not charged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallError {
    #[error(transparent)]
    Account(#[from] Error),
    #[error(transparent)]
    Tariff(#[from] TariffError),
}
