//! Who pays for a call: which pools and whether credits, by licences, numbers and destinations.

use std::cell::OnceCell;

use crate::billing::{
    self, Account, CallFacts, CallKind, Capability, ConferenceDialOut, Credits, DestinationUse,
    DialOut, Direction, Funding, Known, Paid, Plan, PoolKey, PoolSize, Prefix, Reach, Tariff,
    UserDialOut, is_zone_a,
};
use crate::country;
use crate::licensing::{Basis, Entitlement, Grant, Sku, SkuSet};
use crate::number::{self, LineType, NumberKind, is_emergency};
use crate::organization::{Error, State};
use crate::reference::Reference;
use crate::text::Country;
use crate::time::{Duration, Timestamp};

/// Whether a call is one to an emergency service.
pub(super) fn is_emergency_call(kind: CallKind, called: Option<&str>, location: Country) -> bool {
    kind == CallKind::DirectRoutingEmergencyOut
        || is_emergency(called.unwrap_or_default(), Some(location))
}

/// Whose call it is, and by what it is judged.
pub(super) struct Caller<'a> {
    call: CallFacts<'a>,
    state: &'a State,
    reference: &'a Reference,
    tariff: Option<&'a Tariff>,
    skus: SkuSet,
    /// The country of the licences, or of the call.
    country: Country,
    /// The number called, if it can be read; read when it is asked for, because that can take long and
    /// free calls do without.
    called: OnceCell<Option<Known>>,
}

impl<'a> Caller<'a> {
    /// `tariff` is the price list in force.
    pub(super) fn of(
        call: CallFacts<'a>,
        state: &'a State,
        reference: &'a Reference,
        tariff: Option<&'a Tariff>,
    ) -> Self {
        let held = call.user.and_then(|user| state.licensing().user(user));
        let skus = held.map(|user| user.skus).unwrap_or_default();
        let country = held.map_or(call.location, |user| user.usage_location);
        Self { call, state, reference, tariff, skus, country, called: OnceCell::new() }
    }

    /// What may pay for the call.
    pub(super) fn funding(&self) -> Result<Funding, Error> {
        let Self { call, state, skus, .. } = self;
        let licensed =
            skus.gives_one_of(&[Grant::CommunicationsCredits, Grant::CallingPlanPayAsYouGo]);
        let credits = if licensed { Credits::Allowed } else { Credits::Unlicensed };
        match call.kind {
            CallKind::UserOut
            | CallKind::UserOutConf
            | CallKind::UserOutTransfer
            | CallKind::UserOutForwarding => {
                if !skus.gives_one_of(&[Grant::CallingPlan, Grant::CallingPlanPayAsYouGo]) {
                    return Err(billing::Error::NoPlan { user: call.user.cloned() }.into());
                }
                self.outbound(credits)
            }
            CallKind::UcapOut => {
                // The organization's credits pay, whether or not the resource account has a
                // licence, unless the rules ask for one.
                let needed = state.rules().billing.resource_account_needs_credits_license;
                self.outbound(if needed { credits } else { Credits::Allowed })
            }
            CallKind::ConfOut => self.conference_out(credits),
            CallKind::ConfIn | CallKind::UcapIn => {
                let per_minute = call.kind == CallKind::ConfIn && self.pays_per_minute();
                let (credits, capability) = match (self.is_toll_free()?, per_minute) {
                    (true, _) => (Credits::TollFree, Capability::Credits),
                    (false, true) => (credits, Capability::AudioConferencingPayPerMinute),
                    (false, false) if call.kind == CallKind::ConfIn => {
                        return Ok(Funding::Free(Capability::AudioConferencing));
                    }
                    (false, false) => return Ok(Funding::Free(Capability::ResourceAccount)),
                };
                Ok(Funding::Paid(Paid {
                    pools: Vec::new(),
                    credits,
                    capability,
                    direction: Direction::Inbound,
                    number: call.number_calling(),
                }))
            }
            CallKind::UserIn => Ok(Funding::Free(Capability::PhoneSystem)),
            _ => Ok(Funding::Free(Capability::Free)),
        }
    }

    /// Whether each minute of the organizer's conferences is charged.
    fn pays_per_minute(&self) -> bool {
        self.skus.gives(Grant::AudioConferencingPayPerMinute)
            && !self.skus.gives(Grant::AudioConferencing)
    }

    /// What may pay for a conference that dials out.
    fn conference_out(&self, credits: Credits) -> Result<Funding, Error> {
        let number = self.called()?.clone();
        let included = self.skus.gives(Grant::AudioConferencing)
            && self.country_called()?.is_some_and(is_zone_a)
            && self.usage(Some(Plan::Conferencing), &number) == DestinationUse::Included;
        let pools = included.then(|| {
            let started_at = self.call.started_at;
            let pool =
                PoolKey { plan: Plan::Conferencing, country: None, month: started_at.month() };
            (pool, conferencing_size(self.state, started_at), Reach::Domestic)
        });
        let capability = if self.pays_per_minute() {
            Capability::AudioConferencingPayPerMinute
        } else {
            Capability::Credits
        };
        let (pools, direction) = (pools.into_iter().collect(), Direction::Outbound);
        Ok(Funding::Paid(Paid { pools, credits, capability, direction, number }))
    }

    /// What may pay for a call of someone who may hold calling plans.
    fn outbound(&self, credits: Credits) -> Result<Funding, Error> {
        let Self { call, state, reference, .. } = self;
        let mut pools = Vec::new();
        for plan in self.calling_plans() {
            let of = self.number_called().unwrap_or(&Known::Withheld);
            if self.usage(Some(plan), of) != DestinationUse::Included {
                continue;
            }
            // No plan includes numbers of no country.
            let Some(reach) = self.reach()? else { continue };
            if reach == Reach::International && !reaches_abroad(plan) {
                continue;
            }
            let country = pool_country(self.country);
            let pool = PoolKey { plan, country: Some(country), month: call.started_at.month() };
            let size = pool_size(plan, country, state, reference.countries());
            pools.push((pool, size, reach));
        }
        // What is paid whole from minutes needs no number that can be read.
        let number = match call.reach {
            Some(_) => self.number_called().cloned().unwrap_or(Known::Withheld),
            None => self.called()?.clone(),
        };
        let (capability, direction) = (Capability::Credits, Direction::Outbound);
        Ok(Funding::Paid(Paid { pools, credits, capability, direction, number }))
    }

    fn usage(&self, plan: Option<Plan>, called: &Known) -> DestinationUse {
        self.reference.destinations().usage(self.country, plan, called).0
    }

    fn calling_plans(&self) -> impl Iterator<Item = Plan> + use<> {
        self.skus.that_give(Grant::CallingPlan).iter().filter_map(plan_of)
    }

    /// The prefix with which nobody can call, if all plans that could pay bar it; of a call that no plan
    /// could pay, if the rows do that name none.
    fn barred_by(&self, called: &Known) -> Option<Prefix> {
        let by = |plan| match self.reference.destinations().usage(self.country, plan, called) {
            (DestinationUse::Barred, prefix) => prefix,
            _ => None,
        };
        match self.call.kind {
            CallKind::UserOut
            | CallKind::UserOutConf
            | CallKind::UserOutTransfer
            | CallKind::UserOutForwarding
            | CallKind::UcapOut => {
                let mut plans = self.calling_plans();
                let prefix = by(plans.next())?;
                plans.all(|plan| by(Some(plan)).is_some()).then_some(prefix)
            }
            CallKind::ConfOut if self.skus.gives(Grant::AudioConferencing) => {
                by(Some(Plan::Conferencing))
            }
            _ => by(None),
        }
    }

    /// The country that is called; none if the number is one of no country, as those of satellites and
    /// of services without one are.
    fn country_called(&self) -> Result<Option<Country>, Error> {
        let called = self.called()?;
        match country_of(called, self.tariff) {
            // The digits that are missing may tell it.
            None if !matches!(called, Known::Whole(_)) => Err(unknown(self.call)),
            country => Ok(country),
        }
    }

    /// Whether the call leaves the country of the one who pays; none if that is called which has no
    /// country.
    fn reach(&self) -> Result<Option<Reach>, Error> {
        let call = self.call;
        if call.reach.is_some() {
            return Ok(call.reach);
        }
        let Some(to) = self.country_called()? else { return Ok(None) };
        let canada = self.state.rules().billing.canada_is_domestic;
        let at_home = |country: Country| match country {
            // They share their pools.
            Country::US | Country::PR => true,
            Country::CA => canada,
            _ => false,
        };
        let domestic = self.country == to || (at_home(self.country) && at_home(to));
        Ok(Some(if domestic { Reach::Domestic } else { Reach::International }))
    }

    /// Refuses a call that may not go where it goes: nobody can call there, or the policy of the
    /// user does not let it.
    pub(super) fn check_destination(&self, account: &Account) -> Result<(), Error> {
        let call = self.call;
        if call.kind.is_outbound()
            && let Some(number) = self.number_called()
            && let Some(prefix) = self.barred_by(number)
        {
            let country = self.country;
            let called = shown(call);
            return Err(billing::Error::DestinationBarred { called, prefix, country }.into());
        }
        let Some(user) = call.user else {
            return Ok(());
        };
        let dial_out = account.policy(user).dial_out;
        let allowed = match call.kind {
            CallKind::ConfOut => self.conference_may_call(dial_out)?,
            CallKind::UserOut
            | CallKind::UserOutConf
            | CallKind::UserOutTransfer
            | CallKind::UserOutForwarding
            | CallKind::DirectRoutingOut
            | CallKind::DirectRoutingOutUserConf
            | CallKind::DirectRoutingOutUserForwarding
            | CallKind::DirectRoutingOutUserTransfer => match dial_out.user {
                UserDialOut::International => true,
                UserDialOut::Domestic => self.reach()? == Some(Reach::Domestic),
                _ => false,
            },
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let (user, policy, called) = (user.clone(), dial_out.identity(), shown(call));
        Err(billing::Error::DialOutRefused { user, policy, called }.into())
    }

    /// Whether the call came to a toll-free number: as the organization owns it, else as the numbering
    /// plan has it, because it may have been given up since.
    fn is_toll_free(&self) -> Result<bool, Error> {
        let Known::Whole(number) = *self.called()? else { return Err(unknown(self.call)) };
        Ok(match self.state.inventory().number(number) {
            Some(owned) => owned.shelf.kind == NumberKind::ServiceTollFree,
            None => number::parse(&number.to_string(), None)
                .is_ok_and(|parsed| parsed.line == LineType::TollFree),
        })
    }

    fn number_called(&self) -> Option<&Known> {
        self.called.get_or_init(|| self.call.number_called()).as_ref()
    }

    /// The number called, if there is one.
    fn called(&self) -> Result<&Known, Error> {
        let known = self.number_called().filter(|number| **number != Known::Withheld);
        known.ok_or_else(|| unknown(self.call))
    }

    fn conference_may_call(&self, dial_out: DialOut) -> Result<bool, Error> {
        Ok(match dial_out.conference {
            ConferenceDialOut::International => true,
            ConferenceDialOut::Domestic => self.reach()? == Some(Reach::Domestic),
            ConferenceDialOut::ZoneA => self.country_called()?.is_some_and(is_zone_a),
            _ => false,
        })
    }
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
pub(crate) fn pool_country(country: Country) -> Country {
    if country == Country::PR { Country::US } else { country }
}

/// Whether a pool of the plan can have minutes for calls abroad, by what [`pool_size`] adds up.
fn reaches_abroad(plan: Plan) -> bool {
    plan == Plan::DomesticAndInternational
}

/// The minutes of all users with the plan in the country, as licences stand.
fn pool_size(plan: Plan, country: Country, state: &State, countries: &country::Table) -> PoolSize {
    let mut size = PoolSize::default();
    for (sku, of, users) in state.licensing().held() {
        if pool_country(of) != country || plan_of(sku) != Some(plan) {
            continue;
        }
        let row = || countries.get(of);
        let (domestic, international) = match plan {
            Plan::Domestic120 => (Some(120), None),
            Plan::Domestic240 => (Some(240), None),
            Plan::Domestic => (
                row().and_then(|row| {
                    row.domestic_minutes.last().copied().or(row.combined_domestic_minutes)
                }),
                None,
            ),
            Plan::DomesticAndInternational => row().map_or((None, None), |row| {
                (row.combined_domestic_minutes, row.combined_international_minutes)
            }),
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

/// What the pool that pays for a call that began at `started_at` includes, as licences stand.
pub(crate) fn size_of_pool(
    pool: PoolKey,
    started_at: Timestamp,
    state: &State,
    countries: &country::Table,
) -> PoolSize {
    match pool.country {
        Some(country) => pool_size(pool.plan, country, state, countries),
        None => conferencing_size(state, started_at),
    }
}

/// The minutes of dial-out from conferences, by the instant of the call.
fn conferencing_size(state: &State, at: Timestamp) -> PoolSize {
    let entitled = Entitlement::of(Basis::of(state.licensing()), state.rules(), at);
    let minutes = u32::try_from(entitled.conference_minutes.total).unwrap_or(u32::MAX);
    PoolSize { domestic: Duration::from_minutes(minutes), international: Duration::ZERO }
}

/// The number called as a refusal shows it.
#[cold]
fn shown(call: CallFacts<'_>) -> String {
    call.called.unwrap_or_default().chars().take(64).collect()
}

#[cold]
fn unknown(call: CallFacts<'_>) -> Error {
    billing::Error::DestinationUnknown { called: shown(call) }.into()
}

/// The country of a number: as its numbering plan has it, else as the price list says.
fn country_of(called: &Known, tariff: Option<&Tariff>) -> Option<Country> {
    let of_plan = match called {
        Known::Whole(number) => number::country_of(*number),
        Known::Masked(digits) => number::country_of_leading(digits),
        Known::Withheld => None,
    };
    // Numbers that no plan knows, or of which too little is known.
    of_plan.or_else(|| tariff?.rate_of(Direction::Outbound, called).ok()?.country)
}
