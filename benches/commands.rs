//! A command and a query through the typed interface and through JSON, in memory.
//!
//! Beside them the same change of a locked map, which keeps no record, no key and no history.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Mutex;

use criterion::{Criterion, criterion_group, criterion_main};
use phone_system_core::json::JsonSystem;
use phone_system_core::licensing::{BuySeats, Sku};
use phone_system_core::organization::{Context, Seats};
use phone_system_core::{OrganizationId, PhoneSystem};

fn commands(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let context = Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap());
    let buy = BuySeats { sku: Sku::E5, seats: 1 };
    let envelope = r#"{"organization":"contoso","at":"2018-04-01T09:00:00Z","actor":"ada","command":{"name":"licensing.buy_seats","fields":{"sku":"ENTERPRISEPREMIUM","seats":1}}}"#;
    let question = r#"{"organization":"contoso","at":"2018-04-01T09:00:00Z","query":{"name":"licensing.seats","fields":{}}}"#;

    let mut group = criterion.benchmark_group("one seat bought");
    let system = PhoneSystem::in_memory();
    group.bench_function("typed", |bencher| {
        bencher.iter(|| system.execute(&contoso, &buy, &context).unwrap());
    });
    let system = JsonSystem::from(PhoneSystem::in_memory());
    group.bench_function("JSON", |bencher| {
        bencher.iter(|| system.execute(envelope.as_bytes()).unwrap());
    });
    let seats: Mutex<HashMap<String, u32>> = Mutex::default();
    group.bench_function("a locked map", |bencher| {
        bencher.iter(|| {
            let mut seats = seats.lock().unwrap();
            let count = seats.entry(black_box("ENTERPRISEPREMIUM").to_owned()).or_default();
            *count = count.wrapping_add(1);
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("seats asked for");
    let system = PhoneSystem::in_memory();
    system.execute(&contoso, &buy, &context).unwrap();
    group.bench_function("typed", |bencher| {
        bencher.iter(|| system.query(&contoso, &Seats {}, context.at).unwrap());
    });
    let system = JsonSystem::from(system);
    group.bench_function("JSON", |bencher| {
        bencher.iter(|| system.query(question.as_bytes()).unwrap());
    });
    group.finish();
}

criterion_group!(benches, commands);
criterion_main!(benches);
