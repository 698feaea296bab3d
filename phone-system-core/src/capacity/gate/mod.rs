//! The gate: counts live calls, exactly, and never admits more than any limit allows.

mod samples;
mod shared;

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::counter::{Counter, Full, MOST};
use super::history::History;
use super::permits::{NEVER, Permits};
use super::places::Places;
use super::scope::{Limits, Scope, Share, Way};
use super::sync::{AtomicU32, AtomicU64, Ordering};
use super::thread;
use super::{CapacityClass, Error, Occupancy};
use crate::finder::Finder;
use crate::number::PhoneNumber;
use crate::time::Timestamp;
use shared::{Path, Shared, Step, take_all};

/// What is known of one number's calls, in one line of a processor's cache.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Slot {
    own: Counter,
    /// Which other limits there are.
    path: AtomicU32,
    class: AtomicU32,
    /// By which version of its owner the limit was set; 0 if by none.
    told_by: AtomicU64,
}

/// What only those need who set limits, look for a new number, or take samples.
#[derive(Debug, Default)]
struct Known {
    limits: BTreeMap<Scope, Limits>,
    counters: BTreeMap<(Scope, Share), Arc<Shared>>,
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
/// A number takes up 64 bytes and 32 to 64 in the table by which it is found, and 1,200 more once there
/// are samples of it, however long they are taken; nothing is ever given back.
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
    /// Places of slots by the digits of their numbers; one is added under the lock of what is known.
    numbers: Finder<AtomicU32>,
    paths: Places<OnceLock<Path>>,
    permits: Permits,
    known: Mutex<Known>,
}

impl Default for Gate {
    fn default() -> Self {
        let gate = Self {
            slots: Places::default(),
            nameless: Slot::default(),
            numbers: Finder::default(),
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
    number: PhoneNumber,
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
}

/// Which places a call takes, as one word: the slot above the path above what sort of call it is.
#[derive(Clone, Copy, Debug)]
struct Taken {
    place: u32,
    path: u32,
    way: Way,
    emergency: bool,
}

impl Taken {
    #[inline]
    fn word(self) -> u64 {
        let sort = (u64::from(self.emergency) << 1) | u64::from(self.way == Way::Outbound);
        (u64::from(self.place) << 32) | (u64::from(self.path) << 2) | sort
    }

    #[inline]
    fn of(word: u64) -> Self {
        let half = |half: u64| u32::try_from(half & u64::from(u32::MAX)).unwrap_or_default();
        let way = if word & 1 == 1 { Way::Outbound } else { Way::Inbound };
        Self { place: half(word >> 32), path: half(word) >> 2, way, emergency: word & 2 == 2 }
    }
}

/// The second from which on a permit that ends then has ended.
#[inline]
fn second(ends_at: Option<Timestamp>) -> u32 {
    const SECOND: u64 = 1_000_000;
    let micros = ends_at.map(Timestamp::micros);
    let seconds = micros.map(|micros| u64::try_from(micros).unwrap_or_default().div_ceil(SECOND));
    seconds.map_or(NEVER, |seconds| u32::try_from(seconds).unwrap_or(NEVER))
}

impl Permit<'_> {
    /// Whether it was given to an emergency call.
    pub fn is_emergency(&self) -> bool {
        self.taken.emergency
    }

    /// Has the permit kept by the gate until it is [released](Gate::release) by the number that is
    /// answered, or until `ends_at`, if given: the first [`expire`](Gate::expire) at that instant or
    /// later releases it. None, and it is released now, if four billion are kept.
    #[inline]
    pub fn keep(self, ends_at: Option<Timestamp>) -> Option<u64> {
        Keeper::new(ends_at).keep(self)
    }
}

/// Keeps permits of this thread, all until the same end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeper {
    thread: u32,
    ends: u32,
    /// Another thread has another number.
    stays: PhantomData<*const ()>,
}

impl Keeper {
    #[inline]
    pub(crate) fn new(ends_at: Option<Timestamp>) -> Self {
        Self { thread: thread::number(), ends: second(ends_at), stays: PhantomData }
    }

    /// As [`Permit::keep`].
    #[allow(clippy::inline_always, reason = "the permit is taken apart at once: 5 ns of 20")]
    #[inline(always)]
    pub(crate) fn keep(self, permit: Permit<'_>) -> Option<u64> {
        let kept = permit.gate.permits.open(self.thread, permit.taken.word(), self.ends)?;
        // The gate gives the places back.
        std::mem::forget(permit);
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
        self.set_limit_by(class, limit, 0);
    }

    /// Sets the limit as a version of the number's owner says; each version of each owner has a number of
    /// its own.
    pub(crate) fn set_limit_by(self, class: CapacityClass, limit: u32, version: u64) {
        self.slot.own.set(limit, MOST);
        let hundreds = u32::from(class == CapacityClass::Hundreds);
        if self.slot.class.load(Ordering::Relaxed) != hundreds {
            self.slot.class.store(hundreds, Ordering::Relaxed);
        }
        if self.slot.told_by.load(Ordering::Relaxed) != version {
            self.slot.told_by.store(version, Ordering::Release);
        }
    }

    /// Whether the limit was set last by this version.
    #[inline]
    pub(crate) fn is_set_by(self, version: u64) -> bool {
        self.slot.told_by.load(Ordering::Acquire) == version
    }

    /// Admits a call, if the number and whatever it [joined](Gate::join) carry one more.
    ///
    /// # Errors
    ///
    /// `capacity.limit_reached`, with the first limit that is reached, the number's own before others,
    /// and its use.
    #[allow(clippy::inline_always, reason = "the permit is taken apart at once: 5 ns of 20")]
    #[inline(always)]
    pub fn admit(self, way: Way) -> Result<Permit<'a>, Error> {
        let path = self.slot.path.load(Ordering::Acquire);
        let place = match self.slot.own.take() {
            Ok(place) => place,
            Err(full) => return Err(self.full(full)),
        };
        let steps = self.gate.steps(path, way);
        take_all(self.slot, steps)?;
        self.slot.own.let_through(place);
        let taken = Taken { place: self.place, path, way, emergency: false };
        Ok(Permit { gate: self.gate, slot: self.slot, steps, taken })
    }

    /// Admits a call that goes on already, whatever the limits: after a restart, say, or one that was
    /// begun elsewhere.
    pub fn adopt(self, way: Way) -> Permit<'a> {
        self.gate.take_anyway(self.place, self.slot, way, false)
    }

    /// Admits an emergency call, whatever the limits; it is counted apart.
    pub fn admit_emergency(self) -> Permit<'a> {
        self.gate.take_anyway(self.place, self.slot, Way::Outbound, true)
    }

    #[cold]
    fn full(self, Full { in_use, limit }: Full) -> Error {
        let hundreds = self.slot.class.load(Ordering::Relaxed) == 1;
        let class = if hundreds { CapacityClass::Hundreds } else { CapacityClass::Few };
        Error::LimitReached { number: self.number, class, in_use, limit }
    }

    /// Where it is, for [`Gate::line_at`].
    pub(crate) fn place(self) -> u32 {
        self.place
    }

    /// What is known of the number's calls.
    pub fn occupancy(self) -> Occupancy {
        occupancy(&self.slot.own)
    }
}

fn occupancy<Word: Borrow<AtomicU64>>(counter: &Counter<Word>) -> Occupancy {
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
    fn slot(&self, place: u32) -> Option<&Slot> {
        if place == NAMELESS { Some(&self.nameless) } else { self.slots.get(place) }
    }

    /// The line of a number that was at a [place](Line::place) once, and is there for ever.
    #[inline]
    pub(crate) fn line_at(&self, place: u32, number: PhoneNumber) -> Line<'_> {
        let slot = self.slot(place).unwrap_or(&self.nameless);
        Line { gate: self, slot, place, number }
    }

    fn take_anyway<'a>(
        &'a self,
        place: u32,
        slot: &'a Slot,
        way: Way,
        emergency: bool,
    ) -> Permit<'a> {
        let path = slot.path.load(Ordering::Acquire);
        slot.own.take_anyway(emergency);
        let steps = self.steps(path, way);
        for step in steps {
            step.take_anyway(emergency);
        }
        Permit { gate: self, slot, steps, taken: Taken { place, path, way, emergency } }
    }

    /// Where the slot of a number is, if it was seen before.
    #[inline]
    fn place_of(&self, number: PhoneNumber) -> Option<u32> {
        self.numbers.find(number.digits(), |place| Some(place.load(Ordering::Relaxed)))
    }

    /// Where a number's calls are counted; a number that is seen for the first time has no limit.
    #[inline]
    pub fn line(&self, number: PhoneNumber) -> Line<'_> {
        let place = self.place_of(number).unwrap_or_else(|| self.open(number));
        self.line_at(place, number)
    }

    /// As [`line`](Self::line), of a number that was seen before.
    #[inline]
    pub(crate) fn find(&self, number: PhoneNumber) -> Option<Line<'_>> {
        Some(self.line_at(self.place_of(number)?, number))
    }

    /// The place of a number that is seen for the first time.
    #[cold]
    fn open(&self, number: PhoneNumber) -> u32 {
        let _known = self.known();
        // Another thread may have been first.
        if let Some(place) = self.place_of(number) {
            return place;
        }
        // There are four billion places; whoever comes after them has no limit of its own.
        let Some((place, _)) = self.slots.add() else { return NAMELESS };
        self.numbers.add(number.digits(), &place.into());
        place
    }

    /// Admits an emergency call, whatever the limits; it is counted apart. The caller may have no
    /// number.
    pub fn admit_emergency(&self, number: Option<PhoneNumber>) -> Permit<'_> {
        match number {
            Some(number) => self.line(number).admit_emergency(),
            None => self.take_anyway(NAMELESS, &self.nameless, Way::Outbound, true),
        }
    }

    /// Releases a permit that the gate [keeps](Permit::keep).
    ///
    /// # Errors
    ///
    /// `capacity.permit_unknown` if no open permit has this number: it was released, its time has
    /// come, or it was never given out.
    #[inline]
    pub fn release(&self, permit: u64) -> Result<(), Error> {
        let released = self.release_by(thread::number(), permit);
        if released { Ok(()) } else { Err(Error::PermitUnknown { permit }) }
    }

    /// Releases permits, those that are open; answers how many there were.
    pub fn release_all(&self, permits: &[u64]) -> usize {
        let thread = thread::number();
        permits.iter().filter(|permit| self.release_by(thread, **permit)).count()
    }

    #[inline]
    fn release_by(&self, thread: u32, permit: u64) -> bool {
        let taken = self.permits.close(thread, permit);
        taken.map(|taken| self.end(taken)).is_some()
    }

    #[inline]
    fn end(&self, word: u64) {
        let taken = Taken::of(word);
        if let Some(slot) = self.slot(taken.place) {
            give_back(slot, self.steps(taken.path, taken.way));
        }
    }

    /// Moves the call of a kept permit to another number; answers the permit's new number. The old
    /// permit stays if that refuses. An emergency call stays one, and moves whatever the limits.
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
        let taken = Taken::of(self.permits.get(permit).ok_or_else(unknown)?);
        let line = self.line(number);
        let moved = if taken.emergency { line.admit_emergency() } else { line.admit(way)? };
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
        let taken = self.permits.close(thread::number(), permit).ok_or_else(unknown)?;
        let opened = self.permits.open(thread::number(), taken, second(ends_at));
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
        self.permits.expire(thread::number(), second, |word| {
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
        let found = self.place_of(number).and_then(|place| self.slot(place));
        found.map(|slot| occupancy(&slot.own)).unwrap_or_default()
    }
}

#[inline]
fn give_back(slot: &Slot, steps: &[Step]) {
    slot.own.give_back();
    for step in steps {
        step.give_back();
    }
}

#[cfg(test)]
mod tests;
