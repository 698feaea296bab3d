//! Price lists from outside: any table or definition is read or refused, and one that was read prices
//! calls, never less for longer ones, and explains them.
//! `cargo fuzz run -s none decks` in the folder `phone-system-core`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use phone_system_core::billing::{Direction, Known, Tariff, TariffDefinition};
use phone_system_core::money::Amount;
use phone_system_core::{Duration, Timestamp};

const WINDOWS: &str = r#"[{"name":"day","days":["monday","sunday"],"from":"08:00","to":"18:00"},
    {"name":"night","from":"22:00","to":"06:00"},
    {"name":"holiday","dates":[{"from":"2018-12-25","to":"2018-12-26"}]}]"#;

fn read(text: &str) -> Option<Tariff> {
    if let Ok(definition) = serde_json::from_str::<TariffDefinition>(text) {
        return Tariff::new(definition).ok();
    }
    let mut definition = TariffDefinition::new("list".parse().ok()?, "USD".parse().ok()?);
    definition.time_zone = "America/New_York".parse().ok()?;
    definition.windows = serde_json::from_str(WINDOWS).ok()?;
    Tariff::read(definition, text).ok()
}

fuzz_target!(|input: (&str, &str, i64, u32, u32, i64)| {
    let (text, number, begins, one, other, funds) = input;
    let Some(tariff) = read(text) else { return };
    let (Some(number), Some(begins)) = (Known::read(number, None), Timestamp::from_micros(begins))
    else {
        return;
    };
    let [short, long] = [one.min(other), one.max(other)].map(Duration::from_seconds);
    let Ok(quote) = tariff.quote(Direction::Outbound, &number, begins) else { return };
    if let Ok(price) = quote.price(long) {
        let less = quote.price(short).expect("a shorter call has a price");
        assert!(less.amount <= price.amount && less.billed <= price.billed);
        assert!(price.billed >= long && !price.amount.is_negative());
        let charge = tariff.charge(Direction::Outbound, &number, begins, long).expect("as quoted");
        let explained = charge.explain(&tariff).expect("it was charged by this list");
        assert_eq!((explained.amount, explained.billed), (price.amount, price.billed));
    }
    let funds = Amount::from_millionths(funds.max(0));
    let longest = quote.longest(funds, short);
    assert!(quote.price(longest).is_ok_and(|price| price.amount <= funds));
});
