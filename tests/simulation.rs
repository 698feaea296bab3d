//! Simulation: against Erlang's formulas, and by what holds for every day of calls.

#![allow(clippy::float_arithmetic, reason = "probabilities are compared")]

use std::ops::ControlFlow;

use phone_system_core::capacity::simulation::{
    Error, Lengths, OfferedCalls, Probability, Retries, SharedLimit, Simulate, Simulated,
    SimulatedCalls, simulate,
};
use phone_system_core::capacity::traffic::{erlang_b, erlang_b_recall};
use phone_system_core::capacity::{CapacityClass, Limits, Scope, Way};
use phone_system_core::organization::Seed;
use phone_system_core::{Duration, PhoneNumber};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn number(place: u32) -> PhoneNumber {
    format!("+1425555{place:04}").parse().unwrap()
}

fn offered(place: u32, arrivals: &[Decimal], limit: u32) -> OfferedCalls {
    OfferedCalls {
        number: number(place),
        arrivals: arrivals.iter().copied().cycle().take(24).collect(),
        limit: Some(limit),
        way: Way::Inbound,
        scopes: Vec::new(),
    }
}

fn asked(numbers: Vec<OfferedCalls>, minutes: u32, days: u32) -> Simulate {
    Simulate {
        numbers,
        duration: Duration::from_minutes(minutes),
        lengths: Lengths::Exponential,
        retries: None,
        limits: Vec::new(),
        days,
        seed: Seed::new([1; 32]),
        csv: false,
    }
}

fn ask(asked: &Simulate) -> Result<Simulated, Error> {
    simulate(asked, &|_| (CapacityClass::Hundreds, 250), &mut |_, _| ControlFlow::Continue(()))
}

fn day(asked: &Simulate) -> SimulatedCalls {
    ask(asked).unwrap().day
}

/// So many calls an hour of three minutes each are a twentieth of that in erlang.
fn one_number(erlang: u32, lines: u32, days: u32) -> Simulate {
    asked(vec![offered(0, &[(20 * erlang).into()], lines)], 3, days)
}

/// How far what was simulated is from `exact`, in standard errors.
fn distance(calls: &SimulatedCalls, exact: f64) -> f64 {
    let [blocking, error] = [calls.blocking, calls.standard_error].map(|one| one.unwrap().real());
    (blocking - exact) / error
}

/// Erlang, lines, days.
const TABLE: [(u32, u32, u32); 8] = [
    (1, 1, 100),
    (1, 4, 400),
    (2, 4, 100),
    (6, 4, 60),
    (20, 20, 40),
    (80, 96, 60),
    (230, 250, 20),
    (300, 250, 10),
];

#[test]
fn erlang_b_lies_within_the_interval() {
    let mut within = 0;
    for lengths in [Lengths::Exponential, Lengths::Constant] {
        for (erlang, lines, days) in TABLE {
            let exact = erlang_b(f64::from(erlang), lines).unwrap();
            let asked = Simulate { lengths, ..one_number(erlang, lines, days) };
            let calls = day(&asked);
            let distance = distance(&calls, exact);
            let interval = calls.interval.unwrap();
            println!(
                "{erlang} erlang, {lines} lines, {lengths}, {days} days: {} of {}, {} to {}, exact {exact:.6}, {distance:.2} errors off",
                calls.blocking.unwrap(),
                calls.offered,
                interval.from,
                interval.to,
            );
            assert!(distance.abs() <= 4.0, "{erlang} erlang on {lines} lines: {calls:?}");
            // It says something: no more than a quarter of the figure to each side.
            let reach = f64::from(interval.to.billionths() - interval.from.billionths()) / 2e9;
            assert!(reach <= exact / 4.0, "{erlang} erlang on {lines} lines: {calls:?}");
            within += u32::from(interval.from.real() <= exact && exact <= interval.to.real());
            let carried: f64 = calls.carried.to_string().parse().unwrap();
            let mean = f64::from(erlang) * (1.0 - exact);
            assert!((carried / mean - 1.0).abs() < 0.02, "{carried} for {mean}");
        }
    }
    assert!(within >= 14, "{within} of 16 intervals have the exact value in them");
}

#[test]
fn an_interval_holds_the_exact_value_as_often_as_it_says() {
    let exact = erlang_b(2.0, 4).unwrap();
    let holds = |seed: u8| {
        let asked = Simulate { seed: Seed::new([seed; 32]), ..one_number(2, 4, 10) };
        let interval = day(&asked).interval.unwrap();
        interval.from.real() <= exact && exact <= interval.to.real()
    };
    let held = (0..200).filter(|seed| holds(*seed)).count();
    println!("{held} of 200 intervals of 95 %");
    assert!((180..=199).contains(&held), "{held} of 200");
}

#[test]
fn every_hour_has_the_blocking_of_its_own_traffic() {
    // Slow enough for the formula: calls of a minute, the same rate for six hours.
    let arrivals: Vec<Decimal> =
        (0..24).map(|hour| Decimal::from([30, 120, 300, 60][hour / 6])).collect();
    let simulated = ask(&asked(vec![offered(0, &arrivals, 4)], 1, 200)).unwrap();
    let hours = &simulated.numbers[0].hours;
    for hour in hours.iter().filter(|hour| hour.hour % 6 != 0) {
        let exact = hour.formula.unwrap().real();
        assert!(distance(&hour.calls, exact).abs() <= 4.0, "{hour:?}");
    }
    let traffic: Vec<_> = hours.iter().step_by(6).map(|hour| hour.traffic.to_string()).collect();
    assert_eq!(traffic, ["0.500000", "2.000000", "5.000000", "1.000000"]);
    let rate = |hour: usize| hours[hour].calls.offered / 200;
    assert!((28..=32).contains(&rate(0)) && (295..=305).contains(&rate(13)));
}

#[test]
fn retries_come_near_extended_erlang_b() {
    for (erlang, lines, share) in
        [(2_u32, 4, "0.5"), (6, 4, "0.7"), (20, 20, "0.5"), (20, 20, "0.9")]
    {
        let share: Decimal = share.parse().unwrap();
        let exact =
            erlang_b_recall(f64::from(erlang), lines, share.to_string().parse().unwrap()).unwrap();
        let mut off = Vec::new();
        for minutes in [1, 60] {
            let retries = Retries { share, after: Duration::from_minutes(minutes), most: 100 };
            let asked = Simulate { retries: Some(retries), ..one_number(erlang, lines, 40) };
            let simulated = ask(&asked).unwrap();
            assert_eq!(simulated.numbers[0].hours[0].formula, told(exact));
            off.push(simulated.day.blocking.unwrap().real() / exact - 1.0);
        }
        println!("{erlang} erlang, {lines} lines, {share} again: {off:.4?} off");
        // Who calls again soon finds the number full more often than the formula says; who waits for
        // twenty calls' time is hardly told from another caller.
        assert!((-0.02..0.30).contains(&off[0]), "{off:?}");
        assert!(off[1].abs() < 0.05, "{off:?}");
    }
}

fn told(probability: f64) -> Option<Probability> {
    format!("{probability:.9}").parse().ok()
}

#[test]
fn shared_limits_refuse_as_those_of_the_gate() {
    let trunk: Scope = "trunk:west".parse().unwrap();
    let numbers = (0..10).map(|place| OfferedCalls {
        scopes: vec![trunk.clone(), "trunk:other".parse().unwrap()],
        way: if place < 5 { Way::Inbound } else { Way::Outbound },
        ..offered(place, &[40.into()], 250)
    });
    let limits = Limits { two_way: Some(20), ..Limits::default() };
    let shared = vec![SharedLimit { scope: trunk.clone(), limits }];
    let mut asked = Simulate { limits: shared, ..asked(numbers.collect(), 3, 40) };
    // Ten numbers of 2 erlang share 20 lines.
    let simulated = ask(&asked).unwrap();
    assert!(distance(&simulated.day, erlang_b(20.0, 20).unwrap()).abs() <= 4.0);
    assert_eq!(simulated.day.refused_shared, simulated.day.refused);
    assert_eq!(simulated.day.peak, 20);
    let limit = &simulated.limits[0];
    let refused: u64 = limit.hours.iter().map(|hour| hour.refused).sum();
    assert_eq!((&limit.scope, refused), (&trunk, simulated.day.refused));
    assert_eq!(limit.hours.iter().map(|hour| hour.peak).max(), Some(20));
    let carried: f64 =
        limit.hours.iter().map(|hour| hour.carried.to_string().parse::<f64>().unwrap()).sum();
    let all: f64 = simulated.day.carried.to_string().parse().unwrap();
    assert!((carried / 24.0 - all).abs() < 1e-5, "{carried} {all}");
    // None gets out, and nothing keeps calls from coming in.
    asked.limits[0].limits = Limits { outbound: Some(0), ..Limits::default() };
    let simulated = ask(&asked).unwrap();
    let refused = |place: usize| simulated.numbers[place].day.refused;
    assert!((0..5).all(|place| refused(place) == 0));
    assert!((5..10).all(|place| refused(place) == simulated.numbers[place].day.offered));
}

#[test]
fn a_number_more_changes_nothing_of_the_others() {
    let mut asked = asked(vec![offered(1, &[90.into()], 4), offered(3, &[50.into()], 4)], 3, 5);
    asked.retries =
        Some(Retries { share: Decimal::ONE, after: Duration::from_minutes(5), most: 2 });
    let few = ask(&asked).unwrap();
    asked.numbers.insert(0, offered(2, &[200.into()], 4));
    let more = ask(&asked).unwrap();
    assert_eq!(few.numbers[0], more.numbers[0]);
    assert_eq!(few.numbers[1], more.numbers[2]);
    // Nor does the order in which they are named.
    asked.numbers.reverse();
    assert_eq!(ask(&asked).unwrap(), more);
    // Where they share a limit they are called at the same instants still.
    asked.retries = None;
    let scope: Scope = "trunk:west".parse().unwrap();
    asked.numbers.iter_mut().for_each(|number| number.scopes = vec![scope.clone()]);
    let apart = ask(&asked).unwrap();
    let limits = Limits { two_way: Some(5), ..Limits::default() };
    asked.limits = vec![SharedLimit { scope, limits }];
    let together = ask(&asked).unwrap();
    assert!(together.day.refused > apart.day.refused);
    assert_eq!(together.day.offered, apart.day.offered);
    asked.lengths = Lengths::Constant;
    assert_eq!(ask(&asked).unwrap().day.offered, apart.day.offered);
}

#[test]
fn it_tells_how_far_it_is_and_can_be_stopped() {
    let asked = one_number(2, 4, 3);
    let mut told = Vec::new();
    let mut note = |done, total| {
        told.push((done, total));
        ControlFlow::Continue(())
    };
    simulate(&asked, &|_| (CapacityClass::Few, 4), &mut note).unwrap();
    // An hour before each day, for calls of three minutes.
    assert_eq!(told, (1..=75).map(|done| (done, 75)).collect::<Vec<_>>());
    let mut stop =
        |done, _| if done < 7 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let stopped = simulate(&asked, &|_| (CapacityClass::Few, 4), &mut stop).unwrap_err();
    assert_eq!(stopped, Error::Stopped { done: 7, total: 75 });
    // Within an hour of many calls too.
    let busy = asked_of(&[2_000_000.into()]);
    let mut calls = 0;
    let mut stop = |done, _| {
        calls += 1;
        assert_eq!(done, 0);
        if calls < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    assert!(simulate(&busy, &|_| (CapacityClass::Few, 4), &mut stop).is_err());
}

fn asked_of(arrivals: &[Decimal]) -> Simulate {
    asked(vec![offered(0, arrivals, 4)], 1, 1)
}

#[test]
fn nothing_unlimited_is_asked_for() {
    let refused = |change: &dyn Fn(&mut Simulate)| {
        let mut asked = asked_of(&[60.into()]);
        change(&mut asked);
        ask(&asked).unwrap_err().to_string()
    };
    let retries = |share: i64, seconds, most| {
        move |asked: &mut Simulate| {
            let after = Duration::from_seconds(seconds);
            asked.retries = Some(Retries { share: Decimal::new(share, 1), after, most });
        }
    };
    let limit = |asked: &mut Simulate| {
        let (scope, limits) = ("trunk:west".parse().unwrap(), Limits::default());
        asked.limits.push(SharedLimit { scope, limits });
    };
    for (told, wanted) in [
        (
            refused(&|asked| asked.numbers.clear()),
            "at least one number must be named, with the calls that it is offered",
        ),
        (
            refused(&|asked| asked.numbers.push(offered(0, &[1.into()], 1))),
            "+14255550000 is named twice among `numbers`",
        ),
        (
            refused(&|asked| (0..2).for_each(|_| limit(asked))),
            "trunk:west is named twice among `limits`",
        ),
        (
            refused(&|asked| asked.numbers[0].arrivals.truncate(23)),
            "`arrivals` cannot be 23 figures; allowed: 24 figures",
        ),
        (
            refused(&|asked| asked.numbers[0].arrivals[3] = Decimal::NEGATIVE_ONE),
            "`arrivals` cannot be -1; allowed: 0 to 50000000",
        ),
        (
            refused(&|asked| asked.numbers[0].limit = Some(1_000_001)),
            "`limit` is 1000001, and 1000000 are the most that are reckoned with",
        ),
        (refused(&|asked| asked.days = 0), "`days` cannot be 0; allowed: 1 to 5000"),
        (refused(&|asked| asked.days = 5_001), "`days` cannot be 5001; allowed: 1 to 5000"),
        (
            refused(&|asked| asked.duration = Duration::ZERO),
            "`duration` cannot be PT0S; allowed: PT1S to PT24H",
        ),
        (
            refused(&|asked| asked.duration = Duration::from_hours(25)),
            "`duration` cannot be PT25H; allowed: PT1S to PT24H",
        ),
        (refused(&retries(11, 60, 1)), "`share` cannot be 1.1; allowed: 0 to 1"),
        (refused(&retries(5, 0, 1)), "`after` cannot be PT0S; allowed: PT1S to PT24H"),
        (refused(&retries(5, 60, 0)), "`most` cannot be 0; allowed: 1 to 100"),
        (
            refused(&|asked| asked.numbers = vec![offered(0, &[Decimal::MAX], 4)]),
            "`arrivals` cannot be 79228162514264337593543950335; allowed: 0 to 50000000",
        ),
        (
            refused(&|asked| {
                (asked.numbers, asked.days) = (vec![offered(0, &[1_000.into()], 4)], 2_001);
            }),
            "50025000 tries are to be expected, and 50000000 are the most of one simulation; name fewer days or numbers",
        ),
        (
            refused(&|asked| {
                asked.numbers =
                    (0..10_001).map(|place| offered(place % 10_000, &[0.into()], 4)).collect();
            }),
            "10001 numbers are to be expected, and 10000 are the most of one simulation; name fewer days or numbers",
        ),
        (
            refused(&|asked| {
                let many = |place| offered(place, &[100_000.into()], 1_000_000);
                (asked.numbers, asked.duration) =
                    ((0..2).map(many).collect(), Duration::from_hours(12));
            }),
            "2000000 calls at once are to be expected, and 1000000 are the most of one simulation; name fewer days or numbers",
        ),
    ] {
        assert_eq!(told, wanted);
    }
}

/// What is likely to be asked, and small.
fn some_asked() -> impl Strategy<Value = Simulate> {
    let rate = prop_oneof![Just(0.0), 0.0..400.0_f64];
    let rates = proptest::collection::vec(rate, 24);
    let number = (rates, 0_u32..12, any::<bool>(), any::<bool>());
    let numbers = proptest::collection::vec(number, 1..5);
    let retries = proptest::option::of((0_i64..=100, 1_u32..7_200, 1_u32..6));
    let limit = proptest::option::of((0_u32..12, 0_u32..12, 0_u32..3));
    (numbers, 1_u32..14_400, any::<bool>(), retries, limit, 1_u32..4, any::<[u8; 32]>()).prop_map(
        |(numbers, seconds, constant, retries, limit, days, seed)| {
            let scope: Scope = "trunk:west".parse().unwrap();
            let numbers = (0..).zip(numbers).map(|(place, (rates, limit, outbound, joined))| {
                let rate = |rate: &f64| format!("{rate:.3}").parse().unwrap();
                let arrivals: Vec<Decimal> = rates.iter().map(rate).collect();
                let way = if outbound { Way::Outbound } else { Way::Inbound };
                let scopes = if joined { vec![scope.clone()] } else { Vec::new() };
                OfferedCalls { way, scopes, ..offered(place, &arrivals, limit) }
            });
            Simulate {
                numbers: numbers.collect(),
                duration: Duration::from_seconds(seconds),
                lengths: if constant { Lengths::Constant } else { Lengths::Exponential },
                retries: retries.map(|(share, after, most)| {
                    let after = Duration::from_seconds(after);
                    Retries { share: Decimal::new(share, 2), after, most }
                }),
                limits: limit.map_or(Vec::new(), |(two_way, inbound, burst)| {
                    let (two_way, inbound) = (Some(two_way), Some(inbound));
                    let limits = Limits { two_way, inbound, outbound: None, burst };
                    vec![SharedLimit { scope, limits }]
                }),
                days,
                seed: Seed::new(seed),
                csv: true,
            }
        },
    )
}

fn accounts_are_right(calls: &SimulatedCalls, limit: u32) {
    let SimulatedCalls { offered, again, admitted, refused, refused_shared, given_up, .. } = *calls;
    assert_eq!(offered + again, admitted + refused);
    assert!(refused_shared <= refused && given_up <= refused);
    assert!(calls.peak <= limit, "{} of {limit}", calls.peak);
    // Calls carried of a day and those from the evening before are within the limit too.
    assert!(calls.carried.millionths() <= u64::from(limit) * 1_000_000);
    assert_eq!(calls.blocking.is_some(), admitted + refused > 0);
    if let (Some(blocking), Some(interval)) = (calls.blocking, calls.interval) {
        assert!(interval.from <= blocking && blocking <= interval.to);
    }
}

proptest! {
    #![proptest_config(crate::random(300))]

    #[test]
    fn accounts_hold_and_limits_are_kept(asked in some_asked()) {
        let simulated = ask(&asked).unwrap();
        let mut sums = [0; 6];
        for (number, offered) in simulated.numbers.iter().zip(&asked.numbers) {
            let limit = offered.limit.unwrap();
            accounts_are_right(&number.day, limit);
            let figures = |calls: &SimulatedCalls| {
                let SimulatedCalls { offered, again, admitted, refused, refused_shared, .. } = *calls;
                [offered, again, admitted, refused, refused_shared, calls.given_up]
            };
            let mut day = [0; 6];
            for hour in &number.hours {
                accounts_are_right(&hour.calls, limit);
                day.iter_mut().zip(figures(&hour.calls)).for_each(|(sum, more)| *sum += more);
            }
            prop_assert_eq!(day, figures(&number.day));
            prop_assert_eq!(number.hours.iter().map(|hour| hour.calls.peak).max(), Some(number.day.peak));
            sums.iter_mut().zip(day).for_each(|(sum, more)| *sum += more);
        }
        let all = &simulated.day;
        let told = [all.offered, all.again, all.admitted, all.refused, all.refused_shared, all.given_up];
        prop_assert_eq!(sums, told);
        if asked.retries.is_none() {
            prop_assert_eq!((all.again, all.given_up), (0, all.refused));
        }
        for (limit, shared) in simulated.limits.iter().zip(&asked.limits) {
            let most = shared.limits.two_way.unwrap() + shared.limits.burst;
            prop_assert!(limit.hours.iter().all(|hour| hour.peak <= most));
            let refused: u64 = limit.hours.iter().map(|hour| hour.refused).sum();
            prop_assert_eq!(refused, all.refused_shared);
        }
        // The same again, to the byte, and from its own JSON.
        let json = serde_json::to_string(&simulated).unwrap();
        let read: Simulate = serde_json::from_str(&serde_json::to_string(&asked).unwrap()).unwrap();
        prop_assert_eq!(serde_json::to_string(&ask(&read).unwrap()).unwrap(), json);
        let rows = simulated.csv.as_ref().unwrap();
        prop_assert_eq!(rows.lines().count(), 2 + 25 * simulated.numbers.len());
        prop_assert!(rows.lines().all(|row| row.split(',').count() == 18));
    }
}
