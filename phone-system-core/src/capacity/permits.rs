//! Permits by number, for callers that cannot own one: C, Python, and whoever keeps a call in a table.

use super::places::Places;
use super::sync::{AtomicU32, AtomicU64, Ordering};

/// Open permits, each with a number that no other one of them has.
///
/// A number names a place, and how often that place was used, so that one that was released is told
/// from one that is open. Nothing here takes a lock.
///
/// A thread names itself by a number that no other thread has at the time. A free place lies on a list
/// of the thread that made it: on one that this thread alone touches if it gave the place back itself,
/// else on one that it takes over whole when the first is empty. So there are never more places than
/// each thread had permits open at once, whichever thread gives them back.
#[derive(Debug)]
pub(super) struct Permits {
    entries: Places<Entry>,
    /// Of the first threads, found at once, and of those after them.
    free: [Free; FEW],
    more_free: Places<Free>,
}

const FEW: usize = 64;

/// How many places a thread makes at once.
pub(super) const TOGETHER: u64 = 16;

/// The free places of a thread: the first of each list, counted from 1; 0 stands for none.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Free {
    /// Those that the thread gave back itself.
    own: AtomicU32,
    /// Those that others gave back.
    returned: AtomicU32,
}

/// A place for a permit.
#[derive(Debug, Default)]
struct Entry {
    /// How often the place was used above one bit that tells whether it is open.
    state: AtomicU64,
    /// What the permit is for.
    what: AtomicU64,
    /// The second from which on the permit has ended.
    ends: AtomicU32,
    /// The next on a list of free places, counted from 1.
    next: AtomicU32,
    /// The thread that made it.
    home: AtomicU32,
}

/// What stands for no end, and the last second that can be one: in the year 2106.
pub(super) const NEVER: u32 = u32::MAX;

const LOW: u64 = u32::MAX as u64;

/// Two halves as one word.
fn word(high: u64, low: u32) -> u64 {
    (high << 32) | u64::from(low)
}

fn low(word: u64) -> u32 {
    u32::try_from(word & LOW).unwrap_or(u32::MAX)
}

/// The state of a place that is open in a use.
fn open(uses: u64) -> u64 {
    (uses << 1) | 1
}

impl Default for Permits {
    fn default() -> Self {
        let free = std::array::from_fn(|_| Free::default());
        Self { entries: Places::default(), free, more_free: Places::default() }
    }
}

impl Permits {
    /// Opens a permit; answers its number. None if there are four billion.
    #[inline]
    pub(super) fn open(&self, thread: u32, what: u64, ends: u32) -> Option<u64> {
        let (place, entry) = match self.take_free(thread) {
            Some(free) => free,
            None => self.add(thread)?,
        };
        // Nobody else has the place now. 32 bits of uses, of which 0 is not used.
        let uses = (entry.state.load(Ordering::Relaxed) >> 1).wrapping_add(1) & LOW;
        let uses = uses.max(1);
        entry.what.store(what, Ordering::Relaxed);
        entry.ends.store(ends, Ordering::Relaxed);
        entry.state.store(open(uses), Ordering::Release);
        Some(word(uses, place))
    }

    /// Ends a permit; answers what it was for, to one of those who ask.
    #[inline]
    pub(super) fn close(&self, thread: u32, permit: u64) -> Option<u64> {
        let place = low(permit);
        self.end(thread, place, self.entries.get(place)?, permit >> 32)
    }

    #[inline]
    fn end(&self, thread: u32, place: u32, entry: &Entry, uses: u64) -> Option<u64> {
        let closed = entry.state.compare_exchange(
            open(uses),
            uses << 1,
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        closed.ok()?;
        let what = entry.what.load(Ordering::Relaxed);
        self.put_free(thread, place, entry);
        Some(what)
    }

    /// What an open permit is for.
    pub(super) fn get(&self, permit: u64) -> Option<u64> {
        let entry = self.entries.get(low(permit))?;
        let is_open = || entry.state.load(Ordering::Acquire) == open(permit >> 32);
        if !is_open() {
            return None;
        }
        let what = entry.what.load(Ordering::Acquire);
        // It may have been ended and opened anew meanwhile.
        is_open().then_some(what)
    }

    /// Ends the permits whose time has come; tells what each was for.
    pub(super) fn expire(&self, thread: u32, second: u32, mut ended: impl FnMut(u64)) {
        for (place, entry) in self.entries.iter() {
            let state = entry.state.load(Ordering::Acquire);
            let ends = entry.ends.load(Ordering::Acquire);
            // If it was ended and opened anew meanwhile, it is open in another use.
            if state & 1 == 1
                && ends <= second
                && ends != NEVER
                && let Some(what) = self.end(thread, place, entry, state >> 1)
            {
                ended(what);
            }
        }
    }

    /// How many are open now.
    pub(super) fn count(&self) -> usize {
        let open = |entry: &Entry| entry.state.load(Ordering::Acquire) & 1 == 1;
        self.entries.iter().filter(|(_, entry)| open(entry)).count()
    }

    #[inline]
    fn free(&self, thread: u32) -> Option<&Free> {
        let thread = usize::try_from(thread).ok()?;
        self.free.get(thread).or_else(|| {
            let after = u32::try_from(thread.checked_sub(FEW)?).ok()?;
            self.more_free.get(after)
        })
    }

    /// Takes a free place off the thread's list.
    #[inline]
    fn take_free(&self, thread: u32) -> Option<(u32, &Entry)> {
        let free = self.free(thread)?;
        let mut first = free.own.load(Ordering::Relaxed);
        if first == 0 {
            first = free.returned.swap(0, Ordering::Acquire);
        }
        let place = first.checked_sub(1)?;
        let entry = self.entries.get(place)?;
        free.own.store(entry.next.load(Ordering::Relaxed), Ordering::Relaxed);
        Some((place, entry))
    }

    /// Makes free places for the thread, and takes one.
    #[cold]
    fn add(&self, thread: u32) -> Option<(u32, &Entry)> {
        while self.free(thread).is_none() {
            self.more_free.add()?;
        }
        // Some at once, so that the places of two threads are seldom in one line of a processor's cache.
        let made: Vec<_> = (0..TOGETHER).filter_map(|_| self.entries.add()).collect();
        // The first to be taken is the first that was made.
        for (place, entry) in made.into_iter().rev() {
            entry.home.store(thread, Ordering::Relaxed);
            self.put_free(thread, place, entry);
        }
        self.take_free(thread)
    }

    /// Puts a place that was closed onto a list of the thread that made it.
    #[inline]
    fn put_free(&self, thread: u32, place: u32, entry: &Entry) {
        let home = entry.home.load(Ordering::Relaxed);
        let Some(free) = self.free(home) else { return };
        let counted = place.saturating_add(1);
        if home == thread {
            entry.next.store(free.own.load(Ordering::Relaxed), Ordering::Relaxed);
            free.own.store(counted, Ordering::Relaxed);
            return;
        }
        let mut first = free.returned.load(Ordering::Relaxed);
        loop {
            entry.next.store(first, Ordering::Relaxed);
            // Places are only ever taken off all at once, so a first that looks the same is the same.
            let put = free.returned.compare_exchange_weak(
                first,
                counted,
                Ordering::Release,
                Ordering::Relaxed,
            );
            match put {
                Ok(_) => return,
                Err(changed) => first = changed,
            }
        }
    }
}
