//! Accounts under any history: an auditor recomputes everything from the commits and agrees.

use std::collections::{BTreeMap, BTreeSet};

use phone_system_core::billing::Account;
use phone_system_core::draft::Apply;
use phone_system_core::json::JsonSystem;
use phone_system_core::money::Amount;
use phone_system_core::{PhoneSystem, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::histories::read_back;

const START: i64 = 1_582_880_400_000_000; // 2020-02-28T09:00:00Z: leap days are near.
const HOUR: i64 = 3_600_000_000;

const LIST: &str = "Direction,Prefix,Country,RatePerMinute,ConnectionFee,IncrementSeconds
outbound,1,US,0.01,,
outbound,44,GB,0.30,0.05,6
outbound,61,AU,1.5,,1
inbound,1,US,0.2,,
";

/// Something asked of the account, some time after the last thing.
#[derive(Clone, Debug)]
struct Asked {
    what: u8,
    a: u32,
    b: u32,
    pause: i64,
}

fn asked() -> impl Strategy<Value = Asked> {
    // Pauses of nothing, of hours around the day of a failed recharge, of months around expiry.
    let pause = prop_oneof![8 => Just(0), 4 => 0..50 * HOUR, 1 => 2_000 * HOUR..9_000 * HOUR];
    (0..12_u8, 0..40_u32, 0..600_u32, pause).prop_map(|(what, a, b, pause)| Asked {
        what,
        a,
        b,
        pause,
    })
}

fn at(micros: i64) -> String {
    Timestamp::from_micros(micros).unwrap().to_string()
}

impl Asked {
    fn command(&self, now: i64) -> (&'static str, Value) {
        let Self { what, a, b, .. } = *self;
        match what {
            0 => ("billing.add_funds", json!({ "amount": format!("{a}.{:02}", b % 100) })),
            1 => (
                "billing.set_auto_recharge",
                json!({ "recharge_with": format!("{}.00", a % 8), "when_below": format!("{}.00", b % 12) }),
            ),
            2 => ("billing.stop_auto_recharge", json!({})),
            3 | 4 => {
                let outcome = ["succeeded", "failed"][(b % 2) as usize];
                ("billing.report_recharge", json!({ "recharge": a % 6 + 1, "outcome": outcome }))
            }
            _ => {
                let call = |place: u32| {
                    let kind =
                        ["user_out", "conf_in", "conf_out", "user_in"][((a + place) % 4) as usize];
                    let called = if kind == "conf_in" {
                        "+18005550190"
                    } else {
                        ["+14255550100", "+442079460123", "+61255500001", "911"][(b % 4) as usize]
                    };
                    json!({
                        "call": format!("call-{}", a + place), "kind": kind, "location": "US",
                        "user": "u1@example.com", "caller": "+12065550100", "called": called,
                        "started_at": at(now - i64::from(b) * 60_000_000),
                        "duration": format!("PT{}S", b * 7),
                    })
                };
                let mode = ["partial", "all_or_nothing"][(b % 2) as usize];
                ("billing.charge", json!({ "calls": [call(0), call(1)], "mode": mode }))
            }
        }
    }
}

fn ask(system: &JsonSystem, name: &str, fields: &Value, now: i64) -> Result<Value, String> {
    let envelope = json!({ "organization": "contoso", "at": at(now), "actor": "test",
        "command": { "name": name, "fields": fields } });
    let told =
        system.execute(envelope.to_string().as_bytes()).map_err(|error| error.to_string())?;
    Ok(serde_json::from_str(&told).unwrap())
}

fn account(system: &JsonSystem, now: i64) -> Value {
    let envelope = json!({ "organization": "contoso", "at": at(now),
        "query": { "name": "billing.account", "fields": {} } });
    serde_json::from_str(&system.query(envelope.to_string().as_bytes()).unwrap()).unwrap()
}

fn world() -> JsonSystem {
    let system = JsonSystem::from(PhoneSystem::in_memory());
    let list = json!({ "tariff": { "name": "list", "currency": "USD", "csv": LIST } });
    system.give(list.to_string().as_bytes()).unwrap();
    let do_it = |name, fields| ask(&system, name, &fields, START).unwrap();
    do_it(
        "licensing.import_seats",
        json!({ "csv": "SkuPartNumber,Seats\nENTERPRISEPREMIUM,1\nMCOPSTN5,1\nMCOPSTNPP,1\n" }),
    );
    let skus = ["ENTERPRISEPREMIUM", "MCOPSTN5", "MCOPSTNPP"];
    let user = json!({ "user": "u1@example.com", "usage_location": "US", "skus": skus });
    do_it("licensing.assign", json!({ "assignments": [user] }));
    let toll_free =
        "TelephoneNumber,IsoCountryCode,Capability\n+18005550190,US,ConferenceAssignment\n";
    do_it("inventory.import_owned", json!({ "csv": toll_free }));
    do_it("billing.set_up_credits", json!({ "currency": "USD" }));
    do_it("billing.choose_tariff", json!({ "tariff": "list" }));
    system
}

fn amount(value: &Value) -> Amount {
    value.as_str().unwrap().parse().unwrap()
}

/// What an account must be, reckoned from its commits alone and by other means than its state.
#[derive(Default)]
struct Auditor {
    lots: BTreeMap<u64, (Amount, String)>,
    charged: BTreeSet<(String, String)>,
    pending: Option<u64>,
    /// What is bought when the balance is below what.
    auto: Option<(Amount, Amount)>,
    retry_at: Option<String>,
    zero_notices: u32,
    crossings: u32,
    payments: u32,
    payment_notices: u32,
}

impl Auditor {
    fn balance(&self) -> Amount {
        self.lots.values().fold(Amount::ZERO, |sum, (left, _)| sum.checked_add(*left).unwrap())
    }

    fn take(&mut self, lot: u64, taken: Amount) {
        let (left, _) = self.lots.get_mut(&lot).unwrap();
        *left = left.checked_sub(taken).unwrap();
        assert!(!left.is_negative() && taken.is_positive(), "lot {lot} gives what it has");
    }

    fn see(&mut self, event: &Value) {
        let (name, data) = (event["type"].as_str().unwrap(), &event["data"]);
        let before = self.balance();
        match name {
            "billing.funds_added" => {
                let expires = data["expires_at"].as_str().unwrap().to_owned();
                self.lots.insert(data["lot"].as_u64().unwrap(), (amount(&data["amount"]), expires));
                if let Some(recharge) = data["recharge"].as_u64() {
                    self.payments += 1;
                    self.retry_at = None;
                    assert_eq!(self.pending.take(), Some(recharge), "only what is pending is paid");
                }
            }
            "billing.lot_forfeited" => {
                let lot = data["lot"].as_u64().unwrap();
                assert_eq!(data["at"].as_str().unwrap(), self.lots[&lot].1, "at its instant");
                assert_eq!(amount(&data["amount"]), self.lots[&lot].0, "whole");
                self.take(lot, amount(&data["amount"]));
            }
            "billing.recharge_requested" => {
                let recharge = data["recharge"].as_u64().unwrap();
                assert_eq!(self.pending.replace(recharge), None, "one at a time");
                let (with, below) = self.auto.unwrap();
                assert!(self.balance() < below, "strictly below the trigger");
                assert_eq!(
                    (amount(&data["amount"]), amount(&data["balance"])),
                    (with, self.balance())
                );
                let at = data["at"].as_str().unwrap();
                assert!(self.retry_at.take().is_none_or(|retry_at| retry_at.as_str() <= at));
            }
            "billing.recharge_failed" => {
                assert_eq!(self.pending.take(), data["recharge"].as_u64());
                self.retry_at = data["retry_at"].as_str().map(ToOwned::to_owned);
                self.payments += 1;
            }
            "billing.auto_recharge_set" => {
                let auto = &data["auto_recharge"];
                self.auto = Some((amount(&auto["recharge_with"]), amount(&auto["when_below"])));
                self.retry_at = None;
            }
            "billing.auto_recharge_stopped" => self.auto = None,
            "billing.call_charged" => {
                let month = data["started_at"].as_str().unwrap()[..7].to_owned();
                let call = data["call"].as_str().unwrap().to_owned();
                assert!(self.charged.insert((month, call)), "nothing is charged twice");
                let mut drawn = Amount::ZERO;
                let mut oldest = 0;
                for draw in data["draws"].as_array().unwrap() {
                    let lot = draw["lot"].as_u64().unwrap();
                    let older = self.lots.range(..lot).filter(|(_, (left, _))| left.is_positive());
                    assert_eq!(older.count(), 0, "first in, first out");
                    assert!(lot > oldest);
                    oldest = lot;
                    self.take(lot, amount(&draw["amount"]));
                    drawn = drawn.checked_add(amount(&draw["amount"])).unwrap();
                }
                let priced = data["priced"].get("amount").map_or(Amount::ZERO, amount);
                assert_eq!(drawn, priced, "a charge is drawn whole");
            }
            "billing.notice_due" if data["notice"] == "balance_zero" => self.zero_notices += 1,
            "billing.notice_due" => self.payment_notices += 1,
            _ => {}
        }
        let after = self.balance();
        assert!(!after.is_negative(), "prepaid is never overspent");
        self.crossings += u32::from(before.is_positive() && !after.is_positive());
    }
}

fn audit(system: &JsonSystem) -> Auditor {
    let mut auditor = Auditor::default();
    let commits: Value = serde_json::from_str(&system.events_after(0, 100_000).unwrap()).unwrap();
    for commit in commits.as_array().unwrap() {
        let at = commit["header"]["at"].as_str().unwrap();
        let part = &commit["payload"]["account"];
        for list in ["ended", "events"] {
            for event in part[list].as_array().into_iter().flatten() {
                auditor.see(event);
            }
        }
        let waits = auditor.retry_at.as_ref().is_some_and(|retry_at| retry_at.as_str() > at);
        if let (Some((_, below)), None, false) = (auditor.auto, auditor.pending, waits) {
            assert!(auditor.balance() >= below, "what is below the trigger asks for more");
        }
    }
    auditor
}

proptest! {
    #![proptest_config(crate::random(96))]

    #[test]
    fn an_auditor_agrees_with_every_account(asked in prop::collection::vec(asked(), 1..60)) {
        let system = world();
        let mut now = START;
        for one in &asked {
            now += one.pause;
            let (name, fields) = one.command(now);
            if let Err(refused) = ask(&system, name, &fields, now) {
                prop_assert!(!refused.contains("cannot be applied"), "{}", refused);
            }
            let account = system.system().snapshot(&"contoso".parse().unwrap()).1;
            read_back!(Account, account, now);
        }
        let seen = account(&system, now);
        ask(&system, "organization.advance_to", &json!({}), now).unwrap();
        prop_assert_eq!(&seen, &account(&system, now), "nothing depends on advancing");
        let auditor = audit(&system);
        prop_assert_eq!(amount(&seen["balance"]), auditor.balance());
        prop_assert_eq!(auditor.payment_notices, auditor.payments, "each payment is told");
        prop_assert_eq!(auditor.zero_notices, auditor.crossings, "one notice for each time it comes to zero");
        prop_assert_eq!(seen["pending_recharge"]["recharge"].as_u64(), auditor.pending);
        let lots = seen["lots"].as_array().unwrap();
        for lot in lots {
            prop_assert!(lot["expires_at"].as_str().unwrap() > at(now).as_str(), "a lot that is left lives");
            prop_assert_eq!(amount(&lot["remaining"]), auditor.lots[&lot["lot"].as_u64().unwrap()].0);
        }
    }
}

proptest! {
    #![proptest_config(crate::random(256))]

    #[test]
    fn tables_of_any_text_are_refused_and_never_panic(text in "(?s)[ -~\n\r\"€\u{0}]{0,200}", cut in 0..400_usize, with in "(?s).{0,3}") {
        use phone_system_core::billing::Tariff;
        use phone_system_core::country::Table;
        let read = |csv: &str| {
            drop(Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), csv));
            drop(Table::from_csv(csv));
            let system = JsonSystem::from(PhoneSystem::in_memory());
            let query = json!({ "at": at(START), "query": { "name": "billing.read_usage", "fields": { "csv": csv } } });
            drop(system.query(query.to_string().as_bytes()));
        };
        read(&text);
        // A good list with a few characters replaced.
        let mut list: Vec<char> = LIST.chars().collect();
        let cut = cut.min(list.len());
        let end = (cut + 2).min(list.len());
        list.splice(cut..end, with.chars());
        read(&list.into_iter().collect::<String>());
    }
}
