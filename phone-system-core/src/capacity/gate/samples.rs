//! What samples tell of the use of numbers and of limits that are shared.

use super::super::history::{History, Load, View};
use super::super::scope::{Scope, Share};
use super::Gate;
use crate::number::PhoneNumber;
use crate::time::{Duration, Timestamp};

impl Gate {
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
        let place = self.place_of(number);
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
