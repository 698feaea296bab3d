//! Leading digits of numbers, and the search for the longest that fits.

use std::fmt;
use std::str::FromStr;

use crate::text::as_text;

/// The leading digits of numbers: one to fifteen, the first of them the country code's. `*` stands
/// for none: for any number, and for one that is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(u64);

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("*"),
            digits => fmt::Display::fmt(&digits, f),
        }
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

as_text! {
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

    /// Whether a number begins so of which `length` leading digits are known.
    pub(in crate::billing) fn begins(self, digits: u64, length: u32) -> bool {
        let Some(rest) = length.checked_sub(self.length()) else {
            return false;
        };
        digits.checked_div(power(rest)) == Some(self.0) || self.0 == 0
    }

    /// How many digits it has; none stands for `*`.
    pub(in crate::billing) fn length(self) -> u32 {
        self.0.checked_ilog10().map_or(0, |log| log.saturating_add(1))
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

/// Leading digits of a number, as far as they are known, filled up with zeros to 15.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    key: u64,
    pub(super) length: u32,
}

impl Digits {
    /// Of up to 15 digits read as one number; none if it is 0.
    pub(super) fn of(digits: u64) -> Self {
        let length = digits.checked_ilog10().map_or(0, |log| log.saturating_add(1));
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
/// Found by a directory of the leading digits and a binary search within it, so what a search passes
/// lies side by side in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefixes {
    starts: Vec<u64>,
    entries: Vec<u32>,
    /// For each leading digits, the interval in which they begin; empty for short lists.
    directory: Vec<u32>,
    /// What follows the leading digits of the directory.
    bucket: Bucket,
    /// Digits of the longest prefix.
    pub(super) most: u32,
}

/// How many leading digits the directory has. Divisions are by constants, which are multiplications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Bucket {
    #[default]
    Four,
    Five,
    Six,
}

impl Bucket {
    fn of(self, key: u64) -> usize {
        let lead = match self {
            Self::Four => key / 100_000_000_000,
            Self::Five => key / 10_000_000_000,
            Self::Six => key / 1_000_000_000,
        };
        usize::try_from(lead).unwrap_or(usize::MAX)
    }

    fn digits(self) -> u32 {
        match self {
            Self::Four => 4,
            Self::Five => 5,
            Self::Six => 6,
        }
    }

    /// So that few intervals share leading digits, and the directory is smaller than they are.
    fn fit(intervals: usize) -> Self {
        match intervals {
            0..65_536 => Self::Four,
            65_536..524_288 => Self::Five,
            _ => Self::Six,
        }
    }
}

/// Shorter lists are searched without a directory, which takes 40 KB at least.
const LEAST_FOR_DIRECTORY: usize = 256;

impl Prefixes {
    /// Of different prefixes, each with what it is known by, and for each the next shorter of them or
    /// [`NONE`].
    pub(super) fn new(prefixes: &[(Prefix, u32)]) -> (Self, Vec<u32>) {
        let mut sorted: Vec<(u64, u32, u64, usize)> = prefixes
            .iter()
            .enumerate()
            .map(|(place, (prefix, _))| {
                let (from, to) = prefix.keys();
                (from, prefix.length(), to, place)
            })
            .collect();
        sorted.sort_unstable();
        let mut parents = vec![NONE; prefixes.len()];
        let mut found = Self::default();
        found.emit(0, NONE);
        let mut open: Vec<(u64, u32)> = Vec::new();
        let ends = |open: &mut Vec<(u64, u32)>, found: &mut Self, key: u64| {
            while let Some((end, _)) = open.pop_if(|(end, _)| *end <= key) {
                found.emit(end, open.last().map_or(NONE, |(_, entry)| *entry));
            }
        };
        for (from, length, to, place) in sorted {
            ends(&mut open, &mut found, from);
            let entry = prefixes.get(place).map_or(NONE, |(_, entry)| *entry);
            if let Some(parent) = parents.get_mut(place) {
                *parent = open.last().map_or(NONE, |(_, entry)| *entry);
            }
            found.most = found.most.max(length);
            found.emit(from, entry);
            open.push((to, entry));
        }
        ends(&mut open, &mut found, u64::MAX);
        found.fill_directory();
        found.starts.shrink_to_fit();
        found.entries.shrink_to_fit();
        (found, parents)
    }

    fn fill_directory(&mut self) {
        if self.starts.len() < LEAST_FOR_DIRECTORY {
            return;
        }
        self.bucket = Bucket::fit(self.starts.len());
        let digits = self.bucket.digits();
        let unit = power(WIDTH.saturating_sub(digits));
        let mut place = 0_usize;
        for lead in 0..=power(digits) {
            let key = lead.saturating_mul(unit);
            while self.starts.get(place.saturating_add(1)).is_some_and(|start| *start <= key) {
                place = place.saturating_add(1);
            }
            self.directory.push(u32::try_from(place).unwrap_or_default());
        }
    }

    /// From this key on the numbers are of this entry.
    fn emit(&mut self, start: u64, entry: u32) {
        if self.starts.last() == Some(&start) {
            self.starts.pop();
            self.entries.pop();
        }
        if self.entries.last() != Some(&entry) || self.starts.is_empty() {
            self.starts.push(start);
            self.entries.push(entry);
        }
    }

    /// The longest prefix that the digits filled up with zeros begin with, or [`NONE`]: where
    /// fewer digits are known than `most`, it may be too long.
    pub(super) fn longest(&self, digits: Digits) -> u32 {
        let lead = self.bucket.of(digits.key);
        let place = |at: usize| self.directory.get(at).and_then(|at| usize::try_from(*at).ok());
        let (from, to) = match (place(lead), place(lead.saturating_add(1))) {
            (Some(from), Some(to)) => (from, to.saturating_add(1)),
            _ => (0, self.starts.len()),
        };
        let within = self.starts.get(from..to).unwrap_or_default();
        let after = from.saturating_add(within.partition_point(|start| *start <= digits.key));
        after.checked_sub(1).and_then(|at| self.entries.get(at)).copied().unwrap_or(NONE)
    }
}
