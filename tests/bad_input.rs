//! Input that nobody should send: it is answered or refused, nothing panics, nothing changes.
//!
//! The fuzz targets of `phone-system-core/fuzz` go on where these stop.

use phone_system_core::json::JsonSystem;
use phone_system_core::{PhoneSystem, number};
use proptest::prelude::*;

/// An envelope that is right, to be damaged.
const GOOD: &str = r#"{"organization":"contoso","at":"2018-04-01T09:00:00Z","actor":"ada","key":"k","command":{"name":"licensing.assign","fields":{"assignments":[{"user":"ada@example.com","usage_location":"US","skus":["MCOEV"]}],"mode":"partial"}}}"#;

fn check(system: &JsonSystem, bytes: &[u8]) {
    let before = system.events_after(0, usize::MAX).unwrap();
    if system.execute(bytes).is_err() {
        assert_eq!(system.events_after(0, usize::MAX).unwrap(), before);
    }
    drop(system.query(bytes));
    drop(system.execute_batch(bytes));
}

proptest! {
    #![proptest_config(crate::random(256))]

    #[test]
    fn any_bytes_are_answered_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&PhoneSystem::in_memory().into(), &bytes);
    }

    #[test]
    fn damaged_envelopes_are_answered_or_refused(
        at in 0..GOOD.len(), cut in 0..20_usize, put in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let mut bytes = GOOD.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put);
        check(&PhoneSystem::in_memory().into(), &bytes);
    }

    #[test]
    fn tables_of_any_text_are_answered_or_refused(csv in "\\PC{0,40}(\n[+0-9a-z,\"\\PC]{0,40}){0,6}") {
        let header = "TelephoneNumber,IsoCountryCode,Capability,Kind,PhoneNumber,UserPrincipalName,UsageLocation,Licenses,CivicAddressId,CountryOrRegion,Latitude\n";
        for csv in [csv.clone(), format!("{header}{csv}")] {
            let csv = serde_json::to_string(&csv).unwrap();
            for name in ["stock.load", "inventory.import_owned", "licensing.import_users", "address.import"] {
                let organization = if name == "stock.load" { "null" } else { "\"contoso\"" };
                let envelope = format!(
                    r#"{{"organization":{organization},"at":"2018-04-01T09:00:00Z","actor":"ada","command":{{"name":"{name}","fields":{{"csv":{csv},"mode":"partial"}}}}}}"#
                );
                check(&PhoneSystem::in_memory().into(), envelope.as_bytes());
            }
            let question = format!(
                r#"{{"organization":"contoso","at":"2018-04-01T09:00:00Z","query":{{"name":"porting.read_list","fields":{{"csv":{csv},"country":"US"}}}}}}"#
            );
            drop(JsonSystem::from(PhoneSystem::in_memory()).query(question.as_bytes()));
        }
    }

    #[test]
    fn any_text_is_a_number_or_refused(text in "\\PC{0,60}", country in "[A-Z]{2}") {
        drop(number::parse(&text, country.parse().ok()));
        drop(number::parse(&text, None));
        drop(text.parse::<number::NumberRange>());
    }

    #[test]
    fn what_was_read_is_read_again_as_the_same(digits in "[+]?[0-9 ()-]{4,18}", country in prop::sample::select(vec!["US", "GB", "DE", "IT", "BR", "RU"])) {
        if let Ok(parsed) = number::parse(&digits, country.parse().ok()) {
            let again = number::parse(&parsed.number.to_string(), None).unwrap();
            prop_assert_eq!((again.number, again.line, again.country), (parsed.number, parsed.line, parsed.country));
        }
    }
}

#[test]
fn a_megabyte_is_refused_quickly_wherever_it_stands() {
    let megabyte = "4".repeat(1_000_000);
    assert!(number::parse(&megabyte, None).is_err());
    let system = JsonSystem::from(PhoneSystem::in_memory());
    for part in [
        "contoso",
        "ada",
        "licensing.assign",
        "ada@example.com",
        "US",
        "MCOEV",
        "2018-04-01T09:00:00Z",
    ] {
        assert!(system.execute(GOOD.replace(part, &megabyte).as_bytes()).is_err(), "{part}");
    }
    let nested = "[".repeat(1_000_000);
    assert!(system.execute(nested.as_bytes()).is_err());
    assert!(system.execute(GOOD.replace("[{", &nested).as_bytes()).is_err());
    assert_eq!(system.events_after(0, 10).unwrap(), "[]");
}
