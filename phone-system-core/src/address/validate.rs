//! The validation of an address, offline and from the embedded data alone.
//!
//! It reports what it could not check: nothing offline knows whether a street or a house number
//! exists. A field is changed only if the change is one of form, or two other fields agree against
//! it; what comes out is valid and stays as it is.

use super::boxes::non_civic;
use super::fields::{CivicAddress, Field};
use super::metadata::{self, CountryRules};
use super::outcome::{ChangeKind, Level, Outcome, ProblemCode, Report};
use super::{boxes, britain, clean, postal, states, street};
use crate::text::Country;

/// Validates an address without storing anything.
///
/// United States and United Kingdom: the postal code, the city and the state against each other.
/// Canada and other countries: required fields, the form of postal codes, and the postal code
/// against the state.
pub fn validate(address: &CivicAddress) -> Outcome {
    let mut report = Report::new(address);
    if let Some((field, bytes)) = clean::too_long(address) {
        let message = format!("{bytes} bytes; at most {} are looked at", clean::MAXIMUM);
        report.error(field, ProblemCode::InvalidFormat, message);
        return report.finish();
    }
    clean::clean(&mut report);
    let country = address.country;
    let Some(rules) = metadata::of(country) else {
        let message = format!("{country} stands for no country of ISO 3166-1");
        report.error(Field::Country, ProblemCode::UnknownValue, message);
        return report.finish();
    };
    report.verified.insert(Field::Country);
    report.level = Level::Country;
    let has_words = matches!(country, Country::US | Country::CA | Country::GB);
    if has_words {
        street::capitals(&mut report);
    }
    classify(&mut report);
    let state = state(&mut report, rules);
    postal::normalize(&mut report, rules, |report, code| agrees(report, rules, state, code));
    let state = prefix(&mut report, rules, state);
    match country {
        Country::US => states::check(&mut report, rules, state),
        Country::GB => britain::check(&mut report),
        _ => {}
    }
    if has_words {
        let state = rules.subdivision(report.text(Field::StateOrProvince)).map(|one| one.key);
        street::normalize(&mut report, state.unwrap_or_default());
    }
    required(&mut report, rules);
    clean::limits(&mut report);
    report.finish()
}

/// Post office boxes and other addresses at which nobody calls.
fn classify(report: &mut Report) {
    let mut line = report.text(Field::HouseNumber).to_owned();
    for field in Field::STREET {
        line.push(' ');
        line.push_str(report.text(field));
    }
    let found = boxes::of_street(report.address.country, &line);
    match found {
        Some(ProblemCode::UsesPoBox) => {
            let message = "a post office box is no place of a caller; give the street";
            report.error(Field::StreetName, ProblemCode::UsesPoBox, message);
        }
        Some(code) => {
            let message = "post is delivered like this where nobody calls from; give the street";
            report.error(Field::StreetName, code, message);
        }
        None => {}
    }
    let city = super::fold::fold(report.text(Field::City));
    if boxes::is_military_city(report.address.country, &city) {
        non_civic(report, Field::City);
    }
}

/// The key of the state that is named; it is written as the key where keys are short.
fn state(report: &mut Report, rules: &CountryRules) -> Option<&'static str> {
    let text = report.text(Field::StateOrProvince).to_owned();
    if text.is_empty() {
        return None;
    }
    let country = report.address.country;
    if !rules.uses('S') {
        let message = format!("addresses of {country} have no state or province");
        report.warn(Field::StateOrProvince, ProblemCode::UnexpectedField, message);
        return None;
    }
    if rules.subdivisions.is_empty() {
        return None;
    }
    let Some(named) = rules.subdivision(&text) else {
        let message = format!("`{text}` is no state or province of {country}");
        if rules.requires('S') {
            report.error(Field::StateOrProvince, ProblemCode::UnknownValue, message);
        } else {
            report.warn(Field::StateOrProvince, ProblemCode::UnverifiedValue, message);
        }
        return None;
    };
    report.verified.insert(Field::StateOrProvince);
    let short = named.key.len() <= 3 && named.key.bytes().all(|byte| byte.is_ascii_uppercase());
    if short && !named.is_code(&text) {
        let kind = if text.eq_ignore_ascii_case(named.key) {
            ChangeKind::Format
        } else {
            ChangeKind::Canonicalized
        };
        report.change(Field::StateOrProvince, named.key.to_owned(), kind);
    }
    if country == Country::US && matches!(named.key, "AA" | "AE" | "AP") {
        non_civic(report, Field::StateOrProvince);
    }
    Some(named.key)
}

/// Whether a repaired postal code agrees with the state or the city.
fn agrees(report: &Report, rules: &CountryRules, state: Option<&str>, code: &str) -> bool {
    match report.address.country {
        Country::US => states::agrees(report, state, code),
        Country::GB => britain::agrees(report, code),
        _ => state.is_some_and(|state| {
            let named = rules.subdivisions.iter().find(|one| one.key == state);
            named.is_some_and(|named| named.has_codes() && !named.excludes(code))
        }),
    }
}

/// The postal code's beginning against the state; an empty state is inferred if only one fits.
fn prefix(
    report: &mut Report,
    rules: &CountryRules,
    state: Option<&'static str>,
) -> Option<&'static str> {
    let country = report.address.country;
    let code = report.text(Field::PostalCode).to_owned();
    if code.is_empty() {
        return state;
    }
    if !rules.uses('Z') {
        let message = format!("addresses of {country} have no postal code");
        report.warn(Field::PostalCode, ProblemCode::UnexpectedField, message);
    }
    // The United States have better evidence than the beginning.
    if country == Country::US || !report.verified.contains(&Field::PostalCode) {
        return state;
    }
    let Some(key) = state else {
        if !report.is_empty(Field::StateOrProvince) || !rules.uses('S') {
            return None;
        }
        let only = rules.only_subdivision_of(&code).filter(|one| one.key.is_ascii())?;
        report.change(Field::StateOrProvince, only.key.to_owned(), ChangeKind::Inferred);
        report.level = Level::PostalAdmin;
        return Some(only.key);
    };
    let named = rules.subdivisions.iter().find(|one| one.key == key && one.has_codes())?;
    report.level = Level::PostalAdmin;
    if named.excludes(&code) {
        let message = format!("postal codes of {key} do not begin as `{code}` does");
        // Areas of delivery that cross the border of a state ("AU: 2620, 0872, 2540").
        if country == Country::AU && matches!(code.as_str(), "2620" | "0872" | "2540") {
            report.warn(Field::PostalCode, ProblemCode::MismatchingValue, message);
        } else {
            report.error(Field::PostalCode, ProblemCode::MismatchingValue, message);
        }
    }
    Some(key)
}

/// The fields that the country, or an emergency call, needs.
fn required(report: &mut Report, rules: &CountryRules) {
    let country = report.address.country;
    let mut missing = |field: Field, why: &str| {
        if report.is_empty(field) && !report.has_error(field) {
            report.error(field, ProblemCode::MissingRequiredField, why);
        }
    };
    missing(Field::CompanyName, "every address names the company");
    for (letter, field, why) in [
        ('A', Field::StreetName, "the country's addresses need a street"),
        ('C', Field::City, "the country's addresses need a city"),
        ('S', Field::StateOrProvince, "the country's addresses need a state or province"),
        ('Z', Field::PostalCode, "the country's addresses need a postal code"),
    ] {
        if rules.requires(letter) {
            missing(field, why);
        }
    }
    let street = report.text(Field::StreetName);
    if !report.is_empty(Field::HouseNumber) || street.is_empty() {
        return;
    }
    let has_digit = street.chars().any(char::is_numeric);
    match country {
        Country::US | Country::CA => {
            let message = "help is sent to a house number";
            report.error(Field::HouseNumber, ProblemCode::MissingRequiredField, message);
        }
        Country::GB if !has_digit && !street.contains(',') => {
            let message =
                "help is sent to a house number, or to a building: `Rose House, Mill Lane`";
            report.error(Field::HouseNumber, ProblemCode::MissingRequiredField, message);
        }
        _ if !has_digit => {
            let message = "help is sent to a house number, if there is one";
            report.warn(Field::HouseNumber, ProblemCode::MissingRequiredField, message);
        }
        _ => {}
    }
}
