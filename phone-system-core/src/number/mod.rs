//! A telephone number as a value: parse, classify, list.
//!
//! [`PhoneNumber`] is eight bytes of structurally sound E.164 and can always be read back from a
//! log. [`parse`] reads whatever people write, and refuses what is not a number in use.
//!
//! # Why not the crate `phonenumber`
//!
//! Parsing is done by `rlibphonenumber`, whose answers equal Google's library on every one of
//! 100,000 mixed inputs with the same metadata. The crate `phonenumber` (0.3.10) differs on 9.6 %
//! of them: it drops the leading digits of some numbers that start with `+` when a default region
//! is given, calls every Italian landline's type unknown, and refuses `;ext=`. It stays behind the
//! feature of its name, for conversions to and from its type (module `convert`).

#[cfg(feature = "phonenumber")]
pub mod convert;
mod country_of;
mod emergency;
mod list;
mod parse;

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{figure_as_text, refusals};
use crate::text::as_text_in_place;
use crate::written::{InPlace, Written};

pub use country_of::country_of;
pub(crate) use country_of::country_of_leading;
pub use emergency::is_emergency;
pub(crate) use list::MAXIMUM;
pub use list::{ListError, NumberList, NumberRange};
pub use parse::{LineType, METADATA_VERSION, ParsedNumber, is_north_american, parse};

refusals! {
    /// Why a text is no telephone number.
    pub enum Error {
        TooLong = NumberTooLong { characters: u64, maximum: u64 }
            => "the text has {characters} characters; a written telephone number has at most {maximum}",
        NotANumber = NotANumber { text: String }
            => "`{text}` is not a telephone number",
        CountryUnknown = NumberCountryUnknown { text: String }
            => "`{text}` does not tell its country: write it with + and a country code in use, or give the country",
        TooShort = NumberTooShort { text: String }
            => "`{text}` has too few digits for a telephone number",
        TooManyDigits = NumberTooManyDigits { text: String }
            => "`{text}` has too many digits for a telephone number",
        Invalid = NumberInvalid { number: String, metadata: &'static str }
            => "{number} lies in no range in use of its country's numbering plan (metadata {metadata})",
    }
}

/// A telephone number in E.164: a country code and a national number, 4 to 15 digits, the first
/// not 0. Eight bytes, ordered as their digits read as one number.
///
/// Its one text form is `+` and the digits. A value is structurally sound and no more; whether the
/// number is in use is for [`parse`] to say.
///
/// ```
/// use phone_system_core::PhoneNumber;
/// let number: PhoneNumber = "+14255550100".parse()?;
/// assert_eq!(number.to_string(), "+14255550100");
/// assert!("(425) 555-0100".parse::<PhoneNumber>().is_err());
/// # Ok::<(), phone_system_core::number::NotE164>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(NonZeroU64);

/// The least and the most digits of an E.164 number, by value.
const LEAST: u64 = 1_000;
const MOST: u64 = 999_999_999_999_999;

impl PhoneNumber {
    /// The number with these digits, read as one number; `None` unless there are 4 to 15.
    pub const fn from_digits(digits: u64) -> Option<Self> {
        if digits < LEAST || digits > MOST {
            return None;
        }
        match NonZeroU64::new(digits) {
            Some(digits) => Some(Self(digits)),
            None => None,
        }
    }

    /// The smallest number there is, for the start of ranges.
    pub(crate) const MIN: Self = Self(match NonZeroU64::new(LEAST) {
        Some(least) => least,
        None => NonZeroU64::MIN,
    });

    /// The digits, read as one number.
    pub const fn digits(self) -> u64 {
        self.0.get()
    }

    /// The number that follows, if it has as many digits.
    fn next(self) -> Option<Self> {
        self.digits()
            .checked_add(1)
            .filter(|next| next.ilog10() == self.digits().ilog10())
            .and_then(Self::from_digits)
    }
}

/// A text that is not E.164 in its one text form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a telephone number in E.164: + and 4 to 15 digits, the first not 0")]
pub struct NotE164 {
    text: String,
}

impl NotE164 {
    fn new(text: &str) -> Self {
        Self { text: text.chars().take(64).collect() }
    }
}

impl FromStr for PhoneNumber {
    type Err = NotE164;

    fn from_str(text: &str) -> Result<Self, NotE164> {
        let read = || {
            let digits = text.as_bytes().strip_prefix(b"+")?;
            if !(4..=15).contains(&digits.len()) || digits.first() == Some(&b'0') {
                return None;
            }
            let (mut number, mut largest) = (0_u64, 0_u8);
            for byte in digits {
                let digit = byte.wrapping_sub(b'0');
                largest = largest.max(digit);
                // Fifteen digits are far from the end of 64 bits; what is no digit is refused below.
                number = number.wrapping_mul(10).wrapping_add(digit.into());
            }
            Self::from_digits(number).filter(|_| largest < 10)
        };
        read().ok_or_else(|| NotE164::new(text))
    }
}

impl InPlace for PhoneNumber {
    fn write(&self, text: &mut Written) {
        text.ascii(*b"+").number(self.0.get());
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

as_text_in_place! {
    PhoneNumber: "phone-number", "A telephone number in E.164: + and 4 to 15 digits.";
}

/// What a number is for, and thereby how much it carries ("Setting up Phone System", steps 3 and
/// 4): a person's calls, or a service's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// One person's number ("subscriber"); a few calls at a time.
    User,
    /// A service number whose callers pay the ordinary rate; hundreds of calls at a time.
    ServiceToll,
    /// A service number whose owner pays; hundreds of calls at a time.
    ServiceTollFree,
}

impl NumberKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::User, Self::ServiceToll, Self::ServiceTollFree];

    /// The name as it stands in JSON and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ServiceToll => "service_toll",
            Self::ServiceTollFree => "service_toll_free",
        }
    }

    /// Whether a number whose numbering plan says `line` can be of this kind: toll-free numbers
    /// are never anything else, and nothing else is toll-free.
    pub fn fits(self, line: LineType) -> bool {
        (self == Self::ServiceTollFree) == (line == LineType::TollFree)
    }

    /// Whether numbers of this kind belong to states and cities, not to a country alone.
    pub(crate) fn has_places(self) -> bool {
        self != Self::ServiceTollFree
    }
}

impl fmt::Display for NumberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for NumberKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(())
    }
}

figure_as_text!(NumberKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_a_number_is_a_digit() {
        for (place, other) in (1..12).flat_map(|place| ('\0'..='\u{ff}').map(move |c| (place, c))) {
            let mut text = "+14255550100".to_owned();
            text.replace_range(place..=place, other.encode_utf8(&mut [0; 4]));
            let good = other.is_ascii_digit() && (place, other) != (1, '0');
            assert_eq!(text.parse::<PhoneNumber>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn e164_is_plus_and_four_to_fifteen_digits() {
        for good in ["+1000", "+14255550100", "+999999999999999"] {
            assert_eq!(good.parse::<PhoneNumber>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "+",
            "14255550100",
            "+04255550100",
            "+999",
            "+1000000000000000",
            "+1 425",
            "+١٤٢٥٥٥٥٠١٠٠",
            "tel:+14255550100",
        ] {
            assert!(bad.parse::<PhoneNumber>().is_err(), "{bad}");
        }
        assert_eq!(size_of::<Option<PhoneNumber>>(), 8);
    }
}
