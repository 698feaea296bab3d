//! The state of an account, and what each event does to it.

mod kept;

use serde::{Deserialize, Serialize};

use super::Error;
use super::events::{
    CallCharged, CreditsSetUp, Draw, Event, FundsAdded, LotForfeited, NoticeDue, NoticeKind,
    RechargeRequested,
};
use super::minutes::{Included, PoolKey, Used};
use super::tariff::TariffId;
use crate::draft::{Apply, Inconsistent};
use crate::map::Map;
use crate::money::Amount;
use crate::text::{Key, Label};
use crate::time::{Month, Timestamp};

/// Funds that were bought at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lot {
    /// Its number within the account, from 1.
    pub lot: u64,
    /// What was bought.
    pub amount: Amount,
    /// What is left of it.
    pub remaining: Amount,
    /// When it was bought.
    pub purchased_at: Timestamp,
    /// Spendable before this instant, forfeited at it: twelve calendar months after the purchase.
    pub expires_at: Timestamp,
    /// Which agreement paid, if one did.
    pub payment: Payment,
}

/// How funds are paid: which enterprise agreement, and the purchase order; neither for a card, whose
/// data are never kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Payment {
    /// The number of the enterprise agreement; one of several.
    pub agreement: Option<Label>,
    /// The purchase order that goes with the agreement.
    pub purchase_order: Option<Label>,
}

impl Payment {
    pub(super) fn check(&self) -> Result<(), Error> {
        match self {
            Self { agreement: None, purchase_order: Some(purchase_order) } => {
                Err(Error::PurchaseOrderAlone { purchase_order: purchase_order.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Buys more by itself when the balance falls below an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AutoRecharge {
    /// What is bought.
    pub recharge_with: Amount,
    /// When the balance is below this; not when it is equal.
    pub when_below: Amount,
    /// How it is paid.
    pub payment: Payment,
}

/// A recharge that was asked for and whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingRecharge {
    /// Its number within the account, from 1.
    pub recharge: u64,
    /// What is bought.
    pub amount: Amount,
    /// How it is paid.
    pub payment: Payment,
    /// Since when it is pending.
    pub since: Timestamp,
}

/// An organization's account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    credits: Option<CreditsSetUp>,
    lots: Map<u64, Lot>,
    lots_bought: u64,
    balance: Amount,
    auto_recharge: Option<AutoRecharge>,
    pending: Option<PendingRecharge>,
    recharges: u64,
    retry_at: Option<Timestamp>,
    tariff: Option<TariffId>,
    used: Map<PoolKey, Used>,
    charged: Map<Key, ()>,
}

impl Account {
    /// Since when, and in which currency, Communications Credits are set up.
    pub fn credits(&self) -> Option<&CreditsSetUp> {
        self.credits.as_ref()
    }

    /// The sum of what is left of all lots; never negative.
    pub fn balance(&self) -> Amount {
        self.balance
    }

    /// The lots that have something left, the oldest first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter().map(|(_, lot)| lot)
    }

    /// Auto-recharge, if it is set.
    pub fn auto_recharge(&self) -> Option<&AutoRecharge> {
        self.auto_recharge.as_ref()
    }

    /// The recharge whose outcome is not known; one at a time.
    pub fn pending_recharge(&self) -> Option<&PendingRecharge> {
        self.pending.as_ref()
    }

    /// The price list in force.
    pub fn tariff(&self) -> Option<&TariffId> {
        self.tariff.as_ref()
    }

    /// What was used of a pool.
    pub fn used(&self, pool: PoolKey) -> Used {
        self.used.get(&pool).copied().unwrap_or_default()
    }

    /// The pools of a month of which anything was used.
    pub fn pools_of(&self, month: Month) -> impl Iterator<Item = PoolKey> {
        self.used.iter().map(|(pool, _)| *pool).filter(move |pool| pool.month == month)
    }

    /// Whether a call was charged, or recorded as free.
    pub fn was_charged(&self, call: &Key) -> bool {
        self.charged.contains(call)
    }

    pub(super) fn lots_bought(&self) -> u64 {
        self.lots_bought
    }

    pub(crate) fn check_credits(&self) -> Result<&CreditsSetUp, Error> {
        self.credits.as_ref().ok_or(Error::CreditsNotSetUp {})
    }

    /// Whether toll-free numbers can be had and called.
    pub(crate) fn check_toll_free(&self) -> Result<(), Error> {
        self.check_credits()?;
        let balance = self.balance;
        if balance.is_positive() { Ok(()) } else { Err(Error::BalanceNotPositive { balance }) }
    }

    /// Why no price list can be used: none was chosen, or the chosen one was not given.
    pub(crate) fn without_tariff(&self) -> Error {
        match &self.tariff {
            None => Error::TariffNotChosen {},
            Some(TariffId { name, digest }) => {
                Error::TariffUnknown { tariff: name.clone(), digest: Some(*digest) }
            }
        }
    }

    /// What a charge of `amount` takes from which lots, the oldest first.
    pub(super) fn draws(&self, amount: Amount) -> Option<Vec<Draw>> {
        let mut draws = Vec::new();
        let mut left = amount;
        for lot in self.lots() {
            if !left.is_positive() {
                break;
            }
            let amount = lot.remaining.min(left);
            draws.push(Draw { lot: lot.lot, amount });
            left = left.checked_sub(amount)?;
        }
        (!left.is_positive()).then_some(draws)
    }

    /// `event`, and what it brings about by itself: the notices that are due, and the next recharge
    /// if the balance is below the trigger and none is pending.
    ///
    /// # Errors
    ///
    /// If the event does not fit, which is a defect of whoever decided it.
    pub(crate) fn with_consequences(
        &self,
        event: impl Into<Event>,
        at: Timestamp,
    ) -> Result<Vec<Event>, Inconsistent> {
        let event = event.into();
        let mut after = self.clone();
        after.apply(&event)?;
        let balance = after.balance;
        let told = match &event {
            Event::FundsAdded(added) if added.recharge.is_some() => {
                Some(NoticeKind::RechargeSucceeded)
            }
            Event::RechargeFailed(_) => Some(NoticeKind::RechargeFailed),
            _ => None,
        };
        let mut events = vec![event];
        events.extend(told.map(|notice| Event::from(NoticeDue { notice, balance, at })));
        if self.balance.is_positive() && !balance.is_positive() {
            events.push(NoticeDue { notice: NoticeKind::BalanceZero, balance, at }.into());
        }
        events.extend(after.next_recharge(at).map(Event::from));
        Ok(events)
    }

    /// The next recharge: the balance is below the trigger, none is pending, and if one failed its
    /// time to wait is over.
    fn next_recharge(&self, at: Timestamp) -> Option<RechargeRequested> {
        let (auto, balance) = (self.auto_recharge.as_ref()?, self.balance);
        let waits = self.pending.is_some() || self.retry_at.is_some_and(|retry_at| at < retry_at);
        if waits || balance >= auto.when_below {
            return None;
        }
        let recharge = self.recharges.saturating_add(1);
        let (amount, payment) = (auto.recharge_with, auto.payment.clone());
        let currency = self.credits.as_ref()?.currency;
        Some(RechargeRequested { recharge, amount, currency, payment, balance, at })
    }
}

type Fit = Result<(), &'static str>;

impl Account {
    fn add(&mut self, event: &FundsAdded) -> Fit {
        let FundsAdded { lot, amount, expires_at, payment, recharge, at, .. } = event.clone();
        if self.lots_bought.checked_add(1) != Some(lot) {
            return Err("the lot is not the next one");
        }
        if !amount.is_positive() {
            return Err("nothing was added");
        }
        if recharge.is_some() {
            self.answered(recharge)?;
            self.retry_at = None;
        }
        self.balance = self.balance.checked_add(amount).ok_or("the balance is out of range")?;
        self.lots_bought = lot;
        let (remaining, purchased_at) = (amount, at);
        self.lots.insert(lot, Lot { lot, amount, remaining, purchased_at, expires_at, payment });
        Ok(())
    }

    /// The outcome of the pending recharge is known.
    fn answered(&mut self, recharge: Option<u64>) -> Fit {
        let pending = self.pending.take().map(|pending| pending.recharge);
        if pending.is_some() && pending == recharge { Ok(()) } else { Err("it is not pending") }
    }

    fn take(&mut self, lot: u64, amount: Amount) -> Fit {
        let found = self.lots.get_mut(&lot).ok_or("the lot is not known")?;
        found.remaining = found
            .remaining
            .checked_sub(amount)
            .filter(|left| !left.is_negative() && amount.is_positive())
            .ok_or("the lot has less")?;
        if !found.remaining.is_positive() {
            self.lots.remove(&lot);
        }
        self.balance = self.balance.checked_sub(amount).ok_or("the balance is out of range")?;
        Ok(())
    }

    fn charge(&mut self, event: &CallCharged) -> Fit {
        if self.charged.insert(event.call.clone(), ()).is_some() {
            return Err("the call was charged");
        }
        if let Some(Included { pool, reach, duration }) = event.included {
            let used = self.used(pool).with(reach, duration).ok_or("the pool is out of range")?;
            self.used.insert(pool, used);
        }
        event.draws.iter().try_for_each(|draw| self.take(draw.lot, draw.amount))
    }

    fn fit(&mut self, event: &Event) -> Fit {
        match event {
            Event::CreditsSetUp(event) => match self.credits.replace(event.clone()) {
                None => Ok(()),
                Some(_) => Err("credits are set up"),
            },
            Event::FundsAdded(event) => self.add(event),
            Event::LotForfeited(event) => self.take(event.lot, event.amount),
            Event::AutoRechargeSet(event) => {
                self.auto_recharge = Some(event.auto_recharge.clone());
                self.retry_at = None;
                Ok(())
            }
            Event::AutoRechargeStopped(_) => {
                self.auto_recharge.take().map(|_| ()).ok_or("auto-recharge is not set")
            }
            Event::RechargeRequested(event) => {
                let RechargeRequested { recharge, amount, payment, at, .. } = event.clone();
                if self.pending.is_some() || self.recharges.checked_add(1) != Some(recharge) {
                    return Err("the recharge is not the next one");
                }
                self.recharges = recharge;
                self.retry_at = None;
                self.pending = Some(PendingRecharge { recharge, amount, payment, since: at });
                Ok(())
            }
            Event::RechargeFailed(event) => {
                self.retry_at = Some(event.retry_at);
                self.answered(Some(event.recharge))
            }
            Event::TariffChosen(event) => {
                self.tariff = Some(event.tariff.clone());
                Ok(())
            }
            Event::CallCharged(event) => self.charge(event),
            Event::NoticeDue(_) => Ok(()),
        }
    }

    /// What comes to its end first, if its instant has come: a lot, or the wait after a failed
    /// recharge.
    fn next_ending(&self, at: Timestamp) -> Option<(Timestamp, Event)> {
        // Not always the oldest lot: 28 and 29 February are forfeited on the same day.
        let lot = self.lots().min_by_key(|lot| (lot.expires_at, lot.lot));
        let forfeited = lot.filter(|lot| lot.expires_at <= at).map(|lot| {
            let Lot { lot, remaining, expires_at, .. } = *lot;
            (expires_at, LotForfeited { lot, amount: remaining, at: expires_at }.into())
        });
        let retry_at = self.retry_at.filter(|retry_at| *retry_at <= at);
        let retried =
            retry_at.and_then(|retry_at| Some((retry_at, self.next_recharge(retry_at)?.into())));
        match (forfeited, retried) {
            (Some(forfeited), Some(retried)) if retried.0 < forfeited.0 => Some(retried),
            (forfeited, retried) => forfeited.or(retried),
        }
    }
}

impl Apply for Account {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        self.fit(event).map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn endings(&self, at: Timestamp) -> Vec<Event> {
        let mut endings = Vec::new();
        let Some(mut next) = self.next_ending(at) else { return endings };
        let mut account = self.clone();
        loop {
            let (due, event) = next;
            // What does not fit here does not fit there either, and is refused there.
            let Ok(events) = account.with_consequences(event, due) else { return endings };
            for event in &events {
                if account.apply(event).is_err() {
                    return endings;
                }
            }
            endings.extend(events);
            match account.next_ending(at) {
                Some(ending) => next = ending,
                None => return endings,
            }
        }
    }
}
