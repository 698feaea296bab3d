//! Tables from outside: any text is read or refused, and a price list that was read prices calls.
//! `cargo fuzz run -s none tables` in the folder `phone-system-core`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phone_system_core::billing::{Direction, Known, Tariff};
use phone_system_core::country::Table;
use phone_system_core::{Duration, PhoneNumber, Timestamp};

fuzz_target!(|input: (&str, u64, i64)| {
    let (csv, digits, micros) = input;
    let _ = Table::from_csv(csv);
    let (Ok(name), Ok(currency)) = ("list".parse(), "USD".parse()) else { return };
    let Ok(tariff) = Tariff::from_csv(name, currency, csv) else { return };
    if let (Some(number), Some(duration)) =
        (PhoneNumber::from_digits(digits), Duration::from_micros(micros))
    {
        if let Ok(charge) = tariff.charge(Direction::Outbound, &Known::Whole(number), Timestamp::MIN, duration) {
            assert!(charge.billed >= duration && !charge.amount.is_negative());
        }
    }
});
