//! Accounts of systems that are opened again: after crashes, from the log alone, and without the price
//! list, which no store keeps.

use std::collections::BTreeMap;
use std::io::Cursor;

use phone_system_core::PhoneSystem;
use phone_system_core::error::{ErrorCode, Refuses};
use phone_system_core::json::JsonSystem;
use phone_system_core::store::{MemoryStore, RedbStore};
use phone_system_core::system::Options;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::accounts::{
    Asked, START, agrees, ask, asked, at, envelope, give, give_list, query, set_up, state,
};
use crate::auditor::{Auditor, audit, audit_commits};
use crate::disk::{Disk, Random, Step, partly, wholly};
use crate::histories::Shared;

/// One thing that is done with a system.
#[derive(Clone, Debug)]
enum Action {
    /// Commands that are decided one after the other, and then waited for.
    Ask(Vec<Asked>),
    Checkpoint,
    /// So many commits are to stay.
    Archive(u64),
    /// Closed, or let go of, and opened again.
    Reopen(bool),
}

/// What is done, and whether the disk stops at some moment of it.
fn action() -> impl Strategy<Value = (Action, Option<u64>)> {
    let action = prop_oneof![
        10 => prop::collection::vec(asked(), 1..10).prop_map(Action::Ask),
        1 => Just(Action::Checkpoint),
        1 => (1..20_u64).prop_map(Action::Archive),
        1 => any::<bool>().prop_map(Action::Reopen),
    ];
    (action, prop::option::of(any::<u64>()))
}

fn opened(disk: &Disk, options: Options) -> JsonSystem {
    let store = RedbStore::over(disk.clone()).unwrap();
    let system = JsonSystem::from(PhoneSystem::open(store, options).unwrap());
    give_list(&system);
    system
}

fn commits(system: &JsonSystem, after: u64) -> Vec<Value> {
    serde_json::from_str(&system.events_after(after, usize::MAX).unwrap()).unwrap()
}

/// A system over a disk that stops now and then, and one in memory of which the same is asked.
struct Twins {
    /// What the disk began with when it was started last.
    image: Vec<u8>,
    disk: Disk,
    options: Options,
    system: JsonSystem,
    twin: JsonSystem,
    /// What each commit was asked with, and answered.
    asked: Vec<(Vec<u8>, String)>,
    /// The commits that were archived, or were to be.
    archived: BTreeMap<u64, Value>,
    now: i64,
    keys: u32,
}

impl Twins {
    fn new(options: Options) -> Self {
        let disk = Disk::default();
        let twin = JsonSystem::from(PhoneSystem::in_memory());
        give_list(&twin);
        let mut twins = Self {
            image: Vec::new(),
            system: opened(&disk, options),
            disk,
            options,
            twin,
            asked: Vec::new(),
            archived: BTreeMap::new(),
            now: START,
            keys: 0,
        };
        for (name, fields) in set_up() {
            let waiting = twins.submit(name, &fields);
            twins.wait(waiting);
        }
        twins
    }

    fn submitted(&self) -> u64 {
        self.asked.len() as u64
    }

    /// Asks both for a command, and does not wait; answers what is to be waited for.
    fn submit(&mut self, name: &str, fields: &Value) -> Option<(u64, String)> {
        self.keys += 1;
        let envelope = envelope(name, fields, self.now, Some(&self.keys.to_string()));
        let wanted = self.twin.execute(&envelope);
        let ticket = self.system.submit(&envelope);
        let (Ok(wanted), Ok(ticket)) = (&wanted, &ticket) else {
            assert_eq!(ticket.map(drop), wanted.map(drop));
            return None;
        };
        let position = &serde_json::from_str::<Value>(wanted).unwrap()["position"];
        if *position == self.submitted() + 1 {
            self.asked.push((envelope, wanted.clone()));
        }
        Some((*ticket, wanted.clone()))
    }

    fn wait(&self, waiting: impl IntoIterator<Item = (u64, String)>) {
        for (ticket, wanted) in waiting {
            assert_eq!(self.system.wait(ticket), Ok(wanted));
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::Ask(commands) => {
                let mut waiting = Vec::new();
                for one in commands {
                    self.now += one.pause;
                    let (name, fields) = one.command(self.now, &state(&self.twin));
                    waiting.extend(self.submit(name, &fields));
                }
                self.wait(waiting);
            }
            Action::Checkpoint => drop(self.system.system().checkpoint().unwrap()),
            Action::Archive(stay) => {
                let before = self.submitted().saturating_sub(*stay).max(1);
                let mut out = Vec::new();
                self.system.system().archive(before, &mut out).unwrap();
                // The first line tells what the others follow.
                for line in String::from_utf8(out).unwrap().lines().skip(1) {
                    let commit: Value = serde_json::from_str(line).unwrap();
                    self.archived.insert(commit["header"]["position"].as_u64().unwrap(), commit);
                }
            }
            Action::Reopen(closed) => {
                if *closed {
                    self.system.close().unwrap();
                }
                self.system = PhoneSystem::in_memory().into();
                self.system = opened(&self.disk, self.options);
            }
        }
    }

    /// The disk stops at some moment after so many of its steps, with whatever it had not synced by
    /// then lost, kept or torn, and the system is opened again.
    fn crash(&mut self, from: usize, seed: u64) {
        let mut random = Random(seed);
        let mut steps = self.disk.steps();
        steps.truncate(from + random.below(steps.len() - from + 1));
        let synced = steps.iter().rposition(|step| matches!(step, Step::Sync));
        let (synced, later) = steps.split_at(synced.map_or(0, |last| last + 1));
        self.image = partly(&wholly(&self.image, synced), later, &mut random);
        self.disk = Disk::of(self.image.clone());
        self.system = opened(&self.disk, self.options);
    }

    /// Holds what is there against what was acknowledged, and the account against the auditor;
    /// answers how many commits there are.
    fn check(&self, acknowledged: u64) -> u64 {
        let verified = self.system.system().verify().unwrap();
        let last = verified.last.position;
        assert!((acknowledged..=self.submitted()).contains(&last), "{last} of {acknowledged}");
        let from = verified.archived.position;
        let mut there: Vec<Value> =
            self.archived.range(..=from).map(|(_, commit)| commit.clone()).collect();
        there.extend(commits(&self.system, from));
        let mut wanted = commits(&self.twin, 0);
        wanted.truncate(usize::try_from(last).unwrap());
        assert!(there == wanted, "the first {last} are there as they were");
        let auditor = audit_commits(&there);
        let before = state(&self.system);
        agrees(&before, &auditor);
        self.retry(&auditor, last, there.last().unwrap());
        assert_eq!(state(&self.system), before, "what is refused leaves no trace");
        assert_eq!(self.system.system().verify().unwrap().last.position, last);
        last
    }

    /// Sends again, as if for the first time, what was charged and what is authorized.
    fn retry(&self, auditor: &Auditor, last: u64, commit: &Value) {
        let refused = |name: &str, fields: Value| {
            let at = commit["header"]["at"].as_str().unwrap();
            let envelope = json!({ "organization": "contoso", "at": at, "actor": "test",
                "command": { "name": name, "fields": fields } });
            let told = self.system.execute(envelope.to_string().as_bytes());
            told.unwrap_err().code()
        };
        let charged = ErrorCode::BillingAlreadyCharged;
        for (envelope, _) in &self.asked[..usize::try_from(last).unwrap()] {
            let envelope: Value = serde_json::from_slice(envelope).unwrap();
            let Value::Object(command) = &envelope["command"] else { unreachable!() };
            let (name, calls) = (command["name"].as_str().unwrap(), &command["fields"]["calls"]);
            for call in calls.as_array().into_iter().flatten() {
                if auditor.charged.contains_key(call["call"].as_str().unwrap()) {
                    assert_eq!(refused(name, json!({ "calls": [call] })), charged, "{call}");
                }
            }
        }
        let authorize = |call: &str| {
            let user = "u1@example.com";
            let call = json!({ "call": call, "kind": "user_in", "location": "US", "user": user });
            refused("billing.authorize", call)
        };
        for call in auditor.charged.keys() {
            assert_eq!(authorize(call), charged, "{call}");
        }
        for call in auditor.held.keys() {
            assert_eq!(authorize(call), ErrorCode::BillingAlreadyAuthorized, "{call}");
        }
    }

    /// Sends again by their keys what nobody heard the answers of; then all is as if nothing had
    /// happened.
    fn go_on(&self, acknowledged: u64) {
        for (envelope, answer) in &self.asked[usize::try_from(acknowledged).unwrap()..] {
            assert_eq!(self.system.execute(envelope).as_ref(), Ok(answer));
        }
        self.same();
    }

    fn same(&self) {
        assert_eq!(self.system.system().verify().unwrap().last.position, self.submitted());
        assert_eq!(state(&self.system), state(&self.twin));
    }
}

proptest! {
    #![proptest_config(crate::random(96))]

    #[test]
    fn an_account_is_right_and_goes_on_whenever_the_disk_stops(
        history in prop::collection::vec(action(), 1..14),
        checkpoint_after in prop_oneof![Just(None), Just(Some(20_000))],
    ) {
        let mut options = Options::default();
        options.checkpoint_after = checkpoint_after;
        let mut twins = Twins::new(options);
        for (action, stops) in &history {
            let (from, acknowledged) = (twins.disk.steps().len(), twins.submitted());
            twins.act(action);
            if let Some(seed) = stops {
                twins.crash(from, *seed);
                twins.check(acknowledged);
                twins.go_on(acknowledged);
            }
        }
        // From states that were kept, with nearly no commit left, it is the same account.
        twins.act(&Action::Archive(1));
        twins.act(&Action::Reopen(true));
        prop_assert_eq!(twins.check(twins.submitted()), twins.submitted());
        twins.same();
        let mut export = Vec::new();
        twins.system.system().export(0, &mut export).unwrap();
        let imported = PhoneSystem::import(MemoryStore::default(), options, &mut Cursor::new(export));
        prop_assert_eq!(state(&JsonSystem::from(imported.unwrap().0)), state(&twins.twin));
        // All that is held, and every lot, ends in both.
        twins.now += 9_000 * 3_600_000_000;
        let waiting = twins.submit("organization.advance_to", &json!({}));
        twins.wait(waiting);
        twins.same();
    }

    #[test]
    fn an_account_is_what_its_log_says(
        history in prop::collection::vec(asked(), 1..60), kept_at in 0..60_usize,
    ) {
        let store = Shared::default();
        let open = |options| {
            let system = JsonSystem::from(PhoneSystem::open(store.clone(), options).unwrap());
            give_list(&system);
            system
        };
        let system = open(Options::default());
        for (name, fields) in set_up() {
            ask(&system, name, &fields, START).unwrap();
        }
        let mut now = START;
        let mut answered = Vec::new();
        for (place, one) in history.iter().enumerate() {
            now += one.pause;
            let (name, fields) = one.command(now, &state(&system));
            let envelope = envelope(name, &fields, now, Some(&format!("key {place}")));
            answered.extend(system.execute(&envelope).ok().map(|answer| (envelope, answer)));
            if place == kept_at % history.len() {
                system.system().checkpoint().unwrap();
            }
        }
        let questions = |system: &JsonSystem| {
            let later = [0, 3_600_000_000, 400 * 24 * 3_600_000_000].map(|later| now + later);
            later.map(|then| {
                let since = json!({ "since": at(START), "holds": true });
                let own = [
                    ("billing.account", json!({})),
                    ("billing.holds", json!({})),
                    ("billing.minutes", json!({})),
                    ("billing.statement", since),
                ];
                own.map(|(name, fields)| query(system, name, &fields, then))
            })
        };
        let (commits, answers) = (commits(&system, 0), questions(&system));
        let mut from_start = Options::default();
        from_start.from_start = true;
        for options in [Options::default(), from_start] {
            let again = open(options);
            let (read, known) = (state(&again), state(&system));
            prop_assert_eq!(&read, &known);
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), serde_json::to_string(&known).unwrap());
            agrees(&read, &audit(&again));
            prop_assert_eq!(questions(&again), answers.clone());
            for (envelope, answer) in &answered {
                assert_eq!(again.execute(envelope).as_ref(), Ok(answer));
            }
            prop_assert!(self::commits(&again, 0) == commits, "what was answered is not done again");
            let advance = envelope("organization.advance_to", &json!({}), now + 9_000 * 3_600_000_000, None);
            prop_assert_eq!(again.dry_run(&advance), system.dry_run(&advance));
        }
    }
}

#[test]
fn without_its_price_list_an_account_opens_and_what_has_a_price_waits() {
    const MINUTE: i64 = 60_000_000;
    let disk = Disk::default();
    let system = opened(&disk, Options::default());
    for (name, fields) in set_up() {
        ask(&system, name, &fields, START).unwrap();
    }
    let call = |call: &str, called: &str| {
        json!({ "call": call, "kind": "user_out", "location": "US", "user": "u1@example.com",
            "called": called })
    };
    let wanted = |mut call: Value, wanted: &str| {
        call["wanted"] = json!(wanted);
        call
    };
    let ended = |mut call: Value, duration: &str| {
        (call["started_at"], call["duration"]) = (json!(at(START)), json!(duration));
        json!({ "calls": [call] })
    };
    let settled =
        |call: &str, duration: &str| json!({ "calls": [{ "call": call, "duration": duration }] });
    let (home, abroad) = ("+14255550100", "+442079460123");
    ask(&system, "billing.add_funds", &json!({ "amount": "50.00" }), START).unwrap();
    for (name, called, length) in
        [("at home", home, "PT10M"), ("abroad", abroad, "PT30M"), ("given up", abroad, "PT1M")]
    {
        ask(&system, "billing.authorize", &wanted(call(name, called), length), START).unwrap();
    }
    let before = state(&system);
    system.close().unwrap();
    drop(system);

    let store = RedbStore::over(disk).unwrap();
    let system = JsonSystem::from(PhoneSystem::open(store, Options::default()).unwrap());
    assert_eq!(state(&system), before);
    let now = START + 10 * MINUTE;
    // Nor is it recorded as if nothing could pay it.
    let mut recorded = ended(call("late too", abroad), "PT1M");
    recorded["unpaid"] = json!("record");
    let priced = [
        ("billing.authorize", wanted(call("new", abroad), "PT1M")),
        ("billing.charge", ended(call("late", abroad), "PT1M")),
        ("billing.extend", json!({ "call": "abroad", "wanted": "PT40M" })),
        ("billing.charge", recorded),
        ("billing.settle", settled("abroad", "PT2M")),
        ("billing.charge", ended(call("abroad", abroad), "PT2M")),
    ];
    let refused = || {
        for (name, fields) in &priced {
            let told = system.execute(&envelope(name, fields, now, None));
            let code = told.map_err(|error| error.code());
            assert_eq!(code, Err(ErrorCode::BillingTariffUnknown), "{name} {fields}");
        }
        assert_eq!(state(&system), before, "what is refused leaves no trace");
    };
    refused();
    // Nor by another list of the same name.
    let other = "Direction,Prefix,Country,RatePerMinute\noutbound,44,GB,0.01\n";
    give(&system, other);
    refused();

    // What has no price goes on: by minutes, free, with funds, and a hold that ends.
    ask(&system, "billing.settle", &settled("at home", "PT9M"), now).unwrap();
    let incoming =
        json!({ "call": "in", "kind": "user_in", "location": "US", "user": "u1@example.com" });
    ask(&system, "billing.authorize", &incoming, now).unwrap();
    let emergency = ask(&system, "billing.authorize", &call("help", "911"), now).unwrap();
    assert_eq!(emergency["answer"]["emergency"], true);
    ask(&system, "billing.add_funds", &json!({ "amount": "5.00" }), now).unwrap();
    let now = now + 10 * MINUTE;
    ask(&system, "organization.advance_to", &json!({}), now).unwrap();
    assert!(state(&system).hold(&"given up".parse().unwrap()).is_none());
    // Thirty minutes at 0.30, and 0.05 to be connected, were held all the time.
    assert_eq!(state(&system).held().to_string(), "9.05");
    assert_eq!(state(&system).available().to_string(), "45.95");

    give_list(&system);
    for (name, fields) in &priced[..4] {
        ask(&system, name, fields, now).unwrap();
    }
    let told = ask(&system, "billing.settle", &settled("abroad", "PT2M"), now).unwrap();
    assert_eq!(told["answer"]["amount"], "0.65");
    assert_eq!(told["answer"]["calls"][0]["uncollected"], "0.00");
    agrees(&state(&system), &audit(&system));
}
