//! Properties over random histories: what is recorded is all there is.

use std::sync::Arc;

use phone_system_core::billing::Account;
use phone_system_core::draft::Apply;
use phone_system_core::inventory::Stock;
use phone_system_core::json::JsonSystem;
use phone_system_core::organization::State;
use phone_system_core::porting::TRANSITIONS;
use phone_system_core::store::MemoryStore;
use phone_system_core::system::{Options, Part};
use phone_system_core::{NumberKind, OrganizationId, PhoneSystem, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A store that outlives the system over it.
pub(crate) type Shared = Arc<MemoryStore>;

pub(crate) const START: i64 = 1_522_573_200_000_000;
const STOCK: &str = "TelephoneNumber,IsoCountryCode,IsoSubdivision,City,Kind
+14255550100-+14255550111,US,WA,Bellevue,user
+12065550100-+12065550105,US,WA,Seattle,user
+12125550100-+12125550105,US,NY,New York City,service_toll
+18005550100-+18005550103,US,,,service_toll_free
+442079460000-+442079460003,GB,,London,user
";
pub(crate) const ORGANIZATIONS: [&str; 2] = ["contoso", "fabrikam"];
const SKUS: [&str; 5] =
    ["ENTERPRISEPREMIUM", "MCOPSTN1", "MCOEV", "MCOPSTNPP", "PHONESYSTEM_VIRTUALUSER"];
const NUMBERS: [&str; 8] = [
    "+14255550100",
    "+14255550101",
    "+14255550103",
    "+14255550104",
    "+14255550105",
    "+12125550100",
    "+18005550100",
    "+442079460000",
];

const ADDRESSES: [&str; 3] = ["hq", "branch", "nowhere"];

/// One thing that is asked: which, with small numbers to pick its fields, after a pause.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    what: u8,
    who: usize,
    a: usize,
    b: usize,
    partial: bool,
    pub(crate) pause: i64,
}

pub(crate) fn asked() -> impl Strategy<Value = Asked> {
    // Pauses of nothing, of minutes around the ten of a reservation, and of days around a block.
    let pause = prop_oneof![12 => Just(0), 4 => 0..700_000_000_i64, 1 => 80_000_000_000..400_000_000_000_i64];
    (0..41_u8, 0..2_usize, 0..8_usize, 0..8_usize, any::<bool>(), pause)
        .prop_map(|(what, who, a, b, partial, pause)| Asked { what, who, a, b, partial, pause })
}

fn time(at: i64) -> String {
    Timestamp::from_micros(at).unwrap().to_string()
}

impl Asked {
    /// The organization, the command's name and its fields.
    fn command(&self, at: i64) -> (Option<&'static str>, &'static str, Value) {
        let Self { what, who, a, b, partial, .. } = *self;
        let mode = if partial { "partial" } else { "all_or_nothing" };
        let user = |n: usize| format!("user{n}@example.com");
        let organization = Some(ORGANIZATIONS[who]);
        let assignment = |n: usize, sku: usize| {
            json!({
                "user": user(n), "usage_location": if n == 3 { "GB" } else { "US" }, "skus": [SKUS[sku % 5]],
            })
        };
        let targets = [
            "user:user0@example.com",
            "user:user1@example.com",
            "call_queue:Sales",
            "auto_attendant:Main",
            "conference_bridge:default",
            "resource_account:user4@example.com",
            "user:user3@example.com",
            "user:user2@example.com",
        ];
        let number = |n: usize, target: usize| json!({ "number": NUMBERS[n % 8], "target": targets[target % 8] });
        let located = |n: usize, target: usize| {
            let mut assignment = number(n, target);
            assignment["location"] = json!(ADDRESSES[target % 3]);
            assignment
        };
        let some = vec![NUMBERS[a % 8], NUMBERS[b % 8]];
        let places = [
            ("user", "US"),
            ("user", "US"),
            ("service_toll", "US"),
            ("service_toll_free", "US"),
            ("user", "GB"),
        ];
        match what {
            0 => (organization, "licensing.buy_seats", json!({ "sku": SKUS[a % 5], "seats": b })),
            1 => {
                (organization, "licensing.cancel_seats", json!({ "sku": SKUS[a % 5], "seats": b }))
            }
            2 | 3 => (
                organization,
                "licensing.assign",
                json!({ "assignments": [assignment(a % 5, b), assignment(b % 5, a)], "mode": mode }),
            ),
            4 => (
                organization,
                "licensing.unassign",
                json!({ "holdings": [{ "user": user(a % 5), "sku": SKUS[b % 5] }], "mode": mode }),
            ),
            5 | 6 | 21 | 22 => (
                organization,
                "inventory.reserve",
                json!({ "kind": places[a % 5].0, "country": places[a % 5].1, "quantity": b }),
            ),
            7 | 23..=25 => (organization, "inventory.acquire", json!({ "order": a % 2 + 2 })),
            8 => (
                organization,
                "inventory.acquire",
                json!({ "order": a % 4 + 2, "numbers": [NUMBERS[b % 8]] }),
            ),
            10 | 11 => (
                organization,
                "inventory.assign",
                json!({ "assignments": [number(a, b), located(b, a)], "mode": mode }),
            ),
            12 => (
                organization,
                "inventory.unassign",
                json!({ "numbers": some, "block": if a > 4 { Some("P1D") } else { None }, "mode": mode }),
            ),
            13 => (
                organization,
                "inventory.block",
                json!({ "numbers": some, "length": if a > 4 { "forever" } else { "P2D" }, "mode": mode }),
            ),
            14 => (organization, "inventory.unblock", json!({ "numbers": some, "mode": mode })),
            15 => (organization, "inventory.release", json!({ "numbers": some })),
            16 => (None, "stock.reoffer", json!({ "numbers": some, "mode": mode })),
            17 => (
                organization,
                "organization.choose_rules",
                json!({ "generation": (["2018", "2021", "2025"][a % 3]),
                    "overrides": { "porting": { "error_order_deletable": partial, "lead_days_us": 0 } } }),
            ),
            18 => (organization, "billing.set_up_credits", json!({ "currency": "USD" })),
            19 | 20 | 27..=34 => {
                let (name, fields) = self.porting(at);
                (organization, name, fields)
            }
            26 => {
                // One number that the stock may know, and one that another organization may have.
                let csv = format!(
                    "TelephoneNumber,IsoCountryCode,Capability\n{},US,UserAssignment\n+1425555015{b},US,UserAssignment\n",
                    NUMBERS[a % 5]
                );
                (organization, "inventory.import_owned", json!({ "csv": csv, "mode": mode }))
            }
            35..=40 => self.about_addresses(organization, mode, &some),
            _ => (organization, "inventory.cancel", json!({ "order": a % 4 + 2 })),
        }
    }

    /// What is asked of addresses, and of numbers that have them.
    fn about_addresses(
        &self,
        organization: Option<&'static str>,
        mode: &str,
        some: &[&str],
    ) -> (Option<&'static str>, &'static str, Value) {
        let Self { what, a, b, partial, .. } = *self;
        match what {
            35 => {
                let address = json!({ "country": "US", "company_name": "Contoso",
                    "house_number": (["1", ""][a % 2]), "street_name": "400 Broad St",
                    "city": (["Seatle", "Seattle", ""][b % 3]), "postal_code": "98109" });
                let name = ["address.create", "address.edit"][usize::from(partial)];
                (organization, name, json!({ "id": ADDRESSES[b % 3], "address": address }))
            }
            36 | 37 => (
                organization,
                "address.validate",
                json!({ "ids": [ADDRESSES[a % 3], ADDRESSES[b % 3]], "mode": mode }),
            ),
            38 => (organization, "address.delete", json!({ "id": ADDRESSES[a % 3] })),
            39 => (
                organization,
                "inventory.set_location",
                json!({ "numbers": some, "location": ADDRESSES[a % 3], "mode": mode }),
            ),
            _ => (organization, "inventory.record_told", json!({ "numbers": some, "mode": mode })),
        }
    }

    /// What is asked of port orders: the command's name and its fields.
    fn porting(&self, at: i64) -> (&'static str, Value) {
        let Self { what, a, b, partial, .. } = *self;
        let order = b % 3 + 1;
        // Numbers of nobody, and one that an import brings.
        let list = || {
            json!({ "losing_carrier": "Northwind", "account": (["A10001", "B20002"][b % 2]), "kind": "user",
                "country": "US", "numbers": [format!("+1425555015{}", a % 4), format!("+1425555016{b}")] })
        };
        // At, before and after the cut-off: up to three and a half days ahead.
        let wanted = time(at + i64::try_from(b).unwrap() * 43_200_000_000);
        match what {
            19 | 27 | 28 => {
                let channel = ["wizard", "service_request"][a % 2];
                let signed = (b > 1).then_some("Ada Byron, Countess");
                let wanted = (b > 5).then_some(wanted);
                (
                    "porting.submit",
                    json!({ "channel": channel, "list": list(), "letter_signed_by": signed, "transfer_at": wanted }),
                )
            }
            29..=31 => {
                let report =
                    ["contacting_carrier", "transfer_approved", "completed", "rejected"][a % 4];
                let wanted = (report == "transfer_approved").then_some(wanted);
                let reason = (report == "rejected" && partial).then_some("account number");
                (
                    "porting.report",
                    json!({ "order": order, "report": report, "transfer_at": wanted, "reason": reason }),
                )
            }
            32 => {
                let (wanted, list) = (partial.then_some(wanted), (a > 4).then(list));
                ("porting.edit", json!({ "order": order, "transfer_at": wanted, "list": list }))
            }
            33 => ("porting.delete", json!({ "order": order })),
            _ => ("porting.cancel", json!({ "order": order })),
        }
    }

    pub(crate) fn envelope(&self, at: i64, key: Option<&str>) -> Vec<u8> {
        let (organization, name, fields) = self.command(at);
        let envelope = json!({
            "organization": organization, "at": time(at), "actor": "test", "key": key,
            "command": { "name": name, "fields": fields },
        });
        envelope.to_string().into_bytes()
    }
}

/// Everything that can be asked of the system and its organizations without changing them.
fn questions(at: i64) -> Vec<Vec<u8>> {
    let own = [
        ("organization.rules", json!({})),
        ("licensing.seats", json!({})),
        ("licensing.users", json!({})),
        ("licensing.entitlement", json!({})),
        ("billing.account", json!({})),
        ("inventory.allowance", json!({})),
        ("inventory.numbers", json!({})),
        ("inventory.orders", json!({})),
        ("porting.orders", json!({})),
        ("porting.statuses", json!({})),
        ("address.list", json!({})),
    ];
    let provider = [
        ("stock.summary", json!({})),
        ("stock.search", json!({ "kind": "user", "country": "US", "quantity": 100 })),
    ];
    let ask = |organization: Option<&str>, (name, fields): &(&str, Value)| {
        json!({ "organization": organization, "at": time(at), "query": { "name": name, "fields": fields } }).to_string().into_bytes()
    };
    let owned = ORGANIZATIONS
        .iter()
        .flat_map(|organization| own.iter().map(|query| ask(Some(organization), query)));
    owned.chain(provider.iter().map(|query| ask(None, query))).collect()
}

struct World {
    store: Shared,
    system: JsonSystem,
    at: i64,
}

/// The envelopes of what every history begins with: a stock, and two organizations with users,
/// numbers and a port under way.
pub(crate) fn set_up() -> Vec<Vec<u8>> {
    let mut envelopes = Vec::new();
    let mut ask = |organization: Option<&str>, name: &str, fields: Value| {
        let envelope = json!({ "organization": organization, "at": time(START), "actor": "test", "command": { "name": name, "fields": fields } });
        envelopes.push(envelope.to_string().into_bytes());
    };
    ask(None, "stock.load", json!({ "csv": STOCK }));
    for organization in ORGANIZATIONS {
        let mut ask = |name, fields| ask(Some(organization), name, fields);
        ask("licensing.buy_seats", json!({ "sku": "ENTERPRISEPREMIUM", "seats": 3 }));
        ask("licensing.buy_seats", json!({ "sku": "MCOPSTN1", "seats": 3 }));
        let skus = json!(["ENTERPRISEPREMIUM", "MCOPSTN1"]);
        let assignment =
            json!({ "user": "user0@example.com", "usage_location": "US", "skus": skus });
        ask("licensing.assign", json!({ "assignments": [assignment] }));
        let address = json!({ "country": "US", "company_name": "Contoso", "house_number": "400",
            "street_name": "Broad St", "city": "Seattle", "state_or_province": "WA", "postal_code": "98109" });
        ask("address.create", json!({ "id": "hq", "address": address }));
        ask("address.validate", json!({ "ids": ["hq"] }));
        ask("inventory.reserve", json!({ "kind": "user", "country": "US", "quantity": 4 }));
        ask("inventory.acquire", json!({ "order": 1 }));
        let numbers = if organization == "contoso" { "+14255550170" } else { "+14255550180" };
        let list = json!({ "losing_carrier": "Fabrikam", "account": "C30003", "kind": "user", "country": "US", "numbers": [numbers] });
        ask("porting.submit", json!({ "channel": "wizard", "list": list }));
        ask("porting.report", json!({ "order": 1, "report": "contacting_carrier" }));
        let transfer_at = time(START + 36 * 3_600_000_000);
        ask(
            "porting.report",
            json!({ "order": 1, "report": "transfer_approved", "transfer_at": transfer_at }),
        );
    }
    envelopes
}

impl World {
    fn new() -> Self {
        let store = Shared::default();
        let system =
            JsonSystem::from(PhoneSystem::open(store.clone(), Options::default()).unwrap());
        for envelope in set_up() {
            system.execute(&envelope).unwrap();
        }
        Self { store, system, at: START }
    }

    fn commits(&self) -> String {
        self.system.events_after(0, usize::MAX).unwrap()
    }

    /// All states, equal and as bytes.
    fn states(&self) -> Vec<String> {
        states(self.system.system())
    }
}

fn states(system: &PhoneSystem) -> Vec<String> {
    let organizations = ORGANIZATIONS.iter().map(|id| system.snapshot(&id.parse().unwrap()));
    let mut all: Vec<String> =
        organizations.map(|state| serde_json::to_string(&state).unwrap()).collect();
    all.push(serde_json::to_string(&system.stock_snapshot()).unwrap());
    all
}

/// What a snapshot of a state is read back as: equal, with the same text and the same endings.
macro_rules! read_back {
    ($type:ty, $state:expr, $at:expr) => {{
        let state: &$type = &$state;
        let text = serde_json::to_string(state).unwrap();
        let read: $type = serde_json::from_str(&text).unwrap();
        assert_eq!(read, *state, "{text}");
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        // Now, around the end of a reservation, of blocks and of cut-offs, and of everything.
        let later = [0, 600_000_000, 86_400_000_000, 400_000_000_000];
        let later = later.map(|later| Timestamp::from_micros($at + later).unwrap());
        for at in later.into_iter().chain([Timestamp::MAX]) {
            assert_eq!(read.endings(at), state.endings(at), "{text}");
        }
        read
    }};
}
pub(crate) use read_back;

/// Every state as its snapshot is read back.
#[derive(Debug, PartialEq)]
struct ReadBack {
    organizations: Vec<(State, Account)>,
    stock: Stock,
}

impl ReadBack {
    fn of(system: &PhoneSystem, at: i64) -> Self {
        let organizations = ORGANIZATIONS.iter().map(|id| {
            let (state, account) = system.snapshot(&id.parse().unwrap());
            (read_back!(State, state, at), read_back!(Account, account, at))
        });
        let organizations = organizations.collect();
        Self { organizations, stock: read_back!(Stock, system.stock_snapshot(), at) }
    }

    /// Applies what was committed later.
    fn go_on(&mut self, system: &PhoneSystem, after: u64) {
        for commit in system.events_after(after, usize::MAX).unwrap() {
            let place = ORGANIZATIONS.iter().position(|id| {
                commit.header.organization.as_ref().is_some_and(|known| known.as_str() == *id)
            });
            let payload = commit.payload;
            if let Some((state, account)) = place.map(|place| &mut self.organizations[place]) {
                for event in payload.organization.iter().flat_map(Part::all) {
                    state.apply(event).unwrap();
                }
                for event in payload.account.iter().flat_map(Part::all) {
                    account.apply(event).unwrap();
                }
            }
            for event in payload.stock.iter().flat_map(Part::all) {
                self.stock.apply(event).unwrap();
            }
        }
    }
}

fn state(system: &PhoneSystem, organization: &str) -> Arc<State> {
    system.snapshot(&organization.parse::<OrganizationId>().unwrap()).0
}

/// What holds of every state.
fn check(system: &PhoneSystem) {
    let stock = system.stock_snapshot();
    let count = stock.count();
    let known = (count.free + count.held + count.sold + count.released) as usize;
    assert_eq!(known, stock.len(), "no number of the stock is lost or doubled");
    for organization in ORGANIZATIONS {
        let state = state(system, organization);
        for (sku, seats) in state.licensing().all_seats() {
            assert!(seats.assigned <= seats.bought, "{sku}");
            let holders =
                state.licensing().users().filter(|(_, user)| user.skus.contains(sku)).count();
            assert_eq!(holders, seats.assigned as usize, "{sku}");
        }
        for (number, _) in state.inventory().numbers() {
            let owner = stock.owner(number).map(ToString::to_string);
            assert_eq!(owner.as_deref(), Some(organization), "{number} has one owner");
        }
        for order in state.porting().orders() {
            let open = |number| state.porting().order_with(number) == Some(order.order);
            assert_eq!(order.numbers.iter().any(open), order.status.is_open(), "{}", order.order);
            assert_eq!(order.numbers.iter().all(open), order.status.is_open(), "{}", order.order);
            assert_eq!(order.history.last().map(|last| last.status), Some(order.status));
            assert!(order.history.is_sorted_by_key(|entry| entry.at), "{}", order.order);
            for pair in order.history.windows(2) {
                let known = TRANSITIONS.iter().any(|transition| {
                    (transition.from, transition.to) == (pair[0].status, pair[1].status)
                });
                assert!(known, "{pair:?}");
            }
        }
        for (number, owned) in state.inventory().numbers() {
            if let Some(location) = &owned.location {
                let country = state.addresses().validated_country(location);
                assert_eq!(country, Some(owned.shelf.country), "{number}");
            }
        }
        for kind in NumberKind::ALL {
            let owned =
                state.inventory().numbers().filter(|(_, owned)| owned.shelf.kind == kind).count();
            let count = state.inventory().count(kind);
            assert_eq!(owned, (count.acquired + count.ported_in) as usize, "{kind}");
        }
    }
}

proptest! {
    #![proptest_config(crate::random(96))]

    #[test]
    fn a_history_is_its_commits(history in prop::collection::vec(asked(), 1..60), kept_at in 0..60_usize) {
        let mut world = World::new();
        let mut answered = None;
        let mut kept = None;
        for (place, asked) in history.iter().enumerate() {
            world.at += asked.pause;
            let key = format!("key {place}");
            let keyed = asked.envelope(world.at, (place % 3 == 0).then_some(key.as_str()));
            let (commits, before) = (world.commits(), world.states());

            // A dry run changes nothing and equals the real run, but for the position.
            let dry = world.system.dry_run(&keyed);
            prop_assert_eq!(world.commits(), commits.clone());
            prop_assert_eq!(world.states(), before.clone());
            let real = world.system.execute(&keyed);
            if let (Ok(dry), Ok(real)) = (&dry, &real) {
                let mut real: Value = serde_json::from_str(real).unwrap();
                real["position"] = Value::Null;
                prop_assert_eq!(serde_json::from_str::<Value>(dry).unwrap(), real);
            } else {
                prop_assert_eq!(&dry, &real);
            }

            let (commits_after, after) = (world.commits(), world.states());
            if real.is_err() {
                // A refusal leaves no trace.
                prop_assert_eq!(&commits_after, &commits);
                prop_assert_eq!(&after, &before);
            } else if place % 3 == 0 {
                // The same key twice answers the same and changes nothing.
                prop_assert_eq!(&world.system.execute(&keyed), &real);
                answered = real.ok().map(|real| (keyed, real));
                prop_assert_eq!(&world.commits(), &commits_after);
                prop_assert_eq!(&world.states(), &after);
            }
            check(world.system.system());
            let read = ReadBack::of(world.system.system(), world.at);
            if place == kept_at % history.len() {
                let commits = world.system.system().events_after(0, usize::MAX).unwrap();
                kept = Some((read, commits.last().unwrap().header.position));
            }
        }

        // What was read back goes on as what was kept did.
        let (mut kept, position) = kept.unwrap();
        kept.go_on(world.system.system(), position);
        prop_assert_eq!(kept, ReadBack::of(world.system.system(), world.at));

        // Replaying the commits gives an equal state and the same bytes, and the keys.
        let again = PhoneSystem::open(world.store.clone(), Options::default()).unwrap();
        for organization in ORGANIZATIONS {
            prop_assert_eq!(state(&again, organization), state(world.system.system(), organization));
        }
        prop_assert_eq!(again.stock_snapshot(), world.system.system().stock_snapshot());
        prop_assert_eq!(states(&again), world.states());
        let again = JsonSystem::from(again);
        prop_assert_eq!(again.events_after(0, usize::MAX).unwrap(), world.commits());
        if let Some((keyed, answered)) = answered {
            prop_assert_eq!(again.execute(&keyed).unwrap(), answered);
        }
    }

    #[test]
    fn nothing_depends_on_how_often_anyone_ticks(history in prop::collection::vec(asked(), 1..40), later in 0..400_000_000_000_i64) {
        let mut world = World::new();
        let ticked = World::new();
        for asked in &history {
            world.at += asked.pause;
            tick(&ticked.system, world.at);
            let envelope = asked.envelope(world.at, None);
            let mut both = [world.system.execute(&envelope), ticked.system.execute(&envelope)].map(|told| {
                told.map(|told| serde_json::from_str::<Value>(&told).unwrap())
            });
            for told in both.iter_mut().flatten() {
                // Positions count the ticks as well.
                told["position"] = Value::Null;
            }
            prop_assert_eq!(&both[0], &both[1]);
        }
        let at = world.at + later;
        let before: Vec<_> = questions(at).iter().map(|query| world.system.query(query)).collect();
        tick(&world.system, at);
        let after: Vec<_> = questions(at).iter().map(|query| world.system.query(query)).collect();
        prop_assert_eq!(before, after);
    }
}

fn tick(system: &JsonSystem, at: i64) {
    for organization in ORGANIZATIONS {
        let envelope = json!({ "organization": organization, "at": time(at), "actor": "clock", "command": { "name": "organization.advance_to", "fields": {} } });
        system.execute(envelope.to_string().as_bytes()).unwrap();
    }
    let envelope = json!({ "at": time(at), "actor": "clock", "command": { "name": "stock.advance_to", "fields": {} } });
    system.execute(envelope.to_string().as_bytes()).unwrap();
}
