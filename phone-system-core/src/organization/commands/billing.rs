//! Commands of the account: credits, price lists, and what pays for calls.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, told};
use crate::billing::{
    self, Account, AddFunds, CallCharged, CallKind, CallRecord, ChooseTariff, Credits,
    CreditsSetUp, Direction, Event, Funding, FundsAdded, NoticeDue, Plan, PoolKey, PoolSize, Reach,
    RechargeRequested, ReportRecharge, SetAutoRecharge, SetUpCredits, StopAutoRecharge, Tariff,
    TariffChosen, decide_call, is_zone_a,
};
use crate::bulk::{self, Mode};
use crate::country;
use crate::draft::{Draft, Inconsistent};
use crate::licensing::{Basis, Entitlement, Grant, Sku, SkuSet};
use crate::money::Amount;
use crate::number::{self, NumberKind, is_emergency};
use crate::organization::{Command, Context, Drafts, Error, Outcome, State, Touches};
use crate::text::Country;
use crate::time::{Duration, Timestamp};

/// Records an event on an account, and what it brings about by itself.
fn record(
    account: &mut Draft<Account>,
    event: impl Into<Event>,
    at: Timestamp,
) -> Result<(), Inconsistent> {
    for event in account.with_consequences(event, at)? {
        account.record(event)?;
    }
    Ok(())
}

/// The recharge that a command brought about.
fn requested(outcome: &Outcome<'_>) -> Option<RechargeRequested> {
    outcome.account.iter().find_map(|event| match event {
        Event::RechargeRequested(event) => Some(event.clone()),
        _ => None,
    })
}

/// What administrators are to be told because of a command.
fn notices(outcome: &Outcome<'_>) -> Vec<NoticeDue> {
    let due = outcome.account.iter().filter_map(|event| match event {
        Event::NoticeDue(event) => Some(event.clone()),
        _ => None,
    });
    due.collect()
}

impl Command for SetUpCredits {
    const NAME: &'static str = "billing.set_up_credits";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = CreditsSetUp;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let set_up = SetUpCredits::decide(self, &drafts.account, context.at)?;
        drafts.account.record(set_up)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<CreditsSetUp, Inconsistent> {
        told!(outcome.account, Event::CreditsSetUp(event) => event.clone())
    }
}

/// Funds as they were added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FundsChanged {
    /// The lot.
    pub funds: FundsAdded,
    /// The recharge that is asked for because the balance is still below the trigger.
    pub requested: Option<RechargeRequested>,
}

impl Command for AddFunds {
    const NAME: &'static str = "billing.add_funds";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = FundsChanged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let rules = drafts.organization.rules();
        let added = AddFunds::decide(self, &drafts.account, rules, context.at)?;
        record(&mut drafts.account, added, context.at)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<FundsChanged, Inconsistent> {
        let funds = told!(outcome.account, Event::FundsAdded(event) => event.clone())?;
        Ok(FundsChanged { funds, requested: requested(outcome) })
    }
}

/// Auto-recharge is set, or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutoRechargeChanged {
    /// Whether it is set now.
    pub set: bool,
    /// The recharge that is asked for because the balance is below the trigger.
    pub requested: Option<RechargeRequested>,
}

impl Command for SetAutoRecharge {
    const NAME: &'static str = "billing.set_auto_recharge";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AutoRechargeChanged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let set = SetAutoRecharge::decide(self, &drafts.account, context.at)?;
        record(&mut drafts.account, set, context.at)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<AutoRechargeChanged, Inconsistent> {
        Ok(AutoRechargeChanged { set: true, requested: requested(outcome) })
    }
}

impl Command for StopAutoRecharge {
    const NAME: &'static str = "billing.stop_auto_recharge";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AutoRechargeChanged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let stopped = Self::decide(&drafts.account, context.at)?;
        drafts.account.record(stopped)?;
        DONE
    }

    fn answer(&self, _: &Outcome<'_>) -> Result<AutoRechargeChanged, Inconsistent> {
        Ok(AutoRechargeChanged { set: false, requested: None })
    }
}

/// What the outcome of a recharge brought about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RechargeReported {
    /// The funds that it brought, if it succeeded.
    pub funds: Option<FundsAdded>,
    /// From when on the next one may be asked for, if it failed.
    pub retry_at: Option<Timestamp>,
    /// The next one, if the balance is still below the trigger.
    pub requested: Option<RechargeRequested>,
    /// What administrators are to be told.
    pub notices: Vec<NoticeDue>,
}

impl Command for ReportRecharge {
    const NAME: &'static str = "billing.report_recharge";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = RechargeReported;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let rules = drafts.organization.rules();
        let event = ReportRecharge::decide(self, &drafts.account, rules, context.at)?;
        record(&mut drafts.account, event, context.at)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<RechargeReported, Inconsistent> {
        let mut reported = RechargeReported {
            funds: None,
            retry_at: None,
            requested: requested(outcome),
            notices: notices(outcome),
        };
        for event in outcome.account.iter() {
            match event {
                Event::FundsAdded(event) => reported.funds = Some(event.clone()),
                Event::RechargeFailed(event) => reported.retry_at = Some(event.retry_at),
                _ => {}
            }
        }
        Ok(reported)
    }
}

impl Command for ChooseTariff {
    const NAME: &'static str = "billing.choose_tariff";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = TariffChosen;

    fn decide(&self, drafts: &mut Drafts, _: &Context) -> Decided {
        let known = drafts.reference.tariff(&self.tariff);
        let chosen = ChooseTariff::decide(self, &drafts.account, known)?;
        drafts.account.record(chosen)?;
        DONE
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<TariffChosen, Inconsistent> {
        told!(outcome.account, Event::TariffChosen(event) => event.clone())
    }
}

/// Charges calls that have ended: minutes first, then credits; with neither a call is refused.
///
/// Each call is an item, in the order of the list, which should be that of their ends. Free are
/// emergency calls, before anything else is looked at; incoming calls but for those to toll-free
/// numbers; calls by Direct Routing, which its carrier bills. Refusals of an item in this order: too
/// long; charged already; no calling plan; a country that cannot be told; no licence for credits;
/// credits not set up, or toll-free without a positive balance; no price list, no price; funds.
/// As a dry run it tells whether such a call could be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChargeCalls {
    /// The calls.
    pub calls: Vec<CallRecord>,
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
    /// The recharge that is asked for, if one is.
    pub requested: Option<RechargeRequested>,
    /// What administrators are to be told.
    pub notices: Vec<NoticeDue>,
}

impl Command for ChargeCalls {
    const NAME: &'static str = "billing.charge";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = Charged;

    fn decide(&self, drafts: &mut Drafts, context: &Context) -> Decided {
        let Drafts { organization, account, reference, .. } = drafts;
        let at = context.at;
        Ok(bulk::each_with(
            self.mode,
            account,
            &self.calls,
            |call| call.call.to_string(),
            |account, call| {
                let chosen = account.tariff().and_then(|chosen| reference.tariff(&chosen.name));
                let funding = funding(call, organization, reference.countries(), chosen)?;
                let charged = decide_call(call, funding, account, chosen, at)?;
                Ok::<_, Error>(Event::from(charged))
            },
            |account, event| account.with_consequences(event, at),
        )?)
    }

    fn answer(&self, outcome: &Outcome<'_>) -> Result<Charged, Inconsistent> {
        let calls: Vec<_> = outcome
            .account
            .iter()
            .filter_map(|event| match event {
                Event::CallCharged(event) => Some(event.clone()),
                _ => None,
            })
            .collect();
        let mut amounts = calls.iter().filter_map(|call| call.priced.as_ref());
        let amount =
            amounts.try_fold(Amount::ZERO, |sum, priced| sum.checked_add(priced.amount)).ok_or(
                Inconsistent::Event { event: Self::NAME, problem: "the sum is out of range" },
            )?;
        let (requested, notices) = (requested(outcome), notices(outcome));
        Ok(Charged { calls, amount, requested, notices })
    }
}

/// What may pay for a call.
fn funding(
    call: &CallRecord,
    state: &State,
    countries: &country::Table,
    tariff: Option<&Tariff>,
) -> Result<Funding, Error> {
    let called = call.called.as_deref().unwrap_or_default();
    if is_emergency(called, Some(call.location)) {
        return Ok(Funding::Free);
    }
    let held = call.user.as_ref().and_then(|user| state.licensing().user(user));
    let skus = held.map(|user| user.skus).unwrap_or_default();
    let credits = if skus.gives(Grant::CommunicationsCredits) {
        Credits::Allowed
    } else {
        Credits::Unlicensed
    };
    let month = call.started_at.month();
    let outbound = |pool, credits| Funding::Paid {
        pool,
        credits,
        direction: Direction::Outbound,
        number: called.to_owned(),
    };
    match call.kind {
        CallKind::UserOut
        | CallKind::UserOutConf
        | CallKind::UserOutTransfer
        | CallKind::UserOutForwarding => {
            let plan = plan_of(skus);
            if plan.is_none() && !skus.gives(Grant::CallingPlanPayAsYouGo) {
                return Err(billing::Error::NoPlan { user: call.user.clone() }.into());
            }
            let country = held.map_or(call.location, |user| user.usage_location);
            let pool = plan
                .map(|plan| {
                    let reach = reach(call, country, tariff)?;
                    let pool = PoolKey { plan, country: Some(country), month };
                    Ok::<_, Error>((pool, pool_size(plan, country, state, countries), reach))
                })
                .transpose()?;
            // Pay as you go is paid from credits by its nature.
            let credits = if plan.is_none() { Credits::Allowed } else { credits };
            Ok(outbound(pool, credits))
        }
        CallKind::ConfOut => {
            let included = skus.gives(Grant::AudioConferencing)
                && country_of(called, tariff).is_some_and(is_zone_a);
            let pool = included.then(|| {
                let pool = PoolKey { plan: Plan::Conferencing, country: None, month };
                (pool, conferencing_size(state, call.started_at), Reach::Domestic)
            });
            Ok(outbound(pool, credits))
        }
        // The organization's credits pay, whether or not the resource account has a licence.
        CallKind::UcapOut => Ok(outbound(None, Credits::Allowed)),
        CallKind::ConfIn | CallKind::UcapIn => {
            let owned = call.called_number().and_then(|number| state.inventory().number(number));
            let toll_free =
                owned.is_some_and(|owned| owned.shelf.kind == NumberKind::ServiceTollFree);
            let per_minute = call.kind == CallKind::ConfIn
                && skus.gives(Grant::AudioConferencingPayPerMinute)
                && !skus.gives(Grant::AudioConferencing);
            let credits = match (toll_free, per_minute) {
                (true, _) => Credits::TollFree,
                (false, true) => credits,
                (false, false) => return Ok(Funding::Free),
            };
            let number = call.caller.clone().unwrap_or_default();
            Ok(Funding::Paid { pool: None, credits, direction: Direction::Inbound, number })
        }
        _ => Ok(Funding::Free),
    }
}

/// The plan whose minutes pay for a user's calls.
fn plan_of(skus: SkuSet) -> Option<Plan> {
    skus.iter().find_map(|sku| match sku {
        Sku::DomesticAndInternational | Sku::International => Some(Plan::DomesticAndInternational),
        Sku::Domestic120 | Sku::DomesticReport120 => Some(Plan::Domestic120),
        Sku::Domestic240 => Some(Plan::Domestic240),
        // The Business Voice family includes the large domestic plan.
        _ if sku.gives(Grant::CallingPlan) => Some(Plan::Domestic),
        _ => None,
    })
}

/// The minutes of all users with the plan in the country, as licences stand.
pub(crate) fn pool_size(
    plan: Plan,
    country: Country,
    state: &State,
    countries: &country::Table,
) -> PoolSize {
    let row = countries.get(country);
    let users = Sku::ALL
        .iter()
        .filter(|sku| plan_of(SkuSet::default().with(**sku)) == Some(plan))
        .fold(0_u32, |sum, sku| sum.saturating_add(state.licensing().held_in(*sku, country)));
    let minutes = |each: u32| {
        Duration::from_minutes(each).checked_mul(users).unwrap_or(Duration::from_minutes(u32::MAX))
    };
    let of_row = |pick: fn(&country::Availability) -> Option<u32>| {
        minutes(row.and_then(pick).unwrap_or_default())
    };
    let (domestic, international) = match plan {
        Plan::Domestic120 => (minutes(120), Duration::ZERO),
        Plan::Domestic240 => (minutes(240), Duration::ZERO),
        Plan::Domestic => (
            of_row(|row| row.domestic_minutes.last().copied().or(row.combined_domestic_minutes)),
            Duration::ZERO,
        ),
        Plan::DomesticAndInternational => (
            of_row(|row| row.combined_domestic_minutes),
            of_row(|row| row.combined_international_minutes),
        ),
        Plan::Conferencing => (Duration::ZERO, Duration::ZERO),
    };
    PoolSize { domestic, international }
}

/// The minutes of dial-out from conferences, by the instant of the call.
pub(crate) fn conferencing_size(state: &State, at: Timestamp) -> PoolSize {
    let entitled = Entitlement::of(Basis::of(state.licensing()), state.rules(), at);
    let minutes = u32::try_from(entitled.conference_minutes.total).unwrap_or(u32::MAX);
    PoolSize { domestic: Duration::from_minutes(minutes), international: Duration::ZERO }
}

/// Whether a call left the country of the one who pays.
fn reach(call: &CallRecord, from: Country, tariff: Option<&Tariff>) -> Result<Reach, Error> {
    if let Some(reach) = call.reach {
        return Ok(reach);
    }
    let called = call.called.clone().unwrap_or_default();
    let Some(to) = country_of(&called, tariff) else {
        return Err(billing::Error::DestinationUnknown { called }.into());
    };
    // The United States, Canada and Puerto Rico call each other as at home.
    let at_home = |country: Country| matches!(country.as_str(), "US" | "CA" | "PR");
    let domestic = from == to || (at_home(from) && at_home(to));
    Ok(if domestic { Reach::Domestic } else { Reach::International })
}

/// The country of a number: as its numbering plan has it, else as the price list says.
fn country_of(called: &str, tariff: Option<&Tariff>) -> Option<Country> {
    let of_plan = || number::parse(called, None).ok()?.country;
    // Masked numbers, and those that no plan knows.
    let of_list = || tariff?.rate_of_text(Direction::Outbound, called)?.country;
    of_plan().or_else(of_list)
}
