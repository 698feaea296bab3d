//! What earlier versions wrote is read for ever.
//!
//! `vectors/events.jsonl` has an event of every type as it was first written, `vectors/store.jsonl` an
//! export with a checkpoint. Neither is ever changed; `UPDATE_VECTORS=1` adds events of new types.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use phone_system_core::json::JsonSystem;
use phone_system_core::store::MemoryStore;
use phone_system_core::system::{Commit, Options, Part, event_names};
use phone_system_core::{PhoneSystem, billing, inventory, organization};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::vectors::{read, step, transcripts};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

/// Every system that the transcripts come to.
fn systems() -> Vec<JsonSystem> {
    let mut systems = Vec::new();
    for (_, text) in transcripts() {
        systems.push(JsonSystem::from(PhoneSystem::in_memory()));
        for one in read(&text) {
            match one.verb {
                "system" => systems.push(JsonSystem::from(PhoneSystem::in_memory())),
                verb => drop(step(systems.last().unwrap(), verb, one.payload)),
            }
        }
    }
    systems
}

/// The events of a commit, by their types, as they are written.
fn events(commit: &Commit) -> Vec<(&'static str, String)> {
    fn text(event: &impl Serialize) -> String {
        serde_json::to_string(event).unwrap()
    }
    let payload = &commit.payload;
    let organization = payload.organization.iter().flat_map(Part::all);
    let account = payload.account.iter().flat_map(Part::all);
    let stock = payload.stock.iter().flat_map(Part::all);
    organization
        .map(|event| (event.name(), text(event)))
        .chain(account.map(|event| (event.name(), text(event))))
        .chain(stock.map(|event| (event.name(), text(event))))
        .collect()
}

/// The event with its type, read by whoever knows that type, and written again.
fn rewritten(line: &str) -> String {
    fn again<E: DeserializeOwned + Serialize>(line: &str) -> Option<String> {
        serde_json::from_str::<E>(line).ok().map(|event| serde_json::to_string(&event).unwrap())
    }
    again::<organization::Event>(line)
        .or_else(|| again::<billing::Event>(line))
        .or_else(|| again::<inventory::StockEvent>(line))
        .unwrap_or_else(|| panic!("{line} is read no more"))
}

#[test]
fn every_event_is_read_as_it_was_first_written() {
    let known = fs::read_to_string(path("events.jsonl")).unwrap_or_default();
    let mut golden: BTreeMap<String, String> = BTreeMap::new();
    for line in known.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = event["type"].as_str().unwrap().to_owned();
        assert_eq!(rewritten(line), line);
        assert!(golden.insert(name, line.to_owned()).is_none(), "{line} is there twice");
    }
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        for system in systems() {
            for commit in system.system().events_after(0, usize::MAX).unwrap() {
                for (name, text) in events(&commit) {
                    golden.entry(name.to_owned()).or_insert(text);
                }
            }
        }
        let lines: String = golden.values().flat_map(|line| [line, "\n"]).collect();
        fs::write(path("events.jsonl"), lines).unwrap();
    }
    let missing: Vec<_> = event_names().filter(|name| !golden.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no golden event of {missing:?}");
    assert_eq!(golden.len(), event_names().count(), "an event is known no more");
}

#[test]
fn a_store_is_read_as_it_was_first_written() {
    if !path("store.jsonl").exists() {
        let systems = systems();
        let system = systems.iter().max_by_key(|system| {
            let commits = system.system().events_after(0, usize::MAX).unwrap();
            let mut names: Vec<_> = commits.iter().flat_map(events).map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            names.len()
        });
        let system = system.unwrap().system();
        let (last, mut lines) = (system.verify().unwrap().last.position, Vec::new());
        system.archive(last / 2, &mut Vec::new()).unwrap();
        system.export(0, &mut lines).unwrap();
        fs::write(path("store.jsonl"), lines).unwrap();
    }
    let written = fs::read(path("store.jsonl")).unwrap();
    let store = Arc::new(MemoryStore::default());
    let mut lines = Cursor::new(&written);
    let (system, imported) =
        PhoneSystem::import(store.clone(), Options::default(), &mut lines).unwrap();
    assert!(imported.commits > 5);
    let verified = system.verify().unwrap();
    assert!(verified.archived.position > 5 && verified.checkpoint > verified.archived.position);
    let mut again = Vec::new();
    system.export(0, &mut again).unwrap();
    assert!(again == written, "an export of it is not what was imported");

    // The states that follow have the text that a checkpoint would have now.
    let system = PhoneSystem::open(store, Options::default()).unwrap();
    system.checkpoint().unwrap();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    system.export(0, &mut first).unwrap();
    let (system, _) =
        PhoneSystem::import(MemoryStore::default(), Options::default(), &mut Cursor::new(&first))
            .unwrap();
    system.export(0, &mut second).unwrap();
    assert!(first == second);
}
