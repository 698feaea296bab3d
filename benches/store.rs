//! The durable store beside `SQLite`, with the time that the disk itself takes.
//!
//! Not by criterion: what is measured waits for the disk, so that medians of many commits say more
//! than repeated loops, and what is written is counted besides. `-- --millions N` adds the opening of
//! a store of N million commits, which takes a minute for each ten.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark may panic"
)]
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(clippy::print_stdout, reason = "the figures are what it is run for")]

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use phone_system_benches::{call, caller_with_credits, contoso};
use phone_system_core::address::{Create, ValidateAddresses};
use phone_system_core::billing::{AuthorizeCall, Settlement};
use phone_system_core::bulk::Mode;
use phone_system_core::inventory::{Assign, ImportOwned, NumberAssignment, Target};
use phone_system_core::licensing::{self, Assignment, BuySeats, Sku};
use phone_system_core::organization::{Context, Seats, SettleCalls};
use phone_system_core::store::RedbStore;
use phone_system_core::system::{Options, Subject};
use phone_system_core::{OrganizationId, PhoneSystem};
use redb::StorageBackend;
use redb::backends::FileBackend;
use rusqlite::{Connection, params};
use serde_json::json;

/// How often something is done before its median is told.
const SAMPLES: usize = 300;

fn median(mut samples: Vec<Duration>) -> Duration {
    samples.sort_unstable();
    samples[samples.len() / 2]
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn micros(duration: Duration) -> String {
    format!("{} us", duration.as_nanos() / 1_000)
}

fn per_second(count: usize, duration: Duration) -> String {
    let count = u128::try_from(count).unwrap();
    format!("{} a second", count * 1_000_000_000 / duration.as_nanos().max(1))
}

/// A file that counts what is written to it.
#[derive(Debug)]
struct Counting {
    file: FileBackend,
    counts: Arc<Counts>,
    /// A wait in place of each sync, for comparing machines whose disks differ.
    pretended: Option<Duration>,
}

#[derive(Debug, Default)]
struct Counts {
    syncs: AtomicU64,
    bytes: AtomicU64,
}

impl Counts {
    fn now(&self) -> (u64, u64) {
        (self.syncs.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

impl StorageBackend for Counting {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.counts.syncs.fetch_add(1, Ordering::Relaxed);
        let Some(sync) = self.pretended else {
            return self.file.sync_data();
        };
        let start = Instant::now();
        while start.elapsed() < sync {
            std::hint::spin_loop();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.counts.bytes.fetch_add(data.len() as u64, Ordering::Relaxed);
        self.file.write(offset, data)
    }
}

fn counting_store(path: &Path, pretended: Option<Duration>) -> (RedbStore, Arc<Counts>) {
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path).unwrap();
    let counts = Arc::new(Counts::default());
    let file = FileBackend::new(file).unwrap();
    let backend = Counting { file, counts: counts.clone(), pretended };
    (RedbStore::over(backend).unwrap(), counts)
}

struct Ours {
    system: PhoneSystem,
    contoso: OrganizationId,
    context: Context,
    command: BuySeats,
    counts: Arc<Counts>,
}

impl Ours {
    fn new(path: &Path, pretended: Option<Duration>) -> Self {
        let (store, counts) = counting_store(path, pretended);
        let system = PhoneSystem::open(store, Options::default());
        Self {
            system: system.unwrap(),
            contoso: "contoso".parse().unwrap(),
            context: context(),
            command: BuySeats { sku: Sku::E5, seats: 1 },
            counts,
        }
    }

    fn one(&self) {
        self.system.execute(&self.contoso, &self.command, &self.context).unwrap();
    }

    fn group(&self, commands: usize) {
        let submit = |_| self.system.submit(&self.contoso, &self.command, &self.context).unwrap();
        let tickets: Vec<_> = (0..commands).map(submit).collect();
        for ticket in tickets {
            self.system.wait(ticket).unwrap();
        }
    }
}

fn context() -> Context {
    Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap())
}

/// The same in SQL: the state in a table, and beside it a row of what happened.
struct Sqlite(Connection);

impl Sqlite {
    fn new(path: &Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.pragma_update(None, "synchronous", "full").unwrap();
        connection
            .execute_batch(
                "create table seats (organization text, sku text, bought integer,
                     primary key (organization, sku)) without rowid;
                 create table events (position integer primary key, organization text, at text,
                     actor text, key text unique, command text, event text);",
            )
            .unwrap();
        Self(connection)
    }

    fn group(&mut self, commands: usize) {
        let transaction = self.0.transaction().unwrap();
        for _ in 0..commands {
            let mut seats = transaction
                .prepare_cached(
                    "insert into seats values (?1, ?2, ?3) on conflict (organization, sku)
                     do update set bought = bought + excluded.bought returning bought",
                )
                .unwrap();
            let bought: u32 = seats
                .query_row(params!["contoso", "ENTERPRISEPREMIUM", 1], |row| row.get(0))
                .unwrap();
            let mut events = transaction
                .prepare_cached(
                    "insert into events (organization, at, actor, command, event)
                     values (?1, ?2, ?3, ?4, ?5)",
                )
                .unwrap();
            let event = format!(r#"{{"sku":"ENTERPRISEPREMIUM","seats":1,"bought":{bought}}}"#);
            let command = "licensing.buy_seats";
            events
                .execute(params!["contoso", "2018-04-01T09:00:00Z", "ada", command, event])
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}

/// What one write of a page and its sync take, without any store.
fn sync_of_the_disk(folder: &Path) -> Duration {
    let file = File::create(folder.join("sync")).unwrap();
    file.set_len(16 << 20).unwrap();
    let page = [7; 4_096];
    let one = |at: usize| {
        timed(|| {
            file.write_all_at(&page, (at * page.len()) as u64).unwrap();
            file.sync_data().unwrap();
        })
    };
    median((0..SAMPLES).map(one).collect())
}

fn commits(folder: &Path) {
    let disk = || micros(sync_of_the_disk(folder));
    println!("write of 4 KiB and fdatasync: {}, {}, {}", disk(), disk(), disk());
    let ours = Ours::new(&folder.join("ours"), None);
    let mut sqlite = Sqlite::new(&folder.join("sqlite"));
    let mut history = 0;
    for target in [1, 1_000, 100_000] {
        while history < target {
            ours.group(1_000.min(target - history));
            sqlite.group(1_000.min(target - history));
            history += 1_000.min(target - history);
        }
        println!("after {history} commits");
        let (syncs, bytes) = ours.counts.now();
        // By turns, so that what else the machine does falls on both.
        let (mut one, mut other) = (Vec::new(), Vec::new());
        for _ in 0..SAMPLES {
            one.push(timed(|| ours.one()));
            other.push(timed(|| sqlite.group(1)));
        }
        let (syncs, bytes) = (ours.counts.now().0 - syncs, ours.counts.now().1 - bytes);
        let samples = SAMPLES as u64;
        println!("  single: {}; SQLite {}", micros(median(one)), micros(median(other)));
        println!(
            "  single: {syncs} syncs and {} bytes for {samples} commits: {} bytes each",
            bytes,
            bytes / samples
        );
        for size in [100, 1_000] {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            for _ in 0..SAMPLES / 10 {
                one.push(timed(|| ours.group(size)));
                other.push(timed(|| sqlite.group(size)));
            }
            let (one, other) = (median(one), median(other));
            println!(
                "  {size} a commit: {}; SQLite {}",
                per_second(size, one),
                per_second(size, other)
            );
            history += size * (SAMPLES / 10);
        }
        history += SAMPLES;
    }
    for clients in [8, 64] {
        let each = 4_000 / clients;
        let (syncs, _) = ours.counts.now();
        let took = timed(|| {
            std::thread::scope(|scope| {
                for _ in 0..clients {
                    scope.spawn(|| (0..each).for_each(|_| ours.one()));
                }
            });
        });
        let syncs = ours.counts.now().0 - syncs;
        println!(
            "{clients} clients, one command after the other: {}, {syncs} syncs for {}",
            per_second(clients * each, took),
            clients * each
        );
    }
}

/// Groups where a sync takes 100 us, whatever it takes here.
fn groups_on_a_quick_disk(folder: &Path) {
    let ours = Ours::new(&folder.join("quick"), Some(Duration::from_micros(100)));
    for size in [100, 1_000, 100] {
        let groups = (0..SAMPLES).map(|_| timed(|| ours.group(size))).collect();
        let rate = per_second(size, median(groups));
        println!("a wait of 100 us in place of each sync, {size} a commit: {rate}");
    }
}

/// Calls that end and are settled, each by a command of its own; a group is made durable together.
fn settlements(folder: &Path) {
    const GROUPS: usize = 30;
    let (store, counts) = counting_store(&folder.join("calls"), None);
    let system = caller_with_credits(PhoneSystem::open(store, Options::default()).unwrap());
    let (contoso, context) = (contoso(), phone_system_benches::context());
    let mut next = 0;
    for size in [1, 100, 1_000] {
        let (mut took, mut syncs) = (Vec::new(), 0);
        for _ in 0..GROUPS {
            let calls: Vec<_> = (next..next + size).map(call).collect();
            next += size;
            let requests = calls.iter().map(|call| (Subject::from(&contoso), call, &context));
            let held = system.execute_batch(requests);
            assert!(held.iter().all(Result::is_ok));
            let settle = |call: &AuthorizeCall| {
                let (call, duration) =
                    (call.call.clone(), phone_system_core::Duration::from_seconds(90));
                SettleCalls { calls: vec![Settlement { call, duration }], mode: Mode::default() }
            };
            let settled: Vec<_> = calls.iter().map(settle).collect();
            let before = counts.now().0;
            took.push(timed(|| {
                let requests = settled.iter().map(|call| (Subject::from(&contoso), call, &context));
                let answers = system.execute_batch(requests);
                assert!(answers.iter().all(Result::is_ok));
            }));
            syncs += counts.now().0 - before;
        }
        let rate = per_second(size, median(took));
        println!("settled, {size} a group: {rate}; {syncs} syncs for {GROUPS} groups");
    }
}

/// 100,000 owned numbers, half of them assigned to people who are licensed.
fn owned_numbers(folder: &Path) {
    const NUMBERS: u64 = 100_000;
    let path = folder.join("numbers");
    let system = PhoneSystem::open(RedbStore::create(&path).unwrap(), Options::default()).unwrap();
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let execute = |csv: String| {
        let import = ImportOwned { csv, mode: Mode::AllOrNothing };
        system.execute(&contoso, &import, &context()).unwrap();
    };
    let number = |place: u64| format!("+1{}", 4_255_000_000 + place);
    for first in (0..NUMBERS).step_by(10_000) {
        let mut csv = "TelephoneNumber,IsoCountryCode,IsoSubdivision,City,Capability\n".to_owned();
        for place in first..first + 10_000 {
            writeln!(csv, "{},US,WA,Bellevue,UserAssignment", number(place)).unwrap();
        }
        execute(csv);
    }
    for sku in [Sku::E5, Sku::Domestic] {
        let buy = BuySeats { sku, seats: 50_000 };
        system.execute(&contoso, &buy, &context()).unwrap();
    }
    let address = json!({ "id": "hq", "address": { "country": "US", "company_name": "Contoso", "house_number": "400",
        "street_name": "Broad St", "city": "Seattle", "state_or_province": "WA", "postal_code": "98109" } });
    let create: Create = serde_json::from_value(address).unwrap();
    system.execute(&contoso, &create, &context()).unwrap();
    let hq = create.id;
    let validate = ValidateAddresses { ids: vec![hq.clone()], mode: Mode::AllOrNothing };
    system.execute(&contoso, &validate, &context()).unwrap();
    let user = |place: u64| format!("user{place:06}@example.com");
    for first in (0..NUMBERS / 2).step_by(1_000) {
        let places = || first..first + 1_000;
        let assignments = places().map(|place| Assignment {
            user: user(place).parse().unwrap(),
            usage_location: "US".parse().unwrap(),
            skus: vec![Sku::E5, Sku::Domestic],
        });
        let assign =
            licensing::Assign { assignments: assignments.collect(), mode: Mode::AllOrNothing };
        system.execute(&contoso, &assign, &context()).unwrap();
        let assignments = places().map(|place| NumberAssignment {
            number: number(place).parse().unwrap(),
            target: Target::User(user(place).parse().unwrap()),
            location: Some(hq.clone()),
        });
        let assign = Assign { assignments: assignments.collect(), mode: Mode::AllOrNothing };
        system.execute(&contoso, &assign, &context()).unwrap();
    }
    system.checkpoint().unwrap();
    drop(system);
    let open = |_| {
        timed(|| {
            let store = RedbStore::open(&path).unwrap();
            PhoneSystem::open(store, Options::default()).unwrap();
        })
    };
    println!("opening {NUMBERS} owned numbers: {}", micros(median((0..9).map(open).collect())));
}

/// A history of single-event commits, and how long it takes to open it.
fn long_history(folder: &Path, millions: usize) {
    let path = folder.join("history");
    let ours = Ours::new(&path, None);
    let commits = millions * 1_000_000;
    let took = timed(|| (0..commits / 1_000).for_each(|_| ours.group(1_000)));
    println!("{commits} commits written: {} ({} s)", per_second(commits, took), took.as_secs());
    let took = timed(|| ours.system.close().unwrap());
    println!("closed: {}; the file has {} MiB", micros(took), path.metadata().unwrap().len() >> 20);
    for (how, from_start) in [("with its checkpoint", false), ("every commit applied", true)] {
        let mut options = Options::default();
        options.from_start = from_start;
        let took = timed(|| {
            let system = PhoneSystem::open(RedbStore::open(&path).unwrap(), options).unwrap();
            let seats = system.query(&ours.contoso, &Seats {}, ours.context.at).unwrap();
            assert_eq!(seats.seats[0].bought as usize, commits);
        });
        println!("opened, {how}: {}", micros(took));
    }
}

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--millions").skip(1);
    let millions = arguments.next().and_then(|count| count.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    if let Some(millions) = millions {
        long_history(folder.path(), millions);
        return;
    }
    groups_on_a_quick_disk(folder.path());
    commits(folder.path());
    settlements(folder.path());
    owned_numbers(folder.path());
    io::stdout().flush().unwrap();
}
