//! Engset's formula: blocking where callers are few.

use super::series::Series;
use super::{Error, out_of_range, servers, traffic_of};

/// Engset: the probability that a call of one of `sources` finds all lines busy and is gone (call
/// congestion).
///
/// A source that is not in a call offers `idle_source_traffic` erlang: the rate at which it begins
/// calls times their mean length. It is known at once, other than the traffic of a source over
/// all of its time, which depends on what is blocked. With β for it, S sources and N lines the
/// probability is C(S−1, N)·βᴺ / Σₖ₌₀ᴺ C(S−1, k)·βᵏ: the caller sees the lines as the others leave
/// them. The share of time in which all lines are busy (time congestion) is the same of one source
/// more.
///
/// As many lines as sources block nothing: the answer is 0.
///
/// ```
/// use phone_system_core::capacity::traffic::{engset, erlang_b};
/// let few = engset(0.1, 5, 20)?;
/// assert_eq!(format!("{few:.6}"), "0.019116");
/// assert_eq!(engset(0.1, 20, 20)?, 0.0);
/// // Many sources that offer little each are as good as endlessly many.
/// let many = engset(2e-9, 5, 1_000_000_000)?;
/// assert_eq!(format!("{many:.6}"), format!("{:.6}", erlang_b(2.0, 5)?));
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `idle_source_traffic` is negative, infinite or no number, or `lines`
///   or `sources` is 0.
/// * `capacity.too_many_lines` if `lines` is above [`MAXIMUM_LINES`](super::MAXIMUM_LINES).
pub fn engset(idle_source_traffic: f64, lines: u32, sources: u32) -> Result<f64, Error> {
    let traffic = traffic_of("idle_source_traffic", idle_source_traffic)?;
    let lines = servers("lines", lines)?;
    let sources = some_sources(sources)?;
    Ok(if sources <= lines { 0.0 } else { series(traffic, lines, sources).blocking() })
}

/// Lines as a call of one of more sources than there are lines finds them.
pub(super) fn series(traffic: f64, lines: u32, sources: u32) -> Series {
    // With all lines busy so many of the other sources are in no call; with j lines idle, j more.
    let others = f64::from(sources) - f64::from(lines);
    Series::new(lines, |idle| (others + idle) * traffic)
}

/// Sources: at least one.
pub(super) fn some_sources(sources: u32) -> Result<u32, Error> {
    if sources == 0 { Err(out_of_range("sources", 0.0, "1 and more")) } else { Ok(sources) }
}
