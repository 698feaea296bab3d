//! The table of codes, as it was published: a row that changed or went away fails.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use phone_system_core::error::ErrorCode;

#[test]
fn published_codes_stay_as_they_are() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/error-codes.csv");
    let mut now = String::from("number,name,meaning\n");
    for code in ErrorCode::ALL {
        writeln!(now, "{},{},\"{}\"", code.number(), code.name(), code.meaning()).unwrap();
    }
    let published = fs::read_to_string(file).unwrap_or_default();
    let lost: Vec<&str> =
        published.lines().filter(|row| !now.lines().any(|known| known == *row)).collect();
    assert!(lost.is_empty(), "published rows are changed or gone: {lost:?}");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        fs::write(file, &now).unwrap();
    } else {
        assert_eq!(published, now, "new codes are published by UPDATE_VECTORS=1");
    }
}

#[test]
fn numbers_and_names_are_unique_and_lead_back() {
    let numbers: BTreeSet<u32> = ErrorCode::ALL.iter().map(|code| code.number()).collect();
    let names: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!((numbers.len(), names.len()), (ErrorCode::ALL.len(), ErrorCode::ALL.len()));
    assert!(!numbers.contains(&0), "0 is success in C");
    for code in ErrorCode::ALL {
        assert_eq!(ErrorCode::from_number(code.number()), Some(*code));
        assert_eq!(ErrorCode::from_name(code.name()), Some(*code));
        let (area, rest) = code.name().split_once('.').unwrap();
        assert!(!area.is_empty() && !rest.is_empty() && code.meaning().ends_with('.'), "{code}");
    }
    assert!(ErrorCode::ALL.is_sorted());
}
