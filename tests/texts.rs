//! Texts that commits are full of: written and read by hand, as a library writes and reads them.

use chrono::{DateTime, SecondsFormat, Utc};
use phone_system_core::Timestamp;
use proptest::prelude::*;

/// An instant as chrono reads it.
fn instant(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc).try_into().ok()
}

proptest! {
    #![proptest_config(crate::random(10_000))]

    #[test]
    fn instants_are_written_and_read_as_by_chrono(
        micros in Timestamp::MIN.micros()..=Timestamp::MAX.micros(),
        whole: bool,
        place in 0_usize..28,
        other in "[-0-9.:TZtz +é]{0,2}",
    ) {
        let micros = if whole { micros - micros.rem_euclid(1_000_000) } else { micros };
        let at = Timestamp::from_micros(micros).unwrap();
        let digits = if whole { SecondsFormat::Secs } else { SecondsFormat::Micros };
        let text = at.to_string();
        prop_assert_eq!(&text, &DateTime::<Utc>::from(at).to_rfc3339_opts(digits, true));
        prop_assert_eq!(text.parse(), Ok(at));
        // Characters that are more, fewer or others.
        let (before, rest) = text.split_at(place.min(text.len()));
        let after = rest.get(1..).unwrap_or_default();
        for text in [format!("{before}{other}{after}"), format!("{before}{other}{rest}")] {
            prop_assert_eq!(text.parse().ok(), instant(&text), "{}", text);
        }
    }
}
