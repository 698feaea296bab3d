//! Extended Erlang B: callers who are blocked call again.

use super::inverse::last;
use super::series::Series;
use super::{Error, Needed, Real, servers, share, traffic_of};

/// Extended Erlang B: the probability that a call is blocked if the share `recall` of blocked calls
/// is made again, and again.
///
/// `traffic` is that of the first attempts, A₀. Attempts made again add to it: A = A₀ + r·A·B(A),
/// and the answer is B(A) at the root. With `recall` 0 that is [`erlang_b`](super::erlang_b); with 1
/// nobody gives up, so that the lines carry all of A₀ or, if that is not below their number, nothing
/// has an end.
///
/// ```
/// use phone_system_core::capacity::traffic::{erlang_b, erlang_b_recall};
/// let (once, again) = (erlang_b(10.0, 12)?, erlang_b_recall(10.0, 12, 0.7)?);
/// assert_eq!(format!("{once:.4} {again:.4}"), "0.1197 0.1744");
/// let refused = erlang_b_recall(12.0, 12, 1.0).unwrap_err();
/// assert_eq!(refused.to_string(), "12 lines cannot carry 12 erlang of callers who all call until they get through; 13 can");
/// # Ok::<(), phone_system_core::capacity::traffic::Error>(())
/// ```
///
/// # Errors
///
/// * `capacity.out_of_range` if `traffic` is negative, infinite or no number, `lines` is 0, or
///   `recall` is not from 0 to 1.
/// * `capacity.too_many_lines` if `lines` is above [`MAXIMUM_LINES`](super::MAXIMUM_LINES).
/// * `capacity.overloaded` if `recall` is 1 and `traffic` is not below `lines`.
pub fn erlang_b_recall(traffic: f64, lines: u32, recall: f64) -> Result<f64, Error> {
    let (first, count) = (traffic_of("traffic", traffic)?, servers("lines", lines)?);
    let recall = share("recall", recall)?;
    let lines = f64::from(count);
    if recall >= 1.0 && first >= lines {
        let (traffic, needed) = (Real(first), Needed::above(first));
        return Err(Error::LinesOverloaded { traffic, lines: count, needed });
    }
    let attempts = Attempts { first, lines: count, recall };
    let blocking = Series::erlang(first, count).blocking();
    if recall * blocking <= 0.0 {
        return Ok(blocking);
    }
    // No more than if every call were blocked; a little beyond it, for the rounding.
    let most = (first / (1.0 - recall) * (1.0 + 1e-9)).min(f64::MAX);
    let root = last(first, most, |traffic| attempts.excess(traffic).excess <= 0.0);
    Ok(attempts.blocking_near(root))
}

struct Attempts {
    first: f64,
    lines: u32,
    recall: f64,
}

/// What is found at some traffic.
struct Found {
    /// By how much the traffic is above what brings it about: A − A₀ − r·A·B.
    excess: f64,
    blocking: f64,
    idle: f64,
}

impl Attempts {
    fn excess(&self, traffic: f64) -> Found {
        let Self { first, lines, recall } = *self;
        let series = Series::erlang(traffic, lines);
        let (blocking, idle) = (series.blocking(), series.idle());
        let blocked = traffic * blocking;
        let (again, lost) = (recall * blocked, (1.0 - recall) * blocked);
        // Lines are busy with what is carried: A − A·B = N − idle. So the excess can be told by
        // either side, and is by the one whose summands are smaller: near full lines the other
        // one would be a difference of large figures.
        let excess = if idle + lost < again {
            (f64::from(lines) - first) - idle + lost
        } else {
            (traffic - first) - again
        };
        Found { excess, blocking, idle }
    }

    /// The blocking at the root, of which `traffic` is the last number below.
    ///
    /// Blocking changes by so many times more than traffic as lines are idle, thousands of times, so
    /// the digits of a number are too few to say where the root is. What is left is told by the
    /// slope of the excess, 1 − r·B·(1 + idle), and that of blocking, B·idle/A.
    fn blocking_near(&self, traffic: f64) -> f64 {
        let Found { excess, blocking, idle } = self.excess(traffic);
        let slope = 1.0 - self.recall * blocking * (1.0 + idle);
        if slope <= 0.0 {
            return blocking.min(1.0);
        }
        let bound = 4.0 * f64::EPSILON;
        let step = (excess / traffic / slope).clamp(-bound, bound);
        (blocking * (1.0 - idle * step)).min(1.0)
    }
}
