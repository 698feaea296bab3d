//! Something that any thread uses at any time and one takes away, once nobody uses it any more.
//!
//! A lock, or a count of users, would be changed twice by each call, by all threads. Here each thread
//! says what it uses in a word that only it writes, and whoever takes it away looks at all of them.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, compiler_fence, fence};
use std::thread;
use std::time::Duration;

use crate::barrier;

/// A value that can be taken away while threads use it.
pub(crate) struct Closable<T> {
    /// Made from an `Arc`; null when it is closed.
    value: AtomicPtr<T>,
    /// Whether whoever closes it has all threads pass a barrier; else each passes one by itself whenever
    /// it uses the value.
    ordered_by_closing: bool,
    owns: PhantomData<Arc<T>>,
}

/// What a thread uses, for those who want to take it away.
#[derive(Default)]
#[repr(align(64))]
pub(crate) struct Presence {
    /// The address of a [`Closable`]; 0 for none.
    within: AtomicUsize,
    /// Whether it is given back when its thread leaves.
    once: AtomicBool,
    taken: AtomicBool,
    /// The one that was made before it.
    before: AtomicPtr<Self>,
}

/// The presence that was made last. None is ever freed; those of threads that ended are used again.
static LAST: AtomicPtr<Presence> = AtomicPtr::new(ptr::null_mut());

/// Gives the thread's presence back when the thread ends.
struct Own;

thread_local! {
    static HERE: Cell<Option<&'static Presence>> = const { Cell::new(None) };
    static OWN: Own = const { Own };
}

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(presence) = HERE.take() {
            presence.give_back();
        }
    }
}

impl Presence {
    fn all() -> impl Iterator<Item = &'static Self> {
        // SAFETY: each is null or was leaked by `add`.
        let known = |at: &AtomicPtr<Self>| unsafe { at.load(Ordering::Acquire).as_ref() };
        std::iter::successors(known(&LAST), move |presence| known(&presence.before))
    }

    /// The thread's own; another one, for once, if it is within something already.
    #[inline]
    fn here() -> &'static Self {
        match HERE.get() {
            Some(own) if own.within.load(Ordering::Relaxed) == 0 => own,
            _ => Self::take(),
        }
    }

    /// One that nobody has; the thread's own from now on if it has none and is not ending.
    #[cold]
    fn take() -> &'static Self {
        let is_free = |presence: &&Self| !presence.taken.swap(true, Ordering::Acquire);
        let presence = Self::all().find(is_free).unwrap_or_else(Self::add);
        let stays = HERE.get().is_none() && OWN.try_with(|_| ()).is_ok();
        if stays {
            HERE.set(Some(presence));
        }
        presence.once.store(!stays, Ordering::Relaxed);
        presence
    }

    #[inline]
    fn leave(&self) {
        self.within.store(0, Ordering::Release);
        if self.once.load(Ordering::Relaxed) {
            self.give_back();
        }
    }

    /// Forgets the stays of threads that a forked process does not have.
    pub(crate) fn forget_other_threads() {
        // The one thread that it has is not within anything while it forks.
        Self::all().for_each(|presence| presence.within.store(0, Ordering::Release));
    }

    fn give_back(&self) {
        self.taken.store(false, Ordering::Release);
    }

    fn add() -> &'static Self {
        let presence: &'static Self = Box::leak(Box::default());
        presence.taken.store(true, Ordering::Relaxed);
        let this = ptr::from_ref(presence).cast_mut();
        let mut last = LAST.load(Ordering::Acquire);
        loop {
            presence.before.store(last, Ordering::Relaxed);
            match LAST.compare_exchange_weak(last, this, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return presence,
                Err(other) => last = other,
            }
        }
    }
}

/// A thread's use of a value; closing waits for its end.
pub(crate) struct Within<'a, T> {
    /// From the `Arc`, which is there as long as the stay.
    value: NonNull<T>,
    _stay: Stay,
    closable: PhantomData<&'a Closable<T>>,
}

/// It ends on the thread on which it began.
struct Stay(&'static Presence, PhantomData<*const ()>);

impl Drop for Stay {
    #[inline]
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl<T> Deref for Within<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: it is there as long as the stay.
        unsafe { self.value.as_ref() }
    }
}

impl<T> Within<'_, T> {
    /// The value for longer than this use.
    pub(crate) fn share(&self) -> Arc<T> {
        let value = self.value.as_ptr().cast_const();
        // SAFETY: from an `Arc` that is there as long as the stay.
        unsafe {
            Arc::increment_strong_count(value);
            Arc::from_raw(value)
        }
    }
}

impl<T: Send + Sync> Closable<T> {
    pub(crate) fn new(value: Arc<T>) -> Self {
        Self::ordered(value, barrier::register())
    }

    fn ordered(value: Arc<T>, ordered_by_closing: bool) -> Self {
        let value = AtomicPtr::new(Arc::into_raw(value).cast_mut());
        Self { value, ordered_by_closing, owns: PhantomData }
    }

    /// Uses the value; none if it is closed.
    #[inline]
    pub(crate) fn enter(&self) -> Option<Within<'_, T>> {
        let stay = Stay(Presence::here(), PhantomData);
        // Whoever reads it sees all that the thread did before, elsewhere too.
        stay.0.within.store(self.address(), Ordering::Release);
        // Said before the value is read: so whoever closes it sees this stay, or this stay sees that it
        // is closed.
        if self.ordered_by_closing {
            compiler_fence(Ordering::SeqCst);
        } else {
            fence(Ordering::SeqCst);
        }
        let value = NonNull::new(self.value.load(Ordering::Acquire))?;
        Some(Within { value, _stay: stay, closable: PhantomData })
    }

    /// Takes the value away and waits until nobody uses it, but for those who have a share; answers it to
    /// the first who asks.
    pub(crate) fn close(&self) -> Option<Arc<T>> {
        let value = self.value.swap(ptr::null_mut(), Ordering::AcqRel);
        if value.is_null() {
            return None;
        }
        // SAFETY: from an `Arc`, and taken out by nobody else.
        let value = unsafe { Arc::from_raw(value.cast_const()) };
        if self.ordered_by_closing {
            if !barrier::order_all_threads() {
                // Nobody can know who uses it, so it is never freed.
                std::mem::forget(Arc::clone(&value));
                return Some(value);
            }
        } else {
            fence(Ordering::SeqCst);
        }
        for presence in Presence::all() {
            let mut looks = 0_u32;
            while presence.within.load(Ordering::Acquire) == self.address() {
                looks = looks.saturating_add(1);
                match looks {
                    0..100 => std::hint::spin_loop(),
                    100..200 => thread::yield_now(),
                    _ => thread::sleep(Duration::from_micros(100)),
                }
            }
        }
        Some(value)
    }

    #[inline]
    fn address(&self) -> usize {
        ptr::from_ref(self).addr()
    }
}

impl<T> Drop for Closable<T> {
    fn drop(&mut self) {
        let value = *self.value.get_mut();
        if !value.is_null() {
            // SAFETY: from an `Arc`, and nobody has this any more who could use it.
            drop(unsafe { Arc::from_raw(value.cast_const()) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Has another value once it was freed, for as long as its memory is not used again.
    struct Whole(AtomicUsize);

    const WHOLE: usize = 0x5EED;

    impl Drop for Whole {
        fn drop(&mut self) {
            self.0.store(0, Ordering::SeqCst);
        }
    }

    fn whole(ordered_by_closing: bool) -> Closable<Whole> {
        Closable::ordered(Arc::new(Whole(WHOLE.into())), ordered_by_closing)
    }

    fn ways() -> Vec<bool> {
        if barrier::register() { vec![false, true] } else { vec![false] }
    }

    #[test]
    fn nobody_uses_it_once_it_is_closed() {
        for ordered_by_closing in ways() {
            for _ in 0..300 {
                let (closable, begun) = (whole(ordered_by_closing), AtomicUsize::new(0));
                let closed = thread::scope(|scope| {
                    for _ in 0..3 {
                        scope.spawn(|| {
                            while let Some(whole) = closable.enter() {
                                assert_eq!(whole.0.load(Ordering::SeqCst), WHOLE);
                                begun.fetch_add(1, Ordering::Relaxed);
                            }
                        });
                    }
                    let close = || {
                        while begun.load(Ordering::Relaxed) < 50 {
                            thread::yield_now();
                        }
                        closable.close().map(|value| {
                            let alone = Arc::strong_count(&value) == 1;
                            // In its place, where a thread that is late would see it.
                            drop(value);
                            alone
                        })
                    };
                    let closing = [scope.spawn(close), scope.spawn(close)];
                    closing.map(|thread| thread.join().unwrap())
                });
                let by: Vec<_> = closed.into_iter().flatten().collect();
                assert_eq!(by, [true], "closed once, and freed");
            }
        }
    }

    #[test]
    fn closing_waits_for_those_within_and_not_for_shares() {
        for ordered_by_closing in ways() {
            let closable = whole(ordered_by_closing);
            let (inside, left) = (AtomicBool::new(false), AtomicBool::new(false));
            let share = closable.enter().unwrap().share();
            thread::scope(|scope| {
                scope.spawn(|| {
                    let within = closable.enter();
                    inside.store(true, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(20));
                    left.store(true, Ordering::SeqCst);
                    drop(within);
                });
                while !inside.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                assert!(closable.close().is_some());
                assert!(left.load(Ordering::SeqCst));
            });
            assert!(closable.enter().is_none());
            assert_eq!(share.0.load(Ordering::SeqCst), WHOLE);
        }
    }

    #[test]
    fn a_stay_ends_with_a_panic_and_may_be_within_another() {
        let (one, other) = (whole(true), whole(false));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _within = one.enter();
            panic!("within");
        }));
        std::panic::set_hook(hook);
        assert!(panicked.is_err());
        let first = one.enter();
        assert!(first.is_some());
        let (second, third) = (other.enter(), one.enter());
        assert!(second.is_some() && third.is_some());
        drop((first, second));
        assert!(other.close().is_some(), "nobody is within it any more");
        drop(third);
        assert!(one.close().is_some());
    }

    #[test]
    fn presences_are_used_again() {
        let closable = whole(false);
        for _ in 0..500 {
            thread::scope(|scope| {
                scope.spawn(|| drop(closable.enter()));
            });
        }
        // Other tests run beside this one, and their threads have presences too.
        assert!(Presence::all().count() < 100);
    }
}
