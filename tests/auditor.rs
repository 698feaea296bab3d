//! An auditor of accounts: what one must be, reckoned from its commits alone, by the prices of the list
//! and the licences of the world in `accounts.rs`.

use std::collections::BTreeMap;

use phone_system_core::json::JsonSystem;
use phone_system_core::money::Amount;
use serde_json::Value;

use crate::world::{
    MINUTE, PoolName, add, amount, draws, expiry, included, instant, is_unlicensed, less, micros,
    plan, price, size, sum, text, user,
};

/// A lot as its events leave it.
pub(crate) struct Lot {
    pub(crate) left: Amount,
    pub(crate) held: Amount,
    pub(crate) expires_at: i64,
}

/// A call that goes on.
pub(crate) struct Held {
    pub(crate) user: String,
    pub(crate) started_at: String,
    pub(crate) ends_at: i64,
    pub(crate) authorized: i64,
    pub(crate) by_credits: bool,
    /// The pool that could pay for it, whether it has any of it or not.
    pub(crate) pool: Option<PoolName>,
    pub(crate) minutes: i64,
    pub(crate) draws: BTreeMap<u64, Amount>,
    pub(crate) cost: Amount,
}

/// What became of the minutes of a pool, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Minutes {
    pub(crate) used: i64,
    pub(crate) held: i64,
    told: Level,
}

/// How much of a pool is used, as far as anyone is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    #[default]
    Little,
    Most,
    All,
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
    pub(crate) retry_at: Option<i64>,
    pub(crate) postpaid: bool,
    pub(crate) limits: BTreeMap<String, Amount>,
    /// By month and user.
    pub(crate) spent: BTreeMap<(String, String), Amount>,
    pub(crate) pools: BTreeMap<PoolName, Minutes>,
    pub(crate) zero_notices: u32,
    pub(crate) crossings: u32,
    pub(crate) payments: u32,
    pub(crate) payment_notices: u32,
    /// What is to be told next, and of which pool.
    due: Option<(PoolName, &'static str)>,
    /// What came back of lots whose time had come, and has to be forfeited next.
    returned: BTreeMap<u64, Amount>,
    /// What came in, and what became of it.
    pub(crate) funds: Amount,
    pub(crate) forfeited: Amount,
    pub(crate) given: Amount,
    pub(crate) refunded: Amount,
    pub(crate) rated: Amount,
    pub(crate) uncollected: Amount,
    pub(crate) invoiced: Amount,
}

impl Auditor {
    pub(crate) fn balance(&self) -> Amount {
        sum(self.lots.values().map(|lot| &lot.left))
    }

    pub(crate) fn held(&self) -> Amount {
        sum(self.lots.values().map(|lot| &lot.held))
    }

    /// What is left of a pool that no call uses or may use.
    fn minutes_left(&self, pool: &PoolName) -> i64 {
        let Minutes { used, held, .. } = self.pools.get(pool).copied().unwrap_or_default();
        size(&pool.0) - used - held
    }

    fn pool(&mut self, pool: &PoolName) -> &mut Minutes {
        self.pools.entry(pool.clone()).or_default()
    }

    /// What can be spent.
    fn available(&self) -> Amount {
        self.balance().checked_sub(self.held()).unwrap()
    }

    fn take(&mut self, lot: u64, taken: Amount) {
        assert!(taken.is_positive(), "a draw takes something");
        let found = self.lots.get_mut(&lot).unwrap();
        less(&mut found.left, taken);
        assert!(found.left >= found.held, "lot {lot} gives what it has");
    }

    /// Takes what is there and not held, from the oldest lots.
    fn spend(&mut self, draws: &BTreeMap<u64, Amount>) {
        for (lot, taken) in draws {
            self.take(*lot, *taken);
        }
        if let Some((last, _)) = draws.last_key_value() {
            let older = self.lots.range(..last).filter(|(_, lot)| lot.left > lot.held);
            assert_eq!(older.count(), 0, "first in, first out");
        }
    }

    fn hold(&mut self, draws: &BTreeMap<u64, Amount>, at: i64) {
        for (lot, amount) in draws {
            let found = self.lots.get_mut(lot).unwrap();
            assert!(found.expires_at > at, "lot {lot} can be spent until its instant");
            add(&mut found.held, *amount);
            assert!(found.held <= found.left, "no more is held than is there");
        }
        if let Some((last, _)) = draws.last_key_value() {
            let older = self.lots.range(..last).filter(|(_, lot)| lot.left > lot.held);
            assert_eq!(older.count(), 0, "the oldest is held first");
        }
    }

    /// Gives back what a call had, of which `spent` is taken at once.
    fn release(
        &mut self,
        call: &str,
        draws: &BTreeMap<u64, Amount>,
        spent: &BTreeMap<u64, Amount>,
        at: i64,
    ) -> Option<Held> {
        let held = self.held.remove(call);
        let none = BTreeMap::new();
        assert_eq!(held.as_ref().map_or(&none, |held| &held.draws), draws, "what was held");
        for (lot, amount) in draws {
            let found = self.lots.get_mut(lot).unwrap();
            less(&mut found.held, *amount);
            if found.expires_at <= at {
                let mut returned = *amount;
                less(&mut returned, spent.get(lot).copied().unwrap_or_default());
                assert!(!returned.is_negative(), "of lot {lot} is spent what was held of it");
                if returned.is_positive() {
                    assert_eq!(self.returned.insert(*lot, returned), None);
                }
            }
        }
        for (lot, found) in spent.keys().map(|lot| (lot, &self.lots[lot])) {
            let can_be = found.expires_at > at || draws.contains_key(lot);
            assert!(can_be, "lot {lot} can be spent until its instant");
        }
        if let Some(held) = &held {
            let month = held.started_at[..7].to_owned();
            less(self.spent.get_mut(&(month, held.user.clone())).unwrap(), held.cost);
            if let Some(pool) = held.pool.as_ref().filter(|_| held.minutes > 0) {
                self.pool(pool).held -= held.minutes;
            }
        }
        held
    }

    fn came_in(&mut self, data: &Value) -> Amount {
        let left = amount(&data["amount"]);
        let expires_at = instant(&data["expires_at"]);
        assert_eq!(expires_at, expiry(&data["at"]), "it lasts for twelve calendar months");
        let lot = Lot { left, held: Amount::ZERO, expires_at };
        assert!(self.lots.insert(data["lot"].as_u64().unwrap(), lot).is_none());
        left
    }

    /// Counts the minutes that a call used of a pool, and what there is to tell of that.
    fn use_minutes(&mut self, pool: PoolName, minutes: i64) {
        let size = size(&pool.0);
        let known = self.pool(&pool);
        known.used += minutes;
        assert!(known.used + known.held <= size, "{pool:?} has no more than {size}: {known:?}");
        let level = match known.used {
            used if used == size => Level::All,
            used if used * 5 >= size * 4 => Level::Most,
            _ => Level::Little,
        };
        if level > known.told {
            known.told = level;
            let notice = if level == Level::All { "minutes_used" } else { "minutes_low" };
            assert_eq!(self.due.replace((pool, notice)), None);
        }
    }

    fn charge(&mut self, data: &Value) {
        let (call, kind, user) = (text(&data["call"]), text(&data["kind"]), user(&data["user"]));
        let (started_at, at) = (text(&data["started_at"]), instant(&data["at"]));
        let month = started_at[..7].to_owned();
        assert!(month > self.closed, "closed books stay as they are");
        assert_eq!(
            self.charged.insert(call.clone(), month.clone()),
            None,
            "nothing is charged twice"
        );
        let duration = micros(&data["duration"]);
        let included = included(&data["included"], &started_at);
        let minutes = included.as_ref().map_or(0, |(_, minutes)| *minutes);
        let rest = duration - minutes;
        assert!(rest >= 0, "no more minutes than the call lasted");
        let priced = data["priced"].get("amount").map_or(Amount::ZERO, amount);
        let prefix = data["priced"].get("prefix").and_then(Value::as_str);
        if let Some(prefix) = prefix {
            let direction = data["priced"]["direction"].as_str().unwrap();
            let cents = price(direction, prefix, rest);
            assert_eq!(priced.millionths(), cents * 10_000, "{data}");
            let priced = (instant(&data["priced"]["begins"]), micros(&data["priced"]["duration"]));
            let begins = instant(&data["started_at"]) + minutes;
            assert_eq!(priced, (begins, rest), "minutes pay first, and a price is of the rest");
        } else if rest > 0 {
            let capability = data["capability"].as_str().unwrap();
            assert!(kind == "user_in" || capability == "FREECALL", "it is free: {data}");
        }
        let drawn = draws(&data["draws"]);
        let held = self.release(&call, &draws(&data["released"]), &drawn, at);
        let (uncollected, invoiced) = (amount(&data["uncollected"]), amount(&data["invoiced"]));
        self.spend(&drawn);
        let paid = sum(drawn.values());
        assert_eq!(sum([&paid, &uncollected, &invoiced]), priced, "all that is rated is somewhere");
        assert!(invoiced == Amount::ZERO || self.postpaid);
        if is_unlicensed(&user, &kind) {
            assert_eq!(uncollected, priced, "credits pay for whom they may");
        } else if uncollected.is_positive() {
            assert_eq!(self.available(), Amount::ZERO, "what there is pays first");
        }

        // What could pay by minutes had none left, but for what others hold.
        if let Some((pool, minutes)) = included {
            self.use_minutes(pool, minutes);
        }
        let could = match &held {
            Some(held) if held.authorized > held.minutes => {
                assert_eq!(minutes, duration.min(held.minutes), "it is paid by what it held");
                None
            }
            Some(held) => held.pool.clone(),
            None => prefix
                .and_then(|prefix| plan(&kind, prefix))
                .map(|plan| (plan.to_owned(), month.clone())),
        };
        if let Some(pool) = could.filter(|_| rest > 0) {
            assert_eq!(self.minutes_left(&pool), 0, "minutes pay before credits: {data}");
        }
        if let Some(held) = held.filter(|held| duration <= held.authorized) {
            assert_eq!(uncollected, Amount::ZERO, "what is held suffices");
            assert!(priced <= held.cost);
            assert!(held.by_credits || minutes == duration || held.minutes == 0);
        }
        self.refundable.insert(call, sum([&paid, &invoiced]));
        add(self.spent.entry((month, user)).or_default(), priced);
        add(&mut self.rated, priced);
        add(&mut self.uncollected, uncollected);
        add(&mut self.invoiced, invoiced);
    }

    fn authorize(&mut self, data: &Value, at: i64) {
        let (call, hold) = (text(&data["call"]), &data["hold"]);
        assert!(!self.charged.contains_key(&call));
        let (drawn, cost) = (draws(&hold["draws"]), amount(&hold["cost"]));
        assert!(sum(drawn.values()) == cost || self.postpaid, "the cost is held");
        self.hold(&drawn, at);
        let (started_at, user, kind) =
            (text(&hold["started_at"]), user(&hold["user"]), text(&hold["kind"]));
        assert!(cost == Amount::ZERO || !is_unlicensed(&user, &kind));
        let spent = self.spent.entry((started_at[..7].to_owned(), user.clone())).or_default();
        add(spent, cost);
        let limit = self.limits.get(&user);
        assert!(cost == Amount::ZERO || limit.is_none_or(|limit| *spent <= *limit));
        let authorized = micros(&hold["duration"]);
        let included = included(&hold["included"], &started_at);
        let number = hold["basis"].get("number").and_then(Value::as_str);
        let plan = number.and_then(|number| plan(&kind, number));
        let pool = plan.map(|plan| (plan.to_owned(), started_at[..7].to_owned()));
        let minutes = included.map_or(0, |(named, minutes)| {
            assert_eq!(Some(&named), pool.as_ref());
            minutes
        });
        assert_eq!(instant(&hold["started_at"]), at);
        let held = Held {
            user,
            started_at,
            ends_at: instant(&hold["ends_at"]),
            authorized,
            by_credits: cost.is_positive(),
            pool,
            minutes,
            draws: drawn,
            cost,
        };
        assert_eq!(held.ends_at, at + authorized + 15 * MINUTE, "some time after it has ended");
        self.hold_minutes(&held, minutes);
        assert!(self.held.insert(call, held).is_none(), "authorized once");
    }

    /// Holds minutes of its pool for a call, so many more; there are none left if it goes on by
    /// something else.
    fn hold_minutes(&mut self, held: &Held, more: i64) {
        assert!(held.minutes <= held.authorized);
        let Some(pool) = &held.pool else { return };
        self.pool(pool).held += more;
        let left = self.minutes_left(pool);
        assert!(left >= 0, "{pool:?} has no more than its size, whoever holds it: {left}");
        assert!(held.authorized == held.minutes || left == 0, "minutes pay before credits");
    }

    fn extend(&mut self, data: &Value) {
        let (more, at) = (draws(&data["draws"]), instant(&data["at"]));
        self.hold(&more, at);
        let call = text(&data["call"]);
        let mut held = self.held.remove(&call).unwrap();
        for (lot, amount) in &more {
            add(held.draws.entry(*lot).or_default(), *amount);
        }
        let (authorized, minutes, cost_before) = (held.authorized, held.minutes, held.cost);
        held.authorized = micros(&data["duration"]);
        assert!(held.authorized > authorized, "longer than before");
        let included = included(&data["included"], &held.started_at);
        held.minutes = included.map_or(0, |(_, minutes)| minutes);
        if authorized > minutes {
            assert_eq!(held.minutes, minutes, "it goes on by what it went on by");
        } else {
            self.hold_minutes(&held, held.minutes - minutes);
        }
        let started_at = instant(&Value::from(held.started_at.clone()));
        held.ends_at = instant(&data["ends_at"]);
        assert_eq!(held.ends_at, started_at + held.authorized + 15 * MINUTE);
        let cost = amount(&data["cost"]);
        held.cost = cost;
        held.by_credits = cost.is_positive();
        assert!(sum(held.draws.values()) == cost || self.postpaid, "the cost is held");
        let month = held.started_at[..7].to_owned();
        let spent = self.spent.get_mut(&(month, held.user.clone())).unwrap();
        less(spent, cost_before);
        add(spent, cost);
        let limit = self.limits.get(&held.user);
        assert!(cost == cost_before || limit.is_none_or(|limit| *spent <= *limit));
        self.held.insert(call, held);
    }

    fn recharge(&mut self, data: &Value) {
        let (recharge, at) = (data["recharge"].as_u64().unwrap(), text(&data["at"]));
        let retry_at = self.retry_at.take();
        assert!(retry_at.is_none_or(|retry_at| retry_at <= instant(&data["at"])));
        let (with, below, cap) = self.auto.unwrap();
        assert!(self.balance() < below, "strictly below the trigger");
        assert_eq!((amount(&data["amount"]), amount(&data["balance"])), (with, self.balance()));
        let bought = self.bought.entry(at[..7].to_owned()).or_default();
        add(bought, with);
        assert!(cap.is_none_or(|cap| *bought <= cap), "within the month's cap");
        assert_eq!(self.pending.replace((recharge, at, with)), None, "one at a time");
    }

    /// Nothing that has to follow at once is missing.
    fn nothing_due(&self) {
        assert_eq!(self.due, None, "how much of a pool is used is told when it is first reached");
        assert!(self.returned.is_empty(), "what came back too late is forfeited");
    }

    fn forfeit(&mut self, data: &Value) {
        let (lot, gone) = (data["lot"].as_u64().unwrap(), amount(&data["amount"]));
        let Lot { left, held, expires_at } = self.lots[&lot];
        let due = instant(&data["at"]);
        if let Some(returned) = self.returned.remove(&lot) {
            assert_eq!(gone, returned, "what came back too late");
            assert!(expires_at <= due);
        } else {
            assert_eq!(due, expires_at, "at its instant");
            assert_eq!(left.checked_sub(held), Some(gone), "all that is not held");
        }
        self.take(lot, gone);
        add(&mut self.forfeited, gone);
    }

    /// Takes in one event of a commit of `at`.
    fn see(&mut self, event: &Value, at: i64) {
        let (name, data) = (event["type"].as_str().unwrap(), &event["data"]);
        if !matches!(name, "billing.lot_forfeited" | "billing.notice_due") {
            self.nothing_due();
        }
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
                let expired = drawn.keys().filter(|lot| self.lots[lot].expires_at <= at);
                assert_eq!(expired.count(), 0, "lots can be spent until their instant");
                self.spend(&drawn);
                less(&mut self.given, sum(drawn.values()));
            }
            "billing.lot_forfeited" => self.forfeit(data),
            "billing.recharge_requested" => self.recharge(data),
            "billing.recharge_failed" => {
                let (recharge, at, with) = self.pending.take().unwrap();
                assert_eq!(Some(recharge), data["recharge"].as_u64());
                less(self.bought.get_mut(&at[..7]).unwrap(), with);
                let retry_at = instant(&data["retry_at"]);
                assert_eq!(retry_at, instant(&data["at"]) + 24 * 60 * MINUTE, "a day later");
                self.retry_at = Some(retry_at);
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
                let user = text(&data["user"]);
                self.limits.remove(&user);
                if !data["limit"].is_null() {
                    self.limits.insert(user, amount(&data["limit"]));
                }
            }
            "billing.call_authorized" => self.authorize(data, at),
            "billing.call_extended" => self.extend(data),
            "billing.hold_released" => {
                let call = text(&data["call"]);
                let (drawn, released) = (draws(&data["draws"]), instant(&data["at"]));
                let held = self.release(&call, &drawn, &BTreeMap::new(), released).unwrap();
                let timed_out = data["reason"] == "timed_out";
                assert_eq!(released, if timed_out { held.ends_at } else { at }, "at its instant");
            }
            "billing.call_charged" => self.charge(data),
            "billing.notice_due" if data["notice"] == "balance_zero" => self.zero_notices += 1,
            "billing.notice_due" if !data["pool"].is_null() => {
                let pool = &data["pool"];
                let pool = (text(&pool["plan"]), text(&pool["month"]));
                let (due, notice) = (self.due.take(), data["notice"].as_str().unwrap());
                assert_eq!(due, Some((pool, notice)), "told when it is first reached, and once");
            }
            "billing.notice_due" => self.payment_notices += 1,
            "billing.month_closed" => {
                self.closed = text(&data["month"]);
                self.charged.retain(|_, month| *month > self.closed);
                self.refundable.retain(|call, _| self.charged.contains_key(call));
                self.pools.retain(|(_, month), _| *month > self.closed);
                assert!(self.held.values().all(|held| held.started_at[..7] > *self.closed));
            }
            _ => {}
        }
        let after = self.balance();
        assert!(!after.is_negative(), "prepaid is never overspent");
        self.crossings += u32::from(before.is_positive() && !after.is_positive());
    }
}

/// An account as the commits of a system leave it, of which none was archived.
pub(crate) fn audit(system: &JsonSystem) -> Auditor {
    let commits: Vec<Value> =
        serde_json::from_str(&system.events_after(0, 100_000).unwrap()).unwrap();
    audit_commits(&commits)
}

/// An account as commits leave it, from the first on.
pub(crate) fn audit_commits(commits: &[Value]) -> Auditor {
    let mut auditor = Auditor::default();
    for commit in commits {
        let header = &commit["header"]["at"];
        let (month, at) = (&header.as_str().unwrap()[..7], instant(header));
        let part = &commit["payload"]["account"];
        for list in ["ended", "events"] {
            for event in part[list].as_array().into_iter().flatten() {
                let due = event["data"].get("at").map(instant);
                let in_time =
                    due.is_none_or(|due| if list == "ended" { due <= at } else { due == at });
                assert!(in_time, "what a command does happens when it is given: {event}");
                auditor.see(event, at);
            }
            auditor.nothing_due();
        }
        if !part.is_null() {
            let gone = |lot: &Lot| lot.expires_at > at || lot.left == lot.held;
            assert!(auditor.lots.values().all(gone), "what is not held of a lot ends with it");
            assert!(auditor.held.values().all(|held| held.ends_at > at), "each hold ends in time");
        }
        let waits = auditor.retry_at.is_some_and(|retry_at| retry_at > at);
        if let (Some((with, below, cap)), None, false) = (auditor.auto, &auditor.pending, waits) {
            let bought = auditor.bought.get(month).copied().unwrap_or_default();
            let capped = cap.is_some_and(|cap| bought.checked_add(with).unwrap() > cap);
            assert!(
                auditor.balance() >= below || capped,
                "what is below the trigger asks for more"
            );
        }
    }
    auditor
}
