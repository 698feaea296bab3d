//! Accounts under any history: an auditor recomputes everything from the commits and agrees.

use std::collections::BTreeMap;
use std::sync::Arc;

use phone_system_core::billing::{Account, Lot, Plan, PoolKey};
use phone_system_core::draft::Apply;
use phone_system_core::json::JsonSystem;
use phone_system_core::money::Amount;
use phone_system_core::{Duration, PhoneSystem, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::auditor::{Auditor, audit};
use crate::histories::read_back;
use crate::world::{NOBODY, amount, sum, text};

pub(crate) const START: i64 = 1_582_880_400_000_000; // 2020-02-28T09:00:00Z: leap days are near.
const HOUR: i64 = 3_600_000_000;

const LIST: &str = "Direction,Prefix,Country,RatePerMinute,ConnectionFee,IncrementSeconds
outbound,1,US,0.01,,
outbound,44,GB,0.30,0.05,6
outbound,61,AU,1.5,,1
inbound,1,US,0.2,,
";

/// Something asked of the account, some time after the last thing.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    what: u8,
    a: u32,
    b: u32,
    pub(crate) pause: i64,
}

pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    // Pauses of nothing, of hours within a call, of days around that of a failed recharge, of months,
    // and of nearly a year, so that a lot ends while a call goes on.
    let pause = prop_oneof![
        16 => Just(0), 6 => 0..3 * HOUR, 3 => 0..50 * HOUR, 1 => 2_000 * HOUR..9_000 * HOUR,
        1 => 8_740 * HOUR..8_760 * HOUR,
    ];
    (0..32_u8, 0..40_u32, 0..600_u32, pause).prop_map(|(what, a, b, pause)| Asked {
        what,
        a,
        b,
        pause,
    })
}

/// Only calls, of all users, within some days.
fn about_calls() -> impl Strategy<Value = Asked> {
    let pause = prop_oneof![3 => Just(0), 1 => 0..3 * HOUR];
    (prop_oneof![6..20_u8, 12..20_u8], 0..40_u32, 0..600_u32, pause)
        .prop_map(|(what, a, b, pause)| Asked { what, a, b, pause })
}

pub(crate) fn at(micros: i64) -> String {
    Timestamp::from_micros(micros).unwrap().to_string()
}

/// Two who have minutes and credits, and one who has minutes alone: whose calls there are.
const USERS: [&str; 3] = ["u1@example.com", "u2@example.com", "u3@example.com"];

/// A call as its kind, who makes it, and where it goes. The list has no price for Japan, to which minutes
/// of conferences can go.
fn call(a: u32, b: u32) -> Value {
    // Mostly those that minutes pay, so that pools are used up.
    let kinds = ["user_out", "conf_in", "conf_out", "user_out", "user_out", "user_in", "ucap_out"];
    let kind = kinds[a as usize % kinds.len()];
    let numbers = [
        "+14255550100",
        "+442079460123",
        "+14255550101",
        "+61255500001",
        "+14255550102",
        "911",
        "+81312345678",
    ];
    let called =
        if kind == "conf_in" { "+18005550190" } else { numbers[(b / 7) as usize % numbers.len()] };
    // A call queue has nobody's licences.
    let user = (kind != "ucap_out").then(|| USERS[((a / 7 + b) % 3) as usize]);
    json!({ "kind": kind, "location": "US", "user": user, "caller": "+12065550100", "called": called })
}

/// What `value` says besides.
fn with(mut value: Value, more: Value) -> Value {
    let Value::Object(more) = more else { unreachable!() };
    value.as_object_mut().unwrap().extend(more);
    value
}

impl Asked {
    /// What is asked, of an account as it is.
    pub(crate) fn command(&self, now: i64, account: &Account) -> (&'static str, Value) {
        let Self { what, a, b, .. } = *self;
        // Mostly a call that goes on, or one of which something can be given back.
        let one_of = |calls: Vec<String>| match calls.len() {
            0 => format!("call-{}", a % 20),
            some => calls[a as usize % some].clone(),
        };
        let held = || one_of(account.holds().map(|(call, _)| call.to_string()).collect());
        match what {
            0 | 5 => ("billing.add_funds", json!({ "amount": format!("{a}.{:02}", b % 100) })),
            1 => (
                "billing.set_auto_recharge",
                json!({
                    "recharge_with": format!("{}.00", a % 8), "when_below": format!("{}.00", b % 12),
                    "monthly_cap": (b % 2 > 0).then(|| format!("{}.00", b % 20)),
                }),
            ),
            2 => ("billing.stop_auto_recharge", json!({})),
            12..=15 | 24..=26 => {
                let wanted = format!("PT{}S", b * 37);
                let named = json!({ "call": format!("call-{}", b % 200), "wanted": wanted });
                ("billing.authorize", with(call(a, b), named))
            }
            16 | 17 | 27..=29 => (
                "billing.settle",
                json!({ "calls": [{ "call": held(), "duration": format!("PT{}S", b * 17) }] }),
            ),
            18 | 30 | 31 => {
                ("billing.extend", json!({ "call": held(), "wanted": format!("PT{}S", b * 61) }))
            }
            19 => ("billing.cancel", json!({ "call": held() })),
            20 => {
                let paid = (0..200).map(|name| format!("call-{name}"));
                let paid = paid.filter(|call| {
                    account.refundable(&call.parse().unwrap()).is_some_and(Amount::is_positive)
                });
                let amount = format!("0.{:02}", b % 100);
                let call = one_of(paid.collect());
                ("billing.refund", json!({ "call": call, "amount": amount, "reason": "test" }))
            }
            21 => {
                let sign = ["", "-"][(a % 2) as usize];
                (
                    "billing.adjust",
                    json!({ "amount": format!("{sign}{}.5", b % 9), "reason": "test" }),
                )
            }
            22 if b < 20 => ("billing.go_postpaid", json!({})),
            22 => {
                let limit = (b % 3 > 0).then(|| format!("{}.00", a % 5));
                (
                    "billing.set_spend_limit",
                    json!({ "user": USERS[(b % 2) as usize], "limit": limit }),
                )
            }
            23 => {
                let month = Timestamp::from_micros(now - 700 * HOUR).unwrap().month();
                ("billing.close_month", json!({ "month": month.to_string() }))
            }
            3 | 4 => {
                let outcome = ["succeeded", "failed"][(b % 2) as usize];
                ("billing.report_recharge", json!({ "recharge": a % 6 + 1, "outcome": outcome }))
            }
            _ => {
                let call = |place: u32| {
                    let name = format!("call-{}", a + place);
                    let ended = json!({
                        "call": if a % 4 > 0 || place > 0 { name } else { held() },
                        "started_at": at(now - i64::from(b) * 60_000_000),
                        "duration": format!("PT{}S", b * 13),
                    });
                    with(call(a + place, b), ended)
                };
                let mode = ["partial", "all_or_nothing"][(b % 2) as usize];
                let unpaid = ["refuse", "record"][(a % 2) as usize];
                (
                    "billing.charge",
                    json!({ "calls": [call(0), call(1)], "mode": mode, "unpaid": unpaid }),
                )
            }
        }
    }
}

pub(crate) fn envelope(name: &str, fields: &Value, now: i64, key: Option<&str>) -> Vec<u8> {
    let envelope = json!({ "organization": "contoso", "at": at(now), "actor": "test", "key": key,
        "command": { "name": name, "fields": fields } });
    envelope.to_string().into_bytes()
}

pub(crate) fn ask(
    system: &JsonSystem,
    name: &str,
    fields: &Value,
    now: i64,
) -> Result<Value, String> {
    let told =
        system.execute(&envelope(name, fields, now, None)).map_err(|error| error.to_string())?;
    Ok(serde_json::from_str(&told).unwrap())
}

pub(crate) fn query(system: &JsonSystem, name: &str, fields: &Value, now: i64) -> Value {
    let envelope = json!({ "organization": "contoso", "at": at(now),
        "query": { "name": name, "fields": fields } });
    serde_json::from_str(&system.query(envelope.to_string().as_bytes()).unwrap()).unwrap()
}

fn account(system: &JsonSystem, now: i64) -> Value {
    query(system, "billing.account", &json!({}), now)
}

/// What statements say, which is what the ledger said at the time.
fn check_statements(system: &JsonSystem, ledgers: &[(i64, Value)], now: i64) {
    let nothing = account(&world(), START)["ledger"].clone();
    let (_, last) = ledgers.last().unwrap();
    for (then, ledger) in ledgers {
        let after = query(system, "billing.statement", &json!({ "since": at(then + 1) }), now);
        assert_eq!((&after["opening"], &after["closing"]), (ledger, last));
        let fields = json!({ "since": at(START), "until": at(then + 1), "holds": true });
        let before = query(system, "billing.statement", &fields, now);
        assert_eq!((&before["opening"], &before["closing"]), (&nothing, ledger));
        // Debits and credits are what became of the sums, whole or in parts.
        for list in ["movements", "totals"] {
            let mut sums: BTreeMap<String, Amount> = BTreeMap::new();
            for line in before[list].as_array().unwrap() {
                let moved = amount(&line["amount"]);
                let debited = sums.entry(text(&line["debit"])).or_default();
                *debited = debited.checked_sub(moved).unwrap();
                let credited = sums.entry(text(&line["credit"])).or_default();
                *credited = credited.checked_add(moved).unwrap();
            }
            for (book, sum) in ledger.as_object().unwrap() {
                assert_eq!(sums.get(book).copied().unwrap_or_default(), amount(sum), "{book}");
            }
        }
        let instants = before["movements"].as_array().unwrap().iter();
        let instants: Vec<Timestamp> =
            instants.map(|movement| text(&movement["at"]).parse().unwrap()).collect();
        assert!(instants.is_sorted() && instants.last().is_none_or(|last| last.micros() <= *then));
        if let Some(movement) = before["movements"].as_array().unwrap().last() {
            let balance = amount(&ledger["credits"]).checked_add(amount(&ledger["held"]));
            assert_eq!(Some(amount(&movement["balance"])), balance);
        }
    }
}

/// Gives the price list, which no store keeps.
pub(crate) fn give_list(system: &JsonSystem) {
    give(system, LIST);
}

/// Gives a price list of that name.
pub(crate) fn give(system: &JsonSystem, csv: &str) {
    let list = json!({ "tariff": { "name": "list", "currency": "USD", "csv": csv } });
    system.give(list.to_string().as_bytes()).unwrap();
}

/// What every history of an account begins with: licences, a toll-free number, credits and prices.
pub(crate) fn set_up() -> [(&'static str, Value); 5] {
    let seats = "SkuPartNumber,Seats\nENTERPRISEPREMIUM,3\nMCOPSTN5,3\nMCOPSTNPP,2\n";
    let skus = ["ENTERPRISEPREMIUM", "MCOPSTN5", "MCOPSTNPP"];
    let users = USERS
        .iter()
        .zip([3, 3, 2])
        .map(|(user, held)| json!({ "user": user, "usage_location": "US", "skus": skus[..held] }));
    let toll_free =
        "TelephoneNumber,IsoCountryCode,Capability\n+18005550190,US,ConferenceAssignment\n";
    [
        ("licensing.import_seats", json!({ "csv": seats })),
        ("licensing.assign", json!({ "assignments": users.collect::<Vec<_>>() })),
        ("inventory.import_owned", json!({ "csv": toll_free })),
        ("billing.set_up_credits", json!({ "currency": "USD" })),
        ("billing.choose_tariff", json!({ "tariff": "list" })),
    ]
}

fn world() -> JsonSystem {
    let system = JsonSystem::from(PhoneSystem::in_memory());
    give_list(&system);
    for (name, fields) in set_up() {
        ask(&system, name, &fields, START).unwrap();
    }
    system
}

pub(crate) fn state(system: &JsonSystem) -> Arc<Account> {
    system.system().snapshot(&"contoso".parse().unwrap()).1
}

/// The account is what the auditor reckons that its commits leave.
pub(crate) fn agrees(state: &Account, auditor: &Auditor) {
    assert_eq!((state.balance(), state.held()), (auditor.balance(), auditor.held()));
    let lots = |lot: &Lot| (lot.lot, lot.remaining, lot.held, lot.expires_at.micros());
    let left = auditor.lots.iter().filter(|(_, lot)| lot.left.is_positive());
    let left = left.map(|(number, lot)| (*number, lot.left, lot.held, lot.expires_at));
    assert!(state.lots().map(lots).eq(left), "{:?}", state.lots().collect::<Vec<_>>());
    let pending = state.pending_recharge().map(|pending| pending.recharge);
    assert_eq!(pending, auditor.pending.as_ref().map(|(recharge, ..)| *recharge));
    let holds: BTreeMap<_, _> =
        state.holds().map(|(call, hold)| (call.to_string(), hold)).collect();
    assert!(holds.keys().eq(auditor.held.keys()));
    for (call, hold) in holds {
        let known = &auditor.held[&call];
        assert_eq!((hold.duration.micros(), hold.cost), (known.authorized, known.cost));
        let minutes = hold.included.as_ref().map_or(0, |included| included.duration.micros());
        assert_eq!((minutes, hold.ends_at.micros()), (known.minutes, known.ends_at));
    }
    for ((plan, month), known) in &auditor.pools {
        let country = (plan != "conferencing").then(|| "US".parse().unwrap());
        let plan = Plan::ALL.iter().find(|one| one.to_string() == *plan).unwrap();
        let pool = PoolKey { plan: *plan, country, month: month.parse().unwrap() };
        let (used, held) = (state.used(pool), state.held_minutes(pool));
        assert_eq!((used.domestic.micros(), held.domestic.micros()), (known.used, known.held));
        assert_eq!(used.international.micros() + held.international.micros(), 0);
    }
    let spent = auditor.spent.iter().filter(|((month, _), _)| *month > auditor.closed);
    for ((month, user), spent) in spent.filter(|((_, user), _)| user != NOBODY) {
        let known = state.spent(&user.parse().unwrap(), month.parse().unwrap());
        assert_eq!(known, *spent, "{user} {month}");
    }
    // The books: both sides, and what they say.
    let ledger = state.ledger();
    let negative = |amount: Amount| Amount::ZERO.checked_sub(amount).unwrap();
    let sides = [
        ledger.payments,
        ledger.credits,
        ledger.held,
        ledger.calls,
        ledger.forfeited,
        ledger.adjustments,
        ledger.refunds,
        ledger.uncollected,
        ledger.invoiced,
    ];
    assert_eq!(sum(&sides), Amount::ZERO, "debits equal credits");
    let free = auditor.balance().checked_sub(auditor.held()).unwrap();
    assert_eq!((ledger.credits, ledger.held), (free, auditor.held()));
    assert_eq!((ledger.calls, ledger.forfeited), (auditor.rated, auditor.forfeited));
    assert_eq!(
        (ledger.payments, ledger.adjustments, ledger.refunds, ledger.uncollected, ledger.invoiced),
        (
            negative(auditor.funds),
            negative(auditor.given),
            negative(auditor.refunded),
            negative(auditor.uncollected),
            negative(auditor.invoiced)
        )
    );
}

proptest! {
    #![proptest_config(crate::random(96))]

    #[test]
    fn an_auditor_agrees_with_every_account(asked in prop::collection::vec(asked(), 1..60)) {
        let system = world();
        let mut now = START;
        let mut ledgers = Vec::new();
        for one in &asked {
            now += one.pause;
            let (name, fields) = one.command(now, &state(&system));
            if let Err(refused) = ask(&system, name, &fields, now) {
                prop_assert!(!refused.contains("cannot be applied"), "{}", refused);
            }
            let account = system.system().snapshot(&"contoso".parse().unwrap()).1;
            read_back!(Account, account, now);
            ledgers.push((now, self::account(&system, now)["ledger"].clone()));
        }
        // What happened at one instant is one.
        ledgers.reverse();
        ledgers.dedup_by_key(|(then, _)| *then);
        ledgers.reverse();
        check_statements(&system, &ledgers, now + 1);
        let seen = account(&system, now);
        ask(&system, "organization.advance_to", &json!({}), now).unwrap();
        prop_assert_eq!(&seen, &account(&system, now), "nothing depends on advancing");
        check_statements(&system, &ledgers, now + 1);
        let auditor = audit(&system);
        agrees(&state(&system), &auditor);
        let figure = |name: &str| amount(&seen[name]);
        prop_assert_eq!((figure("balance"), figure("held")), (auditor.balance(), auditor.held()));
        prop_assert_eq!(auditor.payment_notices, auditor.payments, "each payment is told");
        prop_assert_eq!(auditor.zero_notices, auditor.crossings, "one notice for each time it comes to zero");
        prop_assert_eq!(seen["pending_recharge"]["recharge"].as_u64(), auditor.pending.as_ref().map(|(recharge, ..)| *recharge));
        for lot in seen["lots"].as_array().unwrap() {
            let known = &auditor.lots[&lot["lot"].as_u64().unwrap()];
            prop_assert_eq!((amount(&lot["remaining"]), amount(&lot["held"])), (known.left, known.held));
        }
    }
}

proptest! {
    #![proptest_config(crate::random(96))]

    #[test]
    fn a_pool_that_is_nearly_used_up_is_never_used_twice(
        asked in prop::collection::vec(about_calls(), 1..60), used in 200..360_u32,
    ) {
        let system = world();
        ask(&system, "billing.add_funds", &json!({ "amount": "900.00" }), START).unwrap();
        let fields = json!({ "call": "before", "kind": "user_out", "location": "US",
            "user": "u1@example.com", "called": "+14255550100", "started_at": at(START),
            "duration": format!("PT{used}M") });
        ask(&system, "billing.charge", &json!({ "calls": [fields] }), START).unwrap();
        go_through(&system, START, &asked, |now| {
            let minutes = query(&system, "billing.minutes", &json!({}), now);
            for pool in minutes["pools"].as_array().unwrap() {
                let micros = |of: &str| text(&pool[of]["domestic"]).parse::<Duration>().unwrap();
                let taken = micros("used").checked_add(micros("held")).unwrap();
                assert!(taken <= micros("size"), "{pool}");
            }
        });
    }

    #[test]
    fn lots_that_end_while_calls_go_on_are_forfeited_as_far_as_no_call_needs_them(
        asked in prop::collection::vec(about_calls(), 1..60), before in 0..8 * HOUR,
    ) {
        let system = world();
        for (later, amount) in [(0, "200.00"), (HOUR, "90.00"), (2 * HOUR, "50.00")] {
            let now = START + later;
            ask(&system, "billing.add_funds", &json!({ "amount": amount }), now).unwrap();
        }
        go_through(&system, START + 366 * 24 * HOUR - before, &asked, |_| {});
    }
}

/// Asks for one thing after the other; after each the account is what the auditor says, and `look`
/// has a look.
fn go_through(system: &JsonSystem, mut now: i64, asked: &[Asked], mut look: impl FnMut(i64)) {
    for one in asked {
        now += one.pause;
        let (name, fields) = one.command(now, &state(system));
        if let Err(refused) = ask(system, name, &fields, now) {
            assert!(!refused.contains("cannot be applied"), "{refused}");
        }
        agrees(&state(system), &audit(system));
        look(now);
    }
}

#[test]
fn what_may_be_spent_is_counted_until_a_call_has_ended_and_then_what_was() {
    let system = world();
    ask(&system, "billing.add_funds", &json!({ "amount": "50.00" }), START).unwrap();
    let spent = || {
        let account = system.system().snapshot(&"contoso".parse().unwrap()).1;
        let user = "u1@example.com".parse().unwrap();
        account.spent(&user, "2020-02".parse().unwrap()).to_string()
    };
    for call in ["settled", "canceled"] {
        let fields = json!({ "call": call, "kind": "user_out", "location": "US",
            "user": "u1@example.com", "called": "+442079460123", "wanted": "PT10M" });
        ask(&system, "billing.authorize", &fields, START).unwrap();
    }
    // Ten minutes at 0.30, and 0.05 to be connected; twice.
    assert_eq!(spent(), "6.10");
    let settle = json!({ "calls": [{ "call": "settled", "duration": "PT2M" }] });
    ask(&system, "billing.settle", &settle, START).unwrap();
    assert_eq!(spent(), "3.70");
    ask(&system, "billing.cancel", &json!({ "call": "canceled" }), START).unwrap();
    assert_eq!(spent(), "0.65");
}

#[test]
fn a_longer_call_is_held_no_shorter_whatever_the_grace_is_now() {
    let system = world();
    ask(&system, "billing.add_funds", &json!({ "amount": "50.00" }), START).unwrap();
    let call = json!({ "call": "call", "kind": "user_out", "location": "US",
        "user": "u1@example.com", "called": "+442079460123", "wanted": "PT5M" });
    ask(&system, "billing.authorize", &call, START).unwrap();
    let overrides =
        json!({ "generation": "2018", "overrides": { "billing": { "hold_grace": "PT0S" } } });
    ask(&system, "organization.choose_rules", &overrides, START).unwrap();
    // Fifteen minutes after the beginning, of which the call may last six.
    let now = START + 15 * 60_000_000;
    let longer = json!({ "call": "call", "wanted": "PT6M" });
    ask(&system, "billing.extend", &longer, now).unwrap();
    let held = system.system().snapshot(&"contoso".parse().unwrap()).1;
    let ends_at = held.hold(&"call".parse().unwrap()).unwrap().ends_at;
    assert_eq!(ends_at.to_string(), at(START + 20 * 60_000_000));
    ask(
        &system,
        "billing.settle",
        &json!({ "calls": [{ "call": "call", "duration": "PT6M" }] }),
        now,
    )
    .unwrap();
}

#[test]
fn a_lot_and_the_holds_of_it_that_end_at_one_instant_are_forfeited_whole() {
    for calls in [&["first"][..], &["first", "second"]] {
        let system = world();
        ask(&system, "billing.add_funds", &json!({ "amount": "50.00" }), START).unwrap();
        let ends = account(&system, START)["lots"][0]["expires_at"].clone();
        let ends = text(&ends).parse::<Timestamp>().unwrap().micros();
        // Twenty minutes, after which the hold ends a quarter of an hour later: with the lot.
        let begins = ends - 35 * 60_000_000;
        for call in calls {
            let call = json!({ "call": call, "kind": "user_out", "location": "US",
                "user": "u1@example.com", "called": "+442079460123", "wanted": "PT20M" });
            ask(&system, "billing.authorize", &call, begins).unwrap();
        }
        let held = ["6.05", "12.10"][calls.len() - 1];
        let before = account(&system, ends - 1);
        assert_eq!((&before["balance"], &before["held"]), (&json!("50.00"), &json!(held)));
        let at_end = account(&system, ends);
        assert_eq!(at_end["ledger"]["forfeited"], "50.00");

        ask(&system, "organization.advance_to", &json!({}), ends).unwrap();
        let state = state(&system);
        assert_eq!(account(&system, ends), at_end);
        assert_eq!((state.lots().count(), state.holds().count()), (0, 0));
        assert_eq!(state.balance(), Amount::ZERO);
        let ledger = serde_json::to_value(state.ledger()).unwrap();
        assert_eq!(
            ledger,
            with(
                before["ledger"].clone(),
                json!({ "credits": "0.00", "held": "0.00", "forfeited": "50.00" })
            )
        );
        agrees(&state, &audit(&system));
    }
}

/// A call that was authorized and settled: how it was asked for, the account before and after it was
/// charged, and both events as the log has them.
struct Settled {
    system: JsonSystem,
    call: Value,
    before: Arc<Account>,
    after: Arc<Account>,
    authorized: Value,
    charged: Value,
}

fn settled_call() -> Settled {
    let system = world();
    let account = || system.system().snapshot(&"contoso".parse().unwrap()).1;
    let call =
        json!({ "call": "call", "kind": "user_in", "location": "US", "user": "u1@example.com" });
    ask(&system, "billing.authorize", &call, START).unwrap();
    let before = account();
    let settle = json!({ "calls": [{ "call": "call", "duration": "PT30S" }] });
    ask(&system, "billing.settle", &settle, START).unwrap();
    let after = account();
    let commits: Value = serde_json::from_str(&system.events_after(0, 100_000).unwrap()).unwrap();
    let event = |name: &str| {
        let mut events = commits.as_array().unwrap().iter();
        let found = events.find_map(|commit| {
            let event = &commit["payload"]["account"]["events"][0];
            (event["type"] == name).then_some(event)
        });
        found.unwrap().clone()
    };
    let (authorized, charged) = (event("billing.call_authorized"), event("billing.call_charged"));
    Settled { system, call, before, after, authorized, charged }
}

#[test]
fn a_hold_ends_with_the_charge_of_its_own_call_only() {
    let Settled { before, after, charged: event, .. } = settled_call();
    let applied = |changed: &Value| {
        let mut account = Account::clone(&before);
        account.apply(&serde_json::from_value(changed.clone()).unwrap()).map(|()| account)
    };
    assert_eq!(applied(&event).as_ref(), Ok(&*after));
    for (field, other) in [("user", json!("u2@example.com")), ("started_at", json!(at(START + 1)))]
    {
        let mut changed = event.clone();
        changed["data"][field] = other;
        let error = applied(&changed).unwrap_err().to_string();
        assert!(error.contains("another call is held"), "{error}");
    }
}

#[test]
fn what_was_charged_is_authorized_no_more() {
    let Settled { system, call, after, authorized, .. } = settled_call();
    // Neither by a command nor by a log that was changed.
    assert!(ask(&system, "billing.authorize", &call, START).is_err());
    let mut account = Account::clone(&after);
    let error = account.apply(&serde_json::from_value(authorized).unwrap()).unwrap_err();
    assert!(error.to_string().contains("the call was charged"), "{error}");
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
