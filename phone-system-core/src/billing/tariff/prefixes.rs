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

    /// How many digits it has; none stands for `*`.
    pub(super) fn length(self) -> u32 {
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
    10_u64.checked_pow(exponent.min(WIDTH)).unwrap_or_default()
}

/// Leading digits of a number, as far as they are known, filled up with zeros to 15.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    key: u64,
    length: u32,
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
/// Found by a directory of the leading four digits and a binary search within it, so the prefixes
/// that a search passes lie side by side in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefixes {
    starts: Vec<u64>,
    entries: Vec<u32>,
    /// For each four leading digits, the interval in which they begin; empty for short lists.
    directory: Vec<u32>,
    /// For each entry the next shorter prefix, and its own length.
    parents: Vec<(u32, u32)>,
    /// Digits of the longest prefix.
    most: u32,
}

/// The unit of the directory: what follows four digits.
const BUCKET: u64 = 100_000_000_000;

/// Shorter lists are searched without a directory, which takes 40 KB.
const LEAST_FOR_DIRECTORY: usize = 256;

impl Prefixes {
    /// Of different prefixes; an entry is known by its place among them.
    pub(super) fn new(prefixes: &[Prefix]) -> Self {
        let mut sorted: Vec<(u64, u32, u64, u32)> = (0_u32..)
            .zip(prefixes)
            .map(|(entry, prefix)| {
                let (from, to) = prefix.keys();
                (from, prefix.length(), to, entry)
            })
            .collect();
        sorted.sort_unstable();
        let mut found = Self { parents: vec![(NONE, 0); prefixes.len()], ..Self::default() };
        found.emit(0, NONE);
        let mut open: Vec<(u64, u32)> = Vec::new();
        let ends = |open: &mut Vec<(u64, u32)>, found: &mut Self, key: u64| {
            while let Some((end, _)) = open.pop_if(|(end, _)| *end <= key) {
                found.emit(end, open.last().map_or(NONE, |(_, entry)| *entry));
            }
        };
        for (from, length, to, entry) in sorted {
            ends(&mut open, &mut found, from);
            let parent = open.last().map_or(NONE, |(_, entry)| *entry);
            if let Some(of) = found.parents.get_mut(usize::try_from(entry).unwrap_or(usize::MAX)) {
                *of = (parent, length);
            }
            found.most = found.most.max(length);
            found.emit(from, entry);
            open.push((to, entry));
        }
        ends(&mut open, &mut found, u64::MAX);
        if found.starts.len() >= LEAST_FOR_DIRECTORY {
            let mut place = 0_usize;
            for lead in 0..=10_000_u64 {
                let key = lead.saturating_mul(BUCKET);
                while found.starts.get(place.saturating_add(1)).is_some_and(|start| *start <= key) {
                    place = place.saturating_add(1);
                }
                found.directory.push(u32::try_from(place).unwrap_or_default());
            }
        }
        found.starts.shrink_to_fit();
        found.entries.shrink_to_fit();
        found
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

    /// The entry of the longest prefix that the digits begin with, or [`NONE`].
    pub(super) fn longest(&self, digits: Digits) -> u32 {
        let lead = usize::try_from(digits.key / BUCKET).unwrap_or_default();
        let place = |at: usize| self.directory.get(at).and_then(|at| usize::try_from(*at).ok());
        let (from, to) = match (place(lead), place(lead.saturating_add(1))) {
            (Some(from), Some(to)) => (from, to.saturating_add(1)),
            _ => (0, self.starts.len()),
        };
        let within = self.starts.get(from..to).unwrap_or_default();
        let after = from.saturating_add(within.partition_point(|start| *start <= digits.key));
        let mut entry =
            after.checked_sub(1).and_then(|at| self.entries.get(at)).copied().unwrap_or(NONE);
        if digits.length >= self.most {
            return entry;
        }
        // Digits that are not known are no zeros.
        while let Some((parent, length)) = self.parent(entry)
            && length > digits.length
        {
            entry = parent;
        }
        entry
    }

    fn parent(&self, entry: u32) -> Option<(u32, u32)> {
        self.parents.get(usize::try_from(entry).ok()?).copied()
    }

    /// The entry of the next shorter prefix, or [`NONE`].
    pub(super) fn shorter(&self, entry: u32) -> u32 {
        self.parent(entry).map_or(NONE, |(parent, _)| parent)
    }
}
