//! Leading digits of numbers, and the search for the longest that fits.

use std::fmt;
use std::str::FromStr;

use super::known::Known;
use crate::text::as_text;

/// The leading digits of numbers: one to fifteen, the first of them the country code's. `*` stands
/// for none: for any number, and for one that is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(u64);

impl Prefix {
    /// How many digits there are; none for `*`.
    pub fn digits(self) -> u32 {
        self.0.checked_ilog10().map_or(0, |log| log.saturating_add(1))
    }

    /// Whether a number begins so, as far as it is known.
    pub fn begins(self, number: &Known) -> bool {
        let prefix = self.to_string();
        let prefix = if self.0 == 0 { "" } else { prefix.as_str() };
        let text = number.to_string();
        let digits = text.strip_prefix('+').unwrap_or_default().trim_end_matches('*');
        digits.starts_with(prefix)
    }
}

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

/// Prefixes as a tree by digits: the longest match costs a step per digit, however many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prefixes {
    nodes: Vec<Node>,
}

/// Where the tree goes on by the next digit, 0 for nowhere, and the row that ends here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Node {
    next: [u32; 10],
    row: Option<u32>,
}

impl Default for Prefixes {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl Prefixes {
    fn node(&self, place: u32) -> Option<&Node> {
        self.nodes.get(usize::try_from(place).ok()?)
    }

    /// Whether the prefix is new.
    pub(super) fn insert(&mut self, prefix: Prefix, row: u32) -> bool {
        let mut place: usize = 0;
        for digit in prefix.to_string().bytes().filter(u8::is_ascii_digit) {
            let digit = usize::from(digit.saturating_sub(b'0'));
            let fresh = self.nodes.len();
            let next = self.nodes.get_mut(place).and_then(|node| node.next.get_mut(digit));
            let Some(next) = next else { return false };
            if *next == 0 {
                // More nodes than 32 bits can name do not fit into memory either.
                *next = u32::try_from(fresh).unwrap_or_default();
                place = fresh;
                self.nodes.push(Node::default());
            } else {
                place = usize::try_from(*next).unwrap_or_default();
            }
        }
        self.nodes.get_mut(place).is_some_and(|node| node.row.replace(row).is_none())
    }

    pub(super) fn longest(&self, digits: impl Iterator<Item = u8>) -> Option<u32> {
        let mut node = self.nodes.first()?;
        let mut found = node.row;
        for digit in digits {
            let next = node.next.get(usize::from(digit)).copied().unwrap_or_default();
            if next == 0 {
                break;
            }
            node = self.node(next)?;
            found = node.row.or(found);
        }
        found
    }
}
