//! The one series on which all models stand.

/// 2⁻⁹⁰⁰: what the series begins with in place of 1, so that its sum passes 10⁵⁷⁹ before it
/// overflows, and a probability is 0 only where it is below everything that has a representation.
pub(super) const UNIT: f64 = f64::from_bits((1023 - 900) << 52);

/// 2⁻⁶⁰. What follows a term that is smaller, by this, than the sum adds less than 10⁻¹⁶ of it: terms
/// fall at least as fast as those of a Gaussian of the same width.
const NEGLIGIBLE: f64 = f64::from_bits((1023 - 60) << 52);

/// What is known of lines that are loaded: sums over how many of them are idle, from none on.
///
/// The term of `j` idle lines is the probability of `j` in multiples of that of 0, so that 1/B is the
/// sum. All terms are positive and nothing is subtracted: the error of a sum is no more than that of
/// its terms, and a probability and its complement are both told to their last digits.
///
/// It begins at the full end, where the terms that count are: some ten times √N of them rather than
/// N, and no factorial and no power that overflows (as those of Aᴺ/N! do from 171 lines on).
pub(super) struct Series {
    /// All terms but the first.
    rest: f64,
    /// All terms, each as often as it has idle lines.
    weighted: f64,
}

impl Series {
    /// Of so many lines. `load` is told a number of idle lines and answers the rate at which calls
    /// come that find one more line idle, in multiples of the rate at which a call ends.
    pub(super) fn new(lines: u32, load: impl Fn(f64) -> f64) -> Self {
        let (mut term, mut rest, mut weighted) = (UNIT, 0.0, 0.0);
        let lines = f64::from(lines);
        let mut idle = 0.0;
        while idle < lines {
            let (busy, load) = (lines - idle, load(idle));
            term = term * busy / load;
            idle += 1.0;
            rest += term;
            weighted += term * idle;
            let falls = busy < load;
            if falls && term <= (UNIT + rest) * NEGLIGIBLE || rest.is_infinite() {
                break;
            }
        }
        Self { rest, weighted }
    }

    /// Of lines to which calls come at random, whatever is busy.
    pub(super) fn erlang(traffic: f64, lines: u32) -> Self {
        Self::new(lines, |_| traffic)
    }

    /// 1/B, in multiples of [`UNIT`].
    pub(super) fn total(&self) -> f64 {
        UNIT + self.rest
    }

    /// The probability that no line is idle.
    pub(super) fn blocking(&self) -> f64 {
        UNIT / self.total()
    }

    /// The probability that a line is idle.
    pub(super) fn passing(&self) -> f64 {
        if self.rest.is_infinite() { 1.0 } else { self.rest / self.total() }
    }

    /// Whether no more is blocked than wanted. Near 1 the digits are in what passes.
    pub(super) fn blocks_at_most(&self, wanted: f64) -> bool {
        if wanted <= 0.5 { self.blocking() <= wanted } else { self.passing() >= 1.0 - wanted }
    }

    /// The mean number of idle lines; infinite where blocking is 0.
    pub(super) fn idle(&self) -> f64 {
        if self.weighted.is_infinite() { f64::INFINITY } else { self.weighted / self.total() }
    }
}
