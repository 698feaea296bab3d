//! Reading telephone numbers, beside the crate `phonenumber`.
//!
//! Numbers of one country, and of eight: the peer keeps 100 compiled patterns and slows down when
//! they no longer suffice.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::number;

fn numbers(criterion: &mut Criterion) {
    let us: Vec<String> = (0..200).map(|last| format!("+1425555{:04}", 100 + last % 100)).collect();
    let eight = [
        "+14255550100",
        "+442079460123",
        "+493012345678",
        "+33142764978",
        "+551123456789",
        "+81312345678",
        "+911123456789",
        "+61212345678",
    ];
    let eight: Vec<String> = (0..25).flat_map(|_| eight).map(ToOwned::to_owned).collect();
    for (name, texts) in [("numbers of one country", us), ("numbers of eight countries", eight)] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(texts.len() as u64)).sample_size(10);
        group.bench_function("phone-system", |bencher| {
            bencher.iter(|| texts.iter().filter(|text| number::parse(text, None).is_ok()).count());
        });
        group.bench_function("phonenumber", |bencher| {
            bencher.iter(|| {
                let valid = |text: &&String| {
                    phonenumber::parse(None, text.as_str()).is_ok_and(|number| number.is_valid())
                };
                texts.iter().filter(valid).count()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, numbers);
criterion_main!(benches);
