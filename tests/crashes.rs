//! Nothing that was acknowledged is ever lost: the disk stops at every moment, with whatever it had
//! not synced yet lost, kept or torn; it fails, and it is full.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};

use phone_system_core::billing::Account;
use phone_system_core::bulk::Mode;
use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::inventory::{LoadStock, Stock};
use phone_system_core::json::JsonSystem;
use phone_system_core::licensing::{BuySeats, Sku};
use phone_system_core::organization::{Context, Seats, State};
use phone_system_core::store::{self, Record, RedbStore, Store};
use phone_system_core::system::Options;
use phone_system_core::{Error, OrganizationId, PhoneSystem, Subject};
use proptest::prelude::*;
use serde_json::Value;

use crate::disk::{Disk, Fault, Random, each_crash, partly, wholly};
use crate::histories::{Asked, ORGANIZATIONS, START, Shared, asked, set_up};

/// One thing that is done with a system.
#[derive(Clone, Debug)]
enum Action {
    /// A command that is waited for.
    One(Asked),
    /// Commands that are decided one after the other; the last is waited for, or nothing yet.
    Group(Vec<Asked>, bool),
    Checkpoint,
    /// So many commits are to stay.
    Archive(u64),
    Export,
    /// Closed, or let go of when everything was waited for, and opened again.
    Reopen(bool),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => asked().prop_map(Action::One),
        3 => (prop::collection::vec(asked(), 1..6), any::<bool>())
            .prop_map(|(group, waits)| Action::Group(group, waits)),
        // As many as are not kept in the tail.
        1 => prop::collection::vec(asked(), 30..60).prop_map(|group| Action::Group(group, true)),
        1 => Just(Action::Checkpoint),
        1 => (1..20_u64).prop_map(Action::Archive),
        1 => Just(Action::Export),
        1 => any::<bool>().prop_map(Action::Reopen),
    ]
}

type Seen = ([(Arc<State>, Arc<Account>); 2], Arc<Stock>, Vec<(String, u64)>);

/// Everything that there is to be seen of a system, but for the commits.
fn seen(system: &PhoneSystem) -> Seen {
    let states = ORGANIZATIONS.map(|id| system.snapshot(&id.parse().unwrap()));
    (states, system.stock_snapshot(), system.streams())
}

fn options(checkpoint_after: Option<u64>) -> Options {
    let mut options = Options::default();
    options.checkpoint_after = checkpoint_after;
    options
}

/// What held when so many syncs were through.
struct Note {
    syncs: usize,
    acknowledged: u64,
    submitted: u64,
    archived: u64,
    /// Up to where commits were to be archived.
    archiving: u64,
}

/// A system over a disk, and one in memory of which the same is asked.
struct Twins {
    disk: Disk,
    options: Options,
    system: JsonSystem,
    memory: Shared,
    twin: JsonSystem,
    /// What the twin showed after each commit, from none on.
    seen: Vec<Seen>,
    /// What each commit was asked with, and answered.
    asked: Vec<(Vec<u8>, String)>,
    /// What was submitted and not waited for: the ticket, the last position then, the answer.
    waiting: Vec<(u64, u64, String)>,
    notes: Vec<Note>,
    /// The positions up to which commits were appended in one go.
    ends: BTreeSet<u64>,
    archived: u64,
}

fn opened(disk: &Disk, options: Options) -> Result<JsonSystem, Error> {
    Ok(PhoneSystem::open(RedbStore::over(disk.clone())?, options)?.into())
}

impl Twins {
    fn new(checkpoint_after: Option<u64>) -> Self {
        let (disk, options) = (Disk::default(), options(checkpoint_after));
        let memory = Shared::default();
        let twin: JsonSystem =
            PhoneSystem::open(memory.clone(), Options::default()).unwrap().into();
        let seen = vec![seen(twin.system())];
        Self {
            system: opened(&disk, options).unwrap(),
            disk,
            options,
            memory,
            twin,
            seen,
            asked: Vec::new(),
            waiting: Vec::new(),
            notes: Vec::new(),
            ends: BTreeSet::from([0]),
            archived: 0,
        }
    }

    fn submitted(&self) -> u64 {
        self.asked.len() as u64
    }

    fn note(&mut self, acknowledged: u64, archiving: u64) {
        let (syncs, submitted, archived) = (self.disk.syncs(), self.submitted(), self.archived);
        self.notes.push(Note { syncs, acknowledged, submitted, archived, archiving });
    }

    /// Asks both, and does not wait.
    fn submit(&mut self, envelope: &[u8]) {
        let wanted = self.twin.execute(envelope);
        let ticket = self.system.submit(envelope);
        let (wanted, ticket) = match (wanted, ticket) {
            (Ok(wanted), Ok(ticket)) => (wanted, ticket),
            (wanted, ticket) => {
                assert_eq!(ticket.map(drop), wanted.map(drop));
                return;
            }
        };
        let answer: Value = serde_json::from_str(&wanted).unwrap();
        if answer["position"] == self.submitted() + 1 {
            self.asked.push((envelope.to_vec(), wanted.clone()));
            self.seen.push(seen(self.twin.system()));
            self.note(0, 0);
            self.waiting.push((ticket, self.submitted(), wanted));
        } else {
            // It had nothing to do, and there is nothing to wait for.
            self.waiting.push((ticket, 0, wanted));
        }
    }

    /// Waits for everything that was submitted: the first who waits has all of it appended.
    fn wait(&mut self) {
        self.ends.insert(self.submitted());
        for (ticket, position, wanted) in std::mem::take(&mut self.waiting) {
            assert_eq!(self.system.wait(ticket), Ok(wanted));
            self.note(position, 0);
        }
    }

    fn run(&mut self, history: &[Action]) {
        for envelope in set_up() {
            self.submit(&envelope);
        }
        self.wait();
        let mut at = START;
        let mut place = 0;
        for action in history {
            // Others have everything appended that is pending as well.
            self.ends.insert(self.submitted());
            let mut submit = |twins: &mut Self, asked: &Asked| {
                at += asked.pause;
                place += 1;
                let key = format!("key {place}");
                twins.submit(&asked.envelope(at, (place % 3 == 0).then_some(key.as_str())));
            };
            match action {
                Action::One(asked) => {
                    submit(self, asked);
                    self.wait();
                }
                Action::Group(group, waits) => {
                    for asked in group {
                        submit(self, asked);
                    }
                    if *waits {
                        self.wait();
                    }
                }
                Action::Checkpoint => {
                    assert_eq!(self.system.system().checkpoint().unwrap(), self.submitted());
                    self.note(self.submitted(), 0);
                }
                Action::Archive(stay) => {
                    let before = self.submitted().saturating_sub(*stay).max(1);
                    self.note(0, before - 1);
                    self.system.system().archive(before, &mut Vec::new()).unwrap();
                    self.archived = self.archived.max(before - 1);
                    self.note(0, 0);
                }
                Action::Export => {
                    let last = self.system.system().export(0, &mut Vec::new()).unwrap().last;
                    assert_eq!(last.position, self.submitted());
                    self.note(self.submitted(), 0);
                }
                Action::Reopen(closed) => {
                    if *closed {
                        self.system.close().unwrap();
                        self.note(self.submitted(), 0);
                    }
                    self.wait();
                    self.system = PhoneSystem::in_memory().into();
                    self.system = opened(&self.disk, self.options).unwrap();
                }
            }
        }
        self.wait();
        // Closed at last, so that stopping while it is closed is looked at too.
        self.system = PhoneSystem::in_memory().into();
    }

    /// What held at the latest when so many syncs were through.
    fn known(&self, syncs: usize) -> Note {
        let notes = self.notes.iter().filter(|note| note.syncs <= syncs);
        let none = Note { syncs, acknowledged: 0, submitted: 0, archived: 0, archiving: 0 };
        notes.fold(none, |known, note| Note {
            syncs,
            acknowledged: known.acknowledged.max(note.acknowledged),
            submitted: known.submitted.max(note.submitted),
            archived: known.archived.max(note.archived),
            archiving: known.archiving.max(note.archiving),
        })
    }

    fn records(&self) -> Vec<Record> {
        self.memory.read(0, usize::MAX).unwrap()
    }
}

impl Twins {
    /// Opens what a crash left, holds it against the twin, and goes on with it. Answers the disk.
    fn check(&self, image: Vec<u8>, known: &Note, what: &str) -> Disk {
        let what = format!("{what} after {} syncs", known.syncs);
        let disk = Disk::of(image);
        let store = RedbStore::over(disk.clone()).unwrap_or_else(|error| panic!("{what}: {error}"));
        let store = Arc::new(store);
        let system = PhoneSystem::open(store.clone(), self.options)
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let verified = system.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
        let last = verified.last.position;
        assert!(last >= known.acknowledged, "{what}: {last} of {} are left", known.acknowledged);
        assert!(last <= known.submitted, "{what}: {last} of {}", known.submitted);
        assert!(self.ends.contains(&last), "{what}: part of a group, up to {last}");
        let archived = verified.archived.position;
        let archiving = known.archiving.max(known.archived);
        assert!((known.archived..=archiving).contains(&archived), "{what}: {archived}");

        let all = self.records();
        let (first, count) = (usize::try_from(archived).unwrap(), usize::try_from(last).unwrap());
        assert!(store.read(0, usize::MAX).unwrap() == all[first..count], "{what}");
        assert_eq!(seen(&system), self.seen[count], "{what}");

        // It goes on as it did before, and keys are known.
        let system = JsonSystem::from(system);
        let keyed = |(envelope, _): &&(Vec<u8>, String)| {
            serde_json::from_slice::<Value>(envelope).unwrap()["key"].is_string()
        };
        if let Some((envelope, answer)) = self.asked[first..count].iter().rfind(keyed) {
            assert_eq!(system.execute(envelope).as_ref(), Ok(answer), "{what}");
        }
        let end = all.len().min(count + 2);
        for (envelope, answer) in &self.asked[count..end] {
            assert_eq!(system.execute(envelope).as_ref(), Ok(answer), "{what}");
        }
        assert!(store.read(last, usize::MAX).unwrap() == all[count..end], "{what}");
        assert_eq!(seen(system.system()), self.seen[end], "{what}");
        system.system().checkpoint().unwrap();
        system.system().verify().unwrap_or_else(|error| panic!("{what}, gone on: {error}"));
        disk
    }

    /// Looks at every moment at which the disk could have stopped.
    fn check_all(&self, seed: u64) {
        let mut random = Random(seed);
        each_crash(Vec::new(), &self.disk.steps(), |syncs, image, later| {
            let known = self.known(syncs);
            let recovered = self.check(image.to_vec(), &known, "what was synced");
            if later.is_empty() {
                return;
            }
            self.check(wholly(image, later), &known, "everything written");
            for _ in 0..2 {
                self.check(partly(image, later, &mut random), &known, "a part");
            }
            // It stops again while it is recovered, or soon after; what was there stays there.
            if syncs % 16 == 0 {
                let submitted = (known.submitted + 2).min(self.submitted());
                let again = Note { submitted, ..known };
                let ends: BTreeSet<u64> = (0..=submitted).collect();
                let twins = Ends { twins: self, ends };
                each_crash(image.to_vec(), &recovered.steps(), |_, image, later| {
                    let image = partly(image, later, &mut random);
                    twins.check(image, &again);
                });
            }
        });
    }
}

/// Twins that were gone on with, commit by commit.
struct Ends<'a> {
    twins: &'a Twins,
    ends: BTreeSet<u64>,
}

impl Ends<'_> {
    fn check(&self, image: Vec<u8>, known: &Note) {
        let system = opened(&Disk::of(image), self.twins.options).unwrap();
        let verified = system.system().verify().unwrap();
        let last = verified.last.position;
        assert!(last >= known.acknowledged && self.ends.contains(&last), "{last}");
        assert_eq!(seen(system.system()), self.twins.seen[usize::try_from(last).unwrap()]);
    }
}

proptest! {
    #![proptest_config(crate::random(16))]

    #[test]
    fn nothing_acknowledged_is_lost_whenever_the_disk_stops(
        history in prop::collection::vec(action(), 1..16),
        checkpoint_after in prop_oneof![Just(None), Just(Some(6_000)), Just(Some(30_000))],
        seed in any::<u64>(),
    ) {
        let mut twins = Twins::new(checkpoint_after);
        twins.run(&history);
        twins.check_all(seed);
    }
}

fn contoso() -> OrganizationId {
    "contoso".parse().unwrap()
}

fn context(key: Option<&str>) -> Context {
    let context = Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap());
    Context { key: key.map(|key| key.parse().unwrap()), ..context }
}

fn buy(seats: u32) -> BuySeats {
    BuySeats { sku: Sku::PhoneSystem, seats }
}

/// Something that is done; answers a position that is acknowledged by it.
type Step = Box<dyn Fn(&PhoneSystem) -> Result<Option<u64>, Error>>;

/// A system over a disk, which is asked for one thing after the other until something fails: how
/// many commits were acknowledged, and the first failure.
fn until_it_fails(disk: &Disk, options: Options, steps: &[Step]) -> (u64, Option<Error>) {
    let system = match RedbStore::over(disk.clone()) {
        Ok(store) => PhoneSystem::open(store, options).unwrap(),
        Err(error) => return (0, Some(error.into())),
    };
    let mut acknowledged = 0;
    for step in steps {
        match step(&system) {
            Ok(position) => acknowledged = acknowledged.max(position.unwrap_or(0)),
            Err(error) => {
                poisoned(&system);
                return (acknowledged, Some(error));
            }
        }
    }
    (acknowledged, None)
}

/// Nothing more is done, and nothing is told of what was not kept.
fn poisoned(system: &PhoneSystem) {
    let at = context(None).at;
    let refused = [
        system.execute(&contoso(), &buy(1), &context(None)).map(drop),
        system.submit(&contoso(), &buy(1), &context(None)).map(drop),
        system.query(&contoso(), &Seats {}, at).map(drop),
        system.events_after(0, 10).map(drop),
        system.checkpoint().map(drop),
        system.archive(2, &mut Vec::new()).map(drop),
        system.export(0, &mut Vec::new()).map(drop),
        system.verify().map(drop),
    ];
    for (place, refused) in refused.into_iter().enumerate() {
        let code = refused.err().map(|error| error.code());
        assert_eq!(code, Some(ErrorCode::StorePoisoned), "{place}");
    }
}

/// Opens what is left of a disk that failed, with and without what it had not synced.
fn nothing_is_missing(disk: &Disk, acknowledged: u64) {
    let mut left = Vec::new();
    each_crash(Vec::new(), &disk.steps(), |_, image, later| {
        left = vec![image.to_vec(), wholly(image, later)];
    });
    for image in left {
        let system =
            PhoneSystem::open(RedbStore::over(Disk::of(image)).unwrap(), Options::default())
                .unwrap();
        let last = system.verify().unwrap().last.position;
        assert!(last >= acknowledged, "{last} of {acknowledged} are left");
        system.execute(&contoso(), &buy(1), &context(None)).unwrap();
    }
}

fn one(seats: u32) -> Step {
    Box::new(move |system| Ok(system.execute(&contoso(), &buy(seats), &context(None))?.position))
}

/// Something of everything.
fn steps() -> Vec<Step> {
    vec![
        one(1),
        one(2),
        Box::new(|system| {
            let tickets = [4, 8, 16]
                .map(|seats| system.submit(&contoso(), &buy(seats), &context(None)).unwrap());
            let [first, second, third] = tickets;
            system.wait(third)?;
            // What is durable is acknowledged, whatever fails later.
            system.wait(first)?;
            Ok(system.wait(second)?.position)
        }),
        Box::new(|system| system.checkpoint().map(Some)),
        one(32),
        Box::new(|system| system.archive(4, &mut Vec::new()).map(|_| None)),
        one(64),
        one(128),
    ]
}

#[test]
fn a_sync_that_fails_is_told_and_then_nothing_is_done() {
    for (kind, code) in
        [(ErrorKind::Other, ErrorCode::StoreFailed), (ErrorKind::StorageFull, ErrorCode::StoreFull)]
    {
        let mut failures = 0;
        for sync in 1.. {
            let disk = Disk::failing(Fault::Sync(sync, kind));
            let options = Options::default();
            let (acknowledged, failed) = until_it_fails(&disk, options, &steps());
            nothing_is_missing(&disk, acknowledged);
            let Some(failed) = failed else {
                assert_eq!(acknowledged, 8);
                break;
            };
            assert_eq!(failed.code(), code, "{sync}: {failed}");
            failures += 1;
        }
        assert!(failures >= 10, "{failures}");
    }
}

#[test]
fn a_storage_that_panics_is_an_error() {
    let mut failures = 0;
    for sync in 1.. {
        let disk = Disk::failing(Fault::Panic(sync));
        let (acknowledged, failed) = until_it_fails(&disk, Options::default(), &steps());
        nothing_is_missing(&disk, acknowledged);
        match failed {
            Some(failed) => assert_eq!(failed.code(), ErrorCode::StoreUnreadable, "{sync}"),
            // While it was closed at last; or not at all any more.
            None if disk.syncs() < sync => break,
            None => {}
        }
        failures += 1;
    }
    assert!(failures >= 10, "{failures}");
}

#[test]
fn commits_that_were_archived_are_in_the_archive_whatever_failed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut failures, mut kept) = (0, 0);
    for sync in 1.. {
        let disk = Disk::failing(Fault::Sync(sync, ErrorKind::Other));
        let Ok(system) = opened(&disk, Options::default()) else {
            continue;
        };
        for _ in 0..6 {
            if system.system().execute(&contoso(), &buy(1), &context(None)).is_err() {
                break;
            }
        }
        let path = folder.path().join(sync.to_string());
        let archive = serde_json::json!({ "archive": { "path": path, "before": 5 } });
        let done = system.maintain(archive.to_string().as_bytes());
        drop(system);
        each_crash(Vec::new(), &disk.steps(), |_, image, later| {
            for image in [image.to_vec(), wholly(image, later)] {
                let system = opened(&Disk::of(image), Options::default()).unwrap();
                let archived = system.system().verify().unwrap().archived.position;
                if archived > 0 {
                    let lines = std::fs::read_to_string(&path).unwrap();
                    assert_eq!((archived, lines.lines().count()), (4, 5), "{sync}");
                    kept += usize::from(done.is_err());
                }
            }
        });
        if done.is_ok() {
            break;
        }
        failures += 1;
    }
    // Some were removed though removing them was refused.
    assert!(failures >= 5 && kept >= 1, "{failures} {kept}");
}

#[test]
fn a_file_that_was_only_begun_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("system.phs");
    let disk = Disk::default();
    let store = RedbStore::over(disk.clone()).unwrap();
    let mut random = Random(7);
    let mut begun = 0;
    each_crash(Vec::new(), &disk.steps(), |syncs, image, later| {
        let parts = (0..20).map(|_| partly(image, later, &mut random)).collect::<Vec<_>>();
        for image in [image.to_vec(), wholly(image, later)].into_iter().chain(parts) {
            std::fs::write(&path, &image).unwrap();
            // It is not one yet, or it is.
            match RedbStore::open(&path) {
                Ok(store) => assert_eq!(store.read(0, 1), Ok(Vec::new())),
                Err(error) => {
                    assert!(matches!(error, store::Error::Unreadable { .. }), "{error}");
                    begun += 1;
                }
            }
            std::fs::write(&path, &image).unwrap();
            let store = RedbStore::create(&path).unwrap_or_else(|error| panic!("{syncs}: {error}"));
            let system = PhoneSystem::open(store, Options::default()).unwrap();
            system.execute(&contoso(), &buy(1), &context(None)).unwrap();
            drop(system);
            let store = RedbStore::open(&path).unwrap();
            assert_eq!(store.read(0, 10).unwrap().len(), 1);
        }
    });
    assert!(begun > 20, "{begun}");
    drop(store);

    // Only what nothing was ever kept in: not one that lost its beginning.
    let mut image = disk.image();
    image[..4_096].fill(0);
    std::fs::write(&path, &image).unwrap();
    let refused = RedbStore::create(&path).err().unwrap();
    assert!(matches!(refused, store::Error::Unreadable { .. }), "{refused}");
    assert!(std::fs::read(&path).unwrap() == image, "and it is as it was");
}

#[test]
fn a_checkpoint_that_fails_takes_no_acknowledgement_back() {
    // One that is due after every command.
    let options = options(Some(1));
    let steps: Vec<Step> = (0..12).map(|_| one(1)).collect();
    let (mut by_append, mut by_checkpoint) = (0, 0);
    for sync in 1.. {
        let disk = Disk::failing(Fault::Sync(sync, ErrorKind::Other));
        let (acknowledged, failed) = until_it_fails(&disk, options, &steps);
        nothing_is_missing(&disk, acknowledged);
        match failed.map(|failed| failed.code()) {
            // Nothing was waiting for it: the one before is acknowledged, the next is refused.
            Some(ErrorCode::StorePoisoned) => by_checkpoint += 1,
            Some(code) => {
                assert_eq!(code, ErrorCode::StoreFailed);
                by_append += 1;
            }
            // While the store is closed at the latest, when nobody is told.
            None => {
                assert_eq!(acknowledged, 12);
                break;
            }
        }
    }
    assert!(by_append >= 5 && by_checkpoint >= 5, "{by_append} {by_checkpoint}");
}

#[test]
fn a_full_disk_is_told_and_nothing_is_missing_when_there_is_room_again() {
    // Numbers that are no ranges, so that there is something to be kept.
    let load = |from: u64| -> Step {
        let numbers = (0..800).map(|n| format!("+1425{},US,user\n", 2_000_000 + from + n * 7));
        let csv = format!("TelephoneNumber,IsoCountryCode,Kind\n{}", numbers.collect::<String>());
        let load = LoadStock { csv, mode: Mode::AllOrNothing };
        Box::new(move |system| {
            Ok(system.execute(Subject::Provider, &load, &context(None))?.position)
        })
    };
    let steps: Vec<Step> = (0..120)
        .flat_map(|n| {
            let checkpoint: Step = Box::new(|system| system.checkpoint().map(Some));
            let taken = (n % 7 == 3).then_some(checkpoint);
            [load(n * 6_000)].into_iter().chain(taken)
        })
        .collect();
    let new = Disk::default();
    drop(RedbStore::over(new.clone()).unwrap());
    let new = new.image().len();
    let mut acknowledged_at_most = 0;
    for most in [0, 4_096, new - 1, new, new + 600_000] {
        let disk = Disk::failing(Fault::Full(most));
        let (acknowledged, failed) = until_it_fails(&disk, options(None), &steps);
        let failed = failed.unwrap();
        assert_eq!(failed.code(), ErrorCode::StoreFull, "{most}: {failed}");
        assert_eq!(acknowledged > 0, most >= new, "{most}");
        nothing_is_missing(&disk, acknowledged);
        acknowledged_at_most = acknowledged_at_most.max(acknowledged);
    }
    assert!(acknowledged_at_most > 20, "{acknowledged_at_most}");
}

#[test]
fn what_any_thread_was_told_is_there() {
    for seed in 0..3 {
        let disk = Disk::default();
        let store = Arc::new(RedbStore::over(disk.clone()).unwrap());
        let system = PhoneSystem::open(store.clone(), options(Some(15_000))).unwrap();
        let told = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let (system, told, disk) = (&system, &told, &disk);
                let tell = move |position: Option<u64>| {
                    // Counted when it was told: what is through then made it durable.
                    told.lock().unwrap().push((disk.syncs(), position.unwrap()));
                };
                scope.spawn(move || {
                    for number in 0..12 {
                        let organization = ORGANIZATIONS[number % 2].parse().unwrap();
                        let key = format!("{thread} {number}");
                        let context = context(Some(&key));
                        tell(system.execute(&organization, &buy(1), &context).unwrap().position);
                        let tickets: Vec<_> = (0..number % 4)
                            .map(|_| {
                                let context = self::context(None);
                                system.submit(&organization, &buy(1), &context).unwrap()
                            })
                            .collect();
                        for ticket in tickets {
                            tell(system.wait(ticket).unwrap().position);
                        }
                    }
                });
            }
        });
        let all = store.read(0, usize::MAX).unwrap();
        let told = told.into_inner().unwrap();
        assert_eq!(all.len(), told.len());
        drop((system, store));
        let mut random = Random(seed);
        each_crash(Vec::new(), &disk.steps(), |syncs, image, later| {
            let acknowledged = told.iter().filter(|(told, _)| *told <= syncs);
            let acknowledged = acknowledged.map(|(_, position)| *position).max().unwrap_or(0);
            for image in [image.to_vec(), partly(image, later, &mut random)] {
                let store = Arc::new(RedbStore::over(Disk::of(image)).unwrap());
                let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
                let last = system.verify().unwrap().last.position;
                assert!(last >= acknowledged, "{last} of {acknowledged} after {syncs}");
                assert!(
                    store.read(0, usize::MAX).unwrap() == all[..usize::try_from(last).unwrap()]
                );
            }
        });
    }
}
