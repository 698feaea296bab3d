//! The minutes that plans include: pools per plan type and country, by calendar month.

use serde::{Deserialize, Serialize};

use crate::text::{Country, words};
use crate::time::{Duration, Month};

words! {
    /// What includes minutes.
    pub enum Plan {
        /// Domestic Calling Plan.
        Domestic = "domestic",
        /// Domestic Calling Plan of 120 minutes.
        Domestic120 = "domestic_120",
        /// Domestic Calling Plan of 240 minutes.
        Domestic240 = "domestic_240",
        /// Domestic and International Calling Plan.
        DomesticAndInternational = "domestic_and_international",
        /// Dial-out from conferences, of Audio Conferencing; one pool for all countries.
        Conferencing = "conferencing",
    }
    /// Whether a call stays within the country of the one who pays.
    pub enum Reach {
        /// It does.
        Domestic = "domestic",
        /// It does not.
        International = "international",
    }
    /// How much of a pool administrators know to be used.
    #[derive(Default)]
    pub enum Told {
        /// Less than 80 %.
        #[default]
        Nothing = "nothing",
        /// 80 % or more.
        Low = "low",
        /// All of it.
        Used = "used",
    }
}

/// The pool of the minutes of a month: those of all users with the same plan in the same country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolKey {
    /// The plan.
    pub plan: Plan,
    /// The usage location of the licences; none for conferencing.
    pub country: Option<Country>,
    /// The month, of UTC; a call belongs to the one in which it began.
    pub month: Month,
}

/// What a pool includes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolSize {
    /// Domestic calls; of conferencing, calls to Zone A.
    pub domestic: Duration,
    /// International calls.
    pub international: Duration,
}

/// What was used of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Used {
    /// Domestic calls.
    pub domestic: Duration,
    /// International calls.
    pub international: Duration,
    /// What was told of it already.
    #[serde(default)]
    pub told: Told,
}

/// The part of a call that a pool paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Included {
    /// The pool.
    pub pool: PoolKey,
    /// Which of its allowances.
    pub reach: Reach,
    /// How long.
    pub duration: Duration,
    /// What the pool included then.
    #[serde(default)]
    pub size: PoolSize,
}

/// How much of the minutes is used when administrators are told ("Audio Conferencing subscription
/// dial-out", which has it for conferencing; the same for the plans is ours).
const LOW_PERCENT: i64 = 80;

impl Used {
    /// What there is to tell once `after` is used: most or all of the size as it is now, if that was not
    /// reached before, or was not told because the size was larger then. So the levels of a pool that
    /// has grown are told again.
    pub(super) fn news(self, after: Self, size: PoolSize) -> Option<Told> {
        let now = after.level(size);
        (now > self.told.min(self.level(size))).then_some(now)
    }

    /// How much of a size is used: whichever allowance is used more ends both.
    fn level(self, size: PoolSize) -> Told {
        let part = |used: Duration, size: Duration| {
            let (used, size) = (i128::from(used.micros()), i128::from(size.micros()));
            let reached = |percent: i64| {
                size > 0 && used.saturating_mul(100) >= size.saturating_mul(i128::from(percent))
            };
            match (reached(100), reached(LOW_PERCENT)) {
                (true, _) => Told::Used,
                (_, true) => Told::Low,
                _ => Told::Nothing,
            }
        };
        part(self.domestic, size.domestic).max(part(self.international, size.international))
    }

    /// What two parts use together; `None` if that is out of range.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        Some(Self {
            domestic: self.domestic.checked_add(other.domestic)?,
            international: self.international.checked_add(other.international)?,
            told: self.told,
        })
    }

    /// What is left if a part is given back; `None` if there is less.
    pub(super) fn without(mut self, reach: Reach, duration: Duration) -> Option<Self> {
        let used = self.of(reach);
        let left = used.micros().checked_sub(duration.micros())?;
        *used = Duration::from_micros(left)?;
        Some(self)
    }

    fn of(&mut self, reach: Reach) -> &mut Duration {
        match reach {
            Reach::Domestic => &mut self.domestic,
            Reach::International => &mut self.international,
        }
    }

    /// What is left for calls of one reach.
    ///
    /// The two allowances are not added up: whichever is used up first ends both.
    pub fn left_of(self, size: PoolSize, reach: Reach) -> Duration {
        let domestic = size.domestic.saturating_sub(self.domestic);
        let international = size.international.saturating_sub(self.international);
        let ended = |allowance: Duration, left: Duration| {
            allowance > Duration::ZERO && left == Duration::ZERO
        };
        if ended(size.domestic, domestic) || ended(size.international, international) {
            return Duration::ZERO;
        }
        match reach {
            Reach::Domestic => domestic,
            Reach::International => international,
        }
    }

    /// With a call more; `None` if that is out of range.
    pub(super) fn with(mut self, reach: Reach, duration: Duration) -> Option<Self> {
        let used = self.of(reach);
        *used = used.checked_add(duration)?;
        Some(self)
    }
}

/// Whether a country is in Zone A, which dial-out from conferences includes ("Audio Conferencing
/// zones", February 2024).
pub fn is_zone_a(country: Country) -> bool {
    const ZONE_A: [&str; 44] = [
        "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CN", "CZ", "DE", "DK", "EE", "ES", "FI", "FR",
        "GB", "GR", "HK", "HR", "HU", "IE", "IN", "IT", "JP", "KR", "LU", "MX", "MY", "NL", "NO",
        "NZ", "PL", "PR", "PT", "RO", "RU", "SE", "SG", "SI", "SK", "TH", "TW", "US", "ZA",
    ];
    ZONE_A.binary_search(&country.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whichever_allowance_ends_first_ends_both() {
        let minutes = Duration::from_minutes;
        let size = PoolSize { domestic: minutes(3_000), international: minutes(600) };
        let used = |domestic, international| Used {
            domestic: minutes(domestic),
            international: minutes(international),
            told: Told::Nothing,
        };
        assert_eq!(used(2_999, 0).left_of(size, Reach::Domestic), minutes(1));
        assert_eq!(used(2_999, 599).left_of(size, Reach::International), minutes(1));
        assert_eq!(used(0, 600).left_of(size, Reach::Domestic), minutes(0));
        assert_eq!(used(3_000, 0).left_of(size, Reach::International), minutes(0));
        let domestic = PoolSize { domestic: minutes(120), international: minutes(0) };
        assert_eq!(used(0, 0).left_of(domestic, Reach::International), minutes(0));
        assert_eq!(used(119, 0).left_of(domestic, Reach::Domestic), minutes(1));
    }

    #[test]
    fn the_levels_of_a_pool_are_told_again_after_it_has_grown() {
        let minutes = Duration::from_minutes;
        let size = |domestic| PoolSize { domestic: minutes(domestic), ..PoolSize::default() };
        let used = |domestic, told| Used { domestic: minutes(domestic), told, ..Used::default() };
        for (before, told, after, of, news) in [
            (0, Told::Nothing, 95, 120, None),
            (0, Told::Nothing, 96, 120, Some(Told::Low)),
            (96, Told::Low, 119, 120, None),
            (96, Told::Low, 120, 120, Some(Told::Used)),
            (0, Told::Nothing, 120, 120, Some(Told::Used)),
            (120, Told::Used, 121, 120, None),
            // It has grown.
            (120, Told::Used, 191, 240, None),
            (120, Told::Used, 192, 240, Some(Told::Low)),
            (192, Told::Low, 240, 240, Some(Told::Used)),
            (120, Told::Low, 240, 240, Some(Told::Used)),
            // It has become smaller, and nobody was told.
            (100, Told::Nothing, 101, 120, Some(Told::Low)),
            (200, Told::Low, 201, 120, Some(Told::Used)),
        ] {
            let told_now = used(before, told).news(used(after, told), size(of));
            assert_eq!(told_now, news, "from {before} ({told}) to {after} of {of}");
        }
    }

    #[test]
    fn zone_a_is_in_order() {
        let among = |code: &str| is_zone_a(code.parse().unwrap());
        assert!(["AT", "US", "ZA", "GB"].into_iter().all(among));
        assert!(!["AE", "ZW", "IS", "LT"].into_iter().any(among));
    }
}
