//! An account as a snapshot has it.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Account, AutoRecharge, CreditsSetUp, Fit, Lot, PendingRecharge, TariffId};
use crate::billing::minutes::{PoolKey, Used};
use crate::map::Map;
use crate::money::Amount;
use crate::text::Key;
use crate::time::Timestamp;

/// The text.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<'a> {
    credits: Cow<'a, Option<CreditsSetUp>>,
    lots: Vec<Cow<'a, Lot>>,
    lots_bought: u64,
    auto_recharge: Cow<'a, Option<AutoRecharge>>,
    pending: Cow<'a, Option<PendingRecharge>>,
    recharges: u64,
    retry_at: Option<Timestamp>,
    tariff: Cow<'a, Option<TariffId>>,
    used: Cow<'a, Map<PoolKey, Used>>,
    charged: Vec<Cow<'a, Key>>,
}

impl<'a> Kept<'a> {
    fn of(account: &'a Account) -> Self {
        Self {
            credits: Cow::Borrowed(&account.credits),
            lots: account.lots().map(Cow::Borrowed).collect(),
            lots_bought: account.lots_bought,
            auto_recharge: Cow::Borrowed(&account.auto_recharge),
            pending: Cow::Borrowed(&account.pending),
            recharges: account.recharges,
            retry_at: account.retry_at,
            tariff: Cow::Borrowed(&account.tariff),
            used: Cow::Borrowed(&account.used),
            charged: account.charged.iter().map(|(call, ())| Cow::Borrowed(call)).collect(),
        }
    }

    fn account(self) -> Result<Account, &'static str> {
        let pending = self.pending.into_owned();
        if pending.as_ref().is_some_and(|pending| pending.recharge != self.recharges) {
            return Err("the pending recharge is not the last one");
        }
        let charged = self.charged.into_iter().map(|call| (call.into_owned(), ()));
        let charged: Vec<_> = charged.collect();
        let mut account = Account {
            credits: self.credits.into_owned(),
            lots: Map::default(),
            lots_bought: self.lots_bought,
            balance: Amount::ZERO,
            auto_recharge: self.auto_recharge.into_owned(),
            pending,
            recharges: self.recharges,
            retry_at: self.retry_at,
            tariff: self.tariff.into_owned(),
            used: self.used.into_owned(),
            charged: Map::try_from(charged).map_err(|_| "a call was charged twice")?,
        };
        self.lots.into_iter().try_for_each(|lot| account.take_in(lot.into_owned()))?;
        Ok(account)
    }
}

impl Account {
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
    /// All of it but the balance, which is the sum of what is left of the lots:
    ///
    /// ```json
    /// {"credits": {"currency": "USD", "at": "2018-04-01T09:00:00Z"},
    ///  "lots": [{"lot": 1, "amount": "50.00", "remaining": "12.34",
    ///            "purchased_at": "2018-04-01T09:00:00Z", "expires_at": "2019-04-01T09:00:00Z",
    ///            "payment": {"agreement": null, "purchase_order": null}}],
    ///  "lots_bought": 1, "auto_recharge": null, "pending": null, "recharges": 0, "retry_at": null,
    ///  "tariff": {"name": "list", "digest": "…"},
    ///  "used": [[{"plan": "domestic", "country": "US", "month": "2018-04"},
    ///            {"domestic": "PT12M", "international": "PT0S"}]],
    ///  "charged": ["call 1"]}
    /// ```
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Account {
    /// Refuses what no history leads to, as far as it shows: a lot of nothing or less, more left of
    /// it than was bought, anything twice.
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
            "lot": lot, "amount": amount, "remaining": remaining, "purchased_at": "2018-04-01T09:00:00Z",
            "expires_at": "2019-04-01T09:00:00Z", "payment": { "agreement": null, "purchase_order": null },
        })
    }

    fn good() -> Value {
        let payment = json!({ "agreement": "EA 1", "purchase_order": "PO 2" });
        json!({
            "credits": { "currency": "USD", "at": "2018-04-01T09:00:00Z" },
            "lots": [lot(2, "50.00", "12.34"), lot(3, "10.00", "10.00")],
            "lots_bought": 3,
            "auto_recharge": { "recharge_with": "50.00", "when_below": "20.00", "payment": payment },
            "pending": { "recharge": 2, "amount": "50.00", "payment": payment, "since": "2018-04-02T09:00:00Z" },
            "recharges": 2,
            "retry_at": null,
            "tariff": { "name": "list", "digest": "0".repeat(64) },
            "used": [[{ "plan": "domestic", "country": "US", "month": "2018-04" }, { "domestic": "PT12M", "international": "PT0S" }]],
            "charged": ["call 1", "call 2"],
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
            ("/lots/0/lot", json!(3), "a lot stands twice"),
            ("/lots/0/lot", json!(0), "never bought"),
            ("/lots_bought", json!(2), "never bought"),
            ("/recharges", json!(3), "not the last one"),
            ("/charged/0", json!("call 2"), "charged twice"),
            ("/used/0/1/domestic", json!("-PT1M"), "not a duration"),
            ("/used/0/0/month", json!("2018-13"), "not a month"),
        ] {
            let mut bad = good();
            *bad.pointer_mut(place).unwrap() = value;
            let told = read(&bad).unwrap_err().to_string();
            assert!(told.contains(problem), "{place}: {told}");
        }
        let mut more = good();
        more["used"].as_array_mut().unwrap().push(good()["used"][0].clone());
        assert!(read(&more).unwrap_err().to_string().contains("a key stands twice"));
    }
}
