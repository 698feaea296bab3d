//! Permits by number, for callers that cannot own one: C and Python.

use std::sync::{Mutex, PoisonError};

use super::{Error, Permit};

/// Open permits; each has a number that no other one of them ever has.
///
/// A number names a place and how often that place was used before, so one that was released is
/// told from one that is open. Another system counts by itself and gives out the same numbers.
#[derive(Debug, Default)]
pub struct Permits {
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    places: Vec<Place>,
    free: Vec<u32>,
}

#[derive(Debug, Default)]
struct Place {
    uses: u32,
    permit: Option<Permit>,
}

impl Permits {
    /// Keeps a permit until it is released by the number that is answered.
    pub fn keep(&self, permit: Permit) -> u64 {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let index = places.free.pop().unwrap_or_else(|| {
            places.places.push(Place::default());
            u32::try_from(places.places.len()).unwrap_or(u32::MAX).saturating_sub(1)
        });
        let mut uses = 0;
        if let Some(place) = usize::try_from(index).ok().and_then(|at| places.places.get_mut(at)) {
            place.uses = place.uses.wrapping_add(1).max(1);
            (uses, place.permit) = (place.uses, Some(permit));
        }
        (u64::from(uses) << 32) | u64::from(index)
    }

    /// Releases a permit: its place can be taken by another call.
    ///
    /// # Errors
    ///
    /// `capacity.permit_unknown` if no open permit has this number.
    pub fn release(&self, permit: u64) -> Result<(), Error> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let index = u32::try_from(permit & u64::from(u32::MAX)).unwrap_or(u32::MAX);
        let released = usize::try_from(index)
            .ok()
            .and_then(|at| places.places.get_mut(at))
            .filter(|place| u64::from(place.uses) == permit >> 32)
            .and_then(|place| place.permit.take());
        match released {
            Some(released) => {
                places.free.push(index);
                drop(places);
                drop(released);
                Ok(())
            }
            None => Err(Error::PermitUnknown { permit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CapacityClass, Gate};
    use super::*;

    #[test]
    fn a_permit_is_released_once() {
        let (gate, permits) = (Gate::default(), Permits::default());
        let number = "+14255550100".parse().unwrap();
        let admit = || permits.keep(gate.admit(number, CapacityClass::Few, 9).unwrap());
        let (first, second) = (admit(), admit());
        assert_ne!(first, second);
        assert_eq!(permits.release(first), Ok(()));
        assert_eq!(permits.release(first), Err(Error::PermitUnknown { permit: first }));
        let third = admit();
        assert_ne!(third, first);
        for unknown in [0, first, u64::MAX, third + (1 << 32)] {
            assert_eq!(permits.release(unknown), Err(Error::PermitUnknown { permit: unknown }));
        }
        assert_eq!(gate.occupancy(number).in_use, 2);
        assert_eq!((permits.release(second), permits.release(third)), (Ok(()), Ok(())));
        assert_eq!(gate.occupancy(number).in_use, 0);
    }
}
