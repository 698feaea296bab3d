//! What each event does to an account.

use std::sync::Arc;

use super::{Account, ChargedCall, Lot, Payment, PendingRecharge};
use crate::billing::charge::sum;
use crate::billing::events::{
    CallAuthorized, CallCharged, CallExtended, ChargeRefunded, CreditsGiven, Draw, Event,
    FundsAdded, HoldReleased, MonthClosed, NoticeDue, NoticeKind, PostpaidBegun, RechargeRequested,
};
use crate::billing::hold::Hold;
use crate::billing::minutes::{Included, Told, Used};
use crate::draft::{Apply, Inconsistent};
use crate::map::Map;
use crate::money::Amount;
use crate::text::{Key, UserId};
use crate::time::{Month, Timestamp};

pub(super) type Fit = Result<(), &'static str>;

pub(super) const RANGE: &str = "an amount is out of range";

impl Apply for Account {
    type Event = Event;

    fn apply(&mut self, event: &Event) -> Result<(), Inconsistent> {
        self.fit(event).map_err(|problem| Inconsistent::Event { event: event.name(), problem })
    }

    fn each_consequence(
        &self,
        event: &Event,
        at: Timestamp,
        told: impl FnMut(Event),
    ) -> Result<(), Inconsistent> {
        self.each_that_follows(event, at, told)
    }

    fn endings(&self, at: Timestamp) -> Vec<Event> {
        self.all_endings(at)
    }
}

impl Account {
    fn fit(&mut self, event: &Event) -> Fit {
        event.each_ledger_line(|line| self.ledger.enter(line)).ok_or(RANGE)?;
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
            Event::RechargeRequested(event) => self.request(event),
            Event::RechargeFailed(event) => {
                self.retry_at = Some(event.retry_at);
                let failed = self.pending.as_ref().map(|pending| (pending.since, pending.amount));
                self.answered(event.recharge)?;
                self.not_recharged(failed)
            }
            Event::TariffChosen(event) => {
                self.tariff = Some(event.tariff.clone());
                Ok(())
            }
            Event::CallCharged(event) => self.charge(event),
            Event::NoticeDue(event) => {
                self.tell(event);
                Ok(())
            }
            Event::CallAuthorized(event) => self.authorize(event),
            Event::CallExtended(event) => self.extend(event),
            Event::HoldReleased(event) => self.release(event),
            Event::ChargeRefunded(event) => self.refund(event),
            Event::CreditsGiven(event) => {
                let CreditsGiven { lot, amount, expires_at, at, .. } = *event;
                self.add_lot(lot, amount, at, expires_at, Payment::default())
            }
            Event::CreditsTaken(event) => self.take_all(&event.draws),
            Event::AgreementAdded(event) => {
                match self.agreements.insert(event.agreement.clone(), ()) {
                    None => Ok(()),
                    Some(()) => Err("the agreement is known"),
                }
            }
            Event::AgreementRemoved(event) => {
                self.agreements.remove(&event.agreement).ok_or("the agreement is not known")
            }
            Event::PostpaidBegun(PostpaidBegun { at, .. }) => {
                self.auto_recharge = None;
                match self.postpaid.replace(*at) {
                    None => Ok(()),
                    Some(_) => Err("the account is postpaid"),
                }
            }
            Event::SpendLimitSet(event) => {
                let mut policy = self.policy(&event.user);
                policy.spend_limit = event.limit;
                self.policies.insert(event.user.clone(), policy);
                Ok(())
            }
            Event::DialOutGranted(event) => {
                let mut policy = self.policy(&event.user);
                policy.dial_out = event.dial_out;
                self.policies.insert(event.user.clone(), policy);
                Ok(())
            }
            Event::MonthClosed(event) => self.close(event),
        }
    }

    fn add(&mut self, event: &FundsAdded) -> Fit {
        let FundsAdded { lot, amount, expires_at, payment, recharge, at, .. } = event.clone();
        if let Some(recharge) = recharge {
            self.answered(recharge)?;
            self.retry_at = None;
        }
        self.add_lot(lot, amount, at, expires_at, payment)
    }

    fn add_lot(
        &mut self,
        lot: u64,
        amount: Amount,
        purchased_at: Timestamp,
        expires_at: Timestamp,
        payment: Payment,
    ) -> Fit {
        if self.lots_bought.checked_add(1) != Some(lot) {
            return Err("the lot is not the next one");
        }
        if !amount.is_positive() {
            return Err("nothing was added");
        }
        self.balance = self.balance.checked_add(amount).ok_or(RANGE)?;
        self.lots_bought = lot;
        let (remaining, held) = (amount, Amount::ZERO);
        self.lots
            .insert(lot, Lot { lot, amount, remaining, held, purchased_at, expires_at, payment });
        Ok(())
    }

    fn request(&mut self, event: &RechargeRequested) -> Fit {
        let RechargeRequested { recharge, amount, payment, at, .. } = event.clone();
        if self.pending.is_some() || self.recharges.checked_add(1) != Some(recharge) {
            return Err("the recharge is not the next one");
        }
        let month = at.month();
        let before = self.recharged_in(month);
        self.recharged = Some((month, before.checked_add(amount).ok_or(RANGE)?));
        self.recharges = recharge;
        self.retry_at = None;
        self.pending = Some(PendingRecharge { recharge, amount, payment, since: at });
        Ok(())
    }

    /// The outcome of the pending recharge is known.
    fn answered(&mut self, recharge: u64) -> Fit {
        let pending = self.pending.take().map(|pending| pending.recharge);
        if pending == Some(recharge) { Ok(()) } else { Err("it is not pending") }
    }

    /// A recharge that failed does not count for its month.
    fn not_recharged(&mut self, failed: Option<(Timestamp, Amount)>) -> Fit {
        if let (Some((since, amount)), Some((month, recharged))) = (failed, &mut self.recharged)
            && since.month() == *month
        {
            *recharged = recharged.checked_sub(amount).ok_or(RANGE)?;
        }
        Ok(())
    }

    /// Takes out of a lot what is not held.
    #[inline]
    fn take(&mut self, lot: u64, amount: Amount) -> Fit {
        let found = self.lots.get_mut(&lot).ok_or("the lot is not known")?;
        if !amount.is_positive() || amount > found.available() {
            return Err("the lot has less");
        }
        found.remaining = found.remaining.checked_sub(amount).ok_or(RANGE)?;
        if !found.remaining.is_positive() {
            self.lots.remove(&lot);
        }
        self.balance = self.balance.checked_sub(amount).ok_or(RANGE)?;
        Ok(())
    }

    fn take_all(&mut self, draws: &[Draw]) -> Fit {
        draws.iter().try_for_each(|draw| self.take(draw.lot, draw.amount))
    }

    /// Holds funds of lots.
    fn hold_funds(&mut self, draws: &[Draw]) -> Fit {
        for Draw { lot, amount } in draws {
            let found = self.lots.get_mut(lot).ok_or("the lot is not known")?;
            if !amount.is_positive() || *amount > found.available() {
                return Err("the lot has less");
            }
            found.held = found.held.checked_add(*amount).ok_or(RANGE)?;
            self.held = self.held.checked_add(*amount).ok_or(RANGE)?;
        }
        Ok(())
    }

    /// Holds minutes of a pool, or gives them back.
    fn hold_minutes(&mut self, included: Option<&Included>, hold: bool) -> Fit {
        let Some(Included { pool, reach, duration, .. }) = included else {
            return Ok(());
        };
        let held = self.held_minutes(*pool);
        let held =
            if hold { held.with(*reach, *duration) } else { held.without(*reach, *duration) };
        let held = held.ok_or("the pool is out of range")?;
        if held == Used::default() {
            self.held_minutes.remove(pool);
        } else {
            self.held_minutes.insert(*pool, held);
        }
        Ok(())
    }

    /// Counts what a user's calls cost in a month: `more`, and no longer `less`.
    fn spend(&mut self, user: Option<&UserId>, month: Month, more: Amount, less: Amount) -> Fit {
        let Some(user) = user.filter(|_| more != less) else {
            return Ok(());
        };
        let spent_by = |(of, other): &(Month, UserId)| (of, other).cmp(&(&month, user));
        let after = |spent: Amount| {
            spent.checked_sub(less).and_then(|spent| spent.checked_add(more)).ok_or(RANGE)
        };
        let Some(spent) = self.spent.get_mut_by(spent_by) else {
            self.spent.insert((month, user.clone()), after(Amount::ZERO)?);
            return Ok(());
        };
        *spent = after(*spent)?;
        if *spent == Amount::ZERO {
            self.spent.remove_by(spent_by);
        }
        Ok(())
    }

    fn authorize(&mut self, event: &CallAuthorized) -> Fit {
        let CallAuthorized { call, hold, .. } = event;
        if self.charged.contains(call) {
            return Err("the call was charged");
        }
        self.spend(hold.user.as_ref(), hold.started_at.month(), hold.cost, Amount::ZERO)?;
        self.hold_again(call, Arc::clone(hold))
    }

    /// Holds what a call needs; what it may cost is counted already.
    pub(super) fn hold_again(&mut self, call: &Key, hold: Arc<Hold>) -> Fit {
        self.hold_funds(&hold.draws)?;
        self.hold_minutes(hold.included.as_ref(), true)?;
        self.hold_ends.insert((hold.ends_at, call.clone()), ());
        match self.holds.insert(call.clone(), hold) {
            None => Ok(()),
            Some(_) => Err("the call is authorized"),
        }
    }

    fn extend(&mut self, event: &CallExtended) -> Fit {
        let CallExtended { call, duration, ends_at, included, cost, draws, .. } = event;
        let mut hold = self.hold(call).cloned().ok_or("the call is not authorized")?;
        self.hold_funds(draws)?;
        self.hold_minutes(hold.included.as_ref(), false)?;
        self.hold_minutes(included.as_ref(), true)?;
        self.spend(hold.user.as_ref(), hold.started_at.month(), *cost, hold.cost)?;
        self.no_longer_ends(call, &hold);
        self.hold_ends.insert((*ends_at, call.clone()), ());
        (hold.duration, hold.ends_at, hold.cost) = (*duration, *ends_at, *cost);
        hold.included.clone_from(included);
        for Draw { lot, amount } in draws {
            match hold.draws.iter_mut().find(|draw| draw.lot == *lot) {
                Some(draw) => draw.amount = draw.amount.checked_add(*amount).ok_or(RANGE)?,
                None => hold.draws.push(Draw { lot: *lot, amount: *amount }),
            }
        }
        self.holds.insert(call.clone(), Arc::new(hold));
        Ok(())
    }

    /// Gives back all that a hold had which was taken out. What it may have cost is counted still.
    fn end(&mut self, call: &Key, hold: &Hold, draws: &[Draw]) -> Fit {
        if *hold.draws != *draws {
            return Err("something else is held");
        }
        for Draw { lot, amount } in draws {
            let found = self.lots.get_mut(lot).ok_or("the lot is not known")?;
            found.held = found.held.checked_sub(*amount).ok_or(RANGE)?;
            self.held = self.held.checked_sub(*amount).ok_or(RANGE)?;
        }
        self.hold_minutes(hold.included.as_ref(), false)?;
        self.no_longer_ends(call, hold);
        Ok(())
    }

    fn no_longer_ends(&mut self, call: &Key, hold: &Hold) {
        self.hold_ends.remove_by(|(at, other)| (at, other).cmp(&(&hold.ends_at, call)));
    }

    fn release(&mut self, event: &HoldReleased) -> Fit {
        let hold = self.holds.remove(&event.call).ok_or("the call is not authorized")?;
        self.end(&event.call, &hold, &event.draws)?;
        self.spend(hold.user.as_ref(), hold.started_at.month(), Amount::ZERO, hold.cost)
    }

    fn charge(&mut self, event: &CallCharged) -> Fit {
        // What it may have cost is counted already.
        let mut counted = Amount::ZERO;
        if let Some(hold) = self.holds.remove(&event.call) {
            if (&hold.user, hold.started_at) != (&event.user, event.started_at) {
                return Err("another call is held");
            }
            self.end(&event.call, &hold, &event.released)?;
            counted = hold.cost;
        } else if !event.released.is_empty() {
            return Err("nothing was held");
        }
        let paid = sum(&event.draws).and_then(|drawn| drawn.checked_add(event.invoiced));
        let refundable = paid.ok_or(RANGE)?;
        let month = event.started_at.month();
        let charged = ChargedCall { month, refundable };
        if self.charged.insert(event.call.clone(), charged).is_some() {
            return Err("the call was charged");
        }
        if let Some(Included { pool, reach, duration, .. }) = event.included {
            let after = |used: Used| used.with(reach, duration).ok_or("the pool is out of range");
            if let Some(used) = self.used.get_mut(&pool) {
                *used = after(*used)?;
            } else {
                self.used.insert(pool, after(Used::default())?);
            }
        }
        let cost = event.priced.as_ref().map(|priced| priced.amount).unwrap_or_default();
        self.spend(event.user.as_ref(), month, cost, counted)?;
        self.take_all(&event.draws)
    }

    fn refund(&mut self, event: &ChargeRefunded) -> Fit {
        let charged = self.charged.get_mut(&event.call).ok_or("the call is not known")?;
        let left = charged.refundable.checked_sub(event.amount).ok_or(RANGE)?;
        if left.is_negative() {
            return Err("the call cost less");
        }
        charged.refundable = left;
        let ChargeRefunded { lot, amount, expires_at, at, .. } = *event;
        self.add_lot(lot, amount, at, expires_at, Payment::default())
    }

    fn tell(&mut self, event: &NoticeDue) {
        let told = match event.notice {
            NoticeKind::MinutesLow => Told::Low,
            NoticeKind::MinutesUsed => Told::Used,
            _ => return,
        };
        if let Some(used) = event.pool.and_then(|pool| self.used.get_mut(&pool)) {
            used.told = told;
        }
    }

    fn close(&mut self, event: &MonthClosed) -> Fit {
        let month = event.month;
        if self.closed.is_some_and(|closed| closed >= month) {
            return Err("the month is closed");
        }
        self.closed = Some(month);
        self.charged = kept(&self.charged, |_, charged| charged.month > month)?;
        self.spent = kept(&self.spent, |(of, _), _| *of > month)?;
        Ok(())
    }

    /// What was bought by auto-recharge in a month.
    pub(super) fn recharged_in(&self, month: Month) -> Amount {
        let recharged = self.recharged.filter(|(of, _)| *of == month);
        recharged.map(|(_, amount)| amount).unwrap_or_default()
    }
}

/// The entries of a map that are kept.
fn kept<K: Ord + Clone, V: Clone>(
    map: &Map<K, V>,
    keep: impl Fn(&K, &V) -> bool,
) -> Result<Map<K, V>, &'static str> {
    let entries = map.iter().filter(|(key, value)| keep(key, value));
    let entries: Vec<_> = entries.map(|(key, value)| (key.clone(), value.clone())).collect();
    Map::try_from(entries).map_err(|_| "a key stands twice")
}
