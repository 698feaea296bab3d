//! A file that was changed by nobody's will: it is refused, or it is all there. It is never taken
//! for a shorter history, or for another one.
//!
//! `PHONE_SYSTEM_DAMAGE=all` changes every bit of the header, and many more places elsewhere, which
//! takes minutes.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use phone_system_core::billing::Account;
use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::inventory::Stock;
use phone_system_core::json::JsonSystem;
use phone_system_core::licensing::{BuySeats, Sku};
use phone_system_core::organization::{Context, State};
use phone_system_core::store::{MemoryStore, Record, RedbStore, Store};
use phone_system_core::system::{Anchor, Commit, Imported, Options};
use phone_system_core::{Error, OrganizationId, PhoneSystem};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::disk::{Disk, Random};
use crate::histories::{ORGANIZATIONS, set_up};

const PAGE: usize = 4096;
const SECTOR: usize = 512;
/// Where the header ends, and the byte in it that tells which of two states is the newer one and
/// whether the file was closed.
const HEADER: usize = 320;
const FLAGS: usize = 9;

fn named(number: u32) -> OrganizationId {
    ORGANIZATIONS[number as usize % 2].parse().unwrap()
}

fn context(number: u32) -> Context {
    let context = Context::new("2018-04-01T09:00:00Z".parse().unwrap(), "ada".parse().unwrap());
    Context { key: Some(format!("key {number}").parse().unwrap()), ..context }
}

fn buy() -> BuySeats {
    BuySeats { sku: Sku::PhoneSystem, seats: 1 }
}

/// Everything that can be read of a store.
#[derive(Debug, PartialEq)]
struct Whole {
    archived: Anchor,
    last: Anchor,
    records: Vec<Record>,
    states: [(Arc<State>, Arc<Account>); 2],
    stock: Arc<Stock>,
    streams: Vec<(String, u64)>,
    /// What happened in each stream; none if some of it was archived.
    histories: Vec<Option<Vec<Commit>>>,
    /// What some of the keys that may have been used answer.
    keys: Vec<Option<u64>>,
}

/// The keys that may have been used.
const KEYS: u32 = 100;

fn unless_archived<T>(error: Error) -> Result<Option<T>, Error> {
    if error.code() == ErrorCode::StoreArchived { Ok(None) } else { Err(error) }
}

impl Whole {
    fn of(system: &PhoneSystem, store: &RedbStore) -> Result<Self, Error> {
        let verified = system.verify()?;
        let streams = system.streams();
        let histories = streams.iter().map(|(stream, _)| {
            system.stream_after(stream, 0, usize::MAX).map(Some).or_else(unless_archived)
        });
        let keys = (0..KEYS).step_by(9).map(|number| {
            let known = system.dry_run(&named(number), &buy(), &context(number));
            known.map(|known| known.position).or_else(unless_archived)
        });
        Ok(Self {
            archived: verified.archived,
            last: verified.last,
            records: store.read(0, usize::MAX)?,
            states: [0, 1].map(|number| system.snapshot(&named(number))),
            stock: system.stock_snapshot(),
            histories: histories.collect::<Result<_, _>>()?,
            keys: keys.collect::<Result<_, _>>()?,
            streams,
        })
    }

    fn read(image: Vec<u8>) -> Self {
        let store = Arc::new(RedbStore::over(Disk::of(image)).unwrap());
        let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
        Self::of(&system, &store).unwrap()
    }
}

/// A system that is being filled, and the images it had on the way.
struct Filled {
    disk: Disk,
    system: PhoneSystem,
    number: u32,
    images: Vec<Vec<u8>>,
}

impl Filled {
    /// Commits of all kinds: in the log and in the tail, with keys and without, some in a
    /// checkpoint and some not, and some archived.
    fn new(archives: bool) -> Self {
        let disk = Disk::default();
        let store = RedbStore::over(disk.clone()).unwrap();
        let system = JsonSystem::from(PhoneSystem::open(store, Options::default()).unwrap());
        for envelope in set_up() {
            system.execute(&envelope).unwrap();
        }
        drop(system);
        let store = RedbStore::over(disk.clone()).unwrap();
        let system = PhoneSystem::open(store, Options::default()).unwrap();
        let mut filled = Self { disk, system, number: 0, images: Vec::new() };
        filled.group(25);
        filled.system.checkpoint().unwrap();
        filled.group(1);
        filled.group(25);
        if archives {
            filled.system.archive(40, &mut Vec::new()).unwrap();
        }
        for _ in 0..3 {
            filled.group(1);
        }
        filled
    }

    /// Appends so many commits in one go.
    fn group(&mut self, commits: u32) {
        self.images.push(self.disk.image());
        let tickets: Vec<_> = (self.number..self.number + commits)
            .map(|number| self.system.submit(&named(number), &buy(), &context(number)).unwrap())
            .collect();
        for ticket in tickets {
            self.system.wait(ticket).unwrap();
        }
        self.number += commits;
        assert!(self.number < KEYS);
    }

    fn closed(self) -> Vec<u8> {
        self.system.close().unwrap();
        self.disk.image()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// It was not opened.
    Refused,
    /// It was opened, and verifying it says that it was changed.
    Unverified,
    /// It is all there.
    Same,
    /// It is what it was before the last transaction.
    Previous,
    /// None of these.
    Wrong(String),
}

fn outcome(image: Vec<u8>, whole: &Whole, previous: Option<&Whole>) -> Outcome {
    let looked = catch_unwind(AssertUnwindSafe(|| look(image, whole, previous)));
    looked.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Outcome::Wrong(format!("it panicked: {}", text.unwrap_or_default()))
    })
}

fn look(image: Vec<u8>, whole: &Whole, previous: Option<&Whole>) -> Outcome {
    let disk = Disk::of(image);
    let refused = |error: Error, outcome| match error.code() {
        ErrorCode::StoreUnreadable | ErrorCode::StoreCorrupt => outcome,
        code => Outcome::Wrong(format!("{code}: {error}")),
    };
    let store = match RedbStore::over(disk.clone()) {
        Ok(store) => Arc::new(store),
        Err(error) => return refused(error.into(), Outcome::Refused),
    };
    let system = match PhoneSystem::open(store.clone(), Options::default()) {
        Ok(system) => system,
        Err(error) => return refused(error, Outcome::Refused),
    };
    if let Err(error) = system.verify() {
        return refused(error, Outcome::Unverified);
    }
    let seen = match Whole::of(&system, &store) {
        Ok(seen) => seen,
        Err(error) => return Outcome::Wrong(format!("verified, and then {error}")),
    };
    let (outcome, expected) = match previous {
        _ if seen == *whole => (Outcome::Same, whole),
        Some(previous) if seen == *previous => (Outcome::Previous, previous),
        _ => return Outcome::Wrong(format!("it ends at {:?}", seen.last)),
    };
    // It can also be gone on with: what is free in the file is.
    let context = Context { key: None, ..context(0) };
    for number in 0..4 {
        system.execute(&named(number), &buy(), &context).unwrap();
    }
    system.checkpoint().unwrap();
    drop((system, store));
    let store = Arc::new(RedbStore::over(disk).unwrap());
    let system = PhoneSystem::open(store.clone(), Options::default()).unwrap();
    let last = system.verify().unwrap().last.position;
    assert_eq!(last, expected.last.position + 4);
    assert!(store.read(0, usize::MAX).unwrap().starts_with(&expected.records));
    outcome
}

/// The pages in which there is anything.
fn used(image: &[u8]) -> Vec<usize> {
    let pages = image.chunks(PAGE).enumerate();
    pages.filter(|(_, page)| page.iter().any(|byte| *byte != 0)).map(|(at, _)| at).collect()
}

/// Changes an image in every way that is thought of here.
fn damaged(image: &[u8], earlier: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let all = std::env::var("PHONE_SYSTEM_DAMAGE").is_ok_and(|damage| damage == "all");
    let mut random = Random(1);
    let mut images = Vec::new();
    let mut change = |what: String, change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = image.to_vec();
        change(&mut changed);
        if changed != image {
            images.push((what, changed));
        }
    };
    for at in 0..HEADER {
        for bit in 0..8 {
            // Beside the flags there are the sizes, which no checksum covers.
            let sizes = (12..32).contains(&at) && bit == (at + 3) % 8;
            if all || at == FLAGS || sizes || bit == at % 8 {
                change(format!("bit {bit} of byte {at}"), &|image| image[at] ^= 1 << bit);
            }
        }
    }
    let pages = used(image);
    // They have no divisor in common with a page, so each place in a page is come to.
    let (bits, bytes) = if all { (17, 101) } else { (1_009, 4_001) };
    let bytes_in_use = || pages.iter().flat_map(|page| page * PAGE..(page + 1) * PAGE);
    for at in bytes_in_use().step_by(bits) {
        let bit = random.below(8);
        change(format!("bit {bit} of byte {at}"), &|image| image[at] ^= 1 << bit);
    }
    for at in bytes_in_use().step_by(bytes) {
        change(format!("byte {at}"), &|image| image[at] ^= 0xff);
    }
    for start in bytes_in_use().step_by(if all { SECTOR } else { 3 * SECTOR }) {
        let sector = start..start + SECTOR;
        change(format!("sector at {start}"), &|image| image[sector.clone()].fill(0));
    }
    for page in &pages {
        let page = page * PAGE..(page + 1) * PAGE;
        change(format!("page at {}", page.start), &|image| image[page.clone()].fill(0));
        // A write that never reached the disk; not that of the header, which would be a disk that
        // did not write what it said it had.
        for (age, earlier) in earlier.iter().enumerate().filter(|_| page.start > 0) {
            if let Some(earlier) = earlier.get(page.clone()) {
                change(format!("page at {} as it was, {age}", page.start), &|image| {
                    image[page.clone()].copy_from_slice(earlier);
                });
            }
        }
        let other = pages[random.below(pages.len())] * PAGE;
        change(format!("pages at {} and {other}", page.start), &|image| {
            let (one, two) = (image[page.clone()].to_vec(), image[other..other + PAGE].to_vec());
            image[page.clone()].copy_from_slice(&two);
            image[other..other + PAGE].copy_from_slice(&one);
        });
    }
    for end in
        (0..image.len()).step_by(PAGE * 37 + 3).skip(1).chain([1, 9, 64, 319, 320, 512, PAGE])
    {
        change(format!("only {end} bytes"), &|image| image.truncate(end));
        let end = end.next_multiple_of(PAGE);
        change(format!("only {end} bytes"), &|image| image.truncate(end));
    }
    for more in [1, SECTOR, PAGE, 3 * PAGE, 1 << 20] {
        for byte in [0, 7] {
            change(format!("{more} times {byte} more"), &|image| {
                image.resize(image.len() + more, byte);
            });
        }
    }
    images
}

/// What came of each change; those that are wrong are told.
fn outcomes(
    image: &[u8],
    earlier: &[Vec<u8>],
    whole: &Whole,
    previous: Option<&Whole>,
) -> BTreeMap<Outcome, Vec<String>> {
    assert_eq!(outcome(image.to_vec(), whole, previous), Outcome::Same);
    let mut told: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    for (what, image) in damaged(image, earlier) {
        told.entry(outcome(image, whole, previous)).or_default().push(what);
    }
    for (outcome, changes) in &told {
        println!("{}: {outcome:?}, as {:?}", changes.len(), &changes[..changes.len().min(12)]);
    }
    let wrong = told.keys().filter(|outcome| matches!(outcome, Outcome::Wrong(_))).count();
    assert_eq!(wrong, 0);
    told
}

#[test]
fn a_closed_file_that_was_damaged_is_refused_or_all_there() {
    for archives in [false, true] {
        let mut filled = Filled::new(archives);
        let earlier = std::mem::take(&mut filled.images).split_off(4);
        let image = filled.closed();
        let whole = Whole::read(image.clone());
        let told = outcomes(&image, &earlier, &whole, None);
        assert!(told[&Outcome::Refused].len() > 100);
        // What is free, and the older of the two states.
        assert!(told[&Outcome::Same].len() > 10);
    }
}

#[test]
fn a_file_that_was_not_closed_may_lack_the_last_transaction_when_it_was_damaged_and_no_more() {
    for last in [1, 25] {
        let mut filled = Filled::new(last == 1);
        filled.group(last);
        let earlier = filled.images.split_off(4);
        let previous = Whole::read(earlier.last().unwrap().clone());
        let image = filled.disk.image();
        let whole = Whole::read(image.clone());
        assert_eq!(previous.last.position + u64::from(last), whole.last.position);
        let told = outcomes(&image, &earlier, &whole, Some(&previous));
        // A page of the last transaction that was damaged looks like one that was never written.
        assert!(!told[&Outcome::Previous].is_empty());
        // The two flags alone bring nothing back: which state is newer is told by the states.
        let flags = |what: &String| what.ends_with(&format!("of byte {FLAGS}"));
        assert!(!told[&Outcome::Previous].iter().any(flags));
    }
}

fn import(lines: &[u8]) -> Result<(PhoneSystem, Imported), Error> {
    PhoneSystem::import(MemoryStore::default(), Options::default(), &mut Cursor::new(lines))
}

/// What an export is changed by: a piece of it is put in another place, or other bytes are.
fn changes() -> impl Strategy<Value = Vec<(Index, Index, Index, Option<Vec<u8>>)>> {
    let bytes = prop::option::of(prop::collection::vec(any::<u8>(), 0..4));
    let change = (any::<Index>(), any::<Index>(), any::<Index>(), bytes);
    prop::collection::vec(change, 1..4)
}

#[test]
fn an_export_whose_page_has_another_name_is_refused() {
    let system = PhoneSystem::in_memory();
    for number in 0..6 {
        system.execute(&named(number), &buy(), &context(number)).unwrap();
    }
    system.archive(4, &mut Vec::new()).unwrap();
    let mut export = Vec::new();
    system.export(0, &mut export).unwrap();
    let export = String::from_utf8(export).unwrap();
    assert!(import(export.as_bytes()).is_ok());
    let name = "\"page\":\"index/organization:contoso/00000000000000000001\"";
    assert_eq!(export.matches(name).count(), 1);
    let export = export.replace(name, &name.replace("contoso", "contosi"));
    let refused = import(export.as_bytes()).err().unwrap();
    assert_eq!(refused.code(), ErrorCode::StoreUnreadable);
}

proptest! {
    #![proptest_config(crate::random(192))]

    #[test]
    fn a_changed_export_is_refused_or_verified(changes in changes(), archives in any::<bool>()) {
        let system = PhoneSystem::in_memory();
        for number in 0..6 {
            system.execute(&named(number), &buy(), &context(number)).unwrap();
        }
        if archives {
            system.archive(4, &mut Vec::new()).unwrap();
        }
        let mut export = Vec::new();
        system.export(0, &mut export).unwrap();
        let original = export.clone();
        for (from, length, to, bytes) in changes {
            let from = from.index(export.len());
            let end = from + length.index(export.len() - from);
            let piece = bytes.unwrap_or_else(|| export[from..end].to_vec());
            let to = to.index(export.len());
            let replaced = to..(to + piece.len()).min(export.len());
            export.splice(replaced, piece);
        }
        if let Ok((again, imported)) = import(&export) {
            prop_assert_eq!(again.verify().unwrap().last, imported.last);
            // It is the same, or the first lines of it.
            let commits = again.events_after(imported.last.position - imported.commits, 9).unwrap();
            let wanted = system.events_after(imported.last.position - imported.commits, 9).unwrap();
            prop_assert!(wanted.starts_with(&commits), "{}", String::from_utf8_lossy(&export));
            let mut export = Vec::new();
            again.export(0, &mut export).unwrap();
            prop_assert_eq!(import(&export).unwrap().1, imported);
        } else {
            prop_assert!(export != original);
        }
    }

    #[test]
    fn any_bytes_are_a_store_or_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 0..12_000),
        begins in any::<bool>(),
    ) {
        if begins {
            let header = b"redb\x1a\x0a\xa9\x0d\x0a";
            let length = header.len().min(bytes.len());
            bytes[..length].copy_from_slice(&header[..length]);
        }
        prop_assert!(import(&bytes).is_err());
        // A file without a byte is made; nothing else is taken for one.
        let is_empty = bytes.is_empty();
        match RedbStore::over(Disk::of(bytes)) {
            Ok(_) => prop_assert!(is_empty),
            Err(error) => prop_assert_eq!(Error::from(error).code(), ErrorCode::StoreUnreadable),
        }
    }
}
