//! Numbers that are looked up once: what they answer is what looking them up each time would.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use phone_system_core::billing::{AuthorizeCall, CallKind};
use phone_system_core::bulk::Mode;
use phone_system_core::capacity::Way;
use phone_system_core::inventory::{ImportOwned, Release};
use phone_system_core::organization::{ChooseRules, Context};
use phone_system_core::rules::{Generation, Overrides};
use phone_system_core::{OrganizationId, PhoneNumber, PhoneSystem, Refuses};

fn number() -> PhoneNumber {
    "+442079460100".parse().unwrap()
}

fn contoso() -> OrganizationId {
    "contoso".parse().unwrap()
}

fn context() -> Context {
    Context::new("2018-04-02T09:00:00Z".parse().unwrap(), "ada".parse().unwrap())
}

fn owner() -> PhoneSystem {
    let system = PhoneSystem::in_memory();
    let csv = "TelephoneNumber,IsoCountryCode,Capability\n+442079460100,GB,UserAssignment\n";
    let import = ImportOwned { csv: csv.to_owned(), mode: Mode::default() };
    system.execute(&contoso(), &import, &context()).unwrap();
    system
}

fn limit(system: &PhoneSystem, calls: u32) {
    let mut overrides = Overrides::default();
    overrides.capacity.user_number_calls = Some(calls);
    let rules = ChooseRules { generation: Generation::G2025, overrides };
    system.execute(&contoso(), &rules, &context()).unwrap();
}

#[test]
fn a_line_follows_what_its_organization_changes() {
    let system = owner();
    let line = system.line(&contoso(), number()).unwrap();
    let calls: Vec<_> = (0..4).map(|_| system.admit_on(&line, Way::Inbound).unwrap()).collect();
    let refused = system.admit_on(&line, Way::Inbound).unwrap_err();
    assert_eq!(refused.code().name(), "capacity.limit_reached");
    limit(&system, 5);
    let fifth = system.admit_on(&line, Way::Inbound).unwrap();
    limit(&system, 2);
    assert!(system.admit_on(&line, Way::Outbound).is_err());
    drop((calls, fifth));
    let release = Release { numbers: [number()].into_iter().collect() };
    system.execute(&contoso(), &release, &context()).unwrap();
    for _ in 0..2 {
        let refused = system.admit_on(&line, Way::Inbound).unwrap_err();
        assert_eq!(refused.code().name(), "inventory.number_unknown");
    }
}

#[test]
fn a_line_of_another_system_is_none_here() {
    let (here, there) = (owner(), owner());
    let line = there.line(&contoso(), number()).unwrap();
    assert_eq!(
        here.admit_on(&line, Way::Inbound).unwrap_err().code().name(),
        "inventory.number_unknown"
    );
    drop(there);
    assert!(here.admit_on(&line, Way::Inbound).is_err());
    assert!(here.line(&"fabrikam".parse().unwrap(), number()).is_err());
}

#[test]
fn no_limit_is_passed_while_rules_change_under_calls() {
    const THREADS: usize = 4;
    let system = owner();
    let line = system.line(&contoso(), number()).unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    let calls: Vec<_> =
                        (0..3).filter_map(|_| system.admit_on(&line, Way::Inbound).ok()).collect();
                    // Six is the highest limit that there ever was.
                    over.fetch_or(system.occupancy(number()).in_use > 6, Ordering::Relaxed);
                    drop(calls);
                }
            });
        }
        scope.spawn(|| (0..50).for_each(|change| limit(&system, 1 + change % 6)));
    });
    let known = system.occupancy(number());
    assert!(!over.into_inner() && known.peak <= 6, "{known:?}");
    assert_eq!(known.in_use, 0);
    // The last change holds.
    let calls: Vec<_> = (0..6).filter_map(|_| system.admit_on(&line, Way::Inbound).ok()).collect();
    assert_eq!(calls.len(), 2);
}

#[test]
fn an_emergency_call_moves_to_a_full_number() {
    let system = owner();
    let full: PhoneNumber = "+442079460199".parse().unwrap();
    let gate = system.gate();
    gate.line(full).set_limit(phone_system_core::capacity::CapacityClass::Few, 0);
    let ordinary = system.admit(&contoso(), number(), None).unwrap().keep(None).unwrap();
    assert!(gate.transfer(ordinary, full, Way::Outbound, None).is_err());
    let emergency = system.admit(&contoso(), number(), Some("999")).unwrap().keep(None).unwrap();
    let moved = gate.transfer(emergency, full, Way::Outbound, None).unwrap();
    assert_eq!((system.occupancy(full).emergency, system.occupancy(full).in_use), (1, 1));
    gate.release(moved).unwrap();
    gate.release(ordinary).unwrap();
    assert_eq!(system.occupancy(number()).in_use, 0);
}

#[test]
fn calls_are_adopted_until_their_holds_end() {
    let system = owner();
    let call = AuthorizeCall {
        call: "call 1".parse().unwrap(),
        kind: CallKind::UserIn,
        user: Some("ada@example.com".parse().unwrap()),
        location: "GB".parse().unwrap(),
        caller: None,
        called: None,
        reach: None,
        wanted: None,
    };
    system.execute(&contoso(), &call, &context()).unwrap();
    // Nobody has given the user a number.
    let adopted = system.adopt_calls(&contoso(), context().at);
    assert_eq!((adopted.len(), adopted[0].number, adopted[0].permit), (1, None, None));
    // An hour, and the quarter of one after which a hold ends.
    let ended = "2018-04-02T10:15:00Z".parse().unwrap();
    assert!(system.adopt_calls(&contoso(), ended).is_empty());
    assert!(system.adopt_calls(&"fabrikam".parse().unwrap(), context().at).is_empty());
}
