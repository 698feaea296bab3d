//! The street line: house numbers apart from it, directions, sorts of streets, ordinals.
//!
//! The four fields of the street are read as one line, so that `N.W.` is found wherever it was
//! typed, and each word stays in its field.

use super::fields::Field;
use super::outcome::{ChangeKind, ProblemCode, Report};
use super::words::{
    Suffix, bare, is_digits, is_direction, is_lower_case, is_short_direction, is_unit, ordinal,
    ordinal_number, with_capitals,
};
use crate::text::Country;

/// What becomes of a street that is named by a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbered {
    /// It gets its ordinal ending ("Setting up Phone System, step 5").
    Ordinal,
    /// The ending is suggested.
    Suggested,
    /// It stays a plain number, as in Alberta (calgary.ca: `2012 29 ST SW`).
    Cardinal,
}

/// Where streets are written with words that this module knows.
pub(super) fn normalize(report: &mut Report, state: &str) {
    let country = report.address.country;
    split_house_number(report);
    if country == Country::GB {
        return;
    }
    let numbered = match (country, state) {
        (Country::CA, "AB") => Numbered::Cardinal,
        // `1 Avenue` is French there as often as English; ours.
        (Country::CA, "QC") => Numbered::Suggested,
        // `42 St NE` without a house number may be number 42 of `St NE` as well.
        _ if report.is_empty(Field::HouseNumber) => Numbered::Suggested,
        _ => Numbered::Ordinal,
    };
    let mut line = Line::of(report);
    line.normalize(report, numbered);
    missing_direction(report, state, &line);
}

/// Gives names in lower case the capitals that they have.
pub(super) fn capitals(report: &mut Report) {
    for field in Field::STREET.into_iter().chain([Field::City]) {
        let text = report.text(field);
        if is_lower_case(text) {
            let text = with_capitals(text);
            report.city_in_lower_case |= field == Field::City;
            report.change(field, text, ChangeKind::Format);
        }
    }
}

/// Whether a word can be a house number: `221B`, `120-55`, `W156N8480`, `1/2`.
fn is_house_number(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let others =
        word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/'));
    let begins = word.starts_with(|char: char| char.is_ascii_digit());
    others
        && word.len() <= 12
        && ordinal_number(word).is_none()
        && ((begins && letters <= 1) || (digits >= 4 && word.starts_with(['N', 'S', 'E', 'W'])))
}

/// Moves a house number out of the street's name, if its own field is empty.
///
/// What is left has to name a street: of `30 Rd` the number is the name.
fn split_house_number(report: &mut Report) {
    if !report.is_empty(Field::HouseNumber) {
        return;
    }
    let street = report.text(Field::StreetName).to_owned();
    let words: Vec<&str> = street.split(' ').collect();
    let Some((number, mut rest)) = words.split_first() else { return };
    let number = number.trim_end_matches(',');
    if !is_house_number(number) || number.contains('/') {
        return;
    }
    let mut half = "";
    if let [fraction, after @ ..] = rest
        && fraction.contains('/')
        && is_house_number(fraction)
    {
        (half, rest) = (fraction, after);
    }
    let after = [Field::StreetSuffix, Field::PostDirectional]
        .into_iter()
        .flat_map(|field| report.text(field).split(' '))
        .filter(|word| !word.is_empty());
    let left: Vec<&str> = rest.iter().copied().chain(after).collect();
    let names = |word: &&str| !is_unit(word) && !is_direction(word) && Suffix::of(word).is_none();
    // Of `E St` the direction is the name; `St NE` has none.
    let direction_as_name = left.first().is_some_and(|word| is_direction(word))
        && left.iter().skip(1).any(|word| Suffix::of(word).is_some());
    if rest.is_empty() || !(left.iter().any(names) || direction_as_name) {
        return;
    }
    let rest = rest.join(" ");
    // With capitals in its house number the street was not in lower case as a whole.
    let rest = if is_lower_case(&rest) { with_capitals(&rest) } else { rest };
    if !half.is_empty() && !report.is_empty(Field::HouseNumberSuffix) {
        return;
    }
    report.change(Field::HouseNumber, number.to_owned(), ChangeKind::Moved);
    if !half.is_empty() {
        report.change(Field::HouseNumberSuffix, half.to_owned(), ChangeKind::Moved);
    }
    report.change(Field::StreetName, rest, ChangeKind::Moved);
}

/// The words of the street and the parts that they play.
struct Line {
    words: Vec<(Field, String)>,
    pre: Option<usize>,
    name: std::ops::Range<usize>,
    suffix: Option<(usize, Suffix)>,
    post: Option<usize>,
}

impl Line {
    fn of(report: &Report) -> Self {
        let mut words = Vec::new();
        for field in Field::STREET {
            let text = report.text(field).split(' ').filter(|word| !word.is_empty());
            words.extend(text.map(|word| (field, word.to_owned())));
        }
        let word = |place: usize| words.get(place).map_or("", |(_, word)| word.as_str());
        // A unit of the building, and what follows a comma, end the street.
        let unit = words.iter().skip(1).position(|(_, word)| is_unit(word));
        let comma = words.iter().position(|(_, word)| word.ends_with(','));
        let after =
            |place: Option<usize>| place.map_or(words.len(), |place| place.saturating_add(1));
        let (mut start, mut end) = (0, after(unit).min(after(comma)));
        let last = |start: usize, end: usize| end.checked_sub(1).filter(|last| *last > start);
        let post = last(start, end).filter(|last| is_direction(word(*last)));
        end = post.unwrap_or(end);
        // Only the last word that is a sort of street is the sort; the only word is the name.
        let suffix = last(start, end).and_then(|last| Some((last, Suffix::of(word(last))?)));
        end = suffix.map_or(end, |(place, _)| place);
        let pre = last(start, end).and(Some(start)).filter(|start| is_direction(word(*start)));
        start = pre.map_or(start, |pre| pre.saturating_add(1));
        Self { words, pre, name: start..end, suffix, post }
    }

    fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |(_, word)| word.as_str())
    }

    /// The name, if it is one word.
    fn only_name(&self) -> Option<&str> {
        (self.name.len() == 1).then(|| self.word(self.name.start))
    }

    fn in_capitals(&self) -> bool {
        let text = || self.words.iter().flat_map(|(_, word)| word.chars());
        text().any(char::is_uppercase) && !text().any(char::is_lowercase)
    }

    fn normalize(&mut self, report: &mut Report, numbered: Numbered) {
        for place in [self.pre, self.post].into_iter().flatten() {
            let word = self.word(place);
            let plain = word.replace('.', "");
            if plain != word && is_short_direction(&bare(word)) {
                self.put(report, place, &plain, ChangeKind::Format);
            }
        }
        if let Some((place, suffix)) = self.suffix
            && suffix.is_variant
        {
            let word = self.word(place);
            let standard = as_written(word, suffix.standard);
            self.put(report, place, &standard, ChangeKind::Canonicalized);
        }
        self.number(report, numbered);
    }

    /// Puts the ordinal ending to a street that is named by a number.
    fn number(&mut self, report: &mut Report, numbered: Numbered) {
        let Some(name) = self.only_name() else { return };
        let name = name.to_owned();
        if let Some(digits) = ordinal_number(&name) {
            let right = ordinal(digits, name.ends_with(|char: char| char.is_ascii_uppercase()));
            if !right.eq_ignore_ascii_case(&name) {
                self.put(report, self.name.start, &right, ChangeKind::Ordinal);
            }
            return;
        }
        let Some((_, suffix)) = self.suffix else { return };
        if !is_digits(&name) || numbered == Numbered::Cardinal {
            return;
        }
        let right = ordinal(&name, self.in_capitals());
        if numbered == Numbered::Ordinal && suffix.takes_ordinal() {
            self.put(report, self.name.start, &right, ChangeKind::Ordinal);
        } else if let Some((field, _)) = self.words.get(self.name.start) {
            let (field, text) = (*field, self.with(self.name.start, &right));
            report.suggest(field, text, ChangeKind::Ordinal);
        }
    }

    /// The text of a word's field with another word in its place.
    fn with(&self, place: usize, word: &str) -> String {
        let field = self.words.get(place).map(|(field, _)| *field);
        let words: Vec<&str> = self
            .words
            .iter()
            .enumerate()
            .filter(|(_, (other, _))| Some(*other) == field)
            .map(|(at, (_, known))| if at == place { word } else { known.as_str() })
            .collect();
        words.join(" ")
    }

    fn put(&mut self, report: &mut Report, place: usize, word: &str, kind: ChangeKind) {
        let text = self.with(place, word);
        if let Some((field, known)) = self.words.get_mut(place) {
            word.clone_into(known);
            report.change(*field, text, kind);
        }
    }
}

/// The standard abbreviation as the word before was written: in capitals, or with one.
fn as_written(word: &str, standard: &str) -> String {
    let comma = if word.ends_with(',') { "," } else { "" };
    let letters = || word.chars().filter(|char| char.is_alphabetic());
    if letters().all(char::is_uppercase) {
        return format!("{}{comma}", standard.to_ascii_uppercase());
    }
    let mut chars = standard.chars();
    let initial = chars.next().map(|char| char.to_ascii_uppercase());
    initial.into_iter().chain(chars).chain(comma.chars()).collect()
}

/// Warns where a city tells its streets apart by directions and none is given.
fn missing_direction(report: &mut Report, state: &str, line: &Line) {
    if line.post.is_some() || line.pre.is_some() || line.name.is_empty() {
        return;
    }
    let city = super::fold::fold(report.text(Field::City));
    let quadrants = match (report.address.country, state) {
        (Country::US, "DC") => true,
        (Country::CA, "AB") => {
            matches!(city.as_str(), "calgary" | "edmonton")
                && line.only_name().is_some_and(is_digits)
        }
        _ => false,
    };
    if quadrants {
        let message = "streets of this city are told apart by a direction such as NW";
        report.warn(Field::PostDirectional, ProblemCode::MissingDirectional, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::CivicAddress;

    fn normalized(country: Country, state: &str, street: &str) -> (String, String, usize) {
        let mut address = CivicAddress::new(country);
        address.street_name = street.to_owned();
        let mut report = Report::new(&address);
        capitals(&mut report);
        normalize(&mut report, state);
        let line = |report: &Report| {
            let number = report.text(Field::HouseNumber).to_owned();
            (number, report.text(Field::StreetName).to_owned())
        };
        let (number, street) = line(&report);
        let outcome = report.finish();
        // What was made stays as it is.
        let mut again = Report::new(&outcome.address);
        capitals(&mut again);
        normalize(&mut again, state);
        assert_eq!(line(&again), (number.clone(), street.clone()));
        (number, street, outcome.suggestions.len())
    }

    #[test]
    fn numbered_streets_of_the_united_states() {
        for (written, number, street, suggestions) in [
            ("210 E 400 S", "210", "E 400 S", 0),
            ("842 E 1700 S", "842", "E 1700 S", 0),
            ("585 30 Rd", "585", "30 Rd", 1),
            ("600 E St NE", "600", "E St NE", 0),
            ("1 1 St NE", "1", "1st St NE", 0),
            ("350 42 St", "350", "42nd St", 0),
            ("350 W 42 ST", "350", "W 42ND ST", 0),
            ("350 42th St", "350", "42nd St", 0),
            ("350 11 Ave", "350", "11th Ave", 0),
            ("15010 NE 36 Street", "15010", "NE 36th Street", 0),
            ("100 8 Mile Rd", "100", "8 Mile Rd", 0),
            ("12 Highway 20", "12", "Highway 20", 0),
            ("12 County Road 30", "12", "County Road 30", 0),
            ("120-55 Queens Blvd", "120-55", "Queens Blvd", 0),
            ("W156N8480 Pilgrim Rd", "W156N8480", "Pilgrim Rd", 0),
            ("W156N8480 pilgrim n.w.", "W156N8480", "Pilgrim NW", 0),
            ("221B Baker Strt", "221B", "Baker St", 0),
            ("75 1/2 Main St", "75", "Main St", 0),
            ("30 Rd", "", "30 Rd", 1),
            ("42 St", "", "42 St", 1),
            ("10 N.W. 5 Ave", "10", "NW 5th Ave", 0),
            ("10 Main St, Suite 5", "10", "Main St, Suite 5", 0),
            ("10 5 Ave Apt 4", "10", "5th Ave Apt 4", 0),
            ("100 main st", "100", "Main St", 0),
            ("100 Avenue S", "", "100 Avenue S", 1),
        ] {
            let told = normalized(Country::US, "WA", written);
            assert_eq!(told, (number.into(), street.into(), suggestions), "{written}");
        }
    }

    #[test]
    fn numbered_streets_of_canada_go_by_province() {
        for (state, written, street, suggestions) in [
            ("AB", "120 9 Avenue SW", "9 Avenue SW", 0),
            ("AB", "10020 101 St NW", "101 St NW", 0),
            ("AB", "1 42th St", "42nd St", 0),
            ("BC", "120 9 Avenue SW", "9th Avenue SW", 0),
            ("ON", "5 3 St", "3rd St", 0),
            ("QC", "5 3 Avenue", "3 Avenue", 1),
        ] {
            let told = normalized(Country::CA, state, written);
            assert_eq!((told.1.as_str(), told.2), (street, suggestions), "{state} {written}");
        }
        assert_eq!(normalized(Country::GB, "", "10 5 Avenue").1, "5 Avenue");
    }
}
