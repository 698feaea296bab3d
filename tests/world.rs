//! What accounts in the world of `accounts.rs` are made of: its licences, plans and prices, and how
//! events tell them.

use std::collections::BTreeMap;

use phone_system_core::money::Amount;
use phone_system_core::{Duration, Timestamp};
use serde_json::Value;

/// A pool of minutes by its plan and its month.
pub(crate) type PoolName = (String, String);

pub(crate) fn amount(value: &Value) -> Amount {
    value.as_str().unwrap().parse().unwrap()
}

pub(crate) fn add(sum: &mut Amount, more: Amount) {
    *sum = sum.checked_add(more).unwrap();
}

pub(crate) fn less(sum: &mut Amount, less: Amount) {
    *sum = sum.checked_sub(less).unwrap();
}

/// Microseconds of a text such as `PT1H0.5S`.
pub(crate) fn micros(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<Duration>().unwrap().micros()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// An instant in microseconds; as texts they are not in order, because fractions can be left out.
pub(crate) fn instant(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<Timestamp>().unwrap().micros()
}

pub(crate) const MINUTE: i64 = 60_000_000;

/// Until when what came in at an instant can be spent: twelve calendar months later; what came in on
/// 29 February until 28 February.
pub(crate) fn expiry(came_in: &Value) -> i64 {
    let came_in = text(came_in);
    let (year, rest) = came_in.split_at(4);
    let year: u32 = year.parse().unwrap();
    let later = format!("{}{}", year + 1, rest.replacen("-02-29T", "-02-28T", 1));
    instant(&later.into())
}

/// What the licences of all three users include in a month: 120 minutes of the plan for each, and 60
/// of conferences. None of it is international.
pub(crate) fn size(plan: &str) -> i64 {
    match plan {
        "domestic_120" => 360 * MINUTE,
        "conferencing" => 180 * MINUTE,
        _ => panic!("nobody has {plan}"),
    }
}

/// The plan whose minutes pay for such a call: at home, or out of a conference, from which all countries
/// of the list can be called.
pub(crate) fn plan(kind: &str, number: &str) -> Option<&'static str> {
    match kind {
        "user_out" => number.trim_start_matches('+').starts_with('1').then_some("domestic_120"),
        "conf_out" => Some("conferencing"),
        _ => None,
    }
}

/// Whose calls are nobody's.
pub(crate) const NOBODY: &str = "nobody";

/// The user of a call.
pub(crate) fn user(value: &Value) -> String {
    value.as_str().unwrap_or(NOBODY).to_owned()
}

/// Whether a user holds no licence by which credits may pay; anybody's toll-free calls are paid.
pub(crate) fn is_unlicensed(user: &str, kind: &str) -> bool {
    user == "u3@example.com" && kind != "conf_in"
}

/// The pool that an event names, and how much of it.
pub(crate) fn included(value: &Value, started_at: &str) -> Option<(PoolName, i64)> {
    let pool = value.get("pool")?;
    let (plan, month) = (text(&pool["plan"]), text(&pool["month"]));
    assert_eq!(month, started_at[..7], "the minutes of the month in which the call began");
    let country = (plan != "conferencing").then_some("US");
    assert_eq!(pool["country"].as_str(), country, "{value}");
    assert_eq!(value["reach"], "domestic", "{value}");
    assert_eq!(micros(&value["size"]["domestic"]), size(&plan), "{value}");
    assert_eq!(micros(&value["size"]["international"]), 0, "{value}");
    let minutes = micros(&value["duration"]);
    assert!(minutes > 0, "no minutes are no minutes: {value}");
    Some(((plan, month), minutes))
}

pub(crate) fn draws(value: &Value) -> BTreeMap<u64, Amount> {
    let draws = value.as_array().unwrap().iter();
    draws.map(|draw| (draw["lot"].as_u64().unwrap(), amount(&draw["amount"]))).collect()
}

pub(crate) fn sum<'a>(amounts: impl IntoIterator<Item = &'a Amount>) -> Amount {
    amounts.into_iter().fold(Amount::ZERO, |sum, one| sum.checked_add(*one).unwrap())
}

/// What a call of so many microseconds costs by the list, in cents.
pub(crate) fn price(direction: &str, prefix: &str, micros: i64) -> i64 {
    // Thousandths of a unit a minute, cents to be connected, seconds of an increment.
    let (per_minute, fee, increment) = match (direction, prefix) {
        ("outbound", "1") => (10, 0, 60),
        ("outbound", "44") => (300, 5, 6),
        ("outbound", "61") => (1_500, 0, 1),
        ("inbound", "1") => (200, 0, 60),
        _ => panic!("{direction} {prefix} is not in the list"),
    };
    if micros == 0 {
        return 0;
    }
    let billed = (micros + increment * 1_000_000 - 1) / (increment * 1_000_000) * increment;
    // Half a cent is rounded up.
    fee + (per_minute * billed + 300) / 600
}
