//! Emergency numbers: calls to them always pass.

use crate::text::Country;

/// What every mobile telephone takes for an emergency number wherever it is (3GPP TS 22.101,
/// 10.1.1), so that a person far from home is not turned away.
const EVERYWHERE: [&str; 8] = ["000", "08", "110", "112", "118", "119", "911", "999"];

/// Country by country, from libphonenumber's metadata; `data/make_emergency.py` writes it.
const BY_COUNTRY: &str = include_str!("../../data/emergency.csv");

/// Whether `dialed` is an emergency number in `country`, or one that is known everywhere; without a
/// country, whether it is one in any.
///
/// Blanks and marks between the digits do not matter, nor do `tel:`, `sip:` and what follows the
/// number in such an address; `urn:service:sos` and what begins so is always one.
///
/// ```
/// use phone_system_core::number::is_emergency;
/// assert!(is_emergency("911", Some("US".parse()?)));
/// assert!(is_emergency("9-9-9", Some("GB".parse()?)));
/// assert!(is_emergency("111", Some("NZ".parse()?)));
/// assert!(!is_emergency("111", Some("US".parse()?)));
/// assert!(is_emergency("tel:911;phone-context=+1", None));
/// assert!(!is_emergency("+14255550100", None));
/// # Ok::<(), phone_system_core::text::ParseError>(())
/// ```
pub fn is_emergency(dialed: &str, country: Option<Country>) -> bool {
    let dialed = dialed.trim();
    if dialed.get(..15).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:service:sos")) {
        return true;
    }
    // What a telephone sends: `tel:911;phone-context=+1`, `sip:911@example.com;user=phone`.
    let schemes = ["tel:", "sip:", "sips:"].into_iter();
    let mut bare = schemes.filter_map(|scheme| {
        let head = dialed.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| dialed.get(scheme.len()..)).flatten()
    });
    let number = bare.next().unwrap_or(dialed);
    let number = number.split([';', '@', '?', ',']).next().unwrap_or_default();
    let mut digits = [0_u8; LONGEST];
    let mut free = digits.iter_mut();
    let mut count: usize = 0;
    for letter in number.chars() {
        let full_width = char::from_u32(u32::from(letter).wrapping_sub(0xFEE0));
        let letter = full_width.filter(char::is_ascii_digit).unwrap_or(letter);
        match (u8::try_from(letter).ok().filter(u8::is_ascii_digit), letter) {
            (Some(digit), _) => {
                let Some(place) = free.next() else { return false };
                *place = digit;
                count = count.saturating_add(1);
            }
            (None, letter) if letter.is_alphanumeric() => return false,
            _ => {}
        }
    }
    let digits = digits.get(..count).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.is_some_and(|digits| {
        EVERYWHERE.contains(&digits) || of_country(country).any(|number| number == digits)
    })
}

/// Digits of the longest emergency number there is.
const LONGEST: usize = 6;

fn of_country(country: Option<Country>) -> impl Iterator<Item = &'static str> {
    let rows = BY_COUNTRY.lines().filter_map(|row| row.split_once(','));
    let numbers = rows
        .filter(move |(code, _)| country.is_none_or(|country| *code == country.as_str()))
        .map(|(_, list)| list);
    numbers.flat_map(|list| list.split(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_it_is_written() {
        for dialed in [
            "911",
            " 9 1 1 ",
            "tel:911",
            "TEL:911;phone-context=+1",
            "sip:911@contoso.com",
            "sips:911@contoso.com;user=phone",
            "urn:service:sos",
            "URN:service:sos.police",
            "911;ext=1",
            "\u{ff19}\u{ff11}\u{ff11}",
            "112",
        ] {
            assert!(is_emergency(dialed, "US".parse().ok()), "{dialed}");
        }
        for dialed in ["", "tel:", "9111111", "+1911", "x911", "sip:ada@911.com", "*"] {
            assert!(!is_emergency(dialed, "US".parse().ok()), "{dialed}");
        }
    }

    #[test]
    fn every_number_of_the_table_is_one() {
        let mut rows = 0;
        for (country, list) in BY_COUNTRY.lines().skip(1).filter_map(|row| row.split_once(',')) {
            for number in list.split(';') {
                assert!(is_emergency(number, country.parse().ok()), "{number} in {country}");
                assert!(number.len() <= LONGEST);
            }
            rows += 1;
        }
        assert_eq!(rows, 240);
    }
}
