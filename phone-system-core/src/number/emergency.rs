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
/// Blanks and marks between the digits do not matter. When in doubt it says yes: a call that is
/// free by mistake does no harm.
///
/// ```
/// use phone_system_core::number::is_emergency;
/// assert!(is_emergency("911", Some("US".parse()?)));
/// assert!(is_emergency("9-9-9", Some("GB".parse()?)));
/// assert!(is_emergency("111", Some("NZ".parse()?)));
/// assert!(!is_emergency("111", Some("US".parse()?)));
/// assert!(!is_emergency("+14255550100", None));
/// # Ok::<(), phone_system_core::text::ParseError>(())
/// ```
pub fn is_emergency(dialed: &str, country: Option<Country>) -> bool {
    let mut digits = [0_u8; 6];
    let mut places = digits.iter_mut();
    let mut count: usize = 0;
    for digit in dialed.bytes().filter(u8::is_ascii_digit) {
        let Some(place) = places.next() else { return false };
        *place = digit;
        count = count.saturating_add(1);
    }
    let Some(Ok(digits)) = digits.get(..count).map(std::str::from_utf8) else { return false };
    if dialed.bytes().any(|byte| byte.is_ascii_alphabetic()) || digits.is_empty() {
        return false;
    }
    EVERYWHERE.contains(&digits) || of_country(country).any(|number| number == digits)
}

fn of_country(country: Option<Country>) -> impl Iterator<Item = &'static str> {
    let rows = BY_COUNTRY.lines().filter_map(|row| row.split_once(','));
    let numbers = rows
        .filter(move |(code, _)| country.is_none_or(|country| *code == country.as_str()))
        .map(|(_, list)| list);
    numbers.flat_map(|list| list.split(';'))
}
