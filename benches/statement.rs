//! Statements of an account with 100,000 movements, beside a table with an index (`SQLite`).
//!
//! The table is told what to keep; an account's history keeps everything, each commit with its hashes.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use criterion::{Criterion, criterion_group, criterion_main};
use phone_system_benches::{context, contoso};
use phone_system_core::billing::{AddFunds, AdjustCredits, Payment, SetUpCredits, StatementOf};
use phone_system_core::organization::Context;
use phone_system_core::{Duration, PhoneSystem, Timestamp};
use rusqlite::Connection;

/// Movements, one each second.
const MOVEMENTS: u32 = 100_000;

/// Movements of a period.
const PERIOD: u32 = 1_000;

fn second(second: u32) -> Timestamp {
    context().at.after(Duration::from_seconds(second)).unwrap()
}

fn account() -> PhoneSystem {
    let (system, contoso) = (PhoneSystem::in_memory(), contoso());
    let set_up = SetUpCredits { currency: "USD".parse().unwrap(), country: None };
    system.execute(&contoso, &set_up, &context()).unwrap();
    let funds = AddFunds { amount: "1000000.00".parse().unwrap(), payment: Payment::default() };
    system.execute(&contoso, &funds, &context()).unwrap();
    let take = AdjustCredits { amount: "-0.01".parse().unwrap(), reason: "a".parse().unwrap() };
    for place in 1..=MOVEMENTS {
        let context = Context { at: second(place), ..context() };
        system.execute(&contoso, &take, &context).unwrap();
    }
    system
}

/// The same movements as a table.
fn table() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    let transaction = connection.transaction().unwrap();
    transaction
        .execute_batch(
            "CREATE TABLE movements (at INTEGER, debit TEXT, credit TEXT, amount INTEGER);
             CREATE INDEX by_time ON movements (at);",
        )
        .unwrap();
    for place in 1..=MOVEMENTS {
        let row = (second(place).micros(), "credits", "adjustments", 10_000_i64);
        transaction.execute("INSERT INTO movements VALUES (?1, ?2, ?3, ?4)", row).unwrap();
    }
    transaction.commit().unwrap();
    connection
}

/// How many movements a period has, and their sum.
fn by_sql(connection: &Connection, since: Timestamp, until: Timestamp) -> (usize, i64) {
    let rows =
        "SELECT at, debit, credit, amount FROM movements WHERE at >= ?1 AND at < ?2 ORDER BY at";
    let mut rows = connection.prepare_cached(rows).unwrap();
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?))
    };
    let rows: Vec<(i64, String, String, i64)> = rows
        .query_map((since.micros(), until.micros()), read)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let before = "SELECT coalesce(sum(amount), 0) FROM movements WHERE at < ?1";
    let mut before = connection.prepare_cached(before).unwrap();
    let opening: i64 = before.query_row((since.micros(),), |row| row.get(0)).unwrap();
    (rows.len(), opening)
}

fn statements(criterion: &mut Criterion) {
    let (system, connection, contoso) = (account(), table(), contoso());
    let now = second(MOVEMENTS);
    let mut group = criterion.benchmark_group("statement of 1,000 movements of 100,000");
    group.sample_size(10);
    for (name, first) in [("the last", MOVEMENTS - PERIOD), ("in the middle", MOVEMENTS / 2)] {
        let (since, until) = (second(first), second(first + PERIOD));
        let asked = StatementOf { since, until: Some(until), movements: true, holds: false };
        let told = system.query(&contoso, &asked, now).unwrap();
        let sums = (told.movements.len(), told.opening.adjustments.to_string());
        let (count, opening) = by_sql(&connection, since, until);
        let opening = format!("{}.{:02}", opening / 1_000_000, opening / 10_000 % 100);
        assert_eq!(sums, (count, opening));
        group.bench_function(format!("phone-system, {name}"), |bencher| {
            bencher.iter(|| system.query(&contoso, &asked, now).unwrap());
        });
        group.bench_function(format!("SQLite, {name}"), |bencher| {
            bencher.iter(|| by_sql(&connection, since, until));
        });
    }
    group.finish();
}

criterion_group!(benches, statements);
criterion_main!(benches);
