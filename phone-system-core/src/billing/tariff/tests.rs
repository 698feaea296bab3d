mod times;

use super::*;
use crate::money::Amount;

const LIST: &str = "\
Direction,Prefix,Country,Destination,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds
outbound,1,US,United States,0.013,,,
outbound,+1204,CA,Canada,0.02,,,
outbound,44,GB,United Kingdom,0.018,0.01,30,6
outbound,447,GB,United Kingdom mobile,0.25,,,1
inbound,1,US,,0.03,,,
";

fn read(csv: &str) -> Tariff {
    Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), csv).unwrap()
}

fn refused(csv: &str) -> Unreadable {
    Tariff::from_csv("list".parse().unwrap(), "USD".parse().unwrap(), csv).unwrap_err()
}

/// A list from the JSON of its settings and rows.
fn list(settings: &str, rates: &str) -> Result<Tariff, Error> {
    let json = format!(r#"{{"name":"list","currency":"USD",{settings}"rates":[{rates}]}}"#);
    Tariff::new(serde_json::from_str(&json).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOON: &str = "2018-04-02T12:00:00Z";

fn charge_at(tariff: &Tariff, number: &str, begins: &str, seconds: u32) -> Charge {
    let number = Known::read(number, None).unwrap();
    let duration = Duration::from_seconds(seconds);
    let charge = tariff.charge(Direction::Outbound, &number, at(begins), duration).unwrap();
    // A charge explains itself to the same amount.
    let explained = charge.explain(tariff).unwrap();
    assert_eq!((explained.amount, explained.billed), (charge.amount, charge.billed));
    charge
}

/// Billed time and amount.
fn costs(tariff: &Tariff, number: &str, begins: &str, seconds: u32) -> (String, String) {
    let charge = charge_at(tariff, number, begins, seconds);
    (charge.billed.to_string(), charge.amount.to_string())
}

fn billed(billed: &str, amount: &str) -> (String, String) {
    (billed.to_owned(), amount.to_owned())
}

#[test]
fn the_longest_prefix_wins() {
    let tariff = read(LIST);
    for (number, prefix) in [
        ("+14255550100", Some("1")),
        ("+12045550100", Some("1204")),
        ("+442079460123", Some("44")),
        ("+447700900123", Some("447")),
        ("+33100000000", None),
    ] {
        let number: PhoneNumber = number.parse().unwrap();
        let by_number = tariff.rate(Direction::Outbound, number);
        assert_eq!(by_number.map(|rate| rate.prefix.to_string()).as_deref(), prefix);
        let text = tariff.rate_of(Direction::Outbound, &Known::Masked(number.to_string()));
        assert_eq!(by_number, text.ok());
    }
    let of = |direction, known: &str| {
        tariff
            .rate_of(direction, &Known::Masked(known.to_owned()))
            .ok()
            .map(|rate| rate.prefix.to_string())
    };
    assert_eq!(of(Direction::Inbound, "+1425555").as_deref(), Some("1"));
    // Digits that are masked are no zeros.
    assert_eq!(of(Direction::Outbound, "+120").as_deref(), Some("1"));
    assert_eq!(of(Direction::Outbound, "+44").as_deref(), Some("44"));
    assert_eq!(of(Direction::Outbound, "+4"), None);
    assert_eq!(of(Direction::Outbound, "+044"), None);
    assert_eq!(of(Direction::Inbound, ""), None);
    assert!(tariff.rate_of(Direction::Inbound, &Known::Withheld).is_err());
    let any = read(&format!("{LIST}inbound,*,,,0.50,,,\n"));
    for known in [Known::Withheld, Known::Masked("+33".to_owned())] {
        assert_eq!(any.rate_of(Direction::Inbound, &known).unwrap().prefix, Prefix::ANY);
    }
}

#[test]
fn prefixes_are_found_as_by_cutting_digits() {
    let mut state = 7_u64;
    let mut random = move |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for (count, most) in [(1, 20), (30, 200), (2_000, 3_000), (4_000, 99_999_999)] {
        let mut given: Vec<u64> = (0..count).map(|_| 1 + random(most)).collect();
        given.sort_unstable();
        given.dedup();
        let price = UnitPrice::ZERO;
        let rates: Vec<Rate> = given
            .iter()
            .map(|one| Rate::new(Direction::Outbound, one.to_string().parse().unwrap(), price))
            .collect();
        let found = Side::new((0..).zip(&rates).map(|(place, rate)| (place, rate, ANY)));
        for _ in 0..2_000 {
            let digits = u32::try_from(1 + random(14)).unwrap();
            let number = 1 + random(10_u64.pow(digits));
            let mut cut = number;
            let wanted = loop {
                if cut == 0 {
                    break prefixes::NONE;
                }
                if let Ok(place) = given.binary_search(&cut) {
                    break u32::try_from(place).unwrap();
                }
                cut /= 10;
            };
            assert_eq!(found.longest(Digits::of(number)), wanted, "{number}");
            assert_eq!(found.longest(Digits::read(&format!("+{number}"))), wanted);
        }
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let (gb, us) = ("GB".parse().ok(), "US".parse().ok());
    let whole = |text: &str| Some(Known::Whole(text.parse().unwrap()));
    for (written, country, known) in [
        ("+447700900123", gb, whole("+447700900123")),
        ("+44 20 7946 0123", gb, whole("+442079460123")),
        ("020 7946 0123", gb, whole("+442079460123")),
        ("(206) 555-0100", us, whole("+12065550100")),
        ("tel:+12065550100", us, whole("+12065550100")),
        ("+1206555****", us, Some(Known::Masked("+1206555".to_owned()))),
        ("", us, Some(Known::Withheld)),
        ("206555****", us, None),
        ("reception", us, None),
        ("2065550100", None, None),
    ] {
        assert_eq!(Known::read(written, country), known, "{written}");
    }
}

#[test]
fn calls_are_charged_in_steps_and_rounded_once() {
    let tariff = read(LIST);
    assert_eq!(costs(&tariff, "+14255550100", NOON, 61), billed("PT2M", "0.03"));
    assert_eq!(costs(&tariff, "+14255550100", NOON, 0), billed("PT0S", "0.00"));
    // 0.01 + 0.018 * 30 / 60 = 0.019, and 0.01 + 0.018 * 36 / 60 = 0.0208.
    assert_eq!(costs(&tariff, "+442079460123", NOON, 1), billed("PT30S", "0.02"));
    let number = Known::read("+442079460123", None).unwrap();
    let quote = tariff.quote(Direction::Outbound, &number, at(NOON)).unwrap();
    let price = quote.price("PT30.000001S".parse().unwrap()).unwrap();
    assert_eq!((price.billed.to_string(), price.amount.to_string()), billed("PT36S", "0.02"));
    assert_eq!(costs(&tariff, "+447700900123", NOON, 60), billed("PT1M", "0.25"));
    assert!(quote.price(Duration::from_days(366)).is_ok());
    assert!(matches!(quote.price(Duration::from_days(367)), Err(Error::OutOfRange { .. })));
    let dear =
        list("", r#"{"direction":"outbound","prefix":"1","per_minute":"999999999"}"#).unwrap();
    let quote = dear.quote(Direction::Outbound, &Known::Masked("+1".to_owned()), at(NOON)).unwrap();
    assert!(quote.price(Duration::from_hours(24)).is_ok());
    assert!(matches!(quote.price(Duration::from_days(366)), Err(Error::OutOfRange { .. })));
}

#[test]
fn what_others_get_wrong_is_right() {
    // Rounding each second and adding up gives 0.102 and 0.198.
    let row = |price: &str, rest: &str| {
        let rate =
            format!(r#"{{"direction":"outbound","prefix":"1","per_minute":"{price}"{rest}}}"#);
        list(r#""digits":6,"#, &rate).unwrap()
    };
    let second = r#","increment":"PT1S""#;
    assert_eq!(costs(&row("0.01", second), "+14255550100", NOON, 600).1, "0.10");
    assert_eq!(costs(&row("0.02", second), "+14255550100", NOON, 600).1, "0.20");
    assert_eq!(costs(&row("0.1", second), "+14255550100", NOON, 180).1, "0.30");
    assert_eq!(costs(&row("0.05", second), "+14255550100", NOON, 60).1, "0.05");
    // A minimum of less than a minute counts.
    let half = row("0.01", r#","increment":"PT30S","minimum":"PT30S","connection_fee":"0.5""#);
    assert_eq!(costs(&half, "+14255550100", NOON, 1), billed("PT30S", "0.505"));
    // What is reported as billed is what is charged.
    let odd = row("0.01", r#","increment":"PT20S","minimum":"PT30S""#);
    assert_eq!(costs(&odd, "+14255550100", NOON, 31), billed("PT40S", "0.006667"));
    // 8 seconds within the included 10 cost the fee; steps are counted from their end.
    let included = row("0.06", r#","included":"PT10S","connection_fee":"0.02""#);
    assert_eq!(costs(&included, "+14255550100", NOON, 8), billed("PT10S", "0.02"));
    assert_eq!(costs(&included, "+14255550100", NOON, 10), billed("PT10S", "0.02"));
    assert_eq!(costs(&included, "+14255550100", NOON, 11), billed("PT1M10S", "0.08"));
    assert_eq!(costs(&included, "+14255550100", NOON, 71), billed("PT2M10S", "0.14"));
    // A year in steps of a second is as quick as a minute.
    assert_eq!(costs(&row("0.000000001", second), "+14255550100", NOON, 31_622_400).1, "0.000527");
}

#[test]
fn digits_and_rounding_are_those_of_the_list() {
    for (digits, rounding, amount) in [
        (0, "half_away_from_zero", "0.00"),
        (0, "up", "1.00"),
        (2, "half_even", "0.12"),
        (2, "half_away_from_zero", "0.13"),
        (3, "down", "0.125"),
        (6, "up", "0.125"),
    ] {
        let settings = format!(r#""digits":{digits},"rounding":"{rounding}","#);
        let tariff =
            list(&settings, r#"{"direction":"outbound","prefix":"1","per_minute":"0.125"}"#)
                .unwrap();
        assert_eq!(costs(&tariff, "+14255550100", NOON, 1).1, amount, "{digits} {rounding}");
    }
    assert!(matches!(
        list(r#""digits":7,"#, r#"{"direction":"outbound","prefix":"1","per_minute":"1"}"#),
        Err(Error::BadSetting { setting: "digits", .. })
    ));
}

#[test]
fn charges_have_the_digits_of_their_currency_unless_others_are_given() {
    let rate = r#"{"direction":"outbound","prefix":"1","per_minute":"12.3456"}"#;
    let list = |currency: &str, digits: &str| {
        let json = format!(r#"{{"name":"list","currency":"{currency}",{digits}"rates":[{rate}]}}"#);
        Tariff::new(serde_json::from_str(&json).unwrap()).unwrap()
    };
    let cost = |tariff: &Tariff| costs(tariff, "+14255550100", NOON, 60).1;
    for (currency, digits, amount) in [
        ("JPY", "", "12.00"),
        ("USD", "", "12.35"),
        ("KWD", "", "12.346"),
        ("CLF", "", "12.3456"),
        ("JPY", r#""digits":2,"#, "12.35"),
        ("KWD", r#""digits":0,"#, "12.00"),
    ] {
        assert_eq!(cost(&list(currency, digits)), amount, "{currency} {digits}");
    }
    let yen =
        Tariff::from_csv("list".parse().unwrap(), "JPY".parse().unwrap(), "Code,Rate\n1,0.5\n");
    assert_eq!(cost(&yen.unwrap()), "1.00");
    // To say what is so anyway is no other list.
    assert_eq!(list("JPY", "").id(), list("JPY", r#""digits":0,"#).id());
    // A list in another currency has the digits of that, or those that were chosen.
    let by_ten = |tariff: &Tariff, to: &str| {
        cost(&tariff.in_currency(to.parse().unwrap(), "10".parse().unwrap()).unwrap())
    };
    assert_eq!(by_ten(&list("USD", ""), "JPY"), "123.00");
    assert_eq!(by_ten(&list("JPY", ""), "USD"), "123.46");
    assert_eq!(by_ten(&list("USD", r#""digits":3,"#), "JPY"), "123.456");
}

#[test]
fn groups_change_the_price_at_the_first_step_that_begins_after() {
    let tariff = list(
        "",
        r#"{"direction":"outbound","prefix":"1","per_minute":"0.60","increment":"PT50S","groups":
            [{"from":"PT1M","per_minute":"0.06","increment":"PT10S"},
             {"from":"PT5M","per_minute":"0.00","increment":"PT1M"}]}"#,
    )
    .unwrap();
    assert_eq!(costs(&tariff, "+14255550100", NOON, 50), billed("PT50S", "0.50"));
    // The step from 50 to 100 begins before 60.
    assert_eq!(costs(&tariff, "+14255550100", NOON, 51), billed("PT1M40S", "1.00"));
    assert_eq!(costs(&tariff, "+14255550100", NOON, 101), billed("PT1M50S", "1.01"));
    assert_eq!(costs(&tariff, "+14255550100", NOON, 301), billed("PT6M", "1.20"));
    assert_eq!(costs(&tariff, "+14255550100", NOON, 36_000), billed("PT10H", "1.20"));
    let charge = charge_at(&tariff, "+14255550100", NOON, 301);
    let explained = charge.explain(&tariff).unwrap();
    let pieces: Vec<_> =
        explained.pieces.iter().map(|piece| (piece.increments, piece.amount.as_str())).collect();
    assert_eq!(pieces, [(2, "1"), (20, "1/5"), (1, "0")]);
    assert_eq!(explained.sum, "6/5");
}

#[test]
fn rows_that_make_no_sense_are_refused() {
    for (rest, field) in [
        (r#""increment":"PT0S""#, "increment"),
        (r#""increment":"PT1.5S""#, "increment"),
        (r#""increment":"PT24H1S""#, "increment"),
        (r#""minimum":"PT25H""#, "minimum"),
        (r#""included":"PT0.5S""#, "included"),
        (r#""valid_from":"2018-01-01T00:00:00Z","valid_to":"2018-01-01T00:00:00Z""#, "valid_to"),
        (r#""groups":[{"from":"PT0S","per_minute":"1","increment":"PT1S"}]"#, "groups"),
        (r#""groups":[{"from":"PT9S","per_minute":"1","increment":"PT0S"}]"#, "groups"),
        (
            r#""groups":[{"from":"PT9S","per_minute":"1","increment":"PT1S"},{"from":"PT9S","per_minute":"2","increment":"PT1S"}]"#,
            "groups",
        ),
    ] {
        let rate = format!(r#"{{"direction":"outbound","prefix":"1","per_minute":"1",{rest}}}"#);
        match list("", &rate) {
            Err(Error::BadRate { row: 1, field: named, .. }) => assert_eq!(named, field),
            other => panic!("{rest}: {other:?}"),
        }
    }
    assert!(matches!(list("", ""), Err(Error::Empty {})));
}

#[test]
fn a_broken_list_is_named_by_row_and_column() {
    assert_eq!(
        refused(&LIST.replace("0.018,", "0.O18,")).to_string(),
        "row 4, column `RatePerMinute`: `0.O18` is refused: `0.O18` is not a price such as 0.0125, with at most nine digits before and after the point"
    );
    assert!(refused(&LIST.replace(",30,6", ",30,0")).to_string().contains("IncrementSeconds"));
    assert!(refused(&LIST.replace("0.25", "-0.25")).to_string().contains("not negative"));
    let header = LIST.lines().next().unwrap();
    assert!(matches!(refused(header), Unreadable::Tariff(Error::Empty {})));
}

#[test]
fn columns_are_known_by_the_names_that_carriers_give_them() {
    let first = |csv: &str| read(csv).rates()[0].clone();
    let own = first(
        "Prefix,RatePerMinute,ConnectionFee,MinimumSeconds,IncrementSeconds,ValidFrom,ValidTo\n\
         44,0.018,0.01,30,6,2018-01-01,2018-12-31\n",
    );
    assert_eq!(own.connection_fee.to_string(), "0.01");
    assert_eq!(
        (own.minimum, own.increment),
        (Duration::from_seconds(30), Duration::from_seconds(6))
    );
    assert_eq!(own.valid_from, Some(at("2018-01-01T00:00:00Z")));
    assert_eq!(own.valid_to, Some(at("2019-01-01T00:00:00Z")));
    let names = [
        ["Rate", "Connect Fee", "Minimum", "Increment", "Effective From", "Effective To"],
        ["Price", "connection_fee", "Min Duration", "Billing-Increment", "Effective", "Expiry"],
        [
            "rate_per_min",
            "SETUP FEE (USD)",
            "Initial Interval",
            "Interval N",
            "Start Date",
            "End Date",
        ],
        [
            "Price/min",
            "Connect Charge",
            "Interval 1",
            "Subsequent Interval",
            "valid-from",
            "Valid Until",
        ],
        [
            "Cost per minute",
            "Connect Cost",
            "Initial increment (sec)",
            "Next Increment (s)",
            "Effective Date",
            "Expiration Date",
        ],
    ];
    for [price, fee, minimum, increment, from, to] in names {
        let rest = "0.018,0.01,30,6,1 Jan 2018,31 Dec 2018";
        let csv = format!("Code,{price},{fee},{minimum},{increment},{from},{to}\n44,{rest}\n");
        assert_eq!(first(&csv), own, "{csv}");
    }
    let tariff = read(
        "Code,Country,Destination,Rate,Currency,Increment,Country Name,Comments,Rate Change,Status\n\
         44,UK,London,0.018,USD,30/6,Britain,\"so, so\",increase,current\n1,,,0.01,,,,,,\n",
    );
    let rates = tariff.rates();
    assert_eq!(rates[0].destination, "London".parse().ok());
    assert_eq!((rates[0].minimum, rates[0].increment), (own.minimum, own.increment));
    assert_eq!(rates[1].increment, Duration::from_minutes(1));
}

#[test]
fn a_column_that_may_decide_a_price_is_not_passed_over() {
    assert_eq!(
        refused("Code,Rate,Off-Peak Rate\n44,0.02,0.01\n").to_string(),
        "row 1: column `Off-Peak Rate` is not known, and what it says would be lost; rename it if it is \
         Direction, Prefix, Country Code, Area Code, RatePerMinute, Currency, Country, Destination, \
         ConnectionFee, MinimumSeconds, IncrementSeconds, Increments, Included, Groups, ValidFrom, \
         ValidTo or Window, or remove it"
    );
    for unknown in
        ["", "Minimum (min)", "Minimum Charge", "Window (USD)", "Rate 2", "Gebühr", "Origin"]
    {
        match refused(&format!("Code,Rate,{unknown}\n44,0.02,1\n")) {
            Unreadable::Table(table::Error::ColumnUnknown { row: 1, column, .. }) => {
                assert_eq!(column, unknown);
            }
            other => panic!("{unknown}: {other:?}"),
        }
    }
    // The sign of another currency is not dropped.
    let other = refused("Code,Rate (€)\n44,0.02\n");
    assert!(matches!(other, Unreadable::Table(table::Error::ColumnMissing { .. })));
}

#[test]
fn columns_that_contradict_each_other_are_refused() {
    for (header, cells, problem) in [
        ("Connect Fee,Setup Fee", "1,1", "columns `Connect Fee` and `Setup Fee` tell the same"),
        ("Minimum,Initial Interval", "30,30", "columns `Minimum` and `Initial Interval` tell"),
        ("Increment,Interval N", "6,6", "columns `Increment` and `Interval N` tell the same"),
        ("Effective,Start Date", "2018-01-01,2018-01-01", "tell the same"),
        ("Expiry,End Date", "2018-01-01,2018-01-01", "tell the same"),
        // The first step is no whole number of the later ones.
        ("Initial Interval,Interval N", "50,20", "`50` is refused: steps are counted"),
        ("Minimum,Increment", "30,30/6", "`30/6` is refused: 1 to 86400 whole seconds"),
        ("Minimum", "0.05", "`0.05` is refused: 0 to 86400 whole seconds"),
        ("Currency", "EUR", "`EUR` is refused: the list's prices are in USD"),
    ] {
        let refused = refused(&format!("Code,Rate,{header}\n44,0.02,{cells}\n")).to_string();
        assert!(refused.contains(problem), "{refused}");
    }
}

#[test]
fn origins_of_toll_free_calls_have_prices_of_their_own() {
    let tariff = read(
        "Direction,Prefix,RatePerMinute\ninbound,1,0.02\ninbound,1907,0.09\ninbound,44,0.05\ninbound,*,0.30\n",
    );
    let price = |caller: &str| {
        let caller = Known::read(caller, None).unwrap();
        let minute = Duration::from_minutes(1);
        tariff.charge(Direction::Inbound, &caller, at(NOON), minute).unwrap().amount.to_string()
    };
    assert_eq!(price("+14255550100"), "0.02");
    assert_eq!(price("+19075550100"), "0.09");
    assert_eq!(price("+442079460123"), "0.05");
    assert_eq!(price("+1907***"), "0.09");
    assert_eq!(price(""), "0.30");
}

#[test]
fn a_list_is_converted_by_a_given_rate_only() {
    let tariff = read(LIST);
    let euros = tariff.in_currency("EUR".parse().unwrap(), "0.925".parse().unwrap()).unwrap();
    assert_eq!(euros.currency().to_string(), "EUR");
    assert_ne!(euros.id(), tariff.id());
    assert_eq!(euros.rates()[0].per_minute.to_string(), "0.012025");
    assert_eq!(euros.rates()[2].connection_fee.to_string(), "0.00925");
    assert!(tariff.in_currency("EUR".parse().unwrap(), UnitPrice::ZERO).is_err());
    let dear =
        list("", r#"{"direction":"outbound","prefix":"1","per_minute":"999999999"}"#).unwrap();
    assert!(matches!(
        dear.in_currency("EUR".parse().unwrap(), "2".parse().unwrap()),
        Err(Error::BadRate { row: 1, .. })
    ));
    assert!(matches!(euros.compare(&tariff), Err(Error::CurrencyDiffers { .. })));
    let charge = charge_at(&tariff, "+14255550100", NOON, 61);
    assert!(matches!(charge.explain(&euros), Err(Error::OtherTariff { .. })));
}

#[test]
fn the_digest_is_of_everything_but_the_name() {
    let tariff = read(LIST);
    let mut definition = tariff.definition().clone();
    definition.name = "other".parse().unwrap();
    assert_eq!(Tariff::new(definition.clone()).unwrap().id().digest, tariff.id().digest);
    let mut json = serde_json::to_string(&definition).unwrap();
    json.replace_range(1..r#"{"name":"other","#.len(), "");
    assert_eq!(Hash::of(json.as_bytes()), tariff.id().digest);
    assert_eq!(
        serde_json::from_str::<TariffDefinition>(&serde_json::to_string(&definition).unwrap())
            .unwrap(),
        definition
    );
    definition.digits = Some(3);
    assert_ne!(Tariff::new(definition).unwrap().id().digest, tariff.id().digest);
}

#[test]
fn lists_are_compared() {
    let old = read(LIST);
    let new = read(
        &LIST
            .replace("0.013", "0.026")
            .replace("0.02,", "0.01,")
            .replace(",30,6", ",30,30")
            .replace(
                "outbound,447,GB,United Kingdom mobile,0.25,,,1\n",
                "outbound,49,DE,,0.01,,,\n",
            ),
    );
    let compared = new.compare(&old).unwrap();
    let prefixes = |list: &[PriceChange]| {
        list.iter().map(|change| change.prefix.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(prefixes(&compared.added), "49");
    assert_eq!(prefixes(&compared.removed), "447");
    assert_eq!(prefixes(&compared.dearer), "1");
    assert_eq!(prefixes(&compared.cheaper), "1204");
    assert_eq!(prefixes(&compared.changed), "44");
    assert_eq!((compared.unchanged, compared.settings_changed), (1, false));
    assert_eq!(compared.largest_rise.unwrap().percent, "100");
    let same = old.compare(&old).unwrap();
    assert_eq!((same.unchanged, same.largest_rise), (5, None));
}

#[test]
fn a_list_that_is_too_large_is_refused_while_it_is_read() {
    let definition = TariffDefinition::new("list".parse().unwrap(), "USD".parse().unwrap());
    let csv = "Country Code,Area Code,Rate\n1,201-299,0.01\n1,300-399,0.02\n";
    assert!(layouts::read(definition.clone(), csv, 199).is_ok());
    assert_eq!(
        layouts::read(definition, csv, 198).unwrap_err().to_string(),
        "row 3: the price list has more than 198 prices"
    );
}
