//! Rating calls from their figures by lists of 20,000 and 200,000 prefixes, beside what one writes
//! without a library: a map from prefixes to decimals, and SQL. `rating.py` does the same in Python.
//!
//! Every way comes to the same total, or the comparison says nothing.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    reason = "a benchmark may panic, and tells its totals"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::billing::{CallFigures, Direction, Tariff, TariffDefinition};
use phone_system_core::{Duration, PhoneNumber, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};

/// How many calls there are.
const CALLS: u64 = 100_000;

/// Prefixes of one and of seven digits, each with a price of its own; with `windows`, twice.
fn list(prefixes: u64, windows: bool) -> String {
    let mut csv = "Direction,Prefix,RatePerMinute,IncrementSeconds,Window\n".to_owned();
    let mut row = |prefix: u64, price: u64, increment: u64| {
        writeln!(csv, "outbound,{prefix},0.{price:04},{increment},").unwrap();
        if windows {
            writeln!(csv, "outbound,{prefix},0.{:04},{increment},day", price / 2).unwrap();
        }
    };
    for country in 1..=9 {
        row(country, country * 100, 60);
    }
    let step = 8_990_000 / prefixes;
    for place in 1..=prefixes - 9 {
        let prefix = 1_000_000 + place * step;
        row(prefix, prefix % 10_000, 6);
    }
    csv
}

fn definition(windows: bool) -> TariffDefinition {
    let mut definition = TariffDefinition::new("list".parse().unwrap(), "USD".parse().unwrap());
    if windows {
        definition.time_zone = "America/New_York".parse().unwrap();
        let day = r#"[{"name":"day","days":["monday","tuesday","wednesday","thursday","friday"],"from":"08:00","to":"18:00"}]"#;
        definition.windows = serde_json::from_str(day).unwrap();
    }
    definition
}

/// Number, beginning and seconds.
fn calls() -> Vec<(PhoneNumber, Timestamp, u32)> {
    let first = "2018-04-02T00:00:00Z".parse::<Timestamp>().unwrap();
    (0..CALLS)
        .map(|place| {
            let number = 10_000_000_000 + place * 899_989 * 1_009 % 89_999_999_999;
            let begins = Duration::from_seconds(u32::try_from(place * 37 % 604_800).unwrap());
            let seconds = u32::try_from(place % 600).unwrap();
            (PhoneNumber::from_digits(number).unwrap(), first.after(begins).unwrap(), seconds)
        })
        .collect()
}

fn figures((number, begins, seconds): &(PhoneNumber, Timestamp, u32)) -> CallFigures {
    let (number, begins, duration) = (*number, *begins, Duration::from_seconds(*seconds));
    CallFigures { direction: Direction::Outbound, number, begins, duration }
}

/// Millionths.
fn rate(tariff: &Tariff, calls: &[(PhoneNumber, Timestamp, u32)]) -> i64 {
    let price = |call| tariff.rate_call(figures(call)).unwrap().amount;
    calls.iter().fold(0, |sum, call| sum + price(call).millionths())
}

/// The same, many calls side by side.
fn rate_many(tariff: &Tariff, calls: &[(PhoneNumber, Timestamp, u32)]) -> i64 {
    let mut sum = 0;
    let calls = calls.iter().map(|call| ((), figures(call)));
    tariff.rate_calls(calls, |(), price| sum += price.unwrap().amount.millionths());
    sum
}

type Decimals = HashMap<String, (Decimal, u32)>;

fn decimals(tariff: &Tariff) -> Decimals {
    let row = |rate: &phone_system_core::billing::Rate| {
        let increment = u32::try_from(rate.increment.micros() / 1_000_000).unwrap();
        (rate.prefix.to_string(), (rate.per_minute.into(), increment))
    };
    tariff.rates().iter().map(row).collect()
}

fn by_decimals(prices: &Decimals, calls: &[(String, u32)]) -> Decimal {
    let price = |(number, seconds): &(String, u32)| {
        let (price, increment) =
            (1..=number.len()).rev().find_map(|length| prices.get(&number[..length])).unwrap();
        let billed = seconds.div_ceil(*increment) * increment;
        (*price * Decimal::from(billed) / Decimal::from(60))
            .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    };
    calls.iter().map(price).sum()
}

/// Calls and rates as tables, and the statement that a person writes for the total in cents.
fn by_sql(tariff: &Tariff, calls: &[(String, u32)]) -> rusqlite::Connection {
    let mut connection = rusqlite::Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    transaction
        .execute_batch(
            "CREATE TABLE rates (prefix TEXT PRIMARY KEY, billionths INTEGER, increment INTEGER) WITHOUT ROWID;
             CREATE TABLE calls (number TEXT, seconds INTEGER);",
        )
        .unwrap();
    for rate in tariff.rates() {
        let billionths = i64::try_from(rate.per_minute.billionths()).unwrap();
        let increment = rate.increment.micros() / 1_000_000;
        let values = (rate.prefix.to_string(), billionths, increment);
        transaction.execute("INSERT INTO rates VALUES (?1, ?2, ?3)", values).unwrap();
    }
    for call in calls {
        transaction.execute("INSERT INTO calls VALUES (?1, ?2)", (&call.0, call.1)).unwrap();
    }
    transaction.commit().unwrap();
    connection
}

const SQL: &str = "
    SELECT sum((billionths * ((seconds + increment - 1) / increment * increment) * 200 + 60000000000)
               / 120000000000)
    FROM calls JOIN rates ON prefix = (
        SELECT prefix FROM rates
        WHERE prefix IN (substr(number, 1, 1), substr(number, 1, 2), substr(number, 1, 3),
                         substr(number, 1, 4), substr(number, 1, 5), substr(number, 1, 6),
                         substr(number, 1, 7))
        ORDER BY length(prefix) DESC LIMIT 1)";

fn records(criterion: &mut Criterion) {
    let calls = calls();
    let texts: Vec<(String, u32)> =
        calls.iter().map(|(number, _, seconds)| (number.digits().to_string(), *seconds)).collect();
    for prefixes in [20_000, 200_000] {
        let tariff = Tariff::read(definition(false), &list(prefixes, false)).unwrap();
        let windows = Tariff::read(definition(true), &list(prefixes, true)).unwrap();
        let decimals = decimals(&tariff);
        let connection = by_sql(&tariff, &texts);
        let sql = || {
            let mut statement = connection.prepare_cached(SQL).unwrap();
            statement.query_row((), |row| row.get::<_, i64>(0)).unwrap()
        };
        let total = rate(&tariff, &calls);
        assert_eq!(Decimal::new(total, 6), by_decimals(&decimals, &texts));
        assert_eq!(total, sql() * 10_000);
        assert_eq!(total, rate_many(&tariff, &calls));
        assert_eq!(rate(&windows, &calls), rate_many(&windows, &calls));
        println!("{CALLS} calls, {prefixes} prefixes: {}", Decimal::new(total, 6).normalize());

        let mut group = criterion.benchmark_group(format!("rate a call, {prefixes} prefixes"));
        group.throughput(Throughput::Elements(CALLS)).sample_size(20);
        group.bench_function("phone-system", |bencher| bencher.iter(|| rate(&tariff, &calls)));
        group.bench_function("phone-system, windows of a time zone", |bencher| {
            bencher.iter(|| rate(&windows, &calls));
        });
        group.bench_function("phone-system, many calls", |bencher| {
            bencher.iter(|| rate_many(&tariff, &calls));
        });
        group.bench_function("phone-system, many calls, windows of a time zone", |bencher| {
            bencher.iter(|| rate_many(&windows, &calls));
        });
        group.bench_function("map of prefixes and decimals", |bencher| {
            bencher.iter(|| by_decimals(&decimals, &texts));
        });
        group.sample_size(10);
        group.bench_function("SQLite", |bencher| bencher.iter(sql));
        group.finish();
    }
}

/// Bytes that the process has in memory, where the system tells.
fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').nth(1)?.parse::<u64>().ok()? * 4_096)
}

#[allow(clippy::disallowed_methods, reason = "it measures time")]
fn million(_: &mut Criterion) {
    let csv = list(1_000_000, false);
    let (before, begun) = (resident(), Instant::now());
    let tariff = Tariff::read(definition(false), &csv).unwrap();
    let (taken, after) = (begun.elapsed(), resident());
    let bytes = before.zip(after).map_or(0, |(before, after)| after.saturating_sub(before));
    println!("{} prefixes read in {taken:?}, {} MB", tariff.rates().len(), bytes / 1_000_000);
}

criterion_group!(benches, million, records);
criterion_main!(benches);
