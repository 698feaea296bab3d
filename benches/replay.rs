//! Opening a store: reading, verifying and applying every commit, one thread.
//!
//! Beside it decoding alone, as JSON values without types, hashes or states; and snapshots of the
//! states, which spare an opening the history before them.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::draft::Apply;
use phone_system_core::inventory::{
    self, Batch, NumberAssignment, NumbersAcquired, NumbersAssigned, NumbersOffered,
    NumbersReserved, OrderId, Shelf, Stock, Target,
};
use phone_system_core::licensing::{
    self, Assign, Assignment, BuySeats, LicensesAssigned, SeatsBought, Sku,
};
use phone_system_core::number::NumberRange;
use phone_system_core::organization::{Context, State};
use phone_system_core::store::{MemoryStore, Record, Store};
use phone_system_core::system::Options;
use phone_system_core::{NumberKind, NumberList, OrganizationId, PhoneNumber, PhoneSystem};

const USERS: u32 = 50_000;

/// Commits that assign a licence to each of many users, so many users a commit.
fn records(users_per_commit: u32) -> Vec<Record> {
    let kept = Shared::default();
    let system = PhoneSystem::open(kept.clone(), Options::default()).unwrap();
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
type Shared = Arc<MemoryStore>;

fn replay(criterion: &mut Criterion) {
    for users_per_commit in [1, 100] {
        let records = records(users_per_commit);
        let store = Shared::default();
        store.append(&records).unwrap();
        let mut group =
            criterion.benchmark_group(format!("replay, {users_per_commit} changes a commit"));
        group.throughput(Throughput::Elements(USERS.into())).sample_size(10);
        group.bench_function("open", |bencher| {
            bencher.iter(|| PhoneSystem::open(store.clone(), Options::default()).unwrap());
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

/// So many numbers on five shelves, each shelf a range.
fn batches(numbers: u64) -> Vec<Batch> {
    (0..5)
        .map(|place| {
            let first = 14_255_000_000 + place * 10_000_000;
            let number = |digits| PhoneNumber::from_digits(digits).unwrap();
            let range = NumberRange::new(number(first), number(first + numbers / 5 - 1)).unwrap();
            let shelf = Shelf {
                kind: NumberKind::User,
                country: "US".parse().unwrap(),
                state: Some("WA".parse().unwrap()),
                city: Some(format!("City {place}").parse().unwrap()),
            };
            Batch { shelf, numbers: [range].into_iter().collect() }
        })
        .collect()
}

/// An organization of so many users with a licence each, and as many numbers, of which every other
/// one is assigned.
fn organization(count: u32) -> State {
    let mut state = State::default();
    let at = "2018-04-01T09:00:00Z".parse().unwrap();
    let user = |place: u32| {
        // Not in the order of the numbers.
        format!("user{:06}@example.com", place * 7_919 % count).parse().unwrap()
    };
    let mut own = |event: inventory::Event| state.apply(&event.into()).unwrap();
    let (order, kind, batches) = (OrderId(1), NumberKind::User, batches(count.into()));
    let numbers: NumberList =
        batches.iter().flat_map(|batch| batch.numbers.ranges()).copied().collect();
    let (reserved, expires_at) = (batches.clone(), at);
    own(NumbersReserved { order, kind, batches: reserved, expires_at }.into());
    own(NumbersAcquired { order, batches, at }.into());
    let assignments = numbers.iter().step_by(2).zip(0..).map(|(number, place)| NumberAssignment {
        number,
        target: Target::User(user(place)),
        location: Some("hq".parse().unwrap()),
    });
    own(NumbersAssigned { assignments: assignments.collect() }.into());
    let mut license = |event: licensing::Event| state.apply(&event.into()).unwrap();
    license(SeatsBought { sku: Sku::E5, seats: count, bought: count }.into());
    let assignments = (0..count).map(|place| Assignment {
        user: user(place),
        usage_location: "US".parse().unwrap(),
        skus: vec![Sku::E5],
    });
    license(LicensesAssigned { assignments: assignments.collect() }.into());
    state
}

macro_rules! snapshot {
    ($group:expr, $name:literal, $type:ty, $count:expr, $state:expr) => {
        let state: $type = $state;
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<$type>(&text).unwrap(), state);
        $group.throughput(Throughput::Elements($count));
        $group.bench_function(concat!("encode ", $name), |bencher| {
            bencher.iter(|| serde_json::to_string(&state).unwrap());
        });
        $group.bench_function(concat!("decode ", $name), |bencher| {
            bencher.iter(|| serde_json::from_str::<$type>(&text).unwrap());
        });
    };
}

fn snapshots(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("snapshot");
    group.sample_size(10);
    snapshot!(group, "100,000 owned numbers and users", State, 100_000, organization(100_000));
    snapshot!(group, "1,000,000 free numbers", Stock, 1_000_000, {
        let mut stock = Stock::default();
        stock.apply(&NumbersOffered { batches: batches(1_000_000) }.into()).unwrap();
        stock
    });
    group.finish();
}

criterion_group!(benches, replay, snapshots);
criterion_main!(benches);
