//! Numbers for threads: no two threads have the same one at the same time.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Numbers that threads have had and no longer have, and how many there ever were.
static FREE: Mutex<(BTreeSet<u32>, u32)> = Mutex::new((BTreeSet::new(), 0));

/// Gives the number back when its thread ends.
struct Own;

thread_local! {
    /// The thread's number, counted from 1; 0 stands for none.
    static NUMBER: Cell<u32> = const { Cell::new(0) };
    static OWN: Own = const { Own };
}

impl Drop for Own {
    fn drop(&mut self) {
        // What the thread does after this gets a number that is never given back.
        let number = NUMBER.replace(0);
        if let Some(number) = number.checked_sub(1) {
            free().0.insert(number);
        }
    }
}

fn free() -> MutexGuard<'static, (BTreeSet<u32>, u32)> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of the thread that asks, the same until it ends; from 0 on.
#[inline]
pub(super) fn number() -> u32 {
    NUMBER.get().checked_sub(1).unwrap_or_else(take)
}

/// The lowest number that no thread has.
#[cold]
fn take() -> u32 {
    let number = {
        let mut free = free();
        free.0.pop_first().unwrap_or_else(|| {
            let next = free.1;
            free.1 = next.saturating_add(1);
            next
        })
    };
    NUMBER.set(number.saturating_add(1));
    // From here on it is given back when the thread ends, unless it is ending now.
    let _ = OWN.try_with(|_| ());
    number
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn no_two_threads_have_the_same_number_and_it_is_given_on() {
        let own = number();
        assert_eq!(own, number());
        let together = Barrier::new(8);
        let numbers: BTreeSet<u32> = std::thread::scope(|scope| {
            let ask = || {
                together.wait();
                let number = number();
                together.wait();
                number
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(numbers.len(), 8);
        assert!(!numbers.contains(&own));
        // Other tests run beside this one, and their threads take and give numbers too.
        let later = (0..1_000).map(|_| std::thread::spawn(number).join().unwrap());
        assert!(later.max().unwrap() < 500);
    }
}
