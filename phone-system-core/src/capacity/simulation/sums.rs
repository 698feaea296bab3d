//! Sums over days, and what they tell.

use super::day::{Cell, Day, Number, World};
use super::{
    HOUR, HOURS, Interval, Probability, SharedHour, Simulated, SimulatedCalls, SimulatedHour,
    SimulatedLimit, SimulatedNumber, hours_of, whole_micros,
};
use crate::capacity::records::Erlangs;
use crate::capacity::traffic::{erlang_b, erlang_b_recall};

/// Sums of one hour of a number, or of a whole day, over all days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    offered: u64,
    again: u64,
    admitted: u64,
    refused: u64,
    refused_shared: u64,
    given_up: u64,
    carried: u128,
    peak: u32,
    days: u32,
    /// Sums over days of squares and products: refused and refused, refused and tries, tries and tries.
    squares: [u128; 3],
}

impl Sums {
    /// Adds what was seen on one more day.
    pub(super) fn add(&mut self, cell: &Cell) {
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.offered, cell.offered);
        add(&mut self.again, cell.again);
        add(&mut self.admitted, cell.admitted);
        add(&mut self.refused, cell.refused);
        add(&mut self.refused_shared, cell.refused_shared);
        add(&mut self.given_up, cell.given_up);
        self.carried = self.carried.saturating_add(cell.carried.into());
        self.peak = self.peak.max(cell.peak);
        self.days = self.days.saturating_add(1);
        let (refused, tries) = (u128::from(cell.refused), u128::from(tries(cell)));
        let products = [(refused, refused), (refused, tries), (tries, tries)];
        for (sum, (one, other)) in self.squares.iter_mut().zip(products) {
            *sum = sum.saturating_add(one.saturating_mul(other));
        }
    }

    /// What they tell; `hours` is how many hours of a day they are of.
    pub(super) fn tell(&self, hours: i64) -> SimulatedCalls {
        let tries = self.admitted.saturating_add(self.refused);
        let period = u128::from(HOUR.saturating_mul(hours).unsigned_abs());
        let error = self.standard_error(tries);
        let blocking = Probability::of(self.refused, tries);
        SimulatedCalls {
            offered: self.offered,
            again: self.again,
            admitted: self.admitted,
            refused: self.refused,
            refused_shared: self.refused_shared,
            given_up: self.given_up,
            carried: Erlangs::over(self.carried, period.saturating_mul(self.days.into())),
            peak: self.peak,
            blocking,
            standard_error: error.map(Probability::near),
            interval: blocking.zip(error).map(|(blocking, error)| {
                let reach = Probability::near(error * quantile(self.days.saturating_sub(1)));
                Interval::around(blocking, reach)
            }),
        }
    }

    /// The standard error of refused/tries as a ratio of sums over independent days: the root of
    /// d/(d − 1) · Σ(x − R·y)², over Σy. None if days do not differ in it, so that they do not tell.
    fn standard_error(&self, tries: u64) -> Option<f64> {
        let (x, y) = (i128::from(self.refused), i128::from(tries));
        let [xx, xy, yy] = self.squares.map(|sum| i128::try_from(sum).unwrap_or(i128::MAX));
        // Times Σy squared it is a whole number, of which nothing is lost: below 2^111 for the tries
        // that a simulation may have.
        let of_x = xx.saturating_mul(y).saturating_mul(y);
        let of_both = xy.saturating_mul(x).saturating_mul(y).saturating_mul(2);
        let of_y = yy.saturating_mul(x).saturating_mul(x);
        let sum = of_x.saturating_sub(of_both).saturating_add(of_y);
        if self.days < 2 || y == 0 || sum <= 0 {
            return None;
        }
        #[allow(clippy::cast_precision_loss, reason = "an error is not told to its last digit")]
        let (sum, y) = (sum as f64, y as f64);
        let days = f64::from(self.days);
        Some((sum * days / (days - 1.0)).sqrt() / y / y)
    }
}

fn tries(cell: &Cell) -> u64 {
    cell.admitted.saturating_add(cell.refused)
}

/// How many standard errors a 95 % interval reaches to each side: Student's distribution with so many
/// degrees of freedom.
fn quantile(freedom: u32) -> f64 {
    const FEW: [f64; 30] = [
        12.706_205, 4.302_653, 3.182_446, 2.776_445, 2.570_582, 2.446_912, 2.364_624, 2.306_004,
        2.262_157, 2.228_139, 2.200_985, 2.178_813, 2.160_369, 2.144_787, 2.131_450, 2.119_905,
        2.109_816, 2.100_922, 2.093_024, 2.085_963, 2.079_614, 2.073_873, 2.068_658, 2.063_899,
        2.059_539, 2.055_529, 2.051_831, 2.048_407, 2.045_230, 2.042_272,
    ];
    // That of the normal distribution, and the first two terms by which Student's is longer.
    const NORMAL: f64 = 1.959_963_984_540_054;
    let place = usize::try_from(freedom.saturating_sub(1)).unwrap_or(usize::MAX);
    FEW.get(place).copied().unwrap_or_else(|| {
        let (z, freedom) = (NORMAL, f64::from(freedom));
        let (cube, fifth) = (z * z * z, z * z * z * z * z);
        let second = (5.0 * fifth + 16.0 * cube + 3.0 * z) / 96.0;
        z + (cube + z) / 4.0 / freedom + second / freedom / freedom
    })
}

/// Sums over days.
pub(super) struct Collected {
    numbers: Vec<([Sums; HOURS], Sums)>,
    all: Sums,
    limits: Vec<[SharedSums; HOURS]>,
}

#[derive(Clone, Copy, Default)]
struct SharedSums {
    refused: u64,
    carried: u128,
    peak: u32,
}

impl Collected {
    pub(super) fn new(world: &World) -> Self {
        Self {
            numbers: vec![Default::default(); world.numbers.len()],
            all: Sums::default(),
            limits: vec![Default::default(); world.limits.len()],
        }
    }

    pub(super) fn add(&mut self, world: &World, seen: &Day) {
        let mut all = Cell::default();
        for ((cells, (hours, day)), number) in
            seen.numbers.iter().zip(&mut self.numbers).zip(&world.numbers)
        {
            let mut whole = Cell::default();
            for (cell, hour) in cells.iter().zip(hours) {
                hour.add(cell);
                whole.join(cell);
            }
            day.add(&whole);
            all.join(&whole);
            for shared in &number.scopes {
                let Some(limit) = self.limits.get_mut(*shared) else { continue };
                for (hour, cell) in limit.iter_mut().zip(cells) {
                    hour.carried = hour.carried.saturating_add(cell.carried.into());
                }
            }
        }
        // Peaks of numbers need not be at the same time.
        all.peak = seen.peak;
        self.all.add(&all);
        for (hours, cells) in self.limits.iter_mut().zip(&seen.limits) {
            for (hour, cell) in hours.iter_mut().zip(cells) {
                hour.refused = hour.refused.saturating_add(cell.refused);
                hour.peak = hour.peak.max(cell.peak);
            }
        }
    }

    pub(super) fn tell(&self, world: &World, days: u32) -> Simulated {
        let numbers = world.numbers.iter().zip(&self.numbers).map(|(number, (hours, day))| {
            let hours = (0..).zip(hours).zip(&number.arrivals).map(|((hour, sums), arrivals)| {
                let (traffic, formula) = world.formula(number, *arrivals);
                SimulatedHour { hour, traffic, calls: sums.tell(1), formula }
            });
            SimulatedNumber {
                number: number.named,
                class: number.class,
                limit: number.limit,
                day: day.tell(24),
                hours: hours.collect(),
            }
        });
        let period = u128::from(HOUR.unsigned_abs()).saturating_mul(days.into());
        let limits = world.limits.iter().zip(&self.limits).map(|((scope, limits), hours)| {
            let hours = (0..).zip(hours).map(|(hour, sums)| SharedHour {
                hour,
                refused: sums.refused,
                carried: Erlangs::over(sums.carried, period),
                peak: sums.peak,
            });
            SimulatedLimit { scope: scope.clone(), limits: *limits, hours: hours.collect() }
        });
        Simulated {
            days,
            day: self.all.tell(24),
            numbers: numbers.collect(),
            limits: limits.collect(),
            csv: None,
        }
    }
}

impl World {
    /// The traffic of first tries in an hour, and what a formula says to it.
    fn formula(&self, number: &Number, arrivals: f64) -> (Erlangs, Option<Probability>) {
        let traffic = arrivals * hours_of(self.duration);
        let blocking = match self.again {
            // No line at all: whoever calls is refused.
            _ if number.limit == 0 => Ok(1.0),
            None => erlang_b(traffic, number.limit),
            Some(again) => erlang_b_recall(traffic, number.limit, again.share),
        };
        // Millionths are told by the same rounding as microseconds.
        let millionths = whole_micros((traffic * 1e6).round()).unsigned_abs();
        (Erlangs::from_millionths(millionths), blocking.ok().map(Probability::near))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(refused: u32, tries: u32) -> Cell {
        let (refused, tries) = (u64::from(refused), u64::from(tries));
        Cell {
            offered: tries,
            admitted: tries - refused,
            refused,
            given_up: refused,
            ..Cell::default()
        }
    }

    #[test]
    fn the_error_is_that_of_the_textbook() {
        let days = [(3, 100), (5, 120), (0, 90), (12, 150)];
        let mut sums = Sums::default();
        for (refused, tries) in days {
            sums.add(&day(refused, tries));
        }
        let (x, y) = (20.0, 460.0);
        let ratio = x / y;
        let squares: f64 = days
            .iter()
            .map(|&(refused, tries)| {
                let (refused, tries) = (f64::from(refused), f64::from(tries));
                (refused - ratio * tries) * (refused - ratio * tries)
            })
            .sum();
        let wanted: f64 = (4.0 / 3.0 * squares).sqrt() / y;
        let error = sums.standard_error(460).unwrap();
        assert!((error - wanted).abs() < 1e-15, "{error} {wanted}");
        let told = sums.tell(1);
        assert_eq!(told.blocking.unwrap().to_string(), "0.043478261");
        let interval = told.interval.unwrap();
        assert_eq!(interval.from.to_string(), "0.000000000"); // 3.18 errors to each side
        let reach = 3.182_446 * wanted;
        assert_eq!(interval.to, Probability::near(ratio + reach));
    }

    #[test]
    fn days_that_do_not_differ_tell_no_error() {
        let mut sums = Sums::default();
        assert_eq!(sums.tell(1).blocking, None);
        sums.add(&day(1, 10));
        assert_eq!(sums.tell(1).interval, None);
        sums.add(&day(2, 20));
        assert_eq!(sums.tell(1).blocking.unwrap().to_string(), "0.100000000");
        assert_eq!(sums.tell(1).standard_error, None);
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, printed) in [(1, 12.706), (9, 2.262), (30, 2.042), (31, 2.0395), (40, 2.0211)]
        {
            assert!((quantile(freedom) - printed).abs() < 1e-3 / 2.0, "{freedom}");
        }
        for (freedom, printed) in [(60, 2.0003), (120, 1.9799), (1_000, 1.9623)] {
            assert!((quantile(freedom) - printed).abs() < 1e-4, "{freedom}");
        }
    }
}
