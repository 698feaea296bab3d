//! The rules of validation on whole addresses.

use super::*;

fn us(house: &str, street: &str, city: &str, state: &str, zip: &str) -> CivicAddress {
    address("US", house, street, city, state, zip)
}

fn address(
    country: &str,
    house: &str,
    street: &str,
    city: &str,
    state: &str,
    code: &str,
) -> CivicAddress {
    CivicAddress {
        company_name: "Contoso".into(),
        house_number: house.into(),
        street_name: street.into(),
        city: city.into(),
        state_or_province: state.into(),
        postal_code: code.into(),
        ..CivicAddress::new(country.parse().unwrap())
    }
}

fn told(address: &CivicAddress) -> Outcome {
    let outcome = validate(address);
    if outcome.verdict != Verdict::Insufficient {
        let again = validate(&outcome.address);
        assert_eq!((again.verdict, again.changes.len()), (Verdict::Valid, 0), "{again:?}");
        assert_eq!(again.address, outcome.address);
    }
    outcome
}

fn codes(outcome: &Outcome) -> Vec<(Field, ProblemCode, Severity)> {
    outcome.problems.iter().map(|problem| (problem.field, problem.code, problem.severity)).collect()
}

fn changes(outcome: &Outcome) -> Vec<(Field, &str, ChangeKind)> {
    outcome.changes.iter().map(|change| (change.field, change.to.as_str(), change.kind)).collect()
}

#[test]
fn a_clean_address_is_valid_and_says_what_was_not_checked() {
    let outcome = told(&us("15010", "NE 36th St", "Redmond", "WA", "98052"));
    assert_eq!((outcome.verdict, outcome.routable), (Verdict::Valid, true));
    assert_eq!(outcome.level, Level::PostalLocality);
    let status = |field| {
        outcome.elements.iter().find(|element| element.field == field).map(|found| found.status)
    };
    for field in [Field::City, Field::StateOrProvince, Field::PostalCode, Field::Country] {
        assert_eq!(status(field), Some(ElementStatus::Valid), "{field}");
    }
    for field in [Field::StreetName, Field::HouseNumber, Field::CompanyName] {
        assert_eq!(status(field), Some(ElementStatus::Unchecked), "{field}");
    }
    assert_eq!(status(Field::Elin), None);
    assert!(outcome.problems.is_empty() && outcome.changes.is_empty());
}

#[test]
fn parts_of_a_line_are_moved_and_the_address_stays_valid() {
    let outcome = told(&us("", "210 E 400 S", "Salt Lake City", "UT", "84111"));
    assert_eq!(outcome.verdict, Verdict::Valid);
    assert_eq!(
        changes(&outcome),
        [
            (Field::HouseNumber, "210", ChangeKind::Moved),
            (Field::StreetName, "E 400 S", ChangeKind::Moved)
        ]
    );
}

#[test]
fn ordinals_follow_the_country() {
    for (given, street, verdict) in [
        (us("585", "30 Rd", "Grand Junction", "CO", "81504"), "30 Rd", Verdict::Valid),
        (us("600", "E St NE", "Washington", "DC", "20002"), "E St NE", Verdict::Valid),
        (us("350", "42 St", "New York", "NY", "10017"), "42nd St", Verdict::Corrected),
        (us("350", "42th St", "New York", "NY", "10017"), "42nd St", Verdict::Corrected),
        (
            address("CA", "120", "9 Avenue SW", "Calgary", "AB", "T2P 2M5"),
            "9 Avenue SW",
            Verdict::Valid,
        ),
        (
            address("CA", "120", "9 Avenue", "Vancouver", "BC", "V5K 0A1"),
            "9th Avenue",
            Verdict::Corrected,
        ),
        (address("DE", "5", "42 Strasse", "Bonn", "", "53225"), "42 Strasse", Verdict::Valid),
        (address("GB", "5", "5 Avenue", "Manchester", "", "M1 1AE"), "5 Avenue", Verdict::Valid),
    ] {
        let outcome = told(&given);
        assert_eq!((outcome.address.street_name.as_str(), outcome.verdict), (street, verdict));
    }
    let no_direction = told(&address("CA", "120", "9 Avenue", "Calgary", "AB", "T2P 2M5"));
    assert_eq!(no_direction.problems[0].code, ProblemCode::MissingDirectional);
    assert_eq!(no_direction.verdict, Verdict::Valid);
}

#[test]
fn slips_in_a_city_are_corrected_toward_its_zip_code() {
    for (written, city, kind) in [
        ("Seatle", "Seattle", ChangeKind::Spelling),
        ("seattle", "Seattle", ChangeKind::Format),
        ("Saettle", "Seattle", ChangeKind::Spelling),
    ] {
        let outcome = told(&us("400", "Broad St", written, "WA", "98109"));
        assert_eq!(changes(&outcome), [(Field::City, city, kind)]);
        assert_eq!((outcome.verdict, outcome.routable), (Verdict::Corrected, true));
    }
    let outcome = told(&us("400", "Broad St", "SEATTLE", "WA", "98109"));
    assert_eq!(outcome.verdict, Verdict::Valid, "capitals are postal style");
    // East Cleveland is no slip for Cleveland.
    let outcome = told(&us("1", "Main St", "East Cleveland", "OH", "44112"));
    assert_eq!(outcome.address.city, "East Cleveland");
    let outcome = told(&us("1", "Main St", "Clevland", "OH", "44112"));
    assert_eq!(outcome.address.city, "Cleveland");
    // An unknown name may be right.
    let outcome = told(&us("1", "Main St", "Zzyzx Corners", "WA", "98109"));
    assert_eq!(codes(&outcome), [(Field::City, ProblemCode::UnverifiedValue, Severity::Warning)]);
    assert_eq!(outcome.verdict, Verdict::Valid);
}

#[test]
fn two_of_three_decide() {
    // The state is wrong.
    let outcome = told(&us("15010", "NE 36th St", "Bellevue", "CA", "98004"));
    assert_eq!(codes(&outcome), []);
    assert_eq!(changes(&outcome), [(Field::StateOrProvince, "WA", ChangeKind::Replaced)]);
    // Redmond is in both states.
    let outcome = told(&us("15010", "NE 36th St", "Redmond", "OR", "98052"));
    assert_eq!((outcome.verdict, outcome.routable), (Verdict::Insufficient, false));
    assert_eq!(codes(&outcome), [(Field::City, ProblemCode::Ambiguous, Severity::Error)]);
    assert_eq!(outcome.address.state_or_province, "OR");
    // The ZIP code is wrong, and the city has one; then, it has several.
    let outcome = told(&us("1", "Main St", "Akutan", "AK", "98052"));
    assert_eq!(changes(&outcome), [(Field::PostalCode, "99553", ChangeKind::Replaced)]);
    let outcome = told(&us("1", "Main St", "Anchorage", "AK", "98052"));
    let wrong = (Field::PostalCode, ProblemCode::MismatchingValue, Severity::Error);
    assert_eq!((codes(&outcome), outcome.routable), (vec![wrong], false));
    // Nothing agrees.
    let outcome = told(&us("1", "Main St", "Nowhere at all", "AK", "98052"));
    assert_eq!(codes(&outcome), [wrong]);
    // A city of the state that lies far from the ZIP code; and one that is near.
    let outcome = told(&us("1", "Main St", "Spokane", "WA", "98052"));
    let far = (Field::City, ProblemCode::LocalityPostalConflict, Severity::Error);
    assert_eq!((codes(&outcome), outcome.routable), (vec![far], false));
    assert_eq!(told(&us("1", "Main St", "Bellevue", "WA", "98052")).verdict, Verdict::Valid);
}

#[test]
fn empty_fields_are_inferred_only_if_one_value_fits() {
    let outcome = told(&us("400", "Broad St", "Seattle", "", "98109"));
    assert_eq!(changes(&outcome), [(Field::StateOrProvince, "WA", ChangeKind::Inferred)]);
    let outcome = told(&us("400", "Broad St", "", "WA", "98109"));
    assert_eq!(changes(&outcome), [(Field::City, "Seattle", ChangeKind::Inferred)]);
    let outcome = told(&us("1", "Main St", "Akutan", "AK", ""));
    assert_eq!(changes(&outcome), [(Field::PostalCode, "99553", ChangeKind::Inferred)]);
    let outcome = told(&us("400", "Broad St", "Seattle", "WA", ""));
    let missing = ProblemCode::MissingRequiredField;
    assert_eq!(codes(&outcome), [(Field::PostalCode, missing, Severity::Error)]);
    assert!(outcome.routable, "the postal code is evidence, not what a call is routed by");
    // Without a ZIP code one slip is corrected, two are a suggestion.
    let outcome = told(&us("1", "Main St", "Akutn", "AK", ""));
    assert_eq!(outcome.address.city, "Akutan");
    let outcome = told(&us("1", "Main St", "Anchrge", "AK", ""));
    assert_eq!(outcome.address.city, "Anchrge");
    assert!(outcome.suggestions.iter().any(|change| change.to == "Anchorage"));
}

#[test]
fn post_is_not_a_place_of_a_caller() {
    for (street, city, state, zip, code) in [
        ("p.o. box 12", "Seattle", "WA", "98109", ProblemCode::UsesPoBox),
        ("Post Office Box 12", "Seattle", "WA", "98109", ProblemCode::UsesPoBox),
        ("General Delivery", "Seattle", "WA", "98109", ProblemCode::NonCivicAddress),
        ("PSC 802 Box 74", "APO", "AE", "09499", ProblemCode::NonCivicAddress),
    ] {
        let outcome = told(&us("", street, city, state, zip));
        assert!(outcome.problems.iter().any(|problem| problem.code == code), "{street}");
        assert_eq!((outcome.verdict, outcome.routable), (Verdict::Insufficient, false));
    }
    let outcome = told(&address("GB", "1", "Main Road", "BFPO", "", "BFPO 61"));
    assert!(outcome.problems.iter().any(|one| one.code == ProblemCode::NonCivicAddress));
}

#[test]
fn postal_codes_are_repaired_if_the_rest_agrees() {
    for (city, state, written, code) in [
        ("Boston", "MA", "2108", "02108"),
        ("Redmond", "WA", "98O52", "98052"),
        ("Redmond", "WA", "980521234", "98052-1234"),
        ("Redmond", "WA", " 98052 ", "98052"),
    ] {
        let outcome = told(&us("1", "Main St", city, state, written));
        assert_eq!(
            (outcome.address.postal_code.as_str(), outcome.verdict),
            (code, Verdict::Corrected)
        );
    }
    let outcome = told(&us("1", "Main St", "Seattle", "WA", "2108"));
    assert_eq!(outcome.suggestions[0].to, "02108");
    assert_eq!(outcome.problems[0].code, ProblemCode::InvalidFormat);
    let outcome = told(&us("1", "Main St", "Toronto", "ON", "M5H 2N2"));
    assert!(outcome.problems.iter().any(|one| one.code == ProblemCode::CountrySuspect));
    assert!(outcome.suggestions.iter().any(|one| one.field == Field::Country && one.to == "CA"));
}

#[test]
fn the_united_kingdom_has_two_pieces_of_evidence() {
    let gb = |house, street, city, code| told(&address("GB", house, street, city, "", code));
    let outcome = gb("10", "Downing Street", "London", "sw1a2aa");
    assert_eq!(changes(&outcome), [(Field::PostalCode, "SW1A 2AA", ChangeKind::Format)]);
    assert_eq!(outcome.level, Level::PostalLocality);
    let outcome = gb("10", "Downing Street", "Lundon", "SW1A 2AA");
    assert_eq!(changes(&outcome), [(Field::City, "London", ChangeKind::Spelling)]);
    let outcome = gb("10", "Downing Street", "", "SW1A 2AA");
    assert_eq!(changes(&outcome), [(Field::City, "London", ChangeKind::Inferred)]);
    let outcome = gb("10", "Downing Street", "Manchester", "SW1A 2AA");
    let far = (Field::City, ProblemCode::LocalityPostalConflict, Severity::Error);
    assert_eq!((codes(&outcome), outcome.changes.len()), (vec![far], 0));
    // A building's name does for a house number.
    assert_eq!(gb("", "Rose House, Mill Lane", "London", "SW1A 2AA").verdict, Verdict::Valid);
    let outcome = gb("", "Mill Lane", "London", "SW1A 2AA");
    assert_eq!(codes(&outcome)[0].1, ProblemCode::MissingRequiredField);
    let outcome = told(&address("GB", "10", "Downing Street", "London", "England", "SW1A 2AA"));
    let unexpected = (Field::StateOrProvince, ProblemCode::UnexpectedField, Severity::Warning);
    assert_eq!((codes(&outcome), outcome.verdict), (vec![unexpected], Verdict::Valid));
    for written in ["AA1A 1AA", "M1 1AE", "M11 1AE", "CR2 6XH", "DN55 1PT", "W1A 1HQ"] {
        let outcome = gb("1", "High Street", "", written);
        let wrong = written == "AA1A 1AA";
        let bad = codes(&outcome).iter().any(|one| one.1 == ProblemCode::InvalidFormat);
        assert_eq!(bad, wrong, "{written}");
    }
}

#[test]
fn other_countries_are_held_to_their_rules() {
    for (given, verdict, level) in [
        (
            address("DE", "12", "Hauptstraße", "Bonn", "", "D-53225"),
            Verdict::Corrected,
            Level::Country,
        ),
        (
            address("DE", "12", "Hauptstraße", "Bonn", "", "5322"),
            Verdict::Insufficient,
            Level::Country,
        ),
        (
            address("AU", "1", "George St", "Sydney", "NSW", "2000"),
            Verdict::Valid,
            Level::PostalAdmin,
        ),
        (
            address("AU", "1", "George St", "Sydney", "VIC", "2000"),
            Verdict::Insufficient,
            Level::PostalAdmin,
        ),
        (
            address("AU", "1", "Main St", "Tharwa", "NSW", "2620"),
            Verdict::Valid,
            Level::PostalAdmin,
        ),
        (
            address("CA", "1", "Bank St", "Ottawa", "Ontario", "K1P 5N2"),
            Verdict::Corrected,
            Level::PostalAdmin,
        ),
        (
            address("CA", "1", "Bank St", "Ottawa", "", "k1p5n2"),
            Verdict::Corrected,
            Level::PostalAdmin,
        ),
        (
            address("CA", "1", "Bank St", "Ottawa", "BC", "K1P 5N2"),
            Verdict::Insufficient,
            Level::PostalAdmin,
        ),
        (
            address("JP", "", "丸の内1-1-1", "", "東京都", "100-0005"),
            Verdict::Valid,
            Level::PostalAdmin,
        ),
        (
            address("JP", "", "Marunouchi 1-1-1", "", "Tokyo", "100-0005"),
            Verdict::Valid,
            Level::PostalAdmin,
        ),
        (address("IE", "1", "Main Street", "Dublin", "", ""), Verdict::Valid, Level::Country),
        (address("FR", "", "Rue de Rivoli", "Paris", "", "75001"), Verdict::Valid, Level::Country),
        (address("XX", "1", "Main Street", "City", "", ""), Verdict::Insufficient, Level::Syntax),
    ] {
        let outcome = told(&given);
        assert_eq!((outcome.verdict, outcome.level), (verdict, level), "{outcome:?}");
    }
}

#[test]
fn every_field_has_its_bounds() {
    let mut given = us("1", "Main St", "Redmond", "WA", "98052");
    given.latitude = Some("90.1".parse().unwrap());
    given.longitude = Some("-122.1".parse().unwrap());
    assert_eq!(codes(&told(&given))[0].0, Field::Latitude);
    given.latitude = Some("-90".parse().unwrap());
    assert_eq!(told(&given).verdict, Verdict::Valid);
    given.company_name.clear();
    let missing = ProblemCode::MissingRequiredField;
    assert_eq!(codes(&told(&given)), [(Field::CompanyName, missing, Severity::Error)]);
    given.company_name = "x".repeat(1_000_000);
    assert_eq!(told(&given).problems[0].code, ProblemCode::InvalidFormat);
    given.company_name = "x".repeat(201);
    assert_eq!(told(&given).problems[0].code, ProblemCode::InvalidFormat);
}
