//! What an organization can do with its credits, and what is reported to it about payments.

use serde::{Deserialize, Serialize};

use super::Error;
use super::account::{Account, AutoRecharge, Payment, PendingRecharge};
use super::events::{
    AutoRechargeSet, AutoRechargeStopped, CreditsSetUp, Event, FundsAdded, RechargeFailed,
    TariffChosen,
};
use super::tariff::Tariff;
use crate::money::{Amount, Currency};
use crate::rules::Rules;
use crate::text::{Label, words};
use crate::time::Timestamp;

/// Sets up Communications Credits in a currency, once and for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetUpCredits {
    /// The currency of the account.
    pub currency: Currency,
}

impl SetUpCredits {
    pub(crate) fn decide(&self, account: &Account, at: Timestamp) -> Result<CreditsSetUp, Error> {
        match account.credits() {
            Some(CreditsSetUp { currency, at }) => {
                Err(Error::CreditsAlreadySetUp { currency: *currency, since: *at })
            }
            None => Ok(CreditsSetUp { currency: self.currency, at }),
        }
    }
}

/// Records that funds were bought, outside of auto-recharge.
///
/// They are spendable for twelve calendar months. Small organizations are advised to begin with
/// 50 USD and to watch the usage for a month or two ("What are Communications Credits").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddFunds {
    /// How much, more than nothing and at most 1000000000.00.
    pub amount: Amount,
    /// How it was paid.
    #[serde(default)]
    pub payment: Payment,
}

impl AddFunds {
    pub(crate) fn decide(
        &self,
        account: &Account,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<FundsAdded, Error> {
        account.check_credits()?;
        self.payment.check()?;
        added(account, self.amount, self.payment.clone(), None, rules, at)
    }
}

/// The most that is bought at once; the figure is ours, and keeps every balance within range.
const MOST: Amount = Amount::from_millionths(1_000_000_000_000_000);

fn positive(amount: Amount) -> Result<(), Error> {
    if amount.is_positive() && amount <= MOST {
        Ok(())
    } else {
        Err(Error::AmountNotPositive { amount, maximum: MOST })
    }
}

fn added(
    account: &Account,
    amount: Amount,
    payment: Payment,
    recharge: Option<u64>,
    rules: &Rules,
    at: Timestamp,
) -> Result<FundsAdded, Error> {
    let currency = account.check_credits()?.currency;
    positive(amount)?;
    // What is pending was asked for already, and has to have room when it is paid.
    let others = account.pending_recharge().filter(|_| recharge.is_none());
    let pending = others.map(|pending| pending.amount).unwrap_or_default();
    let balance = account.balance();
    balance
        .checked_add(amount)
        .and_then(|after| after.checked_add(pending))
        .ok_or(Error::BalanceTooLarge { balance, amount })?;
    let expires_at = at.plus_months(rules.billing.funds_months).unwrap_or(Timestamp::MAX);
    let lot = account.lots_bought().saturating_add(1);
    Ok(FundsAdded { lot, amount, currency, expires_at, payment, recharge, at })
}

/// Has more bought when the balance falls below an amount; one recharge at a time, and the next
/// after it if the balance is still below.
///
/// Replaces what was set before. A balance that is below already asks for the first one at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetAutoRecharge {
    /// What is bought, more than nothing and at most 1000000000.00.
    pub recharge_with: Amount,
    /// When the balance is below this; not when it is equal. More than nothing.
    pub when_below: Amount,
    /// How it is paid.
    #[serde(default)]
    pub payment: Payment,
}

impl SetAutoRecharge {
    pub(crate) fn decide(
        &self,
        account: &Account,
        at: Timestamp,
    ) -> Result<AutoRechargeSet, Error> {
        account.check_credits()?;
        let Self { recharge_with, when_below, payment } = self.clone();
        positive(recharge_with)?;
        positive(when_below)?;
        payment.check()?;
        let auto_recharge = AutoRecharge { recharge_with, when_below, payment };
        Ok(AutoRechargeSet { auto_recharge, at })
    }
}

/// Has nothing bought any more; a recharge that is pending stays so until its outcome is reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StopAutoRecharge {}

impl StopAutoRecharge {
    pub(crate) fn decide(account: &Account, at: Timestamp) -> Result<AutoRechargeStopped, Error> {
        match account.auto_recharge() {
            Some(_) => Ok(AutoRechargeStopped { at }),
            None => Err(Error::AutoRechargeNotSet {}),
        }
    }
}

words! {
    /// How a payment ended.
    pub enum RechargeOutcome {
        /// It was paid.
        Succeeded = "succeeded",
        /// It was not, for example because a card has expired.
        Failed = "failed",
    }
}

/// Reports how the pending recharge ended; administrators are told either way.
///
/// After a failure the next one waits for a while (the rule `billing.recharge_retry`), or until
/// auto-recharge is set anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportRecharge {
    /// The recharge, by the number with which it was asked for.
    pub recharge: u64,
    /// How it ended.
    pub outcome: RechargeOutcome,
    /// Why it failed.
    #[serde(default)]
    pub reason: Option<Label>,
}

impl ReportRecharge {
    pub(crate) fn decide(
        &self,
        account: &Account,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<Event, Error> {
        let recharge = self.recharge;
        let pending = account.pending_recharge();
        let Some(known) = pending.filter(|pending| pending.recharge == recharge) else {
            let pending = pending.map(|pending| pending.recharge);
            return Err(Error::RechargeUnknown { recharge, pending });
        };
        match self.outcome {
            RechargeOutcome::Succeeded => {
                let PendingRecharge { amount, payment, .. } = known.clone();
                Ok(added(account, amount, payment, Some(recharge), rules, at)?.into())
            }
            RechargeOutcome::Failed => {
                let retry_at = at.after(rules.billing.recharge_retry).unwrap_or(Timestamp::MAX);
                let reason = self.reason.clone();
                Ok(RechargeFailed { recharge, reason, retry_at, at }.into())
            }
        }
    }
}

/// Chooses the price list of an account, from those given to the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChooseTariff {
    /// Its name.
    pub tariff: Label,
}

impl ChooseTariff {
    pub(crate) fn decide(
        &self,
        account: &Account,
        known: Option<&Tariff>,
    ) -> Result<TariffChosen, Error> {
        let currency = account.check_credits()?.currency;
        let tariff = self.tariff.clone();
        let known = known.ok_or(Error::TariffUnknown { tariff: tariff.clone(), digest: None })?;
        let tariff_currency = known.currency();
        if tariff_currency != currency {
            return Err(Error::CurrencyMismatch { tariff, tariff_currency, currency });
        }
        Ok(TariffChosen { tariff: known.id().clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Apply;
    use crate::rules::Generation;

    #[test]
    fn a_balance_has_room_for_what_is_added_and_what_is_pending() {
        let at: Timestamp = "2018-04-01T09:00:00Z".parse().unwrap();
        let currency = "USD".parse().unwrap();
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let mut account = Account::default();
        account.apply(&CreditsSetUp { currency, at }.into()).unwrap();
        let funds = FundsAdded {
            lot: 1,
            amount: amount("9223372036854.775806"),
            currency,
            expires_at: at,
            payment: Payment::default(),
            recharge: None,
            at,
        };
        account.apply(&funds.into()).unwrap();
        let rules = Rules::of(Generation::G2018);
        let add = |text| {
            AddFunds { amount: amount(text), payment: Payment::default() }
                .decide(&account, &rules, at)
                .map(|added| added.lot)
        };
        assert_eq!(add("0.000001"), Ok(2));
        let (balance, added) = (account.balance(), amount("0.000002"));
        assert_eq!(add("0.000002"), Err(Error::BalanceTooLarge { balance, amount: added }));
    }
}
