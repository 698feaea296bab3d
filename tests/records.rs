//! Traffic from the records of calls: against a reckoning call by call and hour by hour.

use std::collections::{BTreeMap, BTreeSet};

use phone_system_core::capacity::records::{CallOnNumber, Suited, Traffic, Wanted, traffic_of};
use phone_system_core::{Duration, NumberKind, PhoneNumber, Timestamp};
use proptest::prelude::*;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// Clocks that are an hour and a quarter ahead, and from the third day on half an hour more.
fn clock(second: i64) -> (i64, i64) {
    let change = 2 * 86_400;
    if second < change { (4_500, change) } else { (6_300, i64::MAX) }
}

fn number(place: u64) -> PhoneNumber {
    PhoneNumber::from_digits(14_255_550_100 + place).unwrap()
}

fn asked(calls: Vec<CallOnNumber>) -> Traffic {
    let wanted = Wanted {
        blocking: 0.01,
        clock: &clock,
        user_number_calls: 4,
        known: &|number| match number.digits() % 3 {
            0 => Some((NumberKind::User, 4)),
            1 => Some((NumberKind::ServiceToll, 250)),
            _ => None,
        },
    };
    traffic_of(calls, &wanted).unwrap()
}

/// The time of calls by clock hour, and the days, a minute at a time.
fn by_minutes(calls: &[CallOnNumber]) -> (BTreeMap<i64, i64>, BTreeMap<i64, i64>, BTreeSet<i64>) {
    let (mut of_day, mut of_date, mut days) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for call in calls {
        let end = call.begins.micros() + call.lasts.micros();
        let mut at = call.begins.micros();
        while at < end {
            // Clocks change at full minutes, as hours do.
            let next = ((at.div_euclid(60 * SECOND) + 1) * 60 * SECOND).min(end);
            let local = at + clock(at.div_euclid(SECOND)).0 * SECOND;
            *of_day.entry(local.div_euclid(HOUR).rem_euclid(24)).or_default() += next - at;
            *of_date.entry(at - local.rem_euclid(HOUR)).or_default() += next - at;
            days.insert(local.div_euclid(24 * HOUR));
            at = next;
        }
    }
    (of_day, of_date, days)
}

/// The erlang of so much time in so many hours, in millionths, a half rounded up.
fn millionths(time: i64, hours: usize) -> u64 {
    let period = i128::from(HOUR) * i128::try_from(hours).unwrap();
    u64::try_from((i128::from(time) * 2_000_000 + period) / (2 * period)).unwrap()
}

fn some_calls() -> impl Strategy<Value = Vec<CallOnNumber>> {
    let second = 0..5 * 86_400_i64;
    let lasts = prop_oneof![0..120_i64, 0..7_200_i64, 0..300_000_i64];
    prop::collection::vec((0..4_u64, second, 0..1_000_000_i64, lasts), 0..40).prop_map(|calls| {
        let call = |(place, second, micros, lasts): (u64, i64, i64, i64)| CallOnNumber {
            number: number(place),
            begins: Timestamp::from_micros(second * SECOND + micros).unwrap(),
            lasts: Duration::from_micros(lasts * SECOND).unwrap(),
        };
        calls.into_iter().map(call).collect()
    })
}

proptest! {
    #![proptest_config(crate::random(300))]

    #[test]
    fn sums_are_those_of_every_call_by_itself(calls in some_calls()) {
        let told = asked(calls.clone());
        let (of_day, of_date, days) = by_minutes(&calls);
        prop_assert_eq!(usize::try_from(told.days).unwrap(), days.len());
        prop_assert_eq!(told.calls, u64::try_from(calls.len()).unwrap());
        prop_assert_eq!(told.busy_hour.is_some(), !days.is_empty());
        if let (Some(hour), Some(date)) = (told.busy_hour, told.busiest_hour) {
            let most = *of_day.values().max().unwrap();
            let first = of_day.iter().find(|(_, time)| **time == most).unwrap();
            prop_assert_eq!((i64::from(hour.hour), hour.traffic.millionths()), (*first.0, millionths(most, days.len())));
            let most = *of_date.values().max().unwrap();
            let first = of_date.iter().find(|(_, time)| **time == most).unwrap();
            prop_assert_eq!((date.begins.micros(), date.traffic.millionths()), (*first.0, millionths(most, 1)));
        }
        for own in &told.numbers {
            let calls: Vec<CallOnNumber> =
                calls.iter().copied().filter(|call| call.number == own.number).collect();
            prop_assert_eq!(own.calls, u64::try_from(calls.len()).unwrap());
            let (of_day, _, _) = by_minutes(&calls);
            let most = of_day.values().max().map(|most| millionths(*most, days.len()));
            prop_assert_eq!(own.busy_hour.map(|hour| hour.traffic.millionths()), most);
            // At the beginning of some call there are most calls.
            let at_once = |at: Timestamp| {
                calls.iter().filter(|call| call.begins <= at && at < call.begins.after(call.lasts).unwrap()).count()
            };
            let peak = calls.iter().map(|call| at_once(call.begins)).max().unwrap_or_default();
            prop_assert_eq!(own.peak.map_or(0, |peak| peak.calls), u32::try_from(peak).unwrap());
            if let Some(peak) = own.peak {
                prop_assert_eq!(at_once(peak.at), usize::try_from(peak.calls).unwrap());
            }
        }
    }
}

#[test]
fn numbers_are_told_what_sort_would_do() {
    let call = |place: u64, minutes: u32| CallOnNumber {
        number: number(place),
        begins: Timestamp::from_micros(0).unwrap(),
        lasts: Duration::from_minutes(minutes),
    };
    // Three erlang need eight lines at 1 %, and a user number carries four.
    let mut calls: Vec<_> = (0..3).flat_map(|_| [call(0, 15), call(1, 15), call(2, 15)]).collect();
    for more in [0, 1, 2] {
        calls.extend((0..9).map(|_| call(more, 15)));
    }
    calls.push(call(3, 1));
    let suited: Vec<_> = asked(calls)
        .numbers
        .iter()
        .map(|own| (own.kind, own.needs, own.peak.unwrap().calls, own.suited))
        .collect();
    assert_eq!(
        suited,
        [
            (Some(NumberKind::ServiceToll), 8, 12, None),
            (None, 8, 12, Some(Suited::ServiceNumber)),
            (Some(NumberKind::User), 8, 12, Some(Suited::ServiceNumber)),
            (Some(NumberKind::ServiceToll), 2, 1, Some(Suited::UserNumber)),
        ]
    );
}

#[test]
fn calls_of_a_year_take_no_longer_than_others() {
    // 20,000 calls of 366 days each have 176 million hours of calls.
    let call = |place: i64| CallOnNumber {
        number: number(u64::try_from(place).unwrap()),
        begins: Timestamp::from_micros(place * HOUR + 7).unwrap(),
        lasts: Duration::from_days(366),
    };
    let told = asked((0..20_000).map(call).collect());
    assert_eq!((told.numbers.len(), told.peak.unwrap().calls), (20_000, 8_784));
}
