//! A call admitted and released: by a line, by its number, through a system as C does it.
//!
//! Beside them maps of counters that a user would lock instead; they know no organizations, no limits
//! by rules and no emergency calls. And bare counters: one atomic change up and one down, which is what
//! each limit costs at least. Time is per call and thread; with two threads both make calls all the time,
//! on the same numbers or on those of an organization each. There are 500 numbers a thread, and where it
//! says so 50: more do not fit into a first-level cache if two processors share one.

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
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
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
const WARM_UP: Duration = Duration::from_millis(8);

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
fn together<T: Sync>(threads: &[Vec<T>], calls: u64, call: &(impl Fn(&T) + Sync)) -> Duration {
    let ready = AtomicUsize::new(0);
    let took = std::thread::scope(|scope| {
        let threads: Vec<_> = threads
            .iter()
            .map(|numbers| {
                let (ready, all) = (&ready, threads.len());
                scope.spawn(move || {
                    // Each thread has a processor, and has its numbers near it, before the clock starts.
                    let since = Instant::now();
                    while since.elapsed() < WARM_UP {
                        numbers.iter().for_each(call);
                    }
                    ready.fetch_add(1, Ordering::SeqCst);
                    while ready.load(Ordering::SeqCst) < all {
                        std::hint::spin_loop();
                    }
                    let since = Instant::now();
                    let mut left = usize::try_from(calls).unwrap();
                    while left > 0 {
                        let some = left.min(numbers.len());
                        for number in &numbers[..some] {
                            call(black_box(number));
                        }
                        left -= some;
                    }
                    since.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).max()
    });
    took.unwrap()
}

/// The same in another order, so that no number is near the one before.
fn here_and_there(numbers: &[PhoneNumber]) -> Vec<PhoneNumber> {
    (0..numbers.len()).map(|place| numbers[place * 7_919 % numbers.len()]).collect()
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

fn through_line(line: &Line<'_>) {
    drop(line.admit(Way::Inbound).unwrap());
}

fn in_a_locked_map(locked: &Mutex<HashMap<PhoneNumber, u32>>, number: PhoneNumber) {
    {
        let mut locked = locked.lock().unwrap();
        let in_use = locked.entry(number).or_default();
        assert!(*in_use < LIMIT);
        *in_use += 1;
    }
    *locked.lock().unwrap().get_mut(&number).unwrap() -= 1;
}

fn in_a_sharded_map(sharded: &DashMap<PhoneNumber, u32>, number: PhoneNumber) {
    {
        let mut in_use = sharded.entry(number).or_default();
        assert!(*in_use < LIMIT);
        *in_use += 1;
    }
    *sharded.get_mut(&number).unwrap() -= 1;
}

/// What a counter costs that refuses nothing and knows nothing: one atomic change up, one down.
fn by_bare_counter(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::AcqRel);
    counter.fetch_sub(1, Ordering::AcqRel);
}

/// A way to make a call.
type Call<'a> = &'a (dyn Fn(&PhoneNumber) + Sync);

/// The lines of some numbers.
fn lines_of<'a>(owned: &'a [OwnedLine], numbers: &[PhoneNumber]) -> Vec<&'a OwnedLine> {
    let line = |number| owned.iter().find(|line| line.number() == number).unwrap();
    numbers.iter().map(|number| line(*number)).collect()
}

fn capacity(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let numbers = numbers();
    let (one, other) = numbers.split_at(numbers.len() / 2);
    let (one, other) = (here_and_there(one), here_and_there(other));
    let phones = system(&contoso);
    let through_system =
        |number: &PhoneNumber| drop(phones.admit(&contoso, *number, None).unwrap());
    let owned: Vec<_> =
        numbers.iter().map(|number| phones.line(&contoso, *number).unwrap()).collect();
    let through_owned = |line: &&OwnedLine| drop(phones.admit_on(line, Way::Inbound).unwrap());
    let numbered = JsonSystem::from(system(&contoso));
    let numbered_lines: Vec<_> =
        numbers.iter().map(|number| numbered.system().line(&contoso, *number).unwrap()).collect();
    let through_numbered_line = |line: &&OwnedLine| {
        let permit = numbered.admitting(Way::Inbound, None)(line).unwrap();
        numbered.release(permit).unwrap();
    };
    let through_numbers = |number: &PhoneNumber| {
        let permit = numbered.admit(&contoso, *number, None).unwrap();
        numbered.release(permit).unwrap();
    };
    let scope = |name: &str| name.parse::<Scope>().unwrap();
    let alone = gate(&numbers, &[]);
    let shared = gate(&numbers, &[scope("organization:contoso")]);
    let twice = gate(&numbers, &[scope("organization:contoso"), scope("trunk:west")]);
    let by_number = |number: &PhoneNumber| through_line(&alone.line(*number));
    let kept = |line: &Line<'_>| {
        let permit = line.admit(Way::Inbound).unwrap().keep(None).unwrap();
        alone.release(permit).unwrap();
    };
    let counters: Vec<AtomicU64> = numbers.iter().map(|_| AtomicU64::default()).collect();
    let place_of = |number: &PhoneNumber| numbers.binary_search(number).unwrap();
    let (locked, sharded) = (Mutex::default(), DashMap::default());
    let through_lock = |number: &PhoneNumber| in_a_locked_map(&locked, *number);
    let through_shards = |number: &PhoneNumber| in_a_sharded_map(&sharded, *number);
    for number in &numbers {
        through_lock(number);
        through_shards(number);
    }

    let ways: [(&str, Call<'_>); 5] = [
        ("number", &by_number),
        ("system", &through_system),
        ("system, kept permits", &through_numbers),
        ("Mutex<HashMap>", &through_lock),
        ("DashMap", &through_shards),
    ];
    for (threads, of_numbers) in [
        ("one thread", vec![one.clone()]),
        ("two threads, the same numbers", vec![one.clone(), one.clone()]),
        ("two threads, numbers of their own", vec![one.clone(), other.clone()]),
        ("one thread, 50 numbers", vec![one[..50].to_vec()]),
        ("two threads, 50 numbers of their own", vec![one[..50].to_vec(), other[..50].to_vec()]),
        ("two threads, one number", vec![one[..1].to_vec(), one[..1].to_vec()]),
    ] {
        let mut group = criterion.benchmark_group(threads);
        group.sampling_mode(SamplingMode::Flat).sample_size(50);
        for (name, gate) in
            [("line", &alone), ("line, two limits", &shared), ("line, three limits", &twice)]
        {
            let of_thread: Vec<_> = of_numbers.iter().map(|numbers| lines(gate, numbers)).collect();
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|calls| together(&of_thread, calls, &through_line));
            });
            if name == "line" {
                let looked_up: Vec<Vec<&OwnedLine>> =
                    of_numbers.iter().map(|numbers| lines_of(&owned, numbers)).collect();
                group.bench_function("system, looked up once", |bencher| {
                    bencher.iter_custom(|calls| together(&looked_up, calls, &through_owned));
                });
                let looked_up: Vec<Vec<&OwnedLine>> =
                    of_numbers.iter().map(|numbers| lines_of(&numbered_lines, numbers)).collect();
                group.bench_function("system, looked up once, kept permits", |bencher| {
                    bencher
                        .iter_custom(|calls| together(&looked_up, calls, &through_numbered_line));
                });
                group.bench_function("line, kept permits", |bencher| {
                    bencher.iter_custom(|calls| together(&of_thread, calls, &kept));
                });
            }
        }
        let bare: Vec<Vec<&AtomicU64>> = of_numbers
            .iter()
            .map(|numbers| numbers.iter().map(|number| &counters[place_of(number)]).collect())
            .collect();
        group.bench_function("a bare counter", |bencher| {
            bencher
                .iter_custom(|calls| together(&bare, calls, &|counter| by_bare_counter(counter)));
        });
        for (name, call) in ways {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|calls| together(&of_numbers, calls, &call));
            });
        }
        group.finish();
    }
}

/// Many calls at once: all are admitted, and then all released. Time is for all of them.
fn at_once(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let numbers = here_and_there(&numbers());
    let system = JsonSystem::from(system(&contoso));
    let line = |number: &PhoneNumber| system.system().line(&contoso, *number).unwrap();
    let lines: Vec<_> = numbers.iter().map(line).collect();
    let mut permits = Vec::with_capacity(lines.len());
    criterion.bench_function("1,000 at once", |bencher| {
        bencher.iter(|| {
            let admit = system.admitting(Way::Inbound, None);
            permits.clear();
            permits.extend(lines.iter().map(|line| admit(line).unwrap()));
            assert_eq!(system.release_all(&permits), lines.len());
        });
    });
}

criterion_group!(benches, capacity, at_once);
criterion_main!(benches);
