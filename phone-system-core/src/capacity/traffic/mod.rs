//! Traffic theory: how many lines or agents carry how much traffic, and how well.
//!
//! Traffic is measured in erlang: the mean of how many calls there would be at once if none were
//! turned away. Calls are taken to begin at random, independently of each other (or, for
//! [`engset`], from so many sources), which is what all of these models have in common.
//!
//! | model | calls that find no line | answer |
//! | --- | --- | --- |
//! | [`erlang_b`] | are gone | probability of being blocked |
//! | [`erlang_b_recall`] | of them a share calls again | probability of being blocked |
//! | [`erlang_c`] | wait, as long as they must | probability of waiting |
//! | [`service_level`] | the same | share answered within a time |
//! | [`speed_of_answer`] | the same | mean wait of all calls |
//! | [`engset`] | are gone, and there are few callers | probability of being blocked |
//!
//! The inverses have a rule for their names and arguments: what is sought, the model, and in place
//! of what is sought the answer that is wanted, last: [`lines_for_erlang_b`],
//! [`traffic_for_service_level`]. Lines and agents are the fewest that do, traffic is the most that
//! does.
//!
//! # Accuracy
//!
//! Every answer is within a relative error of 10⁻¹² of the exact one, for up to [`MAXIMUM_LINES`]
//! lines, wherever the answer is a normal number of 64 bits (2.2 × 10⁻³⁰⁸ and more). Below that it
//! has the digits that are left, and below 4.9 × 10⁻³²⁴ it is 0. `tests/oracles/traffic.csv` has the
//! exact values, from arithmetic of 60 digits and other formulas, and a test compares each.
//!
//! Results are the same on every machine, to the bit: beside the basic operations, which are
//! rounded exactly everywhere, there are only `exp` and `expm1` of the crate `libm`.
//!
//! # Overload
//!
//! Where agents have more to do than they ever can, the queue has no stationary state and there is
//! no probability to tell. That is the refusal `capacity.overloaded`, which tells how many agents
//! would be enough; no answer is ever above 1.
//!
//! # Sources
//!
//! A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in
//! automatic telephone exchanges" (1917), for blocking and waiting; T. O. Engset (1918) for few
//! sources; V. B. Iversen, "Teletraffic Engineering and Network Planning", for the recurrences and
//! the service level.

#![allow(
    clippy::float_arithmetic,
    reason = "probabilities are no money: they are inexact by nature, and their error is bounded here"
)]

mod engset;
mod erlang;
mod inverse;
mod recall;
mod series;

use std::fmt;

use crate::error::{AsFigure, Figure, figure_as_text, refusals};

pub use engset::engset;
pub use erlang::{erlang_b, erlang_c, service_level, speed_of_answer};
pub use inverse::{
    agents_for_service_level, agents_for_speed_of_answer, lines_for_engset, lines_for_erlang_b,
    lines_for_erlang_b_recall, traffic_for_engset, traffic_for_erlang_b,
    traffic_for_erlang_b_recall, traffic_for_service_level, traffic_for_speed_of_answer,
};
pub use recall::erlang_b_recall;

/// The most lines, or agents, that are reckoned with.
pub const MAXIMUM_LINES: u32 = 1_000_000;

/// The longest time in seconds that is reckoned with: some thirty years.
pub const MAXIMUM_SECONDS: f64 = 1e9;

refusals! {
    /// Why there is no answer.
    pub enum Error {
        AgentsOverloaded = CapacityOverloaded { traffic: Real, agents: u32, needed: Needed }
            => "{agents} agents cannot serve {traffic} erlang, so that the queue grows without end; {needed}",
        LinesOverloaded = CapacityOverloaded { traffic: Real, lines: u32, needed: Needed }
            => "{lines} lines cannot carry {traffic} erlang of callers who all call until they get through; {needed}",
        OutOfRange = CapacityOutOfRange { figure: &'static str, value: Real, allowed: &'static str }
            => "`{figure}` cannot be {value}; allowed: {allowed}",
        TooManyLines = CapacityTooManyLines { figure: &'static str, value: u32, maximum: u32 }
            => "`{figure}` is {value}, and {maximum} are the most that are reckoned with",
        MoreNeeded = CapacityMoreNeeded { traffic: Real, maximum: u32 }
            => "{traffic} erlang need more than {maximum} for what is wanted, which are the most that are reckoned with",
    }
}

/// A figure that need not be whole; its text is the shortest that is read back as the same.
#[derive(Clone, Copy, Debug)]
pub struct Real(pub f64);

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Real {}

impl fmt::Display for Real {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As a programmer's text it has an exponent where there would be hundreds of digits.
        let text = format!("{:?}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

figure_as_text!(Real);

/// How many lines or agents would be enough; none if more than [`MAXIMUM_LINES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed(pub Option<u32>);

impl Needed {
    /// The fewest that have more capacity than this traffic.
    fn above(traffic: f64) -> Self {
        Self(least_above(traffic))
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(needed) => write!(f, "{needed} can"),
            None => write!(f, "more than {MAXIMUM_LINES} would be needed"),
        }
    }
}

impl AsFigure for Needed {
    fn figure(&self) -> Figure {
        self.0.figure()
    }
}

/// The least whole number above `traffic`, if so many lines are reckoned with.
fn least_above(traffic: f64) -> Option<u32> {
    if traffic >= f64::from(MAXIMUM_LINES) {
        return None;
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is below a million, and the cast takes what is below 0, and NaN, as 0"
    )]
    let whole = traffic as u32;
    whole.checked_add(1)
}

fn out_of_range(figure: &'static str, value: f64, allowed: &'static str) -> Error {
    Error::OutOfRange { figure, value: Real(value), allowed }
}

/// Traffic: any finite number that is not negative.
fn traffic_of(figure: &'static str, value: f64) -> Result<f64, Error> {
    if value.is_finite() && value >= 0.0 {
        // Of the two zeros the plain one: the other has bits that sort elsewhere.
        return Ok(value + 0.0);
    }
    Err(out_of_range(figure, value, "0 and more, and finite"))
}

/// Lines or agents.
fn servers(figure: &'static str, value: u32) -> Result<u32, Error> {
    match value {
        0 => Err(out_of_range(figure, 0.0, "1 and more")),
        1..=MAXIMUM_LINES => Ok(value),
        _ => Err(Error::TooManyLines { figure, value, maximum: MAXIMUM_LINES }),
    }
}

/// A probability that something is to have: neither certain nor impossible.
fn wanted(figure: &'static str, value: f64) -> Result<f64, Error> {
    if value > 0.0 && value < 1.0 {
        return Ok(value);
    }
    Err(out_of_range(figure, value, "more than 0 and less than 1"))
}

/// A share, which may be nothing and all.
fn share(figure: &'static str, value: f64) -> Result<f64, Error> {
    if (0.0..=1.0).contains(&value) {
        return Ok(value + 0.0);
    }
    Err(out_of_range(figure, value, "0 to 1"))
}

/// How long something lasts.
fn lasting(figure: &'static str, value: f64) -> Result<f64, Error> {
    if value > 0.0 && value <= MAXIMUM_SECONDS {
        return Ok(value);
    }
    Err(out_of_range(figure, value, "more than 0 seconds, and at most 1000000000"))
}

/// How long someone waits at most.
fn waiting(figure: &'static str, value: f64) -> Result<f64, Error> {
    if (0.0..=MAXIMUM_SECONDS).contains(&value) {
        return Ok(value + 0.0);
    }
    Err(out_of_range(figure, value, "0 to 1000000000 seconds"))
}
