//! A system over a file: checkpoints, archives, exports, and what is refused.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::hash::Hash;
use phone_system_core::licensing::{BuySeats, Sku};
use phone_system_core::organization::Context;
use phone_system_core::store::{MemoryStore, Page, Record, RedbStore, Store};
use phone_system_core::system::{Anchor, Options};
use phone_system_core::{Error, OrganizationId, PhoneSystem};

const ORGANIZATIONS: [&str; 3] = ["contoso", "fabrikam", "a/00000000000000000001"];

fn named(id: &str) -> OrganizationId {
    id.parse().unwrap()
}

fn context(key: Option<&str>) -> Context {
    let context = Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap());
    Context { key: key.map(|key| key.parse().unwrap()), ..context }
}

fn buy(seats: u32) -> BuySeats {
    BuySeats { sku: Sku::PhoneSystem, seats }
}

/// Buys one seat after the other, by turns for each organization, every fourth with a key.
fn fill(system: &PhoneSystem, commits: u32) {
    let before: u64 = system.streams().iter().map(|(_, commits)| commits).sum();
    for number in 0..commits {
        let organization = named(ORGANIZATIONS[number as usize % ORGANIZATIONS.len()]);
        let key = format!("{before} {number}");
        let key = (number % 4 == 0).then_some(key.as_str());
        system.execute(&organization, &buy(1), &context(key)).unwrap();
    }
}

fn open(path: &Path) -> PhoneSystem {
    let options = Options::default();
    PhoneSystem::open(RedbStore::create(path).unwrap(), options).unwrap()
}

fn from_start() -> Options {
    let mut options = Options::default();
    options.from_start = true;
    options
}

/// Everything that there is to be seen of a system.
fn seen(system: &PhoneSystem) -> impl PartialEq + std::fmt::Debug + use<> {
    let states = ORGANIZATIONS.map(|id| system.snapshot(&named(id)));
    (states, system.stock_snapshot(), system.streams())
}

#[test]
fn a_system_is_the_same_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("system.phs");
    let mut last = None;
    for round in 0..6 {
        let system = open(&path);
        if let Some(last) = &last {
            assert_eq!(&seen(&system), last, "{round}");
        }
        fill(&system, 10);
        // With and without a checkpoint, closed and dropped.
        if round % 2 == 0 {
            assert_eq!(system.checkpoint().unwrap(), (round + 1) * 10);
        }
        last = Some(seen(&system));
        system.verify().unwrap();
        if round % 3 == 0 {
            system.close().unwrap();
        }
    }
    let from_start = from_start();
    let system = PhoneSystem::open(RedbStore::open(&path).unwrap(), from_start).unwrap();
    assert_eq!(Some(seen(&system)), last);
    assert_eq!(system.events_after(0, usize::MAX).unwrap().len(), 60);
}

#[test]
fn keys_are_known_after_opening_whether_a_checkpoint_has_them_or_not() {
    let store = Arc::new(MemoryStore::default());
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    let contoso = named("contoso");
    for key in ["a", "b", "c", "d"] {
        system.execute(&contoso, &buy(1), &context(Some(key))).unwrap();
        if key == "b" || key == "c" {
            system.checkpoint().unwrap();
        }
    }
    let again = PhoneSystem::open(store, Options::default()).unwrap();
    for (position, key) in (1..).zip(["a", "b", "c", "d"]) {
        let repeated = again.execute(&contoso, &buy(1), &context(Some(key))).unwrap();
        assert_eq!(
            (repeated.position, u64::from(repeated.answer.bought)),
            (Some(position), position)
        );
        let other = again.execute(&contoso, &buy(2), &context(Some(key))).unwrap_err();
        assert_eq!(other.code(), ErrorCode::KeyReused);
    }
    assert_eq!(again.events_after(0, 10).unwrap().len(), 4);
}

#[test]
fn the_commits_of_a_stream_are_found_wherever_they_are() {
    let store = Arc::new(MemoryStore::default());
    let mut system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    for round in 0..4 {
        fill(&system, 50);
        if round == 1 {
            system.checkpoint().unwrap();
        }
        if round == 2 {
            system.checkpoint().unwrap();
            system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
        }
    }
    let all = system.events_after(0, usize::MAX).unwrap();
    for organization in ORGANIZATIONS {
        let stream = format!("organization:{organization}");
        let place = |commit: &phone_system_core::system::Commit| {
            commit.header.streams.iter().find(|(name, _)| *name == stream).map(|(_, seq)| *seq)
        };
        let of_stream: Vec<_> = all.iter().filter(|commit| place(commit).is_some()).collect();
        for (skipped, limit) in [(0, 1_000), (0, 3), (30, 20), (40, 1_000), (66, 10), (1_000, 1)] {
            let after = skipped as u64;
            let found = system.stream_after(&stream, after, limit).unwrap();
            let expected = of_stream.iter().copied().skip(skipped).take(limit);
            assert!(found.iter().eq(expected), "{stream} {after} {limit}");
            assert_eq!(found.first().and_then(place), (!found.is_empty()).then_some(after + 1));
        }
    }
    for none in ["stock", "organization:nobody", "account:contoso", "organization", "", "x:contoso"]
    {
        assert_eq!(system.stream_after(none, 0, 10).unwrap(), Vec::new(), "{none}");
    }
}

#[test]
fn a_checkpoint_is_taken_by_itself_when_the_commits_have_become_long() {
    let store = Arc::new(MemoryStore::default());
    let mut options = Options::default();
    options.checkpoint_after = Some(10_000);
    let system = PhoneSystem::open(store.clone(), options).unwrap();
    fill(&system, 10);
    assert_eq!(store.load("checkpoint").unwrap(), None);
    fill(&system, 20);
    assert!(store.load("checkpoint").unwrap().is_some());
    assert!((15..30).contains(&system.verify().unwrap().checkpoint));
}

#[test]
fn what_was_exported_is_imported_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let system = open(&folder.path().join("system.phs"));
    fill(&system, 25);
    let mut first = Vec::new();
    let exported = system.export(0, &mut first).unwrap();
    assert_eq!((exported.commits, exported.last.position), (25, 25));
    fill(&system, 7);
    let mut second = Vec::new();
    let exported = system.export(exported.last.position, &mut second).unwrap();
    assert_eq!((exported.commits, exported.last.position), (7, 32));

    let store = Arc::new(MemoryStore::default());
    let import = |lines: &[u8]| {
        PhoneSystem::import(store.clone(), Options::default(), &mut Cursor::new(lines))
    };
    // In their order and once.
    assert_eq!(import(&first).unwrap().1.commits, 25);
    assert_eq!(import(&first).err().unwrap().code(), ErrorCode::StoreNotEmpty);
    let (again, imported) = import(&second).unwrap();
    assert_eq!((imported.commits, imported.last), (7, exported.last));
    assert_eq!(seen(&again), seen(&system));
    let mut both = Vec::new();
    again.export(0, &mut both).unwrap();
    let lines = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap();
    let (first, second) = (lines(&first), lines(&second));
    assert_eq!(lines(&both), first + second.split_once('\n').unwrap().1);

    let unknown = system.export(33, &mut Vec::new()).unwrap_err();
    assert_eq!(unknown.code(), ErrorCode::StorePositionUnknown);
}

#[test]
fn a_line_that_was_changed_is_refused_with_its_place() {
    let system = PhoneSystem::in_memory();
    fill(&system, 5);
    let mut export = Vec::new();
    system.export(0, &mut export).unwrap();
    let export = String::from_utf8(export).unwrap();
    let import = |text: &str| {
        let store = MemoryStore::default();
        let imported =
            PhoneSystem::import(store, Options::default(), &mut Cursor::new(text.as_bytes()));
        imported
            .map(drop)
            .map_err(|error| (error.code(), serde_json::to_value(error.figures()).unwrap()))
    };
    import(&export).unwrap();
    let (code, figures) = import(&export.replacen("ada", "eve", 1)).unwrap_err();
    assert_eq!((code, &figures["position"]), (ErrorCode::StoreCorrupt, &1.into()));
    let (code, figures) = import(&export.replacen("\"bought\":1", "\"bought\":2", 1)).unwrap_err();
    assert_eq!((code, &figures["position"]), (ErrorCode::StoreCorrupt, &1.into()));
    let (code, figures) = import(&export.replacen("}\n{", "}\n{{", 3)).unwrap_err();
    assert_eq!((code, &figures["line"]), (ErrorCode::StoreLineUnreadable, &2.into()));
    // A line left out, twice, at another place, cut off.
    let lines: Vec<_> = export.lines().collect();
    let text = |order: &[usize]| {
        order.iter().map(|at| lines[*at]).flat_map(|line| [line, "\n"]).collect::<String>()
    };
    for order in [&[0, 1, 3, 4][..], &[0, 1, 1], &[0, 2, 1], &[0, 2]] {
        assert_eq!(import(&text(order)).unwrap_err().0, ErrorCode::StoreCorrupt, "{order:?}");
    }
    for order in [&[1, 2][..], &[], &[0, 1, 0]] {
        assert_eq!(
            import(&text(order)).unwrap_err().0,
            ErrorCode::StoreLineUnreadable,
            "{order:?}"
        );
    }
    let cut = &export[..export.len() - 40];
    assert_eq!(import(cut).unwrap_err().0, ErrorCode::StoreLineUnreadable);
    let newer = export.replacen(r#"{"export":{"format":1"#, r#"{"export":{"format":2"#, 1);
    assert_eq!(import(&newer).unwrap_err().0, ErrorCode::StoreNewer);
    let bytes = [export.as_bytes(), b"\xff\n"].concat();
    let imported =
        PhoneSystem::import(MemoryStore::default(), Options::default(), &mut Cursor::new(bytes));
    assert_eq!(imported.err().unwrap().code(), ErrorCode::StoreLineUnreadable);
}

#[test]
fn an_archive_takes_the_first_commits_and_leaves_the_states() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("system.phs");
    let system = open(&path);
    fill(&system, 40);
    let before = seen(&system);
    let mut first = Vec::new();
    let archived = system.archive(21, &mut first).unwrap();
    assert_eq!((archived.commits, archived.last.position), (20, 20));
    assert_eq!(system.archive(21, &mut Vec::new()).unwrap().commits, 0);
    let mut second = Vec::new();
    assert_eq!(system.archive(31, &mut second).unwrap().commits, 10);
    assert_eq!(seen(&system), before);
    fill(&system, 3);
    let after = seen(&system);
    drop(system);

    let system = open(&path);
    assert_eq!(seen(&system), after);
    let verified = system.verify().unwrap();
    assert_eq!((verified.commits, verified.archived.position, verified.states), (13, 30, false));
    let refused = system.events_after(0, 10).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::StoreArchived);
    assert_eq!(system.events_after(30, 100).unwrap().len(), 13);
    assert_eq!(
        system.stream_after("organization:contoso", 0, 10).unwrap_err().code(),
        ErrorCode::StoreArchived
    );
    assert_eq!(system.export(29, &mut Vec::new()).unwrap_err().code(), ErrorCode::StoreArchived);
    // A key whose commit is gone is still not free.
    let repeated = system.execute(&named("contoso"), &buy(1), &context(Some("0 0"))).unwrap_err();
    assert_eq!(repeated.code(), ErrorCode::StoreArchived);
    for beyond in [0, 44, u64::MAX] {
        let refused = system.archive(beyond, &mut Vec::new()).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::StorePositionUnknown);
    }
    let from_start = from_start();
    drop(system);
    let refused = PhoneSystem::open(RedbStore::open(&path).unwrap(), from_start).err().unwrap();
    assert_eq!(refused.code(), ErrorCode::StoreArchived);

    // An export of it carries the states, and can be gone on with.
    let system = open(&path);
    let mut export = Vec::new();
    system.export(0, &mut export).unwrap();
    let import = |store: Arc<MemoryStore>, lines: &[u8]| {
        PhoneSystem::import(store, Options::default(), &mut Cursor::new(lines)).unwrap().0
    };
    let again = import(Arc::default(), &export);
    assert_eq!(seen(&again), after);
    fill(&again, 5);
    again.verify().unwrap();

    // The archives one after the other, and the export of the rest, are the whole again.
    let whole = Arc::new(MemoryStore::default());
    import(whole.clone(), &first);
    import(whole.clone(), &second);
    let mut rest = Vec::new();
    system.export(30, &mut rest).unwrap();
    let whole = import(whole, &rest);
    assert_eq!(seen(&whole), after);
    let verified = whole.verify().unwrap();
    assert_eq!(
        (verified.commits, verified.archived, verified.states),
        (43, Anchor::default(), true)
    );
}

/// What opening the one commit says when its header or payload was changed by someone who knows
/// how hashes are made.
fn opened_with(change: impl Fn(String, String) -> (String, String)) -> Result<PhoneSystem, Error> {
    let store = Arc::new(MemoryStore::default());
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    system.execute(&named("contoso"), &buy(3), &context(None)).unwrap();
    let record = store.read(0, 1).unwrap().remove(0);
    let text = String::from_utf8(record.bytes).unwrap();
    let [_, header, payload] = text.splitn(3, '\n').collect::<Vec<_>>().try_into().unwrap();
    let known = Hash::of(payload.as_bytes()).to_string();
    let (header, payload) = change(header.to_owned(), payload.to_owned());
    let header = header.replace(&known, &Hash::of(payload.as_bytes()).to_string());
    let bytes = format!("{}\n{header}\n{payload}", Hash::of(header.as_bytes())).into_bytes();
    let store = MemoryStore::default();
    store.append(&[Record { position: 1, bytes }]).unwrap();
    PhoneSystem::open(store, Options::default())
}

#[test]
fn what_a_newer_version_wrote_is_refused_and_what_it_added_is_passed_over() {
    let same = opened_with(|header, payload| (header, payload)).unwrap();
    let added = opened_with(|header, payload| {
        (
            header.replacen('{', r#"{"new":{"a":[1]},"#, 1),
            payload.replace(r#""bought":3"#, r#""new":null,"bought":3"#).replacen(
                '{',
                r#"{"new":[],"#,
                1,
            ),
        )
    });
    assert_eq!(seen(&added.unwrap()), seen(&same));

    let refused =
        opened_with(|header, payload| (header, payload.replace("seats_bought", "seats_lent")));
    let refused = refused.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::StoreEventUnknown);
    assert!(refused.to_string().contains("position 1 holds the event `licensing.seats_lent`"));

    let refused =
        opened_with(|header, payload| (header.replace(r#""format":1"#, r#""format":2"#), payload));
    assert_eq!(refused.err().unwrap().code(), ErrorCode::StoreNewer);
    // One that is known and does not fit is no newer version.
    let refused = opened_with(|header, payload| {
        (header, payload.replace(r#""bought":3"#, r#""bought":"x""#))
    });
    assert_eq!(refused.err().unwrap().code(), ErrorCode::StoreCorrupt);
    let refused =
        opened_with(|header, payload| (header.replace("contoso\",1", "contoso\",2"), payload));
    assert_eq!(refused.err().unwrap().code(), ErrorCode::StoreCorrupt);
}

#[test]
fn a_checkpoint_that_was_changed_is_refused() {
    let store = Arc::new(MemoryStore::default());
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    fill(&system, 12);
    system.checkpoint().unwrap();
    fill(&system, 3);
    let expected = seen(&system);
    let list = String::from_utf8(store.load("checkpoint").unwrap().unwrap()).unwrap();
    let mut names: Vec<String> = vec!["checkpoint".to_owned()];
    let pages: serde_json::Value = serde_json::from_str(list.split_once('\n').unwrap().1).unwrap();
    names.extend(pages["pages"].as_object().unwrap().keys().cloned());
    assert_eq!(names.len(), 1 + 3 * 3, "{names:?}");
    for name in names {
        let bytes = store.load(&name).unwrap().unwrap();
        let refused = |bytes: Option<Vec<u8>>| {
            store.save(&[Page { name: name.clone(), bytes }]).unwrap();
            let opened = PhoneSystem::open(store.clone(), Options::default());
            // An index is read when it is asked for.
            let opened = opened.and_then(|system| system.verify());
            opened.err().map(|error| error.code())
        };
        for at in (0..bytes.len()).step_by(5) {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            assert_eq!(refused(Some(changed)), Some(ErrorCode::StoreUnreadable), "{name} {at}");
        }
        // Without its list of pages a checkpoint was never taken.
        let without = (name != "checkpoint").then_some(ErrorCode::StoreUnreadable);
        assert_eq!(refused(None), without, "{name}");
        assert_eq!(refused(Some(bytes)), None);
    }
    let again = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    assert_eq!(seen(&again), expected);

    // A checkpoint of commits that are not there.
    let short = Arc::new(MemoryStore::default());
    let other = PhoneSystem::open(short.clone(), Options::default()).unwrap();
    fill(&other, 5);
    for name in pages["pages"].as_object().unwrap().keys().map(String::as_str).chain(["checkpoint"])
    {
        let bytes = store.load(name).unwrap();
        short.save(&[Page { name: name.to_owned(), bytes }]).unwrap();
    }
    let refused = PhoneSystem::open(short, Options::default()).err().unwrap();
    assert_eq!(refused.code(), ErrorCode::StoreCorrupt);
}

#[test]
fn commands_go_on_while_checkpoints_are_taken() {
    let store = Arc::new(MemoryStore::default());
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let system = &system;
            scope.spawn(move || {
                for number in 0..150 {
                    let own = named(ORGANIZATIONS[(number + thread) % 3]);
                    let key = format!("{thread} {number}");
                    system.execute(&own, &buy(1), &context(Some(&key))).unwrap();
                }
            });
        }
        for _ in 0..20 {
            let position = system.checkpoint().unwrap();
            let again = PhoneSystem::open(store.clone(), Options::default()).unwrap();
            assert!(again.verify().unwrap().last.position >= position);
        }
    });
    let again = PhoneSystem::open(store, Options::default()).unwrap();
    assert_eq!(seen(&again), seen(&system));
    assert_eq!(again.verify().unwrap().commits, 300);
    let all: u64 = again.streams().iter().map(|(_, commits)| commits).sum();
    assert_eq!(all, 300);
    for (stream, commits) in again.streams() {
        assert_eq!(again.stream_after(&stream, 0, 1_000).unwrap().len() as u64, commits);
    }
}

#[test]
fn what_could_not_be_opened_is_not_imported() {
    let system = PhoneSystem::in_memory();
    fill(&system, 5);
    let mut rest = Vec::new();
    system.export(3, &mut rest).unwrap();
    let rest = String::from_utf8(rest).unwrap();
    let first = rest.lines().next().unwrap();
    let import = |lines: &str| {
        let store = Arc::new(RedbStore::over(redb::backends::InMemoryBackend::new()).unwrap());
        let imported =
            PhoneSystem::import(store.clone(), Options::default(), &mut Cursor::new(lines));
        let code = imported.err().map(|error| error.code());
        // Nothing of it was kept, and the store is one still.
        assert_eq!(store.read(0, 10).unwrap(), Vec::new());
        assert!(store.load("format").unwrap().unwrap().starts_with(b"{\"store\":\"phone-system\""));
        code
    };
    // What follows commits that are not there, nor the states after them.
    assert_eq!(import(&rest), Some(ErrorCode::StoreNotEmpty));
    assert_eq!(import(first), Some(ErrorCode::StoreNotEmpty));
    // A page that is the store's own, and no checkpoint's.
    let page = r#"{"page":"format","text":"{}"}"#;
    let begin = first.replace("\"position\":3", "\"position\":0");
    for line in [page.to_owned(), page.replace("format", "stat")] {
        let lines = format!("{begin}\n{line}\n");
        assert_eq!(import(&lines), Some(ErrorCode::StoreLineUnreadable));
    }
}
