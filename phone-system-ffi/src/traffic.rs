//! Traffic theory: lines, agents and how well they carry traffic.

use phone_system_core::capacity::traffic::{self, Error};

use crate::boundary::{Output, guard, refused};
use crate::status::phs_status;

/// Runs a formula and writes what it answers.
///
/// # Safety
///
/// `out` is NULL or may be written until the call returns.
unsafe fn tell<T>(out: *mut T, formula: impl FnOnce() -> Result<T, Error>) -> phs_status {
    guard(|| {
        // SAFETY: the caller's promise.
        let out = unsafe { Output::new("out", out) }?;
        out.set(formula().map_err(refused)?);
        Ok(())
    })
}

/// Erlang B: the probability that a call finds all lines busy and is gone.
///
/// `traffic` is in erlang. `out` receives the probability, on success only. Every function of
/// traffic has a relative error of at most 1e-12, for up to 1,000,000 lines or agents, and gives
/// the same bits on every machine.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, or `lines` is 0, or PHS_CAPACITY_TOO_MANY_LINES if there are
/// more than 1,000,000 lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_erlang_b(traffic: f64, lines: u32, out: *mut f64) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::erlang_b(traffic, lines)) }
}

/// Extended Erlang B: the probability that a call is blocked if the share `recall` of blocked calls
/// is made again, and again.
///
/// `traffic` is that of first attempts, in erlang; `recall` is from 0 to 1. `out` receives the
/// probability, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, `lines` is 0, or `recall` is not from 0 to 1,
/// PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines, or PHS_CAPACITY_OVERLOADED
/// if `recall` is 1 and `traffic` not below `lines`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_erlang_b_recall(
    traffic: f64,
    lines: u32,
    recall: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::erlang_b_recall(traffic, lines, recall)) }
}

/// Erlang C: the probability that a call finds all agents busy and waits, for as long as it must.
///
/// `traffic` is in erlang. `out` receives the probability, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, or `agents` is 0, PHS_CAPACITY_TOO_MANY_LINES if there are more
/// than 1,000,000 agents, or PHS_CAPACITY_OVERLOADED if `traffic` is not below `agents`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_erlang_c(traffic: f64, agents: u32, out: *mut f64) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::erlang_c(traffic, agents)) }
}

/// The share of calls that an agent answers within `target_seconds`, if one call keeps an agent
/// busy for `handle_seconds` in the mean.
///
/// `traffic` is in erlang. Times are more than 0 and at most 1e9 seconds; a target may be 0 and
/// asks for those who do not wait. `out` receives the share, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, `agents` is 0, or a time is out of range,
/// PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 agents, or PHS_CAPACITY_OVERLOADED
/// if `traffic` is not below `agents`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_service_level(
    traffic: f64,
    agents: u32,
    handle_seconds: f64,
    target_seconds: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::service_level(traffic, agents, handle_seconds, target_seconds)) }
}

/// The mean time until a call is answered, those that do not wait among them.
///
/// Arguments are those of phs_service_level(). `out` receives seconds, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, `agents` is 0, or `handle_seconds` is out of range,
/// PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 agents, or PHS_CAPACITY_OVERLOADED
/// if `traffic` is not below `agents`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_speed_of_answer(
    traffic: f64,
    agents: u32,
    handle_seconds: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::speed_of_answer(traffic, agents, handle_seconds)) }
}

/// Engset: the probability that a call of one of `sources` finds all lines busy and is gone (call
/// congestion).
///
/// `idle_source_traffic` is what a source that is not in a call offers, in erlang: the rate at
/// which it begins calls times their mean length. `out` receives the probability, on success only;
/// it is 0 if there are as many lines as sources.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if
/// `idle_source_traffic` is negative, infinite or no number, or `lines` or `sources` is 0, or
/// PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_engset(
    idle_source_traffic: f64,
    lines: u32,
    sources: u32,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::engset(idle_source_traffic, lines, sources)) }
}

/// The fewest lines with which no more than `blocking` of the calls are blocked, by phs_erlang_b();
/// at least one.
///
/// `out` receives the number, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, or `blocking` is not between 0 and 1, or
/// PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_lines_for_erlang_b(
    traffic: f64,
    blocking: f64,
    out: *mut u32,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::lines_for_erlang_b(traffic, blocking)) }
}

/// The fewest lines with which no more than `blocking` of the calls are blocked, by
/// phs_erlang_b_recall(); at least one.
///
/// `out` receives the number, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, `recall` is not from 0 to 1, or `blocking` is not between 0 and
/// 1, or PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_lines_for_erlang_b_recall(
    traffic: f64,
    recall: f64,
    blocking: f64,
    out: *mut u32,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::lines_for_erlang_b_recall(traffic, recall, blocking)) }
}

/// The fewest lines with which no more than `blocking` of the calls are blocked, by phs_engset();
/// at least one.
///
/// `out` receives the number, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if
/// `idle_source_traffic` is negative, infinite or no number, `sources` is 0, or `blocking` is not
/// between 0 and 1, or PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_lines_for_engset(
    idle_source_traffic: f64,
    sources: u32,
    blocking: f64,
    out: *mut u32,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::lines_for_engset(idle_source_traffic, sources, blocking)) }
}

/// The fewest agents who answer at least the share `service_level` of calls within
/// `target_seconds`, by phs_service_level().
///
/// `out` receives the number, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, a time is out of range, or `service_level` is not between 0 and
/// 1, or PHS_CAPACITY_MORE_NEEDED if more than 1,000,000 would be needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_agents_for_service_level(
    traffic: f64,
    handle_seconds: f64,
    target_seconds: f64,
    service_level: f64,
    out: *mut u32,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe {
        tell(out, || {
            traffic::agents_for_service_level(
                traffic,
                handle_seconds,
                target_seconds,
                service_level,
            )
        })
    }
}

/// The fewest agents with whom calls wait no longer than `answer_seconds` in the mean, by
/// phs_speed_of_answer().
///
/// `answer_seconds` is more than 0. `out` receives the number, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `traffic` is
/// negative, infinite or no number, or a time is out of range, or PHS_CAPACITY_MORE_NEEDED if more
/// than 1,000,000 would be needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_agents_for_speed_of_answer(
    traffic: f64,
    handle_seconds: f64,
    answer_seconds: f64,
    out: *mut u32,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe {
        tell(out, || traffic::agents_for_speed_of_answer(traffic, handle_seconds, answer_seconds))
    }
}

/// The most traffic of which no more than `blocking` is blocked, by phs_erlang_b().
///
/// `out` receives erlang, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `lines` is 0
/// or `blocking` is not between 0 and 1, or PHS_CAPACITY_TOO_MANY_LINES if there are more than
/// 1,000,000 lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_traffic_for_erlang_b(
    lines: u32,
    blocking: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::traffic_for_erlang_b(lines, blocking)) }
}

/// The most traffic of first attempts of which no more than `blocking` is blocked, by
/// phs_erlang_b_recall().
///
/// `out` receives erlang, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `lines` is 0,
/// `recall` is not from 0 to 1, or `blocking` is not between 0 and 1, or
/// PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_traffic_for_erlang_b_recall(
    lines: u32,
    recall: f64,
    blocking: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::traffic_for_erlang_b_recall(lines, recall, blocking)) }
}

/// The most traffic of an idle source with which no more than `blocking` of the calls are blocked,
/// by phs_engset().
///
/// `out` receives erlang, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `lines` is 0,
/// `sources` are not more than `lines`, so that nothing is blocked, or `blocking` is not between 0
/// and 1, or PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_traffic_for_engset(
    lines: u32,
    sources: u32,
    blocking: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe { tell(out, || traffic::traffic_for_engset(lines, sources, blocking)) }
}

/// The most traffic of which the agents answer at least the share `service_level` within
/// `target_seconds`, by phs_service_level().
///
/// `out` receives erlang, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `agents` is 0,
/// a time is out of range, or `service_level` is not between 0 and 1, or
/// PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000 agents.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_traffic_for_service_level(
    agents: u32,
    handle_seconds: f64,
    target_seconds: f64,
    service_level: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe {
        tell(out, || {
            traffic::traffic_for_service_level(
                agents,
                handle_seconds,
                target_seconds,
                service_level,
            )
        })
    }
}

/// The most traffic with which calls wait no longer than `answer_seconds` in the mean, by
/// phs_speed_of_answer().
///
/// `out` receives erlang, on success only.
///
/// Returns PHS_BOUNDARY_NULL_ARGUMENT if `out` is NULL, PHS_CAPACITY_OUT_OF_RANGE if `agents` is 0
/// or a time is out of range, or PHS_CAPACITY_TOO_MANY_LINES if there are more than 1,000,000
/// agents.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn phs_traffic_for_speed_of_answer(
    agents: u32,
    handle_seconds: f64,
    answer_seconds: f64,
    out: *mut f64,
) -> phs_status {
    // SAFETY: the pointer is NULL or as documented.
    unsafe {
        tell(out, || traffic::traffic_for_speed_of_answer(agents, handle_seconds, answer_seconds))
    }
}
