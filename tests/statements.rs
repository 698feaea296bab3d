//! Statements of an account with a long history, part of which is archived.

use std::sync::Arc;

use phone_system_core::billing::{AddFunds, AdjustCredits, Payment, SetUpCredits, StatementOf};
use phone_system_core::error::Refuses;
use phone_system_core::organization::Context;
use phone_system_core::store::MemoryStore;
use phone_system_core::system::Options;
use phone_system_core::{Duration, OrganizationId, PhoneSystem, Timestamp};

const TAKEN: i64 = 10_000;

/// When something is taken: one after the other.
fn instant(place: i64) -> Timestamp {
    let begins: Timestamp = "2018-04-01T00:00:00Z".parse().unwrap();
    begins.after(Duration::from_micros(place * 86_400_000).unwrap()).unwrap()
}

fn statement(from: i64, until: Option<i64>) -> StatementOf {
    let (since, until) = (instant(from), until.map(instant));
    StatementOf { since, until, movements: true, holds: false }
}

#[test]
fn a_period_is_found_in_a_long_history_and_not_in_what_was_archived() {
    let mut options = Options::default();
    options.checkpoint_after = None;
    let store = Arc::new(MemoryStore::default());
    let system = PhoneSystem::open(Arc::clone(&store), options).unwrap();
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let fabrikam: OrganizationId = "fabrikam".parse().unwrap();
    let context = |place| Context::new(instant(place), "ada".parse().unwrap());
    for organization in [&contoso, &fabrikam] {
        let set_up = SetUpCredits { currency: "USD".parse().unwrap(), country: None };
        system.execute(organization, &set_up, &context(0)).unwrap();
        let add = AddFunds { amount: "1000.00".parse().unwrap(), payment: Payment::default() };
        system.execute(organization, &add, &context(0)).unwrap();
    }
    let take = AdjustCredits { amount: "-0.01".parse().unwrap(), reason: "a".parse().unwrap() };
    for place in 1..=TAKEN {
        // Another account's commits stand between.
        let organization = if place % 3 == 0 { &fabrikam } else { &contoso };
        system.execute(organization, &take, &context(place)).unwrap();
        if place == 4_100 {
            // The positions of what was before are in a checkpoint then, and those of others are not.
            system.checkpoint().unwrap();
        }
    }
    let taken = |from: i64, until: i64| (from..until).filter(|place| place % 3 != 0);
    let ask =
        |system: &PhoneSystem, asked: &StatementOf| system.query(&contoso, asked, instant(TAKEN));
    let check = |system: &PhoneSystem, from: i64, until: i64| {
        let told = ask(system, &statement(from, Some(until))).unwrap();
        let instants: Vec<_> = told.movements.iter().map(|movement| movement.at).collect();
        assert_eq!(instants, taken(from, until).map(instant).collect::<Vec<_>>());
        let whole = i64::try_from(taken(1, from).count()).unwrap();
        let credits = format!("{}.{:02}", (100_000 - whole) / 100, (100_000 - whole) % 100);
        assert_eq!(told.opening.credits.to_string(), credits);
    };
    for (from, until) in [(1, 2), (1, TAKEN), (4_095, 4_105), (9_990, TAKEN), (5_000, 5_000)] {
        check(&system, from, until);
    }
    // In two parts, of which the latest instant counts; and as the store is opened again.
    for before in [3_000, 5_000] {
        system.archive(before, &mut Vec::new()).unwrap();
    }
    drop(system);
    let system = PhoneSystem::open(store, options).unwrap();
    check(&system, 5_010, 5_050);
    check(&system, 9_990, TAKEN);
    // Those that were archived are all earlier than 4,996.
    for from in [4_996, 4_997, 5_000] {
        check(&system, from, 5_010);
    }
    for from in [0, 1, 2_990, 4_000, 4_990, 4_995] {
        let refused = ask(&system, &statement(from, Some(TAKEN))).unwrap_err();
        assert_eq!(refused.refusal().code.to_string(), "store.archived", "{from}");
    }
    // Of an account to which nothing happened since, nothing has to be read.
    system.archive(u64::try_from(TAKEN).unwrap(), &mut Vec::new()).unwrap();
    let idle = statement(TAKEN + 1, None);
    let told = system.query(&contoso, &idle, instant(TAKEN + 2)).unwrap();
    assert!(told.movements.is_empty() && told.opening == told.closing);
    // Nothing is told that has not happened.
    let refused = ask(&system, &statement(TAKEN + 1, None)).unwrap_err();
    assert_eq!(refused.refusal().code.to_string(), "billing.period_out_of_range");
}
