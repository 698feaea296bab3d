//! Tells what a store holds, and verifies it.
//!
//! ```sh
//! cargo run --release --example inspect -- numbers.phs
//! cargo run --release --example inspect -- numbers.phs export commits.jsonl
//! cargo run --release --example inspect -- numbers.phs import commits.jsonl
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::path::Path;
use std::process::ExitCode;

use phone_system_core::PhoneSystem;
use phone_system_core::store::RedbStore;
use phone_system_core::system::{Commit, Options, Part};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [store] => inspect(Path::new(store)),
        [store, "export", lines] => export(Path::new(store), Path::new(lines)),
        [store, "import", lines] => import(Path::new(store), Path::new(lines)),
        _ => Err("usage: inspect STORE [export LINES | import LINES]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn open(path: &Path) -> Result<PhoneSystem, Box<dyn Error>> {
    // Only looked at: no checkpoint is taken.
    let mut options = Options::default();
    options.checkpoint_after = None;
    Ok(PhoneSystem::open(RedbStore::open(path)?, options)?)
}

fn inspect(path: &Path) -> Result<(), Box<dyn Error>> {
    let system = open(path)?;
    let verified = system.verify()?;
    println!("{}: {} bytes", path.display(), path.metadata()?.len());
    println!("verified  {} commits", verified.commits);
    println!("last      {} {}", verified.last.position, verified.last.hash);
    if verified.archived.position > 0 {
        println!("archived  {} {}", verified.archived.position, verified.archived.hash);
    }
    println!("checkpoint {}", verified.checkpoint);

    println!("\nstreams");
    for (stream, commits) in system.streams() {
        println!("  {commits:>9}  {stream}");
    }
    let mut events: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut instants = None;
    let mut position = verified.archived.position;
    loop {
        let commits = system.events_after(position, 1_000)?;
        let Some(last) = commits.last() else {
            break;
        };
        position = last.header.position;
        for commit in &commits {
            let at = commit.header.at;
            let (first, last) = instants.unwrap_or((at, at));
            instants = Some((first.min(at), last.max(at)));
            for name in names(commit) {
                let count = events.entry(name).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    if let Some((first, last)) = instants {
        println!("\nfrom {first} to {last}");
    }
    println!("\nevents");
    for (event, count) in events {
        println!("  {count:>9}  {event}");
    }
    Ok(())
}

/// The names of a commit's events.
fn names(commit: &Commit) -> impl Iterator<Item = &'static str> {
    let payload = &commit.payload;
    let organization = payload.organization.iter().flat_map(Part::all);
    let account = payload.account.iter().flat_map(Part::all);
    let stock = payload.stock.iter().flat_map(Part::all);
    let organization = organization.map(phone_system_core::organization::Event::name);
    let account = account.map(phone_system_core::billing::Event::name);
    organization.chain(account).chain(stock.map(phone_system_core::inventory::StockEvent::name))
}

fn export(path: &Path, lines: &Path) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::new(OpenOptions::new().write(true).create_new(true).open(lines)?);
    let exported = open(path)?.export(0, &mut out)?;
    out.into_inner()?.sync_all()?;
    println!("{} commits, the last {}", exported.commits, exported.last.position);
    Ok(())
}

fn import(path: &Path, lines: &Path) -> Result<(), Box<dyn Error>> {
    let mut lines = BufReader::new(File::open(lines)?);
    let store = RedbStore::create(path)?;
    let (system, imported) = PhoneSystem::import(store, Options::default(), &mut lines)?;
    system.close()?;
    println!("{} commits, the last {}", imported.commits, imported.last.position);
    Ok(())
}
