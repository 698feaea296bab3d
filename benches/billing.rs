//! Pricing a call by a list of 20,000 prefixes, beside a map from prefixes to decimals; and charging
//! calls to an account.

#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark may panic")]

use std::collections::HashMap;
use std::fmt::Write as _;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use phone_system_core::billing::{
    AddFunds, AuthorizeCall, CallFigures, CallKind, CallRecord, ChooseTariff, Direction, Payment,
    SetUpCredits, Settlement, Tariff, Unpaid,
};
use phone_system_core::bulk::Mode;
use phone_system_core::licensing::{Assign, Assignment, ImportSeats, Sku};
use phone_system_core::money::Amount;
use phone_system_core::organization::{ChargeCalls, Context, SettleCalls};
use phone_system_core::{Duration, OrganizationId, PhoneNumber, PhoneSystem, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};

/// Prefixes of one to seven digits, each with a price of its own.
fn list() -> String {
    let mut csv = "Direction,Prefix,Country,RatePerMinute,IncrementSeconds\n".to_owned();
    for country in 1..=9 {
        writeln!(csv, "outbound,{country},US,0.0{country},60").unwrap();
    }
    for prefix in 1..=19_991_u32 {
        // Spread over all leading digits.
        let prefix = 1_000_000 + prefix * 449;
        writeln!(csv, "outbound,{prefix},US,0.{:04},6", prefix % 10_000).unwrap();
    }
    csv
}

fn numbers() -> Vec<PhoneNumber> {
    (0..1_000_u64)
        .map(|place| PhoneNumber::from_digits(10_000_000_000 + place * 89_999_993).unwrap())
        .collect()
}

fn seconds(place: usize) -> Duration {
    Duration::from_seconds(u32::try_from(place).unwrap() % 600)
}

/// What one writes without a library: the longest prefix by cutting digits, decimals for money.
fn by_decimals(prices: &HashMap<String, (Decimal, u64)>, number: &str, seconds: u64) -> Decimal {
    let digits = &number[1..];
    let (price, increment) =
        (1..=digits.len()).rev().find_map(|length| prices.get(&digits[..length])).unwrap();
    let billed = seconds.div_ceil(*increment) * increment;
    (*price * Decimal::from(billed) / Decimal::from(60))
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn prices(criterion: &mut Criterion) {
    let csv = list();
    let tariff = Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), &csv).unwrap();
    let decimals: HashMap<String, (Decimal, u64)> = tariff
        .rates()
        .iter()
        .map(|rate| {
            let increment = rate.increment.micros().unsigned_abs() / 1_000_000;
            (rate.prefix.to_string(), (rate.per_minute.into(), increment))
        })
        .collect();
    let numbers = numbers();
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let at: Timestamp = "2018-04-02T12:00:00Z".parse().unwrap();
    let ours = |place: usize, number: &PhoneNumber| {
        let (direction, duration) = (Direction::Outbound, seconds(place));
        let call = CallFigures { direction, number: *number, begins: at, duration };
        tariff.rate_call(call).unwrap().amount
    };
    let theirs = |place: usize, text: &String| {
        by_decimals(&decimals, text, seconds(place).micros().unsigned_abs() / 1_000_000)
    };
    // The same prices, or the comparison says nothing.
    for (place, (number, text)) in numbers.iter().zip(&texts).enumerate() {
        assert_eq!(Amount::try_from(theirs(place, text)), Ok(ours(place, number)), "{text}");
    }

    let mut group = criterion.benchmark_group("price of a call, 20,000 prefixes");
    group.throughput(Throughput::Elements(numbers.len() as u64));
    group.bench_function("phone-system", |bencher| {
        bencher.iter(|| {
            let amounts = numbers.iter().enumerate().map(|(place, number)| ours(place, number));
            amounts.fold(0, |sum, amount| sum + amount.millionths())
        });
    });
    group.bench_function("map of prefixes and decimals", |bencher| {
        bencher.iter(|| {
            let amounts = texts.iter().enumerate().map(|(place, text)| theirs(place, text));
            amounts.fold(Decimal::ZERO, |sum, amount| sum + amount)
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("price list of 20,000 prefixes");
    group.throughput(Throughput::Elements(tariff.rates().len() as u64)).sample_size(20);
    group.bench_function("read", |bencher| {
        bencher.iter(|| {
            Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), &csv).unwrap()
        });
    });
    group.finish();
}

/// A system in which a user may call by credits.
fn account(contoso: &OrganizationId, context: &Context) -> PhoneSystem {
    let system = PhoneSystem::in_memory();
    let tariff = Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), &list());
    system.add_tariff(tariff.unwrap());
    let csv = "SkuPartNumber,Seats\nENTERPRISEPREMIUM,1\nMCOPSTN1,1\nMCOPSTNPP,1\n".to_owned();
    let seats = ImportSeats { csv, mode: Mode::default() };
    system.execute(contoso, &seats, context).unwrap();
    let skus = vec![Sku::E5, Sku::Domestic, Sku::CommunicationsCredits];
    let (user, usage_location) = ("u1@example.com".parse().unwrap(), "US".parse().unwrap());
    let assignments = vec![Assignment { user, usage_location, skus }];
    let assign = Assign { assignments, mode: Mode::default() };
    system.execute(contoso, &assign, context).unwrap();
    let credits = SetUpCredits { currency: "USD".parse().unwrap(), country: None };
    system.execute(contoso, &credits, context).unwrap();
    let chosen = ChooseTariff { tariff: "list".parse().unwrap() };
    system.execute(contoso, &chosen, context).unwrap();
    let amount = "1000000.00".parse().unwrap();
    system.execute(contoso, &AddFunds { amount, payment: Payment::default() }, context).unwrap();
    system
}

fn charges(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let at: Timestamp = "2018-04-02T12:00:00Z".parse().unwrap();
    let context = Context::new(at, "bench".parse().unwrap());
    let system = || account(&contoso, &context);
    let call = |place: usize| CallRecord {
        call: format!("call-{place}").parse().unwrap(),
        kind: CallKind::UserOut,
        user: Some("u1@example.com".parse().unwrap()),
        location: "US".parse().unwrap(),
        caller: None,
        called: Some("+442079460123".to_owned()),
        reach: None,
        started_at: at,
        duration: Duration::from_seconds(90),
    };
    let mut group = criterion.benchmark_group("charge calls from credits");
    group.throughput(Throughput::Elements(1_000)).sample_size(10);
    for (name, at_once) in [("1,000 commands", 1), ("1 command of 1,000", 1_000)] {
        let commands: Vec<ChargeCalls> = (0..1_000 / at_once)
            .map(|batch| ChargeCalls {
                calls: (0..at_once).map(|place| call(batch * at_once + place)).collect(),
                unpaid: Unpaid::Refuse,
                mode: Mode::default(),
            })
            .collect();
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                system,
                |system| {
                    for command in &commands {
                        system.execute(&contoso, command, &context).unwrap();
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// Calls as they begin and end: each is authorized and settled by commands of its own.
fn running_calls(criterion: &mut Criterion) {
    let contoso: OrganizationId = "contoso".parse().unwrap();
    let at: Timestamp = "2018-04-02T12:00:00Z".parse().unwrap();
    let context = Context::new(at, "bench".parse().unwrap());
    let authorize = |place: usize| AuthorizeCall {
        call: format!("call-{place}").parse().unwrap(),
        kind: CallKind::UserOut,
        user: Some("u1@example.com".parse().unwrap()),
        location: "US".parse().unwrap(),
        caller: None,
        called: Some("+442079460123".to_owned()),
        reach: None,
        wanted: Some(Duration::from_seconds(600)),
    };
    let settle = |place: usize| SettleCalls {
        calls: vec![Settlement {
            call: format!("call-{place}").parse().unwrap(),
            duration: Duration::from_seconds(90),
        }],
        mode: Mode::default(),
    };
    let calls: Vec<_> = (0..1_000).map(|place| (authorize(place), settle(place))).collect();
    let mut group = criterion.benchmark_group("authorize and settle a call from credits");
    group.throughput(Throughput::Elements(1_000)).sample_size(10);
    group.bench_function("two commands, in memory", |bencher| {
        bencher.iter_batched(
            || account(&contoso, &context),
            |system| {
                for (authorize, settle) in &calls {
                    system.execute(&contoso, authorize, &context).unwrap();
                    system.execute(&contoso, settle, &context).unwrap();
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, prices, charges, running_calls);
criterion_main!(benches);
