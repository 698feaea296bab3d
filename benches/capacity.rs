//! A call admitted and released: by a line, by its number, through a system as C does it.
//!
//! Beside them maps of counters that a user would lock instead; they know no organizations, no limits
//! by rules and no emergency calls. Time is per call and thread; with two threads both make calls all
//! the time, on the same numbers or on those of an organization each.

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
use phone_system_core::capacity::{CapacityClass, Gate, Limits, Line, Scope, Way};
use phone_system_core::inventory::ImportOwned;
use phone_system_core::json::JsonSystem;
use phone_system_core::organization::Context;
use phone_system_core::system::OwnedLine;
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

/// How long the slowest of the threads takes for `calls` calls on numbers of its own, all at once.
fn together<T: Copy + Sync>(threads: &[&[T]], calls: u64, call: &(impl Fn(T) + Sync)) -> Duration {
    let begin = Barrier::new(threads.len());
    let took = std::thread::scope(|scope| {
        let threads: Vec<_> = threads
            .iter()
            .map(|numbers| {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    let since = Instant::now();
                    let mut place = 0_usize;
                    for _ in 0..calls {
                        call(black_box(numbers[place]));
                        // Here and there, so that no number is near the one before.
                        place += 7_919;
                        place %= numbers.len();
                    }
                    since.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).max()
    });
    took.unwrap()
}

fn gate(numbers: &[PhoneNumber], scopes: &[Scope]) -> Gate {
    let gate = Gate::default();
    for scope in scopes {
        gate.set_limits(scope, Limits { two_way: Some(1_000_000), ..Limits::default() });
    }
    for number in numbers {
        gate.line(*number).set_limit(CapacityClass::Hundreds, LIMIT);
        if !scopes.is_empty() {
            gate.join(*number, scopes);
        }
    }
    gate
}

fn lines<'a>(gate: &'a Gate, numbers: &[PhoneNumber]) -> Vec<Line<'a>> {
    numbers.iter().map(|number| gate.line(*number)).collect()
}

fn through_line(line: Line<'_>) {
    drop(line.admit(Way::Inbound).unwrap());
}

/// The lines of some numbers.
fn lines_of<'a>(owned: &'a [OwnedLine], numbers: &[PhoneNumber]) -> Vec<&'a OwnedLine> {
    let line = |number| owned.iter().find(|line| line.number() == number).unwrap();
    numbers.iter().map(|number| line(*number)).collect()
}

fn capacity(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let numbers = numbers();
    let (one, other) = numbers.split_at(numbers.len() / 2);
    let phones = system(&contoso);
    let through_system = |number| drop(phones.admit(&contoso, number, None).unwrap());
    let owned: Vec<_> =
        numbers.iter().map(|number| phones.line(&contoso, *number).unwrap()).collect();
    let through_owned = |line: &OwnedLine| drop(phones.admit_on(line, Way::Inbound).unwrap());
    let numbered = JsonSystem::from(system(&contoso));
    let through_numbers =
        |number| numbered.release(numbered.admit(&contoso, number, None).unwrap()).unwrap();
    let scope = |name: &str| name.parse::<Scope>().unwrap();
    let alone = gate(&numbers, &[]);
    let shared = gate(&numbers, &[scope("organization:contoso")]);
    let twice = gate(&numbers, &[scope("organization:contoso"), scope("trunk:west")]);
    let by_number = |number| through_line(alone.line(number));
    let kept = |line: Line<'_>| {
        let permit = line.admit(Way::Inbound).unwrap().keep(None).unwrap();
        alone.release(permit).unwrap();
    };
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
        through_lock(*number);
        through_shards(*number);
    }

    let ways: [(&str, &(dyn Fn(PhoneNumber) + Sync)); 5] = [
        ("number", &by_number),
        ("system", &through_system),
        ("system, kept permits", &through_numbers),
        ("Mutex<HashMap>", &through_lock),
        ("DashMap", &through_shards),
    ];
    for (threads, of_thread) in [
        ("one thread", vec![one]),
        ("two threads, the same numbers", vec![one, one]),
        ("two threads, numbers of their own", vec![one, other]),
        ("two threads, one number", vec![&one[..1], &one[..1]]),
    ] {
        let of_numbers = of_thread.clone();
        let mut group = criterion.benchmark_group(threads);
        for (name, gate) in
            [("line", &alone), ("line, two limits", &shared), ("line, three limits", &twice)]
        {
            let of_thread: Vec<_> = of_thread.iter().map(|numbers| lines(gate, numbers)).collect();
            let of_thread: Vec<&[Line<'_>]> = of_thread.iter().map(Vec::as_slice).collect();
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|calls| together(&of_thread, calls, &through_line));
            });
            if name == "line" {
                let looked_up: Vec<Vec<&OwnedLine>> =
                    of_numbers.iter().map(|numbers| lines_of(&owned, numbers)).collect();
                let looked_up: Vec<&[&OwnedLine]> = looked_up.iter().map(Vec::as_slice).collect();
                group.bench_function("system, looked up once", |bencher| {
                    bencher.iter_custom(|calls| together(&looked_up, calls, &through_owned));
                });
                group.bench_function("line, kept permits", |bencher| {
                    bencher.iter_custom(|calls| together(&of_thread, calls, &kept));
                });
            }
        }
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
