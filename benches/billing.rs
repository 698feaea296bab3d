//! Charging calls to an account, and letting them begin: by commands, and what of that is deciding.
//!
//! What one writes without a library, for a price alone, stands in `rating.rs`.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use phone_system_benches::{call, caller_with_credits, context, contoso};
use phone_system_core::billing::{
    Account, CallRecord, Event, Payment, SetAutoRecharge, Settlement, Unpaid,
};
use phone_system_core::bulk::Mode;
use phone_system_core::draft::{Apply, Draft};
use phone_system_core::map::Map;
use phone_system_core::organization::{ChargeCalls, Command, Context, Drafts, SettleCalls};
use phone_system_core::{Duration, PhoneSystem};

/// Calls of a group, which are done one after the other.
const CALLS: usize = 1_000;

fn record(place: usize) -> CallRecord {
    let duration = Duration::from_seconds(90);
    let authorize = call(place);
    CallRecord {
        call: authorize.call,
        kind: authorize.kind,
        user: authorize.user,
        location: authorize.location,
        caller: None,
        called: authorize.called,
        reach: None,
        started_at: context().at,
        duration,
    }
}

fn settle(place: usize) -> SettleCalls {
    let settlement = Settlement { call: call(place).call, duration: Duration::from_seconds(90) };
    SettleCalls { calls: vec![settlement], mode: Mode::default() }
}

fn charges(criterion: &mut Criterion) {
    let (contoso, context) = (contoso(), context());
    let mut group = criterion.benchmark_group("charge calls from credits");
    group.throughput(Throughput::Elements(CALLS as u64)).sample_size(10);
    for (name, at_once) in [("1,000 commands", 1), ("1 command of 1,000", CALLS)] {
        let commands: Vec<ChargeCalls> = (0..CALLS / at_once)
            .map(|batch| ChargeCalls {
                calls: (0..at_once).map(|place| record(batch * at_once + place)).collect(),
                unpaid: Unpaid::Refuse,
                mode: Mode::default(),
            })
            .collect();
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || caller_with_credits(PhoneSystem::in_memory()),
                |system| {
                    for command in &commands {
                        system.execute(&contoso, command, &context).unwrap();
                    }
                    system
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// A command decided and applied, without its record; what follows from it is in the account. The
/// events are written to `text` if there is one.
fn decide(
    command: &impl Command,
    drafts: &mut Drafts,
    context: &Context,
    text: Option<&mut Vec<u8>>,
) {
    let at = context.at;
    command.decide(drafts, context).unwrap();
    let account = std::mem::replace(&mut drafts.account, Draft::of_nothing(at));
    if let Some(text) = text {
        text.clear();
        serde_json::to_writer(text, account.events()).unwrap();
    }
    drafts.account = Draft::at(account.finish().0, at).unwrap();
}

/// Calls as they begin and end: each is authorized and settled by commands of its own.
fn running_calls(criterion: &mut Criterion) {
    let (contoso, context) = (contoso(), context());
    let calls: Vec<_> = (0..CALLS).map(|place| (call(place), settle(place))).collect();
    let mut group = criterion.benchmark_group("authorize and settle a call from credits");
    group.throughput(Throughput::Elements(CALLS as u64)).sample_size(10);
    group.bench_function("two commands, in memory", |bencher| {
        bencher.iter_batched(
            || caller_with_credits(PhoneSystem::in_memory()),
            |system| {
                for (authorize, settle) in &calls {
                    system.execute(&contoso, authorize, &context).unwrap();
                    system.execute(&contoso, settle, &context).unwrap();
                }
                system
            },
            BatchSize::LargeInput,
        );
    });
    let system = caller_with_credits(PhoneSystem::in_memory());
    for (name, is_written) in [("decided and applied", false), ("and their events written", true)] {
        group.bench_function(name, |bencher| {
            let mut text = is_written.then(Vec::new);
            bencher.iter_batched(
                || drafts(&system),
                |mut drafts| {
                    for (authorize, settle) in &calls {
                        decide(authorize, &mut drafts, &context, text.as_mut());
                        decide(settle, &mut drafts, &context, text.as_mut());
                    }
                    drafts
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// The drafts of commands on the caller's organization.
fn drafts(system: &PhoneSystem) -> Drafts {
    let (contoso, at) = (contoso(), context().at);
    let (state, account) = system.snapshot(&contoso);
    Drafts {
        owner: Some(contoso),
        organization: Draft::at(state, at).unwrap(),
        account: Draft::at(account, at).unwrap(),
        stock: Draft::at(system.stock_snapshot(), at).unwrap(),
        reference: system.reference(),
    }
}

/// An account with auto-recharge, and charges of calls to a number.
fn charges_of(called: &str) -> (Arc<Account>, Vec<Event>) {
    let (contoso, context) = (contoso(), context());
    let system = caller_with_credits(PhoneSystem::in_memory());
    let (recharge_with, when_below) = ("500.00".parse().unwrap(), "100.00".parse().unwrap());
    let (monthly_cap, payment) = (None, Payment::default());
    let set = SetAutoRecharge { recharge_with, when_below, monthly_cap, payment };
    system.execute(&contoso, &set, &context).unwrap();
    let called = Some(called.to_owned());
    let call = |place| CallRecord { called: called.clone(), ..record(place) };
    let calls = (0..CALLS).map(call).collect();
    let command = ChargeCalls { calls, unpaid: Unpaid::Refuse, mode: Mode::default() };
    let mut drafts = drafts(&system);
    command.decide(&mut drafts, &context).unwrap();
    let events = drafts.account.events().to_vec();
    assert_eq!(events.len(), CALLS);
    (system.snapshot(&contoso).1, events)
}

/// What a charge is to an account alone: applied, which changes lots, minutes, sums and what is known of
/// calls; of that, what remembering the call takes, which is no arithmetic; and whether it brings a
/// recharge or a notice about.
fn arithmetic(criterion: &mut Criterion) {
    let at = context().at;
    let mut group = criterion.benchmark_group("a charge and its account");
    group.throughput(Throughput::Elements(CALLS as u64));
    let paid = [("a lot", "+442079460123"), ("minutes", "+14255550100")];
    let paid = paid.map(|(name, called)| (name, charges_of(called)));
    for (name, (account, events)) in &paid {
        group.bench_function(format!("applied, paid by {name}"), |bencher| {
            bencher.iter_batched(
                || Account::clone(account),
                |mut account| {
                    for event in events {
                        account.apply(event).unwrap();
                    }
                    account
                },
                BatchSize::LargeInput,
            );
        });
        group.bench_function(format!("what follows, paid by {name}"), |bencher| {
            bencher.iter(|| {
                let mut following = Vec::new();
                for event in events {
                    account.each_consequence(event, at, |event| following.push(event)).unwrap();
                }
                assert!(black_box(following).is_empty());
            });
        });
    }
    let [(_, (_, events)), _] = &paid;
    group.bench_function("of what is applied, remembering the call", |bencher| {
        bencher.iter_batched(
            Map::default,
            |mut known| {
                for event in events {
                    let Event::CallCharged(charged) = event else { continue };
                    let value = (charged.started_at.month(), charged.uncollected);
                    known.insert(charged.call.clone(), value);
                }
                known
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, charges, running_calls, arithmetic);
criterion_main!(benches);
