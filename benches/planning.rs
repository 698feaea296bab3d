//! Traffic theory: one question each, for few lines and for a million; and simulated days of calls.
//!
//! Beside Erlang B the recurrence that programs commonly have, from one line up.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a benchmark may panic"
)]

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::capacity::simulation::{Lengths, OfferedCalls, Simulate, simulate};
use phone_system_core::capacity::traffic::{
    agents_for_service_level, engset, erlang_b, erlang_b_recall, erlang_c, lines_for_erlang_b,
    service_level, traffic_for_erlang_b,
};
use phone_system_core::capacity::{CapacityClass, Way};
use phone_system_core::{Duration, seed::Seed};

/// B(A, k) = A·B(A, k − 1) / (k + A·B(A, k − 1)).
fn recurrence(traffic: f64, lines: u32) -> f64 {
    let mut blocking = 1.0;
    for line in 1..=lines {
        let blocked = traffic * blocking;
        blocking = blocked / (f64::from(line) + blocked);
    }
    blocking
}

fn planning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("erlang_b");
    for lines in [15, 100, 1_000, 100_000, 1_000_000_u32] {
        let traffic = f64::from(lines) * 0.98;
        let (ours, theirs) = (erlang_b(traffic, lines).unwrap(), recurrence(traffic, lines));
        assert!((ours - theirs).abs() <= 1e-9 * ours, "{ours} {theirs}");
        group.bench_function(BenchmarkId::new("series", lines), |bencher| {
            bencher.iter(|| erlang_b(black_box(traffic), black_box(lines)));
        });
        group.bench_function(BenchmarkId::new("recurrence", lines), |bencher| {
            bencher.iter(|| recurrence(black_box(traffic), black_box(lines)));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("one question");
    let mut ask = |name: &str, formula: &dyn Fn(f64) -> f64| {
        group.bench_function(name, |bencher| bencher.iter(|| formula(black_box(80.0))));
    };
    ask("erlang_c, 96 agents", &|a| erlang_c(a, 96).unwrap());
    ask("service_level, 96 agents", &|a| service_level(a, 96, 180.0, 20.0).unwrap());
    ask("erlang_b_recall, 96 lines", &|a| erlang_b_recall(a, 96, 0.7).unwrap());
    ask("engset, 96 lines, 1,000 sources", &|a| engset(a / 1e3, 96, 1_000).unwrap());
    ask("lines_for_erlang_b, 96", &|a| lines_for_erlang_b(a, 0.01).unwrap().into());
    ask("agents_for_service_level, 88", &|a| {
        agents_for_service_level(a, 180.0, 20.0, 0.8).unwrap().into()
    });
    ask("traffic_for_erlang_b, 100 lines", &|a| traffic_for_erlang_b(100, a / 8e3).unwrap());
    group.finish();
}

/// Days of calls: 20 erlang on 20 lines, 80 on 96, 300 on 250; and a thousand numbers of 2 on 4.
fn simulation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulation, by call");
    group.sample_size(10);
    for (numbers, erlang, lines, days) in
        [(1_u32, 20_u32, 20_u32, 30), (1, 80, 96, 10), (1, 300, 250, 3), (1_000, 2, 4, 1)]
    {
        let offered = |place: u32| OfferedCalls {
            number: format!("+1425555{place:04}").parse().unwrap(),
            arrivals: vec![(20 * erlang).into(); 24],
            limit: Some(lines),
            way: Way::Inbound,
            scopes: Vec::new(),
        };
        let asked = Simulate {
            numbers: (0..numbers).map(offered).collect(),
            duration: Duration::from_minutes(3),
            lengths: Lengths::Exponential,
            retries: None,
            limits: Vec::new(),
            days,
            seed: Seed::default(),
            csv: false,
        };
        let run = || {
            let carries = |_| (CapacityClass::Hundreds, lines);
            simulate(&asked, &carries, &mut |_, _| ControlFlow::Continue(())).unwrap()
        };
        let day = run().day;
        let (exact, told) = (erlang_b(f64::from(erlang), lines).unwrap(), day.blocking.unwrap());
        // Several times the error of so few days.
        assert!((told.real() - exact).abs() < 0.01, "{exact} {told}");
        group.throughput(Throughput::Elements(day.offered));
        let name = format!("{numbers} x {erlang} erlang");
        group.bench_function(BenchmarkId::new(name, lines), |bencher| bencher.iter(run));
    }
    group.finish();
}

criterion_group!(benches, planning, simulation);
criterion_main!(benches);
