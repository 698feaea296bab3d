//! Opening a store: reading, verifying and applying every commit, one thread.
//!
//! Beside it decoding alone, as JSON values without types, hashes or states.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use std::sync::{Arc, Mutex};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::licensing::{Assign, Assignment, BuySeats, Sku};
use phone_system_core::organization::Context;
use phone_system_core::store::{Error, MemoryStore, Record, Store};
use phone_system_core::system::Options;
use phone_system_core::{OrganizationId, PhoneSystem};

const USERS: u32 = 50_000;

/// Commits that assign a licence to each of many users, so many users a commit.
fn records(users_per_commit: u32) -> Vec<Record> {
    let kept = Shared::default();
    let system = PhoneSystem::open(Box::new(kept.clone()), Options::default()).unwrap();
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let context = Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap());
    system.execute(&contoso, &BuySeats { sku: Sku::E5, seats: USERS }, &context).unwrap();
    for first in (0..USERS).step_by(users_per_commit as usize) {
        let assignments = (first..first + users_per_commit).map(|user| Assignment {
            user: format!("user{user:06}@example.com").parse().unwrap(),
            usage_location: "US".parse().unwrap(),
            skus: vec![Sku::E5],
        });
        let assign = Assign {
            assignments: assignments.collect(),
            mode: phone_system_core::bulk::Mode::AllOrNothing,
        };
        system.execute(&contoso, &assign, &context).unwrap();
    }
    kept.read(0, usize::MAX).unwrap()
}

/// A store that outlives the system over it.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<MemoryStore>>);

impl Store for Shared {
    fn append(&mut self, records: &[Record]) -> Result<(), Error> {
        self.0.lock().unwrap().append(records)
    }

    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        self.0.lock().unwrap().read(after, limit)
    }

    fn read_stream(&self, stream: &str, after: u64, limit: usize) -> Result<Vec<Record>, Error> {
        self.0.lock().unwrap().read_stream(stream, after, limit)
    }
}

fn replay(criterion: &mut Criterion) {
    for users_per_commit in [1, 100] {
        let records = records(users_per_commit);
        let mut store = Shared::default();
        store.append(&records).unwrap();
        let mut group =
            criterion.benchmark_group(format!("replay, {users_per_commit} changes a commit"));
        group.throughput(Throughput::Elements(USERS.into())).sample_size(10);
        group.bench_function("open", |bencher| {
            bencher
                .iter(|| PhoneSystem::open(Box::new(store.clone()), Options::default()).unwrap());
        });
        group.bench_function("decode only, untyped", |bencher| {
            let decode = |line: &[u8]| serde_json::from_slice::<serde_json::Value>(line).unwrap();
            bencher.iter(|| {
                let lines = records
                    .iter()
                    .flat_map(|record| record.bytes.splitn(3, |byte| *byte == b'\n').skip(1));
                lines.map(decode).filter(serde_json::Value::is_object).count()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, replay);
criterion_main!(benches);
