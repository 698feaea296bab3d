//! What a store is held to, and what happens when it fails or was changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::json::JsonSystem;
use phone_system_core::licensing::{BuySeats, Sku};
use phone_system_core::organization::{Context, Seats};
use phone_system_core::store::{self, Page, Record, Store};
use phone_system_core::system::Options;
use phone_system_core::{OrganizationId, PhoneSystem};
use serde_json::json;

use crate::histories::Shared;

fn contoso() -> OrganizationId {
    "contoso".parse().unwrap()
}

fn context() -> Context {
    Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap())
}

fn buy(seats: u32) -> BuySeats {
    BuySeats { sku: Sku::PhoneSystem, seats }
}

fn filled() -> Shared {
    let store = Shared::default();
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    for seats in 1..=3 {
        system.execute(&contoso(), &buy(seats), &context()).unwrap();
    }
    store
}

/// A store that fails when it is told to.
struct Failing(Shared, Arc<AtomicBool>);

impl Store for Failing {
    fn append(&self, records: &[Record]) -> Result<(), store::Error> {
        if self.1.load(Ordering::SeqCst) {
            return Err(store::Error::Failed { problem: "the disk is full".to_owned() });
        }
        self.0.append(records)
    }

    fn read(&self, after: u64, limit: usize) -> Result<Vec<Record>, store::Error> {
        self.0.read(after, limit)
    }

    fn save(&self, pages: &[Page]) -> Result<(), store::Error> {
        self.0.save(pages)
    }

    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, store::Error> {
        self.0.load(name)
    }

    fn forget(&self, upto: u64, pages: &[Page]) -> Result<(), store::Error> {
        self.0.forget(upto, pages)?;
        // After it was kept: the worst that can be.
        if self.1.load(Ordering::SeqCst) {
            return Err(store::Error::Failed { problem: "the disk is gone".to_owned() });
        }
        Ok(())
    }
}

#[test]
fn an_archive_stays_if_it_is_not_known_whether_its_commits_are_still_in_the_store() {
    let (store, fails) = (filled(), Arc::new(AtomicBool::new(true)));
    let failing = Failing(store.clone(), fails);
    let system = JsonSystem::from(PhoneSystem::open(failing, Options::default()).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("archive");
    let archive = |before: u64| {
        system.maintain(
            &serde_json::to_vec(&json!({"archive": {"path": path, "before": before}})).unwrap(),
        )
    };
    // Nothing is left of one that was refused before it was written.
    assert_eq!(archive(9).unwrap_err().code(), ErrorCode::StorePositionUnknown);
    assert!(!path.exists());
    assert_eq!(archive(3).unwrap_err().code(), ErrorCode::StoreFailed);
    assert_eq!(store.read(0, 10).unwrap().len(), 1);
    let lines = std::fs::read_to_string(&path).unwrap();
    assert_eq!(lines.lines().count(), 3);
}

#[test]
fn a_failed_append_poisons_the_system_and_nothing_of_it_was_kept() {
    let (store, fails) = (Shared::default(), Arc::new(AtomicBool::new(false)));
    let failing = Failing(store.clone(), Arc::clone(&fails));
    let system = PhoneSystem::open(failing, Options::default()).unwrap();
    system.execute(&contoso(), &buy(1), &context()).unwrap();
    fails.store(true, Ordering::SeqCst);
    let refused = system.execute(&contoso(), &buy(2), &context()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::StoreFailed);
    fails.store(false, Ordering::SeqCst);
    let refused = system.execute(&contoso(), &buy(4), &context()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::StorePoisoned);
    assert_eq!(system.events_after(0, 10).unwrap_err().code(), ErrorCode::StorePoisoned);
    let refused = system.query(&contoso(), &Seats {}, context().at).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::StorePoisoned);

    let again = PhoneSystem::open(store, Options::default()).unwrap();
    let seats = again.query(&contoso(), &Seats {}, context().at).unwrap();
    assert_eq!(seats.seats[0].bought, 1);
}

#[test]
fn what_was_changed_does_not_open_and_the_position_is_named() {
    let records = filled().read(0, 10).unwrap();
    let open = |records: &[Record]| {
        let store = Shared::default();
        store.append(records).unwrap();
        PhoneSystem::open(store, Options::default()).map(drop)
    };
    open(&records).unwrap();
    // Any byte of any commit.
    for place in 0..records.len() {
        for at in (0..records[place].bytes.len()).step_by(7) {
            let mut changed = records.clone();
            changed[place].bytes[at] ^= 1;
            match open(&changed) {
                Err(error) => {
                    assert_eq!(error.code(), ErrorCode::StoreCorrupt, "byte {at}: {error}");
                    let figures = serde_json::to_value(error.figures()).unwrap();
                    assert_eq!(figures["position"], place + 1, "byte {at}");
                }
                Ok(()) => panic!("byte {at} of commit {} was changed and it opened", place + 1),
            }
        }
    }
    // A commit taken out: the chain does not fit.
    let mut cut = vec![records[0].clone(), records[2].clone()];
    cut[1].position = 2;
    assert_eq!(open(&cut).unwrap_err().code(), ErrorCode::StoreCorrupt);
}

#[test]
fn an_event_that_does_not_fit_is_refused_with_its_name() {
    use phone_system_core::draft::Apply;
    use phone_system_core::licensing::{Event, Holding, LicensesUnassigned, State};
    let holdings = vec![Holding { user: "ada@example.com".parse().unwrap(), sku: Sku::E5 }];
    let error = State::default()
        .apply(&Event::LicensesUnassigned(LicensesUnassigned { holdings }))
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::InconsistentEvent);
    assert!(error.to_string().contains("licensing.licenses_unassigned"));
}

#[test]
fn records_arrive_without_gaps() {
    let store = filled();
    let gap = Record { position: 9, bytes: Vec::new() };
    assert!(store.append(&[gap]).is_err());
}

#[test]
fn many_submitted_are_made_durable_by_the_first_who_waits() {
    let store = Shared::default();
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    let tickets: Vec<_> =
        (1..=5).map(|seats| system.submit(&contoso(), &buy(seats), &context()).unwrap()).collect();
    // Readers see it, the store does not have it.
    assert_eq!(system.query(&contoso(), &Seats {}, context().at).unwrap().seats[0].bought, 15);
    assert!(store.read(0, 10).unwrap().is_empty());
    let mut tickets = tickets.into_iter();
    system.wait(tickets.next().unwrap()).unwrap();
    assert_eq!(store.read(0, 10).unwrap().len(), 5);
    for ticket in tickets {
        system.wait(ticket).unwrap();
    }
}

#[test]
fn threads_on_one_system_lose_nothing() {
    let store = Shared::default();
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let system = &system;
            scope.spawn(move || {
                let own: OrganizationId = format!("own {thread}").parse().unwrap();
                for _ in 0..50 {
                    system.execute(&contoso(), &buy(1), &context()).unwrap();
                    system.execute(&own, &buy(1), &context()).unwrap();
                }
            });
        }
    });
    assert_eq!(system.query(&contoso(), &Seats {}, context().at).unwrap().seats[0].bought, 200);
    let again = PhoneSystem::open(store, Options::default()).unwrap();
    assert_eq!(again.events_after(0, usize::MAX).unwrap().len(), 400);
    assert_eq!(again.snapshot(&contoso()), system.snapshot(&contoso()));
}

#[test]
fn what_was_accepted_can_be_read_again() {
    use phone_system_core::Subject;
    use phone_system_core::inventory::LoadStock;
    // More numbers in one event than a command may name in a list.
    let csv = "TelephoneNumber,IsoCountryCode,Kind\n+12012000000-+12012599999,US,user\n+12012600000-+12013199999,US,user\n";
    let store = Shared::default();
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    let load = LoadStock { csv: csv.to_owned(), mode: phone_system_core::bulk::Mode::AllOrNothing };
    assert_eq!(
        system.execute(Subject::Provider, &load, &context()).unwrap().answer.numbers,
        1_200_000
    );
    let again = PhoneSystem::open(store, Options::default()).unwrap();
    assert_eq!(again.stock_snapshot().count().free, 1_200_000);
    assert_eq!(again.events_after(0, 10).unwrap().len(), 1);

    let csv = "TelephoneNumber,IsoCountryCode,Kind\n+12010000000-+12029999999,US,user\n".to_owned();
    let load = LoadStock { csv, mode: phone_system_core::bulk::Mode::AllOrNothing };
    let refused = again.execute(Subject::Provider, &load, &context()).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::TableValue, "{refused}");
}

#[test]
fn a_ticket_is_waited_for_where_it_was_given_out() {
    let (one, other) = (Shared::default(), Shared::default());
    let first = PhoneSystem::open(one.clone(), Options::default()).unwrap();
    let second = PhoneSystem::open(other, Options::default()).unwrap();
    let ticket = first.submit(&contoso(), &buy(1), &context()).unwrap();
    second.wait(ticket).unwrap();
    assert_eq!(one.read(0, 10).unwrap().len(), 1);
}
