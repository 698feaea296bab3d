//! A call admitted and released: through a system, as C does it, and through the gate alone.
//!
//! Beside them maps of counters that a user would lock instead; they know no organizations, no
//! limits by rules and no emergency calls. Time is per call and thread; with two threads both make
//! calls all the time, on one number or on a number each.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads a clock")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use dashmap::DashMap;
use phone_system_core::bulk::Mode;
use phone_system_core::capacity::{CapacityClass, Gate};
use phone_system_core::inventory::ImportOwned;
use phone_system_core::json::JsonSystem;
use phone_system_core::organization::Context;
use phone_system_core::{OrganizationId, PhoneNumber, PhoneSystem};

const NUMBERS: u64 = 1_000;
const LIMIT: u32 = 250;

fn numbers() -> Vec<PhoneNumber> {
    (0..NUMBERS).map(|place| PhoneNumber::from_digits(12_125_550_000 + place).unwrap()).collect()
}

fn system(contoso: &OrganizationId) -> PhoneSystem {
    let system = PhoneSystem::in_memory();
    let mut csv = String::from("TelephoneNumber,IsoCountryCode,Capability\n");
    for number in numbers() {
        writeln!(csv, "{number},US,VoiceApplicationAssignment").unwrap();
    }
    let context = Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap());
    system.execute(contoso, &ImportOwned { csv, mode: Mode::default() }, &context).unwrap();
    system
}

/// How long each of the threads takes for `calls` calls, all at once.
fn together(
    of_thread: &[PhoneNumber],
    calls: u64,
    call: &(impl Fn(PhoneNumber) + Sync),
) -> Duration {
    let begin = Barrier::new(of_thread.len());
    let took = std::thread::scope(|scope| {
        let threads: Vec<_> = of_thread
            .iter()
            .map(|number| {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    let since = Instant::now();
                    for _ in 0..calls {
                        call(black_box(*number));
                    }
                    since.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).max()
    });
    took.unwrap()
}

fn capacity(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let numbers = numbers();
    let phones = system(&contoso);
    let through_system = |number| drop(phones.admit(&contoso, number, None).unwrap());
    let numbered = JsonSystem::from(system(&contoso));
    let through_numbers =
        |number| numbered.release(numbered.admit(&contoso, number, None).unwrap()).unwrap();
    let gate = Gate::default();
    let through_gate = |number| drop(gate.admit(number, CapacityClass::Hundreds, LIMIT).unwrap());
    let locked: Mutex<HashMap<PhoneNumber, u32>> = Mutex::default();
    let through_lock = |number| {
        {
            let mut locked = locked.lock().unwrap();
            let in_use = locked.entry(number).or_default();
            assert!(*in_use < LIMIT);
            *in_use += 1;
        }
        *locked.lock().unwrap().get_mut(&number).unwrap() -= 1;
    };
    let sharded: DashMap<PhoneNumber, u32> = DashMap::default();
    let through_shards = |number| {
        {
            let mut in_use = sharded.entry(number).or_default();
            assert!(*in_use < LIMIT);
            *in_use += 1;
        }
        *sharded.get_mut(&number).unwrap() -= 1;
    };
    for number in &numbers {
        through_gate(*number);
        through_lock(*number);
        through_shards(*number);
    }

    let ways: [(&str, &(dyn Fn(PhoneNumber) + Sync)); 5] = [
        ("system", &through_system),
        ("system, permits by number", &through_numbers),
        ("gate", &through_gate),
        ("Mutex<HashMap>", &through_lock),
        ("DashMap", &through_shards),
    ];
    for (threads, of_thread) in [
        ("one thread", vec![numbers[1]]),
        ("two threads, one number", vec![numbers[1], numbers[1]]),
        ("two threads, a number each", vec![numbers[1], numbers[500]]),
    ] {
        let mut group = criterion.benchmark_group(threads);
        for (name, call) in ways {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|calls| together(&of_thread, calls, &call));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, capacity);
criterion_main!(benches);
