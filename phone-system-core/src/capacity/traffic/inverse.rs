//! The inverse problems: how many lines or agents, how much traffic.

use super::engset::{series, some_sources};
use super::erlang::Queue;
use super::series::Series;
use super::{
    Error, MAXIMUM_LINES, Real, erlang_b_recall, lasting, least_above, out_of_range, servers,
    share, speed_of_answer, traffic_of, waiting, wanted,
};

/// The last number from `low` to `high` for which something holds: it holds for `low`, and there is
/// one up to which it holds.
///
/// Numbers that are not negative are in the order of their bits, so that halving those ends after at
/// most 63 steps at two that have none between them.
pub(super) fn last(low: f64, high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    if holds(high) {
        return high;
    }
    let (mut holding, mut failing) = (low.to_bits(), high.to_bits());
    while failing.saturating_sub(holding) > 1 {
        let middle = holding.midpoint(failing);
        if holds(f64::from_bits(middle)) { holding = middle } else { failing = middle }
    }
    f64::from_bits(holding)
}

/// The first number from `from` on for which something holds; there is one from which on it does.
fn first(from: u32, holds: impl Fn(u32) -> bool) -> Option<u32> {
    let (mut below, mut candidate, mut step) = (from.checked_sub(1)?, from, 1_u32);
    while !holds(candidate) {
        if candidate >= MAXIMUM_LINES {
            return None;
        }
        below = candidate;
        candidate = candidate.saturating_add(step).min(MAXIMUM_LINES);
        step = step.saturating_mul(2);
    }
    while candidate.saturating_sub(below) > 1 {
        let middle = below.midpoint(candidate);
        if holds(middle) { candidate = middle } else { below = middle }
    }
    Some(candidate)
}

fn or_more(found: Option<u32>, traffic: f64) -> Result<u32, Error> {
    found.ok_or(Error::MoreNeeded { traffic: Real(traffic), maximum: MAXIMUM_LINES })
}

/// The fewest lines with which no more than `blocking` of the calls are blocked, by
/// [`erlang_b`](super::erlang_b); at least one.
///
/// ```
/// use phone_system_core::capacity::traffic::lines_for_erlang_b;
/// assert_eq!(lines_for_erlang_b(80.0, 0.01)?, 96);
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `traffic` is negative, infinite or no number, or `blocking` is not
///   between 0 and 1.
/// * `capacity.more_needed` if more than [`MAXIMUM_LINES`] would be needed.
pub fn lines_for_erlang_b(traffic: f64, blocking: f64) -> Result<u32, Error> {
    let (traffic, blocking) = (traffic_of("traffic", traffic)?, wanted("blocking", blocking)?);
    or_more(first(1, |lines| Series::erlang(traffic, lines).blocks_at_most(blocking)), traffic)
}

/// The fewest lines with which no more than `blocking` of the calls are blocked, by
/// [`erlang_b_recall`]; at least one.
///
/// ```
/// use phone_system_core::capacity::traffic::lines_for_erlang_b_recall;
/// assert_eq!(lines_for_erlang_b_recall(80.0, 0.7, 0.05)?, 88);
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// As [`lines_for_erlang_b`], and `capacity.out_of_range` if `recall` is not from 0 to 1.
pub fn lines_for_erlang_b_recall(traffic: f64, recall: f64, blocking: f64) -> Result<u32, Error> {
    let (traffic, recall) = (traffic_of("traffic", traffic)?, share("recall", recall)?);
    let blocking = wanted("blocking", blocking)?;
    let holds = |lines| erlang_b_recall(traffic, lines, recall).is_ok_and(|b| b <= blocking);
    or_more(first(1, holds), traffic)
}

/// The fewest lines with which no more than `blocking` of the calls are blocked, by [`engset`](super::engset()); at
/// least one.
///
/// ```
/// use phone_system_core::capacity::traffic::lines_for_engset;
/// assert_eq!(lines_for_engset(0.1, 20, 0.01)?, 6);
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `idle_source_traffic` is negative, infinite or no number, `sources`
///   is 0, or `blocking` is not between 0 and 1.
/// * `capacity.more_needed` if more than [`MAXIMUM_LINES`] would be needed.
pub fn lines_for_engset(
    idle_source_traffic: f64,
    sources: u32,
    blocking: f64,
) -> Result<u32, Error> {
    let traffic = traffic_of("idle_source_traffic", idle_source_traffic)?;
    let (sources, blocking) = (some_sources(sources)?, wanted("blocking", blocking)?);
    let holds =
        |lines| sources <= lines || series(traffic, lines, sources).blocks_at_most(blocking);
    or_more(first(1, holds), traffic)
}

/// The fewest agents who answer at least the share `service_level` of calls within `target_seconds`,
/// by [`service_level`](super::service_level).
///
/// With a target of 0 seconds it asks for those who do not wait at all.
///
/// ```
/// use phone_system_core::capacity::traffic::agents_for_service_level;
/// // 80 % within 20 seconds.
/// assert_eq!(agents_for_service_level(10.0, 180.0, 20.0, 0.8)?, 14);
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `traffic` is negative, infinite or no number, a time is none that
///   [`service_level`](super::service_level) takes, or `service_level` is not between 0 and 1.
/// * `capacity.more_needed` if more than [`MAXIMUM_LINES`] would be needed.
pub fn agents_for_service_level(
    traffic: f64,
    handle_seconds: f64,
    target_seconds: f64,
    service_level: f64,
) -> Result<u32, Error> {
    let traffic = traffic_of("traffic", traffic)?;
    let handle = lasting("handle_seconds", handle_seconds)?;
    let target = waiting("target_seconds", target_seconds)?;
    let level = wanted("service_level", service_level)?;
    let within = target / handle;
    let holds = |agents| {
        Queue::new(traffic, agents).is_ok_and(|queue| queue.answers_at_least(level, within))
    };
    or_more(least_above(traffic).and_then(|from| first(from, holds)), traffic)
}

/// The fewest agents with whom calls wait no longer than `answer_seconds` in the mean, by
/// [`speed_of_answer`].
///
/// ```
/// use phone_system_core::capacity::traffic::agents_for_speed_of_answer;
/// assert_eq!(agents_for_speed_of_answer(10.0, 180.0, 10.0)?, 14);
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `traffic` is negative, infinite or no number, or a time is not more
///   than 0 or above [`MAXIMUM_SECONDS`](super::MAXIMUM_SECONDS).
/// * `capacity.more_needed` if more than [`MAXIMUM_LINES`] would be needed.
pub fn agents_for_speed_of_answer(
    traffic: f64,
    handle_seconds: f64,
    answer_seconds: f64,
) -> Result<u32, Error> {
    let traffic = traffic_of("traffic", traffic)?;
    let handle = lasting("handle_seconds", handle_seconds)?;
    let answer = lasting("answer_seconds", answer_seconds)?;
    let holds = |agents| speed_of_answer(traffic, agents, handle).is_ok_and(|is| is <= answer);
    or_more(least_above(traffic).and_then(|from| first(from, holds)), traffic)
}

/// The most traffic of which no more than `blocking` is blocked, by [`erlang_b`](super::erlang_b).
///
/// ```
/// use phone_system_core::capacity::traffic::traffic_for_erlang_b;
/// assert_eq!(format!("{:.3}", traffic_for_erlang_b(15, 0.01)?), "8.108");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `lines` is 0, or `blocking` is not between 0 and 1.
/// * `capacity.too_many_lines` if `lines` is above [`MAXIMUM_LINES`].
pub fn traffic_for_erlang_b(lines: u32, blocking: f64) -> Result<f64, Error> {
    let (lines, blocking) = (servers("lines", lines)?, wanted("blocking", blocking)?);
    Ok(last(0.0, f64::MAX, |traffic| Series::erlang(traffic, lines).blocks_at_most(blocking)))
}

/// The most traffic of first attempts of which no more than `blocking` is blocked, by
/// [`erlang_b_recall`].
///
/// ```
/// use phone_system_core::capacity::traffic::traffic_for_erlang_b_recall;
/// assert_eq!(format!("{:.3}", traffic_for_erlang_b_recall(15, 0.7, 0.01)?), "8.051");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// As [`traffic_for_erlang_b`], and `capacity.out_of_range` if `recall` is not from 0 to 1.
pub fn traffic_for_erlang_b_recall(lines: u32, recall: f64, blocking: f64) -> Result<f64, Error> {
    let (lines, recall) = (servers("lines", lines)?, share("recall", recall)?);
    let blocking = wanted("blocking", blocking)?;
    // Of all attempts so much is not made again: 1 − r·B, without a difference of like figures.
    let first = (1.0 - recall) + recall * (1.0 - blocking);
    Ok(traffic_for_erlang_b(lines, blocking)? * first)
}

/// The most traffic of an idle source with which no more than `blocking` of the calls are blocked, by
/// [`engset`](super::engset()).
///
/// ```
/// use phone_system_core::capacity::traffic::traffic_for_engset;
/// assert_eq!(format!("{:.4}", traffic_for_engset(5, 20, 0.01)?), "0.0828");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `lines` is 0, `blocking` is not between 0 and 1, or there are not
///   more `sources` than `lines`: nothing is blocked then, whatever the traffic.
/// * `capacity.too_many_lines` if `lines` is above [`MAXIMUM_LINES`].
pub fn traffic_for_engset(lines: u32, sources: u32, blocking: f64) -> Result<f64, Error> {
    let (lines, blocking) = (servers("lines", lines)?, wanted("blocking", blocking)?);
    if sources <= lines {
        let allowed = "more than `lines`; as many lines as sources block nothing";
        return Err(out_of_range("sources", f64::from(sources), allowed));
    }
    Ok(last(0.0, f64::MAX, |traffic| series(traffic, lines, sources).blocks_at_most(blocking)))
}

/// The most traffic of which the agents answer at least the share `service_level` within
/// `target_seconds`, by [`service_level`](super::service_level).
///
/// ```
/// use phone_system_core::capacity::traffic::traffic_for_service_level;
/// let most = traffic_for_service_level(14, 180.0, 20.0, 0.8)?;
/// assert_eq!(format!("{most:.3}"), "10.868");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `agents` is 0, a time is none that
///   [`service_level`](super::service_level) takes, or `service_level` is not between 0 and 1.
/// * `capacity.too_many_lines` if `agents` is above [`MAXIMUM_LINES`].
pub fn traffic_for_service_level(
    agents: u32,
    handle_seconds: f64,
    target_seconds: f64,
    service_level: f64,
) -> Result<f64, Error> {
    let agents = servers("agents", agents)?;
    let handle = lasting("handle_seconds", handle_seconds)?;
    let target = waiting("target_seconds", target_seconds)?;
    let level = wanted("service_level", service_level)?;
    let within = target / handle;
    let holds = |traffic| {
        Queue::new(traffic, agents).is_ok_and(|queue| queue.answers_at_least(level, within))
    };
    Ok(last(0.0, f64::from(agents), holds))
}

/// The most traffic with which calls wait no longer than `answer_seconds` in the mean, by
/// [`speed_of_answer`].
///
/// ```
/// use phone_system_core::capacity::traffic::traffic_for_speed_of_answer;
/// let most = traffic_for_speed_of_answer(14, 180.0, 10.0)?;
/// assert_eq!(format!("{most:.3}"), "10.287");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `agents` is 0, or a time is not more than 0 or above
///   [`MAXIMUM_SECONDS`](super::MAXIMUM_SECONDS).
/// * `capacity.too_many_lines` if `agents` is above [`MAXIMUM_LINES`].
pub fn traffic_for_speed_of_answer(
    agents: u32,
    handle_seconds: f64,
    answer_seconds: f64,
) -> Result<f64, Error> {
    let agents = servers("agents", agents)?;
    let handle = lasting("handle_seconds", handle_seconds)?;
    let answer = lasting("answer_seconds", answer_seconds)?;
    let holds = |traffic| speed_of_answer(traffic, agents, handle).is_ok_and(|is| is <= answer);
    Ok(last(0.0, f64::from(agents), holds))
}
