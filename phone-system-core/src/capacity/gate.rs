//! The gate: counts live calls, exactly, and never admits more than any limit allows.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::counter::{Counter, Full};
use super::history::{History, Load, View};
use super::numbers::Numbers;
use super::permits::{NEVER, Permits};
use super::places::Places;
use super::scope::{Limits, Scope, Share, Way};
use super::sync::{AtomicU32, AtomicU64, Ordering};
use super::{CapacityClass, Error, Occupancy};
use crate::number::PhoneNumber;
use crate::time::{Duration, Timestamp};

/// What is known of one number's calls, in one or two lines of a processor's cache.
#[derive(Debug, Default)]
struct Slot {
    own: Counter,
    /// Which other limits there are.
    path: AtomicU32,
    class: AtomicU32,
    digits: AtomicU64,
}

/// The limits besides the number's own, for calls of each way.
#[derive(Debug, Default)]
struct Path {
    inbound: Box<[Step]>,
    outbound: Box<[Step]>,
}

/// One of them.
#[derive(Clone, Debug)]
struct Step {
    counter: Arc<Counter>,
    scope: Scope,
    share: Share,
}

impl Path {
    fn steps(&self, way: Way) -> &[Step] {
        match way {
            Way::Inbound => &self.inbound,
            Way::Outbound => &self.outbound,
        }
    }
}

/// What only those need who set limits, look for a new number, or take samples.
#[derive(Debug, Default)]
struct Known {
    limits: BTreeMap<Scope, Limits>,
    counters: BTreeMap<(Scope, Share), Arc<Counter>>,
    members: BTreeMap<PhoneNumber, Vec<Scope>>,
    /// Paths by what they are made of.
    paths: BTreeMap<Vec<(Scope, Share)>, u32>,
    sampled: Option<Timestamp>,
    numbers: HashMap<u32, Box<History>>,
    scopes: BTreeMap<Scope, Box<History>>,
}

/// Live calls, by number and by what several numbers share.
///
/// It stands beside the log: it is empty when a process begins. It can be shared between threads.
/// Admitting a call and giving its place back take no lock and ask for no memory, but for the first
/// call of a number. Each limit is exact: there are never more calls than it allows but for emergency
/// calls, which always pass, calls that were there before the limit was lowered, and those that are
/// [adopted](Line::adopt). A call that one limit refuses holds a place of the others for an instant.
///
/// A number takes up 80 bytes, and 1,240 more once there are samples of it; nothing is ever given back.
///
/// ```
/// use phone_system_core::capacity::{CapacityClass, Gate, Limits, Scope, Way};
///
/// let gate = Gate::default();
/// let line = gate.line("+14255550100".parse()?);
/// line.set_limit(CapacityClass::Few, 4);
/// let trunk: Scope = "trunk:west".parse()?;
/// gate.set_limits(&trunk, Limits { two_way: Some(2), ..Limits::default() });
/// gate.join("+14255550100".parse()?, std::slice::from_ref(&trunk));
///
/// let (first, second) = (line.admit(Way::Inbound)?, line.admit(Way::Outbound)?);
/// let refused = line.admit(Way::Inbound).unwrap_err();
/// assert_eq!(refused.to_string(), "trunk:west carries 2 calls, and 2 at once are its two_way limit; wait until one has ended, or raise the limit");
/// drop(first);
/// assert!(line.admit(Way::Inbound).is_ok());
/// # drop(second);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Gate {
    slots: Places<Slot>,
    /// Emergency calls of callers without a number.
    nameless: Slot,
    numbers: Numbers,
    paths: Places<OnceLock<Path>>,
    permits: Permits,
    known: Mutex<Known>,
}

impl Default for Gate {
    fn default() -> Self {
        let gate = Self {
            slots: Places::default(),
            nameless: Slot::default(),
            numbers: Numbers::default(),
            paths: Places::default(),
            permits: Permits::default(),
            known: Mutex::default(),
        };
        // The first path is that without a limit.
        gate.paths.add();
        gate
    }
}

/// The place of callers without a number.
const NAMELESS: u32 = u32::MAX;

/// Where a number's calls are counted: looked up once, and then asked without a search.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    gate: &'a Gate,
    slot: &'a Slot,
    place: u32,
}

/// The right to one call; dropping it gives the place back.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once holds no place"]
pub struct Permit<'a> {
    gate: &'a Gate,
    slot: &'a Slot,
    /// The other places that it takes.
    steps: &'a [Step],
    taken: Taken,
    emergency: bool,
}

/// Which places a call takes, as one word: the slot above the path above the way.
#[derive(Clone, Copy, Debug)]
struct Taken {
    place: u32,
    path: u32,
    way: Way,
}

impl Taken {
    fn word(self) -> u64 {
        let way = u64::from(self.way == Way::Outbound);
        (u64::from(self.place) << 32) | (u64::from(self.path) << 1) | way
    }

    fn of(word: u64) -> Self {
        let half = |half: u64| u32::try_from(half & u64::from(u32::MAX)).unwrap_or_default();
        let way = if word & 1 == 1 { Way::Outbound } else { Way::Inbound };
        Self { place: half(word >> 32), path: half(word) >> 1, way }
    }
}

/// A thread's own number, by which it finds places that it gave back itself.
fn thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    OWN.try_with(|own| *own).unwrap_or_default()
}

/// The second from which on a permit that ends then has ended.
fn second(ends_at: Option<Timestamp>) -> u32 {
    const SECOND: u64 = 1_000_000;
    let micros = ends_at.map(Timestamp::micros);
    let seconds = micros.map(|micros| u64::try_from(micros).unwrap_or_default().div_ceil(SECOND));
    seconds.map_or(NEVER, |seconds| u32::try_from(seconds).unwrap_or(NEVER))
}

impl Permit<'_> {
    /// Whether it was given to an emergency call.
    pub fn is_emergency(&self) -> bool {
        self.emergency
    }

    /// Has the permit kept by the gate until it is [released](Gate::release) by the number that is
    /// answered, or until `ends_at`, if given: the first [`expire`](Gate::expire) at that instant or
    /// later releases it. None, and it is released now, if four billion are kept.
    pub fn keep(self, ends_at: Option<Timestamp>) -> Option<u64> {
        let kept = self.gate.permits.open(thread(), self.taken.word(), second(ends_at))?;
        // The gate gives the places back.
        std::mem::forget(self);
        Some(kept)
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        give_back(self.slot, self.steps);
    }
}

impl<'a> Line<'a> {
    /// How many calls the number carries at once, and which class says so. What was not told does not
    /// limit.
    pub fn set_limit(self, class: CapacityClass, limit: u32) {
        self.slot.own.set(limit, super::counter::MOST);
        let hundreds = u32::from(class == CapacityClass::Hundreds);
        if self.slot.class.load(Ordering::Relaxed) != hundreds {
            self.slot.class.store(hundreds, Ordering::Relaxed);
        }
    }

    /// Admits a call, if the number and whatever it [joined](Gate::join) carry one more.
    ///
    /// # Errors
    ///
    /// `capacity.limit_reached`, with the first limit that is reached, the number's own before others,
    /// and its use.
    #[inline]
    pub fn admit(self, way: Way) -> Result<Permit<'a>, Error> {
        let path = self.slot.path.load(Ordering::Acquire);
        if let Err(full) = self.slot.own.take() {
            return Err(number_full(self.slot, full));
        }
        let steps = self.gate.steps(path, way);
        if !steps.is_empty() {
            take_all(self.slot, steps)?;
        }
        Ok(self.permit(path, steps, way, false))
    }

    /// Admits a call that goes on already, whatever the limits: after a restart, say, or one that was
    /// begun elsewhere.
    pub fn adopt(self, way: Way) -> Permit<'a> {
        self.take_anyway(way, false)
    }

    /// Admits an emergency call, whatever the limits; it is counted apart.
    pub fn admit_emergency(self) -> Permit<'a> {
        self.take_anyway(Way::Outbound, true)
    }

    fn take_anyway(self, way: Way, emergency: bool) -> Permit<'a> {
        let path = self.slot.path.load(Ordering::Acquire);
        self.slot.own.take_anyway(emergency);
        let steps = self.gate.steps(path, way);
        for step in steps {
            step.counter.take_anyway(emergency);
        }
        self.permit(path, steps, way, emergency)
    }

    #[inline]
    fn permit(self, path: u32, steps: &'a [Step], way: Way, emergency: bool) -> Permit<'a> {
        let taken = Taken { place: self.place, path, way };
        Permit { gate: self.gate, slot: self.slot, steps, taken, emergency }
    }

    /// What is known of the number's calls.
    pub fn occupancy(self) -> Occupancy {
        occupancy(&self.slot.own)
    }
}

fn occupancy(counter: &Counter) -> Occupancy {
    Occupancy {
        in_use: counter.in_use(),
        peak: counter.peak(),
        admitted: counter.admitted(),
        refused: counter.refused(),
        emergency: counter.emergency(),
    }
}

impl Gate {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn at(&self, place: u32) -> Option<Line<'_>> {
        let slot = if place == NAMELESS { &self.nameless } else { self.slots.get(place)? };
        Some(Line { gate: self, slot, place })
    }

    /// The line of callers without a number.
    fn nameless(&self) -> Line<'_> {
        Line { gate: self, slot: &self.nameless, place: NAMELESS }
    }

    /// Where a number's calls are counted; a number that is seen for the first time has no limit.
    #[inline]
    pub fn line(&self, number: PhoneNumber) -> Line<'_> {
        let found = self.numbers.get(number).and_then(|place| self.at(place));
        found.unwrap_or_else(|| self.open(number))
    }

    #[cold]
    fn open(&self, number: PhoneNumber) -> Line<'_> {
        let known = self.known();
        // Another thread may have been first.
        if let Some(line) = self.numbers.get(number).and_then(|place| self.at(place)) {
            return line;
        }
        let Some((place, slot)) = self.slots.add() else { return self.nameless() };
        slot.digits.store(number.digits(), Ordering::Relaxed);
        self.numbers.add(number, place);
        drop(known);
        Line { gate: self, slot, place }
    }

    /// Sets how many calls a scope carries, for calls that begin from now on; those that go on are not
    /// counted by a limit that there was not.
    pub fn set_limits(&self, scope: &Scope, limits: Limits) {
        let mut known = self.known();
        known.limits.insert(scope.clone(), limits);
        let members: Vec<_> = known
            .members
            .iter()
            .filter(|(_, scopes)| scopes.contains(scope))
            .map(|(number, scopes)| (*number, scopes.clone()))
            .collect();
        let all = [
            (Share::TwoWay, limits.two_way, limits.burst),
            (Share::Inbound, limits.inbound, 0),
            (Share::Outbound, limits.outbound, 0),
        ];
        for (share, limit, burst) in all {
            let counter = known.counters.entry((scope.clone(), share)).or_default();
            let most = super::counter::MOST;
            let committed = limit.unwrap_or(most);
            counter.set(committed.saturating_add(burst), committed);
        }
        for (number, scopes) in members {
            self.lead(&mut known, number, &scopes);
        }
    }

    /// Has the calls of a number counted for these scopes too, and for no others, if they have limits.
    pub fn join(&self, number: PhoneNumber, scopes: &[Scope]) {
        self.line(number);
        let mut known = self.known();
        known.members.insert(number, scopes.to_vec());
        self.lead(&mut known, number, scopes);
    }

    /// Sets which limits the calls of a number meet.
    fn lead(&self, known: &mut Known, number: PhoneNumber, scopes: &[Scope]) {
        let mut names = Vec::new();
        for scope in scopes {
            let limits = known.limits.get(scope).copied().unwrap_or_default();
            let shares = [
                (Share::TwoWay, limits.two_way),
                (Share::Inbound, limits.inbound),
                (Share::Outbound, limits.outbound),
            ];
            let set = shares.into_iter().filter(|(_, limit)| limit.is_some());
            names.extend(set.map(|(share, _)| (scope.clone(), share)));
        }
        let place = match known.paths.get(&names) {
            Some(place) => *place,
            None if names.is_empty() => 0,
            None => {
                let mut step = |(scope, share): &(Scope, Share)| Step {
                    counter: Arc::clone(known.counters.entry((scope.clone(), *share)).or_default()),
                    scope: scope.clone(),
                    share: *share,
                };
                let steps: Vec<Step> = names.iter().map(&mut step).collect();
                let without = |other: Share| {
                    steps.iter().filter(move |step| step.share != other).cloned().collect()
                };
                let path =
                    Path { inbound: without(Share::Outbound), outbound: without(Share::Inbound) };
                let Some((place, made)) = self.paths.add() else { return };
                // It is new: nobody else has set it.
                let _ = made.set(path);
                known.paths.insert(names, place);
                place
            }
        };
        if let Some(slot) = self.numbers.get(number).and_then(|place| self.slots.get(place)) {
            slot.path.store(place, Ordering::Release);
        }
    }

    #[inline]
    fn steps(&self, path: u32, way: Way) -> &[Step] {
        if path == 0 {
            return &[];
        }
        let path = self.paths.get(path).and_then(OnceLock::get);
        path.map(|path| path.steps(way)).unwrap_or_default()
    }

    /// Admits an emergency call, whatever the limits; it is counted apart. The caller may have no
    /// number.
    pub fn admit_emergency(&self, number: Option<PhoneNumber>) -> Permit<'_> {
        number.map_or_else(|| self.nameless(), |number| self.line(number)).admit_emergency()
    }

    /// Releases a permit that the gate [keeps](Permit::keep).
    ///
    /// # Errors
    ///
    /// `capacity.permit_unknown` if no open permit has this number: it was released, its time has
    /// come, or it was never given out.
    pub fn release(&self, permit: u64) -> Result<(), Error> {
        let taken = self.permits.close(thread(), permit);
        self.end(taken.ok_or(Error::PermitUnknown { permit })?);
        Ok(())
    }

    fn end(&self, word: u64) {
        let taken = Taken::of(word);
        if let Some(line) = self.at(taken.place) {
            give_back(line.slot, self.steps(taken.path, taken.way));
        }
    }

    /// Moves the call of a kept permit to another number; answers the permit's new number. The old
    /// permit stays if that refuses.
    ///
    /// # Errors
    ///
    /// As [`Line::admit`] and [`release`](Self::release).
    pub fn transfer(
        &self,
        permit: u64,
        number: PhoneNumber,
        way: Way,
        ends_at: Option<Timestamp>,
    ) -> Result<u64, Error> {
        let unknown = || Error::PermitUnknown { permit };
        self.permits.get(permit).ok_or_else(unknown)?;
        let moved = self.line(number).admit(way)?;
        // Whoever released it meanwhile was first, and the new place is given back.
        self.release(permit)?;
        moved.keep(ends_at).ok_or_else(unknown)
    }

    /// Sets when the call of a kept permit ends by itself, none standing for never; answers the
    /// permit's new number. The call keeps its places.
    ///
    /// # Errors
    ///
    /// As [`release`](Self::release).
    pub fn renew(&self, permit: u64, ends_at: Option<Timestamp>) -> Result<u64, Error> {
        let unknown = || Error::PermitUnknown { permit };
        let taken = self.permits.close(thread(), permit).ok_or_else(unknown)?;
        let opened = self.permits.open(thread(), taken, second(ends_at));
        opened.ok_or_else(|| {
            self.end(taken);
            unknown()
        })
    }

    /// Releases every kept permit whose end has come at `at`; answers how many there were. Ends are
    /// kept to the second above.
    ///
    /// It looks at each place for a permit, so it is asked now and then, not with each call.
    pub fn expire(&self, at: Timestamp) -> u64 {
        let mut ended = 0_u64;
        let second = u32::try_from(at.micros().div_euclid(1_000_000)).unwrap_or(NEVER);
        self.permits.expire(thread(), second, |word| {
            self.end(word);
            ended = ended.saturating_add(1);
        });
        ended
    }

    /// How many permits the gate keeps.
    pub fn kept(&self) -> usize {
        self.permits.count()
    }

    /// What is known of a number's calls; nothing of one that never had any.
    pub fn occupancy(&self, number: PhoneNumber) -> Occupancy {
        let found = self.numbers.get(number).and_then(|place| self.at(place));
        found.map(Line::occupancy).unwrap_or_default()
    }

    /// What is known of the calls that a limit of a scope counts, and how many were let through above
    /// it (as a burst); none if it has no such limit.
    pub fn occupancy_of(&self, scope: &Scope, share: Share) -> Option<(Occupancy, u64)> {
        let known = self.known();
        let counter = known.counters.get(&(scope.clone(), share))?;
        Some((occupancy(counter), counter.bursts()))
    }

    /// Takes a sample of every number's and every scope's use, for [`loads`](Self::loads) and
    /// [`loads_of`](Self::loads_of). An instant before that of the last sample counts as that one.
    ///
    /// Admitting calls does not wait for it. A number has a history from its first call on.
    pub fn sample(&self, at: Timestamp) {
        let mut known = self.known();
        let known = &mut *known;
        let before = known.sampled.unwrap_or(at);
        let at = at.max(before);
        known.sampled = Some(at);
        let passed: Duration = at.since(before);
        for (place, slot) in self.slots.iter() {
            let (most, in_use) = slot.own.take_recent();
            if most > 0 || known.numbers.contains_key(&place) {
                known.numbers.entry(place).or_default().add(at, most, in_use, passed);
            }
        }
        for ((scope, share), counter) in &known.counters {
            let (most, in_use) = counter.take_recent();
            if *share == Share::TwoWay && (most > 0 || known.scopes.contains_key(scope)) {
                known.scopes.entry(scope.clone()).or_default().add(at, most, in_use, passed);
            }
        }
    }

    /// What samples have told of a number's use, the oldest first; nothing of one without calls.
    pub fn loads(&self, number: PhoneNumber, view: View) -> Vec<Load> {
        let place = self.numbers.get(number);
        let known = self.known();
        let history = place.and_then(|place| known.numbers.get(&place));
        history.map(|history| history.loads(view)).unwrap_or_default()
    }

    /// What samples have told of the use of a scope's `two_way` limit.
    pub fn loads_of(&self, scope: &Scope, view: View) -> Vec<Load> {
        self.known().scopes.get(scope).map(|history| history.loads(view)).unwrap_or_default()
    }

    /// Bytes that slots, the search for numbers and histories take up.
    pub fn bytes(&self) -> usize {
        let histories = {
            let known = self.known();
            known.numbers.len().saturating_add(known.scopes.len())
        };
        let histories = histories.saturating_mul(size_of::<History>());
        self.slots.bytes().saturating_add(self.numbers.bytes()).saturating_add(histories)
    }
}

/// Takes the places besides the number's, or none, and the number's neither.
fn take_all(slot: &Slot, steps: &[Step]) -> Result<(), Error> {
    for (place, step) in steps.iter().enumerate() {
        if let Err(Full { in_use, limit }) = step.counter.take() {
            for taken in steps.iter().take(place) {
                taken.counter.undo();
            }
            slot.own.undo();
            let (scope, share) = (step.scope.clone(), step.share);
            return Err(Error::ScopeFull { scope, share, in_use, limit });
        }
    }
    Ok(())
}

#[inline]
fn give_back(slot: &Slot, steps: &[Step]) {
    slot.own.give_back();
    for step in steps {
        step.counter.give_back();
    }
}

#[cold]
fn number_full(slot: &Slot, Full { in_use, limit }: Full) -> Error {
    let hundreds = slot.class.load(Ordering::Relaxed) == 1;
    let class = if hundreds { CapacityClass::Hundreds } else { CapacityClass::Few };
    match PhoneNumber::from_digits(slot.digits.load(Ordering::Relaxed)) {
        Some(number) => Error::LimitReached { number, class, in_use, limit },
        None => Error::PermitUnknown { permit: 0 },
    }
}

#[cfg(test)]
mod tests;
