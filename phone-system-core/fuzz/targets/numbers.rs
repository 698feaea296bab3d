//! Number text: any text is read or refused, and what was read is read again as the same.
//! `cargo fuzz run -s none numbers` in the folder `phone-system-core`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phone_system_core::number;

fuzz_target!(|input: (&str, Option<[u8; 2]>)| {
    let (text, letters) = input;
    let country = letters.and_then(|letters| std::str::from_utf8(&letters).ok()?.parse().ok());
    if let Ok(parsed) = number::parse(text, country) {
        let again = number::parse(&parsed.number.to_string(), None);
        assert_eq!(again.map(|again| again.number), Ok(parsed.number));
    }
    let _ = text.parse::<number::NumberRange>();
});
