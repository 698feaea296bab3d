//! Reading telephone numbers, beside the crate `phonenumber`.
//!
//! Numbers of one country, and of 40: the peer keeps 100 compiled patterns and slows down when they
//! no longer suffice.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::number;

/// One number of each of 40 countries.
const MANY: [&str; 40] = [
    "+14255550100",
    "+442079460123",
    "+493012345678",
    "+33142764978",
    "+551123456789",
    "+81312345678",
    "+911123456789",
    "+61212345678",
    "+390236618300",
    "+34810123456",
    "+31101234567",
    "+468123456",
    "+4721234567",
    "+4532123456",
    "+358131234567",
    "+48123456789",
    "+43123456789",
    "+41212345678",
    "+3212345678",
    "+351212345678",
    "+3532212345",
    "+15062345678",
    "+861012345678",
    "+85221234567",
    "+6561234567",
    "+6432345678",
    "+27101234567",
    "+522001234567",
    "+541123456789",
    "+56221234567",
    "+576012345678",
    "+902123456789",
    "+73012345678",
    "+3612345678",
    "+420212345678",
    "+302123456789",
    "+97221234567",
    "+97122345678",
    "+6621234567",
    "+40211234567",
];

fn numbers(criterion: &mut Criterion) {
    let us: Vec<String> = (0..200).map(|last| format!("+1425555{:04}", 100 + last % 100)).collect();
    let many = MANY.iter().cycle().take(200).map(ToString::to_string).collect();
    for (name, texts) in [("numbers of one country", us), ("numbers of 40 countries", many)] {
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
