//! One day: what happens, in the order of time.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::ops::ControlFlow;

use super::chance::{Purpose, Stream};
use super::{HOUR, HOURS, Lengths, real_micros, whole_micros};
use crate::capacity::{CapacityClass, Error, Gate, Limits, Line, Permit, Scope, View, Way};
use crate::number::PhoneNumber;
use crate::seed::Seed;
use crate::time::{Duration, Timestamp};

/// What is simulated, checked and brought into order.
#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: Seed,
    /// In ascending order.
    pub(super) numbers: Vec<Number>,
    pub(super) limits: Vec<(Scope, Limits)>,
    /// The mean of a call.
    pub(super) duration: Duration,
    pub(super) lengths: Lengths,
    pub(super) again: Option<Again>,
    /// How many hours are simulated before the first that is counted.
    pub(super) warm_up: i64,
}

/// A number.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) named: PhoneNumber,
    pub(super) way: Way,
    pub(super) class: CapacityClass,
    pub(super) limit: u32,
    /// Calls in each hour.
    pub(super) arrivals: Vec<f64>,
    /// Those that have a limit, by their places.
    pub(super) scopes: Vec<usize>,
}

/// How callers who were refused call again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Again {
    pub(super) share: f64,
    pub(super) after: Duration,
    pub(super) most: u32,
}

/// What happened on a number in an hour of one day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    pub(super) offered: u64,
    pub(super) again: u64,
    pub(super) admitted: u64,
    pub(super) refused: u64,
    pub(super) refused_shared: u64,
    pub(super) given_up: u64,
    /// Microseconds of all its calls.
    pub(super) carried: u64,
    pub(super) peak: u32,
}

impl Cell {
    /// Adds another hour, or another number.
    pub(super) fn join(&mut self, other: &Self) {
        let Self { offered, again, admitted, refused, refused_shared, given_up, carried, peak } =
            *other;
        let sums = [
            (&mut self.offered, offered),
            (&mut self.again, again),
            (&mut self.admitted, admitted),
            (&mut self.refused, refused),
            (&mut self.refused_shared, refused_shared),
            (&mut self.given_up, given_up),
            (&mut self.carried, carried),
        ];
        for (sum, more) in sums {
            *sum = sum.saturating_add(more);
        }
        self.peak = self.peak.max(peak);
    }
}

/// What happened to a shared limit in an hour of one day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SharedCell {
    pub(super) refused: u64,
    pub(super) peak: u32,
}

/// What happened on one day.
#[derive(Debug)]
pub(super) struct Day {
    /// By number and hour.
    pub(super) numbers: Vec<[Cell; HOURS]>,
    /// By shared limit and hour.
    pub(super) limits: Vec<[SharedCell; HOURS]>,
    /// The most calls at once on all numbers.
    pub(super) peak: u32,
}

impl Day {
    pub(super) fn new(world: &World) -> Self {
        Self {
            numbers: vec![Default::default(); world.numbers.len()],
            limits: vec![Default::default(); world.limits.len()],
            peak: 0,
        }
    }

    fn clear(&mut self) {
        self.numbers.fill_with(Default::default);
        self.limits.fill_with(Default::default);
        self.peak = 0;
    }
}

/// Tells how far the simulation is, and may stop it.
pub(super) struct Progress<'a> {
    pub(super) done: u64,
    pub(super) total: u64,
    pub(super) tell: &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    pub(super) events: u32,
}

impl Progress<'_> {
    /// So many events at most go by before whoever is told may stop it.
    const EVENTS: u32 = 100_000;

    fn hour(&mut self) -> ControlFlow<()> {
        self.done = self.done.saturating_add(1);
        (self.tell)(self.done, self.total)
    }

    fn event(&mut self) -> ControlFlow<()> {
        self.events = self.events.saturating_add(1);
        if self.events < Self::EVENTS {
            return ControlFlow::Continue(());
        }
        self.events = 0;
        (self.tell)(self.done, self.total)
    }
}

/// Something that happens.
struct Event<'a> {
    /// Microseconds since the day began; the hours before it are below 0.
    at: i64,
    /// The place of its number.
    place: usize,
    /// Which of the number's calls it is about.
    call: u64,
    what: What<'a>,
}

enum What<'a> {
    /// A call ends; its permit is dropped.
    Ends(Permit<'a>),
    /// A caller who was refused so many times calls again.
    Again { length: i64, refused: u32 },
    /// A call is offered.
    Begins { length: i64 },
}

impl Event<'_> {
    /// What happens at the same instant has an order too: a call that begins takes the place of one
    /// that ends, and the rest is in the order of numbers and calls.
    fn order(&self) -> (i64, u8, usize, u64) {
        let rank = match self.what {
            What::Ends(_) => 0,
            What::Again { .. } => 1,
            What::Begins { .. } => 2,
        };
        (self.at, rank, self.place, self.call)
    }
}

impl PartialEq for Event<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Event<'_> {}

impl PartialOrd for Event<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event<'_> {
    /// The next one is the greatest, as a heap has it.
    fn cmp(&self, other: &Self) -> Ordering {
        other.order().cmp(&self.order())
    }
}

/// The callers of one number.
struct Callers<'a> {
    number: &'a Number,
    line: Line<'a>,
    calls: Stream,
    retries: Stream,
    /// The hour that is reached, and which share of it has passed.
    hour: i64,
    within: f64,
    /// How many calls there were.
    count: u64,
}

impl<'a> Callers<'a> {
    fn new(world: &World, day: u32, number: &'a Number, line: Line<'a>) -> Self {
        let stream = |purpose| Stream::new(&world.seed, number.named, day, purpose);
        Self {
            number,
            line,
            calls: stream(Purpose::Calls),
            retries: stream(Purpose::Retries),
            hour: world.warm_up.saturating_neg(),
            within: 0.0,
            count: 0,
        }
    }

    /// The next call of the day; none if there is no more.
    ///
    /// Calls are a Poisson process whose rate is constant in each hour. What lies between two of them,
    /// counted by how many were to be expected, is exponential with mean 1; so it is drawn once and
    /// used up hour by hour, which is exact.
    fn next(&mut self, place: usize, world: &World) -> Option<Event<'a>> {
        let mut left = self.calls.exponential();
        loop {
            let of_day = usize::try_from(self.hour.rem_euclid(24)).ok()?;
            if self.hour >= 24 {
                return None;
            }
            let rate = self.number.arrivals.get(of_day).copied().unwrap_or_default();
            let expected = rate * (1.0 - self.within);
            if left < expected {
                self.within += left / rate;
                break;
            }
            left -= expected;
            self.hour = self.hour.saturating_add(1);
            self.within = 0.0;
        }
        let of_hour = whole_micros(self.within * real_micros(HOUR)).min(HOUR.saturating_sub(1));
        // Drawn whatever is made of it, so that calls begin at the same instants either way.
        let drawn = self.calls.exponential();
        let length = match world.lengths {
            Lengths::Exponential => whole_micros(drawn * real_micros(world.duration.micros())),
            Lengths::Constant => world.duration.micros(),
        };
        self.count = self.count.saturating_add(1);
        let at = self.hour.saturating_mul(HOUR).saturating_add(of_hour);
        Some(Event { at, place, call: self.count, what: What::Begins { length } })
    }

    /// Whether a caller who was refused so many times calls again, and how much later.
    fn again(&mut self, refused: u32, again: Option<Again>) -> Option<i64> {
        let again = again.filter(|again| refused <= again.most)?;
        // 1 is above no share, and a share of 0 is below all that are drawn.
        if self.retries.share() > again.share {
            return None;
        }
        let later = self.retries.exponential() * real_micros(again.after.micros());
        Some(whole_micros(later).max(1))
    }
}

/// Adds the time from one instant to another to the hours of the day.
fn carry(cells: &mut [Cell; HOURS], from: i64, to: i64) {
    let mut from = from.max(0);
    while from < to {
        let hour = from.div_euclid(HOUR);
        let Some(cell) = usize::try_from(hour).ok().and_then(|hour| cells.get_mut(hour)) else {
            return;
        };
        let end = to.min(hour.saturating_add(1).saturating_mul(HOUR));
        cell.carried = cell.carried.saturating_add(end.saturating_sub(from).unsigned_abs());
        from = end;
    }
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// Simulates a day on a gate of its own.
pub(super) fn simulate(
    world: &World,
    day: u32,
    seen: &mut Day,
    progress: &mut Progress<'_>,
) -> ControlFlow<()> {
    seen.clear();
    let gate = Gate::default();
    let lines = open(world, &gate);
    let places: BTreeMap<&Scope, usize> =
        world.limits.iter().map(|(scope, _)| scope).zip(0..).collect();
    let mut queue = BinaryHeap::new();
    let mut callers: Vec<_> = world
        .numbers
        .iter()
        .zip(lines)
        .map(|(number, line)| Callers::new(world, day, number, line))
        .collect();
    queue.extend(callers.iter_mut().enumerate().filter_map(|(place, one)| one.next(place, world)));
    let mut in_use = 0_u32;
    for hour in world.warm_up.saturating_neg()..24 {
        let counted = usize::try_from(hour).ok();
        if hour == 0 {
            seen.peak = in_use;
        }
        let end = hour.saturating_add(1).saturating_mul(HOUR);
        while queue.peek().is_some_and(|next| next.at < end)
            && let Some(Event { at, place, call, what }) = queue.pop()
        {
            progress.event()?;
            let Some(caller) = callers.get_mut(place) else { continue };
            let Some(cells) = seen.numbers.get_mut(place) else { continue };
            let (length, refused) = match what {
                What::Ends(permit) => {
                    drop(permit);
                    in_use = in_use.saturating_sub(1);
                    continue;
                }
                What::Again { length, refused } => (length, refused),
                What::Begins { length } => {
                    queue.extend(caller.next(place, world));
                    (length, 0)
                }
            };
            // What happens before the day is counted nowhere.
            let mut nowhere = Cell::default();
            let cell = counted.and_then(|hour| cells.get_mut(hour)).unwrap_or(&mut nowhere);
            count(if refused == 0 { &mut cell.offered } else { &mut cell.again });
            match caller.line.admit(caller.number.way) {
                Ok(permit) => {
                    count(&mut cell.admitted);
                    let ends = at.saturating_add(length);
                    carry(cells, at, ends);
                    in_use = in_use.saturating_add(1);
                    if counted.is_some() {
                        seen.peak = seen.peak.max(in_use);
                    }
                    queue.push(Event { at: ends, place, call, what: What::Ends(permit) });
                }
                Err(error) => {
                    count(&mut cell.refused);
                    if let Error::ScopeFull { scope, .. } = error {
                        count(&mut cell.refused_shared);
                        let limit = places.get(&scope).and_then(|at| seen.limits.get_mut(*at));
                        let cell = limit.zip(counted).and_then(|(limit, hour)| limit.get_mut(hour));
                        if let Some(cell) = cell {
                            count(&mut cell.refused);
                        }
                    }
                    let refused = refused.saturating_add(1);
                    let Some(later) = caller.again(refused, world.again) else {
                        count(&mut cell.given_up);
                        continue;
                    };
                    let at = at.saturating_add(later);
                    queue.push(Event { at, place, call, what: What::Again { length, refused } });
                }
            }
        }
        // Everything before the hour's end has happened.
        if let Some(at) = Timestamp::from_micros(end.saturating_sub(1)) {
            gate.sample(at);
        }
        progress.hour()?;
    }
    read_samples(world, &gate, seen);
    ControlFlow::Continue(())
}

/// Opens the lines of all numbers, with their limits and those that they share.
fn open<'a>(world: &World, gate: &'a Gate) -> Vec<Line<'a>> {
    for (scope, limits) in &world.limits {
        // A limit that is never reached, so that there are samples of it.
        let two_way = limits.two_way.or(Some(u32::MAX));
        gate.set_limits(scope, Limits { two_way, ..*limits });
    }
    let open = |number: &Number| {
        let line = gate.line(number.named);
        line.set_limit(number.class, number.limit);
        let scopes: Vec<Scope> = number
            .scopes
            .iter()
            .filter_map(|place| world.limits.get(*place))
            .map(|(scope, _)| scope.clone())
            .collect();
        if !scopes.is_empty() {
            gate.join(number.named, &scopes);
        }
        line
    };
    world.numbers.iter().map(open).collect()
}

/// Takes the peaks of the day's hours from the gate's samples.
fn read_samples(world: &World, gate: &Gate, seen: &mut Day) {
    let hour_of = |begins: Timestamp| usize::try_from(begins.micros().div_euclid(HOUR)).ok();
    for (number, cells) in world.numbers.iter().zip(&mut seen.numbers) {
        for load in gate.loads(number.named, View::Hours) {
            if let Some(cell) = hour_of(load.begins).and_then(|hour| cells.get_mut(hour)) {
                cell.peak = load.most;
            }
        }
    }
    for ((scope, _), cells) in world.limits.iter().zip(&mut seen.limits) {
        for load in gate.loads_of(scope, View::Hours) {
            if let Some(cell) = hour_of(load.begins).and_then(|hour| cells.get_mut(hour)) {
                cell.peak = load.most;
            }
        }
    }
}
