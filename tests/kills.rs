//! A process that is killed while it writes: whatever it said was acknowledged is in the file.
//!
//! The writing process is this test's own program, started again for one test. `PHONE_SYSTEM_KILLS`
//! tells how often it is killed.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use phone_system_core::PhoneSystem;
use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::json::JsonSystem;
use phone_system_core::store::{MemoryStore, RedbStore};
use phone_system_core::system::Options;
use serde_json::{Value, json};

use crate::accounts::{START, agrees, at, give_list, set_up, state};
use crate::auditor::audit_commits;
use crate::disk::Random;
use crate::histories::ORGANIZATIONS;

/// Tells the writer in which folder it writes, and what its keys begin with.
const FOLDER: &str = "PHONE_SYSTEM_KILLS_FOLDER";
const ROUND: &str = "PHONE_SYSTEM_KILLS_ROUND";
const FILE: &str = "system.phs";

fn envelope(organization: &str, name: &str, fields: &Value, key: Option<&str>) -> Vec<u8> {
    let envelope = json!({ "organization": organization, "at": at(START), "actor": "ada",
        "key": key, "command": { "name": name, "fields": fields } });
    envelope.to_string().into_bytes()
}

/// The command that has the key, with the key or without it; so whoever knows the key can ask for it
/// again. A group, whose keys differ in their last digit, authorizes a call and then settles it.
fn asked(key: &str, keyed: bool) -> Vec<u8> {
    let (group, place) = key.rsplit_once(' ').unwrap();
    let sum: usize = key.bytes().map(usize::from).sum();
    let numbers = ["+14255550100", "+442079460123"];
    let call = |call: &str| {
        json!({ "call": call, "kind": "user_out", "location": "US", "user": "u1@example.com",
            "called": numbers[sum % 2] })
    };
    let ask =
        |organization, name, fields| envelope(organization, name, &fields, keyed.then_some(key));
    match place {
        "0" => {
            let seats = json!({ "sku": "MCOEV", "seats": 1 });
            ask(ORGANIZATIONS[sum / 2 % 2], "licensing.buy_seats", seats)
        }
        "1" => ask("contoso", "billing.authorize", call(group)),
        "2" => {
            let settled = json!({ "call": group, "duration": "PT2M" });
            ask("contoso", "billing.settle", json!({ "calls": [settled] }))
        }
        "3" => {
            let mut ended = call(key);
            (ended["started_at"], ended["duration"]) = (json!(at(START)), json!("PT1M"));
            ask("contoso", "billing.charge", json!({ "calls": [ended] }))
        }
        _ => ask("contoso", "billing.add_funds", json!({ "amount": "1.00" })),
    }
}

/// Opens what is there, with the price list.
fn opened(folder: &Path, options: Options) -> JsonSystem {
    let store = RedbStore::create(folder.join(FILE)).unwrap();
    let system = JsonSystem::from(PhoneSystem::open(store, options).unwrap());
    give_list(&system);
    system
}

fn position(answer: &str) -> u64 {
    serde_json::from_str::<Value>(answer).unwrap()["position"].as_u64().unwrap()
}

/// Lines that are durable when they were flushed.
struct Durable(File);

impl Write for Durable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.sync_all()
    }
}

#[test]
#[ignore = "it writes until it is killed, by the other test"]
fn writer() {
    let Ok(folder) = env::var(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let round = env::var(ROUND).unwrap();
    let mut options = Options::default();
    options.checkpoint_after = Some(40_000);
    let system = opened(folder, options);
    let funds = ("billing.add_funds", json!({ "amount": "1000000.00" }));
    for (place, (name, fields)) in set_up().into_iter().chain([funds]).enumerate() {
        let key = format!("set up {place}");
        if let Err(error) = system.execute(&envelope("contoso", name, &fields, Some(&key))) {
            assert_eq!(error.code(), ErrorCode::StoreArchived, "it was set up long ago");
        }
    }
    // In one write, so that a line is there as a whole or not at all.
    let tell = |answer: &str, key: &str| {
        let line = format!("\nkept {} {key}\n", position(answer));
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes()).unwrap();
        out.flush().unwrap();
    };
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (system, tell, round) = (&system, &tell, &round);
            scope.spawn(move || {
                for number in 0.. {
                    let keys: Vec<_> = (0..=number % 5)
                        .map(|place| format!("{round} {thread} {number} {place}"))
                        .collect();
                    if let [key] = keys.as_slice() {
                        tell(&system.execute(&asked(key, true)).unwrap(), key);
                    } else {
                        let ticket = |key: &String| system.submit(&asked(key, true)).unwrap();
                        let tickets: Vec<_> = keys.iter().map(ticket).collect();
                        for (ticket, key) in tickets.into_iter().zip(&keys) {
                            tell(&system.wait(ticket).unwrap(), key);
                        }
                    }
                    if thread == 0 && number % 16 == 7 {
                        system.system().checkpoint().unwrap();
                    }
                    if thread == 1 && number % 24 == 11 {
                        let last = system.system().checkpoint().unwrap();
                        let out = folder.join(format!("archive {round} {number}"));
                        let out = File::create_new(out).unwrap();
                        let before = last.saturating_sub(20).max(1);
                        system.system().archive(before, &mut Durable(out)).unwrap();
                    }
                }
            });
        }
    });
}

/// One file, and everything that is known of what is in it.
#[derive(Default)]
struct Known {
    /// What was acknowledged and not yet looked for.
    told: Vec<(u64, String)>,
    /// Each commit as it is exported.
    commits: BTreeMap<u64, String>,
    /// The last that was acknowledged.
    last: u64,
}

/// What all rounds together came to.
#[derive(Debug, Default)]
struct Figures {
    kills: usize,
    acknowledged: usize,
    /// How often commits were there that were not acknowledged before the end.
    more: usize,
    /// How often the file was not even there, or nothing in it.
    nothing: usize,
    files: usize,
    /// The most calls that were charged in one file.
    charged: usize,
}

impl Known {
    /// Starts a writer and kills it after a while; remembers what it said was acknowledged.
    fn kill_one(&mut self, folder: &Path, round: usize, random: &mut Random) {
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["kills::writer", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .env(ROUND, round.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = writer.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map(Result::unwrap);
            lines
                .filter_map(|line| {
                    let (position, key) = line.strip_prefix("kept ")?.split_once(' ')?;
                    Some((position.parse().unwrap(), key.to_owned()))
                })
                .collect::<Vec<(u64, String)>>()
        });
        // Some die while the file is made or recovered.
        let most = if random.below(4) == 0 { 30 } else { 296 };
        std::thread::sleep(Duration::from_millis(5 + random.next() % most));
        let ended = writer.try_wait().unwrap();
        writer.kill().unwrap();
        writer.wait().unwrap();
        if let Some(ended) = ended {
            let mut said = String::new();
            writer.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("round {round}: the writer ended by itself, {ended}: {said}");
        }
        self.told.extend(reader.join().unwrap());
    }

    /// Takes in lines of an export or an archive. What is known already has the same characters.
    fn take_in(&mut self, lines: &str) {
        // The last line may have been cut off with the process.
        let whole = lines.rsplit_once('\n').unwrap_or_default().0;
        for line in whole.lines().skip(1).filter(|line| line.starts_with("{\"header\"")) {
            let (_, position) = line.split_once("\"position\":").unwrap();
            let position = position.split(',').next().unwrap().parse().unwrap();
            let known = self.commits.entry(position).or_insert_with(|| line.to_owned());
            assert_eq!(known, line, "{position}");
        }
    }

    /// Opens what is left, and looks for everything that was acknowledged.
    fn look(&mut self, folder: &Path, figures: &mut Figures) {
        let json = opened(folder, Options::default());
        let system = json.system();
        let verified = system.verify().unwrap();
        let last = verified.last.position;
        let told = std::mem::take(&mut self.told);
        let acknowledged = told.iter().map(|(position, _)| *position).max();
        self.last = self.last.max(acknowledged.unwrap_or(0));
        assert!(last >= self.last, "{last} of {} are left", self.last);
        figures.acknowledged += told.len();
        figures.more += usize::from(last > self.last);
        figures.nothing += usize::from(last == 0);
        // Nobody asks again for what was not acknowledged; it counts from now on.
        self.last = last;

        // The whole history: what was archived, and what the file has.
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with("archive") {
                self.take_in(&fs::read_to_string(&path).unwrap());
                fs::remove_file(path).unwrap();
            }
        }
        let mut export = Vec::new();
        system.export(verified.archived.position, &mut export).unwrap();
        self.take_in(&String::from_utf8(export).unwrap());
        assert!(self.commits.keys().copied().eq(1..=last), "without gaps up to {last}");

        for (position, key) in &told {
            let quoted = format!("\"key\":\"{key}\"");
            assert!(self.commits[position].contains(&quoted), "{position} {key}");
            // Sent again as if for the first time, what was charged is refused.
            if key.ends_with(" 2") || key.ends_with(" 3") {
                let refused = json.execute(&asked(key, false)).unwrap_err();
                assert_eq!(refused.code(), ErrorCode::BillingAlreadyCharged, "{key}");
            }
            match json.execute(&asked(key, true)) {
                Ok(again) => assert_eq!(self::position(&again), *position, "{key}"),
                Err(error) => {
                    assert_eq!(error.code(), ErrorCode::StoreArchived, "{key}");
                    assert!(*position <= verified.archived.position, "{position}");
                }
            }
        }
        assert_eq!(system.events_after(last, 1).unwrap().len(), 0, "no key was taken for new");

        let commits =
            self.commits.values().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let commits: Vec<_> =
            commits.filter(|commit| commit["header"]["organization"] == "contoso").collect();
        let auditor = audit_commits(&commits);
        agrees(&state(&json), &auditor);
        figures.charged = figures.charged.max(auditor.charged.len());

        let mut whole = format!(
            "{{\"export\":{{\"format\":1,\"after\":{{\"position\":0,\"hash\":\"{}\"}}}}}}\n",
            "0".repeat(64)
        );
        for line in self.commits.values() {
            whole.push_str(line);
            whole.push('\n');
        }
        let twin = Arc::new(MemoryStore::default());
        let (twin, imported) =
            PhoneSystem::import(twin, Options::default(), &mut Cursor::new(whole)).unwrap();
        assert_eq!(imported.last, verified.last);
        for id in ORGANIZATIONS.map(|id| id.parse().unwrap()) {
            assert_eq!(twin.snapshot(&id), system.snapshot(&id));
        }
        assert_eq!(twin.streams(), system.streams());
        json.close().unwrap();
    }
}

#[test]
fn what_a_killed_process_said_was_kept_is_there() {
    let kills = env::var("PHONE_SYSTEM_KILLS").map_or(10, |kills| kills.parse().unwrap());
    let seed = u64::from(std::process::id());
    let mut random = Random(seed);
    let mut figures = Figures::default();
    let mut folder = tempfile::tempdir().unwrap();
    let mut known = Known::default();
    for round in 0..kills {
        // The history grows, and now and then a file is made anew.
        if round % 20 == 0 || (kills <= 20 && round % 5 == 0) {
            folder = tempfile::tempdir().unwrap();
            known = Known::default();
            figures.files += 1;
        }
        known.kill_one(folder.path(), round, &mut random);
        figures.kills += 1;
        // Now and then the next writer recovers it, and may be killed doing so.
        if random.below(3) > 0 || round + 1 == kills || (round + 1) % 5 == 0 {
            known.look(folder.path(), &mut figures);
        }
    }
    println!("seed {seed}: {figures:?}");
    assert!(figures.acknowledged > 0 && figures.charged > 0);
}
