//! An account as a snapshot has it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fit::Fit;
use super::{
    Account, AutoRecharge, ChargedCall, CreditsSetUp, Hold, LedgerSums, Lot, PendingRecharge,
    TariffId, UserPolicy,
};
use crate::billing::minutes::{PoolKey, Used};
use crate::map::Map;
use crate::money::Amount;
use crate::text::{Key, Label, UserId};
use crate::time::{Month, Timestamp};

/// The text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    credits: Cow<'a, Option<CreditsSetUp>>,
    postpaid: Option<Timestamp>,
    agreements: Vec<Cow<'a, Label>>,
    lots: Vec<Cow<'a, Lot>>,
    lots_bought: u64,
    holds: Cow<'a, Map<Key, Arc<Hold>>>,
    auto_recharge: Cow<'a, Option<AutoRecharge>>,
    pending: Cow<'a, Option<PendingRecharge>>,
    recharges: u64,
    retry_at: Option<Timestamp>,
    recharged: Option<(Month, Amount)>,
    tariff: Cow<'a, Option<TariffId>>,
    used: Cow<'a, Map<PoolKey, Used>>,
    charged: Cow<'a, Map<Key, ChargedCall>>,
    closed: Option<Month>,
    policies: Cow<'a, Map<UserId, UserPolicy>>,
    spent: Cow<'a, Map<(Month, UserId), Amount>>,
    ledger: LedgerSums,
}

impl<'a> Kept<'a> {
    fn of(account: &'a Account) -> Self {
        Self {
            credits: Cow::Borrowed(&account.credits),
            postpaid: account.postpaid,
            agreements: account.agreements().map(Cow::Borrowed).collect(),
            lots: account.lots().map(Cow::Borrowed).collect(),
            lots_bought: account.lots_bought,
            holds: Cow::Borrowed(&account.holds),
            auto_recharge: Cow::Borrowed(&account.auto_recharge),
            pending: Cow::Borrowed(&account.pending),
            recharges: account.recharges,
            retry_at: account.retry_at,
            recharged: account.recharged,
            tariff: Cow::Borrowed(&account.tariff),
            used: Cow::Borrowed(&account.used),
            charged: Cow::Borrowed(&account.charged),
            closed: account.closed,
            policies: Cow::Borrowed(&account.policies),
            spent: Cow::Borrowed(&account.spent),
            ledger: account.ledger,
        }
    }

    fn account(self) -> Result<Account, &'static str> {
        let pending = self.pending.into_owned();
        if pending.as_ref().is_some_and(|pending| pending.recharge != self.recharges) {
            return Err("the pending recharge is not the last one");
        }
        let agreements: Vec<_> =
            self.agreements.into_iter().map(|agreement| (agreement.into_owned(), ())).collect();
        let mut account = Account {
            credits: self.credits.into_owned(),
            postpaid: self.postpaid,
            agreements: Map::try_from(agreements).map_err(|_| "an agreement stands twice")?,
            lots: Map::default(),
            lots_bought: self.lots_bought,
            balance: Amount::ZERO,
            held: Amount::ZERO,
            holds: Map::default(),
            hold_ends: Map::default(),
            held_minutes: Map::default(),
            auto_recharge: self.auto_recharge.into_owned(),
            pending,
            recharges: self.recharges,
            retry_at: self.retry_at,
            recharged: self.recharged,
            tariff: self.tariff.into_owned(),
            used: self.used.into_owned(),
            charged: self.charged.into_owned(),
            closed: self.closed,
            policies: self.policies.into_owned(),
            spent: self.spent.into_owned(),
            ledger: self.ledger,
        };
        let mut held = Vec::new();
        for lot in self.lots {
            let mut lot = lot.into_owned();
            held.push((lot.lot, std::mem::take(&mut lot.held)));
            account.take_in(lot)?;
        }
        for (call, hold) in self.holds.iter() {
            account.hold_again(call, Arc::clone(hold))?;
        }
        if held.iter().any(|(lot, held)| account.lots.get(lot).map(|lot| lot.held) != Some(*held)) {
            return Err("what is held of a lot is not what its calls hold");
        }
        let LedgerSums { credits, held, .. } = account.ledger;
        if (credits, held) != (account.available(), account.held) {
            return Err("the ledger has another balance than the lots");
        }
        account.check_calls()?;
        Ok(account)
    }
}

impl Account {
    /// What is known of calls is what the ledger, and the holds, allow.
    fn check_calls(&self) -> Fit {
        if self.ledger.total() != Some(Amount::ZERO) {
            return Err("debits and credits of the ledger are not equal");
        }
        let mut refundable = Amount::ZERO;
        for (_, charged) in self.charged.iter() {
            if charged.refundable.is_negative() {
                return Err("more was refunded than paid");
            }
            let sum = refundable.checked_add(charged.refundable);
            refundable = sum.ok_or("what can be refunded is out of range")?;
        }
        if refundable > self.ledger.calls {
            return Err("more can be refunded than calls cost");
        }
        let mut spent: BTreeMap<(Month, &UserId), Amount> = BTreeMap::new();
        for (call, hold) in self.holds() {
            if self.charged.contains(call) {
                return Err("a call that goes on was charged");
            }
            let Some(user) = &hold.user else { continue };
            let month = hold.started_at.month();
            let sum = spent.entry((month, user)).or_default();
            *sum = sum.checked_add(hold.cost).ok_or("what calls cost is out of range")?;
            if *sum > self.spent(user, month) {
                return Err("a user spent less than calls that go on may cost");
            }
        }
        Ok(())
    }

    /// Adds a lot as it was kept.
    fn take_in(&mut self, lot: Lot) -> Fit {
        if lot.lot == 0 || lot.lot > self.lots_bought {
            return Err("the lot was never bought");
        }
        if !lot.remaining.is_positive() || lot.remaining > lot.amount {
            return Err("a lot has something left, and no more than was bought");
        }
        self.balance =
            self.balance.checked_add(lot.remaining).ok_or("the balance is out of range")?;
        match self.lots.insert(lot.lot, lot) {
            None => Ok(()),
            Some(_) => Err("a lot stands twice"),
        }
    }
}

impl Serialize for Account {
    /// All of it but the balance, which is the sum of what is left of the lots, and the minutes that
    /// are held, which the holds have:
    ///
    /// ```json
    /// {"credits": {"currency": "USD", "country": null, "at": "2018-04-01T09:00:00Z"},
    ///  "postpaid": null, "agreements": ["EA 1"],
    ///  "lots": [{"lot": 1, "amount": "50.00", "remaining": "12.34", "held": "0.00",
    ///            "purchased_at": "2018-04-01T09:00:00Z", "expires_at": "2019-04-01T09:00:00Z",
    ///            "payment": {"agreement": null, "purchase_order": null}}],
    ///  "lots_bought": 1, "holds": [], "auto_recharge": null, "pending": null, "recharges": 0,
    ///  "retry_at": null, "recharged": null, "tariff": {"name": "list", "digest": "…"},
    ///  "used": [[{"plan": "domestic", "country": "US", "month": "2018-04"},
    ///            {"domestic": "PT12M", "international": "PT0S", "told": "nothing"}]],
    ///  "charged": [["call 1", {"month": "2018-04", "refundable": "37.66"}]], "closed": null,
    ///  "policies": [], "spent": [],
    ///  "ledger": {"payments": "-50.00", "credits": "12.34", "held": "0.00", "calls": "37.66", …}}
    /// ```
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Account {
    /// Refuses what no history leads to, as far as it shows: a lot of nothing or less, more left of
    /// it than was bought, more or less held than holds have, another balance in the ledger, anything
    /// twice.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Kept::deserialize(deserializer)?.account().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn lot(lot: u64, amount: &str, remaining: &str) -> Value {
        json!({
            "lot": lot, "amount": amount, "remaining": remaining, "held": if lot == 2 { "1.00" } else { "0.00" }, "purchased_at": "2018-04-01T09:00:00Z",
            "expires_at": "2019-04-01T09:00:00Z", "payment": { "agreement": null, "purchase_order": null },
        })
    }

    fn good() -> Value {
        let payment = json!({ "agreement": "EA 1", "purchase_order": "PO 2" });
        let tariff = json!({ "name": "list", "digest": "0".repeat(64) });
        json!({
            "credits": { "currency": "USD", "country": null, "at": "2018-04-01T09:00:00Z" },
            "postpaid": null,
            "agreements": ["EA 1"],
            "lots": [lot(2, "50.00", "12.34"), lot(3, "10.00", "10.00")],
            "lots_bought": 3,
            "holds": [["call 3", {
                "kind": "user_out", "user": "ada@example.com", "started_at": "2018-04-02T09:00:00Z",
                "duration": "PT1H", "ends_at": "2018-04-02T10:15:00Z", "included": null,
                "basis": { "tariff": tariff, "direction": "outbound", "number": "+442079460123" },
                "credits": true, "capability": "MCOPSTNPP", "cost": "1.00",
                "draws": [{ "lot": 2, "amount": "1.00" }],
            }]],
            "auto_recharge": { "recharge_with": "50.00", "when_below": "20.00", "monthly_cap": "100.00", "payment": payment },
            "pending": { "recharge": 2, "amount": "50.00", "payment": payment, "since": "2018-04-02T09:00:00Z" },
            "recharges": 2,
            "retry_at": null,
            "recharged": ["2018-04", "50.00"],
            "tariff": tariff,
            "used": [[{ "plan": "domestic", "country": "US", "month": "2018-04" }, { "domestic": "PT12M", "international": "PT0S", "told": "nothing" }]],
            "charged": [["call 1", { "month": "2018-04", "refundable": "37.66" }], ["call 2", { "month": "2018-04", "refundable": "0.00" }]],
            "closed": "2018-02",
            "policies": [["ada@example.com", { "spend_limit": "20.00", "dial_out": { "conference": "zone_a", "user": "domestic" } }]],
            "spent": [[["2018-04", "ada@example.com"], "38.66"]],
            "ledger": {
                "payments": "-60.00", "credits": "21.34", "held": "1.00", "calls": "37.66", "forfeited": "0.00",
                "adjustments": "0.00", "refunds": "0.00", "uncollected": "0.00", "invoiced": "0.00",
            },
        })
    }

    fn read(snapshot: &Value) -> Result<Account, serde_json::Error> {
        serde_json::from_str(&snapshot.to_string())
    }

    #[test]
    fn the_balance_is_the_sum_of_the_lots() {
        let account = read(&good()).unwrap();
        assert_eq!(account.balance().to_string(), "22.34");
        assert!(account.was_charged(&"call 2".parse().unwrap()));
        assert_eq!(serde_json::to_value(&account).unwrap(), good());
        assert_eq!(
            read(&serde_json::to_value(Account::default()).unwrap()).unwrap(),
            Account::default()
        );
    }

    #[test]
    fn what_no_history_leads_to_is_refused() {
        let most = "9223372036854.775807";
        for (place, value, problem) in [
            ("/lots/0/remaining", json!("50.000001"), "no more than was bought"),
            ("/lots/0/remaining", json!("0.00"), "something left"),
            ("/lots/0/remaining", json!("-1.00"), "something left"),
            ("/lots/0", lot(2, most, most), "the balance is out of range"),
            ("/closed", json!("2018-13"), "not a month"),
            ("/lots/0/lot", json!(3), "a lot stands twice"),
            ("/lots/0/lot", json!(0), "never bought"),
            ("/lots_bought", json!(2), "never bought"),
            ("/recharges", json!(3), "not the last one"),
            ("/charged/0/0", json!("call 2"), "a key stands twice"),
            ("/agreements", json!(["EA 1", "EA 1"]), "an agreement stands twice"),
            ("/lots/0/held", json!("2.00"), "what is held of a lot"),
            ("/holds/0/1/draws/0/amount", json!("12.35"), "the lot has less"),
            ("/holds/0/1/draws/0/amount", json!("2.00"), "what is held of a lot"),
            ("/holds/0/1/draws/0/lot", json!(7), "the lot is not known"),
            ("/ledger/credits", json!("22.34"), "another balance"),
            ("/ledger/payments", json!("-61.00"), "not equal"),
            ("/ledger/forfeited", json!(most), "not equal"),
            ("/charged/0/1/refundable", json!("37.67"), "than calls cost"),
            ("/charged/0/1/refundable", json!(most), "than calls cost"),
            ("/charged/1/1/refundable", json!("-0.01"), "than paid"),
            ("/spent/0/1", json!("0.99"), "may cost"),
            ("/used/0/1/domestic", json!("-PT1M"), "not a duration"),
            ("/used/0/0/month", json!("2018-13"), "not a month"),
        ] {
            let mut bad = good();
            *bad.pointer_mut(place).unwrap() = value;
            let told = read(&bad).unwrap_err().to_string();
            assert!(told.contains(problem), "{place}: {told}");
        }
        let mut twice = good();
        twice["charged"][1][0] = twice["holds"][0][0].clone();
        assert!(read(&twice).unwrap_err().to_string().contains("was charged"));
        let mut more = good();
        more["used"].as_array_mut().unwrap().push(good()["used"][0].clone());
        assert!(read(&more).unwrap_err().to_string().contains("a key stands twice"));
    }
}
