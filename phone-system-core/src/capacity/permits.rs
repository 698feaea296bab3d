//! Permits by number, for callers that cannot own one: C, Python, and whoever keeps a call in a table.

use super::places::Places;
use super::sync::{AtomicU32, AtomicU64, Ordering};

/// Open permits, each with a number that no other one of them has.
///
/// A number names a place, and how often that place was used, so that one that was released is told
/// from one that is open. Nothing here takes a lock. Free places lie on stacks, one for some threads
/// each, so that threads seldom meet.
#[derive(Debug)]
pub(super) struct Permits {
    entries: Places<Entry>,
    free: [Stack; STACKS],
}

const STACKS: usize = 16;

/// The top of a stack of free places: how often it was changed above the place, counted from 1; 0
/// stands for none.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Stack(AtomicU64);

/// A place for a permit.
#[derive(Debug, Default)]
struct Entry {
    /// How often the place was used above one bit that tells whether it is open.
    state: AtomicU64,
    /// What the permit is for.
    what: AtomicU64,
    /// The second from which on the permit has ended.
    ends: AtomicU32,
    /// The place below it on the stack, counted from 1.
    below: AtomicU32,
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
        Self { entries: Places::default(), free: std::array::from_fn(|_| Stack::default()) }
    }
}

impl Permits {
    /// Opens a permit; answers its number. None if there are four billion.
    #[inline]
    pub(super) fn open(&self, thread: usize, what: u64, ends: u32) -> Option<u64> {
        let (place, entry) = match self.pop(thread) {
            Some(free) => free,
            None => self.entries.add()?,
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
    pub(super) fn close(&self, thread: usize, permit: u64) -> Option<u64> {
        let place = low(permit);
        self.end(thread, place, self.entries.get(place)?, permit >> 32)
    }

    fn end(&self, thread: usize, place: u32, entry: &Entry, uses: u64) -> Option<u64> {
        let closed = entry.state.compare_exchange(
            open(uses),
            uses << 1,
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        closed.ok()?;
        let what = entry.what.load(Ordering::Relaxed);
        self.push(thread, place, entry);
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
    pub(super) fn expire(&self, thread: usize, second: u32, mut ended: impl FnMut(u64)) {
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

    fn stack(&self, thread: usize) -> Option<&AtomicU64> {
        self.free.get(thread % STACKS).map(|stack| &stack.0)
    }

    fn pop(&self, thread: usize) -> Option<(u32, &Entry)> {
        let stack = self.stack(thread)?;
        let mut top = stack.load(Ordering::Acquire);
        loop {
            let place = low(top).checked_sub(1)?;
            let entry = self.entries.get(place)?;
            let below = entry.below.load(Ordering::Relaxed);
            // The count above tells a stack that others have changed from one that looks the same.
            let next = word((top >> 32).wrapping_add(1) & LOW, below);
            let popped =
                stack.compare_exchange_weak(top, next, Ordering::AcqRel, Ordering::Acquire);
            match popped {
                Ok(_) => return Some((place, entry)),
                Err(changed) => top = changed,
            }
        }
    }

    fn push(&self, thread: usize, place: u32, entry: &Entry) {
        let Some(stack) = self.stack(thread) else { return };
        let mut top = stack.load(Ordering::Acquire);
        loop {
            entry.below.store(low(top), Ordering::Relaxed);
            let next = word((top >> 32).wrapping_add(1) & LOW, place.saturating_add(1));
            match stack.compare_exchange_weak(top, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return,
                Err(changed) => top = changed,
            }
        }
    }
}
