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

use counter::Counter;
use loom::sync::Arc;
use loom::thread;
use permits::Permits;

#[test]
fn a_counter_never_has_more_than_its_limit_and_loses_none() {
    loom::model(|| {
        let counter = Arc::new(Counter::default());
        counter.set(1, 1);
        let call = |counter: &Counter| match counter.take() {
            Ok(_) => {
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
        let counter = Arc::new(Counter::default());
        let other = Arc::clone(&counter);
        let thread = thread::spawn(move || {
            other.take().unwrap();
            other.undo();
        });
        counter.take_anyway(true);
        counter.take().unwrap();
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
fn a_place_is_used_by_one_at_a_time() {
    loom::model(|| {
        let permits = Arc::new(Permits::default());
        let first = permits.open(0, 1, permits::NEVER).unwrap();
        permits.close(0, first).unwrap();
        // Both take from the stack on which one place lies.
        let other = Arc::clone(&permits);
        let thread = thread::spawn(move || other.open(0, 2, permits::NEVER).unwrap());
        let third = permits.open(0, 3, permits::NEVER).unwrap();
        let second = thread.join().unwrap();
        assert!(first != second && second != third && permits.count() == 2);
        assert_eq!((permits.close(0, second), permits.close(0, third)), (Some(2), Some(3)));
    });
}
