//! Where a number's calls are counted, found without a lock.

use std::sync::OnceLock;

use super::sync::{AtomicU32, AtomicU64, Ordering};
use crate::number::PhoneNumber;

/// Places by number. Only who holds the gate's lock adds one; who looks takes none.
///
/// A table that is half full is copied into one of twice the length; the old one stays for those who
/// look at it, so there is at most twice the memory.
#[derive(Debug)]
pub(super) struct Numbers {
    tables: [OnceLock<Box<[Cell]>>; TABLES],
    newest: AtomicU32,
    count: AtomicU32,
}

#[derive(Debug, Default)]
struct Cell {
    /// The number's digits; 0 if there is none.
    digits: AtomicU64,
    place: AtomicU32,
}

/// The first table has two to the power of this cells, and the last so many times more.
const FIRST: u32 = 6;
const TABLES: usize = 27;

impl Default for Numbers {
    fn default() -> Self {
        let tables = std::array::from_fn(|_| OnceLock::new());
        Self { tables, newest: AtomicU32::new(0), count: AtomicU32::new(0) }
    }
}

/// Cells in the order in which a number may be in them.
fn cells(table: &[Cell], digits: u64) -> impl Iterator<Item = &Cell> {
    // Numbers in a row fall far apart; the table's length is a power of two.
    let mixed = digits.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let bits = table.len().checked_ilog2().unwrap_or_default();
    let first = mixed.checked_shr(u64::BITS.saturating_sub(bits)).unwrap_or_default();
    let first = usize::try_from(first).unwrap_or_default();
    let (before, after) = table.split_at_checked(first).unwrap_or((table, &[]));
    after.iter().chain(before)
}

impl Numbers {
    #[inline]
    pub(super) fn get(&self, number: PhoneNumber) -> Option<u32> {
        let newest = usize::try_from(self.newest.load(Ordering::Acquire)).ok()?;
        let table = self.tables.get(newest)?.get()?;
        for cell in cells(table, number.digits()) {
            match cell.digits.load(Ordering::Acquire) {
                0 => return None,
                digits if digits == number.digits() => {
                    return Some(cell.place.load(Ordering::Relaxed));
                }
                _ => {}
            }
        }
        None
    }

    /// Adds a number that is not there. The caller holds the gate's lock.
    pub(super) fn add(&self, number: PhoneNumber, place: u32) {
        let newest = self.newest.load(Ordering::Relaxed);
        let count = self.count.load(Ordering::Relaxed).saturating_add(1);
        let length = 1_u32.checked_shl(newest.saturating_add(FIRST)).unwrap_or(u32::MAX);
        if count > length / 2 {
            let bigger = newest.saturating_add(1);
            let old = self.table(newest).unwrap_or_default();
            let new = self.table(bigger).unwrap_or_default();
            for cell in old {
                let digits = cell.digits.load(Ordering::Relaxed);
                if digits != 0 {
                    put(new, digits, cell.place.load(Ordering::Relaxed));
                }
            }
            put(new, number.digits(), place);
            self.newest.store(bigger, Ordering::Release);
        } else {
            put(self.table(newest).unwrap_or_default(), number.digits(), place);
        }
        self.count.store(count, Ordering::Relaxed);
    }

    fn table(&self, which: u32) -> Option<&[Cell]> {
        let length = 1_usize.checked_shl(which.saturating_add(FIRST))?;
        let table = self.tables.get(usize::try_from(which).ok()?)?;
        Some(table.get_or_init(|| (0..length).map(|_| Cell::default()).collect()))
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        let tables = self.tables.iter().filter_map(OnceLock::get);
        tables.fold(0, |all, table| all.saturating_add(size_of_val::<[Cell]>(table)))
    }
}

fn put(table: &[Cell], digits: u64, place: u32) {
    if let Some(cell) = cells(table, digits).find(|cell| cell.digits.load(Ordering::Relaxed) == 0) {
        cell.place.store(place, Ordering::Relaxed);
        // Who sees the digits sees the place.
        cell.digits.store(digits, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found_at_its_place_and_no_other() {
        let numbers = Numbers::default();
        let number = |at: u64| PhoneNumber::from_digits(14_255_550_000 + at * 7).unwrap();
        for at in 0..5_000_u32 {
            assert_eq!(numbers.get(number(at.into())), None);
            numbers.add(number(at.into()), at);
        }
        for at in 0..5_000_u32 {
            assert_eq!(numbers.get(number(at.into())), Some(at));
        }
        assert_eq!(numbers.get("+442079460123".parse().unwrap()), None);
    }
}
