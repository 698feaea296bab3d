//! Leading digits of numbers, and the search for the longest that fits.

use std::str::FromStr;

use crate::text::as_text_in_place;
use crate::written::{InPlace, Written};

/// The leading digits of numbers: one to fifteen, the first of them the country code's. `*` stands
/// for none: for any number, and for one that is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(u64);

impl InPlace for Prefix {
    fn write(&self, text: &mut Written) {
        match self.0 {
            0 => text.ascii(*b"*"),
            digits => text.number(digits),
        };
    }
}

impl FromStr for Prefix {
    type Err = &'static str;

    /// Reads the digits, with or without a plus, or `*`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = "a prefix has 1 to 15 digits and does not begin with 0, or is *";
        if text == "*" {
            return Ok(Self(0));
        }
        let text = text.strip_prefix('+').unwrap_or(text);
        let fits = (1..=15).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && !text.starts_with('0');
        text.parse().ok().filter(|_| fits).map(Self).ok_or(wanted)
    }
}

as_text_in_place! {
    Prefix: "prefix", "The leading digits of numbers; * for any number.";
}

/// Digits of the longest prefix and of the longest number.
const WIDTH: u32 = 15;

/// What stands for no entry.
pub(super) const NONE: u32 = u32::MAX;

impl Prefix {
    /// The prefix of any number.
    pub const ANY: Self = Self(0);

    /// Its digits, read as one number; 0 for `*`.
    pub(super) const fn digits(self) -> u64 {
        self.0
    }

    /// The first `count` digits of a number of which `length` leading digits are known; none if fewer
    /// are.
    pub(in crate::billing) fn leading(digits: u64, length: u32, count: u32) -> Option<Self> {
        digits.checked_div(power(length.checked_sub(count)?)).map(Self)
    }

    /// How many digits it has; none stands for `*`.
    pub(in crate::billing) fn length(self) -> u32 {
        length(self.0)
    }

    /// The numbers that begin with it, filled up with digits to 15: from the first, to before the last.
    pub(super) fn keys(self) -> (u64, u64) {
        if self.0 == 0 {
            return (0, power(WIDTH));
        }
        let unit = power(WIDTH.saturating_sub(self.length()));
        (self.0.saturating_mul(unit), self.0.saturating_add(1).saturating_mul(unit))
    }
}

/// Ten to the power of up to 15.
fn power(exponent: u32) -> u64 {
    #[rustfmt::skip]
    const POWERS: [u64; 16] = [
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
        1_000_000_000_000_000,
    ];
    usize::try_from(exponent).ok().and_then(|place| POWERS.get(place)).copied().unwrap_or_default()
}

/// How many digits a number of up to 15 has; 0 has none. Three times as fast as `ilog10`.
fn length(digits: u64) -> u32 {
    // Bits by the logarithm of 2, 1233/4096, are the digits or one less.
    let least = (u64::BITS.saturating_sub(digits.leading_zeros())).saturating_mul(1_233) >> 12;
    least.saturating_add((digits >= power(least)).into())
}

/// Leading digits of a number, as far as they are known, filled up with zeros to 15.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    key: u64,
    pub(super) length: u32,
}

impl Digits {
    /// Of up to 15 digits read as one number; none if it is 0.
    pub(super) fn of(digits: u64) -> Self {
        let length = length(digits);
        let unit = power(WIDTH.saturating_sub(length));
        Self { key: digits.saturating_mul(unit), length }
    }

    /// Of a text, as far as it has digits after a plus.
    pub(super) fn read(text: &str) -> Self {
        let text = text.strip_prefix('+').unwrap_or(text);
        if text.starts_with('0') {
            // No country code does: nothing of it is known.
            return Self::of(0);
        }
        let digits =
            text.bytes().map_while(|byte| byte.checked_sub(b'0').filter(|digit| *digit < 10));
        let digits = digits.take(usize::try_from(WIDTH).unwrap_or_default());
        Self::of(
            digits
                .fold(0, |all: u64, digit| all.saturating_mul(10).saturating_add(u64::from(digit))),
        )
    }
}

/// Prefixes as disjoint intervals of 15-digit keys, each with the longest prefix that covers it.
///
/// An interval begins with one word: the low bits of the key at which it begins, and what its prefix
/// is known by. The high bits of the key are its place in a directory. So a search reads the directory
/// once and then a few words that lie side by side, with what most want to know of the prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefixes<T> {
    /// In the order of their keys.
    intervals: Vec<(u64, T)>,
    /// For the high bits of a key, the first interval that begins with them or later; one more than
    /// there are such.
    directory: Vec<u32>,
    /// Which low bits of a key stand in an interval, and how many they are.
    low: (u64, u32),
    /// Which bits of an interval stand for the entry, and how many they are. All of them stand for
    /// none.
    entry: (u64, u32),
    /// Digits of the longest prefix.
    pub(super) most: u32,
}

/// The lowest bits of a word.
fn mask(bits: u32) -> u64 {
    1_u64.checked_shl(bits).map_or(u64::MAX, |bit| bit.wrapping_sub(1))
}

impl<T: Copy + Default + PartialEq> Prefixes<T> {
    /// Of different prefixes, each with what it is known by, and for each the next shorter of them or
    /// [`NONE`].
    pub(super) fn new(prefixes: &[(Prefix, u32, T)]) -> (Self, Vec<u32>) {
        let mut sorted: Vec<(u64, u32, u64, usize)> = prefixes
            .iter()
            .enumerate()
            .map(|(place, (prefix, ..))| {
                let (from, to) = prefix.keys();
                (from, prefix.length(), to, place)
            })
            .collect();
        sorted.sort_unstable();
        let mut parents = vec![NONE; prefixes.len()];
        let mut most = 0;
        let mut starts = Starts::default();
        starts.emit(0, NOTHING);
        let mut open: Vec<(u64, usize)> = Vec::new();
        let ends = |open: &mut Vec<(u64, usize)>, starts: &mut Starts, key: u64| {
            while let Some((end, _)) = open.pop_if(|(end, _)| *end <= key) {
                starts.emit(end, open.last().map_or(NOTHING, |(_, place)| *place));
            }
        };
        let entry = |place: usize| prefixes.get(place).map_or(NONE, |(_, entry, _)| *entry);
        for (from, length, to, place) in sorted {
            ends(&mut open, &mut starts, from);
            if let Some(parent) = parents.get_mut(place) {
                *parent = open.last().map_or(NONE, |(_, place)| entry(*place));
            }
            most = most.max(length);
            starts.emit(from, place);
            open.push((to, place));
        }
        ends(&mut open, &mut starts, u64::MAX);
        (Self::of_starts(&starts.0, prefixes, most), parents)
    }

    fn of_starts(starts: &[(u64, usize)], prefixes: &[(Prefix, u32, T)], most: u32) -> Self {
        let entries = prefixes.iter().map(|(_, entry, _)| *entry);
        // All ones stand for no entry, so they must not be the last one.
        let last = entries.max().map_or(0, |last| u64::from(last).saturating_add(1));
        let bits = 64_u32.saturating_sub(last.leading_zeros());
        // About two intervals of the same high bits.
        let wanted = starts.len().ilog2().saturating_sub(1);
        let low = KEY_BITS.saturating_sub(wanted).min(64_u32.saturating_sub(bits));
        let (low, entry) = ((mask(low), low), (mask(bits), bits));
        let intervals = starts.iter().map(|(start, place)| {
            let of = prefixes.get(*place).map(|(_, entry, known)| (u64::from(*entry), *known));
            let (found, known) = of.unwrap_or((entry.0, T::default()));
            (((start & low.0) << bits) | found, known)
        });
        let mut directory = Vec::new();
        let mut place = 0_usize;
        for high in 0..=(power(WIDTH) >> low.1).saturating_add(1) {
            while starts.get(place).is_some_and(|(start, _)| start >> low.1 < high) {
                place = place.saturating_add(1);
            }
            directory.push(u32::try_from(place).unwrap_or_default());
        }
        Self { intervals: intervals.collect(), directory, low, entry, most }
    }

    /// The longest prefix that the digits filled up with zeros begin with, and what is known of it:
    /// where fewer digits are known than `most`, it may be too long.
    #[inline]
    pub(super) fn longest(&self, digits: Digits) -> Option<(u32, T)> {
        self.longest_within(self.within(digits), digits)
    }

    /// The first interval that begins with the high bits of the digits or later, and the one after the
    /// last.
    #[inline]
    pub(super) fn within(&self, digits: Digits) -> (u32, u32) {
        let high = usize::try_from(digits.key >> self.low.1).unwrap_or(usize::MAX);
        let found = self.directory.get(high..).and_then(<[u32]>::first_chunk);
        let [from, to] = found.copied().unwrap_or_default();
        (from, to)
    }

    /// As [`longest`](Self::longest), by what is known of the intervals [already](Self::within).
    #[inline]
    pub(super) fn longest_within(
        &self,
        (from, to): (u32, u32),
        digits: Digits,
    ) -> Option<(u32, T)> {
        let (low, entry) = (self.low, self.entry);
        let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
        let key = ((digits.key & low.0) << entry.1) | entry.0;
        let within = self.intervals.get(from..to)?;
        let before = from.saturating_add(within.partition_point(|(start, _)| *start <= key));
        let (found, known) = self.intervals.get(before.checked_sub(1)?)?;
        let found = found & entry.0;
        if found == entry.0 { None } else { Some((u32::try_from(found).ok()?, *known)) }
    }
}

/// Bits of a 15-digit key.
const KEY_BITS: u32 = 50;

/// What stands for the place of no prefix.
const NOTHING: usize = usize::MAX;

/// Where intervals begin, and the place of the prefix that each is of.
#[derive(Default)]
struct Starts(Vec<(u64, usize)>);

impl Starts {
    /// From this key on the numbers are of this prefix.
    fn emit(&mut self, start: u64, place: usize) {
        self.0.pop_if(|(last, _)| *last == start);
        if self.0.last().is_none_or(|(_, last)| *last != place) {
            self.0.push((start, place));
        }
    }
}
