//! Price lists of any shape: calls cost what counting their steps one by one comes to.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use phone_system_core::billing::{
    CallFigures, Direction, Group, Known, Layout, Prefix, Rate, Tariff, TariffDefinition,
    TariffError, WindowDefinition,
};
use phone_system_core::money::{Amount, Rounding, UnitPrice};
use phone_system_core::{Duration, PhoneNumber, Timestamp};
use proptest::prelude::*;

/// Windows of every sort; some overlap others.
const WINDOWS: &str = r#"[
    {"name":"office","days":["monday","tuesday","wednesday","thursday","friday"],"from":"08:00","to":"18:00"},
    {"name":"night","from":"22:15:30","to":"05:45"},
    {"name":"weekend","days":["saturday","sunday"]},
    {"name":"small","days":["sunday"],"from":"01:30","to":"02:30"},
    {"name":"holiday","dates":[{"from":"2018-03-10","to":"2018-03-11"},{"from":"2018-12-25","to":"2018-12-25"}]},
    {"name":"eve","from":"18:00","to":"03:00","dates":[{"from":"2018-03-12","to":"2018-03-12"},{"from":"2018-03-24","to":"2018-03-24"}]},
    {"name":"holiday morning","from":"03:00","to":"12:00","dates":[{"from":"2018-03-10","to":"2018-03-25"}]},
    {"name":"holiday evening","from":"12:00","to":"18:00","dates":[{"from":"2018-03-11","to":"2018-03-24"}]}
]"#;

const PREFIXES: [&str; 6] = ["*", "1", "12", "1206", "44", "12065550100"];
const ZONES: [&str; 5] =
    ["UTC", "America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe"];

/// Around days on which clocks are set, a holiday and changes of prices.
const MOMENTS: [i64; 6] = [
    1_520_751_600, // 2018-03-11T07:00:00Z, New York
    1_521_939_600, // 2018-03-25T01:00:00Z, London
    1_522_508_400, // 2018-03-31T15:00:00Z, Lord Howe, by half an hour
    1_540_688_400, // 2018-10-28T01:00:00Z, London
    1_541_311_200, // 2018-11-04T06:00:00Z, New York
    1_545_717_600, // 2018-12-25T06:00:00Z
];

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_seconds(seconds)
}

fn price() -> impl Strategy<Value = UnitPrice> {
    prop_oneof![Just(0), 0..2_000_000_000_u64, (0..200_u64).prop_map(|cents| cents * 10_000_000)]
        .prop_map(|billionths| UnitPrice::from_billionths(billionths).unwrap())
}

fn step() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(1), Just(6), Just(60), 1..400_u32].prop_map(seconds)
}

prop_compose! {
    fn row()(
        prefix in prop::sample::select(PREFIXES.to_vec()), per_minute in price(), fee in price(),
        minimum in prop_oneof![Just(0), 0..120_u32], increment in step(),
        included in prop_oneof![4 => Just(0), 1 => 0..90_u32],
        groups in prop::collection::vec((1..900_u32, price(), step()), 0..3),
        from in prop::option::weighted(0.2, (0..6_usize, -3_000..3_000_i64)),
        to in prop::option::weighted(0.2, (0..6_usize, -3_000..3_000_i64)),
        window in prop::option::weighted(0.6, 0..8_usize),
    ) -> (Rate, Option<usize>) {
        let mut rate = Rate::new(Direction::Outbound, prefix.parse().unwrap(), per_minute);
        rate.connection_fee = fee;
        rate.minimum = seconds(minimum);
        rate.increment = increment;
        rate.included = seconds(included);
        let mut after = 0;
        for (more, per_minute, increment) in groups {
            after += more;
            rate.groups.push(Group { from: seconds(after), per_minute, increment });
        }
        let moment = |(place, more): (usize, i64)| instant(MOMENTS[place] + more);
        rate.valid_from = from.map(moment);
        rate.valid_to = to.map(moment).filter(|to| rate.valid_from.is_none_or(|from| from < *to));
        (rate, window)
    }
}

prop_compose! {
    fn tariff()(
        rows in prop::collection::vec(row(), 1..14), zone in prop::sample::select(ZONES.to_vec()),
        digits in 0..=6_u8, rounding in prop::sample::select(Rounding::ALL.to_vec()),
    ) -> Tariff {
        let mut definition =
            TariffDefinition::new("list".parse().unwrap(), "USD".parse().unwrap());
        definition.digits = Some(digits);
        definition.rounding = rounding;
        definition.time_zone = zone.parse().unwrap();
        definition.windows = serde_json::from_str(WINDOWS).unwrap();
        for (mut rate, window) in rows {
            rate.window = window.map(|place| definition.windows[place].name.clone());
            definition.rates.push(rate);
        }
        loop {
            match Tariff::new(definition.clone()) {
                Ok(tariff) => break tariff,
                // Rows that cannot be told apart are refused, the later by its number.
                Err(TariffError::PrefixTwice { row, .. } | TariffError::WindowsOverlap { row, .. }) => {
                    definition.rates.remove(usize::try_from(row - 1).unwrap());
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

/// Whether a window is there, from its definition alone.
fn is_there(window: &WindowDefinition, zone: Tz, at: Timestamp) -> bool {
    let local = DateTime::<Utc>::from(at).with_timezone(&zone).naive_local();
    let second = local.num_seconds_from_midnight();
    let of_day = |text: Option<String>, default: u32| {
        text.map_or(default, |text| {
            let parts = text.split(':').map(|part| part.parse::<u32>().unwrap());
            parts.chain([0]).take(3).zip([3_600, 60, 1]).map(|(count, units)| count * units).sum()
        })
    };
    let from = of_day(window.from.map(|time| time.to_string()), 0);
    let to = of_day(window.to.map(|time| time.to_string()), 86_400);
    let begins_on = |date: NaiveDate| {
        let day = date.weekday().num_days_from_monday();
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let day = names[usize::try_from(day).unwrap()];
        let date = date.to_string();
        window.days.as_ref().is_none_or(|days| days.iter().any(|known| known.as_str() == day))
            && window.dates.as_ref().is_none_or(|dates| {
                dates
                    .iter()
                    .any(|range| range.from.to_string() <= date && date <= range.to.to_string())
            })
    };
    let (today, yesterday) = (local.date(), local.date().pred_opt().unwrap());
    if from < to {
        begins_on(today) && (from..to).contains(&second)
    } else {
        begins_on(today) && second >= from || begins_on(yesterday) && second < to
    }
}

/// The row in force, by trying all.
fn in_force<'a>(tariff: &'a Tariff, number: &str, at: Timestamp) -> Option<&'a Rate> {
    let definition = tariff.definition();
    let zone: Tz = definition.time_zone.to_string().parse().unwrap();
    let window = |rate: &Rate| {
        let name = rate.window.as_ref()?;
        definition.windows.iter().find(|window| window.name == *name)
    };
    let fits = |rate: &&Rate| {
        let prefix = rate.prefix.to_string();
        (prefix == "*" || number.starts_with(&prefix))
            && rate.valid_from.is_none_or(|from| from <= at)
            && rate.valid_to.is_none_or(|to| at < to)
            && window(rate).is_none_or(|window| is_there(window, zone, at))
    };
    tariff.rates().iter().filter(fits).max_by_key(|rate| {
        let length = rate.prefix.to_string().trim_start_matches('*').len();
        let class = window(rate).map_or(0, |window| 1 + u8::from(window.dates.is_some()));
        (length, rate.valid_from, class)
    })
}

/// What a call costs, step by step: seconds and steps of the last digit.
fn counted(
    tariff: &Tariff,
    number: &str,
    begins: Timestamp,
    duration: Duration,
) -> Option<(u64, i128)> {
    let whole = |duration: Duration| u64::try_from(duration.micros()).unwrap().div_ceil(1_000_000);
    if duration == Duration::ZERO {
        return Some((0, 0));
    }
    let first = in_force(tariff, number, begins)?;
    let mut exact = i128::from(first.connection_fee.billionths()) * 60;
    let mut second = whole(first.included);
    if duration > first.included {
        let end = whole(duration).max(whole(first.minimum));
        while second < end {
            let at = begins.after(seconds(u32::try_from(second).unwrap())).unwrap();
            let rate = in_force(tariff, number, at)?;
            let group = rate.groups.iter().rev().find(|group| whole(group.from) <= second);
            let (price, step) = group.map_or((rate.per_minute, rate.increment), |group| {
                (group.per_minute, group.increment)
            });
            exact += i128::from(price.billionths()) * i128::from(whole(step));
            second += whole(step);
        }
    }
    let definition = tariff.definition();
    let scaled = exact * 10_i128.pow(u32::from(definition.digits.unwrap()));
    let unit = 60_000_000_000;
    let (below, twice) = (scaled / unit, scaled % unit * 2);
    let up = match definition.rounding {
        Rounding::Down => false,
        Rounding::Up => twice > 0,
        Rounding::HalfEven => twice > unit || twice == unit && below % 2 == 1,
        _ => twice >= unit,
    };
    Some((second, below + i128::from(up)))
}

prop_compose! {
    /// When a call begins.
    fn begins()(
        place in 0..6_usize, more in -90_000..90_000_i64, micros in prop_oneof![Just(0), 0..1_000_000_i64],
    ) -> Timestamp {
        Timestamp::from_micros((MOMENTS[place] + more) * 1_000_000 + micros).unwrap()
    }
}

fn duration(longest: i64) -> impl Strategy<Value = Duration> {
    prop_oneof![(0..longest / 1_000_000).prop_map(|seconds| seconds * 1_000_000), 0..longest]
        .prop_map(|micros| Duration::from_micros(micros).unwrap())
}

const NUMBERS: [&str; 4] = ["12065550100", "14255550100", "442079460123", "390612345678"];

proptest! {
    #![proptest_config(crate::random(192))]

    #[test]
    fn a_call_costs_what_its_steps_cost(
        tariff in tariff(), number in prop::sample::select(NUMBERS.to_vec()), begins in begins(),
        duration in duration(5_000_000_000),
    ) {
        let known: PhoneNumber = format!("+{number}").parse().unwrap();
        let priced = tariff.rate_call(CallFigures { direction: Direction::Outbound, number: known, begins, duration });
        match (priced, counted(&tariff, number, begins, duration)) {
            (Ok(price), Some((seconds, steps))) => {
                let digits = u32::from(tariff.definition().digits.unwrap());
                prop_assert_eq!(price.billed.micros(), i64::try_from(seconds).unwrap() * 1_000_000);
                let unit = i128::from(10_i64.pow(6 - digits));
                prop_assert_eq!(i128::from(price.amount.millionths()), steps * unit);
                prop_assert!(price.billed >= duration);
                let charge = tariff.charge(Direction::Outbound, &Known::Whole(known), begins, duration).unwrap();
                let explained = charge.explain(&tariff).unwrap();
                prop_assert_eq!((explained.amount, explained.billed), (price.amount, price.billed));
            }
            (Err(TariffError::NoRate { .. } | TariffError::NoRateThen { .. }), other) => {
                // A call of no duration needs a row all the same.
                prop_assert!(other.is_none() || duration == Duration::ZERO, "{other:?}");
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn many_calls_cost_what_each_costs(
        tariff in tariff(),
        calls in prop::collection::vec(
            (prop::sample::select(NUMBERS.to_vec()), begins(), duration(5_000_000_000), any::<bool>()), 0..100,
        ),
    ) {
        let figures = |(number, begins, duration, out): &(&str, Timestamp, Duration, bool)| CallFigures {
            direction: if *out { Direction::Outbound } else { Direction::Inbound },
            number: format!("+{number}").parse().unwrap(),
            begins: *begins,
            duration: *duration,
        };
        let calls: Vec<_> = calls.iter().map(figures).collect();
        let mut told = Vec::new();
        tariff.rate_calls(calls.iter().copied().enumerate(), |place, price| told.push((place, price)));
        let each = calls.iter().map(|call| tariff.rate_call(*call)).enumerate();
        prop_assert_eq!(told, each.collect::<Vec<_>>());
    }

    #[test]
    fn a_longer_call_never_costs_less_and_the_longest_is_the_last_that_is_paid(
        tariff in tariff(), number in prop::sample::select(NUMBERS.to_vec()), begins in begins(),
        one in duration(400_000_000_000), other in duration(400_000_000_000), funds in 0..60_000_000_i64,
    ) {
        let known = Known::read(&format!("+{number}"), None).unwrap();
        let Ok(quote) = tariff.quote(Direction::Outbound, &known, begins) else { return Ok(()) };
        let (short, long) = (one.min(other), one.max(other));
        if let Ok(long) = quote.price(long) {
            let short = quote.price(short).unwrap();
            prop_assert!(short.amount <= long.amount && short.billed <= long.billed);
        }
        let funds = Amount::from_millionths(funds);
        let longest = quote.longest(funds, long);
        prop_assert!(longest <= long);
        prop_assert!(quote.price(longest).unwrap().amount <= funds);
        if longest < long {
            let more = longest.checked_add(seconds(1)).unwrap().min(long);
            prop_assert!(quote.price(more).map_or(true, |price| price.amount > funds));
        }
    }

    #[test]
    fn a_list_is_the_same_as_data(tariff in tariff()) {
        let json = serde_json::to_string(tariff.definition()).unwrap();
        let again = Tariff::new(serde_json::from_str(&json).unwrap()).unwrap();
        prop_assert_eq!(again, tariff);
    }
}

const HEADERS: [&str; 4] = [
    "Direction,Prefix,Country,Destination,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds,Included,Groups,ValidFrom,ValidTo,Window",
    "Destination,Dial Code,Price (USD),Billing Increment(s),Setup Fee,Effective Date,End Date",
    "Country Code,Area Code,Description,Rate/min,Increments,Surcharge,Start Date,Expiry",
    "Code,Rate",
];

const ROWS: [&str; 4] = [
    "outbound,44,GB,United Kingdom,0.018,0.01,30,6,8,60:0.02/6;300:0.01/1,2018-01-01,2018-12-31,night",
    "United States,1,0.0125,6/6,,1 Jan 2018,",
    "1,\"201, 203-205\",New Jersey,0.01,30-6,0.5,\"March 4, 2020\",2020-12-31T00:00:00Z",
    "44,0.01",
];

fn check(csv: &str) {
    let mut definition = TariffDefinition::new("list".parse().unwrap(), "USD".parse().unwrap());
    definition.time_zone = "Europe/London".parse().unwrap();
    definition.windows = serde_json::from_str(WINDOWS).unwrap();
    let Ok(tariff) = Tariff::read(definition, csv) else { return };
    let layout = tariff.layout().unwrap();
    assert!(Layout::ALL.contains(&layout));
    for digits in [1_204_555_010, 442_079_460_123, 999_999_999_999_999] {
        let number = PhoneNumber::from_digits(digits).unwrap();
        for begins in [Timestamp::MIN, instant(MOMENTS[0]), Timestamp::MAX] {
            for duration in
                [Duration::ZERO, seconds(61), Duration::from_days(366), Duration::from_days(367)]
            {
                drop(tariff.rate_call(CallFigures {
                    direction: Direction::Outbound,
                    number,
                    begins,
                    duration,
                }));
            }
        }
    }
    assert_eq!(tariff.compare(&tariff).unwrap().largest_rise, None);
}

proptest! {
    #![proptest_config(crate::random(512))]

    #[test]
    fn a_table_of_any_text_is_a_list_or_refused(
        header in 0..4_usize, text in "(?s)[ -~\n\r\"€\u{0}]{0,120}", row in 0..4_usize,
        cut in 0..300_usize, gone in 0..4_usize, put in "(?s)[0-9,;:/.\n\" a-zA-Z€-]{0,4}",
    ) {
        check(&format!("{}\n{text}", HEADERS[header]));
        let good = format!("{}\n{}\n{}\n", HEADERS[header], ROWS[header], ROWS[row]);
        let mut damaged: Vec<char> = good.chars().collect();
        let from = cut.min(damaged.len());
        let to = (from + gone).min(damaged.len());
        damaged.splice(from..to, put.chars());
        check(&damaged.into_iter().collect::<String>());
    }
}

#[test]
fn every_layout_is_known_by_its_header() {
    let wanted = [Layout::PhoneSystem, Layout::Codes, Layout::CountryAndAreaCodes, Layout::Codes];
    for ((header, row), layout) in HEADERS.iter().zip(ROWS).zip(wanted) {
        let mut definition = TariffDefinition::new("list".parse().unwrap(), "USD".parse().unwrap());
        definition.windows = serde_json::from_str(WINDOWS).unwrap();
        let csv = format!("{}\n{row}\n", header.to_uppercase().replace(',', " ,"));
        let tariff = Tariff::read(definition, &csv).unwrap();
        assert_eq!(tariff.layout(), Some(layout), "{header}");
        assert!(tariff.rates().iter().all(|rate| rate.prefix != Prefix::ANY));
    }
}
