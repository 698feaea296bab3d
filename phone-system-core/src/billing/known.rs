//! Numbers of calls, as far as records tell them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::number::{self, PhoneNumber};
use crate::text::{Country, read_as_text};

/// A number as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Whole(PhoneNumber),
    /// Its leading digits, with a plus; reports mask the last ones with `*`.
    Masked(String),
    /// Nothing.
    Withheld,
}

impl Known {
    /// Reads a number as it was written or dialed by someone in `country`; `None` if it is none.
    ///
    /// Without a country only numbers with a plus are read.
    pub fn read(text: &str, country: Option<Country>) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Whole(number));
        }
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::Withheld);
        }
        if let Some(digits) = text.strip_prefix('+').map(|rest| rest.trim_end_matches('*')) {
            let masked = text.ends_with('*') && digits.bytes().all(|byte| byte.is_ascii_digit());
            if masked {
                return Some(Self::Masked(format!("+{digits}")));
            }
        }
        number::parse(text, country).ok().map(|parsed| Self::Whole(parsed.number))
    }
}

impl Known {
    /// Its leading digits as far as they are known, read as one number, and how many there are.
    pub(super) fn leading_digits(&self) -> (u64, u32) {
        let digits = match self {
            Self::Whole(number) => number.digits(),
            // More than fifteen are no number's.
            Self::Masked(text) => text.trim_start_matches('+').parse().unwrap_or_default(),
            Self::Withheld => 0,
        };
        (digits, digits.checked_ilog10().map_or(0, |log| log.saturating_add(1)))
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => fmt::Display::fmt(number, f),
            Self::Masked(digits) => write!(f, "{digits}*"),
            Self::Withheld => f.write_str("withheld"),
        }
    }
}

impl FromStr for Known {
    type Err = &'static str;

    /// Reads the one text form: `+14255550100`, `+1425*`, `withheld`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = "a number with +, its leading digits and *, or `withheld` is wanted";
        if text == "withheld" {
            return Ok(Self::Withheld);
        }
        Self::read(text, None).filter(|known| *known != Self::Withheld).ok_or(wanted)
    }
}

impl Serialize for Known {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) => number.serialize(serializer),
            _ => serializer.collect_str(self),
        }
    }
}

read_as_text!(Known: "known_number", "A number with +, its leading digits and *, or `withheld`.");
