//! The country of a number, remembered.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{PhoneNumber, parse};
use crate::text::Country;

/// How many numbers are remembered: 64 KiB.
const PLACES: usize = 8_192;

/// What was told last for a number that has its place here: the number's digits above ten bits for
/// the country. Each entry is one word, so threads need no lock, and a place that two numbers share
/// costs time and nothing else.
static KNOWN: [AtomicU64; PLACES] = [const { AtomicU64::new(0) }; PLACES];

/// Never taken: every place is one of the table.
static NONE: AtomicU64 = AtomicU64::new(0);

/// Bits for a country: 26 × 26 pairs of letters, and none.
const COUNTRY_BITS: u32 = 10;

fn place(digits: u64) -> &'static AtomicU64 {
    // Fibonacci hashing: neighbors lie far apart.
    let mixed = digits.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 51;
    let place = usize::try_from(mixed).unwrap_or_default();
    // There are 2^13 places.
    KNOWN.get(place).unwrap_or(&NONE)
}

fn packed(country: Option<Country>) -> u64 {
    let letters = country.as_ref().map(Country::as_str).unwrap_or_default().bytes();
    let letters = letters.map(|letter| u64::from(letter.saturating_sub(b'A')));
    let both = letters.fold(0, |both: u64, letter| both.saturating_mul(26).saturating_add(letter));
    if country.is_some() { both.saturating_add(1) } else { 0 }
}

fn unpacked(packed: u64) -> Option<Country> {
    let both = packed.checked_sub(1)?;
    let letter = |place: u64| b'A'.checked_add(u8::try_from(place).ok()?);
    Country::new([letter(both.div_euclid(26))?, letter(both.rem_euclid(26))?])
}

/// The country of a number as its numbering plan has it; none for a number that no plan has, or that
/// belongs to none.
///
/// Telling it takes some 17 us; of a number that was asked for a short while ago a few nanoseconds.
pub fn country_of(number: PhoneNumber) -> Option<Country> {
    let digits = number.digits();
    let place = place(digits);
    let known = place.load(Ordering::Relaxed);
    if known >> COUNTRY_BITS == digits {
        return unpacked(known & ((1 << COUNTRY_BITS) - 1));
    }
    let country = parse(&number.to_string(), None).ok().and_then(|parsed| parsed.country);
    place.store(digits << COUNTRY_BITS | packed(country), Ordering::Relaxed);
    country
}

/// The country of a number of which the last three digits are missing, as reports mask them; none if
/// what is there (with a plus) does not tell it.
pub(crate) fn country_of_leading(digits: &str) -> Option<Country> {
    // Numbers of one country that shares its code with others begin alike.
    let whole = ["000", "555", "999"].map(|last| parse(&format!("{digits}{last}"), None));
    let mut countries = whole.into_iter().filter_map(|parsed| parsed.ok()?.country);
    let first = countries.next()?;
    countries.all(|country| country == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_may_tell_the_country() {
        for (digits, country) in [
            ("+49301234", Some("DE")),
            ("+14255550", Some("US")),
            ("+12045550", Some("CA")),
            ("+1425555", None),
            ("+442079460", Some("GB")),
            ("+35840123", Some("FI")),
            ("+35818123", Some("AX")),
            ("+390612345", Some("IT")),
            ("+1", None),
            ("+", None),
            ("+800123456", None),
            ("+99912345", None),
        ] {
            let country = country.map(|country| country.parse().unwrap());
            assert_eq!(country_of_leading(digits), country, "{digits}");
        }
    }

    #[test]
    fn every_country_fits_into_its_bits() {
        assert_eq!(unpacked(packed(None)), None);
        for first in b'A'..=b'Z' {
            for second in b'A'..=b'Z' {
                let country = Country::new([first, second]);
                assert_eq!(unpacked(packed(country)), country);
                assert!(packed(country) < 1 << COUNTRY_BITS);
            }
        }
    }

    #[test]
    fn it_is_told_the_same_again_and_again() {
        for (number, country) in [
            ("+14255550100", Some("US")),
            ("+12045550100", Some("CA")),
            ("+442079460123", Some("GB")),
            ("+441481200000", Some("GG")),
            ("+81312345678", Some("JP")),
            ("+80012345678", None),
            ("+999123456", None),
            ("+15550", None),
        ] {
            let number = number.parse().unwrap();
            let country = country.map(|country| country.parse().unwrap());
            for _ in 0..3 {
                assert_eq!(country_of(number), country, "{number}");
            }
        }
    }
}
