//! Values by a number, found without a lock.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Values by keys. Whoever adds one holds a lock of the owner; who looks takes none.
///
/// A table that is half full is copied into one of twice the length; the old one stays for those who
/// look at it, so there is at most twice the memory. Nothing is taken out.
#[derive(Debug)]
pub(crate) struct Finder<V> {
    tables: [OnceLock<Box<[Cell<V>]>>; TABLES],
    newest: AtomicU32,
    count: AtomicU64,
}

/// What can be set once while others look at it.
pub(crate) trait Found: Default {
    /// Sets this one, which is as it was made, as another one is.
    fn set_as(&self, other: &Self);
}

#[derive(Debug, Default)]
struct Cell<V> {
    /// 0 if there is none.
    key: AtomicU64,
    value: V,
}

/// The first table has two to the power of this cells; memory ends before the last table.
const FIRST: u32 = 6;
const TABLES: usize = 48;

impl<V> Default for Finder<V> {
    fn default() -> Self {
        let tables = std::array::from_fn(|_| OnceLock::new());
        Self { tables, newest: AtomicU32::new(0), count: AtomicU64::new(0) }
    }
}

/// Cells in the order in which a key may be in them.
fn cells<V>(table: &[Cell<V>], key: u64) -> impl Iterator<Item = &Cell<V>> {
    // Keys in a row fall far apart; the table's length is a power of two.
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let bits = table.len().checked_ilog2().unwrap_or_default();
    let first = mixed.checked_shr(u64::BITS.saturating_sub(bits)).unwrap_or_default();
    let first = usize::try_from(first).unwrap_or_default();
    let (before, after) = table.split_at_checked(first).unwrap_or((table, &[]));
    after.iter().chain(before)
}

impl<V: Found> Finder<V> {
    /// What `found` makes of the first value with a key of which it makes anything. The key is not 0.
    #[inline]
    pub(crate) fn find<'a, T>(&'a self, key: u64, found: impl Fn(&'a V) -> Option<T>) -> Option<T> {
        let newest = usize::try_from(self.newest.load(Ordering::Acquire)).ok()?;
        let table = self.tables.get(newest)?.get()?;
        for cell in cells(table, key) {
            match cell.key.load(Ordering::Acquire) {
                0 => return None,
                other if other == key => {
                    if let Some(found) = found(&cell.value) {
                        return Some(found);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Adds a value. The caller holds the owner's lock, and the key is not 0.
    pub(crate) fn add(&self, key: u64, value: &V) {
        let newest = self.newest.load(Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed).saturating_add(1);
        let length = 1_u64.checked_shl(newest.saturating_add(FIRST)).unwrap_or(u64::MAX);
        if count > length / 2 {
            let bigger = newest.saturating_add(1);
            let old = self.table(newest).unwrap_or_default();
            let new = self.table(bigger).unwrap_or_default();
            for cell in old {
                let key = cell.key.load(Ordering::Relaxed);
                if key != 0 {
                    put(new, key, &cell.value);
                }
            }
            put(new, key, value);
            self.newest.store(bigger, Ordering::Release);
        } else {
            put(self.table(newest).unwrap_or_default(), key, value);
        }
        self.count.store(count, Ordering::Relaxed);
    }

    fn table(&self, which: u32) -> Option<&[Cell<V>]> {
        let length = 1_usize.checked_shl(which.saturating_add(FIRST))?;
        let table = self.tables.get(usize::try_from(which).ok()?)?;
        Some(table.get_or_init(|| (0..length).map(|_| Cell::default()).collect()))
    }

    /// All values, in no order; those that were added while this is asked perhaps.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &V> {
        let newest = usize::try_from(self.newest.load(Ordering::Acquire)).unwrap_or_default();
        let table = self.tables.get(newest).and_then(OnceLock::get);
        let cells = table.into_iter().flat_map(|cells| cells.iter());
        cells.filter(|cell| cell.key.load(Ordering::Acquire) != 0).map(|cell| &cell.value)
    }

    /// Bytes of memory, without what the values own.
    pub(crate) fn bytes(&self) -> usize {
        let tables = self.tables.iter().filter_map(OnceLock::get);
        tables.fold(0, |all, table| all.saturating_add(size_of_val::<[Cell<V>]>(table)))
    }
}

fn put<V: Found>(table: &[Cell<V>], key: u64, value: &V) {
    if let Some(cell) = cells(table, key).find(|cell| cell.key.load(Ordering::Relaxed) == 0) {
        cell.value.set_as(value);
        // Who sees the key sees the value.
        cell.key.store(key, Ordering::Release);
    }
}

impl Found for AtomicU32 {
    fn set_as(&self, other: &Self) {
        self.store(other.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_with_its_value_and_no_other() {
        let finder = Finder::<AtomicU32>::default();
        let key = |at: u32| 14_255_550_000 + u64::from(at) * 7;
        let find = |key| finder.find(key, |value| Some(value.load(Ordering::Relaxed)));
        for at in 0..5_000_u32 {
            assert_eq!(find(key(at)), None);
            finder.add(key(at), &at.into());
        }
        for at in 0..5_000_u32 {
            assert_eq!(find(key(at)), Some(at));
        }
        assert_eq!(find(442_079_460_123), None);
        assert_eq!(finder.iter().count(), 5_000);
    }

    #[test]
    fn values_with_the_same_key_are_told_apart() {
        let finder = Finder::<AtomicU32>::default();
        for value in 0..100_u32 {
            finder.add(7, &value.into());
        }
        let find = |wanted| {
            finder.find(7, |value| Some(value.load(Ordering::Relaxed)).filter(|it| *it == wanted))
        };
        assert_eq!((find(0), find(99), find(100)), (Some(0), Some(99), None));
    }
}
