//! Calls: as records, as rows of the PSTN usage report, and what pays for one.

use serde::{Deserialize, Serialize};

use super::account::{Account, CallCharged, Priced};
use super::minutes::{Included, PoolKey, PoolSize, Reach};
use super::tariff::{Direction, Price, Tariff};
use super::{Error, TariffError};
use crate::number::PhoneNumber;
use crate::table::{self, Column, Row};
use crate::text::{Country, Key, UserId, words};
use crate::time::{Duration, Timestamp};

words! {
    /// The sort of a call, by the code that the PSTN usage report gives it.
    pub enum CallKind {
        /// A user was called.
        UserIn = "user_in",
        /// A user called.
        UserOut = "user_out",
        /// A user added someone to a call.
        UserOutConf = "user_out_conf",
        /// A user transferred a call.
        UserOutTransfer = "user_out_transfer",
        /// A user's incoming call was forwarded.
        UserOutForwarding = "user_out_forwarding",
        /// Someone dialed into a conference.
        ConfIn = "conf_in",
        /// A conference dialed out.
        ConfOut = "conf_out",
        /// A number that is not assigned was called.
        UnassignedIn = "unassigned_in",
        /// An attendant or a queue was called.
        UcapIn = "ucap_in",
        /// An attendant or a queue called.
        UcapOut = "ucap_out",
        /// Direct Routing: a user was called.
        DirectRoutingIn = "dr_in",
        /// Direct Routing: a user called.
        DirectRoutingOut = "dr_out",
        /// Direct Routing: a user added someone to a call.
        DirectRoutingOutUserConf = "dr_out_user_conf",
        /// Direct Routing: a user's incoming call was forwarded.
        DirectRoutingOutUserForwarding = "dr_out_user_forwarding",
        /// Direct Routing: a user transferred a call.
        DirectRoutingOutUserTransfer = "dr_out_user_transfer",
        /// Direct Routing: an emergency call.
        DirectRoutingEmergencyOut = "dr_emergency_out",
        /// Direct Routing: a number that is not assigned was called.
        DirectRoutingUnassignedIn = "dr_unassigned_in",
        /// Direct Routing: an attendant or a queue was called.
        DirectRoutingInBot = "dr_in_bot",
        /// Direct Routing: an attendant or a queue called.
        DirectRoutingOutBot = "dr_out_bot",
    }
}

/// A call that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallRecord {
    /// What names it; the same call is charged once.
    pub call: Key,
    /// Its sort.
    pub kind: CallKind,
    /// Who called or was called, or the organizer of the conference, or the resource account.
    #[serde(default)]
    pub user: Option<UserId>,
    /// The country of the user, or of the organization.
    pub location: Country,
    /// The caller's number as it is known; reports mask its last digits.
    #[serde(default)]
    pub caller: Option<String>,
    /// The number called, as it was dialed.
    #[serde(default)]
    pub called: Option<String>,
    /// Whether it left the country; told by the number called if not given.
    #[serde(default)]
    pub reach: Option<Reach>,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it lasted, at most 366 days.
    pub duration: Duration,
}

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

/// Reads calls from the PSTN usage report (CSV with its header).
///
/// Of its twenty columns these are used, the others passed over: `UsageId`, `User Location`, `UPN`,
/// `Caller ID`, `Call Type`, `Domestic/International`, `Destination Number`, `Start Time`,
/// `Duration Seconds`. What the report charged is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadUsage {
    /// The text of the table, UTF-8.
    pub csv: String,
}

/// What a usage report holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UsageRead {
    /// The calls, in the order of the rows.
    pub calls: Vec<CallRecord>,
    /// Rows that are no call.
    pub problems: Vec<ProblemOfUsage>,
}

/// A row that is no call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProblemOfUsage {
    /// What is wrong, with row and column.
    pub problem: String,
}

const USAGE_ID: Column = Column::required("UsageId");
const LOCATION: Column = Column::required("User Location");
const UPN: Column = Column::required("UPN");
const CALLER: Column = Column::required("Caller ID");
const KIND: Column = Column::required("Call Type");
const REACH: Column = Column::required("Domestic/International");
const CALLED: Column = Column::required("Destination Number");
const STARTED: Column = Column::required("Start Time");
const SECONDS: Column = Column::required("Duration Seconds");

impl ReadUsage {
    pub(crate) fn answer(&self) -> Result<UsageRead, table::Error> {
        let columns = [USAGE_ID, LOCATION, UPN, CALLER, KIND, REACH, CALLED, STARTED, SECONDS];
        let (mut calls, mut problems) = (Vec::new(), Vec::new());
        for row in table::rows(&self.csv, &columns)? {
            match row.and_then(|row| record(&row)) {
                Ok(call) => calls.push(call),
                Err(error) => problems.push(ProblemOfUsage { problem: error.to_string() }),
            }
        }
        Ok(UsageRead { calls, problems })
    }
}

fn record(row: &Row) -> Result<CallRecord, table::Error> {
    let text = |column| Some(row.cell(column)).filter(|cell| !cell.is_empty());
    let reach = match row.cell(REACH) {
        "" => None,
        cell if cell.eq_ignore_ascii_case("domestic") => Some(Reach::Domestic),
        cell if cell.eq_ignore_ascii_case("international") => Some(Reach::International),
        _ => return Err(row.refuse(REACH, &"Domestic, International or nothing is wanted")),
    };
    Ok(CallRecord {
        call: row.read(USAGE_ID, str::parse)?,
        kind: row.read(KIND, str::parse)?,
        user: text(UPN).map(|_| row.read(UPN, str::parse)).transpose()?,
        location: row.read(LOCATION, str::parse)?,
        caller: text(CALLER).map(ToOwned::to_owned),
        called: text(CALLED).map(ToOwned::to_owned),
        reach,
        started_at: row.read(STARTED, str::parse)?,
        duration: row.read(SECONDS, |cell| cell.parse().map(Duration::from_seconds))?,
    })
}

impl CallRecord {
    /// The number called, if it is written whole.
    pub(crate) fn called_number(&self) -> Option<PhoneNumber> {
        self.called.as_deref()?.parse().ok()
    }
}
