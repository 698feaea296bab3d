//! What each country writes in an address: Google's address metadata, as embedded.
//!
//! `countries.txt` has a line for a country (code, name, required fields, used fields, postal
//! pattern, prefix before postal codes) and, after it, one for each of its subdivisions (key,
//! names, ISO 3166-2 part, postal prefixes as a pattern), tabs between the cells.

use std::sync::OnceLock;

use super::fold::fold;
use super::pattern;
use crate::text::Country;

const TEXT: &str = include_str!("../../data/countries.txt");

/// A state, province or prefecture.
pub(super) struct Subdivision {
    pub(super) key: &'static str,
    names: &'static str,
    iso: &'static str,
    zips: &'static str,
}

impl Subdivision {
    /// Whether a text names it: its key, a name in any of its languages, or its ISO code.
    fn is_named(&self, text: &str, same: impl Fn(&str, &str) -> bool) -> bool {
        same(self.key, text)
            || (!self.iso.is_empty() && same(self.iso, text))
            || self.names.split('|').any(|name| !name.is_empty() && same(name, text))
    }

    /// Whether the beginnings of its postal codes are known.
    pub(super) fn has_codes(&self) -> bool {
        !self.zips.is_empty()
    }

    /// Whether its postal codes are known and the code is not one of them.
    pub(super) fn excludes(&self, postal_code: &str) -> bool {
        !self.zips.is_empty() && !pattern::begins(self.zips, postal_code)
    }

    /// Whether the text is its key or its ISO code, which are not rewritten.
    pub(super) fn is_code(&self, text: &str) -> bool {
        text == self.key || text == self.iso
    }
}

/// A country's rules of writing.
pub(super) struct CountryRules {
    code: &'static str,
    required: &'static str,
    used: &'static str,
    /// The pattern of postal codes; empty if there are none.
    pub(super) postal: &'static str,
    /// What people of the country write before a postal code.
    pub(super) prefix: &'static str,
    pub(super) subdivisions: Vec<Subdivision>,
}

impl CountryRules {
    /// Whether a field is required: `A` street, `C` city, `S` state, `Z` postal code.
    pub(super) fn requires(&self, field: char) -> bool {
        self.required.contains(field)
    }

    /// Whether a field is written at all.
    pub(super) fn uses(&self, field: char) -> bool {
        self.used.contains(field)
    }

    /// The subdivision that a text names.
    pub(super) fn subdivision(&self, text: &str) -> Option<&Subdivision> {
        let plain = |known: &str, text: &str| known.eq_ignore_ascii_case(text);
        self.subdivisions.iter().find(|one| one.is_named(text, plain)).or_else(|| {
            let folded = fold(text);
            let same = |known: &str, folded: &str| fold(known) == folded;
            self.subdivisions.iter().find(|one| !folded.is_empty() && one.is_named(&folded, same))
        })
    }

    /// The only subdivision whose postal codes begin as this one does.
    pub(super) fn only_subdivision_of(&self, postal_code: &str) -> Option<&Subdivision> {
        let mut fitting = self
            .subdivisions
            .iter()
            .filter(|one| !one.zips.is_empty() && !one.excludes(postal_code));
        fitting.next().filter(|_| fitting.next().is_none())
    }
}

/// The rules of a country; none for a code that stands for no country.
pub(super) fn of(country: Country) -> Option<&'static CountryRules> {
    static ALL: OnceLock<Vec<CountryRules>> = OnceLock::new();
    let all = ALL.get_or_init(read);
    let place = all.binary_search_by(|rules| rules.code.cmp(country.as_str())).ok()?;
    // `ZZ` is the default of the others.
    all.get(place).filter(|rules| rules.code != "ZZ")
}

fn read() -> Vec<CountryRules> {
    let mut all: Vec<CountryRules> = Vec::with_capacity(256);
    for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let code = cell();
        if code.is_empty() {
            let one = Subdivision { key: cell(), names: cell(), iso: cell(), zips: cell() };
            if let Some(rules) = all.last_mut() {
                rules.subdivisions.push(one);
            }
            continue;
        }
        let _name = cell();
        all.push(CountryRules {
            code,
            required: cell(),
            used: cell(),
            postal: cell(),
            prefix: cell(),
            subdivisions: Vec::new(),
        });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_there_and_its_examples_fit() {
        assert_eq!(read().len(), 253);
        assert!(read().is_sorted_by_key(|rules| rules.code));
        for (country, good, bad) in [
            ("US", "98052-1234", "9805"),
            ("CA", "K1A 0B1", "D1A 0B1"),
            ("GB", "EC1Y 8SY", "QQ1 1AA"),
            ("DE", "53225", "5322"),
            ("NL", "1234 AB", "0234 AB"),
            ("BH", "317", "17"),
            ("AR", "C1070AAM", "I1070AAM"),
            ("JP", "154-0023", "1540-023"),
        ] {
            let rules = of(country.parse().unwrap()).unwrap();
            assert!(pattern::fits(rules.postal, good), "{country} {good}");
            assert!(!pattern::fits(rules.postal, bad), "{country} {bad}");
        }
        assert!(of("XX".parse().unwrap()).is_none() && of("ZZ".parse().unwrap()).is_none());
    }

    #[test]
    fn subdivisions_go_by_key_name_and_iso_code() {
        for (country, text, key) in [
            ("US", "wa", "WA"),
            ("US", "Washington", "WA"),
            ("US", "D.C.", "DC"),
            ("CA", "Québec", "QC"),
            ("CA", "quebec", "QC"),
            ("MX", "TAB", "Tab."),
            ("JP", "Tokyo", "東京都"),
        ] {
            let rules = of(country.parse().unwrap()).unwrap();
            assert_eq!(rules.subdivision(text).map(|one| one.key), Some(key), "{text}");
        }
        let rules = of(Country::US).unwrap();
        assert!(rules.subdivision("Ontario").is_none() && rules.subdivision("").is_none());
        assert_eq!(rules.only_subdivision_of("98052").map(|one| one.key), Some("WA"));
    }
}
