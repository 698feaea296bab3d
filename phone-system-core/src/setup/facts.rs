//! What the steps are judged by, gathered from the domains in one pass.

use std::collections::BTreeMap;

use super::{Steps, Wish};
use crate::inventory::{Status, Target, TargetSort};
use crate::licensing::{Basis, Entitlement, Grant, Sku, SkuSet, missing_for_calls};
use crate::number::NumberKind;
use crate::organization::{Error, View};
use crate::porting::{Plan, PlannedOrder};
use crate::text::Country;
use crate::voice::{Have, Service};

/// Users of one usage location.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct UsersOf {
    /// All.
    pub(super) users: u32,
    /// Those with a calling plan of any sort.
    pub(super) with_calling_plan: u32,
    /// Those with Phone System and no calling plan.
    pub(super) without_calling_plan: u32,
    /// Those who can lead meetings that can be dialed into.
    pub(super) organizers: u32,
    /// Those who could call if they had a number.
    pub(super) without_number: u32,
    /// Those who hold a number.
    pub(super) with_number: u32,
    /// Those with a Communications Credits licence.
    pub(super) with_credits_license: u32,
}

/// Numbers of one kind.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NumbersOf {
    /// All that are owned.
    pub(super) owned: u32,
    /// Those that serve nothing and are not blocked.
    pub(super) unassigned: u32,
}

/// What the steps are judged by.
pub(super) struct Facts<'a> {
    wanted: &'a [Wish],
    /// By usage location.
    pub(super) countries: BTreeMap<Country, UsersOf>,
    /// By kind and country.
    numbers: BTreeMap<(NumberKind, Country), NumbersOf>,
    /// How the lists of numbers to port are cut.
    pub(super) planned: Vec<PlannedOrder>,
    /// Users who could be told their number and were not.
    pub(super) untold: u32,
    pub(super) entitlement: Entitlement,
    pub(super) have: Have,
    /// Numbers that serve the conferencing bridge.
    on_bridge: u32,
}

fn add(count: &mut u32, one: bool) {
    *count = count.saturating_add(u32::from(one));
}

impl<'a> Facts<'a> {
    pub(super) fn gather(view: &View, asked: &'a Steps) -> Result<Self, Error> {
        let organization = &view.organization;
        let (licensing, inventory) = (organization.licensing(), organization.inventory());
        let entitlement = Entitlement::of(Basis::of(licensing), organization.rules(), view.at);
        let planned = Plan { lists: asked.port_lists.clone() }.answer(organization.rules())?;
        let mut facts = Self {
            wanted: &asked.wanted,
            countries: BTreeMap::new(),
            numbers: BTreeMap::new(),
            planned,
            untold: 0,
            entitlement,
            have: Have::default(),
            on_bridge: 0,
        };
        for (user, known) in licensing.users() {
            let number = inventory.held_by(&Target::User(user.clone()));
            facts.add_user(known.usage_location, known.skus, number.is_some());
        }
        for (_, owned) in inventory.numbers() {
            let numbers = facts.numbers.entry((owned.shelf.kind, owned.shelf.country)).or_default();
            add(&mut numbers.owned, true);
            add(&mut numbers.unassigned, owned.status == Status::Unassigned);
            let serves = match &owned.status {
                Status::Assigned(target) => Some(target.sort()),
                _ => None,
            };
            let told = owned.told_at.is_some();
            add(&mut facts.untold, serves == Some(TargetSort::User) && !told);
            add(&mut facts.on_bridge, serves == Some(TargetSort::ConferenceBridge));
        }
        let seats = licensing.bought_with(&[Grant::ResourceAccount]);
        facts.have.resource_account_licenses = u32::try_from(seats).unwrap_or(u32::MAX);
        facts.have.toll_numbers = facts.of_kind(NumberKind::ServiceToll).owned;
        facts.have.toll_free_numbers = facts.of_kind(NumberKind::ServiceTollFree).owned;
        facts.have.shared_bridge_number = facts.countries.keys().any(|country| {
            let row = view.reference.countries().get(*country);
            row.and_then(|row| row.shared_conference_numbers) == Some(crate::country::Offered::Yes)
        });
        Ok(facts)
    }

    fn add_user(&mut self, country: Country, skus: SkuSet, has_number: bool) {
        let users = self.countries.entry(country).or_default();
        let plan = skus.gives_one_of(&[Grant::CallingPlan, Grant::CallingPlanPayAsYouGo]);
        let phone_system = skus.gives(Grant::PhoneSystem);
        let organizes = skus.gives_one_of(&[
            Grant::AudioConferencing,
            Grant::AudioConferencingPayPerMinute,
            Grant::AudioConferencingBasic,
        ]);
        let can_call = missing_for_calls(skus).is_none();
        add(&mut users.users, true);
        add(&mut users.with_calling_plan, plan);
        add(&mut users.without_calling_plan, phone_system && !plan);
        add(&mut users.organizers, organizes);
        add(&mut users.without_number, can_call && !has_number);
        add(&mut users.with_number, has_number);
        let credits = skus.gives(Grant::CommunicationsCredits);
        add(&mut users.with_credits_license, credits);
        let enterprise = skus.contains(Sku::E5)
            || skus.contains(Sku::E5WithoutConferencing)
            || (skus.contains(Sku::E3) && phone_system);
        add(&mut self.have.organizers, organizes);
        add(&mut self.have.enterprise_users, enterprise);
        add(&mut self.have.phone_system_users, phone_system);
    }

    pub(super) fn wants(&self, wish: Wish) -> bool {
        self.wanted.contains(&wish)
    }

    /// Numbers of a kind, of all countries.
    pub(super) fn of_kind(&self, kind: NumberKind) -> NumbersOf {
        let of_kind = self.numbers.iter().filter(|((known, _), _)| *known == kind);
        of_kind.fold(NumbersOf::default(), |sum, (_, numbers)| NumbersOf {
            owned: sum.owned.saturating_add(numbers.owned),
            unassigned: sum.unassigned.saturating_add(numbers.unassigned),
        })
    }

    /// Numbers of a kind and a country.
    pub(super) fn of(&self, kind: NumberKind, country: Country) -> NumbersOf {
        self.numbers.get(&(kind, country)).copied().unwrap_or_default()
    }

    /// How many numbers are known to serve a service.
    pub(super) fn serving(&self, service: Service) -> u32 {
        if service == Service::BridgeNumbers { self.on_bridge } else { 0 }
    }

    /// The sum of a figure over all countries.
    pub(super) fn sum(&self, figure: impl Fn(&UsersOf) -> u32) -> u32 {
        self.countries.values().fold(0, |sum, users| sum.saturating_add(figure(users)))
    }

    /// How many numbers of a kind are in planned orders.
    pub(super) fn planned_of(&self, kind: NumberKind) -> u64 {
        self.planned_where(|order| order.kind == kind)
    }

    /// How many numbers are in the planned orders of which `fits` holds.
    pub(super) fn planned_where(&self, fits: impl Fn(&PlannedOrder) -> bool) -> u64 {
        let orders = self.planned.iter().filter(|order| fits(order));
        orders.fold(0, |sum, order| sum.saturating_add(order.count))
    }
}
