//! The gate's core under every order in which two threads can meet: the files of the library, built
//! upon atomic values that try them all.

#[path = "../phone-system-core/src/capacity/counter.rs"]
#[allow(dead_code, clippy::pedantic, reason = "a part of it is tried")]
mod counter;
#[path = "../phone-system-core/src/capacity/permits.rs"]
#[allow(dead_code, clippy::pedantic, reason = "a part of it is tried")]
mod permits;
#[path = "../phone-system-core/src/capacity/places.rs"]
#[allow(dead_code, clippy::pedantic, reason = "a part of it is tried")]
mod places;

mod sync {
    pub(super) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
}

use std::collections::BTreeSet;

use counter::Counter;
use loom::sync::Arc;
use loom::thread;
use permits::{Permits, TOGETHER};

#[test]
fn a_counter_never_has_more_than_its_limit_and_loses_none() {
    loom::model(|| {
        let counter = Arc::new(<Counter>::default());
        counter.set(1, 1);
        let call = |counter: &Counter| match counter.take() {
            Ok(place) => {
                counter.let_through(place);
                assert_eq!(counter.in_use(), 1);
                counter.give_back();
                1
            }
            Err(full) => {
                assert_eq!((full.in_use, full.limit), (1, 1));
                0
            }
        };
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || call(&other));
        let passed = call(&counter) + thread.join().unwrap();
        assert!(passed >= 1);
        assert_eq!((counter.in_use(), counter.peak()), (0, 1));
        assert_eq!((counter.admitted(), counter.refused()), (passed, 2 - passed));
    });
}

#[test]
fn what_another_limit_refused_was_never_admitted() {
    loom::model(|| {
        let counter = Arc::new(<Counter>::default());
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || {
            other.take().unwrap();
            other.undo();
        });
        counter.take_anyway(true);
        counter.let_through(counter.take().unwrap());
        thread.join().unwrap();
        assert_eq!((counter.in_use(), counter.admitted(), counter.emergency()), (2, 1, 1));
        assert!(counter.peak() >= 2);
    });
}

#[test]
fn a_permit_ends_once_whoever_ends_it() {
    loom::model(|| {
        let permits = Arc::new(Permits::default());
        let permit = permits.open(0, 7, 10).unwrap();
        let other = Arc::clone(&permits);
        let thread = thread::spawn(move || {
            let mut ended = 0;
            other.expire(1, 10, |what| {
                assert_eq!(what, 7);
                ended += 1;
            });
            ended
        });
        let closed = u32::from(permits.close(0, permit) == Some(7));
        assert_eq!(closed + thread.join().unwrap(), 1);
        assert_eq!((permits.count(), permits.close(0, permit)), (0, None));
    });
}

#[test]
fn a_place_that_others_give_back_is_used_by_one_at_a_time_and_is_not_lost() {
    let mut model = loom::model::Builder::new();
    model.max_branches = 10_000;
    model.check(|| {
        let permits = Arc::new(Permits::default());
        let open = |what| permits.open(0, what, permits::NEVER).unwrap();
        // All places that there are.
        let mut opened: Vec<u64> = (0..TOGETHER).map(open).collect();
        let close = |thread: u32, permit: u64| {
            let permits = Arc::clone(&permits);
            thread::spawn(move || permits.close(thread, permit))
        };
        let (one, other) = (close(1, opened[0]), close(2, opened[1]));
        // One of the two places, or one of those that are made then.
        let third = open(TOGETHER);
        assert_eq!((one.join().unwrap(), other.join().unwrap()), (Some(0), Some(1)));
        assert!(!opened.contains(&third));
        opened.drain(..2);
        opened.push(third);
        opened.extend((0..=TOGETHER).map(open));
        let places: BTreeSet<u64> =
            opened.iter().map(|permit| permit & u64::from(u32::MAX)).collect();
        assert_eq!(places, (0..2 * TOGETHER).collect());
        assert_eq!(permits.close(0, third), Some(TOGETHER));
    });
}
