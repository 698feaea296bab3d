//! Commands of calls: what pays for those that have ended, and how long those may last that begin.

use serde::{Deserialize, Serialize};

use super::funding::{Caller, is_emergency_call, size_of_pool};
use super::{DONE, Decided, told};
use crate::billing::{
    self, Account, AuthorizeCall, CallAuthorized, CallCharged, CallExtended, CallRecord,
    CancelCall, Capability, Draws, Event, ExtendCall, Funding, Hold, HoldReleased, Included,
    LimitedBy, Settlement, Tariff, Terms, Unpaid, check_call, check_new, decide_authorize,
    decide_call, decide_extend, decide_settle, known,
};
use crate::bulk::{self, Mode};
use crate::draft::Inconsistent;
use crate::money::Amount;
use crate::organization::{Command, Context, Drafts, Error, Outcome, State, Touches};
use crate::reference::Reference;
use crate::text::Key;
use crate::time::{Duration, Timestamp};

/// The price list in force.
fn chosen<'a>(account: &Account, reference: &'a Reference) -> Option<&'a Tariff> {
    reference.tariff(account.tariff()?)
}

/// Charges calls that have ended: minutes first, then credits.
///
/// Each call is an item, in the order of the list, which should be that of their ends. Free are
/// emergency calls, before anything else is looked at; incoming calls but for those to toll-free
/// numbers; and calls by Direct Routing, which its carrier bills. A call of no duration costs nothing,
/// if its caller could have called. Numbers are read as people of the user's country dial them. A call
/// that was authorized is settled. Refusals of an item in this order: in the future; too long; charged already; its month closed; no calling
/// plan; a country that cannot be told; no licence for credits; credits not set up, or toll-free
/// without a positive balance; no price list, no price; funds. Of several plans of a user the first
/// with minutes left pays, and credits pay the rest. Spend limits, dial-out policies and barred
/// destinations are not looked at, because the call took place: whether one may begin is told by
/// `billing.authorize`, also as a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChargeCalls {
    /// The calls.
    pub calls: Vec<CallRecord>,
    /// What becomes of calls that nothing can pay whole.
    #[serde(default)]
    pub unpaid: Unpaid,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

/// Calls that were charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Charged {
    /// What paid for which.
    pub calls: Vec<CallCharged>,
    /// What they cost together, beyond included minutes.
    pub amount: Amount,
}

impl Charged {
    fn of(outcome: &Outcome<'_>) -> Result<Self, Inconsistent> {
        let calls: Vec<_> = outcome
            .account
            .iter()
            .filter_map(|event| match event {
                Event::CallCharged(event) => Some(event.clone()),
                _ => None,
            })
            .collect();
        let mut amounts = calls.iter().filter_map(|call| call.priced.as_ref());
        let amount = amounts
            .try_fold(Amount::ZERO, |sum, priced| sum.checked_add(priced.amount))
            .ok_or(Inconsistent::Event {
            event: "billing.call_charged",
            problem: "the sum is out of range",
        })?;
        Ok(Self { calls, amount })
    }
}

/// What pays for a call that has ended.
fn charge(
    call: &CallRecord,
    unpaid: Unpaid,
    account: &Account,
    state: &State,
    reference: &Reference,
    at: Timestamp,
) -> Result<CallCharged, Error> {
    let call = call.facts();
    if let Some(hold) = account.hold(call.call) {
        return settle(call.call, hold, call.duration, account, reference, at);
    }
    let tariff = chosen(account, reference);
    let funding = if is_emergency_call(call.kind, call.called, call.location) {
        check_new(call.call, call.started_at, account)?;
        Funding::Free(Capability::Free)
    } else {
        check_call(call, account, at)?;
        Caller::of(call, state, reference, tariff).funding()?
    };
    let free = state.rules().billing.unpriceable_calls_are_free;
    Ok(decide_call(call, funding, account, tariff, unpaid, free, at)?)
}

/// Why a call for which nothing is held cannot be settled.
#[cold]
fn not_held(call: &Key, account: &Account) -> billing::Error {
    let call = call.clone();
    if account.was_charged(&call) {
        billing::Error::AlreadyCharged { call }
    } else {
        billing::Error::NotAuthorized { call }
    }
}

#[cold]
fn already_authorized(call: &Key, hold: &Hold) -> billing::Error {
    let (call, duration, ends_at) = (call.clone(), hold.duration, hold.ends_at);
    billing::Error::AlreadyAuthorized { call, duration, ends_at }
}

/// What pays for a call that was authorized and has ended; nothing was charged for it before, and its
/// month is open, because a hold ends with the charge, and no month is closed while it has one.
fn settle(
    call: &Key,
    hold: &Hold,
    duration: Duration,
    account: &Account,
    reference: &Reference,
    at: Timestamp,
) -> Result<CallCharged, Error> {
    // By the list by which it was authorized, whatever was chosen since.
    let tariff = hold.basis.as_ref().and_then(|basis| reference.tariff(&basis.tariff));
    Ok(decide_settle(call, hold, duration, account, tariff, at)?)
}

impl Command for ChargeCalls {
    const NAME: &'static str = "billing.charge";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Charged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let Drafts { organization, account, reference, .. } = drafts;
        let at = context.at;
        Ok(bulk::each(
            self.mode,
            account,
            &self.calls,
            |call| call.call.to_string(),
            |account, call| {
                let charged = charge(call, self.unpaid, account, organization, reference, at)?;
                Ok::<_, Error>(Event::from(charged))
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Charged, Inconsistent> {
        Charged::of(outcome)
    }
}

/// Charges calls that were authorized and have ended, and gives back what they did not need.
///
/// A call that lasted no longer than it may is paid by what was held for it, also if minutes have
/// come free since. What it lasted longer is paid from what there is, of minutes by the size that its
/// pool had when it was authorized or extended, and is else uncollected: the call took place. It is
/// priced by the price list by which it was authorized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SettleCalls {
    /// The calls, in the order of their ends.
    pub calls: Vec<Settlement>,
    /// What happens when some are refused.
    #[serde(default)]
    pub mode: Mode,
}

impl Command for SettleCalls {
    const NAME: &'static str = "billing.settle";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = Charged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let Drafts { account, reference, .. } = drafts;
        let at = context.at;
        Ok(bulk::each(
            self.mode,
            account,
            &self.calls,
            |settlement| settlement.call.to_string(),
            |account, Settlement { call, duration }| {
                let Some(hold) = account.hold(call) else {
                    return Err(not_held(call, account).into());
                };
                let charged = settle(call, hold, *duration, account, reference, at)?;
                Ok::<_, Error>(Event::from(charged))
            },
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Charged, Inconsistent> {
        Charged::of(outcome)
    }
}

/// How long a call may last, at what cost, and from which funds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Authorized {
    /// The call.
    pub call: Key,
    /// How long it may last, from its beginning; end it then, or extend it before.
    pub duration: Duration,
    /// What limits that.
    pub limited_by: LimitedBy,
    /// When what is held is given back by itself, if the call is neither settled nor canceled; none
    /// for an emergency call, for which nothing is held.
    pub ends_at: Option<Timestamp>,
    /// The minutes that are held.
    pub included: Option<Included>,
    /// What the rest costs if the call lasts as long as it may.
    pub cost: Amount,
    /// The funds that this command holds, lot by lot.
    pub draws: Draws,
    /// Whether it is a call to an emergency service, which always passes.
    pub emergency: bool,
}

/// The most that an emergency call is said to be able to last: it is never cut off.
pub const EMERGENCY_LENGTH: Duration = Duration::from_days(366);

impl Authorized {
    /// The answer for a call to an emergency service, which is given whatever the state of anything.
    pub(crate) fn emergency(call: Key) -> Self {
        Self {
            call,
            duration: EMERGENCY_LENGTH,
            limited_by: LimitedBy::Wanted,
            ends_at: None,
            included: None,
            cost: Amount::ZERO,
            draws: Draws::new(),
            emergency: true,
        }
    }
}

impl From<&CallAuthorized> for Authorized {
    fn from(event: &CallAuthorized) -> Self {
        let CallAuthorized { call, hold, limited_by } = event;
        let Hold { duration, ends_at, cost, .. } = **hold;
        Self {
            call: call.clone(),
            duration,
            limited_by: *limited_by,
            ends_at: Some(ends_at),
            included: hold.included.clone(),
            cost,
            draws: hold.draws.clone(),
            emergency: false,
        }
    }
}

fn terms<'a>(
    account: &Account,
    state: &State,
    reference: &'a Reference,
    hold: Option<&Hold>,
) -> Terms<'a> {
    // A call goes on by the list by which it was authorized.
    let of_hold = hold.and_then(|hold| hold.basis.as_ref());
    let tariff = match of_hold {
        Some(basis) => reference.tariff(&basis.tariff),
        None => chosen(account, reference),
    };
    let rules = &state.rules().billing;
    let (grace, unpriceable_is_free) = (rules.hold_grace, rules.unpriceable_calls_are_free);
    Terms { tariff, grace, unpriceable_is_free }
}

impl Command for AuthorizeCall {
    const NAME: &'static str = "billing.authorize";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Authorized;

    fn always(&self) -> Option<Authorized> {
        let Self { call, kind, location, called, .. } = self;
        is_emergency_call(*kind, called.as_deref(), *location)
            .then(|| Authorized::emergency(call.clone()))
    }

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let Drafts { organization, account, reference, .. } = drafts;
        let at = context.at;
        let wanted = self.wanted.unwrap_or(organization.rules().billing.authorized_length);
        let call = self.facts(at, wanted);
        if let Some(hold) = account.hold(&self.call) {
            return Err(already_authorized(&self.call, hold).into());
        }
        check_new(&self.call, at, account)?;
        let terms = terms(account, organization, reference, None);
        let caller = Caller::of(call, organization, reference, terms.tariff);
        caller.check_destination(account)?;
        let authorized = decide_authorize(call, caller.funding()?, account, terms)?;
        account.record(authorized)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Authorized, Inconsistent> {
        told!(outcome.account, Event::CallAuthorized(event) => event.into())
    }
}

impl Command for ExtendCall {
    const NAME: &'static str = "billing.extend";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Authorized;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let Drafts { organization, account, reference, .. } = drafts;
        let hold = known(&self.call, account)?;
        let terms = terms(account, organization, reference, Some(hold));
        let size = hold.included.as_ref().map(|included| {
            size_of_pool(included.pool, hold.started_at, organization, reference.countries())
        });
        let size = size.unwrap_or_default();
        let extended = decide_extend(&self.call, self.wanted, size, account, terms, context.at)?;
        account.record(extended)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Authorized, Inconsistent> {
        told!(outcome.account, Event::CallExtended(event) => {
            let CallExtended { call, duration, ends_at, included, cost, draws, limited_by, .. } =
                event.clone();
            let ends_at = Some(ends_at);
            Authorized { call, duration, limited_by, ends_at, included, cost, draws, emergency: false }
        })
    }
}

impl Command for CancelCall {
    const NAME: &'static str = "billing.cancel";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = HoldReleased;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let released = Self::decide(self, &drafts.account, context.at)?;
        drafts.account.record(released)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<HoldReleased, Inconsistent> {
        told!(outcome.account, Event::HoldReleased(event) => event.clone())
    }
}
