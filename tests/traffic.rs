//! Traffic theory: against arithmetic of 60 digits, and by what holds for all figures.

#![allow(clippy::float_arithmetic, reason = "probabilities are compared")]

use std::collections::BTreeMap;

use phone_system_core::capacity::traffic::{
    Error, MAXIMUM_LINES, agents_for_service_level, agents_for_speed_of_answer, engset, erlang_b,
    erlang_b_recall, erlang_c, lines_for_engset, lines_for_erlang_b, lines_for_erlang_b_recall,
    service_level, speed_of_answer, traffic_for_engset, traffic_for_erlang_b,
    traffic_for_erlang_b_recall, traffic_for_service_level, traffic_for_speed_of_answer,
};
use proptest::prelude::*;

/// What a function answers: a figure, or a number of lines or agents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Told {
    Figure(f64),
    Count(u32),
}

/// Calls a function by its name with its arguments in a text, as the oracle and the vectors have them.
pub(crate) fn ask(function: &str, arguments: &str) -> Result<Told, Error> {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let real = |place: usize| arguments[place].parse::<f64>().unwrap();
    let count = |place: usize| arguments[place].parse::<u32>().unwrap();
    match function {
        "erlang_b" => erlang_b(real(0), count(1)).map(Told::Figure),
        "erlang_b_recall" => erlang_b_recall(real(0), count(1), real(2)).map(Told::Figure),
        "erlang_c" => erlang_c(real(0), count(1)).map(Told::Figure),
        "service_level" => service_level(real(0), count(1), real(2), real(3)).map(Told::Figure),
        "speed_of_answer" => speed_of_answer(real(0), count(1), real(2)).map(Told::Figure),
        "engset" => engset(real(0), count(1), count(2)).map(Told::Figure),
        "lines_for_erlang_b" => lines_for_erlang_b(real(0), real(1)).map(Told::Count),
        "lines_for_erlang_b_recall" => {
            lines_for_erlang_b_recall(real(0), real(1), real(2)).map(Told::Count)
        }
        "lines_for_engset" => lines_for_engset(real(0), count(1), real(2)).map(Told::Count),
        "agents_for_service_level" => {
            agents_for_service_level(real(0), real(1), real(2), real(3)).map(Told::Count)
        }
        "agents_for_speed_of_answer" => {
            agents_for_speed_of_answer(real(0), real(1), real(2)).map(Told::Count)
        }
        "traffic_for_erlang_b" => traffic_for_erlang_b(count(0), real(1)).map(Told::Figure),
        "traffic_for_erlang_b_recall" => {
            traffic_for_erlang_b_recall(count(0), real(1), real(2)).map(Told::Figure)
        }
        "traffic_for_engset" => traffic_for_engset(count(0), count(1), real(2)).map(Told::Figure),
        "traffic_for_service_level" => {
            traffic_for_service_level(count(0), real(1), real(2), real(3)).map(Told::Figure)
        }
        "traffic_for_speed_of_answer" => {
            traffic_for_speed_of_answer(count(0), real(1), real(2)).map(Told::Figure)
        }
        _ => panic!("there is no `{function}`"),
    }
}

/// The least number of 64 bits with all its digits.
const NORMAL: f64 = f64::MIN_POSITIVE;

#[test]
fn every_row_of_the_oracle_is_met_to_twelve_digits() {
    let rows = include_str!("oracles/traffic.csv").lines().skip(1);
    let mut worst = BTreeMap::<&str, (f64, usize)>::new();
    for row in rows {
        let [function, arguments, exact] = row.split(',').collect::<Vec<_>>().try_into().unwrap();
        let seen = worst.entry(function).or_default();
        seen.1 += 1;
        match ask(function, arguments).unwrap() {
            Told::Count(count) => assert_eq!(count.to_string(), exact, "{row}"),
            Told::Figure(figure) => {
                let exact: f64 = exact.parse().unwrap();
                // Where the exact value has lost digits, a last digit may differ.
                let error = (figure - exact).abs() / exact.abs().max(NORMAL);
                let error = if figure.to_bits() == exact.to_bits() { 0.0 } else { error };
                seen.0 = seen.0.max(error);
                assert!(error <= 1e-12, "{row}: {figure:e} is off by {error:e}");
            }
        }
    }
    assert_eq!(worst.len(), 16, "{worst:?}");
    for (function, (error, rows)) in worst {
        println!("{function}: {rows} rows, relative error at most {error:.1e}");
    }
}

#[test]
fn printed_tables_are_met() {
    for (blocking, table) in [
        (0.001, &[(10, 3.092), (20, 9.411), (30, 16.684), (100, 75.242)][..]),
        (0.01, &[(5, 1.361), (10, 4.461), (15, 8.108), (20, 12.031), (50, 37.901), (100, 84.064)]),
        (0.02, &[(10, 5.084), (30, 21.932), (100, 87.972)]),
        (0.05, &[(10, 6.216), (100, 95.240)]),
    ] {
        for &(lines, printed) in table {
            let exact = traffic_for_erlang_b(lines, blocking).unwrap();
            // Some tables round, some cut.
            assert!((exact - printed).abs() < 0.000_6, "{lines} lines at {blocking}: {exact}");
            assert_eq!(lines_for_erlang_b(exact, blocking), Ok(lines));
        }
    }
}

#[test]
fn the_ends_of_the_range_are_answered() {
    // Below the least number with all its digits a probability keeps those that are left.
    assert_eq!(erlang_b(1e-310, 1), Ok(1e-310));
    assert_eq!(erlang_b(5e-324, 1), Ok(5e-324));
    assert_eq!(erlang_b(3e-162, 2), Ok(5e-324));
    assert_eq!(erlang_b(1e-163, 3), Ok(0.0));
    assert_eq!(erlang_b(0.0, 1), Ok(0.0));
    assert_eq!(erlang_b(-0.0, 1), Ok(0.0));
    assert_eq!(erlang_b(f64::MAX, MAXIMUM_LINES), Ok(1.0));
    assert_eq!(erlang_b_recall(f64::MAX, 1, 0.999), Ok(1.0));
    assert_eq!(erlang_b_recall(0.0, 1, 1.0), Ok(0.0));
    assert_eq!(erlang_c(0.0, 7), Ok(0.0));
    assert_eq!(service_level(0.0, 7, 180.0, 0.0), Ok(1.0));
    assert_eq!(speed_of_answer(0.0, 7, 180.0), Ok(0.0));
    assert_eq!(engset(f64::MAX, 1, u32::MAX), Ok(1.0));
    assert_eq!(lines_for_erlang_b(0.0, 0.01), Ok(1));
    assert_eq!(agents_for_service_level(0.0, 180.0, 20.0, 0.8), Ok(1));
    let million = traffic_for_erlang_b(MAXIMUM_LINES, 0.01).unwrap();
    assert_eq!(lines_for_erlang_b(million, 0.01), Ok(MAXIMUM_LINES));
    assert!(matches!(lines_for_erlang_b(1e7, 0.01), Err(Error::MoreNeeded { .. })));
    assert!(matches!(erlang_b(1.0, MAXIMUM_LINES + 1), Err(Error::TooManyLines { .. })));
}

/// A probability and everything that answers one.
fn probabilities(a: f64, b: f64, c: f64, lines: u32, sources: u32) -> [Result<f64, Error>; 5] {
    [
        erlang_b(a, lines),
        erlang_b_recall(a, lines, b),
        erlang_c(a, lines),
        service_level(a, lines, b, c),
        engset(a, lines, sources),
    ]
}

fn bits() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits)
}

/// Figures that are likely to be taken.
fn some_figure() -> impl Strategy<Value = f64> {
    prop_oneof![bits(), 0.0..1.0, 0.0..2_000.0, Just(0.0), Just(1.0)]
}

fn some_count() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..5, 1_u32..2_000, 999_000_u32..1_001_000, any::<u32>()]
}

proptest! {
    #![proptest_config(crate::random(3_000))]

    #[test]
    fn any_figures_are_answered_or_refused(
        a in some_figure(), b in some_figure(), c in some_figure(), d in some_figure(),
        lines in some_count(), sources in some_count(),
    ) {
        for answer in probabilities(a, b, c, lines, sources).into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&answer), "{answer}");
        }
        if let Ok(seconds) = speed_of_answer(a, lines, b) {
            prop_assert!(seconds.is_finite() && seconds >= 0.0, "{seconds}");
        }
        let counts = [
            lines_for_erlang_b(a, b),
            lines_for_engset(a, sources, b),
            agents_for_service_level(a, b, c, d),
            agents_for_speed_of_answer(a, b, c),
        ];
        for count in counts.into_iter().flatten() {
            prop_assert!((1..=MAXIMUM_LINES).contains(&count));
        }
        let most = [
            traffic_for_erlang_b(lines, a),
            traffic_for_engset(lines, sources, a),
            traffic_for_service_level(lines, a, b, c),
            traffic_for_speed_of_answer(lines, a, b),
        ];
        for traffic in most.into_iter().flatten() {
            prop_assert!(traffic.is_finite() && traffic >= 0.0, "{traffic}");
        }
    }

    #[test]
    fn more_traffic_is_worse_and_more_lines_are_better(
        load in 0.01..3.0_f64, more in 1.000_001..2.0_f64, lines in 1_u32..3_000, recall in 0.0..0.99_f64,
    ) {
        let traffic = load * f64::from(lines);
        let [b, e, _, _, n] = probabilities(traffic, recall, 0.0, lines, 5_000);
        let (b, e, n) = (b.unwrap(), e.unwrap(), n.unwrap());
        let [busier, again, _, _, often] = probabilities(traffic * more, recall, 0.0, lines, 5_000);
        prop_assert!(b <= busier.unwrap() && e <= again.unwrap() && n <= often.unwrap());
        let [wider, again, _, _, seldom] = probabilities(traffic, recall, 0.0, lines + 1, 5_000);
        prop_assert!(b >= wider.unwrap() && e >= again.unwrap() && n >= seldom.unwrap());
        prop_assert!(e >= b * (1.0 - 1e-12));
        if let (Ok(waits), Ok(level)) =
            (erlang_c(traffic, lines), service_level(traffic, lines, 180.0, 20.0))
        {
            prop_assert!(waits >= b && erlang_c(traffic, lines + 1).unwrap() <= waits);
            prop_assert!(level >= 1.0 - waits - 1e-12);
            // Near 1 the last digit may differ.
            let better = service_level(traffic, lines + 1, 180.0, 20.0).unwrap();
            prop_assert!(better >= level * (1.0 - 1e-15));
            let seconds = speed_of_answer(traffic, lines, 180.0).unwrap();
            prop_assert!(speed_of_answer(traffic, lines + 1, 180.0).unwrap() <= seconds);
        } else {
            prop_assert!(load >= 1.0);
        }
    }

    #[test]
    fn the_fewest_do_and_one_fewer_does_not(
        traffic in prop_oneof![0.001..10.0_f64, 1.0..5_000.0], wanted in 1e-9..0.999_f64,
        recall in 0.0..1.0_f64, seconds in 1.0..600.0_f64, sources in 1_u32..3_000,
    ) {
        let fewest = |found: u32, holds: &dyn Fn(u32) -> bool| {
            holds(found) && (found == 1 || !holds(found - 1))
        };
        let blocked = |answer: Result<f64, Error>| answer.is_ok_and(|is| is <= wanted);
        let lines = lines_for_erlang_b(traffic, wanted).unwrap();
        prop_assert!(fewest(lines, &|lines| blocked(erlang_b(traffic, lines))));
        let lines = lines_for_erlang_b_recall(traffic, recall, wanted).unwrap();
        prop_assert!(fewest(lines, &|lines| blocked(erlang_b_recall(traffic, lines, recall))));
        let lines = lines_for_engset(traffic / 1e3, sources, wanted).unwrap();
        prop_assert!(fewest(lines, &|lines| blocked(engset(traffic / 1e3, lines, sources))));
        let agents = agents_for_service_level(traffic, 180.0, seconds, wanted).unwrap();
        let holds = |agents| service_level(traffic, agents, 180.0, seconds).is_ok_and(|is| is >= wanted);
        prop_assert!(fewest(agents, &holds));
        let agents = agents_for_speed_of_answer(traffic, 180.0, seconds).unwrap();
        let holds = |agents| speed_of_answer(traffic, agents, 180.0).is_ok_and(|is| is <= seconds);
        prop_assert!(fewest(agents, &holds));
    }
}

proptest! {
    #![proptest_config(crate::random(200))]

    #[test]
    fn the_most_traffic_does_and_a_little_more_does_not(
        lines in prop_oneof![1_u32..50, 1_u32..2_000], wanted in 1e-9..0.999_f64,
        recall in 0.0..1.0_f64, seconds in 1.0..600.0_f64, sources in 1_u32..3_000,
    ) {
        // Where a probability hardly changes with traffic, its last digit stands for many numbers.
        let most = |found: f64, holds: &dyn Fn(f64) -> bool| {
            holds(found * (1.0 - 1e-12)) && !holds(found * (1.0 + 1e-12) * (1.0 + f64::EPSILON / (1.0 - wanted)))
        };
        let blocked = |answer: Result<f64, Error>| answer.is_ok_and(|is| is <= wanted);
        let traffic = traffic_for_erlang_b(lines, wanted).unwrap();
        prop_assert!(most(traffic, &|traffic| blocked(erlang_b(traffic, lines))));
        let traffic = traffic_for_erlang_b_recall(lines, recall, wanted).unwrap();
        prop_assert!(most(traffic, &|traffic| blocked(erlang_b_recall(traffic, lines, recall))));
        if sources > lines {
            let traffic = traffic_for_engset(lines, sources, wanted).unwrap();
            prop_assert!(most(traffic, &|traffic| blocked(engset(traffic, lines, sources))));
        }
        let traffic = traffic_for_service_level(lines, 180.0, seconds, wanted).unwrap();
        let holds = |traffic| service_level(traffic, lines, 180.0, seconds).is_ok_and(|is| is >= wanted);
        prop_assert!(most(traffic, &holds));
        let traffic = traffic_for_speed_of_answer(lines, 180.0, seconds).unwrap();
        let holds = |traffic| speed_of_answer(traffic, lines, 180.0).is_ok_and(|is| is <= seconds);
        prop_assert!(most(traffic, &holds));
    }
}
