//! An auditor of accounts: what one must be, reckoned from its commits alone, by the prices of the list
//! in `accounts.rs`.

use std::collections::{BTreeMap, BTreeSet};

use phone_system_core::Duration;
use phone_system_core::json::JsonSystem;
use phone_system_core::money::Amount;
use serde_json::Value;

pub(crate) fn amount(value: &Value) -> Amount {
    value.as_str().unwrap().parse().unwrap()
}

/// A lot as its events leave it.
pub(crate) struct Lot {
    pub(crate) left: Amount,
    pub(crate) held: Amount,
    pub(crate) expires_at: String,
}

/// A call that goes on.
pub(crate) struct Held {
    pub(crate) started_at: String,
    pub(crate) ends_at: String,
    pub(crate) authorized: i64,
    pub(crate) by_credits: bool,
    pub(crate) minutes: i64,
    pub(crate) draws: BTreeMap<u64, Amount>,
    pub(crate) cost: Amount,
}

/// What an account must be, reckoned from its commits alone and by other means than its state.
#[derive(Default)]
pub(crate) struct Auditor {
    pub(crate) lots: BTreeMap<u64, Lot>,
    pub(crate) held: BTreeMap<String, Held>,
    /// The month in which each call began whose books are open.
    pub(crate) charged: BTreeMap<String, String>,
    pub(crate) closed: String,
    pub(crate) refundable: BTreeMap<String, Amount>,
    pub(crate) pending: Option<(u64, String, Amount)>,
    /// What is bought when the balance is below what, and at most in a month.
    pub(crate) auto: Option<(Amount, Amount, Option<Amount>)>,
    /// What was bought by itself, by month.
    pub(crate) bought: BTreeMap<String, Amount>,
    pub(crate) retry_at: Option<String>,
    pub(crate) postpaid: bool,
    pub(crate) limit: Option<Amount>,
    pub(crate) spent: BTreeMap<String, Amount>,
    pub(crate) zero_notices: u32,
    pub(crate) crossings: u32,
    pub(crate) payments: u32,
    pub(crate) payment_notices: u32,
    /// Of which pools what was told.
    pub(crate) told: BTreeSet<(String, String)>,
    /// What came in, and what became of it.
    pub(crate) funds: Amount,
    pub(crate) forfeited: Amount,
    pub(crate) given: Amount,
    pub(crate) refunded: Amount,
    pub(crate) rated: Amount,
    pub(crate) uncollected: Amount,
    pub(crate) invoiced: Amount,
}

fn add(sum: &mut Amount, more: Amount) {
    *sum = sum.checked_add(more).unwrap();
}

fn less(sum: &mut Amount, less: Amount) {
    *sum = sum.checked_sub(less).unwrap();
}

/// Microseconds of a text such as `PT1H0.5S`.
fn micros(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<Duration>().unwrap().micros()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn draws(value: &Value) -> BTreeMap<u64, Amount> {
    let draws = value.as_array().unwrap().iter();
    draws.map(|draw| (draw["lot"].as_u64().unwrap(), amount(&draw["amount"]))).collect()
}

pub(crate) fn sum<'a>(amounts: impl IntoIterator<Item = &'a Amount>) -> Amount {
    amounts.into_iter().fold(Amount::ZERO, |sum, one| sum.checked_add(*one).unwrap())
}

/// What a call of so many microseconds costs by the list, in cents.
fn price(direction: &str, prefix: &str, micros: i64) -> i64 {
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

impl Auditor {
    pub(crate) fn balance(&self) -> Amount {
        sum(self.lots.values().map(|lot| &lot.left))
    }

    pub(crate) fn held(&self) -> Amount {
        sum(self.lots.values().map(|lot| &lot.held))
    }

    /// Takes what is there and not held, from the oldest lots.
    fn take(&mut self, draws: &BTreeMap<u64, Amount>, oldest_first: bool) {
        for (lot, taken) in draws {
            assert!(taken.is_positive(), "a draw takes something");
            let found = self.lots.get_mut(lot).unwrap();
            less(&mut found.left, *taken);
            assert!(found.left >= found.held, "lot {lot} gives what it has");
        }
        if let Some((last, _)) = draws.last_key_value().filter(|_| oldest_first) {
            let older = self.lots.range(..last).filter(|(_, lot)| lot.left > lot.held);
            assert_eq!(older.count(), 0, "first in, first out");
        }
    }

    fn hold(&mut self, draws: &BTreeMap<u64, Amount>) {
        for (lot, amount) in draws {
            let found = self.lots.get_mut(lot).unwrap();
            add(&mut found.held, *amount);
            assert!(found.held <= found.left, "no more is held than is there");
        }
        if let Some((last, _)) = draws.last_key_value() {
            let older = self.lots.range(..last).filter(|(_, lot)| lot.left > lot.held);
            assert_eq!(older.count(), 0, "the oldest is held first");
        }
    }

    /// Gives back what a call had.
    fn release(&mut self, call: &str, draws: &BTreeMap<u64, Amount>) -> Option<Held> {
        let held = self.held.remove(call);
        let none = BTreeMap::new();
        assert_eq!(held.as_ref().map_or(&none, |held| &held.draws), draws, "what was held");
        for (lot, amount) in draws {
            less(&mut self.lots.get_mut(lot).unwrap().held, *amount);
        }
        if let Some(held) = &held {
            less(self.spent.get_mut(&held.started_at[..7]).unwrap(), held.cost);
        }
        held
    }

    fn came_in(&mut self, data: &Value) -> Amount {
        let left = amount(&data["amount"]);
        let lot = Lot { left, held: Amount::ZERO, expires_at: text(&data["expires_at"]) };
        assert!(self.lots.insert(data["lot"].as_u64().unwrap(), lot).is_none());
        left
    }

    fn charge(&mut self, data: &Value) {
        let call = text(&data["call"]);
        let started_at = text(&data["started_at"]);
        let month = started_at[..7].to_owned();
        assert!(month > self.closed, "closed books stay as they are");
        assert_eq!(self.charged.insert(call.clone(), month), None, "nothing is charged twice");
        let duration = micros(&data["duration"]);
        let minutes = data["included"].get("duration").map_or(0, micros);
        let rest = duration - minutes;
        let priced = data["priced"].get("amount").map_or(Amount::ZERO, amount);
        if let Some(prefix) = data["priced"].get("prefix").and_then(Value::as_str) {
            let direction = data["priced"]["direction"].as_str().unwrap();
            let cents = price(direction, prefix, rest);
            assert_eq!(priced.millionths(), cents * 10_000, "{data}");
        }
        let held = self.release(&call, &draws(&data["released"]));
        let drawn = draws(&data["draws"]);
        let (uncollected, invoiced) = (amount(&data["uncollected"]), amount(&data["invoiced"]));
        self.take(&drawn, true);
        let paid = sum(drawn.values());
        assert_eq!(sum([&paid, &uncollected, &invoiced]), priced, "all that is rated is somewhere");
        assert!(invoiced == Amount::ZERO || self.postpaid);
        if let Some(held) = held.filter(|held| duration <= held.authorized) {
            assert_eq!(uncollected, Amount::ZERO, "what is held suffices");
            assert!(priced <= held.cost);
            assert!(held.by_credits || minutes == duration || held.minutes == 0);
        }
        self.refundable.insert(call, paid);
        add(self.spent.entry(started_at[..7].to_owned()).or_default(), priced);
        add(&mut self.rated, priced);
        add(&mut self.uncollected, uncollected);
        add(&mut self.invoiced, invoiced);
    }

    fn authorize(&mut self, data: &Value) {
        let (call, hold) = (text(&data["call"]), &data["hold"]);
        assert!(!self.charged.contains_key(&call));
        let (drawn, cost) = (draws(&hold["draws"]), amount(&hold["cost"]));
        assert!(sum(drawn.values()) == cost || self.postpaid, "the cost is held");
        self.hold(&drawn);
        let started_at = text(&hold["started_at"]);
        let spent = self.spent.entry(started_at[..7].to_owned()).or_default();
        add(spent, cost);
        assert!(cost == Amount::ZERO || self.limit.is_none_or(|limit| *spent <= limit));
        let held = Held {
            started_at,
            ends_at: text(&hold["ends_at"]),
            authorized: micros(&hold["duration"]),
            by_credits: cost.is_positive(),
            minutes: hold["included"].get("duration").map_or(0, micros),
            draws: drawn,
            cost,
        };
        assert!(held.minutes <= held.authorized);
        assert!(self.held.insert(call, held).is_none(), "authorized once");
    }

    fn extend(&mut self, data: &Value) {
        let more = draws(&data["draws"]);
        self.hold(&more);
        let held = self.held.get_mut(data["call"].as_str().unwrap()).unwrap();
        for (lot, amount) in &more {
            add(held.draws.entry(*lot).or_default(), *amount);
        }
        assert!(micros(&data["duration"]) > held.authorized, "longer than before");
        held.authorized = micros(&data["duration"]);
        held.minutes = data["included"].get("duration").map_or(0, micros);
        held.ends_at = text(&data["ends_at"]);
        let (before, cost) = (held.cost, amount(&data["cost"]));
        held.cost = cost;
        held.by_credits = cost.is_positive();
        assert!(sum(held.draws.values()) == cost || self.postpaid, "the cost is held");
        let spent = self.spent.get_mut(&held.started_at[..7]).unwrap();
        less(spent, before);
        add(spent, cost);
        assert!(cost == before || self.limit.is_none_or(|limit| *spent <= limit));
    }

    fn recharge(&mut self, data: &Value) {
        let (recharge, at) = (data["recharge"].as_u64().unwrap(), text(&data["at"]));
        let (with, below, cap) = self.auto.unwrap();
        assert!(self.balance() < below, "strictly below the trigger");
        assert_eq!((amount(&data["amount"]), amount(&data["balance"])), (with, self.balance()));
        assert!(self.retry_at.take().is_none_or(|retry_at| retry_at <= at));
        let bought = self.bought.entry(at[..7].to_owned()).or_default();
        add(bought, with);
        assert!(cap.is_none_or(|cap| *bought <= cap), "within the month's cap");
        assert_eq!(self.pending.replace((recharge, at, with)), None, "one at a time");
    }

    fn see(&mut self, event: &Value) {
        let (name, data) = (event["type"].as_str().unwrap(), &event["data"]);
        let before = self.balance();
        match name {
            "billing.funds_added" => {
                let came_in = self.came_in(data);
                add(&mut self.funds, came_in);
                if let Some(recharge) = data["recharge"].as_u64() {
                    self.payments += 1;
                    self.retry_at = None;
                    let pending = self.pending.take().map(|(recharge, ..)| recharge);
                    assert_eq!(pending, Some(recharge), "only what is pending is paid");
                }
            }
            "billing.charge_refunded" => {
                let came_in = self.came_in(data);
                add(&mut self.refunded, came_in);
                let left = self.refundable.get_mut(data["call"].as_str().unwrap()).unwrap();
                less(left, came_in);
                assert!(!left.is_negative(), "no more than was paid");
            }
            "billing.credits_given" => {
                let came_in = self.came_in(data);
                add(&mut self.given, came_in);
            }
            "billing.credits_taken" => {
                let drawn = draws(&data["draws"]);
                self.take(&drawn, true);
                less(&mut self.given, sum(drawn.values()));
            }
            "billing.lot_forfeited" => {
                let (lot, gone) = (data["lot"].as_u64().unwrap(), amount(&data["amount"]));
                let Lot { left, held, expires_at } = &self.lots[&lot];
                let at = text(&data["at"]);
                assert!(*expires_at <= at, "not before its instant");
                assert_eq!(left.checked_sub(*held), Some(gone), "all that is not held");
                self.take(&BTreeMap::from([(lot, gone)]), false);
                add(&mut self.forfeited, gone);
            }
            "billing.recharge_requested" => self.recharge(data),
            "billing.recharge_failed" => {
                let (recharge, at, with) = self.pending.take().unwrap();
                assert_eq!(Some(recharge), data["recharge"].as_u64());
                less(self.bought.get_mut(&at[..7]).unwrap(), with);
                self.retry_at = data["retry_at"].as_str().map(ToOwned::to_owned);
                self.payments += 1;
            }
            "billing.auto_recharge_set" => {
                let auto = &data["auto_recharge"];
                let cap = (!auto["monthly_cap"].is_null()).then(|| amount(&auto["monthly_cap"]));
                self.auto =
                    Some((amount(&auto["recharge_with"]), amount(&auto["when_below"]), cap));
                self.retry_at = None;
            }
            "billing.auto_recharge_stopped" => self.auto = None,
            "billing.postpaid_begun" => (self.auto, self.postpaid) = (None, true),
            "billing.spend_limit_set" => {
                self.limit = (!data["limit"].is_null()).then(|| amount(&data["limit"]));
            }
            "billing.call_authorized" => self.authorize(data),
            "billing.call_extended" => self.extend(data),
            "billing.hold_released" => {
                let call = text(&data["call"]);
                let held = self.release(&call, &draws(&data["draws"])).unwrap();
                let timed_out = data["reason"] == "timed_out";
                assert!(!timed_out || data["at"] == held.ends_at.as_str(), "at its instant");
            }
            "billing.call_charged" => self.charge(data),
            "billing.notice_due" if data["notice"] == "balance_zero" => self.zero_notices += 1,
            "billing.notice_due" if !data["pool"].is_null() => {
                let told = (data["pool"].to_string(), data["notice"].to_string());
                assert!(self.told.insert(told), "each crossing of a pool is told once");
            }
            "billing.notice_due" => self.payment_notices += 1,
            "billing.month_closed" => {
                self.closed = text(&data["month"]);
                self.charged.retain(|_, month| *month > self.closed);
                self.refundable.retain(|call, _| self.charged.contains_key(call));
                assert!(self.held.values().all(|held| held.started_at[..7] > *self.closed));
            }
            _ => {}
        }
        let after = self.balance();
        assert!(!after.is_negative(), "prepaid is never overspent");
        self.crossings += u32::from(before.is_positive() && !after.is_positive());
    }
}

/// An account as its commits leave it, from the first on.
pub(crate) fn audit(system: &JsonSystem) -> Auditor {
    let mut auditor = Auditor::default();
    let commits: Value = serde_json::from_str(&system.events_after(0, 100_000).unwrap()).unwrap();
    for commit in commits.as_array().unwrap() {
        let at = commit["header"]["at"].as_str().unwrap();
        let part = &commit["payload"]["account"];
        for list in ["ended", "events"] {
            for event in part[list].as_array().into_iter().flatten() {
                auditor.see(event);
            }
        }
        let waits = auditor.retry_at.as_ref().is_some_and(|retry_at| retry_at.as_str() > at);
        if let (Some((with, below, cap)), None, false) = (auditor.auto, &auditor.pending, waits) {
            let bought = auditor.bought.get(&at[..7]).copied().unwrap_or_default();
            let capped = cap.is_some_and(|cap| bought.checked_add(with).unwrap() > cap);
            assert!(
                auditor.balance() >= below || capped,
                "what is below the trigger asks for more"
            );
        }
    }
    auditor
}
