//! Commands of the account: credits, price lists, and what pays for calls.

use serde::{Deserialize, Serialize};

use super::{DONE, Decided, told};
use crate::billing::{
    self, Account, AddFunds, CallCharged, CallKind, CallRecord, ChooseTariff, Credits,
    CreditsSetUp, Direction, Event, Funding, FundsAdded, Known, NoticeDue, Plan, PoolKey, PoolSize,
    Reach, RechargeRequested, ReportRecharge, SetAutoRecharge, SetUpCredits, StopAutoRecharge,
    Tariff, TariffChosen, check_call, check_new, decide_call, is_zone_a,
};
use crate::bulk::{self, Mode};
use crate::country;
use crate::draft::{Draft, Inconsistent};
use crate::licensing::{Basis, Entitlement, Grant, Sku, SkuSet};
use crate::money::Amount;
use crate::number::{self, LineType, NumberKind, is_emergency};
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

/// What happened to the account: what had come to its end before the command, and the command.
fn all<'a>(outcome: &'a Outcome<'_>) -> impl Iterator<Item = &'a Event> {
    outcome.account_ended.iter().chain(outcome.account.iter())
}

/// The recharge that a command brought about, or what had come to its end before it.
fn requested(outcome: &Outcome<'_>) -> Option<RechargeRequested> {
    all(outcome).find_map(|event| match event {
        Event::RechargeRequested(event) => Some(event.clone()),
        _ => None,
    })
}

/// What administrators are to be told because of a command, or of what had ended before it.
fn notices(outcome: &Outcome<'_>) -> Vec<NoticeDue> {
    let due = all(outcome).filter_map(|event| match event {
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
        let known = drafts.reference.last_tariff(&self.tariff);
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
/// numbers; calls by Direct Routing, which its carrier bills; and calls of no duration. Numbers are
/// read as people of the user's country dial them. Refusals of an item in this order: in the future;
/// too long; charged already; no calling plan; a country that cannot be told; no licence for credits;
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
                let chosen = account.tariff().and_then(|chosen| reference.tariff(chosen));
                let called = call.called.as_deref().unwrap_or_default();
                let emergency = call.kind == CallKind::DirectRoutingEmergencyOut
                    || is_emergency(called, Some(call.location));
                let funding = if emergency {
                    check_new(&call.call, account)?;
                    Funding::Free
                } else {
                    check_call(call, account, at)?;
                    funding(call, organization, reference.countries(), chosen)?
                };
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
    let held = call.user.as_ref().and_then(|user| state.licensing().user(user));
    let skus = held.map(|user| user.skus).unwrap_or_default();
    let licensed = skus.gives_one_of(&[Grant::CommunicationsCredits, Grant::CallingPlanPayAsYouGo]);
    let credits = if licensed { Credits::Allowed } else { Credits::Unlicensed };
    let country = held.map_or(call.location, |user| user.usage_location);
    match call.kind {
        CallKind::UserOut
        | CallKind::UserOutConf
        | CallKind::UserOutTransfer
        | CallKind::UserOutForwarding => {
            if !skus.gives_one_of(&[Grant::CallingPlan, Grant::CallingPlanPayAsYouGo]) {
                return Err(billing::Error::NoPlan { user: call.user.clone() }.into());
            }
            outbound(call, skus, country, credits, state, countries, tariff)
        }
        CallKind::UcapOut => {
            // The organization's credits pay, whether or not the resource account has a licence,
            // unless the rules ask for one.
            let credits = if state.rules().billing.resource_account_needs_credits_license {
                credits
            } else {
                Credits::Allowed
            };
            outbound(call, skus, country, credits, state, countries, tariff)
        }
        CallKind::ConfOut => {
            let number = called(call)?;
            let included = skus.gives(Grant::AudioConferencing)
                && country_of(&number, tariff).is_some_and(is_zone_a);
            let pools = included.then(|| {
                let month = call.started_at.month();
                let pool = PoolKey { plan: Plan::Conferencing, country: None, month };
                (pool, conferencing_size(state, call.started_at), Reach::Domestic)
            });
            let (pools, direction) = (pools.into_iter().collect(), Direction::Outbound);
            Ok(Funding::Paid { pools, credits, direction, number })
        }
        CallKind::ConfIn | CallKind::UcapIn => {
            let per_minute = call.kind == CallKind::ConfIn
                && skus.gives(Grant::AudioConferencingPayPerMinute)
                && !skus.gives(Grant::AudioConferencing);
            let credits = match (is_toll_free(call, state)?, per_minute) {
                (true, _) => Credits::TollFree,
                (false, true) => credits,
                (false, false) => return Ok(Funding::Free),
            };
            let (direction, number) = (Direction::Inbound, call.number_calling());
            Ok(Funding::Paid { pools: Vec::new(), credits, direction, number })
        }
        _ => Ok(Funding::Free),
    }
}

/// What may pay for a call of someone who may hold calling plans.
fn outbound(
    call: &CallRecord,
    skus: SkuSet,
    country: Country,
    credits: Credits,
    state: &State,
    countries: &country::Table,
    tariff: Option<&Tariff>,
) -> Result<Funding, Error> {
    let mut pools = Vec::new();
    for plan in skus.iter().filter_map(plan_of) {
        let reach = reach(call, country, tariff)?;
        let country = pool_country(country);
        let pool = PoolKey { plan, country: Some(country), month: call.started_at.month() };
        pools.push((pool, pool_size(plan, country, state, countries), reach));
    }
    // What is paid whole from minutes needs no number that can be read.
    let number = if call.reach.is_some() {
        call.number_called().unwrap_or(Known::Withheld)
    } else {
        called(call)?
    };
    Ok(Funding::Paid { pools, credits, direction: Direction::Outbound, number })
}

/// Whether a call came to a toll-free number: as the organization owns it, else as the numbering
/// plan has it, because it may have been given up since.
fn is_toll_free(call: &CallRecord, state: &State) -> Result<bool, Error> {
    let Known::Whole(number) = called(call)? else { return Err(unknown(call)) };
    Ok(match state.inventory().number(number) {
        Some(owned) => owned.shelf.kind == NumberKind::ServiceTollFree,
        None => number::parse(&number.to_string(), None)
            .is_ok_and(|parsed| parsed.line == LineType::TollFree),
    })
}

/// The plan whose minutes a product includes.
fn plan_of(sku: Sku) -> Option<Plan> {
    match sku {
        Sku::DomesticAndInternational | Sku::International => Some(Plan::DomesticAndInternational),
        Sku::Domestic120 | Sku::DomesticReport120 => Some(Plan::Domestic120),
        Sku::Domestic240 => Some(Plan::Domestic240),
        // The Business Voice family includes the large domestic plan.
        _ if sku.gives(Grant::CallingPlan) => Some(Plan::Domestic),
        _ => None,
    }
}

/// The country whose pool pays: the United States and Puerto Rico share one.
fn pool_country(country: Country) -> Country {
    if country.as_str() == "PR" { Country::US } else { country }
}

/// The minutes of all users with the plan in the country, as licences stand.
pub(crate) fn pool_size(
    plan: Plan,
    country: Country,
    state: &State,
    countries: &country::Table,
) -> PoolSize {
    let mut size = PoolSize::default();
    for (sku, of, users) in state.licensing().held() {
        if pool_country(of) != country || plan_of(sku) != Some(plan) {
            continue;
        }
        let row = countries.get(of);
        let (domestic, international) = match plan {
            Plan::Domestic120 => (Some(120), None),
            Plan::Domestic240 => (Some(240), None),
            Plan::Domestic => (
                row.and_then(|row| {
                    row.domestic_minutes.last().copied().or(row.combined_domestic_minutes)
                }),
                None,
            ),
            Plan::DomesticAndInternational => (
                row.and_then(|row| row.combined_domestic_minutes),
                row.and_then(|row| row.combined_international_minutes),
            ),
            Plan::Conferencing => (None, None),
        };
        size.domestic = more(size.domestic, domestic, users);
        size.international = more(size.international, international, users);
    }
    size
}

/// A duration with so many minutes more for each user; more than can be counted is the most.
fn more(duration: Duration, minutes: Option<u32>, users: u32) -> Duration {
    let minutes = Duration::from_minutes(minutes.unwrap_or_default()).checked_mul(users);
    let sum = minutes.and_then(|minutes| duration.checked_add(minutes));
    sum.unwrap_or(Duration::from_minutes(u32::MAX))
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
    let Some(to) = country_of(&called(call)?, tariff) else { return Err(unknown(call)) };
    // The United States, Canada and Puerto Rico call each other as at home.
    let at_home = |country: Country| matches!(country.as_str(), "US" | "CA" | "PR");
    let domestic = from == to || (at_home(from) && at_home(to));
    Ok(if domestic { Reach::Domestic } else { Reach::International })
}

/// The number called, if there is one.
fn called(call: &CallRecord) -> Result<Known, Error> {
    let known = call.number_called().filter(|number| *number != Known::Withheld);
    known.ok_or_else(|| unknown(call))
}

fn unknown(call: &CallRecord) -> Error {
    let called = call.called.as_deref().unwrap_or_default().chars().take(64).collect();
    billing::Error::DestinationUnknown { called }.into()
}

/// The country of a number: as its numbering plan has it, else as the price list says.
fn country_of(called: &Known, tariff: Option<&Tariff>) -> Option<Country> {
    let of_plan = match called {
        Known::Whole(number) => {
            number::parse(&number.to_string(), None).ok().and_then(|parsed| parsed.country)
        }
        _ => None,
    };
    // Masked numbers, and those that no plan knows.
    of_plan.or_else(|| tariff?.rate_of(Direction::Outbound, called).ok()?.country)
}
