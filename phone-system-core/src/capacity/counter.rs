//! The calls of one limit, counted without a lock.

use std::borrow::Borrow;

use super::sync::{AtomicU32, AtomicU64, Ordering};

/// The bits that tell how many calls there are now; those above them tell how many were admitted.
const NOW: u64 = (1 << 24) - 1;

/// One more that was admitted.
const ADMITTED: u64 = NOW + 1;

/// The most calls at once that can be counted, and so the highest limit.
pub(super) const MOST: u32 = (1 << 24) - 1;

/// The limit stands above so many bits of its word.
const LIMIT: u32 = 32;

fn limits(limit: u32, committed: u32) -> u64 {
    (u64::from(limit) << LIMIT) | u64::from(committed)
}

/// A place that was taken, for a call that other limits may refuse yet: how many calls there are with
/// it, and whether it is one of those that are counted apart. One word, so that a call of many limits
/// writes little before its next atomic change, which waits for all that was written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place(u32);

/// The bit of a place that is counted apart; none of [`NOW`].
const BURST: u32 = 1 << 31;

impl Place {
    #[inline]
    fn new(in_use: u32, burst: bool) -> Self {
        Self(if burst { in_use | BURST } else { in_use })
    }

    #[inline]
    fn in_use(self) -> u32 {
        self.0 & !BURST
    }

    #[inline]
    fn is_burst(self) -> bool {
        self.0 & BURST != 0
    }
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full {
    /// Calls now.
    pub(super) in_use: u32,
    /// How many there may be.
    pub(super) limit: u32,
}

/// The calls of one limit.
///
/// One word holds the calls now and the sum of those that were admitted, so that both change at
/// once, and a call costs two atomic changes: one when it begins and one when it ends. The word is
/// [`Apart`] where many threads count in it.
#[derive(Debug)]
pub(super) struct Counter<Word = AtomicU64> {
    calls: Word,
    /// How many there may be above how many of them are not counted apart, which are never more. One
    /// word, so that two who set them at once do not leave the half of each.
    limits: AtomicU64,
    /// The most at once since the last sample, and before it.
    recent: AtomicU32,
    peak: AtomicU32,
    refused: AtomicU64,
    emergency: AtomicU64,
    bursts: AtomicU64,
}

/// A word away from all else: processors fetch two lines of 64 bytes at once. Who only reads what
/// stands beside it then does not wait for those who count.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Apart(AtomicU64);

impl From<AtomicU64> for Apart {
    fn from(word: AtomicU64) -> Self {
        Self(word)
    }
}

impl Borrow<AtomicU64> for Apart {
    #[inline]
    fn borrow(&self) -> &AtomicU64 {
        &self.0
    }
}

impl<Word: From<AtomicU64>> Default for Counter<Word> {
    /// Without a limit.
    fn default() -> Self {
        Self {
            calls: AtomicU64::new(0).into(),
            limits: AtomicU64::new(limits(MOST, MOST)),
            recent: AtomicU32::new(0),
            peak: AtomicU32::new(0),
            refused: AtomicU64::new(0),
            emergency: AtomicU64::new(0),
            bursts: AtomicU64::new(0),
        }
    }
}

/// A number of calls at once: what stands lowest in a word.
fn now(word: u64) -> u32 {
    u32::try_from(word & NOW).unwrap_or(MOST)
}

/// The same with one call more that was admitted. The sum stays at its highest once it is there,
/// after 10^12 calls.
fn one_more(word: u64) -> u64 {
    word.checked_add(ADMITTED).unwrap_or(word).saturating_add(1)
}

impl<Word: Borrow<AtomicU64>> Counter<Word> {
    #[inline]
    fn calls(&self) -> &AtomicU64 {
        self.calls.borrow()
    }

    /// Sets how many there may be at once, and above which number they are counted apart. Calls that
    /// are there stay.
    pub(super) fn set(&self, limit: u32, committed: u32) {
        let limit = limit.min(MOST);
        let limits = limits(limit, committed.min(limit));
        // Written only when changed, so that those who read it share its line of the cache.
        if self.limits.load(Ordering::Relaxed) != limits {
            self.limits.store(limits, Ordering::Release);
        }
    }

    /// Takes a place if there are fewer calls than the limit; else counts the refusal. The call is then
    /// [let through](Self::let_through), or the place taken [back](Self::undo).
    #[inline]
    pub(super) fn take(&self) -> Result<Place, Full> {
        let mut word = self.calls().load(Ordering::Relaxed);
        loop {
            let in_use = now(word);
            let limits = self.limits.load(Ordering::Acquire);
            let burst = in_use >= now(limits);
            let limit = now(limits >> LIMIT);
            if burst && in_use >= limit {
                self.refused.fetch_add(1, Ordering::Relaxed);
                return Err(Full { in_use, limit });
            }
            match self.swap(word, one_more(word)) {
                Ok(()) => return Ok(Place::new(in_use.saturating_add(1), burst)),
                Err(changed) => word = changed,
            }
        }
    }

    /// Takes a place whatever the limit: a call that was there before, or, counted apart, one to an
    /// emergency service.
    pub(super) fn take_anyway(&self, emergency: bool) {
        let mut word = self.calls().load(Ordering::Relaxed);
        loop {
            let more = if emergency { word.saturating_add(1) } else { one_more(word) };
            // 16 million calls at once are not counted beyond; these are not refused for that.
            let more = if now(word) == MOST { word } else { more };
            match self.swap(word, more) {
                Ok(()) => break,
                Err(changed) => word = changed,
            }
        }
        if emergency {
            self.emergency.fetch_add(1, Ordering::Relaxed);
        }
        self.reached(now(word).saturating_add(1));
    }

    /// Gives a place back. Each that was taken is given back once.
    #[inline]
    pub(super) fn give_back(&self) {
        let before = self.calls().fetch_sub(1, Ordering::AcqRel);
        if now(before) == 0 {
            // One of those beyond 16 million, which were not counted.
            self.calls().fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Takes back a place of a call that another limit refused.
    pub(super) fn undo(&self) {
        let mut word = self.calls().load(Ordering::Relaxed);
        while now(word) > 0 {
            match self.swap(word, word.saturating_sub(1).saturating_sub(ADMITTED)) {
                Ok(()) => return,
                Err(changed) => word = changed,
            }
        }
    }

    #[inline]
    fn swap(&self, word: u64, other: u64) -> Result<(), u64> {
        let swapped =
            self.calls().compare_exchange_weak(word, other, Ordering::AcqRel, Ordering::Relaxed);
        swapped.map(drop)
    }

    #[inline]
    fn reached(&self, in_use: u32) {
        if in_use > self.recent.load(Ordering::Relaxed) {
            self.recent.fetch_max(in_use, Ordering::AcqRel);
        }
    }

    /// Counts a call for the peak, and apart if it is to be, now that no limit has refused it.
    #[inline]
    pub(super) fn let_through(&self, place: Place) {
        self.reached(place.in_use());
        if place.is_burst() {
            self.bursts.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn in_use(&self) -> u32 {
        now(self.calls().load(Ordering::Acquire))
    }

    pub(super) fn admitted(&self) -> u64 {
        self.calls().load(Ordering::Acquire) / ADMITTED
    }

    pub(super) fn peak(&self) -> u32 {
        // In this order: what is no longer recent is in the peak already.
        let recent = self.recent.load(Ordering::Acquire);
        recent.max(self.peak.load(Ordering::Acquire))
    }

    /// The most at once since this was asked last, those that were there then among them, and how many
    /// there are now.
    pub(super) fn take_recent(&self) -> (u32, u32) {
        let mut most = self.recent.load(Ordering::Acquire);
        loop {
            self.peak.fetch_max(most, Ordering::AcqRel);
            let taken = self.recent.compare_exchange(most, 0, Ordering::AcqRel, Ordering::Acquire);
            match taken {
                Ok(_) => break,
                Err(risen) => most = risen,
            }
        }
        let in_use = self.in_use();
        self.recent.fetch_max(in_use, Ordering::AcqRel);
        (most.max(in_use), in_use)
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(super) fn emergency(&self) -> u64 {
        self.emergency.load(Ordering::Relaxed)
    }

    pub(super) fn bursts(&self) -> u64 {
        self.bursts.load(Ordering::Relaxed)
    }
}
