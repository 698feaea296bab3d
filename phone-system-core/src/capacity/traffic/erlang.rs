//! Erlang's two formulas, and what follows from the second.

use super::series::{Series, UNIT};
use super::{Error, Needed, Real, lasting, servers, traffic_of, waiting};

/// Erlang B: the probability that a call finds all lines busy and is gone.
///
/// With `A` erlang and `N` lines it is (Aᴺ/N!) / Σₖ₌₀ᴺ (Aᵏ/k!).
///
/// ```
/// use phone_system_core::capacity::traffic::erlang_b;
/// let blocking = erlang_b(8.108, 15)?; // what tables print for 15 lines at 1 %
/// assert_eq!(format!("{blocking:.6}"), "0.010000");
/// assert_eq!(erlang_b(-1.0, 15).unwrap_err().to_string(), "`traffic` cannot be -1; allowed: 0 and more, and finite");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `traffic` is negative, infinite or no number, or `lines` is 0.
/// * `capacity.too_many_lines` if `lines` is above [`MAXIMUM_LINES`](super::MAXIMUM_LINES).
pub fn erlang_b(traffic: f64, lines: u32) -> Result<f64, Error> {
    let (traffic, lines) = (traffic_of("traffic", traffic)?, servers("lines", lines)?);
    Ok(Series::erlang(traffic, lines).blocking())
}

/// Agents who can serve what is offered to them.
pub(super) struct Queue {
    series: Series,
    agents: f64,
    /// Agents less traffic.
    spare: f64,
    /// The mean number of idle agents if calls did not wait but were gone: N − A(1 − B).
    idle: f64,
}

impl Queue {
    pub(super) fn new(traffic: f64, agents: u32) -> Result<Self, Error> {
        let (offered, count) = (traffic_of("traffic", traffic)?, servers("agents", agents)?);
        let agents = f64::from(count);
        if offered >= agents {
            let (traffic, needed) = (Real(offered), Needed::above(offered));
            return Err(Error::AgentsOverloaded { traffic, agents: count, needed });
        }
        let series = Series::erlang(offered, count);
        let spare = agents - offered;
        let idle = spare + offered * series.blocking();
        Ok(Self { series, agents, spare, idle })
    }

    /// C times `factor`; C = N·B / (N − A(1 − B)).
    fn waiting(&self, factor: f64) -> f64 {
        // The product is divided last: where B has lost its digits, C may have all of them.
        UNIT * (self.agents / self.idle) * factor / self.series.total()
    }

    /// 1 − C, which is (N − A)(1 − B) / (N − A(1 − B)).
    fn at_once(&self) -> f64 {
        self.spare * self.series.passing() / self.idle
    }

    /// The share answered within a time, in multiples of the mean time of a call.
    fn answered(&self, within: f64) -> f64 {
        // Those who do not wait, and those who wait but not that long: a sum, so that a small share
        // has its digits too.
        (self.at_once() + self.waiting(-libm::expm1(-self.spare * within))).min(1.0)
    }

    /// Whether at least so much is answered within a time. Near 1 the digits are in what is not.
    pub(super) fn answers_at_least(&self, wanted: f64, within: f64) -> bool {
        if wanted <= 0.5 {
            self.answered(within) >= wanted
        } else {
            self.waiting(libm::exp(-self.spare * within)) <= 1.0 - wanted
        }
    }
}

/// Erlang C: the probability that a call finds all agents busy and waits, for as long as it must.
///
/// ```
/// use phone_system_core::capacity::traffic::{Error, Needed, Real, erlang_c};
/// assert_eq!(format!("{:.6}", erlang_c(10.0, 14)?), "0.174132");
/// let refused = erlang_c(10.0, 10).unwrap_err();
/// assert_eq!(refused, Error::AgentsOverloaded { traffic: Real(10.0), agents: 10, needed: Needed(Some(11)) });
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `traffic` is negative, infinite or no number, or `agents` is 0.
/// * `capacity.too_many_lines` if `agents` is above [`MAXIMUM_LINES`](super::MAXIMUM_LINES).
/// * `capacity.overloaded` if `traffic` is not below `agents`.
pub fn erlang_c(traffic: f64, agents: u32) -> Result<f64, Error> {
    Ok(Queue::new(traffic, agents)?.waiting(1.0).min(1.0))
}

/// The share of calls that an agent answers within `target_seconds`, if one call keeps an agent busy
/// for `handle_seconds` in the mean, talk and work after it.
///
/// It is 1 − C·exp(−(N − A)·t/h); the lengths of calls are taken to be distributed exponentially. A
/// target of 0 asks for those who do not wait.
///
/// ```
/// use phone_system_core::capacity::traffic::service_level;
/// // 100 calls in half an hour, of three minutes each, answered within 20 seconds.
/// let level = service_level(10.0, 14, 180.0, 20.0)?;
/// assert_eq!(format!("{level:.4}"), "0.8884");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// As [`erlang_c`], and `capacity.out_of_range` if `handle_seconds` is not more than 0, one of the
/// times is negative or no number, or above [`MAXIMUM_SECONDS`](super::MAXIMUM_SECONDS).
pub fn service_level(
    traffic: f64,
    agents: u32,
    handle_seconds: f64,
    target_seconds: f64,
) -> Result<f64, Error> {
    let handle = lasting("handle_seconds", handle_seconds)?;
    let target = waiting("target_seconds", target_seconds)?;
    Ok(Queue::new(traffic, agents)?.answered(target / handle))
}

/// The mean time in seconds until a call is answered, those that do not wait among them.
///
/// It is C·h/(N − A). Calls that do wait, wait h/(N − A) in the mean.
///
/// ```
/// use phone_system_core::capacity::traffic::speed_of_answer;
/// let seconds = speed_of_answer(10.0, 14, 180.0)?;
/// assert_eq!(format!("{seconds:.4}"), "7.8359");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// As [`service_level`].
pub fn speed_of_answer(traffic: f64, agents: u32, handle_seconds: f64) -> Result<f64, Error> {
    let handle = lasting("handle_seconds", handle_seconds)?;
    let queue = Queue::new(traffic, agents)?;
    Ok(queue.waiting(handle / queue.spare))
}
