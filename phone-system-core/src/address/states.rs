//! The United States: the ZIP code, the city and the state against each other.
//!
//! A field is changed only if the two others agree against it. A city is corrected only toward the
//! place of its ZIP code, after the state and the ZIP code agree; a city that the embedded data do
//! not know is a warning, because half of the names that people rightly write are not in them.

use super::boxes::non_civic;
use super::fields::Field;
use super::fold::{distance, fold, is_slip};
use super::metadata::CountryRules;
use super::outcome::{ChangeKind, Level, ProblemCode, Report};
use super::places::{ALIAS_RADIUS, Code, Place, Places, is_listed};

/// As far as ZIP codes reach across the border of a state, in kilometers; uncalibrated, ours.
const BORDER: u32 = 10;

/// Whether a place of ISO 3166-2 is military post.
fn is_military(state: &str) -> bool {
    matches!(state, "AA" | "AE" | "AP")
}

fn five(code: &str) -> &str {
    code.get(..5).unwrap_or(code)
}

/// How a city stands to a ZIP code and its state.
enum Standing {
    /// It is the place of the ZIP code.
    Listed(Place),
    /// It is another place of the state, near enough.
    Near,
    /// It is another place of the state, too far away.
    Far,
    /// The state has no such place.
    Unknown,
}

fn standing(us: Places, code: Code, state: &str, city: &str) -> Standing {
    if let Some(place) = us.in_code(code).find(|place| is_listed(us.name(*place), city)) {
        return Standing::Listed(place);
    }
    let mut named = us.named(state, city);
    if named.is_empty() {
        Standing::Unknown
    } else if named.any(|place| us.is_near(place, code, ALIAS_RADIUS)) {
        Standing::Near
    } else {
        Standing::Far
    }
}

fn state_of(us: Places, code: Code) -> &'static str {
    us.in_code(code).next().map_or("", |place| us.state(place))
}

/// Whether a ZIP code is known and agrees with the state or the city.
pub(super) fn agrees(report: &Report, state: Option<&str>, zip: &str) -> bool {
    let us = Places::us();
    let Some(code) = us.zip(five(zip)) else { return false };
    let city = fold(report.text(Field::City));
    let in_city =
        !city.is_empty() && us.in_code(code).any(|place| is_listed(us.name(place), &city));
    state == Some(state_of(us, code)) || in_city
}

/// Checks the city, the state and the ZIP code against each other.
pub(super) fn check(report: &mut Report, rules: &CountryRules, state: Option<&'static str>) {
    let us = Places::us();
    if state.is_some_and(is_military) || report.has_error(Field::City) {
        return;
    }
    let city = fold(report.text(Field::City));
    let given = report.verified.contains(&Field::PostalCode);
    let zip = if given { five(report.text(Field::PostalCode)).to_owned() } else { String::new() };
    let Some(code) = us.zip(&zip).filter(|_| given) else {
        if given {
            let only = rules.only_subdivision_of(&zip);
            if only.is_some_and(|only| is_military(only.key)) {
                return non_civic(report, Field::PostalCode);
            }
            unknown_zip(report, rules, state, &zip);
        }
        if let (Some(state), false) = (state, city.is_empty()) {
            city_without_zip(report, us, state, &city);
        }
        return;
    };
    report.level = Level::PostalLocality;
    let zip_state = state_of(us, code);
    match state {
        Some(state) if state == zip_state => city_with_zip(report, us, code, state, &city),
        Some(state) => clash(report, us, code, state, &city),
        None if report.is_empty(Field::StateOrProvince) => {
            infer_state(report, us, code, zip_state, &city);
        }
        None => {}
    }
}

/// A ZIP code that is not listed may be new, or the government's own.
fn unknown_zip(report: &mut Report, rules: &CountryRules, state: Option<&str>, zip: &str) {
    report.verified.remove(&Field::PostalCode);
    let named = rules.subdivisions.iter().find(|one| Some(one.key) == state);
    if let Some(named) = named.filter(|named| named.excludes(zip)) {
        let message = format!("ZIP codes of {} do not begin as {zip} does", named.key);
        report.error(Field::PostalCode, ProblemCode::MismatchingValue, message);
    } else {
        let message = format!("the ZIP code {zip} is not among those known");
        report.warn(Field::PostalCode, ProblemCode::UnverifiedValue, message);
        if named.is_some() {
            report.level = Level::PostalAdmin;
        }
    }
}

/// The city, after the state and the ZIP code agree.
fn city_with_zip(report: &mut Report, us: Places, code: Code, state: &str, city: &str) {
    let listed = |report: &mut Report, name: &str, kind| {
        report.verified.insert(Field::City);
        report.change(Field::City, name.to_owned(), kind);
    };
    let Some(place) = us.in_code(code).next() else { return };
    if city.is_empty() {
        if report.is_empty(Field::City) {
            listed(report, us.name(place), ChangeKind::Inferred);
        }
        return;
    }
    match standing(us, code, state, city) {
        Standing::Listed(place) => {
            report.verified.insert(Field::City);
            let name = us.name(place);
            if report.city_in_lower_case && name.eq_ignore_ascii_case(report.text(Field::City)) {
                listed(report, name, ChangeKind::Format);
            }
        }
        Standing::Near => drop(report.verified.insert(Field::City)),
        Standing::Far => {
            let message = format!(
                "this city of {state} lies more than {ALIAS_RADIUS} km from the ZIP code's area, {}",
                us.name(place)
            );
            report.error(Field::City, ProblemCode::LocalityPostalConflict, message);
        }
        Standing::Unknown => {
            if is_slip(city, &fold(us.name(place)), usize::MAX) {
                listed(report, us.name(place), ChangeKind::Spelling);
            } else {
                let message = format!(
                    "not known near the ZIP code's area, {}; it may be right",
                    us.name(place)
                );
                report.warn(Field::City, ProblemCode::UnverifiedValue, message);
            }
        }
    }
}

/// The state and the ZIP code contradict each other; the city decides if it can.
fn clash(report: &mut Report, us: Places, code: Code, state: &str, city: &str) {
    let zip_state = state_of(us, code);
    let (zip, area) =
        (us.zip_text(code), us.in_code(code).next().map_or("", |place| us.name(place)));
    let beyond = standing(us, code, zip_state, city);
    let for_zip = !city.is_empty() && matches!(beyond, Standing::Listed(_) | Standing::Near);
    let mut named = us.named(state, city);
    let for_state = !named.is_empty();
    let on_border = || us.state_is_near(state, code, BORDER);
    let contradicts = format!("the ZIP code {zip} belongs to {area}, {zip_state}, not to {state}");
    match (for_zip, for_state) {
        (true, true) => {
            let message = format!("{state} and {zip_state} both have a place of this name");
            report.error(Field::City, ProblemCode::Ambiguous, message);
            report.suggest(Field::StateOrProvince, zip_state.to_owned(), ChangeKind::Replaced);
        }
        (true, false) if !on_border() => {
            report.change(Field::StateOrProvince, zip_state.to_owned(), ChangeKind::Replaced);
            city_with_zip(report, us, code, zip_state, city);
        }
        (true, false) => {
            report.verified.insert(Field::City);
            report.warn(Field::PostalCode, ProblemCode::MismatchingValue, contradicts);
        }
        (false, true)
            if named.clone().any(|place| us.is_near(place, code, ALIAS_RADIUS)) && on_border() =>
        {
            report.verified.insert(Field::City);
            report.warn(Field::PostalCode, ProblemCode::MismatchingValue, contradicts);
        }
        (false, true) => {
            let only = only_code(us, &mut named);
            match only {
                Some(only) => {
                    let zip = us.zip_text(only);
                    report.change(Field::PostalCode, zip, ChangeKind::Replaced);
                    city_with_zip(report, us, only, state, city);
                }
                None => {
                    report.error(Field::PostalCode, ProblemCode::MismatchingValue, contradicts);
                }
            }
        }
        (false, false) => {
            report.error(Field::PostalCode, ProblemCode::MismatchingValue, contradicts);
        }
    }
}

/// The one code that some places have, if it is one.
fn only_code(us: Places, places: &mut std::ops::Range<Place>) -> Option<Code> {
    let mut codes = places.flat_map(|place| us.codes_of(place));
    codes.next().filter(|_| codes.next().is_none())
}

fn infer_state(report: &mut Report, us: Places, code: Code, zip_state: &str, city: &str) {
    let elsewhere = || us.states().any(|state| !us.named(state, city).is_empty());
    let here = !matches!(standing(us, code, zip_state, city), Standing::Unknown)
        || us.in_code(code).any(|place| is_slip(city, &fold(us.name(place)), usize::MAX));
    if city.is_empty() || here || !elsewhere() {
        report.change(Field::StateOrProvince, zip_state.to_owned(), ChangeKind::Inferred);
        city_with_zip(report, us, code, zip_state, city);
    } else {
        let message =
            format!("{zip_state}, to which the ZIP code belongs, has no place of this name");
        report.error(Field::City, ProblemCode::LocalityPostalConflict, message);
    }
}

/// The city by the state alone; one slip is corrected, more are a suggestion.
fn city_without_zip(report: &mut Report, us: Places, state: &str, city: &str) {
    let no_zip = report.is_empty(Field::PostalCode);
    let mut places = us.named(state, city);
    if places.is_empty() && no_zip {
        let near: Vec<Place> =
            us.in_state(state).filter(|place| is_slip(city, &fold(us.name(*place)), 2)).collect();
        let one_off = |place: &Place| distance(city, &fold(us.name(*place))) <= 1;
        let mut close = near.iter().copied().filter(one_off);
        if let (Some(place), None) = (close.next(), close.next()) {
            report.change(Field::City, us.name(place).to_owned(), ChangeKind::Spelling);
            places = place..place.saturating_add(1);
        } else {
            for place in near.into_iter().take(5) {
                report.suggest(Field::City, us.name(place).to_owned(), ChangeKind::Spelling);
            }
        }
    }
    if places.is_empty() {
        let message = format!("not known in {state}; it may be right");
        report.warn(Field::City, ProblemCode::UnverifiedValue, message);
        return;
    }
    report.verified.insert(Field::City);
    let name = us.name(places.start);
    if report.city_in_lower_case && name.eq_ignore_ascii_case(report.text(Field::City)) {
        report.change(Field::City, name.to_owned(), ChangeKind::Format);
    }
    if no_zip && let Some(only) = only_code(us, &mut places) {
        report.change(Field::PostalCode, us.zip_text(only), ChangeKind::Inferred);
        report.verified.insert(Field::PostalCode);
        report.level = Level::PostalLocality;
    }
}
