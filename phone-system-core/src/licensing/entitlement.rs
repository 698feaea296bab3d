//! How many numbers licences entitle to, with the working shown.
//!
//! Source: "How many telephone numbers can you get" (the same table in 2018 and 2023). What it
//! leaves open is decided here, and said: the fraction of `licences × 1.1` is cut; without a
//! calling-plan licence there are no 10 on top; zero licences entitle to no service number; a
//! product that grants both Phone System and Audio Conferencing counts once, so that no more is
//! promised than either reading allows.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{Grant, State};
use crate::number::NumberKind;
use crate::rules::Rules;
use crate::time::Timestamp;

/// How many licences there are of each sort that matters, by seats bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Basis {
    /// Domestic, and Domestic and International, calling plans.
    pub calling_plan: u32,
    /// Pay-as-you-go calling plans.
    pub pay_as_you_go: u32,
    /// Licences that grant Phone System.
    pub phone_system: u32,
    /// Licences that grant Audio Conferencing.
    pub audio_conferencing: u32,
    /// Licences that grant Phone System or Audio Conferencing, each counted once.
    pub phone_system_or_audio_conferencing: u32,
    /// Licences of Audio Conferencing with dial-out to USA/CAN.
    pub audio_conferencing_basic: u32,
}

/// What the licences entitle to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entitlement {
    /// The licences that it is reckoned from.
    pub basis: Basis,
    /// User numbers.
    pub user: UserNumbers,
    /// Toll service numbers.
    pub service_toll: ServiceNumbers,
    /// Toll-free service numbers; Communications Credits have to be set up before they are used.
    pub service_toll_free: ServiceNumbers,
    /// Licences for resource accounts.
    pub resource_accounts: ResourceAccounts,
    /// Minutes of dial-out from conferences.
    pub conference_minutes: ConferenceMinutes,
}

/// `licences × factor`, cut to a whole number, `+ extra`, `+ pay_as_you_go`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UserNumbers {
    /// Calling-plan licences.
    pub licenses: u32,
    /// The factor of the rules, 1.1.
    pub factor: Decimal,
    /// Their exact product, such as 34.1.
    pub product: Decimal,
    /// The product without its fraction.
    pub whole: u64,
    /// The 10 on top; 0 if there is no calling-plan licence.
    pub extra: u32,
    /// One for each pay-as-you-go licence.
    pub pay_as_you_go: u32,
    /// The sum.
    pub total: u64,
}

/// The numbers of a tier of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceNumbers {
    /// Licences that grant Phone System or Audio Conferencing.
    pub licenses: u32,
    /// The tier in which they lie; none for no licences.
    pub tier: Option<Tier>,
    /// One on top for the free conferencing variant, however many licences of it; toll only.
    pub extra: u32,
    /// The sum.
    pub total: u64,
}

/// A row of the table of service numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tier {
    /// From so many licences.
    pub from: u32,
    /// To so many; none for the last row.
    pub to: Option<u32>,
    /// So many toll, and as many toll-free numbers.
    pub numbers: u32,
}

/// Resource-account licences at no price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResourceAccounts {
    /// Phone System licences.
    pub licenses: u32,
    /// For the organization.
    pub base: u32,
    /// One for every ten Phone System licences.
    pub for_licenses: u32,
    /// The sum.
    pub total: u64,
}

/// Dial-out from conferences, Zone A only, a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConferenceMinutes {
    /// Audio Conferencing licences, bought, not assigned; pay-per-minute ones give none.
    pub licenses: u32,
    /// Minutes for each: 60, and 900 before 1 December 2019.
    pub minutes_each: u32,
    /// The product.
    pub total: u64,
}

const fn tier(from: u32, to: u32, numbers: u32) -> Tier {
    Tier { from, to: Some(to), numbers }
}

/// Service numbers by licences: toll and toll-free each.
pub const TIERS: [Tier; 18] = [
    tier(1, 25, 5),
    tier(26, 49, 10),
    tier(50, 99, 20),
    tier(100, 149, 30),
    tier(150, 199, 40),
    tier(200, 499, 65),
    tier(500, 749, 90),
    tier(750, 999, 110),
    tier(1_000, 1_249, 125),
    tier(1_250, 1_499, 135),
    tier(1_500, 1_999, 160),
    tier(2_000, 2_999, 210),
    tier(3_000, 6_999, 420),
    tier(7_000, 9_999, 500),
    tier(10_000, 14_999, 600),
    tier(15_000, 19_999, 700),
    tier(20_000, 49_999, 1_000),
    Tier { from: 50_000, to: None, numbers: 1_500 },
];

/// 2019-12-01T00:00:00Z, when the complimentary period of conference dial-out ended.
const COMPLIMENTARY_PERIOD_ENDS: i64 = 1_575_158_400_000_000;

impl Basis {
    /// The licences that an organization has bought.
    pub fn of(state: &State) -> Self {
        let bought =
            |grants: &[Grant]| u32::try_from(state.bought_with(grants)).unwrap_or(u32::MAX);
        Self {
            calling_plan: bought(&[Grant::CallingPlan]),
            pay_as_you_go: bought(&[Grant::CallingPlanPayAsYouGo]),
            phone_system: bought(&[Grant::PhoneSystem]),
            audio_conferencing: bought(&[Grant::AudioConferencing]),
            phone_system_or_audio_conferencing: bought(&[
                Grant::PhoneSystem,
                Grant::AudioConferencing,
            ]),
            audio_conferencing_basic: bought(&[Grant::AudioConferencingBasic]),
        }
    }
}

impl Entitlement {
    /// What `basis` entitles to under `rules` at `at`.
    ///
    /// ```
    /// use phone_system_core::licensing::{Basis, Entitlement};
    /// use phone_system_core::rules::{Generation, Rules};
    /// let basis = Basis { calling_plan: 30, pay_as_you_go: 20, ..Basis::default() };
    /// let entitlement = Entitlement::of(basis, &Rules::of(Generation::G2018), "2018-04-01T09:00:00Z".parse()?);
    /// assert_eq!(entitlement.user.total, 63);
    /// # Ok::<(), phone_system_core::time::ParseError>(())
    /// ```
    pub fn of(basis: Basis, rules: &Rules, at: Timestamp) -> Self {
        let licenses = basis.phone_system_or_audio_conferencing;
        let resource_accounts = {
            let rules = &rules.licensing;
            let licenses = basis.phone_system;
            let base = rules.resource_account_base;
            let for_licenses = licenses.checked_div(rules.resource_account_per).unwrap_or(0);
            let total = u64::from(base).saturating_add(u64::from(for_licenses));
            ResourceAccounts { licenses, base, for_licenses, total }
        };
        let conference_minutes = {
            let licenses = basis.audio_conferencing;
            let minutes_each = if at.micros() < COMPLIMENTARY_PERIOD_ENDS {
                rules.billing.conference_minutes_until_2019
            } else {
                rules.billing.conference_minutes
            };
            let total = u64::from(licenses).saturating_mul(u64::from(minutes_each));
            ConferenceMinutes { licenses, minutes_each, total }
        };
        Self {
            basis,
            user: user_numbers(basis, rules),
            service_toll: service_numbers(licenses, u32::from(basis.audio_conferencing_basic > 0)),
            service_toll_free: service_numbers(licenses, 0),
            resource_accounts,
            conference_minutes,
        }
    }

    /// How many numbers of a kind.
    pub fn total(&self, kind: NumberKind) -> u64 {
        match kind {
            NumberKind::User => self.user.total,
            NumberKind::ServiceToll => self.service_toll.total,
            NumberKind::ServiceTollFree => self.service_toll_free.total,
        }
    }
}

fn user_numbers(basis: Basis, rules: &Rules) -> UserNumbers {
    let licenses = basis.calling_plan;
    let factor = rules.licensing.user_number_factor;
    // At most 2^32 × 100, far within what a decimal holds.
    let product = factor.checked_mul(licenses.into()).unwrap_or(Decimal::MAX).normalize();
    let whole =
        product.round_dp_with_strategy(0, RoundingStrategy::ToZero).to_u64().unwrap_or(u64::MAX);
    let extra = if licenses == 0 { 0 } else { rules.licensing.user_number_extra };
    let pay_as_you_go = basis.pay_as_you_go;
    let total = whole.saturating_add(extra.into()).saturating_add(pay_as_you_go.into());
    UserNumbers { licenses, factor, product, whole, extra, pay_as_you_go, total }
}

fn service_numbers(licenses: u32, extra: u32) -> ServiceNumbers {
    let tier = TIERS.iter().rev().find(|tier| tier.from <= licenses).copied();
    let numbers = tier.map_or(0, |tier| tier.numbers);
    let total = u64::from(numbers).saturating_add(extra.into());
    ServiceNumbers { licenses, tier, extra, total }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Generation;

    fn entitled(basis: Basis) -> Entitlement {
        Entitlement::of(
            basis,
            &Rules::of(Generation::G2021),
            "2021-03-01T00:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn user_numbers_are_as_published() {
        // (calling plans, pay as you go, numbers); the first four published, the rest our edges.
        for (calling_plan, pay_as_you_go, numbers) in [
            (50, 0, 65),
            (100, 0, 120),
            (30, 20, 63),
            (10_000, 0, 11_010),
            (0, 0, 0),
            (0, 7, 7),
            (1, 0, 11),
            (31, 0, 44),
            (39, 0, 52),
        ] {
            let basis = Basis { calling_plan, pay_as_you_go, ..Basis::default() };
            assert_eq!(entitled(basis).user.total, numbers, "{calling_plan} + {pay_as_you_go}");
        }
        assert_eq!(
            entitled(Basis { calling_plan: 31, ..Basis::default() }).user.product.to_string(),
            "34.1"
        );
        assert_eq!(
            entitled(Basis { calling_plan: u32::MAX, pay_as_you_go: u32::MAX, ..Basis::default() })
                .user
                .total,
            9_019_431_329
        );
    }

    #[test]
    fn the_tiers_have_neither_gap_nor_overlap() {
        for pair in TIERS.windows(2) {
            assert_eq!(pair[0].to.unwrap() + 1, pair[1].from);
            assert!(pair[0].numbers < pair[1].numbers);
        }
        for (licenses, numbers) in [
            (0, 0),
            (1, 5),
            (25, 5),
            (26, 10),
            (49, 10),
            (50, 20),
            (51, 20),
            (1_001, 125),
            (49_999, 1_000),
            (50_000, 1_500),
            (u32::MAX, 1_500),
        ] {
            let basis = Basis { phone_system_or_audio_conferencing: licenses, ..Basis::default() };
            assert_eq!(entitled(basis).service_toll_free.total, numbers, "{licenses}");
        }
    }

    #[test]
    fn the_free_conferencing_variant_gives_one_toll_number_however_many() {
        for (audio_conferencing_basic, toll) in [(0, 5), (1, 6), (500, 6)] {
            let basis = Basis {
                phone_system_or_audio_conferencing: 10,
                audio_conferencing_basic,
                ..Basis::default()
            };
            let entitled = entitled(basis);
            assert_eq!((entitled.service_toll.total, entitled.service_toll_free.total), (toll, 5));
        }
    }

    #[test]
    fn resource_accounts_and_conference_minutes_are_as_published() {
        let basis = Basis { phone_system: 600, audio_conferencing: 115, ..Basis::default() };
        assert_eq!(entitled(basis).resource_accounts.total, 85);
        assert_eq!(entitled(basis).conference_minutes.total, 6_900);
        let rules = Rules::of(Generation::G2018);
        for (at, minutes) in
            [("2019-11-30T23:59:59.999999Z", 103_500), ("2019-12-01T00:00:00Z", 6_900)]
        {
            let entitled = Entitlement::of(basis, &rules, at.parse().unwrap());
            assert_eq!(entitled.conference_minutes.total, minutes, "{at}");
            assert_eq!(entitled.resource_accounts.total, 0);
        }
    }
}
