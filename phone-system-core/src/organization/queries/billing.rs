//! Queries of the account, of prices, and of what is sold where.

use serde::{Deserialize, Serialize};

use crate::billing::{
    self, AutoRecharge, Charge, Comparison, CreditsSetUp, Direction, Entry, Explanation, Hold,
    Known, Layout, LedgerSums, Lot, PendingRecharge, Plan, PoolKey, PoolSize, Priced, ReadUsage,
    Statement, StatementOf, TariffId, UsageRead, Used, UserPolicy,
};
use crate::country::{Availability, AvailabilityIn};
use crate::draft::Inconsistent;
use crate::hash::Hash;
use crate::money::{Amount, Currency};
use crate::organization::commands::{pool_country, size_of_pool};
use crate::organization::{Error, Query, Touches, View, count};
use crate::text::{Country, Key, Label, UserId};
use crate::time::{Duration, Month, Timestamp};

/// The organization's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountOf {}

/// What is known of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountAnswer {
    /// Communications Credits, if they are set up.
    pub credits: Option<CreditsSetUp>,
    /// What is not spent.
    pub balance: Amount,
    /// What of that is held for calls.
    pub held: Amount,
    /// What can be spent.
    pub available: Amount,
    /// The lots that the balance is made of, the oldest first.
    pub lots: Vec<Lot>,
    /// Since when what credits do not pay is invoiced; none for a prepaid account.
    pub postpaid: Option<Timestamp>,
    /// The enterprise agreements that can pay.
    pub agreements: Vec<Label>,
    /// Auto-recharge, if it is set.
    pub auto_recharge: Option<AutoRecharge>,
    /// The recharge whose outcome is not known.
    pub pending_recharge: Option<PendingRecharge>,
    /// The price list in force.
    pub tariff: Option<TariffId>,
    /// The last month whose books are closed.
    pub closed: Option<Month>,
    /// The sums of the ledger.
    pub ledger: LedgerSums,
}

impl Query for AccountOf {
    const NAME: &'static str = "billing.account";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = AccountAnswer;

    fn answer(&self, view: &View) -> Result<AccountAnswer, Error> {
        let account = &view.account;
        Ok(AccountAnswer {
            credits: account.credits().cloned(),
            balance: account.balance(),
            held: account.held(),
            available: account.available(),
            postpaid: account.postpaid(),
            agreements: account.agreements().cloned().collect(),
            closed: account.closed(),
            ledger: *account.ledger(),
            lots: account.lots().cloned().collect(),
            auto_recharge: account.auto_recharge().cloned(),
            pending_recharge: account.pending_recharge().cloned(),
            tariff: account.tariff().cloned(),
        })
    }
}

impl Query for StatementOf {
    const NAME: &'static str = "billing.statement";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = Statement;

    fn entries_since(&self, at: Timestamp) -> Result<Option<Timestamp>, Error> {
        Ok(Some(self.period(at)?.0))
    }

    fn answer(&self, view: &View) -> Result<Statement, Error> {
        let inconsistent = |problem| Inconsistent::Event { event: "any", problem };
        let mut ended = Vec::new();
        for event in view.account.ended() {
            let of_event = Entry::of(event, view.at, None);
            ended.extend(of_event.ok_or_else(|| inconsistent("an amount is out of range"))?);
        }
        let entries = view.entries.iter().chain(&ended);
        let statement = self.of(self.period(view.at)?, entries, *view.account.ledger());
        Ok(statement.ok_or_else(|| inconsistent("a sum is out of range"))?)
    }
}

/// The pools of minutes of a month: what licences include now, and what was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MinutesOf {
    /// The month; that of the query's instant if not given.
    #[serde(default)]
    pub month: Option<Month>,
}

/// A pool of minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolOf {
    /// Which.
    pub pool: PoolKey,
    /// What it includes.
    pub size: PoolSize,
    /// What was used.
    pub used: Used,
    /// What calls that go on may use.
    pub held: Used,
}

/// The pools of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MinutesAnswer {
    /// Those that include anything or of which anything was used, by plan and country.
    pub pools: Vec<PoolOf>,
}

impl Query for MinutesOf {
    const NAME: &'static str = "billing.minutes";
    const TOUCHES: Touches = Touches::ORGANIZATION_AND_ACCOUNT;
    type Answer = MinutesAnswer;

    fn answer(&self, view: &View) -> Result<MinutesAnswer, Error> {
        let state = &view.organization;
        let month = self.month.unwrap_or_else(|| view.at.month());
        let mut countries: Vec<Country> =
            state.licensing().held().map(|(_, country, _)| pool_country(country)).collect();
        countries.extend(view.account.pools_of(month).filter_map(|pool| pool.country));
        countries.sort_unstable();
        countries.dedup();
        let plans = Plan::ALL.iter().copied().filter(|plan| *plan != Plan::Conferencing);
        let mut pools: Vec<PoolKey> = plans
            .flat_map(|plan| {
                let of = |country| PoolKey { plan, country: Some(country), month };
                countries.iter().copied().map(of).collect::<Vec<_>>()
            })
            .collect();
        pools.push(PoolKey { plan: Plan::Conferencing, country: None, month });
        let pools = pools.into_iter().map(|pool| {
            let size = size_of_pool(pool, month.begin(), state, view.reference.countries());
            let (used, held) = (view.account.used(pool), view.account.held_minutes(pool));
            PoolOf { pool, size, used, held }
        });
        let any = |pool: &PoolOf| {
            let none = Used::default();
            pool.size != PoolSize::default() || pool.used != none || pool.held != none
        };
        Ok(MinutesAnswer { pools: pools.filter(any).collect() })
    }
}

/// The calls that were authorized and have not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// Those after this one, by name; from the first if not given.
    #[serde(default)]
    pub after: Option<Key>,
    /// The most that are told, at most 1000.
    #[serde(default = "page")]
    pub limit: u32,
}

const fn page() -> u32 {
    PAGE
}

/// The most calls in one answer; the figure is ours.
const PAGE: u32 = 1_000;

/// A call that may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldCall {
    /// The call.
    pub call: Key,
    /// What is held for it.
    pub hold: Hold,
}

/// The calls that may go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HoldsAnswer {
    /// How many there are.
    pub total: u32,
    /// Those that were asked for, by their names.
    pub calls: Vec<HeldCall>,
}

impl Query for Holds {
    const NAME: &'static str = "billing.holds";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = HoldsAnswer;

    fn answer(&self, view: &View) -> Result<HoldsAnswer, Error> {
        let account = &view.account;
        let limit = usize::try_from(self.limit.min(PAGE)).unwrap_or_default();
        let after =
            |(call, _): &(&Key, &Hold)| self.after.as_ref().is_none_or(|after| *call > after);
        let calls = account.holds().filter(after).take(limit);
        let calls = calls.map(|(call, hold)| HeldCall { call: call.clone(), hold: hold.clone() });
        Ok(HoldsAnswer { total: count(account.holds().count()), calls: calls.collect() })
    }
}

/// What single users may do, and what their calls cost in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// The month; that of the query's instant if not given.
    #[serde(default)]
    pub month: Option<Month>,
}

/// What a user may do, and what the user's calls cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyOf {
    /// The user.
    pub user: UserId,
    /// The most in a month, and where calls may go.
    pub policy: UserPolicy,
    /// The fixed policy that says where calls may go.
    pub identity: String,
    /// What the user's calls cost in the month beyond minutes, those that go on with what they may.
    pub spent: Amount,
}

/// What single users may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoliciesAnswer {
    /// The users of whom something is set, by their names.
    pub users: Vec<PolicyOf>,
}

impl Query for Policies {
    const NAME: &'static str = "billing.policies";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = PoliciesAnswer;

    fn answer(&self, view: &View) -> Result<PoliciesAnswer, Error> {
        let month = self.month.unwrap_or_else(|| view.at.month());
        let users = view.account.policies().map(|(user, policy)| PolicyOf {
            user: user.clone(),
            policy: *policy,
            identity: policy.dial_out.identity().to_owned(),
            spent: view.account.spent(user, month),
        });
        Ok(PoliciesAnswer { users: users.collect() })
    }
}

/// What a call would cost beyond included minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The number called or, of an incoming call, the caller's: with a plus; its leading digits
    /// followed by `*` will do, and nothing stands for a number that is withheld.
    pub number: String,
    /// How long the call lasts.
    pub duration: Duration,
    /// Which way it goes.
    #[serde(default = "outbound")]
    pub direction: Direction,
    /// The price list; the one that the account chose if not given.
    #[serde(default)]
    pub tariff: Option<Label>,
    /// When it begins; the query's instant if not given.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Whether to tell how the price comes about.
    #[serde(default)]
    pub explain: bool,
}

/// What a call would cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriceAnswer {
    /// The price, and by which row.
    #[serde(flatten)]
    pub charge: Charge,
    /// How it comes about, if that was asked.
    pub explanation: Option<Explanation>,
}

const fn outbound() -> Direction {
    Direction::Outbound
}

impl Query for Price {
    const NAME: &'static str = "billing.price";
    const TOUCHES: Touches = Touches::ACCOUNT;
    type Answer = PriceAnswer;

    fn answer(&self, view: &View) -> Result<PriceAnswer, Error> {
        let account = &view.account;
        let tariff = if let Some(name) = &self.tariff {
            given(view, name)?
        } else {
            let chosen = account.tariff().and_then(|chosen| view.reference.tariff(chosen));
            chosen.ok_or_else(|| account.without_tariff())?
        };
        let number = Known::read(&self.number, None)
            .ok_or_else(|| billing::Error::DestinationUnknown { called: self.number.clone() })?;
        let begins = self.at.unwrap_or(view.at);
        let charge = tariff.charge(self.direction, &number, begins, self.duration)?;
        let explanation = if self.explain { Some(charge.explain(tariff)?) } else { None };
        Ok(PriceAnswer { charge, explanation })
    }
}

/// How what a call cost came about, by the price list that priced it; that may be one that has been
/// replaced since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExplainCharge {
    /// What the call cost: `priced` of a call that was charged.
    pub priced: Priced,
}

impl Query for ExplainCharge {
    const NAME: &'static str = "billing.explain_charge";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = Explanation;

    fn answer(&self, view: &View) -> Result<Explanation, Error> {
        let id = &self.priced.tariff;
        let tariff = view.reference.tariff(id).ok_or_else(|| billing::Error::not_given(id))?;
        Ok(self.priced.charge().explain(tariff)?)
    }
}

/// The price list that was given last under a name.
fn given<'a>(view: &'a View, name: &Label) -> Result<&'a billing::Tariff, Error> {
    let unknown = || billing::Error::TariffUnknown { tariff: name.clone(), digest: None };
    Ok(view.reference.last_tariff(name).ok_or_else(unknown)?)
}

/// What changes from one price list to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompareTariffs {
    /// The list now, by its name: the one that was given last.
    pub tariff: Label,
    /// Its digest, for one that was given earlier under the name.
    #[serde(default)]
    pub digest: Option<Hash>,
    /// The list before, by its name; the same name if not given.
    #[serde(default)]
    pub previous: Option<Label>,
    /// Its digest, for one that was given earlier under the name.
    #[serde(default)]
    pub previous_digest: Option<Hash>,
}

impl Query for CompareTariffs {
    const NAME: &'static str = "billing.compare_tariffs";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = Comparison;

    fn answer(&self, view: &View) -> Result<Comparison, Error> {
        let of = |name: &Label, digest: Option<Hash>| {
            let Some(digest) = digest else { return given(view, name) };
            let id = TariffId { name: name.clone(), digest };
            let unknown =
                || billing::Error::TariffUnknown { tariff: name.clone(), digest: Some(digest) };
            Ok(view.reference.tariff(&id).ok_or_else(unknown)?)
        };
        let tariff = of(&self.tariff, self.digest)?;
        let previous = of(self.previous.as_ref().unwrap_or(&self.tariff), self.previous_digest)?;
        Ok(tariff.compare(previous)?)
    }
}

/// The price lists that were given to the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tariffs {}

/// A price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffOf {
    /// Its name and digest.
    pub tariff: TariffId,
    /// The currency of its prices.
    pub currency: Currency,
    /// How many rows it has.
    pub rates: u32,
    /// The layout of the table that it was read from, if it was.
    pub layout: Option<Layout>,
}

/// The price lists that were given to the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TariffsAnswer {
    /// In the order of their names.
    pub tariffs: Vec<TariffOf>,
}

impl From<&billing::Tariff> for TariffOf {
    fn from(tariff: &billing::Tariff) -> Self {
        let rates = count(tariff.rates().len());
        let (currency, layout) = (tariff.currency(), tariff.layout());
        Self { tariff: tariff.id().clone(), currency, rates, layout }
    }
}

impl Query for Tariffs {
    const NAME: &'static str = "billing.tariffs";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = TariffsAnswer;

    fn answer(&self, view: &View) -> Result<TariffsAnswer, Error> {
        Ok(TariffsAnswer { tariffs: view.reference.tariffs().map(Into::into).collect() })
    }
}

impl Query for ReadUsage {
    const NAME: &'static str = "billing.read_usage";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = UsageRead;

    fn answer(&self, _: &View) -> Result<UsageRead, Error> {
        Ok(ReadUsage::answer(self)?)
    }
}

impl Query for AvailabilityIn {
    const NAME: &'static str = "country.availability";
    const TOUCHES: Touches = Touches::NOTHING;
    type Answer = Availability;

    fn answer(&self, view: &View) -> Result<Availability, Error> {
        Ok(view.reference.countries().availability(self.country)?.clone())
    }
}
