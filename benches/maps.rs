//! The map behind the states: `phone_system_core::map::Map` beside `immutable-chunkmap`, `rpds` and the
//! standard map.
//!
//! `fill` is what replaying a store costs per entry; `draft` is what a command costs that changes
//! one entry of a large published map.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use immutable_chunkmap::map::Map as Chunks;
use phone_system_core::map::Map;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};

type Value = [u64; 4];

const ENTRIES: u64 = 100_000;

/// Scattered numbers, each once.
fn keys() -> Vec<u64> {
    (0..ENTRIES).map(|place| 14_250_000_000 + place.wrapping_mul(7_919) % 1_000_003 * 10).collect()
}

macro_rules! compare {
    ($criterion:expr, $keys:expr, $($name:literal: $new:expr, $insert:ident, $get:ident;)*) => {
        let mut group = $criterion.benchmark_group("fill");
        group.throughput(Throughput::Elements(ENTRIES)).sample_size(10);
        $( group.bench_function($name, |bencher| bencher.iter(|| {
            let mut map = $new;
            for key in $keys { map.$insert(*key, [*key; 4]); }
            map
        })); )*
        group.finish();
        let mut group = $criterion.benchmark_group("get");
        group.throughput(Throughput::Elements(ENTRIES)).sample_size(10);
        $( group.bench_function($name, |bencher| {
            let mut map = $new;
            for key in $keys { map.$insert(*key, [*key; 4]); }
            bencher.iter(|| $keys.iter().filter(|key| black_box(map.$get(key)).is_some()).count());
        }); )*
        group.finish();
        let mut group = $criterion.benchmark_group("draft");
        $( group.bench_function($name, |bencher| {
            let mut published = $new;
            for key in $keys { published.$insert(*key, [*key; 4]); }
            let mut place = 0;
            bencher.iter_batched(|| { place = (place + 7_919) % $keys.len(); $keys[place] }, |key| {
                let mut draft = published.clone();
                draft.$insert(key, [1; 4]);
                draft
            }, BatchSize::SmallInput);
        }); )*
        group.finish();
    };
}

fn maps(criterion: &mut Criterion) {
    let keys = keys();
    compare! { criterion, &keys,
        "phone-system": Map::<u64, Value>::default(), insert, get;
        "immutable-chunkmap": Chunks::<u64, Value, 64>::new(), insert_cow, get;
        "rpds ordered": RedBlackTreeMapSync::<u64, Value>::new_sync(), insert_mut, get;
        "rpds hashed": HashTrieMapSync::<u64, Value>::new_sync(), insert_mut, get;
        "standard, not shared": BTreeMap::<u64, Value>::new(), insert, get;
    }
}

criterion_group!(benches, maps);
criterion_main!(benches);
