//! The table as text.

use std::fmt::{self, Write as _};

use super::{Probability, Simulated, SimulatedCalls};

const HEADER: &str = "number,class,limit,hour,traffic,offered,again,admitted,refused,refused_shared,given_up,carried,peak,blocking,standard_error,interval_from,interval_to,formula\n";

/// A row for each number and hour, one for each number's day, and one for all numbers' day.
///
/// No cell has a comma or a quote in it.
pub(super) fn csv(simulated: &Simulated) -> String {
    let mut text = String::from(HEADER);
    for number in &simulated.numbers {
        let named = format!("{},{},{}", number.number, number.class, number.limit);
        for hour in &number.hours {
            let of_hour = format!("{named},{},{}", hour.hour, hour.traffic);
            row(&mut text, &of_hour, &hour.calls, &Plain(hour.formula).to_string());
        }
        row(&mut text, &format!("{named},all,"), &number.day, "");
    }
    row(&mut text, "all,,,all,", &simulated.day, "");
    text
}

fn row(text: &mut String, named: &str, calls: &SimulatedCalls, formula: &str) {
    let SimulatedCalls { offered, again, admitted, refused, refused_shared, given_up, .. } = calls;
    let SimulatedCalls { carried, peak, blocking, standard_error, interval, .. } = calls;
    let (from, to) = (interval.map(|interval| interval.from), interval.map(|interval| interval.to));
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "{named},{offered},{again},{admitted},{refused},{refused_shared},{given_up},{carried},{peak},{},{},{},{},{formula}",
        Plain(*blocking),
        Plain(*standard_error),
        Plain(from),
        Plain(to),
    );
}

/// A probability, or nothing.
struct Plain(Option<Probability>);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |probability| probability.fmt(f))
    }
}
