//! Postal codes: their form, and the repair of slips in them.

use super::fields::Field;
use super::metadata::CountryRules;
use super::outcome::{ChangeKind, Level, ProblemCode, Report};
use super::pattern;
use crate::text::Country;

/// Brings the postal code into the form of its country; `agrees` tells whether a code agrees with
/// the state or the city.
///
/// Separators and the country's prefix are put right at once. Letters for digits and lost leading
/// zeros only if the result agrees; a missing digit is never guessed.
pub(super) fn normalize(
    report: &mut Report,
    rules: &CountryRules,
    agrees: impl Fn(&Report, &str) -> bool,
) {
    let (country, written) = (report.address.country, report.text(Field::PostalCode).to_owned());
    if written.is_empty() || rules.postal.is_empty() {
        return;
    }
    let capitals = written.to_uppercase();
    let fits = |code: &str| pattern::fits(rules.postal, code);
    let candidates = [capitals.clone(), without_prefix(&capitals, country, rules.prefix)];
    let found = candidates.iter().find_map(|code| separated(code, &fits));
    if let Some(code) = found {
        report.change(Field::PostalCode, canonical(&code, country), ChangeKind::Format);
        report.verified.insert(Field::PostalCode);
        report.level = Level::Country;
        return;
    }
    let mut repaired: Vec<String> = Vec::new();
    for candidate in candidates.iter().flat_map(|code| repairs(code, rules.postal)) {
        if let Some(code) = separated(&candidate, &fits) {
            let code = canonical(&code, country);
            if !repaired.contains(&code) {
                repaired.push(code);
            }
        }
    }
    let mut agreeing = repaired.iter().filter(|code| agrees(report, code));
    if let (Some(code), None) = (agreeing.next(), agreeing.next()) {
        report.change(Field::PostalCode, code.clone(), ChangeKind::Spelling);
        report.verified.insert(Field::PostalCode);
        report.level = Level::Country;
        return;
    }
    for code in repaired {
        report.suggest(Field::PostalCode, code, ChangeKind::Spelling);
    }
    let message = format!("`{written}` is not written as postal codes of {country} are");
    report.error(Field::PostalCode, ProblemCode::InvalidFormat, message);
    suspect(report, &capitals);
}

/// Says so if the code is written as those of another English-speaking country.
fn suspect(report: &mut Report, code: &str) {
    let here = report.address.country;
    for country in [Country::US, Country::CA, Country::GB] {
        let other = super::metadata::of(country).filter(|_| country != here);
        if other.is_some_and(|rules| pattern::fits(rules.postal, code)) {
            let message = format!("postal codes of {country} are written like `{code}`");
            report.warn(Field::Country, ProblemCode::CountrySuspect, message);
            report.suggest(Field::Country, country.to_string(), ChangeKind::Replaced);
            return;
        }
    }
}

/// The code without what people write before it: `D-53225`, `〒154-0023`, `NL 1234 AB`.
fn without_prefix(code: &str, country: Country, prefix: &str) -> String {
    let code = code.trim_start_matches('〒').trim_start();
    let short = country.as_str().get(..1).unwrap_or_default();
    let with_hyphen = |text: &str| format!("{}-", text.trim_end_matches('-'));
    for known in [prefix.to_owned(), with_hyphen(country.as_str()), with_hyphen(short)] {
        if let Some(rest) = code.strip_prefix(known.as_str())
            && !known.is_empty()
            && known != "-"
        {
            return rest.trim_start().to_owned();
        }
    }
    code.to_owned()
}

/// The code, or the same letters with one separator put in, that fits.
fn separated(code: &str, fits: &impl Fn(&str) -> bool) -> Option<String> {
    if fits(code) {
        return Some(code.to_owned());
    }
    let plain: String =
        code.chars().filter(|char| !matches!(char, ' ' | '-' | '.' | '\u{2013}')).collect();
    if plain.len() > 16 {
        return None;
    }
    if fits(&plain) {
        return Some(plain);
    }
    (1..plain.len()).find_map(|at| {
        let (before, after) = plain.split_at_checked(at)?;
        ['-', ' '].into_iter().map(|sign| format!("{before}{sign}{after}")).find(|code| fits(code))
    })
}

/// What the code might have been: letters that look like digits and the other way round, then
/// leading zeros that a spreadsheet took away.
fn repairs(code: &str, pattern: &str) -> Vec<String> {
    let plain: String = code.chars().filter(|char| !matches!(char, ' ' | '-')).collect();
    let mut all = vec![plain.clone()];
    for (place, char) in plain.char_indices().filter(|(_, char)| other(*char).is_some()).take(4) {
        for index in 0..all.len() {
            let (Some(known), Some(other)) = (all.get(index), other(char)) else { continue };
            let mut changed = known.clone();
            changed.replace_range(place..place.saturating_add(char.len_utf8()), other);
            all.push(changed);
        }
    }
    all.remove(0);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Only codes of digits begin with zeros.
    if digits(&plain) && !pattern.contains("[A-Z]") {
        all.extend((1..=2).map(|zeros| format!("{}{plain}", "0".repeat(zeros))));
    }
    all
}

fn other(char: char) -> Option<&'static str> {
    match char {
        'O' => Some("0"),
        '0' => Some("O"),
        'I' | 'L' => Some("1"),
        '1' => Some("I"),
        _ => None,
    }
}

/// A code that fits, with the separator that its country writes.
fn canonical(code: &str, country: Country) -> String {
    let cut = |back: usize, sign: char| {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let at = plain.len().saturating_sub(back);
        plain.split_at_checked(at).map(|(before, after)| format!("{before}{sign}{after}"))
    };
    let made = match country {
        Country::US if code.len() > 5 => cut(4, '-'),
        Country::CA => cut(3, ' '),
        Country::GB if !code.starts_with("BFPO") => cut(3, ' '),
        _ => None,
    };
    made.unwrap_or_else(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::CivicAddress;

    fn normalized(country: &str, written: &str, agreeing: &str) -> (String, bool) {
        let country: Country = country.parse().unwrap();
        let mut address = CivicAddress::new(country);
        address.postal_code = written.to_owned();
        let mut report = Report::new(&address);
        normalize(&mut report, super::super::metadata::of(country).unwrap(), |_, code| {
            code.starts_with(agreeing)
        });
        (report.text(Field::PostalCode).to_owned(), !report.has_error(Field::PostalCode))
    }

    #[test]
    fn separators_and_prefixes_are_put_right() {
        for (country, written, wanted) in [
            ("US", "980521234", "98052-1234"),
            ("US", "98052 1234", "98052-1234"),
            ("CA", "t2p2m5", "T2P 2M5"),
            ("CA", "T2P-2M5", "T2P 2M5"),
            ("GB", "sw1a1aa", "SW1A 1AA"),
            ("GB", "M1  1AE", "M1 1AE"),
            ("DE", "D-53225", "53225"),
            ("FR", "F-75001", "75001"),
            ("CH", "CH-8001", "8001"),
            ("JP", "〒154-0023", "154-0023"),
            ("PL", "00950", "00-950"),
            ("PT", "1000 205", "1000-205"),
        ] {
            assert_eq!(normalized(country, written, "none"), (wanted.into(), true), "{written}");
        }
    }

    #[test]
    fn letters_and_zeros_are_put_right_only_if_the_result_agrees() {
        for (country, written, agreeing, wanted) in [
            ("US", "98O52", "98052", "98052"),
            ("US", "9BO52", "", "9BO52"),
            ("US", "2108", "02108", "02108"),
            ("US", "501", "00501", "00501"),
            ("CA", "T2P 2MS", "T2P", "T2P 2MS"),
            ("CA", "KIA OB1", "K1A", "K1A 0B1"),
            ("GB", "SWIA 1AA", "SW1A", "SW1A 1AA"),
            ("GB", "MI IAE", "M1", "M1 1AE"),
        ] {
            let good = written != wanted;
            assert_eq!(normalized(country, written, agreeing), (wanted.into(), good), "{written}");
            if good {
                let told = normalized(country, written, "none");
                assert_eq!(told, (written.into(), false), "{written}");
            }
        }
        // A missing digit is never guessed, nor a digit too many taken away.
        for written in ["980", "9805", "980521"] {
            assert!(!normalized("US", written, "98").1, "{written}");
        }
    }
}
