//! The limits that several numbers share: which there are, and which ones a number's calls meet.

use std::sync::{Arc, OnceLock};

use super::super::counter::{Apart, Counter, Full, MOST, Place};
use super::super::scope::{Limits, Scope, Share, Way};
use super::super::{Error, Occupancy};
use super::{Gate, Known, Slot, occupancy};
use crate::capacity::sync::Ordering;
use crate::number::PhoneNumber;

/// The limits besides the number's own, for calls of each way.
#[derive(Debug, Default)]
pub(super) struct Path {
    inbound: Box<[Step]>,
    outbound: Box<[Step]>,
}

/// So many paths fit into the word of a permit.
const PATHS: u32 = 1 << 30;

/// The counter of a limit that is shared.
pub(super) type Shared = Counter<Apart>;

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Step {
    counter: Arc<Shared>,
    scope: Scope,
    share: Share,
}

impl Step {
    pub(super) fn take_anyway(&self, emergency: bool) {
        self.counter.take_anyway(emergency);
    }

    #[inline]
    pub(super) fn give_back(&self) {
        self.counter.give_back();
    }

    #[cold]
    fn full(&self, Full { in_use, limit }: Full) -> Error {
        Error::ScopeFull { scope: self.scope.clone(), share: self.share, in_use, limit }
    }
}

impl Path {
    fn steps(&self, way: Way) -> &[Step] {
        match way {
            Way::Inbound => &self.inbound,
            Way::Outbound => &self.outbound,
        }
    }
}

impl Gate {
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
        for share in Share::ALL {
            let counter = known.counters.entry((scope.clone(), *share)).or_default();
            let committed = limits.of(*share).unwrap_or(MOST);
            let burst = if *share == Share::TwoWay { limits.burst } else { 0 };
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
            let set = Share::ALL.iter().filter(|share| limits.of(**share).is_some());
            names.extend(set.map(|share| (scope.clone(), *share)));
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
                let Some((place, made)) = self.paths.add().filter(|(place, _)| *place < PATHS)
                else {
                    return;
                };
                // It is new: nobody else has set it.
                let _ = made.set(path);
                known.paths.insert(names, place);
                place
            }
        };
        if let Some(slot) = self.place_of(number).and_then(|place| self.slots.get(place)) {
            slot.path.store(place, Ordering::Release);
        }
    }

    #[inline]
    pub(super) fn steps(&self, path: u32, way: Way) -> &[Step] {
        if path == 0 {
            return &[];
        }
        let path = self.paths.get(path).and_then(OnceLock::get);
        path.map(|path| path.steps(way)).unwrap_or_default()
    }

    /// What is known of the calls that a limit of a scope counts, and how many were let through above
    /// it (as a burst); none if it has no such limit.
    pub fn occupancy_of(&self, scope: &Scope, share: Share) -> Option<(Occupancy, u64)> {
        let known = self.known();
        known.limits.get(scope)?.of(share)?;
        let counter = known.counters.get(&(scope.clone(), share))?;
        Some((occupancy(counter), counter.bursts()))
    }
}

/// Takes the places besides the number's, or none, and the number's neither.
#[inline]
pub(super) fn take_all(slot: &Slot, steps: &[Step]) -> Result<(), Error> {
    match steps {
        [] => Ok(()),
        [_] => take_each::<1>(slot, steps),
        [_, _] => take_each::<2>(slot, steps),
        _ => take_each::<16>(slot, steps),
    }
}

/// Takes them one after the other. A call is counted for the peaks, and as a burst, only when all limits
/// have let it through; by limits after the first `LATER` of them, at once.
#[inline]
fn take_each<const LATER: usize>(slot: &Slot, steps: &[Step]) -> Result<(), Error> {
    let mut places = [Place::default(); LATER];
    for (at, step) in steps.iter().enumerate() {
        match step.counter.take() {
            Ok(taken) => match places.get_mut(at) {
                Some(place) => *place = taken,
                None => step.counter.let_through(taken),
            },
            Err(full) => {
                undo(slot, steps, at);
                return Err(step.full(full));
            }
        }
    }
    for (step, place) in steps.iter().zip(places) {
        step.counter.let_through(place);
    }
    Ok(())
}

/// Takes back the number's place and the first `taken` of the others.
#[cold]
fn undo(slot: &Slot, steps: &[Step], taken: usize) {
    for step in steps.iter().take(taken) {
        step.counter.undo();
    }
    slot.own.undo();
}
