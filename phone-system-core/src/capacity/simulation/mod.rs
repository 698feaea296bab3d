//! Simulation: a day of calls on an organization's numbers, drawn from a seed, against the gate that
//! live calls meet.
//!
//! Callers call at random, as often as each hour says; a call that is admitted takes a place on a
//! [`Gate`](super::Gate) for as long as it lasts, by a permit as any other; one that is refused is
//! gone, or is tried again. So limits, shared limits and refusals are not imitated: they are those of
//! live calls.
//!
//! # What is drawn
//!
//! * **Arrivals** are a Poisson process whose rate is constant within each hour.
//! * **Lengths** are exponential, or all the same. Without retries that makes no difference for
//!   blocking (Erlang B holds for lengths of any distribution), and a test says so.
//! * **Retries**: of the callers who are refused a share calls again, after a time of exponential
//!   distribution, so many times at most; a call keeps its length.
//! * **Days** are independent of each other. Each begins before midnight, with the rates of the hours
//!   of the evening: for ten mean calls and ten mean waits until a retry, but at least an hour, and at
//!   most a day. So its first hour finds as many calls as any other; what happens before it is not
//!   counted.
//!
//! Chance comes from `ChaCha8`: the seed is its key, and each number has streams of its own for each
//! day. The same seed gives the same answer on every machine, to the byte, and a number more or less
//! changes nothing of when others are called, or for how long. Time is in whole microseconds.
//!
//! # How sure it is
//!
//! Blocking is refused tries by all tries, over all days. Calls of one day are not independent: while
//! a number is full, one after the other is refused. So the standard error is taken from how days
//! differ, which are independent, and the interval of 95 % from Student's distribution with one degree
//! of freedom less than there are days. It takes two days, and better ten or more: for rare refusals
//! the interval of few days is too short as often as no day had many.
//!
//! # What Erlang B says to it
//!
//! Each hour has beside it what [`erlang_b`](super::traffic::erlang_b) says for its traffic and the
//! number's own limit; with retries [`erlang_b_recall`](super::traffic::erlang_b_recall). The formulas
//! know neither shared limits nor the hour before: where traffic changes much from hour to hour, an
//! hour begins with as many calls as the last one had, and the more so the longer calls last. And the
//! second takes retries for calls at any time; who calls again soon finds the number full more often
//! than it says, and who gives up after some tries does so less often.

#![allow(
    clippy::float_arithmetic,
    reason = "chance is drawn, and probabilities are told: neither is money"
)]

mod asked;
mod chance;
mod day;
mod sums;
mod table;
mod told;

use std::fmt;
use std::ops::ControlFlow;

use super::CapacityClass;
use crate::error::refusals;
use crate::number::PhoneNumber;
use crate::time::Duration;
use day::{Day, Progress};
use sums::Collected;

pub use asked::{Lengths, OfferedCalls, Retries, SharedLimit, Simulate};
pub use told::{
    Interval, Probability, SharedHour, Simulated, SimulatedCalls, SimulatedHour, SimulatedLimit,
    SimulatedNumber,
};

/// Microseconds in an hour.
const HOUR: i64 = 3_600_000_000;

/// Hours in a day.
const HOURS: usize = 24;

/// The most days of one simulation.
pub const MAXIMUM_DAYS: u32 = 5_000;

/// The most numbers of one simulation.
pub const MAXIMUM_NUMBERS: u32 = 10_000;

/// The most tries that may be expected of one simulation, all days together.
pub const MAXIMUM_TRIES: u64 = 50_000_000;

/// The most calls at once that may be expected, those among them that wait to be tried again.
pub const MAXIMUM_AT_ONCE: u64 = 1_000_000;

refusals! {
    /// Why nothing is simulated.
    pub enum Error {
        NothingToSimulate = CapacityNothingToSimulate {}
            => "at least one number must be named, with the calls that it is offered",
        NamedTwice = CapacityNamedTwice { figure: &'static str, name: String }
            => "{name} is named twice among `{figure}`",
        OutOfRange = CapacityOutOfRange { figure: &'static str, value: String, allowed: &'static str }
            => "`{figure}` cannot be {value}; allowed: {allowed}",
        TooManyLines = CapacityTooManyLines { figure: &'static str, value: u32, maximum: u32 }
            => "`{figure}` is {value}, and {maximum} are the most that are reckoned with",
        TooLarge = CapacitySimulationTooLarge { figure: &'static str, expected: u64, maximum: u64 }
            => "{expected} {figure} are to be expected, and {maximum} are the most of one simulation; name fewer days or numbers",
        Stopped = CapacitySimulationStopped { done: u64, total: u64 }
            => "the simulation was stopped after {done} of {total} hours",
    }
}

/// The class of a number and how many calls it carries at once.
pub type Carries<'a> = &'a dyn Fn(PhoneNumber) -> (CapacityClass, u32);

/// Simulates a day of calls, as many times as is asked.
///
/// `carries` tells what each number is. `progress` is told how many hours of how many are simulated,
/// those before midnight among them, at least once each hour, and stops the simulation by breaking.
/// It takes a fifth to half of a microsecond for each call, and memory for the numbers and for the calls in
/// progress.
///
/// # Errors
///
/// * `capacity.nothing_to_simulate` if no number is named, `capacity.named_twice` if one, or a scope,
///   is named twice.
/// * `capacity.out_of_range` if a figure is outside what its documentation says,
///   `capacity.too_many_lines` if a limit is.
/// * `capacity.simulation_too_large` if more is to be expected than the `MAXIMUM_` of this module.
/// * `capacity.simulation_stopped` if `progress` breaks.
pub fn simulate(
    asked: &Simulate,
    carries: Carries<'_>,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Simulated, Error> {
    let world = asked.check(carries)?;
    let hours_of_day = world.warm_up.saturating_add(24).unsigned_abs();
    let total = hours_of_day.saturating_mul(asked.days.into());
    let mut progress = Progress { done: 0, total, tell: progress, events: 0 };
    let mut sums = Collected::new(&world);
    let mut seen = Day::new(&world);
    for day in 0..asked.days {
        if day::simulate(&world, day, &mut seen, &mut progress).is_break() {
            return Err(Error::Stopped { done: progress.done, total });
        }
        sums.add(&world, &seen);
    }
    let mut simulated = sums.tell(&world, asked.days);
    simulated.csv = asked.csv.then(|| simulated.to_csv());
    Ok(simulated)
}

fn out_of_range(figure: &'static str, value: impl fmt::Display, allowed: &'static str) -> Error {
    Error::OutOfRange { figure, value: value.to_string(), allowed }
}

/// Microseconds as a number of 64 bits, and back.
fn real_micros(micros: i64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a day has fewer than 2^53")]
    let real = micros as f64;
    real
}

/// The next whole number below, at most 2^63 − 1.
fn whole_micros(micros: f64) -> i64 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the cast takes what is too large as the most"
    )]
    let whole = micros as i64;
    whole
}

fn hours_of(duration: Duration) -> f64 {
    real_micros(duration.micros()) / real_micros(HOUR)
}
