//! Addresses at which nobody calls: post office boxes, military post, rural routes.

use super::fields::Field;
use super::outcome::{ProblemCode, Report};
use crate::text::Country;

/// Refuses military post.
pub(super) fn non_civic(report: &mut Report, field: Field) {
    let message = "military post is no place of a caller; give the street";
    report.error(field, ProblemCode::NonCivicAddress, message);
}

/// A run of words, of which `#` is a word with a digit.
struct Words {
    run: &'static str,
    /// Only at the beginning of the line.
    first: bool,
    /// Countries where the words mean it; empty for everywhere.
    countries: &'static str,
}

const fn words(words: &'static str) -> Words {
    Words { run: words, first: false, countries: "" }
}

const fn of(countries: &'static str, words: &'static str) -> Words {
    Words { run: words, first: false, countries }
}

const fn first(words: &'static str) -> Words {
    Words { run: words, first: true, countries: "" }
}

/// Post office boxes, as the languages write them.
const BOXES: &[Words] = &[
    words("po box"),
    words("p o box"),
    words("pobox"),
    words("p obox"),
    words("post office box"),
    words("postal box"),
    words("post box"),
    words("gpo box"),
    words("gpo #"),
    words("pmb #"),
    words("cmb #"),
    words("lmb #"),
    words("locked bag"),
    words("private bag"),
    words("post office drawer"),
    words("po drawer"),
    words("postfach"),
    words("postbus"),
    words("postboks"),
    words("postbox"),
    words("postilokero"),
    words("boite postale"),
    words("boîte postale"),
    words("case postale"),
    words("casella postale"),
    words("caixa postal"),
    words("apartado postal"),
    words("apartado #"),
    words("apartado de correos"),
    words("apdo"),
    words("skrytka pocztowa"),
    words("私書箱"),
    first("box #"),
    of("FR BE CH LU MC", "bp #"),
    of("FR MC", "cs #"),
    of("FR MC", "tsa #"),
    of("NO DK FI", "pb #"),
    of("CA", "cp #"),
    of("IT", "cp #"),
    of("PL", "skr poczt"),
];

/// Post that is delivered where nobody lives.
const NON_CIVIC: &[Words] = &[
    words("general delivery"),
    words("poste restante"),
    words("lista de correos"),
    words("rural route #"),
    words("rural rte #"),
    words("bfpo"),
    of("US CA", "rr #"),
    of("US", "psc #"),
    of("US", "cmr #"),
    of("US", "hc #"),
    of("US", "star route #"),
];

/// Cities that stand for military post of the United States.
const MILITARY: [&str; 3] = ["apo", "fpo", "dpo"];

/// What the street line is, if it is no street.
pub(super) fn of_street(country: Country, line: &str) -> Option<ProblemCode> {
    let plain: String = line
        .chars()
        .filter(|char| *char != '.')
        .map(|char| if char.is_alphanumeric() { char } else { ' ' })
        .collect::<String>()
        .to_lowercase();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let found = |table: &[Words]| table.iter().any(|entry| entry.stands_in(country, &words));
    if found(BOXES) {
        Some(ProblemCode::UsesPoBox)
    } else if found(NON_CIVIC) {
        Some(ProblemCode::NonCivicAddress)
    } else {
        None
    }
}

/// Whether a city stands for military post.
pub(super) fn is_military_city(country: Country, folded: &str) -> bool {
    let mut words = folded.split(' ');
    match country {
        Country::US => words.next().is_some_and(|word| MILITARY.contains(&word)),
        Country::GB => words.any(|word| word == "bfpo"),
        _ => false,
    }
}

impl Words {
    fn stands_in(&self, country: Country, line: &[&str]) -> bool {
        if !self.countries.is_empty() && !self.countries.contains(country.as_str()) {
            return false;
        }
        let places = if self.first { 1 } else { line.len() };
        (0..places).any(|start| self.stands_at(line.get(start..).unwrap_or_default()))
    }

    fn stands_at(&self, line: &[&str]) -> bool {
        let mut line = line.iter();
        let mut fit = |wanted: &str| {
            line.next().is_some_and(|word| {
                if wanted == "#" {
                    return word.contains(|char: char| char.is_ascii_digit()) && word.len() <= 8;
                }
                // `apdo123`, `postfach12`: a number may stand close.
                let rest = word.strip_prefix(wanted);
                rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            })
        };
        self.run.split(' ').all(&mut fit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_found_in_any_case_and_streets_are_none() {
        let of = |country: &str, line: &str| of_street(country.parse().unwrap(), line);
        for line in [
            "PO Box 12",
            "po box 12",
            "P.O. Box 12",
            "p. o. box 12",
            "POBox 12",
            "POBOX12",
            "Post Office Box 7",
            "GPO Box 2890",
            "PMB 140",
            "Box 12",
            "100 Main St, PO BOX 9",
        ] {
            assert_eq!(of("US", line), Some(ProblemCode::UsesPoBox), "{line}");
        }
        for (country, line) in [
            ("DE", "Postfach 10 11 12"),
            ("NL", "Postbus 123"),
            ("FR", "BP 40"),
            ("FR", "CS 12345"),
            ("CH", "Case postale 3"),
            ("BR", "Caixa Postal 44"),
            ("ES", "Apartado de Correos 5"),
            ("JP", "私書箱 5"),
        ] {
            assert_eq!(of(country, line), Some(ProblemCode::UsesPoBox), "{line}");
        }
        for line in ["RR 2 Box 152", "Rural Route 5", "General Delivery", "PSC 802 Box 74", "HC 1"]
        {
            assert!(of("US", line).is_some(), "{line}");
        }
        assert_eq!(of("US", "General Delivery"), Some(ProblemCode::NonCivicAddress));
        for line in [
            "12 Box Elder Rd",
            "1 Boxwood Ln",
            "210 E 400 S",
            "5 Postman Way",
            "10 BP Plaza",
            "7 Apartado Ct",
            "3 CS Lewis Way",
            "9 Hc Andersen St",
        ] {
            assert_eq!(of("US", line), None, "{line}");
        }
        assert!(is_military_city(Country::US, "apo") && !is_military_city(Country::US, "apopka"));
        assert!(is_military_city(Country::GB, "bfpo 61"));
    }
}
