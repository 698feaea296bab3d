//! What is asked of a simulation, and the bounds of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::day::{Again, Number, World};
use super::{
    Carries, Error, HOUR, HOURS, MAXIMUM_AT_ONCE, MAXIMUM_DAYS, MAXIMUM_NUMBERS, MAXIMUM_TRIES,
    hours_of, out_of_range, whole_micros,
};
use crate::capacity::traffic::MAXIMUM_LINES;
use crate::capacity::{Limits, Scope, Way};
use crate::number::PhoneNumber;
use crate::seed::Seed;
use crate::text::words;
use crate::time::Duration;

words! {
    /// How long calls last.
    pub enum Lengths {
        /// Exponentially distributed: most are short, some are long.
        Exponential = "exponential",
        /// All as long as the mean.
        Constant = "constant",
    }
}

/// A number, and the calls that it is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OfferedCalls {
    /// The number.
    pub number: PhoneNumber,
    /// How many calls are to be expected in each hour of the day: 24 figures, the first for the hour
    /// that begins at midnight.
    pub arrivals: Vec<Decimal>,
    /// How many calls it carries at once, 0 to 1,000,000, in place of what its class does.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Which way the calls go, for shared limits that tell ways apart.
    #[serde(default = "inbound")]
    pub way: Way,
    /// What else its calls are counted for, if that has limits.
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

fn inbound() -> Way {
    Way::Inbound
}

/// Callers who were refused, and call again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// The share of them who do, each time: 0 to 1.
    pub share: Decimal,
    /// How much later, in the mean: one second to 24 hours.
    pub after: Duration,
    /// How many times at most, 1 to 100.
    #[serde(default = "ten")]
    pub most: u32,
}

fn ten() -> u32 {
    10
}

/// A limit that numbers share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SharedLimit {
    /// What has the limit.
    pub scope: Scope,
    /// How many calls it carries at once.
    pub limits: Limits,
}

/// What a day of calls would be like: how many find their number full, hour by hour, and what Erlang B
/// says to it.
///
/// Calls are drawn from a seed and meet the limits that live calls meet. The same seed gives the same
/// answer.
///
/// ```
/// use phone_system_core::capacity::CapacityClass;
/// use phone_system_core::capacity::simulation::{Lengths, OfferedCalls, Simulate, simulate};
/// use phone_system_core::capacity::Way;
/// use phone_system_core::Duration;
/// use std::ops::ControlFlow;
///
/// let number = OfferedCalls {
///     number: "+14255550100".parse()?,
///     arrivals: vec![60.into(); 24], // with calls of three minutes: 3 erlang
///     limit: None,
///     way: Way::Inbound,
///     scopes: Vec::new(),
/// };
/// let asked = Simulate {
///     numbers: vec![number],
///     duration: Duration::from_minutes(3),
///     lengths: Lengths::Exponential,
///     retries: None,
///     limits: Vec::new(),
///     days: 30,
///     seed: Default::default(),
///     csv: false,
/// };
/// let four = |_| (CapacityClass::Few, 4);
/// let simulated = simulate(&asked, &four, &mut |_, _| ControlFlow::Continue(()))?;
/// let day = &simulated.numbers[0].day;
/// assert_eq!(simulated.numbers[0].hours[0].formula.unwrap().to_string(), "0.206106870");
/// let interval = day.interval.unwrap();
/// assert!(interval.from.real() < 0.2061 && 0.2061 < interval.to.real());
/// assert_eq!(day.peak, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Simulate {
    /// The numbers, 1 to 10,000, each once.
    pub numbers: Vec<OfferedCalls>,
    /// How long a call lasts, in the mean: one second to 24 hours.
    pub duration: Duration,
    /// How lengths are distributed.
    #[serde(default = "exponential")]
    pub lengths: Lengths,
    /// Callers who call again; if not given, those who are refused are gone.
    #[serde(default)]
    pub retries: Option<Retries>,
    /// The limits that numbers share, each scope once.
    #[serde(default)]
    pub limits: Vec<SharedLimit>,
    /// How many days are simulated, each for itself: 1 to 5,000.
    #[serde(default = "ten")]
    pub days: u32,
    /// What chance is drawn from; always the same if not given.
    #[serde(default)]
    pub seed: Seed,
    /// Whether the answer has the table as comma-separated values too.
    #[serde(default)]
    pub csv: bool,
}

fn exponential() -> Lengths {
    Lengths::Exponential
}

/// A decimal as the nearest number of 64 bits, as any text is read.
fn real(decimal: Decimal) -> f64 {
    decimal.to_string().parse().unwrap_or(f64::NAN)
}

/// How long something lasts in the mean.
fn lasting(figure: &'static str, value: Duration) -> Result<Duration, Error> {
    if (Duration::from_seconds(1)..=Duration::from_hours(24)).contains(&value) {
        return Ok(value);
    }
    Err(out_of_range(figure, value, "PT1S to PT24H"))
}

impl Simulate {
    /// Brings what is asked into order.
    pub(super) fn check(&self, carries: Carries<'_>) -> Result<World, Error> {
        if self.numbers.is_empty() {
            return Err(Error::NothingToSimulate {});
        }
        let count = u64::try_from(self.numbers.len()).unwrap_or(u64::MAX);
        too_large("numbers", real_count(count), MAXIMUM_NUMBERS.into())?;
        if !(1..=MAXIMUM_DAYS).contains(&self.days) {
            return Err(out_of_range("days", self.days, "1 to 5000"));
        }
        let duration = lasting("duration", self.duration)?;
        let again = self.retries.as_ref().map(Retries::check).transpose()?;
        let mut limits: Vec<_> =
            self.limits.iter().map(|limit| (limit.scope.clone(), limit.limits)).collect();
        limits.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let twice = limits.windows(2).find_map(|two| match two {
            [(one, _), (other, _)] if one == other => Some(one.to_string()),
            _ => None,
        });
        if let Some(name) = twice {
            return Err(Error::NamedTwice { figure: "limits", name });
        }
        let places: BTreeMap<&Scope, usize> =
            limits.iter().map(|(scope, _)| scope).zip(0..).collect();
        let mut numbers = BTreeMap::new();
        for offered in &self.numbers {
            let number = offered.check(carries, &places)?;
            if numbers.insert(offered.number, number).is_some() {
                let name = offered.number.to_string();
                return Err(Error::NamedTwice { figure: "numbers", name });
            }
        }
        let after = again.map_or(0, |again| again.after.micros());
        let warm_up = duration.micros().saturating_add(after).saturating_mul(10);
        let world = World {
            seed: self.seed,
            numbers: numbers.into_values().collect(),
            limits,
            duration,
            lengths: self.lengths,
            again,
            warm_up: warm_up.saturating_add(HOUR.saturating_sub(1)).div_euclid(HOUR).clamp(1, 24),
        };
        world.check(self.days)?;
        Ok(world)
    }
}

impl Retries {
    fn check(&self) -> Result<Again, Error> {
        if !(Decimal::ZERO..=Decimal::ONE).contains(&self.share) {
            return Err(out_of_range("share", self.share, "0 to 1"));
        }
        if !(1..=100).contains(&self.most) {
            return Err(out_of_range("most", self.most, "1 to 100"));
        }
        let after = lasting("after", self.after)?;
        Ok(Again { share: real(self.share), after, most: self.most })
    }
}

impl OfferedCalls {
    fn check(
        &self,
        carries: Carries<'_>,
        places: &BTreeMap<&Scope, usize>,
    ) -> Result<Number, Error> {
        if self.arrivals.len() != HOURS {
            let figures = self.arrivals.len();
            return Err(out_of_range("arrivals", format!("{figures} figures"), "24 figures"));
        }
        let allowed = Decimal::ZERO..=MAXIMUM_TRIES.into();
        if let Some(value) = self.arrivals.iter().find(|value| !allowed.contains(value)) {
            return Err(out_of_range("arrivals", value, "0 to 50000000"));
        }
        let (class, limit) = carries(self.number);
        let limit = self.limit.unwrap_or(limit);
        if limit > MAXIMUM_LINES {
            let (figure, value, maximum) = ("limit", limit, MAXIMUM_LINES);
            return Err(Error::TooManyLines { figure, value, maximum });
        }
        Ok(Number {
            named: self.number,
            way: self.way,
            class,
            limit,
            arrivals: self.arrivals.iter().map(|arrivals| real(*arrivals)).collect(),
            scopes: self.scopes.iter().filter_map(|scope| places.get(scope).copied()).collect(),
        })
    }
}

fn real_count(count: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "what is to be expected need not be exact")]
    let real = count as f64;
    real
}

fn too_large(figure: &'static str, expected: f64, maximum: u64) -> Result<(), Error> {
    if expected <= real_count(maximum) {
        return Ok(());
    }
    let rounded = whole_micros(expected.ceil()).unsigned_abs();
    Err(Error::TooLarge { figure, expected: rounded, maximum })
}

impl World {
    /// Refuses more than can be simulated in some minutes and some hundred megabytes.
    fn check(&self, days: u32) -> Result<(), Error> {
        let (mut tries, mut at_once) = (0.0, 0.0);
        // As if every try were refused: callers who call again do so, each time a share of them.
        let (mut each, mut waiting) = (1.0, 0.0);
        if let Some(again) = self.again {
            let mut share = 1.0;
            for _ in 0..again.most {
                share *= again.share;
                each += share;
            }
            waiting = (each - 1.0) * hours_of(again.after);
        }
        let evening = usize::try_from(self.warm_up).unwrap_or(HOURS);
        for number in &self.numbers {
            let before: f64 = number.arrivals.iter().rev().take(evening).sum();
            tries += (before + number.arrivals.iter().sum::<f64>()) * each;
            let most = number.arrivals.iter().copied().fold(0.0, f64::max);
            at_once +=
                (most * hours_of(self.duration)).min(f64::from(number.limit)) + most * waiting;
        }
        too_large("tries", tries * f64::from(days), MAXIMUM_TRIES)?;
        too_large("calls at once", at_once, MAXIMUM_AT_ONCE)
    }
}
