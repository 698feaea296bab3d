//! What a simulation tells.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::table;
use crate::capacity::records::Erlangs;
use crate::capacity::{CapacityClass, Limits, Scope};
use crate::number::PhoneNumber;
use crate::text::as_text;

/// A probability, to a billionth; its one text form has nine digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(u32);

impl Probability {
    const BILLION: u32 = 1_000_000_000;

    /// So many billionths, at most a billion of them.
    pub const fn from_billionths(billionths: u32) -> Option<Self> {
        if billionths > Self::BILLION { None } else { Some(Self(billionths)) }
    }

    /// The whole number of billionths.
    pub const fn billionths(self) -> u32 {
        self.0
    }

    /// As formulas tell it: the nearest number.
    pub fn real(self) -> f64 {
        f64::from(self.0) / f64::from(Self::BILLION)
    }

    /// So many of all; a half is rounded up. None of none.
    pub(super) fn of(some: u64, all: u64) -> Option<Self> {
        let doubled = u128::from(some).saturating_mul(2 * u128::from(Self::BILLION));
        let rounded = doubled
            .saturating_add(all.into())
            .checked_div(u128::from(all).saturating_mul(2))?
            .min(Self::BILLION.into());
        Some(Self(u32::try_from(rounded).unwrap_or(Self::BILLION)))
    }

    /// The one that is nearest to a number, of those that there are.
    pub(super) fn near(real: f64) -> Self {
        let billionths = (real * f64::from(Self::BILLION)).round();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast takes what is below 0, and NaN, as 0"
        )]
        let whole = billionths.min(f64::from(Self::BILLION)) as u32;
        Self(whole)
    }
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09}", self.0 / Self::BILLION, self.0 % Self::BILLION)
    }
}

impl FromStr for Probability {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (whole, fraction) = text.split_once('.')?;
            let digits = fraction.len() == 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
            let whole = match whole {
                "0" => 0,
                "1" => Self::BILLION,
                _ => return None,
            };
            let fraction: u32 = fraction.parse().ok().filter(|_| digits)?;
            Self::from_billionths(fraction.checked_add(whole)?)
        };
        read().ok_or("a probability has nine digits after the point, such as 0.010000000")
    }
}

as_text! {
    Probability: "probability", "A probability, with nine digits after the point.";
}

/// Where the true value is with a probability of 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Interval {
    /// From here.
    pub from: Probability,
    /// To here.
    pub to: Probability,
}

impl Interval {
    pub(super) fn around(middle: Probability, reach: Probability) -> Self {
        let to = middle.0.saturating_add(reach.0).min(Probability::BILLION);
        Self { from: Probability(middle.0.saturating_sub(reach.0)), to: Probability(to) }
    }
}

/// What happened to calls, over all days.
///
/// Tries are those that were admitted and those that were refused, and as many as there were first
/// tries and tries made again: `offered + again = admitted + refused`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SimulatedCalls {
    /// Calls that were tried for the first time.
    pub offered: u64,
    /// Tries of calls that had been refused before.
    pub again: u64,
    /// Tries that were admitted.
    pub admitted: u64,
    /// Tries that were refused.
    pub refused: u64,
    /// How many of those a shared limit refused, not the number's own.
    pub refused_shared: u64,
    /// Tries that were refused and that nobody made again.
    pub given_up: u64,
    /// The traffic carried, in the mean of the days.
    pub carried: Erlangs,
    /// The most calls at once, on any day.
    pub peak: u32,
    /// The share of tries that were refused; none if there were none.
    pub blocking: Option<Probability>,
    /// The standard error of `blocking`, from how days differ; none if they do not, or it is one day.
    pub standard_error: Option<Probability>,
    /// Where the true value of `blocking` is with a probability of 95 %.
    pub interval: Option<Interval>,
}

/// An hour of a number's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SimulatedHour {
    /// The hour of the day with which it begins, 0 to 23.
    pub hour: u32,
    /// The traffic of first tries, by what was asked: calls times their mean length.
    pub traffic: Erlangs,
    /// What happened.
    #[serde(flatten)]
    pub calls: SimulatedCalls,
    /// What `blocking` would be by Erlang B, with that traffic all the time and the number's own limit
    /// alone; by extended Erlang B if callers call again. None if such traffic has no end.
    pub formula: Option<Probability>,
}

/// A number's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SimulatedNumber {
    /// The number.
    pub number: PhoneNumber,
    /// Its class.
    pub class: CapacityClass,
    /// How many calls it carried at once.
    pub limit: u32,
    /// Its whole day.
    pub day: SimulatedCalls,
    /// Its hours.
    pub hours: Vec<SimulatedHour>,
}

/// An hour of a shared limit's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedHour {
    /// The hour of the day with which it begins, 0 to 23.
    pub hour: u32,
    /// Tries that it refused, over all days.
    pub refused: u64,
    /// The traffic carried by its numbers, in the mean of the days.
    pub carried: Erlangs,
    /// The most calls at once, on any day.
    pub peak: u32,
}

/// A shared limit's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SimulatedLimit {
    /// What has the limit.
    pub scope: Scope,
    /// How many calls it carried at once.
    pub limits: Limits,
    /// Its hours.
    pub hours: Vec<SharedHour>,
}

/// What a day of calls was like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Simulated {
    /// How many days were simulated.
    pub days: u32,
    /// All numbers together.
    pub day: SimulatedCalls,
    /// Each number, in ascending order.
    pub numbers: Vec<SimulatedNumber>,
    /// The shared limits, in ascending order.
    pub limits: Vec<SimulatedLimit>,
    /// The table as comma-separated values, if it was asked for: a row for each number and hour, one for
    /// each number's day, and one for all.
    pub csv: Option<String>,
}

impl Simulated {
    /// The table as comma-separated values with a header: a row for each number and hour, one for each
    /// number's day (its hour is `all`), and one for the day of all numbers.
    pub fn to_csv(&self) -> String {
        table::csv(self)
    }
}
