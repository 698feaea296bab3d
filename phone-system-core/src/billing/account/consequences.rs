//! What follows from an event by itself, and what comes to its end as time passes.

use super::fit::RANGE;
use super::{Account, AutoRecharge, Lot};
use crate::billing::events::{
    CallCharged, Event, FundsAdded, HoldReleased, LotForfeited, NoticeDue, NoticeKind,
    RechargeFailed, RechargeRequested,
};
use crate::billing::hold::ReleaseReason;
use crate::billing::ledger::Book;
use crate::billing::minutes::{Included, PoolKey, Told};
use crate::draft::{Apply, Inconsistent};
use crate::money::Amount;
use crate::text::Key;
use crate::time::{Month, Timestamp};

impl Event {
    /// By how much the balance changes, which is what is held and what is not; none if that is out
    /// of range.
    fn change_of_balance(&self) -> Option<Amount> {
        let of_balance = |book| matches!(book, Book::Credits | Book::Held);
        let mut change = Amount::ZERO;
        self.each_ledger_line(|line| {
            change = match (of_balance(line.debit), of_balance(line.credit)) {
                (true, false) => change.checked_sub(line.amount)?,
                (false, true) => change.checked_add(line.amount)?,
                _ => change,
            };
            Some(())
        })?;
        Some(change)
    }
}

impl Account {
    /// Tells what an event that happens next brings about by itself: what was held of lots whose time
    /// has come is forfeited, notices are due, and the next recharge if the balance is below the trigger
    /// and none is pending.
    ///
    /// # Errors
    ///
    /// If an amount is out of range.
    pub(super) fn each_that_follows(
        &self,
        event: &Event,
        at: Timestamp,
        mut told: impl FnMut(Event),
    ) -> Result<(), Inconsistent> {
        let balance = self.balance_after(event, at, |forfeited| told(forfeited.into()));
        let balance = balance.ok_or(Inconsistent::Event { event: event.name(), problem: RANGE })?;
        if let Some((notice, pool)) = self.news_of(event) {
            told(NoticeDue { notice, balance, pool, at }.into());
        }
        if self.balance.is_positive() && !balance.is_positive() {
            let notice = NoticeKind::BalanceZero;
            told(NoticeDue { notice, balance, pool: None, at }.into());
        }
        if let Some(requested) = self.recharge_after(event, balance, at) {
            told(requested.into());
        }
        Ok(())
    }

    /// The balance once an event has happened, and all is forfeited that the event gives back of lots
    /// whose time has come, each of which is told; none if an amount is out of range.
    #[inline]
    fn balance_after(
        &self,
        event: &Event,
        at: Timestamp,
        mut forfeited: impl FnMut(LotForfeited),
    ) -> Option<Amount> {
        let mut balance = self.balance.checked_add(event.change_of_balance()?)?;
        let (released, spent) = match event {
            Event::HoldReleased(event) => (&event.draws, &[][..]),
            Event::CallCharged(event) => (&event.released, event.draws.as_slice()),
            _ => return Some(balance),
        };
        for held in released {
            if self.lots.get(&held.lot).is_some_and(|lot| lot.expires_at <= at) {
                let spent = spent.iter().find(|draw| draw.lot == held.lot);
                let spent = spent.map(|draw| draw.amount).unwrap_or_default();
                let amount = held.amount.checked_sub(spent)?;
                if amount.is_positive() {
                    balance = balance.checked_sub(amount)?;
                    forfeited(LotForfeited { lot: held.lot, amount, at });
                }
            }
        }
        Some(balance)
    }

    /// What administrators are to be told of an event, and of which pool.
    fn news_of(&self, event: &Event) -> Option<(NoticeKind, Option<PoolKey>)> {
        match event {
            Event::FundsAdded(FundsAdded { recharge: Some(_), .. }) => {
                Some((NoticeKind::RechargeSucceeded, None))
            }
            Event::RechargeFailed(_) => Some((NoticeKind::RechargeFailed, None)),
            Event::CallCharged(CallCharged { included: Some(included), .. }) => {
                Some((self.minutes_notice(included)?, Some(included.pool)))
            }
            _ => None,
        }
    }

    /// What there is to tell when minutes of a pool are used.
    fn minutes_notice(&self, included: &Included) -> Option<NoticeKind> {
        let Included { pool, reach, duration, size } = included;
        let used = self.used(*pool);
        Some(match used.news(used.with(*reach, *duration)?, *size)? {
            Told::Used => NoticeKind::MinutesUsed,
            _ => NoticeKind::MinutesLow,
        })
    }

    /// The recharge that an event brings about, which leaves `balance`.
    fn recharge_after(
        &self,
        event: &Event,
        balance: Amount,
        at: Timestamp,
    ) -> Option<RechargeRequested> {
        let auto = match event {
            Event::AutoRechargeSet(event) => &event.auto_recharge,
            Event::RechargeRequested(_)
            | Event::AutoRechargeStopped(_)
            | Event::PostpaidBegun(_) => return None,
            _ => self.auto_recharge.as_ref()?,
        };
        if balance >= auto.when_below {
            return None;
        }
        let mut recharged = self.recharged_in(at.month());
        let (pending, retry_at) = match event {
            Event::FundsAdded(FundsAdded { recharge: Some(_), .. }) => (None, None),
            Event::RechargeFailed(RechargeFailed { retry_at, .. }) => {
                let failed = self.pending.as_ref();
                if let Some(failed) = failed.filter(|failed| failed.since.month() == at.month()) {
                    recharged = recharged.checked_sub(failed.amount)?;
                }
                (None, Some(*retry_at))
            }
            Event::AutoRechargeSet(_) => (self.pending.as_ref(), None),
            _ => (self.pending.as_ref(), self.retry_at),
        };
        let waits = pending.is_some() || retry_at.is_some_and(|retry_at| at < retry_at);
        if waits || !has_room(auto, recharged) {
            return None;
        }
        let recharge = self.recharges.checked_add(1)?;
        let (amount, payment) = (auto.recharge_with, auto.payment.clone());
        let currency = self.credits.as_ref()?.currency;
        Some(RechargeRequested { recharge, amount, currency, payment, balance, at })
    }

    /// The recharge that is due by time alone.
    fn recharge_at(&self, at: Timestamp) -> Option<Event> {
        // Nothing happens but that an instant has come.
        let nothing =
            NoticeDue { notice: NoticeKind::BalanceZero, balance: self.balance, pool: None, at };
        self.recharge_after(&nothing.into(), self.balance, at).map(Event::from)
    }

    /// When a recharge is due that waits: for its time after a failure, or for the month after the
    /// one whose cap it would exceed.
    fn recharge_due(&self) -> Option<Timestamp> {
        let auto = self.auto_recharge.as_ref()?;
        if self.pending.is_some() || self.balance >= auto.when_below {
            return None;
        }
        let next_month = self.recharged.filter(|(_, recharged)| !has_room(auto, *recharged));
        let next_month = next_month.and_then(|(month, _)| month.next()).map(Month::begin);
        match (self.retry_at, next_month) {
            (Some(retry_at), Some(month)) => Some(retry_at.max(month)),
            (retry_at, month) => retry_at.or(month),
        }
    }

    /// What comes to its end first, if its instant has come: a hold, a lot, or the wait for a
    /// recharge; of those at the same instant in this order.
    fn next_ending(&self, at: Timestamp) -> Option<(Timestamp, Event)> {
        enum Ending<'a> {
            Hold(&'a Key),
            Lot(&'a Lot),
        }
        let hold = self.hold_ends.first().filter(|((due, _), ())| *due <= at);
        let hold = hold.map(|((due, call), ())| (*due, Ending::Hold(call)));
        // Not always the oldest lot: 28 and 29 February are forfeited on the same day.
        let lot = self.lots().filter(|lot| lot.expires_at <= at && lot.available().is_positive());
        let lot = lot.min_by_key(|lot| (lot.expires_at, lot.lot));
        let lot = lot.map(|lot| (lot.expires_at, Ending::Lot(lot)));
        let ending = match (hold, lot) {
            (Some(hold), Some(lot)) => Some(if lot.0 < hold.0 { lot } else { hold }),
            (hold, lot) => hold.or(lot),
        };

        let recharge = self.recharge_due().filter(|due| *due <= at);
        let recharge = recharge.filter(|due| ending.as_ref().is_none_or(|(other, _)| due < other));
        let recharge = recharge.and_then(|due| Some((due, self.recharge_at(due)?)));
        if recharge.is_some() {
            return recharge;
        }
        let (due, ending) = ending?;
        let event = match ending {
            Ending::Hold(call) => {
                let draws = self.holds.get(call)?.draws.clone();
                let (call, reason) = (call.clone(), ReleaseReason::TimedOut);
                HoldReleased { call, reason, draws, at: due }.into()
            }
            Ending::Lot(lot) => {
                LotForfeited { lot: lot.lot, amount: lot.available(), at: due }.into()
            }
        };
        Some((due, event))
    }

    /// What has come to its end at or before `at`, with what follows, in the order of the instants.
    pub(super) fn all_endings(&self, at: Timestamp) -> Vec<Event> {
        let mut endings = Vec::new();
        let Some(mut next) = self.next_ending(at) else { return endings };
        let mut account = self.clone();
        loop {
            let (due, event) = next;
            // What does not fit here does not fit there either, and is refused there.
            let mut consequences = Vec::new();
            let told = account.each_that_follows(&event, due, |event| consequences.push(event));
            if told.is_err() {
                return endings;
            }
            let from = endings.len();
            endings.push(event);
            endings.extend(consequences);
            for event in endings.get(from..).unwrap_or_default() {
                if account.apply(event).is_err() {
                    endings.truncate(from);
                    return endings;
                }
            }
            match account.next_ending(at) {
                Some(ending) => next = ending,
                None => return endings,
            }
        }
    }
}

/// Whether one more recharge stays within the month's cap.
fn has_room(auto: &AutoRecharge, recharged: Amount) -> bool {
    let after = recharged.checked_add(auto.recharge_with);
    auto.monthly_cap.is_none_or(|cap| after.is_some_and(|after| after <= cap))
}
