//! What every store is held to: the one in memory and the file pass the same suite.

use std::sync::Arc;

use phone_system_core::store::{Error, MemoryStore, Page, Record, RedbStore, Store};
use redb::backends::InMemoryBackend;

/// Both stores, each empty.
fn each(test: impl Fn(&dyn Store)) {
    test(&MemoryStore::default());
    test(&RedbStore::over(InMemoryBackend::new()).unwrap());
    test(&Arc::new(MemoryStore::default()));
}

/// Commits that are told apart by their bytes; every seventh is long.
fn records(positions: impl IntoIterator<Item = u64>) -> Vec<Record> {
    let record = |position: u64| {
        let length = if position.is_multiple_of(7) { 3_000 } else { position % 50 };
        let bytes = (0..length).map(|at| (at * position % 251) as u8).collect();
        Record { position, bytes }
    };
    positions.into_iter().map(record).collect()
}

fn page(name: &str, bytes: Option<&[u8]>) -> Page {
    Page { name: name.to_owned(), bytes: bytes.map(<[u8]>::to_vec) }
}

#[test]
fn what_was_appended_is_read_in_order() {
    each(|store| {
        assert_eq!(store.read(0, 10), Ok(Vec::new()));
        // One by one, in small groups, in a large one, and one by one again.
        let mut last = 0;
        for group in [1, 1, 1, 5, 2, 1, 300, 1, 40, 1, 1] {
            store.append(&records(last + 1..=last + group)).unwrap();
            last += group;
            assert_eq!(store.read(0, usize::MAX).unwrap(), records(1..=last));
        }
        for after in 0..=last + 2 {
            for limit in [0, 1, 2, 7, 64, usize::MAX] {
                let upto = after.saturating_add(limit as u64).min(last);
                assert_eq!(store.read(after, limit).unwrap(), records(after + 1..=upto));
            }
        }
        assert_eq!(store.read(u64::MAX, 10), Ok(Vec::new()));
        store.append(&[]).unwrap();
    });
}

#[test]
fn positions_have_no_gaps() {
    each(|store| {
        let refused =
            |records: &[Record]| matches!(store.append(records), Err(Error::Failed { .. }));
        // An empty store begins anywhere.
        store.append(&records([5, 6])).unwrap();
        assert!(refused(&records([6])));
        assert!(refused(&records([8])));
        assert!(refused(&records([7, 9])));
        assert_eq!(store.read(0, 10).unwrap(), records([5, 6]));
        store.append(&records([7])).unwrap();
        assert_eq!(store.read(5, 10).unwrap(), records([6, 7]));
    });
}

#[test]
fn pages_are_replaced_and_removed() {
    each(|store| {
        assert_eq!(store.load("a"), Ok(None));
        let long = vec![7; 100_000];
        store.save(&[page("a", Some(b"1")), page("b", Some(b""))]).unwrap();
        store.save(&[page("a", Some(&long)), page("none", None)]).unwrap();
        assert_eq!(store.load("a"), Ok(Some(long)));
        assert_eq!(store.load("b"), Ok(Some(Vec::new())));
        store.save(&[page("a", None)]).unwrap();
        assert_eq!(store.load("a"), Ok(None));
    });
}

#[test]
fn the_first_commits_are_forgotten_and_the_last_never() {
    each(|store| {
        assert!(store.forget(0, &[]).is_err());
        let mut last = 0;
        for group in [1, 3, 100, 1, 1, 1] {
            store.append(&records(last + 1..=last + group)).unwrap();
            last += group;
        }
        let mut first = 1;
        for upto in [0, 1, 2, 60, 60, 40, 104, 105, 106] {
            store.forget(upto, &[page("upto", Some(upto.to_string().as_bytes()))]).unwrap();
            first = first.max(upto + 1);
            assert_eq!(store.read(0, usize::MAX).unwrap(), records(first..=last), "{upto}");
            assert_eq!(store.load("upto").unwrap(), Some(upto.to_string().into_bytes()));
        }
        for upto in [last, last + 1, u64::MAX] {
            assert!(store.forget(upto, &[page("upto", None)]).is_err());
        }
        assert!(store.load("upto").unwrap().is_some());
        store.append(&records([last + 1])).unwrap();
        assert_eq!(store.read(0, 10).unwrap(), records([last, last + 1]));
    });
}

#[test]
fn a_file_has_what_it_had_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let mut last = 0;
    // Small groups end in the tail, large ones in the log.
    for group in [1, 1, 400, 3, 1, 40, 900] {
        let store = RedbStore::create(&path).unwrap();
        assert_eq!(store.read(0, usize::MAX).unwrap(), records(1..=last));
        store.append(&records(last + 1..=last + group)).unwrap();
        last += group;
        store.save(&[page("last", Some(last.to_string().as_bytes()))]).unwrap();
    }
    let store = RedbStore::open(&path).unwrap();
    assert_eq!(store.load("last").unwrap(), Some(last.to_string().into_bytes()));
    store.forget(last - 1, &[]).unwrap();
    drop(store);
    let store = RedbStore::open(&path).unwrap();
    assert_eq!(store.read(0, usize::MAX).unwrap(), records([last]));
    assert!(store.append(&records([1])).is_err());
    store.append(&records([last + 1])).unwrap();
}

#[test]
fn what_cannot_be_opened_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let refused = |name: &str| RedbStore::open(path(name)).err().unwrap();
    assert!(matches!(refused("missing"), Error::Missing { .. }));
    assert!(matches!(RedbStore::create(path("no/folder")).err().unwrap(), Error::Missing { .. }));
    assert!(matches!(refused(""), Error::Failed { .. }), "a folder");

    std::fs::write(path("text"), "TelephoneNumber,City\n+14255550100,Bellevue\n".repeat(500))
        .unwrap();
    assert!(matches!(refused("text"), Error::Unreadable { .. }));
    assert!(matches!(RedbStore::create(path("text")).err().unwrap(), Error::Unreadable { .. }));
    std::fs::write(path("empty"), "").unwrap();
    assert!(matches!(refused("empty"), Error::Unreadable { .. }), "{:?}", refused("empty"));

    // Somebody else's file of the same make.
    let other = redb::Database::create(path("other")).unwrap();
    let transaction = other.begin_write().unwrap();
    let table = redb::TableDefinition::<&str, &str>::new("theirs");
    transaction.open_table(table).unwrap().insert("a", "b").unwrap();
    transaction.commit().unwrap();
    drop(other);
    assert!(matches!(refused("other"), Error::Unreadable { .. }));

    // A newer format of this library's.
    drop(RedbStore::create(path("newer")).unwrap());
    let store = RedbStore::open(path("newer")).unwrap();
    store.save(&[page("format", Some(br#"{"store":"phone-system","format":2}"#))]).unwrap();
    drop(store);
    assert!(matches!(refused("newer"), Error::Newer { format: 2, known: 1, .. }));

    let open = RedbStore::create(path("open")).unwrap();
    assert!(matches!(refused("open"), Error::InUse { .. }));
    drop(open);
    RedbStore::open(path("open")).unwrap();
}
