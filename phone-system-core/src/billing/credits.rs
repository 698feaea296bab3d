//! What an organization can do with its credits, and what is reported to it about payments.

use serde::{Deserialize, Serialize};

use super::Error;
use super::account::{Account, AutoRecharge, Payment, PendingRecharge};
use super::events::{
    AgreementAdded, AgreementRemoved, AutoRechargeSet, AutoRechargeStopped, ChargeRefunded,
    CreditsGiven, CreditsSetUp, CreditsTaken, Event, FundsAdded, MonthClosed, PostpaidBegun,
    RechargeFailed, TariffChosen,
};
use super::tariff::Tariff;
use crate::money::{Amount, Currency};
use crate::rules::Rules;
use crate::text::{Country, Key, Label, words};
use crate::time::{Month, Timestamp};

/// Sets up Communications Credits in a currency, once and for all; not where they are not sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetUpCredits {
    /// The currency of the account.
    pub currency: Currency,
    /// The organization's billing country; if given, credits have to be sold there.
    #[serde(default)]
    pub country: Option<Country>,
}

impl SetUpCredits {
    /// `sold` tells whether credits are sold in a country.
    pub(crate) fn decide(
        &self,
        account: &Account,
        sold: impl FnOnce(Country) -> bool,
        at: Timestamp,
    ) -> Result<CreditsSetUp, Error> {
        if let Some(CreditsSetUp { currency, at, .. }) = account.credits() {
            return Err(Error::CreditsAlreadySetUp { currency: *currency, since: *at });
        }
        let Self { currency, country } = *self;
        match country.filter(|country| !sold(*country)) {
            Some(country) => Err(Error::NotSoldHere { country }),
            None => Ok(CreditsSetUp { currency, country, at }),
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
        account.check_payment(&self.payment)?;
        added(account, self.amount, self.payment.clone(), None, rules, at)
    }
}

/// The most that is bought at once; the figure is ours, and keeps every balance within range.
const MOST: Amount = Amount::from_millionths(1_000_000_000_000_000);

pub(super) fn positive(amount: Amount) -> Result<(), Error> {
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
    let pending = account.pending_recharge().filter(|_| recharge.is_none());
    let (lot, expires_at) = lot(account, amount, pending, rules, at)?;
    Ok(FundsAdded { lot, amount, currency, expires_at, payment, recharge, at })
}

/// The number of the next lot, and when it is forfeited; refused if there is no room for it, and
/// for a recharge that is pending.
fn lot(
    account: &Account,
    amount: Amount,
    pending: Option<&PendingRecharge>,
    rules: &Rules,
    at: Timestamp,
) -> Result<(u64, Timestamp), Error> {
    // What is pending was asked for already, and has to have room when it is paid.
    let pending = pending.map(|pending| pending.amount).unwrap_or_default();
    let balance = account.balance();
    balance
        .checked_add(amount)
        .and_then(|after| after.checked_add(pending))
        .ok_or(Error::BalanceTooLarge { balance, amount })?;
    let expires_at = at.plus_months(rules.billing.funds_months).unwrap_or(Timestamp::MAX);
    Ok((account.lots_bought().saturating_add(1), expires_at))
}

/// As [`lot`], for what is no recharge.
fn next_lot(
    account: &Account,
    amount: Amount,
    rules: &Rules,
    at: Timestamp,
) -> Result<(u64, Timestamp), Error> {
    lot(account, amount, account.pending_recharge(), rules, at)
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
    /// The most that is bought by itself in a calendar month of UTC, at least one recharge; none for
    /// no limit. What failed does not count.
    #[serde(default)]
    pub monthly_cap: Option<Amount>,
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
        if let Some(since) = account.postpaid() {
            return Err(Error::PostpaidAlready { since });
        }
        let Self { recharge_with, when_below, monthly_cap, payment } = self.clone();
        positive(recharge_with)?;
        positive(when_below)?;
        if let Some(cap) = monthly_cap.filter(|cap| *cap < recharge_with) {
            return Err(Error::CapTooLow { monthly_cap: cap, recharge_with });
        }
        account.check_payment(&payment)?;
        let auto_recharge = AutoRecharge { recharge_with, when_below, monthly_cap, payment };
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

/// Adds an enterprise agreement that can pay; several can be kept, and one is named for each
/// payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddAgreement {
    /// Its number.
    pub agreement: Label,
}

impl AddAgreement {
    pub(crate) fn decide(&self, account: &Account, at: Timestamp) -> Result<AgreementAdded, Error> {
        let agreement = self.agreement.clone();
        if account.agreements().any(|known| *known == agreement) {
            return Err(Error::AgreementKnown { agreement });
        }
        Ok(AgreementAdded { agreement, at })
    }
}

/// Removes an enterprise agreement; what it has paid, or is to pay already, stays so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RemoveAgreement {
    /// Its number.
    pub agreement: Label,
}

impl RemoveAgreement {
    pub(crate) fn decide(
        &self,
        account: &Account,
        at: Timestamp,
    ) -> Result<AgreementRemoved, Error> {
        let agreement = self.agreement.clone();
        let payment = Payment { agreement: Some(agreement.clone()), purchase_order: None };
        account.check_payment(&payment)?;
        Ok(AgreementRemoved { agreement, at })
    }
}

/// Gives credits that nobody bought, or takes credits for something that is no call.
///
/// What is given is a lot of its own and lasts as long as one that was bought; what is taken comes
/// from the oldest lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AdjustCredits {
    /// How much, up to 1000000000.00 either way and not nothing; negative to take.
    pub amount: Amount,
    /// Why.
    pub reason: Label,
}

impl AdjustCredits {
    pub(crate) fn decide(
        &self,
        account: &Account,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<Event, Error> {
        account.check_credits()?;
        let Self { amount, reason } = self.clone();
        if !amount.is_negative() {
            positive(amount)?;
            let (lot, expires_at) = next_lot(account, amount, rules, at)?;
            return Ok(CreditsGiven { lot, amount, expires_at, reason, at }.into());
        }
        let available = account.available();
        let refused = Error::AmountNotPositive { amount, maximum: MOST };
        let amount = Amount::ZERO.checked_sub(amount).ok_or(refused)?;
        positive(amount)?;
        let draws = account.draws(amount).ok_or(Error::BalanceTooLow { amount, available })?;
        Ok(CreditsTaken { draws, reason, at }.into())
    }
}

/// Gives back what a call cost, as credits; never funds.
///
/// It is a lot of its own and lasts as long as one that was bought: the lots that paid may be
/// forfeited by then. What an invoice paid is given back as credits too. For the user's spend limit the
/// call counts as it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RefundCall {
    /// The call, as it was charged.
    pub call: Key,
    /// How much; all that credits or an invoice paid and that was not given back if not given.
    #[serde(default)]
    pub amount: Option<Amount>,
    /// Why.
    pub reason: Label,
}

impl RefundCall {
    pub(crate) fn decide(
        &self,
        account: &Account,
        rules: &Rules,
        at: Timestamp,
    ) -> Result<ChargeRefunded, Error> {
        let Self { call, amount, reason } = self.clone();
        let refundable = account.refundable(&call).unwrap_or_default();
        let amount = amount.unwrap_or(refundable);
        if !amount.is_positive() || amount > refundable {
            return Err(Error::NotRefundable { call, amount, refundable });
        }
        let (lot, expires_at) = next_lot(account, amount, rules, at)?;
        Ok(ChargeRefunded { call, amount, lot, expires_at, reason, at })
    }
}

/// Has what credits do not pay invoiced from now on: the remaining credits are spent first, and
/// auto-recharge stops, which would keep filling them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GoPostpaid {}

impl GoPostpaid {
    pub(crate) fn decide(account: &Account, at: Timestamp) -> Result<PostpaidBegun, Error> {
        account.check_credits()?;
        match account.postpaid() {
            Some(since) => Err(Error::PostpaidAlready { since }),
            None => Ok(PostpaidBegun { balance: account.balance(), at }),
        }
    }
}

/// Closes the books of a month and of all before: their calls are no longer charged nor refunded, and
/// their names and what each user spent are forgotten, so that an account does not grow for ever. What
/// was used of the pools stays known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseMonth {
    /// The last month that is closed; it is over, and no call that began by then is authorized and
    /// not settled.
    pub month: Month,
}

impl CloseMonth {
    pub(crate) fn decide(&self, account: &Account, at: Timestamp) -> Result<MonthClosed, Error> {
        let month = self.month;
        let open = account.holds().filter(|(_, hold)| hold.started_at.month() <= month).count();
        let open = u32::try_from(open).unwrap_or(u32::MAX);
        let closed = account.closed().is_some_and(|closed| closed >= month);
        if month >= at.month() || closed || open > 0 {
            return Err(Error::MonthOpen { month, open });
        }
        Ok(MonthClosed { month, at })
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
        let country = None;
        account.apply(&CreditsSetUp { currency, country, at }.into()).unwrap();
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
