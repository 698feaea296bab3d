//! The gate: counts live calls per number, exactly, and never more than the limit.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{CapacityClass, Error, Occupancy};
use crate::number::PhoneNumber;

/// What is known of a number's calls.
///
/// `in_use` alone decides; the others are for reports and may be read a moment apart from it.
#[derive(Debug, Default)]
struct Slot {
    in_use: AtomicU32,
    peak: AtomicU32,
    admitted: AtomicU64,
    refused: AtomicU64,
    emergency: AtomicU64,
}

/// Live calls by number.
///
/// It stands beside the log: permits are gone when the process ends. It can be shared between
/// threads. Admitting and releasing change counters by atomic operations; a lock is taken for
/// writing only when a number is seen for the first time, and a slot is never given up, so memory
/// grows with the numbers that ever had a call (about 150 bytes each).
#[derive(Debug, Default)]
pub struct Gate {
    slots: RwLock<HashMap<PhoneNumber, Arc<Slot>>>,
    /// Emergency calls of callers without a number.
    nameless: Arc<Slot>,
}

/// The right to one call; dropping it gives the place back.
#[derive(Debug)]
#[must_use = "a permit that is dropped at once holds no place"]
pub struct Permit {
    slot: Arc<Slot>,
    emergency: bool,
}

impl Permit {
    /// Whether it was given to an emergency call.
    pub fn is_emergency(&self) -> bool {
        self.emergency
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // Every permit has added one, so this never goes below zero.
        self.slot.in_use.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Gate {
    fn slot(&self, number: PhoneNumber) -> Arc<Slot> {
        let known = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = known.get(&number) {
            return Arc::clone(slot);
        }
        drop(known);
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(number).or_default())
    }

    /// Admits a call on `number` if fewer than `limit` are there.
    ///
    /// A limit that was lowered below what is there ends no call; new ones wait.
    ///
    /// # Errors
    ///
    /// `capacity.limit_reached` with the limit and its use.
    pub fn admit(
        &self,
        number: PhoneNumber,
        class: CapacityClass,
        limit: u32,
    ) -> Result<Permit, Error> {
        let slot = self.slot(number);
        let taken = slot.in_use.fetch_update(Ordering::AcqRel, Ordering::Acquire, |in_use| {
            if in_use < limit { in_use.checked_add(1) } else { None }
        });
        match taken {
            Ok(before) => {
                slot.peak.fetch_max(before.saturating_add(1), Ordering::Relaxed);
                slot.admitted.fetch_add(1, Ordering::Relaxed);
                Ok(Permit { slot, emergency: false })
            }
            Err(in_use) => {
                slot.refused.fetch_add(1, Ordering::Relaxed);
                Err(Error::LimitReached { number, class, in_use, limit })
            }
        }
    }

    /// Admits an emergency call, whatever the limit; it is counted apart. The caller may have no
    /// number.
    pub fn admit_emergency(&self, number: Option<PhoneNumber>) -> Permit {
        let slot = number.map_or_else(|| Arc::clone(&self.nameless), |number| self.slot(number));
        let before = slot.in_use.fetch_add(1, Ordering::AcqRel);
        slot.peak.fetch_max(before.saturating_add(1), Ordering::Relaxed);
        slot.emergency.fetch_add(1, Ordering::Relaxed);
        Permit { slot, emergency: true }
    }

    /// What is known of a number's calls; nothing of one that never had any.
    pub fn occupancy(&self, number: PhoneNumber) -> Occupancy {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let Some(slot) = slots.get(&number) else { return Occupancy::default() };
        Occupancy {
            in_use: slot.in_use.load(Ordering::Acquire),
            peak: slot.peak.load(Ordering::Relaxed),
            admitted: slot.admitted.load(Ordering::Relaxed),
            refused: slot.refused.load(Ordering::Relaxed),
            emergency: slot.emergency.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> PhoneNumber {
        "+14255550100".parse().unwrap()
    }

    #[test]
    fn a_limit_is_exact_and_a_permit_gives_its_place_back() {
        let gate = Gate::default();
        let admit = || gate.admit(number(), CapacityClass::Few, 2);
        let (first, second) = (admit().unwrap(), admit().unwrap());
        let refused = Error::LimitReached {
            number: number(),
            class: CapacityClass::Few,
            in_use: 2,
            limit: 2,
        };
        assert_eq!(admit().unwrap_err(), refused);
        let emergency = gate.admit_emergency(Some(number()));
        assert!(emergency.is_emergency() && !first.is_emergency());
        drop((first, emergency));
        assert!(admit().is_ok());
        drop(second);
        assert_eq!(
            gate.occupancy(number()),
            Occupancy { in_use: 0, peak: 3, admitted: 3, refused: 1, emergency: 1 }
        );
    }

    #[test]
    fn a_lowered_limit_ends_no_call() {
        let gate = Gate::default();
        let held: Vec<_> =
            (0..3).map(|_| gate.admit(number(), CapacityClass::Few, 3).unwrap()).collect();
        assert!(gate.admit(number(), CapacityClass::Few, 1).is_err());
        assert_eq!(gate.occupancy(number()).in_use, 3);
        drop(held);
        assert!(gate.admit(number(), CapacityClass::Few, 1).is_ok());
        assert!(gate.admit(number(), CapacityClass::Few, 0).is_err());
    }

    #[test]
    fn threads_never_exceed_a_limit_and_lose_no_place() {
        let gate = Gate::default();
        let most = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        if let Ok(permit) = gate.admit(number(), CapacityClass::Few, 3) {
                            most.fetch_max(gate.occupancy(number()).in_use, Ordering::Relaxed);
                            drop(permit);
                        }
                    }
                });
            }
        });
        let Occupancy { in_use, peak, admitted, refused, .. } = gate.occupancy(number());
        assert_eq!((in_use, admitted + refused), (0, 80_000));
        assert!(peak <= 3 && most.into_inner() <= 3);
    }
}
