//! Properties of the validation of addresses: any text is answered, and what was put right stays.

use phone_system_core::address::{
    ChangeKind, CivicAddress, ElementStatus, Field, Outcome, Severity, Verdict, validate,
};
use phone_system_core::text::Country;
use proptest::prelude::*;

fn country() -> impl Strategy<Value = Country> {
    prop_oneof![
        4 => prop::sample::select(vec!["US", "GB", "CA"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["DE", "FR", "AU", "JP", "BR", "IN", "IE", "PR", "XX"]).prop_map(str::to_owned),
        1 => "[A-Z]{2}",
    ]
    .prop_map(|letters| letters.parse().unwrap())
}

/// Any text, and text of the words and signs that the rules look for.
fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "1",
        "42",
        "42th",
        "210",
        "1/2",
        "½",
        "E",
        "n.w.",
        "St",
        "strt",
        "Ave,",
        "Rd",
        "Apt",
        "#4",
        "main",
        "MAIN",
        "north",
        "Saint",
        "box",
        "po",
        "rr",
        "Ｍ",
        "é",
        "\u{200b}",
        "-",
        ",",
        "W156N8480",
    ]);
    prop_oneof![
        1 => "\\PC{0,30}",
        1 => any::<String>(),
        4 => prop::collection::vec(word, 0..6).prop_map(|words| words.join(" ")),
    ]
}

fn city() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Redmond",
        "redmond",
        "Redmnod",
        "Seattle",
        "Portland",
        "Akutan",
        "East Cleveland",
        "Kansas City",
        "St Louis",
        "London",
        "lundon",
        "Manchester",
        "Calgary",
        "Washington",
        "New York",
        "APO",
        "",
        "Sydney",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => text()]
}

fn state() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "WA",
        "wa",
        "Washington",
        "OR",
        "AK",
        "OH",
        "MO",
        "KS",
        "NY",
        "DC",
        "AE",
        "AB",
        "Ontario",
        "Québec",
        "NSW",
        "England",
        "東京都",
        "",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => text()]
}

fn code() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec![
            "98052", "98052-1234", "98O52", "99553", "2108", "44112", "64101", "66101", "10017", "20002",
            "SW1A 2AA", "swia2aa", "M1 1AE", "T2P 2M5", "K1A0B1", "D-53225", "100-0005", "BFPO 61", "",
        ]).prop_map(str::to_owned),
        2 => "[0-9]{5}",
        1 => "[0-9OIl -]{3,10}",
        1 => "[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}",
        1 => text(),
    ]
}

fn address() -> impl Strategy<Value = CivicAddress> {
    let line = (text(), text(), text(), text(), text(), text());
    let place = (city(), state(), code());
    (country(), line, place, any::<bool>()).prop_map(|(country, line, place, one_line)| {
        let (number, suffix, before, street, sort, after) = line;
        let (city, state_or_province, postal_code) = place;
        let part = |text: String| if one_line { String::new() } else { text };
        CivicAddress {
            company_name: "Contoso".into(),
            house_number: part(number),
            house_number_suffix: part(suffix),
            pre_directional: part(before),
            street_name: street,
            street_suffix: part(sort),
            post_directional: part(after),
            city,
            state_or_province,
            postal_code,
            ..CivicAddress::new(country)
        }
    })
}

fn check(address: &CivicAddress) -> Outcome {
    let outcome = validate(address);
    let errors = outcome.problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(errors, outcome.verdict == Verdict::Insufficient);
    let kinds = || outcome.changes.iter().map(|change| change.kind);
    if !errors {
        let changed = kinds().any(|kind| kind != ChangeKind::Moved);
        assert_eq!(changed, outcome.verdict == Verdict::Corrected);
    }
    // Each change is told, once, as it was made.
    for field in Field::ALL {
        let told: Vec<_> = outcome.changes.iter().filter(|change| change.field == *field).collect();
        let (from, to) = (address.text(*field), outcome.address.text(*field));
        assert_eq!(told.len(), usize::from(from != to), "{field}");
        assert!(told.iter().all(|change| change.from == from && change.to == to), "{field}");
    }
    // Nobody offline knows whether there is such a street.
    for element in &outcome.elements {
        if matches!(element.field, Field::StreetName | Field::HouseNumber) {
            assert_ne!(element.status, ElementStatus::Valid);
        }
    }
    assert_eq!(outcome.address.country, address.country, "a country is never changed");
    outcome
}

proptest! {
    #![proptest_config(crate::random(4096))]

    #[test]
    fn what_was_put_right_is_valid_and_stays(address in address()) {
        let outcome = check(&address);
        if outcome.verdict != Verdict::Insufficient {
            let again = check(&outcome.address);
            prop_assert_eq!(again.verdict, Verdict::Valid);
            prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
            prop_assert_eq!(again.address, outcome.address);
        }
    }

    #[test]
    fn any_text_in_any_field_is_answered(texts in prop::collection::vec(any::<String>(), 14), country in country()) {
        let mut fields = serde_json::Map::new();
        fields.insert("country".into(), country.to_string().into());
        let names = Field::ALL.iter().filter(|field| {
            !matches!(field, Field::Country | Field::Latitude | Field::Longitude)
        });
        for (field, text) in names.zip(texts) {
            fields.insert(field.name().into(), text.into());
        }
        check(&serde_json::from_value(fields.into()).unwrap());
    }
}
