//! Values that are made one after the other and never move, found without a lock.

use std::sync::OnceLock;

use super::sync::{AtomicU32, Ordering};

/// Values by their place, from 0 on. Each chunk is twice as long as the one before, so nothing that
/// was made is ever moved or given back.
#[derive(Debug)]
pub(super) struct Places<T> {
    chunks: [OnceLock<Box<[T]>>; CHUNKS],
    made: AtomicU32,
}

/// Places of the first chunk: two to the power of this.
const FIRST: u32 = 6;

/// So many are enough for every place of 32 bits but the last 64.
const CHUNKS: usize = 26;

/// Chunk, and place in it.
fn parts(place: u32) -> Option<(usize, usize)> {
    let shifted = place.checked_add(1 << FIRST)?;
    let log = shifted.checked_ilog2()?;
    let chunk = log.checked_sub(FIRST)?;
    let within = shifted & !1_u32.checked_shl(log)?;
    Some((usize::try_from(chunk).ok()?, usize::try_from(within).ok()?))
}

impl<T> Default for Places<T> {
    fn default() -> Self {
        Self { chunks: std::array::from_fn(|_| OnceLock::new()), made: AtomicU32::new(0) }
    }
}

impl<T: Default> Places<T> {
    #[inline]
    pub(super) fn get(&self, place: u32) -> Option<&T> {
        let (chunk, within) = parts(place)?;
        self.chunks.get(chunk)?.get()?.get(within)
    }

    /// Makes one more; none if there is no place left.
    pub(super) fn add(&self) -> Option<(u32, &T)> {
        let more = |made: u32| made.checked_add(1).filter(|made| *made < u32::MAX - (1 << FIRST));
        let place = self.made.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        let (chunk, within) = parts(place)?;
        let chunk = self.chunks.get(chunk)?.get_or_init(|| {
            let length = 1_usize.checked_shl(u32::try_from(chunk).unwrap_or(0)).unwrap_or(0);
            (0..length << FIRST).map(|_| T::default()).collect()
        });
        Some((place, chunk.get(within)?))
    }

    /// Those that were made, and perhaps some whose making goes on.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let made = self.made.load(Ordering::Acquire);
        (0..made).filter_map(|place| Some((place, self.get(place)?)))
    }

    /// Bytes of memory, without what the values own.
    pub(super) fn bytes(&self) -> usize {
        let chunks = self.chunks.iter().filter_map(OnceLock::get);
        chunks.fold(0, |all, chunk| all.saturating_add(size_of_val::<[T]>(chunk)))
    }
}
