//! Windows, validity, and rows that are in force at the same time.

use super::*;

const DAY_AND_NIGHT: &str = r#""time_zone":"America/New_York","windows":[
    {"name":"day","days":["monday","tuesday","wednesday","thursday","friday"],"from":"08:00","to":"18:00"},
    {"name":"night","from":"22:00","to":"06:00"},
    {"name":"holiday","dates":[{"from":"2018-12-26","to":"2018-12-27"}]},
    {"name":"eve","from":"18:00","to":"02:00","dates":[{"from":"2018-12-24","to":"2018-12-24"}]}],"#;

const BY_WINDOW: &str = r#"
    {"direction":"outbound","prefix":"1","per_minute":"0.02"},
    {"direction":"outbound","prefix":"1","per_minute":"0.06","window":"day"},
    {"direction":"outbound","prefix":"1","per_minute":"0.01","window":"night"},
    {"direction":"outbound","prefix":"1","per_minute":"0.00","window":"holiday"},
    {"direction":"outbound","prefix":"1","per_minute":"0.50","window":"eve"},
    {"direction":"outbound","prefix":"12","per_minute":"0.09","window":"day"}"#;

#[test]
fn windows_are_those_of_the_lists_clocks() {
    let tariff = list(DAY_AND_NIGHT, BY_WINDOW).unwrap();
    let price = |begins: &str, number: &str| costs(&tariff, number, begins, 60).1;
    // Monday in summer: New York is four hours behind.
    for (begins, amount) in [
        ("2018-07-02T11:59:59Z", "0.02"),
        ("2018-07-02T12:00:00Z", "0.06"),
        ("2018-07-02T21:59:59Z", "0.06"),
        ("2018-07-02T22:00:00Z", "0.02"),
        ("2018-07-03T01:59:59Z", "0.02"),
        ("2018-07-03T02:00:00Z", "0.01"),
        ("2018-07-03T09:59:59Z", "0.01"),
        ("2018-07-03T10:00:00Z", "0.02"),
        // Monday in winter: five hours.
        ("2018-01-08T12:59:59Z", "0.02"),
        ("2018-01-08T13:00:00Z", "0.06"),
        // Saturday noon.
        ("2018-07-07T16:00:00Z", "0.02"),
        // A holiday goes before the night; an eve, which begins on the 24th, lasts into the 25th.
        ("2018-12-24T22:59:59Z", "0.06"),
        ("2018-12-24T23:00:00Z", "0.50"),
        ("2018-12-25T06:59:59Z", "0.50"),
        ("2018-12-25T07:00:00Z", "0.01"),
        ("2018-12-26T04:59:59Z", "0.01"),
        ("2018-12-26T05:00:00Z", "0.00"),
        ("2018-12-28T05:00:00Z", "0.01"),
    ] {
        assert_eq!(price(begins, "+14255550100"), amount, "{begins}");
    }
    // A longer prefix that has a row for the day only leaves the rest to the shorter.
    assert_eq!(price("2018-07-02T12:00:00Z", "+12025550100"), "0.09");
    assert_eq!(price("2018-07-02T22:00:00Z", "+12025550100"), "0.02");
}

#[test]
fn a_call_that_crosses_windows_is_charged_piece_by_piece() {
    let tariff = list(DAY_AND_NIGHT, BY_WINDOW).unwrap();
    // The step that begins at 17:59:30 is charged whole at the day's price.
    let charge = charge_at(&tariff, "+12025550100", "2018-07-02T21:57:30Z", 300);
    assert_eq!(charge.amount.to_string(), "0.31");
    let explained = charge.explain(&tariff).unwrap();
    let pieces: Vec<_> = explained
        .pieces
        .iter()
        .map(|piece| (piece.from.to_string(), piece.increments, piece.prefix.to_string()))
        .collect();
    let wanted = [("PT0S", 3, "12"), ("PT3M", 2, "1")];
    assert_eq!(
        pieces,
        wanted.map(|(from, count, prefix)| (from.to_owned(), count, prefix.to_owned()))
    );
    assert_eq!(charge.prefix.to_string(), "12");
    // It begins with a row of a shorter prefix, and is taken over by the longer one.
    let charge = charge_at(&tariff, "+12025550100", "2018-07-02T11:58:00Z", 240);
    assert_eq!((charge.rate, charge.prefix.to_string().as_str()), (0, "12"));
    assert_eq!(charge.amount.to_string(), "0.22");
    let text = charge.explain(&tariff).unwrap().to_string();
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "fee 0.00 of prefix 1",
            "from PT0S, 2018-07-02T11:58:00Z: 2 of PT1M of prefix 1 at 0.02 a minute: 1/25",
            "from PT2M, 2018-07-02T12:00:00Z: 2 of PT1M of prefix 12 in day at 0.09 a minute: 9/50",
            "sum for PT4M: 11/50",
            "rounded half_away_from_zero to 2 digits: 0.22",
        ]
    );
    // Twelve weeks: 600 hours of day and 8 of each night, but for a fallback in between.
    let weeks = charge_at(&tariff, "+14255550100", "2018-07-02T04:00:00Z", 12 * 7 * 86_400);
    let minutes = |hours: i64| hours * 60;
    let (day, night) = (minutes(12 * 50), minutes(12 * 56));
    let rest = minutes(12 * 168) - day - night;
    let millionths = day * 60_000 + night * 10_000 + rest * 20_000;
    assert_eq!(weeks.amount, Amount::from_millionths(millionths));
}

#[test]
fn a_longer_prefix_comes_into_force_during_a_call() {
    let tariff = list(
        DAY_AND_NIGHT,
        r#"{"direction":"outbound","prefix":"1","per_minute":"0.60","increment":"PT1S"},
           {"direction":"outbound","prefix":"12","per_minute":"0.00","increment":"PT1S","window":"day"},
           {"direction":"outbound","prefix":"13","per_minute":"0.00","increment":"PT1S","valid_from":"2018-07-02T12:00:00Z"}"#,
    )
    .unwrap();
    for number in ["+12065550100", "+13105550100"] {
        let cost = costs(&tariff, number, "2018-07-02T11:59:30Z", 60);
        assert_eq!(cost, billed("PT1M", "0.30"), "{number}");
    }
    assert_eq!(costs(&tariff, "+14255550100", "2018-07-02T11:59:30Z", 60), billed("PT1M", "0.60"));
}

#[test]
fn clocks_that_are_set_move_the_windows() {
    let settings = |zone: &str| {
        format!(
            r#""time_zone":"{zone}","windows":[{{"name":"small","from":"01:30","to":"02:30"}}],"#
        )
    };
    let rates = r#"{"direction":"outbound","prefix":"1","per_minute":"0.01"},
        {"direction":"outbound","prefix":"1","per_minute":"1.00","window":"small"}"#;
    let in_window =
        |tariff: &Tariff, begins: &str| costs(tariff, "+14255550100", begins, 1).1 == "1.00";
    let new_york = list(&settings("America/New_York"), rates).unwrap();
    let london = list(&settings("Europe/London"), rates).unwrap();
    for (tariff, begins, there) in [
        // New York, 2018-03-11: from 01:59:59 to 03:00:00; half the window is not there.
        (&new_york, "2018-03-11T06:29:59Z", false),
        (&new_york, "2018-03-11T06:30:00Z", true),
        (&new_york, "2018-03-11T06:59:59Z", true),
        (&new_york, "2018-03-11T07:00:00Z", false),
        // 2018-11-04: from 01:59:59 back to 01:00:00; it begins twice.
        (&new_york, "2018-11-04T05:30:00Z", true),
        (&new_york, "2018-11-04T05:59:59Z", true),
        (&new_york, "2018-11-04T06:00:00Z", false),
        (&new_york, "2018-11-04T06:30:00Z", true),
        (&new_york, "2018-11-04T07:29:59Z", true),
        (&new_york, "2018-11-04T07:30:00Z", false),
        // London, 2018-03-25: from 00:59:59 to 02:00:00.
        (&london, "2018-03-25T00:59:59Z", false),
        (&london, "2018-03-25T01:00:00Z", true),
        (&london, "2018-03-25T01:30:00Z", false),
        // 2018-10-28: from 01:59:59 back to 01:00:00.
        (&london, "2018-10-28T00:30:00Z", true),
        (&london, "2018-10-28T01:00:00Z", false),
        (&london, "2018-10-28T01:30:00Z", true),
        (&london, "2018-10-28T02:30:00Z", false),
    ] {
        assert_eq!(in_window(tariff, begins), there, "{begins}");
    }
    // One call over the night on which clocks are set back, minute by minute the same sum.
    let number = Known::read("+14255550100", None).unwrap();
    let begins = at("2018-11-04T04:00:00Z");
    let quote = new_york.quote(Direction::Outbound, &number, begins).unwrap();
    let whole = quote.price(Duration::from_hours(5)).unwrap().amount;
    assert_eq!(whole, Amount::from_millionths(90 * 1_000_000 + 210 * 10_000));
}

#[test]
fn rows_are_in_force_in_their_time() {
    let tariff = list(
        "",
        r#"{"direction":"outbound","prefix":"1","per_minute":"0.01","valid_to":"2018-07-01T00:00:00Z"},
           {"direction":"outbound","prefix":"1","per_minute":"0.03","valid_from":"2018-05-01T00:00:00Z","valid_to":"2018-06-01T00:00:00Z"},
           {"direction":"outbound","prefix":"12","per_minute":"0.09","valid_from":"2018-06-30T23:00:00Z"}"#,
    )
    .unwrap();
    let price = |number: &str, begins: &str| costs(&tariff, number, begins, 60).1;
    assert_eq!(price("+14255550100", "2018-04-30T23:59:59Z"), "0.01");
    assert_eq!(price("+14255550100", "2018-05-01T00:00:00Z"), "0.03");
    assert_eq!(price("+14255550100", "2018-06-01T00:00:00Z"), "0.01");
    assert_eq!(price("+12025550100", "2018-06-01T00:00:00Z"), "0.01");
    assert_eq!(price("+12025550100", "2018-07-01T00:00:00Z"), "0.09");
    // A call goes on by the row that takes over while it lasts.
    assert_eq!(costs(&tariff, "+12025550100", "2018-06-30T22:58:00Z", 240).1, "0.20");
    let known = Known::read("+14255550100", None).unwrap();
    let late = tariff.quote(Direction::Outbound, &known, at("2018-07-01T00:00:00Z"));
    assert!(matches!(late, Err(Error::NoRateThen { .. })));
    let quote = tariff.quote(Direction::Outbound, &known, at("2018-06-30T23:58:00Z")).unwrap();
    assert!(quote.price(Duration::from_seconds(120)).is_ok());
    assert!(matches!(quote.price(Duration::from_seconds(121)), Err(Error::NoRateThen { .. })));
    // What has no price cannot be paid for.
    let longest = quote.longest("100".parse().unwrap(), Duration::from_hours(1));
    assert_eq!(longest, Duration::from_minutes(2));
}

#[test]
fn ties_are_refused_by_both_rows() {
    let row = |window: &str, rest: &str| {
        format!(
            r#"{{"direction":"outbound","prefix":"1","per_minute":"1","window":"{window}"{rest}}}"#
        )
    };
    let windows = r#""windows":[{"name":"a","days":["monday"],"from":"08:00","to":"18:00"},
        {"name":"b","days":["sunday"],"from":"20:00","to":"08:00:01"},
        {"name":"c","days":["sunday"],"from":"20:00","to":"08:00"},
        {"name":"d","dates":[{"from":"2018-12-24","to":"2018-12-26"}]},
        {"name":"e","from":"08:00","to":"09:00","dates":[{"from":"2018-12-26","to":"2018-12-31"}]},
        {"name":"f","dates":[{"from":"2018-12-27","to":"2018-12-31"}]},
        {"name":"g","from":"20:00","to":"02:00","dates":[{"from":"2018-12-23","to":"2018-12-23"}]}],"#;
    let both = |one: &str, other: &str| {
        list(windows, &format!("{},{}", row(one, ""), row(other, ""))).map(|_| ())
    };
    assert!(matches!(both("a", "a"), Err(Error::PrefixTwice { row: 2, other: 1, .. })));
    assert!(matches!(both("b", "a"), Err(Error::WindowsOverlap { row: 2, other: 1, .. })));
    assert!(matches!(both("d", "e"), Err(Error::WindowsOverlap { .. })));
    assert!(matches!(both("d", "g"), Err(Error::WindowsOverlap { .. })));
    for (one, other) in [("a", "c"), ("a", "d"), ("d", "f")] {
        assert_eq!(both(one, other), Ok(()), "{one} {other}");
    }
    let later = row("a", r#","valid_from":"2018-12-24T00:00:00Z""#);
    assert!(list(windows, &format!("{},{later}", row("a", ""))).is_ok());
    assert!(matches!(list(windows, &row("z", "")), Err(Error::WindowUnknown { row: 1, .. })));
    let refused = refused(&LIST.replace("+1204", "1"));
    assert_eq!(
        refused.to_string(),
        "row 3: outbound prefix 1 has a row already, row 2, for the same time; keep one"
    );
}

#[test]
fn one_date_may_have_windows_at_different_times() {
    let with = |one: &str, other: &str| {
        let windows = format!(r#""windows":[{{"name":"a",{one}}},{{"name":"b",{other}}}],"#);
        list(
            &windows,
            r#"{"direction":"outbound","prefix":"1","per_minute":"0.02"},
               {"direction":"outbound","prefix":"1","per_minute":"0.10","window":"a"},
               {"direction":"outbound","prefix":"1","per_minute":"0.01","window":"b"}"#,
        )
    };
    let dates = |from: &str, to: &str| format!(r#""dates":[{{"from":"{from}","to":"{to}"}}]"#);
    let hours = |from: &str, to: &str| format!(r#""from":"{from}","to":"{to}""#);
    let christmas = dates("2018-12-25", "2018-12-25");
    let on = |from: &str, to: &str, dates: &str| format!("{},{dates}", hours(from, to));

    // Peak, and off-peak that begins when it ends and lasts into the day after.
    let peak = on("08:00", "18:00", &christmas);
    let tariff = with(&peak, &on("18:00", "02:00", &christmas)).unwrap();
    for (begins, amount) in [
        ("2018-12-25T07:59:59Z", "0.02"),
        ("2018-12-25T08:00:00Z", "0.10"),
        ("2018-12-25T17:59:59Z", "0.10"),
        ("2018-12-25T18:00:00Z", "0.01"),
        ("2018-12-26T01:59:59Z", "0.01"),
        ("2018-12-26T02:00:00Z", "0.02"),
        ("2018-12-25T01:00:00Z", "0.02"),
    ] {
        assert_eq!(costs(&tariff, "+14255550100", begins, 60).1, amount, "{begins}");
    }
    let crossing = costs(&tariff, "+14255550100", "2018-12-25T17:58:00Z", 240);
    assert_eq!(crossing, billed("PT4M", "0.22"));

    let week = dates("2018-12-24", "2018-12-31");
    let next = dates("2018-12-26", "2018-12-26");
    let evening = on("18:00", "08:00", &christmas);
    for (one, other, fits) in [
        (&peak, on("17:59:59", "22:00", &christmas), false),
        (&peak, on("22:00", "08:00:01", &dates("2018-12-24", "2018-12-24")), false),
        (&peak, on("22:00", "08:00", &dates("2018-12-24", "2018-12-24")), true),
        (&peak, christmas.clone(), false),
        (&peak, on("18:00", "22:00", &week), true),
        (&peak, on("12:00", "13:00", &week), false),
        (&evening, on("08:00", "18:00", &next), true),
        (&evening, on("07:59", "18:00", &next), false),
        (&evening, next.clone(), false),
        (&evening, on("18:00", "00:00", &dates("2018-12-24", "2018-12-24")), true),
        // The days of the week count too: 2018-12-25 is a Tuesday.
        (&peak, format!(r#""days":["monday","wednesday"],{week}"#), true),
        (&peak, format!(r#""days":["tuesday"],{week}"#), false),
        (&peak, format!(r#""days":["monday"],{}"#, on("20:00", "09:00", &week)), false),
        (&peak, format!(r#""days":["sunday"],{}"#, on("20:00", "09:00", &week)), true),
    ] {
        for (one, other) in [(one, &other), (&other, one)] {
            match with(one, other) {
                Ok(_) => assert!(fits, "{one} {other}"),
                Err(Error::WindowsOverlap { row: 3, other: 2, .. }) => {
                    assert!(!fits, "{one} {other}");
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn windows_that_make_no_sense_are_refused() {
    let rate = r#"{"direction":"outbound","prefix":"1","per_minute":"1"}"#;
    for window in [
        r#""from":"08:00","to":"08:00""#,
        r#""from":"24:00""#,
        r#""to":"00:00""#,
        r#""days":[]"#,
        r#""days":["monday","monday"]"#,
        r#""dates":[]"#,
        r#""dates":[{"from":"2018-12-26","to":"2018-12-24"}]"#,
    ] {
        let settings = format!(r#""windows":[{{"name":"a",{window}}}],"#);
        assert!(matches!(list(&settings, rate), Err(Error::BadWindow { .. })), "{window}");
    }
    let twice = r#""windows":[{"name":"a"},{"name":"a"}],"#;
    assert!(matches!(list(twice, rate), Err(Error::BadWindow { .. })));
    let many: Vec<String> = (0..65).map(|count| format!(r#"{{"name":"w{count}"}}"#)).collect();
    let settings = format!(r#""windows":[{}],"#, many.join(","));
    assert!(matches!(list(&settings, rate), Err(Error::BadSetting { setting: "windows", .. })));
    for bad in ["25:00", "24:00:01", "8:00", "08:60", "08", "08:00:00:00", "+8:00"] {
        assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
    }
    for good in ["00:00", "24:00", "08:30:15"] {
        assert_eq!(good.parse::<TimeOfDay>().unwrap().to_string(), good);
    }
    for bad in
        ["2018-02-29", "2018-4-1", "18-04-01", "0000-01-01", "2018-04-01T00:00:00Z", "+018-04-01"]
    {
        assert!(bad.parse::<Date>().is_err(), "{bad}");
    }
    assert!("Mars/Olympus".parse::<TimeZone>().is_err());
}
