//! Port orders from the time they are sent in to their end: every status met with everything that
//! can happen, what may be done in each, and the cut-off to the microsecond.

use phone_system_core::json::JsonSystem;
use phone_system_core::{PhoneSystem, Timestamp};
use serde_json::{Value, json};

/// 2018-04-01T09:00:00Z.
const START: i64 = 1_522_573_200_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// The instant of the transfer of approved orders.
const TRANSFER: i64 = START + 20 * DAY;
const CUT_OFF: i64 = TRANSFER - DAY;

const STATUSES: [&str; 7] = [
    "processing",
    "contacting_carrier",
    "transfer_approved",
    "transfer_pending",
    "error",
    "completed",
    "cancelled",
];

fn time(at: i64) -> String {
    Timestamp::from_micros(at).unwrap().to_string()
}

struct World(JsonSystem);

impl World {
    /// Asks for a command; answers it, or the refusal's code and figures.
    fn ask(&self, at: i64, name: &str, fields: &Value) -> Result<Value, (String, Value)> {
        let envelope = json!({ "organization": "contoso", "at": time(at), "actor": "test", "command": { "name": name, "fields": fields } });
        match self.0.execute(envelope.to_string().as_bytes()) {
            Ok(done) => Ok(serde_json::from_str::<Value>(&done).unwrap()["answer"].take()),
            Err(error) => {
                use phone_system_core::Refuses;
                let refusal = serde_json::to_value(error.refusal()).unwrap();
                Err((error.code().to_string(), refusal["figures"].clone()))
            }
        }
    }

    fn query(&self, at: i64, name: &str) -> Value {
        let envelope = json!({ "organization": "contoso", "at": time(at), "query": { "name": name, "fields": {} } });
        serde_json::from_str(&self.0.query(envelope.to_string().as_bytes()).unwrap()).unwrap()
    }

    fn status(&self, at: i64) -> Value {
        self.query(at, "porting.orders")["orders"][0]["status"].clone()
    }

    fn report(&self, at: i64, report: &str) -> Result<Value, (String, Value)> {
        let transfer_at = (report == "transfer_approved").then(|| time(TRANSFER));
        let fields = json!({ "order": 1, "report": report, "transfer_at": transfer_at });
        self.ask(at, "porting.report", &fields)
    }

    /// A system with one order in `status`, and the instant at which it is there.
    fn with_order_in(status: &str, generation: &str, deletable: bool) -> (Self, i64) {
        let world = Self(PhoneSystem::in_memory().into());
        let rules = json!({ "generation": generation, "overrides": { "porting": { "error_order_deletable": deletable } } });
        world.ask(START, "organization.choose_rules", &rules).unwrap();
        let list = json!({ "losing_carrier": "Northwind", "account": "0041170017", "kind": "user", "country": "US", "numbers": ["+14252001000-+14252001009"] });
        world.ask(START, "porting.submit", &json!({ "channel": "wizard", "list": list })).unwrap();
        let way: &[&str] = match status {
            "processing" => &[],
            "contacting_carrier" => &["contacting_carrier"],
            "transfer_approved" | "transfer_pending" | "completed" => {
                &["contacting_carrier", "transfer_approved"]
            }
            "error" => &["rejected"],
            _ => &["cancel"],
        };
        for step in way {
            if *step == "cancel" {
                world.ask(START, "porting.cancel", &json!({ "order": 1 })).unwrap();
            } else {
                world.report(START, step).unwrap();
            }
        }
        let at = if matches!(status, "transfer_pending" | "completed") { CUT_OFF } else { START };
        if status == "completed" {
            world.report(at, "completed").unwrap();
        }
        assert_eq!(world.status(at), status);
        (world, at)
    }
}

/// Written down apart from the code: status, what happens, where it leads. Everything else is refused.
const LEADS: [(&str, &str, &str); 13] = [
    ("processing", "contacting_carrier", "contacting_carrier"),
    ("processing", "rejected", "error"),
    ("processing", "cancelled", "cancelled"),
    ("contacting_carrier", "transfer_approved", "transfer_approved"),
    ("contacting_carrier", "rejected", "error"),
    ("contacting_carrier", "cancelled", "cancelled"),
    ("transfer_approved", "cut_off", "transfer_pending"),
    ("transfer_approved", "rejected", "error"),
    ("transfer_approved", "cancelled", "cancelled"),
    ("transfer_pending", "completed", "completed"),
    ("error", "resubmitted", "processing"),
    ("error", "cancelled", "cancelled"),
    ("cancelled", "resubmitted", "processing"),
];

#[test]
fn every_status_meets_everything_that_can_happen() {
    let causes = [
        "contacting_carrier",
        "transfer_approved",
        "rejected",
        "completed",
        "cut_off",
        "resubmitted",
        "cancelled",
    ];
    let mut met = 0;
    for status in STATUSES {
        for cause in causes {
            let (world, at) = World::with_order_in(status, "2018", false);
            let order = json!({ "order": 1 });
            let (told, at) = match cause {
                "cut_off" => (Ok(Value::Null), CUT_OFF),
                "resubmitted" => (world.ask(at, "porting.edit", &order), at),
                "cancelled" => (world.ask(at, "porting.cancel", &order), at),
                report => (world.report(at, report), at),
            };
            let leads = LEADS.iter().find(|row| (row.0, row.1) == (status, cause));
            let to = leads.map_or(status, |row| row.2);
            assert_eq!(world.status(at), to, "{status} + {cause}: {told:?}");
            match told {
                Ok(_) if cause == "cut_off" => {}
                Ok(answer) => {
                    assert!(leads.is_some(), "{status} + {cause}");
                    assert_eq!(answer["status"], to, "{status} + {cause}");
                }
                Err((code, figures)) => {
                    assert!(leads.is_none(), "{status} + {cause}: {code}");
                    if code == "porting.no_transition" {
                        let possible: Vec<&str> =
                            LEADS.iter().filter(|row| row.0 == status).map(|row| row.1).collect();
                        assert_eq!(figures["possible"], json!(possible));
                    }
                }
            }
            met += 1;
        }
    }
    assert_eq!(met, 49);
}

#[test]
fn rights_are_what_the_commands_allow() {
    for generation in ["2018", "2021", "2025"] {
        for deletable in [false, true] {
            for (place, status) in STATUSES.into_iter().enumerate() {
                let world = || World::with_order_in(status, generation, deletable);
                let (asked, at) = world();
                let rights = asked.query(at, "porting.statuses")["rights"][place].clone();
                assert_eq!(rights["status"], status);
                let ask = |name: &str, mut fields: Value| {
                    let (world, at) = world();
                    fields["order"] = json!(1);
                    world.ask(at, name, &fields).map_err(|(code, _)| code)
                };
                assert_eq!(ask("porting.cancel", json!({})).is_ok(), rights["cancel"], "{status}");
                assert_eq!(ask("porting.delete", json!({})).is_ok(), rights["delete"], "{status}");
                let whole = ask("porting.edit", json!({ "company_name": "Contoso" }));
                let moved = ask("porting.edit", json!({ "transfer_at": time(START + 19 * DAY) }));
                let edit = match (&whole, &moved) {
                    (Ok(_), Ok(_)) => "all_but_country",
                    (Err(_), Ok(_)) => "transfer_date",
                    _ => "nothing",
                };
                assert_eq!(rights["edit"], edit, "{status} {generation}: {whole:?} {moved:?}");
            }
        }
    }
}

#[test]
fn the_cut_off_is_exact_to_the_microsecond() {
    let cancel = |at: i64| {
        let (world, _) = World::with_order_in("transfer_approved", "2018", false);
        world.ask(at, "porting.cancel", &json!({ "order": 1 }))
    };
    assert!(cancel(CUT_OFF - 1).is_ok());
    for at in [CUT_OFF, CUT_OFF + 1, TRANSFER, TRANSFER + 1] {
        let (code, figures) = cancel(at).unwrap_err();
        assert_eq!(code, "porting.cut_off_passed");
        let told =
            json!({ "order": 1, "cut_off_at": time(CUT_OFF), "transfer_at": time(TRANSFER) });
        assert_eq!(figures, told);
    }

    // Approved with the cut-off a microsecond ahead, and approved at it: pending at once.
    for (at, status) in [(CUT_OFF - 1, "transfer_approved"), (CUT_OFF, "transfer_pending")] {
        let (world, _) = World::with_order_in("contacting_carrier", "2018", false);
        let answer = world.report(at, "transfer_approved").unwrap();
        assert_eq!(
            (&answer["status"], &answer["cut_off_at"]),
            (&json!(status), &json!(time(CUT_OFF)))
        );
        assert_eq!(world.status(at), status);
    }

    // A transfer that is moved takes its cut-off along.
    let (world, _) = World::with_order_in("transfer_approved", "2021", false);
    let moved = json!({ "order": 1, "transfer_at": time(TRANSFER + DAY) });
    assert_eq!(
        world.ask(CUT_OFF - 1, "porting.edit", &moved).unwrap()["cut_off_at"],
        time(TRANSFER)
    );
    assert_eq!(world.status(TRANSFER - 1), "transfer_approved");
    assert_eq!(world.status(TRANSFER), "transfer_pending");
}

#[test]
fn nobody_has_to_tick() {
    for at in [CUT_OFF - 1, CUT_OFF, CUT_OFF + 1, TRANSFER + DAY] {
        let (world, _) = World::with_order_in("transfer_approved", "2018", false);
        let before = world.query(at, "porting.orders");
        world.ask(at, "organization.advance_to", &json!({})).unwrap();
        assert_eq!(world.query(at, "porting.orders"), before);
        if at >= CUT_OFF {
            // The record has the instant at which it was due, not that at which it was recorded.
            let pending = json!({ "status": "transfer_pending", "at": time(CUT_OFF) });
            assert_eq!(before["orders"][0]["history"][3], pending);
        }
    }
}

#[test]
fn an_account_is_shown_nowhere() {
    for status in STATUSES {
        let (world, at) = World::with_order_in(status, "2025", false);
        let shown = world.query(at, "porting.orders");
        assert_eq!(shown["orders"][0]["account"], "…0017");
        assert!(!shown.to_string().contains("0041170017"));
        let list = json!({ "losing_carrier": "Northwind", "account": "0041170017", "kind": "user", "country": "US", "numbers": ["+14252001500"] });
        let told = world.ask(at, "porting.submit", &json!({ "channel": "wizard", "list": list }));
        let busy = !matches!(status, "completed" | "cancelled");
        assert_eq!(told.is_err(), busy, "{status}");
        assert!(!format!("{told:?}").contains("0041170017"), "{told:?}");
    }
    let (world, at) = World::with_order_in("processing", "2018", false);
    for account in
        [json!("0041-170017"), json!(41_170_017), json!(-41_170_017), json!(["41170017"])]
    {
        let list = json!({ "losing_carrier": "Northwind", "account": account, "kind": "user", "country": "US", "numbers": ["+14252001500"] });
        let envelope = json!({ "organization": "contoso", "at": time(at), "actor": "test", "command": { "name": "porting.submit", "fields": { "channel": "wizard", "list": list } } });
        let refused = world.0.execute(envelope.to_string().as_bytes()).unwrap_err();
        assert!(!refused.to_string().contains("170017"), "{refused}");
    }
}

#[test]
fn orders_recorded_without_an_account_are_read() {
    let submitted = r#"{"type":"porting.order_submitted","data":{"order":1,"channel":"wizard","kind":"user","country":"US","losing_carrier":"Northwind","numbers":["+14252001000"],"at":"2018-04-01T09:00:00Z"}}"#;
    let cancelled = r#"{"type":"porting.order_cancelled","data":{"order":1}}"#;
    let mut state = phone_system_core::porting::State::default();
    for event in [submitted, cancelled] {
        use phone_system_core::draft::Apply;
        state.apply(&serde_json::from_str(event).unwrap()).unwrap();
    }
    let order = state.orders().next().unwrap();
    assert_eq!((order.account.as_str(), order.history.len()), ("…", 2));
}
